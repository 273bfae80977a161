//! Checks the fake's webhook bodies against vectors computed by OpenSSL and Python's hashlib.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use akool_faceswap_mock::WebhookSigner;
use serde_json::Value;

const VECTORS: &str = include_str!("../../akool-faceswap/tests/fixtures/webhook-vectors.json");

#[test]
fn bodies_match_the_vectors() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let envelope = &vector["envelope"];
        let signer = WebhookSigner::new(text("clientId"), text("clientSecret")).unwrap();
        let body = signer.sign_and_encrypt(
            text("plaintext"),
            envelope["timestamp"].as_u64().unwrap(),
            envelope["nonce"].clone(),
        );
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(&body, envelope, "{}", vector["label"]);
    }
}
