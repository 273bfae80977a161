//! Saving results as they come, beside the waiting.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fmt, fs,
    path::{Path, PathBuf},
};

use akool_faceswap::{Client, Error, Job, ResultId, download::SavedFile};
use tokio::task::JoinSet;

use super::tally::Jobs;
use crate::{output::in_bytes, problem::Problem};

/// What is being saved into one directory.
pub(crate) struct Downloads {
    client: Client,
    dir: PathBuf,
    /// The library lets only a few of them go on at once.
    under_way: JoinSet<Download>,
    ids: HashSet<ResultId>,
    saved: usize,
    bytes: u64,
    earlier: usize,
    failed: usize,
}

/// How one download ended.
pub(crate) struct Download {
    pub(crate) id: ResultId,
    /// `None`: AKOOL no longer knows the job, and an earlier run has saved its result.
    pub(crate) outcome: Result<Option<SavedFile>, NotSaved>,
}

/// Why a result is not on the disk.
pub(crate) enum NotSaved {
    /// The library says why.
    Error(Error),
    /// The job had succeeded in an earlier run, and AKOOL no longer knows it.
    Gone,
}

impl Downloads {
    /// Makes the directory if it is not there.
    pub(crate) fn save_in(dir: &Path, client: &Client) -> Result<Self, Problem> {
        fs::create_dir_all(dir).map_err(|error| {
            Problem::usage(
                format!("cannot make the directory {}: {error}", dir.display()),
                "name a directory that is there, or can be made; no request was made",
            )
        })?;
        Ok(Self {
            client: client.clone(),
            dir: dir.to_owned(),
            under_way: JoinSet::new(),
            ids: HashSet::new(),
            saved: 0,
            bytes: 0,
            earlier: 0,
            failed: 0,
        })
    }

    /// Whether what an earlier run has saved at `path` is in this directory. The directory may have
    /// been written in another way then, or have moved: only the disk knows.
    pub(crate) fn has(&mut self, path: &Path) -> bool {
        let is_there = path
            .file_name()
            .is_some_and(|name| self.dir.join(name).is_file());
        self.earlier += usize::from(is_there);
        is_there
    }

    /// Saves the result of a job that has succeeded. To be called in a runtime.
    pub(crate) fn begin(&mut self, job: Job) {
        let (client, dir) = (self.client.clone(), self.dir.clone());
        self.ids.insert(job.id().clone());
        self.under_way.spawn(async move {
            Download {
                id: job.id().clone(),
                outcome: save(&client, &job, dir).await.map(Some),
            }
        });
    }

    /// As [`begin`](Self::begin), for a job whose URL has to be asked for again.
    pub(crate) fn look_up_and_begin(&mut self, id: ResultId) {
        let (client, dir) = (self.client.clone(), self.dir.clone());
        self.ids.insert(id.clone());
        self.under_way.spawn(async move {
            // Lookups of the same moment share their requests.
            let outcome = match client.lookup_one(&id).await {
                Ok(Some(job)) => save(&client, &job, dir).await.map(Some),
                Ok(None) if has_result_of(dir, id.clone()).await => Ok(None),
                Ok(None) => Err(NotSaved::Gone),
                Err(error) => Err(NotSaved::Error(error)),
            };
            Download { id, outcome }
        });
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// The jobs whose results are under way.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &ResultId> {
        self.ids.iter()
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn failed(&self) -> usize {
        self.failed
    }

    /// The next that ends. Cancel safe; `None` if there is none at the moment.
    pub(crate) async fn next(&mut self) -> Option<Download> {
        // A task that broke off has no word of its own; none does.
        let download = self.under_way.join_next().await?.ok()?;
        self.ids.remove(&download.id);
        match &download.outcome {
            Ok(None) => self.earlier += 1,
            Ok(Some(file)) => {
                self.saved += 1;
                self.bytes += file.bytes();
            }
            Err(_) => self.failed += 1,
        }
        Some(download)
    }
}

/// Whether the directory has a complete file that is named after the job: a run that was killed may
/// have saved it and not noted it.
async fn has_result_of(dir: PathBuf, id: ResultId) -> bool {
    let look = move || {
        fs::read_dir(dir).is_ok_and(|entries| {
            entries.flatten().any(|entry| {
                let path = entry.path();
                path.file_stem() == Some(OsStr::new(id.as_str()))
                    && path
                        .extension()
                        .is_some_and(|extension| extension != "part")
                    && path.is_file()
            })
        })
    };
    tokio::task::spawn_blocking(look).await.unwrap_or(false)
}

async fn save(client: &Client, job: &Job, dir: PathBuf) -> Result<SavedFile, NotSaved> {
    client
        .download(job)
        .save_in(dir)
        .await
        .map_err(NotSaved::Error)
}

/// `480 files in results (12.3 MB), 3 not saved`.
impl fmt::Display for Downloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.saved + self.earlier;
        let plural = if files == 1 { "" } else { "s" };
        write!(f, "{files} file{plural} in {}", self.dir.display())?;
        if self.saved > 0 {
            write!(f, " ({} in this run)", in_bytes(self.bytes))?;
        }
        if self.failed > 0 {
            write!(f, "; the results of {} are not saved", Jobs(self.failed))?;
        }
        if self.under_way() > 0 {
            write!(f, "; {} broken off", self.under_way())?;
        }
        Ok(())
    }
}
