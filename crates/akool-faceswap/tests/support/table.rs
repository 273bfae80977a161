//! The table: every fault that the network, the vendor or a proxy can produce, and what a lookup
//! has to make of it.
//!
//! Where nothing else is said, one id is asked for with one attempt, so that each row shows what a
//! single answer means; what repeating makes of it has rows of its own. The notation of the third
//! column is that of [`verdict`](super::verdict); the fourth is the number of requests that the
//! server saw.

use std::time::{Duration, SystemTime};

use akool_faceswap::RetryPolicy;
use akool_faceswap_mock::Answer;

use super::{
    fault::{Fault, SHORT, Server},
    planted::filled,
    says::{
        PAGE, ROW, chunk, code, culprit, data, envelope, field, good, json, ok, page, raw,
        redirect, repeated, rows, short_lines, status, success, whole,
    },
    socket::Script,
};

/// All rows.
pub(crate) fn table() -> Vec<Fault> {
    let mut table = statuses();
    table.extend(codes());
    table.extend(retry_after());
    table.extend(connections());
    table.extend(lengths());
    table.extend(times_and_sizes());
    table.extend(envelopes());
    table.extend(odd_rows());
    table.extend(redirects());
    table.extend(repeats());
    table.extend(splits());
    // With the feature, compressed answers are asked for and read.
    table.retain(|fault| !cfg!(feature = "gzip") || !fault.name.starts_with("gzip"));
    table
}

fn fault(
    name: impl Into<String>,
    server: impl Into<Server>,
    expected: impl Into<String>,
    requests: usize,
) -> Fault {
    Fault::new(name, server, expected, requests)
}

/// HTTP statuses: they count where the body is no envelope.
fn statuses() -> Vec<Fault> {
    let mut table = Vec::new();
    for (status, verdict) in [
        (400, "stop reached"),
        (401, "stop reached auth"),
        (402, "stop reached billing"),
        (403, "stop reached"),
        (404, "stop reached"),
        (405, "stop reached"),
        (408, "retry reached"),
        (409, "stop reached"),
        (413, "stop reached"),
        (414, "stop reached"),
        (422, "stop reached"),
        (429, "retry reached rate"),
        (451, "stop reached"),
        (500, "retry reached"),
        (501, "retry reached"),
        (502, "retry reached"),
        (503, "retry reached"),
        (504, "retry reached"),
        (520, "retry reached"),
        (999, "stop reached"),
    ] {
        for (body, answer) in [
            ("a page", page(status)),
            ("nothing", raw(status, "")),
            ("JSON of another kind", raw(status, r#"{"error":"@key"}"#)),
        ] {
            let name = format!("{status} with {body}");
            table.push(fault(name, answer, format!("http {status} - {verdict}"), 1));
        }
        let name = format!("{status} with an envelope");
        let expected = format!("api {status} 1015 stop reached");
        table.push(fault(name, raw(status, envelope("1015")), expected, 1));
    }
    #[rustfmt::skip]
    table.extend([
        fault("201 with an envelope",   raw(201, success(ROW)),     "a=success", 1),
        fault("203 with an envelope",   raw(203, success(ROW)),     "a=success", 1),
        fault("206 with an envelope",   raw(206, success(ROW)),     "a=success", 1),
        fault("204",                    raw(204, ""),               "decode 204 - stop reached at=$", 1),
        fault("205",                    raw(205, ""),               "decode 205 - stop reached at=$", 1),
        fault("304",                    raw(304, ""),               "http 304 - stop reached", 1),
        fault("300 without a place",    page(300),                  "http 300 - stop reached", 1),
        fault("100, then 200",  Script::request().write("HTTP/1.1 100 Continue\r\n\r\n").write(good()), "a=success", 1),
        fault("103, then 200",  Script::request().write("HTTP/1.1 103 Early Hints\r\nlink: <@url>\r\n\r\n").write(good()), "a=success", 1),
        fault("101, not asked for", Script::request().write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n").stay(), "http 101 - stop reached", 1),
    ]);
    table
}

/// Business codes: they count whatever the status is.
#[rustfmt::skip]
fn codes() -> Vec<Fault> {
    let with = |status, code| raw(status, envelope(code));
    vec![
        fault("1003",                   Answer::business(1003),     "api 200 1003 stop reached input", 1),
        fault("1004",                   Answer::business(1004),     "api 200 1004 stop reached auth", 1),
        fault("1005",                   Answer::business(1005),     "api 200 1005 retry reached rate", 1),
        fault("1006",                   Answer::business(1006),     "api 200 1006 stop reached billing", 1),
        fault("1009",                   Answer::business(1009),     "api 200 1009 stop reached", 1),
        fault("1015",                   Answer::business(1015),     "api 200 1015 stop reached", 1),
        fault("1101",                   Answer::business(1101),     "api 200 1101 stop reached auth", 1),
        fault("1102",                   Answer::business(1102),     "api 200 1102 stop reached auth", 1),
        fault("1104",                   Answer::business(1104),     "api 200 1104 stop reached billing", 1),
        fault("1200",                   Answer::business(1200),     "api 200 1200 stop reached auth", 1),
        fault("2001",                   Answer::business(2001),     "api 200 2001 retry reached", 1),
        fault("4242, which is new",     Answer::business(4242),     "api 200 4242 stop reached", 1),
        fault("0",                      code("0"),                  "api 200 0 stop reached", 1),
        fault("-1",                     code("-1"),                 "api 200 -1 stop reached", 1),
        fault("-1000",                  code("-1000"),              "api 200 -1000 stop reached", 1),
        fault("the smallest integer",   code("-9223372036854775808"), "api 200 -9223372036854775808 stop reached", 1),
        fault("the code in quotes",     code("\"1101\""),           "api 200 1101 stop reached auth", 1),
        fault("the code as a float",    code("1101.0"),             "api 200 1101 stop reached auth", 1),
        fault("1000 in quotes",         json(success(ROW).replace("1000", "\"1000\"")), "a=success", 1),
        fault("1000 as a float",        json(success(ROW).replace("1000", "1000.0")),   "a=success", 1),
        fault("1000 as a power of ten", json(success(ROW).replace("1000", "1e3")),      "a=success", 1),
        fault("a code with a fraction", code("1000.5"),             "decode 200 - stop reached at=$.code", 1),
        fault("a code out of range",    code("1e400"),              "decode 200 - stop reached at=$.code", 1),
        fault("a code of 20 digits",    code("99999999999999999999"), "decode 200 - stop reached at=$.code", 1),
        fault("the code is null",       code("null"),               "decode 200 - stop reached at=$.code", 1),
        fault("the code is true",       code("true"),               "decode 200 - stop reached at=$.code", 1),
        fault("the code is words",      code("\"inf\""),            "decode 200 - stop reached at=$.code", 1),
        fault("no code",                json(r#"{"msg":"@key"}"#),  "decode 200 - stop reached at=$.code", 1),

        fault("1003 with 400",          with(400, "1003"),          "api 400 1003 stop reached input", 1),
        fault("1101 with 401",          with(401, "1101"),          "api 401 1101 stop reached auth", 1),
        fault("1104 with 402",          with(402, "1104"),          "api 402 1104 stop reached billing", 1),
        fault("1009 with 403",          with(403, "1009"),          "api 403 1009 stop reached", 1),
        fault("1005 with 429",          with(429, "1005"),          "api 429 1005 retry reached rate", 1),
        fault("1005 with 503",          with(503, "1005"),          "api 503 1005 retry reached rate", 1),
        fault("2001 with 500",          with(500, "2001"),          "api 500 2001 retry reached", 1),
        fault("2001 with 400",          with(400, "2001"),          "api 400 2001 retry reached", 1),
        fault("1101 with 500",          with(500, "1101"),          "api 500 1101 stop reached auth", 1),
        fault("1003 with 500",          with(500, "1003"),          "api 500 1003 stop reached input", 1),
        fault("1000 with 500",          raw(500, success(ROW)),     "a=success", 1),
        fault("1000 with 404",          raw(404, success(ROW)),     "a=success", 1),
        fault("a gateway's 503 as JSON", raw(503, r#"{"code":503,"msg":"no upstream"}"#), "api 503 503 retry reached", 1),
        fault("a gateway's 500 as JSON", raw(500, r#"{"code":-1,"msg":"oops"}"#),         "api 500 -1 retry reached", 1),
        fault("a gateway's 429 as JSON", raw(429, r#"{"code":429,"msg":"slow down"}"#),   "api 429 429 retry reached rate", 1),
        fault("a gateway's 408 as JSON", raw(408, r#"{"code":408,"msg":"too slow"}"#),    "api 408 408 retry reached", 1),
        fault("a gateway's 401 as JSON", raw(401, r#"{"code":401,"msg":"who are you"}"#), "api 401 401 stop reached auth", 1),
        fault("a gateway's 402 as JSON", raw(402, r#"{"code":402,"msg":"pay"}"#),         "api 402 402 stop reached billing", 1),
    ]
}

/// What the server asks for in `Retry-After`.
fn retry_after() -> Vec<Fault> {
    // A date counts from the answer's own, so that it does not matter when the test comes to it.
    let now = SystemTime::now();
    let in_time = |seconds| httpdate::fmt_http_date(now + Duration::from_secs(seconds));
    let mut table = Vec::new();
    for (name, value, wait) in [
        ("0", "0".to_owned(), " wait=0"),
        ("seconds", "120".to_owned(), " wait=120"),
        ("seconds, with blanks", "  120  ".to_owned(), " wait=120"),
        ("a date", in_time(300), " wait=300"),
        (
            "a date of long ago",
            "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
            " wait=0",
        ),
        (
            "an old form of a date",
            "Sunday, 06-Nov-94 08:49:37 GMT".to_owned(),
            " wait=0",
        ),
        (
            "a date far ahead",
            "Fri, 31 Dec 9999 23:59:59 GMT".to_owned(),
            " wait=long",
        ),
        (
            "more than fits",
            "99999999999999999999999999".to_owned(),
            " wait=long",
        ),
        ("the largest that fits", u64::MAX.to_string(), " wait=long"),
        ("less than nothing", "-120".to_owned(), ""),
        ("a fraction", "1.5".to_owned(), ""),
        ("words", "soon".to_owned(), ""),
        ("nothing", String::new(), ""),
        ("no text", "\u{e4}".to_owned(), ""),
        ("the secret", "@key".to_owned(), ""),
    ] {
        for (status, verdict) in [(429, "retry reached rate"), (503, "retry reached")] {
            let answer = page(status)
                .header("date", &in_time(0))
                .header("retry-after", &value);
            let expected = format!("http {status} - {verdict}{wait}");
            table.push(fault(
                format!("{status}, Retry-After is {name}"),
                answer,
                expected,
                1,
            ));
        }
    }
    #[rustfmt::skip]
    table.extend([
        fault("1005, Retry-After",  code("1005").header("retry-after", "30"),   "api 200 1005 retry reached rate wait=30", 1),
        fault("two Retry-Afters",   page(503).header("retry-after", "30").header("retry-after", "90"), "http 503 - retry reached wait=30", 1),
        fault("503, Retry-After without end and without a cap", page(503).header("retry-after", &u64::MAX.to_string()).always(), "http 503 - retry reached wait=long", 1)
            .client(|client| client.retry(RetryPolicy::new().max_retry_after(Duration::MAX))),
        fault("429, Retry-After without end and without a cap", page(429).header("retry-after", &u64::MAX.to_string()).always(), "http 429 - retry reached rate wait=long", 1)
            .client(|client| client.retry(RetryPolicy::new().max_retry_after(Duration::MAX))),
    ]);
    table
}

/// Connections that are not made, break, or speak something else.
#[rustfmt::skip]
fn connections() -> Vec<Fault> {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"code\":1000,";
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{\"code\":1000,\r\n";
    let request = Script::request;
    let accept = Script::accept;
    let mut table = vec![
        fault("nobody listens",                 Server::Nobody,                         "connect - - retry unreached", 0),
        fault("closed when accepted",           accept().close(),                       "transport - - retry reached", 0),
        fault("reset before a request is read", accept().pause().reset(),               "transport - - retry reached", 0),
        fault("closed after the request",       request().close(),                      "transport - - retry reached", 1),
        fault("hung up after the request",      Answer::hang_up(),                      "transport - - retry reached", 1),
        fault("reset after the request",        request().reset(),                      "transport - - retry reached", 1),
        fault("closed in the status line",      request().write("HTTP/1.1 20").close(), "transport - - retry reached", 1),
        fault("reset in the status line",       request().write("HTTP/1.1 20").pause().reset(), "transport - - retry reached", 1),
        fault("closed in the header",           request().write("HTTP/1.1 200 OK\r\nx-echo: @key\r\nx-").close(), "transport - - retry reached", 1),
        fault("reset in the header",            request().write("HTTP/1.1 200 OK\r\nx-echo: @key\r\nx-").pause().reset(), "transport - - retry reached", 1),
        fault("closed after the header",        request().write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").pause().close(), "transport 200 - retry reached", 1),
        fault("reset after the header",         request().write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").pause().reset(), "transport 200 - retry reached", 1),
        fault("closed in the body",             request().write(HALF).pause().close(),  "transport 200 - retry reached", 1),
        fault("reset in the body",              request().write(HALF).pause().reset(),  "transport 200 - retry reached", 1),
        fault("reset in a chunked body",        request().write(CHUNKED).pause().reset(), "transport 200 - retry reached", 1),
        fault("closed in a chunked body",       request().write(CHUNKED).pause().close(), "transport 200 - retry reached", 1),
        fault("closed in the body of a 503",    request().write(HALF.replace("200 OK", "503 Busy")).pause().close(), "transport 503 - retry reached", 1),
        fault("garbage",                        request().write([0, 159, 146, 150, 13, 10, 13, 10]).close(), "transport - - retry reached", 1),
        fault("another protocol",               request().write("SSH-2.0-OpenSSH_9.6 @key @url\r\n\r\n").close(), "transport - - retry reached", 1),
        fault("a body without a head",          request().write(filled(&success(ROW))).close(), "transport - - retry reached", 1),
        fault("the preface of HTTP/2",          request().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").close(), "transport - - retry reached", 1),
        fault("frames of HTTP/2",               request().write([0, 0, 0, 4, 0, 0, 0, 0, 0]).close(), "transport - - retry reached", 1),
        fault("TLS in place of HTTP",           request().write([21, 3, 1, 0, 2, 2, 70]).close(), "transport - - retry reached", 1),
        fault("an invalid version",             request().write(good().replace("HTTP/1.1", "HTTP/7.3")), "transport - - retry reached", 1),
        fault("an invalid status",              request().write(good().replace("200 OK", "20x")), "transport - - retry reached", 1),
        fault("an invalid header",              request().write(ok("no colon @key\r\ncontent-length: 0\r\n", "")), "transport - - retry reached", 1),
        fault("HTTP/1.0",                       request().write(good().replace("HTTP/1.1", "HTTP/1.0")).close(), "a=success", 1),
        fault("line ends without a return",     request().write(good().replace('\r', "")), "a=success", 1),
        fault("no reason",                      request().write(good().replace(" OK", "")), "a=success", 1),
        fault("a kept connection that closes",  request().write(good()).close(),        "a=success", 2).calls(2).repeated(),
        fault("a kept connection that resets",  request().write(good()).pause().reset(), "a=success", 2).calls(2).repeated(),
        fault("more than was asked for",        request().write(good()).write(good()),  "a=success", 2).calls(2).repeated(),
    ];
    if cfg!(target_os = "linux") {
        // Other systems refuse where Linux lets one wait.
        table.push(fault("a connection that is never made", Server::Full, "connect - - retry unreached", 0)
            .waiting(|client| client.retry(RetryPolicy::never()).connect_timeout(SHORT)));
    }
    if cfg!(feature = "rustls") {
        table.extend([
            fault("no TLS where it has to be",  Server::PlainForTls(accept().write(good()).close()), "connect - - retry unreached", 0),
            fault("closed in the handshake",    Server::PlainForTls(accept().close()),  "connect - - retry unreached", 0),
            fault("reset in the handshake",     Server::PlainForTls(accept().pause().reset()), "connect - - retry unreached", 0),
            fault("an alert in the handshake",  Server::PlainForTls(accept().write([21, 3, 3, 0, 2, 2, 40]).stay()), "connect - - retry unreached", 0),
        ]);
    }
    table
}

/// Bodies that are longer or shorter than they are said to be.
#[rustfmt::skip]
fn lengths() -> Vec<Fault> {
    let request = Script::request;
    let body = success(ROW);
    let length = filled(&body).len();
    let with = |lines: &str| ok(lines, &body);
    let chunked = |body: &str| ok("transfer-encoding: chunked\r\n", body);
    vec![
        fault("no length, then closed",     request().write(with("")).close(),                      "a=success", 1),
        fault("no length, cut",             request().write(&with("")[..100]).close(),              "decode 200 - retry reached at=$", 1),
        fault("one byte more is announced", request().write(with(&format!("content-length: {}\r\n", length + 1))).close(), "transport 200 - retry reached", 1),
        fault("and the connection stays",   request().write(with(&format!("content-length: {}\r\n", length + 1))).stay(),  "timeout - - retry reached", 1).hurried(),
        fault("one byte less is announced", request().write(with(&format!("content-length: {}\r\n", length - 1))).close(), "decode 200 - retry reached at=$", 1),
        fault("a length of 0",              request().write(with("content-length: 0\r\n")),         "decode 200 - retry reached at=$", 1),
        fault("a length below 0",           request().write(with("content-length: -5\r\n")),        "transport - - retry reached", 1),
        fault("an invalid length",          request().write(with("content-length: many\r\n")),      "transport - - retry reached", 1),
        fault("two lengths",                request().write(with(&format!("content-length: 7\r\ncontent-length: {length}\r\n"))), "transport - - retry reached", 1),
        fault("a length beyond all",        request().write(with("content-length: 99999999999999999999\r\n")), "transport - - retry reached", 1),
        fault("a length of many gigabytes", request().write(with("content-length: 99999999999\r\n")).stay(), "response_too_large 200 - stop reached", 1),
        fault("chunks",                     request().write(chunked(&chunk(&body))).write("0\r\n\r\n"), "a=success", 1),
        fault("chunks and trailers",        request().write(chunked(&chunk(&body))).write("0\r\nx-echo: @key\r\n\r\n"), "a=success", 1),
        fault("no last chunk",              request().write(chunked(&chunk(&body))).close(),        "transport 200 - retry reached", 1),
        fault("a chunk that is cut",        request().write(chunked("fff\r\n{\"code\":")).pause().close(), "transport 200 - retry reached", 1),
        fault("an invalid chunk size",      request().write(chunked("zz\r\n{}\r\n0\r\n\r\n")),      "transport 200 - retry reached", 1),
        fault("a chunk size beyond all",    request().write(chunked("fffffffffffffffff\r\n{}")),    "transport 200 - retry reached", 1),
        fault("chunks and a length",        request().write(ok("content-length: 3\r\ntransfer-encoding: chunked\r\n", &chunk(&body))).write("0\r\n\r\n").close(), "a=success", 1),
        fault("another transfer encoding",  request().write(ok("transfer-encoding: x-own\r\n", &body)).close(), "a=success", 1),
    ]
}

/// Answers that take too long, or are too large.
#[rustfmt::skip]
fn times_and_sizes() -> Vec<Fault> {
    let request = Script::request;
    let small: fn(akool_faceswap::ClientBuilder) -> akool_faceswap::ClientBuilder =
        |client| client.retry(RetryPolicy::never()).max_response_bytes(10_000);
    let many = |count: usize| vec!["x-echo: @key\r\n"; count].concat();
    let foreign = vec![ROW.replace("@a~", "another"); 2_000].join(",");
    vec![
        fault("never an answer",            request().stay(),                                       "timeout - - retry reached", 1).hurried(),
        fault("accepted and forgotten",     Script::accept().stay(),                                "timeout - - retry reached", 0).hurried(),
        fault("a head and no more",         request().write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").stay(), "timeout - - retry reached", 1).hurried(),
        fault("half a body and no more",    request().write(&good()[..100]).stay(),                 "timeout - - retry reached", 1).hurried(),
        fault("a head that drips",          request().drip(good()),                                 "timeout - - retry reached", 1).hurried(),
        fault("a body that drips",          request().write("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n").drip([b' '; 999]), "timeout - - retry reached", 1).hurried(),
        fault("100 without end",            request().endless("HTTP/1.1 100 Continue\r\n\r\n"),     "timeout - - retry reached", 1)
            .client(|client| client.attempt_timeout(Duration::from_millis(50)).retry(RetryPolicy::never())),
        fault("the operation's time",       request().stay(),                                       "timeout - - retry reached", 1)
            .waiting(|client| client.operation_timeout(SHORT)),
        fault("the operation's time, in the second attempt", request().close().then().stay(),       "timeout - - retry reached", 2)
            .waiting(|client| client.operation_timeout(SHORT).retry(RetryPolicy::new().base_delay(Duration::ZERO))),
        fault("a body without end",         request().write(ok("", "")).endless([b' '; 1000]),      "response_too_large 200 - stop reached", 1).client(small),
        fault("chunks without end",         request().write(ok("transfer-encoding: chunked\r\n", "")).endless(chunk(&" ".repeat(500))), "response_too_large 200 - stop reached", 1).client(small),
        fault("one byte above the limit",   raw(200, [b' '; 10_001]),                               "response_too_large 200 - stop reached", 1).client(small),
        fault("as large as the limit",      raw(200, [b' '; 10_000]),                               "decode 200 - retry reached at=$", 1).client(small),
        fault("200 with a large page",      raw(200, PAGE.repeat(100)),                             "response_too_large 200 - stop reached", 1).client(small),
        fault("503 with a large page",      raw(503, PAGE.repeat(100)),                             "http 503 - retry reached", 1).client(small),
        fault("503 with a page without end", request().write("HTTP/1.1 503 Busy\r\n\r\n").endless(PAGE), "http 503 - retry reached", 1).client(small),
        fault("401 with a large page",      raw(401, PAGE.repeat(100)),                             "http 401 - stop reached auth", 1).client(small),
        fault("a header without end",       request().write("HTTP/1.1 200 OK\r\nx-long: ").endless("@key"), "transport - - retry reached", 1),
        fault("a header of a megabyte",     request().write(ok(&format!("x-long: {}\r\n", "y".repeat(1 << 20)), "")).close(), "transport - - retry reached", 1),
        fault("a thousand headers",         request().write(ok(&many(1000), "")).close(),           "transport - - retry reached", 1),
        fault("90 headers",                 request().write(whole(&format!("HTTP/1.1 200 OK\r\n{}", many(90)), &success(ROW))), "a=success", 1),
        fault("2,000 rows never asked for", rows(&foreign),                                        "a=missing +2000_not_asked", 1),
    ]
}

/// Envelopes, and what comes in place of one.
#[rustfmt::skip]
fn envelopes() -> Vec<Fault> {
    let good = success(ROW);
    let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let sub = |from: &str, to: &str| json(good.replace(from, to));
    let not_utf8 = [filled(r#"{"code":1000,"msg":"a"#).as_bytes(), b"\xff\xfe", filled(&good[20..]).as_bytes()].concat();
    let utf16: Vec<u8> = filled(&good).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let gzip: &[u8] = &[31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0];
    vec![
        fault("200 with a page",            page(200),                          "decode 200 - stop reached at=$", 1),
        fault("200 with nothing",           raw(200, ""),                       "decode 200 - retry reached at=$", 1),
        fault("200 with blanks",            raw(200, " \r\n\t "),               "decode 200 - retry reached at=$", 1),
        fault("200 with another object",    json(r#"{"status":"ok @key"}"#),    "decode 200 - stop reached at=$.code", 1),
        fault("200 with an array",          json(format!("[{ROW}]")),           "decode 200 - stop reached at=$", 1),
        fault("200 with null",              json("null"),                       "decode 200 - stop reached at=$", 1),
        fault("200 with words",             json("\"@key @url\""),              "decode 200 - stop reached at=$", 1),
        fault("200 with a number",          json("1000"),                       "decode 200 - stop reached at=$", 1),
        fault("the key in small letters",   raw(200, "you sent @lower"),        "decode 200 - stop reached at=$", 1),
        fault("the key with slashes as PHP writes them", raw(502, r#"{"sent":"@slashed"}"#), "http 502 - retry reached", 1),
        fault("the key without white space", raw(502, ["-".repeat(250), "@key".repeat(300)].concat()), "http 502 - retry reached", 1),
        fault("a result URL in every spelling", raw(502, r"https:\/\/cdn.results.example\/FACELINK https%3A%2F%2Fcdn.results.example%2FFACELINK <a href=//cdn.results.example/FACELINK> cdn.results.example/FACELINK"), "http 502 - retry reached", 1),
        fault("a result URL in a refusal", json(r#"{"code":1015,"msg":"not swapped: https:\/\/cdn.results.example\/FACELINK"}"#), "api 200 1015 stop reached", 1),
        fault("cut JSON",                   json(&good[..60]),                  "decode 200 - retry reached at=$", 1),
        fault("two envelopes",              json(good.repeat(2)),               "decode 200 - stop reached at=$", 1),
        fault("NaN",                        field(r#""uid":NaN"#),              "decode 200 - stop reached at=$", 1),
        fault("JSONP",                      json(format!("cb({good})")),        "decode 200 - stop reached at=$", 1),
        fault("UTF-16",                     json(utf16),                        "decode 200 - stop reached at=$", 1),
        fault("gzip, not asked for",        json(gzip).header("content-encoding", "gzip"), "decode 200 - stop reached at=$", 1),
        fault("invalid gzip",               sub("", "").header("content-encoding", "gzip"), "a=success", 1),
        fault("text/html",                  raw(200, &good).header("content-type", "text/html"), "a=success", 1),
        fault("no content type",            raw(200, &good),                    "a=success", 1),
        fault("another character set",      raw(200, &good).header("content-type", "application/json; charset=gbk"), "a=success", 1),
        fault("a byte order mark",          json(format!("\u{feff}{good}")),    "a=success", 1),
        fault("two byte order marks",       json(format!("\u{feff}\u{feff}{good}")), "a=success", 1),
        fault("white space around it",      json(format!("\n\n {good} \r\n\n")), "a=success", 1),
        fault("a message that is not UTF-8", json(not_utf8),                    "a=success", 1),
        fault("the message is null",        sub("\"OK\"", "null"),              "a=success", 1),
        fault("the message is a number",    sub("\"OK\"", "7"),                 "a=success", 1),
        fault("the message is an object",   sub("\"OK\"", "{}"),                "a=success", 1),
        fault("the message is prose",       sub("OK", "Please wait up to 3 h"), "a=success", 1),
        fault("no message",                 sub("\"msg\":\"OK\",", ""),         "a=success", 1),
        fault("a refusal without words",    json(r#"{"code":1101}"#),           "api 200 1101 stop reached auth", 1),
        fault("the code twice",             sub("{\"code\"", "{\"code\":1101,\"code\""), "a=success", 1),
        fault("the data twice",             sub("\"data\"", "\"data\":null,\"data\""), "a=success", 1),
        fault("the rows twice",             sub("\"result\"", "\"result\":[],\"result\""), "a=success", 1),
        fault("an unknown field",           sub("{\"code\"", "{\"trace\":\"@key @url\",\"code\""), "a=success", 1),
        fault("a field 1000 deep",          json(good.replace("{\"code\"", &format!("{{\"x\":{},\"code\"", deep(1000)))), "a=success", 1),
        fault("a field of 1e400",           sub("{\"code\"", "{\"x\":1e400,\"code\""), "a=success", 1),
        fault("100,000 deep and cut",       json("[".repeat(100_000)),          "decode 200 - stop reached at=$", 1),
        fault("a name that is no text",     sub("{\"code\"", r#"{"\ud800":1,"code""#), "a=success", 1),
        fault("data is null",               data("null"),                       "a=missing", 1),
        fault("data is missing",            json(r#"{"code":1000,"msg":"OK"}"#), "a=missing", 1),
        fault("data is []",                 data("[]"),                         "a=missing", 1),
        fault("data is {}",                 data("{}"),                         "a=missing", 1),
        fault("data is \"\"",               data("\"\""),                       "a=missing", 1),
        fault("data is false",              data("false"),                      "a=missing", 1),
        fault("data is words",              data("\"@url\""),                   "decode 200 - stop reached at=$.data", 1),
        fault("data is a number",           data("5"),                          "decode 200 - stop reached at=$.data", 1),
        fault("data is rows",               data(&format!("[{ROW}]")),          "decode 200 - stop reached at=$.data", 1),
        fault("the rows are null",          data(r#"{"result":null}"#),         "a=missing", 1),
        fault("the rows are {}",            data(r#"{"result":{}}"#),           "a=missing", 1),
        fault("the rows are []",            data(r#"{"result":[]}"#),           "a=missing", 1),
        fault("the rows are [ ]",           data("{\"result\":[ \n ]}"),        "a=missing", 1),
        fault("the rows are words",         data(r#"{"result":"@url"}"#),       "decode 200 - stop reached at=$.data.result", 1),
        fault("the rows are a number",      data(r#"{"result":5}"#),            "decode 200 - stop reached at=$.data.result", 1),
        fault("the rows are one row",       data(&format!(r#"{{"result":{ROW}}}"#)), "decode 200 - stop reached at=$.data.result", 1),
    ]
}

/// Rows: an odd one costs itself, an odd field costs that field.
#[rustfmt::skip]
fn odd_rows() -> Vec<Fault> {
    let beside = |other: &str| rows(&format!("{other},{ROW}"));
    let only = |row: &str| rows(row);
    let deep = format!("\"x\":{}{}", "[".repeat(1000), "]".repeat(1000));
    let not_utf8 = [filled(r#"{"code":1000,"msg":"","data":{"result":[{"_id":"@a~","faceswap_status":3,"x":"a"#).as_bytes(), b"\xff\"}]}}"].concat();
    vec![
        fault("a row that is null",         beside("null"),             "a=success +unreadable", 1),
        fault("a row that is a number",     beside("7"),                "a=success +unreadable", 1),
        fault("a row that is words",        beside("\"@url\""),         "a=success +unreadable", 1),
        fault("a row that is an array",     beside("[1,2]"),            "a=success +unreadable", 1),
        fault("a row that is true",         beside("true"),             "a=success +unreadable", 1),
        fault("a row that is {}",           beside("{}"),               "a=success +unreadable", 1),
        fault("five rows that are null",    beside("null,null,null,null,null"), "a=success +5_unreadable", 1),
        fault("a row without an id",        beside(r#"{"faceswap_status":3,"url":"@url"}"#), "a=success +unreadable", 1),
        fault("an id that is null",         beside(r#"{"_id":null}"#),  "a=success +unreadable", 1),
        fault("an id that is empty",        beside(r#"{"_id":""}"#),    "a=success +unreadable", 1),
        fault("an id that is an object",    beside(r#"{"_id":{"$oid":"@a~"}}"#), "a=success +unreadable", 1),
        fault("an id that is two",          beside(r#"{"_id":"@a~,@b~"}"#), "a=success +unreadable", 1),
        fault("an id that is a job_id",     beside(r#"{"_id":"20240627082748003-5746"}"#), "a=success +unreadable", 1),
        fault("an id that is a number",     only(r#"{"_id":12345,"faceswap_status":3}"#), "n=success!", 1).asks("n"),
        fault("an id that is a URL",        beside(r#"{"_id":"@url","faceswap_status":3}"#), "a=success +unreadable", 1),
        fault("an id that is the key",      beside(r#"{"_id":"@key","faceswap_status":3}"#), "a=success +not_asked", 1),
        fault("another id that is a number", beside(r#"{"_id":54321}"#), "a=success +not_asked", 1),
        fault("the id twice, the same",     only(r#"{"_id":"@a~","_id":"@a~","faceswap_status":3}"#), "a=success!", 1),
        fault("the id twice, another",      only(r#"{"_id":"@b~","_id":"@a~","faceswap_status":3}"#), "a=success!", 1),

        fault("status in quotes",           status("\"3\""),            "a=success!", 1),
        fault("status in quotes and blanks", status("\" 3 \""),         "a=success!", 1),
        fault("status as a float",          status("3.0"),              "a=success!", 1),
        fault("status as a float in quotes", status("\"3.0\""),         "a=success!", 1),
        fault("status 5",                   status("5"),                "a=unknown(5)", 1),
        fault("status 0",                   status("0"),                "a=unknown(0)", 1),
        fault("status -3",                  status("-3"),               "a=unknown(-3)", 1),
        fault("status 3.5",                 status("3.5"),              "a=unknown!", 1),
        fault("status null",                status("null"),             "a=unknown", 1),
        fault("status absent",              only(r#"{"_id":"@a~","url":"@url"}"#), "a=unknown", 1),
        fault("status true",                status("true"),             "a=unknown!", 1),
        fault("status \"\"",                status("\"\""),             "a=unknown!", 1),
        fault("status in words",            status("\"done\""),         "a=unknown!", 1),
        fault("status in a list",           status("[3]"),              "a=unknown!", 1),
        fault("status out of range",        status("1e400"),            "a=unknown!!", 1),
        fault("status of 30 digits",        status("300000000000000000000000000000"), "a=unknown!", 1),
        fault("status twice",               field(r#""faceswap_status":1,"faceswap_status":3"#), "a=success!", 1),

        fault("uid as a float",             field(r#""uid":1234567.0"#), "a=success!", 1),
        fault("uid in quotes",              field(r#""uid":"1234567""#), "a=success!", 1),
        fault("uid of 20 digits",           field(r#""uid":99999999999999999999"#), "a=success!", 1),
        fault("uid as an object",           field(r#""uid":{"key":"@key"}"#), "a=success!", 1),
        fault("a duration in quotes",       field(r#""video_duration":"12.5""#), "a=success!", 1),
        fault("a duration in words",        field(r#""video_duration":"NaN""#), "a=success!", 1),
        fault("a duration out of range",    field(r#""video_duration":1e400"#), "a=success!!", 1),
        fault("a creation that is a number", field(r#""createdAt":1719476868006"#), "a=success!", 1),
        fault("an invalid creation date",   field(r#""createdAt":"@url""#), "a=success", 1),
        fault("a URL that is null",         only(r#"{"_id":"@a~","faceswap_status":3,"url":null}"#), "a=success", 1),
        fault("a URL that is a list",       only(r#"{"_id":"@a~","faceswap_status":3,"url":["@url"]}"#), "a=success!", 1),
        fault("URLs in every field",        field(r#""job_id":"@url","userId":"@url","uid":"@url","image":"@url","update_time":"@url","faceswap_fail_reason":"@url","@url":"@url""#), "a=success!!!", 1),
        fault("all fields null",            field(r#""uid":null,"job_id":null,"image":null,"createdAt":null,"userId":null,"x":null"#), "a=success", 1),
        fault("a name that is no text in a row", field(r#""\ud800":1"#), "a=success!", 1),
        fault("words that are no text",     field(r#""x":"\ud800""#),   "a=success!", 1),
        fault("a row that is not UTF-8",    json(not_utf8),             "a=success!", 1),
        fault("a field 1000 deep in a row", field(&deep),               "a=success!", 1),
        fault("a field of 1e400 in a row",  field(r#""x":1e400"#),      "a=success!", 1),

        fault("the same row twice",         repeated(&[3, 3]),          "a=success +repeated", 1),
        fault("first running, then done",   repeated(&[2, 3]),          "a=success +repeated", 1),
        fault("first done, then running",   repeated(&[3, 2]),          "a=success +repeated", 1),
        fault("first done, then failed",    repeated(&[3, 4]),          "a=success +repeated", 1),
        fault("first new, then done",       repeated(&[9, 3]),          "a=success +repeated", 1),
        fault("ten times",                  repeated(&[1; 10]),         "a=in_queue +9_repeated", 1),
        fault("a row never asked for",      beside(r#"{"_id":"@b~","faceswap_status":3}"#), "a=success +not_asked", 1),
        fault("only rows never asked for",  only(r#"{"_id":"@b~"},{"_id":"@c~"}"#), "a=missing +2_not_asked", 1),
        fault("another order",              only(r#"{"_id":"@c~","faceswap_status":3},{"_id":"@a~","faceswap_status":1},{"_id":"@b~","faceswap_status":2}"#), "a=in_queue b=processing c=success", 1).asks("abc"),
        fault("one of three",               only(r#"{"_id":"@b~","faceswap_status":4}"#), "a=missing b=failed c=missing", 1).asks("abc"),
        fault("odd among good ones",        only(r#"{"_id":"@c~","faceswap_status":3},7,{"_id":"@a~","faceswap_status":"3"},{"_id":"@b~","faceswap_status":2}"#), "a=success! b=processing c=success +unreadable", 1).asks("abc"),
    ]
}

/// Redirects: never followed, since the credentials would go along.
#[rustfmt::skip]
fn redirects() -> Vec<Fault> {
    let other = "http://@other/?key=@key&ids=@a~";
    vec![
        fault("301 to another host",        redirect(301, other),       "redirect 301 - stop reached", 1).repeated(),
        fault("302 to another host",        redirect(302, other),       "redirect 302 - stop reached", 1).repeated(),
        fault("303 to another host",        redirect(303, other),       "redirect 303 - stop reached", 1).repeated(),
        fault("307 to another host",        redirect(307, other),       "redirect 307 - stop reached", 1).repeated(),
        fault("308 to another host",        redirect(308, other),       "redirect 308 - stop reached", 1).repeated(),
        fault("300 to another host",        redirect(300, other),       "redirect 300 - stop reached", 1).repeated(),
        fault("302 without a scheme",       redirect(302, "//@other/"), "redirect 302 - stop reached", 1).repeated(),
        fault("302 with a user",            redirect(302, "http://u:@key@@other/"), "redirect 302 - stop reached", 1).repeated(),
        fault("302 to the same host",       redirect(302, "/api/open/v3/elsewhere?key=@key"), "redirect 302 - stop reached", 1).repeated(),
        fault("308 to the same host",       redirect(308, "?"),         "redirect 308 - stop reached", 1).repeated(),
        fault("302 to a result",            redirect(302, "@url"),     "redirect 302 - stop reached", 1).repeated(),
        fault("302 to nowhere",             redirect(302, "http://[@key"), "redirect 302 - stop reached", 1).repeated(),
        fault("302 to a host like the key", redirect(302, "http://@key.example/"), "redirect 302 - stop reached", 1).repeated(),
        fault("302 to no text",             redirect(302, "http://\u{e4}.example/"), "redirect 302 - stop reached", 1).repeated(),
        fault("302 and an envelope",        raw(302, success(ROW)).header("location", other), "redirect 302 - stop reached", 1).repeated(),
        fault("302 without a place",        page(302),                  "http 302 - stop reached", 1),
        fault("200 with a place",           rows(ROW).header("location", other), "a=success", 1),
        fault("503 with a place",           page(503).header("location", other), "http 503 - retry reached", 1),
        fault("a refresh",                  page(200).header("refresh", "0; url=http://@other/"), "decode 200 - stop reached at=$", 1),
    ]
}

/// What is repeated, up to four attempts, and what is not.
#[rustfmt::skip]
fn repeats() -> Vec<Fault> {
    let request = Script::request;
    vec![
        fault("503 once",                   page(503),                              "a=success", 2).repeated(),
        fault("503 three times",            [page(503), page(503), page(503)],      "a=success", 4).repeated(),
        fault("503 always",                 page(503).always(),                     "http 503 - retry reached", 4).repeated(),
        fault("503 once, asked to wait",    page(503).header("retry-after", "9"),   "a=success", 2).repeated(),
        fault("408, 500, 502",              [page(408), page(500), page(502)],      "a=success", 4).repeated(),
        fault("2001 once",                  code("2001"),                           "a=success", 2).repeated(),
        fault("2001, then 1101",            [code("2001"), code("1101")],           "api 200 1101 stop reached auth", 2).repeated(),
        fault("503, then 404",              [page(503), page(404)],                 "http 404 - stop reached", 2).repeated(),
        fault("closed once",                request().close().then().write(good()), "a=success", 2).repeated(),
        fault("reset in the body once",     request().write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").pause().reset().then().write(good()), "a=success", 2).repeated(),
        fault("closed always",              request().close(),                      "transport - - retry reached", 4).repeated(),
        fault("no answer once",             request().stay().then().write(good()),  "a=success", 2)
            .waiting(|client| client.attempt_timeout(SHORT).retry(RetryPolicy::new().base_delay(Duration::ZERO))),
        fault("nobody listens, repeated",   Server::Nobody,                         "connect - - retry unreached", 0).repeated(),
        fault("400 is not repeated",        page(400).always(),                     "http 400 - stop reached", 1).repeated(),
        fault("401 is not repeated",        page(401).always(),                     "http 401 - stop reached auth", 1).repeated(),
        fault("402 is not repeated",        page(402).always(),                     "http 402 - stop reached billing", 1).repeated(),
        fault("1006 is not repeated",       code("1006").always(),                  "api 200 1006 stop reached billing", 1).repeated(),
        fault("1101 is not repeated",       code("1101").always(),                  "api 200 1101 stop reached auth", 1).repeated(),
        fault("1015 is not repeated",       code("1015").always(),                  "api 200 1015 stop reached", 1).repeated(),
        fault("a page is not repeated",     page(200).always(),                     "decode 200 - stop reached at=$", 1).repeated(),
        fault("a length is not repeated",   request().write("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").stay(), "response_too_large 200 - stop reached", 1).repeated(),
        fault("pieces are repeated each for itself", [code("1003"), page(503), page(503)], "a=success b=success", 5).asks("ab").repeated(),
    ]
}

/// Chunks that are refused because of one id, or of their length.
#[rustfmt::skip]
fn splits() -> Vec<Fault> {
    const REFUSED: &str = "[api 200 1003 stop reached input]";
    let all = "abcdefgh";
    let outcome = |letters: &str, otherwise: &str| -> String {
        let of = |letter| if letters.contains(letter) { otherwise } else { "success" };
        let outcomes: Vec<String> = all.chars().map(|letter| format!("{letter}={}", of(letter))).collect();
        outcomes.join(" ")
    };
    vec![
        fault("1003 because of the first",  culprit(1003, 'a'),         outcome("a", REFUSED), 7).asks(all),
        fault("1003 because of the fifth",  culprit(1003, 'e'),         outcome("e", REFUSED), 7).asks(all),
        fault("1003 because of the last",   culprit(1003, 'h'),         outcome("h", REFUSED), 6).asks(all),
        fault("1003 because of two",        [culprit(1003, 'a'), culprit(1003, 'h')], outcome("ah", REFUSED), 11).asks(all),
        fault("1003 once",                  code("1003"),               outcome("", ""), 3).asks(all),
        fault("1003 always",                code("1003").always(),      "api 200 1003 stop reached input", 15).asks(all),
        fault("1003 for one id alone",      culprit(1003, 'a'),         "api 200 1003 stop reached input", 1),
        fault("1003 with 400, one culprit", raw(400, envelope("1003")), outcome("", ""), 3).asks(all),
        fault("1009 is about all",          culprit(1009, 'e'),         "api 200 1009 stop reached", 1).asks(all),
        fault("413 once",                   page(413),                  outcome("", ""), 3).asks(all),
        fault("413 always",                 page(413).always(),         "http 413 - stop reached", 13).asks(all)
            .client(|client| client.max_concurrent_requests(1)),
        fault("431 once",                   page(431),                  outcome("", ""), 3).asks(all),
        fault("414 once",                   page(414),                  outcome("", ""), 3).asks(all),
        fault("414 always",                 page(414).always(),         "http 414 - stop reached", 13).asks(all)
            .client(|client| client.max_concurrent_requests(1)),
        fault("lines of three ids",         short_lines(),              outcome("", ""), 7).asks(all),
        fault("lines of three ids, chunks of two", short_lines(),       outcome("", ""), 4).asks(all)
            .client(|client| client.max_ids_per_request(2)),
        fault("one chunk of four fails",    culprit(1015, 'c'),         outcome("cd", "[api 200 1015 stop reached]"), 4).asks(all)
            .client(|client| client.max_ids_per_request(2)),
    ]
}
