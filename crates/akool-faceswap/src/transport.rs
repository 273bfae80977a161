//! How one request reaches the API and its answer comes back.
//!
//! A [`Channel`](channel::Channel) sends one request and reads the answer; an
//! [`Operation`](operation::Operation) says which request, and what its answer means. This layer knows neither
//! where credentials come from nor whether a request is retried.

pub(crate) mod authorization;
pub(crate) mod backend;
pub(crate) mod base_url;
pub(crate) mod channel;
pub(crate) mod envelope;
pub(crate) mod exchange;
pub(crate) mod http_client;
pub(crate) mod one_shot;
pub(crate) mod operation;
pub(crate) mod tls_fault;
