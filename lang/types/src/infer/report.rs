//! What is wrong, in words.
//!
//! What must stay true: nothing is reported where the program cannot come, or about what is not known; each finding says why.

use aura_syntax::diagnostic::{Edit, Label};
use aura_syntax::tree::{self, Expr, ExprKind, Receiver};
use aura_syntax::{Diagnostic, Span};

use super::Unit;
use super::body::Body;
use super::send::Message;
use crate::codes;
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotValue};
use crate::relate::Relate;
use crate::ty::{Type, TypeId};

impl Body<'_> {
    fn report(&mut self, found: Diagnostic) {
        if !self.env.is_dead {
            self.found.push(found);
        }
    }

    pub(super) fn show(&mut self, id: TypeId) -> String {
        let id = self.finish(id);
        if id == TypeId::SELF {
            return self.u.shown(self.holder_type);
        }
        self.u.shown(id)
    }

    /// Two types that do not fit. If one is `self` and the other is the object that `self` is of, they are told as they are written.
    fn show_both(&mut self, given: TypeId, wanted: TypeId) -> (String, String) {
        let (a, b) = (self.show(given), self.show(wanted));
        if a != b {
            return (a, b);
        }
        let (given, wanted) = (self.finish(given), self.finish(wanted));
        (self.u.shown(given), self.u.shown(wanted))
    }

    fn mismatch(&mut self, mut found: Diagnostic, a: TypeId, b: TypeId) {
        for reason in Relate::new(self.u, &mut self.metas, self.holder_type).why(a, b) {
            let (text, places) = reason.told(self.u, self.file);
            found.notes.push(format!("because {text}"));
            let is_new = |place: &Label| found.secondary.iter().all(|s| s.span != place.span);
            let places: Vec<Label> = places.into_iter().filter(is_new).collect();
            found.secondary.extend(places);
        }
        if self.u.options().in_full {
            let whole = Relate::new(self.u, &mut self.metas, self.holder_type).why_in_full(a, b);
            found.tell_in_full(whole.into_iter().map(|reason| format!("because {}", reason.told(self.u, self.file).0)).collect());
        }
        self.report(found);
    }

    /// The bounds of inference were reached: what is not found out is `any`.
    pub(super) fn too_hard(&mut self, unit: Unit) {
        let span = super::span_of(self.u, unit);
        let message = "the types of locals here keep growing; they are taken to be `any`";
        let mut found = Diagnostic::error(&codes::TOO_HARD, message, span, "in this code").help("write types for its locals");
        found.severity = self.u.severity_of_bounds();
        self.found.push(found);
    }

    pub(super) fn bad_argument(&mut self, message: &Message, i: usize, span: Span, given: TypeId, wanted: TypeId) {
        let text = self.text.clone();
        let part = message.send.selector.get(i).map_or("", |s| s.text(&text));
        let (given_text, wanted_text) = self.show_both(given, wanted);
        let found = Diagnostic::error(
            &codes::BAD_ARGUMENT,
            format!("'{part}' takes `{wanted_text}`, and this is `{given_text}`"),
            span,
            format!("`{given_text}`"),
        )
        .also(message.at, format!("takes `{wanted_text}`"));
        self.mismatch(found, given, wanted);
    }

    pub(super) fn out_of_bounds(&mut self, message: &Message, put: TypeId, bound: TypeId) {
        let (put_text, bound_text) = (self.show(put), self.show(bound));
        let text = format!("this message is for `{bound_text}`, and `{put_text}` is no `{bound_text}`");
        self.mismatch(Diagnostic::error(&codes::BAD_BOUND, text, message.at, "sent here"), put, bound);
    }

    pub(super) fn bad_result(&mut self, span: Span, given: TypeId, wanted: TypeId) {
        let (given_text, wanted_text) = self.show_both(given, wanted);
        let message = format!("the method is to answer `{wanted_text}`, and this is `{given_text}`");
        self.mismatch(Diagnostic::error(&codes::BAD_RESULT, message, span, format!("`{given_text}`")), given, wanted);
    }

    pub(super) fn bad_initial(&mut self, slot: &tree::Slot, span: Span, given: TypeId, wanted: TypeId) {
        let (given_text, wanted_text) = self.show_both(given, wanted);
        let message = format!("the slot is to hold `{wanted_text}`, and its first value is `{given_text}`");
        let mut found = Diagnostic::error(&codes::BAD_INITIAL, message, span, format!("`{given_text}`"));
        if let Some(type_) = &slot.type_ {
            found = found.also(type_.span, "the written type");
        }
        self.mismatch(found, given, wanted);
    }

    pub(super) fn bad_assignment(&mut self, value: Span, given: TypeId, wanted: TypeId, declared: Span) {
        let (given_text, wanted_text) = self.show_both(given, wanted);
        let message = format!("the local is to hold `{wanted_text}`, and this is `{given_text}`");
        let found = Diagnostic::error(&codes::BAD_ASSIGNMENT, message, value, format!("`{given_text}`"))
            .also(declared, format!("holds `{wanted_text}`"));
        self.mismatch(found, given, wanted);
    }

    pub(super) fn not_assignable(&mut self, span: Span, declared: Span) {
        self.report(
            Diagnostic::error(&codes::NOT_ASSIGNABLE, "this local cannot be assigned to", span, "assigned here")
                .also(declared, "an argument, or written with `=`"),
        );
    }

    pub(super) fn too_few(&mut self, span: Span, takes: usize, given: usize) {
        let message = format!("the block takes {takes} arguments, and is given {given}");
        self.report(Diagnostic::error(&codes::TOO_FEW_ARGUMENTS, message, span, "evaluated here"));
    }

    pub(super) fn ambiguous(&mut self, message: &Message, a: SlotId, b: SlotId) {
        let name = self.u.names.text(message.name).to_string();
        let (first, second) = (self.u.described(a.object), self.u.described(b.object));
        let text = format!("'{name}' is found in {first} and in {second}");
        let mut found = Diagnostic::error(&codes::AMBIGUOUS, text, message.at, "which one?");
        for slot in [a, b] {
            if let Some(tree) = self.u.slot(slot).tree.clone().filter(|_| self.u.slot(slot).file == Some(self.file)) {
                let begin = crate::near::parts(&name)[0].len() as u32;
                found = found.also(Span { start: tree.span.start, end: tree.span.start + begin }, "one is here");
            }
        }
        self.report(found.help(format!("define '{name}' in the object itself, and resend to the parent you mean")));
    }

    pub(super) fn no_resend(&mut self, message: &Message) {
        let name = self.u.names.text(message.name).to_string();
        let holder = self.u.object(self.holder).path.clone();
        if let Receiver::Delegate(word) = message.send.receiver {
            let parent = word.text(&self.text).to_string();
            let known = self.u.names.of(&parent);
            if !self.u.object(self.holder).slots.iter().any(|s| s.is_parent && s.name == known) {
                let gap = Span { start: word.end, end: message.at.start };
                let text = format!("no parent here is called '{parent}'");
                let help = format!(
                    "only a parent's name can direct a message with a period; to what `{parent}` answers it is sent with a space: `{parent} {name}`"
                );
                let found = Diagnostic::error(&codes::NO_RESEND, text, word, "no parent").help(help);
                return self.report(found.fix("put a space between them", vec![Edit::replace(gap, " ")]));
            }
        }
        self.report(Diagnostic::error(
            &codes::NO_RESEND,
            format!("nothing above `{holder}` has '{name}'"),
            message.at,
            "resent here",
        ));
    }

    pub(super) fn not_a_condition(&mut self, span: Span, type_: TypeId) {
        let shown = self.show(type_);
        self.report(Diagnostic::error(
            &codes::NOT_A_CONDITION,
            format!("this is `{shown}`, and must be true or false"),
            span,
            format!("`{shown}`"),
        ));
    }

    pub(super) fn untyped(&mut self, name: Span) {
        if !self.u.options.strict {
            return;
        }
        let text = self.text.clone();
        let name_text = name.text(&text);
        self.report(
            Diagnostic::error(&codes::UNTYPED, format!("nothing says what '{name_text}' is"), name, "no type")
                .help(format!("write a type: `{name_text} <int>`")),
        );
    }

    pub(super) fn unset(&mut self, span: Span, declared: Span) {
        if !self.u.options.strict {
            return;
        }
        let found = Diagnostic::error(&codes::UNSET, "this local may still be empty here", span, "read here");
        self.report(found.also(declared, "nothing is put here at first").help("give it a first value where it is declared"));
    }

    pub(super) fn unknown_receiver(&mut self, at: Span) {
        if self.u.options.strict && !self.env.is_dead {
            self.report(Diagnostic::error(&codes::UNKNOWN_RECEIVER, "nothing is known about the receiver", at, "sent here"));
        }
    }

    /// A message that some or all of the possible receivers do not understand.
    pub(super) fn not_understood(
        &mut self,
        receiver: TypeId,
        missing: &[TypeId],
        others_do: bool,
        message: &Message,
        given: &[TypeId],
    ) {
        let is_lenient = !self.u.options.strict && (self.u.types.is_soft(receiver) || !self.is_union(receiver));
        if missing.is_empty() || others_do && is_lenient || self.env.is_dead {
            return;
        }
        if missing.iter().all(|m| self.is_open_to(*m, message)) {
            return;
        }
        self.hole(receiver, message, given);
        let missing: Vec<TypeId> = missing.iter().map(|m| self.finish(*m)).collect();
        let missing = &self.u.told_in_order(&missing).into_iter().map(|m| m.0).collect::<Vec<_>>()[..];
        let found = if others_do { self.partly(missing, message) } else { self.wholly(receiver, missing, message) };
        self.report(found);
    }

    /// A message that is not understood while a parent of the receiver is this object.
    pub(super) fn parent_lacks(&mut self, receiver: TypeId, parent: ObjectId, message: &Message, given: &[TypeId]) {
        if self.env.is_dead {
            return;
        }
        self.hole(receiver, message, given);
        let name = self.u.names.text(message.name).to_string();
        let parent = self.u.described(parent);
        let text = format!("a parent of the receiver may be {parent}, and then '{name}' is not understood");
        let found = Diagnostic::error(&codes::PARTLY_UNDERSTOOD, text, message.at, "not always understood");
        self.report(found.help(format!("define '{name}' in all that the parent may be, or in the object itself")));
    }

    fn is_union(&self, id: TypeId) -> bool {
        matches!(self.u.types.get(id), Type::Union(..))
    }

    /// Whether somebody whom the checker does not see may understand it: who mixes in an object that does not
    /// even know the lobby.
    fn is_open_to(&mut self, member: TypeId, message: &Message) -> bool {
        if member != TypeId::SELF || self.u.options.strict {
            return false;
        }
        let (holder, lobby) = (self.holder, self.u.builtin.lobby);
        self.u.ask_for(message.name);
        let all = self.u.implementors();
        let assigned = self.u.names.assigned(message.name).map_or(&[][..], |n| all.named(n));
        let data = assigned.iter().filter(|s| self.u.is_data(**s));
        let others = all.named(message.name).iter().chain(data).copied();
        // An object that is written in code is known only to who can see that code.
        let others: Vec<SlotId> = others.filter(|s| !self.u.is_of_code(s.object) && self.u.sees(self.file, *s)).collect();
        let is_mixin = !self.u.inherits(holder, lobby);
        !others.is_empty() && (is_mixin || others.iter().any(|s| self.u.parents_of(s.object).is_open))
    }

    fn wholly(&mut self, receiver: TypeId, missing: &[TypeId], message: &Message) -> Diagnostic {
        let name = self.u.names.text(message.name).to_string();
        let shown = self.show(receiver);
        if let Some(found) = self.constant_assigned(missing, message) {
            return found;
        }
        let text = match message.is_implicit {
            true => format!("nothing here understands '{name}'"),
            false => format!("`{shown}` does not understand '{name}'"),
        };
        let mut found = Diagnostic::error(&codes::NOT_UNDERSTOOD, text, message.at, "not understood");
        self.source_of(message, receiver, true, &mut found);
        self.suggest(missing, message, &name, &mut found);
        found
    }

    /// Whether a message is sent to a slot of self, of which strict checking forgets what tests have told.
    fn is_own_slot(&mut self, message: &Message) -> bool {
        let Receiver::Expr(receiver) = &message.send.receiver else { return false };
        self.u.options.strict && matches!(self.place_of(receiver), Some(super::narrow::Place::Slot(_)))
    }

    fn partly(&mut self, missing: &[TypeId], message: &Message) -> Diagnostic {
        let name = self.u.names.text(message.name).to_string();
        let nil = self.u.nil_type();
        let shown: Vec<String> = missing.iter().map(|m| format!("`{}`", self.show(*m))).collect();
        let shown = shown.join(" and ");
        let (text, help) = match missing == [nil] {
            true => {
                let help = match self.is_own_slot(message) {
                    true => {
                        "what a test says of a slot does not last, since others may assign to it: put it into a local and test that, or send ifNil:IfNotNil:"
                    }
                    false => "test for nil before, or send ifNotNil: instead",
                };
                (format!("the receiver of '{name}' may be nil"), help.to_string())
            }
            false => (
                format!("the receiver of '{name}' may be {shown}, which does not understand it"),
                "test what it is before".into(),
            ),
        };
        let mut found = Diagnostic::error(&codes::PARTLY_UNDERSTOOD, text, message.at, "not always understood").help(help);
        self.source_of(message, missing[0], false, &mut found);
        found
    }

    /// `x: 3` where `x` is a constant slot.
    fn constant_assigned(&mut self, missing: &[TypeId], message: &Message) -> Option<Diagnostic> {
        let name = self.u.names.assigned(message.name)?;
        let object = match *self.u.types.get(*missing.first()?) {
            Type::Object(o, _) => o,
            Type::SelfType => self.holder,
            _ => return None,
        };
        let crate::find::Find::One(found) = self.u.find(object, name) else { return None };
        let text = self.u.names.text(name).to_string();
        let slot = self.u.slot(found.slot);
        let is_here = slot.file == Some(self.file);
        let (tree, kind) = (slot.tree.clone(), slot.kind);
        let mut found = Diagnostic::error(
            &codes::NOT_ASSIGNABLE,
            format!("the slot '{text}' cannot be assigned to"),
            message.at,
            "assigned here",
        );
        if let (Some(tree), true) = (tree, is_here) {
            found = found.also(tree.span, "written with `=`");
            found = match (kind, arrow(&tree, &self.text)) {
                (crate::object::SlotKind::Constant, Some(edit)) => found.fix("make it assignable with `<-`", vec![edit]),
                _ => found,
            };
        }
        Some(found.help("write `<-` where the slot is declared, if it is to change"))
    }

    /// Says where the receiver comes from.
    fn source_of(&mut self, message: &Message, type_: TypeId, is_whole: bool, found: &mut Diagnostic) {
        let Receiver::Expr(receiver) = &message.send.receiver else { return };
        let shown = self.show(type_);
        let Some((name, declared)) = self.named(receiver) else { return };
        if name != shown {
            let is = if is_whole { "is" } else { "may be" };
            found.notes.push(format!("because `{name}` {is} `{shown}` here"));
        }
        if let Some(span) = declared {
            found.secondary.push(Label { span, text: format!("`{name}` is declared here") });
        }
    }

    fn named(&mut self, receiver: &Expr) -> Option<(String, Option<Span>)> {
        let ExprKind::Send(send) = &receiver.kind else { return None };
        if !send.arguments.is_empty() || !matches!(send.receiver, Receiver::Implicit) {
            return None;
        }
        let name = self.selector(send);
        let declared = self.local(name).map(|at| self.locals[at].span);
        Some((self.u.names.text(name).to_string(), declared))
    }

    /// Whether an object has no parent, and what all others inherit would understand the message.
    fn lacks_parent(&mut self, object: ObjectId, message: Name) -> bool {
        let [only] = self.u.lineage_of(object)[..] else { return false };
        let clonable = self.u.names.of("clonable");
        let traits = self.u.builtin.traits;
        let slot = self.u.object(traits).slots.iter().find(|s| s.name == clonable).map(|s| s.value.clone());
        match slot {
            Some(SlotValue::Object(clonable)) => only != clonable && self.u.find(clonable, message) != crate::find::Find::Missing,
            _ => false,
        }
    }

    fn suggest(&mut self, missing: &[TypeId], message: &Message, name: &str, found: &mut Diagnostic) {
        let object = match missing.first().map(|m| self.u.types.get(*m).clone()) {
            Some(Type::Object(o, _)) => o,
            Some(Type::SelfType) => self.holder,
            Some(Type::Block(..)) => self.u.builtin.block,
            _ => return,
        };
        let is_explicit = !matches!(message.send.receiver, Receiver::Implicit);
        let Some(near) = crate::near::message(self.u, object, name, is_explicit) else {
            if self.lacks_parent(object, message.name) {
                found.help = Some(
                    "it has no parent that it would inherit that from: write `parent* = traits clonable` among its slots".into(),
                );
                return;
            }
            found.help = Some("define it, or leave it: when the program comes here, ALFRED is asked for it".into());
            return;
        };
        let is_sure = near.is_sure;
        let near = near.name;
        found.help = Some(format!("did you mean '{near}'?"));
        let parts = crate::near::parts(&near);
        // Another operator may want other parentheses.
        let is_word = near.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if is_word && parts.len() == message.send.selector.len() {
            let edits = message.send.selector.iter().zip(parts).map(|(s, p)| Edit::replace(*s, p)).collect();
            found.fix = Some(aura_syntax::diagnostic::Fix { title: format!("send '{near}'"), edits, is_guess: !is_sure });
        }
    }
}

/// The edit that turns `x = e` into `x <- e`.
fn arrow(slot: &tree::Slot, text: &str) -> Option<Edit> {
    let tree::Init::Constant(e) = &slot.init else { return None };
    let from = slot.type_.as_ref().map_or(slot.span.start, |t| t.span.end);
    let between = Span { start: from, end: e.span.start };
    let at = from + between.text(text).find('=')? as u32;
    Some(Edit::replace(Span { start: at, end: at + 1 }, "<-"))
}
