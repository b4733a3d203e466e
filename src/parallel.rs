//! Work that several threads share and whose results are taken in the order of the work, so that what
//! comes of it does not depend on how many threads there are.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::error::{Error, Result};

/// Jobs that are handed out for each thread: one that it works on, and one for it to go on with.
const JOBS_PER_THREAD: usize = 2;

/// Does the jobs that `next` gives on `threads` threads besides this one, on this one where that is one
/// or none, and hands the results to `take` in the order of the jobs. `next` and `take` run on this
/// thread; at most a few jobs are under way at once. Where `next` gives none while some are, it is asked again
/// when one of them is taken.
///
/// # Errors
/// Those of `next` and `take`; jobs that are under way come to nothing then.
pub fn in_order<J: Send, R: Send>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<J>>,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let (jobs, handed_out) = mpsc::channel::<(J, SyncSender<R>)>();
    let handed_out = Mutex::new(handed_out);
    let is_over = AtomicBool::new(false);
    let serve = || {
        while let Some((job, done)) = receive(&handed_out) {
            if !is_over.load(Ordering::Relaxed) {
                // Nobody waits for it any more where the whole has failed.
                let _ = done.send(work(job));
            }
        }
    };
    std::thread::scope(|scope| {
        // Dropped at the end, which ends the threads.
        let jobs = jobs;
        let started = (0..threads)
            .filter(|_| threads > 1)
            .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, serve).ok())
            .count();
        let mut shared_out = || {
            let mut pending = VecDeque::with_capacity(JOBS_PER_THREAD * started);
            loop {
                while pending.len() < JOBS_PER_THREAD * started
                    && let Some(job) = next()?
                {
                    let (done, result) = mpsc::sync_channel(1);
                    jobs.send((job, done)).map_err(|_| ended())?;
                    pending.push_back(result);
                }
                match pending.pop_front() {
                    Some(result) => take(result.recv().map_err(|_| ended())?)?,
                    None => break,
                }
            }
            // Without any other thread, or where there was nothing to do.
            while let Some(job) = next()? {
                take(work(job))?;
            }
            Ok(())
        };
        let outcome = shared_out();
        is_over.store(true, Ordering::Relaxed);
        outcome
    })
}

/// How many things may wait that one thread has made for another.
const WAITING: usize = 4;

/// The stack of a thread that makes things: what it reads may be nested.
const STACK: usize = 16 << 20;

/// Lets `make` run on a thread of its own, and hands what it makes, in its order, to `take` on this one;
/// on this one, too, where there is no other.
///
/// # Errors
/// That of `take`, else that of `make`.
pub fn apart<T: Send>(
    make: impl FnOnce(&mut dyn FnMut(T) -> Result<()>) -> Result<()> + Send,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let (made, received) = mpsc::sync_channel(WAITING);
    // Whoever is given the thread takes it out.
    let make = Mutex::new(Some(make));
    let taken = || {
        let mut make = make.lock().unwrap_or_else(PoisonError::into_inner);
        make.take()
    };
    std::thread::scope(|scope| {
        let run = move || match taken() {
            // A receiver that is gone has failed, which is what is told.
            Some(make) => make(&mut |thing| made.send(thing).map_err(|_| ended())),
            None => Ok(()),
        };
        let thread = std::thread::Builder::new().stack_size(STACK);
        let Ok(thread) = thread.spawn_scoped(scope, run) else {
            return match taken() {
                Some(make) => make(&mut take),
                None => Ok(()),
            };
        };
        let mut outcome = Ok(());
        for thing in received.iter() {
            outcome = take(thing);
            if outcome.is_err() {
                break;
            }
        }
        // Without a receiver the other thread comes to an end.
        drop(received);
        match thread.join() {
            Ok(made) => outcome.and(made),
            Err(panicked) => std::panic::resume_unwind(panicked),
        }
    })
}

fn receive<T>(receiver: &Mutex<Receiver<T>>) -> Option<T> {
    let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
    receiver.recv().ok()
}

fn ended() -> Error {
    Error::internal("a thread ended in the middle of its work")
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that wait for work, for as long as the pool lives.
pub struct Pool {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

/// What a pool will have made of a job.
#[derive(Debug)]
pub enum Pending<R> {
    /// It is made.
    Done(R),
    /// A thread is at it.
    Later(Receiver<R>),
}

impl Pool {
    /// A pool of so many threads; without any, whoever gives a job does it.
    pub fn new(threads: usize) -> Pool {
        let (jobs, handed_out) = mpsc::channel::<Job>();
        let handed_out = Arc::new(Mutex::new(handed_out));
        let start = |_| {
            let handed_out = handed_out.clone();
            let serve = move || {
                while let Some(job) = receive(&handed_out) {
                    job();
                }
            };
            std::thread::Builder::new().spawn(serve).ok()
        };
        Pool {
            threads: (0..threads).filter_map(start).collect(),
            jobs: Some(jobs),
        }
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Gives a job to the pool.
    pub fn start<R: Send + 'static>(&self, job: impl FnOnce() -> R + Send + 'static) -> Pending<R> {
        let Some(jobs) = self.jobs.as_ref().filter(|_| self.threads() > 0) else {
            return Pending::Done(job());
        };
        let (done, result) = mpsc::sync_channel(1);
        // A job that nobody takes is missed by whoever waits for it.
        let _ = jobs.send(Box::new(move || {
            let _ = done.send(job());
        }));
        Pending::Later(result)
    }
}

impl<R> Pending<R> {
    /// Waits until it is made.
    ///
    /// # Errors
    /// `InternalError` where the thread has come to an end.
    pub fn wait(self) -> Result<R> {
        match self {
            Pending::Done(result) => Ok(result),
            Pending::Later(result) => result.recv().map_err(|_| ended()),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Its panic was told when it happened.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({} threads)", self.threads())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares of the first numbers, up to a result that is refused.
    fn squares(threads: usize, refused: u64) -> (Vec<u64>, Result<()>) {
        let (mut numbers, mut taken) = (0..1_000_u64, Vec::new());
        let outcome = in_order(
            threads,
            || Ok(numbers.next()),
            |number| {
                if number % 7 == 0 {
                    std::thread::yield_now();
                }
                number * number
            },
            |square| {
                taken.push(square);
                match square == refused {
                    true => Err(Error::argument("refused")),
                    false => Ok(()),
                }
            },
        );
        (taken, outcome)
    }

    #[test]
    fn results_come_in_order() {
        let expected: Vec<u64> = (0..1_000).map(|number| number * number).collect();
        for threads in [0, 1, 2, 5] {
            let (taken, outcome) = squares(threads, u64::MAX);
            assert!(outcome.is_ok());
            assert_eq!(taken, expected, "{threads} threads");
            let (taken, outcome) = squares(threads, 100);
            assert!(outcome.is_err());
            assert_eq!(taken, expected[..=10], "{threads} threads");
        }
    }

    #[test]
    fn what_is_made_apart_is_taken_in_order() {
        let run = |refused: u32, failed: u32| {
            let mut taken = Vec::new();
            let outcome = apart(
                |give| {
                    (0..failed).try_for_each(&mut *give)?;
                    Err(Error::argument("made"))
                },
                |number| {
                    taken.push(number);
                    match number == refused {
                        true => Err(Error::argument("taken")),
                        false => Ok(()),
                    }
                },
            );
            (
                taken.len(),
                outcome.map_err(|error| error.message().to_owned()),
            )
        };
        assert_eq!(run(1_000, 100), (100, Err("made".to_owned())));
        assert_eq!(run(10, 100), (11, Err("taken".to_owned())));
    }

    #[test]
    fn a_pool_does_what_it_is_given() -> Result<()> {
        for threads in [0, 3] {
            let pool = Pool::new(threads);
            let pending: Vec<Pending<u32>> = (0..100)
                .map(|number| pool.start(move || number + 1))
                .collect();
            for (number, pending) in pending.into_iter().enumerate() {
                assert_eq!(pending.wait()?, number as u32 + 1);
            }
        }
        Ok(())
    }
}
