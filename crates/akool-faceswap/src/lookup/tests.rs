//! The rules of a lookup, each under a paused clock and over a scripted wire.

mod credentials;
mod splitting;
mod timing;

use crate::{
    lookup::{
        Outcome,
        UnexpectedReason::{NotAsked, Repeated, Unreadable},
    },
    model::ResultIds,
    testing::scripted::{Reply, Scripted},
};

pub(super) fn ids(count: usize) -> ResultIds {
    ResultIds::parse_all((0..count).map(|n| format!("{n:024x}"))).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_long_list_goes_out_in_full_requests() {
    let wire = Scripted::new(Reply::found);
    let results = wire.client().lookup(ids(250)).await.unwrap();
    assert_eq!(results.found().count(), 250);
    let mut sizes: Vec<usize> = wire.seen().iter().map(|seen| seen.ids.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
}

#[tokio::test(start_paused = true)]
async fn outcomes_keep_the_order_of_the_list_whatever_order_the_answers_have() {
    let wire = Scripted::new(|seen| {
        let mut reversed = seen.clone();
        reversed.ids.reverse();
        // Earlier requests are answered later.
        Reply::found(&reversed).after(std::time::Duration::from_secs(10 - seen.n as u64))
    });
    let asked = ids(300);
    let results = wire.client().lookup(&asked).await.unwrap();
    let answered: Vec<_> = results.found().map(|job| job.id().clone()).collect();
    assert_eq!(answered, asked.as_slice());
}

#[tokio::test(start_paused = true)]
async fn found_missing_and_failed_are_kept_apart() {
    let wire = Scripted::new(|seen| {
        let mut seen = seen.clone();
        if seen.ids.contains(&format!("{:024x}", 150)) {
            return Reply::business(1009);
        }
        seen.ids.retain(|id| *id != format!("{:024x}", 3));
        Reply::found(&seen)
    });
    let results = wire.client().lookup(ids(201)).await.unwrap();
    assert_eq!(results.found().count(), 100);
    let missing: Vec<_> = results.missing().map(ToString::to_string).collect();
    assert_eq!(missing, [format!("{:024x}", 3)]);
    assert_eq!(results.failed().count(), 100);
    let (_, error) = results.failed().next().unwrap();
    assert_eq!(error.business_code().unwrap().code(), 1009);
    assert_eq!(error.ids().len(), 100);
    assert!(matches!(
        results.get(format!("{:024x}", 0)),
        Some(Outcome::Found(_))
    ));
    assert!(results.get("never asked").is_none());

    let shown = format!("{results:?}");
    assert!(
        shown.contains("found: 100, missing: 1, failed: 100, unexpected: 0"),
        "{shown}"
    );
    assert!(!results.is_empty());

    let incomplete = results.into_complete().unwrap_err();
    assert_eq!(incomplete.results().found().count(), 100);
    let text = incomplete.to_string();
    assert!(
        text.starts_with("of 201 ids 1 are missing and 100 failed; "),
        "{text}"
    );
    assert!(std::error::Error::source(&incomplete).is_some());
    assert_eq!(incomplete.into_results().len(), 201);
}

#[tokio::test(start_paused = true)]
async fn complete_results_are_all_jobs_in_order() {
    let wire = Scripted::new(Reply::found);
    let results = wire.client().lookup(ids(3)).await.unwrap();
    let jobs = results.into_complete().unwrap();
    let answered: Vec<_> = jobs.iter().map(|job| job.id().clone()).collect();
    assert_eq!(answered, ids(3).as_slice());
}

#[tokio::test(start_paused = true)]
async fn where_all_ids_failed_there_is_one_error_about_all_ids() {
    let wire = Scripted::new(|_| Reply::business(1101));
    let error = wire.client().lookup(ids(250)).await.unwrap_err();
    assert!(error.is_auth());
    assert_eq!(error.ids().len(), 250);
}

#[tokio::test(start_paused = true)]
async fn an_error_has_what_the_server_said() {
    let wire = Scripted::new(|_| Reply::http(404, "<h1>no such page</h1>"));
    let error = wire.client().lookup(ids(1)).await.unwrap_err();
    assert_eq!(error.body_snippet(), Some("<h1>no such page</h1>"));
    assert_eq!((error.http_status(), error.json_path()), (Some(404), None));
    let wire = Scripted::new(|_| Reply::http(200, r#"{"code":1000,"data":{"result":7}}"#));
    let error = wire.client().lookup(ids(1)).await.unwrap_err();
    assert_eq!(error.json_path(), Some("$.data.result"));
    assert!(error.message().contains("expected an array"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_gives_empty_results_without_a_request() {
    let wire = Scripted::new(|_| Reply::business(1000));
    let results = wire.client().lookup(ResultIds::default()).await.unwrap();
    assert!(results.is_empty() && results.into_iter().next().is_none());
    assert_eq!(wire.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_not_an_id_is_refused_by_name_before_any_request() {
    let wire = Scripted::new(|_| Reply::business(1000));
    let error = wire.client().lookup(["a1", "b 2"]).await.unwrap_err();
    assert!(error.is_invalid_input());
    assert!(error.message().contains("item 2"), "{error}");
    assert_eq!(wire.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn rows_that_nobody_asked_for_and_repeated_rows_are_reported_apart() {
    let wire = Scripted::new(|_| {
        Reply::http(
            200,
            r#"{"code":1000,"msg":"","data":{"result":[
                {"_id":"a","faceswap_status":2},{"_id":"foreign","faceswap_status":3},
                {"_id":"a","faceswap_status":3},{"_id":"a","faceswap_status":1},
                {"faceswap_status":1},null]}}"#,
        )
    });
    let asked: ResultIds = "a".parse().unwrap();
    let results = wire.client().lookup(asked).await.unwrap();
    // The row that tells more counts.
    let job = results.found().next().unwrap();
    assert_eq!(job.status(), crate::model::JobStatus::Success);
    let unexpected: Vec<_> = results
        .unexpected()
        .iter()
        .map(crate::lookup::UnexpectedRow::reason)
        .collect();
    assert_eq!(
        unexpected,
        [NotAsked, Repeated, Repeated, Unreadable, Unreadable]
    );
    assert!(results.unexpected()[0].job().is_some());
    assert!(results.unexpected()[3].job().is_none());
    assert!(!results.unexpected()[3].to_string().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_dropped_leaves_the_client_as_it_was() {
    let wire = Scripted::new(|seen| {
        if seen.n < 4 {
            Reply::nothing()
        } else {
            Reply::found(seen)
        }
    });
    let client = wire.client();
    let lookup = IntoFuture::into_future(client.lookup(ids(1000)));
    let limit = std::time::Duration::from_secs(1);
    assert!(tokio::time::timeout(limit, lookup).await.is_err());
    // All four permits are free again.
    let results = client.lookup(ids(400)).await.unwrap();
    assert_eq!(results.found().count(), 400);
    assert_eq!(wire.most_in_flight(), 4);
}

/// nginx with `ssl_verify_client on` (<https://github.com/owntracks/android/issues/1793>).
#[tokio::test(start_paused = true)]
async fn a_server_that_wants_a_client_certificate_is_named() {
    let page = "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n\
                <body>\r\n<center><h1>400 Bad Request</h1></center>\r\n";
    let wire = Scripted::new(move |_| Reply::http(400, page));
    let error = wire.client().lookup(ids(2)).await.unwrap_err();
    let message = error.message();
    assert!(
        message.ends_with("HTTP 400 Bad Request: it wants a client certificate"),
        "{message}"
    );
    assert!(error.advice().contains("sends none"), "{}", error.advice());
    // Any other page is only a page.
    let wire = Scripted::new(move |_| Reply::http(400, "<title>400 Bad Request</title>"));
    let error = wire.client().lookup(ids(2)).await.unwrap_err();
    assert!(error.message().ends_with("HTTP 400 Bad Request"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_redirect_names_where_it_leads() {
    for (location, expected) in [
        (
            "http://login.hotel.example/?u=\u{e9}",
            "redirects to login.hotel.example (HTTP 302)",
        ),
        ("/login", "redirects to 127.0.0.1 (HTTP 302)"),
        ("", "redirects to another place (HTTP 302)"),
        ("data:text/html,x", "redirects to another place (HTTP 302)"),
    ] {
        let wire = Scripted::new(move |_| {
            Reply::http(302, "").with_header_bytes("location", location.as_bytes())
        });
        let error = wire.client().lookup(ids(1)).await.unwrap_err();
        assert_eq!(wire.requests(), 1);
        assert!(error.message().ends_with(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_rows_that_tell_as_much_the_first_counts() {
    let wire = Scripted::new(|_| {
        Reply::http(
            200,
            r#"{"code":1000,"msg":"","data":{"result":[
                {"_id":"a","faceswap_status":1},{"_id":"a","faceswap_status":2},
                {"_id":"b","faceswap_status":4},{"_id":"b","faceswap_status":3}]}}"#,
        )
    });
    let results = wire.client().lookup(["a", "b"]).await.unwrap();
    let status = |job: &crate::model::Job| job.status().code().unwrap();
    assert_eq!(results.found().map(status).collect::<Vec<_>>(), [1, 4]);
    let repeated = results.unexpected().iter().filter_map(|row| row.job());
    assert_eq!(repeated.map(status).collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_odd_about_a_row_is_noted_with_its_job_alone() {
    let wire = Scripted::new(|_| {
        Reply::http(
            200,
            r#"{"code":1000,"msg":"","data":{"result":[
                {"_id":"a","faceswap_status":"2"},{"_id":"b","faceswap_status":2}]}}"#,
        )
    });
    let results = wire.client().lookup(["a", "b"]).await.unwrap();
    let notes = results.found().map(|job| job.notes().len());
    assert_eq!(notes.collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_gives_its_job_away_if_it_has_one() {
    let wire = Scripted::new(|seen| match seen.ids[0].as_str() {
        "a" => Reply::found(seen),
        "b" => Reply::http(200, r#"{"code":1000,"msg":"","data":{"result":[]}}"#),
        _ => Reply::business(1009),
    });
    let client = wire.client_with(|builder| builder.api_key("k").max_ids_per_request(1));
    let results = client.lookup(["a", "b", "c"]).await.unwrap();
    let jobs = results.into_iter().map(|(id, outcome)| {
        let job = outcome.into_job().map(|job| job.id().to_string());
        (id.to_string(), job)
    });
    let expected = [("a", Some("a")), ("b", None), ("c", None)];
    let expected = expected.map(|(id, job)| (id.to_owned(), job.map(str::to_owned)));
    assert_eq!(jobs.collect::<Vec<_>>(), expected);
}

/// The path of the base URL is a part of the request line.
#[tokio::test(start_paused = true)]
async fn a_request_line_is_no_longer_than_allowed() {
    let line =
        |ids: &str| format!("GET /proxy/api/open/v3/faceswap/result/listbyids?_ids={ids} HTTP/1.1");
    let longest = line("aa%2Cbb").len();
    for (limit, requests) in [(longest, 1), (longest - 1, 2)] {
        let wire = Scripted::new(Reply::found);
        let client = wire.client_with(|builder| {
            builder
                .api_key("k")
                .base_url("http://127.0.0.1:9/proxy")
                .max_request_line_bytes(limit)
        });
        assert!(client.lookup(["aa", "bb"]).await.is_ok());
        assert_eq!(wire.requests(), requests, "{limit}");
    }
}
