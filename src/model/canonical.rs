//! Reads single properties from canonical JSON text without parsing the rest. A query over all
//! cases of five years reads one or two properties of each.

use std::borrow::Cow;

use jiff::Timestamp;
use memchr::{memchr2, memchr2_iter, memmem, memrchr};
use serde::Deserialize as _;
use serde_json::{Map, Value};

/// A JSON object as canonical text: the properties of a feature, or an object nested in them.
///
/// Only members of the object itself are found, never those of nested objects.
#[derive(Debug, Clone, Copy)]
pub struct Canonical<'a> {
    /// The text from the object's opening brace on. For a nested object, it continues beyond the closing
    /// brace to the end of the outermost object.
    text: &'a str,
    is_whole: bool,
}

impl<'a> Canonical<'a> {
    /// An object whose text was written by [`Properties`](super::Properties).
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            is_whole: true,
        }
    }

    /// Whether the property exists, even with the value null.
    pub fn has(self, name: &str) -> bool {
        self.from(name).is_some()
    }

    /// Whether the property is `true`.
    pub fn is_true(self, name: &str) -> bool {
        self.from(name)
            .is_some_and(|value| value.starts_with("true"))
    }

    /// Whether the property is a text equal to `text`.
    pub fn is(self, name: &str, text: &str) -> bool {
        self.text(name).is_some_and(|found| found == text)
    }

    /// The property, if it is a text.
    pub fn text(self, name: &str) -> Option<Cow<'a, str>> {
        let value = self.from(name)?;
        let inside = value.strip_prefix('"')?;
        let end = memchr2(b'"', b'\\', inside.as_bytes())?;
        if inside.as_bytes().get(end) == Some(&b'"') {
            return inside.get(..end).map(Cow::Borrowed);
        }
        // The text contains an escape, so it is decoded. The deserializer reads one value and ignores what follows.
        let mut value = serde_json::Deserializer::from_str(value);
        String::deserialize(&mut value).ok().map(Cow::Owned)
    }

    /// The property, if it is a time in RFC 3339 format.
    pub fn moment(self, name: &str) -> Option<Timestamp> {
        self.text(name)?.parse().ok()
    }

    /// The property, if it is a number.
    pub fn number(self, name: &str) -> Option<f64> {
        let value = self.from(name)?;
        let end = value
            .find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
            .unwrap_or(value.len());
        value.get(..end)?.parse().ok()
    }

    /// The property, if it is an object.
    pub fn object(self, name: &str) -> Option<Self> {
        let text = self.from(name)?;
        text.starts_with('{').then_some(Self {
            text,
            is_whole: false,
        })
    }

    /// Whether the property may have this value, given as JSON text. Returns `false` only if it
    /// certainly has another value or is missing. Callers use it as a cheap filter before parsing.
    pub fn may_be(self, name: &str, json: &str) -> bool {
        self.from(name)
            .is_some_and(|value| !value.starts_with('"') || value.starts_with(json))
    }

    /// Parses the whole object.
    pub fn to_map(self) -> Map<String, Value> {
        let mut object = serde_json::Deserializer::from_str(self.text);
        Map::deserialize(&mut object).unwrap_or_default()
    }

    /// The text that begins with the value of the property.
    fn from(self, name: &str) -> Option<&'a str> {
        let text = self.text.as_bytes();
        let name = escaped(name);
        memmem::find_iter(text, name.as_bytes()).find_map(|at| {
            // A key follows `{"` or `,"`. A quotation mark inside a text follows a backslash.
            let quote = at.checked_sub(1)?;
            let before = text.get(quote.checked_sub(1)?)?;
            let is_key = text.get(quote) == Some(&b'"')
                && matches!(before, b'{' | b',')
                && text.get(at + name.len()..)?.starts_with(b"\":");
            (is_key && self.owns(quote)).then(|| self.text.get(at + name.len() + 2..))?
        })
    }

    /// Whether the key at `quote` belongs to the object itself and not to a nested or an outer one.
    fn owns(self, quote: usize) -> bool {
        let (before, behind) = self.text.as_bytes().split_at(quote);
        let before = before.get(1..).unwrap_or_default();
        if memchr2(b'{', b'}', before).is_none() {
            return true;
        }
        // If the text ends with the object, the braces before the key and those after it both show
        // how deeply the key is nested. Count in the shorter text.
        if self.is_whole && behind.len() < before.len() {
            depths(behind).0 == -1
        } else {
            depths(before) == (0, 0)
        }
    }
}

/// A name escaped as in a JSON text, without the quotation marks.
fn escaped(name: &str) -> Cow<'_, str> {
    let plain = |b: &u8| *b >= b' ' && *b != b'"' && *b != b'\\';
    if name.as_bytes().iter().all(plain) {
        return Cow::Borrowed(name);
    }
    let mut quoted = Value::from(name).to_string();
    quoted.pop();
    Cow::Owned(quoted.split_off(1))
}

/// Counts opening minus closing braces of a text that begins outside of a string. Returns the count
/// at the end and the lowest count on the way.
fn depths(piece: &[u8]) -> (i64, i64) {
    let mut depths = (0, 0);
    // Only braces are examined. Usually the last quotation mark before a brace shows whether the
    // brace is inside a string; if not, the whole piece is read.
    for at in memchr2_iter(b'{', b'}', piece) {
        match is_in_text(piece, at) {
            Some(true) => {}
            Some(false) => count(&mut depths, piece[at]),
            None => return depths_of_all(piece),
        }
    }
    depths
}

fn count((depth, least): &mut (i64, i64), brace: u8) {
    *depth += if brace == b'{' { 1 } else { -1 };
    *least = (*least).min(*depth);
}

/// Whether a byte is inside a string, judged by the last quotation mark before it. `None` if that
/// requires reading from the beginning.
fn is_in_text(piece: &[u8], at: usize) -> Option<bool> {
    let mut end = at;
    let quote = loop {
        // Without a quotation mark before it, the byte is outside of a string, like the beginning
        // of the text.
        let Some(quote) = memrchr(b'"', &piece[..end]) else {
            return Some(false);
        };
        let escapes = piece[..quote].iter().rev().take_while(|b| **b == b'\\');
        if escapes.count() % 2 == 0 {
            break quote;
        }
        end = quote;
    };
    // In canonical JSON, an opening quotation mark follows `{`, `[`, `,` or `:`, and a closing one
    // precedes `}`, `]`, `,` or `:`.
    let before = quote.checked_sub(1).map(|at| piece[at]);
    let may_open = matches!(before, None | Some(b'{' | b'[' | b',' | b':'));
    let may_close = matches!(piece[quote + 1], b'}' | b']' | b',' | b':');
    match (may_open, may_close) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Like [`depths`], but reads every byte.
fn depths_of_all(piece: &[u8]) -> (i64, i64) {
    let mut depths = (0, 0);
    let mut at = 0;
    while let Some(byte) = piece.get(at) {
        match byte {
            b'{' | b'}' => count(&mut depths, *byte),
            b'"' => {
                // Skips to the end of the string. A backslash escapes the next byte.
                at += 1;
                while let Some(byte) = piece.get(at).filter(|b| **b != b'"') {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    depths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::Properties;

    const NAMES: [&str; 7] = ["at", "demo", "kind", "step", "名", "a\"b", "\\"];

    /// Random values that contain keys, quotation marks and braces.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-5..5_i64).prop_map(Value::from),
            "[a-z\"\\\\{},:名]{0,8}".prop_map(Value::from),
            Just(Value::from(",\"kind\":\"x\"")),
            // Strings whose braces look as if they were outside of a string.
            "[{}\\[\\],:\"\\\\]{0,6}".prop_map(Value::from),
            Just(Value::from("2026-11-22T10:00:00Z")),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                object(inner).prop_map(Value::from),
            ]
        })
    }

    fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
        let name = prop_oneof![
            proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
            "[a-z\"\\\\{}]{0,4}",
        ];
        proptest::collection::btree_map(name, value, 0..6).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn single_reads_equal_parsing(map in object(value())) {
            let properties = Properties::from_map(map).unwrap();
            let parsed = properties.to_map();
            let read = Canonical::new(properties.as_str());
            prop_assert_eq!(&read.to_map(), &parsed);
            for name in NAMES {
                let value = parsed.get(name);
                prop_assert_eq!(read.has(name), value.is_some());
                prop_assert_eq!(read.is_true(name), value == Some(&Value::Bool(true)));
                let text = value.and_then(Value::as_str);
                prop_assert_eq!(read.text(name), text.map(Cow::Borrowed));
                prop_assert_eq!(read.number(name), value.and_then(Value::as_f64));
                prop_assert_eq!(read.moment(name), text.and_then(|t| t.parse().ok()));
                let object = read.object(name).map(Canonical::to_map);
                prop_assert_eq!(object.as_ref(), value.and_then(Value::as_object));
                if let Some(value) = value {
                    prop_assert!(read.may_be(name, &value.to_string()));
                }
            }
        }
    }

    #[test]
    fn a_nested_property_of_the_same_name_is_not_found() {
        let properties = Properties::parse(
            &json!({"a": {"demo": true}, "step": {"at": "2026-11-22T10:00:00Z"}, "z": [{"kind": "x"}]})
                .to_string(),
        )
        .unwrap();
        let read = Canonical::new(properties.as_str());
        assert!(!read.has("demo") && !read.has("at") && !read.has("kind"));
        let step = read.object("step").unwrap();
        assert_eq!(step.moment("at"), "2026-11-22T10:00:00Z".parse().ok());
        assert!(!read.may_be("kind", "\"x\""));
    }
}
