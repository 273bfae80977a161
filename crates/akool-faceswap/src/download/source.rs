//! The URL of a job's result, checked before any request.
//!
//! The API returns a URL for a job from the start, when there is no file behind it yet. Without these checks
//! you would get a file server's error page.

use std::time::SystemTime;

use reqwest::Url;

use crate::{
    clock::Clock,
    error::{Error, ErrorKind},
    model::{Job, JobStatus, ResultId},
    transport::base_url::BaseUrl,
};

/// The file of one job. Its `Debug` output would show the URL, so it has none.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) id: ResultId,
    pub(super) url: Url,
    pub(super) created_at: Option<SystemTime>,
}

impl Source {
    /// The result of `job`, if there can be one.
    pub(super) fn of(job: &Job, base_url: &BaseUrl, clock: &Clock) -> Result<Self, Error> {
        let refuse = |kind, message: String| {
            Error::new(kind, message).with_ids(std::slice::from_ref(job.id()))
        };
        let no_result = |why: &str| refuse(ErrorKind::NoResult, format!("the job {why}"));
        match job.status() {
            JobStatus::Success => {}
            JobStatus::Failed => {
                return Err(no_result("has failed, so it has no result")
                    .with_advice("submit it again; a failed job never gets a result"));
            }
            status => {
                return Err(no_result(&format!(
                    "has no result yet: its status is {status}"
                )));
            }
        }
        let Some(url) = job.result_url() else {
            return Err(
                no_result("has succeeded, but the API returned no result URL")
                    .with_advice("look the job up again"),
            );
        };
        if let Some(expiry) = job.expires_at()
            && is_past(expiry, clock)
        {
            let expiry = humantime::format_rfc3339_seconds(expiry);
            return Err(refuse(
                ErrorKind::Expired,
                format!("the job's result was deleted at {expiry}, 7 days after its creation"),
            )
            .with_advice("submit the job again; results are not kept for longer"));
        }
        let url = parse(url, None, base_url).map_err(|why| {
            no_result(&format!("has a URL that {why}"))
                .with_advice("look the job up again; if the error persists, tell the vendor")
        })?;
        Ok(Self {
            id: job.id().clone(),
            url,
            created_at: job.created_at(),
        })
    }
}

/// Whether a result has certainly been deleted: this machine's clock and the API's both say so.
///
/// One request costs less than a swap that is submitted and paid again because a clock was wrong.
fn is_past(expiry: SystemTime, clock: &Clock) -> bool {
    expiry <= clock.now() && clock.server_now().is_some_and(|server| expiry <= server)
}

/// A URL that a file may be fetched from, absolute or relative to `base`.
///
/// # Errors
///
/// Why it may not, without showing the URL.
pub(super) fn parse(text: &str, base: Option<&Url>, api: &BaseUrl) -> Result<Url, &'static str> {
    let mut url = match base {
        None => Url::parse(text),
        Some(base) => base.join(text),
    }
    .map_err(|_| "is invalid")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user name or a password");
    }
    if !api.admits_file(&url) {
        return Err(match url.scheme() {
            "http" => "begins with http://, so anybody on the network path could change the file",
            _ => "does not begin with https://",
        });
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn created() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(0x667d_2284)
    }

    fn of(status: i64, url: &str) -> Result<Source, Error> {
        at(status, url, &Clock::standing_at(created()))
    }

    fn at(status: i64, url: &str, clock: &Clock) -> Result<Source, Error> {
        let job: Job = serde_json::from_value(serde_json::json!({
            "_id": "667d228400000000000a0001", "faceswap_status": status, "url": url,
        }))
        .unwrap();
        Source::of(
            &job,
            &BaseUrl::parse("https://api.example", false).unwrap(),
            clock,
        )
    }

    #[test]
    fn a_job_without_a_result_says_why() {
        for (status, kind, word) in [
            (1, ErrorKind::NoResult, "In Queue"),
            (2, ErrorKind::NoResult, "Processing"),
            (4, ErrorKind::NoResult, "failed"),
            (5, ErrorKind::NoResult, "Unknown (5)"),
        ] {
            let error = of(status, "https://cdn.example/a.png").err().unwrap();
            assert_eq!(error.kind(), kind);
            assert!(error.message().contains(word), "{error}");
            assert_eq!(error.ids()[0].as_str(), "667d228400000000000a0001");
            assert_eq!(
                (error.attempts(), error.may_have_reached_server()),
                (0, false)
            );
        }
        let error = of(3, "").err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NoResult);
        assert!(error.message().contains("no result URL"), "{error}");
    }

    #[test]
    fn a_result_is_refused_once_both_clocks_say_that_it_is_deleted() {
        let expiry = created() + crate::model::RESULT_LIFETIME;
        let url = "https://cdn.example/a.png";
        let week = crate::model::RESULT_LIFETIME;
        let before = expiry - Duration::from_secs(1);
        for (local, server, is_tried) in [
            (before, Some(before), true),
            (expiry, Some(expiry), false),
            (expiry + week, Some(expiry + week), false),
            // One clock is wrong, or the other is unknown.
            (expiry + week, Some(before), true),
            (before, Some(expiry + week), true),
            (expiry + week, None, true),
        ] {
            let clock = Clock::standing_at(local);
            if let Some(server) = server {
                clock.observe(server);
            }
            let outcome = at(3, url, &clock);
            assert_eq!(outcome.is_ok(), is_tried, "{local:?} {server:?}");
            if let Err(error) = outcome {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::Expired, 0));
                assert!(error.message().contains("2024-07-04T08:27:48Z"), "{error}");
            }
        }
    }

    #[test]
    fn a_url_that_may_not_be_fetched_is_refused_without_being_shown() {
        for url in [
            "http://cdn.example/FACELINK",
            "ftp://cdn.example/FACELINK",
            "file:///FACELINK",
            "data:image/png,FACELINK",
            "https://u:FACELINK@cdn.example/",
            "https://FACELINK@cdn.example/",
            "/FACELINK",
            "https://FACE LINK/",
        ] {
            let error = of(3, url).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::NoResult, "{url}");
            assert!(!format!("{error} {error:?}").contains("LINK"), "{error:?}");
            let is_plain = error.message().contains("anybody on the network path");
            assert_eq!(is_plain, url.starts_with("http:"), "{error}");
        }
        let kept = of(3, "https://cdn.example/a%20b.png?sig=1#part").unwrap();
        assert_eq!(kept.url.as_str(), "https://cdn.example/a%20b.png?sig=1");
    }
}
