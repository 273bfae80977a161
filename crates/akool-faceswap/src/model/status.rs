//! The status of a job, open to values that the vendor adds.
//!
//! The four documented values are in one table, which `cargo xtask regen --check` compares with the vendor's OpenAPI
//! enum and the status table of its page.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The vendor's number and words for each status, and the variant of this library.
///
/// Source: <https://docs.akool.com/ai-tools-suite/faceswap/get-result>.
const DOCUMENTED: [(i64, &str, JobStatus); 4] = [
    (1, "In Queue", JobStatus::InQueue),
    (2, "Processing", JobStatus::Processing),
    (3, "Success", JobStatus::Success),
    (4, "Failed", JobStatus::Failed),
];

/// The status of a job: the API's `faceswap_status`.
///
/// ```
/// use akool_faceswap::JobStatus;
///
/// assert_eq!(JobStatus::from_code(3), JobStatus::Success);
/// assert!(JobStatus::Failed.is_terminal());
///
/// // A value that the vendor adds later is kept as it came.
/// let later = JobStatus::from_code(5);
/// assert_eq!(later.code(), Some(5));
/// assert!(!later.is_terminal());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobStatus {
    /// 1: accepted, not started.
    InQueue,
    /// 2: being processed.
    Processing,
    /// 3: done; the result URL is valid for 7 days after the job's creation.
    Success,
    /// 4: ended without a result.
    Failed,
    /// A value that this version of the library does not know, or none at all.
    Unknown(UnknownStatus),
}

/// A status that this version of the library does not know.
///
/// Read its value with [`JobStatus::code`]: then a value that later becomes a variant of its own breaks no `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownStatus(Option<i64>);

impl JobStatus {
    /// The status that the API writes as `code`.
    pub const fn from_code(code: i64) -> Self {
        let mut n = 0;
        while n < DOCUMENTED.len() {
            if DOCUMENTED[n].0 == code {
                return DOCUMENTED[n].2;
            }
            n += 1;
        }
        Self::Unknown(UnknownStatus(Some(code)))
    }

    /// The status of a row in which the API gave none that could be read.
    pub(crate) const ABSENT: Self = Self::Unknown(UnknownStatus(None));

    /// The API's number, or `None` if the row had none that could be read.
    pub const fn code(self) -> Option<i64> {
        match self {
            Self::InQueue => Some(1),
            Self::Processing => Some(2),
            Self::Success => Some(3),
            Self::Failed => Some(4),
            Self::Unknown(UnknownStatus(code)) => code,
        }
    }

    /// Whether the job has ended, successfully or not, and will not change any more.
    ///
    /// An unknown status is not terminal: its meaning is not known, so a wait continues until its deadline.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Success | Self::Failed)
    }

    /// The documented statuses, in the order of their numbers.
    pub fn documented() -> impl ExactSizeIterator<Item = Self> {
        DOCUMENTED.into_iter().map(|(_, _, status)| status)
    }

    /// A name for machines: `in_queue`, `processing`, `success`, `failed` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InQueue => "in_queue",
            Self::Processing => "processing",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl FromStr for JobStatus {
    type Err = UnknownStatusName;

    /// Reads what [`as_str`](Self::as_str) writes, except `unknown`, which has no number.
    fn from_str(name: &str) -> Result<Self, UnknownStatusName> {
        Self::documented()
            .find(|status| status.as_str() == name)
            .ok_or(UnknownStatusName(()))
    }
}

/// A text is not the name of a [`JobStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownStatusName(());

impl fmt::Display for UnknownStatusName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of in_queue, processing, success and failed")
    }
}

impl std::error::Error for UnknownStatusName {}

/// The vendor's words; for an unknown status, its number.
impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let documented = DOCUMENTED.iter().find(|(_, _, status)| status == self);
        match (documented, self.code()) {
            (Some((_, words, _)), _) => f.pad(words),
            (None, Some(code)) => f.pad(&format!("Unknown ({code})")),
            (None, None) => f.pad("Unknown"),
        }
    }
}

/// The API's number, or null.
impl Serialize for JobStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.code().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JobStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map_or(Self::ABSENT, Self::from_code))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for JobStatus {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobStatus".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["integer", "null"],
            "description":
                "1 In Queue, 2 Processing, 3 Success, 4 Failed; other values are possible",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table on the vendor's page, as `cargo xtask regen` wrote it to the lock.
    #[test]
    fn the_statuses_are_those_of_the_vendors_page() {
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/sources.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        let values = |key: &str| -> Vec<String> {
            let prefix = format!("{key} = ");
            lock.lines()
                .filter_map(|line| line.strip_prefix(&prefix))
                .map(|value| value.trim_matches('"').to_owned())
                .collect()
        };
        let table: Vec<_> = values("value")
            .into_iter()
            .zip(values("description"))
            .collect();
        let known: Vec<_> = DOCUMENTED
            .iter()
            .map(|(code, words, _)| (code.to_string(), (*words).to_owned()))
            .collect();
        assert_eq!(
            known, table,
            "the page's statuses changed: name them in the enum and in DOCUMENTED"
        );
    }

    #[test]
    fn numbers_and_variants_agree_with_the_table() {
        for (code, words, status) in DOCUMENTED {
            assert_eq!(JobStatus::from_code(code), status);
            assert_eq!(status.code(), Some(code));
            assert_eq!(status.to_string(), words);
            assert_eq!(status.as_str(), words.to_lowercase().replace(' ', "_"));
        }
    }

    #[test]
    fn an_unknown_status_keeps_its_number_and_is_not_terminal() {
        for code in [0, 5, -1, i64::MAX] {
            let status = JobStatus::from_code(code);
            assert!(matches!(status, JobStatus::Unknown(_)));
            assert_eq!(status.code(), Some(code));
            assert_eq!(status.to_string(), format!("Unknown ({code})"));
            assert!(!status.is_terminal());
        }
        assert_eq!(JobStatus::ABSENT.to_string(), "Unknown");
    }

    #[test]
    fn only_success_and_failed_are_terminal() {
        let terminal: Vec<_> = JobStatus::documented()
            .filter(|status| status.is_terminal())
            .collect();
        assert_eq!(terminal, [JobStatus::Success, JobStatus::Failed]);
    }

    #[test]
    fn as_json_it_is_the_number() {
        for (status, json) in [
            (JobStatus::InQueue, "1"),
            (JobStatus::from_code(9), "9"),
            (JobStatus::ABSENT, "null"),
        ] {
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
            assert_eq!(serde_json::from_str::<JobStatus>(json).unwrap(), status);
        }
    }

    #[test]
    fn padding_works_in_tables() {
        assert_eq!(format!("{:<11}|", JobStatus::Success), "Success    |");
    }

    #[test]
    fn a_name_is_read_back_and_any_other_text_is_refused() {
        for status in JobStatus::documented() {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        for text in ["", "unknown", "Success"] {
            let refused = text.parse::<JobStatus>().unwrap_err().to_string();
            assert!(refused.contains("in_queue"), "{text}: {refused}");
        }
    }
}
