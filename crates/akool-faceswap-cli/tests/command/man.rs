//! `man`: manual pages of all commands.

use std::fs;

use crate::program::{assert_code, assert_says, file, new_dir, program, run, unread};

#[test]
fn the_page_is_printed() {
    let said = run(program(&["man"]));
    assert_code(&said, 0);
    assert_says(&said.stdout, ".TH akool-faceswap 1");
    assert_says(&said.stdout, "akool\\-faceswap\\-download");
}

#[test]
fn a_directory_gets_a_page_for_each_command() {
    let dir = new_dir("man-pages");
    assert_code(&run(program(&["man", "--dir", &dir])), 0);
    for name in ["", "-wait", "-results", "-download", "-doctor", "-fake"] {
        let page = fs::read_to_string(format!("{dir}/akool-faceswap{name}.1")).unwrap();
        assert_says(&page, "Examples:");
    }
    let said = run(program(&["man", "--dir", &file("man-file", "")]));
    assert_code(&said, 1);
    assert_says(&said.stderr, "error: cannot write manual pages to ");
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    assert_eq!(unread(program(&["man"])), (Some(0), String::new()));
}
