//! The arguments of the database, and its errors as messages.

use std::path::PathBuf;

use akool_faceswap_fleet::{Error, ErrorKind, Fleet, Lane};
use clap::Args;

use crate::{key_file::KeyFile, problem::Problem};

/// Which database, and which lane in it.
#[derive(Args)]
pub(crate) struct DatabaseArgs {
    /// The database
    ///
    /// Arguments are visible to every process of the machine: give a URL with a password in the environment
    /// or in a file.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AKOOL_DATABASE_URL",
        hide_env_values = true,
        help = "The database: postgres://USER@HOST/NAME or sqlite:PATH"
    )]
    database: Option<String>,

    /// A file that holds the database's URL
    #[arg(long, global = true, value_name = "FILE")]
    database_file: Option<PathBuf>,

    /// The lane: one account of the API, with its jobs and its budget
    #[arg(long, global = true, value_name = "NAME", default_value = "main")]
    lane: String,
}

impl DatabaseArgs {
    /// The URL of the file, else of the argument or the environment.
    pub(super) fn url(&self) -> Result<String, Problem> {
        if let Some(path) = &self.database_file {
            let file = KeyFile::read(path).map_err(|error| {
                Problem::usage(
                    format!(
                        "cannot read the database's URL in {}: {error}",
                        path.display()
                    ),
                    "give --database-file a text file that holds the URL and nothing else",
                )
            })?;
            return Ok(file.key.trim().to_owned());
        }
        self.database.clone().ok_or_else(|| {
            Problem::usage(
                "no database was given: AKOOL_DATABASE_URL is not set",
                "set it to postgres://USER@HOST/NAME or sqlite:PATH, or name a file that holds the URL: \
                 --database-file FILE",
            )
        })
    }

    pub(super) async fn connect(&self, url: &str) -> Result<Fleet, Problem> {
        let lane: Lane = self.lane.parse().map_err(|error: Error| problem(&error))?;
        let fleet = Fleet::connect(url).await.map_err(|error| problem(&error))?;
        Ok(fleet.with_lane(lane))
    }
}

/// An error of the fleet, with what to do about it.
pub(super) fn problem(error: &Error) -> Problem {
    let problem = match error.kind() {
        ErrorKind::InvalidInput => Problem::usage(error.to_string(), error.advice()),
        ErrorKind::Schema => Problem::failure(
            error.to_string(),
            "run `akool-faceswap fleet migrate` of the newest release",
        ),
        _ => Problem::failure(error.to_string(), error.advice()),
    };
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        causes.push(next.to_string());
        cause = next.source();
    }
    problem.because(causes)
}
