//! Counts and durations, for whatever a program measures itself with.
//!
//! One trait has a method for each event, which a program turns into its own counters and histograms;
//! a snapshot has the values of gauges. They contain numbers, kinds and host names, never a secret,
//! and nothing is measured if nobody listens.

use std::{sync::Arc, time::Duration};

use crate::error::{BusinessCode, ErrorKind, WaitErrorKind};

/// Receives counts and durations; pass it, or an `Arc` of it, to
/// [`ClientBuilder::metrics`](crate::client::ClientBuilder::metrics).
///
/// The methods run on the tasks that do the work, so they must return at once. Values that rise and
/// fall are in [`Stats`].
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
    /// One request was answered, or failed.
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

    /// The transfer of one file ended, other than by being dropped.
    fn download(&self, download: &DownloadMetrics) {
        let _ = download;
    }
}

/// Shared or boxed metrics are metrics, too.
macro_rules! forward {
    ($($pointer:ident),+) => {$(
        impl<M: Metrics + ?Sized> Metrics for $pointer<M> {
            fn request(&self, request: &RequestMetrics) {
                (**self).request(request);
            }

            fn lookup(&self, lookup: &LookupMetrics) {
                (**self).lookup(lookup);
            }

            fn wait(&self, wait: &WaitMetrics) {
                (**self).wait(wait);
            }

            fn download(&self, download: &DownloadMetrics) {
                (**self).download(download);
            }
        }
    )+};
}

forward!(Arc, Box);

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestMetrics {
    /// The `operationId` of the API's document, such as `list_results_by_ids`.
    pub operation: &'static str,
    /// The host that the request was sent to.
    pub host: Arc<str>,
    /// How many things it asked for: the ids of a lookup, otherwise 1.
    pub items: usize,
    /// How many things the answer had: the rows of a lookup, otherwise 1; 0 after an error.
    pub returned: usize,
    /// How many times it was sent before.
    pub resend_count: u32,
    /// From sending it until the answer was read.
    pub duration: Duration,
    /// The HTTP status, if it was answered with an error.
    pub http_status: Option<u16>,
    /// The business code, if it was answered with one other than 1000.
    pub business_code: Option<BusinessCode>,
    /// The kind of error, if it failed.
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
    /// The kind of error, if every id failed.
    pub error: Option<ErrorKind>,
}

/// One wait that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WaitMetrics {
    /// Why it ended without a result; `None` where the job succeeded.
    pub error: Option<WaitErrorKind>,
    /// How long it took, in this process and those before it.
    pub duration: Duration,
    /// How many answers there were about the job.
    pub polls: u32,
}

/// The transfer of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadMetrics {
    /// The host of the file.
    pub host: String,
    /// The bytes of the file that are there, those of an earlier download included.
    pub bytes: u64,
    /// How many requests were sent.
    pub attempts: u32,
    /// From the beginning to the end, the delays between attempts included.
    pub duration: Duration,
    /// The kind of error, if it failed.
    pub error: Option<ErrorKind>,
}

/// What a client does at one moment: values for gauges. See
/// [`Client::stats`](crate::client::Client::stats).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Lookup requests in flight.
    pub lookups_in_flight: usize,
    /// Other requests in flight: submits, detections, deletions, credit.
    pub other_requests_in_flight: usize,
    /// Files that are being downloaded.
    pub downloads_in_flight: usize,
    /// Ids that waits and single lookups track.
    pub tracked_ids: usize,
    /// How long the client still holds its requests back after a rate limit; `None` if it does not.
    pub throttled_for: Option<Duration>,
    /// How many retries the budget of all clones pays for now; 100 when it is full.
    pub retries_left: u32,
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

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
        // Shared metrics are metrics, too.
        let shared: Arc<dyn Metrics> = Arc::new(kept.clone());
        let client = wire.client_with(|builder| builder.api_key("k").metrics(shared));
        let ids: ResultIds = "a,b,c".parse().unwrap();
        client.lookup(ids).await.unwrap();

        let requests = kept.requests.lock().unwrap().clone();
        let second = Duration::from_secs(2);
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].operation, "list_results_by_ids");
        assert_eq!(&*requests[0].host, "127.0.0.1");
        assert_eq!(
            (
                requests[0].items,
                requests[0].returned,
                requests[0].resend_count
            ),
            (3, 0, 0)
        );
        assert_eq!(requests[0].error, Some(ErrorKind::Http));
        assert_eq!(
            (requests[0].http_status, requests[0].duration),
            (Some(503), second)
        );
        assert_eq!(
            (
                requests[1].items,
                requests[1].returned,
                requests[1].resend_count
            ),
            (3, 2, 1)
        );
        assert_eq!((requests[1].error, requests[1].http_status), (None, None));

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
    async fn every_operation_says_how_much_it_asked_for() {
        let body =
            r#"{"code":1000,"data":{"credit":1},"error_code":0,"persons":[],"faces_obj":{}}"#;
        let wire = Scripted::new(|_| Reply::http(200, body));
        let kept = Kept::default();
        let client = wire.client_with(|builder| builder.api_key("k").metrics(kept.clone()));
        client.delete("a,b").await.unwrap();
        client.credit().await.unwrap();
        client.detect("https://a.example/a.jpg").await.unwrap();
        let frames = ["https://a.example/1.jpg", "https://a.example/2.jpg"];
        client.analyze(frames).await.unwrap();
        let requests = kept.requests.lock().unwrap().clone();
        let asked: Vec<_> = requests
            .iter()
            .map(|one| (one.items, one.returned))
            .collect();
        assert_eq!(asked, [(2, 1), (1, 1), (1, 1), (2, 1)]);
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
