//! Any bytes as an answer: no panic, and what the generated type can read, the forgiving way reads
//! too, row for row.
#![no_main]

use akool_faceswap_raw::types::ListResultsByIdsResponse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let salvaged = akool_faceswap::fuzzing::lenient_answer(body);
    let _ = serde_json::from_slice::<akool_faceswap::Job>(body);
    // Generated structs also take arrays, field by field in order, which no API sends.
    let plain = serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|body| body.is_object() && !body["data"].is_array());
    if !plain {
        return;
    }
    if let Ok(typed) = serde_json::from_slice::<ListResultsByIdsResponse>(body) {
        let rows = typed.data.and_then(|data| data.result).unwrap_or_default();
        let (read, unreadable) = salvaged.expect("an envelope that the generated type reads");
        assert_eq!(read + unreadable, rows.len());
        let with_id = |id: &Option<String>| id.as_ref().is_some_and(|id| !id.is_empty());
        assert_eq!(read, rows.iter().filter(|row| with_id(&row.id)).count());
    }
});
