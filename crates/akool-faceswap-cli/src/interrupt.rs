//! Ctrl-C: the first one ends the command cleanly, the second at once.
//!
//! A separate thread listens, so that the second one works even while the command is stuck, for
//! example in a write to a pipe that nobody reads.

use std::{process, thread};

use tokio::{signal, sync::oneshot};

use crate::{exit::Exit, problem::Problem, runtime};

/// Resolves at the first Ctrl-C.
pub(crate) struct Interrupt(oneshot::Receiver<()>);

impl Interrupt {
    /// From now on the first Ctrl-C does not end the process, and the second one does.
    pub(crate) fn watch() -> Result<Self, Problem> {
        let runtime = runtime::start()?;
        let (first, receiver) = oneshot::channel();
        thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    // If it cannot be handled, it ends the process as usual.
                    if signal::ctrl_c().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    let _ = first.send(());
                    if signal::ctrl_c().await.is_ok() {
                        process::exit(Exit::Interrupted.code().into());
                    }
                });
            })
            .map_err(|error| {
                Problem::failure(
                    format!("the system cannot start a thread: {error}"),
                    "check the limits of processes and memory",
                )
            })?;
        Ok(Self(receiver))
    }

    /// Waits for the first Ctrl-C. Cancel safe; do not call it again once it has returned.
    pub(crate) async fn came(&mut self) {
        if (&mut self.0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
