//! Messages: to whom, what they find, what that answers.

use aura_syntax::Span;
use aura_syntax::tree::{Expr, ExprKind, Receiver, Send, selector};
use smallvec::SmallVec;

use super::body::Body;
use crate::effects::Call;
use crate::find::{self, Find, Found};
use crate::names::Name;
use crate::object::{ObjectId, SlotId, SlotKind};
use crate::ty::subst::{Receiver as Put, Vars};
use crate::ty::{Type, TypeId, VarId};

/// A message that nothing understands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Missing {
    /// The whole message.
    pub(crate) span: Span,
    pub(crate) selector: Name,
    pub(crate) receiver: TypeId,
    pub(crate) arguments: Vec<TypeId>,
    /// What its place asks for.
    pub(crate) wanted: Option<TypeId>,
    /// Messages that are sent to its answer.
    pub(crate) uses: Vec<Name>,
}

/// Objects below another whose slots are looked at; more may be anything.
const MOST_BELOW: usize = 6;

/// Metas of one place are told apart by receivers; so many numbers are for one of them.
const PER_RECEIVER: u32 = 256;

/// What one receiver does with a message.
pub(super) enum Look {
    /// It has a slot for it.
    Known(Instance),
    /// It has one or another, by what is assigned to a parent.
    Several(Several),
    /// Nobody knows.
    Unknown,
    /// It does not understand it.
    Missing,
}

/// The slots that a message may find in one receiver.
pub(super) struct Several {
    known: SmallVec<[Instance; 2]>,
    /// A parent may be this object, and then there is none.
    lacking: Option<ObjectId>,
    /// A parent may be something that is not known.
    is_open: bool,
}

/// A slot as one message uses it.
#[derive(Clone)]
pub(super) struct Instance {
    pub(super) params: SmallVec<[TypeId; 2]>,
    pub(super) result: TypeId,
    /// Nothing for a block that is evaluated.
    pub(super) slot: Option<SlotId>,
    pub(super) is_write: bool,
    /// What was put for variables with a bound, and the bound.
    pub(super) bounds: SmallVec<[(TypeId, TypeId); 1]>,
}

impl Instance {
    /// The evaluation of a block.
    fn evaluation(params: SmallVec<[TypeId; 2]>, result: TypeId) -> Self {
        Self { params, result, slot: None, is_write: false, bounds: SmallVec::new() }
    }
}

/// A message on its way.
pub(super) struct Message<'s> {
    pub(super) send: &'s Send,
    pub(super) name: Name,
    /// The selector alone.
    pub(super) at: Span,
    pub(super) span: Span,
    pub(super) is_implicit: bool,
    pub(super) wanted: Option<TypeId>,
}

impl Body<'_> {
    pub(super) fn send(&mut self, send: &Send, span: Span, wanted: Option<TypeId>) -> TypeId {
        let name = self.selector(send);
        if let Some(type_) = self.local_message(send, name) {
            return type_;
        }
        let at = send.selector[0].to(send.selector[send.selector.len() - 1]);
        let is_implicit = matches!(send.receiver, Receiver::Implicit);
        let message = Message { send, name, at, span, is_implicit, wanted };
        if let Some(type_) = self.control(&message).or_else(|| self.import(&message)) {
            return type_;
        }
        let receiver = match &send.receiver {
            Receiver::Implicit => TypeId::SELF,
            Receiver::Expr(e) if self.is_protection(&message, e) => self.quietly(e),
            Receiver::Expr(e) => {
                self.note_prototype(e, &message);
                self.is_lent = matches!(e.kind, ExprKind::Block(_)) && self.is_lent_receiver(&message);
                let type_ = self.expr(e, None);
                self.is_lent = false;
                type_
            }
            Receiver::Resend(_) => return self.resend(&message, None),
            Receiver::Delegate(parent) => {
                let text = self.text.clone();
                let parent = self.u.names.of(parent.text(&text));
                return self.resend(&message, Some(parent));
            }
        };
        self.message(receiver, &message)
    }

    /// `[ … ] onError: …`, `should: [ … ] Raise: …`: who catches what goes wrong in a block knows that something may. Strict
    /// checking knows better.
    pub(super) fn is_protection(&self, message: &Message, block: &Expr) -> bool {
        const CATCH: [&str; 6] = ["onError:", "onError:Kind:", "on:Do:", "ifError:", "should:Raise:", "shouldFail:"];
        !self.u.options.strict && matches!(block.kind, ExprKind::Block(_)) && CATCH.contains(&self.u.names.text(message.name))
    }

    /// `import: 'path'`, when the file behind it is known.
    fn import(&mut self, message: &Message) -> Option<TypeId> {
        let [path] = &message.send.arguments[..] else { return None };
        if message.name != self.u.words.import || !matches!(path.kind, ExprKind::String) {
            return None;
        }
        let file = *self.u.file(self.file).imports.get(path.span.text(&self.text).trim_matches('\''))?;
        let module = self.u.file(file).module;
        Some(self.u.types.object(module))
    }

    pub(super) fn selector(&mut self, send: &Send) -> Name {
        match &send.selector[..] {
            [one] => self.u.names.of(one.text(&self.text)),
            parts => self.u.names.of(&selector(parts, &self.text)),
        }
    }

    /// Sends a message to a receiver whose type is known.
    pub(super) fn message(&mut self, receiver: TypeId, message: &Message) -> TypeId {
        if self.u.names.text(message.name).starts_with('_') {
            return self.primitive(receiver, message);
        }
        let receiver = self.shallow(receiver);
        if receiver == TypeId::NEVER {
            self.arguments(message, &[], false);
            return TypeId::NEVER;
        }
        let (mut known, mut missing, mut unknown) = (SmallVec::<[Instance; 2]>::new(), Vec::new(), false);
        let (mut lacking, mut is_open) = (None, false);
        let told = self.found.len();
        for (i, member) in self.u.types.members(receiver).into_iter().enumerate() {
            match self.look(member, message, i as u32) {
                Look::Known(instance) => known.push(instance),
                Look::Several(several) => {
                    known.extend(several.known);
                    unknown |= several.is_open;
                    is_open |= several.is_open;
                    lacking = lacking.or(several.lacking);
                }
                Look::Unknown => unknown = true,
                Look::Missing => missing.push(member),
            }
        }
        let is_told = self.found.len() > told;
        let one_will_do = !self.u.options.strict && self.u.types.is_soft(receiver);
        let given = self.arguments(message, &known, one_will_do);
        self.does(receiver, message, &known, unknown);
        if is_open || unknown && known.is_empty() && missing.is_empty() && !is_told {
            self.unknown_receiver(message.at);
        }
        self.used(message);
        if self.u.watched == Some(message.name) {
            self.hole(receiver, message, &given);
        }
        self.not_understood(receiver, &missing, unknown || !known.is_empty(), message, &given);
        if let Some(parent) = lacking {
            self.parent_lacks(receiver, parent, message, &given);
        }
        self.after(message, &known, &given);
        let result = self.results(&known, unknown || !missing.is_empty() || lacking.is_some());
        if result == TypeId::NEVER {
            self.env.is_dead = true;
        }
        self.narrowed(message, &known).unwrap_or(result)
    }

    /// If the receiver is the answer of a hole, it is used for this message.
    fn used(&mut self, message: &Message) {
        if let Receiver::Expr(e) = &message.send.receiver
            && let Some(hole) = self.holes.iter_mut().find(|h| h.span == e.span)
        {
            hole.uses.push(message.name);
        }
    }

    /// Remembers what is known at a message that is, or may be, not understood.
    pub(super) fn hole(&mut self, receiver: TypeId, message: &Message, given: &[TypeId]) {
        let arguments = given.iter().map(|g| self.finish(*g)).collect();
        let receiver = if receiver == TypeId::SELF { self.holder_type } else { self.finish(receiver) };
        let wanted = message.wanted.map(|w| self.finish(w)).filter(|w| *w != TypeId::ANY);
        let hole = Missing { span: message.span, selector: message.name, receiver, arguments, wanted, uses: Vec::new() };
        if self.holes.last() != Some(&hole) {
            self.holes.push(hole);
        }
    }

    fn results(&mut self, known: &[Instance], or_any: bool) -> TypeId {
        if known.is_empty() {
            return TypeId::ANY;
        }
        let mut all = TypeId::NEVER;
        for instance in known {
            let result = self.shallow(instance.result);
            all = self.u.types.soft(all, result);
        }
        // What some receivers answer is known, what others do is not: what is known may not be all.
        if or_any && known.len() == 1 && all == TypeId::NEVER { TypeId::ANY } else { all }
    }

    /// What a message finds in one receiver. A message without a receiver goes on to the module.
    pub(super) fn look(&mut self, member: TypeId, message: &Message, which: u32) -> Look {
        let look = self.look_in(member, message, which);
        let is_lacking = match &look {
            Look::Missing => true,
            Look::Several(several) => several.lacking.is_some(),
            Look::Known(_) | Look::Unknown => false,
        };
        if !(message.is_implicit && is_lacking) {
            return look;
        }
        let module = self.u.file(self.file).module;
        let module = self.u.types.object(module);
        match (look, self.look_in(module, message, which + 8)) {
            (Look::Several(several), Look::Missing) => Look::Several(several),
            (Look::Several(mut several), Look::Known(instance)) => {
                several.known.push(instance);
                Look::Several(Several { lacking: None, ..several })
            }
            (_, found) => found,
        }
    }

    fn look_in(&mut self, member: TypeId, message: &Message, which: u32) -> Look {
        let member = self.shallow(member);
        match self.u.types.get(member).clone() {
            Type::Any if self.u.options.strict => self.look_in_any(message, which),
            Type::Any | Type::Never | Type::Meta(_) | Type::Union(..) | Type::SelfAnswer(..) => Look::Unknown,
            Type::SelfType => {
                let holder = self.holder;
                if holder == self.u.builtin.block && self.is_evaluation(message.name) {
                    let result = self.u.builtin.block_result;
                    let result = self.u.types.var(result);
                    let params = SmallVec::from_elem(TypeId::ANY, message.send.arguments.len());
                    return Look::Known(Instance::evaluation(params, result));
                }
                let vars = self.u.above(holder).bindings.clone();
                self.find_for(holder, member, &vars, message, which)
            }
            Type::SelfWith(_) => {
                let (holder, holder_type) = (self.holder, self.holder_type);
                let own = self.u.own_type(member, holder_type);
                let args = match self.u.types.get(own) {
                    Type::Object(_, args) => args.clone(),
                    _ => Box::default(),
                };
                let vars = self.u.receiver_vars(holder, &args);
                self.find_for(holder, member, &vars, message, which)
            }
            Type::Object(object, args) => {
                if object == self.u.builtin.block && self.is_evaluation(message.name) {
                    let params = SmallVec::from_elem(TypeId::ANY, message.send.arguments.len());
                    let result = args.first().copied().unwrap_or(TypeId::ANY);
                    return Look::Known(Instance::evaluation(params, result));
                }
                let vars = self.u.receiver_vars(object, &args);
                self.find_for(object, member, &vars, message, which)
            }
            Type::Block(params, result) => self.look_in_block(member, &params, result, message, which),
            Type::Var(var) => match self.u.var(var).bound {
                Some(bound) => match self.look_in(bound, message, which) {
                    // What fits the bound may understand more.
                    Look::Missing if !self.u.options.strict && self.is_implemented(message.name) => Look::Unknown,
                    look => look,
                },
                None => self.look_in_unbound(member, message, which),
            },
        }
    }

    /// What is read out of a collection, or given to a block that looks at it. The type of one that is written empty says that nothing is in it; seldom is that meant.
    fn read_out(&self, held: TypeId) -> TypeId {
        if held == TypeId::NEVER && !self.u.options.strict { TypeId::ANY } else { held }
    }

    /// In strict checking too, anything may be sent what everything understands. What that does besides, nobody knows.
    fn look_in_any(&mut self, message: &Message, which: u32) -> Look {
        let lobby = self.u.builtin.lobby;
        match self.find_for(lobby, TypeId::ANY, &[], message, which) {
            Look::Known(instance) => {
                self.calls.insert(Call::Named(message.name));
                Look::Known(Instance { slot: None, ..instance })
            }
            _ => Look::Unknown,
        }
    }

    /// Whether any object has such a slot.
    fn is_implemented(&mut self, name: Name) -> bool {
        !self.u.implementors().named(name).is_empty()
    }

    /// What nothing is known of understands what everything does.
    fn look_in_unbound(&mut self, member: TypeId, message: &Message, which: u32) -> Look {
        let lobby = self.u.builtin.lobby;
        match self.find_for(lobby, member, &[], message, which) {
            Look::Missing if !self.u.options.strict => Look::Unknown,
            look => look,
        }
    }

    fn look_in_block(&mut self, member: TypeId, params: &[TypeId], result: TypeId, message: &Message, which: u32) -> Look {
        if self.is_evaluation(message.name) {
            let given = message.send.arguments.len();
            if given < params.len() {
                self.too_few(message.at, params.len(), given);
            }
            let mut params: SmallVec<[TypeId; 2]> = params.iter().take(given).copied().collect();
            params.resize(given, TypeId::ANY);
            return Look::Known(Instance::evaluation(params, result));
        }
        let vars = [(self.u.builtin.block_result, result)];
        let block = self.u.builtin.block;
        self.find_for(block, member, &vars, message, which)
    }

    /// `value`, `value:`, `value:With:` and so on.
    pub(super) fn is_evaluation(&self, name: Name) -> bool {
        let Some(rest) = self.u.names.text(name).strip_prefix("value") else { return false };
        rest.is_empty() || rest.strip_prefix(':').is_some_and(|more| more.split_terminator(':').all(|part| part == "With"))
    }

    fn find_for(&mut self, object: ObjectId, self_type: TypeId, vars: &[(VarId, TypeId)], message: &Message, which: u32) -> Look {
        match self.u.find(object, message.name) {
            Find::One(found) if self.is_self(self_type) => self.look_below(object, Some(found), self_type, vars, message, which),
            Find::One(found) => Look::Known(self.instance(found.slot, found.is_write, self_type, vars, message.at, which)),
            Find::Some(all) => Look::Several(self.look_in_several(object, &all, self_type, vars, message, which)),
            Find::Open => Look::Unknown,
            Find::Ambiguous(a, b) => {
                self.ambiguous(message, a, b);
                Look::Unknown
            }
            Find::Missing if self.is_self(self_type) => self.look_below(object, None, self_type, vars, message, which),
            Find::Missing => Look::Missing,
        }
    }

    /// Whatever is assigned to a parent, all that the message may find is used. What is lacking in one, an heir may have.
    fn look_in_several(
        &mut self,
        object: ObjectId,
        all: &find::Several,
        self_type: TypeId,
        vars: &[(VarId, TypeId)],
        message: &Message,
        which: u32,
    ) -> Several {
        let mut several = Several { known: SmallVec::new(), lacking: all.lacking, is_open: all.is_open };
        for (i, found) in all.found.iter().enumerate() {
            let which = which + PER_RECEIVER * (i as u32 + 1);
            match self.is_self(self_type) {
                true => match self.look_below(object, Some(*found), self_type, vars, message, which) {
                    Look::Known(instance) => several.known.push(instance),
                    _ => several.is_open = true,
                },
                false => several.known.push(self.instance(found.slot, found.is_write, self_type, vars, message.at, which)),
            }
        }
        several
    }

    /// Self may be something that inherits from the object: traits send to self what their clones understand, and what they
    /// understand themselves may be replaced. Of slots that are only found below nobody knows which it is, so it takes what any of
    /// them does; a slot of the object itself says what is taken. In strict checking a slot that replaces another must fit that
    /// one's written type, so what is written is enough to know.
    fn look_below(
        &mut self,
        object: ObjectId,
        found: Option<Found>,
        self_type: TypeId,
        vars: &[(VarId, TypeId)],
        message: &Message,
        which: u32,
    ) -> Look {
        if let Some(found) = found.filter(|f| self.u.options.strict && self.u.signature_of(f.slot, f.is_write).is_written) {
            return Look::Known(self.instance(found.slot, found.is_write, self_type, vars, message.at, which));
        }
        let mut all: SmallVec<[Found; 2]> = found.into_iter().collect();
        all.extend(self.u.below(object, message.name, self.file).into_iter().filter(|f| Some(*f) != found));
        let Some((first, others)) = all.split_first() else { return Look::Missing };
        if found.is_none() && self.u.options.strict && !self.awaited.contains(&message.name) {
            self.awaited.push(message.name);
        }
        let mut instance = self.instance(first.slot, first.is_write, self_type, vars, message.at, which);
        if others.len() > MOST_BELOW {
            instance.result = TypeId::ANY;
        }
        for (i, other) in others.iter().enumerate().take(MOST_BELOW) {
            let other = self.instance(other.slot, other.is_write, self_type, vars, message.at, which + 8 * (i as u32 + 1));
            if found.is_none() {
                for (mine, theirs) in instance.params.iter_mut().zip(&other.params) {
                    *mine = self.u.types.soft(*mine, *theirs);
                }
            }
            // What is not written and answered differently below may be answered in any way.
            let is_guess = found.is_some_and(|f| !self.u.signature_of(f.slot, f.is_write).is_written);
            instance.result = match is_guess && other.result != instance.result {
                true => TypeId::ANY,
                false => self.u.types.soft(instance.result, other.result),
            };
        }
        Look::Known(instance)
    }

    /// A slot's signature for one receiver, with metas for the variables that are new at each use.
    fn instance(
        &mut self,
        slot: SlotId,
        is_write: bool,
        self_type: TypeId,
        vars: &[(VarId, TypeId)],
        at: Span,
        which: u32,
    ) -> Instance {
        let signature = self.u.signature_of(slot, is_write);
        let fresh: SmallVec<[(VarId, TypeId); 2]> =
            signature.vars.iter().enumerate().map(|(i, v)| (*v, self.meta(at, which * 16 + i as u32))).collect();
        let (object, places) = (self.object_of(self_type), self.u.places_in(self_type));
        let put = |body: &mut Self, type_: TypeId, vars: &[(VarId, TypeId)]| {
            let once = body.u.types.replace(type_, &mut Vars(&fresh));
            let once = body.u.settled(once, object);
            body.u.types.replace(once, &mut Put { self_type, vars, places: &places })
        };
        let use_ = |body: &mut Self, type_: TypeId| put(body, type_, vars);
        let read: SmallVec<[(VarId, TypeId); 4]> = vars.iter().map(|(var, held)| (*var, self.read_out(*held))).collect();
        let params = signature.params.iter().map(|p| put(self, *p, &read)).collect();
        let mut result = use_(self, signature.result);
        if signature.result != TypeId::NEVER {
            result = self.read_out(result);
        }
        // Those that inherit it may say otherwise, unless that is what the slot is for.
        if !signature.is_written && !matches!(self.u.names.text(self.u.slot(slot).name), "true" | "false") {
            result = self.u.types.widened(result);
        }
        let mut bounds = SmallVec::new();
        for (var, meta) in &fresh {
            if let Some(bound) = self.u.var(*var).bound {
                bounds.push((*meta, use_(self, bound)));
            }
        }
        Instance { params, result, slot: Some(slot), is_write, bounds }
    }

    fn is_self(&self, type_: TypeId) -> bool {
        matches!(self.u.types.get(type_), Type::SelfType | Type::SelfWith(_))
    }

    /// Whose slots a receiver of this type has.
    fn object_of(&self, self_type: TypeId) -> ObjectId {
        match self.u.types.get(self_type) {
            Type::Object(object, _) => *object,
            Type::Block(..) => self.u.builtin.block,
            _ => self.holder,
        }
    }

    /// `resend.foo`, `parent.foo`
    fn resend(&mut self, message: &Message, through: Option<Name>) -> TypeId {
        let found = self.u.find_above(self.holder, message.name, through);
        let slots = if matches!(found, Find::Ambiguous(..)) { SmallVec::new() } else { found.slots() };
        let vars = self.u.above(self.holder).bindings.clone();
        let instances = slots.iter().enumerate().map(|(i, found)| {
            self.instance(found.slot, found.is_write, TypeId::SELF, &vars, message.at, PER_RECEIVER * i as u32)
        });
        let known: SmallVec<[Instance; 2]> = instances.collect();
        if self.u.options.strict {
            self.resent.extend(slots.iter().map(|found| found.slot));
        }
        let given = self.arguments(message, &known, false);
        self.does(TypeId::SELF, message, &known, false);
        let mut is_all = true;
        match found {
            Find::Missing => self.no_resend(message),
            Find::Ambiguous(a, b) => self.ambiguous(message, a, b),
            Find::Open => self.unknown_receiver(message.at),
            Find::Some(all) => {
                is_all = all.lacking.is_none() && !all.is_open;
                if let Some(parent) = all.lacking {
                    self.parent_lacks(TypeId::SELF, parent, message, &given);
                }
            }
            Find::One(_) => {}
        }
        let result = self.results(&known, !is_all);
        if result == TypeId::NEVER {
            self.env.is_dead = true;
        }
        result
    }

    /// What an assignment leaves behind, and what any other message makes uncertain.
    fn after(&mut self, message: &Message, known: &[Instance], given: &[TypeId]) {
        for instance in known {
            let (Some(slot), true, Some(type_)) = (instance.slot, instance.is_write, given.first()) else { continue };
            if self.u.slot(slot).tree.as_ref().is_none_or(|t| t.type_.is_none()) && !self.env.is_dead {
                self.stores.push((slot, *type_));
            }
        }
        let assigned = self.u.names.assigned(message.name);
        if let ([instance], Some(name), [type_]) = (known, assigned, given)
            && instance.is_write
        {
            let is_own = message.is_implicit || matches!(&message.send.receiver, Receiver::Expr(e) if is_self(e));
            self.env.slots.retain(|s| s.0 != name);
            if is_own && *type_ != TypeId::ANY {
                self.env.slots.push((name, *type_));
            }
        } else if self.u.options.strict && !self.is_reading(known) {
            self.env.slots.clear();
        }
    }

    fn is_reading(&self, known: &[Instance]) -> bool {
        known.iter().all(|k| k.slot.is_some_and(|s| !k.is_write && self.u.slot(s).kind != SlotKind::Method))
    }

    /// What a test has told about the slot that is read.
    fn narrowed(&mut self, message: &Message, known: &[Instance]) -> Option<TypeId> {
        let is_own = message.is_implicit || matches!(&message.send.receiver, Receiver::Expr(e) if is_self(e));
        if self.env.slots.is_empty() || !is_own || !self.is_reading(known) {
            return None;
        }
        self.env.slots.iter().find(|s| s.0 == message.name).map(|s| s.1)
    }
}

pub(super) fn is_self(expr: &aura_syntax::tree::Expr) -> bool {
    matches!(expr.kind, ExprKind::SelfRef)
}
