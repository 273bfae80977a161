//! How many requests may be in flight at once: a pool for each class of requests. The pool for lookups adapts
//! to the server.
//!
//! A lookup of 100,000 ids is a thousand requests. They queue for their own pool, so that a submit
//! in the middle of them does not wait.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use crate::{
    error::{Error, ErrorKind},
    retry::concurrency::Concurrency,
    transport::operation::Pool,
};

/// The permits of one client; first come, first served in each pool.
#[derive(Debug)]
pub(crate) struct Permits {
    lookups: Semaphore,
    others: Semaphore,
    others_limit: usize,
    adaptive: Mutex<Adaptive>,
}

#[derive(Debug)]
struct Adaptive {
    concurrency: Concurrency,
    /// The number of permits for lookups.
    permits: usize,
}

impl Permits {
    /// At most this many permits in each pool.
    pub(crate) fn new(lookups: usize, others: usize) -> Self {
        let [lookups, others] = [lookups, others].map(|most| most.min(Semaphore::MAX_PERMITS));
        let concurrency = Concurrency::new(lookups);
        let lookups = concurrency.limit();
        Self {
            lookups: Semaphore::new(lookups),
            others: Semaphore::new(others),
            others_limit: others,
            adaptive: Mutex::new(Adaptive {
                concurrency,
                permits: lookups,
            }),
        }
    }

    /// Waits for a permit. Cancel-safe: a dropped future loses only its place in the queue.
    pub(crate) async fn acquire(&self, pool: Pool) -> Option<SemaphorePermit<'_>> {
        // Nothing closes the semaphores.
        self.pool(pool).acquire().await.ok()
    }

    /// How many permits of a pool are held.
    pub(crate) fn in_use(&self, pool: Pool) -> usize {
        let permits = match pool {
            Pool::Lookups => self.lock().permits,
            Pool::Others => self.others_limit,
        };
        permits.saturating_sub(self.pool(pool).available_permits())
    }

    /// How many lookups may be in flight now.
    pub(crate) fn lookups(&self) -> usize {
        self.lock().concurrency.limit()
    }

    /// How long a lookup that is retried anyway may take; `None` before the first answer.
    pub(crate) fn lookup_timeout(&self) -> Option<Duration> {
        self.lock().concurrency.timeout()
    }

    /// Adapts to how a lookup that was sent at `sent` ended, and returns its permit.
    pub(crate) fn release(
        &self,
        pool: Pool,
        permit: SemaphorePermit<'_>,
        error: Option<&Error>,
        sent: Instant,
    ) {
        if !matches!(pool, Pool::Lookups) {
            return;
        }
        let now = Instant::now();
        let mut adaptive = self.lock();
        let is_saturated = self.lookups.available_permits() == 0;
        let Adaptive {
            concurrency,
            permits,
        } = &mut *adaptive;
        match error {
            None => concurrency.succeeded(now - sent, is_saturated, now),
            Some(error) if error.is_rate_limit() => concurrency.refused(now),
            Some(error) if error.http_status() == Some(503) => concurrency.unavailable(now),
            Some(error) if error.kind() == ErrorKind::Timeout => concurrency.timed_out(),
            Some(_) => {}
        }
        let limit = concurrency.limit();
        if limit > *permits {
            self.lookups.add_permits(limit - *permits);
            *permits = limit;
        } else if limit < *permits {
            // Permits that are in use are removed as their requests end.
            permit.forget();
            *permits -= 1;
            *permits -= self.lookups.forget_permits(*permits - limit);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Adaptive> {
        self.adaptive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pool(&self, pool: Pool) -> &Semaphore {
        match pool {
            Pool::Lookups => &self.lookups,
            Pool::Others => &self.others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_pool_has_as_many_permits_as_were_set() {
        let permits = Permits::new(64, 16);
        let mut held = Vec::new();
        for n in 1..=16 {
            held.push(permits.acquire(Pool::Others).await);
            assert_eq!(permits.in_use(Pool::Others), n);
        }
        let more =
            tokio::time::timeout(Duration::from_secs(1), permits.acquire(Pool::Others)).await;
        assert!(more.is_err(), "a 17th request is in flight");
        assert_eq!(permits.in_use(Pool::Lookups), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_outcome_of_a_lookup_moves_the_limit_and_the_timeout() {
        let permits = Permits::new(64, 16);
        let end = async |pool, error: Option<Error>| {
            let permit = permits.acquire(pool).await.unwrap();
            let sent = Instant::now();
            tokio::time::advance(Duration::from_secs(1)).await;
            permits.release(pool, permit, error.as_ref(), sent);
            (
                permits.lookups(),
                permits.lookup_timeout().map(|time| time.as_secs()),
            )
        };
        let http = |status| {
            let status = http::StatusCode::from_u16(status).unwrap();
            Error::new(ErrorKind::Http, "").with_http_status(status)
        };
        let failed = |kind| Error::new(kind, "");
        assert_eq!(end(Pool::Others, None).await, (4, None));
        assert_eq!(end(Pool::Lookups, None).await, (4, Some(8)));
        assert_eq!(
            end(Pool::Lookups, Some(failed(ErrorKind::Transport))).await,
            (4, Some(8))
        );
        assert_eq!(end(Pool::Lookups, Some(http(503))).await, (4, Some(8)));
        assert_eq!(
            end(Pool::Lookups, Some(failed(ErrorKind::Timeout))).await,
            (4, Some(16))
        );
        assert_eq!(end(Pool::Others, Some(http(429))).await, (4, Some(16)));
        assert_eq!(end(Pool::Lookups, Some(http(429))).await, (2, Some(16)));
        assert_eq!(permits.in_use(Pool::Lookups), 0);
        // All permits are in use: an answer adds one more.
        let (one, other) = (
            permits.acquire(Pool::Lookups).await,
            permits.acquire(Pool::Lookups).await,
        );
        let sent = Instant::now();
        tokio::time::advance(Duration::from_secs(1)).await;
        permits.release(Pool::Lookups, one.unwrap(), None, sent);
        assert_eq!((permits.lookups(), permits.in_use(Pool::Lookups)), (3, 1));
        drop(other);
        assert_eq!(permits.in_use(Pool::Lookups), 0);
    }
}
