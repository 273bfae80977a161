//! The range of a `Range` header (RFC 9110, 14.1.2). Several ranges and other units are ignored,
//! which the RFC allows.

use http::HeaderValue;

/// The part of a file that a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    /// From the first byte to the last, both included.
    Part {
        first: usize,
        last: usize,
    },
    /// A range that contains no byte of the file.
    Nothing,
}

impl Wanted {
    /// Parses the header for a file of `length` bytes.
    pub(crate) fn from_header(range: &HeaderValue, length: usize) -> Self {
        let range = range.to_str().ok();
        range
            .and_then(|range| parse(range, length))
            .unwrap_or(Self::All)
    }
}

/// `None` unless it is a single range of bytes.
fn parse(range: &str, length: usize) -> Option<Wanted> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let end = length.checked_sub(1);
    let wanted = if first.is_empty() {
        let suffix = number(last)?;
        end.filter(|_| suffix > 0)
            .map(|end| (length.saturating_sub(suffix), end))
    } else {
        let first = number(first)?;
        let last = if last.is_empty() {
            usize::MAX
        } else {
            number(last)?
        };
        if last < first {
            return None;
        }
        end.filter(|&end| first <= end)
            .map(|end| (first, last.min(end)))
    };
    Some(
        wanted.map_or(Wanted::Nothing, |(first, last)| Wanted::Part {
            first,
            last,
        }),
    )
}

/// Only digits; values that do not fit become the largest one.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from_header(range: &str, length: usize) -> Wanted {
        Wanted::from_header(&range.parse().unwrap(), length)
    }

    #[test]
    fn one_range_is_understood() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, wanted) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=2-", part(2, 9)),
            ("bytes=2-99", part(2, 9)),
            ("bytes=2-99999999999999999999999", part(2, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=+1-", Wanted::All),
            ("bytes=a-b", Wanted::All),
            ("items=0-1", Wanted::All),
            ("0-1", Wanted::All),
        ] {
            assert_eq!(from_header(range, 10), wanted, "{range}");
        }
        assert_eq!(from_header("bytes=0-", 0), Wanted::Nothing);
        assert_eq!(from_header("bytes=-1", 0), Wanted::Nothing);
    }

    proptest! {
        #[test]
        fn a_part_is_always_inside(range in "(bytes=)?[0-9]{0,3}-[0-9]{0,21}", length in 0_usize..200) {
            if let Wanted::Part { first, last } = from_header(&range, length) {
                prop_assert!(first <= last && last < length);
            }
        }
    }
}
