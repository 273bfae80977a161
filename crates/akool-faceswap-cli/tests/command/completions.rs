//! `completions` and `--help`: what a person and a shell learn about the arguments.

use std::process::Command;

use crate::program::{assert_code, assert_says, program, run, unread};

const COMMANDS: [&str; 13] = [
    "completions",
    "credit",
    "delete",
    "demo",
    "detect",
    "doctor",
    "download",
    "fake",
    "fleet",
    "man",
    "results",
    "swap",
    "wait",
];

#[test]
fn every_shell_has_a_script_with_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = run(program(&["completions", shell]));
        assert_code(&said, 0);
        assert_eq!(said.stderr, "");
        for command in COMMANDS {
            assert_says(&said.stdout, command);
        }
        assert_says(&said.stdout, "ids-file");
    }
    assert_code(&run(program(&["completions", "PLANTED"])), 2);
}

#[cfg(unix)]
#[test]
fn bash_completes_with_its_script() {
    let script = run(program(&["completions", "bash"])).stdout;
    let completed = |words: &str, at: usize| {
        let asked = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={at}\n\
             _akool__faceswap akool-faceswap \"${{COMP_WORDS[{at}]}}\" \"${{COMP_WORDS[{at} - 1]}}\"\n\
             echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["-c", &asked]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(completed("akool-faceswap res", 1), "results\n");
    assert_eq!(
        completed("akool-faceswap results --ids-f", 2),
        "--ids-file\n"
    );
    assert_eq!(completed("akool-faceswap --color al", 2), "always\n");
    // Values too, and no file names where an id belongs.
    assert_eq!(completed("akool-faceswap wait --output c", 3), "csv\n");
    assert_eq!(completed("akool-faceswap results -o j", 3), "json\n");
    assert_eq!(completed("akool-faceswap fake --fault han", 3), "hang-up\n");
    assert_eq!(completed("akool-faceswap results Cargo", 2), "\n");
    assert_eq!(
        completed("akool-faceswap wait --timeout Cargo", 3),
        "Cargo\n"
    );
    assert_eq!(
        completed("akool-faceswap wait --ids-file Cargo", 3),
        "Cargo.toml\n"
    );
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    let (code, stderr) = unread(program(&["completions", "zsh"]));
    assert_eq!(code, Some(0));
    assert_eq!(stderr, "");
}

#[test]
fn the_commands_of_the_readme_can_be_run() {
    let readme = include_str!("../../README.md");
    let typed: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ akool-faceswap "))
        .collect();
    assert!(typed.len() >= COMMANDS.len(), "{typed:?}");
    for words in typed {
        let words: Vec<&str> = words.split_whitespace().chain(["--help"]).collect();
        assert_code(&run(program(&words)), 0);
    }
}

#[test]
fn the_version_names_the_command() {
    let said = run(program(&["--version"]));
    assert_code(&said, 0);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(said.stdout, format!("akool-faceswap {version}\n"));
}

#[test]
fn every_help_has_examples_that_can_be_typed() {
    for command in COMMANDS.into_iter().map(Some).chain([None]) {
        let args: Vec<&str> = command.into_iter().chain(["--help"]).collect();
        let said = run(program(&args));
        assert_code(&said, 0);
        let (_, after) = said.stdout.split_once("\nExamples:\n").unwrap();
        let examples: Vec<&str> = after.lines().take_while(|line| !line.is_empty()).collect();
        assert!(!examples.is_empty(), "{}", said.stdout);
        // A pipe or a backslash at the end of a line continues it.
        let examples = examples
            .join("\n")
            .replace("|\n", "| ")
            .replace("\\\n", " ");
        for example in examples
            .lines()
            .filter(|line| line.contains("akool-faceswap "))
        {
            let typed = example
                .split("| ")
                .find(|part| part.contains("akool-faceswap "));
            let words = typed.unwrap().split_whitespace().skip(1);
            // Up to what the shell interprets.
            let words = words.take_while(|word| !word.starts_with(['>', '|']));
            let words: Vec<&str> = words.chain(["--help"]).collect();
            assert_code(&run(program(&words)), 0);
        }
    }
}
