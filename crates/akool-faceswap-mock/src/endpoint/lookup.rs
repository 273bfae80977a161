//! The ids of a lookup and of a deletion.

use serde_json::Value;

/// The ids of a query, percent-decoded; if the parameter is given twice, those of both.
pub(crate) fn ids_of_query(query: &str) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "_ids")
        .flat_map(|(_, list)| split(&list))
        .collect()
}

/// The ids of a deletion: one comma-joined string, not an array.
pub(crate) fn ids_of_body(body: &[u8]) -> Option<Vec<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let ids = split(body.get("_ids")?.as_str()?);
    (!ids.is_empty()).then_some(ids)
}

fn split(list: &str) -> Vec<String> {
    list.split(',')
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_decoded_and_keep_their_order() {
        assert_eq!(ids_of_query("_ids=b%2Ca,c"), ["b", "a", "c"]);
        assert_eq!(ids_of_query("x=1&_ids=a&_ids=b"), ["a", "b"]);
        assert_eq!(ids_of_query("_ids=,a,,"), ["a"]);
        assert_eq!(ids_of_query("_ids=%E2%82%AC"), ["€"]);
        assert!(ids_of_query("").is_empty());
        assert!(ids_of_query("_ids").is_empty());
        assert!(ids_of_query("_ids=%2C").is_empty());
        assert!(ids_of_query("ids=a").is_empty());
    }

    #[test]
    fn a_deletion_takes_one_string() {
        let ids = |body: &str| ids_of_body(body.as_bytes());
        assert_eq!(ids(r#"{"_ids":"a,b"}"#), Some(vec!["a".into(), "b".into()]));
        for body in [r#"{"_ids":["a"]}"#, r#"{"_ids":""}"#, "{}", "", "[]"] {
            assert_eq!(ids(body), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_query_makes_the_parser_panic(query in ".*") {
            for id in ids_of_query(&query) {
                prop_assert!(!id.is_empty() && !id.contains(','));
            }
        }

        #[test]
        fn ids_survive_encoding(ids in prop::collection::vec("[^,]{1,8}", 1..5)) {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("_ids", &ids.join(","))
                .finish();
            prop_assert_eq!(ids_of_query(&query), ids);
        }
    }
}
