//! A submit that is ready and not sent: the intent, which can be stored before any money moves.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::{Map, Value};

use super::{options::Endpoint, token::SubmitToken};

/// The form that this version of the library writes.
const VERSION: u32 = 1;

/// A submit that is checked and ready to be sent, with its token.
///
/// ```
/// # use akool_faceswap_mock::FakeAkool;
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let swap = client.swap().original("https://example.com/film.mp4");
/// let pending = swap.new_face("https://example.com/me.jpg").prepare()?;
/// let intent = serde_json::to_string(&pending)?; // store it
/// let job = client.send(pending).await?;
///
/// // After a restart nobody knows whether it was sent, so it is not:
/// let error = client.send(serde_json::from_str(&intent)?).await.unwrap_err();
/// assert!(error.may_be_billed());
/// assert_eq!(error.token(), Some(job.token()));
/// # Ok(())
/// # }
/// ```
///
/// Write it down, then send it: a program that is killed in between finds the intent afterwards and
/// knows what may have been bought. It has the URLs of the request, query included, so store it as
/// carefully as those; `Debug` shows none. It has no credentials.
///
/// A pending submit that was read back may already have been sent. Sending it again ends with
/// [`SubmitErrorKind::Unknown`](super::SubmitErrorKind::Unknown) and sends nothing, unless
/// [`allow_second_purchase`](Self::allow_second_purchase) is called. It is not `Clone`, and sending takes it.
#[derive(Deserialize)]
#[serde(try_from = "Form")]
pub struct PendingSubmit {
    pub(super) token: SubmitToken,
    pub(super) endpoint: Endpoint,
    pub(super) body: Map<String, Value>,
    prepared_at_unix_ms: u64,
    /// Whether another process may have sent it.
    pub(super) is_stored: bool,
    pub(super) may_buy_twice: bool,
}

/// A pending submit as it is written.
#[derive(Deserialize)]
struct Form {
    version: u32,
    token: SubmitToken,
    endpoint: Endpoint,
    prepared_at_unix_ms: u64,
    body: Map<String, Value>,
}

impl Serialize for PendingSubmit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("PendingSubmit", 5)?;
        form.serialize_field("version", &VERSION)?;
        form.serialize_field("token", &self.token)?;
        form.serialize_field("endpoint", &self.endpoint)?;
        form.serialize_field("prepared_at_unix_ms", &self.prepared_at_unix_ms)?;
        form.serialize_field("body", &self.body)?;
        form.end()
    }
}

impl TryFrom<Form> for PendingSubmit {
    type Error = OtherVersion;

    fn try_from(form: Form) -> Result<Self, OtherVersion> {
        if form.version != VERSION {
            return Err(OtherVersion(form.version));
        }
        Ok(Self {
            token: form.token,
            endpoint: form.endpoint,
            body: form.body,
            prepared_at_unix_ms: form.prepared_at_unix_ms,
            is_stored: true,
            may_buy_twice: false,
        })
    }
}

/// Why a stored pending submit cannot be read.
#[derive(Debug)]
struct OtherVersion(u32);

impl fmt::Display for OtherVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the pending submit has version {}, and this release of akool-faceswap reads version \
             {VERSION}",
            self.0
        )
    }
}

impl PendingSubmit {
    pub(super) fn new(
        token: SubmitToken,
        endpoint: Endpoint,
        body: Map<String, Value>,
        now: SystemTime,
    ) -> Self {
        let millis = now
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        Self {
            token,
            endpoint,
            body,
            prepared_at_unix_ms: u64::try_from(millis).unwrap_or(u64::MAX),
            is_stored: false,
            may_buy_twice: false,
        }
    }

    /// The token that identifies this submit and is part of its callback URL.
    pub fn token(&self) -> &SubmitToken {
        &self.token
    }

    /// The endpoint that it is sent to.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// The callback URL, token included, if one was set.
    pub fn callback(&self) -> Option<&str> {
        self.body.get("webhookUrl")?.as_str()
    }

    /// When it was prepared, by the clock of the machine that prepared it.
    pub fn prepared_at(&self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_millis(self.prepared_at_unix_ms))
            .unwrap_or(UNIX_EPOCH)
    }

    /// Allows sending it although the same swap may have been bought already.
    ///
    /// There are two cases: it was read back and you know that nobody sent it, for example because a queue delivers it
    /// only once; or a submit of the same content has an unknown outcome and a second job is worth its credits to you.
    #[must_use]
    pub fn allow_second_purchase(mut self) -> Self {
        self.may_buy_twice = true;
        self
    }

    /// What makes two submits the same purchase: everything but the callback.
    pub(super) fn content(&self) -> Arc<str> {
        let mut body = self.body.clone();
        body.remove("webhookUrl");
        format!("{} {}", self.endpoint, Value::Object(body)).into()
    }
}

impl fmt::Debug for PendingSubmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSubmit")
            .field("token", &self.token)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "0f8e3c5a9b7d41e6a2c4f0b1d3e5978a";

    fn pending(callback: &str) -> PendingSubmit {
        let Value::Object(body) =
            json!({"source_url": "https://a.example/PLANTED.jpg", "webhookUrl": callback})
        else {
            panic!()
        };
        let at = UNIX_EPOCH + Duration::from_millis(1_719_476_868_006);
        PendingSubmit::new(TOKEN.parse().unwrap(), Endpoint::Plus, body, at)
    }

    /// Every later version must read what this version wrote.
    #[test]
    fn the_written_form_is_stable() {
        let text = r#"{"version":1,"token":"0f8e3c5a9b7d41e6a2c4f0b1d3e5978a","endpoint":"plus","prepared_at_unix_ms":1719476868006,"body":{"source_url":"https://a.example/PLANTED.jpg","webhookUrl":"https://me.example/h"}}"#;
        let pending = pending("https://me.example/h");
        assert!(!format!("{pending:?}").contains("PLANTED"));
        assert_eq!(serde_json::to_string(&pending).unwrap(), text);
        let read: PendingSubmit = serde_json::from_str(text).unwrap();
        assert_eq!(read.token().as_str(), TOKEN);
        assert_eq!(read.endpoint(), Endpoint::Plus);
        assert_eq!(read.callback(), Some("https://me.example/h"));
        assert_eq!(read.prepared_at(), pending.prepared_at());
        // It is no longer known whether it was sent.
        assert!(read.is_stored && !pending.is_stored);
        let later = text.replace("\"version\":1", "\"version\":2");
        let error = serde_json::from_str::<PendingSubmit>(&later).unwrap_err();
        assert!(error.to_string().contains("version 2"), "{error}");
    }

    #[test]
    fn the_callback_does_not_make_another_purchase() {
        assert_eq!(
            pending("https://me.example/1").content(),
            pending("https://me.example/2").content()
        );
        let mut other = pending("https://me.example/1");
        other.endpoint = Endpoint::Pro;
        assert_ne!(other.content(), pending("https://me.example/1").content());
        other = pending("https://me.example/1");
        other
            .body
            .insert("source_url".into(), "https://a.example/other.jpg".into());
        assert_ne!(other.content(), pending("https://me.example/1").content());
    }
}
