//! The one way to call an operation.
//!
//! A call waits for a permit and for the client's throttle, asks for credentials, sends the request, and
//! retries it as [`Rules`] decide. Metrics and events are written here, for every operation alike.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::{sync::SemaphorePermit, time::Instant};

use crate::{
    api::{Api, options::CallOptions},
    auth::Generation,
    error::Error,
    limits::{Timeout, deadline::Deadline},
    metrics::RequestMetrics,
    model::BusinessCode,
    retry::{
        RetryPolicy,
        decision::{Decision, Rules},
    },
    transport::{
        exchange::Attempt,
        operation::{Operation, Pool},
    },
};

/// A call that has begun: its requests share one deadline.
pub(crate) struct Call<'a> {
    api: &'a Api,
    retry: &'a RetryPolicy,
    attempt_timeout: Timeout,
    deadline: Deadline,
    sent: Option<&'a AtomicU64>,
}

impl Api {
    /// Calls an operation.
    ///
    /// # Errors
    ///
    /// The last attempt's error, or a timeout. [`Error::may_have_reached_server`] holds for all
    /// attempts of an operation that is not idempotent, since only an unsent one is repeated.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the request; the server may have received it.
    pub(crate) async fn call<O: Operation>(
        &self,
        operation: &O,
        options: &CallOptions,
    ) -> Result<O::Output, Error> {
        self.begin(options).send(operation).await
    }

    /// Begins a call of several requests.
    pub(crate) fn begin<'a>(&'a self, options: &'a CallOptions) -> Call<'a> {
        let limits = &self.limits;
        let limit = options
            .operation_timeout
            .unwrap_or(limits.operation_timeout);
        Call {
            api: self,
            retry: options.retry.as_ref().unwrap_or(&self.retry),
            attempt_timeout: options.attempt_timeout.unwrap_or(limits.attempt_timeout),
            deadline: Deadline::after(limit),
            sent: options.sent.as_deref(),
        }
    }
}

impl Call<'_> {
    /// Sends one request, and retries it if that may help.
    pub(crate) async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        let begun = Instant::now();
        let mut attempts = 0;
        let mut last: Option<Error> = None;
        let mut token_was_renewed = false;
        loop {
            let Some(permit) = self.acquire(O::POOL).await else {
                let mut error = self.deadline.exceeded(O::NOUN, last);
                if !O::IDEMPOTENT {
                    // It was about to be retried, so nothing has been done so far.
                    error = error.with_reached(false);
                }
                return Err(error.with_attempts(attempts, begun.elapsed()));
            };
            let sent = Instant::now();
            let (outcome, generation) = self.attempt(operation, attempts).await;
            let permits = &self.api.permits;
            permits.release(O::POOL, permit, outcome.as_ref().err(), sent);
            if let Some(metrics) = &self.api.metrics {
                let error = outcome.as_ref().err();
                metrics.request(&RequestMetrics {
                    operation: O::NAME,
                    host: self.api.channel.host().clone(),
                    items: operation.items(),
                    returned: outcome.as_ref().map_or(0, O::returned),
                    resend_count: attempts,
                    duration: sent.elapsed(),
                    http_status: error.and_then(Error::http_status),
                    business_code: error.and_then(Error::business_code),
                    error: error.map(Error::kind),
                });
            }
            attempts += 1;
            let error = match outcome {
                Ok(output) => return Ok(output),
                Err(error) => error.with_attempts(attempts, begun.elapsed()),
            };
            // The vendor refuses such a request before it does anything, so it is safe to retry.
            if is_refused_token(&error)
                && self.api.credentials.refused(generation)
                && !std::mem::replace(&mut token_was_renewed, true)
            {
                tracing::debug!(
                    operation = O::NAME,
                    "the token was refused; fetching another"
                );
                last = Some(error);
                continue;
            }
            self.wait_for_another_attempt(O::NAME, O::IDEMPOTENT, attempts, &error)
                .await
                .map_err(|GaveUp| error.clone())?;
            last = Some(error);
        }
    }

    /// Waits for a permit and for the client's throttle; `None` if time runs out first.
    async fn acquire(&self, pool: Pool) -> Option<SemaphorePermit<'_>> {
        let api = self.api;
        let acquire = async {
            // The permit is held while the throttle holds: no other request could use it.
            let permit = api.permits.acquire(pool).await?;
            let throttle = &api.throttle;
            let next = throttle.held_until().unwrap_or_else(Instant::now);
            if !self.deadline.allows(next) {
                return None;
            }
            match pool {
                Pool::Lookups => throttle.wait_for_lookup().await,
                Pool::Others => throttle.wait().await,
            }
            Some(permit)
        };
        self.deadline.within(acquire).await.flatten()
    }

    /// Sends the request once; also returns the generation of the token that it carried.
    async fn attempt<O: Operation>(
        &self,
        operation: &O,
        resend_count: u32,
    ) -> (Result<O::Output, Error>, Option<Generation>) {
        let api = self.api;
        let attempt = Attempt {
            resend_count,
            deadline: self.deadline.part(self.attempt_timeout),
        };
        let authorization = api
            .credentials
            .authorization(&api.channel, &attempt.deadline)
            .await;
        let (authorization, generation) = match authorization {
            Ok(authorization) => authorization,
            Err(error) => return (Err(error), None),
        };
        if let Some(sent) = self.sent {
            sent.fetch_add(1, Ordering::Relaxed);
        }
        let outcome = api.channel.perform(operation, authorization, attempt).await;
        self.note(O::NAME, outcome.as_ref().err());
        (outcome, generation)
    }

    /// Lets the throttle and the budget know how an attempt ended.
    fn note(&self, operation: &'static str, error: Option<&Error>) {
        let api = self.api;
        match error {
            None => {
                api.throttle.release();
                api.budget.refund();
            }
            Some(error) if error.is_rate_limit() => {
                let asked = error.retry_after().map(|delay| self.retry.capped(delay));
                api.throttle.engage(asked, &api.jitter);
                tracing::warn!(operation, "rate limited; the client is throttled");
            }
            Some(_) => {}
        }
    }

    /// Waits until the next attempt is due, if there is one.
    async fn wait_for_another_attempt(
        &self,
        operation: &'static str,
        is_idempotent: bool,
        attempts: u32,
        error: &Error,
    ) -> Result<(), GaveUp> {
        let api = self.api;
        let rules = Rules {
            policy: self.retry,
            jitter: &api.jitter,
            budget: Some(&api.budget),
            throttle: Some(&api.throttle),
            deadline: Some(&self.deadline),
            is_idempotent,
        };
        let kind = error.kind().as_str();
        match rules.decide(error, attempts) {
            Decision::Retry(delay) => {
                tracing::debug!(operation, attempts, error.type = kind, ?delay, "retrying");
                tokio::time::sleep(delay).await;
                Ok(())
            }
            Decision::GiveUp(why) => {
                let why = why.as_str();
                tracing::warn!(operation, attempts, error.type = kind, why, "gave up");
                Err(GaveUp)
            }
        }
    }
}

/// There is no other attempt.
struct GaveUp;

/// 1101: the token is invalid or expired.
fn is_refused_token(error: &Error) -> bool {
    error.business_code() == Some(BusinessCode::TOKEN_INVALID)
}
