//! A trial, and what it means for the candidate.

use aura_run::{Compiled, Missing, TrialLimits, TrialReport, Verdict, Vm};

use crate::diagnostic::{Diagnostic, Gate};
use crate::door::Trial;
use crate::text::line;

/// Tries a method for a send at object `at` of its path.
pub(super) fn run(waiting: Option<(&Missing, &Compiled)>, vm: &mut Vm, at: usize, limits: TrialLimits) -> Trial {
    let Some((missing, candidate)) = waiting else {
        return failed("gone", "the send is no longer waiting".into(), "");
    };
    match vm.try_method(missing, at, candidate, limits) {
        Err(fail) => failed("not-installed", format!("the method cannot be installed there: {}", fail.text()), ""),
        Ok(report) => judge(&report),
    }
}

fn judge(report: &TrialReport) -> Trial {
    match &report.verdict {
        Verdict::Answered(text) => Trial { summary: summary(report, text), finding: None },
        Verdict::Failed { kind, message } => {
            let message = format!("tried with this very receiver and these arguments, the method failed: {}", line(message, 300));
            failed(kind, message, fix(kind))
        }
        Verdict::Limit(which) => failed(
            &format!("limit-{which}"),
            format!("tried with this very receiver and these arguments, the method used up its limit of {which}"),
            limit(which),
        ),
        // It did nothing wrong so far, and policy would let it go on.
        Verdict::Withheld(capability) => {
            let summary = format!("went well up to the use of '{capability}', which a trial does not give");
            Trial { summary, finding: None }
        }
        Verdict::Stuck => {
            failed("stuck", "tried, the method waits for something that never comes".into(), "do not wait for other processes")
        }
    }
}

fn summary(report: &TrialReport, text: &str) -> String {
    let changed = match report.changed {
        0 => String::new(),
        1 => ", 1 object changed and put back".into(),
        n => format!(", {n} objects changed and put back"),
    };
    format!("answered {} in {} steps{changed}", line(text, 80), report.fuel)
}

fn failed(code: &str, message: String, fix: &str) -> Trial {
    let mut finding = Diagnostic::new(Gate::Trial, code, message);
    finding.fix = Some(fix.to_string()).filter(|f| !f.is_empty());
    Trial { summary: "failed".into(), finding: Some(finding) }
}

fn fix(kind: &str) -> &'static str {
    match kind {
        "doesNotUnderstand" => "send only messages that are shown, or write out what it would do",
        "noCapability" => "do not reach outside; answer a value",
        "mustBeBoolean" => "compare before you decide: `x > 0 ifTrue: [ … ]`",
        "badNumberOfArguments" => "give the block as many arguments as it is called with: `[ | :x | … ]`",
        "stackOverflow" => "the recursion needs a case that ends it",
        _ => "",
    }
}

fn limit(which: &str) -> &'static str {
    match which {
        "fuel" | "time" => "it may never end: check the condition of the loop or recursion",
        "stack" => "the recursion needs a case that ends it",
        "heap" | "memory" => "it makes too many or too large objects",
        "output" => "do not print; answer a value",
        _ => "",
    }
}
