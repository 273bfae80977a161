//! What both stores promise: the same tests for either.

use std::time::Duration;

use akool_faceswap::{Client, Ticket};
use akool_faceswap_fleet::{
    Account, ErrorKind, Fleet, Lane, OutcomeKind, SubmissionState, Tracking,
    store::{Budget, Claim, Peeked, Settlement, Slot, Upcoming},
};

use crate::{database::Database, id, in_both};

in_both! {
    a_job_is_tracked_once_and_has_one_outcome
    a_claim_is_a_lease
    a_lease_that_ran_out_is_fenced
    jobs_ride_along_when_half_of_their_interval_has_passed
    outcomes_are_taken_in_order_and_once
    the_first_outcome_stands
    the_budget_is_a_rate_with_a_burst
    a_rate_limit_holds_everybody
    two_accounts_on_one_lane_are_refused
    lanes_do_not_see_each_other
    a_hint_makes_a_job_due
    a_hint_during_a_lookup_counts_afterwards
    a_ticket_comes_back_as_it_was
    what_a_ticket_says_of_the_future_is_now
    old_outcomes_are_swept
    an_intent_is_written_once_and_resolved_by_a_webhook
    submits_of_unknown_end_are_listed
    figures_are_those_of_the_rows
    a_wait_ends_with_the_outcome
    a_wait_for_an_id_that_nobody_tracks_is_an_error
    two_that_wait_for_one_job_both_get_its_outcome
}

const MINUTE: Duration = Duration::from_secs(60);

async fn claim(fleet: &Fleet) -> Claim {
    fleet
        .store()
        .claim(fleet.lane(), 100, MINUTE)
        .await
        .unwrap()
}

fn success(number: u32) -> Settlement {
    Settlement {
        id: id(number).to_string(),
        kind: OutcomeKind::Success,
        job: Some(format!(
            r#"{{"_id":"{}","faceswap_status":3,"odd":"\u0000"}}"#,
            id(number)
        )),
        error: None,
        ticket: None,
    }
}

async fn settle(fleet: &Fleet, claim: &Claim, jobs: &[Settlement]) -> u64 {
    fleet
        .store()
        .settle(fleet.lane(), &claim.token, jobs, true)
        .await
        .unwrap()
}

async fn again(fleet: &Fleet, claim: &Claim, after: Duration) -> u64 {
    let jobs: Vec<Upcoming> = claim
        .jobs
        .iter()
        .map(|job| Upcoming::unchanged(job, after))
        .collect();
    fleet
        .store()
        .again(fleet.lane(), &claim.token, &jobs)
        .await
        .unwrap()
}

async fn a_job_is_tracked_once_and_has_one_outcome(database: Database) {
    let (one, other) = (database.fleet().await, database.fleet().await);
    assert_eq!(
        one.track([Tracking::new(id(1)).tag("first")])
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        other
            .track([Tracking::new(id(1)).tag("second")])
            .await
            .unwrap(),
        0
    );
    let claim = claim(&other).await;
    assert_eq!(claim.len(), 1);
    assert_eq!(settle(&other, &claim, &[success(1)]).await, 1);
    // Not while its outcome waits to be taken.
    assert_eq!(one.track([id(1)]).await.unwrap(), 0);
    let outcomes = one.take(10).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].tag(), Some("first"));
    assert_eq!(outcomes[0].kind(), OutcomeKind::Success);
    assert_eq!(outcomes[0].job().unwrap().id(), &id(1));
    assert!(other.take(10).await.unwrap().is_empty());
    assert_eq!(one.track([id(1)]).await.unwrap(), 1);
    assert_eq!(
        one.untrack(
            [id(1), id(2)]
                .into_iter()
                .collect::<akool_faceswap::ResultIds>()
        )
        .await
        .unwrap(),
        1
    );
}

async fn a_claim_is_a_lease(database: Database) {
    let fleet = database.fleet().await;
    fleet.track((0..150).map(id)).await.unwrap();
    let (first, second) = (claim(&fleet).await, claim(&fleet).await);
    assert_eq!((first.len(), second.len()), (100, 50));
    assert!(claim(&fleet).await.is_empty());
    let mut ids: Vec<&str> = first.ids().chain(second.ids()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 150);
    assert_eq!(again(&fleet, &first, Duration::ZERO).await, 100);
    assert_eq!(claim(&fleet).await.len(), 100);
}

async fn a_lease_that_ran_out_is_fenced(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let late = claim(&fleet).await;
    database.pass(Duration::from_secs(59)).await;
    assert!(claim(&fleet).await.is_empty());
    database.pass(Duration::from_secs(1)).await;
    let next = claim(&fleet).await;
    assert!(next.jobs.iter().all(|job| job.was_leased) && next.len() == 2);
    assert_eq!(settle(&fleet, &late, &[success(1), success(2)]).await, 0);
    assert_eq!(again(&fleet, &late, MINUTE).await, 0);
    assert_eq!(settle(&fleet, &next, &[success(1)]).await, 1);
    assert_eq!(settle(&fleet, &next, &[success(1)]).await, 0);
    assert_eq!(again(&fleet, &next, MINUTE).await, 1);
    assert_eq!(fleet.take(10).await.unwrap().len(), 1);
}

async fn jobs_ride_along_when_half_of_their_interval_has_passed(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let both = claim(&fleet).await;
    let next =
        |number: usize, after| Upcoming::unchanged(&both.jobs[number], Duration::from_secs(after));
    let jobs = [next(0, 4), next(1, 10)];
    fleet
        .store()
        .again(fleet.lane(), &both.token, &jobs)
        .await
        .unwrap();
    database.pass(Duration::from_secs(4)).await;
    let first = claim(&fleet).await;
    assert_eq!(first.ids().collect::<Vec<_>>(), [both.jobs[0].id.as_str()]);
    let after_ten = |job| Upcoming::unchanged(job, Duration::from_secs(10));
    fleet
        .store()
        .again(fleet.lane(), &first.token, &[after_ten(&first.jobs[0])])
        .await
        .unwrap();
    database.pass(Duration::from_secs(1)).await;
    assert_eq!(
        claim(&fleet).await.ids().collect::<Vec<_>>(),
        [both.jobs[1].id.as_str()]
    );
}

async fn outcomes_are_taken_in_order_and_once(database: Database) {
    let fleet = database.fleet().await;
    fleet.track((0..5).map(id)).await.unwrap();
    let claim = claim(&fleet).await;
    for number in [3, 1, 4, 0, 2] {
        settle(&fleet, &claim, &[success(number)]).await;
    }
    let of = |outcomes: Vec<akool_faceswap_fleet::Outcome>| -> Vec<_> {
        outcomes
            .into_iter()
            .map(|outcome| outcome.id().clone())
            .collect()
    };
    assert_eq!(of(fleet.take(2).await.unwrap()), [id(3), id(1)]);
    assert_eq!(
        of(fleet
            .take_of(
                [id(0), id(9)]
                    .into_iter()
                    .collect::<akool_faceswap::ResultIds>()
            )
            .await
            .unwrap()),
        [id(0)]
    );
    assert_eq!(of(fleet.take(10).await.unwrap()), [id(4), id(2)]);
    assert!(fleet.take(10).await.unwrap().is_empty());
}

async fn the_first_outcome_stands(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    settle(&fleet, &claim(&fleet).await, &[success(1)]).await;
    // As a race between tracking and settling may leave it.
    let (columns, now) = (
        "lane, id, due_at, early_at, begun_at, changed_at",
        "settled_at",
    );
    database
        .execute(&format!(
            "insert into {{}}pending ({columns}) select lane, id, {now}, {now}, {now}, {now} \
             from {{}}outcome"
        ))
        .await;
    let failed = Settlement {
        kind: OutcomeKind::Missing,
        ..success(1)
    };
    assert_eq!(settle(&fleet, &claim(&fleet).await, &[failed]).await, 1);
    let outcomes = fleet.take(10).await.unwrap();
    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].kind(), OutcomeKind::Success);
    assert_eq!(fleet.stats().await.unwrap().tracked, 0);
}

async fn budget(fleet: &Fleet, interval: Duration, burst: u32) {
    let budget = Budget { interval, burst };
    let account = Account::named("test");
    fleet
        .store()
        .enter(fleet.lane(), &account, budget)
        .await
        .unwrap();
}

async fn slot(fleet: &Fleet) -> Slot {
    fleet.store().slot(fleet.lane()).await.unwrap()
}

async fn the_budget_is_a_rate_with_a_burst(database: Database) {
    let fleet = database.fleet().await;
    // So slow that the test's own time does not matter.
    budget(&fleet, 100 * MINUTE, 3).await;
    assert_eq!(slot(&fleet).await, Slot::Idle);
    let later = Tracking::from(serde_json::from_str::<Ticket>(&ticket(60_000)).unwrap());
    fleet.track([later]).await.unwrap();
    assert!(matches!(slot(&fleet).await, Slot::Wait(wait) if wait > MINUTE / 2 && wait <= MINUTE));
    fleet.track([id(2)]).await.unwrap();
    for _ in 0..3 {
        assert_eq!(slot(&fleet).await, Slot::Granted);
    }
    let wait = slot(&fleet).await;
    assert!(
        matches!(wait, Slot::Wait(wait) if wait > 99 * MINUTE && wait <= 100 * MINUTE),
        "{wait:?}"
    );
    database.pass(100 * MINUTE).await;
    assert_eq!(slot(&fleet).await, Slot::Granted);
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
    fleet.store().charge(fleet.lane(), -1).await.unwrap();
    assert_eq!(slot(&fleet).await, Slot::Granted);
    fleet.store().charge(fleet.lane(), 5).await.unwrap();
    database.pass(500 * MINUTE).await;
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
    database.pass(100 * MINUTE).await;
    assert_eq!(slot(&fleet).await, Slot::Granted);
    // However long nothing was sent, the burst is the most at once.
    database.pass(10_000 * MINUTE).await;
    for _ in 0..3 {
        assert_eq!(slot(&fleet).await, Slot::Granted);
    }
    assert!(matches!(slot(&fleet).await, Slot::Wait(_)));
}

async fn a_rate_limit_holds_everybody(database: Database) {
    let (one, other) = (database.fleet().await, database.fleet().await);
    budget(&one, Duration::ZERO, 1).await;
    one.track([id(1)]).await.unwrap();
    assert_eq!(slot(&other).await, Slot::Granted);
    one.store().hold(one.lane(), 10 * MINUTE).await.unwrap();
    other.store().hold(other.lane(), MINUTE).await.unwrap();
    assert!(matches!(slot(&other).await, Slot::Wait(wait) if wait > 9 * MINUTE));
    let held = one.stats().await.unwrap().held;
    assert!(held > 9 * MINUTE && held <= 10 * MINUTE, "{held:?}");
    database.pass(10 * MINUTE).await;
    assert_eq!(slot(&one).await, Slot::Granted);
}

async fn two_accounts_on_one_lane_are_refused(database: Database) {
    let fleet = database.fleet().await;
    let (store, lane) = (fleet.store(), fleet.lane());
    let budget = Budget {
        interval: Duration::ZERO,
        burst: 1,
    };
    let (first, second) = (Account::from_api_key("a"), Account::from_api_key("b"));
    store.enter(lane, &first, budget).await.unwrap();
    store.enter(lane, &first, budget).await.unwrap();
    let error = store.enter(lane, &second, budget).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Account);
    assert!(
        error.to_string().contains("'main'") && !error.is_transient(),
        "{error}"
    );
    // What was refused changed nothing.
    store.enter(lane, &first, budget).await.unwrap();
    fleet.forget_account().await.unwrap();
    store.enter(lane, &second, budget).await.unwrap();
    assert!(store.enter(lane, &first, budget).await.is_err());
}

async fn lanes_do_not_see_each_other(database: Database) {
    let main = database.fleet().await;
    let other = main.with_lane("other".parse::<Lane>().unwrap());
    main.track([id(1)]).await.unwrap();
    assert!(claim(&other).await.is_empty());
    assert_eq!(other.track([id(1)]).await.unwrap(), 1);
    settle(&other, &claim(&other).await, &[success(1)]).await;
    assert!(main.take(1).await.unwrap().is_empty());
    assert_eq!(other.take(1).await.unwrap().len(), 1);
    assert_eq!(claim(&main).await.len(), 1);
}

async fn a_hint_makes_a_job_due(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    again(&fleet, &claim(&fleet).await, MINUTE).await;
    assert!(claim(&fleet).await.is_empty());
    let hint = || fleet.hint(id(1));
    assert_eq!(hint().await.unwrap(), 1);
    assert_eq!(fleet.hint(id(2)).await.unwrap(), 0);
    // It was looked up a moment ago.
    assert!(claim(&fleet).await.is_empty());
    database.pass(Duration::from_millis(500)).await;
    assert_eq!(claim(&fleet).await.len(), 1);
}

async fn a_hint_during_a_lookup_counts_afterwards(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    let held = claim(&fleet).await;
    assert_eq!(fleet.hint(id(1)).await.unwrap(), 1);
    assert!(claim(&fleet).await.is_empty());
    assert_eq!(again(&fleet, &held, MINUTE).await, 1);
    database.pass(Duration::from_millis(500)).await;
    assert_eq!(claim(&fleet).await.len(), 1);
}

fn ticket(first_after_ms: u64) -> String {
    format!(
        r#"{{"version":1,"id":"{}","status":2,"begun_unix_ms":1719476868006,"changed_unix_ms":1719476869000,"missing_since_unix_ms":1719476869500,"deadline_unix_ms":null,"missing_grace_ms":7000,"schedule":{{"first_after_ms":{first_after_ms},"shortest_ms":2500,"growth_percent":20,"longest_ms":60000}},"polls":7}}"#,
        id(1)
    )
}

async fn a_ticket_comes_back_as_it_was(database: Database) {
    let fleet = database.fleet().await;
    let ticket: Ticket = serde_json::from_str(&ticket(0)).unwrap();
    fleet.track([ticket.clone()]).await.unwrap();
    assert_eq!(claim(&fleet).await.jobs[0].ticket().unwrap(), ticket);
    fleet.untrack(id(1)).await.unwrap();
    // The default terms are those of a client's wait.
    fleet.track([id(1)]).await.unwrap();
    let stored = claim(&fleet).await.jobs[0].ticket().unwrap();
    let client = Client::builder()
        .base_url("http://127.0.0.1:1")
        .api_key("k")
        .build()
        .unwrap();
    let own = client.wait(id(1)).start().ticket().unwrap();
    let form = |ticket: &Ticket| {
        let form = serde_json::to_value(ticket).unwrap();
        let time = |name: &str| form[name].as_i64().unwrap();
        let whole = time("deadline_unix_ms") - time("begun_unix_ms");
        (
            form["schedule"].clone(),
            form["missing_grace_ms"].clone(),
            whole,
        )
    };
    assert_eq!(form(&stored), form(&own));
}

async fn what_a_ticket_says_of_the_future_is_now(database: Database) {
    let fleet = database.fleet().await;
    let text = ticket(0).replace("1719476869000", "99719476869000");
    let ticket: Ticket = serde_json::from_str(&text).unwrap();
    fleet.track([ticket]).await.unwrap();
    let claim = claim(&fleet).await;
    assert!(claim.jobs[0].changed_at_ms <= claim.claimed_at_ms);
}

async fn old_outcomes_are_swept(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1)]).await.unwrap();
    settle(&fleet, &claim(&fleet).await, &[success(1)]).await;
    database.pass((8 * 24 * 60 - 1) * MINUTE).await;
    assert_eq!(fleet.store().sweep(fleet.lane()).await.unwrap(), Some(0));
    database.pass(MINUTE).await;
    assert_eq!(fleet.store().sweep(fleet.lane()).await.unwrap(), Some(1));
    assert!(fleet.take(1).await.unwrap().is_empty());
}

async fn an_intent_is_written_once_and_resolved_by_a_webhook(database: Database) {
    let (sender, receiver) = (database.fleet().await, database.fleet().await);
    assert!(
        sender
            .intend("token", Some("digest"), Some("order 17"))
            .await
            .unwrap()
    );
    assert!(!sender.intend("token", None, None).await.unwrap());
    assert!(sender.unknown("token").await.unwrap());
    assert_eq!(receiver.resolve("other", &id(1)).await.unwrap(), None);
    let before = receiver.resolve("token", &id(1)).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Unknown));
    // The vendor repeats a webhook until it is answered.
    let before = receiver.resolve("token", &id(1)).await.unwrap();
    assert_eq!(before, Some(SubmissionState::Accepted));
    assert!(!sender.refused("token").await.unwrap());
    let claim = claim(&sender).await;
    assert_eq!(claim.ids().collect::<Vec<_>>(), [id(1).as_str()]);
    settle(&sender, &claim, &[success(1)]).await;
    assert_eq!(sender.take(1).await.unwrap()[0].tag(), Some("order 17"));
}

async fn submits_of_unknown_end_are_listed(database: Database) {
    let fleet = database.fleet().await;
    for token in ["intended", "accepted", "refused", "unknown"] {
        assert!(fleet.intend(token, Some("digest"), None).await.unwrap());
    }
    assert!(fleet.accepted("accepted", &id(1)).await.unwrap());
    assert!(fleet.refused("refused").await.unwrap());
    assert!(fleet.unknown("unknown").await.unwrap());
    let listed = async || {
        let unknown = fleet.unknown_submissions(5 * MINUTE).await.unwrap();
        let mut tokens: Vec<String> = unknown.into_iter().map(|one| one.token).collect();
        tokens.sort_unstable();
        tokens
    };
    assert_eq!(listed().await, ["unknown"]);
    database.pass(6 * MINUTE).await;
    assert_eq!(listed().await, ["intended", "unknown"]);
    assert_eq!(fleet.stats().await.unwrap().unknown_submits, 2);
}

async fn figures_are_those_of_the_rows(database: Database) {
    let fleet = database.fleet().await;
    budget(&fleet, MINUTE, 2).await;
    fleet.track((0..3).map(id)).await.unwrap();
    slot(&fleet).await;
    let held = fleet.store().claim(fleet.lane(), 2, MINUTE).await.unwrap();
    let settled = Settlement {
        id: held.jobs[0].id.clone(),
        ..success(0)
    };
    settle(&fleet, &held, &[settled]).await;
    let counters = serde_json::json!({});
    fleet
        .store()
        .beat(fleet.lane(), "one", &counters)
        .await
        .unwrap();
    database.pass(Duration::from_secs(10)).await;
    let stats = fleet.stats().await.unwrap();
    assert_eq!(
        (stats.tracked, stats.due, stats.leased, stats.expired),
        (2, 1, 1, 0)
    );
    assert_eq!((stats.outcomes, stats.workers), (1, 1));
    assert!(
        stats.lag >= Duration::from_secs(10) && stats.lag < MINUTE,
        "{stats:?}"
    );
    assert!(stats.oldest_outcome >= Duration::from_secs(10), "{stats:?}");
    assert!(
        stats.budget_used > 0.3 && stats.budget_used < 0.5,
        "{stats:?}"
    );
    database.pass(MINUTE).await;
    let stats = fleet.stats().await.unwrap();
    assert_eq!((stats.leased, stats.expired, stats.workers), (0, 1, 0));
}

async fn a_wait_ends_with_the_outcome(database: Database) {
    let (waiting, working) = (database.fleet().await, database.fleet().await);
    waiting.track([id(1)]).await.unwrap();
    let wait = tokio::spawn({
        let waiting = waiting.clone();
        async move { waiting.wait(&id(1)).await }
    });
    settle(&working, &claim(&working).await, &[success(1)]).await;
    let outcome = wait.await.unwrap().unwrap();
    assert_eq!(
        (outcome.id(), outcome.kind()),
        (&id(1), OutcomeKind::Success)
    );
    // It is still there for who takes it.
    assert_eq!(waiting.take(1).await.unwrap().len(), 1);
}

async fn a_wait_for_an_id_that_nobody_tracks_is_an_error(database: Database) {
    let fleet = database.fleet().await;
    let error = fleet.wait(&id(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotTracked);
    assert!(error.to_string().contains(id(1).as_str()), "{error}");
}

async fn two_that_wait_for_one_job_both_get_its_outcome(database: Database) {
    let fleet = database.fleet().await;
    fleet.track([id(1), id(2)]).await.unwrap();
    let wait = || {
        let fleet = fleet.clone();
        tokio::spawn(async move { fleet.wait(&id(1)).await.map(|outcome| outcome.seq()) })
    };
    let (one, other) = (wait(), wait());
    let claim = claim(&fleet).await;
    settle(&fleet, &claim, &[success(2), success(1)]).await;
    assert_eq!(one.await.unwrap().unwrap(), other.await.unwrap().unwrap());
    let peeked = fleet
        .store()
        .peek(fleet.lane(), &[id(2), id(3)])
        .await
        .unwrap();
    let settled = peeked
        .iter()
        .filter(|(_, what)| matches!(what, Peeked::Settled(_)));
    assert_eq!(settled.count(), 1);
}
