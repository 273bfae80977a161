//! A file in transfer: requested, requested again after a break, and handed out byte by byte in order.
//!
//! After a break only the rest is requested, if the host gave a validator that identifies the file. Otherwise,
//! or if the file has changed, it starts over: the receiver of the bytes gets [`Event::Begin`] again, or an
//! error if it cannot start over.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use crate::download::{
    Options, absent_file,
    body::Body,
    downloader::Downloader,
    head::{self, Promise, Rest},
    media::MediaType,
    request,
    source::Source,
    timeouts::Patience,
    validator::Validator,
};
use crate::{
    error::{Error, ErrorKind},
    metrics::DownloadMetrics,
    retry::decision::{Decision, Rules},
};

/// How much further than any attempt before it an attempt must get so that it does not count as failed. A long
/// file over a bad line is worth more attempts than a short one, but each must make progress.
const WORTHWHILE: u64 = 1024 * 1024;

/// What is known about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileFacts {
    pub(super) media_type: MediaType,
    /// The whole length, if the host stated it.
    pub(super) total: Option<u64>,
    pub(super) validator: Option<Validator>,
    /// What the header called the file, if its bytes are something else.
    #[serde(default)]
    pub(super) declared_type: Option<String>,
}

/// What the receiver of a file gets.
#[derive(Debug)]
pub(super) enum Event {
    /// The first byte is next; bytes received before are no longer valid.
    Begin(FileFacts),
    Bytes(Bytes),
}

/// Whether a file may start over after some of it was handed out.
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
    /// All requests, and those since the last worthwhile one.
    attempts: u32,
    in_a_row: u32,
    /// How many bytes have been received.
    position: u64,
    /// The position at which an attempt last counted as worthwhile.
    furthest: u64,
    /// Set once the first bytes of the file have arrived.
    facts: Option<FileFacts>,
    body: Option<Body>,
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

    /// Resumes after the first `position` bytes of a file.
    pub(super) fn resume(&mut self, position: u64, facts: FileFacts) {
        self.position = position;
        self.furthest = position;
        self.facts = Some(facts);
    }

    /// The span of the whole download.
    pub(super) fn span(&self) -> tracing::Span {
        self.span.clone()
    }

    /// The host of the first request.
    fn host(&self) -> String {
        request::host(&self.source.url)
    }

    /// The events as a stream. Dropping a future that waits for the next event loses nothing.
    pub(super) fn events(self) -> impl Stream<Item = Result<Event, Error>> + Send {
        stream::try_unfold(self, |mut transfer| async move {
            let event = transfer.next().await?;
            Ok(event.map(|event| (event, transfer)))
        })
    }

    /// The next event; `None` once the file is complete.
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

    /// Counts received bytes; `None` at the end.
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

    /// The missing part, if it can be requested alone.
    fn rest(&self) -> Option<Rest> {
        let facts = self.facts.as_ref()?;
        Some(Rest {
            from: self.position,
            total: facts.total,
            validator: facts.validator.clone()?,
        })
    }

    /// One attempt to get a body. `None` if there is no event: the rest follows, the file is complete, or the
    /// bytes received so far had to be dropped.
    async fn open(&mut self) -> Result<Option<Event>, Error> {
        let downloader = &*self.downloader;
        let permit = request::permit(downloader, &self.patience).await?;
        self.attempts = self.attempts.saturating_add(1);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let rest = self.rest();
        let (source, patience) = (&self.source, &self.patience);
        let answer = request::ask(downloader, permit, source, rest.as_ref(), patience).await?;
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
                self.start_over(&answer.host)?;
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
                    self.start_over(&body.host)?;
                }
                self.body = Some(body);
                self.facts = Some(facts.clone());
                Ok(Some(Event::Begin(facts)))
            }
        }
    }

    /// Drops the bytes received so far: the host no longer has their file.
    fn start_over(&mut self, host: &str) -> Result<(), Error> {
        if self.starting_over == StartingOver::Refused {
            return Err(Error::new(
                ErrorKind::UnexpectedContent,
                format!("the file at {host} changed during the download"),
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

    fn may_not_be_there_yet(&self, error: &Error) -> bool {
        let clock = &self.downloader.api.clock;
        let now = clock.server_now().unwrap_or_else(|| clock.now());
        self.position == 0 && absent_file::may_come(error, self.source.created_at, now)
    }

    /// Waits until the next attempt is due; returns the error if no attempt follows.
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
            let Some(delay) = absent_file::next_look(&error, self.in_a_row, &self.patience) else {
                return Err(error.with_advice(absent_file::ADVICE));
            };
            tokio::time::sleep(delay).await;
            return Ok(());
        }
        let cannot_resume = self.starting_over == StartingOver::Refused
            && self.position > 0
            && self.rest().is_none();
        if cannot_resume {
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

/// However the transfer ends, the span records how many bytes arrived.
impl Drop for Transfer {
    fn drop(&mut self) {
        self.span.record("file.bytes", self.position);
    }
}
