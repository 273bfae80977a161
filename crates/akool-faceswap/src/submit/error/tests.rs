use super::*;

#[test]
fn kinds_and_phases_have_names_for_machines() {
    use {SubmitErrorKind as Kind, SubmitPhase as Phase};
    let kinds = [
        Kind::NotSent,
        Kind::Refused,
        Kind::Unknown,
        Kind::AcceptedWithoutId,
    ];
    let kinds = kinds.map(|kind| kind.to_string()).join(" ");
    assert_eq!(kinds, "not_sent refused unknown accepted_without_id");
    let phases = [
        Phase::Sent,
        Phase::Answering,
        Phase::Answered,
        Phase::Stored,
    ];
    let phases = phases.map(|phase| phase.to_string()).join(" ");
    assert_eq!(phases, "sent answering answered stored");
}

#[test]
fn a_job_id_is_shown_only_if_it_looks_like_one() {
    let long = "1".repeat(65);
    for (text, is_fit) in [
        ("20260312101500123-4821", true),
        ("a_b-C9", true),
        (&long[..64], true),
        (&long, false),
        ("https://a.example/", false),
        ("a b", false),
    ] {
        assert_eq!(shown(text), Some(text).filter(|_| is_fit), "{text}");
    }
}

#[test]
fn each_outcome_says_what_to_do_and_how_far_it_came() {
    let token: SubmitToken = "0f8e3c5a9b7d41e6a2c4f0b1d3e5978a".parse().unwrap();
    let at = SystemTime::UNIX_EPOCH;
    let of = |error: Error| SubmitError::of(error, token.clone(), (at, at), "a.example");
    let error = |kind| Error::new(kind, "").with_reached(true);
    let sent = of(error(ErrorKind::Transport));
    assert!(sent.to_string().contains("sent and not answered"), "{sent}");
    assert!(sent.advice().contains("wait for a callback"));
    let broken = of(error(ErrorKind::Transport).with_http_status(http::StatusCode::OK));
    assert!(broken.to_string().contains("broke off"), "{broken}");
    let refused = of(error(ErrorKind::Api).with_business_code(BusinessCode::TOKEN_INVALID));
    assert_eq!(
        refused.business_class(),
        Some(BusinessClass::Authentication)
    );
    assert_eq!(refused.advice(), refused.error().unwrap().advice());
    assert!(!refused.advice().is_empty() && StdError::source(&refused).is_some());
    let odd = of(error(ErrorKind::Http).with_http_status(http::StatusCode::BAD_GATEWAY));
    assert!(odd.to_string().contains("the answer does not say"), "{odd}");
}
