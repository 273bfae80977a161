//! How long a download waits: for the next byte, and in all.
//!
//! A file of four gigabytes may take an hour, and a dead connection must not: so what is limited is
//! the time without a byte. A limit for the whole is an option.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::{
    error::{Error, ErrorKind},
    limits::Timeout,
};

/// The limits of one download.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    idle: Option<Duration>,
    begun: Instant,
    deadline: Option<Instant>,
}

impl Patience {
    pub(super) fn new(idle: Timeout, operation: Timeout) -> Self {
        let begun = Instant::now();
        Self {
            idle: idle.duration(),
            begun,
            deadline: operation
                .duration()
                .and_then(|limit| begun.checked_add(limit)),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether there is time left at `moment`.
    pub(super) fn lasts_until(&self, moment: Instant) -> bool {
        self.deadline.is_none_or(|deadline| moment < deadline)
    }

    /// Waits for `work` as long as the whole download may last.
    pub(super) async fn for_all<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        match self.deadline {
            None => Ok(work.await),
            Some(deadline) => timeout_at(deadline, work)
                .await
                .map_err(|_| self.out_of_time()),
        }
    }

    /// Waits for `work`, which is over with the next byte of `host`.
    pub(super) async fn for_byte<T>(
        &self,
        host: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let Some(limit) = self.idle else {
            return self.for_all(work).await;
        };
        let idle = tokio::time::timeout(limit, work);
        self.for_all(idle).await?.map_err(|_| {
            Error::new(
                ErrorKind::Timeout,
                format!("{host} sent nothing for {:.1} s", limit.as_secs_f64()),
            )
            .with_reached(true)
        })
    }

    fn out_of_time(&self) -> Error {
        let limit = self
            .deadline
            .map_or(Duration::ZERO, |deadline| deadline - self.begun);
        Error::new(
            ErrorKind::Timeout,
            format!(
                "the download did not end within {:.1} s",
                limit.as_secs_f64()
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_shorter_limit_counts() {
        let begun = Instant::now();
        let patience = Patience::new(SECOND.into(), (3 * SECOND).into());
        let error = patience.for_byte("h", pending::<()>()).await.unwrap_err();
        assert!(
            error.message().contains("h sent nothing for 1.0 s"),
            "{error}"
        );
        assert_eq!(begun.elapsed(), SECOND);

        let patience = Patience::new((9 * SECOND).into(), (3 * SECOND).into());
        let error = patience.for_byte("h", pending::<()>()).await.unwrap_err();
        assert!(error.message().contains("within 3.0 s"), "{error}");
        assert!(error.is_timeout());
        assert_eq!(begun.elapsed(), 4 * SECOND);
        assert!(!patience.lasts_until(Instant::now()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_it_waits_for_as_long_as_it_takes() {
        let patience = Patience::new(Timeout::Disabled, Timeout::Disabled);
        let day = 86_400 * SECOND;
        patience
            .for_byte("h", tokio::time::sleep(day))
            .await
            .unwrap();
        assert_eq!(patience.elapsed(), day);
        assert!(patience.lasts_until(Instant::now() + day));
    }
}
