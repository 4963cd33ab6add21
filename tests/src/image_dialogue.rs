//! The dialogue and scripts at an image, as people use them: what is entered is there the next day, what failed is not.

use crate::support::{Done, aura, fed};

/// A dialogue at an image.
fn dialogue(image: &str, flags: &[&str], entries: &str) -> Done {
    let mut words = vec!["repl", "--image", image];
    words.extend(flags);
    fed(&words, entries)
}

#[test]
fn what_is_entered_is_there_the_next_day() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("day.image").display().to_string();
    let first = dialogue(&image, &[], "| x <- 3. point = (| parent* = traits clonable. x <- 0 |) |\nx: x + 4\npoint copy x: 9\n");
    assert_eq!(first.code, 0, "{}", first.err);
    let second = dialogue(&image, &[], "it x\nx\n(point copy x: 5) x\n");
    assert_eq!((second.code, &*second.out), (0, "9\n7\n5\n"), "{}", second.err);
}

#[test]
fn an_entry_that_fails_changes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("day.image").display().to_string();
    dialogue(&image, &[], "| x <- 3. l <- list copy |\n");
    let failed = dialogue(&image, &[], "x: 100. l add: 1. 1 / 0\nx\nl\n");
    assert_eq!(&*failed.out, "3\nlist()\n", "{}", failed.err);
    assert!(failed.err.contains("put back"), "{}", failed.err);
    assert_eq!(dialogue(&image, &[], "x\nl\n").out, "3\nlist()\n");
}

#[test]
fn without_commits_only_the_program_commits() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("day.image").display().to_string();
    dialogue(&image, &["--no-commit"], "image at: 'a' Put: 1\nimage commit\nimage at: 'b' Put: 2\n");
    assert_eq!(dialogue(&image, &[], "image includesKey: 'a'\nimage includesKey: 'b'\n").out, "true\nfalse\n");
}

#[test]
fn the_image_is_that_of_the_environment_or_of_the_project() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(
        dir.path().join("count.aura"),
        "image at: 'n' Put: (image at: 'n' IfAbsent: [ 0 ]) + 1. (image at: 'n') printLine",
    )
    .expect("written");
    let run = |words: &[&str], environment: &[(&str, &str)]| {
        let mut c = aura(words);
        c.current_dir(dir.path()).env_remove("AURA_IMAGE");
        c.envs(environment.iter().copied());
        Done::from(c.output().expect("starts"))
    };
    assert_eq!(run(&["run", "count.aura"], &[]).out, "1\n");
    assert_eq!(run(&["run", "count.aura"], &[]).out, "1\n", "no image, nothing kept");
    for n in 1..=2 {
        assert_eq!(run(&["run", "count.aura"], &[("AURA_IMAGE", "env.image")]).out, format!("{n}\n"));
    }
    std::fs::write(dir.path().join("aura.toml"), "image = \"app.image\"\n").expect("written");
    for n in 1..=2 {
        assert_eq!(run(&["run", "count.aura"], &[]).out, format!("{n}\n"));
    }
    assert!(dir.path().join("app.image").is_file() && dir.path().join("env.image").is_file());
    assert_eq!(run(&["run", "--no-image", "count.aura"], &[]).out, "1\n");
    assert_eq!(run(&["run", "--at", "1", "-e", "(image at: 'n') printLine"], &[]).out, "1\n");
    std::fs::write(dir.path().join("aura.toml"), "imagge = \"app.image\"\n").expect("written");
    let slip = run(&["run", "count.aura"], &[]);
    assert!(slip.code == 2 && slip.err.contains("imagge"), "{} {}", slip.code, slip.err);
}

#[test]
fn a_run_that_fails_or_exits_with_a_code_leaves_the_image_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("run.image").display().to_string();
    let run = |code: &str| Done::from(aura(&["run", "--image", &image, "-e", code]).output().expect("starts"));
    assert_eq!(run("image at: 'n' Put: 1").code, 0);
    assert_eq!(run("image at: 'n' Put: 2. 1 / 0").code, 1);
    assert_eq!(run("image at: 'n' Put: 3. process exit: 4").code, 4);
    assert_eq!(run("(image at: 'n') printLine").out, "1\n");
    assert_eq!(run("image at: 'n' Put: 5. process exit: 0").code, 0);
    assert_eq!(run("(image at: 'n') printLine. image head printLine").out, "5\n2\n");
}
