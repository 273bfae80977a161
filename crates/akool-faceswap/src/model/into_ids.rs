//! Ids from whatever a program has them in.

use std::collections::{BTreeSet, HashSet};

use crate::model::{InvalidIds, ResultId, ResultIds};

/// A list of ids that is checked when it is handed over: text, or ids that are checked already.
///
/// [`Client::lookup`](crate::Client::lookup) and [`Client::delete`](crate::Client::delete) take it. It is
/// implemented for `&str` and `String` (ids separated by commas), for one id, and for arrays, slices, `Vec`,
/// `HashSet` and `BTreeSet` of ids or texts. For any other iterator use [`ResultIds::parse_all`], or collect
/// [`ResultId`]s into [`ResultIds`].
///
/// ```
/// use akool_faceswap::{ResultId, model::IntoResultIds};
///
/// assert_eq!("a1, b2".into_result_ids()?.len(), 2);
/// assert_eq!(["a1", "b2"].into_result_ids()?.len(), 2);
/// assert_eq!(vec![ResultId::new("a1")?].into_result_ids()?.len(), 1);
///
/// let refused = vec!["a1".to_owned(), "b 2".to_owned()].into_result_ids().unwrap_err();
/// assert_eq!(refused.to_string(), "item 2: the id \"b 2\" contains white space");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait IntoResultIds: sealed::Sealed {
    /// The ids, each once, in first-seen order.
    ///
    /// # Errors
    ///
    /// [`InvalidIds`], which names every refused text and still has the valid ids.
    fn into_result_ids(self) -> Result<ResultIds, InvalidIds>;
}

/// One id, checked or not.
trait Id {
    fn check(&self) -> Result<ResultId, crate::model::InvalidId>;
}

mod sealed {
    pub trait Sealed {}
}

fn collect<T: Id>(ids: impl IntoIterator<Item = T>) -> Result<ResultIds, InvalidIds> {
    ResultIds::try_collect(ids.into_iter().map(|id| id.check()))
}

impl Id for ResultId {
    fn check(&self) -> Result<ResultId, crate::model::InvalidId> {
        Ok(self.clone())
    }
}

impl Id for &ResultId {
    fn check(&self) -> Result<ResultId, crate::model::InvalidId> {
        Ok((*self).clone())
    }
}

macro_rules! text_ids {
    ($($text:ty),*) => {$(
        impl Id for $text {
            fn check(&self) -> Result<ResultId, crate::model::InvalidId> {
                ResultId::new(self)
            }
        }
    )*};
}

text_ids!(&str, String, &String, &&str);

macro_rules! lists {
    ($($id:ty),*) => {$(
        impl sealed::Sealed for Vec<$id> {}
        impl IntoResultIds for Vec<$id> {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self)
            }
        }

        impl sealed::Sealed for &Vec<$id> {}
        impl IntoResultIds for &Vec<$id> {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self.iter())
            }
        }

        impl sealed::Sealed for &[$id] {}
        impl IntoResultIds for &[$id] {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self.iter())
            }
        }

        impl<const N: usize> sealed::Sealed for [$id; N] {}
        impl<const N: usize> IntoResultIds for [$id; N] {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self)
            }
        }

        impl<const N: usize> sealed::Sealed for &[$id; N] {}
        impl<const N: usize> IntoResultIds for &[$id; N] {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self.iter())
            }
        }

        impl<S> sealed::Sealed for HashSet<$id, S> {}
        impl<S> IntoResultIds for HashSet<$id, S> {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self)
            }
        }

        impl sealed::Sealed for BTreeSet<$id> {}
        impl IntoResultIds for BTreeSet<$id> {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self)
            }
        }
    )*};
}

lists!(ResultId, &str, String);

macro_rules! single {
    ($($one:ty => |$this:ident| $ids:expr),* $(,)?) => {$(
        impl sealed::Sealed for $one {}
        impl IntoResultIds for $one {
            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                let $this = self;
                $ids
            }
        }
    )*};
}

single! {
    ResultIds => |ids| Ok(ids),
    &ResultIds => |ids| Ok(ids.clone()),
    ResultId => |id| Ok(id.into()),
    &ResultId => |id| Ok(id.into()),
    &str => |text| text.parse(),
    String => |text| text.parse(),
    &String => |text| text.parse(),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_holds_ids_is_taken() {
        let id = ResultId::new("a1").unwrap();
        let count = |ids: Result<ResultIds, InvalidIds>| ids.unwrap().len();
        assert_eq!(count("a1,b2".into_result_ids()), 2);
        assert_eq!(count("a1".to_owned().into_result_ids()), 1);
        assert_eq!(count(["a1", "b2", "a1"].into_result_ids()), 2);
        assert_eq!(count((&["a1", "b2"]).into_result_ids()), 2);
        assert_eq!(count(vec!["a1".to_owned()].into_result_ids()), 1);
        assert_eq!(count((&vec![id.clone()]).into_result_ids()), 1);
        assert_eq!(count([id.clone()].as_slice().into_result_ids()), 1);
        assert_eq!(count(HashSet::from([id.clone()]).into_result_ids()), 1);
        assert_eq!(count(BTreeSet::from(["a1", "b2"]).into_result_ids()), 2);
        assert_eq!(count((&id).into_result_ids()), 1);
        assert_eq!(count(Vec::<String>::new().into_result_ids()), 0);
    }

    #[test]
    fn a_bad_text_is_named_and_the_others_are_kept() {
        let refused = ["a1", "", "c3"].into_result_ids().unwrap_err();
        assert_eq!(refused.to_string(), "item 2: an id is empty");
        assert_eq!(refused.valid().len(), 2);
    }
}
