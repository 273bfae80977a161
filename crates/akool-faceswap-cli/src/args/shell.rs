//! `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::Shell;

const COMPLETIONS_HELP: &str = "\
Examples:
  akool-faceswap completions bash > ~/.bash_completion
  akool-faceswap completions zsh > ~/.zfunc/_akool-faceswap
  akool-faceswap completions fish | source
  akool-faceswap completions powershell >> $PROFILE";

/// Print a script that completes commands, options and values in a shell
///
/// Put it where the shell looks for such scripts, and open a new shell.
#[derive(Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

const MAN_HELP: &str = "\
Examples:
  akool-faceswap man > akool-faceswap.1
  akool-faceswap man --dir ~/.local/share/man/man1
  man akool-faceswap-wait";

/// Print the manual page, or write the pages of all commands to a directory
#[derive(Args)]
#[command(after_help = MAN_HELP)]
pub(crate) struct ManArgs {
    /// Write akool-faceswap.1, akool-faceswap-wait.1 and so on to a directory
    ///
    /// The directory is created if needed.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}
