//! What a request is authenticated with.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    error::{Error, ErrorKind},
    secret::Secret,
};

/// The secret of one request and the header it goes into. Clones are cheap.
#[derive(Clone)]
pub(crate) struct Authorization {
    header: Option<(HeaderName, HeaderValue)>,
    secret: Secret,
}

impl Authorization {
    /// A header `name` with the value `text`, which contains `secret`.
    pub(crate) fn header(name: HeaderName, text: &str, secret: Secret) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(text).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the credentials do not fit into a header",
            )
        })?;
        value.set_sensitive(true);
        Ok(Self {
            header: Some((name, value)),
            secret,
        })
    }

    /// No header: `secret` is in the body of the request.
    pub(crate) fn in_body(secret: Secret) -> Self {
        Self {
            header: None,
            secret,
        }
    }

    /// What must not appear in any text that comes back.
    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(crate) fn insert_into(&self, headers: &mut HeaderMap) {
        if let Some((name, value)) = &self.header {
            headers.insert(name.clone(), value.clone());
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.secret.fmt(f)
    }
}
