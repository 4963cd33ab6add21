//! The edit distance of two ordered trees: the fewest nodes to insert, remove or rename that make one of the other.
//!
//! The algorithm is that of Zhang and Shasha (SIAM J. Comput. 18, 1989), with every edit at a cost of one. No crate that is kept has it. What must
//! stay true: the distance is a metric; [`normalised`] is one, too, and lies between 0 and 1.
//!
//! Not here: very large trees. Time goes with the square of the sizes and the square of the depths; [`bounded`] says no where it would take
//! long.

use std::collections::HashMap;

use super::Tree;

/// Pairs of nodes, times the pairs of their key roots, that are compared at most.
const MOST_WORK: usize = 40_000_000;

/// The edit distance.
pub fn distance(a: &Tree, b: &Tree) -> usize {
    if a.is_empty() || b.is_empty() {
        return a.len() + b.len();
    }
    let (n, m) = (a.len(), b.len());
    let mut trees = vec![0usize; n * m];
    let mut forest = vec![0usize; (n + 1) * (m + 1)];
    for &i in &keyroots(a) {
        for &j in &keyroots(b) {
            subtrees(a, b, (i, j), &mut trees, &mut forest);
        }
    }
    trees[n * m - 1]
}

/// The distance on a scale from 0 (alike) to 1 (nothing in common, one of them empty): 2 d / (|a| + |b| + d). This keeps the triangle inequality
/// (Li and Zhang, 2011), which d / (|a| + |b|) does not.
pub fn normalised(distance: usize, a: &Tree, b: &Tree) -> f64 {
    match a.len() + b.len() + distance {
        0 => 0.0,
        all => 2.0 * distance as f64 / all as f64,
    }
}

/// The distance, unless it is above `limit` or would take too long.
pub fn bounded(a: &Tree, b: &Tree, limit: usize) -> Option<usize> {
    if at_least(a, b) > limit || work(a, b) > MOST_WORK {
        return None;
    }
    Some(distance(a, b)).filter(|d| *d <= limit)
}

/// A lower bound that costs little: nodes without a partner of the same label.
pub fn at_least(a: &Tree, b: &Tree) -> usize {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for label in a.labels() {
        *counts.entry(label).or_default() += 1;
    }
    let shared =
        b.labels().iter().filter(|l| counts.get_mut(l.as_str()).is_some_and(|n| std::mem::replace(n, n.saturating_sub(1)) > 0));
    a.len().max(b.len()) - shared.count()
}

fn work(a: &Tree, b: &Tree) -> usize {
    let size = |t: &Tree| keyroots(t).iter().map(|k| k + 1 - t.leftmost()[*k]).sum::<usize>();
    size(a).saturating_mul(size(b))
}

/// The nodes whose subtrees have to be looked at by themselves: of those that begin at the same leaf, the highest.
fn keyroots(t: &Tree) -> Vec<usize> {
    let mut seen = vec![false; t.len()];
    let mut roots: Vec<usize> = (0..t.len()).rev().filter(|i| !std::mem::replace(&mut seen[t.leftmost()[*i]], true)).collect();
    roots.reverse();
    roots
}

/// Fills in the distances between the subtrees on the leftmost paths of two key roots.
fn subtrees(a: &Tree, b: &Tree, (i, j): (usize, usize), trees: &mut [usize], forest: &mut [usize]) {
    let (la, lb) = (a.leftmost(), b.leftmost());
    let (from_a, from_b) = (la[i], lb[j]);
    let (rows, columns) = (i + 2 - from_a, j + 2 - from_b);
    let at = |x: usize, y: usize| x * columns + y;
    let m = b.len();
    for x in 0..rows {
        forest[at(x, 0)] = x;
    }
    for y in 0..columns {
        forest[at(0, y)] = y;
    }
    for x in 1..rows {
        let node = from_a + x - 1;
        for y in 1..columns {
            let other = from_b + y - 1;
            let edit = (forest[at(x - 1, y)] + 1).min(forest[at(x, y - 1)] + 1);
            let whole = la[node] == from_a && lb[other] == from_b;
            let both = match whole {
                true => forest[at(x - 1, y - 1)] + usize::from(a.labels()[node] != b.labels()[other]),
                false => forest[at(la[node] - from_a, lb[other] - from_b)] + trees[node * m + other],
            };
            forest[at(x, y)] = edit.min(both);
            if whole {
                trees[node * m + other] = forest[at(x, y)];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `f(a b)` as a tree.
    fn tree(text: &str) -> Tree {
        let mut tree = Tree::default();
        let mut open: Vec<(char, usize)> = Vec::new();
        let mut pending: Option<char> = None;
        for c in text.chars().chain([' ']) {
            if let Some(label) = pending.take() {
                match c {
                    '(' => open.push((label, tree.len())),
                    _ => tree.push(label.to_string(), tree.len()),
                }
            }
            match c {
                ')' => {
                    let (label, first) = open.pop().expect("open");
                    tree.push(label.to_string(), first);
                }
                '(' | ' ' => {}
                label => pending = Some(label),
            }
        }
        tree
    }

    /// The definition, without any cleverness: the distance of two forests by removing, inserting or matching their last roots.
    fn plainly(a: &[(usize, String)], b: &[(usize, String)]) -> usize {
        let split = |f: &[(usize, String)]| {
            let last = f.len() - 1;
            let first = last - f[last].0;
            (f[..last].to_vec(), f[..first].to_vec(), f[first..last].to_vec(), f[last].1.clone())
        };
        match (a.is_empty(), b.is_empty()) {
            (true, _) | (_, true) => a.len() + b.len(),
            _ => {
                let (without_a, left_a, below_a, label_a) = split(a);
                let (without_b, left_b, below_b, label_b) = split(b);
                let matched = plainly(&left_a, &left_b) + plainly(&below_a, &below_b) + usize::from(label_a != label_b);
                (plainly(&without_a, b) + 1).min(plainly(a, &without_b) + 1).min(matched)
            }
        }
    }

    /// The nodes in postorder, each with the number of those below it.
    fn forest(t: &Tree) -> Vec<(usize, String)> {
        t.labels().iter().enumerate().map(|(i, l)| (i - t.leftmost()[i], l.clone())).collect()
    }

    fn trees() -> impl Strategy<Value = Tree> {
        prop::collection::vec((0usize..4, 0usize..3), 1..8).prop_map(|steps| {
            let mut tree = Tree::default();
            let mut roots: Vec<usize> = Vec::new();
            for (label, take) in steps {
                let keep = roots.len().saturating_sub(take);
                let first = roots.get(keep).copied().unwrap_or(tree.len());
                roots.truncate(keep);
                roots.push(first);
                tree.push(["a", "b", "c", "d"][label], first);
            }
            tree.push("r", 0);
            tree
        })
    }

    #[test]
    fn known_distances() {
        // The example of Zhang and Shasha.
        assert_eq!(distance(&tree("f(d(a c(b)) e)"), &tree("f(c(d(a b)) e)")), 2);
        assert_eq!(distance(&tree("f(a b)"), &tree("f(a b)")), 0);
        assert_eq!(distance(&tree("f(a b)"), &tree("g(b a)")), 3);
        assert_eq!(distance(&Tree::default(), &tree("f(a b)")), 3);
        let (a, b) = (tree("f(a b)"), tree("f(a c)"));
        assert!((normalised(distance(&a, &b), &a, &b) - 2.0 / 7.0).abs() < 1e-12);
        assert_eq!(normalised(3, &Tree::default(), &a), 1.0);
        assert_eq!((bounded(&a, &b, 1), bounded(&a, &b, 0)), (Some(1), None));
    }

    #[test]
    fn what_would_take_too_long_is_not_compared() {
        let mut comb = Tree::default();
        for _ in 0..400 {
            let first = 0;
            let leaf = comb.len();
            comb.push("x", leaf);
            comb.push("y", first);
        }
        let mut right = Tree::default();
        for _ in 0..400 {
            let leaf = right.len();
            right.push("x", leaf);
        }
        for i in (0..400).rev() {
            right.push("y", i);
        }
        assert!(work(&right, &right) > MOST_WORK && bounded(&right, &right, 9).is_none());
        assert_eq!(bounded(&comb, &comb, 9), Some(0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn it_is_what_the_definition_says(a in trees(), b in trees()) {
            prop_assert_eq!(distance(&a, &b), plainly(&forest(&a), &forest(&b)));
        }

        #[test]
        fn it_is_a_metric_between_0_and_1(a in trees(), b in trees(), c in trees()) {
            let d = |x: &Tree, y: &Tree| normalised(distance(x, y), x, y);
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert!((0.0..=1.0).contains(&d(&a, &b)));
            prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
            prop_assert!(d(&a, &c) <= d(&a, &b) + d(&b, &c) + 1e-12);
            prop_assert!(at_least(&a, &b) <= distance(&a, &b));
        }
    }
}
