//! Verify and decrypt the webhook deliveries that AKOOL sends when a job's status changes.
//!
//! **The signature proves integrity only.** It is a SHA-1 over values of the request and the client id, and contains no
//! secret: anyone who knows your client id can sign. A delivery that verifies was not corrupted in transit, but anyone
//! may have sent it. So an event is a hint. Look the job up before you act on it, which
//! [`Client::notify_event`](crate::Client::notify_event) does for every job that you wait for.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use akool_faceswap::webhook::{WebhookError, WebhookReceiver};
//! # use akool_faceswap_mock::WebhookSigner;
//! # let (id, secret) = ("EXAMPLE-CLIENT-ID-0001==", "EXAMPLE-CLIENT-SECRET-32-BYTES-0");
//! # let now = SystemTime::now();
//! # let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
//! # let payload = r#"{"_id":"667d2284dca9e468ba8ead23","status":3,"type":"faceswap"}"#;
//! # let signer = WebhookSigner::new(id, secret).unwrap();
//! # let body = signer.sign_and_encrypt(payload, seconds, 4821).into_bytes();
//!
//! let receiver = WebhookReceiver::new(id, secret)?;
//! // `body` is the request's body, as it came.
//! let event = receiver.verify_and_decrypt(&body, SystemTime::now())?;
//! println!("{} is {}", event.id(), event.status());
//! # assert_eq!(event.status().to_string(), "Success");
//! # assert_eq!(event.dedup_key(), "667d2284dca9e468ba8ead23:3");
//! # Ok::<(), WebhookError>(())
//! ```
//!
//! # What to answer
//!
//! - **200** once the event is stored under its [`dedup_key`](WebhookEvent::dedup_key), or was
//!   stored before. AKOOL repeats a delivery until it is answered with exactly 200, and then stops: an event that you
//!   have not stored is lost.
//! - **400** to every [`WebhookError`], with the same empty body for all kinds. Log the error; do
//!   not send it back.
//! - **500** if the event cannot be stored, so that AKOOL repeats it.
//!
//! # A job whose submit answer was lost
//!
//! Each submit with a callback puts its own [`SubmitToken`](crate::submit::SubmitToken) into the
//! callback's URL, as the last segment of the path. Read it from the path of a delivery, and store it beside the event:
//! the event's id is then the id of that submit's job.
//!
//! ```
//! use akool_faceswap::submit::{InvalidSubmitToken, SubmitToken};
//!
//! let path = "/akool/webhook/0f8e3c5a9b7d41e6a2c4f0b1d3e5978a";
//! let token: SubmitToken = path.rsplit('/').next().unwrap_or_default().parse()?;
//! # Ok::<(), InvalidSubmitToken>(())
//! ```
//!
//! Take the token only from a delivery that verifies, and compare it with those that you have
//! stored: a path proves nothing by itself.
//!
//! # Limits
//!
//! A body of more than [`MAX_BODY_BYTES`] is refused before any work. Give your framework the same
//! limit, so that it does not buffer more.
//!
//! Source: <https://docs.akool.com/ai-tools-suite/webhook>.

mod cipher;
mod envelope;
mod error;
mod event;
mod replay;
mod signature;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

pub use error::{WebhookError, WebhookErrorKind};
pub use event::WebhookEvent;

use cipher::IV_BYTES;
use envelope::Envelope;

/// The largest body that is read, in bytes: 64 KiB. Documented deliveries have less than 1 KiB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The default replay window of a receiver: 24 hours.
///
/// AKOOL documents neither how long it repeats a delivery nor whether a repetition gets a new
/// timestamp. A short window could refuse the first delivery that reaches you after an outage; a
/// replay inside a long one costs a single lookup, because an event is a hint.
pub const DEFAULT_REPLAY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Verifies and decrypts deliveries with one account's credentials.
///
/// See the [module](self) for an example and for what to answer. `Debug` shows no credentials, and
/// they are overwritten when the receiver is dropped.
#[derive(Clone)]
pub struct WebhookReceiver {
    client_id: Zeroizing<String>,
    client_secret: Zeroizing<String>,
    replay_window: Duration,
}

impl WebhookReceiver {
    /// A receiver for the account with these credentials. The client secret is the same value as the
    /// API key. White space around either is ignored.
    ///
    /// # Errors
    ///
    /// [`Configuration`](WebhookErrorKind::Configuration) if the client id is shorter than 16 bytes
    /// or the client secret is not 16, 24 or 32 bytes long: AES cannot use them.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Result<Self, WebhookError> {
        let client_id = trimmed(client_id.into());
        let client_secret = trimmed(client_secret.into());
        let unusable = |message| WebhookError::new(WebhookErrorKind::Configuration, message);
        if client_id.len() < IV_BYTES {
            return Err(unusable(format!(
                "the client id has {} bytes; webhooks need at least {IV_BYTES}",
                client_id.len()
            )));
        }
        if !matches!(client_secret.len(), 16 | 24 | 32) {
            return Err(unusable(format!(
                "the client secret has {} bytes; webhooks need 16, 24 or 32",
                client_secret.len()
            )));
        }
        Ok(Self {
            client_id,
            client_secret,
            replay_window: DEFAULT_REPLAY_WINDOW,
        })
    }

    /// Refuses deliveries that were signed longer ago than `window`; default
    /// [`DEFAULT_REPLAY_WINDOW`].
    ///
    /// A timestamp may be up to 5 minutes in the future, whatever the window, because clocks differ.
    #[must_use]
    pub fn replay_window(mut self, window: Duration) -> Self {
        self.replay_window = window;
        self
    }

    /// Verifies the signature and the timestamp of `body`, decrypts it, and returns its event.
    ///
    /// `body` is the request's body as it came: bytes that were parsed and written again do not
    /// verify. `now` is the current time. The timestamp may be in seconds or in milliseconds.
    ///
    /// A repeated delivery is not refused; compare [`WebhookEvent::dedup_key`].
    ///
    /// # Errors
    ///
    /// A [`WebhookError`] of any kind but [`Configuration`](WebhookErrorKind::Configuration).
    pub fn verify_and_decrypt(
        &self,
        body: &[u8],
        now: SystemTime,
    ) -> Result<WebhookEvent, WebhookError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(WebhookError::new(
                WebhookErrorKind::TooLarge,
                format!(
                    "the webhook's body has {} bytes; the limit is {MAX_BODY_BYTES}",
                    body.len()
                ),
            ));
        }
        let envelope = Envelope::parse(body)?;
        if !signature::is_valid(&envelope, &self.client_id) {
            return Err(WebhookError::new(
                WebhookErrorKind::InvalidSignature,
                "the webhook's signature does not match its content and the client id",
            ));
        }
        let timestamp = replay::parse_timestamp(&envelope.timestamp)?;
        replay::check(timestamp, now, self.replay_window)?;
        let event = cipher::decrypt(
            self.client_secret.as_bytes(),
            &self.client_id.as_bytes()[..IV_BYTES],
            &envelope.data_encrypt,
            |payload| WebhookEvent::parse(payload, timestamp),
        );
        event.unwrap_or_else(|| {
            Err(WebhookError::new(
                WebhookErrorKind::Undecryptable,
                "the webhook's data does not decrypt to a JSON object",
            ))
        })
    }
}

fn trimmed(text: String) -> Zeroizing<String> {
    let text = Zeroizing::new(text);
    Zeroizing::new(text.trim().to_owned())
}

impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookReceiver")
            .field("replay_window", &self.replay_window)
            .finish_non_exhaustive()
    }
}
