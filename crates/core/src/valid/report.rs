//! From what serde and garde found to the details of a 422.

use serde_json::Value;

use crate::problem::{FieldError, Problem};

/// Parts of a field's name that mark its value as one never to tell back.
const SECRET_NAMES: [&str; 6] = ["password", "secret", "token", "key", "code", "credential"];

/// How serde's messages about a field begin that name it, and what is told instead.
const NAMING: [(&str, &str); 3] = [
    ("missing field `", "is required"),
    ("unknown field `", "is not known here"),
    ("duplicate field `", "must be given only once"),
];

/// How serde_path_to_error writes the path of the whole.
const ROOT: &str = ".";

/// 422 with every rule that garde found broken. `sent` gives the values to tell back.
pub(super) fn broken_rules(
    report: &garde::Report,
    sent: impl Fn(&str) -> Option<String>,
) -> Problem {
    let details = report
        .iter()
        .map(|(path, error)| {
            let field = path.to_string();
            let value = sent(&field);
            detail(field, error.message().to_string(), value)
        })
        .collect();
    Problem::invalid(details)
}

/// A value of the wrong type, an unknown or a missing field.
pub(super) fn wrong_shape(path: &str, message: &str, value: Option<String>) -> FieldError {
    // serde names a missing or unknown field in its message, at the path of the object around it.
    let named = NAMING.iter().find_map(|(prefix, told)| {
        let name = message.strip_prefix(prefix)?.split('`').next()?;
        Some(FieldError::new(join(path, name), *told))
    });
    named.unwrap_or_else(|| match path {
        ROOT | "" if message.contains("expected struct") => {
            FieldError::new("body", "must be an object")
        }
        ROOT | "" => FieldError::new("body", rule(message)),
        path => detail(path.to_owned(), rule(message), value),
    })
}

/// Whether an error at `path` is about what is there, and not about what is missing beside it.
pub(super) fn concerns_value(path: &str, message: &str) -> bool {
    !(matches!(path, ROOT | "") && message.starts_with("missing field"))
}

/// What is wrong with one pair of a query or a form, going by what serde said of it alone; that
/// others are missing beside it is nothing. `unknown` is said of a name that is not known.
pub(super) fn refused_pair(
    name: &str,
    value: &str,
    message: &str,
    unknown: &str,
) -> Option<FieldError> {
    if message.starts_with("missing field") {
        return None;
    }
    if message.starts_with("unknown field") {
        return Some(FieldError::new(name, unknown));
    }
    Some(detail(
        name.to_owned(),
        rule(message),
        Some(value.to_owned()),
    ))
}

/// A detail that tells back `value`, unless the field holds a secret.
fn detail(field: String, message: String, value: Option<String>) -> FieldError {
    let value = value.filter(|_| !is_secret(&field));
    let error = FieldError::new(field, message);
    match value {
        Some(value) => error.value(&value),
        None => error,
    }
}

/// What should have been there. serde's own messages begin with what was, at whatever length, and
/// be it a secret; what may be told of that stands in the detail's `value`.
fn rule(message: &str) -> String {
    let (given, expected) = message.rsplit_once(", expected ").unwrap_or(("", message));
    let expected = expected
        .rsplit_once(" at line ")
        .map_or(expected, |(expected, _)| expected);
    match (given, expected) {
        ("", message) => message.to_owned(),
        // What serde says of every enum.
        (_, "string or map") => "must be a string".to_owned(),
        (_, expected) => format!("must be {expected}"),
    }
}

fn is_secret(field: &str) -> bool {
    let name = field.rsplit('.').next().unwrap_or(field).to_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

fn join(path: &str, name: &str) -> String {
    match path {
        // serde_path_to_error's root; an unknown field's own name may end the path already.
        ROOT | "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// The scalar at `path` (`items[2].quantity`) of a body, as text.
pub(super) fn scalar_at(body: &Value, path: &str) -> Option<String> {
    let mut value = body;
    for segment in path.split(['.', '[']).filter(|one| !one.is_empty()) {
        value = match segment.strip_suffix(']') {
            Some(index) => value.get(index.parse::<usize>().ok()?)?,
            None => value.get(segment)?,
        };
    }
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The paths of the strings that hold a NUL, which PostgreSQL cannot store.
pub(super) fn nul_paths(value: &Value, path: &str, found: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            found.push(FieldError::new(path, "must not contain NUL"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                nul_paths(item, &format!("{path}[{index}]"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                nul_paths(field, &join(path, name), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_found_by_its_path() {
        let body = json!({"items": [{"quantity": 1}, {"quantity": -5}], "name": "x"});
        assert_eq!(scalar_at(&body, "items[1].quantity").as_deref(), Some("-5"));
        assert_eq!(scalar_at(&body, "name").as_deref(), Some("x"));
        assert_eq!(scalar_at(&body, "items"), None);
        assert_eq!(scalar_at(&body, "items[7].quantity"), None);
    }

    #[test]
    fn secrets_are_never_told_back() {
        for field in ["password", "user.new_password", "refresh_token", "apiKey"] {
            assert!(is_secret(field), "{field}");
        }
        assert!(!is_secret("email"));
        let given = "invalid type: integer `12345678`, expected a string at line 1 column 9";
        let error = wrong_shape("user.password", given, Some("12345678".into()));
        assert_eq!(error, FieldError::new("user.password", "must be a string"));
        let given = "invalid type: string \"a, expected b at line 1\", expected u32";
        let error = wrong_shape("pass_key", given, Some("a".into()));
        assert_eq!(error, FieldError::new("pass_key", "must be u32"));
    }

    #[test]
    fn a_rule_is_told_without_what_was_given() {
        let given = "x".repeat(1 << 19);
        for (message, told) in [
            (
                format!("unknown variant `{given}`, expected `a` or `b`"),
                "must be `a` or `b`",
            ),
            (
                "invalid type: null, expected string or map at line 1 column 9".into(),
                "must be a string",
            ),
            ("must be a UUID at line 1 column 9".into(), "must be a UUID"),
        ] {
            let error = wrong_shape("status", &message, Some(given.clone()));
            assert_eq!(error, FieldError::new("status", told).value(&given));
            let error = refused_pair("status", &given, &message, "").unwrap();
            assert_eq!(error, FieldError::new("status", told).value(&given));
        }
    }
}
