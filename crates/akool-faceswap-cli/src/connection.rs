//! From arguments and environment to a client, and back: which setting an error is about.
//!
//! A key is never an argument, since arguments are visible to every process of the machine and
//! stay in the shell's history.

use std::{
    borrow::Cow,
    env, fmt,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use akool_faceswap::{Client, ClientBuilder, Error};

use crate::{args::ConnectionArgs, problem::Problem};

const KEY_VARIABLE: &str = "AKOOL_API_KEY";
const CLIENT_VARIABLES: [&str; 2] = ["AKOOL_CLIENT_ID", "AKOOL_CLIENT_SECRET"];
const HOST_VARIABLE: &str = "AKOOL_API_HOST";

/// Keys have some dozens of bytes; what is longer is not a key file.
const MAX_KEY_FILE: u64 = 16 * 1024;

/// A client, and where its settings came from.
pub(crate) struct Connection {
    pub(crate) client: Client,
    key_from: KeyFrom,
}

enum KeyFrom {
    Environment,
    File(PathBuf),
}

impl Connection {
    /// Checks everything that can be checked without a request.
    pub(crate) fn new(args: &ConnectionArgs) -> Result<Self, Problem> {
        let (builder, key_from) = match &args.api_key_file {
            Some(path) => (with_key_of_file(path)?, KeyFrom::File(path.clone())),
            None => (with_key_of_environment()?, KeyFrom::Environment),
        };
        let (builder, host_from) = match &args.base_url {
            Some(url) => (builder.base_url(url), Some("--base-url")),
            None if is_set(HOST_VARIABLE) => (builder, Some(HOST_VARIABLE)),
            None => (builder, None),
        };
        let client = builder.build().map_err(|error| {
            let host = host_from
                .map(|from| format!(", the base URL from {from}"))
                .unwrap_or_default();
            Problem::usage(
                error.message(),
                format!(
                    "correct the setting: the API key is from {key_from}{host}; no request was made"
                ),
            )
        })?;
        Ok(Self { client, key_from })
    }

    #[cfg(test)]
    pub(crate) fn with_key_of_environment(client: Client) -> Self {
        Self {
            client,
            key_from: KeyFrom::Environment,
        }
    }

    /// What to do about `error`, in a few words: the library's advice, but for what is another
    /// thing to the user of a command than to a programmer.
    pub(crate) fn advice(&self, error: &Error) -> Cow<'static, str> {
        if error.is_auth() {
            let from = &self.key_from;
            return format!("check the API key in {from} against AKOOL's console").into();
        }
        if error.is_rate_limit() {
            return "wait a minute and run the command again; other programs that use the same \
                    account count too"
                .into();
        }
        if error.is_timeout() {
            return "try again later, or with fewer ids".into();
        }
        error.advice().into()
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.to_string_lossy().trim().is_empty())
}

fn with_key_of_environment() -> Result<ClientBuilder, Problem> {
    if !is_set(KEY_VARIABLE) && !CLIENT_VARIABLES.into_iter().all(is_set) {
        return Err(Problem::usage(
            format!("there is no API key: {KEY_VARIABLE} is not set"),
            format!(
                "set {KEY_VARIABLE} to the key of AKOOL's console, or name a file that holds it: \
                 --api-key-file FILE"
            ),
        ));
    }
    ClientBuilder::from_env().map_err(|error| {
        Problem::usage(
            error.message(),
            "correct the environment; no request was made",
        )
    })
}

fn with_key_of_file(path: &Path) -> Result<ClientBuilder, Problem> {
    let key = read_key(path).map_err(|error| {
        Problem::usage(
            format!("cannot read the API key of {}: {error}", path.display()),
            "give --api-key-file a text file that holds the key and nothing else",
        )
    })?;
    let builder = Client::builder().api_key(key);
    match env::var(HOST_VARIABLE) {
        Ok(host) if is_set(HOST_VARIABLE) => Ok(builder.base_url(host)),
        Ok(_) | Err(env::VarError::NotPresent) => Ok(builder),
        Err(env::VarError::NotUnicode(_)) => Err(Problem::usage(
            format!("the environment variable {HOST_VARIABLE} is not UTF-8"),
            "correct the environment; no request was made",
        )),
    }
}

fn read_key(path: &Path) -> io::Result<String> {
    let mut key = String::new();
    File::open(path)?
        .take(MAX_KEY_FILE + 1)
        .read_to_string(&mut key)?;
    if key.len() as u64 > MAX_KEY_FILE {
        return Err(io::Error::other(format!(
            "it has more than {MAX_KEY_FILE} bytes"
        )));
    }
    Ok(key)
}

impl fmt::Display for KeyFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment if is_set(KEY_VARIABLE) => f.write_str(KEY_VARIABLE),
            Self::Environment => f.write_str(&CLIENT_VARIABLES.join(" and ")),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}
