//! Corpora of generated methods, and what must stay true whatever they are.
//!
//! * [`malicious`] methods that mean harm: refused by the gates or contained, and contained where no gate has looked
//! * [`harmless`] what a good model writes: hardly any refused, and each does what it should
//! * [`injections`] texts that want to be instructions, through every channel that reaches a prompt, and a model that obeys them
//! * [`trials`] ten thousand trials that fail, and a world that is as it was
//!
//! The corpora are plain files in `tests/corpora`, found by walking the folders; [`variants`] writes the same thing in other ways, so that nothing is
//! stored twice. The machine on which methods are tried is [`aura_tests::hostile`]. Gates are asked here, never obeyed: that is how the audit is
//! switched off, and no user can.

mod harmless;
mod injections;
mod malicious;
mod trials;
mod variants;

/// Threads that a corpus is divided among. Each has machines of its own.
const THREADS: usize = 2;

/// Does something for each item, on two threads, and answers what came of it in the order of the items.
fn on_threads<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((at, item)) =
                    Some(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?)))
                {
                    let result = work(item);
                    done.lock().expect("no work panics while it holds the lock").push((at, result));
                }
            });
        }
    });
    let mut all = done.into_inner().expect("all threads have ended");
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}
