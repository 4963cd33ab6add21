//! The forge: what was asked and verified, as lines for fine-tuning a model.
//!
//! * [`exchange`] the exchanges of a chronicle, as conversations
//! * [`split`] which of them are for training and which for testing
//!
//! ```json
//! {"messages": [{"role": "system", "content": "…"}, …, {"role": "assistant", "content": "{\"a_plan\": …}"}], "metadata": {…}}
//! ```
//!
//! What must stay true: what an assistant is to learn passed every gate, is in force, and was never rejected; a proposal that failed stands in a
//! conversation only with weight 0, as what was repaired; nothing in the test part has a near-duplicate in the training part; the same chronicle gives the
//! same lines.

pub mod exchange;
pub mod split;

pub use exchange::{Exchange, exchanges};
pub use split::Part;

use crate::chronicle::Chronicle;

/// The verified exchanges of a chronicle as JSON lines; all of them, or one part.
pub fn jsonl(chronicle: &Chronicle, part: Option<Part>) -> String {
    let wanted = exchanges(chronicle).into_iter().filter(|e| part.is_none_or(|p| e.metadata.split == p));
    wanted.map(|e| serde_json::to_string(&e).expect("plain data") + "\n").collect()
}
