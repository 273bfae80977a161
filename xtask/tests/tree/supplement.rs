//! Pages of the vendor replace parts of the supplement.

use std::fs;

use serde_json::{Value, json};
use xtask::{generated::changed, operation::Operation, regen::Input};

use crate::support::{Copy, edit, ok, page, read, server};

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn face_swap() -> Value {
    yaml(include_str!("vendor/face-swap.yaml"))
}

const FACE_DETECTION: &str = include_str!("vendor/face-detection.yaml");

/// A document with one of its operations and the components that it uses.
fn excerpt(document: &Value, path: &str) -> Value {
    let item = &document["paths"][path];
    let mut found = json!({});
    let mut wanted = item.to_string();
    // A component may refer to others: look until there are no more.
    loop {
        let before = found.clone();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            if wanted.contains(&format!("schemas/{name}\"")) && found.get(name).is_none() {
                found[name] = schema.clone();
                wanted.push_str(&schema.to_string());
            }
        }
        if found == before {
            break;
        }
    }
    let mut excerpt = document.clone();
    excerpt["paths"] = json!({path: item});
    excerpt["components"]["schemas"] = found;
    excerpt
}

/// Pages for every operation of these documents, in the vendor's form.
fn pages(copy: &Copy) -> Vec<(String, String)> {
    let mut first = yaml(&read(&copy.tree.document("faceswap.yaml")));
    let more = face_swap();
    first["paths"] = more["paths"].clone();
    for (name, schema) in more["components"]["schemas"].as_object().unwrap() {
        first["components"]["schemas"][name] = schema.clone();
    }
    let mut pages = Vec::new();
    for document in [first, yaml(FACE_DETECTION)] {
        for operation in Operation::named(&document) {
            let name = operation.path().rsplit('/').next().unwrap();
            let excerpt = excerpt(&document, operation.path());
            let fence = serde_saphyr::to_string(&excerpt).unwrap();
            pages.push((format!("{name}.md"), page(&operation, &[], &fence)));
        }
    }
    pages
}

/// Removes what the vendored documents have.
fn shorten_supplement(copy: &Copy) {
    let mut supplement = yaml(&read(&copy.tree.supplement()));
    supplement["paths"] = json!({});
    let schemas = supplement["components"]["schemas"].as_object_mut().unwrap();
    schemas.retain(|name, _| name == "FaceswapResultDetail");
    let text = serde_saphyr::to_string(&supplement).unwrap();
    fs::write(copy.tree.supplement(), text).unwrap();
}

#[track_caller]
fn assert_same_client(copy: &Copy, before: &str) {
    let after = read(&copy.tree.client());
    assert_eq!(changed(before, &after), [""; 0], "gone or changed");
    assert_eq!(changed(&after, before), [""; 0], "new or changed");
}

#[test]
fn pages_in_place_of_the_supplement_leave_the_generated_client_as_it_is() {
    let copy = Copy::new();
    let before = read(&copy.tree.client());
    let mut all = copy.pages();
    all.extend(pages(&copy));
    assert_eq!(all.len(), 10);
    let said = copy.from(&copy.save(&all));
    assert_eq!(said.result, Ok(()));
    assert_same_client(&copy, &before);

    // Two titles are two documents; the server's path belongs to the second one's operations.
    let detection = yaml(&read(&copy.tree.document("face-detection.yaml")));
    assert!(detection["paths"].get("/detect_faces").is_some());
    let swap = yaml(&read(&copy.tree.document("faceswap.yaml")));
    assert_eq!(swap["paths"].as_object().unwrap().len(), 8);
    assert!(before.contains("/interface/detect-api/detect_faces"));

    // As long as both have the operations, the fix is named, and the check fails.
    let fix = [
        "Remove from openapi/supplement.yaml: ",
        "`POST /interface/detect-api/faceswap/analyze_frames`",
        "`ImageFaceswapPlusRequest`",
        "`POST /api/open/v3/getToken`",
    ];
    for part in fix {
        assert!(said.out.contains(part), "{part} is not in: {}", said.out);
    }
    assert!(!said.out.contains("`FaceswapResultDetail`"), "{}", said.out);
    let problems = copy.check();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(
        problems[0]
            .starts_with("openapi/supplement.yaml: repeats what is vendored\n  hint: remove"),
        "{problems:#?}"
    );
    assert!(problems[0].contains(fix[1]), "{problems:#?}");

    // A document without pages is removed.
    let lock = read(&copy.tree.lock());
    let mut pages = lock.split("[[page]]");
    let mut kept = pages.next().unwrap().to_owned();
    let entry = "[[document]]\nfile = \"face-detection.yaml\"\n";
    let start = kept.find(entry).unwrap();
    let end = kept[start + 2..]
        .find("[[")
        .map_or(kept.len(), |at| start + 2 + at);
    kept.replace_range(start..end, "");
    for page in pages.filter(|page| !page.contains("face-detection.yaml")) {
        kept.push_str("[[page]]");
        kept.push_str(page);
    }
    fs::write(copy.tree.lock(), kept).unwrap();
    all.retain(|(name, _)| !["detect_faces.md", "analyze_frames.md"].contains(&name.as_str()));
    let said = copy.run(Input::From(vec![copy.save(&all)]), true, None);
    assert!(
        said.progress
            .contains("would remove openapi/face-detection.yaml"),
        "{} {:?}",
        said.progress,
        said.result
    );
    fs::write(copy.tree.lock(), lock).unwrap();

    shorten_supplement(&copy);
    assert_eq!(copy.regen(Input::Vendored).result, Ok(()));
    assert_eq!(copy.check(), [""; 0]);
    assert_same_client(&copy, &before);
}

#[test]
fn the_report_says_how_a_page_differs_from_the_supplement() {
    let copy = Copy::new();
    let mut all = copy.pages();
    let mut plus = pages(&copy);
    plus.retain(|(name, _)| name == "faceswapPlusByImage.md");
    let (name, text) = plus.remove(0);
    // The supplement has other properties of this component.
    all.push((
        name,
        text.replace("job_id:", "task_id:")
            .replace("source_url", "source"),
    ));
    let said = copy.run(Input::From(vec![copy.save(&all)]), true, None);
    assert_eq!(said.result, Ok(()));
    let breaking = said.out.find("## Breaking").unwrap();
    let compatible = said.out.find("## Compatible").unwrap();
    let row = said
        .out
        .find("supplement.yaml#/components/schemas/ImageFaceswapPlusRequest");
    assert!(
        row.is_some_and(|at| breaking < at && at < compatible),
        "{}",
        said.out
    );
    assert!(!said.out.contains("x-page-date"), "{}", said.out);
    let fix = said
        .out
        .split("Remove from openapi/supplement.yaml: ")
        .nth(1)
        .unwrap();
    assert!(
        fix.contains("`POST /api/open/v4/faceswap/faceswapPlusByImage`"),
        "{fix}"
    );
    assert!(fix.contains("`FaceswapV4Result._id`"), "{fix}");
    assert!(!fix.contains("FaceswapV4Result.job_id"), "{fix}");
}

#[test]
fn a_whole_document_is_vendored_as_it_is() {
    let copy = Copy::new();
    let before = read(&copy.tree.client());
    let base = server(vec![ok(FACE_DETECTION, FACE_DETECTION.len())]);
    let options = Input::From(vec![
        copy.save(&copy.pages()),
        format!("{base}/openapi/face-detection.yaml"),
    ]);
    assert_eq!(copy.regen(options).result, Ok(()));
    assert_eq!(
        read(&copy.tree.document("face-detection.yaml")),
        FACE_DETECTION
    );
    assert_same_client(&copy, &before);
    let lock = copy.lock();
    assert_eq!(lock.documents.len(), 2);
    let page = lock.pages.last().unwrap();
    assert!(page.url.ends_with("/face-detection.yaml"), "{}", page.url);
    assert_eq!(
        page.operations,
        [
            "POST /interface/detect-api/detect_faces".parse().unwrap(),
            "POST /interface/detect-api/faceswap/analyze_frames"
                .parse()
                .unwrap(),
        ]
    );
    // A hand edit of the second document is found as well, and so is its loss.
    let path = copy.tree.document("face-detection.yaml");
    edit(&path, "Finds faces", "Finds heads");
    assert!(copy.check()[0].starts_with("openapi/face-detection.yaml: not what sources.lock says"));
    fs::remove_file(&path).unwrap();
    assert!(copy.check()[0].starts_with("openapi/face-detection.yaml: the file is missing"));
    let error = copy.regen(Input::Vendored).error();
    assert!(
        error.starts_with("openapi/face-detection.yaml: the file is missing"),
        "{error}"
    );
}

/// The report on the documents is empty here: only the overlay changed.
#[test]
fn generated_code_that_changed_without_a_breaking_row_needs_a_person() {
    let copy = Copy::new();
    edit(
        &copy.tree.overlay(),
        "operationId: get_credit",
        "operationId: credit",
    );
    let said = copy.regen(Input::Vendored);
    assert_eq!(said.result, Ok(()));
    let person = said.out.split("## Needs a person").nth(1).unwrap();
    assert!(person.contains("`Client::get_credit`"), "{person}");
    assert!(
        person.contains("crates/akool-faceswap-raw/src/generated.rs"),
        "{person}"
    );
    assert!(!person.contains("Client::get_token"), "{person}");
}

#[test]
fn an_sdk_that_no_longer_builds_is_an_error() {
    let copy = Copy::new();
    let root = copy.tree.root();
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
    fs::write(
        root.join("Cargo.toml"),
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/akool-faceswap\", \"crates/akool-faceswap-mock\"]\n",
    )
    .unwrap();
    for name in ["akool-faceswap", "akool-faceswap-mock"] {
        let package = root.join("crates").join(name);
        fs::create_dir_all(package.join("src")).unwrap();
        fs::write(package.join("Cargo.toml"), manifest(name)).unwrap();
        fs::write(package.join("src/lib.rs"), "").unwrap();
    }
    edit(
        &copy.tree.overlay(),
        "operationId: get_credit",
        "operationId: credit",
    );
    let said = copy.regen(Input::Vendored);
    assert_eq!(said.result, Ok(()));
    assert!(
        said.progress.ends_with("checking that the SDK builds\n"),
        "{}",
        said.progress
    );

    // Nothing changes, so nothing is built.
    let sdk = root.join("crates/akool-faceswap/src/lib.rs");
    fs::write(sdk, "compile_error!(\"no such method\");").unwrap();
    assert_eq!(copy.regen(Input::Vendored).result, Ok(()));

    edit(
        &copy.tree.overlay(),
        "operationId: credit",
        "operationId: get_credit",
    );
    let error = copy.regen(Input::Vendored).error();
    assert!(error.contains("the SDK does not build"), "{error}");
    assert!(error.contains("git restore"), "{error}");
}

#[test]
fn every_operation_of_the_supplement_has_its_source_and_its_date() {
    let copy = Copy::new();
    let supplement = yaml(&read(&copy.tree.supplement()));
    for operation in Operation::named(&supplement) {
        let item = &supplement["paths"][operation.path()][operation.method().to_lowercase()];
        let url = item["externalDocs"]["url"].as_str().unwrap_or_default();
        assert!(
            url.starts_with("https://docs.akool.com/") && url.contains(".md"),
            "{operation}"
        );
        let date: toml::value::Datetime = item["x-page-date"].as_str().unwrap().parse().unwrap();
        assert!(date.date.is_some() && date.time.is_none(), "{operation}");
    }
}

#[test]
fn plain_yes_and_no_are_text_all_the_way() {
    let copy = Copy::new();
    let pages = copy.save_with(|page| {
        page.replace(
            "        image:\n",
            "        plan:\n          type: string\n          description: No\n          \
             enum: [yes, no]\n        image:\n",
        )
    });
    let said = copy.from(&pages);
    assert_eq!(said.result, Ok(()));
    assert!(!said.out.contains("true"), "{}", said.out);
    let client = read(&copy.tree.client());
    assert!(client.contains("///No\n"), "the description");
    assert!(client.contains("pub plan: ::std::option::Option<::std::string::String>"));
}

#[test]
fn repeated_values_and_default_responses_do_not_reach_the_client() {
    let copy = Copy::new();
    let before = read(&copy.tree.client());
    let pages = copy.save_with(|page| {
        page.replace(
            "          enum:\n            - 1\n",
            "          enum:\n            - 1\n            - 1\n",
        )
        .replace(
            "components:\n  schemas:\n",
            "        default:\n          description: Error\ncomponents:\n  schemas:\n",
        )
    });
    let said = copy.from(&pages);
    assert_eq!(said.result, Ok(()), "{}", said.out);
    assert!(said.out.contains("response `default`"), "{}", said.out);
    assert_eq!(read(&copy.tree.client()), before);
}
