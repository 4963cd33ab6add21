//! One unit: its locals, its passes, its statements.

use std::rc::Rc;

use aura_syntax::tree::{self, Init, SlotList, SlotName, Statement};
use aura_syntax::{Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use super::env::{Env, Held};
use super::send::Missing;
use super::{Outcome, Unit, Wants};
use crate::annotation::{self, Scope};
use crate::effects::{Calls, Whose};
use crate::names::Name;
use crate::object::{FileId, ObjectId, SlotId, SlotValue};
use crate::relate::Relate;
use crate::relate::metas::Metas;
use crate::ty::{Softness, Type, TypeId};
use crate::universe::Universe;

/// Passes over one unit until what flows together must be stable.
const MOST_PASSES: usize = 5;

/// Steps of all comparisons of one unit; what is compared after them fits.
const MOST_STEPS: u32 = 1_000_000;
/// Steps that all units of a file may take together. Each has an equal share, so that it does not matter who is looked at first.
const MOST_IN_FILE: u32 = 2_000_000;
/// Steps that a unit may take in any file. Those of the library take less than half of it.
const FEWEST_STEPS: u32 = 200;

/// One unit being looked at.
pub(super) struct Body<'u> {
    pub(super) u: &'u mut Universe,
    pub(super) file: FileId,
    pub(super) text: Rc<str>,
    /// The object whose code it is.
    pub(super) holder: ObjectId,
    /// Its type, its parameters as variables.
    pub(super) holder_type: TypeId,
    pub(super) slot: Option<SlotId>,
    pub(super) locals: Vec<Local>,
    pub(super) env: Env,
    pub(super) metas: Metas,
    /// The metas made at a place, so that the next pass finds them again.
    pub(super) made: FxHashMap<(u32, u32), TypeId>,
    /// All that was ever assigned to a local, by where it is declared.
    pub(super) flows: FxHashMap<u32, Flow>,
    /// What `^` has answered so far.
    pub(super) returned: TypeId,
    /// What the method must answer.
    pub(super) wanted: Option<TypeId>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) holes: Vec<Missing>,
    pub(super) stores: Vec<(SlotId, TypeId)>,
    pub(super) awaited: Vec<Name>,
    pub(super) to_prototypes: Vec<(ObjectId, Name, Span)>,
    pub(super) resent: Vec<SlotId>,
    pub(super) places: Vec<(Span, TypeId)>,
    pub(super) wants: Wants,
    pub(super) calls: Calls,
    /// The receivers of messages whose answers may be new objects, by where their selectors begin.
    pub(super) copied: FxHashMap<u32, TypeId>,
    /// The number of the locals outside of the innermost block that may be kept and run at any later time.
    pub(super) outside: usize,
    /// The next expression is a block for somebody who runs it and does not keep it.
    pub(super) is_lent: bool,
    /// Slots of new objects that were given new contents.
    pub(super) renewed: FxHashSet<Name>,
    /// What was looked at grew afterwards: another pass is needed.
    pub(super) is_stale: bool,
    pub(super) depth: u32,
    /// Steps of all comparisons that are left.
    steps: u32,
}

/// What all comparisons of one unit of a file may take.
fn share(u: &Universe, file: FileId) -> u32 {
    let units = u.file(file).code.len() as u32 + 1;
    (MOST_IN_FILE / units).clamp(FEWEST_STEPS, MOST_STEPS)
}

/// A local, argument, or block argument in scope.
pub(super) struct Local {
    pub(super) name: Name,
    pub(super) span: Span,
    pub(super) written: Option<TypeId>,
    pub(super) is_assignable: bool,
}

/// All that flows into a local.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    pub(super) type_: TypeId,
    pub(super) was_read: bool,
    /// Whose objects it holds, if something has come.
    pub(super) whose: Option<Whose>,
    /// Somebody changed what it holds, as if it were fresh.
    pub(super) was_changed: bool,
    /// It is assigned to after its first value, in strict checking.
    pub(super) is_assigned: bool,
    /// That is so in a block which may be kept and run at any later time.
    pub(super) is_captured: bool,
}

impl Flow {
    pub(super) const NOTHING: Flow =
        Flow { type_: TypeId::NEVER, was_read: false, whose: None, was_changed: false, is_assigned: false, is_captured: false };
}

pub(super) fn run(u: &mut Universe, unit: Unit) -> Outcome {
    let (file, slot) = match unit {
        Unit::Method(slot) | Unit::Initial(slot) => (u.slot(slot).file, Some(slot)),
        Unit::Statements(file) => (Some(file), None),
        // Nothing is written there: `signature` finds out what a slot may hold.
        Unit::Contents(_) | Unit::Parents(_) => return Outcome::default(),
    };
    let Some(file) = file else { return Outcome::default() };
    let holder = super::self_in(u, unit);
    let text = u.text(file);
    let holder_type = crate::signature::prototype(u, holder);
    let steps = share(u, file);
    let mut body = Body {
        u,
        file,
        text,
        holder,
        holder_type,
        slot,
        locals: Vec::new(),
        env: Env::default(),
        metas: Metas::default(),
        made: FxHashMap::default(),
        flows: FxHashMap::default(),
        returned: TypeId::NEVER,
        wanted: None,
        found: Vec::new(),
        holes: Vec::new(),
        stores: Vec::new(),
        awaited: Vec::new(),
        to_prototypes: Vec::new(),
        resent: Vec::new(),
        places: Vec::new(),
        wants: Wants::default(),
        calls: Calls::default(),
        copied: FxHashMap::default(),
        outside: 0,
        is_lent: false,
        renewed: FxHashSet::default(),
        is_stale: false,
        depth: 0,
        steps,
    };
    let result = body.passes(unit);
    body.outcome(unit, result)
}

impl Body<'_> {
    fn passes(&mut self, unit: Unit) -> TypeId {
        let mut result = self.pass(unit);
        for pass in 1..=MOST_PASSES {
            if !(self.is_stale || self.metas.grew) {
                break;
            }
            if pass == MOST_PASSES - 1 {
                // What still grows will not stop: let it be anything.
                self.flows.values_mut().for_each(|f| f.type_ = TypeId::ANY);
            }
            self.begin_again();
            result = self.pass(unit);
            if pass == MOST_PASSES - 1 && !self.flows.is_empty() {
                self.too_hard(unit);
                break;
            }
        }
        result
    }

    fn begin_again(&mut self) {
        (self.is_stale, self.metas.grew) = (false, false);
        self.locals.clear();
        self.env = Env::default();
        self.returned = TypeId::NEVER;
        self.found.clear();
        self.holes.clear();
        self.stores.clear();
        self.awaited.clear();
        self.to_prototypes.clear();
        self.resent.clear();
        self.places.clear();
        self.wants = Wants::default();
        self.calls.clear();
        self.renewed.clear();
        (self.outside, self.is_lent) = (0, false);
    }

    fn outcome(mut self, unit: Unit, result: TypeId) -> Outcome {
        let mut result = self.finish(result);
        if let Unit::Initial(slot) = unit
            && self.u.types.inside(result).has_self
        {
            // In code, `self` is the object around, which the slots of an object there do not know.
            result = if self.u.is_of_code(slot.object) { self.holder_type } else { TypeId::ANY };
        }
        if self.wanted.is_none() && !self.u.options.strict {
            result = self.unguessed(result);
        }
        let mut stores = std::mem::take(&mut self.stores);
        for store in &mut stores {
            store.1 = self.finish(store.1);
        }
        let mut places = std::mem::take(&mut self.places);
        for place in &mut places {
            place.1 = self.finish(place.1);
        }
        let mut wants = std::mem::take(&mut self.wants);
        for want in wants.exprs.iter_mut().chain(&mut wants.bodies) {
            want.1 = self.finish(want.1);
        }
        let calls = Rc::new(self.calls.in_order());
        let (found, holes, renewed) = (self.found, self.holes, self.renewed);
        let (awaited, resent, to_prototypes) = (self.awaited, self.resent, self.to_prototypes);
        Outcome {
            result,
            stores,
            found,
            holes,
            calls,
            places,
            wants,
            renewed,
            awaited,
            resent,
            to_prototypes,
            ..Outcome::default()
        }
    }

    /// An answer as others may rely on it: a collection in which only nil was seen is one that is filled by somebody unseen.
    fn unguessed(&mut self, id: TypeId) -> TypeId {
        let nil = self.u.nil_type();
        let members = self.u.types.members(id);
        let plain: Vec<TypeId> = members
            .iter()
            .map(|m| match self.u.types.get(*m).clone() {
                Type::Object(object, args) if args.contains(&nil) => {
                    let args: Vec<TypeId> = args.iter().map(|a| if *a == nil { TypeId::ANY } else { *a }).collect();
                    self.u.types.applied(object, &args)
                }
                _ => *m,
            })
            .collect();
        if plain[..] == members[..] { id } else { self.u.types.union(&plain, Softness::Soft) }
    }

    pub(super) fn finish(&mut self, id: TypeId) -> TypeId {
        self.metas.finish(&mut self.u.types, id)
    }

    pub(super) fn zonk(&mut self, id: TypeId) -> TypeId {
        self.metas.zonk(&mut self.u.types, id)
    }

    pub(super) fn fits(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.steps == 0 {
            self.u.types.cuts += 1;
            return true;
        }
        let mut relate = Relate::new(self.u, &mut self.metas, self.holder_type).within(self.steps);
        let fits = relate.fits(a, b);
        let (steps, is_cut) = (relate.steps, relate.is_cut());
        self.steps = self.steps.saturating_sub(steps);
        self.u.types.cuts += u64::from(is_cut);
        fits
    }

    /// What is known of a receiver or an answer; what is inside it may still become more.
    pub(super) fn shallow(&mut self, id: TypeId) -> TypeId {
        self.metas.shallow(&mut self.u.types, id)
    }

    /// A meta for a place, the same in each pass.
    pub(super) fn meta(&mut self, place: Span, which: u32) -> TypeId {
        if let Some(meta) = self.made.get(&(place.start, which)) {
            return *meta;
        }
        let meta = self.metas.fresh(&mut self.u.types);
        self.made.insert((place.start, which), meta);
        meta
    }

    fn pass(&mut self, unit: Unit) -> TypeId {
        match unit {
            Unit::Method(slot) => self.method(slot),
            Unit::Initial(slot) => self.initial(slot),
            Unit::Statements(file) => {
                let statements = self.u.file(file).statements.clone();
                self.statements(&statements, None)
            }
            Unit::Contents(_) | Unit::Parents(_) => TypeId::ANY,
        }
    }

    fn initial(&mut self, slot: SlotId) -> TypeId {
        let Some(tree) = self.u.slot(slot).tree.clone() else { return TypeId::ANY };
        let wanted = crate::signature::declared(self.u, slot);
        if let (Some(type_), Some(_)) = (&tree.type_, wanted) {
            // Read again, so that what is wrong with it is told.
            let scope = Scope { file: self.file, object: slot.object, slot: None };
            annotation::resolve(self.u, scope, type_, &mut self.found);
        }
        let (Init::Constant(e) | Init::Assignable(e)) = &tree.init else { return self.empty(&tree, wanted) };
        let type_ = match self.u.slot(slot).value {
            // The literal has been taken out of the tree.
            SlotValue::Object(_) => crate::signature::held(self.u, slot),
            _ => self.expr(e, wanted),
        };
        // The prototype itself is of no particular kind: what it holds first stands for nothing yet.
        if let Some(wanted) = wanted
            && !matches!(self.u.types.get(wanted), Type::Var(_))
            && !self.fits(type_, wanted)
        {
            self.bad_initial(&tree, e.span, type_, wanted);
        }
        type_
    }

    /// A slot without a first value holds nil, which strict checking does not overlook.
    fn empty(&mut self, tree: &tree::Slot, wanted: Option<TypeId>) -> TypeId {
        let nil = self.u.nil_type();
        if let (Some(wanted), true) = (wanted, self.u.options.strict)
            && !self.fits(nil, wanted)
        {
            self.bad_initial(tree, tree.span, nil, wanted);
        }
        nil
    }

    fn method(&mut self, slot: SlotId) -> TypeId {
        let Some(tree) = self.u.slot(slot).tree.clone() else { return TypeId::ANY };
        let Init::Method(body) = &tree.init else { return TypeId::ANY };
        let wanted = tree.result.as_ref().or(tree.type_.as_ref());
        self.wanted = wanted.map(|t| {
            let written = self.written(t);
            self.u.settled(written, self.holder)
        });
        if let (Some(wanted), Some(slot)) = (self.wanted, self.slot) {
            self.wanted = Some(self.u.promised(slot, wanted));
        }
        self.parameters(&tree);
        if let Some(list) = &body.slots {
            self.declare(list);
        }
        let last = self.statements(&body.statements, self.wanted);
        let (is_live, is_abstract) = (!self.env.is_dead, self.is_abstract(&body.statements));
        if is_abstract {
            // What it does is the affair of whoever defines it.
            self.calls.clear();
        }
        if let (Some(wanted), true) = (self.wanted, is_live && !is_abstract) {
            let span = body.statements.last().map_or(body.span, |s| s.span);
            self.answers(last, wanted, span);
        }
        let last = if is_live { last } else { TypeId::NEVER };
        let returned = self.returned;
        self.u.types.soft(returned, last)
    }

    /// `( childMustImplement: 'name' )` promises what it does not do itself.
    fn is_abstract(&self, statements: &[Statement]) -> bool {
        let [Statement { expr: tree::Expr { kind: tree::ExprKind::Send(send), .. }, .. }] = statements else { return false };
        matches!(&send.selector[..], [one] if one.text(&self.text) == "childMustImplement:")
    }

    /// A written type.
    pub(super) fn written(&mut self, type_: &tree::Type) -> TypeId {
        let scope = Scope { file: self.file, object: self.holder, slot: self.slot };
        annotation::resolve(self.u, scope, type_, &mut self.found)
    }

    fn parameters(&mut self, tree: &tree::Slot) {
        let parameters: &[tree::Parameter] = match &tree.name {
            SlotName::Binary { parameter, .. } => parameter.as_slice(),
            SlotName::Keyword { parameters, .. } => parameters,
            SlotName::Unary(_) => &[],
        };
        for parameter in parameters {
            self.parameter(parameter.name, parameter.type_.as_ref());
        }
    }

    fn parameter(&mut self, name: Span, type_: Option<&tree::Type>) {
        let written = type_.map(|t| self.written(t));
        if written.is_none() {
            self.untyped(name);
        }
        let type_ = written.or_else(|| self.assumed()).unwrap_or(TypeId::ANY);
        self.enter(name, written, false, Held { type_, maybe_unset: false, is_written: written.is_some() });
    }

    /// What the next parameter is taken to be, if the method is a candidate for a hole.
    fn assumed(&self) -> Option<TypeId> {
        let (slot, types) = self.u.assumed.as_ref()?;
        if self.slot != Some(*slot) { None } else { types.get(self.locals.len()).copied() }
    }

    /// Brings a local into scope.
    pub(super) fn enter(&mut self, name: Span, written: Option<TypeId>, is_assignable: bool, held: Held) {
        let text = self.text.clone();
        let name_ = self.u.names.of(name.text(&text));
        self.locals.push(Local { name: name_, span: name, written, is_assignable });
        self.env.locals.push(held);
        self.place(name, held.type_);
    }

    /// Leaves a scope.
    pub(super) fn leave(&mut self, count: usize) {
        self.locals.truncate(count);
        self.env.locals.truncate(count);
    }

    /// Arguments (of the older form) and locals. First values are computed in order, each seeing those before it.
    pub(super) fn declare(&mut self, list: &SlotList) {
        for slot in &list.slots {
            let SlotName::Unary(name) = slot.name else { continue };
            if slot.is_argument {
                self.parameter(name, slot.type_.as_ref());
                continue;
            }
            let written = slot.type_.as_ref().map(|t| self.written(t));
            let (first, is_assignable) = match &slot.init {
                Init::None => (None, true),
                Init::Constant(e) => (Some(e), false),
                Init::Assignable(e) => (Some(e), true),
                Init::Method(_) => (None, false),
            };
            let held = match first {
                Some(e) => {
                    let type_ = self.expr(e, written);
                    if let Some(wanted) = written
                        && !self.fits(type_, wanted)
                    {
                        self.bad_initial(slot, e.span, type_, wanted);
                    }
                    let type_ = if is_assignable { self.u.types.widened(type_) } else { type_ };
                    // `<any>` is how one says: don't look.
                    let type_ = if written == Some(TypeId::ANY) { TypeId::ANY } else { type_ };
                    Held { type_, maybe_unset: false, is_written: written.is_some() }
                }
                None => Held { type_: TypeId::NEVER, maybe_unset: true, is_written: written.is_some() },
            };
            self.enter(name, written, is_assignable, held);
            if let Some(e) = first {
                let whose = self.whose(e);
                self.flow(name, held.type_, whose);
            }
        }
    }

    /// Lets a type flow into a local.
    pub(super) fn flow(&mut self, local: Span, type_: TypeId, whose: Whose) {
        let type_ = self.u.types.widened(type_);
        let before = self.flows.get(&local.start).copied();
        let mut flow = before.unwrap_or(Flow::NOTHING);
        let whose = Some(flow.whose.map_or(whose, |before| before.or(whose)));
        if whose != flow.whose {
            self.is_stale |= flow.was_changed;
            flow.whose = whose;
        }
        let after = self.u.types.soft(flow.type_, type_);
        if after != flow.type_ {
            self.is_stale |= flow.was_read;
            flow.type_ = after;
        }
        self.flows.insert(local.start, flow);
    }

    /// All that has flowed into a local.
    pub(super) fn flowed(&mut self, local: Span) -> TypeId {
        let flow = self.flows.entry(local.start).or_insert(Flow::NOTHING);
        flow.was_read = true;
        flow.type_
    }

    /// The type of the last one, of which somebody may want something.
    pub(super) fn statements(&mut self, statements: &[Statement], wanted_of_last: Option<TypeId>) -> TypeId {
        let mut last = self.u.nil_type();
        for (at, statement) in statements.iter().enumerate() {
            let is_last = at + 1 == statements.len();
            let wanted = if statement.is_return { self.wanted } else { wanted_of_last.filter(|_| is_last) };
            last = self.expr(&statement.expr, wanted);
            if statement.is_return {
                self.return_(last, statement.span);
                last = TypeId::NEVER;
            }
            if last == TypeId::NEVER {
                self.env.is_dead = true;
            }
        }
        if self.env.is_dead { TypeId::NEVER } else { last }
    }

    fn return_(&mut self, type_: TypeId, span: Span) {
        if let Some(wanted) = self.wanted {
            self.answers(type_, wanted, span);
        }
        if !self.env.is_dead {
            let returned = self.returned;
            self.returned = self.u.types.soft(returned, type_);
        }
        self.env.is_dead = true;
    }

    fn answers(&mut self, type_: TypeId, wanted: TypeId, span: Span) {
        if !self.env.is_dead && !self.fits(type_, wanted) {
            self.bad_result(span, type_, wanted);
        }
    }

    /// Remembers the type of a place, if somebody wants to know.
    pub(super) fn place(&mut self, span: Span, type_: TypeId) {
        if self.u.wants_places {
            self.places.push((span, type_));
        }
    }

    /// Remembers what the place of an expression asks for, if somebody wants to know.
    pub(super) fn want(&mut self, expr: Span, wanted: Option<TypeId>) {
        if let (Some(wanted), true) = (wanted, self.u.wants_places) {
            self.wants.exprs.push((expr, wanted));
        }
    }

    /// The same of what the last expression of a block's code is to answer.
    pub(super) fn want_of(&mut self, body: Span, wanted: Option<TypeId>) {
        if let (Some(wanted), true) = (wanted, self.u.wants_places) {
            self.wants.bodies.push((body, wanted));
        }
    }
}
