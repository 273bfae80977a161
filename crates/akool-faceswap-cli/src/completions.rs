//! `completions`: a script that lets a shell complete commands, options and values.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{
    args::{Cli, CompletionsArgs},
    exit::Exit,
    output::Stdout,
    problem::Problem,
};

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit, Problem> {
    let script = script(args.shell);
    let _ = Stdout::lock().emit(|out| out.write_all(&script))?;
    Ok(Exit::Complete)
}

/// In memory, since the generator panics if it cannot write.
fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, &name, &mut script);
    if shell != Shell::Bash {
        return script;
    }
    // The generator writes a hyphen in the name of the command in two ways, so that nothing after a
    // subcommand completes: <https://github.com/clap-rs/clap/issues/6421>. Once that is fixed this
    // replaces nothing.
    let (wrong, right) = (name.replace('-', "__subcmd__"), name.replace('-', "__"));
    String::from_utf8_lossy(&script)
        .replace(&wrong, &right)
        .into_bytes()
}
