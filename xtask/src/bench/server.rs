//! The other end of the measured client: a server in this process that answers as the API does.
//!
//! It uses neither the SDK nor the fake, so that a document that breaks them does not break this
//! command, and it costs the measured process nothing.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

/// The answer to a request with a body, which is a submit.
const SUBMITTED: &str = r#"{"code":1000,"msg":"OK","data":{"_id":"65f0a1b2c3d4e5f60718293a","job_id":"20260312101500123-4821"}}"#;

/// Serves until the process ends.
pub(super) fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(&stream));
        }
    });
    Ok(address)
}

/// Answers all requests of one connection.
fn serve(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut answered = String::new();
        let mut line = String::new();
        let mut body_length = 0;
        while reader.read_line(&mut line)? > 0 && line != "\r\n" {
            if let Some((_, rest)) = line.split_once("?_ids=") {
                answered = answer(rest.split(' ').next().unwrap_or_default());
            }
            if let Some(length) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                body_length = length.trim().parse().unwrap_or(0);
                SUBMITTED.clone_into(&mut answered);
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        io::copy(&mut (&mut reader).take(body_length), &mut io::sink())?;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answered.len()
        );
        writer.write_all((head + &answered).as_bytes())?;
    }
}

/// A row for each id, in the shape of a real answer.
fn answer(ids: &str) -> String {
    let rows: Vec<String> = ids
        .split("%2C")
        .filter(|id| !id.is_empty())
        .map(|id| {
            format!(
                r#"{{"_id":"{id}","createdAt":"2024-06-27T08:27:48.006Z","deduction_duration":0,"faceswap_status":3,"image":1,"job_id":"20240627082748003-5746","uid":1000001,"url":"https://cdn.example/final_a-1.jpeg","video_duration":0}}"#
            )
        })
        .collect();
    format!(
        r#"{{"code":1000,"msg":"OK","data":{{"result":[{}]}}}}"#,
        rows.join(",")
    )
}
