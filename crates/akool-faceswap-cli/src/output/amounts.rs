//! Several amounts in a row, without those that are zero.

use std::fmt;

/// Writes `3 success, 1 failed`, with `opening` in front. Returns whether any amount was written.
pub(crate) fn write_amounts<'a>(
    out: &mut impl fmt::Write,
    opening: &'a str,
    amounts: impl IntoIterator<Item = (usize, &'a str)>,
) -> Result<bool, fmt::Error> {
    let mut separator = opening;
    let mut is_any = false;
    for (amount, of) in amounts {
        if amount > 0 {
            write!(out, "{separator}{amount} {of}")?;
            separator = ", ";
            is_any = true;
        }
    }
    Ok(is_any)
}
