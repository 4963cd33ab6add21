//! Why one type does not fit another, in words.
//!
//! A chain from the outside in: each reason says what of the types does not fit, and the next one why that does not. People are told
//! the beginning of it ([`SHORT`]), machines all of it ([`WHOLE`]). What must stay true: what is said depends on the types and on what is
//! written in their objects, not on what was asked before.

use aura_syntax::Span;
use aura_syntax::diagnostic::Label;

use super::Relate;
use super::structure::{Answer, Answers, Wanted};
use crate::find::Find;
use crate::object::{FileId, SlotId, SlotKind};
use crate::ty::{Type, TypeId};
use crate::universe::Universe;

/// How much is told.
#[derive(Clone, Copy)]
struct Most {
    /// Reasons in a chain.
    reasons: usize,
    /// Missing messages that are named.
    missing: usize,
    /// Members of a union about which is said why they are not meant.
    members: usize,
    /// Reasons for each of these.
    each: usize,
}

/// What is read at a glance.
const SHORT: Most = Most { reasons: 6, missing: 4, members: 3, each: 1 };
/// Everything; only the chain has an end, since a type may lead back to itself.
const WHOLE: Most = Most { reasons: 60, missing: usize::MAX, members: usize::MAX, each: 6 };

/// One reason.
pub(crate) struct Reason {
    pub(crate) text: String,
    /// The slots that it is about, each with a word about it.
    places: Vec<(SlotId, String)>,
}

impl Reason {
    /// The reason as it is told about code of a file: in words, and with those of its places that are there. Of other files' places only
    /// the file is named, since an edit there may move them.
    pub(crate) fn told(&self, u: &Universe, file: FileId) -> (String, Vec<Label>) {
        let (mut labels, mut elsewhere) = (Vec::new(), Vec::new());
        for (slot, word) in &self.places {
            match u.slot(*slot).file {
                Some(here) if here == file => labels.extend(u.begin_of(*slot).map(|span| Label { span, text: word.clone() })),
                Some(other) if !u.file(other).is_library && !elsewhere.contains(&other) => elsewhere.push(other),
                _ => {}
            }
        }
        let files: Vec<String> = elsewhere.iter().map(|f| format!("'{}'", u.file(*f).name)).collect();
        match files.is_empty() {
            true => (self.text.clone(), labels),
            false => (format!("{} (written in {})", self.text, files.join(" and ")), labels),
        }
    }
}

/// Reasons, from the outside in.
struct Chain {
    reasons: Vec<Reason>,
    most: Most,
}

impl Chain {
    fn say(&mut self, text: String) {
        self.reasons.push(Reason { text, places: Vec::new() });
    }

    fn is_full(&self) -> bool {
        self.reasons.len() >= self.most.reasons
    }
}

impl Relate<'_> {
    /// Why `a` does not fit `b`, as people are told.
    pub(crate) fn why(&mut self, a: TypeId, b: TypeId) -> Vec<Reason> {
        self.why_at_most(SHORT, a, b)
    }

    /// The same with everything that is left out there.
    pub(crate) fn why_in_full(&mut self, a: TypeId, b: TypeId) -> Vec<Reason> {
        self.why_at_most(WHOLE, a, b)
    }

    fn why_at_most(&mut self, most: Most, a: TypeId, b: TypeId) -> Vec<Reason> {
        let mut chain = Chain { reasons: Vec::new(), most };
        self.why_into(a, b, &mut chain);
        chain.reasons
    }

    fn why_into(&mut self, a: TypeId, b: TypeId, chain: &mut Chain) {
        if chain.is_full() || self.fits(a, b) {
            return;
        }
        match (self.u.types.get(a).clone(), self.u.types.get(b).clone()) {
            (Type::Union(members, _), _) => {
                if let Some(bad) = self.u.told_in_order(&members).into_iter().map(|m| m.0).find(|m| !self.fits(*m, b)) {
                    chain.say(format!("it may be `{}`", self.u.show(bad)));
                    self.why_into(bad, b, chain);
                }
            }
            (Type::SelfType | Type::SelfWith(_), _) => {
                let holder = self.holder_for(a);
                self.why_into(holder, b, chain);
            }
            (_, Type::Union(..)) => {
                // Nobody means that something is nil.
                let nil = self.u.nil_type();
                let members = self.u.types.members(b);
                match members.iter().filter(|m| **m != nil).copied().collect::<Vec<_>>()[..] {
                    [one] => self.why_into(a, one, chain),
                    _ => self.why_none(a, &members, chain),
                }
            }
            (Type::Block(p, r), Type::Block(q, s)) => self.why_blocks((&p, r), (&q, s), chain),
            (Type::Object(o, x), Type::Object(p, y)) if o == p => {
                if let Some((mine, wanted)) = x.iter().zip(y.iter()).find(|(m, w)| !self.fits(**m, **w)) {
                    let (mine_text, wanted_text) = (self.u.shown(*mine), self.u.shown(*wanted));
                    chain.say(format!("`{mine_text}` is not `{wanted_text}`"));
                    self.why_into(*mine, *wanted, chain);
                }
            }
            (Type::Object(..), Type::Object(..)) | (Type::Block(..), Type::Object(..)) => self.why_interfaces(a, b, chain),
            _ => {}
        }
    }

    /// Why it is none of the members of a union.
    fn why_none(&mut self, a: TypeId, members: &[TypeId], chain: &mut Chain) {
        let members: Vec<TypeId> = self.u.told_in_order(members).into_iter().map(|m| m.0).collect();
        for member in members.into_iter().take(chain.most.members) {
            if chain.is_full() || self.fits(a, member) {
                continue;
            }
            let is_not = format!("`{}` is not `{}`", self.u.shown(a), self.u.shown(member));
            let (first, end) = (chain.reasons.len(), chain.most.reasons);
            chain.most.reasons = end.min(first + chain.most.each);
            self.why_into(a, member, chain);
            chain.most.reasons = end;
            match chain.reasons.get_mut(first) {
                Some(reason) => reason.text = format!("{is_not}: {}", reason.text),
                None => chain.say(is_not),
            }
        }
    }

    fn why_blocks(&mut self, (p, r): (&[TypeId], TypeId), (q, s): (&[TypeId], TypeId), chain: &mut Chain) {
        if p.len() > q.len() {
            return chain.say(format!("the block takes {} arguments, and is given {}", p.len(), q.len()));
        }
        if let Some((mine, given)) = p.iter().zip(q).find(|(mine, given)| !self.fits(**given, **mine)) {
            let (mine_text, given_text) = (self.u.shown(*mine), self.u.shown(*given));
            chain.say(format!("the block takes `{mine_text}`, and is given `{given_text}`"));
            return self.why_into(*given, *mine, chain);
        }
        let (r_text, s_text) = (self.u.shown(r), self.u.shown(s));
        chain.say(format!("the block answers `{r_text}`, not `{s_text}`"));
        self.why_into(r, s, chain);
    }

    /// Messages that are missing say more than one that differs.
    fn why_interfaces(&mut self, a: TypeId, b: TypeId, chain: &mut Chain) {
        let mut wanted = self.u.wanted(a, b);
        wanted.sort_by_cached_key(|w| self.u.place_of_slot(w.slot));
        let mut missing: Vec<Wanted> = wanted.iter().filter(|w| self.u.answer(a, w.name).is_none()).copied().collect();
        if missing.len() > SHORT.missing {
            // Of many, those with short names are the ones that everybody knows.
            missing.sort_by_cached_key(|w| self.u.names.text(w.name).chars().count());
        }
        if !missing.is_empty() {
            let reason = self.missing(a, &missing, chain.most.missing);
            chain.reasons.push(reason);
        } else if let Some(other) = wanted.into_iter().find(|w| !self.answers(a, b, *w)) {
            self.differs(a, b, other, chain);
        }
    }

    fn missing(&mut self, a: TypeId, missing: &[Wanted], most: usize) -> Reason {
        let shown = self.u.shown(a);
        let named: Vec<String> = missing.iter().take(most).map(|w| format!("`{}`", self.u.names.text(w.name))).collect();
        let text = match (&named[..], missing.len() - named.len()) {
            ([one], _) => format!("`{shown}` does not understand {one}"),
            ([first @ .., last], 0) => format!("`{shown}` does not understand {} and {last}", first.join(", ")),
            (all, more) => format!("`{shown}` does not understand {} and {more} more", all.join(", ")),
        };
        let places = missing.iter().take(most).map(|w| (w.slot, "this message is missing".to_string())).collect();
        Reason { text, places }
    }

    /// The first of some slots that does not stand for these.
    fn first_unfit(&mut self, mine: Answers, theirs: &Answers) -> Option<Answer> {
        mine.into_iter().find(|mine| !(self.takes_all(mine, theirs) && self.answers_one(mine, theirs)))
    }

    /// A message that takes or answers something else.
    fn differs(&mut self, a: TypeId, b: TypeId, wanted: Wanted, chain: &mut Chain) {
        let (Some(mine), Some(theirs)) = (self.u.answer(a, wanted.name), self.u.answer_of(b, wanted)) else { return };
        // Where parents are assigned to, one that tells.
        let Some((mine, my_result)) = self.first_unfit(mine, &theirs) else { return };
        let Some((theirs, their_result)) = theirs.into_iter().next() else { return };
        let (name, shown) = (self.u.names.text(wanted.name).to_string(), self.u.shown(a));
        let bad = theirs.iter().zip(&mine).find(|(given, taken)| !self.fits(**given, **taken));
        let (verb, mine, theirs, from, to) = match bad {
            Some((given, taken)) => ("takes", *taken, *given, *given, *taken),
            None => ("answers", my_result, their_result, my_result, their_result),
        };
        let (mine_text, their_text) = (self.u.shown(mine), self.u.shown(theirs));
        let text = format!("`{name}` of `{shown}` {verb} `{mine_text}`, not `{their_text}`");
        let mut places = vec![(wanted.slot, format!("{verb} `{their_text}`"))];
        places.extend(self.u.slot_for(a, wanted).map(|slot| (slot, format!("{verb} `{mine_text}`"))));
        chain.reasons.push(Reason { text, places });
        self.why_into(from, to, chain);
    }
}

impl Universe {
    /// The slot that a message finds in an object of this type.
    fn slot_for(&mut self, type_: TypeId, wanted: Wanted) -> Option<SlotId> {
        let Type::Object(object, _) = *self.types.get(type_) else { return None };
        match self.find(object, wanted.name) {
            Find::One(found) => Some(found.slot),
            _ => None,
        }
    }

    /// The order in which slots are told: methods before others, then as they are written.
    fn place_of_slot(&self, slot: SlotId) -> (bool, std::rc::Rc<str>, u32) {
        let slot = self.slot(slot);
        let name = slot.file.map(|f| self.file(f).name.clone()).unwrap_or_default();
        (slot.kind == SlotKind::Constant, name, slot.tree.as_ref().map_or(0, |t| t.span.start))
    }

    /// Where a slot's name begins to be written.
    fn begin_of(&self, slot: SlotId) -> Option<Span> {
        let slot = self.slot(slot);
        let (start, end) = slot.tree.as_ref().map(|t| (t.span.start, t.span.end))?;
        let length = crate::near::parts(self.names.text(slot.name))[0].len() as u32;
        Some(Span { start, end: end.min(start + length) })
    }
}
