//! Checks files against a library: `check LIBRARY_FOLDER FILE…`. For trying the checker by hand; the command is `aura check`.

use aura_types::{Options, Source, Universe};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let strict = args.first().is_some_and(|a| a == "--strict");
    if strict {
        args.remove(0);
    }
    let mut args = args.into_iter();
    let library = args.next().expect("the folder of the library");
    let mut u = Universe::bare(Options { strict });
    let world = std::fs::read_to_string(format!("{library}/world.aura")).expect("world.aura");
    let names = world.lines().filter_map(|l| l.strip_prefix("load: '")?.strip_suffix('\''));
    let mut files = Vec::new();
    let start = std::time::Instant::now();
    for name in names {
        let path = format!("{library}/{name}.aura");
        files.push((load(&mut u, &path, true), path));
    }
    eprintln!("loaded in {:?}", start.elapsed());
    let others: Vec<String> = args.collect();
    if !others.is_empty() {
        files = others.into_iter().map(|path| (load(&mut u, &path, false), path)).collect();
    }
    let (start, mut lines, mut count) = (std::time::Instant::now(), 0, 0);
    for (file, path) in files {
        let text = std::fs::read_to_string(&path).expect("readable");
        lines += text.lines().count();
        let found = u.check(file);
        count += found.len();
        eprint!("{}", aura_syntax::render(&aura_syntax::Source::new(path, text), &found, false));
    }
    eprintln!("{count} findings in {lines} lines, {:?}", start.elapsed());
}

fn load(u: &mut Universe, path: &str, is_library: bool) -> aura_types::FileId {
    let text = std::fs::read_to_string(path).expect("readable");
    let parse = aura_syntax::parse(&text);
    u.load(Source { name: path.to_string(), text, parse, is_library })
}
