//! Any bytes as a webhook delivery: as the body, as the payload behind a valid signature, and as the
//! encrypted data. No panic; what is not signed is refused; what is read has the payload's id.
#![no_main]

use std::time::{Duration, SystemTime};

use akool_faceswap::webhook::WebhookReceiver;
use akool_faceswap_mock::WebhookSigner;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const CLIENT_ID: &str = "EXAMPLE-CLIENT-ID-0001==";
const CLIENT_SECRET: &str = "EXAMPLE-CLIENT-SECRET-32-BYTES-0";
const TIMESTAMP: u64 = 1_719_476_900;

fuzz_target!(|bytes: &[u8]| {
    let receiver = WebhookReceiver::new(CLIENT_ID, CLIENT_SECRET).expect("credentials");
    let signer = WebhookSigner::new(CLIENT_ID, CLIENT_SECRET).expect("credentials");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(TIMESTAMP);

    let _ = receiver.verify_and_decrypt(bytes, now);

    let body = signer.sign_and_encrypt(bytes, TIMESTAMP, 1);
    if let Ok(event) = receiver.verify_and_decrypt(body.as_bytes(), now) {
        let payload: Value = serde_json::from_slice(bytes).expect("a payload that was read");
        assert!(payload.is_object());
        if let Some(id) = payload["_id"].as_str() {
            assert_eq!(event.id().as_str(), id);
        }
        assert!(event.dedup_key().starts_with(event.id().as_str()));
    }

    let data = String::from_utf8_lossy(bytes);
    let body = json!({
        "signature": signer.sign("1719476900", "1", &data),
        "dataEncrypt": data,
        "timestamp": TIMESTAMP,
        "nonce": 1,
    });
    let _ = receiver.verify_and_decrypt(body.to_string().as_bytes(), now);
});
