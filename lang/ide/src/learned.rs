//! Where a learned method comes from, as the comment before its slot says.

/// Where a method comes from that nobody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The model that wrote it.
    pub model: String,
    /// When: a date.
    pub date: String,
    /// Somebody has looked at it.
    pub is_reviewed: bool,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reviewed = if self.is_reviewed { "" } else { "; not reviewed yet" };
        write!(f, "learned from {} on {}{reviewed}", self.model, self.date)
    }
}

/// What a slot's comment says of where it comes from.
pub(crate) fn origin(comment: &str) -> Option<Origin> {
    let field = |name: &str| comment.lines().find_map(|l| l.trim().strip_prefix(name)?.strip_prefix(": "));
    let (time, model) = (field("learned")?, field("model")?);
    // Of the whole time people want the day.
    let date = time.split('T').next().unwrap_or(time).to_string();
    let model = model.split(" (").next().unwrap_or(model).to_string();
    Some(Origin { model, date, is_reviewed: field("reviewed").is_some_and(|r| !r.starts_with("no")) })
}

/// What a comment says of where a method comes from, without what only its judges want to know.
pub(crate) fn in_short(comment: &str) -> String {
    let kept = ["comment: ", "learned: ", "model: ", "plan: ", "reviewed: "];
    let lines = comment.lines().map(str::trim).filter(|l| kept.iter().any(|k| l.starts_with(k)));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_learned_method_says_where_it_comes_from() {
        let comment = "learned: 2026-11-22T23:00:00Z\nmodel: qwen2.5-coder:1.5b (sha256:1)\nreviewed: no";
        assert_eq!(
            origin(comment).expect("learned").to_string(),
            "learned from qwen2.5-coder:1.5b on 2026-11-22; not reviewed yet"
        );
        assert_eq!(origin("learned: by heart"), None);
    }
}
