//! The other end of the measured client: a server in this process that answers as the API does.
//!
//! It has nothing of the SDK or the fake, so that a document that breaks them does not break this
//! command, and it costs the measured process nothing.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

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

/// One connection, as many requests as come.
fn serve(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut answered = String::new();
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 && line != "\r\n" {
            if let Some((_, rest)) = line.split_once("?_ids=") {
                answered = answer(rest.split(' ').next().unwrap_or_default());
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
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
