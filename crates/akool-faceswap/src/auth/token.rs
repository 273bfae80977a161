//! Tokens from a provider: fetched once for all clones of a client, and again only when refused.

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

/// A bearer token; never shown, and overwritten when it is dropped.
///
/// ```
/// use akool_faceswap::auth::Token;
///
/// assert_eq!(format!("{:?}", Token::new("planted")), "Token(<secret>)");
/// ```
pub struct Token(akool_faceswap_raw::Secret);

impl Token {
    /// A token as the API issued it.
    pub fn new(token: impl Into<String>) -> Self {
        Self(akool_faceswap_raw::Secret::from(token.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(<secret>)")
    }
}

/// Fetches bearer tokens from wherever a program keeps them: an async function or closure, or a type
/// of your own.
///
/// The first request asks it, and all clones of the client share the token. It is asked again when the
/// API refuses the token with 1101: once for each token, however many requests were refused, and never
/// twice at the same time.
///
/// ```
/// use akool_faceswap::{Client, auth::{Token, TokenProvider}, error::BoxError};
///
/// async fn read_token() -> std::io::Result<Token> {
///     let token = tokio::fs::read_to_string("/run/secrets/akool").await?;
///     Ok(Token::new(token))
/// }
///
/// let client = Client::builder().token_provider(read_token).build()?;
///
/// struct Vault {
///     path: String,
/// }
///
/// impl TokenProvider for Vault {
///     async fn fetch(&self) -> Result<Token, BoxError> {
///         let token = tokio::fs::read_to_string(&self.path).await?;
///         Ok(Token::new(token))
///     }
/// }
///
/// let vault = Vault { path: "/run/secrets/akool".to_owned() };
/// let client = Client::builder().token_provider(vault).build()?;
/// # Ok::<(), akool_faceswap::Error>(())
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Returns a token that has not been refused yet.
    ///
    /// The attempt's time limit bounds it. The future is dropped with the request that needs the
    /// token; the next request then asks again.
    fn fetch(&self) -> impl Future<Output = Result<Token, BoxError>> + Send;
}

impl<F, Fut, E> TokenProvider for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, E>> + Send,
    E: Into<BoxError>,
{
    async fn fetch(&self) -> Result<Token, BoxError> {
        self().await.map_err(Into::into)
    }
}

type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Token, BoxError>> + Send + 'a>>;

/// A [`TokenProvider`] of any type.
pub(crate) trait AnyProvider: Send + Sync {
    fn fetch_boxed(&self) -> Fetching<'_>;
}

impl<P: TokenProvider> AnyProvider for P {
    fn fetch_boxed(&self) -> Fetching<'_> {
        Box::pin(self.fetch())
    }
}

/// The number of a fetched token, counted from 1.
pub(crate) type Generation = u64;

/// The token that all clones of a client share.
pub(crate) struct SharedToken {
    source: Source,
    /// Locked while a token is fetched, so that other requests wait for it instead of fetching one.
    held: Mutex<Option<(Authorization, Generation)>>,
    /// All tokens up to this one were refused.
    refused: AtomicU64,
}

enum Source {
    Custom(Box<dyn AnyProvider>),
    GetToken(ClientSecret),
}

impl SharedToken {
    pub(crate) fn custom(provider: Box<dyn AnyProvider>) -> Self {
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
                let token = provider.fetch_boxed().await.map_err(|error| {
                    Error::new(
                        ErrorKind::Credentials,
                        "the token provider returned no token",
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

    /// Records that the API refused this token.
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
/// The provider writes its text, and is responsible for keeping secrets out of it.
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
