//! The account: its credit.

use std::{fmt, sync::Arc};

use akool_faceswap_raw::{Client, types::GetCreditResponse};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    api::{Api, options::CallOptions},
    error::Error,
    model::lenient::DecodeError,
    transport::{
        exchange::RawResponse,
        operation::{Generated, Operation},
    },
};

/// The credit of an account, with every digit that the API wrote.
///
/// The API writes it as a JSON number, which may have a fraction. It is kept as text, so that nothing
/// is rounded: give [`as_str`](Self::as_str) to the decimal type of your choice.
///
/// ```
/// # use akool_faceswap_mock::FakeAkool;
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let credit = client.credit().await?;
/// println!("{credit} credits, about {:.0}", credit.to_f64());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credit(Box<str>);

impl Credit {
    /// The number as the API wrote it, such as `1234.5`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest floating-point number, for comparisons that need no exact digits.
    pub fn to_f64(&self) -> f64 {
        // It was read as a number.
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Credit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Asks for the credit.
pub(crate) async fn credit(api: &Arc<Api>) -> Result<Credit, Error> {
    api.call(&GetCredit, &CallOptions::default()).await
}

/// `GET /api/open/v3/faceswap/quota/info`.
struct GetCredit;

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    credit: &'a RawValue,
}

impl Operation for GetCredit {
    const NAME: &'static str = "get_credit";
    const NOUN: &'static str = "the credit";
    const IDEMPOTENT: bool = true;
    type Typed = GetCreditResponse;
    type Output = Credit;

    async fn send(&self, client: &Client) -> Generated<GetCreditResponse> {
        client.get_credit().await
    }

    /// The generated type is not asked: its number has lost digits.
    fn read(&self, _: Option<GetCreditResponse>, response: &RawResponse) -> Result<Credit, Error> {
        let odd = |problem| response.undecodable(&DecodeError::new("$.data.credit", problem));
        let data = response.envelope()?.data.ok_or_else(|| odd("missing"))?;
        let data: Data<'_> = serde_json::from_str(data.get()).map_err(|_| odd("missing"))?;
        let text = data.credit.get();
        // A number in quotes is one, too.
        let text = text.trim_matches('"').trim();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Credit(text.into())),
            _ => Err(odd("expected a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        ErrorKind,
        testing::scripted::{Reply, Scripted},
    };

    #[tokio::test(start_paused = true)]
    async fn no_digit_is_lost() {
        for (json, expected) in [
            (
                "12345678901234567890.123456789",
                "12345678901234567890.123456789",
            ),
            ("0.1", "0.1"),
            ("-3", "-3"),
            ("7", "7"),
            (r#""12.50""#, "12.50"),
        ] {
            let body = format!(r#"{{"code":1000,"msg":"OK","data":{{"credit":{json}}}}}"#);
            let server = Scripted::new(move |_| Reply::http(200, &body));
            let credit = server.client().credit().await.unwrap();
            assert_eq!(credit.to_string(), credit.as_str());
            assert_eq!(credit.as_str(), expected);
            assert!((credit.to_f64() - expected.parse::<f64>().unwrap()).abs() < f64::EPSILON);
            assert_eq!(server.seen()[0].path, "/api/open/v3/faceswap/quota/info");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_number_is_an_error() {
        for data in [
            "null",
            "{}",
            r#"{"credit":null}"#,
            r#"{"credit":"x"}"#,
            r#"{"credit":{}}"#,
            r#"{"credit":"inf"}"#,
        ] {
            let body = format!(r#"{{"code":1000,"msg":"OK","data":{data}}}"#);
            let server = Scripted::new(move |_| Reply::http(200, &body));
            let error = server.client().credit().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.json_path()),
                (ErrorKind::Decode, Some("$.data.credit")),
                "{data}"
            );
        }
        let server = Scripted::new(|_| Reply::business(1101));
        assert!(server.client().credit().await.unwrap_err().is_auth());
    }
}
