//! Builds the `reqwest` client, with the rules that keep credentials and ids where they belong.

use std::time::Duration;

use crate::{
    error::{Error, ErrorKind},
    limits::Limits,
    transport::base_url::BaseUrl,
};

const USER_AGENT: &str = concat!("akool-faceswap/", env!("CARGO_PKG_VERSION"));

/// How long a connection is kept for the next request.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Checks the URL of a proxy, which may have a password in it and is not shown.
pub(crate) fn proxy(url: &str) -> Result<reqwest::Proxy, Error> {
    reqwest::Proxy::all(url)
        .map_err(|_| Error::new(ErrorKind::Configuration, "the URL of the proxy is invalid"))
}

/// A program's own changes to the client.
#[cfg(feature = "semver-exempt")]
pub(crate) type Configure =
    Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

pub(crate) fn build(
    base_url: &BaseUrl,
    limits: &Limits,
    root_certificates: &[Vec<u8>],
    proxy: Option<reqwest::Proxy>,
    #[cfg(feature = "semver-exempt")] configure: Option<Configure>,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(limits.max_concurrent_requests.get());
    if base_url.is_loopback() {
        // What is meant for this machine must not go to a proxy that the environment names.
        builder = builder.no_proxy();
    }
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    #[cfg(feature = "semver-exempt")]
    if let Some(configure) = configure {
        builder = configure(builder);
    }
    finish(builder, base_url.is_https(), limits, root_certificates)
}

/// A client for files on other hosts. Of the program's settings only TLS, the proxy and the connect
/// timeout apply: what is meant for the API must not be sent elsewhere.
pub(crate) fn for_files(
    is_secure: bool,
    no_proxy: bool,
    max_idle_per_host: usize,
    limits: &Limits,
    root_certificates: &[Vec<u8>],
    proxy: Option<reqwest::Proxy>,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(max_idle_per_host);
    // Lengths and ranges are those of the file as it is.
    #[cfg(feature = "gzip")]
    {
        builder = builder.no_gzip();
    }
    #[cfg(feature = "brotli")]
    {
        builder = builder.no_brotli();
    }
    #[cfg(feature = "zstd")]
    {
        builder = builder.no_zstd();
    }
    if no_proxy {
        builder = builder.no_proxy();
    }
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    finish(builder, is_secure, limits, root_certificates)
}

fn finish(
    mut builder: reqwest::ClientBuilder,
    is_secure: bool,
    limits: &Limits,
    root_certificates: &[Vec<u8>],
) -> Result<reqwest::Client, Error> {
    #[cfg(all(test, not(feature = "_rustls")))]
    {
        // The tests' own `reqwest` has TLS without a provider, which `reqwest` then looks for.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    // After the program's own settings, so that they cannot undo what keeps secrets safe.
    builder = builder
        // `x-api-key` would follow a redirect to any host: reqwest removes only standard headers.
        .redirect(reqwest::redirect::Policy::none())
        // A referer would repeat the ids.
        .referer(false)
        // This library decides about retries, not reqwest: by default reqwest sends a paid POST again when an
        // HTTP/2 server refuses its stream.
        .retry(reqwest::retry::never());
    if let Some(limit) = limits.connect_timeout.duration() {
        builder = builder.connect_timeout(limit);
    }
    tls::configure(builder, is_secure, root_certificates)?
        .build()
        .map_err(|error| {
            Error::new(ErrorKind::Configuration, "the HTTP client cannot be set up")
                .with_source(error)
        })
}

/// ring or aws-lc-rs as the provider, without a global default, and the platform's own certificate
/// verifier.
///
/// With TLS compiled in, `reqwest` panics if no provider is chosen, even for `http://`. For `http://` no
/// certificates are loaded, and none would be accepted.
#[cfg(feature = "_rustls")]
mod tls {
    use std::sync::Arc;

    use rustls::{
        ClientConfig, RootCertStore,
        crypto::CryptoProvider,
        pki_types::{CertificateDer, pem::PemObject as _},
    };
    use rustls_platform_verifier::Verifier;

    use super::{Error, ErrorKind};

    pub(crate) fn configure(
        builder: reqwest::ClientBuilder,
        is_secure: bool,
        root_certificates: &[Vec<u8>],
    ) -> Result<reqwest::ClientBuilder, Error> {
        let provider = Arc::new(provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(refused)?;
        let config = if is_secure {
            let mut extra = Vec::new();
            for pem in root_certificates {
                extra.extend(parse(pem)?);
            }
            let verifier = Verifier::new_with_extra_roots(extra, provider).map_err(refused)?;
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            config.with_root_certificates(RootCertStore::empty())
        };
        Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
    }

    #[cfg(feature = "rustls-aws-lc-rs")]
    fn provider() -> CryptoProvider {
        rustls::crypto::aws_lc_rs::default_provider()
    }

    #[cfg(not(feature = "rustls-aws-lc-rs"))]
    fn provider() -> CryptoProvider {
        rustls::crypto::ring::default_provider()
    }

    fn refused(error: rustls::Error) -> Error {
        Error::new(ErrorKind::Configuration, "TLS cannot be set up").with_source(error)
    }

    fn parse(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
        let refused = || {
            Error::new(
                ErrorKind::Configuration,
                "a root certificate is not a certificate in PEM form",
            )
        };
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| refused())?;
        if certificates.is_empty() {
            return Err(refused());
        }
        Ok(certificates)
    }
}

#[cfg(all(feature = "native-tls", not(feature = "_rustls")))]
mod tls {
    use super::{Error, ErrorKind};

    pub(crate) fn configure(
        mut builder: reqwest::ClientBuilder,
        _: bool,
        root_certificates: &[Vec<u8>],
    ) -> Result<reqwest::ClientBuilder, Error> {
        for pem in root_certificates {
            let certificate = reqwest::Certificate::from_pem(pem).map_err(|error| {
                Error::new(
                    ErrorKind::Configuration,
                    "a root certificate is not a certificate in PEM form",
                )
                .with_source(error)
            })?;
            builder = builder.tls_certs_merge([certificate]);
        }
        Ok(builder)
    }
}

#[cfg(not(any(feature = "native-tls", feature = "_rustls")))]
mod tls {
    use super::{Error, ErrorKind};

    pub(crate) fn configure(
        builder: reqwest::ClientBuilder,
        is_secure: bool,
        _: &[Vec<u8>],
    ) -> Result<reqwest::ClientBuilder, Error> {
        if is_secure {
            return Err(Error::new(
                ErrorKind::Configuration,
                "this program was built without TLS; enable the feature rustls of akool-faceswap",
            ));
        }
        Ok(builder)
    }
}
