//! The thread on which a blocking client's requests, waits and timers run.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, resume_unwind},
    pin::Pin,
    sync::mpsc,
    thread,
};

use futures_util::FutureExt as _;
use tokio::{runtime::Builder, sync::mpsc as tokio_mpsc};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A handle to a thread that drives a tokio runtime. The thread ends when the last handle is dropped. Nothing waits for
/// its end, so dropping a handle never blocks.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    tasks: tokio_mpsc::UnboundedSender<Task>,
}

impl Thread {
    pub(super) fn spawn() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        // Holds at most one task for each thread that is blocked in `block_on`.
        let (sender, mut tasks) = tokio_mpsc::unbounded_channel::<Task>();
        thread::Builder::new()
            .name("akool-faceswap".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    while let Some(task) = tasks.recv().await {
                        tokio::spawn(task);
                    }
                });
            })?;
        Ok(Self { tasks: sender })
    }

    /// Runs `future` on the thread, and blocks the caller until it is done.
    ///
    /// The caller parks on a channel of the standard library. It enters no runtime, so it may itself
    /// be a task of one.
    pub(super) fn block_on<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let (sender, done) = mpsc::sync_channel(1);
        let task = async move {
            let outcome = AssertUnwindSafe(future).catch_unwind().await;
            let _ = sender.send(outcome);
        };
        let outcome = self
            .tasks
            .send(Box::pin(task))
            .map_err(|_| gone())
            .and_then(|()| done.recv().unwrap_or_else(|_| Err(gone())));
        match outcome {
            Ok(value) => value,
            // As if the caller had run the future.
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// Cannot happen: the thread lives as long as a handle, and no task of it can end it.
fn gone() -> Box<dyn Any + Send> {
    Box::new("the thread of the blocking client is gone")
}
