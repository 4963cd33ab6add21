//! Does a JSON value fit a schema? The part of JSON Schema that our own requests use, and nothing more.
//!
//! `type`, `properties`, `required`, `additionalProperties: false`, `items`, `enum`, `minLength`, `maxLength`, `maxItems`.
//! A server that promises to enforce a schema is believed only after this.

use serde_json::Value;

/// The first place where `value` does not fit `schema`, in words; nothing when it fits.
pub fn misfit(value: &Value, schema: &Value) -> Option<String> {
    check(value, schema, "the answer")
}

fn check(value: &Value, schema: &Value, place: &str) -> Option<String> {
    if let Some(wanted) = schema.get("type").and_then(Value::as_str)
        && !has_type(value, wanted)
    {
        return Some(format!("{place} should be {} and is {}", article(wanted), article(type_of(value))));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        return Some(format!("{place} is none of {}", Value::Array(allowed.clone())));
    }
    match value {
        Value::Object(fields) => object(fields, schema, place),
        Value::Array(items) => array(items, schema, place),
        Value::String(text) => string(text, schema, place),
        _ => None,
    }
}

fn object(fields: &serde_json::Map<String, Value>, schema: &Value, place: &str) -> Option<String> {
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            return Some(format!("{place} has no '{name}'"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, value) in fields {
        match properties.and_then(|p| p.get(name)) {
            Some(inner) => {
                if let Some(why) = check(value, inner, &format!("'{}'", crate::text::line(name, 40))) {
                    return Some(why);
                }
            }
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                return Some(format!("{place} has an unknown field '{}'", crate::text::line(name, 40)));
            }
            None => {}
        }
    }
    None
}

fn array(items: &[Value], schema: &Value, place: &str) -> Option<String> {
    let limit = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
    if items.len() as u64 > limit {
        return Some(format!("{place} has {} items, {limit} are allowed", items.len()));
    }
    let inner = schema.get("items")?;
    items.iter().enumerate().find_map(|(i, item)| check(item, inner, &format!("{place}[{i}]")))
}

fn string(text: &str, schema: &Value, place: &str) -> Option<String> {
    let length = text.chars().count() as u64;
    let limit = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0);
    if length > limit {
        return Some(format!("{place} has {length} characters, {limit} are allowed"));
    }
    (length < least).then(|| format!("{place} has {length} characters, {least} are needed"))
}

fn has_type(value: &Value, wanted: &str) -> bool {
    let is = type_of(value);
    is == wanted || (wanted == "number" && is == "integer")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_i64() || n.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn article(noun: &str) -> String {
    match noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {noun}"),
        false => format!("a {noun}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_way_not_to_fit() {
        let schema = json!({"type": "object", "additionalProperties": false, "required": ["a", "n"], "properties": {
            "a": {"type": "string", "maxLength": 3, "minLength": 1}, "n": {"type": "array", "maxItems": 2, "items": {"type": "number"}},
            "k": {"enum": ["x", "y"]}}});
        for (value, why) in [
            (json!([]), "the answer should be an object and is an array"),
            (json!({"a": "x"}), "the answer has no 'n'"),
            (json!({"a": 1, "n": []}), "'a' should be a string and is an integer"),
            (json!({"a": "abcd", "n": []}), "'a' has 4 characters, 3 are allowed"),
            (json!({"a": "", "n": []}), "'a' has 0 characters, 1 are needed"),
            (json!({"a": "x", "n": [1, 2, 3]}), "'n' has 3 items, 2 are allowed"),
            (json!({"a": "x", "n": [1, null]}), "'n'[1] should be a number and is a null"),
            (json!({"a": "x", "n": [], "z": 1}), "the answer has an unknown field 'z'"),
            (json!({"a": "x", "n": [], "k": "z"}), "'k' is none of [\"x\",\"y\"]"),
        ] {
            assert_eq!(misfit(&value, &schema).as_deref(), Some(why));
        }
        assert_eq!(misfit(&json!({"a": "äöü", "n": [1, 2.5], "k": "y"}), &schema), None);
    }
}
