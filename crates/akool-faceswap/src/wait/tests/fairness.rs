//! How clients use the request limit of an account, alone and together with another.

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use http::{Request, Response};

use crate::{
    testing::RequestBody,
    wait::{PollPolicy, tests::*},
};

/// An account that allows this many requests a second, in bursts of up to a second's worth.
#[derive(Debug)]
struct Account {
    per_second: f64,
    tokens: f64,
    at: Duration,
    /// The answered requests of each client, and the refused requests of all.
    answered: [u32; 2],
    refused: u32,
}

impl Account {
    fn lets_through(&mut self, client: usize, at: Duration) -> bool {
        let more = at.saturating_sub(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + more).min(self.per_second);
        self.at = at;
        let is_free = self.tokens >= 1.0;
        if is_free {
            self.tokens -= 1.0;
            self.answered[client] += 1;
        } else {
            self.refused += 1;
        }
        is_free
    }
}

fn client(account: &Arc<Mutex<Account>>, number: usize, begun: Instant) -> Client {
    let account = account.clone();
    let handler = move |request: Request<RequestBody>| {
        let is_free = account
            .lock()
            .unwrap()
            .lets_through(number, begun.elapsed());
        let query = request.uri().query().unwrap_or_default().to_owned();
        async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let rows: Vec<String> = query["_ids=".len()..]
                .split("%2C")
                .map(|id| format!(r#"{{"_id":"{id}","faceswap_status":2}}"#))
                .collect();
            let body = if is_free {
                format!(
                    r#"{{"code":1000,"data":{{"result":[{}]}}}}"#,
                    rows.join(",")
                )
            } else {
                r#"{"code":1005,"msg":"too frequent"}"#.to_owned()
            };
            Ok(Response::new(body))
        }
    };
    Client::builder()
        .base_url("http://127.0.0.1:9")
        .api_key("k")
        .jitter_seed(number as u64)
        .max_ids_per_request(1)
        .in_process(handler, move || SystemTime::UNIX_EPOCH + begun.elapsed())
        .build()
        .unwrap()
}

/// Runs clients that each want twice the limit and start one after the other. Returns the rate that each got in
/// the last two of these minutes, and the share of refused requests.
async fn share(clients: usize, per_second: u32, minutes: u32) -> (Vec<f64>, f64) {
    let begun = Instant::now();
    let account = Arc::new(Mutex::new(Account {
        per_second: per_second.into(),
        tokens: per_second.into(),
        at: Duration::ZERO,
        answered: [0; 2],
        refused: 0,
    }));
    let mut waits = Vec::new();
    for number in 0..clients {
        let client = client(&account, number, begun);
        let policy = PollPolicy::fixed(SECOND);
        let jobs = ids("a", 2 * usize::try_from(per_second).unwrap());
        waits.push(client.wait_each(jobs).poll_policy(policy).start());
        tokio::time::sleep(MINUTE / 2).await;
    }
    tokio::time::sleep_until(begun + (minutes - 2) * MINUTE).await;
    let before = account.lock().unwrap().answered;
    tokio::time::sleep_until(begun + minutes * MINUTE).await;
    drop(waits);
    let account = account.lock().unwrap();
    let got = (0..clients).map(|n| f64::from(account.answered[n] - before[n]) / 120.0);
    let sent = account.answered.iter().sum::<u32>() + account.refused;
    (got.collect(), f64::from(account.refused) / f64::from(sent))
}

#[tokio::test(start_paused = true)]
async fn a_client_uses_its_limit_and_is_rarely_refused() {
    // One request in flight makes 6.7 requests a second, two make 13.3; nothing lies between.
    let (got, refused) = share(1, 10, 10).await;
    assert!(got[0] > 6.5, "{got:?}");
    assert!(refused < 0.01, "{refused}");
}

#[tokio::test(start_paused = true)]
async fn two_clients_of_one_account_share_its_limit() {
    let (got, refused) = share(2, 30, 5).await;
    let share = got[0] / (got[0] + got[1]);
    assert!((0.35..0.65).contains(&share), "{got:?}");
    assert!(got[0] + got[1] > 22.0, "{got:?}");
    assert!(refused < 0.01, "{refused}");
}
