// @generated from the documents in openapi/ by `cargo xtask regen`.
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
    pub struct SubmitFaceSwapPlusWhen(::httpmock::When);
    impl SubmitFaceSwapPlusWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new("^/api/open/v4/faceswap/faceswapPlusByImage$")
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::ImageFaceswapPlusRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct SubmitFaceSwapPlusThen(::httpmock::Then);
    impl SubmitFaceSwapPlusThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::SubmitFaceSwapPlusResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct SubmitFaceSwapProWhen(::httpmock::When);
    impl SubmitFaceSwapProWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new("^/api/open/v4/faceswap/faceswapByImage$")
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::ImageFaceswapProRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct SubmitFaceSwapProThen(::httpmock::Then);
    impl SubmitFaceSwapProThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::SubmitFaceSwapProResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct SubmitImageFaceSwapWhen(::httpmock::When);
    impl SubmitImageFaceSwapWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/api/open/v3/faceswap/highquality/specifyimage$",
                            )
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::ImageFaceswapRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct SubmitImageFaceSwapThen(::httpmock::Then);
    impl SubmitImageFaceSwapThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::SubmitImageFaceSwapResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct SubmitVideoFaceSwapWhen(::httpmock::When);
    impl SubmitVideoFaceSwapWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/api/open/v3/faceswap/highquality/specifyvideo$",
                            )
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::VideoFaceswapRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct SubmitVideoFaceSwapThen(::httpmock::Then);
    impl SubmitVideoFaceSwapThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::SubmitVideoFaceSwapResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct DetectFacesWhen(::httpmock::When);
    impl DetectFacesWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new("^/interface/detect-api/detect_faces$")
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::UnifiedFaceDetectionRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct DetectFacesThen(::httpmock::Then);
    impl DetectFacesThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::FaceDetectionResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct AnalyzeFramesWhen(::httpmock::When);
    impl AnalyzeFramesWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new(
                                "^/interface/detect-api/faceswap/analyze_frames$",
                            )
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::AnalyzeFramesRequest) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct AnalyzeFramesThen(::httpmock::Then);
    impl AnalyzeFramesThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::AnalyzeFramesResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct GetCreditWhen(::httpmock::When);
    impl GetCreditWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::GET)
                    .path_matches(
                        regex::Regex::new("^/api/open/v3/faceswap/quota/info$").unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
    }
    pub struct GetCreditThen(::httpmock::Then);
    impl GetCreditThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::GetCreditResponse) -> Self {
            Self(
                self
                    .0
                    .status(200u16)
                    .header("content-type", "application/json")
                    .json_body_obj(value),
            )
        }
    }
    pub struct DeleteResultsByIdsWhen(::httpmock::When);
    impl DeleteResultsByIdsWhen {
        pub fn new(inner: ::httpmock::When) -> Self {
            Self(
                inner
                    .method(::httpmock::Method::POST)
                    .path_matches(
                        regex::Regex::new("^/api/open/v3/faceswap/result/delbyids$")
                            .unwrap(),
                    ),
            )
        }
        pub fn into_inner(self) -> ::httpmock::When {
            self.0
        }
        pub fn body(self, value: &types::DeleteResultsByIdsBody) -> Self {
            Self(self.0.json_body_obj(value))
        }
    }
    pub struct DeleteResultsByIdsThen(::httpmock::Then);
    impl DeleteResultsByIdsThen {
        pub fn new(inner: ::httpmock::Then) -> Self {
            Self(inner)
        }
        pub fn into_inner(self) -> ::httpmock::Then {
            self.0
        }
        pub fn ok(self, value: &types::ApiResponse) -> Self {
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
    fn submit_face_swap_plus<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitFaceSwapPlusWhen,
            operations::SubmitFaceSwapPlusThen,
        );
    fn submit_face_swap_pro<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::SubmitFaceSwapProWhen, operations::SubmitFaceSwapProThen);
    fn submit_image_face_swap<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitImageFaceSwapWhen,
            operations::SubmitImageFaceSwapThen,
        );
    fn submit_video_face_swap<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitVideoFaceSwapWhen,
            operations::SubmitVideoFaceSwapThen,
        );
    fn detect_faces<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::DetectFacesWhen, operations::DetectFacesThen);
    fn analyze_frames<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AnalyzeFramesWhen, operations::AnalyzeFramesThen);
    fn get_credit<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::GetCreditWhen, operations::GetCreditThen);
    fn delete_results_by_ids<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::DeleteResultsByIdsWhen,
            operations::DeleteResultsByIdsThen,
        );
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
    fn submit_face_swap_plus<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitFaceSwapPlusWhen,
            operations::SubmitFaceSwapPlusThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::SubmitFaceSwapPlusWhen::new(when),
                operations::SubmitFaceSwapPlusThen::new(then),
            )
        })
    }
    fn submit_face_swap_pro<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::SubmitFaceSwapProWhen, operations::SubmitFaceSwapProThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::SubmitFaceSwapProWhen::new(when),
                operations::SubmitFaceSwapProThen::new(then),
            )
        })
    }
    fn submit_image_face_swap<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitImageFaceSwapWhen,
            operations::SubmitImageFaceSwapThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::SubmitImageFaceSwapWhen::new(when),
                operations::SubmitImageFaceSwapThen::new(then),
            )
        })
    }
    fn submit_video_face_swap<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::SubmitVideoFaceSwapWhen,
            operations::SubmitVideoFaceSwapThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::SubmitVideoFaceSwapWhen::new(when),
                operations::SubmitVideoFaceSwapThen::new(then),
            )
        })
    }
    fn detect_faces<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::DetectFacesWhen, operations::DetectFacesThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::DetectFacesWhen::new(when),
                operations::DetectFacesThen::new(then),
            )
        })
    }
    fn analyze_frames<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::AnalyzeFramesWhen, operations::AnalyzeFramesThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::AnalyzeFramesWhen::new(when),
                operations::AnalyzeFramesThen::new(then),
            )
        })
    }
    fn get_credit<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(operations::GetCreditWhen, operations::GetCreditThen),
    {
        self.mock(|when, then| {
            config_fn(
                operations::GetCreditWhen::new(when),
                operations::GetCreditThen::new(then),
            )
        })
    }
    fn delete_results_by_ids<F>(&self, config_fn: F) -> ::httpmock::Mock<'_>
    where
        F: FnOnce(
            operations::DeleteResultsByIdsWhen,
            operations::DeleteResultsByIdsThen,
        ),
    {
        self.mock(|when, then| {
            config_fn(
                operations::DeleteResultsByIdsWhen::new(when),
                operations::DeleteResultsByIdsThen::new(then),
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
