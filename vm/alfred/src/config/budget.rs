//! Budgets: how much may be spent on one send, in one run, and on one day.
//!
//! What must stay true: a budget that is not set bounds nothing; money is counted in the unit in which prices are given, and
//! a model without a price costs nothing.

use std::time::Duration;

use crate::clients::Tokens;

/// What may be spent: nothing set is nothing bounded.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Allowance {
    /// Tokens read and written, together.
    pub tokens: Option<u64>,
    /// Waiting for models.
    pub time: Option<Duration>,
    /// Money, in the unit of the prices.
    pub money: Option<f64>,
}

/// What was spent.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// Tokens read and written, together.
    pub tokens: u64,
    /// Seconds of waiting for models.
    pub seconds: f64,
    /// Money, in the unit of the prices.
    pub money: f64,
}

impl Spent {
    /// With one exchange more.
    pub fn add(&mut self, more: Spent) {
        self.tokens += more.tokens;
        self.seconds += more.seconds;
        self.money += more.money;
    }
}

impl Allowance {
    /// Which part of it is used up, in words; nothing if something of each is left.
    pub fn used_up(&self, spent: Spent) -> Option<String> {
        if let Some(most) = self.tokens.filter(|most| spent.tokens >= *most) {
            return Some(format!("{} tokens of {most}", spent.tokens));
        }
        if let Some(most) = self.time.filter(|most| spent.seconds >= most.as_secs_f64()) {
            return Some(format!("{:.0} seconds of {}", spent.seconds, most.as_secs()));
        }
        // What a question costs is known afterwards only, so nothing at all is asked when there is no money.
        let most = self.money.filter(|most| spent.money >= *most)?;
        Some(format!("{:.4} of {most} in money", spent.money))
    }

    /// How much longer may be waited.
    pub fn time_left(&self, spent: Spent) -> Option<Duration> {
        let waited = Duration::try_from_secs_f64(spent.seconds).unwrap_or(Duration::MAX);
        self.time.map(|most| most.saturating_sub(waited))
    }
}

/// Every budget.
#[derive(Clone, PartialEq, Debug)]
pub struct Budget {
    /// For one send.
    pub send: Allowance,
    /// For a run.
    pub run: Allowance,
    /// For a day (in UTC) of a project.
    pub day: Allowance,
    /// Sends that are answered in a run.
    pub sends: u32,
    /// Sends that wait, one inside the other.
    pub depth: u32,
}

impl Default for Budget {
    fn default() -> Self {
        let run = Allowance { tokens: Some(200_000), time: Some(Duration::from_secs(900)), money: None };
        Self { send: Allowance::default(), run, day: Allowance::default(), sends: 64, depth: 4 }
    }
}

/// What a model costs, for a million tokens.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// That it reads.
    #[serde(default)]
    pub read: f64,
    /// That it writes.
    #[serde(default)]
    pub written: f64,
}

impl Price {
    /// What so many tokens cost.
    pub fn of(&self, tokens: Tokens) -> f64 {
        (self.read * tokens.read as f64 + self.written * tokens.written as f64) / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_used_up_by_itself() {
        let all = Allowance { tokens: Some(10), time: Some(Duration::from_secs(2)), money: Some(0.5) };
        let spent = |tokens, seconds, money| all.used_up(Spent { tokens, seconds, money });
        assert_eq!(spent(9, 1.9, 0.4), None);
        assert_eq!(spent(10, 0.0, 0.0).as_deref(), Some("10 tokens of 10"));
        assert_eq!(spent(0, 2.0, 0.0).as_deref(), Some("2 seconds of 2"));
        assert_eq!(spent(0, 0.0, 0.5).as_deref(), Some("0.5000 of 0.5 in money"));
        assert_eq!(Allowance::default().used_up(Spent { tokens: u64::MAX, seconds: 1e12, money: 1e12 }), None);
        assert_eq!(all.time_left(Spent { seconds: 0.5, ..Spent::default() }), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_price_is_for_a_million_tokens() {
        let price = Price { read: 0.5, written: 2.0 };
        assert!((price.of(Tokens { read: 1_000_000, written: 500_000 }) - 1.5).abs() < 1e-12);
        assert_eq!(Price::default().of(Tokens { read: 1, written: 1 }), 0.0);
    }
}
