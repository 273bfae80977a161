//! The client that arguments and environment describe, and which setting an error is about.
//!
//! Arguments override the environment. A key is never an argument, since arguments are visible to
//! every process of the machine and stay in the shell's history.

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use akool_faceswap::{Client, ClientBuilder, Error, ErrorKind, ResultIds};

use crate::{
    args::{ConnectionArgs, LookupArgs},
    environment::{self, Environment, NotUtf8},
    ids,
    key_file::{Access, KeyFile},
    output::{shell_word, shown_path, style, tell},
    problem::Problem,
    proxy,
    secret::Secrets,
    verbosity::reason,
};

pub(crate) const REMOVE_QUOTES: &str = "remove the quotes: only a shell interprets them";

pub(crate) fn in_quotes(name: &str) -> String {
    format!("the value of {name} is in quotes, which count as part of it")
}

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
    File { path: PathBuf, access: Access },
}

/// The credentials of the API. They have no `Debug`.
pub(crate) enum Credentials {
    Key(String),
    Client { id: String, secret: String },
}

impl Credentials {
    /// Those of the file, else of the environment.
    pub(crate) fn of(
        args: &ConnectionArgs,
        environment: &Environment,
    ) -> Result<(Self, KeyFrom), Problem> {
        let get = |name| text_of(environment, name);
        if let Some(path) = &args.api_key_file {
            let file = KeyFile::read(path).map_err(|error| {
                Problem::usage(
                    format!("cannot read the API key in {}: {error}", path.display()),
                    "give --api-key-file a text file that holds the key and nothing else",
                )
            })?;
            let from = KeyFrom::File {
                path: path.clone(),
                access: file.access,
            };
            return Ok((Self::Key(file.key), from));
        }
        if let Some(key) = get(environment::API_KEY)? {
            return Ok((Self::Key(key.to_owned()), KeyFrom::ApiKeyVariable));
        }
        let pair = (
            get(environment::CLIENT_ID)?,
            get(environment::CLIENT_SECRET)?,
        );
        if let (Some(id), Some(secret)) = pair {
            let (id, secret) = (id.to_owned(), secret.to_owned());
            return Ok((Self::Client { id, secret }, KeyFrom::ClientVariables));
        }
        let key = environment::API_KEY;
        Err(Problem::usage(
            format!("there is no API key: {key} is not set"),
            format!(
                "set {key} to the key from AKOOL's console, or name a file that holds it: \
                 --api-key-file FILE; or set both {} and {}",
                environment::CLIENT_ID,
                environment::CLIENT_SECRET
            ),
        ))
    }

    pub(crate) fn add_to(self, builder: ClientBuilder) -> ClientBuilder {
        match self {
            Self::Key(key) => builder.api_key(key),
            Self::Client { id, secret } => builder.client_credentials(id, secret),
        }
    }

    /// An id is printed, and sent in a URL; the key must not be one.
    fn refuse_as_id(&self, ids: &ResultIds) -> Result<(), Problem> {
        let (Self::Key(secret) | Self::Client { secret, .. }) = self;
        let secrets = Secrets::of_key(secret);
        if ids.iter().any(|id| secrets.find_in(id.as_str()).is_some()) {
            return Err(Problem::usage(
                "the API key was given as an id",
                ids::SECRET_HELP,
            ));
        }
        Ok(())
    }
}

impl Connection {
    /// Checks everything that can be checked without a request, and warns about unwise settings.
    pub(crate) fn new(args: &ConnectionArgs) -> Result<Self, Problem> {
        let environment = Environment::of_process();
        let credentials = Credentials::of(args, &environment)?;
        Self::with_credentials(credentials, args, &environment)
    }

    /// As [`new`](Self::new), with credentials that were read already.
    pub(crate) fn with_credentials(
        (credentials, key_from): (Credentials, KeyFrom),
        args: &ConnectionArgs,
        environment: &Environment,
    ) -> Result<Self, Problem> {
        let builder = credentials.add_to(Client::builder());
        Ok(Self::build(builder, key_from, args, environment)?.with_warnings(environment))
    }

    /// As [`new`](Self::new), for lookups of these ids.
    pub(crate) fn for_lookups(args: &LookupArgs, ids: &ResultIds) -> Result<Self, Problem> {
        let environment = Environment::of_process();
        let (credentials, key_from) = Credentials::of(&args.connection, &environment)?;
        credentials.refuse_as_id(ids)?;
        let mut builder = credentials.add_to(Client::builder());
        if let Some(ids) = args.ids_per_request {
            builder = builder.max_ids_per_request(ids);
        }
        let connection = Self::build(builder, key_from, &args.connection, &environment)?;
        Ok(connection.with_warnings(&environment))
    }

    fn with_warnings(self, environment: &Environment) -> Self {
        let doubtful = style::DOUBTFUL;
        let proxies = proxy::warnings(environment).map(|(what, help)| (what, help.to_owned()));
        let quoted = [
            environment::API_KEY,
            environment::CLIENT_ID,
            environment::CLIENT_SECRET,
        ]
        .into_iter()
        .filter(|name| environment.is_quoted(name))
        .map(|name| (in_quotes(name), REMOVE_QUOTES.to_owned()));
        let warnings = self.key_from.warning().into_iter();
        for (what, help) in warnings.chain(quoted).chain(proxies) {
            tell(|out| writeln!(out, "{doubtful}warning:{doubtful:#} {what}; {help}"));
        }
        self
    }

    /// The time of day at AKOOL, or this machine's until an answer has had a date.
    pub(crate) fn now(&self) -> SystemTime {
        self.client.server_time().unwrap_or_else(SystemTime::now)
    }

    /// As [`new`](Self::new), without warnings.
    pub(crate) fn of(args: &ConnectionArgs, environment: &Environment) -> Result<Self, Problem> {
        let (credentials, key_from) = Credentials::of(args, environment)?;
        let builder = credentials.add_to(Client::builder());
        Self::build(builder, key_from, args, environment)
    }

    fn build(
        builder: ClientBuilder,
        key_from: KeyFrom,
        args: &ConnectionArgs,
        environment: &Environment,
    ) -> Result<Self, Problem> {
        let (builder, host_from) = with_base_url(builder, args, environment)?;
        let client = builder.build().map_err(|error| {
            let host = host_from
                .map(|from| format!(", the base URL from {from}"))
                .unwrap_or_default();
            Problem::usage(
                reason(&error),
                format!(
                    "correct the setting: the API key is from {key_from}{host}; no request was sent"
                ),
            )
        })?;
        Ok(Self { client, key_from })
    }

    /// With a client that was built elsewhere; its key counts as that of the environment.
    pub(crate) fn of_client(client: Client) -> Self {
        Self {
            client,
            key_from: KeyFrom::ApiKeyVariable,
        }
    }

    /// What to do about `error`: the library's advice, except if a user of the command can do something other than a
    /// programmer.
    pub(crate) fn advice(&self, error: &Error) -> Cow<'static, str> {
        if error.is_auth() || error.kind() == ErrorKind::Credentials {
            let from = &self.key_from;
            return format!("check the API key in {from} against AKOOL's console").into();
        }
        if error.is_rate_limit() {
            return "wait a minute and run the command again; other programs that use the account \
                    count too"
                .into();
        }
        if error.kind() == ErrorKind::Timeout {
            return "try again later, or with fewer ids".into();
        }
        error.advice().into()
    }

    /// As [`advice`](Self::advice), for the download of a file, which has nothing to do with the key.
    pub(crate) fn download_advice(error: &Error) -> Cow<'static, str> {
        if error.is_rate_limit() || error.kind() == ErrorKind::Timeout {
            return "run the command again".into();
        }
        if error.kind() == ErrorKind::InvalidInput {
            // A file name that is too long for any file system.
            return "look the job up with `results`, and save its URL under another name".into();
        }
        error.advice().into()
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
            "correct the environment; no request was sent",
        )
    })
}

impl KeyFrom {
    /// What is unsafe about it, and what to do.
    pub(crate) fn warning(&self) -> Option<(String, String)> {
        let Self::File { path, access } = self else {
            return None;
        };
        let path: &Path = path;
        let who = match access {
            Access::Owner => return None,
            Access::Group => "the group of the file",
            Access::Everyone => "every user of this machine",
        };
        Some((
            format!("{who} can read the API key in {}", shown_path(path)),
            format!("make it private: chmod 600 {}", shell_word(path)),
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
            Self::File { path, .. } => f.write_str(&shown_path(path)),
        }
    }
}
