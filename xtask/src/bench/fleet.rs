//! A fleet's stores: batches a second, fullness of claims, and the lag compared with one process's poller.
//! The measured program starts its own PostgreSQL.

use std::{fmt::Write as _, io};

use super::{
    program::{self, say},
    report::{self, Section},
};
use crate::{problem::Problem, tree::Tree};

/// The parts, each a run of the program.
const PARTS: [&str; 4] = ["operations", "sqlite", "fullness", "lag"];

pub(super) fn measure(tree: &Tree, progress: &mut dyn io::Write) -> Result<Section, Problem> {
    let program = program::build(
        tree,
        "akool-faceswap-fleet",
        ("--bench", "fleet"),
        None,
        progress,
    )?;
    let mut body = format!(
        "`cargo xtask bench fleet`: {} PostgreSQL (fsync on, Debian's settings, 256 MB of shared buffers), \
         the load and the fake share the machine.",
        report::circumstances()?
    );
    for part in PARTS {
        say(progress, part);
        let before = report::load_now();
        let printed = program::run(&program, &[part])?;
        if printed.is_empty() {
            return Err(Problem::new("PostgreSQL is not installed on this machine"));
        }
        let _ = write!(
            body,
            "\n\n{printed}\n\nThe machine's load was {before} before this part."
        );
    }
    Ok(Section {
        title: "A fleet",
        body,
    })
}
