//! A thread of its own for what looks at texts that models wrote: the gates, the checker. Whoever waits for it can stop waiting.
//!
//! What must stay true: nobody waits longer than is said; work that panics, or that nobody waits for any more, holds up nobody: the
//! next piece finds another thread. Work is not stopped in the middle, but it is bounded, and while [`MOST_THREADS`] are at work that
//! nobody waits for, no more is begun.
//!
//! Not here: what is done when the time is over.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

/// Threads of one clerk: the one that takes work, and those that were left alone and have not ended.
pub const MOST_THREADS: usize = 3;
/// Bytes of a thread's stack: the checker goes as deep as a text nests. (They are used only where it does.)
const STACK: usize = 16 << 20;

type Work = Box<dyn FnOnce() + Send>;

/// See the module's comment. Copies share the thread.
#[derive(Clone, Default)]
pub struct Clerk(Arc<Desk>);

#[derive(Default)]
struct Desk {
    /// Where work goes, while there is a thread that takes it.
    thread: Mutex<Option<Sender<Work>>>,
    /// Threads that have not ended.
    alive: Arc<AtomicUsize>,
}

impl Clerk {
    /// What `work` comes to; nothing if it does not within this time. For whoever may block.
    pub fn wait<T: Send + 'static>(&self, at_most: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (reply, answer) = mpsc::channel();
        self.give(Box::new(move || drop(reply.send(work()))));
        self.unless_late(answer.recv_timeout(at_most).ok())
    }

    /// The same, without blocking.
    pub async fn within<T: Send + 'static>(&self, at_most: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.give(Box::new(move || drop(reply.send(work()))));
        self.unless_late(tokio::time::timeout(at_most, answer).await.ok().and_then(Result::ok))
    }

    /// Hands work over. Work that cannot be begun is dropped, which whoever waits for it notices at once.
    fn give(&self, work: Work) {
        let mut thread = self.thread();
        let work = match &*thread {
            None => work,
            Some(there) => match there.send(work) {
                Ok(()) => return,
                // That thread has ended in a panic.
                Err(back) => back.0,
            },
        };
        *thread = self.0.start();
        if let Some(thread) = &*thread {
            let _ = thread.send(work);
        }
    }

    /// Leaves the thread alone that has not answered in time.
    fn unless_late<T>(&self, came: Option<T>) -> Option<T> {
        if came.is_none() {
            *self.thread() = None;
        }
        came
    }

    fn thread(&self) -> MutexGuard<'_, Option<Sender<Work>>> {
        self.0.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// A thread that takes work until nobody can give it any. Nothing if there are too many, or the system has none.
    fn start(&self) -> Option<Sender<Work>> {
        let alive = Alive::one_more(&self.alive)?;
        let (sender, inbox) = mpsc::channel::<Work>();
        let run = move || {
            // Counted out before the inbox is closed.
            let (inbox, _alive) = (inbox, alive);
            inbox.iter().for_each(|work| work());
        };
        std::thread::Builder::new().name("gates".into()).stack_size(STACK).spawn(run).ok()?;
        Some(sender)
    }
}

/// Counts a thread as long as it is there, however it ends.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn one_more(all: &Arc<AtomicUsize>) -> Option<Self> {
        let more = |n: usize| (n < MOST_THREADS).then_some(n + 1);
        all.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok()?;
        Some(Self(all.clone()))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(20);

    #[test]
    fn work_that_takes_too_long_is_left_alone_and_the_next_is_done() {
        let clerk = Clerk::default();
        let (end, ends) = mpsc::channel::<()>();
        assert_eq!(clerk.wait(SOON, move || ends.recv().is_ok()), None);
        assert_eq!(clerk.wait(LATE, || 7), Some(7));
        assert_eq!(clerk.0.alive.load(Ordering::SeqCst), 2);
        drop(end);
    }

    #[test]
    fn no_more_is_begun_while_too_much_is_left_alone() {
        let clerk = Clerk::default();
        let (mut open, mut ended) = (Vec::new(), Vec::new());
        for _ in 0..MOST_THREADS {
            let ((end, ends), (gone, at_end)) = (mpsc::channel::<()>(), mpsc::channel::<()>());
            assert_eq!(clerk.wait(SOON, move || (ends.recv().is_ok(), drop(gone)).0), None);
            open.push(end);
            ended.push(at_end);
        }
        assert_eq!(clerk.wait(LATE, || 7), None, "nothing is waited for that was not begun");
        open.clear();
        for at_end in ended {
            assert!(at_end.recv_timeout(LATE).is_err());
        }
        let again = (0..1000).find_map(|_| clerk.wait(LATE, || 7).or_else(|| (std::thread::sleep(SOON), None).1));
        assert_eq!(again, Some(7));
    }

    #[test]
    fn work_that_panics_says_nothing_and_the_next_is_done() {
        let clerk = Clerk::default();
        assert_eq!(clerk.wait(LATE, || -> u8 { panic!("this panic is part of a test") }), None);
        assert_eq!(clerk.wait(LATE, || 7), Some(7));
    }
}
