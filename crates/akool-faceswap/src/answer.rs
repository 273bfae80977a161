//! From what one attempt brought to rows, or to the error that it means.
//!
//! The body is looked at before the HTTP status: an envelope says what happened, whatever the
//! status, and a business code other than 1000 is an error even with HTTP 200. The status counts
//! only where the body is no envelope.

use akool_faceswap_raw::types::{FaceswapResultDetail as Row, ListResultsByIdsResponse};

use crate::{
    BusinessCode, Error, ErrorKind,
    client::Shared,
    error::Snippet,
    salvage::{self, OddRow, Unreadable},
    transport::Report,
};

/// One row of an answer, read the fast way or the forgiving one.
pub(crate) enum AnswerRow {
    AsDocumented(Box<Row>),
    Odd(Box<OddRow>),
    Unreadable(Unreadable),
}

/// The rows of an answer that the generated type could read, or why there are none.
pub(crate) fn read(
    shared: &Shared,
    typed: Option<ListResultsByIdsResponse>,
    report: Report,
) -> Result<Vec<AnswerRow>, Error> {
    if let Some(failure) = report.failure {
        return Err(failure);
    }
    let (code, msg, rows) = match typed {
        Some(answer) => {
            let rows = answer.data.and_then(|data| data.result).unwrap_or_default();
            let rows = rows
                .into_iter()
                .map(|row| AnswerRow::AsDocumented(Box::new(row)))
                .collect();
            (answer.code, answer.msg, rows)
        }
        None => match salvage::answer(&report.body) {
            Ok(answer) => {
                let rows = answer
                    .rows
                    .into_iter()
                    .map(|row| match row {
                        Ok(row) => AnswerRow::Odd(Box::new(row)),
                        Err(unreadable) => AnswerRow::Unreadable(unreadable),
                    })
                    .collect();
                (answer.code, answer.msg, rows)
            }
            Err(fault) => return Err(no_envelope(shared, &report, &fault)),
        },
    };
    let code = BusinessCode::from_code(code);
    if code.is_success() {
        return Ok(rows);
    }
    let msg = Snippet::of(msg.as_bytes(), Some(shared.credentials.secret()));
    let said = if msg.as_str().is_empty() {
        String::new()
    } else {
        format!(", {:?}", msg.as_str())
    };
    Err(Error::new(
        ErrorKind::Api,
        format!(
            "AKOOL answered {code}{said} (HTTP {})",
            report.status.as_u16()
        ),
    )
    .with_business_code(code)
    .with_http_status(report.status)
    .with_retry_after(report.retry_after)
    .with_reached(true))
}

fn no_envelope(shared: &Shared, report: &Report, fault: &salvage::Fault) -> Error {
    let host = shared.base_url.host();
    let status = report.status;
    let error = if status.is_success() {
        let encoding = report
            .content_encoding
            .as_ref()
            .map_or("", |_| " (it is compressed, which was not asked for)");
        Error::new(
            ErrorKind::Decode,
            format!(
                "the answer of {host} is no envelope: {}{encoding}",
                fault.problem
            ),
        )
        .with_json_path(fault.path)
    } else {
        Error::new(ErrorKind::Http, format!("{host} answered HTTP {status}"))
    };
    error
        .with_http_status(status)
        .with_retry_after(report.retry_after)
        .with_reached(true)
        .with_snippet(Snippet::of(&report.body, Some(shared.credentials.secret())))
}
