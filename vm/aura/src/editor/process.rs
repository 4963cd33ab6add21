//! A process that is followed while it runs.
//!
//! What must stay true: it ends soon after nobody waits for it any more; what it prints is bounded, wherever it is kept meanwhile. It must not
//! start others, which could hold the pipe longer than it lives: the command's programs may not, without a flag that is not given here.

use std::io::{BufRead, BufReader, PipeReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use aura_lsp::Progress;

/// A process that prints more is ended.
pub(super) const MOST_PRINTED: u64 = 16 << 20;
/// Lines that were read and not heard yet; behind that the process waits.
const MOST_LINES: usize = 256;
/// Between two looks at whether somebody waits still.
const GLANCE: Duration = Duration::from_millis(10);

/// How a process has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Fine,
    Failed,
    /// It was ended, since it printed more than anybody would read.
    PrintedTooMuch,
}

/// Runs a command on this input until it ends or nobody waits any more. `hear` gets each line that it prints, with its end, errors among them.
pub(super) fn follow(
    mut command: Command,
    input: Vec<u8>,
    progress: &dyn Progress,
    mut hear: impl FnMut(&str),
) -> std::io::Result<End> {
    let (from, to) = std::io::pipe()?;
    let mut child = command.stdin(Stdio::piped()).stdout(to.try_clone()?).stderr(to).spawn()?;
    // Its ends of the pipe go: the last one is the child's.
    drop(command);
    let stdin = child.stdin.take();
    // A child that has ended already says why in what it prints.
    std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let (lines, reader) = lines(from);
    loop {
        match lines.recv_timeout(GLANCE) {
            Ok(line) => hear(&String::from_utf8_lossy(&line)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if progress.is_cancelled() {
            let _ = child.kill();
        }
    }
    let has_more = reader.join().unwrap_or(true);
    if has_more {
        let _ = child.kill();
    }
    match child.wait()? {
        _ if has_more => Ok(End::PrintedTooMuch),
        status if status.success() => Ok(End::Fine),
        _ => Ok(End::Failed),
    }
}

/// The lines that come, one after the other; whose thread tells at last whether there were more than anybody reads.
fn lines(from: PipeReader) -> (Receiver<Vec<u8>>, JoinHandle<bool>) {
    let (send, receive) = sync_channel(MOST_LINES);
    (receive, std::thread::spawn(move || read(from, &send)))
}

fn read(from: PipeReader, to: &SyncSender<Vec<u8>>) -> bool {
    let mut from = BufReader::new(from.take(MOST_PRINTED));
    loop {
        let mut line = Vec::new();
        let is_line = from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0);
        if !is_line || to.send(line).is_err() {
            return from.get_ref().limit() == 0;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    struct Waits(bool);
    impl Progress for Waits {
        fn say(&self, _: &str) {}
        fn is_cancelled(&self) -> bool {
            !self.0
        }
    }

    /// How a script ends, and the letters that were heard.
    fn followed(script: &str, input: &str, waits: bool) -> (End, String) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut heard = String::new();
        let end = follow(command, input.as_bytes().to_vec(), &Waits(waits), |line| heard.push_str(line)).expect("starts");
        (end, heard)
    }

    #[test]
    fn all_that_is_printed_is_heard_in_its_order() {
        let script = "read word; echo one $word; echo two >&2; printf three";
        assert_eq!(followed(script, "cat\n", true), (End::Fine, "one cat\ntwo\nthree".into()));
        assert_eq!(followed("echo no; exit 3", "", true), (End::Failed, "no\n".into()));
    }

    #[test]
    fn who_prints_without_end_is_ended() {
        for (script, most) in [("exec yes", MOST_PRINTED), ("exec cat /dev/zero", MOST_PRINTED)] {
            let (end, heard) = followed(script, "", true);
            assert_eq!((end, heard.len() as u64), (End::PrintedTooMuch, most));
        }
    }

    #[test]
    fn nothing_goes_on_that_nobody_waits_for() {
        for script in ["exec sleep 1000", "exec yes"] {
            assert_eq!(followed(script, "", false).0, End::Failed);
        }
    }
}
