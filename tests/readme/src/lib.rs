//! The code of the project's README, compiled and run with the dependencies that the README names.

/// The README.
#[doc = include_str!("../../../README.md")]
#[allow(dead_code)]
struct Readme;

#[cfg(test)]
mod tests {
    /// The names under `[section]` of a manifest, or of a block of one.
    fn names<'a>(text: &'a str, section: &str) -> Vec<&'a str> {
        text.lines()
            .skip_while(|line| *line != section)
            .skip(1)
            .take_while(|line| !line.starts_with('[') && !line.starts_with("```"))
            .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn the_readme_names_the_dependencies_of_this_crate() {
        let readme = include_str!("../../../README.md");
        let manifest = include_str!("../Cargo.toml");
        for section in ["[dependencies]", "[dev-dependencies]"] {
            let named = names(readme, section);
            assert!(!named.is_empty(), "{section}");
            assert_eq!(named, names(manifest, section), "{section}");
        }
    }
}
