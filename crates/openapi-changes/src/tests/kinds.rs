//! One row for each kind of change: its group, its kind, and how it is named.

use Group::{Breaking, Compatible, NeedsPerson};

use super::*;

/// An edit of the document (a removal without a value) and the only row that it makes.
type Case = (String, Option<Value>, Group, Kind, &'static str);

fn set_to(
    pointer: impl Into<String>,
    value: Value,
    group: Group,
    kind: Kind,
    row: &'static str,
) -> Case {
    (pointer.into(), Some(value), group, kind, row)
}

fn gone(pointer: impl Into<String>, group: Group, kind: Kind, row: &'static str) -> Case {
    (pointer.into(), None, group, kind, row)
}

/// Makes each edit alone and compares its only row with what is expected.
fn check(cases: Vec<Case>) {
    check_rows(cases, |edited| (&*RICH, edited));
}

/// The same where the edited document is the older one.
fn check_undone(cases: Vec<Case>) {
    check_rows(cases, |edited| (edited, &*RICH));
}

fn check_rows(cases: Vec<Case>, versions: fn(&Value) -> (&Value, &Value)) {
    let mut wrong = Vec::new();
    for (pointer, value, group, kind, row) in cases {
        let mut document = RICH.clone();
        let edit = format!("{pointer} = {value:?}");
        match value {
            Some(value) => set(&mut document, &pointer, value),
            None => drop(remove(&mut document, &pointer)),
        }
        let (old, new) = versions(&document);
        let report = documents(old, new);
        let back = documents(new, old);
        let is_right = match report.changes() {
            [change] => {
                let named = format!("{}: {}", change.subject, change.what);
                (change.group, change.kind) == (group, Some(kind)) && named.contains(row)
            }
            _ => false,
        };
        if !is_right || back.changes().len() != 1 {
            let rows = |report: &Report| -> Vec<String> {
                let row = |change: &Change| {
                    format!(
                        "{:?} {:?} {}: {}",
                        change.group, change.kind, change.subject, change.what
                    )
                };
                report.changes().iter().map(row).collect()
            };
            let (got, back) = (rows(&report), rows(&back));
            wrong.push(format!(
                "{edit}: expected {group:?} {kind:?} {row}, got {got:#?}, back {back:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn at(base: &str, rest: &str) -> String {
    format!("{base}{rest}")
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_of_a_document_a_server_or_an_operation_is_one_row() {
    check(vec![
        set_to("/openapi", json!("3.1.0"), Breaking, Kind::SpecVersionUnsupported, "the document: `openapi` changed"),
        set_to("/openapi", json!("3.0.4"), Compatible, Kind::SpecVersion, "`openapi` changed"),
        gone("/openapi", Breaking, Kind::SpecVersionUnsupported, "`openapi` removed"),
        set_to("/info/version", json!("2.0.0"), NeedsPerson, Kind::ApiVersion, "the API: `version` changed"),
        set_to("/info/title", json!("Swap"), Compatible, Kind::ApiTitle, "`title` changed"),
        set_to("/info/description", json!("x"), Compatible, Kind::Wording, "the API: `description` changed"),
        set_to("/info/x-new", json!(1), NeedsPerson, Kind::Unknown, "`x-new` added"),
        set_to("/x-new", json!({}), NeedsPerson, Kind::Unknown, "the document: `x-new` added"),
        set_to("/servers/0/url", json!("https://b.example"), Breaking, Kind::ServerRemoved, "server `https://b.example`: `url` changed"),
        set_to("/servers/-", json!({"url": "https://b.example"}), Compatible, Kind::ServerAdded, "server `https://b.example`: added"),
        gone("/servers/0", Breaking, Kind::ServerRemoved, "server `https://api.example.com`: removed"),
        set_to("/servers/0/description", json!("x"), Compatible, Kind::Wording, "server `https://api.example.com`"),
        set_to("/servers/0/variables", json!({}), NeedsPerson, Kind::Unknown, "`variables` added"),
        set_to(at(LOOKUP, "/servers"), json!([{"url": "https://b.example"}]), NeedsPerson, Kind::OwnServerAdded, "server `https://b.example` of `GET /jobs`: added"),
        set_to("/paths/~1new", json!({"get": {}}), Compatible, Kind::OperationAdded, "path `/new`: operation added"),
        gone("/paths/~1jobs", Breaking, Kind::OperationRemoved, "path `/jobs`: operation removed"),
        gone(DELETE, Breaking, Kind::OperationRemoved, "`POST /jobs/delete`: operation removed"),
        set_to("/paths/~1jobs~1delete/get", json!({}), Compatible, Kind::OperationAdded, "`GET /jobs/delete`: operation added"),
        set_to(at(LOOKUP, "/operationId"), json!("a"), NeedsPerson, Kind::OperationId, "`operationId` added"),
        gone(at(DELETE, "/operationId"), NeedsPerson, Kind::OperationId, "`operationId` removed"),
        set_to(at(DELETE, "/operationId"), json!("a"), NeedsPerson, Kind::OperationId, "`operationId` changed"),
        set_to(at(LOOKUP, "/deprecated"), json!(true), NeedsPerson, Kind::Deprecated, "`deprecated` added"),
        set_to(at(LOOKUP, "/deprecated"), json!(false), Compatible, Kind::Rewritten, "`deprecated` added"),
        set_to(at(LOOKUP, "/tags"), json!([]), Compatible, Kind::Wording, "`tags`"),
        set_to(at(LOOKUP, "/callbacks"), json!({}), NeedsPerson, Kind::Unknown, "`callbacks` added"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_of_credentials_is_one_row() {
    let schemes = "/components/securitySchemes";
    let all = "credentials of all operations";
    check(vec![
        gone("/security/0", Breaking, Kind::CredentialRemoved, "credentials of all operations: a way to authenticate removed"),
        set_to("/security/-", json!({"Cookie": []}), Compatible, Kind::CredentialAdded, "credentials of all operations: one more way to authenticate"),
        set_to("/security/-", json!({}), Compatible, Kind::CredentialAdded, all),
        gone("/security", NeedsPerson, Kind::CredentialsNotRequired, "no longer required"),
        set_to("/security", json!([]), NeedsPerson, Kind::CredentialsNotRequired, all),
        set_to("/security", json!([{"BearerAuth": []}, {"ApiKeyAuth": []}]), Compatible, Kind::Rewritten, all),
        set_to(at(LOOKUP, "/security"), json!([{"ApiKeyAuth": []}]), Breaking, Kind::CredentialRemoved, "credentials of `GET /jobs`"),
        set_to(at(LOOKUP, "/security"), RICH["security"].clone(), Compatible, Kind::Rewritten, "credentials of `GET /jobs`"),
        gone(at(DELETE, "/security"), Compatible, Kind::CredentialAdded, "credentials of `POST /jobs/delete`"),
        gone(at(schemes, "/ApiKeyAuth"), Breaking, Kind::SchemeRemoved, "security scheme `ApiKeyAuth`: removed"),
        set_to(at(schemes, "/New"), json!({"type": "http"}), Compatible, Kind::SchemeAdded, "`New`: added"),
        set_to(at(schemes, "/ApiKeyAuth/type"), json!("http"), Breaking, Kind::SchemeChanged, "`type` changed"),
        set_to(at(schemes, "/ApiKeyAuth/in"), json!("query"), Breaking, Kind::SchemeChanged, "`in` changed"),
        set_to(at(schemes, "/ApiKeyAuth/name"), json!("key"), Breaking, Kind::SchemeChanged, "`name` changed"),
        set_to(at(schemes, "/BearerAuth/scheme"), json!("basic"), Breaking, Kind::SchemeChanged, "`scheme` changed"),
        set_to(at(schemes, "/BearerAuth/description"), json!("x"), NeedsPerson, Kind::SchemeDescription, "`description` changed"),
        set_to(at(schemes, "/BearerAuth/bearerFormat"), json!("JWT"), NeedsPerson, Kind::Unknown, "`bearerFormat` added"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_of_a_request_is_one_row() {
    let ids = at(LOOKUP, "/parameters/0");
    let page = at(DELETE, "/parameters/1");
    let new =
        |required: bool| json!({"name": "n", "in": "query", "required": required, "schema": {}});
    check(vec![
        gone(at(LOOKUP, "/parameters/0"), Breaking, Kind::ParameterRemoved, "parameter `ids` of `GET /jobs`: removed"),
        gone(at(DELETE, "/parameters/0"), Breaking, Kind::ParameterRemoved, "parameter `X-Trace` of `POST /jobs/delete`: removed"),
        set_to(at(LOOKUP, "/parameters/-"), new(true), Breaking, Kind::ParameterAddedRequired, "parameter `n` of `GET /jobs`: added, required"),
        set_to(at(LOOKUP, "/parameters/-"), new(false), Breaking, Kind::ParameterAddedOptional, "added, optional"),
        set_to(at(&ids, "/in"), json!("header"), Breaking, Kind::ParameterMoved, "`in` changed"),
        set_to(at(&ids, "/required"), json!(false), Breaking, Kind::ParameterOptional, "`required` changed"),
        set_to(at(&page, "/required"), json!(true), Breaking, Kind::ParameterRequired, "parameter `page`"),
        set_to(at(&ids, "/description"), json!("x"), Compatible, Kind::Wording, "`description` changed"),
        set_to(at(&ids, "/style"), json!("form"), Breaking, Kind::ParameterMoved, "`style` added"),
        set_to(at(&ids, "/explode"), json!(true), Breaking, Kind::ParameterMoved, "`explode` added"),
        set_to(at(&ids, "/deprecated"), json!(true), NeedsPerson, Kind::Deprecated, "`deprecated` added"),
        set_to(at(&ids, "/allowReserved"), json!(true), NeedsPerson, Kind::Unknown, "`allowReserved`"),
        set_to(at(&ids, "/schema/type"), json!("array"), Breaking, Kind::TypeChanged, "parameter `ids` of `GET /jobs`: `type` changed"),
        set_to(at(&ids, "/schema/format"), json!("uuid"), Breaking, Kind::FormatAdded, "`format` added"),
        set_to(at(&ids, "/schema/maxLength"), json!(1000), Breaking, Kind::LimitAdded, "`maxLength` added"),
        set_to(at(&ids, "/schema/pattern"), json!("a"), Breaking, Kind::LimitAdded, "`pattern` added"),
        set_to(at(&ids, "/schema/enum"), json!(["a"]), Breaking, Kind::ValuesListed, "values are now listed"),
        set_to(at(&page, "/schema/maximum"), json!(5), Breaking, Kind::LimitTightened, "`maximum` changed"),
        set_to(at(&page, "/schema/maximum"), json!(50), NeedsPerson, Kind::LimitLoosened, "`maximum` changed"),
        gone(at(&page, "/schema/maximum"), Breaking, Kind::LimitRemoved, "`maximum` removed"),
        gone(at(&page, "/schema"), Breaking, Kind::SchemaRemoved, "schema removed"),
        set_to("/components/parameters/Trace/required", json!(true), Breaking, Kind::ParameterRequired, "parameter `Trace`: `required` added"),
        gone(at(DELETE, "/requestBody"), Breaking, Kind::BodyRemoved, "body of `POST"),
        set_to(at(LOOKUP, "/requestBody"), json!({"required": true}), Breaking, Kind::BodyAddedRequired, "added"),
        set_to(at(LOOKUP, "/requestBody"), json!({"content": {}}), Breaking, Kind::BodyAddedOptional, "added"),
        set_to(at(DELETE, "/requestBody/required"), json!(false), NeedsPerson, Kind::BodyOptional, "`required` changed"),
        gone(at(DELETE, "/requestBody/content/application~1json"), Breaking, Kind::JsonRemoved, "media type `application/json` of body of `POST"),
        set_to(at(DELETE, "/requestBody/content/text~1plain"), json!({}), NeedsPerson, Kind::MediaTypeAdded, "media type `text/plain`"),
        set_to(body("/properties/ids/maxLength"), json!(50), Breaking, Kind::LimitTightened, "field `ids` of body of `POST"),
        set_to(body("/properties/ids/maxLength"), json!(500), NeedsPerson, Kind::LimitLoosened, "`maxLength` changed"),
        set_to(body("/properties/ids/pattern"), json!("b"), Breaking, Kind::LimitUnclear, "`pattern` changed"),
        set_to(body("/properties/new"), json!({}), Breaking, Kind::FieldAddedOptional, "field `new` of body of `POST"),
        gone(body("/properties/mode"), Breaking, Kind::FieldRemoved, "field `mode`"),
        set_to(body("/required/-"), json!("mode"), Breaking, Kind::FieldRequired, "field `mode` of body of `POST /jobs/delete`: is now required"),
        gone(body("/required/0"), Breaking, Kind::FieldOptional, "field `ids` of body of `POST /jobs/delete`: is now optional"),
        gone(body("/properties/mode/enum/0"), Breaking, Kind::ValueRemoved, "enum value removed"),
        set_to(body("/properties/mode/enum/-"), json!("x"), NeedsPerson, Kind::ValueAdded, "enum value added"),
        set_to(body("/properties/mode/enum"), json!(["hard", "soft"]), Compatible, Kind::Rewritten, "`enum` changed"),
        set_to(body("/properties/mode/default"), json!("hard"), NeedsPerson, Kind::Default, "`default` changed"),
        set_to(body("/properties/mode/nullable"), json!(true), Compatible, Kind::Nullable, "`nullable` added"),
        set_to("/components/schemas/ByDate/properties/before/nullable", json!(false), Breaking, Kind::NotNullable, "`nullable` changed"),
        gone("/components/schemas/ByDate/additionalProperties", NeedsPerson, Kind::UndeclaredAllowed, "`additionalProperties` removed"),
        set_to(body("/additionalProperties"), json!(false), Breaking, Kind::UndeclaredForbidden, "`additionalProperties` added"),
        set_to(body("/additionalProperties"), json!({"type": "string"}), Breaking, Kind::TypeChanged, "`additionalProperties` added"),
        set_to("/components/schemas/Filter/oneOf/-", json!({}), NeedsPerson, Kind::AlternativeAdded, "`Filter`: alternative added"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_of_a_response_is_one_row() {
    let ok = at(LOOKUP, "/responses/200");
    let envelope = "/components/schemas/Envelope";
    check(vec![
        gone(field("id"), Breaking, Kind::FieldRemoved, "field `id` of `Job`: removed"),
        gone(field("createdAt"), Breaking, Kind::FieldRemoved, "removed"),
        set_to(field("id/type"), json!("integer"), Breaking, Kind::TypeChanged, "field `id` of `Job`: `type` changed"),
        gone(field("uid/type"), Breaking, Kind::TypeChanged, "`type` removed"),
        gone(field("createdAt/format"), Breaking, Kind::FormatChanged, "`format` removed"),
        set_to(field("uid/format"), json!("int32"), NeedsPerson, Kind::FormatAdded, "`format` added"),
        set_to(field("new"), json!({}), Compatible, Kind::FieldAddedOptional, "field `new` of `Job`: added"),
        set_to(field("status/enum/-"), json!(5), NeedsPerson, Kind::ValueAdded, "enum value added"),
        gone(field("status/enum/3"), NeedsPerson, Kind::ValueRemoved, "enum value removed"),
        gone(field("status/enum"), Breaking, Kind::ValuesNotListed, "no longer listed"),
        set_to(field("uid/enum"), json!([1]), Breaking, Kind::ValuesListed, "now listed"),
        set_to(field("status/enum"), json!([]), Breaking, Kind::Contradiction, "field `status` of `Job`: no value can satisfy it"),
        set_to(field("uid/nullable"), json!(true), Compatible, Kind::Nullable, "`nullable` added"),
        set_to(at(JOB, "/nullable"), json!(true), Breaking, Kind::Nullable, "`Job`: `nullable` added"),
        set_to(at(JOB, "/required"), json!(["id"]), Breaking, Kind::FieldRequired, "field `id` of `Job`: is now required"),
        set_to(at(JOB, "/required"), json!("id"), NeedsPerson, Kind::Unknown, "`Job`: `required` added"),
        set_to(at(JOB, "/additionalProperties"), json!(true), Compatible, Kind::Rewritten, "`additionalProperties` added"),
        set_to(at(JOB, "/additionalProperties"), json!({"type": "string"}), NeedsPerson, Kind::Unknown, "`additionalProperties` added"),
        set_to(at(JOB, "/additionalProperties"), json!(5), NeedsPerson, Kind::Unknown, "`additionalProperties` added"),
        set_to(field("url/maxLength"), json!(10), Breaking, Kind::LimitAdded, "`maxLength` added"),
        set_to(field("url/title"), json!("x"), NeedsPerson, Kind::Unknown, "`title` added"),
        set_to(field("url/description"), json!("x"), Compatible, Kind::Wording, "field `url` of `Job`: `description`"),
        set_to(field("url/example"), json!({"a": 1}), Compatible, Kind::Wording, "`example` added"),
        set_to(field("url/deprecated"), json!(true), NeedsPerson, Kind::Deprecated, "`deprecated` added"),
        set_to(field("url/readOnly"), json!(true), NeedsPerson, Kind::Unknown, "`readOnly` added"),
        set_to(field("url/const"), json!("x"), NeedsPerson, Kind::Unknown, "`const` added"),
        set_to(at(envelope, "/properties/msg/nullable"), json!(true), Breaking, Kind::Nullable, "`nullable` added"),
        gone(at(envelope, "/required/0"), Breaking, Kind::FieldOptional, "field `code` of `Envelope`: is now optional"),
        gone(at(&ok, "/content/application~1json"), Breaking, Kind::JsonRemoved, "media type `application/json` of response `200` of `GET /jobs`: removed"),
        set_to(at(&ok, "/content/text~1csv"), json!({}), NeedsPerson, Kind::MediaTypeAdded, "media type `text/csv`"),
        gone(at(DELETE, "/responses/200/content/text~1plain"), Compatible, Kind::MediaTypeRemoved, "media type `text/plain`"),
        gone(at(&ok, "/content/application~1json/schema"), Breaking, Kind::SchemaRemoved, "schema removed"),
        gone(ok, Breaking, Kind::SuccessRemoved, "response `200` of `GET /jobs`: removed"),
        gone(at(DELETE, "/responses/429"), NeedsPerson, Kind::ErrorResponseRemoved, "response `429` of `POST"),
        set_to(at(LOOKUP, "/responses/500"), json!({}), NeedsPerson, Kind::ResponseAdded, "response `500` of `GET"),
        gone(at(DELETE, "/responses/200/headers/Retry-After"), NeedsPerson, Kind::HeaderRemoved, "header `Retry-After` of response `200`"),
        set_to(at(DELETE, "/responses/200/headers/X-New"), json!({}), Compatible, Kind::HeaderAdded, "header `X-New`"),
        set_to("/components/responses/TooMany/description", json!("x"), Compatible, Kind::Wording, "response `TooMany`"),
        set_to(at(DELETE, "/responses/200/links"), json!({}), NeedsPerson, Kind::Unknown, "`links` added"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_of_an_unused_component_is_one_row() {
    check(vec![
        gone("/components/schemas/Unused", Compatible, Kind::ComponentRemoved, "`Unused`: component removed"),
        gone("/components/schemas/Unused/properties/a", Compatible, Kind::Unused, "field `a` of `Unused`"),
        set_to("/components/schemas/Unused/type", json!("array"), Compatible, Kind::Unused, "`type`"),
        set_to("/components/schemas/New", json!({}), Compatible, Kind::ComponentAdded, "component added"),
        set_to("/components/links", json!({}), NeedsPerson, Kind::Unknown, "the components: `links` added"),
    ]);
    let without_job = edited(&RICH, |document| drop(remove(document, JOB)));
    let report = documents(&RICH, &without_job);
    let dangling = report.changes().iter().find(|change| change.kind == Some(Kind::DanglingReference));
    assert_eq!(dangling.map(|change| change.group), Some(Breaking));
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn each_change_in_the_other_direction_is_one_row() {
    let ids = at(LOOKUP, "/parameters/0");
    let page = at(DELETE, "/parameters/1");
    check_undone(vec![
        set_to("/openapi", json!("3.1.0"), Compatible, Kind::SpecVersion, "`openapi` changed"),
        gone("/security", NeedsPerson, Kind::CredentialsRequired, "credentials of all operations: credentials are now required"),
        set_to("/components/securitySchemes/New", json!({"type": "http"}), Breaking, Kind::SchemeRemoved, "security scheme `New`: removed"),
        set_to(at(LOOKUP, "/servers"), json!([{"url": "https://b.example"}]), Breaking, Kind::ServerRemoved, "server `https://b.example` of `GET /jobs`: removed"),
        set_to(at(LOOKUP, "/deprecated"), json!(true), Compatible, Kind::NotDeprecated, "`GET /jobs`: `deprecated` removed"),
        set_to(at(&ids, "/deprecated"), json!(true), Compatible, Kind::NotDeprecated, "parameter `ids` of `GET /jobs`: `deprecated` removed"),
        set_to(at(&page, "/required"), json!(true), Breaking, Kind::ParameterOptional, "`required` removed"),
        gone(at(&page, "/schema"), NeedsPerson, Kind::SchemaAdded, "parameter `page` of `POST /jobs/delete`: schema added"),
        set_to(at(DELETE, "/requestBody/required"), json!(false), Breaking, Kind::BodyRequired, "body of `POST /jobs/delete`: `required` changed"),
        set_to(body("/additionalProperties"), json!(false), NeedsPerson, Kind::UndeclaredAllowed, "`additionalProperties` removed"),
        set_to("/components/schemas/Filter/oneOf/-", json!({}), Breaking, Kind::AlternativeRemoved, "`Filter`: alternative removed"),
        set_to(at(LOOKUP, "/responses/default"), json!({}), Breaking, Kind::SuccessRemoved, "response `default` of `GET /jobs`: removed"),
        set_to(field("url/deprecated"), json!(true), Compatible, Kind::NotDeprecated, "field `url` of `Job`: `deprecated` removed"),
        set_to(field("url/maxLength"), json!(10), Breaking, Kind::LimitRemoved, "`maxLength` removed"),
        set_to(field("uid/nullable"), json!(true), Compatible, Kind::NotNullable, "`nullable` removed"),
        set_to(at(JOB, "/nullable"), json!(true), Breaking, Kind::NotNullable, "`Job`: `nullable` removed"),
        set_to(field("status/enum"), json!([]), Breaking, Kind::TypeChanged, "`enum` changed"),
    ]);
}

/// Removing a required field also removes its name from the list of required ones.
#[test]
fn a_removed_required_field_is_one_row() {
    let new = edited(&RICH, |document| {
        remove(document, "/components/schemas/Envelope/properties/code");
        remove(document, "/components/schemas/Envelope/required/0");
    });
    let report = documents(&RICH, &new);
    assert_eq!(
        kinds(&report),
        [(Breaking, Kind::FieldRemoved)],
        "{report:#?}"
    );
    assert_eq!(only(&report).consequence, "Every response is an error.");
    assert_eq!(only(&documents(&new, &RICH)).what, "added, required");
}

/// A schema without fields is generated as a map, not as a struct.
#[test]
fn adding_or_removing_the_only_field_changes_the_type() {
    let only = "/components/schemas/JobList/properties/result";
    let report = documents(&BASE, &without(only));
    let expected = [
        (Breaking, Kind::TypeChanged),
        (Breaking, Kind::FieldRemoved),
    ];
    assert_eq!(kinds(&report), expected);
    let back = documents(&without(only), &BASE);
    let expected = [
        (Breaking, Kind::TypeChanged),
        (Compatible, Kind::FieldAddedOptional),
    ];
    assert_eq!(kinds(&back), expected);
}

/// A type that contains itself is put into a `Box` wherever it is used.
#[test]
fn a_field_that_makes_a_schema_contain_itself_changes_its_type() {
    let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/JobList"}});
    let report = documents(&BASE, &with(&field("related"), list));
    let expected = [
        (Breaking, Kind::Recursion),
        (Compatible, Kind::FieldAddedOptional),
    ];
    assert_eq!(kinds(&report), expected);
    assert_eq!(report.changes()[0].what, "makes its schema contain itself");
}

/// A component that allows `null` is generated as another type.
#[test]
fn null_in_a_component_is_not_null_in_a_field() {
    let report = documents(
        &BASE,
        &with("/components/schemas/JobList/nullable", json!(true)),
    );
    assert_eq!(kinds(&report), [(Breaking, Kind::Nullable)]);
    let inline = with(&field("uid/nullable"), json!(true));
    assert_eq!(
        kinds(&documents(&BASE, &inline)),
        [(Compatible, Kind::Nullable)]
    );
}

#[test]
fn looser_responses_cannot_be_decoded() {
    let pointer = field("url/maxLength");
    let report = documents(&with(&pointer, json!(10)), &with(&pointer, json!(20)));
    assert_eq!(kinds(&report), [(Breaking, Kind::LimitLoosened)]);
}

/// A keyword without the form that the specification asks for is no change by itself.
#[test]
fn what_cannot_be_read_is_for_a_person_once_it_changes() {
    for keyword in [
        "required",
        "properties",
        "nullable",
        "enum",
        "additionalProperties",
    ] {
        let place = format!("{JOB}/{keyword}");
        let (old, new) = (with(&place, json!(5)), with(&place, json!(6)));
        let rows = kinds(&documents(&old, &new));
        assert_eq!(rows, [(NeedsPerson, Kind::Unknown)], "{keyword}");
        let other = edited(&old, |new| set(new, "/info/title", json!("x")));
        let rows = kinds(&documents(&old, &other));
        assert_eq!(rows, [(Compatible, Kind::ApiTitle)], "{keyword}");
    }
}

#[test]
fn a_list_of_no_values_allows_none_and_is_no_enum() {
    let values = |list: Value| with(&field("uid/enum"), list);
    let (none, some) = (values(json!([])), values(json!([1])));
    let rows = |old, new| kinds(&documents(old, new));
    assert_eq!(rows(&some, &none), [(Breaking, Kind::Contradiction)]);
    assert_eq!(rows(&none, &some), [(Breaking, Kind::TypeChanged)]);
}

/// The generated type has one more field.
#[test]
fn a_type_of_undeclared_fields_changes_what_is_sent() {
    let typed = json!({"type": "string"});
    let sent = edited(&RICH, |new| {
        set(new, &body("/additionalProperties"), typed.clone());
    });
    let received = edited(&RICH, |new| {
        set(new, &format!("{JOB}/additionalProperties"), typed);
    });
    for (new, row) in [
        (sent, (Breaking, Kind::TypeChanged)),
        (received, (NeedsPerson, Kind::Unknown)),
    ] {
        assert_eq!(kinds(&documents(&RICH, &new)), [row]);
        assert_eq!(kinds(&documents(&new, &RICH)), [row]);
    }
}
