// @generated from openapi/faceswap.yaml and openapi/overlay.yaml by `cargo xtask regen`.
// Do not edit: change the overlay and run the command again.

pub mod operations {
    //! [`When`](::httpmock::When) and [`Then`](::httpmock::Then)
    //! wrappers for each operation. Each can be converted to
    //! its inner type with a call to `into_inner()`. This can
    //! be used to explicitly deviate from permitted values.
    use akool_faceswap_raw::*;
    pub struct ListResultsByIdsWhen(::httpmock::When);
    impl ListResultsByIdsWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/api/open/v3/faceswap/result/listbyids$")
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn ids(self, value: &types::ListResultsByIdsIds) -> Self {
            Self(self.0.query_param("_ids", value.to_string()))
        }
    }
    pub struct ListResultsByIdsThen(::httpmock::Then);
    impl ListResultsByIdsThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::ListResultsByIdsResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct GetTokenWhen(::httpmock::When);
    impl GetTokenWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(regex::Regex::new("^/api/open/v3/getToken$").unwrap()),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::GetTokenRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct GetTokenThen(::httpmock::Then);
    impl GetTokenThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::GetTokenResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
}
/// An extension trait for [`MockServer`](::httpmock::MockServer) that
/// adds a method for each operation. These are the equivalent of
/// type-checked [`mock()`](::httpmock::MockServer::mock) calls.
pub trait MockServerExt {
    fn list_results_by_ids<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::ListResultsByIdsWhen, operations::ListResultsByIdsThen);
    fn get_token<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::GetTokenWhen, operations::GetTokenThen);
}
impl MockServerExt for ::httpmock::MockServer {
    fn list_results_by_ids<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::ListResultsByIdsWhen, operations::ListResultsByIdsThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::ListResultsByIdsWhen::new(when),
                operations::ListResultsByIdsThen::new(then),
            )
        })
    }
    fn get_token<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::GetTokenWhen, operations::GetTokenThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::GetTokenWhen::new(when),
                operations::GetTokenThen::new(then),
            )
        })
    }
}
