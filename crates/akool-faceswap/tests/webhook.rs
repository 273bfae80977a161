//! Webhook deliveries: those of the vectors are read, every other one is refused without a panic,
//! and nothing that is secret is printed.

#![cfg(feature = "webhook")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    error::Error,
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Client,
    submit::SubmitToken,
    webhook::{
        DEFAULT_REPLAY_WINDOW, MAX_BODY_BYTES, WebhookError, WebhookErrorKind, WebhookEvent,
        WebhookReceiver,
    },
};
use akool_faceswap_mock::{Answer, FakeAkool, WebhookSigner};
use axum::{Router, body::Bytes, extract::Path, routing::post};
use proptest::prelude::*;
use serde_json::{Value, json};

const CLIENT_ID: &str = "PLANTED-CLIENT-ID-0123456789";
const CLIENT_SECRET: &str = "PLANTED-CLIENT-SECRET-32-BYTES-0";
const URL: &str = "https://cdn.example/PLANTED.jpg";
const TIMESTAMP: u64 = 1_719_476_900_123;

fn receiver() -> WebhookReceiver {
    WebhookReceiver::new(CLIENT_ID, CLIENT_SECRET).unwrap()
}

fn signer() -> WebhookSigner {
    WebhookSigner::new(CLIENT_ID, CLIENT_SECRET).unwrap()
}

fn at(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
}

fn received(body: &[u8]) -> Result<WebhookEvent, WebhookErrorKind> {
    let event = receiver().verify_and_decrypt(body, at(TIMESTAMP));
    event.map_err(|error| error.kind())
}

fn delivered(payload: &str) -> Result<WebhookEvent, WebhookErrorKind> {
    received(
        signer()
            .sign_and_encrypt(payload, TIMESTAMP, "4821")
            .as_bytes(),
    )
}

#[test]
fn the_vectors_verify_and_decrypt_to_their_plaintext() {
    let vectors = include_str!("fixtures/webhook-vectors.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let payload: Value = serde_json::from_str(text("plaintext")).unwrap();
        let receiver = WebhookReceiver::new(text("clientId"), text("clientSecret")).unwrap();
        let body = vector["envelope"].to_string();
        let event = receiver
            .verify_and_decrypt(body.as_bytes(), at(TIMESTAMP))
            .unwrap();
        assert_eq!(event.id().as_str(), payload["_id"]);
        assert_eq!(event.status().code(), payload["status"].as_i64());
        assert_eq!(event.job_type(), payload["type"].as_str());
        let since_epoch = event.timestamp().duration_since(SystemTime::UNIX_EPOCH);
        assert_eq!(since_epoch.unwrap().as_secs(), TIMESTAMP / 1000);
    }
}

#[test]
fn credentials_that_aes_cannot_use_are_refused_and_not_shown() {
    for (id, secret, expected) in [
        ("PLANTED-ID-0123", CLIENT_SECRET, "client id has 15 bytes"),
        (CLIENT_ID, "PLANTED", "client secret has 7 bytes"),
        (CLIENT_ID, "", "client secret has 0 bytes"),
        (CLIENT_ID, "PLANTED-SECRET-17", "client secret has 17 bytes"),
    ] {
        let error = WebhookReceiver::new(id, secret).unwrap_err();
        assert_eq!(error.kind(), WebhookErrorKind::Configuration);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains("PLANTED"));
    }
    // As a file or a variable of the environment has them, with the end of the line.
    assert!(WebhookReceiver::new(format!("{CLIENT_ID}\n"), format!(" {CLIENT_SECRET}\n")).is_ok());
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let mut body = signer()
        .sign_and_encrypt(r#"{"_id":"a","status":3}"#, TIMESTAMP, "4821")
        .into_bytes();
    body.resize(MAX_BODY_BYTES, b' ');
    assert!(received(&body).is_ok());
    body.push(b' ');
    assert_eq!(received(&body), Err(WebhookErrorKind::TooLarge));
}

#[test]
fn a_replay_is_refused_when_the_window_is_over() {
    let body = signer().sign_and_encrypt(r#"{"_id":"a","status":3}"#, TIMESTAMP, 7);
    let hour = Duration::from_secs(3600);
    for (receiver, window) in [
        (receiver(), DEFAULT_REPLAY_WINDOW),
        (receiver().replay_window(hour), hour),
    ] {
        let at = |now| receiver.verify_and_decrypt(body.as_bytes(), now);
        assert!(at(self::at(TIMESTAMP) + window).is_ok());
        let late = at(self::at(TIMESTAMP) + window + Duration::from_millis(1)).unwrap_err();
        assert_eq!(late.kind(), WebhookErrorKind::OutsideReplayWindow);
    }
}

#[test]
fn another_accounts_deliveries_are_refused() {
    let body = signer().sign_and_encrypt(r#"{"_id":"a","status":3}"#, TIMESTAMP, 7);
    let kind_for = |id: &str, secret: &str| {
        let receiver = WebhookReceiver::new(id, secret).unwrap();
        let refused = receiver.verify_and_decrypt(body.as_bytes(), at(TIMESTAMP));
        refused.unwrap_err().kind()
    };
    let (other_id, other_secret) = ("ANOTHER-CLIENT-ID-01", "another-secret-of-32-bytes-long.");
    assert_eq!(
        kind_for(other_id, CLIENT_SECRET),
        WebhookErrorKind::InvalidSignature
    );
    assert_eq!(
        kind_for(CLIENT_ID, other_secret),
        WebhookErrorKind::Undecryptable
    );
}

/// Anyone who knows the client id can sign. Such a sender must not learn whether the padding or the
/// text behind it was wrong.
#[test]
fn wrong_padding_and_wrong_json_are_one_error() {
    let signed = |data: &str| {
        let signature = signer().sign(&TIMESTAMP.to_string(), "1", data);
        let body = json!({
            "signature": signature, "dataEncrypt": data, "timestamp": TIMESTAMP, "nonce": "1",
        });
        receiver().verify_and_decrypt(body.to_string().as_bytes(), at(TIMESTAMP))
    };
    let right_padding = signed(&signer().encrypt("no JSON")).unwrap_err();
    let no_base64 = signed("?").unwrap_err();
    let half_a_block = signed("AAAA").unwrap_err();
    // Half of two blocks: its last byte is a character and no padding.
    let whole = signer().encrypt("sixteen letters!");
    let wrong_padding = signed(&format!("{}AA==", &whole[..20])).unwrap_err();
    for error in [&no_base64, &half_a_block, &wrong_padding] {
        assert_eq!(error, &right_padding);
    }
    assert_eq!(right_padding.kind(), WebhookErrorKind::Undecryptable);
}

#[test]
fn nothing_secret_is_printed() {
    let payload = json!({"_id": "a", "status": 3, "type": "faceswap", "url": URL}).to_string();
    let body = signer().sign_and_encrypt(&payload, TIMESTAMP, "4821");
    let data = signer().encrypt(&payload);
    let event = receiver()
        .verify_and_decrypt(body.as_bytes(), at(TIMESTAMP))
        .unwrap();
    let mut printed = vec![
        format!("{:?} {:#?}", receiver(), receiver()),
        format!("{event:?} {event:#?} {}", event.dedup_key()),
    ];
    let id_gone = json!({"_id": URL.replace("cdn", "cdn "), "url": URL}).to_string();
    let refused = [
        body.replace("signature", "PLANTED"),
        body.replace(&data, &data[4..]),
        body.replace(&TIMESTAMP.to_string(), "\"PLANTED\""),
        format!("{body}PLANTED"),
        "PLANTED".to_owned(),
        signer().sign_and_encrypt(URL, TIMESTAMP, "4821"),
        signer().sign_and_encrypt(id_gone, TIMESTAMP, "4821"),
        signer().sign_and_encrypt(&payload, 1, "4821"),
        signer().sign_and_encrypt(&payload, u64::MAX, "4821"),
    ];
    for body in refused {
        let error = receiver().verify_and_decrypt(body.as_bytes(), at(TIMESTAMP));
        let error: WebhookError = error.unwrap_err();
        assert!(error.source().is_none());
        printed.push(format!("{error} {error:?} {error:#?} {}", error.advice()));
    }
    for text in printed {
        let secret = ["PLANTED", "cdn", &data[4..20], &data[data.len() - 8..]];
        assert!(!secret.iter().any(|secret| text.contains(secret)), "{text}");
    }
}

/// The answer to a submit is lost on its way. Its callback brings the token that the error has, and the
/// id that the error lacks.
#[tokio::test]
async fn a_job_whose_answer_was_lost_is_found_by_its_callback() {
    let fake = FakeAkool::start().unwrap();
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/akool", listener.local_addr().unwrap());
    let (deliveries, mut delivered) = tokio::sync::mpsc::unbounded_channel();
    let receive = async move |path: Path<SubmitToken>, body: Bytes| {
        deliveries.send((path.0, body)).unwrap();
    };
    let routes = Router::new().route("/akool/{token}", post(receive));
    tokio::spawn(axum::serve(listener, routes).into_future());

    fake.push_answer(Answer::reset().after_handling().on_submits());
    let swap = client
        .swap()
        .original("https://example.com/1.jpg")
        .new_face("https://example.com/me.jpg")
        .callback(callback);
    let lost = swap.submit().await.unwrap_err();
    assert!(lost.may_be_billed(), "{lost}");

    let receiver = WebhookReceiver::new(fake.client_id(), fake.client_secret()).unwrap();
    let (token, body) = delivered.recv().await.unwrap();
    let event = receiver
        .verify_and_decrypt(&body, SystemTime::now())
        .unwrap();
    assert_eq!(lost.token(), Some(&token));
    assert_eq!(fake.submitted_ids(), [event.id().as_str()]);
    assert!(!client.notify_event(&event), "nobody waits for it yet");
    let waiting = client.wait(event.id()).start();
    assert!(client.notify_event(&event), "it is waited for");
    assert!(waiting.await.is_ok());
    fake.assert_jobs_created(1);
}

/// Any JSON value, of any depth.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("_id".to_owned()),
            Just("status".to_owned()),
            Just("type".to_owned()),
            Just("url".to_owned()),
            any::<String>(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_an_error(body in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(received(&body).is_err());
    }

    #[test]
    fn any_json_as_envelope_is_an_error(body in any_json()) {
        prop_assert!(received(body.to_string().as_bytes()).is_err());
    }

    #[test]
    fn any_json_as_payload_is_an_event_or_an_error(payload in any_json()) {
        let with_id = payload["_id"].as_str().is_some_and(|id| akool_faceswap::ResultId::new(id).is_ok());
        match delivered(&payload.to_string()) {
            Ok(event) => {
                let id = &payload["_id"];
                prop_assert!(id.as_str() == Some(event.id().as_str()) || id.is_number());
                let key = format!("{}:", event.id());
                prop_assert!(event.dedup_key().starts_with(&key));
            }
            Err(kind) => {
                prop_assert!(!with_id);
                prop_assert!(matches!(
                    kind,
                    WebhookErrorKind::Undecryptable | WebhookErrorKind::InvalidPayload
                ));
            }
        }
    }

    #[test]
    fn any_signed_data_is_an_error(data in prop::collection::vec(any::<u8>(), 0..96)) {
        // Encrypted by another account's secret, signed with this one's client id.
        let other = WebhookSigner::new(CLIENT_ID, "another-secret-of-32-bytes-long.").unwrap();
        let body = other.sign_and_encrypt(data, TIMESTAMP, 1);
        prop_assert_eq!(received(body.as_bytes()), Err(WebhookErrorKind::Undecryptable));
    }

    #[test]
    fn a_flipped_bit_is_refused(at in any::<prop::sample::Index>(), bit in 0..8) {
        let body = signer().sign_and_encrypt(r#"{"_id":"a","status":3}"#, TIMESTAMP, 4821);
        prop_assert!(received(body.as_bytes()).is_ok());
        let mut body = body.into_bytes();
        let at = at.index(body.len());
        body[at] ^= 1_u8 << bit;
        prop_assert!(received(&body).is_err(), "{}", String::from_utf8_lossy(&body));
    }

    #[test]
    fn what_the_fake_sends_is_read_with_every_key_length(
        id in "[a-zA-Z0-9_:+.~-]{1,64}",
        status in any::<i64>(),
        nonce in prop_oneof![any::<u64>().prop_map(Value::from), any::<String>().prop_map(Value::from)],
        length in prop::sample::select(vec![16_usize, 24, 32]),
    ) {
        let secret = &CLIENT_SECRET[..length];
        let signer = WebhookSigner::new(CLIENT_ID, secret).unwrap();
        let receiver = WebhookReceiver::new(CLIENT_ID, secret).unwrap();
        let payload = json!({"_id": id, "status": status}).to_string();
        let body = signer.sign_and_encrypt(payload, TIMESTAMP / 1000, nonce);
        let event = receiver.verify_and_decrypt(body.as_bytes(), at(TIMESTAMP)).unwrap();
        prop_assert_eq!(event.id().as_str(), id);
        prop_assert_eq!(event.status().code(), Some(status));
    }
}
