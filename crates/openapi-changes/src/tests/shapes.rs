//! References that move, cycles, great depth, and lists in another order.

use super::*;

const ITEMS: &str = "/components/schemas/JobList/properties/result/items";

/// The base with `Job` under another name, in the component and where it is used.
fn renamed() -> Value {
    edited(&BASE, |document| {
        let job = remove(document, JOB);
        set(document, "/components/schemas/Task", job);
        set(
            document,
            ITEMS,
            json!({"$ref": "#/components/schemas/Task"}),
        );
    })
}

/// Released clients notice nothing, but code that names the generated type does not compile.
#[test]
fn a_component_under_another_name_renames_the_generated_type() {
    let report = documents(&BASE, &renamed());
    let expected = [
        (Group::Breaking, Kind::TypeRenamed),
        (Group::Compatible, Kind::ComponentRemoved),
        (Group::Compatible, Kind::ComponentAdded),
    ];
    assert_eq!(kinds(&report), expected);
    assert_eq!(report.changes()[0].place, ITEMS);
    assert_eq!(report.changes()[0].what, "generated type renamed");
}

#[test]
fn a_field_lost_on_the_way_to_another_name_is_found() {
    let new = edited(&renamed(), |new| {
        drop(remove(new, "/components/schemas/Task/properties/id"));
    });
    let report = documents(&BASE, &new);
    let lost = &report.changes()[0];
    assert_eq!(
        (lost.kind, lost.consequence.as_str()),
        (Some(Kind::FieldRemoved), "No job can be matched.")
    );
    assert_eq!(report.changes().len(), 4);
}

#[test]
fn a_reference_to_nothing_stops_the_generator() {
    for target in [
        "#/components/schemas/Nobody",
        "other.yaml#/Job",
        "#/components/schemas/JobList/properties/result/items",
    ] {
        let report = documents(&BASE, &with(ITEMS, json!({"$ref": target})));
        assert_eq!(
            kinds(&report),
            [(Group::Breaking, Kind::DanglingReference)],
            "{target}"
        );
        assert_eq!(only(&report).what, "reference to nothing");
    }
}

/// Each entry refers to the next; only the last one is a value.
#[test]
fn a_chain_of_references_is_followed_for_16_steps() {
    let chain = |length: usize| -> Value {
        let entry = |n: usize| match n + 1 {
            next if next == length => json!({"end": true}),
            next => json!({"$ref": format!("#/{next}")}),
        };
        (0..length).map(entry).collect()
    };
    let start = json!({"$ref": "#/0"});
    let end = |document: &Value| {
        let (at, value) = crate::pointer::resolve(document, &start, "/start")?;
        Some((at, value.clone()))
    };
    assert_eq!(
        end(&chain(16)),
        Some(("/15".to_owned(), json!({"end": true})))
    );
    assert_eq!(end(&chain(17)), None);
    assert_eq!(end(&json!([{"$ref": "#/0"}])), None);
}

#[test]
fn a_schema_written_in_place_is_another_generated_type() {
    let job = BASE.pointer(JOB).unwrap().clone();
    let report = documents(&BASE, &with(ITEMS, job.clone()));
    assert_eq!(kinds(&report), [(Group::Breaking, Kind::TypeRenamed)]);
    let other = edited(&job, |job| {
        set(job, "/properties/id/type", json!("integer"));
    });
    let report = documents(&BASE, &with(ITEMS, other));
    let expected = [
        (Group::Breaking, Kind::TypeRenamed),
        (Group::Breaking, Kind::TypeChanged),
    ];
    assert_eq!(kinds(&report), expected);
}

#[test]
fn keys_beside_a_reference_are_seen() {
    let report = documents(&BASE, &with(&format!("{ITEMS}/nullable"), json!(true)));
    assert_eq!(
        kinds(&report),
        [(Group::NeedsPerson, Kind::BesideReference)]
    );
    let report = documents(
        &BASE,
        &with(&format!("{ITEMS}/description"), json!("A job")),
    );
    assert_eq!(kinds(&report), [(Group::Compatible, Kind::Wording)]);
}

/// A parameter that moves between an operation and its path is the same parameter.
#[test]
fn parameters_of_the_path_count_as_those_of_the_operation() {
    let new = edited(&BASE, |new| {
        let ids = remove(new, &format!("{LOOKUP}/parameters"));
        set(new, "/paths/~1jobs/parameters", ids);
    });
    let report = documents(&BASE, &new);
    assert_eq!(kinds(&report), [(Group::Compatible, Kind::Rewritten); 2]);
    let new = edited(&new, |new| {
        set(
            new,
            "/paths/~1jobs/parameters/0/schema/type",
            json!("array"),
        );
    });
    assert_eq!(
        kinds(&documents(&BASE, &new))[0],
        (Group::Breaking, Kind::TypeChanged)
    );
}

/// Two documents whose components form a cycle in which each refers to the next more than once. The
/// newer one has other names and one difference in the last component.
#[test]
fn cycles_with_repeated_references_terminate() {
    fn chain(prefix: &str, end: &str) -> Value {
        let mut document = BASE.clone();
        let name = |index: usize| format!("{prefix}{index}");
        let to = |index: usize| json!({"$ref": format!("#/components/schemas/{}", name(index))});
        for index in 0..8 {
            let next = if index == 7 { 0 } else { index + 1 };
            document["components"]["schemas"][name(index)] = json!({
                "allOf": [to(next), to(next)],
                "properties": {"a": to(next), "b": to(next), "c": {"type": if index == 7 { end } else { "string" }}},
            });
        }
        set(&mut document, &field_data(), to(0));
        document
    }
    fn field_data() -> String {
        format!("{LOOKUP}/responses/200/content/application~1json/schema/allOf/1/properties/data")
    }
    let report = documents(&chain("A", "string"), &chain("B", "integer"));
    let contradiction = report
        .changes()
        .iter()
        .find(|change| change.kind == Some(Kind::Contradiction));
    assert!(
        contradiction
            .unwrap()
            .place
            .ends_with("/B7/properties/c/type")
    );
    // One row for each component, not for each path to it.
    assert!(report.changes().len() < 100, "{}", report.changes().len());
}

#[test]
fn great_depth_needs_a_person() {
    let deep = |end: &str| {
        let mut schema = json!({"type": end});
        for _ in 0..90 {
            schema = json!({"type": "array", "items": schema});
        }
        with(&format!("{JOB}/properties/deep"), schema)
    };
    let report = documents(&deep("string"), &deep("integer"));
    assert_eq!(kinds(&report), [(Group::NeedsPerson, Kind::TooDeep)]);
    assert_eq!(only(&report).what, "nested too deeply to compare");
}

#[test]
fn more_than_32_alternatives_need_a_person() {
    let document = |count: u64| {
        let alternatives: Vec<Value> = (0..count)
            .map(|length| json!({"type": "string", "maxLength": length}))
            .collect();
        with(
            &format!("{JOB}/properties/many"),
            json!({"oneOf": alternatives}),
        )
    };
    let added = documents(&document(31), &document(32));
    assert_eq!(
        kinds(&added),
        [(Group::NeedsPerson, Kind::AlternativeAdded)]
    );
    let too_many = documents(&document(32), &document(33));
    assert_eq!(kinds(&too_many), [(Group::NeedsPerson, Kind::TooDeep)]);
}

#[test]
fn parameters_are_matched_by_name_not_by_place() {
    let list = format!("{LOOKUP}/parameters");
    let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let ids = BASE.pointer(&format!("{list}/0")).unwrap().clone();
    let old = with(&list, json!([ids, page]));
    let reordered = documents(&old, &with(&list, json!([page, ids])));
    assert_eq!(kinds(&reordered), [(Group::Compatible, Kind::Rewritten)]);
    // The same name in two locations: distinguished by location.
    let header = json!({"name": "page", "in": "header", "schema": {"type": "integer"}});
    let both = with(&list, json!([ids, page, header]));
    assert!(
        only(&documents(&old, &both))
            .what
            .contains("added, optional")
    );
    // A name that is listed twice cannot be matched.
    let twice = with(&list, json!([ids, page, page]));
    assert_eq!(only(&documents(&old, &twice)).group, Group::NeedsPerson);
}

#[test]
fn another_default_server_is_seen() {
    let old = json!([{"url": "https://a.example"}, {"url": "https://b.example"}]);
    let new = json!([{"url": "https://b.example"}, {"url": "https://a.example"}]);
    let report = documents(&with("/servers", old), &with("/servers", new));
    assert_eq!(kinds(&report), [(Group::NeedsPerson, Kind::DefaultServer)]);
    assert_eq!(only(&report).what, "another server comes first");
}

#[test]
fn adding_or_removing_the_first_server_changes_the_default() {
    let one = with("/servers", json!([{"url": "https://a.example"}]));
    let two = with(
        "/servers",
        json!([{"url": "https://b.example"}, {"url": "https://a.example"}]),
    );
    let expected = [
        (Group::Compatible, Kind::ServerAdded),
        (Group::NeedsPerson, Kind::DefaultServer),
    ];
    assert_eq!(kinds(&documents(&one, &two)), expected);
    let expected = [
        (Group::Breaking, Kind::ServerRemoved),
        (Group::NeedsPerson, Kind::DefaultServer),
    ];
    assert_eq!(kinds(&documents(&two, &one)), expected);
}

#[test]
fn a_media_type_with_another_parameter_is_the_same_media_type() {
    let content = |media_types: Value| {
        edited(&BASE, |document| {
            set(
                document,
                &format!("{LOOKUP}/responses/200/content"),
                media_types,
            );
        })
    };
    let schema = BASE.pointer(&format!("{LOOKUP}/responses/200/content/application~1json"));
    let body = schema.unwrap();
    let plain = content(json!({"application/json": body}));
    for same in ["application/json; charset=utf-8", "Application/JSON"] {
        let other = content(json!({same: body}));
        for report in [documents(&plain, &other), documents(&other, &plain)] {
            assert_eq!(
                kinds(&report),
                [(Group::Compatible, Kind::Rewritten)],
                "{same}"
            );
        }
        // What differs inside is still reported.
        let other = content(json!({same: {"schema": {"type": "string"}}}));
        let report = documents(&plain, &other);
        assert!(
            report.count(Group::Breaking) > 0,
            "{same}: {:?}",
            kinds(&report)
        );
        let gone = documents(
            &content(json!({same: body})),
            &content(json!({"text/csv": body})),
        );
        assert!(
            kinds(&gone).contains(&(Group::Breaking, Kind::JsonRemoved)),
            "{same}"
        );
        // One of two ways to write JSON goes away, so JSON stays.
        let both = content(json!({"application/json": body, same: body}));
        assert_eq!(
            kinds(&documents(&both, &plain)),
            [(Group::Compatible, Kind::MediaTypeRemoved)],
            "{same}"
        );
    }
}

#[test]
fn parameters_of_the_path_are_compared_beside_those_of_the_operation() {
    let shared = |trace: &str, ids: &str| {
        edited(&BASE, |document| {
            let parameter =
                |name: &str, of: &str| json!({"name": name, "in": "query", "schema": {"type": of}});
            let list = json!([parameter("trace", trace), parameter("ids", ids)]);
            set(document, "/paths/~1jobs/parameters", list);
        })
    };
    let old = shared("string", "string");
    let report = documents(&old, &shared("integer", "string"));
    assert_eq!(kinds(&report), [(Group::Breaking, Kind::TypeChanged)]);
    // The operation has one of this name itself, which overrides that of the path.
    let report = documents(&old, &shared("string", "integer"));
    assert_eq!(kinds(&report), [(Group::Compatible, Kind::Rewritten)]);
}

#[test]
fn a_reference_that_leads_nowhere_in_one_document_is_a_difference_though_it_reads_the_same() {
    let new = edited(&RICH, |new| {
        drop(remove(new, "/components/responses/TooMany"));
    });
    for report in [documents(&RICH, &new), documents(&new, &RICH)] {
        let dangling = (Group::Breaking, Kind::DanglingReference);
        assert!(kinds(&report).contains(&dangling), "{report:#?}");
    }
}

/// What is in it may use anything.
#[test]
fn beside_a_part_that_cannot_be_read_nothing_is_known_to_be_unused() {
    let unused = "/components/schemas/Unused/type";
    for (path, expected) in [
        ("/odd", (Group::Compatible, Kind::Unused)),
        ("odd", (Group::NeedsPerson, Kind::Unknown)),
    ] {
        let old = edited(&RICH, |document| document["paths"][path] = json!({}));
        let new = edited(&old, |new| set(new, unused, json!("array")));
        assert_eq!(kinds(&documents(&old, &new)), [expected], "{path}");
    }
}

#[test]
fn a_section_of_components_comes_with_what_is_in_it() {
    for (section, expected) in [
        (
            json!({"Left": {}}),
            (Group::Compatible, Kind::ComponentAdded),
        ),
        (json!({}), (Group::NeedsPerson, Kind::Unknown)),
    ] {
        let new = with("/components/headers", section);
        assert_eq!(kinds(&documents(&BASE, &new)), [expected]);
        assert_eq!(documents(&new, &BASE).changes().len(), 1);
    }
}

#[test]
fn an_alternative_that_refers_to_the_same_place_is_the_same_one() {
    let alternatives = "/components/schemas/Filter/oneOf";
    let new = edited(&RICH, |new| {
        let all = json!({"type": "object", "properties": {"all": {"type": "string"}}});
        let by_date = json!({"$ref": "#/components/schemas/ByDate", "description": "By date"});
        set(new, alternatives, json!([all, by_date]));
    });
    let report = documents(&RICH, &new);
    let expected = [
        (Group::Breaking, Kind::TypeChanged),
        (Group::NeedsPerson, Kind::AlternativesReordered),
    ];
    assert_eq!(kinds(&report), expected, "{report:#?}");
}

/// Of two entries one is written twice.
#[test]
fn a_list_in_which_an_entry_is_repeated_has_as_many_rows_from_either_side() {
    let new = edited(&RICH, |new| {
        let by_date = json!({"$ref": "#/components/schemas/ByDate"});
        set(new, "/components/schemas/Filter/oneOf/1", by_date);
    });
    let (report, back) = (documents(&RICH, &new), documents(&new, &RICH));
    assert_eq!(
        report.changes().len(),
        back.changes().len(),
        "{report:#?}{back:#?}"
    );
}

#[test]
fn too_many_alternatives_within_an_alternative_are_handed_to_a_person() {
    let many = |last: &str| {
        let mut arms: Vec<Value> = (0..32).map(|n| json!({"maxLength": n})).collect();
        arms.push(json!({"type": last}));
        let nested = json!({"oneOf": [{"oneOf": arms}, {"type": "boolean"}]});
        with(&format!("{JOB}/properties/uid"), nested)
    };
    let report = documents(&many("string"), &many("integer"));
    assert_eq!(kinds(&report), [(Group::NeedsPerson, Kind::TooDeep)]);
}
