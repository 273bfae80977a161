//! The jobs of the soak, and how many waits want each: every request and outcome is checked against them.
//!
//! The number of places is fixed, so that the record takes no more memory after an hour than after a minute.
//! Each place holds one job after another; an id names the place and the number of the job in it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use akool_faceswap::ResultId;

const PLACES: usize = 1 << 16;

/// How long a job is in no answer after it was submitted.
const UNSEEN: Duration = Duration::from_millis(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Success,
    Failed,
    Missing,
}

#[derive(Debug)]
struct Place {
    /// The number of the job in this place.
    number: u64,
    submitted: Instant,
    life: Duration,
    end: End,
    /// How many waits and lookups want this job.
    wanted: usize,
    /// Requests for the job since nobody wants it, and those for the job before it.
    unwanted_requests: u32,
    before: u32,
}

/// All jobs.
#[derive(Debug)]
pub struct Jobs {
    places: Vec<Mutex<Place>>,
    next: AtomicUsize,
}

/// One job that is wanted as long as this is held. Drop it after the wait.
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

    /// Records a request for an id that arrives now. Returns the status if the job is in the answer, or an
    /// error if the request should not have been sent.
    pub fn requested(&self, id: &str) -> Result<Option<u8>, String> {
        let place = usize::from_str_radix(&id[..8], 16).unwrap();
        let number = u64::from_str_radix(&id[8..], 16).unwrap();
        let mut job = self.place(place);
        // One request may be in flight when the last wait for the job ends.
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
                "{id} was requested {late} times with nobody waiting for it"
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
    /// Another holder that wants the same job.
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

    /// Whether the job has ended by now.
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
