//! Holds JSON to the schemas of the description: as much of JSON Schema as the description uses.

use serde_json::Value;

/// Panics where a value is not as its schema says.
pub fn holds(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(target) = schema["$ref"].as_str() {
        let target = target.trim_start_matches('#');
        let schema = document.pointer(target).unwrap_or_else(|| panic!("{target} is not there"));
        return holds(document, schema, value, place);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{place}: a schema without a type: {schema}"),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{place} is {kind}, not {kinds:?}");
    if let (Some(words), Some(word)) = (schema["enum"].as_array(), value.as_str()) {
        assert!(words.iter().any(|one| one == word), "{place}: {word}");
    }
    if let Value::Array(list) = value {
        for (number, one) in list.iter().enumerate() {
            holds(document, &schema["items"], one, &format!("{place}/{number}"));
        }
    }
    let Value::Object(fields) = value else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(fields.contains_key(name), "{place} lacks {name}");
    }
    for (name, value) in fields {
        let place = format!("{place}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => panic!("{place} stands in no schema"),
            (Value::Null, Value::Object(_)) => {
                holds(document, &schema["additionalProperties"], value, &place);
            }
            (Value::Null, _) => {}
            (schema, _) => holds(document, schema, value, &place),
        }
    }
}
