//! How a reader is told what a row is about.

use super::*;
use crate::location::subject;

#[test]
#[rustfmt::skip] // One line for each place.
fn every_place_has_a_name() {
    for (place, name) in [
        ("", "the document"),
        ("/x-new", "the document"),
        ("/info/title", "the API"),
        ("/servers/0/url", "server `https://api.example.com`"),
        ("/servers/7/url", "server `7`"),
        ("/security/0", "credentials of all operations"),
        ("/paths/~1jobs", "path `/jobs`"),
        ("/paths/~1jobs/summary", "path `/jobs`"),
        ("/paths/~1jobs/get", "`GET /jobs`"),
        ("/paths/~1jobs/get/operationId", "`GET /jobs`"),
        ("/paths/~1jobs/get/security/0", "credentials of `GET /jobs`"),
        ("/paths/~1jobs/get/parameters/0/required", "parameter `ids` of `GET /jobs`"),
        ("/paths/~1jobs/get/parameters/7", "parameter `7` of `GET /jobs`"),
        ("/components", "the components"),
        ("/components/links", "the components"),
        ("/components/links/Next", "links `Next`"),
        ("/components/securitySchemes/ApiKeyAuth/name", "security scheme `ApiKeyAuth`"),
        ("/components/parameters/Trace/required", "parameter `Trace`"),
        ("/components/headers/Left/required", "header `Left`"),
        ("/components/requestBodies/New/content", "body `New`"),
        ("/components/responses/TooMany/description", "response `TooMany`"),
        ("/components/schemas/Job/type", "`Job`"),
        ("/components/schemas/Job/properties/url/maxLength", "field `url` of `Job`"),
        ("/components/schemas/Job/allOf/0/properties/url", "field `url` of `Job`"),
        ("/components/schemas/Job/additionalProperties/type", "each of the `additionalProperties` of `Job`"),
        ("/components/schemas/JobList/properties/result/items/type", "each of the `items` of field `result` of `JobList`"),
    ] {
        assert_eq!(subject(&RICH, place), name, "{place}");
    }
    for (place, name) in [
        ("/parameters/0/required", "parameter `X-Trace` of `POST /jobs/delete`"),
        ("/servers/1/url", "server `https://eu.example.com` of `POST /jobs/delete`"),
        ("/requestBody/required", "body of `POST /jobs/delete`"),
        ("/requestBody/content/text~1plain", "media type `text/plain` of body of `POST /jobs/delete`"),
        ("/requestBody/content/application~1json/schema/properties/ids", "field `ids` of body of `POST /jobs/delete`"),
        ("/responses/200/description", "response `200` of `POST /jobs/delete`"),
        ("/responses/200/headers/Retry-After/schema", "header `Retry-After` of response `200` of `POST /jobs/delete`"),
        ("/responses/200/content/text~1plain/example", "media type `text/plain` of response `200` of `POST /jobs/delete`"),
        ("/responses/200/content/application~1json/schema/type", "response `200` of `POST /jobs/delete`"),
    ] {
        let place = format!("{DELETE}{place}");
        assert_eq!(subject(&RICH, &place), name, "{place}");
    }
    // Where the document has no name for an entry, it is counted.
    let document = json!({"servers": [{"url": "https://a.example"}, {}]});
    for (place, name) in [
        ("/servers/1/url", "server `1`"),
        ("/paths/~1a/get/parameters/0/name", "parameter `0` of `GET /a`"),
        ("/tags/0", "the document"),
    ] {
        assert_eq!(subject(&document, place), name, "{place}");
    }
}

/// Names of the outer parts are left out once they are longer than 160 characters.
#[test]
fn the_name_of_a_deeply_nested_part_stays_short() {
    let component = "c".repeat(100);
    for (letters, is_whole) in [(46, true), (47, false)] {
        let outer = "f".repeat(letters);
        let place = format!("/components/schemas/{component}/properties/{outer}/properties/x");
        let whole = format!("field `x` of field `{outer}` of `{component}`");
        let name = subject(&BASE, &place);
        assert_eq!(name, if is_whole { &whole } else { "field `x`" });
        assert_eq!(
            subject(&BASE, &format!("{place}/properties/y")),
            "field `y`".to_owned() + if is_whole { "" } else { " of field `x`" }
        );
    }
}
