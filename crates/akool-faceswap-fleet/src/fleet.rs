//! The handle of a program: one database, one lane.

use std::sync::Arc;

use akool_faceswap::{ResultId, ResultIds};

use crate::{
    error::{Error, ErrorKind},
    lane::Lane,
    outcome::Outcome,
    stats::{Stats, WorkerStatus},
    store::Store,
    submission::{SubmissionState, UnknownSubmission},
    tracking::Tracking,
    watch::Watch,
};

/// One set of tracked jobs, shared by all programs that connect to the same database.
///
/// Clones share the connections. After a lost connection the next call reconnects. Calls are not retried
/// automatically; each is safe to repeat, because tracking a tracked id changes nothing.
///
#[cfg_attr(feature = "sqlite", doc = "```")]
#[cfg_attr(not(feature = "sqlite"), doc = "```no_run")]
/// use akool_faceswap::{Client, ResultIds};
/// use akool_faceswap_fleet::{Account, Fleet, Worker};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = akool_faceswap_mock::FakeAkool::start()?;
/// # let id = fake.add_job(akool_faceswap_mock::FakeJob::image());
/// # let dir = tempfile::tempdir()?;
/// # let url = format!("sqlite:{}", dir.path().join("jobs").display());
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// # let key = fake.api_key();
/// // Once for each release: brings the schema up to date.
/// Fleet::migrate(&url).await?;
///
/// // Where jobs are submitted, on any machine:
/// let fleet = Fleet::connect(&url).await?;
/// let ids: ResultIds = ResultIds::parse_all([id])?;
/// fleet.track(&ids).await?;
///
/// // Where jobs are looked up, on as many machines as you want:
/// let worker = Worker::new(&fleet, client, Account::from_api_key(&key));
/// let running = tokio::spawn(worker.run(std::future::pending()));
///
/// // Where a result is wanted, on any machine:
/// let outcome = fleet.wait(&ids.as_slice()[0]).await?;
/// assert!(outcome.job().unwrap().result_url().is_some());
/// # running.abort();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fleet {
    store: Arc<dyn Store>,
    lane: Lane,
    watch: Watch,
}

impl Fleet {
    /// Connects to the lane `main` of a database: `postgres://…` (or a libpq connection string), or
    /// `sqlite:PATH`.
    ///
    /// PostgreSQL: names of several hosts, separated by commas, are tried in turn until one accepts writes. TLS needs
    /// the feature `tls`. The server's certificate is then verified with its name, whatever `sslmode` says: by the
    /// platform's authorities, or by those in the PEM file that `sslrootcert` names.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached, accepts no writes, or has a schema that this release cannot work with; see
    /// [`Error::kind`].
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let store: Arc<dyn Store> = match Database::of(url)? {
            #[cfg(feature = "postgres")]
            Database::Postgres(url) => {
                Arc::new(crate::store::postgres::PostgresStore::connect(url).await?)
            }
            #[cfg(feature = "sqlite")]
            Database::Sqlite(path) => {
                Arc::new(crate::store::sqlite::SqliteStore::connect(path).await?)
            }
        };
        let lane = Lane::default();
        Ok(Self {
            watch: Watch::new(store.clone(), lane.clone()),
            store,
            lane,
        })
    }

    /// Brings the schema to this release's version, under a lock; returns the version that it then has.
    ///
    /// Run it before you deploy a release. Workers of the previous release continue to work.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached, or refuses it.
    pub async fn migrate(url: &str) -> Result<i32, Error> {
        match Database::of(url)? {
            #[cfg(feature = "postgres")]
            Database::Postgres(url) => crate::store::postgres::PostgresStore::migrate(url).await,
            #[cfg(feature = "sqlite")]
            Database::Sqlite(path) => crate::store::sqlite::SqliteStore::migrate(path).await,
        }
    }

    /// Another lane of the same database, over the same connections.
    #[must_use]
    pub fn with_lane(&self, lane: Lane) -> Self {
        Self {
            store: self.store.clone(),
            watch: Watch::new(self.store.clone(), lane.clone()),
            lane,
        }
    }

    /// The lane.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Tracks jobs: workers look them up until each has an outcome. Returns how many are new.
    ///
    /// A tracked id stays as it is, and so does one whose outcome has not been taken: two callers that track
    /// one id get one outcome. To track inside your own transaction, see
    /// [`postgres::track`](crate::postgres::track) or the SQL function `akool_faceswap.track`.
    ///
    /// # Errors
    ///
    /// If the database refuses it; then nothing is tracked.
    pub async fn track(
        &self,
        jobs: impl IntoIterator<Item = impl Into<Tracking>>,
    ) -> Result<u64, Error> {
        let jobs: Vec<Tracking> = jobs.into_iter().map(Into::into).collect();
        self.store.track(&self.lane, &jobs).await
    }

    /// Stops looking jobs up; returns how many were tracked. The jobs themselves continue.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn untrack(&self, ids: impl Into<ResultIds>) -> Result<u64, Error> {
        self.store.untrack(&self.lane, ids.into().as_slice()).await
    }

    /// Waits until a job has an outcome, and leaves the outcome in the database.
    ///
    /// However many calls wait in one program, one task asks the database for all of them: when
    /// PostgreSQL notifies, and every 2 seconds; every 100 ms in a SQLite file. While the database
    /// cannot be reached, the call waits. It has no time limit but the job's own: wrap it in
    /// `tokio::time::timeout` for another. Cancel-safe: dropping it changes nothing in the database.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotTracked`] if the id is not tracked, or its outcome has been taken; any error of the
    /// database that is not transient.
    pub async fn wait(&self, id: &ResultId) -> Result<Outcome, Error> {
        self.watch.wait(id).await
    }

    /// Takes up to `max` outcomes, the oldest first, in a transaction of its own.
    ///
    /// They are deleted: if your program dies before it has used them, they are lost. Use
    /// [`postgres::take`](crate::postgres::take) inside the transaction that writes your own data; then nothing is lost
    /// and nothing is done twice. If you write to another system, take, write there with the id as the key, and commit:
    /// nothing is lost, but some may be written twice.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn take(&self, max: u32) -> Result<Vec<Outcome>, Error> {
        self.store.take(&self.lane, max, None).await
    }

    /// Takes the outcomes of these ids; ids without an outcome are left out.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn take_of(&self, ids: impl Into<ResultIds>) -> Result<Vec<Outcome>, Error> {
        let ids = ids.into();
        let max = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        self.store.take(&self.lane, max, Some(ids.as_slice())).await
    }

    /// Polls jobs at once, for example after a webhook; returns how many are tracked.
    ///
    /// Anybody can call a webhook, so a job is looked up at most every 500 ms.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn hint(&self, ids: impl Into<ResultIds>) -> Result<u64, Error> {
        self.store.hint(&self.lane, ids.into().as_slice()).await
    }

    /// Figures of the lane.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.store.stats(&self.lane).await
    }

    /// The workers of the lane, at most 100, those seen last first; workers that ended stay for a day.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn workers(&self) -> Result<Vec<WorkerStatus>, Error> {
        self.store.workers(&self.lane).await
    }

    /// After a change of the API key: the account of the next worker becomes the lane's.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn forget_account(&self) -> Result<(), Error> {
        self.store.forget_account(&self.lane).await
    }

    /// Records that a submit is about to be sent; `false` if the token is already recorded.
    ///
    /// Call it before the first byte of the submit is sent. `token` is a random text that is part of the
    /// submit's callback URL; `digest` and `tag` are yours, and the job is tracked with the tag.
    ///
    /// # Errors
    ///
    /// If the database refuses it: do not send the submit then.
    pub async fn intend(
        &self,
        token: &str,
        digest: Option<&str>,
        tag: Option<&str>,
    ) -> Result<bool, Error> {
        self.store.intend(&self.lane, token, digest, tag).await
    }

    /// Records that a submit was accepted, and tracks its job; `false` if that is already recorded.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn accepted(&self, token: &str, id: &ResultId) -> Result<bool, Error> {
        let state = SubmissionState::Accepted;
        self.store
            .settle_submission(&self.lane, token, state, Some(id))
            .await
    }

    /// Records that a submit surely created no job.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn refused(&self, token: &str) -> Result<bool, Error> {
        let state = SubmissionState::Refused;
        self.store
            .settle_submission(&self.lane, token, state, None)
            .await
    }

    /// Records that a submit may have created a job: it must not be repeated.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn unknown(&self, token: &str) -> Result<bool, Error> {
        let state = SubmissionState::Unknown;
        self.store
            .settle_submission(&self.lane, token, state, None)
            .await
    }

    /// Resolves a submit by its webhook: a delivery to the callback URL with this token proves that it was
    /// accepted, whichever machine lost its answer. Tracks the job; returns the state before, `None` for an
    /// unknown token.
    ///
    /// # Errors
    ///
    /// If the database refuses it: answer the webhook with an error then, and it is delivered again.
    pub async fn resolve(
        &self,
        token: &str,
        id: &ResultId,
    ) -> Result<Option<SubmissionState>, Error> {
        self.store.resolve(&self.lane, token, id).await
    }

    /// Submits of unknown outcome: those recorded as unknown, and intents older than `older`.
    ///
    /// # Errors
    ///
    /// If the database refuses it.
    pub async fn unknown_submissions(
        &self,
        older: std::time::Duration,
    ) -> Result<Vec<UnknownSubmission>, Error> {
        self.store.unknown_submissions(&self.lane, older).await
    }

    /// The store underneath.
    #[doc(hidden)]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}

/// Which database a URL names.
enum Database<'a> {
    #[cfg(feature = "postgres")]
    Postgres(&'a str),
    #[cfg(feature = "sqlite")]
    Sqlite(&'a str),
}

impl<'a> Database<'a> {
    fn of(url: &'a str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            #[cfg(feature = "sqlite")]
            return Ok(Self::Sqlite(path));
            #[cfg(not(feature = "sqlite"))]
            {
                let _ = path;
                return Err(without("sqlite"));
            }
        }
        // A libpq connection string has no scheme.
        let is_other = url.contains("://")
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://");
        if is_other || url.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the database's URL begins with neither postgres:// nor sqlite:",
            ));
        }
        #[cfg(feature = "postgres")]
        return Ok(Self::Postgres(url));
        #[cfg(not(feature = "postgres"))]
        Err(without("postgres"))
    }
}

#[cfg(not(all(feature = "postgres", feature = "sqlite")))]
fn without(feature: &str) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("this program was built without the feature `{feature}` of akool-faceswap-fleet"),
    )
}
