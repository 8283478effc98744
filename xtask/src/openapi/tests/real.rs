//! The committed document, changed as developers do.

use serde_json::{Value, json};

use super::super::parse;
use super::told;
use crate::{application, workspace};

fn committed() -> Value {
    let text = workspace::read(&application::openapi_path()).expect("the document");
    parse(&text).expect("an OpenAPI document")
}

/// What breaks after a part of the committed document was changed.
fn after(pointer: &str, change: impl FnOnce(&mut Value)) -> (Vec<String>, Vec<String>) {
    let old = committed();
    let mut new = old.clone();
    change(new.pointer_mut(pointer).expect("it is in the document"));
    told(&old, &new)
}

#[test]
fn it_is_its_own_successor() {
    let api = committed();
    assert_eq!(told(&api, &api), (vec![], vec![]));
}

#[test]
fn a_property_that_goes_is_told_once() {
    let (breaks, others) = after("/components/schemas/ProjectResponse", |project| {
        project["properties"]
            .as_object_mut()
            .expect("properties")
            .remove("slug");
        let required = project["required"].as_array_mut().expect("names");
        required.retain(|name| name != "slug");
    });
    assert_eq!(breaks, ["ProjectResponse/slug in answers is gone"]);
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn what_every_answer_shares_is_told_once() {
    let (breaks, _) = after(
        "/components/schemas/FieldError/properties/message",
        |message| {
            *message = json!({ "type": ["string", "null"] });
        },
    );
    assert_eq!(breaks, ["FieldError/message in answers type"]);
}

#[test]
fn a_request_may_gain_what_is_optional() {
    let (breaks, others) = after(
        "/components/schemas/ProjectCreate/properties",
        |properties| {
            properties["color"] = json!({ "type": "string" });
        },
    );
    assert_eq!(
        (breaks.len(), others),
        (0, vec!["ProjectCreate/color in requests is new".to_owned()])
    );
}
