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

    /// The lines of a page's program from its first use of the client to its end, without comments.
    fn story(page: &str) -> Vec<&str> {
        let begin = page.find("let job = client").unwrap_or_default();
        let story = page[begin..].split("Ok(())").next().unwrap_or_default();
        story
            .lines()
            .map(|line| line.split(" //").next().unwrap_or_default().trim())
            .filter(|line| !line.is_empty())
            .collect()
    }

    /// The README's program needs a key; the quick start's runs against the fake, as a doctest.
    #[test]
    fn the_readme_tells_the_story_that_runs_in_the_quick_start() {
        let readme = story(include_str!("../../../README.md"));
        assert_eq!(readme.len(), 10, "{readme:#?}");
        assert_eq!(readme, story(include_str!("../../../docs/quick-start.md")));
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
