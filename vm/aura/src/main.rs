//! The `aura` command: wires the rooms together and prints. No logic of its own.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use aura_code::{Code, Origin};
use aura_run::{CapSet, Event, Host, Limits, Status, Vm};

include!(concat!(env!("OUT_DIR"), "/library.rs"));

fn compile(name: &str, text: &str) -> Result<Vec<Arc<Code>>, String> {
    let parsed = aura_syntax::parse(text);
    let source = aura_syntax::Source::new(name, text);
    if parsed.has_errors() {
        return Err(aura_syntax::render(&source, &parsed.diagnostics, false));
    }
    let origin = Arc::new(Origin { file: name.into(), text: text.into() });
    aura_code::compile_file(&parsed.file, &origin).map_err(|d| aura_syntax::render(&source, &d, false))
}

fn module(path: &str, from: &str) -> Result<(String, Vec<Arc<Code>>), String> {
    let base = std::path::Path::new(from).parent().unwrap_or(std::path::Path::new("."));
    let file = base.join(format!("{path}.aura"));
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{name}: {e}"))?;
    Ok((name.clone(), compile(&name, &text)?))
}

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some("run"), Some(file)) = (args.next().as_deref(), args.next()) else {
        eprintln!("usage: aura run FILE [args]");
        std::process::exit(2)
    };
    let mut vm = Vm::bare(Host {
        out: Box::new(BufWriter::new(std::io::stdout())),
        err: Box::new(std::io::stderr()),
        input: Box::new(std::io::BufReader::new(std::io::stdin())),
        arguments: args.collect(),
        module: Box::new(module),
        compile: Box::new(compile),
    });
    let library: Vec<_> = FILES.iter().map(|(n, t)| compile(n, t).unwrap_or_else(|e| panic!("{e}"))).collect();
    if std::env::var("AURA_STRESS").is_ok() {
        vm.stress = true;
        vm.heap.wants_collection = true;
    }
    if let Err(e) = vm.load_library(&library) {
        eprintln!("library: {e}");
        std::process::exit(1);
    }
    let text = if file == "-e" { vm.host.arguments.remove(0) } else { std::fs::read_to_string(&file).expect("the file") };
    let code = match compile(&file, &text) {
        Ok(c) => c,
        Err(e) => {
            eprint!("{e}");
            std::process::exit(1)
        }
    };
    if std::env::var("AURA_DUMP").is_ok() {
        for c in &code { eprintln!("{}", aura_code::disassemble(c)); }
    }
    let id = vm.spawn_file(&file, &code, CapSet::all(), Limits::default());
    let mut exit = 0;
    loop {
        match vm.run(1000) {
            Event::Slices => {}
            Event::Ended(p) if p == id => break,
            Event::Ended(p) => vm.forget(p),
            Event::Paused(p) => {
                let r = vm.process(p).expect("paused").result;
                let t = vm.condition_text(r);
                let _ = vm.host.out.flush();
                eprintln!("{t}\n{}", vm.global_constant(r, "trace").and_then(|t| vm.heap.as_text(t).map(str::to_string)).unwrap_or_default());
                exit = 1;
                vm.abort(p);
            }
            Event::Idle(Some(t)) => std::thread::sleep(t.saturating_duration_since(std::time::Instant::now())),
            Event::Idle(None) => {
                eprintln!("nothing left to run");
                break;
            }
            Event::Exit(c) => {
                exit = c;
                break;
            }
        }
    }
    let (status, result) = vm.process(id).map_or((Status::Dead, vm.nil()), |p| (p.status, p.result));
    if status == Status::Dead {
        eprintln!("{}", vm.condition_text(result));
        exit = exit.max(1);
    }
    let _ = vm.host.out.flush();
    if std::env::var("AURA_STATS").is_ok() {
        eprintln!("{:?}", vm.heap.stats);
    }
    std::process::exit(exit);
}
