use proptest::prelude::*;

use super::*;

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| {
            let name: header::HeaderName = name.parse().unwrap();
            (name, value.parse().unwrap())
        })
        .collect()
}

fn judged(status: u16, asked: Option<&Rest>, lines: &[(&str, &str)]) -> Result<Promise, Error> {
    let headers = headers(lines);
    let head = Head {
        host: "cdn.example",
        status: StatusCode::from_u16(status).unwrap(),
        version: Version::HTTP_11,
        is_secure: false,
        headers: &headers,
    };
    head.promise(asked, 1000)
}

#[test]
fn a_file_that_ends_with_its_connection_is_accepted_over_tls() {
    let headers = headers(&[("content-type", "image/png")]);
    for (is_secure, is_accepted) in [(true, true), (false, false)] {
        let head = Head {
            host: "cdn.example",
            status: StatusCode::OK,
            version: Version::HTTP_10,
            is_secure,
            headers: &headers,
        };
        assert_eq!(head.promise(None, 1000).is_ok(), is_accepted);
    }
}

fn rest(from: u64, total: Option<u64>) -> Rest {
    Rest {
        from,
        total,
        validator: Validator::Etag("\"a\"".into()),
    }
}

#[test]
fn a_whole_file_says_how_long_it_is_or_comes_in_chunks() {
    let whole = judged(
        200,
        None,
        &[("content-length", "9"), ("content-type", "image/png")],
    );
    assert!(matches!(whole, Ok(Promise::Whole { total: Some(9), .. })));
    assert!(judged(200, None, &[("transfer-encoding", "chunked")]).is_ok());
    let error = judged(200, None, &[("content-type", "image/png")]).unwrap_err();
    assert!(error.message().contains("unknown length"), "{error}");
    assert!(!error.is_retryable());
}

#[test]
fn a_file_that_is_too_large_is_refused_before_its_first_byte() {
    let length = |bytes| judged(200, None, &[("content-length", bytes)]);
    assert!(length("1000").is_ok());
    let error = length("1001").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    let range = &[("content-range", "bytes 5-1000/1001"), ("etag", "\"a\"")];
    let error = judged(206, Some(&rest(5, None)), range).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
}

#[test]
fn no_label_refuses_a_file_before_its_bytes_are_seen() {
    for line in [
        ("content-type", "text/html"),
        ("content-encoding", "aws-chunked"),
        ("content-encoding", "gzip"),
    ] {
        assert!(judged(200, None, &[("content-length", "9"), line]).is_ok());
    }
    let rest_of_it = [
        ("content-range", "bytes 5-9/10"),
        ("etag", "\"a\""),
        ("content-encoding", "none"),
    ];
    let promise = judged(206, Some(&rest(5, None)), &rest_of_it).unwrap();
    assert_eq!(promise, Promise::Rest { total: 10 });
}

/// <https://github.com/ruediger/weather-metno-el/pull/8>
#[test]
fn a_file_that_a_proxy_has_changed_is_accepted() {
    let lines = [("content-type", "image/png"), ("content-length", "7")];
    assert_eq!(
        judged(203, None, &lines).unwrap(),
        judged(200, None, &lines).unwrap()
    );
}

#[test]
fn a_length_that_is_repeated_is_one_length() {
    let total = |length| match judged(200, None, &[("content-length", length)]) {
        Ok(Promise::Whole { total, .. }) => total,
        _ => None,
    };
    assert_eq!(total("69, 69"), Some(69));
    assert_eq!(total("69, 70"), None);
}

#[test]
fn the_rest_is_exactly_the_rest_of_the_same_file() {
    let good = &[
        ("content-range", "bytes 5-9/10"),
        ("content-length", "5"),
        ("etag", "\"a\""),
    ];
    for known in [None, Some(10)] {
        let promise = judged(206, Some(&rest(5, known)), good).unwrap();
        assert_eq!(promise, Promise::Rest { total: 10 });
    }
    for (from, known, lines) in [
        (4, None, &good[..]),
        (5, Some(11), &good[..]),
        (5, None, &good[1..]),
        (5, None, &good[..2]),
        (
            5,
            None,
            &[("content-range", "bytes 5-8/10"), ("etag", "\"a\"")],
        ),
        (
            5,
            None,
            &[("content-range", "bytes 5-9/*"), ("etag", "\"a\"")],
        ),
        (
            5,
            None,
            &[("content-range", "bytes 5-9/10"), ("etag", "\"b\"")],
        ),
        (
            5,
            None,
            &[
                ("content-range", "bytes 5-18446744073709551615/0"),
                ("etag", "\"a\""),
            ],
        ),
        (
            5,
            None,
            &[
                ("content-range", "bytes 5-9/10"),
                ("etag", "\"a\""),
                ("content-length", "4"),
            ],
        ),
    ] {
        let promise = judged(206, Some(&rest(from, known)), lines).unwrap();
        assert_eq!(promise, Promise::StartOver, "{lines:?}");
    }
}

#[test]
fn a_whole_file_with_the_status_of_a_part_is_accepted() {
    // <https://github.com/ansible/ansible/issues/68843>, and a server that ignores the requested range.
    let all = &[("content-range", "bytes 0-9/10"), ("content-length", "10")];
    for asked in [None, Some(rest(5, None))] {
        let promise = judged(206, asked.as_ref(), all).unwrap();
        assert!(
            matches!(
                promise,
                Promise::Whole {
                    total: Some(10),
                    ..
                }
            ),
            "{promise:?}"
        );
    }
    for (range, length) in [
        ("bytes 0-8/10", "9"),
        ("bytes 0-8/10", "10"),
        ("bytes 5-9/10", "10"),
        ("bytes 0-9/10", "9"),
    ] {
        let part = &[("content-range", range), ("content-length", length)];
        assert!(judged(206, None, part).is_err(), "{part:?}");
    }
    // <https://github.com/xroche/httrack/issues/7>
    let whole = judged(200, None, all).unwrap();
    assert!(
        matches!(
            whole,
            Promise::Whole {
                total: Some(10),
                ..
            }
        ),
        "{whole:?}"
    );
}

#[test]
fn the_unit_of_a_range_is_case_insensitive() {
    // <https://github.com/fernandotonon/QtMeshEditor/pull/1039>
    for range in ["Bytes 5-9/10", "BYTES  5-9/10"] {
        let lines = &[("content-range", range), ("etag", "\"a\"")];
        let promise = judged(206, Some(&rest(5, None)), lines).unwrap();
        assert_eq!(promise, Promise::Rest { total: 10 });
    }
    let end = &[("content-range", "Bytes */5")];
    let promise = judged(416, Some(&rest(5, None)), end).unwrap();
    assert_eq!(promise, Promise::Complete { total: 5 });
}

#[test]
fn an_unsatisfiable_range_means_the_end_or_another_file() {
    let of =
        |known, range| judged(416, Some(&rest(10, known)), &[("content-range", range)]).unwrap();
    for known in [None, Some(10)] {
        assert_eq!(of(known, "bytes */10"), Promise::Complete { total: 10 });
    }
    assert_eq!(of(Some(11), "bytes */10"), Promise::StartOver);
    assert_eq!(of(None, "bytes */9"), Promise::StartOver);
    assert_eq!(of(None, "bytes 0-1/2"), Promise::StartOver);
}

#[test]
fn each_status_has_its_kind_of_error() {
    for (status, kind, retryable) in [
        (401, ErrorKind::Expired, false),
        (403, ErrorKind::Expired, false),
        (404, ErrorKind::Expired, false),
        (410, ErrorKind::Expired, false),
        (204, ErrorKind::UnexpectedContent, false),
        (206, ErrorKind::UnexpectedContent, false),
        (400, ErrorKind::Http, false),
        (416, ErrorKind::Http, false),
        (408, ErrorKind::Http, true),
        (429, ErrorKind::Http, true),
        (500, ErrorKind::Http, true),
        (503, ErrorKind::Http, true),
    ] {
        let error = judged(status, None, &[]).unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (kind, retryable),
            "{status}"
        );
        assert_eq!(error.http_status(), Some(status));
        assert!(!error.is_auth() && error.may_have_reached_server());
        assert!(error.message().contains("cdn.example"), "{error}");
    }
    for (status, what) in [
        (202, "no file yet"),
        (204, "something other than the whole file"),
    ] {
        let error = judged(status, None, &[]).unwrap_err();
        assert!(error.message().contains(what), "{error}");
    }
    let busy = judged(429, None, &[]).unwrap_err();
    assert!(busy.advice().contains("fewer files at once"), "{busy}");
    // The host is at fault, so looking the job up again does not help.
    let broken = judged(503, None, &[]).unwrap_err();
    assert!(!broken.advice().contains("look the job up"), "{broken}");
}

proptest! {
    #[test]
    fn any_content_range_is_judged(
        range in "(bytes )?[0-9*]{0,21}-?[0-9]{0,21}/?[0-9*]{0,21}",
        from: u64,
    ) {
        let lines = [("content-range", range.as_str()), ("etag", "\"a\"")];
        for status in [206, 416] {
            if let Ok(Promise::Rest { total }) = judged(status, Some(&rest(from, None)), &lines) {
                prop_assert!(from < total && total <= 1000);
            }
        }
    }
}
