//! The environment variables with the settings of the command.
//!
//! They are read once, so that the command reports the values that it uses. No value is ever shown: it may be a key, or
//! a key in the wrong place.

use std::{collections::BTreeMap, env, ffi::OsString};

pub(crate) const API_KEY: &str = "AKOOL_API_KEY";
pub(crate) const CLIENT_ID: &str = "AKOOL_CLIENT_ID";
pub(crate) const CLIENT_SECRET: &str = "AKOOL_CLIENT_SECRET";
pub(crate) const HOST: &str = "AKOOL_API_HOST";

/// The variables of a process.
pub(crate) struct Environment(BTreeMap<String, OsString>);

/// The value of a variable is not text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8;

impl Environment {
    /// The variables of this process.
    pub(crate) fn of_process() -> Self {
        env::vars_os().collect()
    }

    /// The value of `name`; an empty one, or white space, counts as unset.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, NotUtf8> {
        match self.0.get(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
            Some(None) => Err(NotUtf8),
        }
    }

    /// Whether `name` has a value, text or not.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        !matches!(self.get(name), Ok(None))
    }

    /// Whether the value of `name` is in quotes, as in a file of variables that no shell has read.
    pub(crate) fn is_quoted(&self, name: &str) -> bool {
        self.get(name)
            .is_ok_and(|value| value.is_some_and(is_quoted))
    }

    /// Whether there is a variable of this name, even an empty one.
    pub(crate) fn exists(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names of all variables, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Whether a text is between quotes, which only a shell takes away.
pub(crate) fn is_quoted(text: &str) -> bool {
    let text = text.trim();
    ['"', '\'']
        .into_iter()
        .any(|quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote))
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let named = variables.into_iter().filter_map(|(name, value)| {
            // All names that are looked up are UTF-8.
            let mut name = name.into().into_string().ok()?;
            if cfg!(windows) {
                name.make_ascii_uppercase();
            }
            Some((name, value.into()))
        });
        Self(named.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_is_not_set() {
        let environment: Environment = [("A", "a"), ("B", ""), ("C", " \n")].into_iter().collect();
        assert_eq!(environment.get("A"), Ok(Some("a")));
        for name in ["B", "C", "D"] {
            assert_eq!(environment.get(name), Ok(None), "{name}");
            assert!(!environment.is_set(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_text_is_set_and_cannot_be_read() {
        use std::os::unix::ffi::OsStringExt as _;

        let value = OsString::from_vec(vec![0xff]);
        let environment: Environment = [("A", value)].into_iter().collect();
        assert_eq!(environment.get("A"), Err(NotUtf8));
        assert!(environment.is_set("A"));
    }
}
