//! Any rows at all: nothing panics, no row is lost, and an odd row costs itself alone.
//!
//! The rows come from a real server as text, so that there is in them what no JSON library would
//! write: numbers out of range, names that stand twice, escapes that are no character.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use akool_faceswap::{
    Client, Error, ErrorKind, Job, JobStatus, ResultIds, RetryPolicy,
    lookup::{Outcome, Results, UnexpectedReason},
};
use akool_faceswap_mock::{Answer, FakeAkool};
use proptest::prelude::*;
use serde_json::Value;

/// The ids that are asked for; rows may have others.
const ASKED: [&str; 5] = ["a1", "b2", "c3", "12345", "e5"];
const FOREIGN: [&str; 2] = ["z9", "667d228400000000000a0001"];

/// A row as the server writes it, and what is known of it.
#[derive(Clone, Debug)]
struct Row {
    json: String,
    /// The id that it can be found by.
    id: Option<String>,
    /// The status, where nothing about the row is odd.
    regular: Option<i64>,
}

/// A client and a server for many cases.
struct Place {
    runtime: tokio::runtime::Runtime,
    fake: FakeAkool,
    client: Client,
}

impl Place {
    fn new() -> Self {
        let fake = FakeAkool::start().unwrap();
        let client = Client::builder()
            .base_url(fake.url())
            .api_key(fake.api_key())
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            fake,
            client,
        }
    }

    /// What a lookup makes of this body.
    fn answered(&self, body: impl Into<Vec<u8>>) -> Result<Results, Error> {
        self.fake.push_answer(Answer::json(body.into()));
        let ids = ResultIds::parse_all(ASKED).unwrap();
        self.runtime
            .block_on(async { self.client.lookup(ids).await })
    }
}

fn envelope(rows: &[Row]) -> String {
    let rows: Vec<&str> = rows.iter().map(|row| row.json.as_str()).collect();
    let rows = rows.join(",");
    format!(r#"{{"code":1000,"msg":"OK","data":{{"result":[{rows}]}}}}"#)
}

/// JSON of any kind, and some that a parser of values refuses.
fn any_json() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<u64>().prop_map(|number| number.to_string()),
        (-1e3..1e3f64).prop_map(|number| format!("{number:?}")),
        (0..9u8).prop_map(|status| format!("\"{status}\"")),
        (0..9u8).prop_map(|status| format!("{status}.0")),
        text,
        prop::sample::select(vec![
            "1e400",
            "-0",
            "1E-400",
            r#""\ud800""#,
            r#""\u0000""#,
            r#""NaN""#
        ])
        .prop_map(str::to_owned),
        (100..300usize).prop_map(|deep| format!("{}{}", "[".repeat(deep), "]".repeat(deep))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name(), inner), 0..4).prop_map(|members| object(&members)),
        ]
    })
}

/// A member's name: documented, unknown, or any text.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "faceswap_status", "url", "createdAt", "image", "job_id", "uid", "userId",
            "faceswap_type", "faceswap_quality", "deduction_status", "deduction_duration",
            "update_time", "video_duration", "error_reason", "code", "data", "result", "msg",
        ])
        .prop_map(str::to_owned),
        1 => any::<String>().prop_filter("an id of its own", |name| name != "_id"),
    ]
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", serde_json::to_string(name).unwrap()))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn any_id() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(&ASKED[..]), 1 => prop::sample::select(&FOREIGN[..])]
        .prop_map(str::to_owned)
}

/// A row as documented.
fn regular() -> impl Strategy<Value = Row> {
    (any_id(), 1..5i64, any::<u32>()).prop_map(|(id, status, uid)| Row {
        json: format!(
            r#"{{"_id":"{id}","faceswap_status":{status},"url":"https://c.example/{uid}.jpg","createdAt":"2024-06-27T08:27:48.006Z","uid":{uid},"video_duration":0,"later":[{uid}]}}"#
        ),
        id: Some(id),
        regular: Some(status),
    })
}

/// A row with an id that can be read, among members of any kind.
fn odd() -> impl Strategy<Value = Row> {
    let members = || prop::collection::vec((name(), any_json()), 0..5);
    (any_id(), any::<bool>(), members(), members()).prop_map(|(id, bare, before, after)| {
        // An id of digits may be written as a number.
        let is_number = bare && id == "12345";
        let quoted = if is_number {
            id.clone()
        } else {
            format!("\"{id}\"")
        };
        let id_member = [("_id".to_owned(), quoted)];
        Row {
            json: object(&[&before[..], &id_member, &after].concat()),
            id: Some(id),
            regular: None,
        }
    })
}

/// A row without an id: any JSON at all.
fn garbage() -> impl Strategy<Value = Row> {
    any_json().prop_map(|json| Row {
        json,
        id: None,
        regular: None,
    })
}

fn any_row() -> impl Strategy<Value = Row> {
    prop_oneof![3 => regular(), 3 => odd(), 2 => garbage()]
}

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn no_row_is_lost() {
    let place = Place::new();
    proptest!(few(256), |(rows in prop::collection::vec(any_row(), 0..12))| {
        let results = place.answered(envelope(&rows)).unwrap();

        // Every id has one outcome, in the order in which they were asked for.
        let ids: Vec<&str> = results.iter().map(|(id, _)| id.as_str()).collect();
        prop_assert_eq!(&ids, &ASKED);

        // Every row is a job that was asked for or is reported.
        let found = results.found().count();
        prop_assert_eq!(found + results.unexpected().len(), rows.len());
        let reasons = |reason| results.unexpected().iter().filter(|row| row.reason() == reason).count();
        let without_id = rows.iter().filter(|row| row.id.is_none()).count();
        prop_assert_eq!(reasons(UnexpectedReason::Unreadable), without_id);
        let is_foreign = |row: &&Row| row.id.as_deref().is_some_and(|id| FOREIGN.contains(&id));
        prop_assert_eq!(reasons(UnexpectedReason::NotAsked), rows.iter().filter(is_foreign).count());

        // An id is found if and only if a row has it.
        let with_rows: HashSet<&str> = rows.iter().filter_map(|row| row.id.as_deref()).collect();
        for (id, outcome) in results.iter() {
            match outcome {
                Outcome::Found(job) => {
                    prop_assert!(with_rows.contains(id.as_str()));
                    prop_assert_eq!(job.id(), id);
                    let own: Vec<&Row> =
                        rows.iter().filter(|row| row.id.as_deref() == Some(id.as_str())).collect();
                    if own.iter().all(|row| row.regular.is_some()) {
                        prop_assert!(job.notes().is_empty());
                        let codes: Vec<i64> = own.iter().filter_map(|row| row.regular).collect();
                        prop_assert!(codes.contains(&job.status().code().unwrap()));
                        prop_assert!(job.is_terminal() || codes.iter().all(|code| *code < 3));
                    }
                    let json = serde_json::to_value(job).unwrap();
                    prop_assert!(json.get("_id").is_some());
                }
                Outcome::Missing => prop_assert!(!with_rows.contains(id.as_str())),
                Outcome::Failed(error) => prop_assert!(false, "{error}"),
            }
        }
        let _ = format!("{results:?} {:?}", results.unexpected());
    });
}

#[test]
fn an_odd_row_changes_nothing_about_the_others() {
    let place = Place::new();
    let lots = (
        prop::collection::vec(regular(), 1..8),
        garbage(),
        any::<prop::sample::Index>(),
    );
    proptest!(few(128), |((rows, odd, at) in lots)| {
        let alone = place.answered(envelope(&rows)).unwrap();
        let mut mixed = rows.clone();
        mixed.insert(at.index(rows.len() + 1), odd);
        let mixed = place.answered(envelope(&mixed)).unwrap();
        prop_assert_eq!(mixed.unexpected().len(), alone.unexpected().len() + 1);
        for ((id, alone), (_, mixed)) in alone.iter().zip(mixed.iter()) {
            match (alone, mixed) {
                (Outcome::Found(alone), Outcome::Found(mixed)) => {
                    prop_assert_eq!(alone, mixed);
                    prop_assert_eq!(
                        serde_json::to_value(alone).unwrap(),
                        serde_json::to_value(mixed).unwrap()
                    );
                }
                (Outcome::Missing, Outcome::Missing) => {}
                (alone, mixed) => prop_assert!(false, "{id}: {alone:?}, {mixed:?}"),
            }
        }
    });
}

#[test]
fn an_answer_that_is_cut_is_an_error_and_not_fewer_rows() {
    let place = Place::new();
    let cut = (
        prop::collection::vec(regular(), 1..4),
        any::<prop::sample::Index>(),
    );
    proptest!(few(64), |((rows, at) in cut)| {
        let whole = envelope(&rows).into_bytes();
        let error = place.answered(&whole[..at.index(whole.len())]).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Decode);
    });
}

#[test]
fn any_body_is_rows_or_an_error_that_says_where() {
    let place = Place::new();
    let body = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        any_json().prop_map(String::into_bytes),
        (any_json(), any_json(), any_json()).prop_map(|(code, msg, data)| {
            format!(r#"{{"code":{code},"msg":{msg},"data":{data}}}"#).into_bytes()
        }),
        (any_json(), any_json()).prop_map(|(msg, rows)| {
            format!(r#"{{"code":1000,"msg":{msg},"data":{{"result":{rows}}}}}"#).into_bytes()
        }),
    ];
    proptest!(few(256), |(body in body)| {
        match place.answered(body) {
            Ok(results) => prop_assert_eq!(results.len(), ASKED.len()),
            Err(error) if error.kind() == ErrorKind::Api => {
                prop_assert!(error.business_code().is_some());
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Decode);
                prop_assert!(error.json_path().is_some_and(|path| path.starts_with('$')));
            }
        }
    });
}

/// A row without members that are null, and with every number as a float.
fn plain(row: Value) -> Value {
    let Value::Object(members) = row else {
        return row;
    };
    let floats = |value: Value| value.as_f64().map_or(value, Value::from);
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, floats(value)))
        .collect()
}

proptest! {
    #![proptest_config(few(512))]

    #[test]
    fn a_row_is_a_job_exactly_if_it_has_an_id(row in any_row()) {
        // What serde_json refuses as a value never comes to a job in this way.
        prop_assume!(serde_json::from_str::<Value>(&row.json).is_ok());
        let job = serde_json::from_str::<Job>(&row.json);
        prop_assert_eq!(job.as_ref().ok().map(|job| job.id().to_string()), row.id);
        if let Ok(job) = job {
            let came: Value = serde_json::from_str(&row.json).unwrap();
            prop_assert_eq!(plain(serde_json::to_value(&job).unwrap()), plain(came));
            if let Some(code) = row.regular {
                prop_assert_eq!(job.status(), JobStatus::from_code(code));
                prop_assert!(job.notes().is_empty());
            }
        }
    }
}
