//! Saving results into a directory, while other work continues.

use std::{
    ffi::OsStr,
    fmt, fs,
    path::{Path, PathBuf},
};

use akool_faceswap::{Client, Error, Job, ResultId, download::SavedFile};
use indicatif::DecimalBytes;
use tokio::task::JoinSet;

use crate::{output::shown_path, problem::Problem, verbosity::reason};

/// Saves results into one directory.
pub(crate) struct Downloads {
    client: Client,
    dir: PathBuf,
    /// The library limits how many run at once.
    in_flight: JoinSet<Download>,
    saved: usize,
    bytes: u64,
    earlier: usize,
    failed: usize,
}

/// How one download ended.
pub(crate) struct Download {
    pub(crate) id: ResultId,
    pub(crate) outcome: Result<Saved, NotSaved>,
}

/// Where a result is on the disk.
#[derive(Debug)]
pub(crate) enum Saved {
    Now(SavedFile),
    /// AKOOL no longer knows the job, and this file is named after it.
    Earlier(PathBuf),
}

/// Why a result is not on the disk.
#[derive(Debug)]
pub(crate) enum NotSaved {
    /// The download failed.
    Error(Error),
    /// The job had succeeded in an earlier run, and AKOOL no longer knows it.
    Gone,
}

impl Saved {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Now(file) => file.path(),
            Self::Earlier(path) => path,
        }
    }
}

impl NotSaved {
    pub(crate) fn error(&self) -> Option<&Error> {
        match self {
            Self::Error(error) => Some(error),
            Self::Gone => None,
        }
    }

    /// A name for machines.
    pub(crate) fn kind(&self) -> &'static str {
        self.error()
            .map_or("expired", |error| error.kind().as_str())
    }
}

impl fmt::Display for NotSaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.write_str(&reason(error)),
            Self::Gone => {
                f.write_str("AKOOL no longer knows the job; results are deleted after 7 days")
            }
        }
    }
}

impl Downloads {
    /// Creates the directory if needed.
    pub(crate) fn save_in(dir: &Path, client: &Client) -> Result<Self, Problem> {
        fs::create_dir_all(dir).map_err(|error| {
            Problem::usage(
                format!("cannot create the directory {}: {error}", dir.display()),
                "name a directory that exists or can be created; no request was sent",
            )
        })?;
        Ok(Self {
            client: client.clone(),
            dir: dir.to_owned(),
            in_flight: JoinSet::new(),
            saved: 0,
            bytes: 0,
            earlier: 0,
            failed: 0,
        })
    }

    /// Whether the file that an earlier run saved at `path` is in this directory. It looks on the disk, because the
    /// directory may have been spelled differently or have moved.
    pub(crate) fn has(&mut self, path: &Path) -> bool {
        let exists = path
            .file_name()
            .is_some_and(|name| self.dir.join(name).is_file());
        self.earlier += usize::from(exists);
        exists
    }

    /// Saves the result of a job that has succeeded. Call it in a runtime.
    pub(crate) fn begin(&mut self, job: Job) {
        let (client, dir) = (self.client.clone(), self.dir.clone());
        self.in_flight.spawn(async move {
            Download {
                id: job.id().clone(),
                outcome: save(&client, &job, dir).await,
            }
        });
    }

    /// As [`begin`](Self::begin), for a job that is looked up first.
    pub(crate) fn look_up_and_begin(&mut self, id: ResultId) {
        let (client, dir) = (self.client.clone(), self.dir.clone());
        self.in_flight.spawn(async move {
            // Concurrent lookups share their requests.
            let outcome = match client.lookup_one(&id).await {
                Ok(Some(job)) => save(&client, &job, dir).await,
                Ok(None) => saved_earlier(dir, id.clone())
                    .await
                    .map(Saved::Earlier)
                    .ok_or(NotSaved::Gone),
                Err(error) => Err(NotSaved::Error(error)),
            };
            Download { id, outcome }
        });
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// The next download that ends. Cancel safe; `None` if none is in flight.
    pub(crate) async fn next(&mut self) -> Option<Download> {
        // Only a task that panicked has no outcome, and no task panics.
        let download = self.in_flight.join_next().await?.ok()?;
        match &download.outcome {
            Ok(Saved::Earlier(_)) => self.earlier += 1,
            Ok(Saved::Now(file)) => {
                self.saved += 1;
                self.bytes += file.bytes();
            }
            Err(_) => self.failed += 1,
        }
        Some(download)
    }
}

/// The complete file in the directory that is named after the job: a run that was killed may have
/// saved it and not recorded it.
pub(crate) async fn saved_earlier(dir: PathBuf, id: ResultId) -> Option<PathBuf> {
    let look = move || {
        fs::read_dir(dir)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| {
                path.file_stem()
                    .is_some_and(|stem| is_named_after(stem, &id))
                    && path
                        .extension()
                        .is_some_and(|extension| extension != "part")
                    && path.is_file()
            })
    };
    tokio::task::spawn_blocking(look).await.ok()?
}

/// Whether the library gives the file of this id this name: most bytes unchanged, upper-case letters and others as `%`
/// and two digits.
fn is_named_after(stem: &OsStr, id: &ResultId) -> bool {
    let mut rest = stem.as_encoded_bytes();
    let is_next = |byte: u8| {
        let escaped = format!("%{byte:02x}");
        let after = rest.strip_prefix(escaped.as_bytes());
        match after.or_else(|| rest.strip_prefix(&[byte])) {
            Some(after) => {
                rest = after;
                true
            }
            None => false,
        }
    };
    id.as_str().bytes().all(is_next) && rest.is_empty()
}

async fn save(client: &Client, job: &Job, dir: PathBuf) -> Result<Saved, NotSaved> {
    client
        .download(job)
        .save_in(dir)
        .await
        .map(Saved::Now)
        .map_err(NotSaved::Error)
}

/// `480 files in results (12.34 MB in this run); 3 results not saved`.
impl fmt::Display for Downloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.saved + self.earlier;
        let plural = |number| if number == 1 { "" } else { "s" };
        write!(
            f,
            "{files} file{} in {}",
            plural(files),
            shown_path(&self.dir)
        )?;
        if self.saved > 0 {
            write!(f, " ({} in this run)", DecimalBytes(self.bytes))?;
        }
        if self.failed > 0 {
            write!(
                f,
                "; {} result{} not saved",
                self.failed,
                plural(self.failed)
            )?;
        }
        if self.in_flight() > 0 {
            write!(f, "; {} interrupted", self.in_flight())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_file_of_an_earlier_run_is_found_by_its_id() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "667d228400000000000a0001.png",
            "%4aob-%41.mp4",
            "lower.part",
            "%2drf.jpg",
        ] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        for (id, expected) in [
            ("667d228400000000000a0001", true),
            ("Job-A", true),
            ("-rf", true),
            ("job-a", false),
            ("Job-", false),
            ("lower", false),
        ] {
            let id = ResultId::new(id).unwrap();
            let found = saved_earlier(dir.path().to_owned(), id.clone()).await;
            assert_eq!(found.is_some(), expected, "{id}");
        }
    }
}
