//! A client whose requests go to a function of the same process: for this project's own simulation
//! and soak.
//!
//! Not for users: it has no place in the documentation, and anything in it may change or go in any
//! release. The feature `_simulation`, which nothing turns on, keeps it out of everybody's build.

use std::{
    future::Future,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use crate::{
    client::{Client, ClientBuilder},
    clock::Clock,
    error::Error,
    transport::backend::{HttpBackend, ResponseFuture, TransportError},
};

/// What comes back for a request.
#[derive(Debug)]
pub enum Reply {
    /// An answer with this status and body.
    Answer(u16, String),
    /// There is no connection.
    Refused,
    /// The connection broke before an answer.
    Broken,
}

/// A client whose every request goes to `carrier`, as the query of its URL.
///
/// Its clock on the wall goes with tokio's, so that a paused clock moves both.
///
/// # Errors
///
/// As [`ClientBuilder::build`].
pub fn client<C, R>(mut builder: ClientBuilder, carrier: C) -> Result<Client, Error>
where
    C: Fn(&str) -> R + Send + Sync + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    builder.backend = Box::new(Carrier(carrier));
    let (wall, origin) = (SystemTime::now(), Instant::now());
    builder.clock = Clock::of(move || {
        let passed: Duration = origin.elapsed();
        wall + passed
    });
    builder.build()
}

struct Carrier<C>(C);

impl<C, R> HttpBackend for Carrier<C>
where
    C: Fn(&str) -> R + Send + Sync,
    R: Future<Output = Reply> + Send + 'static,
{
    fn send<'a>(&'a self, _: &'a reqwest::Client, request: reqwest::Request) -> ResponseFuture<'a> {
        let replying = (self.0)(request.url().query().unwrap_or_default());
        Box::pin(async move {
            let fault = |is_connect| TransportError {
                is_connect,
                is_timeout: false,
                source: "simulated".into(),
            };
            match replying.await {
                Reply::Answer(status, body) => {
                    let mut response = http::Response::new(body);
                    *response.status_mut() =
                        http::StatusCode::from_u16(status).map_err(|_| fault(false))?;
                    Ok(response.into())
                }
                Reply::Refused => Err(fault(true)),
                Reply::Broken => Err(fault(false)),
            }
        })
    }
}
