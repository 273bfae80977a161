//! What a client is doing: [`Client::stats`].

use tokio::time::Instant;

use crate::{client::Client, metrics::Stats, transport::operation::Pool};

impl Client {
    /// What this client and its clones are doing, for gauges.
    ///
    /// It takes a lock briefly and allocates nothing, so you can call it for every scrape.
    ///
    /// ```
    /// use akool_faceswap::Client;
    ///
    /// let client = Client::builder().api_key("k").build()?;
    /// let stats = client.stats();
    /// assert_eq!((stats.tracked_ids, stats.lookups_in_flight), (0, 0));
    /// assert_eq!((stats.throttled_for, stats.retries_left), (None, 100));
    /// # Ok::<(), akool_faceswap::Error>(())
    /// ```
    pub fn stats(&self) -> Stats {
        let api = &self.api;
        let held_until = api.throttle.held_until();
        Stats {
            lookups_in_flight: api.permits.in_use(Pool::Lookups),
            other_requests_in_flight: api.permits.in_use(Pool::Others),
            #[cfg(feature = "download")]
            downloads_in_flight: self.downloader.in_flight(),
            #[cfg(not(feature = "download"))]
            downloads_in_flight: 0,
            #[cfg(feature = "wait")]
            tracked_ids: self.poller.tracked_ids(),
            #[cfg(not(feature = "wait"))]
            tracked_ids: 0,
            throttled_for: held_until.map(|until| until - Instant::now()),
            retries_left: api.budget.retries_left(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{
        model::ResultIds,
        testing::scripted::{Reply, Scripted},
    };

    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_tracked_ids_and_throttling_are_counted() {
        let second = Duration::from_secs(1);
        let wire = Scripted::new(move |seen| match seen.n {
            0 => Reply::business(1005).with_header("retry-after", "7"),
            _ => Reply::found(seen).after(second),
        });
        let client = wire.client();
        let ids: ResultIds = "a,b".parse().unwrap();
        let waits = client.wait_each(ids.clone()).start();
        let lookup = tokio::spawn(client.lookup(ids).into_future());
        tokio::time::sleep(second / 2).await;
        let stats = client.stats();
        assert_eq!(stats.tracked_ids, 2);
        assert!(
            stats.throttled_for.is_some_and(|left| left > 6 * second),
            "{stats:?}"
        );
        tokio::time::sleep(7 * second).await;
        let stats = client.stats();
        assert_eq!(stats.throttled_for, None);
        assert!(stats.lookups_in_flight > 0, "{stats:?}");
        assert_eq!(stats.other_requests_in_flight, 0);
        drop(waits);
        lookup.await.unwrap().unwrap();
        tokio::time::sleep(second).await;
        let stats = client.stats();
        assert_eq!((stats.lookups_in_flight, stats.tracked_ids), (0, 0));
    }

    #[cfg(feature = "download")]
    #[tokio::test(start_paused = true)]
    async fn a_download_in_flight_is_counted() {
        let client = Scripted::new(|_| Reply::nothing()).client();
        let row = r#"{"_id":"a","faceswap_status":3,"url":"http://127.0.0.1:9/a.png"}"#;
        let job = serde_json::from_str(row).unwrap();
        assert_eq!(client.stats().downloads_in_flight, 0);
        let stream = tokio::spawn(client.download(&job).stream());
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(client.stats().downloads_in_flight, 1);
        stream.abort();
        assert!(stream.await.is_err());
        assert_eq!(client.stats().downloads_in_flight, 0);
    }
}
