//! What holds of the checker whatever the program: the gradual guarantee, and that editing is the same as starting afresh.

mod support;

use aura_syntax::tree::{self, Init, SlotList, SlotName};
use aura_syntax::{Diagnostic, Span};
use aura_types::{Options, Project, Source, Universe};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The written types of a file, in groups: those of one slot's header belong together, since its variables do.
fn annotations(file: &tree::File, text: &str) -> Vec<Vec<Span>> {
    let mut all = Vec::new();
    file.slots.iter().for_each(|list| of_slots(list, &mut all));
    file.body.iter().for_each(|s| of_expr(&s.expr, &mut all));
    // `any` is said on purpose: it is where somebody wants no checking. `stack <stack of: E> = …` says nothing about a value; it
    // declares what other annotations may name; so does the type of a parent slot, which says what the parent's parameters are.
    all.retain(|group: &Vec<Span>| {
        !group.is_empty() && group.iter().all(|span| !is_belief(span.text(text)) && !declares(*span, text))
    });
    all
}

/// `<any>`, and `<self of: T>` for the empty copy of a collection: said to be so where the checker cannot see it.
fn is_belief(type_: &str) -> bool {
    type_.contains("any") || type_.contains("self of:")
}

/// Whether the type begins with the name of its own slot.
fn declares(type_: Span, text: &str) -> bool {
    let name = |c: char| !c.is_alphanumeric() && c != '_';
    let slot = text[..type_.start as usize].trim_end().rsplit(name).next().unwrap_or("");
    let base = type_.text(text).trim_start_matches('<').split(name).next().unwrap_or("");
    !slot.is_empty() && slot == base && type_.text(text).contains(':')
}

fn of_slots(list: &SlotList, all: &mut Vec<Vec<Span>>) {
    for slot in &list.slots {
        let mut group: Vec<Span> = slot.type_.iter().filter(|_| !slot.is_parent).map(|t| t.span).collect();
        group.extend(slot.result.iter().map(|t| t.span));
        match &slot.name {
            SlotName::Unary(_) => {}
            SlotName::Binary { parameter, .. } => group.extend(parameter.iter().filter_map(|p| Some(p.type_.as_ref()?.span))),
            SlotName::Keyword { parameters, .. } => group.extend(parameters.iter().filter_map(|p| Some(p.type_.as_ref()?.span))),
        }
        all.push(group);
        match &slot.init {
            Init::None => {}
            Init::Constant(e) | Init::Assignable(e) => of_expr(e, all),
            Init::Method(body) => of_body(body, all),
        }
    }
}

fn of_body(body: &tree::Body, all: &mut Vec<Vec<Span>>) {
    body.slots.iter().for_each(|list| of_slots(list, all));
    body.statements.iter().for_each(|s| of_expr(&s.expr, all));
}

fn of_expr(expr: &tree::Expr, all: &mut Vec<Vec<Span>>) {
    match &expr.kind {
        tree::ExprKind::Object(list) => of_slots(list, all),
        tree::ExprKind::Block(body) | tree::ExprKind::Group(body) => of_body(body, all),
        tree::ExprKind::Vector(items) => items.iter().for_each(|e| of_expr(e, all)),
        tree::ExprKind::Send(send) => {
            if let tree::Receiver::Expr(e) = &send.receiver {
                of_expr(e, all);
            }
            send.arguments.iter().for_each(|e| of_expr(e, all));
        }
        _ => {}
    }
}

/// The text with some annotations blanked out: every place stays where it was.
fn without(text: &str, spans: &[Span]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        let mut start = span.start as usize;
        let before = text[..start].trim_end();
        if before.ends_with('^') {
            start = before.len() - 1;
        }
        bytes[start..span.end as usize].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
    }
    String::from_utf8(bytes).expect("only ASCII was put in")
}

fn check_all(files: &[(String, String)]) -> Vec<(String, Diagnostic)> {
    let mut u = Universe::bare(Options::default());
    let load = |u: &mut Universe, (name, text): &(String, String)| {
        let (name, text, parse) = (name.clone(), text.clone(), aura_syntax::parse(text));
        u.load(Source { name, text, parse, is_library: true })
    };
    let ids: Vec<_> = files.iter().map(|f| load(&mut u, f)).collect();
    let mut all = Vec::new();
    for (id, (name, _)) in ids.into_iter().zip(files) {
        all.extend(u.check(id).into_iter().map(|d| (name.clone(), d)));
    }
    all
}

/// Programs with types and without errors: the library, and the good blocks of the pages.
fn typed_files() -> Vec<(String, String)> {
    support::library()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// The gradual guarantee (Siek and others, *Refined criteria for gradual typing*, 2015), for removing: it never adds an error.
    #[test]
    fn removing_annotations_never_adds_an_error(file in 0usize..1000, seed in any::<u64>(), share in 1u64..101) {
        let mut files = typed_files();
        let at = file % files.len();
        let text = files[at].1.clone();
        let all = annotations(&aura_syntax::parse(&text).file, &text);
        let chosen: Vec<Span> = all
            .iter()
            .enumerate()
            .filter(|(i, _)| seed.rotate_left(*i as u32 % 64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32 < (share << 32) / 100)
            .flat_map(|(_, group)| group.iter().copied())
            .collect();
        files[at].1 = without(&text, &chosen);
        let parse = aura_syntax::parse(&files[at].1);
        prop_assert!(!parse.has_errors(), "{:?}", parse.diagnostics);
        let found = check_all(&files);
        prop_assert!(found.is_empty(), "{} annotations of {} removed: {:?}", chosen.len(), files[at].0, &found[..found.len().min(3)]);
    }
}

/// Found by fuzzing: the order in which types are told depends on no file that was there before.
#[test]
fn types_are_told_in_the_same_order_after_an_edit() {
    let before = "| pick: flag <bool> = ( flag ifTrue: [ 3 ] False: [ 'x' ] ) |\n";
    let after = "|\nfill: all <list of: (string | zebra | ape)> = ( all add: 'x' ).\nape = (| a = 1 |).\nzebra = (| z = 1 |).\nints <list of: int> <- list copyRemoveAll.\n|\nfill: ints\n";
    let mut edited = support::project(true);
    for text in [before, "| zebra = (| z = 1 |). ape = (| a = 1 |) |\n", after] {
        edited.set("a", text.to_string(), &support::alone);
    }
    let mut fresh = support::project(true);
    fresh.set("a", after.to_string(), &support::alone);
    let found = [edited, fresh].map(|mut project| {
        let id = project.file("a").expect("was set");
        project.check(id)
    });
    assert!(!found[0].is_empty() && found[0] == found[1], "{found:?}");
}

/// Found by fuzzing: an object of another file may understand what a file's object sends to itself, whether it imports it or not.
#[test]
fn a_slot_that_comes_or_goes_concerns_whoever_mentions_it() {
    let user = "| point = (| pa. use = ( twice size ) |) |\n";
    let open = "| thing = (| mixed* <any> = nil. twice = ( 'x' ) |) |\n";
    let mut project = support::project(false);
    let id = project.set("a", user.to_string(), &support::alone)[0];
    let alone = project.check(id);
    assert!(project.set("b", open.to_string(), &support::alone).contains(&id));
    assert!(alone.len() == 1 && project.check(id).is_empty());
    assert!(project.set("b", "3\n".to_string(), &support::alone).contains(&id));
    assert_eq!(project.check(id), alone);
}

/// Found by fuzzing: what is found in an object that is written in code is found once, also when another file has changed.
#[test]
fn code_that_is_looked_at_again_makes_its_objects_again() {
    let user = "| node = (| parent* = traits clonable. cut = ( 3 ). safe = ( (| parent* = tcut |) ). go = ( a twice ) |). a = import: 'a' |\n";
    let find = |_: &str, path: &str| (path == "a").then(|| ("a".to_string(), "| twice = ( 3 ) |\n".to_string()));
    let mut project = support::project(false);
    let id = project.set("b", user.to_string(), &find)[0];
    let before = project.check(id);
    assert!(project.set("a", "| twice = ( 'x' ) |\n".to_string(), &find).contains(&id));
    assert!(before.len() == 1 && project.check(id) == before, "{before:?}");
}

/// Found by fuzzing: what a slot may hold and what the methods do that assign to it is the same, whichever is asked for first.
#[test]
fn slots_and_the_methods_that_fill_them_are_found_out_together() {
    for text in [
        "| point = (| parent* = traits clonable. x <- 0. p = ( (x x: 'a') zork ) |) |\n",
        "| box = (| parent* = traits clonable. c <- 3. fill = ( c: 'x'. c zork ). grow = ( c: (c + 1) printString. c size ) |) |\n",
    ] {
        let (mut edited, mut fresh) = (support::project(false), support::project(false));
        let id = edited.set("a", String::new(), &support::alone)[0];
        edited.check(id);
        edited.set("a", text.to_string(), &support::alone);
        let other = fresh.set("a", text.to_string(), &support::alone)[0];
        let found = fresh.check(other);
        assert!(!found.is_empty() && edited.check(id) == found, "{found:?}");
    }
}

/// Found by fuzzing: a suggestion names what the file itself does not mention.
#[test]
fn suggestions_follow_what_comes_and_goes() {
    let find = |_: &str, path: &str| (path == "a").then(|| ("a".to_string(), "| wice = ( 3 ) |\n".to_string()));
    let mut project = support::project(false);
    let id = project.set("b", "| a = import: 'a'. go = ( a twice ) |\n".to_string(), &find)[0];
    assert!(project.check(id)[0].fix.is_some());
    assert!(project.set("a", "3\n".to_string(), &find).contains(&id));
    assert!(project.check(id)[0].fix.is_none());
}

#[test]
fn what_a_method_does_concerns_who_promises_to_do_less() {
    let quiet = "| shown = ( 3 ) |\n";
    let loud = "| shown = ( 'x' printLine. 3 ) |\n";
    let user = "| a = import: 'a'. {'effects: none' go = ( a shown ) } |\n";
    let mut project = support::project(false);
    let find = |_: &str, path: &str| (path == "a").then(|| ("a".to_string(), quiet.to_string()));
    let id = project.set("b", user.to_string(), &find)[0];
    assert!(project.check(id).is_empty());
    assert!(project.set("a", loud.to_string(), &find).contains(&id));
    assert_eq!(project.check(id).iter().map(|d| d.code).collect::<Vec<_>>(), ["E0317"]);
}

/// Three files that use one another, in some versions.
const VERSIONS: [[&str; 4]; 3] = [
    [
        "| point = (| parent* = traits clonable. x <int> <- 0. norm = ( x + 1 ) |) |\n",
        "| point = (| parent* = traits clonable. x <string> <- ''. norm = ( x , 'a' ) |) |\n",
        "| point = (| parent* = traits clonable. y <int> <- 0 |) |\n",
        "| point = 3. other = (| norm = ( 'x' ) |) |\n",
    ],
    [
        "| a = import: 'a'. twice = ( a point norm ). use = ( twice + 1 ) |\n",
        "| a = import: 'a'. twice = ( a point x ). use = ( twice size ) |\n",
        "| a = import: 'a'. twice = ( a other norm ). use = ( a point foo ) |\n",
        "| twice = ( 3 ) |\ntraits integer _AddSlots: (| zork = ( 'z' ) |)\n",
    ],
    [
        "| b = import: 'b'. go = ( b twice + 1 ) |\ngo size\n",
        "| b = import: 'b'. go = ( b twice size ) |\n3 zork\n",
        "| b = import: 'b'. a = import: 'a'. go = ( a point copy x: 3 ) |\ngo norm foo\n",
        "| go = ( 1 ) |\ngo zork size\n",
    ],
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// After any edits, the findings are those of a project that was loaded afresh.
    #[test]
    fn editing_is_the_same_as_starting_afresh(edits in prop::collection::vec((0usize..3, 0usize..4), 1..12)) {
        let mut now = [0usize; 3];
        let texts = |now: [usize; 3]| [("a", 0), ("b", 1), ("c", 2)].map(|(n, i)| (n, VERSIONS[i][now[i]].to_string()));
        let mut project = support::project(false);
        let set = |project: &mut Project, now: [usize; 3], i: usize| {
            let all = texts(now);
            let find = |_: &str, path: &str| all.iter().find(|f| f.0 == path).map(|f| (f.0.to_string(), f.1.clone()));
            project.set(all[i].0, all[i].1.clone(), &find)
        };
        for i in [0, 1, 2] {
            set(&mut project, now, i);
        }
        let findings = |project: &mut Project| -> Vec<Vec<Diagnostic>> {
            ["a", "b", "c"].iter().map(|n| { let id = project.file(n).expect("was set"); project.check(id) }).collect()
        };
        let mut known = findings(&mut project);
        for (i, version) in edits {
            now[i] = version;
            let affected = set(&mut project, now, i);
            for (at, name) in ["a", "b", "c"].iter().enumerate() {
                let id = project.file(name).expect("was set");
                if affected.contains(&id) {
                    known[at] = project.check(id);
                }
            }
            let mut fresh = support::project(false);
            for i in [0, 1, 2] {
                set(&mut fresh, now, i);
            }
            prop_assert_eq!(&known, &findings(&mut fresh), "after {:?}", now);
        }
    }
}
