//! The page's table of statuses: `Status | Description` under a heading that says "Status".

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::StatusRow;
use crate::problem::{Lines, Problem};

/// A table as Markdown has it: for each row its line and cells; the first row is the header.
struct Table {
    heading: String,
    rows: Vec<(usize, Vec<String>)>,
}

/// The page's status table; empty if it has none.
pub(super) fn find(name: &str, page: &str) -> Result<Vec<StatusRow>, Problem> {
    let mut found: Option<(usize, Vec<StatusRow>)> = None;
    for table in tables(page) {
        let mut rows = table.rows.into_iter();
        let Some((line, header)) = rows.next() else {
            continue;
        };
        let is_header = matches!(&header[..], [status, description, ..]
            if status.eq_ignore_ascii_case("status")
                && description.eq_ignore_ascii_case("description"));
        if !is_header || !table.heading.to_ascii_lowercase().contains("status") {
            continue;
        }
        if let Some((first, _)) = found {
            return Err(Problem::at(
                name,
                format!("a second status table; the first is on line {first}"),
            )
            .line(line));
        }
        found = Some((line, statuses(name, rows)?));
    }
    Ok(found.map(|(_, rows)| rows).unwrap_or_default())
}

fn statuses(
    name: &str,
    rows: impl Iterator<Item = (usize, Vec<String>)>,
) -> Result<Vec<StatusRow>, Problem> {
    let mut statuses = Vec::new();
    let mut seen = BTreeSet::new();
    for (line, cells) in rows {
        let problem =
            |what: String| Problem::at(name, format!("the status table: {what}")).line(line);
        let [value, description, ..] = &cells[..] else {
            return Err(problem("a row with fewer than two cells".to_owned()));
        };
        let value: i64 = value
            .parse()
            .map_err(|_| problem(format!("`{value}` is not a whole number")))?;
        if description.is_empty() {
            return Err(problem(format!("{value} has no description")));
        }
        if !seen.insert(value) {
            return Err(problem(format!("{value} is listed twice")));
        }
        statuses.push(StatusRow {
            value,
            description: description.clone(),
        });
    }
    Ok(statuses)
}

fn tables(page: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut heading = String::new();
    let mut lines = Lines::of(page.as_bytes());
    // Where text goes: nowhere, to the heading, or to the last cell of the last row.
    let mut in_heading = false;
    let mut in_cell = false;
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading.clear();
                in_heading = true;
            }
            Event::End(TagEnd::Heading(_)) => in_heading = false,
            Event::Start(Tag::Table(_)) => tables.push(Table {
                heading: heading.clone(),
                rows: Vec::new(),
            }),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                if let Some(table) = tables.last_mut() {
                    table.rows.push((lines.at(range.start), Vec::new()));
                }
            }
            Event::Start(Tag::TableCell) => {
                in_cell = true;
                if let Some((_, row)) = last_row(&mut tables) {
                    row.push(String::new());
                }
            }
            Event::End(TagEnd::TableCell) => {
                in_cell = false;
                if let Some(cell) = last_row(&mut tables).and_then(|(_, row)| row.last_mut()) {
                    *cell = cell.trim().to_owned();
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if in_heading {
                    heading.push_str(&text);
                } else if in_cell
                    && let Some(cell) = last_row(&mut tables).and_then(|(_, row)| row.last_mut())
                {
                    cell.push_str(&text);
                }
            }
            _ => {}
        }
    }
    tables
}

fn last_row(tables: &mut [Table]) -> Option<&mut (usize, Vec<String>)> {
    tables.last_mut()?.rows.last_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Result<Vec<(i64, String)>, String> {
        find("p.md", page)
            .map(|rows| rows.into_iter().map(|r| (r.value, r.description)).collect())
            .map_err(|problem| problem.to_string())
    }

    fn table(heading: &str, rows: &str) -> String {
        format!("# T\n\n{heading}\n\n| Status | Description |\n| --- | :-: |\n{rows}")
    }

    #[test]
    fn rows_keep_their_order_and_lose_their_markup() {
        let page = table(
            "## Faceswap Status",
            "| 3 | **In** Queue |\n|`1`|Done, *maybe*|\n",
        );
        let rows = found(&page).unwrap();
        assert_eq!(rows, [(3, "In Queue".into()), (1, "Done, maybe".into())]);
        assert_eq!(found(&page.replace('\n', "\r\n")).unwrap(), rows);
        let wider =
            "## Status\n\n| Status | Description | Final |\n|-|-|-|\n| 3 | In Queue | no |\n";
        assert_eq!(found(wider).unwrap(), [(3, "In Queue".into())]);
    }

    #[test]
    fn other_tables_are_left_alone() {
        assert_eq!(found(&table("## Codes", "| 1 | a |\n")).unwrap(), []);
        let page = table("## Status", "| 1 | a |\n");
        assert_eq!(found(&page.replace("Description", "Meaning")).unwrap(), []);
        assert_eq!(found("no table\n").unwrap(), []);
        let fenced = format!("````\n{page}\n````\n");
        assert_eq!(found(&fenced).unwrap(), []);
    }

    #[test]
    fn odd_rows_are_refused_with_their_line() {
        for (rows, what) in [
            (
                "| 1 | a |\n| x | b |\n",
                "p.md:8: the status table: `x` is not",
            ),
            (
                "| 1 | a |\n| 2.0 | b |\n",
                "p.md:8: the status table: `2.0` is not",
            ),
            (
                "| 1 | a |\n| 1 | b |\n",
                "p.md:8: the status table: 1 is listed twice",
            ),
            (
                "| 1 | |\n",
                "p.md:7: the status table: 1 has no description",
            ),
        ] {
            let error = found(&table("## Status", rows)).unwrap_err();
            assert!(error.starts_with(what), "{error}");
        }
        let page = table("## Status", "| 1 | a |\n");
        let error = found(&format!("{page}\n{page}")).unwrap_err();
        assert!(error.starts_with("p.md:13: a second"), "{error}");
        assert!(error.ends_with("line 5"), "{error}");
    }
}
