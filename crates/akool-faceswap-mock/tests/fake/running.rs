//! Starting and stopping fakes, several at once, and under a paused clock.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use akool_faceswap_mock::{Answer, FakeAkool, FakeJob};

use crate::request::{client, get, in_flight, lookup, status};

fn authority(fake: &FakeAkool) -> String {
    fake.url().trim_start_matches("http://").to_owned()
}

#[test]
fn it_serves_synchronous_callers() {
    let fake = FakeAkool::start().unwrap();
    let mut stream = TcpStream::connect(authority(&fake)).unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: fake\r\nx-api-key: {}\r\nconnection: close\r\n\r\n",
        lookup("?_ids=a"),
        fake.api_key(),
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with(r#"{"code":1000,"data":{"result":[]},"msg":"OK"}"#),
        "{answer}"
    );
}

#[test]
fn a_port_can_be_chosen_and_is_free_again_afterwards() {
    let fake = FakeAkool::start().unwrap();
    let port = authority(&fake)
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let taken = FakeAkool::builder().port(port).start().unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    drop(fake);
    let fake = FakeAkool::builder().port(port).start().unwrap();
    assert_eq!(fake.url(), format!("http://127.0.0.1:{port}"));
}

#[tokio::test]
async fn several_fakes_run_side_by_side() {
    let fakes: Vec<FakeAkool> = (0..5).map(|_| FakeAkool::start().unwrap()).collect();
    let ids: Vec<String> = fakes
        .iter()
        .map(|fake| fake.add_job(FakeJob::image()))
        .collect();
    fakes[2]
        .set_state(&ids[2], akool_faceswap_mock::JobState::Failed)
        .unwrap();
    for (at, (fake, id)) in fakes.iter().zip(&ids).enumerate() {
        assert_eq!(status(fake, id).await, if at == 2 { 4 } else { 1 });
        assert_eq!(fake.request_count(), 1);
    }
}

#[tokio::test]
async fn dropping_it_frees_the_port_and_ends_its_connections() {
    let fake = FakeAkool::start().unwrap();
    let address = authority(&fake);
    let mut idle = TcpStream::connect(&address).unwrap();
    get(&fake, &lookup("?_ids=a")).await.unwrap();
    fake.push_answer(Answer::hang_up().delayed(Duration::from_secs(60)));
    let mut hanging = TcpStream::connect(&address).unwrap();
    hanging
        .write_all(b"GET / HTTP/1.1\r\nhost: fake\r\n\r\n")
        .unwrap();
    in_flight(&fake, 1).await;
    drop(fake);
    assert!(TcpStream::connect(&address).is_err());
    drop(TcpListener::bind(&address).unwrap());
    let mut byte = [0];
    assert!(matches!(idle.read(&mut byte), Ok(0) | Err(_)));
    assert!(matches!(hanging.read(&mut byte), Ok(0) | Err(_)));
}

#[tokio::test(start_paused = true)]
async fn it_answers_under_a_paused_clock() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image().after_polls(0, 0));
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(status(&fake, &id).await, 3);
    }
}

/// The crate's documentation warns about this.
#[tokio::test(start_paused = true)]
async fn a_paused_clock_jumps_to_a_waiting_callers_timeout() {
    let fake = FakeAkool::start().unwrap();
    let held = fake.pause_responses();
    let client = client(&fake);
    let ids = "a".parse().unwrap();
    let asked = client.list_results_by_ids(&ids);
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, asked).await.is_err());
    drop(held);
}

/// The workaround: tokio's clock does not jump while a blocking task runs.
#[tokio::test(start_paused = true)]
async fn a_blocking_task_keeps_a_paused_clock_from_jumping() {
    let fake = FakeAkool::start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let (release, released) = std::sync::mpsc::channel::<()>();
    let pin = tokio::task::spawn_blocking(move || released.recv());
    let before = tokio::time::Instant::now();
    for _ in 0..50 {
        let asked = status(&fake, &id);
        let asked = tokio::time::timeout(Duration::from_millis(1), asked);
        assert!(asked.await.is_ok());
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!(before.elapsed(), Duration::from_secs(3600));
    drop(release);
    assert!(pin.await.unwrap().is_err());
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<FakeAkool>();
    shared::<Answer>();
    shared::<FakeJob>();
}
