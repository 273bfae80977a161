//! `webhook verify`: reads a delivery as a service would.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    time::{Duration, SystemTime},
};

use akool_faceswap::webhook::{MAX_BODY_BYTES, WebhookError, WebhookEvent, WebhookReceiver};
use serde::Serialize;

use crate::{
    args::{VerifyArgs, WebhookArgs, WebhookCommand},
    environment::{self, Environment, NotUtf8},
    exit::Exit,
    key_file::KeyFile,
    output::{Stdout, rfc3339, shown, style, tell, write_line},
    problem::Problem,
};

/// The headers of a request may have as many bytes as its body.
const MAX_FILE_BYTES: usize = 2 * MAX_BODY_BYTES;

/// The delivery as a JSON line; what does not apply is null.
#[derive(Default, Serialize)]
struct Line<'a> {
    outcome: &'static str,
    id: Option<&'a str>,
    status: Option<&'static str>,
    status_code: Option<i64>,
    r#type: Option<&'a str>,
    signed_at: Option<String>,
    dedup_key: Option<String>,
    error: Option<Refusal>,
}

#[derive(Serialize)]
struct Refusal {
    kind: &'static str,
    message: String,
}

/// Runs the command.
pub(crate) fn run(args: &WebhookArgs) -> Result<Exit, Problem> {
    let WebhookCommand::Verify(args) = &args.command;
    let receiver = receiver(args, &Environment::of_process())?;
    let request = read(&args.file).map_err(|error| {
        Problem::failure(
            format!("cannot read {}: {error}", args.file.display()),
            "name a file that holds the body of one delivery",
        )
    })?;
    match receiver.verify_and_decrypt(body_of(&request), SystemTime::now()) {
        Ok(event) => tell_valid(args, &event),
        Err(error) => tell_refused(args, &error),
    }
}

fn tell_valid(args: &VerifyArgs, event: &WebhookEvent) -> Result<Exit, Problem> {
    let signed_at = rfc3339(event.timestamp());
    let _ = Stdout::lock().emit(|out| {
        if args.json {
            let line = Line {
                outcome: "valid",
                id: Some(event.id().as_str()),
                status: Some(event.status().as_str()),
                status_code: event.status().code(),
                r#type: event.job_type(),
                signed_at,
                dedup_key: Some(event.dedup_key()),
                error: None,
            };
            return write_line(out, &line);
        }
        let (id, status) = (event.id().as_str(), event.status().as_str());
        let job_type = shown(event.job_type().unwrap_or("no type"));
        let signed_at = signed_at.as_deref().unwrap_or("at no known time");
        writeln!(
            out,
            "{}  {status}  {job_type}  signed {signed_at}",
            shown(id)
        )
    })?;
    let good = style::GOOD;
    tell(|out| {
        writeln!(
            out,
            "{good}valid:{good:#} not changed in transit; it is a hint, so look the job up before you \
             act on it"
        )
    });
    Ok(Exit::Complete)
}

fn tell_refused(args: &VerifyArgs, error: &WebhookError) -> Result<Exit, Problem> {
    if args.json {
        let line = Line {
            outcome: "refused",
            error: Some(Refusal {
                kind: error.kind().as_str(),
                message: error.to_string(),
            }),
            ..Line::default()
        };
        let _ = Stdout::lock().emit(|out| write_line(out, &line))?;
    }
    let (bad, help) = (style::BAD, style::HELP);
    tell(|out| {
        writeln!(out, "{bad}refused:{bad:#} {error}")?;
        writeln!(out, "{help}help:{help:#} {}", error.advice())
    });
    Ok(Exit::Incomplete)
}

fn receiver(args: &VerifyArgs, environment: &Environment) -> Result<WebhookReceiver, Problem> {
    let id = credential(
        args.client_id_file.as_deref(),
        environment,
        &[environment::CLIENT_ID],
        "client id",
    )?;
    let secret = credential(
        args.client_secret_file.as_deref(),
        environment,
        &[environment::CLIENT_SECRET, environment::API_KEY],
        "client secret",
    )?;
    let receiver = WebhookReceiver::new(id, secret)
        .map_err(|error| Problem::usage(error.to_string(), error.advice()))?;
    let window = if args.any_age {
        Duration::MAX
    } else {
        args.window
    };
    Ok(receiver.replay_window(window))
}

/// That of the file, else that of the first variable that is set.
fn credential(
    file: Option<&Path>,
    environment: &Environment,
    variables: &[&str],
    what: &str,
) -> Result<String, Problem> {
    let option = what.replace(' ', "-");
    if let Some(path) = file {
        let file = KeyFile::read(path).map_err(|error| {
            Problem::usage(
                format!("cannot read the {what} in {}: {error}", path.display()),
                format!("give --{option}-file a text file that holds it and nothing else"),
            )
        })?;
        return Ok(file.key);
    }
    for name in variables {
        match environment.get(name) {
            Ok(Some(value)) => return Ok(value.to_owned()),
            Ok(None) => {}
            Err(NotUtf8) => {
                return Err(Problem::usage(
                    format!("the environment variable {name} is not UTF-8"),
                    "correct the environment",
                ));
            }
        }
    }
    let name = variables.first().unwrap_or(&"");
    Err(Problem::usage(
        format!("there is no {what}: {name} is not set"),
        format!("set {name} to the one in AKOOL's console, or name a file: --{option}-file FILE"),
    ))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let limit = MAX_FILE_BYTES as u64 + 1;
    if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut request)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut request)?;
    }
    if request.len() > MAX_FILE_BYTES {
        return Err(io::Error::other(format!(
            "it has more than {MAX_FILE_BYTES} bytes"
        )));
    }
    Ok(request)
}

/// The part after the empty line, if there are headers before it. No header begins with a brace.
fn body_of(request: &[u8]) -> &[u8] {
    if request.trim_ascii_start().starts_with(b"{") {
        return request;
    }
    let behind = |end: &[u8]| {
        let at = request.windows(end.len()).position(|part| part == end)?;
        Some(&request[at + end.len()..])
    };
    behind(b"\r\n\r\n")
        .or_else(|| behind(b"\n\n"))
        .unwrap_or(request)
}

#[cfg(test)]
mod tests {
    use akool_faceswap::webhook::DEFAULT_REPLAY_WINDOW;

    use super::*;

    #[test]
    fn the_default_is_the_librarys() {
        let day = humantime::parse_duration("24h").unwrap();
        assert_eq!(day, DEFAULT_REPLAY_WINDOW);
    }

    #[test]
    fn the_body_is_after_the_headers() {
        for request in [
            &b"{\"a\":1}"[..],
            b"POST /h HTTP/1.1\r\nHost: a\r\n\r\n{\"a\":1}",
            b"Host: a\nContent-Type: application/json\n\n{\"a\":1}",
        ] {
            assert_eq!(body_of(request), b"{\"a\":1}");
        }
        for request in [&b""[..], b"no JSON", b" {\n\n}"] {
            assert_eq!(body_of(request), request);
        }
    }
}
