//! What a client does with a webhook event.

use crate::{client::Client, webhook::WebhookEvent};

impl Client {
    /// Polls the event's job immediately, if it is waited for; `false` if it is not.
    ///
    /// ```no_run
    /// # use std::time::SystemTime;
    /// # use akool_faceswap::{Client, webhook::WebhookReceiver};
    /// # fn deliver(client: &Client, receiver: &WebhookReceiver, body: &[u8])
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let event = receiver.verify_and_decrypt(body, SystemTime::now())?;
    /// client.notify_event(&event);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The same as [`poll_now`](Self::poll_now) with the event's id. The event's own status is not
    /// used: the lookup decides, so a forged or replayed event can do no harm. A job is polled for
    /// hints at most every 500 ms, however many events arrive.
    pub fn notify_event(&self, event: &WebhookEvent) -> bool {
        self.poll_now(event.id())
    }
}
