//! A key, token or client secret: overwritten when dropped, and never shown.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};

/// A secret that fits into a header. Clones share one copy.
#[derive(Clone)]
pub(crate) struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Checks that `value` fits into a header. Surrounding white space is removed, since keys come
    /// from files and environment variables that end with a newline.
    pub(crate) fn new(name: &str, value: impl Into<String>) -> Result<Self, Error> {
        let value = Zeroizing::new(value.into());
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("the {name} is empty"),
            ));
        }
        if !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("the {name} has a character that is not visible ASCII"),
            ));
        }
        Ok(Self(Arc::new(Zeroizing::new(trimmed.to_owned()))))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_around_a_key_is_removed() {
        assert_eq!(Secret::new("API key", " k-1\r\n").unwrap().expose(), "k-1");
    }

    #[test]
    fn an_invalid_key_is_refused_without_being_shown() {
        for (value, expected) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("PLANTED secret", "not visible ASCII"),
            ("PLANTED\u{e9}", "not visible ASCII"),
            ("PLANTED\nx-other: 1", "not visible ASCII"),
        ] {
            let error = Secret::new("API key", value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error} {error:?}").contains("PLANTED"));
        }
    }
}
