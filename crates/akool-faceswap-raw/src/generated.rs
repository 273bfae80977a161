// @generated from the documents in openapi/ by `cargo xtask regen`.
// Do not edit: change the overlay and run the command again.

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///`AnalyzeFramesRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct AnalyzeFramesRequest {
        ///How much wider than the face a crop is
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expand_ratio: ::std::option::Option<f64>,
        ///URLs of the images
        pub frame_urls: ::std::vec::Vec<::std::string::String>,
        ///The time of each frame in seconds; by default 0, 1, 2 and so on
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub timestamps: ::std::vec::Vec<f64>,
    }
    ///`AnalyzeFramesResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct AnalyzeFramesResponse {
        ///What went wrong, if success is false
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error: ::std::option::Option<::std::string::String>,
        ///How many frames were analyzed
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub frame_count: ::std::option::Option<i64>,
        ///The persons, from left to right
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub persons: ::std::option::Option<::std::vec::Vec<PersonInfo>>,
        ///Whether the analysis succeeded
        pub success: bool,
    }
    ///`ApiResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct ApiResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`CreditInfo`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct CreditInfo {
        ///Credit that is left on the account
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub credit: ::std::option::Option<f64>,
    }
    ///`DeleteResultsByIdsBody`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct DeleteResultsByIdsBody {
        ///Result IDs, joined with commas
        #[serde(rename = "_ids")]
        pub ids: ::std::string::String,
    }
    ///`FaceDetectionResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceDetectionResponse {
        ///0 for success, any other value for an error
        pub error_code: i64,
        ///SUCCESS, or what went wrong
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error_msg: ::std::option::Option<::std::string::String>,
        ///The frames by number; an image has the frame 0 alone
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub faces_obj: ::std::option::Option<
            ::std::collections::BTreeMap<::std::string::String, FaceFrameData>,
        >,
    }
    ///`FaceFrameData`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceFrameData {
        ///The four points of each face in its crop as `x,y:x,y:x,y:x,y`
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub crop_landmarks: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::string::String>>,
        >,
        ///The box of each crop in the frame as [x, y, width, height]
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub crop_region: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::vec::Vec<i64>>>,
        >,
        ///URL of the crop of each face, if asked for
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_urls: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::string::String>>,
        >,
        ///The time of the frame in seconds; null for an image
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub frame_time: ::std::option::Option<f64>,
        ///Six points of each face: left eye, right eye, nose, middle of the mouth, left and right corner of the mouth
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub landmarks: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::vec::Vec<::std::vec::Vec<i64>>>>,
        >,
        ///The first four points of each face as `x,y:x,y:x,y:x,y`
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub landmarks_str: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::string::String>>,
        >,
        ///The box of each face as [x, y, width, height]
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub region: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::vec::Vec<i64>>>,
        >,
        ///Former boxes of tracked faces as [x, y, width, height]
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub removed: ::std::option::Option<
            ::std::vec::Vec<::std::option::Option<::std::vec::Vec<i64>>>,
        >,
    }
    ///`FaceImageWithOpts`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceImageWithOpts {
        ///Four landmarks of the face in that image as `x,y:x,y:x,y:x,y`, from the detector
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub opts: ::std::option::Option<::std::string::String>,
        ///URL of the image with the face; http or https
        pub path: ::std::string::String,
    }
    ///`FaceMappingItem`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceMappingItem {
        pub source_face_info: FaceMappingItemSourceFaceInfo,
        pub target_face_info: FaceMappingItemTargetFaceInfo,
    }
    ///The new face
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceMappingItemSourceFaceInfo {
        ///The face in a full image as [x1, y1, x2, y2]
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub bbox: ::std::vec::Vec<f64>,
        ///URL of a crop from the detector, or of a full image
        pub face_url: ::std::string::String,
    }
    ///The face to replace
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceMappingItemTargetFaceInfo {
        ///The face in a full image as [x1, y1, x2, y2]
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub bbox: ::std::vec::Vec<f64>,
        ///URL of a crop from the detector, or of a full image
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_url: ::std::option::Option<::std::string::String>,
    }
    ///`FaceswapResult`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceswapResult {
        ///Result ID, by which results are looked up
        #[serde(rename = "_id", skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///Job ID, for people
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub job_id: ::std::option::Option<::std::string::String>,
        ///URL that is reserved for the result; nothing is there before the job succeeds
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<::std::string::String>,
    }
    ///`FaceswapResultDetail`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceswapResultDetail {
        ///Current faceswap action created time
        #[serde(
            rename = "createdAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_at: ::std::option::Option<::std::string::String>,
        ///Deduction duration
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deduction_duration: ::std::option::Option<f64>,
        ///Deduction status
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deduction_status: ::std::option::Option<i64>,
        ///Faceswap quality level
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub faceswap_quality: ::std::option::Option<i64>,
        ///Faceswap result status: 1 In Queue, 2 Processing, 3 Success, 4 Failed
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub faceswap_status: ::std::option::Option<i64>,
        ///Faceswap type
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub faceswap_type: ::std::option::Option<i64>,
        ///Result ID
        #[serde(rename = "_id", skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///Image indicator
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub image: ::std::option::Option<i64>,
        ///Job ID, for people; results are looked up by `_id` only
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub job_id: ::std::option::Option<::std::string::String>,
        ///User unique ID
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub uid: ::std::option::Option<i64>,
        ///Update timestamp
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub update_time: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<crate::ResultUrl>,
        ///User ID
        #[serde(
            rename = "userId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub user_id: ::std::option::Option<::std::string::String>,
        ///Video duration in seconds
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub video_duration: ::std::option::Option<f64>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`FaceswapResultList`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceswapResultList {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub result: ::std::option::Option<::std::vec::Vec<FaceswapResultDetail>>,
    }
    ///`FaceswapV4Result`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct FaceswapV4Result {
        ///Result ID, by which results are looked up
        #[serde(rename = "_id", skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        ///Job ID, for people
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub job_id: ::std::option::Option<::std::string::String>,
    }
    ///`GetCreditResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct GetCreditResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<CreditInfo>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`GetTokenRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone)]
    pub struct GetTokenRequest {
        ///Client ID
        #[serde(rename = "clientId")]
        pub client_id: ::std::string::String,
        #[serde(rename = "clientSecret")]
        pub client_secret: crate::Secret,
    }
    ///`GetTokenResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct GetTokenResponse {
        ///Business status (1000: success)
        pub code: i64,
        ///Text for the status
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub msg: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<crate::Secret>,
    }
    ///`ImageFaceswapPlusRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct ImageFaceswapPlusRequest {
        ///Whether to enhance the face
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_enhance: ::std::option::Option<bool>,
        ///One entry for each face to replace; needed unless single_face_mode is true
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub face_mapping: ::std::vec::Vec<FaceMappingItem>,
        ///The style of the result
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model_style: ::std::option::Option<::std::string::String>,
        ///True if the service finds the one face itself; otherwise face_mapping says which faces to swap
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub single_face_mode: ::std::option::Option<bool>,
        ///URL of the image with the new face
        pub source_url: ::std::string::String,
        ///URL of the image or video to change
        pub target_url: ::std::string::String,
        ///URL that is called when the status changes; omit it if there is no webhook
        #[serde(
            rename = "webhookUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub webhook_url: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`ImageFaceswapProRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct ImageFaceswapProRequest {
        ///Whether to enhance the face
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_enhance: ::std::option::Option<bool>,
        ///The model
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub model_name: ::std::option::Option<::std::string::String>,
        ///Whether to use the simplified mode for one face
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub single_face_mode: ::std::option::Option<bool>,
        ///The new faces
        #[serde(rename = "sourceImage")]
        pub source_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///The original faces, in the same order
        #[serde(rename = "targetImage")]
        pub target_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///URL that is called when the status changes; omit it if there is no webhook
        #[serde(
            rename = "webhookUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub webhook_url: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`ImageFaceswapRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct ImageFaceswapRequest {
        ///0 for the classic model, 1 for the optimized one
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_enhance: ::std::option::Option<i64>,
        ///URL of the image to change
        #[serde(rename = "modifyImage")]
        pub modify_image: ::std::string::String,
        ///The new faces
        #[serde(rename = "sourceImage")]
        pub source_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///The original faces, in the same order
        #[serde(rename = "targetImage")]
        pub target_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///URL that is called when the status changes; omit it if there is no webhook
        #[serde(
            rename = "webhookUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub webhook_url: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`ListResultsByIdsIds`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Serialize, Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct ListResultsByIdsIds(::std::string::String);
    impl ::std::ops::Deref for ListResultsByIdsIds {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ListResultsByIdsIds> for ::std::string::String {
        fn from(value: ListResultsByIdsIds) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ListResultsByIdsIds {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            #[cfg(feature = "regress")]
            static PATTERN: ::std::sync::LazyLock<::regress::Regex> = ::std::sync::LazyLock::new(||
            {
                ::regress::Regex::new("^[^\\x00-\\x20,]+(?:,[^\\x00-\\x20,]+)*$")
                    .unwrap()
            });
            #[cfg(feature = "regress")]
            if PATTERN.find(value).is_none() {
                return Err(
                    "doesn't match pattern \"^[^\\x00-\\x20,]+(?:,[^\\x00-\\x20,]+)*$\""
                        .into(),
                );
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ListResultsByIdsIds {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ListResultsByIdsIds {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ListResultsByIdsIds {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`ListResultsByIdsResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct ListResultsByIdsResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<FaceswapResultList>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`PersonAppearance`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct PersonAppearance {
        ///The face in this frame as [x1, y1, x2, y2]
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub bbox: ::std::option::Option<::std::vec::Vec<::std::option::Option<i64>>>,
        ///The number of the frame
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub frame_idx: ::std::option::Option<i64>,
        ///The time of the frame in seconds
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timestamp: ::std::option::Option<f64>,
    }
    ///`PersonInfo`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct PersonInfo {
        ///Where the person appears
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub appearances: ::std::option::Option<::std::vec::Vec<PersonAppearance>>,
        ///The face in its first frame as [x1, y1, x2, y2]
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub bbox: ::std::option::Option<::std::vec::Vec<::std::option::Option<i64>>>,
        ///How sure the detection is, from 0 to 1
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub confidence: ::std::option::Option<f64>,
        ///URL of a crop of the face
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_url: ::std::option::Option<::std::string::String>,
        ///The time of the first frame with the person, in seconds
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub first_seen: ::std::option::Option<f64>,
        ///The place of the person, from left to right
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub index: ::std::option::Option<i64>,
        ///The time of the last frame with the person, in seconds
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_seen: ::std::option::Option<f64>,
        ///A name for the person within this answer
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub person_id: ::std::option::Option<::std::string::String>,
    }
    ///`SubmitFaceSwapPlusResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct SubmitFaceSwapPlusResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<FaceswapV4Result>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`SubmitFaceSwapProResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct SubmitFaceSwapProResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<FaceswapV4Result>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`SubmitImageFaceSwapResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct SubmitImageFaceSwapResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<FaceswapResult>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`SubmitVideoFaceSwapResponse`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct SubmitVideoFaceSwapResponse {
        ///Interface returns business status code (1000: success)
        pub code: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<FaceswapResult>,
        ///Interface returns status information
        pub msg: ::std::string::String,
    }
    ///`UnifiedFaceDetectionRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct UnifiedFaceDetectionRequest {
        ///An image as Base64 or as a data URI
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub img: ::std::option::Option<::std::string::String>,
        ///How many frames of a video to look at
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub num_frames: ::std::option::Option<i64>,
        ///Whether to store a crop of each face and return its URL
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub return_face_url: ::std::option::Option<bool>,
        ///Whether to return only the largest face of each frame
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub single_face: ::std::option::Option<bool>,
        ///Public URL of an image or video; wins over img
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub url: ::std::option::Option<::std::string::String>,
    }
    ///`VideoFaceswapRequest`
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Default)]
    pub struct VideoFaceswapRequest {
        ///0 for the classic model, 1 for the optimized one
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub face_enhance: ::std::option::Option<i64>,
        ///URL of the video to change
        #[serde(rename = "modifyVideo")]
        pub modify_video: ::std::string::String,
        ///The new faces
        #[serde(rename = "sourceImage")]
        pub source_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///The original faces, in the same order
        #[serde(rename = "targetImage")]
        pub target_image: ::std::vec::Vec<FaceImageWithOpts>,
        ///URL that is called when the status changes; omit it if there is no webhook
        #[serde(
            rename = "webhookUrl",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub webhook_url: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
    impl ::std::fmt::Debug for AnalyzeFramesRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("AnalyzeFramesRequest")
                .field("expand_ratio", &self.expand_ratio)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for AnalyzeFramesResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("AnalyzeFramesResponse")
                .field("frame_count", &self.frame_count)
                .field("success", &self.success)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ApiResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ApiResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for CreditInfo {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("CreditInfo")
                .field("credit", &self.credit)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for DeleteResultsByIdsBody {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("DeleteResultsByIdsBody").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceDetectionResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceDetectionResponse")
                .field("error_code", &self.error_code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceFrameData {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceFrameData")
                .field("frame_time", &self.frame_time)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceImageWithOpts {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceImageWithOpts").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceMappingItem {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceMappingItem").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceMappingItemSourceFaceInfo {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceMappingItemSourceFaceInfo").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceMappingItemTargetFaceInfo {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceMappingItemTargetFaceInfo").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceswapResult {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceswapResult").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceswapResultDetail {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceswapResultDetail")
                .field("deduction_duration", &self.deduction_duration)
                .field("deduction_status", &self.deduction_status)
                .field("faceswap_quality", &self.faceswap_quality)
                .field("faceswap_status", &self.faceswap_status)
                .field("faceswap_type", &self.faceswap_type)
                .field("image", &self.image)
                .field("uid", &self.uid)
                .field("update_time", &self.update_time)
                .field("video_duration", &self.video_duration)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceswapResultList {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceswapResultList").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for FaceswapV4Result {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FaceswapV4Result").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for GetCreditResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("GetCreditResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for GetTokenRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("GetTokenRequest").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for GetTokenResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("GetTokenResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ImageFaceswapPlusRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ImageFaceswapPlusRequest")
                .field("face_enhance", &self.face_enhance)
                .field("single_face_mode", &self.single_face_mode)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ImageFaceswapProRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ImageFaceswapProRequest")
                .field("face_enhance", &self.face_enhance)
                .field("single_face_mode", &self.single_face_mode)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ImageFaceswapRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ImageFaceswapRequest")
                .field("face_enhance", &self.face_enhance)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ListResultsByIdsIds {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ListResultsByIdsIds").finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for ListResultsByIdsResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ListResultsByIdsResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for PersonAppearance {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("PersonAppearance")
                .field("frame_idx", &self.frame_idx)
                .field("timestamp", &self.timestamp)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for PersonInfo {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("PersonInfo")
                .field("confidence", &self.confidence)
                .field("first_seen", &self.first_seen)
                .field("index", &self.index)
                .field("last_seen", &self.last_seen)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for SubmitFaceSwapPlusResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("SubmitFaceSwapPlusResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for SubmitFaceSwapProResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("SubmitFaceSwapProResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for SubmitImageFaceSwapResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("SubmitImageFaceSwapResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for SubmitVideoFaceSwapResponse {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("SubmitVideoFaceSwapResponse")
                .field("code", &self.code)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for UnifiedFaceDetectionRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("UnifiedFaceDetectionRequest")
                .field("num_frames", &self.num_frames)
                .field("return_face_url", &self.return_face_url)
                .field("single_face", &self.single_face)
                .finish_non_exhaustive()
        }
    }
    impl ::std::fmt::Debug for VideoFaceswapRequest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("VideoFaceswapRequest")
                .field("face_enhance", &self.face_enhance)
                .finish_non_exhaustive()
        }
    }
}
#[derive(Clone, Debug)]
/**Client for Face Swap API

API for face swapping in images and videos

Version: 1.0.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Hooks,
}
impl Client {
    /// Create a new client.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new(baseurl: &str, inner: crate::Hooks) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let client = {
            let dur = ::std::time::Duration::from_secs(15u64);
            reqwest::ClientBuilder::new().connect_timeout(dur).timeout(dur)
        };
        #[cfg(target_arch = "wasm32")]
        let client = reqwest::ClientBuilder::new();
        Self::new_with_client(baseurl, client.build().unwrap(), inner)
    }
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Hooks,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Hooks> for Client {
    fn api_version() -> &'static str {
        "1.0.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Hooks {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::Hooks>,
    {}
};
#[allow(clippy::all)]
impl Client {
    /**Get Faceswap Result List

Get faceswap results by IDs

Sends a `GET` request to `/api/open/v3/faceswap/result/listbyids`

Arguments:
- `ids`: Result IDs are strings separated by commas
*/
    pub async fn list_results_by_ids<'a>(
        &'a self,
        ids: &'a types::ListResultsByIdsIds,
    ) -> Result<ResponseValue<types::ListResultsByIdsResponse>, Error<()>> {
        let url = format!("{}/api/open/v3/faceswap/result/listbyids", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("_ids", &ids))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_results_by_ids",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Face Swap Plus

Swaps one face or several in an image or a video. Costs credits.

Sends a `POST` request to `/api/open/v4/faceswap/faceswapPlusByImage`

*/
    pub async fn submit_face_swap_plus<'a>(
        &'a self,
        body: &'a types::ImageFaceswapPlusRequest,
    ) -> Result<ResponseValue<types::SubmitFaceSwapPlusResponse>, Error<()>> {
        let url = format!("{}/api/open/v4/faceswap/faceswapPlusByImage", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "submit_face_swap_plus",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Face Swap Pro

Swaps faces in an image at the highest quality. Costs credits.

Sends a `POST` request to `/api/open/v4/faceswap/faceswapByImage`

*/
    pub async fn submit_face_swap_pro<'a>(
        &'a self,
        body: &'a types::ImageFaceswapProRequest,
    ) -> Result<ResponseValue<types::SubmitFaceSwapProResponse>, Error<()>> {
        let url = format!("{}/api/open/v4/faceswap/faceswapByImage", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "submit_face_swap_pro",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Image Faceswap

Swaps up to eight faces in an image. Costs credits.

Sends a `POST` request to `/api/open/v3/faceswap/highquality/specifyimage`

*/
    pub async fn submit_image_face_swap<'a>(
        &'a self,
        body: &'a types::ImageFaceswapRequest,
    ) -> Result<ResponseValue<types::SubmitImageFaceSwapResponse>, Error<()>> {
        let url = format!(
            "{}/api/open/v3/faceswap/highquality/specifyimage", self.baseurl,
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "submit_image_face_swap",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Video Faceswap

Swaps up to eight faces in a video. Costs credits.

Sends a `POST` request to `/api/open/v3/faceswap/highquality/specifyvideo`

*/
    pub async fn submit_video_face_swap<'a>(
        &'a self,
        body: &'a types::VideoFaceswapRequest,
    ) -> Result<ResponseValue<types::SubmitVideoFaceSwapResponse>, Error<()>> {
        let url = format!(
            "{}/api/open/v3/faceswap/highquality/specifyvideo", self.baseurl,
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "submit_video_face_swap",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Detect Faces

Finds the faces in an image or in frames of a video.

Sends a `POST` request to `/interface/detect-api/detect_faces`

*/
    pub async fn detect_faces<'a>(
        &'a self,
        body: &'a types::UnifiedFaceDetectionRequest,
    ) -> Result<ResponseValue<types::FaceDetectionResponse>, Error<()>> {
        let url = format!("{}/interface/detect-api/detect_faces", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "detect_faces",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Analyze Frames

Finds the persons in one or more images, each person once.

Sends a `POST` request to `/interface/detect-api/faceswap/analyze_frames`

*/
    pub async fn analyze_frames<'a>(
        &'a self,
        body: &'a types::AnalyzeFramesRequest,
    ) -> Result<ResponseValue<types::AnalyzeFramesResponse>, Error<()>> {
        let url = format!(
            "{}/interface/detect-api/faceswap/analyze_frames", self.baseurl,
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "analyze_frames",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Get Credit

Returns the credit that is left on the account.

Sends a `GET` request to `/api/open/v3/faceswap/quota/info`

*/
    pub async fn get_credit<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::GetCreditResponse>, Error<()>> {
        let url = format!("{}/api/open/v3/faceswap/quota/info", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "get_credit",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete Results

Deletes results for good.

Sends a `POST` request to `/api/open/v3/faceswap/result/delbyids`

*/
    pub async fn delete_results_by_ids<'a>(
        &'a self,
        body: &'a types::DeleteResultsByIdsBody,
    ) -> Result<ResponseValue<types::ApiResponse>, Error<()>> {
        let url = format!("{}/api/open/v3/faceswap/result/delbyids", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_results_by_ids",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Get Token

Returns a bearer token for a client id and secret; valid for more than a year. The token stands at the top level, without data and msg.

Sends a `POST` request to `/api/open/v3/getToken`

*/
    pub async fn get_token<'a>(
        &'a self,
        body: &'a types::GetTokenRequest,
    ) -> Result<ResponseValue<types::GetTokenResponse>, Error<()>> {
        let url = format!("{}/api/open/v3/getToken", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "get_token",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    #[allow(unused_imports)]
    pub use super::Client;
}
