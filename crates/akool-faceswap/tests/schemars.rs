//! The public types show themselves in a service's own OpenAPI document.
#![cfg(feature = "schemars")]
#![allow(clippy::unwrap_used)]

use akool_faceswap::{Job, JobStatus, ResultIds, Ticket};

#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Progress {
    ids: ResultIds,
    job: Job,
    status: JobStatus,
    ticket: Ticket,
}

#[test]
fn a_services_own_type_can_hold_them() {
    let schema = schemars::schema_for!(Progress).to_value();
    let definitions = &schema["$defs"];
    assert_eq!(definitions["ResultId"]["type"], "string");
    assert_eq!(
        definitions["JobStatus"]["type"],
        serde_json::json!(["integer", "null"])
    );
    let ticket = &definitions["Ticket"]["properties"];
    assert_eq!(ticket["missing_grace_ms"]["type"], "integer", "{schema}");
    let schedule = &definitions["PollPolicy"]["properties"];
    assert_eq!(schedule["shortest_ms"]["type"], "integer", "{schema}");
    let row = &definitions["Job"]["properties"];
    for field in ["_id", "faceswap_status", "url", "createdAt"] {
        assert!(row.get(field).is_some(), "{field}: {schema}");
    }
}
