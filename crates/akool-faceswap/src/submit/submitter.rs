//! Sends submits; all clones of a client share it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    api::{Api, options::CallOptions},
    error::{Error, ErrorKind},
    limits::Timeout,
    model::ResultId,
    wait::{Poller, Wait},
};
#[cfg(feature = "download")]
use crate::{download::Downloader, model::Job};

use super::{
    accepted::Accepted,
    error::SubmitError,
    job::SubmittedJob,
    operation::{Answer, Submit},
    pending::PendingSubmit,
    submits::{Outcome, Submission, Submits},
    token::SubmitToken,
};

/// The least time for one attempt: an attempt that is cut off leaves an unknown outcome.
const LEAST_TIME: Duration = Duration::from_secs(120);

/// The part of a client that submits.
pub(crate) struct Submitter {
    pub(super) api: Arc<Api>,
    poller: Arc<Poller>,
    #[cfg(feature = "download")]
    downloader: Arc<Downloader>,
    submits: Arc<Submits>,
}

impl Submitter {
    pub(crate) fn new(
        api: Arc<Api>,
        poller: Arc<Poller>,
        #[cfg(feature = "download")] downloader: Arc<Downloader>,
    ) -> Self {
        Self {
            api,
            poller,
            #[cfg(feature = "download")]
            downloader,
            submits: Arc::default(),
        }
    }

    /// Begins a submit at once, in a task of its own; the future is its outcome.
    pub(crate) fn start(
        self: &Arc<Self>,
        pending: PendingSubmit,
    ) -> impl Future<Output = Result<SubmittedJob, SubmitError>> + Send + use<> {
        let submitter = self.clone();
        let begun = self.begin(pending);
        async move {
            let accepted = begun?.await?;
            Ok(SubmittedJob::new(submitter, accepted))
        }
    }

    /// The outcomes of all submits whose futures were dropped.
    pub(crate) fn unclaimed(
        self: &Arc<Self>,
    ) -> impl Future<Output = Vec<Result<SubmittedJob, SubmitError>>> + Send + use<> {
        let submitter = self.clone();
        let claims = self.submits.claim_all();
        async move {
            let outcomes = claims.all().await.into_iter();
            let job = |accepted| SubmittedJob::new(submitter.clone(), accepted);
            outcomes.map(|outcome| outcome.map(job)).collect()
        }
    }

    /// A wait for a job.
    pub(super) fn wait(&self, id: &ResultId) -> Wait {
        Wait::for_id(self.poller.clone(), id.clone())
    }

    /// The download of a job's result.
    #[cfg(feature = "download")]
    pub(super) fn download(&self, job: &Job) -> crate::download::Download {
        crate::download::Download::new(self.downloader.clone(), job)
    }

    fn begin(&self, pending: PendingSubmit) -> Result<Submission, SubmitError> {
        let api = &self.api;
        let now = api.clock.now();
        let token = pending.token.clone();
        if pending.is_stored && !pending.may_buy_twice {
            return Err(SubmitError::stored(token, pending.prepared_at(), now));
        }
        let died =
            "the task that sent it died: its runtime was shut down, or something in it panicked";
        let died = Error::new(ErrorKind::Transport, died).with_reached(true);
        let lost = SubmitError::of(died, token, (now, now), api.channel.host());
        let (content, may_buy_twice) = (pending.content(), pending.may_buy_twice);
        let submit = Submit::new(pending.endpoint, pending.body)
            .map_err(|error| SubmitError::not_sent(error, Some(pending.token.clone())))?;
        let send = send(api.clone(), submit, pending.token, now);
        self.submits.begin(content, may_buy_twice, lost, send)
    }
}

async fn send(api: Arc<Api>, submit: Submit, token: SubmitToken, begun: SystemTime) -> Outcome {
    let options = CallOptions {
        attempt_timeout: Some(at_least(api.limits.attempt_timeout)),
        operation_timeout: Some(at_least(api.limits.operation_timeout)),
        ..CallOptions::default()
    };
    let outcome = api.call(&submit, &options).await;
    let window = (begun, api.clock.now());
    let host = api.channel.host();
    match outcome {
        Ok(Answer::Accepted { id, job_id }) => Ok(Accepted { id, job_id, token }),
        Ok(Answer::WithoutId { job_id, body }) => Err(SubmitError::accepted_without_id(
            token,
            window,
            host,
            job_id.as_deref(),
            body,
        )),
        Err(error) => Err(SubmitError::of(error, token, window, host)),
    }
}

/// A time limit of the client, but no less than [`LEAST_TIME`].
fn at_least(limit: Timeout) -> Timeout {
    match limit {
        Timeout::After(limit) => limit.max(LEAST_TIME).into(),
        Timeout::Disabled => Timeout::Disabled,
    }
}

impl fmt::Debug for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitter").finish_non_exhaustive()
    }
}
