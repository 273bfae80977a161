//! The deadline of a piece of work, and the error if the work misses it.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::{
    error::{Error, ErrorKind},
    limits::Timeout,
};

/// The end of a time limit that began at a known instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    begun: Instant,
    /// `None` if there is no limit.
    at: Option<Instant>,
}

impl Deadline {
    /// The deadline of a limit that begins now.
    pub(crate) fn after(limit: Timeout) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            at: limit.duration().and_then(|limit| begun.checked_add(limit)),
        }
    }

    /// The deadline of a part of the work that begins now: after `limit`, and no later than the whole.
    pub(crate) fn part(&self, limit: Timeout) -> Self {
        let part = Self::after(limit);
        Self {
            at: [part.at, self.at].into_iter().flatten().min(),
            ..part
        }
    }

    /// The time since the work began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The time from the beginning to the end; zero if there is no limit.
    pub(crate) fn limit(&self) -> Duration {
        self.at.map_or(Duration::ZERO, |at| at - self.begun)
    }

    /// Whether there is time left at `instant`.
    pub(crate) fn allows(&self, instant: Instant) -> bool {
        self.at.is_none_or(|at| instant < at)
    }

    /// The output of `work`, or `None` if the deadline passes first; then `work` is dropped.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.at {
            None => Some(work.await),
            Some(at) => timeout_at(at, work).await.ok(),
        }
    }

    /// The error for work that misses the deadline; `last` is what failed before.
    pub(crate) fn exceeded(&self, what: &str, last: Option<Error>) -> Error {
        let limit = self.limit().as_secs_f64();
        let error = Error::new(
            ErrorKind::Timeout,
            format!("{what} did not end within {limit:.1} s"),
        );
        match last {
            None => error,
            Some(last) => error
                .with_reached(last.may_have_reached_server())
                .with_source(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_part_ends_with_its_own_limit_or_with_the_whole() {
        let whole = Deadline::after((3 * SECOND).into());
        assert_eq!(whole.part(SECOND.into()).limit(), SECOND);
        assert_eq!(whole.part(Timeout::Disabled).limit(), 3 * SECOND);
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(whole.part((2 * SECOND).into()).limit(), SECOND);
        assert_eq!(whole.elapsed(), 2 * SECOND);
        assert!(whole.allows(Instant::now()));
        assert!(!whole.allows(Instant::now() + SECOND));
        let endless = Deadline::after(Timeout::Disabled);
        assert!(endless.allows(Instant::now() + 1000 * SECOND));
        assert_eq!(endless.part(SECOND.into()).limit(), SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_dropped_at_the_deadline() {
        let deadline = Deadline::after(SECOND.into());
        assert_eq!(deadline.within(std::future::ready(7)).await, Some(7));
        assert_eq!(deadline.within(std::future::pending::<()>()).await, None);
        assert_eq!(deadline.elapsed(), SECOND);
        let error = deadline.exceeded("the lookup", None);
        assert_eq!(error.message(), "the lookup did not end within 1.0 s");
        assert!(error.kind() == ErrorKind::Timeout && !error.may_have_reached_server());
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_keeps_what_failed_before() {
        let last = Error::new(ErrorKind::Http, "503").with_reached(true);
        let error = Deadline::after(SECOND.into()).exceeded("the lookup", Some(last));
        assert!(error.may_have_reached_server());
        assert_eq!(
            std::error::Error::source(&error).unwrap().to_string()[..3],
            *"503"
        );
    }
}
