//! A column as source.

use super::file::Parts;
use crate::{Error, kind::Kind, model::Column, sql::plain};

/// `string_len("role", 16).default("user")`, or one of the columns that tables share.
pub(super) fn code(table: &str, column: &Column, parts: &mut Parts) -> Result<String, Error> {
    if let Some(name) = shared(column) {
        parts.ours.insert("columns");
        return Ok(format!("columns::{name}()"));
    }
    let default = default(table, column)?;
    with_default(table, column, default.as_deref(), parts)
}

/// The same with another default.
pub(super) fn with_default(
    table: &str,
    column: &Column,
    default: Option<&str>,
    parts: &mut Parts,
) -> Result<String, Error> {
    let kind = Kind::of(column).ok_or_else(|| unknown(table, column))?;
    let helper = match (kind.helper, column.is_null) {
        (helper, false) => helper,
        (helper, true) => nullable(helper),
    };
    parts.schema.insert(helper);
    let numbers: String = kind
        .numbers
        .iter()
        .map(|number| format!(", {number}"))
        .collect();
    let default = default.map_or_else(String::new, |value| format!(".default({value})"));
    Ok(format!(r#"{helper}("{}"{numbers}){default}"#, column.name))
}

/// That no helper makes its type.
pub(super) fn unknown(table: &str, column: &Column) -> Error {
    let (name, kind) = (&column.name, &column.kind);
    Error::ByHand(format!(
        "{table}.{name} has a type that is not known: {}, {}",
        kind.postgres, kind.sqlite
    ))
}

/// Whether its default is reckoned for each row.
pub(super) fn is_reckoned(column: &Column) -> bool {
    let default = column.default.sqlite.as_deref();
    default.is_some_and(|sql| literal(sql).is_none())
}

/// Which of the migration crate's `columns` it is.
fn shared(column: &Column) -> Option<&'static str> {
    let kind = Kind::of(column)?;
    let default = column.default.sqlite.as_deref();
    match (column.name.as_str(), kind.helper, column.is_null, default) {
        ("version", "big_integer", false, Some("1")) => Some("version"),
        ("created_at", "timestamp_with_time_zone", false, None) => Some("created_at"),
        ("updated_at", "timestamp_with_time_zone", false, None) => Some("updated_at"),
        ("deleted_at", "timestamp_with_time_zone", true, None) => Some("deleted_at"),
        _ => None,
    }
}

fn default(table: &str, column: &Column) -> Result<Option<String>, Error> {
    let Some(sql) = column.default.sqlite.as_deref() else {
        return Ok(None);
    };
    if let Some(value) = literal(sql) {
        return Ok(Some(value));
    }
    let (one, other) = (column.default.postgres.as_deref().map(plain), plain(sql));
    if one.as_deref() != Some(&other) {
        let name = &column.name;
        let what = format!("the default of {table}.{name} is an expression of one database");
        return Err(Error::ByHand(what));
    }
    Ok(Some(format!("Expr::cust({sql:?})")))
}

/// A text, number or truth as Rust writes it.
fn literal(sql: &str) -> Option<String> {
    let text = sql
        .strip_prefix('\'')
        .and_then(|sql| sql.strip_suffix('\''));
    if let Some(text) = text {
        return Some(format!("{:?}", text.replace("''", "'")));
    }
    if sql.eq_ignore_ascii_case("true") || sql.eq_ignore_ascii_case("false") {
        return Some(sql.to_ascii_lowercase());
    }
    // A bare one is an i32 to the compiler.
    if sql.parse::<i32>().is_err() && sql.parse::<i64>().is_ok() {
        return Some(format!("{sql}_i64"));
    }
    let is_number = sql.parse::<i32>().is_ok() || sql.parse::<f64>().is_ok_and(f64::is_finite);
    is_number.then(|| sql.to_owned())
}

fn nullable(helper: &'static str) -> &'static str {
    match helper {
        "string_len" => "string_len_null",
        "string" => "string_null",
        "char_len" => "char_len_null",
        "text" => "text_null",
        "small_integer" => "small_integer_null",
        "tiny_integer" => "tiny_integer_null",
        "integer" => "integer_null",
        "small_unsigned" => "small_unsigned_null",
        "big_integer" => "big_integer_null",
        "float" => "float_null",
        "double" => "double_null",
        "decimal_len" => "decimal_len_null",
        "boolean" => "boolean_null",
        "uuid" => "uuid_null",
        "date" => "date_null",
        "time" => "time_null",
        "date_time" => "date_time_null",
        "timestamp_with_time_zone" => "timestamp_with_time_zone_null",
        "json" => "json_null",
        "json_binary" => "json_binary_null",
        "var_binary" => "var_binary_null",
        _ => "blob_null",
    }
}
