//! Files: how they come to be, who has them, and what is said when something is in the way.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use aura_image::store::{Batch, Embedded, ImageStore, Memory, Space, StoreError, copy};

fn put(store: &mut dyn ImageStore, key: &str, value: &str) {
    let mut batch = Batch::default();
    batch.put(Space::Meta, key, value);
    store.apply(&batch).expect("a batch is applied");
}

fn get(store: &dyn ImageStore, key: &str) -> Option<String> {
    let value = store.value(Space::Meta, key.as_bytes()).expect("a row is read");
    value.map(|value| String::from_utf8(value).expect("a text"))
}

fn create(path: &Path) -> Embedded {
    let opened = Embedded::create(path).expect("a new image");
    assert!(opened.created && !opened.repaired);
    opened.store
}

fn open(path: &Path) -> Embedded {
    let opened = Embedded::open(path).expect("an image");
    assert!(!opened.created && !opened.repaired);
    opened.store
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_written_is_there_after_closing_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    let mut store = create(&path);
    put(&mut store, "a", "1");
    assert_eq!(store.path(), Some(path.as_path()));
    assert_eq!(store.file_len().expect("a length"), fs::metadata(&path).expect("a file").len());
    assert_eq!(names(folder.path()), ["world.image", "world.image.holder"]);
    store.close().expect("it is closed");
    assert_eq!(names(folder.path()), ["world.image"]);
    assert_eq!(get(&open(&path), "a").as_deref(), Some("1"));
}

#[test]
fn what_is_in_the_way_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let error = |name: &str| Embedded::open(&at(name)).err().expect("an error").to_string();
    fs::write(at("empty"), "").expect("a file");
    fs::write(at("short"), "{}").expect("a file");
    fs::write(at("text"), "counter = 3\n".repeat(1000)).expect("a file");
    fs::write(at("zeros"), [0; 100_000]).expect("a file");
    fs::write(at("binary"), [0xfe; 10_000]).expect("a file");
    fs::write(at("redb"), [&b"redb\x1a\x0a\xa9\x0d\x0a"[..], &[0; 10_000]].concat()).expect("a file");
    fs::create_dir(at("folder")).expect("a folder");
    let name = |name: &str| at(name).display().to_string();
    assert_eq!(error("absent"), format!("there is no image {}", name("absent")));
    assert_eq!(error("empty"), format!("{} is not an image: it is empty", name("empty")));
    assert_eq!(error("short"), format!("{} is not an image: it begins with \"{{}}\"", name("short")));
    assert_eq!(error("text"), format!("{} is not an image: it begins with \"counter = 3\\ncoun\"", name("text")));
    assert_eq!(error("zeros"), format!("{} is not an image: it begins with zeros", name("zeros")));
    assert_eq!(error("binary"), format!("{} is not an image: it is a file of another kind", name("binary")));
    assert_eq!(error("redb"), "the image is damaged: its header is not what was written");
    assert_eq!(error("folder"), format!("{} is not an image: it is a folder", name("folder")));
    for name in ["empty", "text", "folder"] {
        assert!(matches!(Embedded::create(&at(name)), Err(StoreError::Exists(_))), "{name} is not overwritten");
    }
    let nowhere = Embedded::create(&at("no/such/folder.image")).err().expect("an error").to_string();
    assert_eq!(nowhere, format!("the image cannot be written: there is no folder {}", at("no/such").display()));
    assert_eq!(names(folder.path()), ["binary", "empty", "folder", "redb", "short", "text", "zeros"], "nothing is left");
}

#[test]
fn a_form_that_is_newer_is_told_from_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    create(&path).close().expect("it is closed");
    let mut bytes = fs::read(&path).expect("a file");
    bytes[336] = 9;
    let seal = xxhash_rust::xxh3::xxh3_64_with_seed(&bytes[..504], u64::MAX);
    bytes[504..512].copy_from_slice(&seal.to_le_bytes());
    fs::write(&path, bytes).expect("a file");
    assert_eq!(Embedded::open(&path).err(), Some(StoreError::Newer { found: 9, known: 1 }));
}

#[test]
fn one_writes_or_many_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    let mut writer = create(&path);
    put(&mut writer, "a", "1");
    let busy = |result: Option<StoreError>| match result {
        Some(StoreError::Busy { path: named, holder }) => {
            assert_eq!(named, path.display().to_string());
            holder
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(busy(Embedded::open(&path).err()), "this process itself");
    assert_eq!(busy(Embedded::open_read_only(&path).err()), "this process itself");
    drop(writer);
    let one = Embedded::open_read_only(&path).expect("a reader").store;
    let mut other = Embedded::open_read_only(&path).expect("another reader").store;
    assert_eq!((get(&one, "a").as_deref(), get(&other, "a").as_deref()), (Some("1"), Some("1")));
    assert_eq!(busy(Embedded::open(&path).err()), "another process", "readers leave no word of themselves");
    assert_eq!(other.apply(&Batch::default()), Err(StoreError::ReadOnly));
    assert_eq!(other.compact(), Err(StoreError::ReadOnly));
    assert_eq!(other.verify(), Ok(()));
    assert_eq!(get(&other, "a").as_deref(), Some("1"));
    drop((one, other));
    put(&mut open(&path), "a", "2");
}

#[test]
fn reading_writes_nothing_even_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, left) = (folder.path().join("world.image"), folder.path().join("left.image"));
    let mut store = create(&path);
    put(&mut store, "a", "1");
    // As the file would be if the process were killed now.
    fs::copy(&path, &left).expect("a copy");
    let before = fs::read(&left).expect("a file");
    let mut reader = Embedded::open_read_only(&left).expect("a reader").store;
    assert_eq!((get(&reader, "a").as_deref(), reader.verify()), (Some("1"), Ok(())));
    let copied = reader.backup(&folder.path().join("copy.image"));
    assert_eq!(copied, Ok(1));
    reader.close().expect("it is closed");
    assert!(fs::read(&left).expect("a file") == before, "the file has changed");
    assert_eq!(get(&open(&left), "a").as_deref(), Some("1"));
}

#[test]
fn a_backup_is_a_whole_image_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, to) = (folder.path().join("world.image"), folder.path().join("backup.image"));
    let mut store = create(&path);
    let mut batch = Batch::default();
    for number in 0..3000_u32 {
        batch.put(Space::ALL[number as usize % 9], number.to_be_bytes(), vec![number as u8; 5000]);
    }
    store.apply(&batch).expect("a batch is applied");
    assert_eq!(store.backup(&to), Ok(3000));
    put(&mut store, "after", "wards");
    assert_eq!(store.backup(&to), Err(StoreError::Exists(to.display().to_string())));
    let mut backup = open(&to);
    assert_eq!((get(&backup, "after"), backup.verify()), (None, Ok(())));
    let (mut one, mut other) = (Memory::new(), Memory::new());
    assert_eq!((copy(&store, &mut one), copy(&backup, &mut other)), (Ok(3001), Ok(3000)));
    let mut without = Batch::default();
    without.delete(Space::Meta, "after");
    one.apply(&without).expect("a batch is applied");
    assert!(one == other, "the backup holds the rows of its time");
    assert!(matches!(store.backup(&folder.path().join("no/where")), Err(StoreError::Io { .. })));
    assert_eq!(names(folder.path()), ["backup.image", "backup.image.holder", "world.image", "world.image.holder"]);
}

#[test]
fn compaction_gives_back_what_is_not_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    let mut store = create(&path);
    let mut batch = Batch::default();
    for number in 0..2000_u32 {
        batch.put(Space::Segments, number.to_be_bytes(), vec![7; 5000]);
    }
    store.apply(&batch).expect("a batch is applied");
    let full = store.file_len().expect("a length");
    let mut batch = Batch::default();
    for number in 0..1990_u32 {
        batch.delete(Space::Segments, number.to_be_bytes());
    }
    store.apply(&batch).expect("a batch is applied");
    assert_eq!(store.compact(), Ok(true));
    let compact = store.file_len().expect("a length");
    assert!(compact < full / 4, "{compact} of {full} bytes are left");
    assert_eq!(store.value(Space::Segments, &1995_u32.to_be_bytes()), Ok(Some(vec![7; 5000])));
    // A crash right after must not cost a look through everything.
    let left = folder.path().join("left.image");
    fs::copy(&path, &left).expect("a copy");
    open(&left).close().expect("it is closed");
}

#[test]
fn a_batch_may_be_larger_than_the_memory_that_the_store_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    let mut store = create(&path);
    let mut batch = Batch::default();
    for number in 0..100_u32 {
        batch.put(Space::Large, number.to_be_bytes(), vec![number as u8; 1_000_000]);
    }
    store.apply(&batch).expect("a batch is applied");
    store.close().expect("it is closed");
    let store = open(&path);
    for number in 0..100_u32 {
        let whole = |value: &[u8]| assert!(value.len() == 1_000_000 && value.iter().all(|&byte| byte == number as u8));
        assert_eq!(store.get(Space::Large, &number.to_be_bytes(), &mut { whole }), Ok(true));
    }
}

/// Not a test: what the other process does in the next test.
#[test]
#[ignore = "the other half of the next test"]
fn hold_an_image() {
    let Some(path) = std::env::var_os("AURA_TEST_HOLD") else { return };
    let mut store = open(Path::new(&path));
    put(&mut store, "held", "by another");
    println!("\nheld");
    std::io::stdout().flush().expect("a pipe");
    std::thread::sleep(std::time::Duration::from_secs(60));
    drop(store);
}

#[test]
fn another_process_is_called_by_its_number_and_no_longer_when_it_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.image");
    create(&path).close().expect("it is closed");
    let mut other = Command::new(std::env::current_exe().expect("this program"));
    let other = other.args(["--exact", "hold_an_image", "--ignored", "--nocapture"]).env("AURA_TEST_HOLD", &path);
    let mut other = other.stdout(Stdio::piped()).spawn().expect("another process");
    let lines = BufReader::new(other.stdout.take().expect("a pipe")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "held"), "the other process has it");
    let error = Embedded::open(&path).err().expect("an error").to_string();
    let expected = format!("{} is in use by process {} (", path.display(), other.id());
    assert!(error.starts_with(&expected) && error.contains("hold_an_image"), "{error}");
    other.kill().expect("it is killed");
    other.wait().expect("it has ended");
    assert_eq!(names(folder.path()), ["world.image", "world.image.holder"], "it left its word behind");
    let store = open(&path);
    assert_eq!(get(&store, "held").as_deref(), Some("by another"), "and what it had written");
}
