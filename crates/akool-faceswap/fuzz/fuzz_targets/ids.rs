//! Any text as a list of ids: no panic, and what is accepted survives joining, parsing and cutting.
#![no_main]

use std::num::NonZeroUsize;

use akool_faceswap::{ResultId, ResultIds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u16, &str)| {
    let (max_ids, max_bytes, text) = input;
    if let Ok(id) = ResultId::new(text) {
        assert_eq!(id.as_str(), text);
        let _ = id.created_at();
    }
    let ids: ResultIds = match text.parse() {
        Ok(ids) => ids,
        Err(refused) => {
            let refused: akool_faceswap::error::InvalidIds = refused;
            assert!(refused.refused().count() > 0);
            assert!(!refused.to_string().is_empty());
            refused.into_valid()
        }
    };
    if !ids.is_empty() {
        assert_eq!(ids.to_string().parse::<ResultIds>().expect("what was joined"), ids);
    }
    let max_ids = NonZeroUsize::new(max_ids.into()).unwrap_or(NonZeroUsize::MIN);
    let pieces: Vec<&[ResultId]> = ids.chunks(max_ids, max_bytes.into()).collect();
    assert_eq!(pieces.concat(), ids.as_slice());
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= max_ids.get()));
});
