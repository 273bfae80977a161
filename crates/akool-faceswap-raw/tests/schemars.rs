//! The JSON Schema of the wire types names the fields as the wire does.
#![cfg(feature = "schemars")]
#![allow(clippy::unwrap_used)]

use akool_faceswap_raw::types::ListResultsByIdsResponse;

#[test]
fn the_schema_of_an_answer_has_the_vendors_names() {
    let schema = schemars::schema_for!(ListResultsByIdsResponse).to_value();
    assert_eq!(schema["required"], serde_json::json!(["code", "msg"]));
    let row = &schema["$defs"]["FaceswapResultDetail"]["properties"];
    for field in [
        "_id",
        "faceswap_status",
        "url",
        "createdAt",
        "userId",
        "job_id",
    ] {
        assert!(row.get(field).is_some(), "{field}");
    }
}
