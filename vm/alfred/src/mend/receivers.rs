//! `abs x`, with nothing called `abs` about, can only be meant as `x abs`.

use crate::gates::{better_receivers, unknown};
use crate::situation::Situation;

/// The source with receivers put first wherever that makes an unknown name known. Nothing if that does not mend everything.
pub fn put_first(source: &str, situation: &Situation) -> Option<String> {
    let edits = better_receivers(source, situation)?;
    let mut text = source.to_string();
    for (span, better) in edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, better);
    }
    unknown(&text, situation).is_empty().then_some(text)
}
