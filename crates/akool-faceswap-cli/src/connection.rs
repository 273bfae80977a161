//! From arguments and environment to a client, and back: which setting an error is about.
//!
//! Arguments go before the environment. A key is never an argument, since arguments are visible to
//! every process of the machine and stay in the shell's history.

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
};

use akool_faceswap::{Client, ClientBuilder, Error, ErrorKind};

use crate::verbosity::reason;
use crate::{
    args::ConnectionArgs,
    environment::{self, Environment, NotUtf8},
    key_file::KeyFile,
    output::{style, tell},
    problem::Problem,
};

const HOST_ARGUMENT: &str = "--base-url";

/// A client, and where its settings came from.
pub(crate) struct Connection {
    pub(crate) client: Client,
    key_from: KeyFrom,
}

/// Where the credentials came from.
#[derive(Debug)]
pub(crate) enum KeyFrom {
    ApiKeyVariable,
    ClientVariables,
    File {
        path: PathBuf,
        is_open_to_others: bool,
    },
}

impl Connection {
    /// Checks everything that can be checked without a request, and warns of what is unwise.
    pub(crate) fn new(args: &ConnectionArgs) -> Result<Self, Problem> {
        let connection = Self::of(args, &Environment::of_process())?;
        if let Some((what, help)) = connection.key_from.warning() {
            let doubtful = style::DOUBTFUL;
            tell(|out| writeln!(out, "{doubtful}warning:{doubtful:#} {what}; {help}"));
        }
        Ok(connection)
    }

    /// As [`new`](Self::new), and silent.
    pub(crate) fn of(args: &ConnectionArgs, environment: &Environment) -> Result<Self, Problem> {
        let (builder, key_from) = with_credentials(Client::builder(), args, environment)?;
        let (builder, host_from) = with_base_url(builder, args, environment)?;
        let client = builder.build().map_err(|error| {
            let host = host_from
                .map(|from| format!(", the base URL from {from}"))
                .unwrap_or_default();
            Problem::usage(
                reason(&error),
                format!(
                    "correct the setting: the API key is from {key_from}{host}; no request was made"
                ),
            )
        })?;
        Ok(Self { client, key_from })
    }

    /// With a client that was made otherwise; its key counts as that of the environment.
    pub(crate) fn of_client(client: Client) -> Self {
        Self {
            client,
            key_from: KeyFrom::ApiKeyVariable,
        }
    }

    /// What to do about `error`, in a few words: the library's advice, but for what is another
    /// thing to the user of a command than to a programmer.
    pub(crate) fn advice(&self, error: &Error) -> Cow<'static, str> {
        if error.is_auth() || error.kind() == ErrorKind::Credentials {
            let from = &self.key_from;
            return format!("check the API key in {from} against AKOOL's console").into();
        }
        if error.is_rate_limit() {
            return "wait a minute and run the command again; other programs that use the same \
                    account count too"
                .into();
        }
        if error.kind() == ErrorKind::Timeout {
            return "try again later, or with fewer ids".into();
        }
        error.advice().into()
    }

    /// As [`advice`](Self::advice), where the error is about a file and not about the API: there the
    /// key has no part in it.
    pub(crate) fn download_advice(error: &Error) -> Cow<'static, str> {
        if error.is_rate_limit() || error.kind() == ErrorKind::Timeout {
            return "run the command again".into();
        }
        error.advice().into()
    }
}

/// The key of the file, else that of the environment.
pub(crate) fn with_credentials(
    builder: ClientBuilder,
    args: &ConnectionArgs,
    environment: &Environment,
) -> Result<(ClientBuilder, KeyFrom), Problem> {
    let get = |name| text_of(environment, name);
    if let Some(path) = &args.api_key_file {
        let file = KeyFile::read(path).map_err(|error| {
            Problem::usage(
                format!("cannot read the API key of {}: {error}", path.display()),
                "give --api-key-file a text file that holds the key and nothing else",
            )
        })?;
        let from = KeyFrom::File {
            path: path.clone(),
            is_open_to_others: file.is_open_to_others,
        };
        Ok((builder.api_key(file.key), from))
    } else if let Some(key) = get(environment::API_KEY)? {
        Ok((builder.api_key(key), KeyFrom::ApiKeyVariable))
    } else if let (Some(id), Some(secret)) = (
        get(environment::CLIENT_ID)?,
        get(environment::CLIENT_SECRET)?,
    ) {
        let builder = builder.client_credentials(id, secret);
        Ok((builder, KeyFrom::ClientVariables))
    } else {
        let key = environment::API_KEY;
        Err(Problem::usage(
            format!("there is no API key: {key} is not set"),
            format!(
                "set {key} to the key of AKOOL's console, or name a file that holds it: \
                 --api-key-file FILE"
            ),
        ))
    }
}

/// The base URL of the argument, else that of the environment, else the library's; and which of the
/// first two it was.
pub(crate) fn with_base_url(
    builder: ClientBuilder,
    args: &ConnectionArgs,
    environment: &Environment,
) -> Result<(ClientBuilder, Option<&'static str>), Problem> {
    if let Some(url) = &args.base_url {
        return Ok((builder.base_url(url), Some(HOST_ARGUMENT)));
    }
    Ok(match text_of(environment, environment::HOST)? {
        Some(url) => (builder.base_url(url), Some(environment::HOST)),
        None => (builder, None),
    })
}

fn text_of<'a>(environment: &'a Environment, name: &str) -> Result<Option<&'a str>, Problem> {
    environment.get(name).map_err(|NotUtf8| {
        Problem::usage(
            format!("the environment variable {name} is not UTF-8"),
            "correct the environment; no request was made",
        )
    })
}

impl KeyFrom {
    /// What is unwise about it and what to do, though it works.
    pub(crate) fn warning(&self) -> Option<(String, String)> {
        let Self::File {
            path,
            is_open_to_others: true,
        } = self
        else {
            return None;
        };
        let path: &Path = path;
        Some((
            format!(
                "every user of this machine can read the API key in {}",
                path.display()
            ),
            format!("take that right from them: chmod 600 {}", path.display()),
        ))
    }
}

impl fmt::Display for KeyFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKeyVariable => f.write_str(environment::API_KEY),
            Self::ClientVariables => write!(
                f,
                "{} and {}",
                environment::CLIENT_ID,
                environment::CLIENT_SECRET
            ),
            Self::File { path, .. } => write!(f, "{}", path.display()),
        }
    }
}
