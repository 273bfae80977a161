//! Conversions of texts and collections into checked ids.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet, VecDeque},
    iter, slice, str, vec,
};

use crate::model::{InvalidId, InvalidIds, ResultId, ResultIds};

/// A list of ids that is checked when it is handed over: text, or ids that are checked already.
///
/// Every call that takes many ids takes it. It is implemented for `&str` and `String` (ids separated by
/// commas), for one id, and for arrays, slices, `Vec`, `VecDeque`, `HashSet`, `BTreeSet` and iterators of
/// ids or texts. Any other iterator can be collected into a `Vec`, or into [`ResultIds`].
///
/// ```
/// use akool_faceswap::{ResultId, model::IntoResultIds};
///
/// assert_eq!("a1, b2".into_result_ids()?.len(), 2);
/// assert_eq!(["a1", "b2"].into_result_ids()?.len(), 2);
/// assert_eq!(vec![ResultId::new("a1")?].into_result_ids()?.len(), 1);
/// assert_eq!("a1\nb2\n".lines().map(str::trim).into_result_ids()?.len(), 2);
///
/// let refused = vec!["a1".to_owned(), "b 2".to_owned()].into_result_ids().unwrap_err();
/// assert_eq!(refused.to_string(), "item 2: the id \"b 2\" contains white space");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of ids",
    note = "collect it into `Vec<ResultId>`, `Vec<String>` or `ResultIds`"
)]
pub trait IntoResultIds: Sealed {
    /// The result of a call that refuses texts that are not ids before it does anything: `T` for checked ids,
    /// [`Result<T, InvalidIds>`](InvalidIds) for texts.
    type Checked<T>;

    /// The ids, each once, in first-seen order.
    ///
    /// # Errors
    ///
    /// [`InvalidIds`], which names every refused text and still has the valid ids.
    fn into_result_ids(self) -> Result<ResultIds, InvalidIds>;

    /// The result of `then` for the ids, if all are valid.
    #[doc(hidden)]
    fn checked<T>(self, then: impl FnOnce(ResultIds) -> T) -> Self::Checked<T>;
}

/// One id: text that is checked when it is handed over, or a [`ResultId`].
///
/// ```
/// # use akool_faceswap_mock::{FakeAkool, FakeJob};
/// # use akool_faceswap::Client;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fake = FakeAkool::start()?;
/// # let stored = fake.add_job(FakeJob::image());
/// # let client = Client::builder().base_url(fake.url()).api_key(fake.api_key()).build()?;
/// let job = client.wait(&stored)?.await?;
///
/// let refused = client.wait("b 2").unwrap_err();
/// assert_eq!(refused.to_string(), "the id \"b 2\" contains white space");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is not an id")]
pub trait IntoResultId: Sealed {
    /// The result of a call that refuses a text that is not an id before it does anything: `T` for a checked id,
    /// [`Result<T, InvalidId>`](InvalidId) for a text.
    type Checked<T>;

    /// The id.
    ///
    /// # Errors
    ///
    /// [`InvalidId`], which says what is wrong.
    fn into_result_id(self) -> Result<ResultId, InvalidId>;

    /// The result of `then` for the id, if it is valid.
    #[doc(hidden)]
    fn checked<T>(self, then: impl FnOnce(ResultId) -> T) -> Self::Checked<T>;
}

mod sealed {
    use crate::model::{InvalidId, InvalidIds, ResultId, ResultIds};

    pub trait Sealed {}

    /// One of many ids, checked or not.
    pub trait Id {
        type Checked<T>;

        fn check(&self) -> Result<ResultId, InvalidId>;

        fn checked<T>(
            ids: Result<ResultIds, InvalidIds>,
            then: impl FnOnce(ResultIds) -> T,
        ) -> Self::Checked<T>;
    }
}

use sealed::{Id, Sealed};

fn collect<T: Id>(ids: impl IntoIterator<Item = T>) -> Result<ResultIds, InvalidIds> {
    ResultIds::try_collect(ids.into_iter().map(|id| id.check()))
}

macro_rules! checked_ids {
    ($($id:ty),*) => {$(
        impl Id for $id {
            type Checked<T> = T;

            fn check(&self) -> Result<ResultId, InvalidId> {
                Ok(ResultId::clone(self))
            }

            fn checked<T>(
                ids: Result<ResultIds, InvalidIds>,
                then: impl FnOnce(ResultIds) -> T,
            ) -> T {
                // None of these is ever refused.
                then(ids.unwrap_or_else(InvalidIds::into_valid))
            }
        }
    )*};
}

checked_ids!(ResultId, &ResultId, &&ResultId);

macro_rules! text_ids {
    ($($text:ty),*) => {$(
        impl Id for $text {
            type Checked<T> = Result<T, InvalidIds>;

            fn check(&self) -> Result<ResultId, InvalidId> {
                ResultId::new(self)
            }

            fn checked<T>(
                ids: Result<ResultIds, InvalidIds>,
                then: impl FnOnce(ResultIds) -> T,
            ) -> Result<T, InvalidIds> {
                ids.map(then)
            }
        }
    )*};
}

text_ids!(
    &str,
    String,
    &String,
    &&str,
    &&String,
    Box<str>,
    &Box<str>,
    Cow<'_, str>,
    &Cow<'_, str>
);

/// Types whose `into_iter` gives ids or texts.
macro_rules! lists {
    ($([$($parameters:tt)*] $list:ty, $item:ty;)*) => {$(
        impl<$($parameters)*> Sealed for $list {}

        impl<$($parameters)*> IntoResultIds for $list
        where
            $list: IntoIterator<Item = $item>,
            $item: Id,
        {
            type Checked<Then> = <$item as Id>::Checked<Then>;

            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                collect(self)
            }

            fn checked<Then>(self, then: impl FnOnce(ResultIds) -> Then) -> Self::Checked<Then> {
                <$item as Id>::checked(collect(self), then)
            }
        }
    )*};
}

lists! {
    [T] Vec<T>, T;
    ['a, T] &'a Vec<T>, &'a T;
    ['a, T] &'a [T], &'a T;
    [T, const N: usize] [T; N], T;
    ['a, T, const N: usize] &'a [T; N], &'a T;
    [T] VecDeque<T>, T;
    ['a, T] &'a VecDeque<T>, &'a T;
    [T, S] HashSet<T, S>, T;
    ['a, T, S] &'a HashSet<T, S>, &'a T;
    [T] BTreeSet<T>, T;
    ['a, T] &'a BTreeSet<T>, &'a T;
    [T] vec::IntoIter<T>, T;
    ['a, T] slice::Iter<'a, T>, &'a T;
    [T] std::collections::hash_set::IntoIter<T>, T;
    ['a, T] std::collections::hash_set::Iter<'a, T>, &'a T;
    [T] std::collections::btree_set::IntoIter<T>, T;
    ['a, T] std::collections::btree_set::Iter<'a, T>, &'a T;
    ['a, K, V] std::collections::hash_map::Keys<'a, K, V>, &'a K;
    ['a, K, V] std::collections::hash_map::Values<'a, K, V>, &'a V;
    [K, V] std::collections::hash_map::IntoKeys<K, V>, K;
    ['a, K, V] std::collections::btree_map::Keys<'a, K, V>, &'a K;
    ['a, K, V] std::collections::btree_map::Values<'a, K, V>, &'a V;
    ['a] str::Lines<'a>, &'a str;
    ['a] str::SplitWhitespace<'a>, &'a str;
    [I: Iterator, F] iter::Filter<I, F>, I::Item;
    [I: Iterator] iter::Take<I>, I::Item;
    [I: Iterator] iter::Skip<I>, I::Item;
    [I: DoubleEndedIterator] iter::Rev<I>, I::Item;
    [I: Iterator, J] iter::Chain<I, J>, I::Item;
    ['a, T: 'a, I: Iterator<Item = &'a T>] iter::Cloned<I>, T;
    ['a, T: 'a, I: Iterator<Item = &'a T>] iter::Copied<I>, T;
    [I: Iterator, F: FnMut(I::Item) -> T, T] iter::Map<I, F>, T;
    [I: Iterator, F: FnMut(I::Item) -> Option<T>, T] iter::FilterMap<I, F>, T;
}

macro_rules! one_or_more {
    ($($text:ty),*) => {$(
        impl Sealed for $text {}

        impl IntoResultIds for $text {
            type Checked<T> = Result<T, InvalidIds>;

            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                self.parse()
            }

            fn checked<T>(self, then: impl FnOnce(ResultIds) -> T) -> Self::Checked<T> {
                self.into_result_ids().map(then)
            }
        }

        impl IntoResultId for $text {
            type Checked<T> = Result<T, InvalidId>;

            fn into_result_id(self) -> Result<ResultId, InvalidId> {
                ResultId::new(self)
            }

            fn checked<T>(self, then: impl FnOnce(ResultId) -> T) -> Self::Checked<T> {
                self.into_result_id().map(then)
            }
        }
    )*};
}

one_or_more!(&str, String, &String);

macro_rules! known {
    ($($ids:ty),*) => {$(
        impl Sealed for $ids {}

        impl IntoResultIds for $ids {
            type Checked<T> = T;

            fn into_result_ids(self) -> Result<ResultIds, InvalidIds> {
                Ok(self.into())
            }

            fn checked<T>(self, then: impl FnOnce(ResultIds) -> T) -> T {
                then(self.into())
            }
        }
    )*};
}

known!(ResultIds, &ResultIds, ResultId, &ResultId);

macro_rules! one {
    ($($id:ty),*) => {$(
        impl IntoResultId for $id {
            type Checked<T> = T;

            fn into_result_id(self) -> Result<ResultId, InvalidId> {
                Ok(self.into())
            }

            fn checked<T>(self, then: impl FnOnce(ResultId) -> T) -> T {
                then(self.into())
            }
        }
    )*};
}

one!(ResultId, &ResultId);

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;

    #[test]
    fn any_collection_of_ids_is_accepted() {
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
    fn iterators_of_ids_are_accepted() {
        let ids = [ResultId::new("a1").unwrap(), ResultId::new("b2").unwrap()];
        let count = |ids: Result<ResultIds, InvalidIds>| ids.unwrap().len();
        assert_eq!(count(ids.iter().into_result_ids()), 2);
        assert_eq!(count(ids.iter().cloned().into_result_ids()), 2);
        assert_eq!(count(ids.iter().map(ResultId::as_str).into_result_ids()), 2);
        assert_eq!(count(ids.iter().skip(1).into_result_ids()), 1);
        let some = ids.iter().filter(|id| id.as_str() == "a1");
        assert_eq!(count(some.into_result_ids()), 1);
        let map = HashMap::from([("a1", 1), ("b2", 2)]);
        assert_eq!(count(map.keys().into_result_ids()), 2);
        let map = BTreeMap::from([(1, "a1".to_owned())]);
        assert_eq!(count(map.values().into_result_ids()), 1);
        assert_eq!(count("a1\nb2".lines().into_result_ids()), 2);
    }

    #[test]
    fn only_texts_can_be_refused() {
        let id = ResultId::new("a1").unwrap();
        let number: usize = IntoResultIds::checked([&id, &id], |ids| ids.len());
        assert_eq!(number, 1);
        let refused: Result<usize, InvalidIds> =
            IntoResultIds::checked(["a1", "b 2"], |ids| ids.len());
        assert_eq!(refused.unwrap_err().valid().len(), 1);
        assert_eq!(IntoResultId::checked(&id, |one| one), id);
        let refused = IntoResultId::checked("", |one| one).unwrap_err();
        assert_eq!(refused.to_string(), "an id is empty");
    }

    #[test]
    fn a_bad_text_is_named_and_the_others_are_kept() {
        let refused = ["a1", "", "c3"].into_result_ids().unwrap_err();
        assert_eq!(refused.to_string(), "item 2: an id is empty");
        assert_eq!(refused.valid().len(), 2);
    }
}
