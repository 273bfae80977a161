//! The fake, seen from outside: through the raw client and through plain HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod credentials;
mod faults;
mod files;
mod life_cycle;
mod limits;
mod record;
mod request;
mod running;
mod script;
mod submit;
mod webhooks;
