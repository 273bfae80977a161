//! Looks up many ids, with one outcome for each.
//!
//! A list is cut into chunks, which are looked up concurrently, and each row is matched with a requested id by
//! its `_id`. A chunk that the API refuses as a whole is split until the id that is wrong stands alone. No id,
//! row or chunk can cost another its answer.

mod chunks;
mod collect;
mod request;
mod results;
mod rows;

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::{
    api::{
        Api, Call,
        options::{CallOptions, call_options},
    },
    error::{Error, ErrorKind},
    metrics::LookupMetrics,
    model::{IntoResultIds, InvalidIds, ResultId, ResultIds},
};

use crate::limits::request_size::RequestSize;
use chunks::{Chunk, Chunks, Next, Reply};
use collect::ResultCollector;
use request::{ListResults, REQUEST_LINE};
use rows::Rows;

pub use results::{IncompleteResults, Outcome, Results, UnexpectedReason, UnexpectedRow};

/// A lookup that has not started: await it, or set options first.
///
/// Made by [`Client::lookup`](crate::Client::lookup). Options of a lookup override those of its client.
#[must_use = "a lookup does nothing until it is awaited"]
#[derive(Debug)]
pub struct Lookup {
    api: Arc<Api>,
    ids: Result<ResultIds, InvalidIds>,
    options: CallOptions,
}

impl Lookup {
    pub(crate) fn new(api: Arc<Api>, ids: impl IntoResultIds) -> Self {
        Self {
            api,
            ids: ids.into_result_ids(),
            options: CallOptions::default(),
        }
    }

    /// Adds each request of this lookup to a counter, just before it is sent.
    ///
    /// A long list, a retry, and a request that is split or checked take further requests. Use it for a request
    /// budget that several processes share. Requests for a token are not counted.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = akool_faceswap_mock::FakeAkool::start()?;
    /// # let client = akool_faceswap::Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// # let ids = fake.seed_population(250);
    /// use std::sync::{Arc, atomic::{AtomicU64, Ordering}};
    ///
    /// let sent = Arc::new(AtomicU64::new(0));
    /// client.lookup(&ids).count_requests(sent.clone()).await?;
    /// assert_eq!(sent.load(Ordering::Relaxed), 3); // 100 ids in each
    /// # Ok(())
    /// # }
    /// ```
    pub fn count_requests(mut self, counter: Arc<AtomicU64>) -> Self {
        self.options.sent = Some(counter);
        self
    }

    /// The outcome of each id, in the order of the list, even if all failed, each for its own reason.
    pub(crate) async fn each(self) -> Vec<Outcome> {
        match self.run().await {
            Ok(results) => results.into_outcomes(),
            Err(AllFailed { outcomes, .. }) => outcomes,
        }
    }

    fn run(self) -> impl Future<Output = Result<Results, AllFailed>> + Send {
        let span = tracing::info_span!(
            "akool_faceswap.results",
            ids.asked = self.ids.as_ref().map_or(0, ResultIds::len),
            ids.found = tracing::field::Empty,
            ids.missing = tracing::field::Empty,
            ids.failed = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        look_up(self, span.clone()).instrument(span)
    }
}

/// Every id failed.
struct AllFailed {
    /// What happened to the first of them.
    error: Error,
    /// What happened to each.
    outcomes: Vec<Outcome>,
}

call_options!(Lookup, "lookup");

impl IntoFuture for Lookup {
    type Output = Result<Results, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let run = self.run();
        Box::pin(async move { run.await.map_err(|AllFailed { error, .. }| error) })
    }
}

async fn look_up(lookup: Lookup, span: tracing::Span) -> Result<Results, AllFailed> {
    let Lookup { api, ids, options } = lookup;
    let begun = Instant::now();
    let ids = ids.map_err(|invalid| AllFailed {
        error: invalid.into(),
        outcomes: Vec::new(),
    })?;
    let outcome = look_up_all(&api, &ids, &options).await;
    let told = outcome.as_ref().map_err(|nothing| &nothing.error);
    if let Some(metrics) = &api.metrics {
        metrics.lookup(&measure(ids.len(), told, begun.elapsed()));
    }
    match told {
        Ok(results) => {
            span.record("ids.found", results.found().count());
            span.record("ids.missing", results.missing().count());
            span.record("ids.failed", results.failed().count());
        }
        Err(error) => {
            span.record("error.type", error.kind().as_str());
        }
    }
    outcome
}

fn measure(asked: usize, outcome: Result<&Results, &Error>, duration: Duration) -> LookupMetrics {
    let counts = |count: fn(&Results) -> usize| outcome.map_or(0, count);
    LookupMetrics {
        asked,
        found: counts(|results| results.found().count()),
        missing: counts(|results| results.missing().count()),
        failed: outcome.map_or(asked, |results| results.failed().count()),
        duration,
        error: outcome.err().map(Error::kind),
    }
}

async fn look_up_all(
    api: &Arc<Api>,
    ids: &ResultIds,
    options: &CallOptions,
) -> Result<Results, AllFailed> {
    let call = &api.begin(options);
    let look_up = |chunk: Chunk| async move {
        let outcome = look_up_chunk(call, ids.as_slice(), &chunk.positions).await;
        (chunk, outcome)
    };

    let mut gathered = ResultCollector::new(ids);
    let mut chunks = Chunks::new(ids.as_slice(), configured_size(api), &api.known_sizes);
    let mut in_flight = FuturesUnordered::new();
    loop {
        let answered = loop {
            if in_flight.len() < api.permits.lookups()
                && let Next::Send(chunk) = chunks.next()
            {
                // Boxed, because a small future is cheaper to move.
                let request = Box::pin(look_up(chunk));
                if in_flight.is_empty() && chunks.is_all_sent() {
                    // Most lists are one request, which needs no set of futures.
                    break Some(request.await);
                }
                in_flight.push(request);
            } else {
                break in_flight.next().await;
            }
        };
        let Some((chunk, outcome)) = answered else {
            break;
        };
        match outcome {
            Ok(rows) => {
                let missing = gathered.take(&chunk.positions, rows);
                chunks.answered(chunk, Reply::Accepted { missing });
            }
            Err(error) => {
                let positions = chunk.positions.clone();
                if chunks.answered(chunk, reply(&error)) {
                    gathered.fail(&positions, &error);
                }
            }
        }
    }
    gathered.into_results()
}

/// Looks up the ids at these positions in one request.
async fn look_up_chunk(
    call: &Call<'_>,
    ids: &[ResultId],
    positions: &[usize],
) -> Result<Rows, Error> {
    let asked = positions.iter().map(|position| &ids[*position]);
    let outcome = match ListResults::new(asked.clone()) {
        Ok(request) => call.send(&request).await,
        Err(error) => Err(error),
    };
    outcome.map_err(|error| error.with_ids(asked.cloned().collect::<Vec<_>>()))
}

/// The size of a request as the client is configured.
pub(crate) fn configured_size(api: &Api) -> RequestSize {
    let limits = &api.limits;
    RequestSize {
        ids: limits.max_ids_per_request.get(),
        bytes: limits
            .max_request_line_bytes
            .saturating_sub(REQUEST_LINE + api.channel.base_url.path_len()),
    }
}

/// What a failed request means for its ids.
fn reply(error: &Error) -> Reply {
    match (error.kind(), error.business_code(), error.http_status()) {
        (_, Some(code), _) if code.code() == 1003 => Reply::Refused,
        // 413 and 431 are what some gateways answer in place of 414.
        (ErrorKind::Http, _, Some(413 | 414 | 431)) => Reply::LineTooLong,
        _ => Reply::Failed,
    }
}

#[cfg(test)]
mod tests;
