//! The API's time of day: [`Client::server_time`].

use std::time::SystemTime;

use crate::client::Client;

impl Client {
    /// The time of day at the API; `None` until the API has sent an answer with a date.
    ///
    /// Compare the API's dates with this, such as [`Job::expires_at`](crate::model::Job::expires_at): the local clock
    /// may be days off. It is the local time, corrected by the `Date` of the last answer if they differ by more than a
    /// minute. A difference of more than 5 minutes is logged once, as a warning.
    ///
    /// ```
    /// # use akool_faceswap_mock::{FakeAkool, FakeJob};
    /// # use akool_faceswap::Client;
    /// use std::time::SystemTime;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let fake = FakeAkool::start()?;
    /// # let id = fake.add_job(FakeJob::image());
    /// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
    /// let results = client.lookup(&id).await?;
    /// let now = client.server_time().unwrap_or_else(SystemTime::now);
    /// for job in results.found() {
    ///     assert!(!job.is_expired_at(now));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn server_time(&self) -> Option<SystemTime> {
        self.api.clock.server_now()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::{
        clock::Clock,
        testing::scripted::{Reply, Scripted},
    };

    const DATE: &str = "Mon, 23 Nov 2026 10:00:00 GMT";

    /// The server's time after one lookup that is answered like this, on a machine in 1970.
    async fn after(answer: fn() -> Reply) -> Option<SystemTime> {
        let wire = Scripted::new(move |_| answer().with_header("date", DATE));
        let client = wire.client_with(|mut builder| {
            builder.clock = Clock::standing_at(UNIX_EPOCH);
            builder.api_key("k")
        });
        assert_eq!(client.server_time(), None);
        let _ = client.lookup("a").await;
        client.clone().server_time()
    }

    #[tokio::test(start_paused = true)]
    async fn only_an_envelope_sets_the_server_time() {
        let date = UNIX_EPOCH + Duration::from_secs(1_795_428_000);
        let empty = || Reply::http(200, r#"{"code":1000,"msg":"OK","data":{"result":[]}}"#);
        assert_eq!(after(empty).await, Some(date));
        assert_eq!(after(|| Reply::business(1101)).await, Some(date));
        for stranger in [
            || Reply::http(200, "<html>sign in</html>"),
            || Reply::http(502, "bad gateway"),
            || Reply::http(302, "").with_header("location", "https://login.example/"),
        ] {
            assert_eq!(after(stranger).await, None);
        }
    }
}
