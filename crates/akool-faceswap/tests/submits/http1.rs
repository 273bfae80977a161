//! A server that speaks HTTP/1.1 as far as it likes.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::jobs::Jobs;

/// What a server does with a request.
const FAULTS: [&str; 12] = [
    "accept",
    "accept",
    "accept, and close the idle connection without a word",
    "close before a byte is read",
    "reset after the head",
    "reset in the body",
    "make the job and reset",
    "make the job and send half an answer",
    "make the job and answer 502",
    "answer 502 after the head",
    "refuse",
    "accept, with a body that is not JSON",
];

pub(crate) async fn serve(jobs: Jobs) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let jobs = jobs.clone();
            tokio::spawn(async move {
                let _ = connection(stream, &jobs).await;
            });
        }
    });
    url
}

/// Serves one connection until a fault ends it.
async fn connection(mut stream: TcpStream, jobs: &Jobs) -> io::Result<()> {
    let mut read = Vec::new();
    loop {
        let fault = FAULTS[jobs.choose(FAULTS.len())];
        if fault == "close before a byte is read" {
            return Ok(());
        }
        let head = head(&mut stream, &mut read).await?;
        match fault {
            "reset after the head" => return reset(&stream),
            "answer 502 after the head" => {
                return answer(&mut stream, "502 Bad Gateway", "<html>").await;
            }
            "reset in the body" => {
                if read.len() <= head.end {
                    stream.read_buf(&mut read).await?;
                }
                return reset(&stream);
            }
            _ => {}
        }
        while read.len() < head.end + head.length {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        let body: Vec<u8> = read
            .drain(..head.end + head.length)
            .skip(head.end)
            .collect();
        if fault == "refuse" {
            answer(&mut stream, "200 OK", r#"{"code":1003,"msg":"no"}"#).await?;
            continue;
        }
        let Some(accepted) = jobs.make(&body) else {
            return answer(&mut stream, "400 Bad Request", "not whole").await;
        };
        match fault {
            "make the job and reset" => return reset(&stream),
            "make the job and send half an answer" => {
                let text = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    accepted.len()
                );
                stream.write_all(text.as_bytes()).await?;
                return stream.write_all(&accepted.as_bytes()[..20]).await;
            }
            "make the job and answer 502" => {
                answer(&mut stream, "502 Bad Gateway", "<html>").await?;
            }
            "accept, with a body that is not JSON" => {
                answer(&mut stream, "200 OK", "accepted").await?;
            }
            "accept, and close the idle connection without a word" => {
                return answer(&mut stream, "200 OK", &accepted).await;
            }
            _ => answer(&mut stream, "200 OK", &accepted).await?,
        }
    }
}

/// Where the head of a request ends, and how long its body is.
struct Head {
    end: usize,
    length: usize,
}

async fn head(stream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<Head> {
    loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            assert!(text.starts_with("post /api/open/v4/faceswap/faceswapplusbyimage "));
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length = length.expect("a length").parse().expect("a number");
            let end = end + 4;
            return Ok(Head { end, length });
        }
        if stream.read_buf(read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn answer(stream: &mut TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await
}

/// Ends the connection so that the other side sees a reset.
fn reset(stream: &TcpStream) -> io::Result<()> {
    stream.set_zero_linger()
}
