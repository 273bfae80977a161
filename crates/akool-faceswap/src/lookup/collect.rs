//! The outcome of every id, filled in as answers come.
//!
//! Rows are matched with the requested ids by their `_id`. The API documents no order. If it answers in the
//! order of the list, each row is found where it is expected, and no map of positions is built.

use std::{borrow::Cow, cell::OnceCell, collections::HashMap, iter::Peekable};

use akool_faceswap_raw::types::FaceswapResultDetail as Row;
use serde_json::Value;

use crate::lookup::{AllFailed, Outcome, Results, UnexpectedRow, rows::Rows};
use crate::{
    error::{Error, Snippet},
    model::{
        Job, Note, ResultId, ResultIds,
        lenient::{OddRow, Unreadable},
    },
};

pub(super) struct ResultCollector<'a> {
    ids: &'a ResultIds,
    positions: OnceCell<HashMap<&'a str, usize>>,
    outcomes: Vec<Outcome>,
    unexpected: Vec<UnexpectedRow>,
    anything_answered: bool,
}

impl<'a> ResultCollector<'a> {
    pub(super) fn new(ids: &'a ResultIds) -> Self {
        Self {
            ids,
            positions: OnceCell::new(),
            outcomes: std::iter::repeat_with(|| Outcome::Missing)
                .take(ids.len())
                .collect(),
            unexpected: Vec::new(),
            anything_answered: false,
        }
    }

    /// Takes the answer about the ids at these positions; returns those that it lacks.
    pub(super) fn take(&mut self, positions: &[usize], rows: Rows) -> Vec<usize> {
        self.anything_answered = true;
        let mut expected = positions.iter().copied().peekable();
        match rows {
            Rows::AsDocumented(rows) => {
                for row in rows {
                    self.take_row(row, None, &mut expected);
                }
            }
            Rows::Lenient(rows) => {
                for row in rows {
                    match row {
                        Ok(OddRow { row, json, notes }) => {
                            let odd = (!notes.is_empty()).then_some((json, notes));
                            self.take_row(row, odd, &mut expected);
                        }
                        Err(Unreadable(why)) => {
                            self.unexpected.push(UnexpectedRow::unreadable(why));
                        }
                    }
                }
            }
        }
        let is_missing = |position: &usize| matches!(self.outcomes[*position], Outcome::Missing);
        positions.iter().copied().filter(is_missing).collect()
    }

    /// Takes the error that the ids at these positions failed with.
    pub(super) fn fail(&mut self, positions: &[usize], error: &Error) {
        for position in positions {
            let outcome = &mut self.outcomes[*position];
            // A row from another request's answer is worth more than an error.
            if matches!(outcome, Outcome::Missing) {
                *outcome = Outcome::Failed(error.clone());
            }
        }
    }

    /// Takes one row; `odd` is the row as it came and what was odd about it, `expected` where the
    /// next rows would be if the answer had the order of the list.
    fn take_row(
        &mut self,
        row: Row,
        odd: Option<(Value, Vec<Note>)>,
        expected: &mut Peekable<impl Iterator<Item = usize>>,
    ) {
        let Some(text) = row.id.as_deref() else {
            self.unexpected
                .push(UnexpectedRow::unreadable("the row has no _id"));
            return;
        };
        let is_next = |position: &usize| self.ids.as_slice()[*position].as_str() == text;
        let (text, asked) = if let Some(next) = expected.peek().copied().filter(is_next) {
            (Cow::Borrowed(text), Some(next))
        } else {
            let text = ResultId::normalized(text);
            let asked = self.position(&text, expected.peek().copied());
            (text, asked)
        };
        let id = if let Some(position) = asked {
            expected.next();
            self.ids.as_slice()[position].clone()
        } else if let Ok(id) = ResultId::new(&text)
            && !Snippet::is_url_like(&text)
        {
            id
        } else {
            self.unexpected
                .push(UnexpectedRow::unreadable("the _id of the row is not an id"));
            return;
        };
        let job = match odd {
            None => Job::from_row(id, row),
            Some((json, notes)) => Job::from_odd_row(id, row, json, notes),
        };
        let Some(position) = asked else {
            self.unexpected.push(UnexpectedRow::not_asked(job));
            return;
        };
        match &mut self.outcomes[position] {
            // Of two rows for one job, the one that is further along counts.
            Outcome::Found(known) => {
                let mut other = job;
                if other.is_terminal() && !known.is_terminal() {
                    std::mem::swap(known, &mut other);
                }
                self.unexpected.push(UnexpectedRow::repeated(other));
            }
            slot => *slot = Outcome::Found(job),
        }
    }

    /// Where in the list an id was asked for.
    fn position(&self, id: &str, expected: Option<usize>) -> Option<usize> {
        let ids = self.ids.as_slice();
        if expected.is_some_and(|expected| ids[expected].as_str() == id) {
            return expected;
        }
        let positions = self.positions.get_or_init(|| {
            ids.iter()
                .enumerate()
                .map(|(position, id)| (id.as_str(), position))
                .collect()
        });
        positions.get(id).copied()
    }

    /// The results, or the first error if every id failed.
    pub(super) fn into_results(self) -> Result<Results, AllFailed> {
        if !self.anything_answered {
            let first = self.outcomes.iter().find_map(|outcome| match outcome {
                Outcome::Failed(error) => Some(error.clone()),
                _ => None,
            });
            if let Some(error) = first {
                return Err(AllFailed {
                    error: error.with_ids(self.ids.as_slice()),
                    outcomes: self.outcomes,
                });
            }
        }
        Ok(Results::new(
            self.ids.clone(),
            self.outcomes,
            self.unexpected,
        ))
    }
}
