//! `detect`.

use akool_faceswap_mock::{FakeAkool, Scene};
use serde_json::Value;

use crate::program::{assert_code, assert_says, program_for, run};

#[test]
fn each_face_has_a_line() {
    let fake = FakeAkool::start().unwrap();
    let url = "https://example.com/team.jpg";
    fake.set_scene(url, Scene::picture(3));
    let said = run(program_for(&fake, &["detect", url, "--json"]));
    assert_code(&said, 0);
    assert_says(&said.stderr, "3 faces\n");
    let faces: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(faces.len(), 3);
    for face in faces {
        assert_eq!(face["bounding_box"].as_array().unwrap().len(), 4);
        assert!(face["crop_url"].as_str().unwrap().starts_with("http"));
    }
    let said = run(program_for(&fake, &["detect", url]));
    assert_code(&said, 0);
    assert_eq!(said.stdout.lines().count(), 3);
}

#[test]
fn a_file_that_is_not_there_costs_no_request() {
    let fake = FakeAkool::start().unwrap();
    let said = run(program_for(&fake, &["detect", "/no/such/picture.png"]));
    assert_code(&said, 1);
    assert_eq!(fake.request_count(), 0);
}
