//! No `Debug` of a public type shows a key, a token, a URL or the points of a face.

use std::{any::type_name, collections::BTreeSet, fmt::Debug, fs, path::Path, time::SystemTime};

use serde_json::{Value, json};

use crate::{
    Client, Face,
    auth::Token,
    model::{Input, MediaUrl, Picture, Video},
    submit::SwapError,
    testing::{
        RequestBody,
        scripted::{Reply, Scripted, Seen},
    },
};

const MARK: &str = "PLANTED";
const KEY: &str = "PLANTED-Key-0123456789";
const URL: &str = "https://cdn.example/PLANTED/a.jpg?sig=PLANTED";
const POINTS: &str = "777013,2:3,4:5,6:7,8";

/// The names of the types that were looked at.
#[derive(Default)]
struct Shown(BTreeSet<&'static str>);

impl Shown {
    fn debug<T: Debug>(&mut self, value: &T) {
        let path = type_name::<T>().split('<').next().unwrap();
        let name = path.rsplit("::").next().unwrap();
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            assert!(!text.is_empty(), "{name}");
            assert!(
                !text.contains(MARK) && !text.contains("777013"),
                "{name}: {text}"
            );
        }
        self.0.insert(name);
    }
}

/// A submit is accepted, and every id has a job with a URL; "bad" has failed, "odd" gets a row that was not requested,
/// and "broken" a page with a URL, the key and points in it.
fn answer(seen: &Seen) -> Reply {
    let row = |id: &str| {
        let status = if id == "bad" { 4 } else { 3 };
        json!({"_id": id, "faceswap_status": status, "url": URL, "error_reason": URL, "other": KEY})
    };
    let has = |id: &str| seen.ids.iter().any(|asked| asked == id);
    if has("broken") {
        return Reply::http(500, &format!("{URL} {KEY} {POINTS}"));
    }
    if seen.path.ends_with("a.jpg") {
        return Reply::http(200, "\u{0}");
    }
    let mut rows: Vec<Value> = seen.ids.iter().map(|id| row(id)).collect();
    if has("odd") {
        rows.push(row("stranger"));
    }
    let data = json!({"_id": "65f0a1b2c3d4e5f60718293a", "url": URL, "result": rows});
    let body = json!({"code": 1000, "msg": "OK", "data": data});
    Reply::http(200, &body.to_string())
}

fn credentials(shown: &mut Shown, wire: &Scripted) {
    shown.debug(&Token::new(KEY));
    let builder = Client::builder()
        .api_key(KEY)
        .bearer_token(KEY)
        .client_credentials(KEY, KEY)
        .proxy(format!("http://user:{KEY}@127.0.0.1:9"));
    shown.debug(&builder);
    for client in [
        wire.client_with(|builder| builder.api_key(KEY)),
        wire.client_with(|builder| builder.bearer_token(KEY)),
        wire.client_with(|builder| builder.client_credentials(KEY, KEY)),
        wire.client_with(|builder| {
            builder.token_provider(|| async { Ok::<_, std::io::Error>(Token::new(KEY)) })
        }),
    ] {
        shown.debug(&client);
        shown.debug(&client.lookup("a"));
    }
    shown.debug(&RequestBody(URL.into()));
    #[cfg(feature = "webhook")]
    shown.debug(&crate::webhook::WebhookReceiver::new(KEY, "PLANTED-SECRET-24-BYTES!").unwrap());
}

fn faces(shown: &mut Shown) -> Face {
    let faces_obj = json!({"0": {
        "landmarks_str": [POINTS], "region": [[1, 2, 3, 4]], "crop_region": [[1, 2, 3, 4]],
        "crop_landmarks": [POINTS], "face_urls": [URL],
    }});
    let url = MediaUrl::new(URL).unwrap();
    let input = Input::Picture(url.clone());
    let picture = Picture::from_answer(input, SystemTime::now(), &faces_obj).unwrap();
    let face = picture.require_one().unwrap();
    for image in [face.crop().unwrap(), face.in_picture().unwrap()] {
        shown.debug(image);
        shown.debug(image.landmarks().unwrap());
    }
    let nobody = Picture::from_answer(Input::Picture(url.clone()), SystemTime::now(), &json!({}));
    shown.debug(&nobody.unwrap().require_one().unwrap_err());
    shown.debug(&url);
    shown.debug(&picture);
    shown.debug(picture.faces());
    shown.debug(&face);
    shown.debug(&Video::from_answer(url, SystemTime::now(), &faces_obj).unwrap());
    face
}

async fn lookups(shown: &mut Shown, client: &Client) {
    let results = client.lookup(["good", "odd"]).await.unwrap();
    shown.debug(&results);
    shown.debug(&results.unexpected()[0]);
    for id in ["good", "odd"] {
        let job = results.get(id).unwrap().job().unwrap();
        assert_eq!(job.result_url(), Some(URL));
        shown.debug(job);
        shown.debug(job.id());
        shown.debug(&job.summary());
        let download = client.download(job);
        shown.debug(&download);
        shown.debug(&download.stream().await.unwrap_err());
    }
    let error = client.lookup("broken").await.unwrap_err();
    assert!(error.body_snippet().is_some());
    shown.debug(&error);
    shown.debug(&"a,b".parse::<crate::ResultIds>().unwrap());
    let error = crate::ResultId::new(URL).unwrap_err();
    shown.debug(&error);
}

async fn waits(shown: &mut Shown, client: &Client) {
    let ids = || "good,bad".parse::<crate::ResultIds>().unwrap();
    shown.debug(&client.lookup_one("good"));
    shown.debug(&client.wait("good").unwrap());
    shown.debug(&client.wait_each(ids()));
    shown.debug(&client.wait_all(ids()).await);
    let wait = client.wait("bad").unwrap().start();
    shown.debug(&wait.handle());
    shown.debug(&wait.handle().ticket().unwrap());
    let error = wait.await.unwrap_err();
    assert!(error.job().is_some());
    shown.debug(&error);
    shown.debug(&SwapError::Wait(error));
}

async fn submits(shown: &mut Shown, client: &Client, face: Face) {
    shown.debug(&client.swap());
    let original = || client.swap().original(URL);
    shown.debug(&original());
    let request = original().new_face(face).callback(URL);
    shown.debug(&request);
    let pending = request.prepare().unwrap();
    assert!(serde_json::to_string(&pending).unwrap().contains(MARK));
    shown.debug(&pending);
    let mut jobs = client.swap_all([pending]);
    shown.debug(&jobs);
    let job = jobs.next().await.unwrap().unwrap();
    shown.debug(&job);
    shown.debug(job.token());
    let server = Scripted::new(|_| Reply::http(500, &format!("{URL} {KEY}")));
    let client = server.client_with(|builder| builder.api_key(KEY));
    let swap = client.swap().original(URL).new_face(URL);
    shown.debug(&swap.submit().await.unwrap_err());
}

/// The public types with a handwritten `Debug`, each of which leaves something out.
fn with_own_debug(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with_own_debug(&path, found);
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for (_, name) in text
            .lines()
            .filter_map(|line| line.split_once("fmt::Debug for "))
        {
            let name = name.split(['<', ' ']).next().unwrap();
            let is_public = ["struct", "enum"]
                .iter()
                .any(|kind| text.contains(&format!("\npub {kind} {name}")));
            if is_public {
                found.insert(name.to_owned());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_public_type_shows_a_secret() {
    let mut shown = Shown::default();
    let wire = Scripted::new(answer);
    let client =
        wire.client_with(|builder| builder.api_key(KEY).retry(crate::RetryPolicy::never()));
    credentials(&mut shown, &wire);
    let face = faces(&mut shown);
    lookups(&mut shown, &client).await;
    waits(&mut shown, &client).await;
    submits(&mut shown, &client, face).await;

    let mut found = BTreeSet::new();
    with_own_debug(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 25, "{found:?}");
    // `Iter` shows its stream, `DownloadStream` is checked in `download::tests`.
    for other in ["Iter", "DownloadStream"] {
        assert!(found.remove(other), "{other}");
    }
    if cfg!(not(feature = "webhook")) {
        found.remove("WebhookReceiver");
    }
    let forgotten: Vec<_> = found
        .iter()
        .filter(|name| !shown.0.contains(name.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "show these, too: {forgotten:?}");
}
