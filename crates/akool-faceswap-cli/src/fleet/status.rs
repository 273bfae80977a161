//! The status of a lane and of this worker: for a load balancer, for Prometheus, and for a person.

mod figures;
mod page;

use std::{convert::Infallible, sync::Arc};

use akool_faceswap_fleet::{Fleet, WorkerCounters};
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::Semaphore};

pub(super) use figures::figures;

/// The most connections at once.
const CONNECTIONS: usize = 64;

/// Serves until the program ends.
pub(super) async fn serve(listener: TcpListener, fleet: Fleet, worker: WorkerCounters) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let (fleet, worker) = (fleet.clone(), worker.clone());
        let service = service_fn(move |request| {
            let (fleet, worker) = (fleet.clone(), worker.clone());
            async move { Ok::<_, Infallible>(answer(&request, &fleet, &worker).await) }
        });
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            // One request per connection: a client that keeps it open holds a place for at most ten seconds.
            http.keep_alive(false);
            let serving = http.serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(std::time::Duration::from_secs(10), serving).await;
            drop(place);
        });
    }
}

async fn answer(
    request: &Request<Incoming>,
    fleet: &Fleet,
    worker: &WorkerCounters,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if !matches!(path, "/" | "/healthz" | "/metrics") {
        return response(
            StatusCode::NOT_FOUND,
            "text/plain",
            "not found\n".to_owned(),
        );
    }
    match (fleet.stats().await, path) {
        (Ok(_), "/healthz") => response(StatusCode::OK, "text/plain", "ok\n".to_owned()),
        (Ok(stats), "/metrics") => response(
            StatusCode::OK,
            "text/plain; version=0.0.4",
            figures::prometheus(fleet.lane(), &stats, worker),
        ),
        (Ok(stats), _) => match fleet.workers().await {
            Ok(workers) => response(
                StatusCode::OK,
                HTML,
                page::page(fleet.lane(), &stats, &workers),
            ),
            Err(error) => response(
                StatusCode::SERVICE_UNAVAILABLE,
                HTML,
                page::failure(fleet.lane(), &error),
            ),
        },
        (Err(error), "/") => response(
            StatusCode::SERVICE_UNAVAILABLE,
            HTML,
            page::failure(fleet.lane(), &error),
        ),
        (Err(error), _) => {
            let text = format!("{error}; {}\n", error.advice());
            response(StatusCode::SERVICE_UNAVAILABLE, "text/plain", text)
        }
    }
}

const HTML: &str = "text/html; charset=utf-8";

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let value = hyper::header::HeaderValue::from_static;
    headers.insert(CONTENT_TYPE, value(content_type));
    headers.insert(CACHE_CONTROL, value("no-store"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        value("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}
