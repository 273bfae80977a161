//! One GET of one page, bounded in time and size.
//!
//! TLS is rustls with ring, configured here so that no process-wide provider is needed. A redirect
//! is followed on the same host only: another host does not speak for the vendor.

use std::sync::Arc;

use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{Limits, is_loopback, oversized};
use crate::problem::{Problem, chain};

const REDIRECTS: usize = 5;
const OFFLINE: &str = "without a network, save the page with a browser and use `--from FILE`, or a folder with \
     several pages and `--from DIR`";

/// The body at `url`.
pub(super) fn get(url: &Url, limits: Limits) -> Result<Vec<u8>, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::at(url, format!("no runtime: {error}")))?;
    runtime.block_on(async {
        let client = client(url, limits)?;
        let response = client
            .get(url.clone())
            .header(header::ACCEPT, "text/markdown, text/plain;q=0.9")
            .send()
            .await
            .map_err(|error| unreachable(url, limits, error))?;
        body(url, limits, accept(url, response)?).await
    })
}

fn client(url: &Url, limits: Limits) -> Result<Client, Problem> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Problem::at(url, format!("no TLS: {error}")))?
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("akool-faceswap-xtask/", env!("CARGO_PKG_VERSION")))
        .referer(false)
        .connect_timeout(limits.connect)
        .timeout(limits.whole)
        .redirect(redirect::Policy::custom(|attempt| {
            let same = attempt.previous().first().is_some_and(|first| {
                (
                    first.scheme(),
                    first.host_str(),
                    first.port_or_known_default(),
                ) == (
                    attempt.url().scheme(),
                    attempt.url().host_str(),
                    attempt.url().port_or_known_default(),
                )
            });
            if same && attempt.previous().len() <= REDIRECTS {
                attempt.follow()
            } else {
                attempt.stop()
            }
        }));
    // A proxy cannot reach servers on this machine.
    let client = if is_loopback(url) {
        client.no_proxy()
    } else {
        client
    };
    client
        .build()
        .map_err(|error| Problem::at(url, format!("no HTTP client: {}", chain(&error))))
}

/// The response, if it may be a page.
fn accept(url: &Url, response: Response) -> Result<Response, Problem> {
    let status = response.status();
    let text_of = |name| {
        response
            .headers()
            .get(name)
            .and_then(|value: &header::HeaderValue| value.to_str().ok())
            .unwrap_or_default()
    };
    if status.is_redirection() {
        let target = response.url().join(text_of(header::LOCATION)).ok();
        let host = target.as_ref().and_then(Url::host_str);
        return Err(Problem::at(
            url,
            format!(
                "the server answered {status} with a redirect to {} that is not followed",
                host.unwrap_or("nowhere")
            ),
        )
        .hint("if the page moved for good, give its new URL with `--from URL`"));
    }
    if status != StatusCode::OK {
        return Err(
            Problem::at(response.url(), format!("the server answered {status}"))
                .hint("`cargo xtask pages` lists the vendor's current pages"),
        );
    }
    let kind = text_of(header::CONTENT_TYPE);
    if kind.to_ascii_lowercase().contains("html") {
        return Err(Problem::at(
            response.url(),
            format!("an HTML page ({kind}), where the page's Markdown is needed"),
        )
        .hint("take the URL that ends in `.md`"));
    }
    Ok(response)
}

async fn body(url: &Url, limits: Limits, mut response: Response) -> Result<Vec<u8>, Problem> {
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limits.bytes) {
        return Err(oversized(url, limits));
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) if error.is_timeout() => return Err(unreachable(url, limits, error)),
            Err(error) => {
                let of = announced.map_or(String::new(), |length| format!(" of {length}"));
                return Err(Problem::at(
                    url,
                    format!(
                        "the download broke off after {}{of} bytes: {}",
                        bytes.len(),
                        chain(&error.without_url())
                    ),
                )
                .hint("run the command again"));
            }
        }
        if bytes.len() as u64 > limits.bytes {
            return Err(oversized(url, limits));
        }
    }
}

/// No answer, or none in time.
fn unreachable(url: &Url, limits: Limits, error: reqwest::Error) -> Problem {
    let what = if error.is_timeout() {
        format!("no whole answer within {:?}", limits.whole)
    } else {
        format!("cannot be reached: {}", chain(&error.without_url()))
    };
    Problem::at(url, what).hint(OFFLINE)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread::JoinHandle,
        time::Duration,
    };

    use super::*;

    /// A server that gives each connection the next answer, then stops.
    fn server(answers: Vec<String>) -> (Url, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/a.md", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).unwrap() == 0 {
                        break;
                    }
                    request.extend(byte);
                }
                requests.push(String::from_utf8(request).unwrap());
                // The client may close the connection first.
                let _ = stream.write_all(answer.as_bytes());
            }
            requests
        });
        (url.parse().unwrap(), thread)
    }

    fn answer(head: &str, body: &str) -> String {
        format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}")
    }

    fn small() -> Limits {
        Limits {
            bytes: 100,
            ..Limits::default()
        }
    }

    fn error(answers: Vec<String>) -> String {
        let (url, thread) = server(answers);
        let error = get(&url, small()).unwrap_err().to_string();
        thread.join().unwrap();
        error
    }

    #[test]
    fn a_page_arrives_unchanged() {
        let (url, thread) = server(vec![answer("200 OK\r\ncontent-length: 5", "a\r\nb\n")]);
        assert_eq!(get(&url, small()).unwrap(), b"a\r\nb\n");
        let requests = thread.join().unwrap();
        assert!(requests[0].starts_with("GET /a.md HTTP/1.1\r\n"));
        assert!(!requests[0].contains("accept-encoding"));
    }

    #[test]
    fn other_statuses_are_named_with_the_address() {
        let error = error(vec![answer("404 Not Found\r\ncontent-length: 0", "")]);
        assert!(
            error.contains("/a.md: the server answered 404 Not Found"),
            "{error}"
        );
    }

    #[test]
    fn html_is_refused() {
        let error = error(vec![answer(
            "200 OK\r\ncontent-type: text/html; charset=utf-8",
            "x",
        )]);
        assert!(error.contains("an HTML page"), "{error}");
    }

    #[test]
    fn a_body_shorter_than_announced_is_refused() {
        let error = error(vec![answer("200 OK\r\ncontent-length: 50", "twelve bytes")]);
        assert!(error.contains("broke off after 12 of 50 bytes"), "{error}");
    }

    #[test]
    fn a_chunked_body_without_its_end_is_refused() {
        let head = "200 OK\r\ntransfer-encoding: chunked";
        let error = error(vec![answer(head, "5\r\nfirst\r\n")]);
        assert!(error.contains("broke off after 5 bytes"), "{error}");
    }

    #[test]
    fn an_oversized_body_is_refused_announced_or_not() {
        let long = "x".repeat(101);
        for head in ["200 OK\r\ncontent-length: 101", "200 OK"] {
            let error = error(vec![answer(head, &long)]);
            assert!(error.contains("larger than 100 bytes"), "{head}: {error}");
        }
        let (url, _thread) = server(vec![answer("200 OK", &long[..100])]);
        assert_eq!(get(&url, small()).unwrap().len(), 100);
    }

    #[test]
    fn a_redirect_is_followed_on_the_same_host_only() {
        let moved = |to: &str| {
            answer(
                &format!("302 Found\r\nlocation: {to}\r\ncontent-length: 0"),
                "",
            )
        };
        let (url, thread) = server(vec![moved("/b.md"), answer("200 OK", "b")]);
        assert_eq!(get(&url, small()).unwrap(), b"b");
        assert!(thread.join().unwrap()[1].starts_with("GET /b.md "));

        for to in [
            "http://other.example/secret",
            "http://127.0.0.1:1/a.md",
            "https://127.0.0.1/a",
        ] {
            let error = error(vec![moved(to)]);
            assert!(error.contains("302 Found with a redirect to "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let error = error(vec![moved("/a.md"); REDIRECTS + 1]);
        assert!(error.contains("not followed"), "{error}");
    }

    #[test]
    fn no_network_suggests_from() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url: Url = format!("http://127.0.0.1:{port}/a.md").parse().unwrap();
        let error = get(&url, small()).unwrap_err().to_string();
        assert!(error.contains("cannot be reached: "), "{error}");
        assert!(error.contains("--from FILE"), "{error}");
    }

    #[test]
    fn a_silent_server_times_out() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url: Url = format!("http://{}/a.md", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let limits = Limits {
            whole: Duration::from_millis(50),
            ..small()
        };
        let error = get(&url, limits).unwrap_err().to_string();
        assert!(error.contains("no whole answer within 50ms"), "{error}");
        assert!(error.contains("--from FILE"), "{error}");
    }
}
