//! One request of a lookup, repeated as long as that may help.

use std::time::Duration;

use akool_faceswap_raw::types::ListResultsByIdsIds;
use tokio::{
    sync::SemaphorePermit,
    time::{Instant, timeout_at},
};

use crate::lookup::Operation;
use crate::{
    auth::Generation,
    error::{Error, ErrorKind},
    metrics::RequestMetrics,
    model::{BusinessCode, ResultId, query},
    transport::{
        envelope::{self, Rows},
        exchange::Attempt,
    },
};

impl Operation<'_> {
    /// Looks up `ids` in one request, repeated where a fault may pass.
    pub(super) async fn piece(&self, ids: &[ResultId]) -> Result<Rows, Error> {
        // The pattern of the vendored document refuses less than ResultId does.
        let joined: ListResultsByIdsIds = query::join(ids).parse().map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                "an id does not fit the API's pattern",
            )
            .with_ids(ids)
        })?;
        let api = self.api;
        let begun = Instant::now();
        let mut attempts = 0;
        let mut last: Option<Error> = None;
        let mut token_was_renewed = false;
        loop {
            let Some(turn) = self.turn().await else {
                let error = self.out_of_time(last);
                return Err(error.with_ids(ids).with_attempts(attempts, begun.elapsed()));
            };
            let sent = Instant::now();
            let (outcome, generation) = self.attempt(&joined, attempts).await;
            drop(turn);
            if let Some(metrics) = &api.metrics {
                metrics.request(&RequestMetrics::of(
                    ids.len(),
                    &outcome,
                    attempts,
                    sent.elapsed(),
                ));
            }
            attempts += 1;
            let error = match outcome {
                Ok(rows) => return Ok(rows),
                Err(error) => error.with_ids(ids).with_attempts(attempts, begun.elapsed()),
            };
            if is_refused_token(&error)
                && api.credentials.refused(generation)
                && !std::mem::replace(&mut token_was_renewed, true)
            {
                last = Some(error);
                continue;
            }
            let Some(delay) = self.delay_before_another(attempts, &error) else {
                return Err(error);
            };
            tokio::time::sleep(delay).await;
            last = Some(error);
        }
    }

    /// Waits for one of the client's places and for its throttle; `None` if time runs out first.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let api = self.api;
        let turn = async {
            // The place is held while the throttle is: nobody could use it.
            let place = api.places.acquire().await.ok()?;
            let next = api.throttle.held_until().unwrap_or_else(Instant::now);
            if self.deadline.is_some_and(|deadline| next >= deadline) {
                return None;
            }
            api.throttle.wait().await;
            Some(place)
        };
        match self.deadline {
            None => turn.await,
            Some(deadline) => timeout_at(deadline, turn).await.ok().flatten(),
        }
    }

    /// Sends the request once; also says which token of a provider it carried.
    async fn attempt(
        &self,
        ids: &ListResultsByIdsIds,
        resends: u32,
    ) -> (Result<Rows, Error>, Option<Generation>) {
        let api = self.api;
        let left = self.deadline.map(|deadline| deadline - Instant::now());
        let limit = self.attempt_timeout.duration();
        let limit = [limit, left].into_iter().flatten().min();
        let attempt = Attempt::new(api.clone(), limit, resends);
        let typed = attempt.client().list_results_by_ids(ids).await;
        // What the generated client makes of anything but a documented answer is of no use: its
        // error has lost the status or the body, and would print the latter.
        let typed = typed
            .ok()
            .map(akool_faceswap_raw::ResponseValue::into_inner);
        let report = attempt.into_report();
        let generation = report.generation;
        let outcome = envelope::rows(api, typed, report);
        match &outcome {
            Ok(_) => {
                api.throttle.release();
                api.budget.refund();
            }
            Err(error) if error.is_rate_limit() => {
                let asked = error.retry_after().map(|delay| self.retry.capped(delay));
                api.throttle.engage(asked, &api.jitter);
            }
            Err(_) => {}
        }
        (outcome, generation)
    }

    /// How long to wait before another attempt, or `None` if there is to be none.
    fn delay_before_another(&self, attempts: u32, error: &Error) -> Option<Duration> {
        let api = self.api;
        if !error.is_retryable() || !self.retry.allows_another(attempts) {
            return None;
        }
        // A rate limit holds the whole client back; no delay of one's own comes on top.
        let delay = if error.is_rate_limit() {
            Duration::ZERO
        } else {
            self.retry.delay(attempts, error.retry_after(), &api.jitter)
        };
        // A delay that no clock can express does not end.
        let next = Instant::now().checked_add(delay)?;
        let next = api
            .throttle
            .held_until()
            .map_or(next, |until| until.max(next));
        let in_time = self.deadline.is_none_or(|deadline| next < deadline);
        (in_time && api.budget.withdraw(error.is_timeout())).then_some(delay)
    }

    fn out_of_time(&self, last: Option<Error>) -> Error {
        let limit = self
            .deadline
            .map_or(Duration::ZERO, |deadline| deadline - self.begun);
        let error = Error::new(
            ErrorKind::Timeout,
            format!("the lookup did not end within {:.1} s", limit.as_secs_f64()),
        );
        match last {
            None => error,
            Some(last) => error
                .with_reached(last.may_have_reached_server())
                .with_source(last),
        }
    }
}

/// 1101: the token is invalid or expired.
fn is_refused_token(error: &Error) -> bool {
    error.business_code() == Some(BusinessCode::TokenInvalid)
}
