//! The one thread that a command does its waiting on.

use tokio::runtime::{Builder, Runtime};

use crate::problem::Problem;

/// A runtime for one command.
pub(crate) fn start() -> Result<Runtime, Problem> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::failure(
                format!("the system gives no means to wait for a network: {error}"),
                "look at the limits of open files and memory",
            )
        })
}
