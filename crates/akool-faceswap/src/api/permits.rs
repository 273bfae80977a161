//! How many requests may be in flight at once: a pool for each class of requests.
//!
//! A lookup of 100,000 ids is a thousand requests. They queue for their own pool, so that a submit
//! in the middle of them does not wait.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::transport::operation::Pool;

/// The permits of one client; first come, first served in each pool.
#[derive(Debug)]
pub(crate) struct Permits {
    lookups: Semaphore,
    others: Semaphore,
    in_each: usize,
}

impl Permits {
    /// So many permits in each pool.
    pub(crate) fn new(permits: usize) -> Self {
        let permits = permits.min(Semaphore::MAX_PERMITS);
        Self {
            lookups: Semaphore::new(permits),
            others: Semaphore::new(permits),
            in_each: permits,
        }
    }

    /// Waits for a permit. Cancel-safe: who is dropped loses its place in the queue and nothing else.
    pub(crate) async fn acquire(&self, pool: Pool) -> Option<SemaphorePermit<'_>> {
        // Nothing closes the semaphores.
        self.pool(pool).acquire().await.ok()
    }

    /// How many permits of a pool are held.
    pub(crate) fn in_use(&self, pool: Pool) -> usize {
        self.in_each
            .saturating_sub(self.pool(pool).available_permits())
    }

    fn pool(&self, pool: Pool) -> &Semaphore {
        match pool {
            Pool::Lookups => &self.lookups,
            Pool::Others => &self.others,
        }
    }
}
