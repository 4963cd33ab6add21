//! The little statistics that measurements need: medians, percentiles, geometric means, and an interval by bootstrap.

/// The median; of an even number of values the mean of the middle two. Zero for none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => 0.0,
        (n, half) if n % 2 == 1 => sorted[half],
        (_, half) => (sorted[half - 1] + sorted[half]) / 2.0,
    }
}

/// The value that the share `p` of all values doesn't exceed. Zero for none.
pub(crate) fn percentile(values: &[f64], p: f64) -> f64 {
    let sorted = sorted(values);
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The least and the greatest value.
pub(crate) fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), &v| (lo.min(v), hi.max(v)))
}

/// The geometric mean. One for none.
pub(crate) fn geometric_mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 1.0;
    }
    (values.iter().map(|v| v.ln()).sum::<f64>() / values.len() as f64).exp()
}

/// A 95 % interval for the geometric mean of medians: each row holds the samples of one program, and each is drawn from
/// again, with replacement, a thousand times.
pub(crate) fn bootstrap(rows: &[Vec<f64>]) -> (f64, f64) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let means: Vec<f64> = (0..1000)
        .map(|_| {
            let medians: Vec<f64> = rows.iter().map(|row| median(&random.resample(row))).collect();
            geometric_mean(&medians)
        })
        .collect();
    (percentile(&means, 0.025), percentile(&means, 0.975))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// Marsaglia's xorshift: the interval shall come out the same for the same samples.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn resample(&mut self, row: &[f64]) -> Vec<f64> {
        row.iter().map(|_| row[self.below(row.len())]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&hundred, 0.95), 95.0);
        assert_eq!(range(&hundred), (1.0, 100.0));
    }

    #[test]
    fn the_mean_of_two_and_eight_is_four() {
        assert!((geometric_mean(&[2.0, 8.0]) - 4.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_mean() {
        let rows = vec![vec![1.9, 2.0, 2.1], vec![7.8, 8.0, 8.3]];
        let (lo, hi) = bootstrap(&rows);
        assert!(lo <= 4.0 && 4.0 <= hi && lo < hi, "{lo} {hi}");
    }
}
