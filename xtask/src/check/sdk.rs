//! The statuses that the SDK names, read from its source.
//!
//! From the source and not from the compiled crate, so that a tree whose SDK does not build can
//! still be checked and regenerated.

use proc_macro2::Span;
use syn::{Expr, ExprLit, Item, Lit, UnOp, spanned::Spanned as _};

use crate::{page::StatusRow, problem::Problem};

/// The form that the source must have.
pub(super) const EXPECTED: &str = "write there `const DOCUMENTED: [(i64, &str, \
    JobStatus); N] = [(1, \"In Queue\", JobStatus::InQueue), …]`";

/// The rows of the const `DOCUMENTED`, each with its line.
pub(super) fn documented(name: &str, source: &str) -> Result<Vec<(StatusRow, usize)>, Problem> {
    let at = |span: Span, what: &str| Problem::at(name, what).line(span.start().line);
    let file = syn::parse_file(source).map_err(|e| at(e.span(), &format!("not Rust: {e}")))?;
    let array =
        constant(&file.items).ok_or_else(|| Problem::at(name, "no const named DOCUMENTED"))?;
    let Expr::Array(array) = array else {
        return Err(at(array.span(), "DOCUMENTED is not an array"));
    };
    let mut rows: Vec<(StatusRow, usize)> = Vec::new();
    let mut variants: Vec<String> = Vec::new();
    for entry in &array.elems {
        let line = entry.span().start().line;
        let (row, variant) = row(entry)
            .ok_or_else(|| at(entry.span(), "not of the form (number, \"text\", variant)"))?;
        if rows.iter().any(|(other, _)| other.value == row.value) || variants.contains(&variant) {
            let what = format!("{} or {variant} stands there twice", row.value);
            return Err(at(entry.span(), &what));
        }
        rows.push((row, line));
        variants.push(variant);
    }
    Ok(rows)
}

/// The value of the const, at the top or in an `impl`.
fn constant(items: &[Item]) -> Option<&Expr> {
    items.iter().find_map(|item| match item {
        Item::Const(item) if item.ident == "DOCUMENTED" => Some(&*item.expr),
        Item::Impl(item) => item.items.iter().find_map(|item| match item {
            syn::ImplItem::Const(item) if item.ident == "DOCUMENTED" => Some(&item.expr),
            _ => None,
        }),
        _ => None,
    })
}

fn row(entry: &Expr) -> Option<(StatusRow, String)> {
    let Expr::Tuple(tuple) = entry else {
        return None;
    };
    let mut parts = tuple.elems.iter();
    let (Some(value), Some(text), Some(Expr::Path(variant)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let Expr::Lit(ExprLit {
        lit: Lit::Str(description),
        ..
    }) = text
    else {
        return None;
    };
    let row = StatusRow {
        value: number(value)?,
        description: description.value(),
    };
    Some((row, variant.path.segments.last()?.ident.to_string()))
}

fn number(value: &Expr) -> Option<i64> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        Expr::Unary(minus) if matches!(minus.op, UnOp::Neg(_)) => {
            number(&minus.expr)?.checked_neg()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Result<Vec<(i64, String, usize)>, String> {
        documented("status.rs", source)
            .map(|rows| {
                rows.into_iter()
                    .map(|(row, line)| (row.value, row.description, line))
                    .collect()
            })
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_const_is_read_wherever_it_stands() {
        let array = "const DOCUMENTED: [(i64, &str, JobStatus); 2] = [\n\
                     (1, \"In Queue\", JobStatus::InQueue),\n(-2, \"Odd\", Self::Odd)];";
        for source in [
            format!("pub(crate) {array}"),
            format!("impl JobStatus {{ fn a() {{}} {array} }}"),
        ] {
            let rows = read(&source).unwrap();
            assert_eq!(rows, [(1, "In Queue".into(), 2), (-2, "Odd".into(), 3)]);
        }
    }

    #[test]
    fn any_other_form_is_refused_with_its_line() {
        for (source, error) in [
            ("fn a() {}", "status.rs: no const named DOCUMENTED"),
            ("\nfn 1() {}", "status.rs:2: not Rust"),
            (
                "const DOCUMENTED: i64 = 1;",
                "status.rs:1: DOCUMENTED is not an array",
            ),
            (
                "const DOCUMENTED: X = [\n(1, \"a\")];",
                "status.rs:2: not of the form",
            ),
            (
                "const DOCUMENTED: X = [(ONE, \"a\", A)];",
                "status.rs:1: not of the form",
            ),
            (
                "const DOCUMENTED: X = [(1, \"a\", A),\n(1, \"b\", B)];",
                "status.rs:2: 1 or B stands there twice",
            ),
            (
                "const DOCUMENTED: X = [(1, \"a\", A),\n(2, \"b\", A)];",
                "status.rs:2: 2 or A stands there twice",
            ),
        ] {
            let found = read(source).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
    }
}
