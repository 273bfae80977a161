//! The programs of the book in `docs/`, compiled and run as tests of this crate's documentation.
//!
//! `docs/fleet.md` is tested where its database is: in `akool-faceswap-fleet`.

/// Makes each page's programs tests.
macro_rules! pages {
    ($($name:ident: $file:literal;)*) => {$(
        #[doc = include_str!(concat!("../../../docs/", $file))]
        #[cfg(doctest)]
        pub struct $name;
    )*};
}

pages! {
    QuickStart: "quick-start.md";
    FromAPollLoop: "from-a-poll-loop.md";
    SubmitSafely: "submit-safely.md";
    Webhooks: "webhooks.md";
    Testing: "testing.md";
    Operating: "operating.md";
    QuestionsAndAnswers: "faq.md";
}
