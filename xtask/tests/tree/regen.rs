//! `regen` on a copy of the tree: what it writes, what it says, and that it writes all or nothing.

use std::{fs, path::Path};

use crate::support::{Copy, TODAY, edit, ok, page, read, server};
use serde_json::{Value, json};
use xtask::{lock::sha256, regen::Input};

/// A page with a fifth status, a new field and another server.
fn moved_on(page: &str) -> String {
    let page = page
        .replace("| 4 | Failed |", "| 4 | Failed |\n| 5 | Expired |")
        .replace("            - 4\n", "            - 4\n            - 5\n")
        .replace("https://openapi.akool.com", "https://api.akool.example");
    page.replace(
        "        faceswap_quality:\n",
        "        brand_new_field:\n          type: string\n        faceswap_quality:\n",
    )
}

#[test]
fn the_same_pages_change_nothing_and_it_says_so() {
    let copy = Copy::new();
    let before = copy.state();
    let said = copy.from(&copy.save(&copy.pages()));
    assert_eq!(said.result, Ok(()));
    assert_eq!(said.out, "Nothing changed: the tree matches the pages.\n");
    assert_eq!(said.progress, "");
    copy.assert_is(&before);
}

#[test]
fn a_new_page_is_written_through_to_the_generated_copies() {
    let copy = Copy::new();
    let pages = copy.save_with(moved_on);
    let report = copy.outside("report.md");
    let said = copy.run(
        Input::From(vec![pages.clone()]),
        false,
        Some(report.clone()),
    );
    assert_eq!(said.result, Ok(()));
    assert_eq!(read(&report), said.out);

    let document = read(&copy.tree.document("faceswap.yaml"));
    assert!(document.contains("https://api.akool.example"));
    let client = read(&copy.tree.client());
    assert!(client.contains("pub brand_new_field: "));
    let lock = copy.lock();
    assert_eq!(lock.documents[0].sha256, sha256(document.as_bytes()));
    assert_eq!(lock.pages[0].fetched.to_string(), TODAY);
    assert_eq!(lock.statuses()[4].description, "Expired");
    assert!(
        said.progress.contains("wrote openapi/faceswap.yaml\n"),
        "{}",
        said.progress
    );

    assert_eq!(copy.check(), [""; 0]);
    assert!(copy.from(&pages).out.starts_with("Nothing changed"));
}

#[test]
fn with_one_page_the_document_is_the_fence() {
    let copy = Copy::new();
    let operation = copy.lock().pages[0].operations[0].clone();
    let fence = format!(
        "# the vendor's own words\n{}\n\n",
        read(&copy.tree.document("faceswap.yaml"))
    );
    let text = page(&operation, &copy.lock().statuses(), &fence);
    let name = copy.pages()[0].0.clone();
    assert_eq!(copy.from(&copy.save(&[(name, text)])).result, Ok(()));
    assert_eq!(read(&copy.tree.document("faceswap.yaml")), fence);
    assert_eq!(copy.lock().pages[0].fence_sha256, sha256(fence.as_bytes()));
}

#[test]
fn new_prose_changes_only_the_lock() {
    let copy = Copy::new();
    let before = copy.state();
    let said = copy.from(&copy.save_with(|page| page.replace("# A page", "# The page")));
    assert_eq!(said.result, Ok(()));
    assert_eq!(said.out, "No change to the API.\n");
    assert_eq!(said.progress, "wrote openapi/sources.lock\n");
    let after = copy.state();
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, text)| before[*path] != **text)
        .collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(copy.lock().pages[0].fetched.to_string(), TODAY);
}

#[test]
fn a_dry_run_writes_the_report_and_nothing_else() {
    let copy = Copy::new();
    let before = copy.state();
    let pages = copy.save_with(moved_on);
    let report = copy.outside("report.md");
    let said = copy.run(Input::From(vec![pages]), true, Some(report.clone()));
    assert_eq!(said.result, Ok(()));
    assert_eq!(read(&report), said.out);
    assert!(
        said.progress
            .contains("would write openapi/faceswap.yaml\n"),
        "{}",
        said.progress
    );
    copy.assert_is(&before);
}

#[test]
fn if_the_overlay_does_not_fit_there_is_a_report_but_nothing_is_written() {
    let copy = Copy::new();
    let before = copy.state();
    let pages = copy.save_with(|page| page.replace("        url:", "        link:"));
    let report = copy.outside("report.md");
    let said = copy.run(
        Input::From(vec![pages.clone()]),
        false,
        Some(report.clone()),
    );
    assert!(
        said.error().contains("overlay.yaml does not fit"),
        "{}",
        said.error()
    );
    assert!(said.error().contains("properties.url"), "{}", said.error());
    assert!(
        said.error().contains("hint: edit openapi/overlay.yaml"),
        "{}",
        said.error()
    );
    assert!(said.out.starts_with('#'), "{}", said.out);
    assert!(!report.exists());
    copy.assert_is(&before);

    let said = copy.run(Input::From(vec![pages]), true, Some(report.clone()));
    assert!(said.result.is_err());
    assert_eq!(read(&report), said.out);
    copy.assert_is(&before);
}

#[test]
fn a_report_that_cannot_be_written_stops_everything() {
    let copy = Copy::new();
    let before = copy.state();
    let pages = copy.save_with(moved_on);
    let report = copy.outside("no/such/folder/report.md");
    let said = copy.run(Input::From(vec![pages]), false, Some(report));
    assert!(said.error().contains("nothing was"), "{}", said.error());
    assert!(!said.out.contains("Nothing changed"), "{}", said.out);
    copy.assert_is(&before);
}

#[test]
fn a_bad_page_changes_nothing_and_is_named_with_its_line() {
    let copy = Copy::new();
    let before = copy.state();
    let line_of = |text: &str, what: &str| 1 + text.lines().position(|l| l.contains(what)).unwrap();
    let original = copy.pages()[0].1.clone();
    let fence = line_of(&original, "````yaml");
    let (head, _) = original.split_at(original.len() / 2);
    for (text, line, what) in [
        (
            original.replace("````yaml GET", "````yaml POST"),
            fence,
            "the info string says `POST",
        ),
        (
            original.replace("````yaml", "````json"),
            original.lines().count(),
            "no fence",
        ),
        (
            format!("{original}\n\n{original}"),
            fence + original.lines().count() + 1,
            "a second",
        ),
        (head.to_owned(), fence, "never closed"),
        (
            original.replace("openapi: 3.0.3", "openapi: 3.1.0"),
            fence + 1,
            "OpenAPI 3.1.0",
        ),
        (
            original.replace("  version: 1.0.0", "  title: again"),
            line_of(&original, "  version: "),
            "not YAML",
        ),
        ("<!DOCTYPE html>\n".to_owned(), 1, "an HTML page"),
    ] {
        let said = copy.from(&copy.save(&[("a.md".to_owned(), text)]));
        let error = said.error();
        assert!(error.contains(what), "{what}: {error}");
        let place = error.split(": ").next().unwrap();
        let found: usize = place.rsplit(':').next().unwrap().parse().unwrap();
        assert_eq!(found, line, "{error}");
        assert_eq!(said.out, "");
        copy.assert_is(&before);
    }
}

#[test]
fn the_addresses_in_the_lock_are_fetched_with_a_line_each() {
    let copy = Copy::new();
    let pages = copy.pages();
    let text = moved_on(&pages[0].1);
    let base = server(vec![ok(&text, text.len())]);
    let url = format!("{base}/{}", pages[0].0);
    let old = copy.lock().pages[0].url.clone();
    edit(&copy.tree.lock(), &old, &url);
    let said = copy.regen(Input::Lock);
    assert_eq!(said.result, Ok(()));
    assert!(
        said.progress.starts_with(&format!("fetching 1/1 {url}\n")),
        "{}",
        said.progress
    );
    assert_eq!(copy.lock().pages[0].url, url);
    assert_eq!(copy.lock().pages[0].page_sha256, sha256(text.as_bytes()));
}

#[test]
fn a_mirror_does_not_become_the_page_s_address() {
    let copy = Copy::new();
    let before = copy.state();
    let text = copy.pages()[0].1.clone();
    let base = server(vec![ok(&text, text.len())]);
    let said = copy.from(&format!("{base}/copy-of-it.md"));
    assert!(said.out.starts_with("Nothing changed"), "{:?}", said.result);
    copy.assert_is(&before);
}

#[test]
fn a_download_that_fails_changes_nothing() {
    let copy = Copy::new();
    let before = copy.state();
    let text = moved_on(&copy.pages()[0].1);
    for (answer, what) in [
        (ok(&text, text.len() + 1), "broke off after"),
        (ok(&text[..text.len() - 9], text.len() - 9), "never closed"),
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "503",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_owned(),
            "larger than",
        ),
        (String::new(), "cannot be reached"),
    ] {
        let said = copy.from(&format!("{}/a.md", server(vec![answer])));
        assert!(said.error().contains(what), "{what}: {}", said.error());
        copy.assert_is(&before);
    }
}

/// A second page, about a second operation that shares a component.
fn second(copy: &Copy) -> (String, String) {
    let text = read(&copy.tree.document("faceswap.yaml"));
    let mut document: Value = serde_saphyr::from_str(&text).unwrap();
    document["paths"] = json!({"/api/second": {"get": {"responses": {"200": {
        "description": "An envelope",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApiResponse"}}},
    }}}}});
    let shared = document["components"]["schemas"]["ApiResponse"].clone();
    document["components"]["schemas"] = json!({"ApiResponse": shared});
    let fence = serde_saphyr::to_string(&document).unwrap();
    let text = page(&"GET /api/second".parse().unwrap(), &[], &fence);
    ("a-second.md".to_owned(), text)
}

fn name_the_second_operation(overlay: &Path) {
    let action =
        "\n  - target: $.paths['/api/second'].get\n    update:\n      operationId: second\n";
    fs::write(overlay, read(overlay) + action).unwrap();
}

#[test]
fn a_second_page_is_merged_in_and_stays() {
    let copy = Copy::new();
    let known = copy.lock().pages.len();
    let mut pages = copy.pages();
    pages.push(second(&copy));
    name_the_second_operation(&copy.tree.overlay());
    let folder = copy.save(&pages);
    assert_eq!(copy.from(&folder).result, Ok(()));

    let lock = copy.lock();
    assert_eq!(lock.pages.len(), known + 1);
    let new = lock.pages.last().unwrap();
    let neighbour = &lock.pages[0].url;
    let parent = neighbour.rsplit_once('/').unwrap().0;
    assert_eq!(new.url, format!("{parent}/a-second.md"));
    assert_eq!(new.operations[0].to_string(), "GET /api/second");
    assert!(read(&copy.tree.client()).contains("pub async fn second"));
    assert_eq!(copy.check(), [""; 0]);

    let before = copy.state();
    assert!(copy.from(&folder).out.starts_with("Nothing changed"));
    let folder = copy.save(&copy.pages());
    assert_eq!(copy.from(&folder).result, Ok(()));
    let unlocked = |state: &std::collections::BTreeMap<_, String>| {
        let mut state = state.clone();
        state.remove(&copy.tree.lock());
        state
    };
    assert_eq!(
        unlocked(&copy.state()),
        unlocked(&before),
        "the same document, whatever its pages"
    );

    // Without one of them, nothing can be built.
    let name = copy.pages()[0].0.clone();
    let said = copy.from(&format!("{folder}/{name}"));
    assert!(said.error().contains(&new.url), "{}", said.error());
    assert!(said.error().contains("--from FOLDER"), "{}", said.error());
}

#[test]
fn contradicting_pages_are_both_named_with_the_pointer() {
    let copy = Copy::new();
    let before = copy.state();
    let mut pages = copy.pages();
    let (name, text) = second(&copy);
    pages.push((
        name,
        text.replace("Interface returns status information", "Another text"),
    ));
    let error = copy.from(&copy.save(&pages)).error();
    for part in [
        pages[0].0.as_str(),
        "a-second.md",
        " contradict each other at /components/schemas/ApiResponse/properties/msg/description",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    copy.assert_is(&before);
}

#[test]
fn a_page_given_twice_is_an_error() {
    let copy = Copy::new();
    let mut pages = copy.pages();
    pages.push(("zz.md".to_owned(), pages[0].1.clone()));
    let error = copy.from(&copy.save(&pages)).error();
    assert!(
        error.contains("zz.md are both the page https://"),
        "{error}"
    );
}

#[test]
fn a_tree_without_a_lock_can_be_started_from_pages() {
    let copy = Copy::new();
    let pages = copy.save(&copy.pages());
    let old = copy.lock();
    fs::remove_file(copy.tree.lock()).unwrap();
    fs::remove_file(copy.tree.document("faceswap.yaml")).unwrap();
    let error = copy.regen(Input::Lock).error();
    assert!(error.contains("hint: name the pages"), "{error}");
    assert_eq!(copy.from(&pages).result, Ok(()));
    assert_eq!(copy.lock().pages[0].url, old.pages[0].url);
    assert_eq!(copy.lock().documents, old.documents);
}

#[test]
fn offline_regenerates_the_copies_and_refuses_hand_edits() {
    let copy = Copy::new();
    assert!(
        copy.regen(Input::Vendored)
            .out
            .starts_with("Nothing changed")
    );
    edit(&copy.tree.overlay(), "list_results_by_ids", "list_by_ids");
    let said = copy.regen(Input::Vendored);
    assert_eq!(said.result, Ok(()));
    assert!(read(&copy.tree.client()).contains("fn list_by_ids"));
    assert_eq!(copy.check(), [""; 0]);

    edit(&copy.tree.document("faceswap.yaml"), "Success", "Succes");
    let before = copy.state();
    let error = copy.regen(Input::Vendored).error();
    assert!(error.contains("not what sources.lock says"), "{error}");
    copy.assert_is(&before);
}
