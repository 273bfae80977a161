//! Jobs from the queue to their end.

use std::time::{Duration, SystemTime};

use akool_faceswap_mock::{Clock, FakeAkool, FakeJob, JobState, RowOrder};

use crate::request::{ids_of, look_up, status};

fn june_2024() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_719_476_868_006)
}

#[tokio::test]
async fn lookups_move_a_job_to_success() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(2, 1));
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(status(&fake, &id).await);
    }
    assert_eq!(seen, [1, 1, 2, 3, 3]);
}

#[tokio::test]
async fn time_moves_a_job_to_failure() {
    let clock = Clock::manual(june_2024());
    let fake = FakeAkool::builder().clock(clock).start().unwrap();
    let queued = Duration::from_secs(60);
    let processing = Duration::from_secs(3 * 3600);
    let id = fake.add_job(FakeJob::video().after(queued, processing).failing());
    assert_eq!(status(&fake, &id).await, 1);
    fake.clock().advance(Duration::from_nanos(59_999_999_999));
    assert_eq!(status(&fake, &id).await, 1);
    fake.clock().advance(Duration::from_nanos(1));
    assert_eq!(status(&fake, &id).await, 2);
    fake.clock().advance(processing);
    assert_eq!(status(&fake, &id).await, 4);
}

#[tokio::test]
async fn a_queued_job_already_has_its_url() {
    let clock = Clock::manual(june_2024());
    let fake = FakeAkool::builder().clock(clock).start().unwrap();
    let id = fake.add_job(FakeJob::image());
    assert!(id.starts_with("667d2284"), "{id}");
    let answer = look_up(&fake, &[&id]).await;
    let row = &answer.data.unwrap().result.unwrap()[0];
    assert_eq!(row.faceswap_status, Some(1));
    assert_eq!(row.update_time, Some(0.0));
    let url = row.url.as_ref().unwrap().as_str();
    assert_eq!(url, format!("{}/files/{id}.png", fake.url()));
    assert_eq!(row.created_at.as_deref(), Some("2024-06-27T08:27:48.006Z"));
    let job_id = row.job_id.as_deref().unwrap();
    assert!(job_id.starts_with("20240627082748006-"), "{job_id}");
    assert!(
        look_up(&fake, &[job_id])
            .await
            .data
            .unwrap()
            .result
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn states_can_be_set_and_jobs_removed() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    fake.set_state(&id, JobState::Other(5)).unwrap();
    assert_eq!(status(&fake, &id).await, 5);
    fake.set_state(&id, JobState::Failed).unwrap();
    assert_eq!(status(&fake, &id).await, 4);
    fake.remove_job(&id).unwrap();
    assert!(ids_of(&look_up(&fake, &[&id]).await).is_empty());
    let error = fake.remove_job(&id).unwrap_err();
    assert!(error.to_string().contains(&id), "{error}");
}

#[tokio::test]
async fn rows_are_shuffled_unless_insertion_order_is_set() {
    for (order, in_order) in [(RowOrder::Shuffled, false), (RowOrder::Insertion, true)] {
        let fake = FakeAkool::builder().row_order(order).start().unwrap();
        let ids = fake.seed_population(30);
        let asked: Vec<&str> = ids.iter().rev().map(String::as_str).collect();
        let mut rows = ids_of(&look_up(&fake, &asked).await);
        assert_eq!(rows == ids, in_order);
        rows.sort_unstable();
        let mut sorted = ids;
        sorted.sort_unstable();
        assert_eq!(rows, sorted);
    }
}

/// Ids and statuses, lookup by lookup, of a population.
async fn history(seed: u64) -> Vec<Vec<(String, i64)>> {
    let fake = FakeAkool::builder()
        .seed(seed)
        .clock(Clock::manual(june_2024()))
        .row_order(RowOrder::Insertion)
        .start()
        .unwrap();
    let ids = fake.seed_population(80);
    let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut history = Vec::new();
    for _ in 0..12 {
        let rows = look_up(&fake, &asked).await.data.unwrap().result.unwrap();
        let states = rows.into_iter().map(|row| {
            let status = row.faceswap_status.unwrap();
            (row.id.unwrap(), status)
        });
        history.push(states.collect());
    }
    history
}

#[tokio::test]
async fn a_population_repeats_with_its_seed() {
    let seven = history(7).await;
    assert_eq!(seven, history(7).await);
    assert_ne!(seven, history(8).await);
    let settled = seven.last().unwrap();
    assert!(settled.iter().all(|(_, status)| [3, 4].contains(status)));
    assert!(settled.iter().any(|(_, status)| *status == 4));
    let (first_id, _) = &settled[0];
    assert_eq!(
        first_id, "667d20866ec7688702fed3a1",
        "a seed must mean the same in every release"
    );
}
