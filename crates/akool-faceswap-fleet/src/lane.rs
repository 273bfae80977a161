//! A lane: one account of the API, its jobs and its request budget, by name.

use std::{fmt, str::FromStr};

use crate::error::{Error, ErrorKind};

/// The name of a lane: 1 to 40 of the characters `a-z`, `0-9` and `_`.
///
/// Jobs of one lane are looked up with the credentials of one account, and share its request budget.
/// Lanes do not see each other.
///
/// ```
/// use akool_faceswap_fleet::Lane;
///
/// let lane: Lane = "account_2".parse()?;
/// assert_eq!(Lane::default().as_str(), "main");
/// assert!("Account 2".parse::<Lane>().is_err());
/// # Ok::<(), akool_faceswap_fleet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane(String);

impl Lane {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Lane {
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl FromStr for Lane {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if (1..=40).contains(&name.len()) && name.bytes().all(is_good) {
            return Ok(Self(name.to_owned()));
        }
        Err(Error::new(
            ErrorKind::InvalidInput,
            "a lane is 1 to 40 of the characters a-z, 0-9 and _",
        ))
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
