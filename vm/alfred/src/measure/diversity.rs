//! The effective number of behaviours: how many equally large clusters would be as undecided as those that there are.
//!
//! With shares p of the clusters it is exp(-Σ p ln p), Hill's number of order 1. What must stay true: it lies between 1 and the number of
//! clusters, is 1 for one cluster and k for k equal ones.

/// Of the sizes of clusters; nothing if there are none.
pub fn effective(sizes: &[usize]) -> Option<f64> {
    let all: usize = sizes.iter().sum();
    if all == 0 {
        return None;
    }
    let shares = sizes.iter().filter(|n| **n > 0).map(|n| *n as f64 / all as f64);
    Some(shares.map(|p| -p * p.ln()).sum::<f64>().exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(effective(&[]), None);
        assert_eq!(effective(&[0, 5]), Some(1.0));
        assert!((effective(&[2, 2, 2]).expect("some") - 3.0).abs() < 1e-12);
        assert!((effective(&[3, 1]).expect("some") - 1.7547).abs() < 1e-4);
    }

    proptest! {
        #[test]
        fn it_has_its_bounds_and_no_order(mut sizes in prop::collection::vec(1usize..50, 1..12)) {
            let n = effective(&sizes).expect("some");
            prop_assert!(n >= 1.0 - 1e-9 && n <= sizes.len() as f64 + 1e-9);
            sizes.reverse();
            prop_assert!((effective(&sizes).expect("some") - n).abs() < 1e-9);
            let twice: Vec<usize> = sizes.iter().map(|s| s * 2).collect();
            prop_assert!((effective(&twice).expect("some") - n).abs() < 1e-9);
        }
    }
}
