//! Many ids to one answer about all of them.
//!
//! A list is cut into chunks, the chunks are looked up side by side, and each row is matched with
//! what was asked by its `_id`. A chunk that the API refuses because of one id is split until that
//! id stands alone. Nothing that one id, row or chunk does costs another one its answer.

mod collect;
mod piece;
mod results;

use std::{
    future::{Future, IntoFuture},
    ops::Range,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::{
    api::Api,
    error::{Error, ErrorKind},
    limits::Timeout,
    metrics::LookupMetrics,
    model::{ResultId, ResultIds},
    retry::RetryPolicy,
    transport::envelope::Rows,
};

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
}

impl Lookup {
    pub(crate) fn new(api: Arc<Api>, ids: ResultIds) -> Self {
        Self {
            api,
            ids,
            options: Options::default(),
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
    pub(crate) async fn each(self) -> Vec<Outcome> {
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
    let for_ids = room_for_ids(api);
    let mut begin = 0;
    let chunks: Vec<Range<usize>> = ids
        .chunks(limits.max_ids_per_request, for_ids)
        .map(|chunk| {
            let range = begin..begin + chunk.len();
            begin = range.end;
            range
        })
        .collect();
    let operation = Operation::new(api, options, ids.as_slice(), chunks.len());
    let operation = &operation;

    let mut gathered = Gathered::new(ids);
    let mut answered = stream::iter(chunks)
        .map(|chunk| operation.chunk(chunk))
        .buffer_unordered(limits.max_concurrent_requests.get());
    while let Some(pieces) = answered.next().await {
        for (piece, outcome) in pieces {
            gathered.take(piece, outcome);
        }
    }
    gathered.into_results()
}

/// The bytes that ids may take in a request line.
pub(crate) fn room_for_ids(api: &Api) -> usize {
    api.limits
        .max_request_line_bytes
        .saturating_sub(REQUEST_LINE + api.base_url.path_len())
}

/// What all requests of one lookup share.
struct Operation<'a> {
    api: &'a Arc<Api>,
    ids: &'a [ResultId],
    retry: &'a RetryPolicy,
    attempt_timeout: Timeout,
    begun: Instant,
    deadline: Option<Instant>,
    /// How many requests may still be made only because a chunk was refused.
    splits_left: AtomicUsize,
}

/// A piece of the list with its answer.
type Answered = (Range<usize>, Result<Rows, Error>);

impl<'a> Operation<'a> {
    fn new(api: &'a Arc<Api>, options: &'a Options, ids: &'a [ResultId], chunks: usize) -> Self {
        let begun = Instant::now();
        let limits = &api.limits;
        let limit = options
            .operation_timeout
            .unwrap_or(limits.operation_timeout);
        Self {
            api,
            ids,
            retry: options.retry.as_ref().unwrap_or(&api.retry),
            attempt_timeout: options.attempt_timeout.unwrap_or(limits.attempt_timeout),
            begun,
            deadline: limit.duration().and_then(|limit| begun.checked_add(limit)),
            splits_left: AtomicUsize::new(32 + 4 * chunks),
        }
    }

    /// Looks one chunk up, in pieces where it is refused as a whole.
    async fn chunk(&self, chunk: Range<usize>) -> Vec<Answered> {
        let mut answered = Vec::new();
        let mut waiting = vec![chunk];
        while let Some(piece) = waiting.pop() {
            let outcome = self.piece(&self.ids[piece.clone()]).await;
            match &outcome {
                Err(error) if piece.len() > 1 && is_about_one_id(error) && self.may_split() => {
                    let middle = piece.start + piece.len() / 2;
                    waiting.push(middle..piece.end);
                    waiting.push(piece.start..middle);
                }
                _ => answered.push((piece, outcome)),
            }
        }
        answered
    }

    /// Takes two requests out of what splitting may still cost.
    fn may_split(&self) -> bool {
        self.splits_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(2)
            })
            .is_ok()
    }
}

/// Whether the refusal may be about one id, or the number of them, and not about all.
fn is_about_one_id(error: &Error) -> bool {
    error
        .business_code()
        .is_some_and(|code| code.code() == 1003)
        || (error.kind() == ErrorKind::Http && error.http_status() == Some(414))
}

#[cfg(test)]
mod tests;
