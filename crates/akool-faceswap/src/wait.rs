//! Waiting until jobs end, with one poller for all waits of a client.
//!
//! Results must be polled for. A program that polls each job separately sends one request per job, again and
//! again, although a request can carry a hundred ids. So all waits of a client share one poller, which combines
//! the ids that are due into requests. An id that a thousand tasks wait for is sent once.
//!
//! - [`Wait`] is a future of one job; [`Changes`] a stream of its changes; [`WaitHandle`] watches and
//!   cancels it from another task.
//! - [`WaitEach`] is a stream of the outcomes of many jobs; [`WaitAll`] and [`WaitAny`] are futures of
//!   all of them and of the first.
//! - [`Ticket`] is a wait that is stored and resumed, in this process or another.
//!
//! All are made by [`Client`](crate::client::Client): see [`Client::wait`](crate::client::Client::wait).

// The rules of one wait are in `observation`; `tracker` applies them to all waits and does no I/O; `poller` is
// the one task that sends and sleeps.

mod all;
mod changes;
mod delivery;
mod each;
mod error;
mod handle;
mod lookup_one;
mod observation;
mod options;
mod poll_policy;
mod poller;
mod progress;
mod single;
mod ticket;
mod time;
mod tracker;

pub use crate::error::WaitErrorKind;
pub use all::{WaitAll, WaitAny, WaitResults};
pub use changes::{Change, Changes};
pub use each::WaitEach;
pub use error::WaitError;
pub use handle::WaitHandle;
pub use lookup_one::LookupOne;
pub use poll_policy::PollPolicy;
pub(crate) use poller::Poller;
pub use progress::{GroupProgress, Progress};
pub use single::Wait;
pub use ticket::{Next, Ticket};
pub(crate) use tracker::Order;

#[cfg(test)]
mod tests;
