//! One result id: an opaque token, checked once, cheap to clone.
//!
//! Ids come from submit answers (`_id`), files and people. A text that cannot be an id is refused here, before any
//! request, with the reason. To the most frequent mistake, a `job_id` in place of an `_id`, the API answers with an
//! empty list and no error, so it has a reason of its own.

mod characters;

use std::{
    borrow::{Borrow, Cow},
    fmt,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use characters::{is_invisible, is_punctuation, name_of};

/// The id of one face swap result: the `_id` of a submit answer.
///
/// ```
/// use akool_faceswap::ResultId;
///
/// let id: ResultId = "667d228400000000000a0001".parse()?;
/// assert_eq!(id.as_str(), "667d228400000000000a0001");
///
/// let refused = "20240627082748003-5746".parse::<ResultId>().unwrap_err();
/// assert!(refused.is_job_id());
/// # Ok::<(), akool_faceswap::error::InvalidId>(())
/// ```
///
/// An id is opaque: 1 to [`MAX_LEN`](Self::MAX_LEN) characters of ASCII without white space, control
/// characters, quotes, brackets, `,`, `;`, `\\`, `|`, `%`, `?` and `&`, and neither a URL nor what a
/// spreadsheet makes of a long number (`6.67E+23`). All ids seen so far are 24 hexadecimal digits (an
/// `ObjectId` of `MongoDB`), but the vendor's documentation promises no form.
///
/// An id of 24 hexadecimal digits is kept in lower case, as the API writes it, so a spreadsheet that changed its case
/// does no harm. Any other id is compared byte for byte.
///
/// Cloning copies no text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResultId(Arc<str>);

impl ResultId {
    /// The longest id that is accepted, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Checks `id` and keeps it.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] with the reason, if `id` cannot be an id.
    pub fn new(id: impl AsRef<str>) -> Result<Self, InvalidId> {
        let id = id.as_ref();
        match reason_against(id) {
            None => Ok(Self(Self::normalized(id).into())),
            Some(reason) => Err(InvalidId {
                excerpt: match reason {
                    // Anyone who has a result URL has the picture.
                    Reason::Url => "a URL".into(),
                    _ => excerpt(id),
                },
                reason,
            }),
        }
    }

    /// An id in the case in which the API writes it.
    pub(crate) fn normalized(id: &str) -> Cow<'_, str> {
        if is_object_id(id) && id.bytes().any(|byte| byte.is_ascii_uppercase()) {
            id.to_ascii_lowercase().into()
        } else {
            id.into()
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the job was created, to the second, if the id has the form of an `ObjectId`.
    ///
    /// The first four bytes of an `ObjectId` are the Unix time of its creation.
    ///
    /// ```
    /// # use akool_faceswap::ResultId;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let id = ResultId::new("667d228400000000000a0001")?;
    /// let created = SystemTime::UNIX_EPOCH + Duration::from_secs(0x667d_2284);
    /// assert_eq!(id.created_at(), Some(created));
    /// # Ok::<(), akool_faceswap::error::InvalidId>(())
    /// ```
    pub fn created_at(&self) -> Option<SystemTime> {
        if !is_object_id(&self.0) {
            return None;
        }
        let seconds = u32::from_str_radix(self.0.get(..8)?, 16).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds.into()))
    }
}

/// 24 hexadecimal digits.
fn is_object_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn reason_against(id: &str) -> Option<Reason> {
    if id.is_empty() {
        return Some(Reason::Empty);
    }
    if id.len() > ResultId::MAX_LEN {
        return Some(Reason::TooLong(id.len()));
    }
    // First, since all other reasons show the text.
    if id.contains("://") {
        return Some(Reason::Url);
    }
    for c in id.chars() {
        if c == ',' {
            return Some(Reason::Comma);
        }
        if c.is_whitespace() {
            return Some(Reason::WhiteSpace);
        }
        if c.is_control() {
            return Some(Reason::Control(c));
        }
        if is_invisible(c) {
            return Some(Reason::Invisible(c));
        }
        if is_punctuation(c) {
            return Some(Reason::Punctuation(c));
        }
        if !c.is_ascii() {
            return Some(Reason::Foreign(c));
        }
    }
    if has_spreadsheet_form(id) {
        return Some(Reason::Spreadsheet);
    }
    has_job_id_form(id).then_some(Reason::JobId)
}

/// `yyyyMMddHHmmssSSS-NNNN`: 17 digits, a dash, digits.
fn has_job_id_form(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    id.split_once('-')
        .is_some_and(|(time, number)| time.len() == 17 && digits(time) && digits(number))
}

/// `6.67E+23`: what a spreadsheet makes of an id that it takes for a number.
fn has_spreadsheet_form(id: &str) -> bool {
    id.split_once("E+").is_some_and(|(number, exponent)| {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        number.starts_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|byte| is_digit(byte) || byte == b'.')
            && !exponent.is_empty()
            && exponent.bytes().all(is_digit)
    })
}

/// The part of a refused id that is shown: enough to find it again, never more than a line.
fn excerpt(id: &str) -> Box<str> {
    const SHOWN: usize = 48;
    let mut shown: String = id.chars().take(SHOWN).collect();
    if shown.len() < id.len() {
        shown.push('…');
    }
    shown.into()
}

impl fmt::Display for ResultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ResultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&ResultId> for ResultId {
    fn from(id: &ResultId) -> Self {
        id.clone()
    }
}

impl AsRef<str> for ResultId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ResultId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for ResultId {
    type Err = InvalidId;

    fn from_str(id: &str) -> Result<Self, InvalidId> {
        Self::new(id)
    }
}

impl TryFrom<&str> for ResultId {
    type Error = InvalidId;

    fn try_from(id: &str) -> Result<Self, InvalidId> {
        Self::new(id)
    }
}

impl TryFrom<String> for ResultId {
    type Error = InvalidId;

    fn try_from(id: String) -> Result<Self, InvalidId> {
        Self::new(id)
    }
}

impl Serialize for ResultId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ResultId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ResultId {
    fn schema_name() -> Cow<'static, str> {
        "ResultId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "pattern": r#"^(?:(?![,;\\|\[\]{}()<>"'`%?&])[!-~])+$"#,
            "description": "The `_id` of a submit answer",
        })
    }
}

/// Why a text is not a [`ResultId`].
///
/// Its `Display` output is one line that says what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId {
    excerpt: Box<str>,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Empty,
    TooLong(usize),
    Comma,
    WhiteSpace,
    Control(char),
    Invisible(char),
    Punctuation(char),
    /// Not ASCII.
    Foreign(char),
    Url,
    Spreadsheet,
    JobId,
}

impl InvalidId {
    /// Whether the text has the form of a `job_id`, which the API does not look results up by.
    pub fn is_job_id(&self) -> bool {
        self.reason == Reason::JobId
    }

    /// The refused text; of a long one, the beginning.
    pub fn excerpt(&self) -> &str {
        &self.excerpt
    }
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.excerpt;
        match self.reason {
            Reason::Empty => f.write_str("an id is empty"),
            Reason::TooLong(length) => write!(
                f,
                "the id {id:?} has {length} bytes; the longest accepted has {}",
                ResultId::MAX_LEN
            ),
            Reason::Comma => write!(
                f,
                "the id {id:?} contains a comma; parse a comma-separated list as ResultIds"
            ),
            Reason::WhiteSpace => write!(f, "the id {id:?} contains white space"),
            Reason::Control(c) => write!(
                f,
                "the id {id:?} contains a control character, U+{:04X}{}",
                u32::from(c),
                name_of(c)
            ),
            Reason::Invisible(c) => write!(
                f,
                "the id {id:?} contains an invisible character, U+{:04X}{}",
                u32::from(c),
                name_of(c)
            ),
            Reason::Punctuation(c) => write!(f, "the id {id:?} contains {c}, which no id has"),
            Reason::Foreign(c) => write!(
                f,
                "the id {id:?} contains {c} (U+{:04X}{}), which no id has",
                u32::from(c),
                name_of(c)
            ),
            Reason::Spreadsheet => write!(
                f,
                "{id:?} is what a spreadsheet makes of an id that looks like a number; format the column \
                 as text and paste the ids again"
            ),
            Reason::Url => f.write_str("a URL is not an id; give the `_id` of the submit answer"),
            Reason::JobId => write!(
                f,
                "{id:?} is a job_id; results are looked up by the `_id` of the same submit answer"
            ),
        }
    }
}

impl std::error::Error for InvalidId {}

#[cfg(test)]
mod tests;
