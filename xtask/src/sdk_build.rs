//! Whether the SDK still builds with the generated client.

use std::process::Command;

use crate::{problem::Problem, tree::Tree};

/// What is built: the SDK, and the fake that shares the generated types.
const PACKAGES: [&str; 2] = ["akool-faceswap", "akool-faceswap-mock"];

/// Checks the SDK by `cargo check`.
///
/// # Errors
///
/// If it does not compile; the compiler's messages go to the terminal.
pub(crate) fn check(tree: &Tree) -> Result<(), Problem> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["check", "--quiet", "--all-features"]);
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    let status = command
        .current_dir(tree.root())
        .status()
        .map_err(|error| Problem::new(format!("cannot run cargo: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(
        Problem::new("the files are written, but the SDK does not build with the new client").hint(
            "fix what the compiler reports, or undo the difference in openapi/overlay.yaml; \
             git restore undoes what was written",
        ),
    )
}
