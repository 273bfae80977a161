//! Short names for what servers say, so that a row of the table fits on a line.

use akool_faceswap_mock::Answer;

use super::{
    fault::{Fake, Raw, Scripted},
    planted::filled,
};

/// A page as proxies send it, which repeats the request's headers and holds a result URL.
pub(crate) const PAGE: &str = "<html><head><title>Error</title></head><body>x-api-key: @key, \
    authorization: Bearer @key <a href=\"@url\">@url</a> for @a~</body></html>\n";

/// A row of a job that ended well.
pub(crate) const ROW: &str = r#"{"_id":"@a~","faceswap_status":3,"url":"@url"}"#;

/// A response to the byte.
pub(crate) fn raw(status: u16, body: impl AsRef<[u8]>) -> Scripted {
    let body = body.as_ref();
    let body = std::str::from_utf8(body).map_or(body.to_vec(), |text| filled(text).into_bytes());
    Scripted::Raw(Raw {
        status,
        headers: Vec::new(),
        body,
        always: false,
    })
}

/// A page with a status.
pub(crate) fn page(status: u16) -> Scripted {
    raw(status, PAGE).header("content-type", "text/html")
}

/// JSON with HTTP 200.
pub(crate) fn json(body: impl AsRef<[u8]>) -> Scripted {
    raw(200, body).header("content-type", "application/json")
}

/// An envelope without data, with HTTP 200. `code` is JSON.
pub(crate) fn code(code: &str) -> Scripted {
    json(envelope(code))
}

/// An envelope without data, with a message that says too much. `code` is JSON.
pub(crate) fn envelope(code: &str) -> String {
    format!(r#"{{"code":{code},"msg":"refused @key, see @url"}}"#)
}

/// An envelope with this `data`.
pub(crate) fn data(data: &str) -> Scripted {
    json(format!(r#"{{"code":1000,"msg":"OK","data":{data}}}"#))
}

/// An envelope with these rows, separated by commas.
pub(crate) fn rows(rows: &str) -> Scripted {
    json(success(rows))
}

/// An envelope with one row, which has an id, a status, a URL and this field.
pub(crate) fn field(field: &str) -> Scripted {
    rows(&format!(
        r#"{{"_id":"@a~","faceswap_status":3,"url":"@url",{field}}}"#
    ))
}

/// An envelope with one row, whose status is this JSON.
pub(crate) fn status(status: &str) -> Scripted {
    rows(&format!(
        r#"{{"_id":"@a~","faceswap_status":{status},"url":"@url"}}"#
    ))
}

/// An envelope with a row for each of these statuses, all for the same id.
pub(crate) fn repeated(statuses: &[u8]) -> Scripted {
    let all: Vec<String> = statuses
        .iter()
        .map(|status| format!(r#"{{"_id":"@a~","faceswap_status":{status}}}"#))
        .collect();
    rows(&all.join(","))
}

/// The text of an envelope with these rows.
pub(crate) fn success(rows: &str) -> String {
    format!(r#"{{"code":1000,"msg":"OK","data":{{"result":[{rows}]}}}}"#)
}

/// A redirect.
pub(crate) fn redirect(status: u16, location: &str) -> Scripted {
    page(status).header("location", &filled(location)).always()
}

/// A refusal of every request with this id in it.
pub(crate) fn culprit(code: i64, letter: char) -> Scripted {
    let answer = Answer::business(code).for_id(super::planted::id(letter));
    Scripted::Ready(answer.always())
}

/// A fake that takes request lines of 150 bytes at most: three ids.
pub(crate) fn short_lines() -> Fake {
    Fake {
        settings: |fake| fake.max_request_line(150),
        script: Vec::new(),
    }
}

/// A complete answer for a socket; `head` is the status line and what follows it, lines ended by
/// `\r\n`, without the length.
pub(crate) fn whole(head: &str, body: &str) -> String {
    let body = filled(body);
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// A complete answer with one job that ended well.
pub(crate) fn good() -> String {
    whole("HTTP/1.1 200 OK\r\n", &success(ROW))
}

/// An answer of HTTP 200 whose head has these lines, and which continues with `body` as it is.
pub(crate) fn ok(lines: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n{}", filled(body))
}

/// `body` as one chunk of a chunked body, without the last chunk.
pub(crate) fn chunk(body: &str) -> String {
    let body = filled(body);
    format!("{:x}\r\n{body}\r\n", body.len())
}
