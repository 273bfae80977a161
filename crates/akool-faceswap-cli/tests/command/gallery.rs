//! `--gallery`, as a browser shows it.

use std::{fs, path::Path};

use akool_faceswap_mock::{FakeAkool, FakeJob};
use headless_chromium::{Chromium, file_url};

use crate::program::{assert_code, assert_says, program_for, run, wait};

/// A text that would have an effect if it were taken for HTML.
const PLANTED: &str = "\"'><img src=x onerror=\"document.title='PLANTED'\">\
    <script>document.title='PLANTED'</script></style>&lt;b&gt;";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_swap_is_shown_with_its_inputs() {
    let fake = FakeAkool::start().unwrap();
    fake.set_submitted_job(FakeJob::image().after_polls(0, 0));
    let dir = tempfile::tempdir().unwrap();
    let (page, results) = (dir.path().join("page.html"), dir.path().join("results"));
    let me = dir.path().join("me & \"you\".png");
    let any = fake.add_job(FakeJob::image());
    fs::write(&me, fake.file(&any).unwrap()).unwrap();
    let original = format!("{}?signature=SECRET", fake.picture_url("original"));
    let args = |links| {
        let mut args = vec!["swap", "--original", &original, "--new", text(&me)];
        args.extend(["--download", text(&results), "--gallery", text(&page)]);
        args.extend(links);
        args
    };
    let said = run(program_for(&fake, &args(None)));
    assert_code(&said, 0);
    assert_says(&said.stderr, &format!("gallery: {}\n", page.display()));
    let html = fs::read_to_string(&page).unwrap();
    // The new face and the result; the original has a URL only.
    assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 2);
    assert_says(&html, "alt=\"New face: me &amp; &quot;you&quot;.png\"");
    assert_says(&html, "not on this machine; --gallery-links shows it");
    assert_says(&html, "expires in 6 d 23 h");
    for absent in ["http:", "https:", "SECRET", &*fake.api_key(), "<script"] {
        assert!(!html.contains(absent), "{absent}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&page).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }

    let said = run(program_for(&fake, &args(Some("--gallery-links"))));
    assert_code(&said, 0);
    let html = fs::read_to_string(&page).unwrap();
    assert_says(
        &html,
        "<img loading=\"lazy\" alt=\"Original\" src=\"http://127.0.0.1",
    );
    assert_says(
        &html,
        "<a rel=\"noreferrer noopener\" href=\"http://127.0.0.1",
    );
    if let Some(chromium) = Chromium::find() {
        chromium.screenshot(&file_url(&page), (900, 600), &dir.path().join("page.png"));
    }
}

#[test]
fn no_text_of_a_server_is_taken_for_html() {
    let Some(chromium) = Chromium::find() else {
        return;
    };
    let fake = FakeAkool::start().unwrap();
    let failing = fake.add_job(FakeJob::image().after_polls(0, 0).failing_with(PLANTED));
    let link = fake.add_job(
        FakeJob::image()
            .after_polls(0, 0)
            .with_url("javascript:document.title='PLANTED'"),
    );
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page.html");
    for links in [None, Some("--gallery-links")] {
        let mut args = vec![&*failing, &*link, "--gallery", text(&page)];
        args.extend(links);
        let said = wait(&fake, &args);
        assert_code(&said, 3);
        let html = fs::read_to_string(&page).unwrap();
        assert_says(&html, "&quot;&#39;&gt;&lt;img src=x onerror=");
        // Without the policy, so that only escaping protects the page.
        let policy = html.find("<meta http-equiv").unwrap();
        let end = policy + html[policy..].find('>').unwrap() + 1;
        let bare = dir.path().join("bare.html");
        fs::write(&bare, html.replace(&html[policy..end], "")).unwrap();
        let dom = chromium.dom(&file_url(&bare));
        assert_says(&dom, "<title>Face swaps</title>");
        // They settle in any order.
        for state in ["2 jobs: ", "1 success", "1 failed"] {
            assert_says(&dom, state);
        }
        for absent in ["<script", "<img", "src=", "href="] {
            // In the text it is escaped, and in no element.
            let elements = dom.replace("&lt;img src=x", "");
            assert!(!elements.contains(absent), "{absent} in {dom}");
        }
        assert_says(
            &dom,
            "&lt;script&gt;document.title='PLANTED'&lt;/script&gt;",
        );
    }
}

#[test]
fn a_wait_shows_every_job_and_results_of_earlier_runs() {
    let fake = FakeAkool::start().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let [page, results, tickets] =
        ["page.html", "results", "jobs.jsonl"].map(|name| dir.path().join(name));
    let done = || FakeJob::image().after_polls(0, 0);
    let first = fake.add_job(done());
    let files = ["--download", text(&results), "--tickets", text(&tickets)];
    assert_code(&wait(&fake, &[&[&*first], &files[..]].concat()), 0);
    let others = [
        fake.add_job(FakeJob::video().after_polls(0, 0)),
        fake.add_job(done().failing()),
        fake.add_job(FakeJob::image().after_polls(u32::MAX, 0)),
    ]
    .join(",");
    let gallery = ["--timeout", "1500ms", "--gallery", text(&page), &others];
    let said = wait(&fake, &[&files[..], &gallery].concat());
    assert_code(&said, 4);
    let html = fs::read_to_string(&page).unwrap();
    assert_says(&html, "4 jobs: ");
    for (class, count) in [("success", 2), ("failed", 1), ("late", 1)] {
        let article = format!("<article class=\"{class}\">");
        assert_eq!(html.matches(&article).count(), count, "{class}");
    }
    assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 1);
    assert_eq!(html.matches("src=\"data:video/mp4;base64,").count(), 1);
    assert!(!html.contains("http:"));
}

#[test]
fn a_page_that_cannot_be_written_costs_no_request() {
    let fake = FakeAkool::start().unwrap();
    for path in ["/no/such/directory/page.html", "/"] {
        let said = wait(&fake, &["a1", "--gallery", path]);
        assert_code(&said, 1);
        assert_says(&said.stderr, "error: cannot write the gallery ");
    }
    let said = wait(&fake, &["a1", "--gallery-links"]);
    assert_code(&said, 2);
    assert_eq!(fake.request_count(), 0);
}
