//! Ctrl-C: the first one ends the command in good order, the second at once.
//!
//! A thread of its own listens, so that the second one counts even while the command is stuck, in
//! a write to a pipe that nobody reads for example.

use std::{process, thread};

use tokio::{signal, sync::oneshot};

use crate::{exit::Exit, problem::Problem, runtime};

/// Resolves at the first Ctrl-C.
pub(crate) struct Interrupt(oneshot::Receiver<()>);

impl Interrupt {
    /// From now on Ctrl-C no longer ends the process by itself, but the second one does.
    pub(crate) fn watch() -> Result<Self, Problem> {
        let runtime = runtime::start()?;
        let (first, receiver) = oneshot::channel();
        thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    // Where it cannot be listened to, the process ends as it always did.
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
                    format!("the system gives no thread: {error}"),
                    "look at the limits of processes and memory",
                )
            })?;
        Ok(Self(receiver))
    }

    /// Waits for it. Cancel safe; not to be called again once it has come.
    pub(crate) async fn came(&mut self) {
        if (&mut self.0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
