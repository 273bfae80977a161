//! What operators see in the log of a call that is retried or fails.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
    time::Duration,
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::{
    auth::Token,
    model::ResultIds,
    testing::scripted::{Reply, Scripted},
};

/// The events of this thread, as level, message and fields.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("akool_faceswap")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            // Jitter, which is different in each run.
            "delay" => Ok(()),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

/// The events of one lookup that gets these replies in order.
async fn events(replies: fn(usize) -> Reply) -> Vec<String> {
    let log = Log::default();
    let server = Scripted::new(move |seen| replies(seen.n));
    let client = server.client_with(|builder| {
        builder.token_provider(|| async { Ok::<_, std::io::Error>(Token::new("t")) })
    });
    let ids: ResultIds = "a".parse().unwrap();
    let subscriber = tracing::subscriber::set_default(log.clone());
    let _ = client.lookup(ids).await;
    drop(subscriber);
    let lines = log.0.lock().unwrap();
    lines.clone()
}

fn ok() -> Reply {
    Reply::http(200, r#"{"code":1000,"msg":"OK","data":{"result":[]}}"#)
}

#[tokio::test(start_paused = true)]
async fn retries_are_debug_events_and_giving_up_is_a_warning() {
    let of = |message: &str, attempts: u32, rest: &str| {
        format!(
            "{message} operation=\"list_results_by_ids\" attempts={attempts} error.type=\"http\"{rest}"
        )
    };
    assert_eq!(
        events(|n| if n == 0 { Reply::http(503, "") } else { ok() }).await,
        [of("DEBUG retrying", 1, "")]
    );
    let lines = events(|_| Reply::http(503, "")).await;
    assert_eq!(lines.len(), 4, "{lines:#?}");
    assert_eq!(lines[3], of("WARN gave up", 4, " why=\"attempts\""));
    assert_eq!(
        events(|_| Reply::http(404, "")).await,
        [of("WARN gave up", 1, " why=\"permanent\"")]
    );
}

#[tokio::test(start_paused = true)]
async fn rate_limits_and_refused_tokens_are_events() {
    let lines = events(|n| match n {
        0 => Reply::business(1005),
        _ => ok().after(Duration::from_secs(1)),
    })
    .await;
    assert_eq!(
        lines[0],
        "WARN rate limited; the client is throttled operation=\"list_results_by_ids\""
    );
    assert!(lines[1].starts_with("DEBUG retrying"), "{lines:#?}");
    assert_eq!(
        events(|n| if n == 0 { Reply::business(1101) } else { ok() }).await,
        ["DEBUG the token was refused; fetching another operation=\"list_results_by_ids\""]
    );
}
