//! The thread that compiles, so that the machine's own does not wait: requests there, machine code back.
//!
//! What must stay true: a request is plain data, and an answer names by number the time at which it was asked for; the machine throws away what
//! is of a time before the last [`Vm::drop_native`](crate::Vm::drop_native). The thread ends when the machine lets go of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use aura_jit::{Abi, Compiled, Compiler, Dump, Program, Unit};

use crate::linked::CodeRef;

/// What is to be compiled.
#[derive(Clone)]
pub(super) enum Wanted {
    /// By the baseline tier.
    Baseline(Arc<Unit>),
    /// By the optimizing tier; the number says when it was gathered.
    Optimized(Arc<Program>, u64),
}

/// Something to compile.
pub(super) struct Request {
    /// The code, by its address.
    pub(super) code: u64,
    pub(super) time: u64,
    pub(super) wanted: Wanted,
    pub(super) abi: Abi,
    pub(super) show: Dump,
}

/// What became of it.
pub(super) struct Answer {
    pub(super) code: CodeRef,
    pub(super) time: u64,
    pub(super) wanted: Wanted,
    pub(super) made: Result<Compiled, String>,
    pub(super) took: Duration,
}

/// What came back, and for which address.
type Back = (u64, u64, Wanted, Result<Compiled, String>, Duration);

/// See the module's comment.
pub(super) struct Worker {
    requests: Sender<Request>,
    answers: Receiver<Back>,
    /// Requests that have not been answered.
    waiting: usize,
}

fn make(compiler: &mut Compiler, r: &Request) -> Result<Compiled, String> {
    compiler.dump(r.show);
    match &r.wanted {
        Wanted::Baseline(unit) => compiler.compile(unit, &r.abi),
        Wanted::Optimized(program, _) => compiler.optimize(program, &r.abi),
    }
    .map_err(|e| e.to_string())
}

impl Worker {
    /// Starts the thread; `None` where there can be none.
    pub(super) fn start() -> Option<Worker> {
        let (requests, asked) = channel::<Request>();
        let (answer, answers) = channel();
        let work = move || {
            let Ok(mut compiler) = Compiler::new() else { return };
            for r in asked {
                let began = Instant::now();
                // A fault of the compiler costs the speed of one piece of code, not of all that follow.
                let made = catch_unwind(AssertUnwindSafe(|| make(&mut compiler, &r)));
                let made = made.unwrap_or_else(|_| {
                    compiler = Compiler::new().map_err(|e| e.to_string())?;
                    Err("the compiler panicked".into())
                });
                if answer.send((r.code, r.time, r.wanted, made, began.elapsed())).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("aura-compiler".into()).spawn(work).ok()?;
        Some(Worker { requests, answers, waiting: 0 })
    }

    /// Asks for code. False when the thread is gone.
    pub(super) fn ask(&mut self, r: Request) -> bool {
        let asked = self.requests.send(r).is_ok();
        self.waiting += usize::from(asked);
        asked
    }

    /// The next answer that is there.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        if self.waiting == 0 {
            return None;
        }
        let (code, time, wanted, made, took) = self.answers.try_recv().ok()?;
        self.waiting -= 1;
        // The address is one that this machine sent; its arena outlives every request.
        Some(Answer { code: CodeRef::from_bits(code), time, wanted, made, took })
    }
}
