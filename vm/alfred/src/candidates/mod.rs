//! Several candidates, compared by what they do: the same inputs for each, and who answers and changes the same is one
//! cluster. The share of the largest one is the confidence.
//!
//! What must stay true: candidates are compared by their answers as they print themselves, by what they changed, and by the
//! kinds of their errors, on the same inputs in the same order; the source takes part only in the choice within a cluster,
//! where the shortest one wins; a candidate that was asked for and never passed counts as one that behaves like no other.
//!
//! Not here: which inputs there are, and how they are run ([`crate::machine`]).

use aura_syntax::tokens::lex;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It answered; how that prints itself.
    Answered(String),
    /// A condition that nobody handled.
    Failed {
        /// Its kind.
        kind: String,
        /// Its message.
        message: String,
        /// A method that a model wrote was still at work.
        in_generated: bool,
    },
    /// A limit of the trial.
    Limit(String),
    /// It wanted to use a capability whose use cannot be taken back.
    Withheld(String),
    /// It waits for something that never comes.
    Stuck,
    /// It could not be run at all.
    Impossible(String),
}

impl Ending {
    /// In words, for a person and for a model: `answered 7`, `failed: …`.
    pub fn describe(&self) -> String {
        match self {
            Ending::Answered(text) => format!("answered {}", crate::text::line(text, 120)),
            Ending::Failed { kind, message, .. } => format!("failed ({kind}): {}", crate::text::line(message, 160)),
            Ending::Limit(which) => format!("used up its limit of {which}"),
            Ending::Withheld(capability) => format!("came to the use of '{capability}', which a trial does not give"),
            Ending::Stuck => "waits for something that never comes".into(),
            Ending::Impossible(why) => format!("could not be run: {}", crate::text::line(why, 160)),
        }
    }
}

/// What one call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The call, as an expression or in words.
    pub input: String,
    /// How it ended.
    pub ending: Ending,
    /// What it changed, object by object.
    pub changes: Vec<String>,
}

impl Observation {
    /// Whether two calls did the same, as far as a caller can tell. Messages of conditions are for people and may differ; what
    /// a call changed before it failed is not compared.
    fn is_like(&self, other: &Observation) -> bool {
        self.input == other.input
            && match (&self.ending, &other.ending) {
                (Ending::Failed { kind: a, .. }, Ending::Failed { kind: b, .. }) => a == b,
                (Ending::Limit(_), Ending::Limit(_)) => true,
                (a, b) => a == b && self.changes == other.changes,
            }
    }
}

/// Candidates that do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Which, by their numbers from 0.
    pub members: Vec<usize>,
}

/// The clusters of what the candidates did, the largest first; of two of one size the one with the earlier candidate.
pub fn clusters(behaviours: &[Vec<Observation>]) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (i, behaviour) in behaviours.iter().enumerate() {
        let like = |c: &&mut Cluster| alike(&behaviours[c.members[0]], behaviour);
        match clusters.iter_mut().find(like) {
            Some(cluster) => cluster.members.push(i),
            None => clusters.push(Cluster { members: vec![i] }),
        }
    }
    clusters.sort_by_key(|c| (usize::MAX - c.members.len(), c.members[0]));
    clusters
}

fn alike(one: &[Observation], other: &[Observation]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.is_like(b))
}

/// The share of the largest cluster among the candidates that were wanted.
pub fn confidence(clusters: &[Cluster], wanted: usize) -> f64 {
    let largest = clusters.first().map_or(0, |c| c.members.len());
    largest as f64 / wanted.max(largest).max(1) as f64
}

/// The member of a cluster with the fewest tokens; of two that have as many, the earlier one.
pub fn simplest(cluster: &Cluster, sources: &[&str]) -> usize {
    let length = |i: &usize| lex(sources[*i]).iter().filter(|t| !t.kind.is_trivia()).count();
    cluster.members.iter().copied().min_by_key(|i| (length(i), *i)).unwrap_or(0)
}

/// The first input on which two behaviours differ, with what each did.
pub fn difference(one: &[Observation], other: &[Observation]) -> Option<String> {
    let (a, b) = one.iter().zip(other).find(|(a, b)| !a.is_like(b))?;
    let told = |o: &Observation| match o.changes.is_empty() {
        true => o.ending.describe(),
        false => format!("{}, changing {}", o.ending.describe(), crate::text::line(&o.changes.join("; "), 160)),
    };
    Some(format!("asked for `{}`, one {}, another {}", crate::text::line(&a.input, 120), told(a), told(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(answers: &[&str]) -> Vec<Observation> {
        let one = |(i, a): (usize, &&str)| Observation {
            input: format!("input {i}"),
            ending: match *a {
                "!" => Ending::Failed { kind: "badType".into(), message: format!("{i}"), in_generated: true },
                "limit" => Ending::Limit("fuel".into()),
                text => Ending::Answered(text.into()),
            },
            changes: Vec::new(),
        };
        answers.iter().enumerate().map(one).collect()
    }

    #[test]
    fn who_does_the_same_is_one_cluster_and_the_largest_comes_first() {
        let all = [seen(&["7", "0"]), seen(&["7", "!"]), seen(&["7", "!"]), seen(&["limit", "0"])];
        let found: Vec<Vec<usize>> = clusters(&all).into_iter().map(|c| c.members).collect();
        assert_eq!(found, [vec![1, 2], vec![0], vec![3]]);
        assert!((confidence(&clusters(&all), 4) - 0.5).abs() < 1e-9);
        assert!((confidence(&clusters(&all), 8) - 0.25).abs() < 1e-9, "candidates that never passed count");
        assert_eq!(confidence(&[], 3), 0.0);
        assert_eq!(
            difference(&all[0], &all[1]).as_deref(),
            Some("asked for `input 1`, one answered 0, another failed (badType): 1")
        );
        assert_eq!(difference(&all[1], &all[2]), None);
    }

    #[test]
    fn what_is_changed_counts_and_words_of_errors_do_not() {
        let mut other = seen(&["7"]);
        other[0].changes = vec!["self: (| x <- 1 |)".into()];
        assert_eq!(clusters(&[seen(&["7"]), other]).len(), 2);
        let mut worded = seen(&["!"]);
        worded[0].ending = Ending::Failed { kind: "badType".into(), message: "other words".into(), in_generated: false };
        assert_eq!(clusters(&[seen(&["!"]), worded]).len(), 1);
    }

    #[test]
    fn within_a_cluster_the_shortest_is_taken() {
        let cluster = Cluster { members: vec![0, 1, 2] };
        let sources = ["a = ( x + y + 0 )", "a = ( \"a long comment\" x + y )", "a = ( x+y )"];
        assert_eq!(simplest(&cluster, &sources), 1);
    }
}
