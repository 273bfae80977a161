//! Submits with a durable intent.
//!
//! The intent is committed, the submit is sent once, and its outcome is recorded for all machines. A crash in
//! between leaves an intent that the submit's webhook resolves.

use std::time::Duration;

use akool_faceswap::{
    Client,
    submit::{PendingSubmit, SubmitError, SubmittedJob},
};
use tokio::time::{Instant, sleep};

use crate::{
    error::{Error, ErrorKind},
    fleet::Fleet,
    pause::Pauses,
};

/// How long to wait for the database after the submit was sent.
const PATIENCE: Duration = Duration::from_secs(10);

impl Fleet {
    /// Records the intent of a prepared submit, sends it once, and tracks its job.
    ///
    /// ```no_run
    /// use akool_faceswap::{Client, ResultId, submit::SubmitToken};
    /// use akool_faceswap_fleet::Fleet;
    ///
    /// # async fn order(fleet: Fleet, client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let swap = client.swap().original("https://example.com/film.mp4");
    /// let pending = swap
    ///     .new_face("https://example.com/me.jpg")
    ///     .callback("https://service.example/akool") // its token is appended
    ///     .prepare()?;
    /// match fleet.submit(&client, pending, Some("order 17")).await? {
    ///     Ok(job) => println!("accepted: {}", job.id()),
    ///     Err(error) if error.may_be_billed() => println!("unknown until its webhook comes"),
    ///     Err(error) => println!("refused: {error}"),
    /// }
    /// # Ok(())
    /// # }
    /// # async fn webhook(fleet: Fleet, token: SubmitToken, id: ResultId)
    /// # -> Result<(), akool_faceswap_fleet::Error> {
    /// // Where webhooks arrive, on any machine: the token is the last segment of the path.
    /// fleet.resolve(token.as_str(), &id).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The inner result is that of [`Client::send`]. If the database is lost after the submit was sent, the
    /// call waits for it up to 10 s. After that the intent stays open, is listed by
    /// [`unknown_submissions`](Self::unknown_submissions), and the webhook resolves it, or a later call of
    /// [`accepted`](Self::accepted).
    ///
    /// # Errors
    ///
    /// If the intent cannot be recorded, or was recorded before: nothing was sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop a submit that was sent, and leaves its intent open.
    pub async fn submit(
        &self,
        client: &Client,
        pending: PendingSubmit,
        tag: Option<&str>,
    ) -> Result<Result<SubmittedJob, SubmitError>, Error> {
        let token = pending.token().clone();
        let endpoint = pending.endpoint().to_string();
        if !self.intend(token.as_str(), Some(&endpoint), tag).await? {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "this submit was intended before and may have been sent; nothing was sent now",
            )
            .with_advice("wait for its webhook; to buy it again, prepare a new submit"));
        }
        let sent = client.send(pending).await;
        let mut pauses = Pauses::default();
        let begun = Instant::now();
        loop {
            let token = token.as_str();
            let written = match &sent {
                Ok(job) => self.accepted(token, job.id()).await,
                Err(error) if error.may_be_billed() => self.unknown(token).await,
                Err(_) => self.refused(token).await,
            };
            let Err(error) = written else { break };
            if !error.is_transient() || begun.elapsed() > PATIENCE {
                tracing::error!(
                    submit.token = token,
                    error = %error,
                    "a submit was sent, but its outcome could not be recorded: its intent stays open",
                );
                break;
            }
            sleep(pauses.next()).await;
        }
        Ok(sent)
    }
}
