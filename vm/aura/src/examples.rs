//! Examples in comments: lines `EXPRESSION ==> PRINTSTRING` in the comment directly before a slot.
//!
//! What must stay true: an example is one line; what stands on the right is the `printString` of the answer, or the words
//! `error KIND` where the expression should end in an unhandled condition of that kind.

use aura_syntax::tree::{Body, Expr, ExprKind, Init, Receiver, SlotList, Statement, TemplatePart};

/// One example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What is evaluated.
    pub code: String,
    /// What its answer should print as.
    pub expected: String,
    /// The slot that it explains.
    pub slot: String,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// All examples of a source, in order.
pub fn find(text: &str) -> Vec<Example> {
    let file = aura_syntax::parse(text).file;
    let mut walk = Walk { text, found: Vec::new() };
    if let Some(list) = &file.slots {
        walk.slots(list);
    }
    walk.statements(&file.body);
    walk.found
}

/// A comment's text, without quotes and escapes.
pub fn comment_text(token: &str) -> String {
    let inside = token.strip_prefix('"').unwrap_or(token);
    inside.strip_suffix('"').unwrap_or(inside).replace("\\\"", "\"")
}

struct Walk<'s> {
    text: &'s str,
    found: Vec<Example>,
}

impl Walk<'_> {
    fn slots(&mut self, list: &SlotList) {
        for slot in &list.slots {
            if let Some(comment) = slot.comment {
                let name = slot.span.text(self.text).split(['=', '<', '(']).next().unwrap_or("").trim().to_string();
                self.comment(comment.start as usize, comment.text(self.text), &name);
            }
            match &slot.init {
                Init::None => {}
                Init::Constant(e) | Init::Assignable(e) => self.expr(e),
                Init::Method(body) => self.body(body),
            }
        }
    }

    fn comment(&mut self, start: usize, token: &str, slot: &str) {
        let first = self.text[..start].matches('\n').count() + 1;
        for (i, line) in comment_text(token).lines().enumerate() {
            let Some((code, expected)) = line.split_once(" ==> ") else { continue };
            self.found.push(Example {
                code: code.trim().into(),
                expected: expected.trim().into(),
                slot: slot.into(),
                line: first + i,
            });
        }
    }

    fn statements(&mut self, statements: &[Statement]) {
        for s in statements {
            self.expr(&s.expr);
        }
    }

    fn body(&mut self, body: &Body) {
        if let Some(list) = &body.slots {
            self.slots(list);
        }
        self.statements(&body.statements);
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Object(list) => self.slots(list),
            ExprKind::Block(body) | ExprKind::Group(body) => self.body(body),
            ExprKind::Vector(all) => all.iter().for_each(|e| self.expr(e)),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Hole(e) = part {
                        self.expr(e);
                    }
                }
            }
            ExprKind::Send(send) => {
                if let Receiver::Expr(e) = &send.receiver {
                    self.expr(e);
                }
                send.arguments.iter().for_each(|e| self.expr(e));
            }
            ExprKind::Integer | ExprKind::Float | ExprKind::String | ExprKind::SelfRef | ExprKind::Error => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_found_in_the_comments_of_slots_and_nowhere_else() {
        let text = "\"no slot ==> 1\"\n| a = (|\n  \"Doc.\n     3 + 4 ==> 7\n     'x' ==> 'x'\"\n  b = ( 7 ).\n|) |\n";
        let found = find(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], Example { code: "3 + 4".into(), expected: "7".into(), slot: "b".into(), line: 4 });
        assert_eq!(found[1].line, 5);
    }

    #[test]
    fn quotes_in_comments_lose_their_backslash() {
        assert_eq!(comment_text(r#""say \"a\"""#), r#"say "a""#);
    }
}
