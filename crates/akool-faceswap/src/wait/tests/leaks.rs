//! No URL and no key in anything that a wait shows.

use std::fmt::Write as _;

use crate::wait::Change;
use crate::wait::tests::*;

const MARK: &str = "FACELINK";
const KEY: &str = "PLANTED-Key-0123456789abcdef";

/// Everything that waits show for jobs that are queued, fail a lookup, are processing and end.
async fn shown() -> String {
    let wire = Scripted::new(|seen| {
        let row = |status| {
            format!(
                r#"{{"code":1000,"msg":"OK","data":{{"result":[{{"_id":"{}","faceswap_status":{status},
                "url":"https://cdn.example/{MARK}.png","error_reason":"see https://cdn.example/{MARK}"}}]}}}}"#,
                seen.ids[0]
            )
        };
        match seen.n {
            0 => Reply::http(200, &row(1)),
            1 => Reply::http(500, &format!("https://cdn.example/{MARK} {KEY}")),
            2 => Reply::http(200, &row(2)),
            _ => Reply::http(200, &row(if seen.ids[0] == "good" { 3 } else { 4 })),
        }
    });
    let client = wire.client_with(|builder| builder.api_key(KEY));
    let mut text = String::new();
    for name in ["good", "bad"] {
        let wait = client.wait(id(name));
        write!(text, "{wait:?}").unwrap();
        let mut changes = wait.start().changes();
        let handle = changes.handle();
        write!(text, "{changes:?}{handle:?}").unwrap();
        while let Some(change) = changes.next().await {
            let ticket = handle.ticket();
            let written = serde_json::to_string(&ticket).unwrap();
            let progress = handle.progress();
            write!(text, "{change:?}{change:#?}{ticket:?}{written}{progress:?}").unwrap();
            if let Change::Settled(Err(error)) = change {
                write!(
                    text,
                    "{error}{error:?}{:?}",
                    std::error::Error::source(&error)
                )
                .unwrap();
            }
        }
    }
    let many = client.wait_each(ids("a", 3));
    write!(text, "{many:?}").unwrap();
    let started = many.start();
    write!(text, "{started:?}{:?}", started.progress()).unwrap();
    let silent = Scripted::new(|_| Reply::http(500, &format!("https://cdn.example/{MARK} {KEY}")));
    let client = silent.client_with(|builder| builder.api_key(KEY));
    let all = client.wait_all(ids("a", 3)).timeout(MINUTE);
    write!(text, "{all:?}").unwrap();
    let all = all.await;
    write!(text, "{all:?}").unwrap();
    for error in all.errors() {
        write!(
            text,
            "{error}{error:#?}{:?}",
            error.error().unwrap().body_snippet()
        )
        .unwrap();
    }
    write!(text, "{:?}", client.lookup_one(id("a"))).unwrap();
    text
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_wait_shows_has_a_url_or_a_key_in_it() {
    let shown = shown().await;
    assert!(!shown.contains(MARK), "{shown}");
    assert!(!shown.contains("PLANTED"), "{shown}");
    // The texts that were searched are really there.
    for word in [
        "JobFailed",
        "Processing",
        "last_error",
        "deadline_unix_ms",
        "HTTP 500",
        "Changes {",
        "WaitEach {",
        "LookupOne {",
        "Ticket {",
        "Wait {",
        "WaitAll {",
        "WaitHandle {",
        "WaitResults {",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn everything_held_across_tasks_is_send_and_sync() {
    fn is<T: Send + Sync + Unpin>() {}
    is::<crate::wait::Wait>();
    is::<crate::wait::WaitAll>();
    is::<crate::wait::WaitAny>();
    is::<crate::wait::Changes>();
    is::<crate::wait::WaitHandle>();
    is::<crate::wait::WaitEach>();
    is::<crate::wait::LookupOne>();
    is::<crate::wait::Ticket>();
    is::<crate::wait::WaitError>();
    assert!(size_of::<crate::wait::WaitError>() <= 8);
}
