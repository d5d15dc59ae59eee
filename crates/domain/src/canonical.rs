//! The one form in which something is signed or committed to: canonical JSON (RFC 8785) of texts, whole numbers, lists and objects.
//!
//! Numbers with a fraction, truth values and nulls are refused: what is signed here needs none of them, and without them the form
//! is easy to make anew in any language.

use serde_json::Value;

/// The greatest whole number that every reader of JSON keeps exactly.
const GREATEST: u64 = (1 << 53) - 1;

/// What has no canonical form here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number with a fraction, or beyond what every reader keeps exactly.
    #[error("数字只能是不超过 2^53-1 的整数")]
    Number,
    /// A truth value or a null.
    #[error("只能有文字、整数、数组和对象")]
    Kind,
}

/// The canonical form.
///
/// # Errors
/// [`NotCanonical`] when a value has none.
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) => return Err(NotCanonical::Kind),
        Value::Number(number) => {
            let small = number.as_i64().is_some_and(|int| int.unsigned_abs() <= GREATEST);
            if !small {
                return Err(NotCanonical::Number);
            }
            out.push_str(&number.to_string());
        }
        Value::String(text) => write_text(text, out),
        Value::Array(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(value, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // By UTF-16 code units, as RFC 8785 section 3.2.3 has it; that is not the order of code points.
            members
                .sort_unstable_by(|(one, _), (two, _)| one.encode_utf16().cmp(two.encode_utf16()));
            out.push('{');
            for (place, (key, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A text in quotation marks, escaped as RFC 8785 section 3.2.2.2 has it.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if u32::from(control) < 0x20 => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_in_the_order_of_the_standard() {
        // RFC 8785 section 3.2.3, without its member that is no text.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let form = canonical(&value).expect("a form");
        let order = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
        let places: Vec<_> =
            order.iter().map(|key| form.find(&format!("\"{key}\":")).expect("the key")).collect();
        assert!(places.is_sorted(), "{form}");
    }

    #[test]
    fn texts_are_escaped_as_the_standard_has_it() {
        let value = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}示例");
        let expected = "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}示例\"";
        assert_eq!(canonical(&value).expect("a form"), expected);
    }

    #[test]
    fn what_readers_differ_about_is_refused() {
        for (value, wrong) in [
            (json!(1.5), NotCanonical::Number),
            (json!(9_007_199_254_740_992_i64), NotCanonical::Number),
            (json!(u64::MAX), NotCanonical::Number),
            (json!({ "a": [null] }), NotCanonical::Kind),
            (json!([true]), NotCanonical::Kind),
        ] {
            assert_eq!(canonical(&value), Err(wrong), "{value}");
        }
        assert_eq!(
            canonical(&json!(-9_007_199_254_740_991_i64)),
            Ok("-9007199254740991".to_owned())
        );
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_form_says_the_same_and_has_one_spelling(value in values()) {
            let form = canonical(&value).expect("a form");
            let read: Value = serde_json::from_str(&form).expect("JSON");
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(canonical(&read).expect("a form"), form);
        }

        #[test]
        fn different_values_have_different_forms(one in values(), two in values()) {
            prop_assert_eq!(one == two, canonical(&one) == canonical(&two));
        }
    }
}
