//! Tokens are fetched once, shared, and renewed once when they are refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::lookup::tests::ids;
use crate::{
    auth::{Token, TokenProvider},
    client::Client,
    error::{BoxError, ErrorKind},
    retry::RetryPolicy,
    testing::scripted::{Reply, Scripted, Seen},
};

/// Gives `token-1`, `token-2` … after a second each.
#[derive(Clone, Default)]
struct Counting {
    fetched: Arc<AtomicUsize>,
    in_flight: Arc<AtomicUsize>,
    fails_first: bool,
}

/// An error with a source of its own.
#[derive(Debug)]
struct Sealed(std::io::Error);

impl std::fmt::Display for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the vault is sealed")
    }
}

impl std::error::Error for Sealed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl TokenProvider for Counting {
    async fn fetch(&self) -> Result<Token, BoxError> {
        assert_eq!(
            self.in_flight.fetch_add(1, Ordering::SeqCst),
            0,
            "fetched twice at once"
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let n = self.fetched.fetch_add(1, Ordering::SeqCst) + 1;
        if self.fails_first && n == 1 {
            return Err(Sealed(std::io::Error::other("no quorum")).into());
        }
        Ok(Token::new(format!("token-{n}")))
    }
}

fn client(wire: &Scripted, provider: &Counting) -> Client {
    wire.client_with(|builder| builder.token_provider(provider.clone()))
}

fn sent(seen: &Seen) -> &str {
    assert!(!seen.headers.contains_key("x-api-key"));
    seen.headers["authorization"].to_str().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_once_for_all_requests_of_all_clones() {
    let wire = Scripted::new(Reply::found);
    let provider = Counting::default();
    let client = client(&wire, &provider);
    let clone = client.clone();
    let (one, other) = tokio::join!(async { client.lookup(ids(1000)).await }, async {
        clone.lookup(ids(1000)).await
    });
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(provider.fetched.load(Ordering::SeqCst), 1);
    assert!(
        wire.seen()
            .iter()
            .all(|seen| sent(seen) == "Bearer token-1")
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_however_many_requests_carried_it() {
    let wire = Scripted::new(|seen| {
        let reply = if sent(seen) == "Bearer token-1" {
            Reply::business(1101)
        } else {
            Reply::found(seen)
        };
        reply.after(Duration::from_secs(1))
    });
    let provider = Counting::default();
    let results = client(&wire, &provider).lookup(ids(1000)).await.unwrap();
    assert_eq!(results.found().count(), 1000);
    assert_eq!(provider.fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_is_refused_too_ends_the_call() {
    let wire = Scripted::new(|_| Reply::business(1101));
    let provider = Counting::default();
    let error = client(&wire, &provider).lookup(ids(1)).await.unwrap_err();
    assert!(error.is_auth());
    assert_eq!(
        (error.attempts(), provider.fetched.load(Ordering::SeqCst)),
        (2, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_fixed_key_that_is_refused_is_not_sent_again() {
    let wire = Scripted::new(|_| Reply::business(1101));
    assert_eq!(
        wire.client().lookup(ids(1)).await.unwrap_err().attempts(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_is_asked_again_by_the_next_call() {
    let wire = Scripted::new(Reply::found);
    let provider = Counting {
        fails_first: true,
        ..Counting::default()
    };
    let client = client(&wire, &provider);
    let error = client.lookup(ids(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(!error.may_have_reached_server());
    assert_eq!(wire.requests(), 0);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the vault is sealed");
    let deeper = std::error::Error::source(&error).and_then(std::error::Error::source);
    assert_eq!(deeper.unwrap().to_string(), "no quorum");
    client.lookup(ids(1)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_fetches_leaves_fetching_to_the_next() {
    let wire = Scripted::new(Reply::found);
    let provider = Counting::default();
    let client = client(&wire, &provider);
    let lookup = IntoFuture::into_future(client.lookup(ids(1)));
    assert!(
        tokio::time::timeout(Duration::from_millis(500), lookup)
            .await
            .is_err()
    );
    provider.in_flight.store(0, Ordering::SeqCst);
    client.lookup(ids(1)).await.unwrap();
    assert_eq!(provider.fetched.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_provider_is_bounded_by_the_attempts_limit() {
    let wire = Scripted::new(Reply::found);
    let lookup = client(&wire, &Counting::default())
        .lookup(ids(1))
        .attempt_timeout(Duration::from_millis(100))
        .retry(RetryPolicy::never());
    assert_eq!(lookup.await.unwrap_err().kind(), ErrorKind::Timeout);
}

fn get_token(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Scripted, Client) {
    let wire = Scripted::new(move |seen| {
        if seen.path == "/api/open/v3/getToken" {
            assert!(!seen.headers.contains_key("authorization"));
            assert!(!seen.headers.contains_key("x-api-key"));
            reply(seen)
        } else {
            assert_eq!(sent(seen), "Bearer fetched");
            Reply::found(seen)
        }
    });
    let client = wire.client_with(|builder| builder.client_credentials("id", "SECRET"));
    (wire, client)
}

#[tokio::test(start_paused = true)]
async fn the_api_gives_a_token_for_a_client_id_and_secret() {
    let (wire, client) = get_token(|_| Reply::http(200, r#"{"code":1000,"token":"fetched"}"#));
    client.lookup(ids(1)).await.unwrap();
    client.lookup(ids(1)).await.unwrap();
    assert_eq!(wire.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_transient_error_of_get_token_is_retried() {
    let (wire, client) = get_token(|seen| match seen.n {
        0 => Reply::http(503, ""),
        1 => Reply::reset(),
        _ => Reply::http(200, r#"{"code":1000,"token":"fetched"}"#),
    });
    client.lookup(ids(1)).await.unwrap();
    assert_eq!(wire.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_get_token_refuses_is_the_error_of_the_call() {
    for (body, kind, words) in [
        (
            r#"{"code":1101,"msg":"SECRET is wrong"}"#,
            ErrorKind::Api,
            "<secret> is wrong",
        ),
        (r#"{"code":1000}"#, ErrorKind::Decode, "has no token"),
        (
            "<html>SECRET</html>",
            ErrorKind::Decode,
            "is not an envelope",
        ),
    ] {
        let (wire, client) = get_token(move |_| Reply::http(200, body));
        let error = client.lookup(ids(1)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
        assert_eq!(wire.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_async_closure_is_a_token_provider() {
    let wire = Scripted::new(Reply::found);
    let client = wire.client_with(|builder| {
        builder.token_provider(|| async { Ok::<_, std::io::Error>(Token::new("from-a-closure")) })
    });
    client.lookup(ids(1)).await.unwrap();
    assert_eq!(sent(&wire.seen()[0]), "Bearer from-a-closure");
}
