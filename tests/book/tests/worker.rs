//! The worker in docs/faq.md, run by Node.js against the fake: it stores what the lookup says, and refuses what it
//! cannot decrypt. Without Node.js, the test says that it is skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::Path,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use akool_faceswap_mock::{FakeAkool, FakeJob, WebhookSigner};

/// Sends one body to the worker, and prints the answer's status and what was stored.
const DRIVER: &str = r#"
import worker from "./worker.mjs";
const stored = [];
const env = { ...process.env, JOBS: { put: async (id, job) => stored.push([id, JSON.parse(job)]) } };
const request = new Request("http://worker.example/", { method: "POST", body: process.env.BODY });
const response = await worker.fetch(request, env);
console.log(response.status, stored.map(([id, job]) => `${id} ${job.faceswap_status}`).join());
"#;

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/faq.md");
    fs::read_to_string(page).unwrap()
}

#[test]
fn it_stores_what_the_lookup_says_and_nothing_else() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("!!! skipped: the worker of docs/faq.md (Node.js is missing)");
        return;
    }
    let page = page();
    let code = page
        .split("```js\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("worker.mjs"), code).unwrap();
    fs::write(folder.path().join("driver.mjs"), DRIVER).unwrap();

    // At AKOOL, the API key and the client secret are the same value.
    let key = "EXAMPLE-CLIENT-SECRET-32-BYTES-0";
    let fake = FakeAkool::builder()
        .api_key(key)
        .client_credentials("EXAMPLE-CLIENT-ID-0001==", key)
        .start()
        .unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    let other = "667d228400000000000a0001";
    let signer = WebhookSigner::new(fake.client_id(), fake.client_secret()).unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let deliver = |body: String| {
        let output = Command::new("node")
            .arg(folder.path().join("driver.mjs"))
            .env("BODY", body)
            .env("AKOOL_API_HOST", fake.url())
            .env("AKOOL_API_KEY", key)
            .env("AKOOL_CLIENT_ID", fake.client_id())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let delivery = |id: &str, status: u8| {
        signer.sign_and_encrypt(
            format!(r#"{{"_id":"{id}","status":{status},"type":"faceswap"}}"#),
            now,
            7,
        )
    };

    // The delivery says Failed; what counts is the lookup.
    assert_eq!(deliver(delivery(&id, 4)), format!("200 {id} 3"));
    assert_eq!(deliver(delivery(other, 3)), "500");
    assert_eq!(deliver(delivery("../..", 3)), "400");
    assert_eq!(deliver("no JSON".to_owned()), "400");
    assert_eq!(fake.request_count(), 2);
}
