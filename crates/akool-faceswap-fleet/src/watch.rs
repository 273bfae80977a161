//! All waiters of this program, and the one task that queries the database for them.
//!
//! A notification only triggers a query; the table decides. The task ends with the last waiter.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use akool_faceswap::ResultId;
use tokio::{
    sync::{Notify, oneshot},
    time::sleep,
};

use crate::{
    error::{Error, ErrorKind},
    lane::Lane,
    outcome::Outcome,
    store::{Hints, Peeked, Store},
};

/// How many ids one query asks about.
const IDS_PER_QUERY: usize = 1000;

/// The pause after an error of the database.
const PAUSE: Duration = Duration::from_secs(1);

type Waiter = oneshot::Sender<Result<Outcome, Error>>;

#[derive(Clone, Debug)]
pub(crate) struct Watch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<dyn Store>,
    lane: Lane,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    waiters: HashMap<ResultId, Vec<Waiter>>,
    is_watched: bool,
}

impl Watch {
    pub(crate) fn new(store: Arc<dyn Store>, lane: Lane) -> Self {
        Self(Arc::new(Shared {
            store,
            lane,
            waiting: Mutex::default(),
            wake: Notify::new(),
        }))
    }

    pub(crate) async fn wait(&self, id: &ResultId) -> Result<Outcome, Error> {
        loop {
            let (waiter, answer) = oneshot::channel();
            {
                let mut waiting = self.0.lock();
                waiting.waiters.entry(id.clone()).or_default().push(waiter);
                if !waiting.is_watched {
                    waiting.is_watched = true;
                    tokio::spawn(watch(Watching(self.0.clone())));
                }
            }
            self.0.wake.notify_one();
            // The task is gone with its runtime: start another.
            if let Ok(answer) = answer.await {
                return answer;
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ids with waiters; `None` if there are none, and the task may end.
    fn wanted(&self) -> Option<Vec<ResultId>> {
        let mut waiting = self.lock();
        waiting.waiters.retain(|_, waiters| {
            waiters.retain(|waiter| !waiter.is_closed());
            !waiters.is_empty()
        });
        if waiting.waiters.is_empty() {
            waiting.is_watched = false;
            return None;
        }
        Some(waiting.waiters.keys().cloned().collect())
    }

    fn deliver(&self, id: &str, answer: impl Fn() -> Result<Outcome, Error>) {
        let Ok(id) = ResultId::new(id) else { return };
        let waiters = self.lock().waiters.remove(&id);
        for waiter in waiters.into_iter().flatten() {
            // A waiter that was dropped needs no answer.
            let _ = waiter.send(answer());
        }
    }
}

/// Wakes the waiters if the task is dropped with its runtime.
struct Watching(Arc<Shared>);

impl Drop for Watching {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        if waiting.is_watched {
            waiting.is_watched = false;
            // Each waiter sees that its sender is gone, and starts another task.
            waiting.waiters.clear();
        }
    }
}

async fn watch(watching: Watching) {
    let shared = &watching.0;
    let mut hints: Option<Hints> = None;
    while let Some(ids) = shared.wanted() {
        if hints.is_none() {
            // Listens before the first look, so that no notification is lost in between.
            hints = shared.store.listen(&shared.lane).await.unwrap_or_default();
        }
        let pause = match look(shared, &ids).await {
            Ok(()) => shared.store.poll_interval(),
            Err(error) if error.is_transient() => {
                tracing::debug!(error = %error, "the outcomes cannot be read now");
                PAUSE
            }
            Err(error) => {
                let message = error.to_string();
                let kind = error.kind();
                for id in &ids {
                    shared.deliver(id.as_str(), || Err(Error::new(kind, message.clone())));
                }
                continue;
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = shared.wake.notified() => {}
            is_open = notified(&mut hints, &ids) => if !is_open {
                hints = None;
            },
        }
    }
}

/// Waits for a notification about an id that is wanted; `false` if the connection is lost.
async fn notified(hints: &mut Option<Hints>, ids: &[ResultId]) -> bool {
    let Some(receiver) = hints else {
        return std::future::pending().await;
    };
    let wanted: std::collections::HashSet<&str> = ids.iter().map(ResultId::as_str).collect();
    while let Some(settled) = receiver.recv().await {
        if settled.is_empty() || settled.iter().any(|id| wanted.contains(id.as_str())) {
            return true;
        }
    }
    false
}

async fn look(shared: &Shared, ids: &[ResultId]) -> Result<(), Error> {
    for some in ids.chunks(IDS_PER_QUERY) {
        for (id, peeked) in shared.store.peek(&shared.lane, some).await? {
            match peeked {
                Peeked::Pending => {}
                Peeked::Settled(outcome) => shared.deliver(&id, || Ok((*outcome).clone())),
                Peeked::Absent => shared.deliver(&id, || {
                    Err(Error::new(
                        ErrorKind::NotTracked,
                        format!("job {id} is not tracked, or its outcome has been taken"),
                    ))
                }),
            }
        }
    }
    Ok(())
}
