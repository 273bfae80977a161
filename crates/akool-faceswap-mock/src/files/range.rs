//! The range of a `Range` header (RFC 9110, 14.1.2). Multiple ranges and units other than bytes are
//! ignored, which the RFC allows.

use http::HeaderValue;

/// The part of a file that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestedRange {
    Whole,
    /// From the first byte to the last, both included.
    Part {
        first: usize,
        last: usize,
    },
    /// A range that contains no byte of the file.
    Unsatisfiable,
}

impl RequestedRange {
    /// Parses the header for a file of `length` bytes.
    pub(crate) fn from_header(range: &HeaderValue, length: usize) -> Self {
        let range = range.to_str().ok();
        range
            .and_then(|range| parse(range, length))
            .unwrap_or(Self::Whole)
    }
}

/// `None` unless it is a single range of bytes.
fn parse(range: &str, length: usize) -> Option<RequestedRange> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let end = length.checked_sub(1);
    let bounds = if first.is_empty() {
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
    Some(match bounds {
        Some((first, last)) => RequestedRange::Part { first, last },
        None => RequestedRange::Unsatisfiable,
    })
}

/// A number of digits only; one that does not fit becomes the largest.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from_header(range: &str, length: usize) -> RequestedRange {
        RequestedRange::from_header(&range.parse().unwrap(), length)
    }

    #[test]
    fn a_single_range_of_bytes_is_parsed() {
        let part = |first, last| RequestedRange::Part { first, last };
        for (range, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=2-", part(2, 9)),
            ("bytes=2-99", part(2, 9)),
            ("bytes=2-99999999999999999999999", part(2, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", RequestedRange::Unsatisfiable),
            (
                "bytes=99999999999999999999999-",
                RequestedRange::Unsatisfiable,
            ),
            ("bytes=-0", RequestedRange::Unsatisfiable),
            ("bytes=5-2", RequestedRange::Whole),
            ("bytes=0-1,3-4", RequestedRange::Whole),
            ("bytes=-", RequestedRange::Whole),
            ("bytes=+1-", RequestedRange::Whole),
            ("bytes=a-b", RequestedRange::Whole),
            ("items=0-1", RequestedRange::Whole),
            ("0-1", RequestedRange::Whole),
        ] {
            assert_eq!(from_header(range, 10), expected, "{range}");
        }
        assert_eq!(from_header("bytes=0-", 0), RequestedRange::Unsatisfiable);
        assert_eq!(from_header("bytes=-1", 0), RequestedRange::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_is_always_inside_the_file(range in "(bytes=)?[0-9]{0,3}-[0-9]{0,21}", length in 0_usize..200) {
            if let RequestedRange::Part { first, last } = from_header(&range, length) {
                prop_assert!(first <= last && last < length);
            }
        }
    }
}
