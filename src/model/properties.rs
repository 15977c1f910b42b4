//! The properties of a feature, stored as canonical JSON text.
//!
//! Text needs a fifth of the memory of a parsed JSON tree, and most requests send it without
//! parsing it. It is canonical (sorted keys, one spelling of each number, no NUL characters, which
//! PostgreSQL's `jsonb` does not allow), so that both stores return the same bytes for the same
//! feature.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why an object cannot be the properties of a feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PropertiesError {
    /// The text is not a JSON object.
    #[error("properties must be a JSON object: {0}")]
    NotAnObject(String),
    /// A text contains a NUL character, which PostgreSQL cannot store.
    #[error("property {0:?} contains a NUL character, which cannot be stored")]
    Nul(String),
    /// A property is nested too deeply.
    #[error("property {0:?} is nested more than {limit} levels deep", limit = Properties::MAX_DEPTH)]
    TooDeep(String),
}

impl super::InChinese for PropertiesError {
    fn zh(&self) -> String {
        match self {
            Self::NotAnObject(why) => format!("属性应为 JSON 对象（{why}）"),
            Self::Nul(name) => format!("属性“{name}”中有空字符（NUL），无法保存"),
            Self::TooDeep(name) => format!("属性“{name}”的嵌套超过{}层", Properties::MAX_DEPTH),
        }
    }
}

/// The canonical JSON text of an object: sorted keys, no white space, one spelling of each number.
#[derive(Clone, PartialEq, Eq)]
pub struct Properties(Box<str>);

impl Properties {
    /// The maximum nesting depth of values.
    pub const MAX_DEPTH: usize = 32;

    /// Converts an object to canonical form.
    pub fn from_map(map: Map<String, Value>) -> Result<Self, PropertiesError> {
        for (key, value) in &map {
            check(key, key, value, 0)?;
        }
        Ok(Self(
            canonical(Value::Object(map)).to_string().into_boxed_str(),
        ))
    }

    /// Parses the text of an object and converts it to canonical form.
    pub fn parse(text: &str) -> Result<Self, PropertiesError> {
        let map: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| PropertiesError::NotAnObject(e.to_string()))?;
        Self::from_map(map)
    }

    /// Wraps text in canonical form, as it was written by this type and read from a store.
    pub fn from_canonical(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The canonical text, including the braces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the text to an object.
    pub fn to_map(&self) -> Map<String, Value> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// Reads some values from canonical text, in the order of `names`, each of which must occur once;
/// null for a missing property. Other values are skipped without building them, because sorting may
/// read one property of hundreds of thousands of cases.
pub fn pick(canonical: &str, names: &[&str]) -> Vec<Value> {
    let mut found = vec![Value::Null; names.len()];
    let last = names.iter().max().copied().unwrap_or_default();
    let picker = Picker {
        names,
        last,
        found: &mut found,
    };
    // The visitor stops after the last name, which the parser reports as an error.
    let _ = serde_json::Deserializer::from_str(canonical).deserialize_map(picker);
    found
}

struct Picker<'a> {
    names: &'a [&'a str],
    last: &'a str,
    found: &'a mut [Value],
}

impl<'de> Visitor<'de> for Picker<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the properties of a feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let key = Key {
            names: self.names,
            last: self.last,
        };
        while let Some((wanted, is_last)) = map.next_key_seed(key)? {
            match wanted.and_then(|at| self.found.get_mut(at)) {
                Some(slot) => *slot = map.next_value()?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
            // Keys are sorted by their bytes, so none of the names follows this key.
            if is_last {
                break;
            }
        }
        Ok(())
    }
}

/// Deserializes a key: the index among the names, and whether the rest can be skipped.
#[derive(Clone, Copy)]
struct Key<'a> {
    names: &'a [&'a str],
    last: &'a str,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = (Option<usize>, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = (Option<usize>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property's name")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let wanted = self.names.iter().position(|name| *name == key);
        Ok((wanted, key >= self.last))
    }
}

impl Default for Properties {
    fn default() -> Self {
        Self("{}".into())
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(top: &str, key: &str, value: &Value, depth: usize) -> Result<(), PropertiesError> {
    if depth > Properties::MAX_DEPTH {
        return Err(PropertiesError::TooDeep(top.to_owned()));
    }
    let nul = key.contains('\0') || value.as_str().is_some_and(|s| s.contains('\0'));
    if nul {
        return Err(PropertiesError::Nul(top.replace('\0', "\\0")));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|v| check(top, "", v, depth + 1)),
        Value::Object(map) => map
            .iter()
            .try_for_each(|(k, v)| check(top, k, v, depth + 1)),
        _ => Ok(()),
    }
}

/// Sorts keys and writes integral numbers without a fraction or exponent, as `jsonb` does (1e2
/// becomes 100).
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(
                entries
                    .into_iter()
                    .map(|(k, v)| (k, canonical(v)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        Value::Number(n) => Value::Number(canonical_number(n)),
        other => other,
    }
}

fn canonical_number(n: Number) -> Number {
    // An integral double is converted to the integer with the same value if it fits, because
    // `jsonb` returns 1e17 as an integer.
    const I64_END: f64 = 9_223_372_036_854_775_808.0;
    const U64_END: f64 = 18_446_744_073_709_551_616.0;
    match n.as_f64() {
        Some(f) if n.is_f64() && f.fract() == 0.0 => {
            if (-I64_END..I64_END).contains(&f) {
                Number::from(f as i64)
            } else if (I64_END..U64_END).contains(&f) {
                Number::from(f as u64)
            } else {
                n
            }
        }
        _ => n,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_objects_have_equal_text() {
        let a = Properties::parse(r#"{ "b": 1e2, "a": {"y": 1.0, "x": -0.0}, "n": 0.1 }"#).unwrap();
        let b = Properties::parse(r#"{"a":{"x":0,"y":1},"n":0.10,"b":100}"#).unwrap();
        assert_eq!(a, b);
        assert_eq!(a.as_str(), r#"{"a":{"x":0,"y":1},"b":100,"n":0.1}"#);
    }

    #[test]
    fn values_that_no_store_accepts_are_refused_with_their_property() {
        assert_eq!(
            Properties::parse(r#"{"note":"a\u0000b"}"#),
            Err(PropertiesError::Nul("note".into()))
        );
        assert!(matches!(
            Properties::parse("[1]"),
            Err(PropertiesError::NotAnObject(_))
        ));
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(60), "]".repeat(60));
        assert_eq!(
            Properties::parse(&deep),
            Err(PropertiesError::TooDeep("a".into()))
        );
    }

    #[test]
    fn picked_values_equal_parsed_ones() {
        let text = json!({
            "z": {"b": 1, "level": "inner"}, "b": [1, {"a": 2}], "level": "red", "a\"b": "\"level\":1",
            "level2": null, "名": 1.5, "": true,
        });
        let properties = Properties::parse(&text.to_string()).unwrap();
        let map = properties.to_map();
        let names = [
            "z", "b", "level", "a\"b", "level2", "名", "", "missing", "zz", "a", "名名",
        ];
        for from in 0..names.len() {
            for to in from..=names.len() {
                let wanted: Vec<Value> = names[from..to]
                    .iter()
                    .map(|name| map.get(*name).cloned().unwrap_or(Value::Null))
                    .collect();
                assert_eq!(pick(properties.as_str(), &names[from..to]), wanted);
            }
        }
    }
}
