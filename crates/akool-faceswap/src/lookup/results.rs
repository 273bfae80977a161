//! The outcomes of a lookup: found, missing or failed, one for each id.

use std::{collections::HashMap, fmt, sync::OnceLock};

use serde::{Serialize, Serializer};

use crate::{
    error::Error,
    model::{Job, JobSummary, ResultId, ResultIds},
};

/// The outcome of one id.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every outcome is a job; a box for each would cost more than it saves"
)]
pub enum Outcome {
    /// The API answered with this job.
    Found(Job),
    /// The API answered without this id: unknown, too new, deleted, or another account's.
    Missing,
    /// The request about this id failed; the state of the job is unknown.
    Failed(Error),
}

impl Outcome {
    /// The job, if the API answered with one.
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Found(job) => Some(job),
            Self::Missing | Self::Failed(_) => None,
        }
    }

    /// The job, if the API answered with one.
    pub fn into_job(self) -> Option<Job> {
        match self {
            Self::Found(job) => Some(job),
            Self::Missing | Self::Failed(_) => None,
        }
    }

    fn summary(&self, id: Option<&ResultId>) -> JobSummary {
        match self {
            Self::Found(job) => job.summary(),
            Self::Missing => JobSummary::without_job(id, "missing"),
            Self::Failed(error) => JobSummary::without_job(id, "error").with_error(error.summary()),
        }
    }
}

/// As a [`JobSummary`]; the outcome alone has no id unless the job was found.
impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.summary(None).serialize(serializer)
    }
}

/// The outcomes of a lookup, one for every id that was asked for.
///
/// Each id has exactly one [`Outcome`]. The three lists keep the order in which the ids were given.
///
/// ```
/// # use akool_faceswap::{Client, ResultIds};
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let known = fake.add_job(FakeJob::image());
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let ids: ResultIds = format!("{known},667d228400000000000a0001").parse()?;
/// let results = client.lookup(ids).await?;
///
/// for job in results.found() {
///     println!("{}: {}", job.id(), job.status());
/// }
/// for id in results.missing() {
///     println!("{id}: unknown, too new, deleted, or another account's");
/// }
/// for (id, error) in results.failed() {
///     println!("{id}: {error}");
/// }
/// assert_eq!((results.found().count(), results.missing().count()), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Results {
    ids: ResultIds,
    outcomes: Vec<Outcome>,
    unexpected: Vec<UnexpectedRow>,
    positions: OnceLock<HashMap<ResultId, usize>>,
}

impl Results {
    pub(super) fn new(
        ids: ResultIds,
        outcomes: Vec<Outcome>,
        unexpected: Vec<UnexpectedRow>,
    ) -> Self {
        Self {
            ids,
            outcomes,
            unexpected,
            positions: OnceLock::new(),
        }
    }

    /// The jobs that the API answered with.
    pub fn found(&self) -> impl Iterator<Item = &Job> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Found(job) => Some(job),
            _ => None,
        })
    }

    /// The ids that were asked for and not answered.
    ///
    /// Unknown ids are missing, and so are jobs submitted a moment ago, deleted jobs, and those of
    /// another account: the API does not tell them apart.
    pub fn missing(&self) -> impl Iterator<Item = &ResultId> {
        self.iter().filter_map(|(id, outcome)| match outcome {
            Outcome::Missing => Some(id),
            _ => None,
        })
    }

    /// The ids whose request failed, each with its error.
    pub fn failed(&self) -> impl Iterator<Item = (&ResultId, &Error)> {
        self.iter().filter_map(|(id, outcome)| match outcome {
            Outcome::Failed(error) => Some((id, error)),
            _ => None,
        })
    }

    pub(crate) fn into_outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    /// Every id with its outcome, in the order of the list that was asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ResultId, &Outcome)> {
        self.ids.iter().zip(&self.outcomes)
    }

    /// The outcome of one id, or `None` if it was not asked for.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&Outcome> {
        let positions = self.positions.get_or_init(|| {
            self.ids
                .iter()
                .enumerate()
                .map(|(position, id)| (id.clone(), position))
                .collect()
        });
        self.outcomes
            .get(*positions.get(&*ResultId::normalized(id.as_ref()))?)
    }

    /// The number of ids that were asked for.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no id was asked for.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Rows that belong to no id that was asked for; usually empty.
    pub fn unexpected(&self) -> &[UnexpectedRow] {
        &self.unexpected
    }

    /// All jobs, if every id was found.
    ///
    /// For callers who want all or an error. The error still has all outcomes.
    ///
    /// # Errors
    ///
    /// [`IncompleteResults`] if an id is missing or its request failed.
    pub fn into_complete(self) -> Result<Vec<Job>, IncompleteResults> {
        if self.found().count() < self.len() {
            return Err(IncompleteResults(Box::new(self)));
        }
        Ok(self
            .outcomes
            .into_iter()
            .filter_map(|outcome| match outcome {
                Outcome::Found(job) => Some(job),
                _ => None,
            })
            .collect())
    }
}

impl IntoIterator for Results {
    type Item = (ResultId, Outcome);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<ResultId>, std::vec::IntoIter<Outcome>>;

    /// Every id with its outcome, in the order of the list that was asked for.
    fn into_iter(self) -> Self::IntoIter {
        self.ids.into_iter().zip(self.outcomes)
    }
}

impl<'a> IntoIterator for &'a Results {
    type Item = (&'a ResultId, &'a Outcome);
    type IntoIter = std::iter::Zip<std::slice::Iter<'a, ResultId>, std::slice::Iter<'a, Outcome>>;

    fn into_iter(self) -> Self::IntoIter {
        self.ids.iter().zip(&self.outcomes)
    }
}

/// A list with a [`JobSummary`] for each id, in the order of the list that was asked for.
impl Serialize for Results {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(id, outcome)| outcome.summary(Some(id))))
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("found", &self.found().count())
            .field("missing", &self.missing().count())
            .field("failed", &self.failed().count())
            .field("unexpected", &self.unexpected.len())
            .finish_non_exhaustive()
    }
}

/// A row of an answer that belongs to no id that was asked for.
///
/// `Debug` shows only the reason: nothing in such a row can be trusted, not even its `_id`.
#[derive(Clone)]
pub struct UnexpectedRow {
    reason: UnexpectedReason,
    problem: &'static str,
    job: Option<Job>,
}

/// Why a row was unexpected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnexpectedReason {
    /// Its id was not asked for.
    NotAsked,
    /// Its id was answered before.
    Repeated,
    /// It is not an object with an `_id`.
    Unreadable,
}

impl UnexpectedRow {
    pub(super) fn not_asked(job: Job) -> Self {
        Self {
            reason: UnexpectedReason::NotAsked,
            problem: "its _id was not asked for",
            job: Some(job),
        }
    }

    pub(super) fn repeated(job: Job) -> Self {
        Self {
            reason: UnexpectedReason::Repeated,
            problem: "its _id was answered before",
            job: Some(job),
        }
    }

    pub(super) fn unreadable(problem: &'static str) -> Self {
        Self {
            reason: UnexpectedReason::Unreadable,
            problem,
            job: None,
        }
    }

    /// Why the row was unexpected.
    pub fn reason(&self) -> UnexpectedReason {
        self.reason
    }

    /// The job, if the row is one.
    pub fn job(&self) -> Option<&Job> {
        self.job.as_ref()
    }
}

impl fmt::Debug for UnexpectedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnexpectedRow")
            .field("reason", &self.reason)
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for UnexpectedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

/// Some ids of a lookup have no job; see [`Results::into_complete`].
#[derive(Clone, Debug)]
pub struct IncompleteResults(Box<Results>);

impl IncompleteResults {
    /// All outcomes.
    pub fn results(&self) -> &Results {
        &self.0
    }

    /// All outcomes.
    pub fn into_results(self) -> Results {
        *self.0
    }
}

impl fmt::Display for IncompleteResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let results = &self.0;
        write!(
            f,
            "of {} ids {} are missing and {} failed",
            results.len(),
            results.missing().count(),
            results.failed().count()
        )?;
        if let Some(id) = results.missing().next() {
            write!(f, "; the first missing is {id}")?;
        }
        Ok(())
    }
}

impl std::error::Error for IncompleteResults {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .failed()
            .next()
            .map(|(_, error)| error as &(dyn std::error::Error + 'static))
    }
}
