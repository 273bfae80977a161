//! The outer JSON object of a delivery: four fields, as texts.
//!
//! The signature is computed over texts, so a number keeps the spelling in which it was sent.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{WebhookError, WebhookErrorKind};

/// The four fields of a delivery.
pub(super) struct Envelope<'a> {
    pub(super) signature: Cow<'a, str>,
    pub(super) data_encrypt: Cow<'a, str>,
    pub(super) timestamp: Cow<'a, str>,
    pub(super) nonce: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    signature: Option<&'a RawValue>,
    #[serde(borrow, rename = "dataEncrypt")]
    data_encrypt: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    nonce: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, WebhookError> {
        let malformed = |message: &str| WebhookError::new(WebhookErrorKind::Malformed, message);
        let Some(fields) = object::<Fields<'_>>(body) else {
            return Err(malformed(
                "the webhook's body is not the documented JSON object",
            ));
        };
        let required = |name: &str, value: Option<&'a RawValue>| {
            value.and_then(text).ok_or_else(|| {
                malformed(&format!(
                    "the webhook's `{name}` is missing, or neither a string nor a number"
                ))
            })
        };
        Ok(Self {
            signature: required("signature", fields.signature)?,
            data_encrypt: required("dataEncrypt", fields.data_encrypt)?,
            timestamp: required("timestamp", fields.timestamp)?,
            nonce: required("nonce", fields.nonce)?,
        })
    }
}

/// Decodes a JSON object. A derived `Deserialize` alone would also accept an array, field by field.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// The text of a JSON string, or a number as it was spelled.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    match json.as_bytes().first()? {
        b'"' => match serde_json::from_str::<Unescaped<'_>>(json) {
            Ok(Unescaped(text)) => Some(text),
            Err(_) => None,
        },
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(json)),
        _ => None,
    }
}

/// Borrows if nothing is escaped, which `Cow` alone does not.
#[derive(Deserialize)]
struct Unescaped<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> Result<[String; 4], String> {
        Envelope::parse(body.as_bytes())
            .map(|envelope| {
                [
                    envelope.signature,
                    envelope.data_encrypt,
                    envelope.timestamp,
                    envelope.nonce,
                ]
                .map(Cow::into_owned)
            })
            .map_err(|error| {
                assert_eq!(error.kind(), WebhookErrorKind::Malformed);
                error.to_string()
            })
    }

    #[test]
    fn strings_are_unescaped_and_numbers_keep_their_spelling() {
        let body = r#"{"signature":"s","dataEncrypt":"a\/b","timestamp":1.50,"nonce":-07e1}"#;
        // -07e1 is not JSON; the rest is.
        assert!(parsed(body).is_err());
        let body = r#"{"signature":"s","dataEncrypt":"a\/b","timestamp":1.50,"nonce":12E3,"x":[]}"#;
        assert_eq!(parsed(body).unwrap(), ["s", "a/b", "1.50", "12E3"]);
    }

    #[test]
    fn a_missing_or_invalid_field_is_named() {
        let fields = ["signature", "dataEncrypt", "timestamp", "nonce"];
        for odd in fields {
            for value in ["", r#""NAME":null,"#, r#""NAME":true,"#, r#""NAME":{},"#] {
                let others = fields.iter().filter(|name| **name != odd);
                let others: Vec<_> = others.map(|name| format!(r#""{name}":1"#)).collect();
                let body = format!("{{{}{}}}", value.replace("NAME", odd), others.join(","));
                let message = parsed(&body).unwrap_err();
                assert!(message.contains(&format!("`{odd}`")), "{body}: {message}");
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for body in [
            "",
            "null",
            "[]",
            "[1,2,3,4]",
            "{",
            "\"x\"",
            "17",
            "\u{feff}{}",
        ] {
            assert!(parsed(body).is_err(), "{body}");
        }
    }
}
