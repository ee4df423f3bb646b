//! The values of a body, kept apart from Postrust, which rewrites some and cannot read others.
//!
//! Postrust turns a null argument into the empty string and bytes into text, and reads no JSON of more
//! than 128 levels. It therefore gets a body with the same keys and random digits as values, and this
//! module binds each parameter of the statement that consists of such digits to the client's value. The
//! digits are drawn after the request has been read: no client can send them.

use indexmap::IndexMap;
use postrust_core::Routine;
use postrust_sql::SqlParam;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The limit of Postgres.
const MOST_DIMENSIONS: usize = 6;

type Row<'a> = IndexMap<String, &'a RawValue>;

/// The values of one request by their stand-ins.
#[derive(Debug, Default)]
pub struct StandIns {
    values: HashMap<String, SqlParam>,
    digits: String,
}

impl StandIns {
    fn new() -> Self {
        Self { values: HashMap::new(), digits: random_digits() }
    }

    fn add(&mut self, value: SqlParam) -> String {
        let name = format!("{}-{}", self.digits, self.values.len());
        self.values.insert(name.clone(), value);
        name
    }

    /// Replaces each stand-in in `params` by its value. Postrust quotes the stand-in of an argument that is
    /// declared `json`.
    pub fn resolved(&self, params: &[SqlParam]) -> Vec<SqlParam> {
        params.iter().map(|param| self.value(param).unwrap_or(param).clone()).collect()
    }

    fn value(&self, param: &SqlParam) -> Option<&SqlParam> {
        let SqlParam::Text(text) = param else { return None };
        let unquoted = || self.values.get(text.strip_prefix('"')?.strip_suffix('"')?);
        self.values.get(text).or_else(unquoted)
    }
}

/// 128 random bits in hexadecimal digits.
pub fn random_digits() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system has random digits");
    format!("{:032x}", u128::from_ne_bytes(random))
}

/// The body for Postrust, and the values of its stand-ins.
pub type Kept = (Vec<u8>, StandIns);

/// Returns the arguments of a call; none if the body is no JSON object, which Postrust refuses.
pub fn of_call(body: &[u8], overloads: &[Routine]) -> Option<Kept> {
    let mut kept = StandIns::new();
    if !overloads.is_empty() && overloads.iter().all(|routine| whole_body_type(routine).is_some()) {
        let json: &RawValue = serde_json::from_slice(body).ok()?;
        let name = kept.add(SqlParam::text(json.get()));
        return Some((serde_json::to_vec(&name).ok()?, kept));
    }
    if overloads.iter().any(|routine| whole_body_type(routine).is_some()) {
        return None;
    }
    let mut arguments = IndexMap::new();
    for (name, value) in first_row(body)? {
        let value = argument(value.get(), parameter_type(&name, overloads))?;
        arguments.insert(name, kept.add(value));
    }
    Some((serde_json::to_vec(&arguments).ok()?, kept))
}

/// Returns a body of bytes for a function with a single, unnamed parameter of type `bytea`.
pub fn of_bytes(body: &[u8], overloads: &[Routine]) -> Option<Kept> {
    if !overloads.iter().any(|routine| whole_body_type(routine) == Some("bytea")) {
        return None;
    }
    let mut kept = StandIns::new();
    let name = kept.add(SqlParam::Bytes(body.to_vec()));
    Some((name.into_bytes(), kept))
}

/// Returns the rows of a write, which Postrust passes on as one text; none if the body has no rows.
pub fn of_write(body: &[u8]) -> Option<Kept> {
    let text = std::str::from_utf8(body).ok()?;
    let mut kept = StandIns::new();
    let mut digits = Some(kept.digits.clone());
    let mut shallow = |row: Row<'_>| -> IndexMap<String, Option<String>> {
        row.into_keys().map(|name| (name, digits.take())).collect()
    };
    let given = match text.trim_start().starts_with('{') {
        true => serde_json::to_string(&shallow(serde_json::from_str(text).ok()?)).ok()?,
        false => {
            let rows: Vec<Row<'_>> = serde_json::from_str(text).ok()?;
            let rows: Vec<_> = rows.into_iter().map(shallow).collect();
            serde_json::to_string(&rows).ok()?
        }
    };
    kept.values.insert(given.clone(), SqlParam::text(text));
    digits.is_none().then_some((given.into_bytes(), kept))
}

/// PostgREST reads the first of several sets of arguments.
fn first_row(body: &[u8]) -> Option<Row<'_>> {
    let whole: &RawValue = serde_json::from_slice(body).ok()?;
    match whole.get().starts_with('[') {
        true => {
            let rows: Vec<&RawValue> = serde_json::from_str(whole.get()).ok()?;
            serde_json::from_str(rows.first()?.get()).ok()
        }
        false => serde_json::from_str(whole.get()).ok(),
    }
}

/// Returns the type of a single, unnamed parameter, which receives the whole body.
fn whole_body_type(routine: &Routine) -> Option<&str> {
    match routine.params.as_slice() {
        [param] if param.name.is_empty() => Some(&param.param_type),
        _ => None,
    }
}

fn parameter_type<'a>(name: &str, overloads: &'a [Routine]) -> &'a str {
    let mut found = overloads.iter().filter_map(|routine| routine.find_param(name));
    found.next().map(|param| param.param_type.as_str()).unwrap_or_default()
}

/// Returns the text that PostgreSQL reads as a value of the declared type.
fn argument(json: &str, declared: &str) -> Option<SqlParam> {
    let element = declared.strip_suffix("[]");
    Some(match json.as_bytes().first() {
        _ if json == "null" => SqlParam::Null,
        _ if matches!(declared, "json" | "jsonb") => SqlParam::text(json),
        Some(b'"') => SqlParam::Text(serde_json::from_str(json).ok()?),
        Some(b'[') if element.is_some() => {
            let is_json = matches!(element, Some("json" | "jsonb"));
            let literal = array(json, dimensions(json), is_json);
            SqlParam::Text(literal.unwrap_or_else(|| json.to_string()))
        }
        _ => SqlParam::text(json),
    })
}

/// Counts the levels of lists along the first elements: PostgreSQL reads deeper lists as values.
fn dimensions(json: &str) -> usize {
    let mut depth = 0;
    let mut first = json.to_string();
    while depth < MOST_DIMENSIONS && first.starts_with('[') {
        depth += 1;
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(&first) else { break };
        let Some(item) = items.first() else { break };
        first = item.get().to_string();
    }
    depth
}

/// Returns PostgreSQL's literal of an array, `{"a",NULL,{…}}`; none if an element is no list.
fn array(json: &str, dimensions: usize, is_json: bool) -> Option<String> {
    if dimensions == 0 {
        return Some(match json {
            "null" => "NULL".to_string(),
            _ if json.starts_with('"') && !is_json => {
                quoted(&serde_json::from_str::<String>(json).ok()?)
            }
            _ => quoted(json),
        });
    }
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let items: Option<Vec<_>> =
        items.into_iter().map(|item| array(item.get(), dimensions - 1, is_json)).collect();
    Some(format!("{{{}}}", items?.join(",")))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrust_core::schema_cache::{FuncVolatility, RetType, RoutineParam};
    use serde_json::Value;

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

    /// Returns the value that is bound for each argument.
    fn passed(body: &str, params: &[(&str, &str)]) -> Vec<(String, SqlParam)> {
        let (apart, stand_ins) = of_call(body.as_bytes(), &function(params)).unwrap();
        let apart: IndexMap<String, String> = serde_json::from_slice(&apart).unwrap();
        let value = |name: String| stand_ins.resolved(&[SqlParam::Text(name)]).remove(0);
        apart.into_iter().map(|(name, stand_in)| (name, value(stand_in))).collect()
    }

    fn passed_one(json: &str, declared: &str) -> SqlParam {
        passed(&format!(r#"{{"a": {json}}}"#), &[("a", declared)]).remove(0).1
    }

    #[test]
    fn a_value_is_passed_as_postgres_reads_it() {
        for (json, declared, text) in [
            (r#""x\u0041""#, "text", "xA"),
            (r#""null""#, "text", "null"),
            (r#""x""#, "jsonb", r#""x""#),
            ("12345678901234567890123", "numeric", "12345678901234567890123"),
            ("0.10", "numeric", "0.10"),
            (r#"{"b":1E2, "a":1}"#, "jsonb", r#"{"b":1E2, "a":1}"#),
            ("[1, null]", "jsonb", "[1, null]"),
            ("[1, 2]", "extensions.vector", "[1, 2]"),
            ("true", "boolean", "true"),
        ] {
            assert_eq!(passed_one(json, declared), SqlParam::text(text), "{json}");
        }
        for declared in ["text", "jsonb", "text[]"] {
            assert_eq!(passed_one("null", declared), SqlParam::Null);
        }
    }

    #[test]
    fn an_array_is_written_as_postgres_reads_it() {
        for (json, declared, literal) in [
            ("[]", "text[]", "{}"),
            ("[1, null, 2.50]", "numeric[]", r#"{"1",NULL,"2.50"}"#),
            (
                r#"["a,b", "say \"hi\"", "c:\\", "null"]"#,
                "text[]",
                r#"{"a,b","say \"hi\"","c:\\","null"}"#,
            ),
            ("[[1,2],[3,4]]", "int[]", r#"{{"1","2"},{"3","4"}}"#),
            (r#"["x", {"k": 1}]"#, "jsonb[]", r#"{"\"x\"","{\"k\": 1}"}"#),
            (r#"[{"k": 1}, [1, 2], 3, null]"#, "jsonb[]", r#"{"{\"k\": 1}","[1, 2]","3",NULL}"#),
            ("[[1,2],[3,4]]", "jsonb[]", r#"{{"1","2"},{"3","4"}}"#),
            ("[[1],2]", "jsonb[]", "[[1],2]"),
        ] {
            assert_eq!(passed_one(json, declared), SqlParam::text(literal), "{json}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        passed_one(&deep, "int[]");
        assert_eq!(passed_one(&deep, "jsonb"), SqlParam::text(deep));
    }

    #[test]
    fn of_several_sets_of_arguments_the_first_is_passed() {
        let arguments = passed(r#"[{"b": 1, "a": 2}, {"a": 3}]"#, &[("a", "int"), ("b", "int")]);
        let expected = [("b", "1"), ("a", "2")].map(|(n, v)| (n.to_string(), SqlParam::text(v)));
        assert_eq!(arguments, expected);
    }

    #[test]
    fn what_is_no_object_is_left_to_postrust() {
        for body in ["", "[]", "[1, null]", "null", "{\"a\": nul", "\"text\"", "{} {}"] {
            assert!(of_call(body.as_bytes(), &function(&[("a", "int")])).is_none(), "{body}");
        }
    }

    #[test]
    fn a_function_that_takes_the_whole_body_gets_it_whole() {
        for body in [r#"{"a": null}"#, "[1, 2]", "null", "1"] {
            let (apart, stand_ins) = of_call(body.as_bytes(), &function(&[("", "json")])).unwrap();
            let param = SqlParam::Text(String::from_utf8(apart).unwrap());
            assert_eq!(stand_ins.resolved(&[param]), [SqlParam::text(body)]);
        }
        assert!(of_call(b"{", &function(&[("", "json")])).is_none());
    }

    #[test]
    fn bytes_are_passed_as_they_are() {
        let bytes = b"\\x4142\xff\0";
        let (apart, stand_ins) = of_bytes(bytes, &function(&[("", "bytea")])).unwrap();
        let param = SqlParam::Text(String::from_utf8(apart).unwrap());
        assert_eq!(stand_ins.resolved(&[param]), [SqlParam::Bytes(bytes.to_vec())]);
        assert!(of_bytes(bytes, &function(&[("", "text")])).is_none());
    }

    #[test]
    fn rows_are_passed_whole_and_postrust_sees_their_columns() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        for (body, columns) in [
            (r#"{"b": 1.50, "a": null}"#.to_string(), r#"{"b":"","a":null}"#),
            (r#" [{"a": 1}, {"a": {"a": 2}}]"#.to_string(), r#"[{"a":""},{"a":null}]"#),
            (format!(r#"[{{}}, {{"a": {deep}}}]"#), r#"[{},{"a":""}]"#),
        ] {
            let (apart, stand_ins) = of_write(body.as_bytes()).unwrap();
            let apart = String::from_utf8(apart).unwrap();
            assert_eq!(apart.replace(&stand_ins.digits, ""), columns);
            assert_eq!(stand_ins.resolved(&[SqlParam::Text(apart)]), [SqlParam::Text(body)]);
        }
        for body in ["", "{}", "[]", "[{}]", "[1]", "{", "\"x\"", "[{\"a\":1},2]"] {
            assert!(of_write(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn no_text_of_a_client_stands_for_anything() {
        let (apart, stand_ins) = of_call(br#"{"a": null}"#, &function(&[("a", "text")])).unwrap();
        let apart: Value = serde_json::from_slice(&apart).unwrap();
        let stand_in = apart["a"].as_str().unwrap();
        assert_eq!(stand_ins.resolved(&[SqlParam::text(format!("{stand_in}x"))]).len(), 1);
        for text in ["null", "", "\u{f8ff}null\u{f8ff}", "0-0", &format!("{stand_in} "), "\""] {
            assert_eq!(stand_ins.resolved(&[SqlParam::text(text)]), [SqlParam::text(text)]);
        }
        let (again, _) = of_call(br#"{"a": null}"#, &function(&[("a", "text")])).unwrap();
        assert_ne!(again, serde_json::to_vec(&apart).unwrap());
    }
}
