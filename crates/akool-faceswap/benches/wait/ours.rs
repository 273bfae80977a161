//! The real client on the simulated server, under a clock that jumps from event to event.

use std::{
    fmt::Write as _,
    io,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use akool_faceswap::{
    Client, Job, ResultIds, Timeout,
    testing::RequestBody,
    wait::{PollPolicy, WaitEach, WaitError, WaitErrorKind},
};
use futures_util::{StreamExt as _, stream::SelectAll};
use tokio::time::Instant;

use crate::{
    figures::{Figures, Lags, cpu_seconds},
    population::{End, Life, Micros},
    world::{Verdict, World},
};

/// The settings of the client; unset ones have their defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    pub concurrency: Option<NonZeroUsize>,
    /// The job that has been due the longest is looked up first.
    pub first_in_first_out: bool,
    /// Shortest interval in milliseconds, growth in percent, longest interval in milliseconds.
    pub schedule: Option<(u64, u32, u64)>,
}

impl Settings {
    /// From the words of the command line.
    pub fn parse(words: &[&str]) -> Self {
        let schedule = match words {
            [_, shortest, growth, longest] => Some((
                shortest.parse().unwrap(),
                growth.parse().unwrap(),
                longest.parse().unwrap(),
            )),
            _ => None,
        };
        Self {
            concurrency: words.first().map(|word| word.parse().unwrap()),
            schedule,
            first_in_first_out: false,
        }
    }

    pub fn poll_policy(&self) -> PollPolicy {
        match self.schedule {
            None => PollPolicy::new(),
            Some((shortest, growth, longest)) => PollPolicy::new()
                .min_interval(Duration::from_millis(shortest))
                .growth_percent(growth)
                .max_interval(Duration::from_millis(longest)),
        }
    }
}

pub fn id(n: usize) -> String {
    format!("667d2284{n:016x}")
}

/// The number behind an id.
pub fn number(id: &str) -> usize {
    usize::from_str_radix(&id[8..], 16).unwrap()
}

pub fn ids(numbers: std::ops::Range<usize>) -> ResultIds {
    ResultIds::parse_all(numbers.map(id)).unwrap()
}

/// A runtime whose clock is paused.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
}

/// A client whose server is `world`, whose time begins now.
pub fn client(world: &Arc<Mutex<World>>, settings: Settings) -> Client {
    let jobs = world.lock().unwrap().lives.len();
    let mut builder = Client::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("k")
        .jitter_seed(7)
        .max_tracked_ids(jobs);
    if let Some(requests) = settings.concurrency {
        builder = builder.max_concurrent_requests(requests.get());
    }
    if settings.first_in_first_out {
        builder = builder.first_in_first_out();
    }
    let (world, begun) = (world.clone(), Instant::now());
    let handler = move |request: http::Request<RequestBody>| {
        let query = request.uri().query().unwrap_or_default();
        let mut world = world.lock().unwrap();
        let before = cpu_seconds();
        let (reply, latency) = answer(&mut world, micros(begun), query);
        world.seconds += cpu_seconds() - before;
        drop(world);
        async move {
            let Some(reply) = reply else {
                return std::future::pending().await;
            };
            tokio::time::sleep(Duration::from_micros(latency)).await;
            reply
        }
    };
    let wall = SystemTime::now();
    let now = move || wall + begun.elapsed();
    builder.in_process(handler, now).build().unwrap()
}

pub fn micros(begun: Instant) -> Micros {
    begun.elapsed().as_micros() as Micros
}

type Reply = io::Result<http::Response<String>>;

fn response(status: u16, body: impl Into<String>) -> http::Response<String> {
    let response = http::Response::builder().status(status);
    response.body(body.into()).unwrap()
}

fn answer(world: &mut World, now: Micros, query: &str) -> (Option<Reply>, Micros) {
    let asked = query.strip_prefix("_ids=").unwrap();
    let (verdict, latency) = world.request(now, asked.split("%2C").count());
    let reply = match verdict {
        Verdict::Silent => return (None, latency),
        Verdict::Broken => Err(io::ErrorKind::ConnectionReset.into()),
        Verdict::Unavailable => Ok(response(503, "<html>busy</html>")),
        Verdict::Limited if world.is_even() => Ok(response(429, "")),
        Verdict::Limited => Ok(response(200, r#"{"code":1005,"msg":"too frequent"}"#)),
        // The server's state halfway through the latency.
        Verdict::Answered => Ok(response(200, rows(&world.lives, asked, now + latency / 2))),
    };
    (Some(reply), latency)
}

/// A row for each job, in the shape of a real one.
fn rows(lives: &[Life], asked: &str, at: Micros) -> String {
    let mut body = String::with_capacity(64 + asked.len() / 27 * 300);
    body.push_str(r#"{"code":1000,"msg":"OK","data":{"result":["#);
    let mut is_first = true;
    for id in asked.split("%2C") {
        let life = &lives[number(id)];
        let Some(status) = life.status(at) else {
            continue;
        };
        if !std::mem::take(&mut is_first) {
            body.push(',');
        }
        let (image, duration) = if life.is_video { (0, 12.5) } else { (1, 0.0) };
        let _ = write!(
            body,
            r#"{{"_id":"{id}","createdAt":"2024-06-27T08:27:48.006Z","deduction_duration":0,"faceswap_status":{status},"image":{image},"job_id":"20240627082748003-5746","uid":1000001,"url":"https://cdn.example/{id}.jpeg","video_duration":{duration}}}"#
        );
    }
    body.push_str("]}}");
    body
}

/// Waits for all jobs of a world, each from its submission on.
pub fn run(world: World, settings: Settings, arriving: u64) -> Figures {
    let lives = world.lives.clone();
    let world = Arc::new(Mutex::new(world));
    let cpu_before = cpu_seconds();
    let (lags, end) = runtime().block_on(wait(&world, &lives, settings));
    let world = world.lock().unwrap();
    let strategy = if settings.first_in_first_out {
        "fifo"
    } else {
        "ours"
    };
    Figures {
        cpu_seconds: Some(cpu_seconds() - cpu_before),
        server_seconds: Some(world.seconds),
        ..Figures::new(strategy, &world, lags, arriving, end)
    }
}

async fn wait(world: &Arc<Mutex<World>>, lives: &[Life], settings: Settings) -> (Lags, Micros) {
    let begun = Instant::now();
    let client = client(world, settings);
    let wait_for = |numbers| -> WaitEach {
        client
            .wait_each(ids(numbers))
            .poll_policy(settings.poll_policy())
            .timeout(Timeout::Disabled)
            .start()
    };
    let mut lags = Lags::default();
    let mut outcomes = 0;
    let mut take = |outcome: Result<Job, WaitError>| {
        let life = &lives[number(match &outcome {
            Ok(job) => job.id().as_str(),
            Err(error) => error.id().as_str(),
        })];
        let expected = match outcome.map_err(|error| error.kind()) {
            Ok(_) => End::Success,
            Err(WaitErrorKind::JobFailed) => End::Failed,
            Err(WaitErrorKind::Missing) => End::Missing,
            Err(other) => panic!("a wait ended with {other}"),
        };
        assert_eq!(life.end, expected);
        if life.end != End::Missing {
            lags.push(life, micros(begun));
        }
        outcomes += 1;
    };

    let mut waits = SelectAll::new();
    let mut submitted = 0;
    let mut not_before = begun;
    loop {
        let next = lives.get(submitted).map(|life| life.submitted);
        let until = not_before.max(begun + Duration::from_micros(next.unwrap_or_default()));
        tokio::select! {
            biased;
            () = tokio::time::sleep_until(until), if next.is_some() => {
                let now = micros(begun);
                let more = lives[submitted..].partition_point(|life| life.submitted <= now);
                waits.push(wait_for(submitted..submitted + more));
                submitted += more;
                // The waits for the jobs of one second start together.
                not_before = Instant::now() + Duration::from_secs(1);
            }
            Some(outcome) = waits.next() => take(outcome),
            else => break,
        }
    }
    assert_eq!(outcomes, lives.len());
    (lags, micros(begun))
}
