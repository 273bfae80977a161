//! The `reqwest` client underneath, with the rules that keep credentials and ids where they belong.

use std::time::Duration;

use crate::{Error, ErrorKind, base_url::BaseUrl, limits::Limits};

const USER_AGENT: &str = concat!("akool-faceswap/", env!("CARGO_PKG_VERSION"));

/// How long a connection is kept for the next request.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn build(base_url: &BaseUrl, limits: &Limits) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        // `x-api-key` would follow a redirect to any host: only standard headers are taken out.
        .redirect(reqwest::redirect::Policy::none())
        // A referer would repeat the ids.
        .referer(false)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(limits.max_concurrent_requests.get());
    if let Some(limit) = limits.connect_timeout.duration() {
        builder = builder.connect_timeout(limit);
    }
    with_tls(builder, base_url)?.build().map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "the HTTP client could not be set up",
        )
        .with_source(error)
    })
}

/// ring as the provider, without a global default, and the platform's own certificate verifier.
///
/// With TLS compiled in, `reqwest` panics where nobody has chosen a provider, even for `http://`;
/// for that no certificates are loaded and none would be accepted.
#[cfg(feature = "rustls")]
fn with_tls(
    builder: reqwest::ClientBuilder,
    base_url: &BaseUrl,
) -> Result<reqwest::ClientBuilder, Error> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt as _;

    let refused = |error: rustls::Error| {
        Error::new(ErrorKind::Configuration, "TLS could not be set up").with_source(error)
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(refused)?;
    let config = if base_url.is_https() {
        config.with_platform_verifier().map_err(refused)?
    } else {
        config.with_root_certificates(rustls::RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

#[cfg(not(feature = "rustls"))]
fn with_tls(
    builder: reqwest::ClientBuilder,
    base_url: &BaseUrl,
) -> Result<reqwest::ClientBuilder, Error> {
    if base_url.is_https() {
        return Err(Error::new(
            ErrorKind::Configuration,
            "this program was built without TLS; enable the feature rustls of akool-faceswap",
        ));
    }
    Ok(builder)
}
