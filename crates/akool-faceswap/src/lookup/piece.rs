//! One request of a lookup, repeated as long as that may help.

use std::time::Duration;

use akool_faceswap_raw::types::ListResultsByIdsIds;
use tokio::{
    sync::SemaphorePermit,
    time::{Instant, timeout_at},
};

use super::Operation;
use crate::{
    BusinessCode, Error, ErrorKind, RequestMetrics, ResultId,
    answer::{self, Rows},
    credentials::Generation,
    id,
    transport::Attempt,
};

impl Operation<'_> {
    /// Looks up `ids` in one request, repeated where a fault may pass.
    pub(super) async fn piece(&self, ids: &[ResultId]) -> Result<Rows, Error> {
        // The pattern of the vendored document refuses less than ResultId does.
        let joined: ListResultsByIdsIds = id::join(ids).parse().map_err(|_| {
            Error::new(
                ErrorKind::InvalidInput,
                "an id does not fit the API's pattern",
            )
            .with_ids(ids)
        })?;
        let shared = self.shared;
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
            if let Some(metrics) = &shared.metrics {
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
                && shared.credentials.refused(generation)
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

    /// Waits for one of the client's places and for its brake; `None` if time runs out first.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let shared = self.shared;
        let turn = async {
            // The place is held while the brake is: nobody could use it.
            let place = shared.places.acquire().await.ok()?;
            let next = shared.brake.held_until().unwrap_or_else(Instant::now);
            if self.deadline.is_some_and(|deadline| next >= deadline) {
                return None;
            }
            shared.brake.wait().await;
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
        let shared = self.shared;
        let left = self.deadline.map(|deadline| deadline - Instant::now());
        let limit = self.attempt_timeout.duration();
        let limit = [limit, left].into_iter().flatten().min();
        let attempt = Attempt::new(shared.clone(), limit, resends);
        let typed = attempt.client().list_results_by_ids(ids).await;
        // What the generated client makes of anything but a documented answer is of no use: its
        // error has lost the status or the body, and would print the latter.
        let typed = typed
            .ok()
            .map(akool_faceswap_raw::ResponseValue::into_inner);
        let report = attempt.into_report();
        let generation = report.generation;
        let outcome = answer::rows(shared, typed, report);
        match &outcome {
            Ok(_) => {
                shared.brake.release();
                shared.budget.refund();
            }
            Err(error) if error.is_rate_limit() => {
                let asked = error.retry_after().map(|delay| self.retry.capped(delay));
                shared.brake.engage(asked, &shared.randomness);
            }
            Err(_) => {}
        }
        (outcome, generation)
    }

    /// How long to wait before another attempt, or `None` if there is to be none.
    fn delay_before_another(&self, attempts: u32, error: &Error) -> Option<Duration> {
        let shared = self.shared;
        if !error.is_retryable() || !self.retry.allows_another(attempts) {
            return None;
        }
        // A rate limit holds the whole client back; no delay of one's own comes on top.
        let delay = if error.is_rate_limit() {
            Duration::ZERO
        } else {
            self.retry
                .delay(attempts, error.retry_after(), &shared.randomness)
        };
        // A delay that no clock can express does not end.
        let next = Instant::now().checked_add(delay)?;
        let next = shared
            .brake
            .held_until()
            .map_or(next, |until| until.max(next));
        let in_time = self.deadline.is_none_or(|deadline| next < deadline);
        (in_time && shared.budget.withdraw(error.is_timeout())).then_some(delay)
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
