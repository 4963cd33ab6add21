//! The metric over a chronicle: every method beside what was there before it; decay is seen, and calm is not taken for it.

use aura_alfred::chronicle::entry::{CandidateRecord, GateRecord};
use aura_alfred::chronicle::store::InMemory;
use aura_alfred::chronicle::{Chronicle, Learning, What};
use aura_alfred::diagnostic::Gate;
use aura_alfred::measure::Corpus;
use aura_alfred::measure::decay::{Decay, decay, points};

/// A method that came after so many proposals that failed.
fn learning(i: usize, source: &str, failed: usize) -> What {
    let candidate = |repair: usize, passed| CandidateRecord {
        sample: 1,
        repair: repair as u32,
        answer: format!(
            r#"{{"a_plan": "", "b_source": "{}"}}"#,
            if passed { source.into() } else { format!("nonsense {repair}") }
        ),
        verdicts: vec![GateRecord { gate: Gate::Trial, passed, findings: Vec::new() }],
        ..CandidateRecord::default()
    };
    What::Learned(Box::new(Learning {
        file: "a.aura".into(),
        at: "bag".into(),
        selector: source.split(' ').next().unwrap_or("m").into(),
        source: source.into(),
        candidates: (0..failed).map(|r| candidate(r, false)).chain([candidate(failed, true)]).collect(),
        model: format!("m{i}"),
        ..Learning::default()
    }))
}

fn report(all: Vec<What>) -> Decay {
    let (mut chronicle, mut store) = (Chronicle::default(), InMemory::default());
    chronicle.append(&mut store, |_| Ok(all.clone())).expect("appended");
    let library =
        Corpus::of_sources(["\"a library\"\ntraits bag _AddSlots: (| sum = ( | s <- 0 | do: [ | :e | s: s + e ]. s ) |)\n"]);
    decay(points(&chronicle, library), 30)
}

fn falls(decay: &Decay) -> Vec<&str> {
    decay.components.iter().filter(|c| c.falls).map(|c| c.name).collect()
}

#[test]
fn a_method_is_measured_beside_what_was_there_before_it() {
    let all = report(vec![
        learning(0, "total = ( | t <- 0 | do: [ | :x | t: t + x ]. t )", 1),
        learning(1, "heavy = ( (stones collect: [ | :s | s weight ]) max )", 0),
        learning(2, "heaviest = ( (stones collect: [ | :x | x weight ]) max )", 0),
    ]);
    let seen: Vec<(Option<f64>, Option<f64>, bool)> =
        all.points.iter().map(|p| (p.vector.novelty, p.vector.relevance, p.already.is_some())).collect();
    assert_eq!((seen[0].0, seen[0].1, seen[0].2), (Some(0.0), Some(0.5), true));
    assert!(seen[1].0.expect("some") > 0.5 && !seen[1].2);
    assert_eq!(all.points[2].already.as_deref(), Some("the same code as 'heavy' of bag"));
    assert!((all.points[0].vector.diversity.expect("some") - 2.0).abs() < 1e-12);
    assert!(all.components.iter().all(|c| c.trend.is_none()) && !all.decays, "three say nothing");
    assert!(all.describe().contains("too few methods to say"));
}

#[test]
fn more_and_more_repairs_are_decay_and_a_steady_hand_is_not() {
    let source = |i: usize| format!("m{i} = ( (a{i} b: {i}) + c{i} )");
    let worse = report((0..14).map(|i| learning(i, &source(i), i / 2)).collect());
    assert!(worse.decays && falls(&worse).contains(&"relevance"), "{}", worse.describe());
    assert!(worse.describe().contains("what is learned gets steadily worse"));
    let steady = report((0..14).map(|i| learning(i, &source(i), i % 2)).collect());
    assert!(!falls(&steady).contains(&"relevance"), "{}", steady.describe());
}

#[test]
fn the_past_does_not_change_when_more_is_learned_and_the_window_is_the_end() {
    let source = |i: usize| format!("m{i} = ( (a{i} b: {i}) + c{i} )");
    let all: Vec<What> = (0..40).map(|i| learning(i, &source(i), 0)).collect();
    let (few, many) = (report(all[..20].to_vec()), report(all));
    assert_eq!((few.points.len(), many.points.len()), (20, 30));
    let vectors = |d: &Decay| d.points.iter().map(|p| (p.method.clone(), p.vector.clone())).collect::<Vec<_>>();
    assert_eq!(vectors(&few)[10..], vectors(&many)[..10]);
}

#[test]
fn longer_and_longer_methods_are_a_fall_of_structure() {
    let source = |i: usize| format!("m{i} = ( 1{} )", " + 1".repeat(i + 1));
    let longer = report((0..14).map(|i| learning(i, &source(i), 0)).collect());
    assert!(falls(&longer).contains(&"structure"), "{}", longer.describe());
}
