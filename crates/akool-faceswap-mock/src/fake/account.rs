//! The account of a fake: submissions and what they cost, detections, webhooks.

use bytes::Bytes;

use crate::{
    delivery::WebhookDelivery, endpoint::scene::Scene, fake::FakeAkool, files, job::FakeJob,
};

/// # Submissions, credit, detections and webhooks
impl FakeAkool {
    /// Jobs submitted from now on behave like `job`; default: [`FakeJob::image`].
    ///
    /// Their kind, id and time of creation come from the submission.
    ///
    /// ```
    /// use std::time::Duration;
    /// use akool_faceswap_mock::{FakeAkool, FakeJob};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let fake = FakeAkool::start()?;
    /// let slow = FakeJob::video().after(Duration::from_secs(60), Duration::from_secs(2 * 3600));
    /// fake.set_submitted_job(slow);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_submitted_job(&self, job: FakeJob) {
        self.service.account().submitted_job = job;
    }

    /// The ids of all submitted jobs, oldest first, deleted or not.
    pub fn submitted_ids(&self) -> Vec<String> {
        self.service.account().submitted_ids.clone()
    }

    /// How many jobs submissions have created, whether their answers arrived or not.
    pub fn jobs_created(&self) -> usize {
        self.service.account().submitted_ids.len()
    }

    /// The credits that submissions have cost.
    pub fn credits_taken(&self) -> f64 {
        self.service.account().credits_taken
    }

    /// Sets the remaining credit; default: 1,000,000. A submission that costs more is refused with
    /// 1006.
    pub fn set_credit(&self, credit: f64) {
        self.service.account().credit = credit;
    }

    /// Sets what a submission costs; default: 4 credits. The vendor documents no prices.
    pub fn set_price(&self, credits: f64) {
        self.service.account().price = credits;
    }

    /// Describes what the detectors find in `input`: a URL, or the bytes of a picture that is sent
    /// as base64. All other inputs show one face.
    ///
    /// See [`Scene`] for an example. At most 100,000 scenes are kept; further ones are ignored.
    pub fn set_scene(&self, input: impl AsRef<[u8]>, scene: Scene) {
        self.service.scenes().set(input.as_ref(), scene);
    }

    /// The URL of a small picture of a face, different for each name, which the fake serves as an
    /// input for submissions and detections.
    pub fn picture_url(&self, name: &str) -> String {
        let name = files::picture_name(name);
        format!("{}{}{name}", self.service.base_url, files::FOLDER)
    }

    /// The bytes of the picture at [`picture_url`](Self::picture_url).
    pub fn picture(&self, name: &str) -> Bytes {
        files::picture(name)
    }

    /// The client id that signs webhooks.
    pub fn client_id(&self) -> &str {
        self.service.deliveries.signer.client_id()
    }

    /// The client secret that encrypts webhooks.
    pub fn client_secret(&self) -> String {
        self.service.credentials().client_secret.clone()
    }

    /// Delivers each webhook this many times, even if the first is accepted; default: once.
    pub fn set_webhook_copies(&self, copies: u32) {
        self.service.deliveries.set_copies(copies);
    }

    /// The attempts to deliver webhooks, oldest first; the newest 10,000 are kept.
    ///
    /// Each status of a submitted job is sent to its `webhookUrl` every 50 ms until the answer is
    /// HTTP 200, at most 2,000 times. Only `http://` URLs on this machine are called. A job that
    /// advances by lookups does not wait for lookups: it reports each status right after the first
    /// attempt to report the one before.
    pub fn webhook_deliveries(&self) -> Vec<WebhookDelivery> {
        self.service.deliveries.record()
    }
}
