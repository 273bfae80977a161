//! Ids from arguments, files and standard input, all checked before any request.
//!
//! Every candidate remembers its line, so that you can find what is wrong in a list of thousands.

mod json;
mod lines;
mod text;

use std::{
    borrow::Cow,
    fmt,
    fs::File,
    io::{self, IsTerminal as _, Read, Write as _},
    path::{Path, PathBuf},
};

use akool_faceswap::ResultIds;

use crate::{
    args::IdArgs,
    environment::Environment,
    output::{shown_path, style, tell},
    problem::Problem,
    secret::Secrets,
};
use lines::Lines;

/// About 160,000 ids; what is larger is probably the wrong file.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

const STANDARD_INPUT: &str = "-";

/// What to do if a secret was given as an id.
pub(crate) const SECRET_HELP: &str = "give the `_id` of a submit answer; no request was sent, but arguments are visible to other users \
     and stay in the shell's history: consider a new key";

/// Where a text came from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Argument,
    File(PathBuf),
    StandardInput,
}

/// The ids of the arguments, then those of the file; each once, at least one.
pub(crate) fn read(args: &IdArgs) -> Result<ResultIds, Problem> {
    match read_any(args)? {
        ids if ids.is_empty() => Err(none_given()),
        ids => Ok(ids),
    }
}

/// The problem if at least one id is required.
pub(crate) fn none_given() -> Problem {
    Problem::usage(
        "no ids were given",
        "give the `_id` of a submit answer, or several: as arguments, in --ids-file, or on \
         standard input with `-`",
    )
}

/// As [`read`], but the list may be empty.
pub(crate) fn read_any(args: &IdArgs) -> Result<ResultIds, Problem> {
    let mut texts = Vec::new();
    for argument in &args.ids {
        if argument == STANDARD_INPUT {
            texts.push((Origin::StandardInput, read_standard_input()?));
        } else {
            texts.push((Origin::Argument, argument.clone()));
        }
    }
    match args.ids_file.as_deref() {
        Some(path) if path == Path::new(STANDARD_INPUT) => {
            texts.push((Origin::StandardInput, read_standard_input()?));
        }
        Some(path) => texts.push((Origin::File(path.to_owned()), read_file(path)?)),
        None => {}
    }
    check(&texts, &Environment::of_process())
}

fn check(texts: &[(Origin, String)], environment: &Environment) -> Result<ResultIds, Problem> {
    let mut candidates = Vec::new();
    for (origin, text) in texts {
        candidates.extend(self::candidates(origin, text)?);
    }
    let secrets = Secrets::of(environment);
    let found: Vec<String> = candidates
        .iter()
        .filter_map(|candidate| {
            let secret = secrets.find_in(&candidate.text)?;
            Some(format!("{candidate}{secret} was given as an id"))
        })
        .collect();
    if !found.is_empty() {
        return Err(Problem::usages(found, SECRET_HELP));
    }
    match ResultIds::parse_all(candidates.iter().map(|candidate| &*candidate.text)) {
        Ok(ids) => {
            let empty: Vec<String> = candidates
                .iter()
                .filter(|candidate| candidate.is_only_punctuation())
                .map(|candidate| {
                    format!(
                        "{candidate}{:?} has neither letter nor digit",
                        candidate.text
                    )
                })
                .collect();
            if !empty.is_empty() {
                return Err(Problem::usages(empty, "remove it; no request was sent"));
            }
            warn_about_unusual(&candidates);
            Ok(ids)
        }
        Err(invalid) => {
            let refused: Vec<String> = invalid
                .refused()
                .filter_map(|(index, error)| Some(format!("{}{error}", candidates.get(index)?)))
                .collect();
            let help = format!(
                "correct or remove {} of {} ids; no request was sent",
                refused.len(),
                candidates.len()
            );
            Err(Problem::usages(refused, help))
        }
    }
}

/// What may be an id, and where it is.
struct Candidate<'a> {
    origin: &'a Origin,
    line: usize,
    text: Cow<'a, str>,
}

impl Candidate<'_> {
    /// An id can be anything, but punctuation alone in a list is a rule or the mark of a comment.
    fn is_only_punctuation(&self) -> bool {
        *self.origin != Origin::Argument && !self.text.contains(char::is_alphanumeric)
    }

    /// All ids so far have 24 hexadecimal digits.
    fn is_usual(&self) -> bool {
        self.text.len() == 24 && self.text.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

/// Warns about words that are probably not ids, in a list whose other ids have the usual form.
fn warn_about_unusual(candidates: &[Candidate]) {
    /// More would hide the output that follows.
    const SHOWN: usize = 3;

    if !candidates.iter().any(Candidate::is_usual) {
        return;
    }
    let is_odd =
        |candidate: &&Candidate| *candidate.origin != Origin::Argument && !candidate.is_usual();
    let odd: Vec<&Candidate> = candidates.iter().filter(is_odd).collect();
    let doubtful = style::DOUBTFUL;
    for candidate in odd.iter().take(SHOWN) {
        let text = &candidate.text;
        tell(|out| {
            writeln!(
                out,
                "{doubtful}warning:{doubtful:#} {candidate}{text:?} is unlike the other ids, which have 24 \
                 hexadecimal digits; it is looked up anyway"
            )
        });
    }
    let more = odd.len().saturating_sub(SHOWN);
    if more > 0 {
        tell(|out| {
            writeln!(
                out,
                "{doubtful}warning:{doubtful:#} ... and so are {more} more"
            )
        });
    }
}

/// The candidates in `text`.
fn candidates<'a>(origin: &'a Origin, text: &'a str) -> Result<Vec<Candidate<'a>>, Problem> {
    let found = match origin {
        Origin::Argument => text::parse_argument(text),
        Origin::File(_) | Origin::StandardInput => text::parse(text),
    };
    let candidate = |line, text| Candidate { origin, line, text };
    match found {
        Ok(found) => Ok(found
            .into_iter()
            .map(|(line, text)| candidate(line, text))
            .collect()),
        Err(unclear) => Err(Problem::usage(
            format!("{}{}", candidate(unclear.line, "".into()), unclear.what),
            "give the ids as strings, or as objects with _id or id; no request was sent",
        )),
    }
}

/// The beginning of a message.
impl fmt::Display for Candidate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Argument => Ok(()),
            Origin::File(path) => write!(f, "{}:{}: ", shown_path(path), self.line),
            Origin::StandardInput => write!(f, "standard input:{}: ", self.line),
        }
    }
}

fn read_file(path: &Path) -> Result<String, Problem> {
    File::open(path)
        .and_then(read_bounded)
        .map_err(|error| unreadable(&path.display(), &error))
}

fn read_standard_input() -> Result<String, Problem> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let _ = writeln!(
            io::stderr(),
            "Type ids, then end the input (Ctrl-D; on Windows Ctrl-Z and Enter)."
        );
    }
    read_bounded(stdin.lock()).map_err(|error| unreadable(&"standard input", &error))
}

fn read_bounded(source: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!(
            "it has more than {} MiB",
            MAX_BYTES >> 20
        )));
    }
    let text = match utf_16(&bytes) {
        Some(text) => text,
        None => String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let good = String::from_utf8_lossy(good);
            let line = Lines::of(&good).number_at(good.len());
            io::Error::other(format!("line {line} is not UTF-8 text"))
        })?,
    };
    Ok(without_marks(text))
}

/// Without the byte order marks that editors put in front, and that concatenated files have at the
/// beginning of lines.
fn without_marks(text: String) -> String {
    const MARK: char = '\u{feff}';
    if !text.contains(MARK) {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if c != MARK || !(kept.is_empty() || kept.ends_with(['\n', '\r'])) {
            kept.push(c);
        }
    }
    kept
}

/// The text of a file whose first bytes mark it as UTF-16, as written by Windows PowerShell's `>`.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let (read, bytes): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, rest @ ..] => (u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return None,
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(units.iter().copied().map(read)).collect();
    text.ok().filter(|_| rest.is_empty())
}

fn unreadable(place: &dyn fmt::Display, error: &io::Error) -> Problem {
    Problem::usage(
        format!("cannot read ids from {place}: {error}"),
        format!(
            "give a text file of at most {} MiB with ids separated by commas or white space",
            MAX_BYTES >> 20
        ),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::verbosity::Verbosity;

    fn file(text: &str) -> Vec<(Origin, String)> {
        vec![(Origin::File("ids.txt".into()), text.to_owned())]
    }

    fn ids(texts: &[(Origin, String)]) -> String {
        check(texts, &environment()).unwrap().to_string()
    }

    fn environment() -> Environment {
        [("AKOOL_API_KEY", "planted-key")].into_iter().collect()
    }

    fn output(problem: &Problem) -> String {
        let mut output = Vec::new();
        problem.write_to(&mut output, Verbosity::Normal).unwrap();
        let output = String::from_utf8(output).unwrap();
        anstream::adapter::strip_str(&output).to_string()
    }

    #[test]
    fn commas_and_white_space_separate_and_comments_are_skipped() {
        for (text, expected) in [
            ("a1\nb2\n", "a1,b2"),
            ("a1, b2\tc3  ,,d4,\r\n\r\n e5", "a1,b2,c3,d4,e5"),
            ("# all of Monday\na1 # the first,b2\n#b2\nc3", "a1,c3"),
            ("a#1", "a#1"),
            ("b2 a1 b2", "b2,a1"),
        ] {
            assert_eq!(ids(&file(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn an_argument_has_no_comments() {
        let texts = [(Origin::Argument, "a1,#b2".to_owned())];
        assert_eq!(ids(&texts), "a1,#b2");
    }

    #[test]
    fn every_refused_id_is_named_with_its_place() {
        let mut texts = vec![(Origin::Argument, "20240627082748003-5746,a1".to_owned())];
        texts.extend(file("b2\n# none\nc3 x\u{7}y\n"));
        texts.push((Origin::StandardInput, "\n20240627082748003-1\n".to_owned()));
        let output = output(&check(&texts, &environment()).unwrap_err());
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), 4, "{output}");
        assert!(lines[0].starts_with("error: \"20240627082748003-5746\" is a job_id"));
        assert!(lines[1].starts_with("error: ids.txt:3: the id \"x\\u{7}y\" contains a control"));
        assert!(lines[2].starts_with("error: standard input:2: \"20240627082748003-1\" is a job"));
        assert_eq!(
            lines[3],
            "help: correct or remove 3 of 6 ids; no request was sent"
        );
    }

    #[test]
    fn a_secret_is_refused_with_its_place_and_not_shown() {
        let texts = file("a1\nexport AKOOL_API_KEY='planted-key'\nb2\u{200b}\n");
        let output = output(&check(&texts, &environment()).unwrap_err());
        assert!(
            output
                .starts_with("error: ids.txt:2: the API key of AKOOL_API_KEY was given as an id\n"),
            "{output}"
        );
        assert!(!output.contains("planted"), "{output}");
    }

    #[test]
    fn no_id_at_all_is_refused() {
        for text in ["", " ,\n,", "# nothing\n"] {
            let path = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&path, text).unwrap();
            let args = IdArgs {
                ids: Vec::new(),
                ids_file: Some(path.path().to_owned()),
            };
            assert!(output(&read(&args).unwrap_err()).contains("no ids were given"));
            assert!(read_any(&args).unwrap().is_empty());
        }
    }

    /// <https://github.com/wonderwhy-er/DesktopCommanderMCP/issues/610>
    #[test]
    fn a_file_in_utf_16_is_read() {
        let text = "a1\r\nb2\r\n";
        let bytes = |mark: [u8; 2], write: fn(u16) -> [u8; 2]| {
            let units = text.encode_utf16().flat_map(write);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        let little = bytes([0xff, 0xfe], u16::to_le_bytes);
        for bytes in [&little, &bytes([0xfe, 0xff], u16::to_be_bytes)] {
            assert_eq!(read_bounded(&bytes[..]).unwrap(), text);
        }
        assert!(read_bounded(&little[..little.len() - 1]).is_err());
    }

    #[test]
    fn byte_order_marks_at_the_beginning_of_lines_are_dropped() {
        let concatenated = "\u{feff}\u{feff}a1\r\n\u{feff}{\"id\":\"b2\"}\nc\u{feff}3";
        let text = read_bounded(concatenated.as_bytes()).unwrap();
        // The last one is refused with its line.
        assert_eq!(text, "a1\r\n{\"id\":\"b2\"}\nc\u{feff}3");
    }

    #[test]
    fn a_word_of_punctuation_is_refused_in_a_file() {
        let refused = output(&check(&file("a1\n// b2\n"), &environment()).unwrap_err());
        assert!(
            refused.starts_with("error: ids.txt:2: \"//\" has neither letter nor digit\n"),
            "{refused}"
        );
    }

    #[test]
    fn unclear_json_is_refused_with_its_place() {
        let refused = output(&check(&file("[\"a1\",\n7]"), &environment()).unwrap_err());
        assert!(
            refused.starts_with("error: ids.txt:2: an id in JSON is a string\n"),
            "{refused}"
        );
    }

    #[test]
    fn a_file_that_is_too_large_or_not_text_is_refused() {
        let error = read_bounded(io::repeat(b'a')).unwrap_err();
        assert!(error.to_string().contains("more than 4 MiB"));
        let error = read_bounded(&b"a1\nb2\n\xff\xfe"[..]).unwrap_err();
        assert_eq!(error.to_string(), "line 3 is not UTF-8 text");
    }

    proptest! {
        #[test]
        fn a_list_is_read_whatever_separates_its_ids(
            ids in prop::collection::vec("[0-9a-z_-]{1,24}x", 1..40),
            between in prop::collection::vec("[, \t]{0,2}(,|\n|\r\n|  # a, b\n|\n#c\n)[, ]{0,2}", 40),
        ) {
            let text: String = ids.iter().zip(&between).flat_map(|(id, gap)| [&**id, gap]).collect();
            let origin = Origin::StandardInput;
            let found: Vec<String> =
                candidates(&origin, &text).unwrap().into_iter().map(|found| found.text.into_owned()).collect();
            prop_assert_eq!(found, ids);
        }

        #[test]
        fn any_text_gives_ids_or_a_refusal(text in any::<String>()) {
            let accepted = check(&file(&text), &environment());
            if let Ok(ids) = accepted {
                let text = text.to_lowercase();
                prop_assert!(ids.iter().all(|id| text.contains(&id.as_str().to_lowercase())));
            }
        }
    }
}
