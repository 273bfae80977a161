//! The jobs of the soak, and who wants to know of them: what every request and outcome is held
//! against.
//!
//! There is a fixed number of places, so that the record takes no more memory after an hour than
//! after a minute; each holds one job after the other, and an id names the place and which of its jobs.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use akool_faceswap::ResultId;

const PLACES: usize = 1 << 16;

/// A job is in no answer for so long after it was submitted.
const UNSEEN: Duration = Duration::from_millis(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Success,
    Failed,
    Missing,
}

#[derive(Debug)]
struct Place {
    /// Which of its jobs it is.
    number: u64,
    submitted: Instant,
    life: Duration,
    end: End,
    /// How many waits and lookups want this job.
    wanted: usize,
    /// Requests for it since nobody wants it, and the same of the job before.
    unwanted_requests: u32,
    before: u32,
}

/// All jobs.
#[derive(Debug)]
pub struct Jobs {
    places: Vec<Mutex<Place>>,
    next: AtomicUsize,
}

/// One job that somebody wants to know of, as long as this is held. It has to be dropped after the
/// wait.
#[derive(Debug)]
pub struct Wanted {
    jobs: Arc<Jobs>,
    place: usize,
    pub id: ResultId,
}

impl Jobs {
    pub fn new() -> Arc<Self> {
        let place = || Place {
            number: 0,
            submitted: Instant::now(),
            life: Duration::ZERO,
            end: End::Missing,
            wanted: 0,
            unwanted_requests: 0,
            before: 0,
        };
        Arc::new(Self {
            places: (0..PLACES).map(|_| Mutex::new(place())).collect(),
            next: AtomicUsize::new(0),
        })
    }

    fn place(&self, place: usize) -> MutexGuard<'_, Place> {
        self.places[place].lock().unwrap()
    }

    /// Submits a job, which is wanted from now on.
    pub fn submit(self: &Arc<Self>) -> Wanted {
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed) % PLACES;
            let mut job = self.place(place);
            if job.wanted > 0 {
                continue;
            }
            *job = Place {
                number: job.number + 1,
                submitted: Instant::now(),
                life: Duration::from_millis(fastrand::u64(20..2500)),
                end: match fastrand::u32(0..100) {
                    0..90 => End::Success,
                    90..98 => End::Failed,
                    _ => End::Missing,
                },
                wanted: 1,
                unwanted_requests: 0,
                before: job.unwanted_requests,
            };
            let id = format!("{place:08x}{:016x}", job.number);
            return Wanted {
                jobs: self.clone(),
                place,
                id: ResultId::new(id).unwrap(),
            };
        }
    }

    /// Notes a request for an id that arrives now. Its status, if it is to be in the answer, or that
    /// it should not have been sent.
    pub fn requested(&self, id: &str) -> Result<Option<u8>, String> {
        let place = usize::from_str_radix(&id[..8], 16).unwrap();
        let number = u64::from_str_radix(&id[8..], 16).unwrap();
        let mut job = self.place(place);
        // One may be on its way when the last that wants it goes.
        let late = match job.number - number {
            0 if job.wanted > 0 => 0,
            0 => {
                job.unwanted_requests += 1;
                job.unwanted_requests
            }
            1 => {
                job.before += 1;
                job.before
            }
            _ => u32::MAX,
        };
        if late > 1 {
            return Err(format!(
                "{id} was asked for {late} times with nobody waiting for it"
            ));
        }
        let age = job.submitted.elapsed();
        Ok(match job.end {
            _ if number != job.number || age < UNSEEN => None,
            End::Missing => None,
            _ if age < job.life / 4 => Some(1),
            _ if age < job.life => Some(2),
            End::Success => Some(3),
            End::Failed => Some(4),
        })
    }
}

impl Wanted {
    /// Another that wants the same job.
    pub fn also(&self) -> Self {
        self.jobs.place(self.place).wanted += 1;
        Self {
            jobs: self.jobs.clone(),
            place: self.place,
            id: self.id.clone(),
        }
    }

    pub fn end(&self) -> End {
        self.jobs.place(self.place).end
    }

    /// Whether it has ended by now.
    pub fn is_over(&self) -> bool {
        let job = self.jobs.place(self.place);
        job.end != End::Missing && job.submitted.elapsed() >= job.life
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.jobs.place(self.place).wanted -= 1;
    }
}
