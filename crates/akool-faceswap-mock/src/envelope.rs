//! Response bodies: the vendor's JSON envelope, and HTML pages without one.

use akool_faceswap_raw::types::{
    FaceswapResultDetail, FaceswapResultList, GetTokenResponse, ListResultsByIdsResponse,
};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;

/// The one code that means success.
pub(crate) const SUCCESS: i64 = 1000;
/// Documented meaning of 1003: parameter wrong or empty.
pub(crate) const PARAMETER: i64 = 1003;
/// Documented meaning of 1006: the quota is not enough.
pub(crate) const QUOTA: i64 = 1006;
/// Documented meaning of 1007: more than eight faces.
pub(crate) const TOO_MANY_FACES: i64 = 1007;
/// Documented meaning of 1008: the content does not exist.
pub(crate) const NOT_FOUND: i64 = 1008;
/// Documented meaning of 1005: operation too frequent.
pub(crate) const TOO_FREQUENT: i64 = 1005;

pub(crate) fn response(
    status: StatusCode,
    content_type: HeaderValue,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// HTTP 200 with these rows.
pub(crate) fn rows(rows: Vec<FaceswapResultDetail>) -> Response<Bytes> {
    let data = FaceswapResultList {
        result: Some(rows),
        ..FaceswapResultList::default()
    };
    envelope(StatusCode::OK, SUCCESS, Some(data))
}

/// A business error: an envelope without `data`.
pub(crate) fn refusal(status: StatusCode, code: i64) -> Response<Bytes> {
    envelope(status, code, None)
}

/// HTTP 200 with code 1000, this `msg` and this `data`, if any.
pub(crate) fn success(msg: &str, data: Option<&Value>) -> Response<Bytes> {
    let mut envelope = serde_json::json!({"code": SUCCESS, "msg": msg});
    if let Some(data) = data {
        envelope["data"] = data.clone();
    }
    json(StatusCode::OK, &envelope)
}

/// A token, at the top level, without `data` and `msg`.
pub(crate) fn token(token: &str) -> Response<Bytes> {
    json(
        StatusCode::OK,
        &GetTokenResponse {
            code: SUCCESS,
            token: Some(token.to_owned().into()),
            ..GetTokenResponse::default()
        },
    )
}

/// The answer to a submission without the `_id` of the job.
pub(crate) fn without_id(response: Response<Bytes>) -> Response<Bytes> {
    let mut answer: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let data = answer.get_mut("data").and_then(Value::as_object_mut);
    match data.and_then(|data| data.remove("_id")) {
        Some(_) => json(response.status(), &answer),
        None => response,
    }
}

/// A page that is not an envelope.
pub(crate) fn html(status: StatusCode) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or("Error");
    let body = format!(
        "<html><head><title>{code} {reason}</title></head><body><h1>{code} {reason}</h1></body></html>\n",
        code = status.as_u16(),
    );
    response(status, HeaderValue::from_static("text/html"), body.into())
}

fn envelope(status: StatusCode, code: i64, data: Option<FaceswapResultList>) -> Response<Bytes> {
    json(
        status,
        &ListResultsByIdsResponse {
            code,
            data,
            msg: message(code).to_owned(),
            ..ListResultsByIdsResponse::default()
        },
    )
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Bytes> {
    match serde_json::to_vec(body) {
        Ok(body) => response(
            status,
            HeaderValue::from_static("application/json; charset=utf-8"),
            body.into(),
        ),
        // Objects of strings and numbers always serialize.
        Err(_) => html(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Our own text; the vendor's differs, and no client may depend on it.
fn message(code: i64) -> &'static str {
    match code {
        SUCCESS => "OK",
        PARAMETER => "A parameter is wrong or empty",
        TOO_FREQUENT => "Operation too frequent",
        QUOTA => "The quota is not enough",
        TOO_MANY_FACES => "More than 8 faces",
        NOT_FOUND => "The content does not exist",
        1015 => "The video could not be processed",
        1101 => "The token is invalid or has expired",
        1102 => "The token is empty",
        2001 => "Server error",
        _ => "An error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_no_data() {
        let refusal = refusal(StatusCode::OK, 1102);
        let body: Value = serde_json::from_slice(refusal.body()).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"code": 1102, "msg": "The token is empty"})
        );
    }
}
