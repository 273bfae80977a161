//! A file on its way: asked for, asked for again where it breaks, byte after byte in order.
//!
//! After a break only the rest is asked for, if the host said by which mark the file is known again
//! (a validator); else, or if the file has changed, it begins anew, which whoever receives the bytes
//! is told by [`Event::Begin`]. Whoever cannot take that has an error instead.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tracing::Instrument as _;

#[cfg(feature = "_decode")]
use crate::download::coding::decoder;
use crate::download::{
    Options,
    coding::Coding,
    downloader::Downloader,
    head::{self, Promise, Rest},
    media::{Declared, LOOKED_AT, MediaType},
    request::{self, Answer},
    source::Source,
    timeouts::Patience,
    validator::Validator,
};
use crate::{
    error::{Error, ErrorKind},
    metrics::DownloadMetrics,
    retry::decision::{Decision, Rules},
};
#[cfg(feature = "_decode")]
use futures_util::StreamExt as _;

/// What an attempt has to bring to count as one that did not fail, beyond what any attempt before it
/// came to: a long file over a bad line is worth more attempts than a short one, but each has to
/// bring something new.
const WORTHWHILE: u64 = 1024 * 1024;

/// No job takes longer, so the file of an older one is not about to appear. Source: the API's answer to
/// a submit names three hours.
const LONGEST_JOB: Duration = Duration::from_secs(4 * 60 * 60);

/// How long a download waits in all for a file that its host does not have yet.
const FILE_GRACE: Duration = Duration::from_secs(30);

/// The first delay before a host is asked again for a file that it does not have yet.
const FIRST_LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileFacts {
    pub(super) media_type: MediaType,
    /// The whole length, if the host told it.
    pub(super) total: Option<u64>,
    pub(super) validator: Option<Validator>,
    /// What the header called it, where that is something else.
    #[serde(default)]
    pub(super) declared_type: Option<String>,
}

/// What happens to whoever receives a file.
#[derive(Debug)]
pub(super) enum Event {
    /// The first byte is next; what came before is void.
    Begin(FileFacts),
    Bytes(Bytes),
}

/// Whether a file may begin anew after some of it was handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StartingOver {
    Allowed,
    Refused,
}

pub(super) struct Transfer {
    downloader: Arc<Downloader>,
    source: Source,
    options: Options,
    starting_over: StartingOver,
    patience: Patience,
    span: tracing::Span,
    /// Requests in all, and those since one was worthwhile.
    attempts: u32,
    in_a_row: u32,
    /// The bytes that are there.
    position: u64,
    /// The most that were there when an attempt was counted as worthwhile.
    furthest: u64,
    /// What is known of the file, some of whose bytes are there then.
    facts: Option<FileFacts>,
    body: Option<Body>,
}

/// Where the bytes of an answer come from.
enum BodyBytes {
    Plain(Answer),
    #[cfg(feature = "_decode")]
    Decoded(decoder::Decoded),
}

/// The bytes of one answer.
pub(super) struct Body {
    pub(super) host: String,
    bytes: BodyBytes,
    /// What was read to judge the beginning.
    read: VecDeque<Bytes>,
}

impl Transfer {
    pub(super) fn new(
        downloader: Arc<Downloader>,
        source: Source,
        options: Options,
        starting_over: StartingOver,
        span: tracing::Span,
    ) -> Self {
        Self {
            patience: Patience::new(options.idle_timeout, options.operation_timeout),
            downloader,
            source,
            options,
            starting_over,
            span,
            attempts: 0,
            in_a_row: 0,
            position: 0,
            furthest: 0,
            facts: None,
            body: None,
        }
    }

    /// Goes on behind the first `position` bytes of a file.
    pub(super) fn resume(&mut self, position: u64, facts: FileFacts) {
        self.position = position;
        self.furthest = position;
        self.facts = Some(facts);
    }

    /// The span of the whole download.
    pub(super) fn span(&self) -> tracing::Span {
        self.span.clone()
    }

    /// The host that is asked.
    fn host(&self) -> String {
        request::host(&self.source.url)
    }

    /// As a stream, which is not harmed by dropping a future that waits for its next event.
    pub(super) fn events(self) -> impl Stream<Item = Result<Event, Error>> + Send {
        stream::try_unfold(self, |mut transfer| async move {
            let event = transfer.next().await?;
            Ok(event.map(|event| (event, transfer)))
        })
    }

    /// What happens next; `None` once the file is complete.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, Error> {
        let span = self.span.clone();
        let outcome = self.step().instrument(span.clone()).await;
        match &outcome {
            Ok(Some(Event::Begin(facts))) => {
                span.record("file.media_type", facts.media_type.as_str());
            }
            Ok(Some(Event::Bytes(_))) => {}
            Ok(None) => {
                self.downloader.api.budget.refund();
                self.measure(None);
            }
            Err(error) => {
                span.record("error.type", error.kind().as_str());
                self.measure(Some(error.kind()));
            }
        }
        outcome
    }

    fn measure(&self, error: Option<ErrorKind>) {
        if let Some(metrics) = &self.downloader.api.metrics {
            metrics.download(&DownloadMetrics {
                host: self.host(),
                bytes: self.position,
                attempts: self.attempts,
                duration: self.patience.elapsed(),
                error,
            });
        }
    }

    async fn step(&mut self) -> Result<Option<Event>, Error> {
        loop {
            let outcome = if let Some(body) = &mut self.body {
                let bytes = body.next(&self.patience).await;
                bytes.and_then(|bytes| self.take(bytes))
            } else if self.is_complete() {
                Ok(None)
            } else {
                match self.open().await {
                    Ok(None) => continue,
                    opened => opened,
                }
            };
            match outcome {
                Ok(event) => return Ok(event),
                Err(error) => {
                    self.body = None;
                    self.wait_for_another_attempt(error).await?;
                }
            }
        }
    }

    /// Counts what came; `None` at the end.
    fn take(&mut self, bytes: Option<Bytes>) -> Result<Option<Event>, Error> {
        let total = self.facts.as_ref().and_then(|facts| facts.total);
        let Some(bytes) = bytes else {
            return match total {
                Some(total) if total != self.position => Err(self.wrong_length(total)),
                _ => Ok(None),
            };
        };
        let position = self.position.saturating_add(bytes.len() as u64);
        if position > self.options.max_bytes {
            return Err(head::too_large(&self.host(), self.options.max_bytes, None));
        }
        if let Some(total) = total
            && position > total
        {
            return Err(self.wrong_length(total));
        }
        self.position = position;
        Ok(Some(Event::Bytes(bytes)))
    }

    fn wrong_length(&self, total: u64) -> Error {
        Error::new(
            ErrorKind::Transport,
            format!(
                "{} did not send the {total} bytes that it promised",
                self.host()
            ),
        )
        .with_reached(true)
    }

    fn is_complete(&self) -> bool {
        let total = self.facts.as_ref().and_then(|facts| facts.total);
        total == Some(self.position)
    }

    /// The part that is missing, if only that can be asked for.
    fn rest(&self) -> Option<Rest> {
        let facts = self.facts.as_ref()?;
        Some(Rest {
            from: self.position,
            total: facts.total,
            validator: facts.validator.clone()?,
        })
    }

    /// One attempt to have a body. `None` where there is nothing to tell: the rest follows, or the
    /// file is complete, or what is there turned out to be void.
    async fn open(&mut self) -> Result<Option<Event>, Error> {
        let downloader = &*self.downloader;
        let place = request::place(downloader, &self.patience).await?;
        self.attempts = self.attempts.saturating_add(1);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let rest = self.rest();
        let (source, patience) = (&self.source, &self.patience);
        let answer = request::ask(downloader, place, source, rest.as_ref(), patience).await?;
        self.span
            .record("http.response.status_code", answer.status().as_u16());
        let promise = answer
            .head()
            .promise(rest.as_ref(), self.options.max_bytes)
            .map_err(|error| error.with_retry_after(answer.retry_after(&downloader.api)))?;
        match promise {
            Promise::Rest { total } => {
                self.know(total);
                self.body = Some(Body::plain(answer));
                Ok(None)
            }
            Promise::Complete { total } => {
                self.know(total);
                Ok(None)
            }
            Promise::StartOver => {
                self.void(&answer.host)?;
                Ok(None)
            }
            Promise::Whole {
                total,
                declared,
                coding,
                validator,
            } => {
                let (body, media_type) =
                    Body::begin(answer, &declared, coding, &self.patience).await?;
                let facts = FileFacts {
                    declared_type: declared.other_than(&media_type),
                    media_type,
                    total,
                    validator,
                };
                if self.facts.is_some() {
                    self.void(&body.host)?;
                }
                self.body = Some(body);
                self.facts = Some(facts.clone());
                Ok(Some(Event::Begin(facts)))
            }
        }
    }

    /// What is there belongs to no file that can be had.
    fn void(&mut self, host: &str) -> Result<(), Error> {
        if self.starting_over == StartingOver::Refused {
            return Err(Error::new(
                ErrorKind::UnexpectedContent,
                format!("{host} has another file than the one that was begun"),
            )
            .with_reached(true));
        }
        self.position = 0;
        self.facts = None;
        Ok(())
    }

    fn know(&mut self, total: u64) {
        if let Some(facts) = &mut self.facts {
            facts.total = Some(total);
        }
    }

    /// Waits until the next attempt is due; the error where there is to be none.
    async fn wait_for_another_attempt(&mut self, error: Error) -> Result<(), Error> {
        let api = &self.downloader.api;
        let error = error
            .with_ids(std::slice::from_ref(&self.source.id))
            .with_attempts(self.attempts, self.patience.elapsed());
        if self.position.saturating_sub(self.furthest) >= WORTHWHILE {
            self.furthest = self.position;
            self.in_a_row = self.in_a_row.min(1);
        }
        let retry = self.options.retry.as_ref().unwrap_or(&api.retry);
        if self.may_not_be_there_yet(&error) && retry.allows_another(1) {
            return self.wait_for_the_file(error).await;
        }
        let cannot_go_on = self.starting_over == StartingOver::Refused
            && self.position > 0
            && self.rest().is_none();
        if cannot_go_on {
            return Err(error);
        }
        let rules = Rules {
            policy: retry,
            jitter: &api.jitter,
            budget: Some(&api.budget),
            // The throttle is the API's.
            throttle: None,
            deadline: Some(self.patience.deadline()),
            is_idempotent: true,
        };
        match rules.decide(&error, self.in_a_row) {
            Decision::Retry(delay) => {
                tokio::time::sleep(delay).await;
                Ok(())
            }
            Decision::GiveUp(_) => Err(error),
        }
    }
}

impl Transfer {
    /// Whether the host may have the file in a moment: the URL of a job is given out before it is
    /// filled, and a host that answers 403, 404 or 202 for a young job may only be behind.
    ///
    /// Source: two independent clients saw 403 right after a submit, for URLs that were filled later.
    fn may_not_be_there_yet(&self, error: &Error) -> bool {
        let is_absent = matches!(error.http_status(), Some(202 | 204 | 401 | 403 | 404 | 410))
            && matches!(
                error.kind(),
                ErrorKind::Expired | ErrorKind::UnexpectedContent
            );
        let now = self.downloader.api.clock.now();
        let is_young = self.source.created_at.is_some_and(|created| {
            now.duration_since(created)
                .map_or(true, |age| age < LONGEST_JOB)
        });
        is_absent && is_young && self.position == 0
    }

    /// Waits a moment for a file that is not there yet; the error once that took long enough.
    async fn wait_for_the_file(&mut self, error: Error) -> Result<(), Error> {
        let waited = self.patience.elapsed();
        let doubled = FIRST_LOOK_AGAIN.saturating_mul(1 << self.in_a_row.clamp(1, 4) >> 1);
        let delay = error.retry_after().unwrap_or(doubled).max(FIRST_LOOK_AGAIN);
        let in_time = Instant::now()
            .checked_add(delay)
            .is_some_and(|next| self.patience.deadline().allows(next));
        if !in_time || waited.saturating_add(delay) > FILE_GRACE {
            return Err(error.with_advice(
                "the job is young, and its file may come later: look it up and download it again in \
                 some minutes; do not submit it again",
            ));
        }
        tokio::time::sleep(delay).await;
        Ok(())
    }
}

/// However it ends, the span says how far it came.
impl Drop for Transfer {
    fn drop(&mut self) {
        self.span.record("file.bytes", self.position);
    }
}

impl Body {
    fn plain(answer: Answer) -> Self {
        Self {
            host: answer.host.clone(),
            bytes: BodyBytes::Plain(answer),
            read: VecDeque::new(),
        }
    }

    /// Reads as much as is needed to see what the file is.
    async fn begin(
        answer: Answer,
        declared: &Declared,
        coding: Coding,
        timeouts: &Patience,
    ) -> Result<(Self, MediaType), Error> {
        let status = answer.status();
        let mut body = Self::plain(answer);
        #[cfg_attr(not(feature = "_decode"), expect(unused_mut))]
        let mut beginning = body.beginning(timeouts).await?;
        #[cfg(feature = "_decode")]
        if let Coding::Decoded(algorithm) = coding
            && !MediaType::is_known_beginning(&beginning)
        {
            body = Self {
                host: body.host.clone(),
                bytes: BodyBytes::Decoded(decoder::decode(body, algorithm, *timeouts)),
                read: VecDeque::new(),
            };
            beginning = body.beginning(timeouts).await?;
        }
        let judged = match coding.obstacle() {
            // The header speaks of other bytes than these.
            Some(what) => Declared::Other(what).judge(&beginning),
            None => declared.judge(&beginning),
        };
        let media_type =
            judged.map_err(|what| head::unexpected(&body.host, what).with_http_status(status))?;
        Ok((body, media_type))
    }

    /// The first bytes, which stay in the body.
    async fn beginning(&mut self, timeouts: &Patience) -> Result<Vec<u8>, Error> {
        let mut read = VecDeque::new();
        let mut beginning = Vec::with_capacity(LOOKED_AT);
        while beginning.len() < LOOKED_AT {
            let Some(bytes) = self.next(timeouts).await? else {
                break;
            };
            let wanted = (LOOKED_AT - beginning.len()).min(bytes.len());
            beginning.extend_from_slice(&bytes[..wanted]);
            read.push_back(bytes);
        }
        self.read = read;
        Ok(beginning)
    }

    pub(super) async fn next(&mut self, timeouts: &Patience) -> Result<Option<Bytes>, Error> {
        if let Some(bytes) = self.read.pop_front() {
            return Ok(Some(bytes));
        }
        match &mut self.bytes {
            BodyBytes::Plain(answer) => answer.chunk(timeouts).await,
            #[cfg(feature = "_decode")]
            BodyBytes::Decoded(bytes) => bytes.next().await.transpose(),
        }
    }
}
