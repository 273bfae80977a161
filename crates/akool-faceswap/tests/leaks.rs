//! No key, no token and no result URL in anything that the library prints, whatever goes wrong.
//!
//! Recognisable ones are planted, every fault of the table is caused, most of which send them back
//! in one spelling or another, and all that can be printed of what came of it is searched, and all
//! that was traced and logged meanwhile. Ids may stand in errors, which are for the caller, but not
//! in spans and events, which go anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/capture.rs"]
mod capture;
mod support;

use std::{
    error::Error as StdError,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use akool_faceswap::{
    Client, ClientBuilder, Error, ResultId, ResultIds, RetryPolicy,
    lookup::{Outcome, Results},
};
use futures_util::{StreamExt as _, stream};
use support::{
    fault::{Fault, Happened, Stage},
    planted::{API_KEY, Credential, ID_MARK, REQUEST_MARK, SECRET_MARKS, TOKEN, URL, URL_MARK},
    table::table,
    verdict::verdict,
};

/// Everything that was printed.
#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn debug(&mut self, value: &dyn fmt::Debug) {
        self.0.push(format!("{value:?}"));
        self.0.push(format!("{value:#?}"));
    }

    fn error(&mut self, error: &dyn StdError) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.0.push(error.to_string());
            self.debug(&error);
            next = error.source();
        }
    }

    fn failure(&mut self, error: &Error) {
        self.error(error);
        self.debug(&(error.kind(), error.business_code(), error.ids()));
        let texts = [
            Some(error.message()),
            error.body_snippet(),
            error.json_path(),
        ];
        self.0
            .extend(texts.into_iter().flatten().map(str::to_owned));
        self.0
            .extend(error.business_code().map(|code| code.to_string()));
    }

    fn results(&mut self, results: &Results) {
        self.debug(results);
        for (id, outcome) in results.iter() {
            self.debug(&(id, outcome));
            match outcome {
                Outcome::Found(job) => {
                    self.debug(&(job, job.id(), job.status(), job.notes(), job.media()));
                    let notes = job.notes().iter().map(ToString::to_string);
                    self.0.extend(notes);
                }
                Outcome::Failed(error) => self.failure(error),
                Outcome::Missing => {}
            }
        }
        for row in results.unexpected() {
            self.debug(row);
            self.0.push(row.to_string());
        }
        if let Err(incomplete) = results.clone().into_complete() {
            self.error(&incomplete);
        }
    }

    /// Everything that comes of a lookup.
    fn happened(&mut self, happened: &Happened) {
        self.0.push(happened.builder.clone());
        self.debug(&happened.client);
        self.0.push(verdict(&happened.outcome));
        match &happened.outcome {
            Ok(results) => self.results(results),
            Err(error) => self.failure(error),
        }
    }
}

/// The first line that holds one of `marks`, in large or small letters.
fn leak(lines: &[String], marks: &[&str]) -> Option<String> {
    let holds = |line: &String| {
        let line = line.to_lowercase();
        marks.iter().any(|mark| line.contains(mark))
    };
    lines.iter().find(|line| holds(line)).cloned()
}

fn forbidden() -> Vec<&'static str> {
    [&SECRET_MARKS[..], &[URL_MARK, REQUEST_MARK]].concat()
}

#[tokio::test]
async fn no_fault_makes_the_library_tell() {
    capture::begin();
    let (leaks, ids) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    for credential in [Credential::ApiKey, Credential::BearerToken] {
        let stage = Stage::new(credential).await;
        let search = async |fault: &Fault| {
            let mut printed = Printed::default();
            printed.happened(&stage.cause(fault).await);
            if leak(&printed.0, &[ID_MARK]).is_some() {
                ids.fetch_add(1, Ordering::Relaxed);
            }
            if let Some(line) = leak(&printed.0, &forbidden()) {
                leaks
                    .lock()
                    .unwrap()
                    .push(format!("{credential:?}, {}: {line}", fault.name));
            }
        };
        let table = table();
        stream::iter(&table).for_each_concurrent(4, search).await;
    }
    let traced = capture::taken();
    for marks in [&forbidden()[..], &[ID_MARK]] {
        leaks
            .lock()
            .unwrap()
            .extend(leak(&traced, marks).map(|line| format!("traced: {line}")));
    }
    let leaks = leaks.into_inner().unwrap();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n\n")
    );

    // The search looked at something: spans of every call and attempt, and outcomes with ids.
    let rows = table().len();
    let spans = traced
        .iter()
        .filter(|line| line.starts_with("span akool_faceswap"));
    let spans = spans.count();
    assert!(spans > 3 * rows, "{spans} spans");
    assert!(ids.into_inner() > rows);
}

#[test]
fn settings_that_are_refused_are_not_repeated() {
    let mut printed = Printed::default();
    let key = || Client::builder().api_key(API_KEY);
    let with_url = |url: &str| key().base_url(url);
    let refused: [ClientBuilder; 12] = [
        key().bearer_token(TOKEN),
        Client::builder().api_key(format!("{API_KEY}\u{7}")),
        Client::builder().api_key(format!("{API_KEY} {API_KEY}")),
        Client::builder().api_key(format!("{API_KEY}\u{e4}")),
        Client::builder().bearer_token(format!("Bearer {TOKEN}")),
        with_url(&format!("https://u:{API_KEY}@host.example")),
        with_url(&format!("https://{API_KEY}@host.example")),
        with_url(&format!("https://host.example/?key={API_KEY}")),
        with_url(&format!("https://host.example/#{API_KEY}")),
        with_url(&format!("ftp://host.example/{API_KEY}")),
        with_url(&format!("https://host.example:{API_KEY}/")),
        with_url(&format!("http://host.example/{URL}")),
    ];
    for builder in refused {
        printed.debug(&builder);
        printed.failure(&builder.build().unwrap_err());
    }
    let client = key().retry(RetryPolicy::never()).build().unwrap();
    printed.debug(&client);
    printed.debug(&client.lookup(ResultId::new("a").unwrap()));
    assert_eq!(leak(&printed.0, &forbidden()), None);
}

#[test]
fn ids_that_are_refused_are_named_and_nothing_else() {
    let refused = ResultIds::parse_all(["a b", "", "20240627082748003-5746"]).unwrap_err();
    let mut printed = Printed::default();
    printed.error(&refused);
    printed.failure(&Error::from(refused));
    assert_eq!(leak(&printed.0, &forbidden()), None);
    assert!(leak(&printed.0, &["a b"]).is_some());
}
