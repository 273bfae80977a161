//! The one thread on which a command waits.

use tokio::runtime::{Builder, Runtime};

use crate::problem::Problem;

/// A runtime for one command.
pub(crate) fn start() -> Result<Runtime, Problem> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::failure(
                format!("the system cannot start a runtime: {error}"),
                "check the limits of open files and memory",
            )
        })
}
