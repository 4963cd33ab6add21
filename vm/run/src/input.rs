//! Standard input: bytes that are read when a process asks for them, without making the machine wait.
//!
//! What must stay true: nothing is read before a program asks, and no more than a piece beyond what it asks for, since others (the dialogue's line
//! editor, whoever approves a method) read the same terminal: hence no thread that reads ahead. What was read and has not been taken stays here, so
//! a primitive that fails has lost nothing. Reading never blocks: it is asked first whether there is something.
//!
//! Not here: who waits for it, and how much may be read ([`crate::reading`]).

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};

/// What a program reads as its standard input.
#[derive(Default)]
pub struct Input {
    from: Source,
    /// What was read.
    have: Vec<u8>,
    /// So much of it has been taken.
    taken: usize,
    /// Up to here there is no end of a line in what has not.
    looked: usize,
    /// The last attempt to read found the end. A terminal's input may go on behind it.
    ended: bool,
}

#[derive(Default)]
enum Source {
    /// There is none.
    #[default]
    Nothing,
    /// The command's own, which is not touched before somebody asks.
    Unopened,
    /// A file that may let one wait. Opened anew where it is the command's own: what it reads passes the library's buffer by, into which nobody can look.
    Opened(File),
    /// Something that never lets anybody wait.
    Ready(Box<dyn Read>),
}

/// How much of the input somebody wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// The next line.
    Line,
    /// All that is left.
    All,
}

impl Input {
    /// The input of the command itself.
    pub fn standard() -> Input {
        Input { from: Source::Unopened, ..Input::default() }
    }

    /// From a file, a pipe or a terminal that was opened.
    pub fn opened(file: File) -> Input {
        Input { from: Source::Opened(file), ..Input::default() }
    }

    /// From something that never lets anybody wait, such as text in memory.
    pub fn ready(from: impl Read + 'static) -> Input {
        Input { from: Source::Ready(Box::new(from)), ..Input::default() }
    }

    /// How many bytes were read and not taken.
    pub(crate) fn len(&self) -> usize {
        self.have.len() - self.taken
    }

    /// Whether nothing more has to be read for this.
    pub(crate) fn holds(&mut self, what: Wanted) -> bool {
        self.ended || (what == Wanted::Line && self.end_of_line().is_some())
    }

    /// Where the next line ends.
    fn end_of_line(&mut self) -> Option<usize> {
        let at = self.have[self.looked..].iter().position(|b| *b == b'\n').map(|i| self.looked + i);
        // What was looked at once is not looked at again, however many pieces a line has.
        self.looked = at.unwrap_or(self.have.len());
        at
    }

    /// The next line with its end, or what there is before the end of the input, or all. Nothing if there is nothing more.
    pub(crate) fn peek(&mut self, what: Wanted) -> Option<&[u8]> {
        let end = match what {
            Wanted::Line => self.end_of_line().map_or(self.have.len(), |at| at + 1),
            Wanted::All => self.have.len(),
        };
        (end > self.taken || what == Wanted::All).then(|| &self.have[self.taken..end])
    }

    /// Takes so many bytes; the end of the input is asked for anew.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.taken += bytes;
        self.looked = self.looked.max(self.taken);
        if self.taken == self.have.len() {
            self.ended = false;
            if self.have.capacity() > 1 << 20 {
                self.have = Vec::new();
            }
            self.have.clear();
            (self.taken, self.looked) = (0, 0);
        }
    }

    /// The file to ask whether there is something; none if there is no need to ask.
    pub(crate) fn file(&mut self) -> io::Result<Option<&File>> {
        if matches!(self.from, Source::Unopened) {
            self.from = Source::Opened(File::from(io::stdin().as_fd().try_clone_to_owned()?));
        }
        Ok(if let Source::Opened(f) = &self.from { Some(f) } else { None })
    }

    /// Reads at most so many bytes more. False if there is nothing to be read yet.
    pub(crate) fn read(&mut self, most: usize) -> io::Result<bool> {
        if self.file()?.is_some_and(|f| !can_read([f], Duration::ZERO)[0]) {
            return Ok(false);
        }
        self.have.drain(..self.taken);
        self.looked -= self.taken;
        self.taken = 0;
        let n = match &mut self.from {
            Source::Nothing | Source::Unopened => Some(0),
            Source::Opened(f) => append(f, &mut self.have, most)?,
            Source::Ready(from) => append(from, &mut self.have, most)?,
        };
        self.ended = n == Some(0);
        Ok(n.is_some())
    }
}

/// Reads at most so many bytes to the end of `to`: how many, or nothing if one would have to wait.
pub(crate) fn append(from: &mut impl Read, to: &mut Vec<u8>, most: usize) -> io::Result<Option<usize>> {
    let had = to.len();
    to.resize(had + most, 0);
    let read = from.read(&mut to[had..]);
    to.truncate(had + *read.as_ref().unwrap_or(&0));
    match read {
        Ok(n) => Ok(Some(n)),
        // A signal, or somebody else who was faster.
        Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Which of the files can be read without waiting, asked until one can, or for so long. Their ends and errors count as well.
pub(crate) fn can_read<'a>(files: impl IntoIterator<Item = &'a File>, wait: Duration) -> Vec<bool> {
    let mut all: Vec<PollFd<'_>> = files.into_iter().map(|f| PollFd::new(f, PollFlags::IN)).collect();
    let wait = Timespec { tv_sec: wait.as_secs().min(1 << 30) as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    // What fails is a signal, or files that nobody can ask about: the one is asked again, the others are read and say what is wrong.
    match rustix::event::poll(&mut all, Some(&wait)) {
        Ok(_) => all.iter().map(|f| !f.revents().is_empty()).collect(),
        Err(e) => vec![e != rustix::io::Errno::INTR; all.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_lines(mut input: Input, piece: usize) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            while !input.holds(Wanted::Line) {
                assert!(input.read(piece).expect("it can be read"));
            }
            let Some(line) = input.peek(Wanted::Line).map(<[u8]>::to_vec) else { return lines };
            input.take(line.len());
            lines.push(String::from_utf8(line).expect("text"));
        }
    }

    #[test]
    fn lines_are_the_same_however_the_pieces_fall() {
        for piece in 1..12 {
            assert_eq!(all_lines(Input::ready(&b"one\n\ntwo\r\nlast"[..]), piece), ["one\n", "\n", "two\r\n", "last"], "{piece}");
        }
        assert!(all_lines(Input::default(), 8).is_empty());
    }

    #[test]
    fn what_was_not_taken_is_still_there() {
        let mut input = Input::ready(&b"one\ntwo\nthree"[..]);
        while !input.holds(Wanted::All) {
            input.read(4).expect("it can be read");
        }
        assert_eq!(input.peek(Wanted::Line), Some(&b"one\n"[..]));
        input.take(4);
        assert_eq!(input.peek(Wanted::All), Some(&b"two\nthree"[..]));
        input.take(9);
        assert!(input.read(4).expect("it can be read"));
        assert_eq!(input.peek(Wanted::Line), None);
        assert_eq!(input.peek(Wanted::All), Some(&b""[..]));
    }
}
