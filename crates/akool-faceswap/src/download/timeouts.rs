//! How long a download waits: for the next byte, and in total.
//!
//! A file of four gigabytes may take an hour, but a dead connection must not. So the time without a byte is
//! limited; a limit for the whole download is an option.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind},
    limits::{Timeout, deadline::Deadline},
};

/// The limits of one download.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    idle: Option<Duration>,
    deadline: Deadline,
}

impl Patience {
    pub(super) fn new(idle: Timeout, operation: Timeout) -> Self {
        Self {
            idle: idle.duration(),
            deadline: Deadline::after(operation),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.deadline.elapsed()
    }

    /// When the whole download must be complete.
    pub(super) fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// Waits for `work` as long as the whole download may last.
    pub(super) async fn for_all<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        self.deadline
            .within(work)
            .await
            .ok_or_else(|| self.deadline.exceeded("the download", None))
    }

    /// Waits for `work`, which ends with the next byte from `host`.
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
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::Instant;

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
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(begun.elapsed(), 4 * SECOND);
        assert!(!patience.deadline().allows(Instant::now()));
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
        assert!(patience.deadline().allows(Instant::now() + day));
    }
}
