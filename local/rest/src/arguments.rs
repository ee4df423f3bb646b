//! The body of a call, with nulls and arrays written so that Postrust passes them on.

use crate::database::NULL;
use indexmap::IndexMap;
use postrust_core::Routine;
use serde_json::Value;
use serde_json::value::RawValue;

/// `body` with every null argument replaced by [`NULL`] and every JSON array meant for an array
/// parameter by PostgreSQL's literal for it, or none where there is nothing to replace.
///
/// Everything else keeps its text: numbers their digits, objects the order of their keys.
pub fn rewritten(body: &[u8], overloads: &[Routine]) -> Option<Vec<u8>> {
    if takes_whole_body(overloads) {
        return None;
    }
    let arguments: IndexMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    let mut changed = false;
    let arguments: IndexMap<String, Box<RawValue>> = arguments
        .into_iter()
        .map(|(name, value)| match replacement(&name, value, overloads) {
            Some(value) => {
                changed = true;
                (name, value)
            }
            None => (name, value.to_owned()),
        })
        .collect();
    match changed {
        true => serde_json::to_vec(&arguments).ok(),
        false => None,
    }
}

/// Whether the body itself is the function's one argument, to be passed as it came.
fn takes_whole_body(overloads: &[Routine]) -> bool {
    overloads.iter().any(|routine| routine.params.iter().any(|param| param.name.is_empty()))
}

fn replacement(name: &str, value: &RawValue, overloads: &[Routine]) -> Option<Box<RawValue>> {
    let text = match value.get() {
        "null" => NULL.to_string(),
        array if array.starts_with('[') => {
            let element = array_element(name, overloads)?;
            let value = serde_json::from_str(array).ok()?;
            literal(&value, matches!(element, "json" | "jsonb"))
        }
        _ => return None,
    };
    serde_json::value::to_raw_value(&text).ok()
}

/// The element type of the array parameter called `name`.
fn array_element<'a>(name: &str, overloads: &'a [Routine]) -> Option<&'a str> {
    overloads.iter().find_map(|routine| routine.find_param(name))?.param_type.strip_suffix("[]")
}

/// PostgreSQL's spelling of an array, `{"a",NULL,{…}}`.
fn literal(value: &Value, as_json: bool) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| literal(item, as_json)).collect();
            format!("{{{}}}", items.join(","))
        }
        Value::Null => "NULL".to_string(),
        Value::String(text) if !as_json => quoted(text),
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrust_core::schema_cache::{FuncVolatility, RetType, RoutineParam};

    fn function(params: &[(&str, &str)]) -> Vec<Routine> {
        let param = |(name, param_type): &(&str, &str)| RoutineParam {
            name: name.to_string(),
            param_type: param_type.to_string(),
            type_max_length: param_type.to_string(),
            required: true,
            variadic: false,
        };
        vec![Routine {
            schema: "public".into(),
            name: "f".into(),
            description: None,
            params: params.iter().map(param).collect(),
            return_type: RetType::Void,
            returns_composite: false,
            volatility: FuncVolatility::Volatile,
            has_variadic: false,
            isolation_level: None,
            settings: vec![],
            is_procedure: false,
            media_type: None,
            media_base_type: None,
            output_columns: vec![],
        }]
    }

    fn rewrite(body: &str, params: &[(&str, &str)]) -> Option<String> {
        rewritten(body.as_bytes(), &function(params))
            .map(|body| String::from_utf8(body).expect("it is text"))
    }

    #[test]
    fn a_null_argument_is_marked_and_nulls_further_in_stay() {
        assert_eq!(
            rewrite(
                r#"{"a": null, "b": {"c": null}, "d": "null"}"#,
                &[("a", "text"), ("b", "jsonb"), ("d", "text")]
            )
            .unwrap(),
            format!(r#"{{"a":"{NULL}","b":{{"c": null}},"d":"null"}}"#)
        );
    }

    #[test]
    fn numbers_keep_their_digits_and_objects_the_order_of_their_keys() {
        let rewritten = rewrite(
            r#"{"z": null, "n": 12345678901234567890123, "f": 0.10, "j": {"b":1E2,"a":1}}"#,
            &[("z", "text"), ("n", "numeric"), ("f", "numeric"), ("j", "jsonb")],
        )
        .unwrap();
        assert_eq!(
            rewritten,
            format!(
                r#"{{"z":"{NULL}","n":12345678901234567890123,"f":0.10,"j":{{"b":1E2,"a":1}}}}"#
            )
        );
    }

    #[test]
    fn a_body_with_nothing_to_replace_is_left_alone() {
        for body in [r#"{"a": 1}"#, "{}", "", "[]", "[1, null]", "null", "{\"a\": nul"] {
            assert_eq!(rewrite(body, &[("a", "int")]), None, "{body}");
        }
    }

    #[test]
    fn an_array_is_written_as_postgres_reads_it() {
        for (json, literal) in [
            ("[]", "{}"),
            ("[1, null, 2.50]", r#"{"1",NULL,"2.50"}"#),
            (r#"["a,b", "say \"hi\"", "c:\\", "null"]"#, r#"{"a,b","say \"hi\"","c:\\","null"}"#),
            ("[[1,2],[3,4]]", r#"{{"1","2"},{"3","4"}}"#),
        ] {
            let rewritten = rewrite(&format!(r#"{{"a": {json}}}"#), &[("a", "text[]")]).unwrap();
            let value: Value = serde_json::from_str(&rewritten).unwrap();
            assert_eq!(value["a"], literal, "{json}");
        }
    }

    #[test]
    fn elements_of_an_array_of_json_stay_json() {
        let rewritten = rewrite(r#"{"a": ["x", {"k": 1}]}"#, &[("a", "jsonb[]")]).unwrap();
        let value: Value = serde_json::from_str(&rewritten).unwrap();
        assert_eq!(value["a"], r#"{"\"x\"","{\"k\":1}"}"#);
    }

    #[test]
    fn an_array_for_anything_but_an_array_stays_json() {
        assert_eq!(rewrite(r#"{"a": [1, null]}"#, &[("a", "jsonb")]), None);
        assert_eq!(rewrite(r#"{"a": [1, 2]}"#, &[("a", "extensions.vector")]), None);
    }

    #[test]
    fn a_function_that_takes_the_whole_body_gets_it_whole() {
        assert_eq!(rewrite(r#"{"a": null}"#, &[("", "json")]), None);
    }
}
