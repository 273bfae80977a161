//! Every fault of the table comes to what stands beside it, against real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{collections::HashSet, panic::AssertUnwindSafe};

use futures_util::{FutureExt as _, future::join_all};
use support::{
    fault::{Fault, Stage},
    planted::Credential,
    table::table,
    verdict::verdict,
};

/// One fault; `None` if it came to what it has to.
async fn complaint(stage: &Stage, fault: &Fault) -> Option<String> {
    let Ok(happened) = AssertUnwindSafe(stage.cause(fault)).catch_unwind().await else {
        return Some(format!("{}\n  it panicked", fault.name));
    };
    let expected: Vec<&str> = fault.expected.split_whitespace().collect();
    let expected = expected.join(" ");
    let actual = verdict(&happened.outcome);
    let mut complaints = Vec::new();
    if actual != expected {
        complaints.push(format!("expected: {expected}\n  actual:   {actual}"));
    }
    if happened.requests != fault.requests {
        let (expected, actual) = (fault.requests, happened.requests);
        complaints.push(format!("expected {expected} requests, there were {actual}"));
    }
    if stage.other.connections() > 0 {
        complaints.push("another host was asked".to_owned());
    }
    if let Err(error) = &happened.outcome {
        complaints.extend(against(error));
    }
    if let Ok(results) = &happened.outcome {
        complaints.extend(results.failed().filter_map(|(_, error)| against(error)));
    }
    (!complaints.is_empty()).then(|| format!("{}\n  {}", fault.name, complaints.join("\n  ")))
}

/// What every error keeps: it is one line and says which ids; the advice is in `Debug` alone.
fn against(error: &akool_faceswap::Error) -> Option<String> {
    let line = error.to_string();
    let snippet = error.body_snippet().unwrap_or_default();
    let is_kept = !line.contains(['\n', '\r'])
        && !line.contains(error.advice())
        && format!("{error:?}").starts_with(&format!("{line}; to do: {}. ", error.advice()))
        && line.contains(error.message())
        && !error.ids().is_empty()
        && error.attempts() > 0
        && snippet.chars().count() <= 257
        && !snippet.contains(char::is_control);
    (!is_kept).then(|| format!("the error is not as errors are: {line}"))
}

#[tokio::test]
async fn every_fault_comes_to_what_it_has_to() {
    let table = table();
    let names: HashSet<&str> = table.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(names.len(), table.len(), "two rows have the same name");
    let stage = Stage::new(Credential::ApiKey).await;
    let mut complaints = Vec::new();
    let (waiting, others): (Vec<&Fault>, _) = table.iter().partition(|fault| fault.waits);
    let waiting = waiting.into_iter().map(|fault| complaint(&stage, fault));
    complaints.extend(join_all(waiting).await.into_iter().flatten());
    for fault in others {
        complaints.extend(complaint(&stage, fault).await);
    }
    assert!(
        complaints.is_empty(),
        "{} of {} faults:\n\n{}\n",
        complaints.len(),
        table.len(),
        complaints.join("\n\n")
    );
}
