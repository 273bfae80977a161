//! Counts and durations, for whatever a program measures itself with.
//!
//! One trait with a method for each event; a program turns events into its own counters and
//! histograms. Events hold numbers and kinds alone: nothing in them can be secret, and nothing is
//! made where nobody listens.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind},
    lookup::Results,
    transport::envelope::Rows,
    wait::{Progress, WaitErrorKind},
};

/// Receives counts and durations; given to
/// [`ClientBuilder::metrics`](crate::client::ClientBuilder::metrics).
///
/// The methods run on the tasks that do the work: they must return at once.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use akool_faceswap::{Client, metrics::{Metrics, RequestMetrics}};
///
/// #[derive(Default)]
/// struct Counters {
///     requests: AtomicU64,
///     repetitions: AtomicU64,
/// }
///
/// impl Metrics for Counters {
///     fn request(&self, request: &RequestMetrics) {
///         self.requests.fetch_add(1, Ordering::Relaxed);
///         self.repetitions.fetch_add(u64::from(request.resend_count > 0), Ordering::Relaxed);
///     }
/// }
///
/// let client = Client::builder().api_key("k").metrics(Counters::default()).build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
pub trait Metrics: Send + Sync + 'static {
    /// One request was answered, or was not.
    fn request(&self, request: &RequestMetrics) {
        let _ = request;
    }

    /// One call of [`Client::lookup`](crate::client::Client::lookup) ended, or one lookup for waits.
    fn lookup(&self, lookup: &LookupMetrics) {
        let _ = lookup;
    }

    /// One wait ended, other than by being dropped.
    fn wait(&self, wait: &WaitMetrics) {
        let _ = wait;
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestMetrics {
    /// The ids that it asked for.
    pub ids: usize,
    /// The rows that it was answered with.
    pub rows: usize,
    /// How many times it was sent before.
    pub resend_count: u32,
    /// From sending it to having read the answer.
    pub duration: Duration,
    /// The HTTP status of the answer, if there was one and it was an error.
    pub error_status: Option<u16>,
    /// The kind of error, if it was one.
    pub error: Option<ErrorKind>,
}

/// One call of [`Client::lookup`](crate::client::Client::lookup).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LookupMetrics {
    /// The ids that were asked for.
    pub asked: usize,
    /// The jobs found.
    pub found: usize,
    /// The ids that were not answered.
    pub missing: usize,
    /// The ids whose request failed.
    pub failed: usize,
    /// The whole call.
    pub duration: Duration,
    /// The kind of error, if nothing was learnt.
    pub error: Option<ErrorKind>,
}

/// One wait that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitMetrics {
    /// Why it ended without a result; `None` where the job succeeded.
    pub error: Option<WaitErrorKind>,
    /// How long it was, in this process and those before it.
    pub duration: Duration,
    /// The answers there were about the job.
    pub polls: u32,
}

impl WaitMetrics {
    pub(crate) fn of(error: Option<WaitErrorKind>, progress: &Progress) -> Self {
        Self {
            error,
            duration: progress.waited(),
            polls: progress.polls(),
        }
    }
}

impl RequestMetrics {
    pub(crate) fn of(
        ids: usize,
        outcome: &Result<Rows, Error>,
        resend_count: u32,
        duration: Duration,
    ) -> Self {
        let error = outcome.as_ref().err();
        Self {
            ids,
            rows: match outcome {
                Ok(Rows::AsDocumented(rows)) => rows.len(),
                Ok(Rows::Salvaged(rows)) => rows.len(),
                Err(_) => 0,
            },
            resend_count,
            duration,
            error_status: error.and_then(Error::http_status),
            error: error.map(Error::kind),
        }
    }
}

impl LookupMetrics {
    pub(crate) fn of(asked: usize, outcome: Result<&Results, &Error>, duration: Duration) -> Self {
        let counts = |count: fn(&Results) -> usize| outcome.map_or(0, count);
        Self {
            asked,
            found: counts(|results| results.found().count()),
            missing: counts(|results| results.missing().count()),
            failed: outcome.map_or(asked, |results| results.failed().count()),
            duration,
            error: outcome.err().map(Error::kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{
        model::ResultIds,
        testing::scripted::{Reply, Scripted},
    };

    #[derive(Clone, Default)]
    struct Kept {
        requests: Arc<Mutex<Vec<RequestMetrics>>>,
        lookups: Arc<Mutex<Vec<LookupMetrics>>>,
    }

    impl Metrics for Kept {
        fn request(&self, request: &RequestMetrics) {
            self.requests.lock().unwrap().push(request.clone());
        }

        fn lookup(&self, lookup: &LookupMetrics) {
            self.lookups.lock().unwrap().push(lookup.clone());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn every_request_and_every_call_is_told_of() {
        let wire = Scripted::new(|seen| {
            let reply = if seen.n == 0 {
                Reply::http(503, "")
            } else {
                let mut seen = seen.clone();
                seen.ids.pop();
                Reply::found(&seen)
            };
            reply.after(Duration::from_secs(2))
        });
        let kept = Kept::default();
        let client = wire.client_with(|builder| builder.api_key("k").metrics(kept.clone()));
        let ids: ResultIds = "a,b,c".parse().unwrap();
        client.lookup(ids).await.unwrap();

        let requests = kept.requests.lock().unwrap().clone();
        let second = Duration::from_secs(2);
        assert_eq!(requests.len(), 2);
        assert_eq!(
            (requests[0].ids, requests[0].rows, requests[0].resend_count),
            (3, 0, 0)
        );
        assert_eq!(requests[0].error, Some(ErrorKind::Http));
        assert_eq!(
            (requests[0].error_status, requests[0].duration),
            (Some(503), second)
        );
        assert_eq!(
            (requests[1].ids, requests[1].rows, requests[1].resend_count),
            (3, 2, 1)
        );
        assert_eq!((requests[1].error, requests[1].error_status), (None, None));

        let lookups = kept.lookups.lock().unwrap().clone();
        assert_eq!(lookups.len(), 1);
        let LookupMetrics {
            asked,
            found,
            missing,
            failed,
            duration,
            error,
        } = lookups[0];
        assert_eq!((asked, found, missing, failed, error), (3, 2, 1, 0, None));
        assert!(duration >= 2 * second);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_learnt_nothing_failed_for_every_id() {
        let wire = Scripted::new(|_| Reply::business(1101));
        let kept = Kept::default();
        let client = wire.client_with(|builder| builder.api_key("k").metrics(kept.clone()));
        let ids: ResultIds = "a,b".parse().unwrap();
        assert!(client.lookup(ids).await.is_err());
        let lookups = kept.lookups.lock().unwrap().clone();
        assert_eq!((lookups[0].asked, lookups[0].failed), (2, 2));
        assert_eq!(lookups[0].error, Some(ErrorKind::Api));
    }
}
