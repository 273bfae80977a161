//! Entry points for the fuzzer alone.

use crate::{model::lenient, transport::envelope::Envelope};

/// Reads an answer leniently: the rows that became jobs and those that did not, or `None` where the
/// body is not an envelope.
pub fn lenient_answer(body: &[u8]) -> Option<(usize, usize)> {
    let data = Envelope::parse(body).ok()?.data;
    let rows = data
        .map_or(Ok(Vec::new()), |data| lenient::rows(&data))
        .ok()?;
    let read = rows.iter().filter(|row| row.is_ok()).count();
    Some((read, rows.len() - read))
}
