//! Whether a series falls steadily: the test of Mann and Kendall, with the slope of Theil and Sen.
//!
//! S counts the pairs that rise, less those that fall; under no trend it is nearly normal with the variance
//! (n(n-1)(2n+5) - Σ t(t-1)(2t+5)) / 18, t running over the sizes of ties. Z is S with one taken off its size, over the root of that; p is one-sided, for a
//! fall. The slope is the median of the slopes of all pairs. Neither asks the values to be distributed in any way, or minds a few wild
//! ones. What must stay true: the order of equal values does not matter; a series turned round has the opposite S and slope.

use serde::Serialize;

/// Fewer values than this say nothing: the normal approximation is good from ten on.
pub const LEAST: usize = 10;

/// What a series does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// Values.
    pub n: usize,
    /// Pairs that rise, less those that fall.
    pub s: i64,
    /// S in standard deviations.
    pub z: f64,
    /// The probability of such a fall where there is no trend.
    pub p: f64,
    /// Change for each value.
    pub slope: f64,
}

/// The trend of a series; nothing if it is too short.
pub fn trend(values: &[f64]) -> Option<Trend> {
    let n = values.len();
    if n < LEAST || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut s = 0i64;
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for i in 0..n {
        for j in i + 1..n {
            let rise = values[j] - values[i];
            s += i64::from(rise > 0.0) - i64::from(rise < 0.0);
            slopes.push(rise / (j - i) as f64);
        }
    }
    let variance = variance(values);
    let z = if variance > 0.0 { (s - s.signum()) as f64 / variance.sqrt() } else { 0.0 };
    Some(Trend { n, s, z, p: below(z), slope: median(slopes) })
}

fn variance(values: &[f64]) -> f64 {
    let term = |n: usize| (n * n.saturating_sub(1) * (2 * n + 5)) as f64;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|t| term(t.len())).sum();
    (term(values.len()) - ties) / 18.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}

/// The normal distribution below z.
fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Which of several p values hold at level `alpha`, all taken together (Holm's method).
pub fn holm(p: &[f64], alpha: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut holds = vec![false; p.len()];
    for (rank, i) in order.into_iter().enumerate() {
        if p[i] > alpha / (p.len() - rank) as f64 {
            break;
        }
        holds[i] = true;
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_trends() {
        let falling: Vec<f64> = (0..10).map(|i| 10.0 - f64::from(i)).collect();
        let t = trend(&falling).expect("long enough");
        // S = -45; variance 10·9·25/18 = 125; Z = -44/√125.
        assert_eq!((t.s, t.slope), (-45, -1.0));
        assert!((t.z + 3.9355).abs() < 1e-4 && (t.p - 4.15e-5).abs() < 1e-6, "{t:?}");
        let ties = trend(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0]).expect("long enough");
        // Five ties of two: (2250 - 5·18)/18 = 120.
        assert_eq!(ties.s, 40);
        assert!((ties.z - 39.0 / 120f64.sqrt()).abs() < 1e-12);
        let flat = trend(&[2.0; 12]).expect("long enough");
        assert_eq!((flat.s, flat.z, flat.slope), (0, 0.0, 0.0));
        assert_eq!(trend(&[1.0; 9]), None);
    }

    #[test]
    fn several_tests_need_stronger_signs() {
        assert_eq!(holm(&[0.04, 0.01, 0.5], 0.05), [false, true, false]);
        assert_eq!(holm(&[0.01, 0.02, 0.03], 0.05), [true, true, true]);
        assert_eq!(holm(&[], 0.05), Vec::<bool>::new());
    }

    proptest! {
        #[test]
        fn turned_round_it_is_the_opposite(values in prop::collection::vec(-9i32..9, 10..40)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let mut back = values.clone();
            back.reverse();
            let (one, other) = (trend(&values).expect("long"), trend(&back).expect("long"));
            prop_assert_eq!(one.s, -other.s);
            prop_assert!((one.slope + other.slope).abs() < 1e-9);
            prop_assert!((one.p + other.p - 1.0).abs() < 1e-9 && (0.0..=1.0).contains(&one.p));
        }
    }
}
