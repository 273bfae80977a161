//! The time of day, passed in, so that tests can set it.
//!
//! Durations are measured with tokio's clock, which tests pause. HTTP dates and tickets need the time
//! of day.

use std::{fmt, sync::Arc, time::SystemTime};

#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn system() -> Self {
        Self(Arc::new(SystemTime::now))
    }

    #[cfg(test)]
    pub(crate) fn standing_at(time: SystemTime) -> Self {
        Self::of(move || time)
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn of(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}
