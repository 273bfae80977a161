//! TLS to the database: rustls with ring, checked by the platform's certificates.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, ErrorKind};

pub(super) fn connector() -> Result<MakeRustlsConnect, Error> {
    let refused = |error: rustls::Error| {
        Error::new(
            ErrorKind::Connection,
            "TLS to the database cannot be set up",
        )
        .with_source(error)
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_platform_verifier()
        .map_err(refused)?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
