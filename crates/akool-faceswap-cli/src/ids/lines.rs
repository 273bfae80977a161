//! The lines of a text, whatever ends them: LF, CR LF, or CR alone.

/// Where lines begin, so that every place in a long text has its line at once.
pub(super) struct Lines<'a> {
    text: &'a str,
    /// The beginnings of all lines but the first.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |(place, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(place + 1) != Some(&b'\n'),
            _ => false,
        };
        let ends = bytes.iter().enumerate().filter(ends_line);
        Self {
            text,
            starts: ends.map(|(place, _)| place + 1).collect(),
        }
    }

    /// The number of the line at this byte, counted from 1.
    pub(super) fn number_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) + 1
    }

    /// The number of the line that this part of the text begins in.
    pub(super) fn number_of(&self, part: &str) -> usize {
        let offset = part
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr());
        self.number_at(offset)
    }

    /// All lines without their ends.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        let begins = std::iter::once(0).chain(self.starts.iter().copied());
        let ends = self.starts.iter().copied().chain([self.text.len()]);
        begins
            .zip(ends)
            .map(|(begin, end)| self.text[begin..end].trim_end_matches(['\r', '\n']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_once() {
        let lines = Lines::of("a\nb\r\nc\rd\r\r\n\ne");
        let all: Vec<&str> = lines.iter().collect();
        assert_eq!(all, ["a", "b", "c", "d", "", "", "e"]);
        let numbers = "abcde".chars().map(|c| {
            let at = lines.text.find(c).unwrap();
            assert_eq!(lines.number_of(&lines.text[at..]), lines.number_at(at));
            lines.number_at(at)
        });
        assert_eq!(numbers.collect::<Vec<_>>(), [1, 2, 3, 4, 7]);
    }
}
