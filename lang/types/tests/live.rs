//! Objects that exist already: what a world tells of them, as code sees it.

mod support;

use aura_types::{Handle, LiveSlot, LiveValue, SlotKind, World};

/// Objects by their numbers, and what is added to the library's.
#[derive(Default)]
struct Things {
    objects: Vec<Vec<LiveSlot>>,
    added: Vec<(String, Vec<LiveSlot>)>,
}

impl World for Things {
    fn slots(&self, object: Handle) -> Vec<LiveSlot> {
        self.objects.get(object as usize).cloned().unwrap_or_default()
    }
    fn path(&self, _: Handle) -> Option<String> {
        None
    }
    fn additions(&self) -> Vec<(String, Vec<LiveSlot>)> {
        self.added.clone()
    }
}

fn slot(name: &str, kind: SlotKind, value: LiveValue) -> LiveSlot {
    LiveSlot { name: name.into(), kind, is_parent: false, type_: None, value, comment: None }
}

fn parent(value: LiveValue) -> LiveSlot {
    LiveSlot { is_parent: true, ..slot("parent", SlotKind::Constant, value) }
}

/// `globals bank`, which has an `owner` with a name, and a method for integers.
fn world() -> Things {
    let clonable = || parent(LiveValue::Like("traits clonable".into()));
    let bank = vec![
        clonable(),
        slot("balance", SlotKind::Data, LiveValue::Integer),
        slot("memo", SlotKind::Data, LiveValue::Nil),
        slot("owner", SlotKind::Constant, LiveValue::Object(1)),
        slot("entries", SlotKind::Data, LiveValue::Like("list".into())),
        slot("deposit:", SlotKind::Method, LiveValue::Method("deposit: n <int> = ( balance: balance + n )".into())),
    ];
    let owner =
        vec![clonable(), slot("name", SlotKind::Data, LiveValue::Text), slot("bank", SlotKind::Constant, LiveValue::Object(0))];
    let double = slot("double", SlotKind::Method, LiveValue::Method("double = ( self + self )".into()));
    let added = vec![
        ("globals".into(), vec![slot("bank", SlotKind::Constant, LiveValue::Object(0))]),
        ("traits integer".into(), vec![double]),
        ("evil. x".into(), vec![slot("a", SlotKind::Constant, LiveValue::Integer)]),
    ];
    Things { objects: vec![bank, owner], added }
}

fn found(world: &Things, code: &str) -> Vec<String> {
    let mut project = support::project(false);
    project.universe().adopt(world, &[]);
    let file = project.set("script", format!("{code}\n"), &support::alone)[0];
    project.check(file).into_iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

#[test]
fn code_is_checked_against_what_is_there() {
    let none: [&str; 0] = [];
    assert_eq!(found(&world(), "(bank copy deposit: 3 double) balance + bank owner bank balance"), none);
    assert_eq!(found(&world(), "bank memo size. bank memo: 'x'. bank entries add: 3. bank owner name size"), none);
    assert_eq!(found(&world(), "bank deposit: 'x'"), ["E0303 'deposit:' takes `int`, and this is `string`"]);
    assert_eq!(found(&world(), "bank owner nmae"), ["E0301 `bank owner` does not understand 'nmae'"]);
    assert_eq!(found(&world(), "bank entries deposit: 3").len(), 1);
    assert_eq!(found(&Things::default(), "bank deposit: 3").len(), 1);
}

#[test]
fn a_parent_that_nobody_knows_may_understand_anything() {
    let stranger = vec![parent(LiveValue::Unknown), slot("x", SlotKind::Data, LiveValue::Integer)];
    let added = vec![("globals".into(), vec![slot("stranger", SlotKind::Constant, LiveValue::Object(0))])];
    let none: [&str; 0] = [];
    assert_eq!(found(&Things { objects: vec![stranger], added }, "stranger anything. stranger x + 1"), none);
}

#[test]
fn what_is_no_slot_is_left_out() {
    let evil = vec![
        slot("a |). b = (| c", SlotKind::Constant, LiveValue::Integer),
        slot("m", SlotKind::Method, LiveValue::Method("m = ( 1 ) |). lobby _AddSlots: (| evil = 3".into())),
        slot("ok", SlotKind::Constant, LiveValue::Like("nil |). evil = (| x = 3".into())),
    ];
    let added = vec![("globals".into(), vec![slot("thing", SlotKind::Constant, LiveValue::Object(0))])];
    let things = Things { objects: vec![evil], added };
    assert_eq!(found(&things, "evil"), ["E0301 nothing here understands 'evil'"]);
    let none: [&str; 0] = [];
    assert_eq!(found(&things, "thing ok size"), none);
}

#[test]
fn more_objects_than_are_looked_at_are_anything() {
    // A chain, each with the next one.
    let next =
        |n: u64| vec![slot("next", SlotKind::Constant, LiveValue::Object(n + 1)), slot("x", SlotKind::Data, LiveValue::Integer)];
    let added = vec![("globals".into(), vec![slot("chain", SlotKind::Constant, LiveValue::Object(0))])];
    let things = Things { objects: (0..6_000).map(next).collect(), added };
    let none: [&str; 0] = [];
    assert_eq!(found(&things, &format!("chain{} whatever", " next".repeat(200))).len(), 1);
    assert_eq!(found(&things, "chain next x + 1"), none);
}

#[test]
fn a_comment_is_only_ever_a_comment() {
    let mut world = world();
    for comment in ["Puts \"money\" in. \\", "\" evil = 3. \"", "\\"] {
        world.objects[0][5].comment = Some(comment.into());
        let mut project = support::project(false);
        let file = project.universe().adopt(&world, &[]).0;
        let slots = project.universe().implementors_of("deposit:");
        let info = project.universe().slot_info(slots[0]);
        let text = project.universe().file_text(file);
        let written = info.comment.expect("a comment").text(&text);
        assert_eq!(written.replace("\\\"", "\"").replace("\\\\", "\\"), format!("\"{comment}\""));
        assert_eq!(project.universe().implementors_of("evil"), []);
        assert_eq!(found(&world, "bank deposit: 3"), Vec::<String>::new());
    }
}
