//! From the vendor's page, through regen and the generated client, to a lookup on the fake server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{fmt::Write as _, fs, path::Path};

use akool_faceswap::{Client, Job, JobStatus, ResultIds};
use akool_faceswap_mock::{Answer, FakeAkool, FakeJob, JobState};
use tempfile::TempDir;
use xtask::{
    check,
    regen::{self, Input, Options},
    tree::Tree,
};

/// What regen reads and writes, copied to a separate folder.
const FILES: [&str; 6] = [
    "openapi/faceswap.yaml",
    "openapi/overlay.yaml",
    "openapi/supplement.yaml",
    "openapi/sources.lock",
    "crates/akool-faceswap-raw/src/generated.rs",
    "crates/akool-faceswap-mock/src/generated.rs",
];

struct Copy {
    folder: TempDir,
    tree: Tree,
}

impl Copy {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for file in FILES {
            let to = folder.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            // As it is vendored, whatever line ends the checkout has.
            let text = fs::read_to_string(workspace.join(file)).unwrap();
            fs::write(to, text.replace("\r\n", "\n")).unwrap();
        }
        let tree = Tree::new(folder.path());
        let copy = Self { folder, tree };
        // Makes the link.
        copy.regen(Input::Vendored, false).unwrap();
        copy
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    /// The vendor's page around `document`, with rows for `statuses`.
    fn page(&self, document: &str, statuses: &[&str]) -> Input {
        let mut rows = String::new();
        for (n, words) in statuses.iter().enumerate() {
            writeln!(rows, "| {} | {words} |", n + 1).unwrap();
        }
        let page = format!(
            "> ## Documentation Index\n> Fetch the complete documentation index at: \
             https://docs.akool.com/llms.txt\n\n# Get Faceswap Result List\n\n\
             ## Faceswap Status\n\n| Status | Description |\n| ------ | ----------- |\n{rows}\n\n\
             ## OpenAPI\n\n````yaml GET /api/open/v3/faceswap/result/listbyids\n{document}````"
        );
        let path = self.folder.path().join("get-result.md");
        fs::write(&path, page).unwrap();
        Input::From(vec![path.to_str().unwrap().to_owned()])
    }

    fn regen(&self, input: Input, dry_run: bool) -> Result<String, String> {
        let options = Options {
            input,
            dry_run,
            report: None,
            today: xtask::today().unwrap(),
        };
        let mut said = Vec::new();
        regen::run(&self.tree, &options, &mut said, &mut Vec::new())
            .map_err(|problem| problem.to_string())?;
        Ok(String::from_utf8(said).unwrap())
    }
}

const STATUSES: [&str; 4] = ["In Queue", "Processing", "Success", "Failed"];

#[test]
fn the_vendored_page_gives_the_code_that_is_compiled_here() {
    let copy = Copy::new();
    let before: Vec<String> = FILES.iter().map(|file| copy.read(file)).collect();
    let document = copy.read("openapi/faceswap.yaml");
    copy.regen(copy.page(&document, &STATUSES), false).unwrap();

    // The page differs from the locked one in its prose only, so only the lock changes.
    for (file, before) in FILES.iter().zip(before) {
        assert!(
            *file == "openapi/sources.lock" || copy.read(file) == before,
            "{file}"
        );
    }
    let problems = check::check(&copy.tree);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_hand_edited_document_is_found_with_the_command_that_fixes_it() {
    let copy = Copy::new();
    let path = copy.folder.path().join("openapi/faceswap.yaml");
    let edited = copy
        .read("openapi/faceswap.yaml")
        .replace("User ID", "Account ID");
    fs::write(&path, edited).unwrap();
    let problems = check::check(&copy.tree);
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        text.iter()
            .any(|problem| problem.contains("openapi/faceswap.yaml")
                && problem.contains("cargo xtask regen")),
        "{text:?}"
    );
}

/// The vendor adds a status and a field, and moves its server.
fn later_document(document: &str) -> String {
    document
        .replace("https://openapi.akool.com", "https://openapi2.akool.com")
        .replace("            - 4\n", "            - 4\n            - 5\n")
        .replace(
            "        userId:\n",
            "        cancelled_by:\n          type: string\n        userId:\n",
        )
}

#[test]
fn a_later_page_is_reported_in_the_right_groups() {
    let copy = Copy::new();
    let later = later_document(&copy.read("openapi/faceswap.yaml"));
    let statuses = [&STATUSES[..], &["Cancelled"]].concat();
    let report = copy.regen(copy.page(&later, &statuses), false).unwrap();

    let group = |heading: &str| {
        let begin = report
            .find(heading)
            .unwrap_or_else(|| panic!("{heading} in {report}"));
        let rest = &report[begin + heading.len()..];
        rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
    };
    let (breaking, compatible, person) = (
        group("## Breaking"),
        group("## Compatible"),
        group("## Needs a person"),
    );
    assert!(breaking.contains("openapi2.akool.com"), "{report}");
    assert!(compatible.contains("cancelled_by"), "{report}");
    assert!(
        person.contains("Cancelled") && person.contains('5'),
        "{report}"
    );
    assert!(
        !compatible.contains("openapi2") && !person.contains("cancelled_by"),
        "{report}"
    );

    // The files were written; a test of the SDK reads the new status from the lock.
    assert_eq!(copy.read("openapi/faceswap.yaml"), later);
    assert!(copy.read("openapi/sources.lock").contains("Cancelled"));
    let problems = check::check(&copy.tree);
    assert!(problems.is_empty(), "{problems:?}");
}

#[tokio::test]
async fn the_sdk_built_before_reads_an_answer_of_the_later_api() {
    let fake = FakeAkool::start().unwrap();
    let job = fake.add_job(FakeJob::image());
    fake.set_state(&job, JobState::Other(5)).unwrap();
    let other = "667d228400000000000a0001";
    fake.push_answer(
        Answer::json(format!(
            r#"{{"code":1000,"msg":"OK","data":{{"result":[
                {{"_id":"{other}","faceswap_status":5,"cancelled_by":"user"}}]}}}}"#
        ))
        .for_id(other),
    );
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap();

    let known: ResultIds = job.parse().unwrap();
    let results = client.lookup(known).await.unwrap();
    let found = results.found().next().unwrap();
    assert_eq!(found.status(), JobStatus::from_code(5));
    assert!(!found.is_terminal());

    let later: ResultIds = other.parse().unwrap();
    let results = client.lookup(later).await.unwrap();
    let found = results.found().next().unwrap();
    assert_eq!(found.status().code(), Some(5));
    assert_eq!(found.extra()["cancelled_by"], "user");
    assert!(found.notes().is_empty());
}

#[tokio::test]
async fn a_population_settles_and_every_job_is_accounted_for() {
    let fake = FakeAkool::builder()
        .path_prefix("/proxy/akool")
        .seed(7)
        .start()
        .unwrap();
    let ids = fake.seed_population(250);
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap();
    let ids = ResultIds::parse_all(ids).unwrap();

    let first = client.lookup(&ids).await.unwrap();
    assert_eq!(first.found().count(), 250);
    assert!(
        first
            .found()
            .all(|job| job.is_terminal() || job.result_url().is_none())
    );
    fake.assert_max_ids_per_request(100);
    assert_eq!(fake.request_count(), 3);

    // No job takes longer than three hours.
    for _ in 0..20 {
        fake.clock()
            .advance(std::time::Duration::from_secs(3 * 60 * 60));
        client.lookup(&ids).await.unwrap();
    }
    let settled = client.lookup(&ids).await.unwrap();
    let (good, bad): (Vec<_>, Vec<_>) = settled
        .found()
        .partition(|job| job.status() == JobStatus::Success);
    assert!(settled.found().all(Job::is_terminal));
    assert!(good.iter().all(|job| job.result_url().is_some()));
    assert!(bad.iter().all(|job| job.result_url().is_none()));
    assert!(!good.is_empty() && !bad.is_empty());
    assert_eq!(good.len() + bad.len(), 250);
}

#[tokio::test]
async fn the_raw_client_and_the_sdk_see_the_same_rows() {
    let fake = FakeAkool::start().unwrap();
    let ids = fake.seed_population(20);
    let client = Client::builder()
        .base_url(fake.url())
        .api_key(fake.api_key())
        .build()
        .unwrap();
    let list = ids.join(",").parse().unwrap();
    let answer = client
        .raw()
        .list_results_by_ids(&list)
        .await
        .unwrap()
        .into_inner();
    let rows = answer.data.unwrap().result.unwrap();
    let results = client
        .lookup(ResultIds::parse_all(&ids).unwrap())
        .await
        .unwrap();
    for row in rows {
        let job = results
            .found()
            .find(|job| Some(job.id().as_str()) == row.id.as_deref());
        assert_eq!(job.unwrap().job_id(), row.job_id.as_deref());
    }
}

#[tokio::test]
async fn a_token_is_fetched_from_the_api_and_used() {
    let fake = FakeAkool::builder().path_prefix("/proxy").start().unwrap();
    let id = fake.add_job(FakeJob::image());
    let client = |secret: &str| {
        Client::builder()
            .base_url(fake.url())
            .client_credentials("client-id", secret)
            .build()
            .unwrap()
    };
    let ids: ResultIds = id.parse().unwrap();
    let good = client(&fake.api_key());
    assert_eq!(good.lookup(&ids).await.unwrap().found().count(), 1);
    assert_eq!(good.lookup(&ids).await.unwrap().found().count(), 1);
    // One token, two lookups.
    assert_eq!(fake.request_count(), 3);
    let error = client("wrong-secret").lookup(&ids).await.unwrap_err();
    assert!(error.is_auth());
    assert!(!error.to_string().contains("wrong-secret"), "{error}");
}
