//! A server that speaks HTTP/2 as far as it likes.

use bytes::Bytes;
use h2::{
    Reason, RecvStream,
    server::{self, SendResponse},
};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::jobs::Jobs;

/// What a server does with a stream.
const FAULTS: [&str; 12] = [
    "accept",
    "accept",
    "accept",
    "refuse the stream",
    "read the body and refuse the stream",
    "make the job and refuse the stream",
    "make the job and reset the stream",
    "make the job and send half an answer",
    "make the job and answer 502",
    "refuse",
    "go away",
    "make the job and drop the connection",
];

pub(crate) async fn serve(jobs: Jobs) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, jobs.clone()));
        }
    });
    url
}

async fn connection(stream: TcpStream, jobs: Jobs) {
    let Ok(mut connection) = server::handshake(stream).await else {
        return;
    };
    let (drop_it, mut dropped) = tokio::sync::mpsc::unbounded_channel::<()>();
    loop {
        tokio::select! {
            stream = connection.accept() => {
                let Some(Ok((request, respond))) = stream else {
                    return;
                };
                let fault = FAULTS[jobs.choose(FAULTS.len())];
                if fault == "go away" {
                    // Streams up to this one are finished, later ones are refused.
                    connection.graceful_shutdown();
                }
                tokio::spawn(serve_stream(request, respond, fault, jobs.clone(), drop_it.clone()));
            }
            _ = dropped.recv() => return,
        }
    }
}

async fn serve_stream(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    fault: &str,
    jobs: Jobs,
    drop_it: tokio::sync::mpsc::UnboundedSender<()>,
) {
    if fault == "refuse the stream" {
        return respond.send_reset(Reason::REFUSED_STREAM);
    }
    let mut received = request.into_body();
    let mut body = Vec::new();
    while let Some(piece) = received.data().await {
        let Ok(piece) = piece else { return };
        let _ = received.flow_control().release_capacity(piece.len());
        body.extend_from_slice(&piece);
    }
    match fault {
        "read the body and refuse the stream" => {
            return respond.send_reset(Reason::REFUSED_STREAM);
        }
        "refuse" => return answer(respond, 200, r#"{"code":1003,"msg":"no"}"#, true),
        _ => {}
    }
    let Some(accepted) = jobs.make(&body) else {
        return respond.send_reset(Reason::PROTOCOL_ERROR);
    };
    match fault {
        "make the job and refuse the stream" => respond.send_reset(Reason::REFUSED_STREAM),
        "make the job and reset the stream" => respond.send_reset(Reason::INTERNAL_ERROR),
        "make the job and send half an answer" => answer(respond, 200, &accepted[..20], false),
        "make the job and answer 502" => answer(respond, 502, "<html>", true),
        "make the job and drop the connection" => {
            let _ = drop_it.send(());
        }
        _ => answer(respond, 200, &accepted, true),
    }
}

/// Sends an answer, or only its beginning and then a reset.
fn answer(mut respond: SendResponse<Bytes>, status: u16, body: &str, is_whole: bool) {
    let response = Response::builder().status(status).body(()).unwrap();
    let Ok(mut stream) = respond.send_response(response, false) else {
        return;
    };
    let sent = stream.send_data(Bytes::copy_from_slice(body.as_bytes()), is_whole);
    if sent.is_ok() && !is_whole {
        stream.send_reset(Reason::INTERNAL_ERROR);
    }
}
