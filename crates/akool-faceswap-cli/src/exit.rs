//! What the exit code says, for scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: every id was found; every job succeeded; every check went well.
    Complete,
    /// 1: nothing could be learnt; a check found what must be mended.
    Failure,
    /// 2: the arguments, ids or settings cannot work; no request was made. As clap's own.
    Usage,
    /// 3: some ids are missing, or their lookup failed; `wait`: some jobs failed too.
    Incomplete,
    /// 4: the time was over before all jobs had settled.
    DeadlinePassed,
    /// 130: the person at the terminal ended it (Ctrl-C). As a shell says it of a program that
    /// SIGINT ended: 128 + 2.
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
