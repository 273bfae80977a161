//! What is bought once stays bought once, whatever becomes of the futures.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::SystemTime,
};

use tokio::{
    sync::Semaphore,
    time::{advance, timeout},
};

use super::*;
use crate::{model::ResultId, submit::token::SubmitToken};

fn token() -> SubmitToken {
    SubmitToken::random().unwrap()
}

fn unknown() -> SubmitError {
    let error = Error::new(ErrorKind::Transport, "reset").with_reached(true);
    let now = SystemTime::UNIX_EPOCH;
    SubmitError::of(error, token(), (now, now), "api.example")
}

/// A server that counts the submits that it receives.
#[derive(Default)]
struct Server {
    sent: AtomicUsize,
}

struct World {
    submits: Arc<Submits>,
    server: Arc<Server>,
    answers: Arc<Semaphore>,
}

impl World {
    fn new() -> Self {
        Self {
            submits: Arc::default(),
            server: Arc::default(),
            answers: Arc::new(Semaphore::new(0)),
        }
    }

    fn begin(&self, content: &str, outcome: Outcome) -> Result<Submission, SubmitError> {
        self.begin_with(content, false, outcome)
    }

    fn begin_with(
        &self,
        content: &str,
        may_buy_twice: bool,
        outcome: Outcome,
    ) -> Result<Submission, SubmitError> {
        let (server, answers) = (self.server.clone(), self.answers.clone());
        self.submits
            .begin(content.into(), may_buy_twice, unknown(), async move {
                server.sent.fetch_add(1, Ordering::SeqCst);
                answers.acquire().await.unwrap().forget();
                outcome
            })
    }

    fn sent(&self) -> usize {
        self.server.sent.load(Ordering::SeqCst)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the outcomes")]
fn accepted(id: &str) -> Outcome {
    Ok(Accepted {
        id: ResultId::new(id).unwrap(),
        job_id: None,
        token: token(),
    })
}

fn id_of(outcome: Outcome) -> String {
    outcome.unwrap().id.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_in_a_loop_buys_one_job() {
    let world = World::new();
    let mut job = None;
    for _ in 0..5 {
        let submission = world.begin("a", accepted("job")).unwrap();
        if let Ok(outcome) = timeout(Duration::from_millis(1), submission).await {
            job = Some(id_of(outcome));
            break;
        }
        if world.answers.available_permits() == 0 {
            world.answers.add_permits(1);
        }
        tokio::task::yield_now().await;
    }
    assert_eq!((job.as_deref(), world.sent()), (Some("job"), 1));
    // It was taken, so the next one is another purchase.
    world.answers.add_permits(1);
    let outcome = world.begin("a", accepted("second")).unwrap().await;
    assert_eq!((id_of(outcome).as_str(), world.sent()), ("second", 2));
}

#[tokio::test]
async fn an_unknown_outcome_holds_back_the_same_content_alone() {
    let world = World::new();
    world.answers.add_permits(10);
    let first = world.begin("a", Err(unknown())).unwrap().await;
    let first = first.unwrap_err();
    assert!(!first.is_repeat());
    for _ in 0..5 {
        let again = world
            .begin("a", accepted("second"))
            .map(|_| ())
            .unwrap_err();
        assert!(again.is_repeat() && again.may_be_billed() && !again.is_retryable());
        assert_eq!(again.token(), first.token());
    }
    assert_eq!(world.sent(), 1);
    let other = world.begin("b", accepted("other")).unwrap().await;
    assert_eq!((id_of(other).as_str(), world.sent()), ("other", 2));
    let knowingly = world
        .begin_with("a", true, accepted("second"))
        .unwrap()
        .await;
    assert_eq!((id_of(knowingly).as_str(), world.sent()), ("second", 3));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_forgotten_after_a_day() {
    let world = World::new();
    world.answers.add_permits(2);
    let _ = world.begin("a", Err(unknown())).unwrap().await;
    let second = Duration::from_secs(1);
    advance(KEPT_FOR.saturating_sub(second)).await;
    assert!(world.begin("a", accepted("second")).is_err());
    advance(second).await;
    assert_eq!(
        id_of(world.begin("a", accepted("second")).unwrap().await),
        "second"
    );
}

#[tokio::test]
async fn a_submit_that_surely_bought_nothing_can_be_tried_again() {
    let world = World::new();
    world.answers.add_permits(2);
    let refused = Error::new(ErrorKind::Connect, "refused");
    let refused = SubmitError::not_sent(refused, Some(token()));
    let outcome = world.begin("a", Err(refused)).unwrap().await;
    assert!(outcome.unwrap_err().is_retryable());
    assert_eq!(
        id_of(world.begin("a", accepted("job")).unwrap().await),
        "job"
    );
}

#[tokio::test]
async fn two_submits_that_are_awaited_are_two_purchases() {
    let world = World::new();
    world.answers.add_permits(2);
    let one = world.begin("a", accepted("one")).unwrap();
    let two = world.begin("a", accepted("two")).unwrap();
    assert_eq!(
        (id_of(one.await), id_of(two.await)),
        ("one".into(), "two".into())
    );
    assert_eq!(world.sent(), 2);
}

#[tokio::test]
async fn all_dropped_submits_can_be_claimed() {
    let world = World::new();
    for n in 0..20 {
        let submission = world
            .begin(&format!("c{n}"), accepted(&format!("job{n}")))
            .unwrap();
        if n % 2 == 0 {
            drop(submission);
        } else {
            tokio::spawn(submission);
        }
    }
    world.answers.add_permits(20);
    let claims = world.submits.claim_all();
    // Outcomes that are claimed cannot be claimed again.
    assert!(world.submits.claim_all().all().await.is_empty());
    let ids: Vec<String> = claims.all().await.into_iter().map(id_of).collect();
    let expected: Vec<String> = (0..20).step_by(2).map(|n| format!("job{n}")).collect();
    assert_eq!((ids, world.sent()), (expected, 20));
}

#[tokio::test]
async fn a_claim_that_is_dropped_leaves_the_outcome_for_the_next() {
    let world = World::new();
    drop(world.begin("a", accepted("job")).unwrap());
    // One poll of several claims takes nothing as long as one is missing.
    let claims = world.submits.claim_all();
    assert!(timeout(Duration::ZERO, claims.all()).await.is_err());
    world.answers.add_permits(1);
    assert_eq!(
        id_of(world.begin("a", accepted("second")).unwrap().await),
        "job"
    );
    assert_eq!(world.sent(), 1);
    assert!(world.submits.lock().slots.is_empty() && world.submits.lock().by_content.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_outcome_left_for_a_day_is_claimed_and_not_taken_over() {
    let world = World::new();
    world.answers.add_permits(2);
    drop(world.begin("a", accepted("old")).unwrap());
    tokio::task::yield_now().await;
    advance(KEPT_FOR).await;
    assert_eq!(
        id_of(world.begin("a", accepted("new")).unwrap().await),
        "new"
    );
    let left: Vec<String> = world
        .submits
        .claim_all()
        .all()
        .await
        .into_iter()
        .map(id_of)
        .collect();
    assert_eq!(left, ["old"]);
}

#[test]
fn a_runtime_that_shuts_down_leaves_an_unknown_outcome() {
    let world = World::new();
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let first = runtime();
    let mut submission = None;
    first.block_on(async {
        submission = Some(world.begin("a", accepted("job")).unwrap());
        tokio::task::yield_now().await;
    });
    drop(first);
    let outcome = runtime().block_on(submission.unwrap());
    assert!(outcome.unwrap_err().may_be_billed());
    assert_eq!(world.sent(), 1);
    let Err(error) = world.begin("b", accepted("job")) else {
        panic!()
    };
    assert_eq!(error.error().unwrap().kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn too_many_unclaimed_outcomes_stop_further_purchases() {
    let world = World::new();
    for n in 0..MAX_UNCLAIMED {
        drop(world.begin(&format!("c{n}"), accepted("job")).unwrap());
    }
    let Err(error) = world.begin("more", accepted("job")) else {
        panic!()
    };
    assert!(!error.may_be_billed() && error.is_retryable());
    assert!(world.begin("c7", accepted("job")).is_ok());
}

#[tokio::test]
async fn claimed_outcomes_make_room_for_further_purchases() {
    let world = World::new();
    for n in 0..MAX_UNCLAIMED {
        drop(world.begin(&format!("c{n}"), accepted("job")).unwrap());
    }
    let claim = world.begin("c7", accepted("job")).unwrap();
    let more = world.begin("more", accepted("job")).unwrap();
    assert!(world.begin("and more", accepted("job")).is_ok());
    drop((claim, more));
    assert!(world.begin("another", accepted("job")).is_err());
}

#[tokio::test(start_paused = true)]
async fn unknown_outcomes_are_bounded_and_the_oldest_is_forgotten() {
    let (mut state, error) = (State::default(), unknown());
    for n in 0..=MAX_UNKNOWN {
        state.remember(format!("c{n}").into(), error.clone());
        if n == 0 {
            advance(Duration::from_secs(1)).await;
        }
    }
    assert_eq!(state.unknown.len(), MAX_UNKNOWN);
    assert!(state.unknown("c0").is_none() && state.unknown("c1").is_some());
    advance(KEPT_FOR).await;
    state.remember("last".into(), error);
    assert_eq!(state.unknown.len(), 1);
}
