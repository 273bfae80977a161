//! `man`: the manual pages, generated from the definition of the arguments.

use std::fs;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::{
    args::{Cli, ManArgs},
    exit::Exit,
    output::{Stdout, remark, shown_path},
    problem::Problem,
};

/// Runs the command.
pub(crate) fn run(args: &ManArgs) -> Result<Exit, Problem> {
    let command = Cli::command();
    if let Some(dir) = &args.dir {
        fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(command, dir))
            .map_err(|error| {
                Problem::failure(
                    format!("cannot write manual pages to {}: {error}", dir.display()),
                    "name a directory that exists, or can be created, and is writable",
                )
            })?;
        remark(|out| writeln!(out, "manual pages are in {}", shown_path(dir)));
        return Ok(Exit::Complete);
    }
    let man = Man::new(command);
    let _ = Stdout::lock().emit(|out| {
        // It writes only to a sized type.
        let mut page = Vec::new();
        man.render(&mut page)?;
        out.write_all(&page)
    })?;
    Ok(Exit::Complete)
}
