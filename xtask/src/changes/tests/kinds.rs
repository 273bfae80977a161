//! One row for each kind of change: its group, what is said of it, and what it does to users.

use Group::{Breaking, Compatible, NeedsPerson};

use super::*;

/// What is done to the document.
enum Do {
    Set(String, Value),
    Remove(String),
}

struct Kind {
    edit: Do,
    group: Group,
    what: &'static str,
    consequence: &'static str,
}

fn set_to(
    pointer: impl Into<String>,
    value: Value,
    group: Group,
    what: &'static str,
    consequence: &'static str,
) -> Kind {
    Kind {
        edit: Do::Set(pointer.into(), value),
        group,
        what,
        consequence,
    }
}

fn gone(
    pointer: impl Into<String>,
    group: Group,
    what: &'static str,
    consequence: &'static str,
) -> Kind {
    Kind {
        edit: Do::Remove(pointer.into()),
        group,
        what,
        consequence,
    }
}

/// Makes each edit alone and holds its only row against what is expected.
fn check(kinds: Vec<Kind>) {
    for kind in kinds {
        let mut new = RICH.clone();
        let edit = match kind.edit {
            Do::Set(pointer, value) => {
                let edit = format!("{pointer} = {value}");
                set(&mut new, &pointer, value);
                edit
            }
            Do::Remove(pointer) => {
                remove(&mut new, &pointer);
                format!("{pointer} removed")
            }
        };
        let report = documents(&RICH, &new);
        let row = only(&report);
        let told = format!("{}: {}", row.subject, row.what);
        assert_eq!(row.group, kind.group, "{edit}: {row:#?}");
        assert!(told.contains(kind.what), "{edit}: {told}");
        assert!(
            row.consequence.contains(kind.consequence),
            "{edit}: {row:#?}"
        );
    }
}

const DELETE: &str = "/paths/~1api~1open~1v3~1faceswap~1result~1delbyids/post";

fn at(base: &str, rest: &str) -> String {
    format!("{base}{rest}")
}

fn body(rest: &str) -> String {
    format!("{DELETE}/requestBody/content/application~1json/schema{rest}")
}

fn field(name: &str) -> String {
    format!("{ROW}/properties/{name}")
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn the_document_its_servers_and_operations() {
    check(vec![
        set_to("/openapi", json!("3.1.0"), Breaking, "`openapi` changed", "generator refuses"),
        set_to("/openapi", json!("3.0.4"), Compatible, "`openapi` changed", "every 3.0"),
        gone("/openapi", Breaking, "`openapi` removed", "generator refuses"),
        set_to("/info/version", json!("2.0.0"), NeedsPerson, "`version` changed", "API version"),
        set_to("/info/title", json!("Swap"), Compatible, "`title` changed", "documentation"),
        set_to("/info/description", json!("x"), Compatible, "wording only", ""),
        set_to("/info/x-new", json!(1), NeedsPerson, "`x-new` added", "No rule knows"),
        set_to("/x-new", json!({}), NeedsPerson, "the document: `x-new` added", "No rule knows"),
        set_to("/servers/0/url", json!("https://b.example"), Breaking, "server `https://openapi.akool.com`: `url` changed", "default base URL still points to the old"),
        set_to("/servers/-", json!({"url": "https://b.example"}), Compatible, "server `https://b.example`: added", "goes on using"),
        gone("/servers/0", Breaking, "server `https://openapi.akool.com`: removed", "default base URL"),
        set_to("/servers/0/description", json!("x"), Compatible, "wording only", ""),
        set_to("/servers/0/variables", json!({}), NeedsPerson, "`variables` added", "No rule"),
        set_to(at(LOOKUP, "/servers"), json!([{"url": "https://b.example"}]), NeedsPerson, "server `https://b.example` of `GET /api", "one base URL"),
        set_to("/paths/~1new", json!({"get": {}}), Compatible, "path `/new`: added (GET)", ""),
        gone("/paths/~1api~1open~1v3~1faceswap~1result~1listbyids", Breaking, "removed (GET)", "Lookups get HTTP 404"),
        gone(DELETE, Breaking, "`POST /api/open/v3/faceswap/result/delbyids`: operation removed", "404"),
        set_to(at("/paths/~1api~1open~1v3~1faceswap~1result~1delbyids", "/get"), json!({}), Compatible, "operation added", "Nobody calls it"),
        set_to(at(LOOKUP, "/operationId"), json!("a"), NeedsPerson, "`operationId` added", "raw client's method"),
        gone(at(DELETE, "/operationId"), NeedsPerson, "`operationId` removed", "raw client's method"),
        set_to(at(DELETE, "/operationId"), json!("a"), NeedsPerson, "`operationId` changed", "raw client's method"),
        set_to(at(LOOKUP, "/deprecated"), json!(true), NeedsPerson, "`deprecated` added", "plan"),
        set_to(at(LOOKUP, "/deprecated"), json!(false), Compatible, "`deprecated` added", "same"),
        set_to(at(LOOKUP, "/tags"), json!([]), Compatible, "wording only", ""),
        set_to(at(LOOKUP, "/callbacks"), json!({}), NeedsPerson, "`callbacks` added", "No rule"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn credentials() {
    let schemes = "/components/securitySchemes";
    check(vec![
        gone("/security/0", Breaking, "`ApiKeyAuth` no longer accepted", "refused"),
        set_to("/security/-", json!({"Cookie": []}), Compatible, "`Cookie` accepted too", "does not offer it"),
        set_to("/security/-", json!({}), Compatible, "no credentials accepted too", ""),
        gone("/security", NeedsPerson, "asked for or not", "no longer asks for credentials"),
        set_to("/security", json!([]), NeedsPerson, "asked for or not", "no longer asks"),
        set_to("/security", json!([{"BearerAuth": []}, {"ApiKeyAuth": []}]), Compatible, "another order", "same"),
        set_to(at(LOOKUP, "/security"), json!([{"ApiKeyAuth": []}]), Breaking, "credentials of `GET /api/open/v3/faceswap/result/listbyids`: `BearerAuth` no longer", "refused"),
        set_to(at(LOOKUP, "/security"), RICH["security"].clone(), Compatible, "told in another place", "same"),
        gone(at(DELETE, "/security"), Compatible, "`BearerAuth` accepted too", ""),
        gone(at(schemes, "/ApiKeyAuth"), Breaking, "security scheme `ApiKeyAuth`: removed", "Clients built with an API key"),
        gone(at(schemes, "/BearerAuth"), Breaking, "security scheme `BearerAuth`: removed", "Clients built with a bearer token"),
        set_to(at(schemes, "/New"), json!({"type": "http"}), Compatible, "`New`: added", ""),
        set_to(at(schemes, "/ApiKeyAuth/type"), json!("http"), Breaking, "`type` changed", "old way"),
        set_to(at(schemes, "/ApiKeyAuth/in"), json!("query"), Breaking, "`in` changed", "old way"),
        set_to(at(schemes, "/ApiKeyAuth/name"), json!("key"), Breaking, "`name` changed", "old way"),
        set_to(at(schemes, "/BearerAuth/scheme"), json!("basic"), Breaking, "`scheme` changed", "old way"),
        set_to(at(schemes, "/BearerAuth/description"), json!("x"), NeedsPerson, "`description` changed", "which credential wins"),
        set_to(at(schemes, "/BearerAuth/bearerFormat"), json!("JWT"), NeedsPerson, "`bearerFormat` added", "No rule"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn what_is_sent() {
    let ids = at(LOOKUP, "/parameters/0");
    let page = at(DELETE, "/parameters/1");
    let new =
        |required: bool| json!({"name": "n", "in": "query", "required": required, "schema": {}});
    check(vec![
        gone(at(LOOKUP, "/parameters/0"), Breaking, "parameter `_ids`", "Lookups send the ids in it"),
        gone(at(DELETE, "/parameters/0"), Breaking, "parameter `X-Trace`", "no longer read"),
        set_to(at(LOOKUP, "/parameters/-"), new(true), Breaking, "parameter `n` of `GET /api/open/v3/faceswap/result/listbyids`: added, required", "refused until a release"),
        set_to(at(LOOKUP, "/parameters/-"), new(false), Compatible, "added, optional", "need not"),
        set_to(at(&ids, "/in"), json!("header"), Breaking, "`in` changed", "old location"),
        set_to(at(&ids, "/required"), json!(false), Compatible, "`required` changed", "left out"),
        set_to(at(&page, "/required"), json!(true), Breaking, "parameter `page`", "refused until"),
        set_to(at(&ids, "/description"), json!("x"), Compatible, "wording only", ""),
        set_to(at(&ids, "/style"), json!("form"), Breaking, "`style` added", "another way"),
        set_to(at(&ids, "/explode"), json!(true), Breaking, "`explode` added", "another way"),
        set_to(at(&ids, "/deprecated"), json!(true), NeedsPerson, "`deprecated` added", "plan"),
        set_to(at(&ids, "/allowReserved"), json!(true), NeedsPerson, "`allowReserved`", "No rule"),
        set_to(at(&ids, "/schema/type"), json!("array"), Breaking, "`type` changed", "Every lookup sends its ids in the old form"),
        set_to(at(&ids, "/schema/format"), json!("uuid"), Breaking, "`format` added", "may be refused"),
        set_to(at(&ids, "/schema/maxLength"), json!(1000), Breaking, "`maxLength` added", "2,499 characters"),
        set_to(at(&ids, "/schema/pattern"), json!("a"), Breaking, "`pattern` added", "Lookups beyond"),
        set_to(at(&ids, "/schema/enum"), json!(["a"]), Breaking, "values are listed now", "not listed"),
        set_to(at(&page, "/schema/maximum"), json!(5), Breaking, "`maximum` changed", "new limit"),
        set_to(at(&page, "/schema/maximum"), json!(50), Compatible, "`maximum` changed", "More is"),
        gone(at(&page, "/schema/maximum"), Compatible, "`maximum` removed", "More is accepted"),
        gone(at(&page, "/schema"), Breaking, "`schema`) removed", "generator needs it"),
        set_to("/components/parameters/Trace/required", json!(true), Breaking, "parameter `Trace`: `required` added", "refused until"),
        gone(at(DELETE, "/requestBody"), Breaking, "body of `POST", "no longer read"),
        set_to(at(LOOKUP, "/requestBody"), json!({"required": true}), Breaking, "added", "sends none"),
        set_to(at(LOOKUP, "/requestBody"), json!({"content": {}}), Compatible, "added", "need not"),
        set_to(at(DELETE, "/requestBody/required"), json!(false), Compatible, "`required` changed", "left out"),
        gone(at(DELETE, "/requestBody/content/application~1json"), Breaking, "media type `application/json` of body of `POST", "refusal"),
        set_to(at(DELETE, "/requestBody/content/text~1plain"), json!({}), NeedsPerson, "media type `text/plain`", "one form"),
        set_to(body("/properties/_ids/maxLength"), json!(50), Breaking, "`maxLength` changed", "new limit"),
        set_to(body("/properties/_ids/maxLength"), json!(500), Compatible, "`maxLength` changed", "More is"),
        set_to(body("/properties/_ids/pattern"), json!("b"), Breaking, "`pattern` changed", "cannot be told"),
        set_to(body("/properties/new"), json!({}), Compatible, "field `new` of body of `POST", "need not"),
        gone(body("/properties/mode"), Breaking, "field `mode`", "no longer read"),
        set_to(body("/required/-"), json!("mode"), Breaking, "field `mode` of body of `POST", "refused until"),
        gone(body("/required/0"), Compatible, "may be left out now", "still accepted"),
        gone(body("/properties/mode/enum/0"), Breaking, "enum value removed", "refused"),
        set_to(body("/properties/mode/enum/-"), json!("x"), Compatible, "enum value added", "still is"),
        set_to(body("/properties/mode/enum"), json!(["hard", "soft"]), Compatible, "another order", "same"),
        set_to(body("/properties/mode/default"), json!("hard"), NeedsPerson, "`default` changed", "takes for granted"),
        set_to(body("/properties/mode/nullable"), json!(true), Compatible, "`nullable` added", "accepted now"),
        set_to("/components/schemas/ByDate/properties/before/nullable", json!(false), Breaking, "`nullable` changed", "refused"),
        gone("/components/schemas/ByDate/additionalProperties", Compatible, "`additionalProperties` removed", "More is"),
        set_to(body("/additionalProperties"), json!(false), Breaking, "`additionalProperties` added", "not declared"),
        gone("/components/schemas/Filter/oneOf/0", Breaking, "one part of `oneOf` removed", "refused"),
        set_to("/components/schemas/Filter/oneOf/-", json!({}), Compatible, "one part of `oneOf` added", "still is"),
    ]);
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn what_is_received() {
    let ok = at(LOOKUP, "/responses/200");
    let envelope = "/components/schemas/ApiResponse";
    check(vec![
        gone(field("_id"), Breaking, "field `_id` of `FaceswapResultDetail`: removed", "every id comes back as missing"),
        gone(field("faceswap_status"), Breaking, "removed", "No job is ever seen to finish"),
        gone(field("url"), Breaking, "removed", "`Job::result_url()` is `None` for every job"),
        gone(field("createdAt"), Breaking, "removed", "expiry"),
        gone(field("uid"), Breaking, "removed", "Reads as absent"),
        gone("/components/schemas/FaceswapResultList/properties/result", Breaking, "removed", "every id comes back as missing"),
        set_to(field("_id/type"), json!("integer"), Breaking, "`type` changed", "every id comes back as missing"),
        set_to(field("faceswap_status/type"), json!("string"), Breaking, "`type` changed", "every row goes through the slower salvage path"),
        set_to(field("url/type"), json!("object"), Breaking, "`type` changed", "`Job::result_url()`"),
        set_to(field("uid/type"), json!("string"), Breaking, "field `uid`", "reads as absent"),
        gone(field("uid/type"), Breaking, "`type` removed", "salvage path"),
        gone(field("createdAt/format"), Breaking, "`format` removed", "RFC 3339"),
        set_to(field("uid/format"), json!("int32"), NeedsPerson, "`format` added", "overlay"),
        set_to(field("new"), json!({}), Compatible, "field `new` of `FaceswapResultDetail`: added", "unknown fields"),
        set_to(field("faceswap_status/enum/-"), json!(5), NeedsPerson, "enum value added", "unknown status"),
        gone(field("faceswap_status/enum/3"), NeedsPerson, "enum value removed", "variant stays"),
        gone(field("faceswap_status/enum"), NeedsPerson, "no longer listed", "by hand"),
        set_to(field("uid/enum"), json!([1]), NeedsPerson, "listed now", "closed type"),
        set_to(field("uid/nullable"), json!(true), Compatible, "`nullable` added", "optional in the raw client"),
        set_to(field("_id/nullable"), json!(true), Breaking, "`nullable` added", "cannot be matched"),
        set_to(at(ROW, "/nullable"), json!(true), Breaking, "`FaceswapResultDetail`: `nullable` added", "A row that is `null`"),
        set_to("/components/schemas/FaceswapResultList/properties/result/nullable", json!(true), Compatible, "`nullable` added", "no jobs"),
        set_to(at(ROW, "/required"), json!(["_id"]), Compatible, "has to be there now", "Released versions"),
        set_to(field("url/maxLength"), json!(10), Compatible, "`maxLength` added", "Released versions read"),
        set_to(field("url/title"), json!("x"), NeedsPerson, "`title` added", "No rule"),
        set_to(field("url/description"), json!("x"), Compatible, "wording only", ""),
        set_to(field("url/example"), json!({"a": 1}), Compatible, "wording only", ""),
        set_to(field("url/deprecated"), json!(true), NeedsPerson, "`deprecated` added", "plan"),
        set_to(field("url/readOnly"), json!(true), NeedsPerson, "`readOnly` added", "No rule"),
        set_to(field("url/const"), json!("x"), NeedsPerson, "`const` added", "No rule"),
        set_to(at(envelope, "/properties/msg/nullable"), json!(true), Breaking, "`nullable` added", "no place for `null`"),
        gone(at(envelope, "/required/0"), Breaking, "field `code` of `ApiResponse`: may be left out", "`code` 1000 alone"),
        gone(at(envelope, "/required/1"), Breaking, "field `msg` of `ApiResponse`: may be left out", "demands `msg`"),
        set_to(at(envelope, "/properties/code/type"), json!("string"), Breaking, "`type` changed", "lookups fail"),
        gone(at(&ok, "/content/application~1json"), Breaking, "media type `application/json` of answer `200` of `GET", "no longer documented as JSON"),
        set_to(at(&ok, "/content/text~1csv"), json!({}), Compatible, "media type `text/csv`", "JSON"),
        gone(at(DELETE, "/responses/200/content/text~1plain"), Compatible, "media type `text/plain`", "JSON alone"),
        gone(at(&ok, "/content/application~1json/schema"), Breaking, "`schema`) removed", "generator needs"),
        gone(ok, Breaking, "answer `200` of `GET", "no longer told this way"),
        gone(at(DELETE, "/responses/429"), Compatible, "answer `429` of `POST", "whatever its status"),
        set_to(at(LOOKUP, "/responses/500"), json!({}), NeedsPerson, "answer `500` of `GET", "two typed error answers"),
        gone(at(DELETE, "/responses/200/headers/Retry-After"), NeedsPerson, "header `Retry-After`", "`Retry-After` alone"),
        set_to(at(DELETE, "/responses/200/headers/X-New"), json!({}), Compatible, "header `X-New`", ""),
        set_to("/components/responses/TooMany/description", json!("x"), Compatible, "wording only", ""),
        set_to(at(DELETE, "/responses/200/links"), json!({}), NeedsPerson, "`links` added", "No rule"),
    ]);
}

/// Removing a required field also takes its name from the list of required ones.
#[test]
fn an_envelope_without_code_makes_every_answer_an_error() {
    let envelope = "/components/schemas/ApiResponse";
    let mut new = RICH.clone();
    remove(&mut new, &format!("{envelope}/properties/code"));
    remove(&mut new, &format!("{envelope}/required/0"));
    let report = documents(&RICH, &new);
    let row = only(&report);
    assert_eq!(
        (row.group, row.what.as_str()),
        (Breaking, "removed, required")
    );
    assert!(row.consequence.starts_with("Every answer is an error"));
    let back = documents(&new, &RICH);
    assert_eq!(only(&back).what, "added, required");
}

#[test]
#[rustfmt::skip] // One line for each kind.
fn looser_answers_and_what_nobody_uses() {
    let limited = with(&field("url/maxLength"), json!(10));
    let report = documents(&limited, &with(&field("url/maxLength"), json!(20)));
    assert_eq!(only(&report).group, Breaking);
    assert!(only(&report).consequence.contains("salvage path"));

    check(vec![
        gone("/components/schemas/Unused", Compatible, "`Unused`: component removed", "No operation"),
        gone("/components/schemas/Unused/properties/a", Compatible, "removed", "No operation uses"),
        set_to("/components/schemas/Unused/type", json!("array"), Compatible, "`type`", "No operation"),
        set_to("/components/schemas/New", json!({}), Compatible, "component added", "By itself"),
        set_to("/components/links", json!({}), NeedsPerson, "`links` added", "No rule knows"),
        gone("/components/schemas/FaceswapResultDetail", Breaking, "component removed", "generator refuses"),
    ]);
}

/// What only the newer version sends is no change for those who use the older one.
#[test]
fn a_part_is_judged_by_how_both_versions_use_it() {
    let mut new = RICH.clone();
    remove(&mut new, "/components/schemas/Unused/properties/a");
    set(
        &mut new,
        &body("/properties/extra"),
        json!({"$ref": "#/components/schemas/Unused"}),
    );
    let report = documents(&RICH, &new);
    let groups: Vec<_> = report.changes().iter().map(|change| change.group).collect();
    assert_eq!(groups, [Compatible, Compatible], "{report:#?}");
}

#[test]
fn the_status_table() {
    let old = [(1, "In Queue"), (4, "Failed")];
    for (new, what, expected) in [
        (
            &[(1, "In Queue"), (4, "Failed"), (5, "Gone")][..],
            "status 5 in the page's table: added",
            NeedsPerson,
        ),
        (
            &[(1, "In Queue")],
            "status 4 in the page's table: removed",
            NeedsPerson,
        ),
        (
            &[(1, "In Queue"), (4, "Refused")],
            "status 4 in the page's table: described in other words",
            NeedsPerson,
        ),
        (
            &[(4, "Failed"), (1, "In Queue")],
            "status table: rows in another order",
            Compatible,
        ),
    ] {
        let (old, new) = (statuses(&old), statuses(new));
        let snapshot = |statuses| Snapshot {
            document: &BASE,
            statuses,
        };
        let report = compare(&snapshot(&old), &snapshot(&new));
        let row = only(&report);
        assert_eq!((row.group, row.place.as_str()), (expected, "status table"));
        assert_eq!(format!("{}: {}", row.subject, row.what), what);
    }
}
