//! JSON lines: one object a line, so that a reader can start before the last one is written.
//!
//! Characters that control a terminal are always escaped, because any program that reads the lines may show them on
//! one. To a JSON reader the strings are the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::terminal_safe::is_unsafe;

/// Writes one object and a line feed.
pub(crate) fn write_line(
    out: &mut (impl Write + ?Sized),
    object: &impl Serialize,
) -> io::Result<()> {
    object.serialize(&mut Serializer::with_formatter(&mut *out, Escaped))?;
    out.write_all(b"\n")
}

/// Compact, with unsafe characters of strings as `\u` and four hexadecimal digits.
struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, found)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in found.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + found.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use akool_faceswap::{Job, lookup::Outcome};

    use super::{super::Record, *};

    fn line(row: &str) -> String {
        let job: Job = serde_json::from_str(row).unwrap();
        let mut out = Vec::new();
        let record = (job.id().clone(), Outcome::Found(job));
        write_line(&mut out, &Record::new(&record.0, &record.1)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_job_is_one_line_with_its_url_only_at_success() {
        let success = r#"{"_id": "667d228400000000000a0001", "faceswap_status": 3,
            "createdAt": "2024-06-27T08:27:48.006Z", "url": "https://cdn.example/a\nb.jpg"}"#;
        assert_eq!(
            line(success),
            concat!(
                r#"{"id":"667d228400000000000a0001","outcome":"found","status":"success","#,
                r#""status_code":3,"url":"https://cdn.example/a\nb.jpg","#,
                r#""created_at":"2024-06-27T08:27:48.006Z","#,
                r#""expires_at":"2024-07-04T08:27:48.006Z","error":null}"#,
                "\n"
            )
        );
        let queued = success.replace("\"faceswap_status\": 3", "\"faceswap_status\": 1");
        assert!(line(&queued).contains(r#""status":"in_queue","status_code":1,"url":null,"#));
    }

    #[test]
    fn control_characters_are_escaped_and_read_the_same() {
        let text = "für 顔\u{9b}31m\u{7f}\u{202e}gpj\u{1b}";
        let mut out = Vec::new();
        write_line(&mut out, &text).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "\"für 顔\\u009b31m\\u007f\\u202egpj\\u001b\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn an_unknown_value_is_null() {
        assert_eq!(
            line(r#"{"_id": "a1"}"#),
            concat!(
                r#"{"id":"a1","outcome":"found","status":"unknown","status_code":null,"#,
                r#""url":null,"created_at":null,"expires_at":null,"error":null}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_time_without_an_exact_form_is_null() {
        let line = line(r#"{"_id": "a1", "createdAt": "9999-12-31T00:00:00Z"}"#);
        assert!(
            line.contains(r#""created_at":null,"expires_at":null"#),
            "{line}"
        );
    }
}
