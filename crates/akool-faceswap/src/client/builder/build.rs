//! Checks the settings and builds the client.

use std::sync::Arc;

use crate::{
    api::{Api, Permits},
    auth::{ClientSecret, Credentials, SharedToken},
    client::{Client, ClientBuilder},
    error::{Error, ErrorKind},
    limits::request_size::KnownSizes,
    retry::{Jitter, budget::Budget, throttle::Throttle},
    secret::Secret,
    transport::{base_url::BaseUrl, channel::Channel, http_client},
};

impl ClientBuilder {
    /// Builds the client.
    ///
    /// # Errors
    ///
    /// If there is not exactly one kind of credentials, or a setting is invalid:
    /// [`ErrorKind::Configuration`](crate::error::ErrorKind::Configuration). Nothing is sent.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = BaseUrl::parse(&self.base_url, self.allow_insecure_http)?;
        let mut given = Vec::new();
        if let Some(key) = self.api_key {
            given.push(Credentials::api_key(Secret::new("API key", key)?)?);
        }
        if let Some(token) = self.bearer_token {
            given.push(Credentials::bearer_token(Secret::new(
                "bearer token",
                token,
            )?)?);
        }
        if let Some((id, secret)) = self.client_credentials {
            let secret = ClientSecret::new(id, secret)?;
            given.push(Credentials::Provider(SharedToken::get_token(secret)));
        }
        if let Some(provider) = self.token_provider {
            given.push(Credentials::Provider(SharedToken::custom(provider)));
        }
        let credentials = given.pop().ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                "there are no credentials; give an API key",
            )
        })?;
        if !given.is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "there is more than one kind of credentials, of which the API would discard one; \
                 give exactly one",
            ));
        }
        let proxy = self.proxy.as_deref().map(http_client::proxy).transpose()?;
        let http = http_client::build(
            &base_url,
            &self.limits,
            &self.root_certificates,
            proxy.clone(),
            #[cfg(feature = "semver-exempt")]
            self.configure,
        )?;
        let channel = Channel::new(
            base_url,
            http,
            self.backend,
            self.limits.max_response_bytes,
            self.clock.clone(),
        );
        let api = Arc::new(Api {
            channel: Arc::new(channel),
            credentials,
            permits: Permits::new(
                self.limits.max_concurrent_requests.get(),
                self.limits.max_other_requests.get(),
            ),
            throttle: Throttle::new(self.limits.max_lookups_per_second),
            limits: self.limits,
            retry: self.retry,
            budget: Budget::new(),
            jitter: Jitter::new(self.jitter_seed),
            clock: self.clock,
            metrics: self.metrics,
            known_sizes: KnownSizes::default(),
        });
        #[cfg(feature = "wait")]
        let poller = Arc::new(crate::wait::Poller::new(
            api.clone(),
            self.jitter_seed,
            self.order,
        ));
        #[cfg(feature = "download")]
        let downloader = Arc::new(crate::download::Downloader::new(
            api.clone(),
            self.root_certificates,
            proxy,
        ));
        #[cfg(feature = "submit")]
        let submitter = Arc::new(crate::submit::Submitter::new(
            api.clone(),
            poller.clone(),
            #[cfg(feature = "download")]
            downloader.clone(),
        ));
        Ok(Client {
            api,
            #[cfg(feature = "wait")]
            poller,
            #[cfg(feature = "download")]
            downloader,
            #[cfg(feature = "submit")]
            submitter,
        })
    }
}
