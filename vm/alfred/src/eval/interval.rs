//! Wilson's score interval for a share: how far the true one may reasonably be from what was counted.
//!
//! What must stay true: the interval lies within 0 and 1, holds the share that was counted, and says something for 0 of n and n of n, where
//! the textbook's normal interval has no width.

use serde::Serialize;

/// The 0.975 quantile of the standard normal distribution: 95 % lie between its negative and itself.
const Z: f64 = 1.959_963_984_540_054;

/// A share of a number of samples, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// Their quotient; nothing if there was nothing to count.
    pub share: Option<f64>,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

impl Share {
    /// `count` of `of`; more than all are all.
    pub fn new(count: u64, of: u64) -> Self {
        let count = count.min(of);
        if of == 0 {
            return Self { count, of, share: None, low: None, high: None };
        }
        let (n, p, zz) = (of as f64, count as f64 / of as f64, Z * Z);
        let centre = (p + zz / (2.0 * n)) / (1.0 + zz / n);
        let half = Z / (1.0 + zz / n) * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
        Self {
            count,
            of,
            share: Some(p),
            low: Some((centre - half).max(0.0).min(p)),
            high: Some((centre + half).min(1.0).max(p)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_intervals() {
        // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let share = Share::new(count, of);
            let (l, h) = (share.low.expect("counted"), share.high.expect("counted"));
            assert!((l - low).abs() < 5e-5 && (h - high).abs() < 5e-5, "{count} of {of}: {l} {h}");
        }
        assert_eq!(Share::new(0, 0).share, None);
    }

    proptest! {
        #[test]
        fn bounds_hold_and_more_samples_narrow_it(of in 1u64..500, part in 0.0f64..=1.0) {
            let count = (part * of as f64) as u64;
            let one = Share::new(count, of);
            let ten = Share::new(count * 10, of * 10);
            let width = |s: &Share| s.high.unwrap_or(1.0) - s.low.unwrap_or(0.0);
            let (low, p, high) = (one.low.expect("some"), one.share.expect("some"), one.high.expect("some"));
            prop_assert!(0.0 <= low && low <= p && p <= high && high <= 1.0);
            prop_assert!(width(&ten) < width(&one));
            let other = Share::new(of - count, of);
            prop_assert!((other.low.expect("some") - (1.0 - high)).abs() < 1e-12);
        }
    }
}
