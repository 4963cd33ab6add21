//! Random walks through the states of a send, against a model that was written down separately, from the design.

use std::time::Duration;

use aura_alfred::state::{Record, State, Step, Waits};
use proptest::prelude::*;

/// The transitions as a drawing: `from: to to …`.
const DRAWING: &str = "
    Paused: Weighing
    Weighing: Gathering
    Gathering: Deconstructing Intending Asking
    Deconstructing: Intending Researching Asking
    Intending: Researching Asking
    Researching: Asking
    Asking: Reading Repairing
    Reading: Auditing Repairing
    Auditing: Compiling Repairing
    Compiling: Testing Trying Repairing
    Testing: Trying Repairing
    Trying: Asking Clustering Approving Splicing Repairing
    Clustering: Approving Splicing Abstained
    Approving: Splicing Reading Testing Trying
    Repairing: Reading Asking Deconstructing Intending Clustering Approving
    Splicing: Keeping
    Keeping: Done
";

fn drawn(from: Step, to: Step) -> bool {
    let (from, to) = (format!("{from:?}"), format!("{to:?}"));
    let row = DRAWING.lines().find_map(|l| l.trim().strip_prefix(&format!("{from}:")));
    row.is_some_and(|targets| to == "GaveUp" || targets.split_whitespace().any(|t| t == to))
}

fn any_step() -> impl Strategy<Value = Step> {
    proptest::sample::select(Step::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_record_goes_where_the_drawing_leads_and_nowhere_else(walk in proptest::collection::vec((any_step(), 0u64..100), 0..60)) {
        let mut record = Record::new(1, "manhattan");
        let mut now = Duration::ZERO;
        for (to, wait) in walk {
            let (from, before) = (record.step(), record.clone());
            now += Duration::from_millis(wait);
            let went = record.advance(to, now);
            prop_assert_eq!(went.is_ok(), drawn(from, to), "{:?} -> {:?}", from, to);
            match went {
                Ok(()) => prop_assert_eq!(record.step(), to),
                Err(_) => prop_assert_eq!(&record, &before),
            }
            prop_assert_eq!(record.is_over(), matches!(record.state(), State::Complete | State::Failed));
        }
        prop_assert!(record.trail.windows(2).all(|w| w[0].1 <= w[1].1));
        let text = serde_json::to_string(&record).expect("plain data");
        prop_assert_eq!(serde_json::from_str::<Record>(&text).expect("read back"), record);
    }

    #[test]
    fn every_step_but_the_ends_runs_out(step in any_step(), model in 1u64..1000) {
        let waits = Waits { model: Duration::from_secs(model), gates: Duration::from_secs(20) };
        prop_assert_eq!(step.deadline(&waits).is_none(), matches!(step, Step::Done | Step::Abstained | Step::GaveUp));
    }
}

#[test]
fn the_end_can_be_reached_from_everywhere_but_the_other_end() {
    for start in Step::ALL {
        let mut seen = vec![start];
        let mut i = 0;
        while i < seen.len() {
            for next in seen[i].next() {
                if !seen.contains(next) {
                    seen.push(*next);
                }
            }
            i += 1;
        }
        let is_end = start.next().is_empty();
        assert!(is_end || [Step::GaveUp, Step::Done].iter().all(|end| seen.contains(end)), "{start:?}");
        assert_eq!(serde_json::to_string(&start).expect("plain data"), format!("\"{}\"", start.name()));
    }
}

#[test]
fn what_is_left_of_a_step_is_counted_from_its_beginning() {
    let (secs, waits) = (Duration::from_secs, Waits { model: Duration::from_secs(60), gates: Duration::from_secs(20) });
    let mut record = Record::new(1, "x");
    assert_eq!(record.left(secs(2), &waits), Some(secs(3)));
    assert_eq!(record.left(secs(9), &waits), Some(Duration::ZERO));
    for (step, at) in [(Step::Weighing, 1), (Step::Gathering, 2), (Step::Asking, 3)] {
        record.advance(step, secs(at)).expect("legal");
    }
    assert_eq!(record.left(secs(13), &waits), Some(secs(50)));
    record.advance(Step::GaveUp, secs(14)).expect("legal");
    assert_eq!(record.left(secs(15), &waits), None);
}
