//! Deleting results for good.
//!
//! The list is cut into requests like that of a lookup, and each request has an outcome of its own.
//! What is deleted cannot come back, so the client ends the waits for it at once.

use std::sync::Arc;

use akool_faceswap_raw::{
    Client,
    types::{ApiResponse, DeleteResultsByIdsBody},
};
use futures_util::{StreamExt as _, stream};

use crate::{
    api::{Api, options::CallOptions},
    error::Error,
    model::{BusinessClass, BusinessCode, ResultId, ResultIds, query},
    transport::{
        exchange::RawResponse,
        operation::{Generated, Operation},
    },
};

/// What became of each request of a deletion.
#[derive(Clone, Debug)]
pub struct Deletion(Vec<(Vec<ResultId>, Result<(), Error>)>);

impl Deletion {
    /// The ids that are deleted, in the order of the list.
    pub fn deleted(&self) -> impl Iterator<Item = &ResultId> {
        let deleted = self.0.iter().filter(|(_, outcome)| outcome.is_ok());
        deleted.flat_map(|(ids, _)| ids)
    }

    /// The requests that failed: their ids, and why. Some of their ids may be deleted all the same;
    /// deleting them again does no harm.
    pub fn failed(&self) -> impl Iterator<Item = (&[ResultId], &Error)> {
        self.0
            .iter()
            .filter_map(|(ids, outcome)| Some((ids.as_slice(), outcome.as_ref().err()?)))
    }

    /// Whether no request failed.
    pub fn is_complete(&self) -> bool {
        self.failed().next().is_none()
    }
}

/// Deletes results; `deleted` hears of each request that succeeded.
pub(crate) async fn delete(
    api: &Arc<Api>,
    ids: ResultIds,
    deleted: impl Fn(&[ResultId]) + Sync,
) -> Result<Deletion, Error> {
    let (limits, deleted) = (&api.limits, &deleted);
    let chunks: Vec<Vec<ResultId>> = ids
        .as_slice()
        .chunks(limits.max_ids_per_request.get())
        .map(<[_]>::to_vec)
        .collect();
    let outcomes: Vec<_> = stream::iter(chunks)
        .map(|ids| async move {
            let outcome = delete_chunk(api, &ids).await;
            if outcome.is_ok() {
                deleted(&ids);
            }
            (ids, outcome)
        })
        .buffered(limits.max_other_requests.get())
        .collect()
        .await;
    match outcomes.first() {
        // Nothing at all was deleted, such as with refused credentials.
        Some((_, Err(first))) if outcomes.iter().all(|(_, outcome)| outcome.is_err()) => {
            Err(first.clone())
        }
        _ => Ok(Deletion(outcomes)),
    }
}

async fn delete_chunk(api: &Arc<Api>, ids: &[ResultId]) -> Result<(), Error> {
    let operation = DeleteResults {
        body: DeleteResultsByIdsBody {
            ids: query::join(ids.iter()),
            ..DeleteResultsByIdsBody::default()
        },
        ids: ids.len(),
    };
    match api.call(&operation, &CallOptions::default()).await {
        // Nothing there any more, after an attempt that was not answered: that one did it.
        Err(error) if error.attempts() > 1 && is_not_found(&error) => Ok(()),
        outcome => outcome.map_err(|error| error.with_ids(ids)),
    }
}

fn is_not_found(error: &Error) -> bool {
    error.business_code().map(BusinessCode::class) == Some(BusinessClass::NotFound)
}

/// `POST /api/open/v3/faceswap/result/delbyids`.
struct DeleteResults {
    body: DeleteResultsByIdsBody,
    ids: usize,
}

impl Operation for DeleteResults {
    const NAME: &'static str = "delete_results_by_ids";
    const NOUN: &'static str = "the deletion";
    /// Deleting twice leaves what deleting once leaves.
    const IDEMPOTENT: bool = true;
    type Typed = ApiResponse;
    type Output = ();

    fn items(&self) -> usize {
        self.ids
    }

    async fn send(&self, client: &Client) -> Generated<ApiResponse> {
        client.delete_results_by_ids(&self.body).await
    }

    fn read(&self, _: Option<ApiResponse>, response: &RawResponse) -> Result<(), Error> {
        response.envelope().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        ResultId, ResultIds, RetryPolicy,
        testing::scripted::{Reply, Scripted},
        wait::WaitErrorKind,
    };

    fn ok() -> Reply {
        Reply::http(200, r#"{"code":1000,"msg":"OK"}"#)
    }

    fn ids(text: &str) -> ResultIds {
        text.parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn ids_are_sent_as_one_text_and_each_request_has_its_outcome() {
        let server = Scripted::new(|seen| {
            if seen.n == 1 {
                Reply::business(1009)
            } else {
                ok()
            }
        });
        let client = server.client_with(|builder| {
            builder
                .api_key("k")
                .max_ids_per_request(2)
                .max_concurrent_requests(1)
        });
        let deletion = client.delete(ids("a,b,c,d,e")).await.unwrap();
        assert_eq!(
            server.seen()[0].path,
            "/api/open/v3/faceswap/result/delbyids"
        );
        let bodies: Vec<Value> = server
            .bodies()
            .iter()
            .map(|body| serde_json::from_str(body).unwrap())
            .collect();
        assert_eq!(
            bodies,
            [
                json!({"_ids": "a,b"}),
                json!({"_ids": "c,d"}),
                json!({"_ids": "e"})
            ]
        );
        let deleted: Vec<&str> = deletion.deleted().map(ResultId::as_str).collect();
        assert_eq!(deleted, ["a", "b", "e"]);
        let (failed, error) = deletion.failed().next().unwrap();
        assert_eq!(failed, ids("c,d").as_slice());
        assert_eq!(
            (error.ids(), error.business_code().unwrap().code()),
            (failed, 1009)
        );
        assert!(!deletion.is_complete());
    }

    #[tokio::test(start_paused = true)]
    async fn not_found_means_done_after_a_repeat_alone() {
        for code in [1008, 1014] {
            let server = Scripted::new(move |seen| {
                if seen.n == 0 {
                    Reply::reset()
                } else {
                    Reply::business(code)
                }
            });
            assert!(
                server
                    .client()
                    .delete(ids("a"))
                    .await
                    .unwrap()
                    .is_complete()
            );
            assert_eq!(server.requests(), 2);

            let server = Scripted::new(move |_| Reply::business(code));
            let error = server.client().delete(ids("a")).await.unwrap_err();
            assert_eq!(error.business_code().unwrap().code(), code);
        }
        let server = Scripted::new(|_| Reply::reset());
        let client = server.client_with(|builder| builder.api_key("k").retry(RetryPolicy::never()));
        assert!(client.delete(ids("a")).await.is_err());
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_list_gives_an_empty_result_and_sends_nothing() {
        let server = Scripted::new(|_| ok());
        let deletion = server.client().delete(ResultIds::default()).await.unwrap();
        assert!(deletion.is_complete());
        assert_eq!(deletion.deleted().count(), 0);
        assert_eq!(server.requests(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_what_is_deleted_end_at_once() {
        let server = Scripted::new(|seen| {
            if seen.path.ends_with("delbyids") {
                ok()
            } else {
                Reply::found(seen)
            }
        });
        let client = server.client();
        let [a, b] = ["a", "b"].map(|id| ResultId::new(id).unwrap());
        let first = client.wait(&a).start();
        let second = client.wait(&a).start();
        let mut group = client.wait_each(ids("a,b")).start();
        let other = client.wait(&b).start();
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let begun = tokio::time::Instant::now();
        client.delete(ids("a")).await.unwrap();
        for error in [first.await, second.await, group.next().await.unwrap()] {
            let error = error.unwrap_err();
            assert_eq!((error.kind(), error.id()), (WaitErrorKind::Deleted, &a));
            assert!(error.ticket().is_none());
        }
        assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
        assert!(other.progress().is_some());
        // A wait that begins later is one for an id that may be found.
        let later = client.wait(&a).start();
        assert!(
            tokio::time::timeout(std::time::Duration::from_secs(5), later)
                .await
                .is_err()
        );
    }
}
