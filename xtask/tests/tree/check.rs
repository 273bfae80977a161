//! `regen --check` on a copy of the tree: each rule fails alone, with a hint, and the hint fixes it.

use std::fs;

use crate::support::{Copy, edit, read};
use xtask::regen::Input;

/// The one problem of the tree.
fn only(copy: &Copy) -> String {
    let problems = copy.check();
    let [problem] = &problems[..] else {
        panic!("not one problem: {problems:#?}");
    };
    problem.clone()
}

fn assert_says(problem: &str, parts: &[&str]) {
    for part in parts {
        assert!(problem.contains(part), "{part:?} is not in: {problem}");
    }
}

#[test]
fn a_clean_tree_passes_and_is_left_alone() {
    let copy = Copy::new();
    let before = copy.state();
    assert_eq!(copy.check(), [""; 0]);
    copy.assert_is(&before);
}

#[test]
fn a_hand_edited_document_fails_and_regen_restores_it() {
    let copy = Copy::new();
    let before = copy.state();
    let pages = copy.save(&copy.pages());
    edit(
        &copy.tree.document("faceswap.yaml"),
        "Deduction status",
        "Deduction state",
    );
    let problems = copy.check();
    assert_says(
        &problems[0],
        &[
            "openapi/faceswap.yaml: ",
            "sources.lock",
            "\n  hint: cargo xtask regen",
        ],
    );
    // The generated copies contain the description: they are stale, too, and reported.
    assert_says(
        &problems[1],
        &[
            "src/generated.rs:",
            "Deduction stat",
            "\n  hint: cargo xtask regen",
        ],
    );
    assert!(!problems[1].contains("--offline"), "{}", problems[1]);
    assert_eq!(copy.from(&pages).result, Ok(()));
    assert_eq!(copy.check(), [""; 0]);
    copy.assert_is(&before);
}

#[test]
fn the_document_of_a_single_page_is_its_fence() {
    let copy = Copy::new();
    let lock = copy.lock();
    let [page] = &lock.pages[..] else {
        panic!("not one page: {:#?}", lock.pages);
    };
    let line = format!("fence_sha256 = \"{}\"", page.fence_sha256);
    edit(&copy.tree.lock(), &line, "fence_sha256 = \"0\"");
    assert_says(&only(&copy), &["not what sources.lock says"]);
}

#[test]
fn a_document_that_is_no_longer_yaml_is_restored_by_regen() {
    let copy = Copy::new();
    let pages = copy.save(&copy.pages());
    fs::write(copy.tree.document("faceswap.yaml"), "openapi: [\n").unwrap();
    assert_says(&copy.check().join("\n"), &["sources.lock says", "not YAML"]);
    let said = copy.from(&pages);
    assert_eq!(said.result, Ok(()));
    assert!(said.progress.contains("no comparison"), "{}", said.progress);
    assert_eq!(copy.check(), [""; 0]);
}

#[test]
fn an_unused_overlay_action_fails() {
    let copy = Copy::new();
    let action = "\n  - target: $.paths['/no/such/path']\n    remove: true\n";
    let overlay = read(&copy.tree.overlay());
    fs::write(copy.tree.overlay(), overlay + action).unwrap();
    assert_says(
        &only(&copy),
        &["overlay.yaml does not fit", "/no/such/path", "hint: edit"],
    );
}

#[test]
fn stale_code_shows_its_first_stale_line_and_offline_regenerates_it() {
    let copy = Copy::new();
    for path in [copy.tree.client(), copy.tree.httpmock()] {
        let text = read(&path);
        let line = text.lines().count() / 2;
        let mut lines: Vec<&str> = text.lines().collect();
        lines[line] = "// by hand";
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let place = format!("{}:{}: stale", copy.tree.name(&path), line + 1);
        let hint = "hint: cargo xtask regen --offline";
        assert_says(
            &only(&copy),
            &[&place, "is:        // by hand", "should be: ", hint],
        );
        assert_eq!(copy.regen(Input::Vendored).result, Ok(()));
        assert_eq!(read(&path), text);

        fs::remove_file(&path).unwrap();
        assert_says(&only(&copy), &["the file is missing", hint]);
        assert_eq!(copy.regen(Input::Vendored).result, Ok(()));
        assert_eq!(copy.check(), [""; 0]);
    }
}

#[test]
fn the_page_s_table_must_be_the_document_s_enum() {
    let copy = Copy::new();
    let lock = read(&copy.tree.lock());
    let last = lock.rfind("\n[[page.status]]").unwrap();
    fs::write(copy.tree.lock(), &lock[..last]).unwrap();
    assert_says(
        &only(&copy),
        &[
            "faceswap_status/enum has the values [1, 2, 3, 4]",
            "[1, 2, 3]",
            "hint: cargo xtask regen",
        ],
    );
}

#[test]
fn the_lock_must_name_the_document_s_operations() {
    let copy = Copy::new();
    edit(&copy.tree.lock(), "result/listbyids", "result/others");
    assert_says(&only(&copy), &["operations are not those of sources.lock"]);
}

#[test]
fn a_missing_or_broken_lock_does_not_hide_the_rest() {
    let copy = Copy::new();
    fs::remove_file(copy.tree.lock()).unwrap();
    fs::remove_file(copy.tree.link()).unwrap();
    let problems = copy.check();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert_says(
        &problems[0],
        &["sources.lock: the file is missing", "hint: "],
    );
    assert_says(
        &problems[1],
        &["openapi: the link to ../../openapi is missing"],
    );
    fs::write(copy.tree.lock(), "version = 7\n").unwrap();
    assert_says(&copy.check()[0], &["sources.lock: version 7"]);
}

#[test]
fn all_problems_are_reported_at_once() {
    let copy = Copy::new();
    edit(
        &copy.tree.document("faceswap.yaml"),
        "Deduction status",
        "Deduction state",
    );
    edit(&copy.tree.httpmock(), "use", "uſe");
    fs::remove_file(copy.tree.link()).unwrap();
    let problems = copy.check();
    assert_eq!(problems.len(), 4, "{problems:#?}");
    for problem in problems {
        assert_says(&problem, &["\n  hint: "]);
    }
}

#[cfg(unix)]
#[test]
fn the_link_may_be_a_link_a_file_that_says_so_or_the_same_files() {
    let copy = Copy::new();
    let link = copy.tree.link();
    fs::remove_file(&link).unwrap();
    assert_says(
        &only(&copy),
        &["is missing", "hint: cargo xtask regen --offline"],
    );
    assert_eq!(
        copy.regen(Input::Vendored).progress,
        "wrote crates/akool-faceswap-raw/openapi\n"
    );
    assert_eq!(
        fs::read_link(&link).unwrap().to_str(),
        Some("../../openapi")
    );

    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../openapi", &link).unwrap();
    assert_says(
        &only(&copy),
        &["points to ../openapi, not to ../../openapi"],
    );
    assert_eq!(copy.regen(Input::Vendored).result, Ok(()));
    assert_eq!(copy.check(), [""; 0]);

    fs::remove_file(&link).unwrap();
    fs::write(&link, "../../openapi\r\n").unwrap();
    assert_eq!(copy.check(), [""; 0]);
    fs::write(&link, "elsewhere").unwrap();
    assert_says(&only(&copy), &["does not say ../../openapi"]);
    assert_eq!(copy.regen(Input::Vendored).result, Ok(()));
    assert_eq!(copy.check(), [""; 0]);

    fs::remove_file(&link).unwrap();
    fs::create_dir(&link).unwrap();
    assert_says(
        &only(&copy),
        &["does not hold the same", "hint: rm -r crates/"],
    );
    for entry in fs::read_dir(copy.tree.openapi()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, link.join(path.file_name().unwrap())).unwrap();
    }
    assert_eq!(copy.check(), [""; 0]);
    edit(
        &link.join("overlay.yaml"),
        "overlay: 1.1.0",
        "overlay: 1.1.1",
    );
    assert_says(&only(&copy), &["does not hold the same"]);
}

#[test]
fn a_checkout_with_other_line_ends_passes() {
    let copy = Copy::new();
    let pages = copy.save(&copy.pages());
    for path in [
        copy.tree.document("faceswap.yaml"),
        copy.tree.overlay(),
        copy.tree.lock(),
        copy.tree.client(),
        copy.tree.httpmock(),
    ] {
        fs::write(&path, read(&path).replace('\n', "\r\n")).unwrap();
    }
    let before = copy.state();
    assert_eq!(copy.check(), [""; 0]);
    assert!(copy.from(&pages).out.starts_with("Nothing changed"));
    copy.assert_is(&before);
}

/// The generator has no error for two differing typed errors: it panics.
#[test]
fn a_panic_of_the_generator_is_reported_as_a_problem() {
    let copy = Copy::new();
    let answer = |status: u16, kind: &str| {
        format!(
            "        '{status}':\n          description: odd\n          content:\n            \
             application/json:\n              schema:\n                type: {kind}\n"
        )
    };
    let action = format!(
        "\n  - target: $.paths['/api/open/v3/faceswap/result/listbyids'].get\n    update:\n      \
         responses:\n{}{}",
        answer(400, "string"),
        answer(500, "integer")
    );
    let overlay = read(&copy.tree.overlay());
    fs::write(copy.tree.overlay(), overlay + &action).unwrap();
    assert_says(
        &only(&copy),
        &[
            "the generator panicked: ",
            "hint: edit openapi/overlay.yaml",
        ],
    );
}
