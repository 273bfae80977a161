//! A list of result ids: first-seen order, no repeats.

use std::{collections::HashSet, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{InvalidId, InvalidIds, ResultId, query::join};

/// Result ids in first-seen order, each once.
///
/// ```
/// use akool_faceswap::ResultIds;
///
/// let ids: ResultIds = "667d22840000, 667d22840001,667d22840000".parse()?;
/// assert_eq!(ids.len(), 2);
/// assert_eq!(ids.to_string(), "667d22840000,667d22840001");
/// # Ok::<(), akool_faceswap::error::InvalidIds>(())
/// ```
///
/// Cloning is cheap, however long the list is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResultIds(Arc<Vec<ResultId>>);

impl ResultIds {
    /// Checks each text and keeps the ids.
    ///
    /// ```
    /// # use akool_faceswap::ResultIds;
    /// let refused = ResultIds::parse_all(["a1", "b 2", "c3"]).unwrap_err();
    /// assert_eq!(refused.to_string(), "item 2: the id \"b 2\" contains white space");
    /// // One bad id does not affect the others.
    /// assert_eq!(refused.into_valid().to_string(), "a1,c3");
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidIds`], which names every refused text and still has the valid ids.
    pub fn parse_all<I>(texts: I) -> Result<Self, InvalidIds>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        Self::try_collect(texts.into_iter().map(ResultId::new))
    }

    /// The valid ids, or the refused ones.
    pub(crate) fn try_collect(
        ids: impl Iterator<Item = Result<ResultId, InvalidId>>,
    ) -> Result<Self, InvalidIds> {
        let mut refused = Vec::new();
        let valid: Self = ids
            .enumerate()
            .filter_map(|(index, id)| match id {
                Ok(id) => Some(id),
                Err(error) => {
                    refused.push((index, error));
                    None
                }
            })
            .collect();
        if refused.is_empty() {
            Ok(valid)
        } else {
            Err(InvalidIds { valid, refused })
        }
    }

    /// A list of ids that are known to be distinct.
    pub(crate) fn from_distinct(ids: Vec<ResultId>) -> Self {
        Self(Arc::new(ids))
    }

    /// The number of ids.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no id.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the list has this id. The search is linear.
    pub fn contains(&self, id: impl AsRef<str>) -> bool {
        let id = ResultId::normalized(id.as_ref());
        self.0.iter().any(|known| known.as_str() == &*id)
    }

    /// The ids in order.
    pub fn as_slice(&self) -> &[ResultId] {
        &self.0
    }

    /// The ids in order.
    pub fn iter(&self) -> std::slice::Iter<'_, ResultId> {
        self.0.iter()
    }
}

impl std::ops::Index<usize> for ResultIds {
    type Output = ResultId;

    /// # Panics
    ///
    /// If `index` is out of bounds.
    fn index(&self, index: usize) -> &ResultId {
        &self.0[index]
    }
}

impl FromIterator<ResultId> for ResultIds {
    fn from_iter<I: IntoIterator<Item = ResultId>>(ids: I) -> Self {
        let mut list = Self::default();
        list.extend(ids);
        list
    }
}

impl Extend<ResultId> for ResultIds {
    fn extend<I: IntoIterator<Item = ResultId>>(&mut self, ids: I) {
        let mut seen: HashSet<ResultId> = self.0.iter().cloned().collect();
        Arc::make_mut(&mut self.0).extend(ids.into_iter().filter(|id| seen.insert(id.clone())));
    }
}

impl From<ResultId> for ResultIds {
    fn from(id: ResultId) -> Self {
        Self(Arc::new(vec![id]))
    }
}

impl From<&ResultId> for ResultIds {
    fn from(id: &ResultId) -> Self {
        id.clone().into()
    }
}

impl From<&ResultIds> for ResultIds {
    fn from(ids: &ResultIds) -> Self {
        ids.clone()
    }
}

impl From<Vec<ResultId>> for ResultIds {
    fn from(ids: Vec<ResultId>) -> Self {
        ids.into_iter().collect()
    }
}

impl From<&[ResultId]> for ResultIds {
    fn from(ids: &[ResultId]) -> Self {
        ids.iter().cloned().collect()
    }
}

impl From<HashSet<ResultId>> for ResultIds {
    fn from(ids: HashSet<ResultId>) -> Self {
        ids.into_iter().collect()
    }
}

impl From<&Vec<ResultId>> for ResultIds {
    fn from(ids: &Vec<ResultId>) -> Self {
        ids.as_slice().into()
    }
}

impl<const N: usize> From<[ResultId; N]> for ResultIds {
    fn from(ids: [ResultId; N]) -> Self {
        ids.into_iter().collect()
    }
}

impl IntoIterator for ResultIds {
    type Item = ResultId;
    type IntoIter = std::vec::IntoIter<ResultId>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a> IntoIterator for &'a ResultIds {
    type Item = &'a ResultId;
    type IntoIter = std::slice::Iter<'a, ResultId>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A comma-separated list; white space around an id is ignored.
impl FromStr for ResultIds {
    type Err = InvalidIds;

    fn from_str(list: &str) -> Result<Self, InvalidIds> {
        Self::parse_all(list.split(',').map(str::trim))
    }
}

/// The ids joined by commas, as the API takes them.
impl fmt::Display for ResultIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.iter()))
    }
}

impl fmt::Debug for ResultIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl Serialize for ResultIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ResultIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<ResultId>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ResultIds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ResultIds".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<ResultId>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn order_is_kept_and_repeats_are_dropped() {
        let ids: ResultIds = "b,a,b,c,a".parse().unwrap();
        assert_eq!(ids.to_string(), "b,a,c");
    }

    #[test]
    fn a_list_is_an_array_in_json_and_can_be_iterated() {
        let ids: ResultIds = "b,a".parse().unwrap();
        let json = serde_json::to_string(&ids).unwrap();
        assert_eq!(json, r#"["b","a"]"#);
        assert_eq!(serde_json::from_str::<ResultIds>(&json).unwrap(), ids);
        assert_eq!(
            serde_json::from_str::<ResultIds>(r#"["a","a"]"#)
                .unwrap()
                .len(),
            1
        );
        assert!(serde_json::from_str::<ResultIds>(r#"["a b"]"#).is_err());
        let mut seen = Vec::new();
        for id in &ids {
            seen.push(id.as_str());
        }
        assert_eq!(seen, ["b", "a"]);
        assert_eq!(format!("{ids:?}"), r#"["b", "a"]"#);
    }

    #[test]
    fn a_list_is_made_of_whatever_holds_ids() {
        let id = ResultId::try_from("a").unwrap();
        assert_eq!(id, ResultId::try_from("a".to_owned()).unwrap());
        assert!(ResultId::try_from("a b").is_err() && ResultId::try_from(String::new()).is_err());
        let other = ResultId::new("b").unwrap();
        let both = "a,b".parse::<ResultIds>().unwrap();
        assert_eq!(
            ResultIds::from(id.clone()).as_slice(),
            std::slice::from_ref(&id)
        );
        assert_eq!(ResultIds::from(&id).len(), 1);
        assert_eq!(ResultIds::from([id.clone(), other.clone()]), both);
        assert_eq!(
            ResultIds::from(vec![id.clone(), other.clone(), id.clone()]),
            both
        );
        assert_eq!(ResultIds::from(&[id, other][..]), both);
        assert_eq!(ResultIds::from(&both), both);
    }

    #[test]
    fn extending_drops_ids_that_are_already_in_the_list() {
        let mut ids: ResultIds = "a,b".parse().unwrap();
        ids.extend("b,c".parse::<ResultIds>().unwrap());
        assert_eq!(ids.to_string(), "a,b,c");
    }

    #[test]
    fn every_refused_item_is_named_and_the_rest_kept() {
        let error = "a,,b c,d\u{1},e f,g".parse::<ResultIds>().unwrap_err();
        assert_eq!(error.valid().to_string(), "a,g");
        let positions: Vec<usize> = error.refused().map(|(index, _)| index).collect();
        assert_eq!(positions, [1, 2, 3, 4]);
        let message = error.to_string();
        assert!(
            message.starts_with("item 2: an id is empty; item 3: "),
            "{message}"
        );
        assert!(message.ends_with("; and 1 more"), "{message}");
        assert_eq!(error.into_valid().len(), 2);
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(
            "".parse::<ResultIds>().unwrap_err().to_string(),
            "item 1: an id is empty"
        );
    }

    fn any_id() -> impl Strategy<Value = ResultId> {
        "[a-zA-Z0-9+.:/=_~-]{1,40}".prop_filter_map("not an id", |text| ResultId::new(text).ok())
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused(list in any::<String>()) {
            if let Err(error) = list.parse::<ResultIds>() {
                prop_assert!(error.refused().count() > 0);
                prop_assert!(!error.to_string().is_empty());
            }
        }

        #[test]
        fn joined_and_parsed_again_is_the_same(ids in prop::collection::vec(any_id(), 1..40)) {
            let ids = ResultIds::from(ids);
            prop_assert_eq!(ids.to_string().parse::<ResultIds>().unwrap(), ids);
        }

    }

    #[test]
    fn a_list_finds_its_ids_in_upper_case() {
        let ids: ResultIds = "667d228400000000000a0001,a".parse().unwrap();
        assert!(ids.contains("a") && !ids.contains("b"));
        assert!(ids.contains("667D228400000000000A0001"));
        let set = HashSet::from([ids[0].clone(), ids[1].clone()]);
        assert_eq!(
            (
                ResultIds::from(set).len(),
                ResultIds::from(&vec![ids[0].clone()]).len()
            ),
            (2, 1)
        );
    }
}
