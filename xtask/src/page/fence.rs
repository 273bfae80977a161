//! The one fence of a page that holds its OpenAPI document.
//!
//! Its info string names the operation: `yaml GET /path`. Documentation hosts also write the method
//! in lower case, a file before it, and attributes after it, such as `theme={null}`. A YAML fence
//! that names no operation is an example.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::{
    operation::Operation,
    problem::{Lines, Problem},
};

/// A closed fence whose info string names an operation.
#[derive(Debug)]
pub(super) struct Fence {
    pub(super) operation: Operation,
    pub(super) text: String,
    /// The page's line of the opening fence; the text starts on the next.
    pub(super) line: usize,
}

/// A fenced block as Markdown has it.
struct Block {
    info: String,
    text: String,
    line: usize,
    closed: bool,
}

/// The page's one fence.
pub(super) fn find(name: &str, page: &str) -> Result<Fence, Problem> {
    let blocks = blocks(page);
    let mut documents = blocks
        .iter()
        .filter_map(|block| Some((block, operation(&block.info)?)));
    let Some((block, operation)) = documents.next() else {
        return Err(none(name, page, &blocks));
    };
    if let Some((second, _)) = documents.next() {
        return Err(Problem::at(
            name,
            format!(
                "a second OpenAPI document: `{}` here and `{}` on line {}, where one is expected",
                second.info, block.info, block.line
            ),
        )
        .line(second.line)
        .hint("look at the page: if the vendor now has several on a page, change xtask/src/page/fence.rs"));
    }
    if !block.closed {
        return Err(Problem::at(
            name,
            format!(
                "the fence `{}` is never closed: the page is cut off",
                block.info
            ),
        )
        .line(block.line)
        .hint("download the page again"));
    }
    Ok(Fence {
        operation,
        text: block.text.clone(),
        line: block.line,
    })
}

/// The operation that an info string names.
fn operation(info: &str) -> Option<Operation> {
    let words: Vec<&str> = info.split_whitespace().collect();
    let (language, words) = words.split_first()?;
    if !is_yaml(language) {
        return None;
    }
    words
        .windows(2)
        .find_map(|pair| Operation::new(pair[0], pair[1]))
}

fn is_yaml(language: &str) -> bool {
    language.eq_ignore_ascii_case("yaml") || language.eq_ignore_ascii_case("yml")
}

fn none(name: &str, page: &str, blocks: &[Block]) -> Problem {
    let what = "no fence whose info string names an operation, as `yaml GET /path` does";
    let (line, what) = match blocks
        .iter()
        .find(|block| block.info.split_whitespace().next().is_some_and(is_yaml))
    {
        Some(block) => (
            block.line,
            format!("{what}; this one has only `{}`", block.info),
        ),
        None => (
            page.lines().count().max(1),
            format!("{what} up to the end of the page"),
        ),
    };
    Problem::at(name, what)
        .line(line)
        .hint("check that this is an endpoint page (`cargo xtask pages` lists them) and whole")
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut lines = Lines::of(page.as_bytes());
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some(Block {
                    info: info.trim().to_owned(),
                    text: String::new(),
                    line: lines.at(range.start),
                    closed: is_closed(page, range),
                });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

/// Whether a fenced block ends with a closing fence and not with its surroundings.
///
/// The parser does not say, since to Markdown both are well-formed; to a page that was cut off in
/// transit it is the difference.
fn is_closed(page: &str, range: Range<usize>) -> bool {
    let block = page.get(range).unwrap_or_default();
    let mut lines = block.lines();
    let opening = lines.next().unwrap_or_default();
    let mark = opening.chars().next().unwrap_or('`');
    let length = opening.chars().take_while(|c| *c == mark).count();
    lines.next_back().is_some_and(|line| {
        let line = line
            .trim_start_matches(|c: char| c == '>' || c.is_whitespace())
            .trim_end();
        line.chars().count() >= length && line.chars().all(|c| c == mark)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Result<Fence, String> {
        find("p.md", page).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_text_is_the_lines_between() {
        let fence = found("# T\n\n````yaml GET /a\na: 1\n```\n\n````").unwrap();
        assert_eq!(fence.text, "a: 1\n```\n\n");
        assert_eq!(fence.line, 3);
        assert_eq!(fence.operation.to_string(), "GET /a");
    }

    #[test]
    fn line_ends_do_not_matter() {
        let fence = found("# T\r\n\r\n````yaml GET /a\r\na: 1\r\n\r\n````\r\n").unwrap();
        assert_eq!(fence.text, "a: 1\n\n");
        assert_eq!(fence.line, 3);
    }

    #[test]
    fn other_fences_are_left_alone() {
        let fence = found("```yaml\nb\n```\n~~~json GET /a\n{}\n~~~\n```yaml GET /a\na\n```\n");
        assert_eq!(fence.unwrap().text, "a\n");
    }

    #[test]
    fn a_missing_fence_is_reported_with_the_end_or_a_similar_fence() {
        let error = found("# T\n\ntext\n").unwrap_err();
        assert!(error.starts_with("p.md:3: no fence"), "{error}");
        let error = found("").unwrap_err();
        assert!(error.starts_with("p.md:1: no fence"), "{error}");
        let error = found("# T\n```yaml\na\n```\n\nend\n").unwrap_err();
        assert!(error.starts_with("p.md:2: no fence"), "{error}");
        assert!(error.contains("only `yaml`"), "{error}");
    }

    #[test]
    fn two_fences_name_both_lines() {
        let error = found("```yaml GET /a\na\n```\n\n```yaml GET /b\nb\n```\n").unwrap_err();
        assert!(error.starts_with("p.md:5: a second"), "{error}");
        assert!(error.contains("on line 1"), "{error}");
    }

    #[test]
    fn an_unclosed_fence_is_a_page_cut_off() {
        for page in [
            "````yaml GET /a",
            "````yaml GET /a\n",
            "````yaml GET /a\na: 1\n",
            "````yaml GET /a\na: 1\n```",
            "````yaml GET /a\na: 1\n```` x",
        ] {
            let error = found(page).unwrap_err();
            assert!(error.starts_with("p.md:1: "), "{error}");
            assert!(error.contains("never closed"), "{page:?}: {error}");
        }
        for page in [
            "````yaml GET /a\na: 1\n`````  ",
            "> ```yaml GET /a\n> a\n> ```",
        ] {
            assert!(found(page).is_ok(), "{page:?}");
        }
    }

    #[test]
    fn an_info_string_names_an_operation_in_several_ways() {
        for info in [
            "yaml GET /a",
            "yml GET /a",
            "YAML  get  /a",
            "yaml Get /a theme={null}",
            "yaml /openapi.json get /a",
            "yaml openapi/spec.yaml GET /a expandable lines",
            "yaml https://docs.example/openapi.json GET /a title=\"GET /b\"",
        ] {
            let fence = found(&format!("\n```{info}\na\n```\n")).unwrap();
            assert_eq!(fence.operation.to_string(), "GET /a", "{info}");
        }
    }

    #[test]
    fn an_info_string_that_names_none_is_an_example() {
        let document = "````yaml GET /a\na\n````\n";
        for info in [
            "yaml",
            "yaml theme={null}",
            "yaml config.yaml",
            "yaml GET",
            "yaml GET a",
            "yaml FETCH /a",
            "yaml title=\"x\" /a",
            "json GET /a",
        ] {
            let example = format!("```{info}\nb\n```\n");
            assert_eq!(
                found(&format!("{example}\n{document}")).unwrap().text,
                "a\n"
            );
            assert_eq!(
                found(&format!("{document}\n{example}")).unwrap().text,
                "a\n"
            );
            let error = found(&format!("\n{example}")).unwrap_err();
            assert!(error.contains("no fence"), "{error}");
            if info != "json GET /a" {
                assert!(error.starts_with("p.md:2: "), "{error}");
                assert!(error.contains(&format!("only `{info}`")), "{error}");
            }
        }
    }
}
