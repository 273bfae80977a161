//! A video worth downloading, servers that send it or something else, and jobs whose result it is.

use std::{fs, path::Path, time::Duration};

use akool_faceswap::{Client, ClientBuilder, Job, RetryPolicy, download::Download};

use super::{
    planted::API_KEY,
    socket::{Script, SocketServer},
};

/// More than any buffer on the way holds.
pub(crate) const LENGTH: usize = 3_000_000;

/// A video by its first bytes, and noise.
pub(crate) fn video() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42".to_vec();
    let mut state = 1_u32;
    bytes.extend((bytes.len()..LENGTH).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    bytes
}

/// The head of an answer with the whole video.
pub(crate) fn head(etag: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\netag: {etag}\r\ncontent-length: {LENGTH}\r\n\r\n"
    )
}

/// The head of an answer with the video from `first` on.
pub(crate) fn head_of_rest(first: usize, etag: &str) -> String {
    format!(
        "HTTP/1.1 206 Partial Content\r\ncontent-type: video/mp4\r\netag: {etag}\r\n\
         content-range: bytes {first}-{}/{LENGTH}\r\ncontent-length: {}\r\n\r\n",
        LENGTH - 1,
        LENGTH - first
    )
}

pub(crate) fn whole() -> Script {
    Script::request().write(head("\"a\"")).write(video())
}

/// The head and the first megabyte, then the connection is gone.
pub(crate) fn broken() -> Script {
    Script::request()
        .write(head("\"a\""))
        .write(&video()[..1_000_000])
        .close()
}

/// A complete answer with this body.
pub(crate) fn answer(lines: &str, body: &str) -> Script {
    let length = body.len();
    Script::request().write(format!(
        "HTTP/1.1 200 OK\r\n{lines}content-length: {length}\r\n\r\n{body}"
    ))
}

pub(crate) async fn serve(script: Script) -> SocketServer {
    SocketServer::start(script).await.unwrap()
}

pub(crate) fn builder(server: &SocketServer) -> ClientBuilder {
    Client::builder()
        .base_url(format!("http://{}", server.address()))
        .retry(RetryPolicy::new().base_delay(Duration::ZERO))
}

pub(crate) fn client(server: &SocketServer) -> Client {
    builder(server).api_key(API_KEY).build().unwrap()
}

/// A job that has succeeded, with a URL on this server.
pub(crate) fn job(server: &SocketServer) -> Job {
    job_at(&format!(
        "http://{}/FACELINK.mp4?sig=FACELINK",
        server.address()
    ))
}

pub(crate) fn job_at(url: &str) -> Job {
    serde_json::from_value(serde_json::json!({
        "_id": "one", "faceswap_status": 3, "url": url,
    }))
    .unwrap()
}

pub(crate) fn download(server: &SocketServer) -> Download {
    client(server).download(&job(server))
}

/// What is in a directory.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}
