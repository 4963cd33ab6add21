//! Long sources as several short ones: so many of their slots, or of their statements, that an input can hold them.
//!
//! What must stay true: a piece can be read by itself, and laid out. A text that is merely cut cannot, and so shows a formatter nothing.

use aura_syntax::tree::{Expr, ExprKind, Init, Receiver, Slot, SlotList};
use aura_syntax::{Span, format, parse};

use crate::{LONGEST_TEXT, seeds};

/// What a piece has besides its slots or statements.
const AROUND: usize = 16;

/// Sources that can be laid out, and programs of the tests.
pub fn formatted() -> Vec<Vec<u8>> {
    let sources = seeds::sources().into_iter().filter_map(|source| String::from_utf8(source).ok());
    let all = sources.chain(seeds::programs()).flat_map(|text| pieces(&text));
    all.filter(|piece| format(piece).is_ok()).map(String::into_bytes).collect()
}

/// A text, if it is short enough, else its pieces.
fn pieces(text: &str) -> Vec<String> {
    if text.len() <= LONGEST_TEXT {
        return vec![text.to_owned()];
    }
    let file = parse(text).file;
    let mut cut = Cut { text, pieces: Vec::new() };
    file.slots.iter().for_each(|list| cut.slots(list));
    let statements: Vec<&Expr> = file.body.iter().map(|s| &s.expr).collect();
    cut.all(&statements, |e| e.span, ["", ".\n", "\n"]);
    statements.into_iter().filter(|e| is_long(e.span)).for_each(|e| cut.inside(e));
    cut.pieces
}

fn is_long(span: Span) -> bool {
    (span.end - span.start) as usize + AROUND > LONGEST_TEXT
}

/// A text being cut into pieces.
struct Cut<'t> {
    text: &'t str,
    pieces: Vec<String>,
}

impl Cut<'_> {
    /// Those that are short enough, as many at a time as there is room for: what stands before, between and behind them.
    fn all<T>(&mut self, all: &[T], span: impl Fn(&T) -> Span, [before, between, behind]: [&str; 3]) {
        let mut piece = String::new();
        for one in all.iter().map(span).filter(|span| !is_long(*span)) {
            let letters = one.text(self.text);
            if !piece.is_empty() && piece.len() + letters.len() + AROUND > LONGEST_TEXT {
                self.pieces.push(std::mem::take(&mut piece) + behind);
            }
            piece.push_str(if piece.is_empty() { before } else { between });
            piece.push_str(letters);
        }
        if !piece.is_empty() {
            self.pieces.push(piece + behind);
        }
    }

    fn slots(&mut self, list: &SlotList) {
        let whole = |slot: &Slot| slot.comment.map_or(slot.span, |comment| comment.to(slot.span));
        self.all(&list.slots, whole, ["|\n", ".\n\n", "\n|\n"]);
        for slot in list.slots.iter().filter(|slot| is_long(whole(slot))) {
            match &slot.init {
                Init::Constant(expr) | Init::Assignable(expr) => self.inside(expr),
                Init::None | Init::Method(_) => {}
            }
        }
    }

    /// The slots of objects that are written in an expression.
    fn inside(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(list) => self.slots(list),
            ExprKind::Send(send) => {
                if let Receiver::Expr(receiver) = &send.receiver {
                    self.inside(receiver);
                }
                send.arguments.iter().for_each(|argument| self.inside(argument));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sources_are_there_in_pieces_that_can_be_read() {
        let long: Vec<Vec<u8>> = seeds::sources().into_iter().filter(|source| source.len() > LONGEST_TEXT).collect();
        let (mut all, mut kept, mut whole) = (0, 0, 0);
        for source in &long {
            let cut = pieces(std::str::from_utf8(source).expect("a source is text"));
            whole += usize::from(cut.is_empty());
            all += cut.len();
            kept += cut.iter().filter(|piece| format(piece).is_ok()).count();
        }
        assert!(long.len() > 10 && kept * 10 > all * 9, "{kept} of {all} pieces of {} sources", long.len());
        // One that is a single long text has none.
        assert!(whole * 10 <= long.len(), "{whole} of {} sources are in no piece", long.len());
        assert!(formatted().iter().all(|seed| seed.len() <= LONGEST_TEXT));
    }
}
