//! Many ids to one answer about all of them.
//!
//! A list is cut into chunks, the chunks are looked up side by side, and each row is matched with
//! what was asked by its `_id`. A chunk that the API refuses as a whole is split until what was wrong
//! with it stands alone. Nothing that one id, row or chunk does costs another one its answer.

mod chunks;
mod collect;
mod piece;
mod results;

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::{
    api::Api,
    error::{Error, ErrorKind},
    limits::Timeout,
    metrics::LookupMetrics,
    model::{ResultId, ResultIds},
    retry::RetryPolicy,
};

use crate::limits::request_size::RequestSize;
use chunks::{Chunk, Chunks, Next, Reply};
use collect::Gathered;

pub use results::{IncompleteResults, Outcome, Results, UnexpectedReason, UnexpectedRow};

/// The request line without ids: `GET `, the path, `?_ids=` and ` HTTP/1.1`.
const REQUEST_LINE: usize = "GET /api/open/v3/faceswap/result/listbyids?_ids= HTTP/1.1".len();

/// A lookup that has not begun: await it, or set options first.
///
/// Made by [`Client::lookup`]. Options of a lookup override those of its client.
#[must_use = "a lookup does nothing until it is awaited"]
#[derive(Debug)]
pub struct Lookup {
    api: Arc<Api>,
    ids: ResultIds,
    options: Options,
}

/// What one call decides for itself; what it does not name is the client's.
#[derive(Clone, Debug, Default)]
struct Options {
    attempt_timeout: Option<Timeout>,
    operation_timeout: Option<Timeout>,
    retry: Option<RetryPolicy>,
    /// Whether an answer that lacks ids is checked for rows that were left out.
    checks_answers: bool,
}

impl Lookup {
    pub(crate) fn new(api: Arc<Api>, ids: ResultIds) -> Self {
        Self {
            api,
            ids,
            options: Options {
                checks_answers: true,
                ..Options::default()
            },
        }
    }

    /// The time limit for one attempt at one request.
    pub fn attempt_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.attempt_timeout = Some(limit.into());
        self
    }

    /// The time limit for the whole lookup.
    pub fn operation_timeout(mut self, limit: impl Into<Timeout>) -> Self {
        self.options.operation_timeout = Some(limit.into());
        self
    }

    /// How often requests are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// What became of each id, in the order of the list, even where nothing at all was learnt: two
    /// ids may have failed for two reasons then.
    ///
    /// An answer that lacks ids is not checked: the poller asks again by itself.
    pub(crate) async fn each(mut self) -> Vec<Outcome> {
        self.options.checks_answers = false;
        match self.run().await {
            Ok(results) => results.into_outcomes(),
            Err(NothingLearnt { outcomes, .. }) => outcomes,
        }
    }

    fn run(self) -> impl Future<Output = Result<Results, NothingLearnt>> + Send {
        let span = tracing::info_span!(
            "akool_faceswap.results",
            ids.asked = self.ids.len(),
            ids.found = tracing::field::Empty,
            ids.missing = tracing::field::Empty,
            ids.failed = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        look_up(self, span.clone()).instrument(span)
    }
}

/// No id was answered.
struct NothingLearnt {
    /// What happened to the first of them.
    error: Error,
    /// What happened to each.
    outcomes: Vec<Outcome>,
}

impl IntoFuture for Lookup {
    type Output = Result<Results, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let run = self.run();
        Box::pin(async move { run.await.map_err(|NothingLearnt { error, .. }| error) })
    }
}

async fn look_up(lookup: Lookup, span: tracing::Span) -> Result<Results, NothingLearnt> {
    let Lookup { api, ids, options } = lookup;
    let begun = Instant::now();
    let outcome = look_up_all(&api, &ids, &options).await;
    let told = outcome.as_ref().map_err(|nothing| &nothing.error);
    if let Some(metrics) = &api.metrics {
        metrics.lookup(&LookupMetrics::of(ids.len(), told, begun.elapsed()));
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

async fn look_up_all(
    api: &Arc<Api>,
    ids: &ResultIds,
    options: &Options,
) -> Result<Results, NothingLearnt> {
    if ids.is_empty() {
        return Err(NothingLearnt {
            error: Error::new(ErrorKind::InvalidInput, "the list of ids is empty"),
            outcomes: Vec::new(),
        });
    }
    let limits = &api.limits;
    let operation = Operation::new(api, options);
    let operation = &operation;
    let look_up = |chunk: Chunk| async move {
        let asked: Vec<ResultId> = chunk
            .positions
            .iter()
            .map(|id| ids.as_slice()[*id].clone())
            .collect();
        let outcome = operation.piece(&asked).await;
        (chunk, outcome)
    };

    let mut gathered = Gathered::new(ids);
    let mut chunks = Chunks::new(
        ids.as_slice(),
        configured_size(api),
        &api.known_sizes,
        options.checks_answers,
    );
    let mut in_flight = FuturesUnordered::new();
    loop {
        while in_flight.len() < limits.max_concurrent_requests.get()
            && let Next::Send(chunk) = chunks.next()
        {
            in_flight.push(look_up(chunk));
        }
        let Some((chunk, outcome)) = in_flight.next().await else {
            break;
        };
        let positions = chunk.positions.clone();
        match outcome {
            Ok(rows) => {
                let missing = gathered.take(&positions, rows);
                chunks.answered(chunk, Reply::Accepted { missing });
            }
            Err(error) => {
                if chunks.answered(chunk, reply(&error)) {
                    gathered.fail(&positions, &error);
                }
            }
        }
    }
    gathered.into_results()
}

/// The size of a request as the client is configured.
pub(crate) fn configured_size(api: &Api) -> RequestSize {
    let limits = &api.limits;
    RequestSize {
        ids: limits.max_ids_per_request.get(),
        bytes: limits
            .max_request_line_bytes
            .saturating_sub(REQUEST_LINE + api.base_url.path_len()),
    }
}

/// What a failed request means for its ids.
fn reply(error: &Error) -> Reply {
    match (error.kind(), error.business_code(), error.http_status()) {
        (_, Some(code), _) if code.code() == 1003 => Reply::Refused,
        (ErrorKind::Http, _, Some(414)) => Reply::LineTooLong,
        _ => Reply::Failed,
    }
}

/// What all requests of one lookup share.
struct Operation<'a> {
    api: &'a Arc<Api>,
    retry: &'a RetryPolicy,
    attempt_timeout: Timeout,
    begun: Instant,
    deadline: Option<Instant>,
}

impl<'a> Operation<'a> {
    fn new(api: &'a Arc<Api>, options: &'a Options) -> Self {
        let begun = Instant::now();
        let limits = &api.limits;
        let limit = options
            .operation_timeout
            .unwrap_or(limits.operation_timeout);
        Self {
            api,
            retry: options.retry.as_ref().unwrap_or(&api.retry),
            attempt_timeout: options.attempt_timeout.unwrap_or(limits.attempt_timeout),
            begun,
            deadline: limit.duration().and_then(|limit| begun.checked_add(limit)),
        }
    }
}

#[cfg(test)]
mod tests;
