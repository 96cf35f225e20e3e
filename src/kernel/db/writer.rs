//! The one writer of SQLite: a thread behind a bounded channel. It takes what waits, runs each
//! write in its own savepoint, commits them together, and only then answers (group commit).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::Connection;
use tokio::sync::oneshot;

use super::engine::{Conn, Db};
use super::{OpenError, Options};
use crate::kernel::error::{Error, Result};

/// A transaction takes no further write after this long, so that no neighbour waits for ever.
const LONGEST_BATCH: Duration = Duration::from_millis(20);

/// Answers one write once its transaction has ended; `Err` says why the commit failed.
type Answer = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;
/// One write: runs in its savepoint and leaves the answer for after the commit.
type Job = Box<dyn FnOnce(&mut Conn) -> Answer + Send>;

/// The writer thread.
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on its own connection.
    pub(super) fn start(conn: Conn, path: &str, options: &Options) -> std::result::Result<Self, OpenError> {
        let (sender, receiver) = sync_channel(options.queue);
        let batch = options.batch;
        let options = options.clone();
        tracing::debug!(path, "the writer starts");
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_until_closed(conn, &receiver, batch, &options))
            .map_err(|e| OpenError::Engine(e.to_string()))?;
        Ok(Self { jobs: Some(sender), thread: Some(thread) })
    }

    /// Runs a write and waits for its commit.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (job, answer) = prepare(work);
        self.try_send(job)?;
        answer.await.map_err(|_| Error::internal("the writer dropped a write"))?
    }

    /// The same from a thread that may wait.
    pub(super) fn run_here<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (job, answer) = prepare(work);
        let jobs = self.jobs.as_ref().ok_or_else(|| Error::unavailable(1))?;
        jobs.send(job).map_err(|_| Error::unavailable(1))?;
        answer.blocking_recv().map_err(|_| Error::internal("the writer dropped a write"))?
    }

    fn try_send(&self, job: Job) -> Result<()> {
        let jobs = self.jobs.as_ref().ok_or_else(|| Error::unavailable(1))?;
        jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::unavailable(1),
            TrySendError::Disconnected(_) => Error::internal("the writer has stopped"),
        })
    }
}

impl Drop for Writer {
    /// Lets what waits be written before the process ends.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended badly");
        }
    }
}

fn prepare<T, F>(work: F) -> (Job, oneshot::Receiver<Result<T>>)
where
    T: Send + 'static,
    F: Fn(&mut Conn) -> Result<T> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |conn| {
        let outcome = conn.transaction(|c| work(c));
        Box::new(move |committed| {
            let outcome = match committed {
                Ok(()) => outcome,
                Err(cause) => Err(Error::internal(cause)),
            };
            // Nobody waits any longer: the caller went away, the write stands.
            drop(sender.send(outcome));
        })
    });
    (job, receiver)
}

fn write_until_closed(mut conn: Conn, jobs: &Receiver<Job>, batch: usize, options: &Options) {
    while let Ok(first) = jobs.recv() {
        if !write_batch(&mut conn, first, jobs, batch) {
            match Db::connect(options) {
                Ok(fresh) => conn = fresh,
                Err(error) => {
                    tracing::error!(%error, "the writer cannot reopen the database");
                    return;
                }
            }
        }
    }
}

/// Runs `first` and what waits behind it in one transaction; false when the connection is not to
/// be trusted any longer.
fn write_batch(conn: &mut Conn, first: Job, jobs: &Receiver<Job>, batch: usize) -> bool {
    let started = Instant::now();
    let mut answers: Vec<Answer> = Vec::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        conn.immediate_transaction(|c| {
            answers.push(first(c));
            while answers.len() < batch && started.elapsed() < LONGEST_BATCH {
                let Ok(job) = jobs.try_recv() else { break };
                answers.push(job(c));
            }
            diesel::QueryResult::Ok(())
        })
    }));
    let (committed, sound) = match outcome {
        Ok(Ok(())) => (Ok(()), true),
        Ok(Err(error)) => (Err(error.to_string()), true),
        Err(_) => (Err("a write panicked".to_owned()), false),
    };
    for answer in answers {
        answer(committed.clone());
    }
    sound
}
