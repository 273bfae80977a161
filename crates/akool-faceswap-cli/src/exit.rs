//! What the exit code says, for scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: every id was found.
    Complete,
    /// 1: nothing could be learnt.
    NothingLearnt,
    /// 2: the arguments, ids or settings cannot work; no request was made. As clap's own.
    Usage,
    /// 3: some ids are missing, or their lookup failed.
    Incomplete,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Complete => 0,
            Exit::NothingLearnt => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
        })
    }
}
