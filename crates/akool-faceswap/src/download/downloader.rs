//! What all downloads of a client share: permits, and connections without credentials.
//!
//! The API's own HTTP client is never used for a file, since a program may have given it headers that are meant
//! only for the API. The clients for files send no such headers, no cookies and no referer, and follow no
//! redirects. The first download sets them up, so a client that never downloads does not pay for them.

use std::sync::{Arc, OnceLock};

use reqwest::Url;
use tokio::sync::Semaphore;

use crate::{api::Api, error::Error, transport::http_client};

pub(crate) struct Downloader {
    pub(super) api: Arc<Api>,
    /// One for each file that may be downloaded at once.
    pub(super) permits: Arc<Semaphore>,
    most: usize,
    root_certificates: Vec<Vec<u8>>,
    proxy: Option<reqwest::Proxy>,
    /// For `https://`.
    secure: OnceLock<reqwest::Client>,
    /// For `http://`, which leads to this machine or to the API's own host. It needs no
    /// certificates and has none.
    plain: OnceLock<reqwest::Client>,
}

impl Downloader {
    pub(crate) fn new(
        api: Arc<Api>,
        root_certificates: Vec<Vec<u8>>,
        proxy: Option<reqwest::Proxy>,
    ) -> Self {
        let most = api
            .limits
            .max_concurrent_downloads
            .get()
            .min(Semaphore::MAX_PERMITS);
        Self {
            api,
            permits: Arc::new(Semaphore::new(most)),
            most,
            root_certificates,
            proxy,
            secure: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// How many files are being downloaded.
    pub(crate) fn in_flight(&self) -> usize {
        self.most.saturating_sub(self.permits.available_permits())
    }

    /// The HTTP client for a file at `url`.
    pub(super) fn http(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let is_secure = url.scheme() == "https";
        let kept = if is_secure { &self.secure } else { &self.plain };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        let no_proxy = self.api.channel.base_url.is_loopback() && !is_secure;
        let client = http_client::for_files(
            is_secure,
            no_proxy,
            self.most,
            &self.api.limits,
            &self.root_certificates,
            self.proxy.clone(),
        )?;
        Ok(kept.get_or_init(|| client))
    }
}

#[cfg(feature = "_rustls")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::ErrorKind,
        testing::scripted::{Reply, Scripted},
    };

    fn downloader(base_url: &'static str, root_certificates: Vec<Vec<u8>>) -> Downloader {
        let wire = Scripted::new(|_| Reply::nothing());
        let client = wire.client_with(|builder| builder.api_key("k").base_url(base_url));
        Downloader::new(client.api().clone(), root_certificates, None)
    }

    #[test]
    fn certificates_are_loaded_for_https_alone() {
        let downloader = downloader("http://127.0.0.1:9", vec![b"no certificate".to_vec()]);
        let http = |url: &str| downloader.http(&url.parse().unwrap()).map(drop);
        assert!(http("http://127.0.0.1:9/a.png").is_ok());
        let error = http("https://cdn.example/a.png").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }

    /// reqwest's `Debug` shows proxies, those of the environment as well, where it would use any.
    #[test]
    fn a_file_of_this_machine_is_not_asked_of_a_proxy() {
        for (base_url, url, may_use_proxies) in [
            ("http://127.0.0.1:9", "http://127.0.0.1:9/a.png", false),
            ("http://127.0.0.1:9", "https://cdn.example/a.png", true),
            ("https://api.example", "http://cdn.example/a.png", true),
        ] {
            let downloader = downloader(base_url, Vec::new());
            let client = downloader.http(&url.parse().unwrap()).unwrap();
            let shown = format!("{client:?}");
            assert_eq!(shown.contains("proxies"), may_use_proxies, "{url}: {shown}");
        }
    }
}
