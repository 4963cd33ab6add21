//! `aura new NAME`: a program to begin with, and a test that passes.

use std::path::Path;

use crate::cli::NewArgs;
use crate::exit::Exit;
use crate::output;

pub(super) fn run(a: &NewArgs) -> Exit {
    match make(&a.name) {
        Ok(()) => {
            let name = a.name.display();
            eprintln!("made {name}; try:\n  aura run {name}/main.aura\n  aura test {name}");
            Exit::Fine
        }
        Err(text) => {
            output::error(&text);
            Exit::Usage
        }
    }
}

fn make(folder: &Path) -> Result<(), String> {
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).ok_or("name a folder to make")?;
    if folder.exists() {
        return Err(format!("{} is there already; choose another name", folder.display()));
    }
    let fail = |e: std::io::Error| format!("{} cannot be made: {e}", folder.display());
    std::fs::create_dir_all(folder).map_err(fail)?;
    for (file, text) in [("main.aura", MAIN), ("greeter.aura", GREETER), ("greeter_test.aura", TEST), ("README.md", README)] {
        std::fs::write(folder.join(file), text.replace("NAME", &name)).map_err(fail)?;
    }
    Ok(())
}

const MAIN: &str = "\
\"NAME: greets whoever is named on the command line.\"

| greeter = (import: 'greeter') greeter. |

process arguments isEmpty ifTrue: [
    (greeter greet: 'world') printLine
] False: [
    process arguments do: [|:name| (greeter greet: name) printLine ]
]
";

const GREETER: &str = "\
\"Greetings, for any name.\"

|
    greeter = (|
        parent* = traits clonable.

        \"The greeting for a name.
           greeter greet: 'Aura' ==> 'Hello, Aura!'\"
        greet: name = ( 'Hello, ' , name , '!' ).
    |).
|
";

const TEST: &str = "\
\"Tests of the greeter.\"

|
    greeter = (import: 'greeter') greeter.

    greeterTests = (|
        parent* = testCase.
        testGreeting = ( assert: (greeter greet: 'you') Equals: 'Hello, you!' ).
    |).
|
";

const README: &str = "# NAME\n\n    aura run main.aura\n    aura test\n";
