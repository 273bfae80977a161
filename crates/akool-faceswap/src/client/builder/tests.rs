//! Every setting reaches the client, and invalid ones are refused.

use crate::{client::builder::*, transport::operation::Pool};

#[test]
fn debug_output_says_which_credentials_there_are() {
    let shown = format!("{:?}", ClientBuilder::new().api_key("PLANTED"));
    assert!(
        shown.contains("has_api_key: true, has_bearer_token: false"),
        "{shown}"
    );
    assert!(!shown.contains("PLANTED"));
}

#[test]
fn every_setting_arrives() {
    use std::time::Duration;

    let seconds = Duration::from_secs;
    let two = NonZeroUsize::new(2).unwrap();
    let client = ClientBuilder::new()
        .api_key("k")
        .base_url("http://api.example/p")
        .allow_insecure_http()
        .connect_timeout(seconds(1))
        .attempt_timeout(seconds(2))
        .operation_timeout(Timeout::Disabled)
        .max_response_bytes(3)
        .max_concurrent_requests(2)
        .max_concurrent_downloads(2)
        .max_ids_per_request(2)
        .max_request_line_bytes(4)
        .max_tracked_ids(5)
        .retry(RetryPolicy::never())
        .configure_reqwest(|reqwest| reqwest.tcp_nodelay(true))
        .build()
        .unwrap();
    let api = client.api();
    let limits = &api.limits;
    assert_eq!(api.channel.base_url.as_str(), "http://api.example/p");
    assert_eq!(limits.connect_timeout, seconds(1).into());
    assert_eq!(limits.attempt_timeout, seconds(2).into());
    assert_eq!(limits.operation_timeout, Timeout::Disabled);
    assert_eq!(
        (
            limits.max_response_bytes,
            limits.max_request_line_bytes,
            limits.max_tracked_ids
        ),
        (3, 4, 5)
    );
    assert_eq!(
        (
            limits.max_concurrent_requests,
            limits.max_other_requests,
            limits.max_ids_per_request
        ),
        (two, two, two)
    );
    assert_eq!(limits.max_concurrent_downloads, two);
    assert_eq!(api.permits.in_use(Pool::Lookups), 0);
    assert_eq!(api.retry, RetryPolicy::never());
    assert!(format!("{client:?}").contains("http://api.example/p"));
}

#[cfg(feature = "_rustls")]
#[test]
fn invalid_root_certificates_are_refused() {
    for pem in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        let builder = ClientBuilder::new().api_key("k").root_certificate_pem(pem);
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains("PEM"), "{error}");
    }
}

#[test]
fn exactly_one_kind_of_credentials_is_accepted() {
    let new = ClientBuilder::new;
    assert!(
        new()
            .build()
            .unwrap_err()
            .to_string()
            .contains("no credentials")
    );
    for two in [
        new().api_key("k").bearer_token("t"),
        new().api_key("k").client_credentials("i", "s"),
        new().bearer_token("t").client_credentials("i", "s"),
    ] {
        let error = two.build().unwrap_err();
        assert!(error.to_string().contains("more than one kind"), "{error}");
    }
}

fn in_environment(variables: &[(&str, &str)]) -> Result<ClientBuilder, Error> {
    ClientBuilder::from_variables(|name| {
        let found = variables.iter().find(|(other, _)| *other == name);
        let (_, value) = found.ok_or(env::VarError::NotPresent)?;
        match *value {
            "not UTF-8" => Err(env::VarError::NotUnicode("PLANTED".into())),
            value => Ok(value.to_owned()),
        }
    })
}

#[test]
fn the_environment_has_credentials_and_where_the_api_is() {
    let builder = in_environment(&[
        ("AKOOL_API_KEY", "key"),
        ("AKOOL_API_HOST", "https://api.example"),
    ])
    .unwrap();
    assert_eq!(builder.api_key.as_deref(), Some("key"));
    assert_eq!(builder.base_url, "https://api.example");
    let builder =
        in_environment(&[("AKOOL_CLIENT_ID", "id"), ("AKOOL_CLIENT_SECRET", "secret")]).unwrap();
    let given = Some(("id".to_owned(), "secret".to_owned()));
    assert_eq!(builder.client_credentials, given);
    assert_eq!(builder.base_url, base_url::PRODUCTION);
}

#[test]
fn a_variable_that_is_blank_is_not_set() {
    let builder = in_environment(&[
        ("AKOOL_API_KEY", " "),
        ("AKOOL_CLIENT_ID", "id"),
        ("AKOOL_CLIENT_SECRET", "secret"),
        ("AKOOL_API_HOST", ""),
    ])
    .unwrap();
    assert_eq!(builder.api_key, None);
    assert_eq!(builder.base_url, base_url::PRODUCTION);
    for variables in [
        &[][..],
        &[("AKOOL_API_KEY", "")],
        &[("AKOOL_CLIENT_ID", "id")],
        &[("AKOOL_CLIENT_ID", "id"), ("AKOOL_CLIENT_SECRET", " ")],
    ] {
        let error = in_environment(variables).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error.message().contains("AKOOL_API_KEY is not set"),
            "{error}"
        );
    }
    let error = in_environment(&[("AKOOL_API_KEY", "not UTF-8")])
        .err()
        .unwrap();
    assert!(
        error.message().contains("AKOOL_API_KEY is not UTF-8"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("PLANTED"));
}
