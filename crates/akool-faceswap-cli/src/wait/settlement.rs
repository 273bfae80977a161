//! How the wait for one job ended, and how that is printed.

use std::{
    borrow::Cow,
    io::{self, Write},
    time::Duration,
};

use akool_faceswap::{
    Job, ResultId,
    wait::{WaitError, WaitErrorKind},
};
use anstyle::Style;
use serde::{Deserialize, Serialize};

use crate::{
    downloads::{NotSaved, Saved},
    gallery::Gallery,
    output::{FileRecord, Record, shown, style},
    verbosity::reason,
};

/// The end of one wait.
#[derive(Debug)]
pub(crate) struct Settlement {
    /// In earlier runs too.
    pub(crate) waited: Duration,
    pub(crate) outcome: Result<Job, WaitError>,
    /// Where the result was saved, or why it was not; `None` if results are not saved.
    pub(crate) saved: Option<Result<Saved, NotSaved>>,
}

/// An outcome after which there is nothing more to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    Success,
    Failed,
    /// The API did not know the job for longer than the grace period.
    Missing,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Settled(End),
    /// The deadline passed. The job may still be running.
    Late,
    /// A permanent error. The job may still be running.
    Fault,
}

impl Settlement {
    pub(crate) fn id(&self) -> &ResultId {
        match &self.outcome {
            Ok(job) => job.id(),
            Err(error) => error.id(),
        }
    }

    pub(crate) fn fate(&self) -> Fate {
        match self.outcome.as_ref().map_err(WaitError::kind) {
            Ok(_) => Fate::Settled(End::Success),
            Err(WaitErrorKind::JobFailed) => Fate::Settled(End::Failed),
            Err(WaitErrorKind::Missing) => Fate::Settled(End::Missing),
            Err(WaitErrorKind::DeadlinePassed) => Fate::Late,
            Err(_) => Fate::Fault,
        }
    }

    /// Whether the API said anything about the job; that it does not know it counts too.
    pub(crate) fn is_anything_known(&self) -> bool {
        self.outcome.as_ref().err().is_none_or(|error| {
            let progress = error.progress();
            error.job().is_some() || progress.status().is_some() || progress.missing_for().is_some()
        })
    }

    /// Whether the error that ended it concerns all jobs that are waited for, not just this one.
    pub(crate) fn is_of_many(&self) -> bool {
        let error = self.outcome.as_ref().err();
        self.fate() == Fate::Fault && error.is_some_and(|error| error.error().is_some())
    }

    /// Why there is no result.
    fn reason(&self) -> Option<Cow<'_, str>> {
        let error = self.outcome.as_ref().err()?;
        let progress = error.progress();
        Some(match error.kind() {
            WaitErrorKind::JobFailed => error.job().and_then(Job::failure_reason).map_or(
                Cow::Borrowed("AKOOL gives no reason for the failure"),
                Cow::Borrowed,
            ),
            WaitErrorKind::Missing => {
                let missing = whole(progress.missing_for().unwrap_or_default());
                format!("AKOOL has not known this job for {missing}").into()
            }
            WaitErrorKind::NoResultUrl => {
                Cow::Borrowed("AKOOL reports success but no URL of the result")
            }
            WaitErrorKind::DeadlinePassed => {
                let waited = whole(self.waited);
                let last = progress
                    .status()
                    .map_or("never found".to_owned(), |status| {
                        format!("last seen {}", status.as_str().replace('_', " "))
                    });
                match error.error() {
                    Some(fault) => format!(
                        "not settled within {waited}, {last}; the last lookup failed: {}",
                        reason(fault)
                    )
                    .into(),
                    None => format!("not settled within {waited}, {last}").into(),
                }
            }
            _ => error
                .error()
                .map_or(Cow::Borrowed(error.kind().as_str()), |fault| reason(fault)),
        })
    }

    /// Adds the job to the gallery.
    pub(crate) fn show_in(&self, gallery: &mut Gallery) {
        let (state, _) = self.fate().in_words();
        let job = match &self.outcome {
            Ok(job) => Some(job),
            Err(error) => error.job(),
        };
        let not_saved = || self.not_saved().map(|why| Cow::from(why.to_string()));
        let note = self.reason().or_else(not_saved).map(Cow::into_owned);
        gallery.ended(self.id(), state, note, job);
        if let Some(Ok(saved)) = &self.saved {
            gallery.saved(self.id(), saved.path());
        }
    }

    /// For machines: what `results` says about the job, and what this command adds.
    pub(crate) fn write_record<T>(&self, write: impl FnOnce(&FileRecord) -> T) -> T {
        let reason = self.reason().unwrap_or_default();
        let not_saved = self.not_saved().map(ToString::to_string);
        let record = match &self.outcome {
            Ok(job) => match (self.not_saved(), &not_saved) {
                (Some(why), Some(text)) => {
                    Record::found(job).because(why.kind(), text, why.error())
                }
                _ => Record::found(job),
            },
            Err(error) => {
                let known = match (error.job(), error.kind()) {
                    (Some(job), _) => Record::found(job),
                    (None, WaitErrorKind::Missing) => Record::without_job(error.id(), "missing"),
                    (None, _) => Record::without_job(error.id(), "error"),
                };
                known.because(error.kind().as_str(), &reason, error.error())
            }
        };
        write(&FileRecord {
            record,
            // Milliseconds; anything finer is noise.
            waited_seconds: Some((self.waited.as_secs_f64() * 1000.0).round() / 1000.0),
            file: self.file(),
        })
    }

    /// Where the result was saved.
    fn file(&self) -> Option<Cow<'_, str>> {
        let saved = self.saved.as_ref()?.as_ref().ok()?;
        Some(saved.path().to_string_lossy())
    }

    pub(crate) fn not_saved(&self) -> Option<&NotSaved> {
        self.saved.as_ref()?.as_ref().err()
    }

    /// One line for people; ids are as wide as `id_width`.
    pub(crate) fn write_text(
        &self,
        out: &mut (impl Write + ?Sized),
        id_width: usize,
    ) -> io::Result<()> {
        let (status, style) = self.fate().in_words();
        let waited = whole(self.waited).to_string();
        let rest = match &self.outcome {
            Ok(job) => self
                .file()
                .unwrap_or_else(|| job.result_url().unwrap_or("no URL in the answer").into()),
            Err(_) => self.reason().unwrap_or_default(),
        };
        writeln!(
            out,
            "{:id_width$}  {style}{status:<7}{style:#}  {waited:>7}  {}",
            self.id().as_str(),
            shown(&rest)
        )
    }
}

impl Fate {
    fn in_words(self) -> (&'static str, Style) {
        match self {
            Self::Settled(End::Success) => ("success", style::GOOD),
            Self::Settled(End::Failed) => ("failed", style::BAD),
            Self::Settled(End::Missing) => ("missing", style::DOUBTFUL),
            Self::Late => ("late", style::DOUBTFUL),
            Self::Fault => ("error", style::BAD),
        }
    }
}

/// A duration for people, in whole seconds.
pub(crate) fn whole(duration: Duration) -> humantime::FormattedDuration {
    humantime::format_duration(Duration::from_secs(duration.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::write_line;

    fn success() -> Settlement {
        let row = serde_json::json!({
            "_id": "667d228400000000000a0001", "faceswap_status": 3,
            "createdAt": "2024-06-27T08:27:48.006Z", "url": "https://cdn.example/a\u{1b}[2J.jpg"
        });
        Settlement {
            waited: Duration::from_micros(65_432_111),
            outcome: Ok(serde_json::from_value(row).unwrap()),
            saved: None,
        }
    }

    #[test]
    fn the_keys_are_those_of_results_and_two_more() {
        let mut line = Vec::new();
        let settlement = success();
        settlement
            .write_record(|record| write_line(&mut line, record))
            .unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(line.starts_with(r#"{"id":"667d228400000000000a0001","outcome":"found","#));
        assert!(
            line.ends_with(",\"error\":null,\"waited_seconds\":65.432,\"file\":null}\n"),
            "{line}"
        );
    }

    #[test]
    fn a_line_for_people_has_no_control_characters() {
        let mut line = Vec::new();
        success().write_text(&mut line, 26).unwrap();
        let line = String::from_utf8(line).unwrap();
        let line = anstream::adapter::strip_str(&line).to_string();
        assert_eq!(
            line,
            "667d228400000000000a0001    success    1m 5s  https://cdn.example/a\u{fffd}[2J.jpg\n"
        );
    }
}
