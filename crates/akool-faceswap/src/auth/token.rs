//! Tokens that are fetched: once, for all clones of a client, and again only when refused.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Mutex;

use crate::{
    auth::{ClientSecret, bearer},
    error::{BoxError, Error, ErrorKind},
    secret::Secret,
    transport::{authorization::Authorization, channel::Channel},
};

/// What a [`TokenProvider`] returns.
pub type FetchingToken<'a> = Pin<Box<dyn Future<Output = Result<Token, BoxError>> + Send + 'a>>;

/// A bearer token; never shown, and overwritten when it is dropped.
pub struct Token(akool_faceswap_raw::Secret);

impl Token {
    /// A token as the API gave it.
    pub fn new(token: impl Into<String>) -> Self {
        Self(akool_faceswap_raw::Secret::from(token.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(<secret>)")
    }
}

/// Fetches bearer tokens from wherever a program keeps them.
///
/// It is asked once, by whichever request is first; all clones of the client share the token. It is
/// asked again when the API refuses the token with 1101, once for that token however many requests
/// were refused, and never twice at the same time.
///
/// ```
/// use akool_faceswap::{Client, auth::{FetchingToken, Token, TokenProvider}};
///
/// struct Vault;
///
/// impl TokenProvider for Vault {
///     fn fetch(&self) -> FetchingToken<'_> {
///         Box::pin(async { Ok(Token::new(std::fs::read_to_string("/run/secrets/akool")?)) })
///     }
/// }
///
/// let client = Client::builder().token_provider(Vault).build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// A token that has not been refused yet.
    ///
    /// It is part of an attempt, and bounded by the attempt's time limit. It is dropped where the
    /// request that needs it is dropped; the next request then asks again.
    fn fetch(&self) -> FetchingToken<'_>;
}

/// Which fetched token it is, counted from 1.
pub(crate) type Generation = u64;

/// The token that all clones of a client share.
pub(crate) struct SharedToken {
    source: Source,
    /// Held while a token is fetched, so that others wait for it and do not fetch one too.
    held: Mutex<Option<(Authorization, Generation)>>,
    /// Up to which token all were refused.
    refused: AtomicU64,
}

enum Source {
    Custom(Box<dyn TokenProvider>),
    GetToken(ClientSecret),
}

impl SharedToken {
    pub(crate) fn custom(provider: Box<dyn TokenProvider>) -> Self {
        Self::new(Source::Custom(provider))
    }

    pub(crate) fn get_token(secret: ClientSecret) -> Self {
        Self::new(Source::GetToken(secret))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            held: Mutex::new(None),
            refused: AtomicU64::new(0),
        }
    }

    /// The token to use now.
    pub(super) async fn current(
        &self,
        channel: &Arc<Channel>,
    ) -> Result<(Authorization, Generation), Error> {
        let mut held = self.held.lock().await;
        let refused = self.refused.load(Ordering::Acquire);
        if let Some((authorization, generation)) = &*held
            && *generation > refused
        {
            return Ok((authorization.clone(), *generation));
        }
        let token = match &self.source {
            Source::GetToken(secret) => secret.fetch(channel).await?,
            Source::Custom(provider) => {
                let token = provider.fetch().await.map_err(|error| {
                    Error::new(
                        ErrorKind::Credentials,
                        "the token provider could not give a token",
                    )
                    .with_source(Cause(error))
                })?;
                Secret::new("token of the provider", token.0.expose())?
            }
        };
        let authorization = bearer(token)?;
        let generation = refused + 1;
        *held = Some((authorization.clone(), generation));
        Ok((authorization, generation))
    }

    /// Takes note that the API refused this token.
    pub(super) fn forget(&self, generation: Generation) {
        self.refused.fetch_max(generation, Ordering::AcqRel);
    }
}

impl fmt::Debug for SharedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// The error of a provider as the source of ours.
///
/// Its text is the provider's own; what it says of its secrets is in its hands.
struct Cause(BoxError);

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
