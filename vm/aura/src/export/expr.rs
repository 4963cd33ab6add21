//! Pieces of source text that only the machine's values need.

use aura_run::float_text;
use aura_syntax::write::{Expr, Level};

/// A float, exactly.
pub fn float(f: f64) -> Expr {
    let text = match f {
        f if f.is_nan() => "0.0 / 0.0".into(),
        f if f.is_infinite() => if f > 0.0 { "1.0 / 0.0" } else { "-1.0 / 0.0" }.to_string(),
        f => float_text(f),
    };
    let level = if f.is_finite() && f.is_sign_positive() { Level::Primary } else { Level::Binary };
    Expr { text, level }
}

/// Whether a word can be sent as a unary message.
pub fn is_unary(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "self" | "resend")
}
