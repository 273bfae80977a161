//! From what one attempt brought to rows, or to the error that it means.
//!
//! The body is looked at before the HTTP status: an envelope says what happened, whatever the
//! status, and a business code other than 1000 is an error even with HTTP 200. The status counts
//! only where the body is no envelope.

use akool_faceswap_raw::types::{FaceswapResultDetail as Row, ListResultsByIdsResponse};

use crate::{
    api::Api,
    auth::Secret,
    error::{Error, ErrorKind, Snippet},
    model::{
        BusinessCode,
        lenient::{self, Answer, OddRow, Unreadable},
    },
    transport::exchange::Report,
};

/// The rows of an answer, read the fast way or the forgiving one.
pub(crate) enum Rows {
    AsDocumented(Vec<Row>),
    Salvaged(Vec<Result<OddRow, Unreadable>>),
}

/// The rows of an answer, or why there are none.
///
/// `typed` is what the generated type could read of it.
pub(crate) fn rows(
    api: &Api,
    typed: Option<ListResultsByIdsResponse>,
    mut report: Report,
) -> Result<Rows, Error> {
    if let Some(failure) = report.failure.take() {
        return Err(failure);
    }
    if let Some(answer) = typed {
        check(answer.code, &answer.msg, &report)?;
        let rows = answer.data.and_then(|data| data.result).unwrap_or_default();
        return Ok(Rows::AsDocumented(rows));
    }
    let answer = envelope(api, &report)?;
    check(answer.code, &answer.msg, &report)?;
    Ok(Rows::Salvaged(answer.rows))
}

/// The envelope that the body is, whatever the status, read the forgiving way.
pub(crate) fn envelope(api: &Api, report: &Report) -> Result<Answer, Error> {
    lenient::answer(&report.body).map_err(|fault| {
        let host = api.base_url.host();
        let status = report.status;
        let error = if status.is_success() {
            let encoding = if report.is_encoded {
                " (it is compressed, which was not asked for)"
            } else {
                ""
            };
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
            .with_snippet(report.snippet(&report.body))
    })
}

/// An error, unless the business code is 1000.
pub(crate) fn check(code: i64, msg: &str, report: &Report) -> Result<(), Error> {
    let code = BusinessCode::from_code(code);
    if code.is_success() {
        return Ok(());
    }
    let msg = report.snippet(msg.as_bytes());
    let said = match msg.as_str() {
        "" => String::new(),
        msg => format!(", {msg:?}"),
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

impl Report {
    fn snippet(&self, text: &[u8]) -> Snippet {
        Snippet::of(text, self.secret.as_ref().map(Secret::expose))
    }
}
