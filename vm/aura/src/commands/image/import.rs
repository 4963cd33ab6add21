//! `aura image import DIR`: runs the files that an export wrote, and commits once.
//!
//! What must stay true: an import that fails leaves the image as it was.

use aura_run::{CapSet, Capability, Limits};
use serde::Serialize;

use super::{Context, Done};
use crate::cli::image::ImportArgs;
use crate::drive::{End, Nobody, drive};
use crate::exit::Exit;
use crate::world::{self, Wiring};
use crate::{image, output, source};

/// What was done.
#[derive(Serialize)]
struct Imported {
    commit: u64,
}

pub(super) fn run(c: &Context, a: &ImportArgs) -> Done {
    let main = if a.from.is_dir() { a.from.join("main.aura") } else { a.from.clone() };
    let name = main.display().to_string();
    let text = source::read(&main).map_err(|why| (Exit::Usage, why))?;
    let code = source::compile(&name, &text, output::colour()).map_err(|drawn| (Exit::Failed, drawn))?;
    let mut vm = world::machine(Wiring::standard(Vec::new())).map_err(|why| (Exit::Damaged, why))?;
    image::attach(&mut vm, &c.path, None, "import")?;
    let id = vm.spawn_file(&name, &code, CapSet::script().with(Capability::Image), Limits::default());
    match drive(&mut vm, id, &mut Nobody) {
        End::Answered | End::Exit(0) => {}
        End::Exit(_) => return Err((Exit::Failed, format!("{name} ended the program; the image is as it was"))),
        End::Failed(f) => {
            eprint!("{}", f.draw(output::colour()));
            return Err((f.exit(), format!("{name} could not be read to its end; the image is as it was")));
        }
    }
    let commit = vm.commit(&format!("import of {}", a.from.display())).map_err(|f| (Exit::Failed, f.text()))?;
    c.answer(&Imported { commit }, || format!("commit {commit}\n"))
}
