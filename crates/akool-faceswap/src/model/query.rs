//! Ids as the value of a query parameter: joined by commas, and how many bytes that takes.

use crate::model::ResultId;

/// The length of `text` after `application/x-www-form-urlencoded` serialising, which is what the
/// generated client does to a query parameter.
pub(crate) fn encoded_len(text: &str) -> usize {
    const LEN: [u8; 256] = {
        let mut len = [3; 256];
        let mut byte = 0u8;
        while byte < 128 {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_') {
                len[byte as usize] = 1;
            }
            byte += 1;
        }
        len
    };
    text.bytes()
        .map(|byte| usize::from(LEN[usize::from(byte)]))
        .sum()
}

/// `ids` joined by commas, as the API takes them.
pub(crate) fn join<'a>(ids: impl Iterator<Item = &'a ResultId> + Clone) -> String {
    let mut joined = String::with_capacity(ids.clone().map(|id| id.as_str().len() + 1).sum());
    for id in ids {
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(id.as_str());
    }
    joined
}
