//! Webhook bodies as AKOOL sends them: signed, encrypted, in the documented envelope.
//!
//! The code shares nothing with the SDK's, only the `RustCrypto` crates, so that a test never checks
//! the SDK against itself.

use std::{
    fmt::{self, Write as _},
    io,
};

use aes::{Aes128, Aes192, Aes256};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

/// Bytes of an AES block, and of the initialization vector.
const BLOCK: usize = 16;

/// Signs and encrypts webhook bodies with one account's credentials.
///
/// ```
/// use akool_faceswap_mock::WebhookSigner;
///
/// let signer = WebhookSigner::new("EXAMPLE-CLIENT-ID-0001==", "EXAMPLE-SECRET-24-BYTES0")?;
/// let payload = r#"{"_id":"667d2284dca9e468ba8ead23","status":3,"type":"faceswap"}"#;
/// let body = signer.sign_and_encrypt(payload, 1_719_476_900_123, "4821");
/// assert!(body.contains("dataEncrypt"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A payload may be any bytes, so that a test can deliver what AKOOL never would.
///
/// Source: <https://docs.akool.com/ai-tools-suite/webhook>.
#[derive(Clone)]
pub struct WebhookSigner {
    client_id: String,
    client_secret: String,
}

impl WebhookSigner {
    /// A signer for the account with these credentials.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if the client id is shorter than 16 bytes or
    /// the client secret is not 16, 24 or 32 bytes long: AES cannot use them.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> io::Result<Self> {
        let signer = Self {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
        };
        match signer.encrypted(b"") {
            Some(_) => Ok(signer),
            None => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a webhook needs a client id of at least 16 bytes and a client secret of 16, 24 \
                 or 32 bytes",
            )),
        }
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// A complete request body: `signature`, `dataEncrypt`, `timestamp` and `nonce` as JSON.
    ///
    /// AKOOL documents `timestamp` as a number; the nonce has been seen as a string and as a number,
    /// so either is accepted here.
    pub fn sign_and_encrypt(
        &self,
        payload: impl AsRef<[u8]>,
        timestamp: u64,
        nonce: impl Into<Value>,
    ) -> String {
        let nonce = nonce.into();
        let data = self.encrypt(payload);
        let signed_nonce = match &nonce {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let signature = self.sign(&timestamp.to_string(), &signed_nonce, &data);
        json!({
            "signature": signature,
            "dataEncrypt": data,
            "timestamp": timestamp,
            "nonce": nonce,
        })
        .to_string()
    }

    /// The `dataEncrypt` of a payload: AES-CBC with PKCS#7 padding, as standard base64.
    pub fn encrypt(&self, payload: impl AsRef<[u8]>) -> String {
        let encrypted = self.encrypted(payload.as_ref()).unwrap_or_default();
        BASE64_STANDARD.encode(encrypted)
    }

    /// The `signature` of three fields: the lowercase hexadecimal SHA-1 of them and the client id,
    /// sorted and joined.
    pub fn sign(&self, timestamp: &str, nonce: &str, data_encrypt: &str) -> String {
        let mut fields = [&self.client_id, timestamp, nonce, data_encrypt];
        fields.sort_unstable();
        let mut signature = String::new();
        for byte in Sha1::digest(fields.concat()) {
            // Writing to a string cannot fail.
            let _ = write!(signature, "{byte:02x}");
        }
        signature
    }

    /// `None` if the credentials do not fit AES.
    fn encrypted(&self, payload: &[u8]) -> Option<Vec<u8>> {
        let key = self.client_secret.as_bytes();
        let iv = self.client_id.as_bytes().get(..BLOCK)?;
        match key.len() {
            16 => encrypted_by::<Encryptor<Aes128>>(key, iv, payload),
            24 => encrypted_by::<Encryptor<Aes192>>(key, iv, payload),
            32 => encrypted_by::<Encryptor<Aes256>>(key, iv, payload),
            _ => None,
        }
    }
}

fn encrypted_by<E: KeyIvInit + BlockModeEncrypt>(
    key: &[u8],
    iv: &[u8],
    payload: &[u8],
) -> Option<Vec<u8>> {
    let mut buffer = payload.to_vec();
    buffer.resize((payload.len() / BLOCK + 1) * BLOCK, 0);
    let encryptor = E::new_from_slices(key, iv).ok()?;
    encryptor
        .encrypt_padded::<Pkcs7>(&mut buffer, payload.len())
        .ok()?;
    Some(buffer)
}

impl fmt::Debug for WebhookSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSigner").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT_ID: &str = "EXAMPLE-CLIENT-ID-0001==";

    #[test]
    fn credentials_that_aes_cannot_use_are_refused() {
        for length in [0, 15, 17, 23, 25, 31, 33] {
            let refused = WebhookSigner::new(CLIENT_ID, "s".repeat(length)).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{length}");
        }
        assert!(WebhookSigner::new("c".repeat(15), "s".repeat(16)).is_err());
        assert!(WebhookSigner::new("c".repeat(16), "s".repeat(16)).is_ok());
    }

    #[test]
    fn a_payload_of_whole_blocks_gets_a_block_of_padding() {
        let signer = WebhookSigner::new(CLIENT_ID, "s".repeat(32)).unwrap();
        for (length, blocks) in [(0, 1), (15, 1), (16, 2), (17, 2)] {
            let encrypted = signer.encrypted(&vec![b'x'; length]).unwrap();
            assert_eq!(encrypted.len(), blocks * BLOCK, "{length}");
        }
    }

    #[test]
    fn debug_output_shows_no_credentials() {
        let signer = WebhookSigner::new("PLANTED-PLANTED-", "PLANTED-PLANTED-").unwrap();
        assert!(!format!("{signer:?}").contains("PLANTED"));
    }
}
