//! Standard output and standard error: who flushes when, who gets colour, and what happens when nobody reads.
//!
//! What must stay true: what a program printed stands before any message about it, so every write to standard error flushes
//! standard output first. A reader that has gone away (`aura … | head`) ends the command quietly.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};
use std::rc::Rc;

/// A writer that several owners share.
#[derive(Clone)]
pub struct Shared(Rc<RefCell<Box<dyn Write>>>);

impl Shared {
    /// Shares a writer.
    pub fn new(inner: impl Write + 'static) -> Self {
        Self(Rc::new(RefCell::new(Box::new(inner))))
    }

    /// Standard output: line by line on a terminal, in large pieces otherwise.
    pub fn stdout() -> Self {
        let out = io::stdout();
        if out.is_terminal() { Self::new(LineWriter::new(out)) } else { Self::new(BufWriter::with_capacity(1 << 16, out)) }
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        quiet(self.0.borrow_mut().write(bytes))
    }
    fn flush(&mut self) -> io::Result<()> {
        quiet(self.0.borrow_mut().flush())
    }
}

/// Standard error, after standard output.
pub struct After {
    first: Shared,
    then: Box<dyn Write>,
}

impl After {
    /// Writes to `then`, but flushes `first` before.
    pub fn new(first: Shared, then: impl Write + 'static) -> Self {
        Self { first, then: Box::new(then) }
    }
}

impl Write for After {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.first.flush()?;
        self.then.write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.then.flush()
    }
}

/// Ends the command where nobody listens any more: that is not an error of the program's.
fn quiet<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}

/// Prints data to standard output, quietly if nobody reads.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Whether messages (standard error) may be in colour.
pub fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// `error: …` in red where colour is wanted.
pub fn error(text: &str) {
    let (on, off) = if colour() { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
    eprintln!("{on}error:{off} {text}");
}
