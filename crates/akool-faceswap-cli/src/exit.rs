//! The exit codes, for scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: every id was found; every job succeeded; every result is saved; no check failed.
    Complete,
    /// 1: no job could be looked up; a check failed.
    Failure,
    /// 2: the arguments, ids or settings are invalid; no request was sent. clap uses the same code.
    Usage,
    /// 3: some ids are missing, or their lookup failed; `wait`: or some jobs failed, or some results
    /// are not saved.
    Incomplete,
    /// 4: timed out before all jobs had settled.
    DeadlinePassed,
    /// 130: ended by Ctrl-C. A shell reports 128 + 2 for a program that SIGINT ended.
    Interrupted,
}

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::DeadlinePassed => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_depend_on_the_codes() {
        let all = [
            Exit::Complete,
            Exit::Failure,
            Exit::Usage,
            Exit::Incomplete,
            Exit::DeadlinePassed,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 130]);
    }
}
