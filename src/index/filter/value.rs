//! The values of expressions and how they are compared.

use std::borrow::Cow;
use std::cmp::Ordering;

use geo_types::Geometry;
use serde_json::Value as Json;

use super::time;
use crate::codec::cql2::Instant;

/// A value of an expression; `Null` if it is missing or unknown.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Instant(Instant),
    /// The two ends of an interval; `None` is an open end.
    Interval(Option<Instant>, Option<Instant>),
    Geometry(&'a Geometry<f64>),
    List(Vec<Self>),
    /// A JSON object. It is not null, but no comparison with it holds.
    Object,
}

/// The type of an argument or result of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Geometry,
}

impl<'a> Value<'a> {
    /// Converts the value of a property.
    pub fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Object(_) => Self::Object,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => n.as_f64().map_or(Self::Null, Self::Number),
            Json::String(s) => Self::Text(Cow::Borrowed(s)),
            Json::Array(list) => Self::List(list.iter().map(Self::of_json).collect()),
        }
    }

    /// Borrows the value.
    pub fn borrow(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(*b),
            Self::Number(n) => Value::Number(*n),
            Self::Text(t) => Value::Text(Cow::Borrowed(t)),
            Self::Instant(t) => Value::Instant(*t),
            Self::Interval(from, to) => Value::Interval(*from, *to),
            Self::Geometry(g) => Value::Geometry(g),
            Self::Object => Value::Object,
            Self::List(l) => Value::List(l.iter().map(Self::borrow).collect()),
        }
    }

    /// Copies the value. Geometries do not occur as constants here: the expression stores them
    /// separately.
    pub fn into_static(self) -> Value<'static> {
        match self {
            Self::Null | Self::Geometry(_) => Value::Null,
            Self::Object => Value::Object,
            Self::Bool(b) => Value::Bool(b),
            Self::Number(n) => Value::Number(n),
            Self::Text(t) => Value::Text(Cow::Owned(t.into_owned())),
            Self::Instant(t) => Value::Instant(t),
            Self::Interval(from, to) => Value::Interval(from, to),
            Self::List(l) => Value::List(l.into_iter().map(Self::into_static).collect()),
        }
    }

    /// A number; `Null` if it is not finite, after an overflow or a division by zero.
    pub fn number(n: f64) -> Self {
        if n.is_finite() {
            Self::Number(n)
        } else {
            Self::Null
        }
    }

    /// The instant of a date, a time, or a text that contains one.
    pub fn instant(&self) -> Option<Instant> {
        match self {
            Self::Instant(t) => Some(*t),
            Self::Text(t) => time::instant(t),
            _ => None,
        }
    }
}

/// Compares two values; `None` if one is unknown or their types differ. Texts are compared by their
/// code points. A text compared with a time is parsed as a time.
pub(super) fn compare(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Instant(_), _) | (_, Value::Instant(_)) => {
            Some(time::compare(a.instant()?, b.instant()?))
        }
        _ => None,
    }
}

/// Whether two list elements are equal.
pub(super) fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        _ => compare(a, b) == Some(Ordering::Equal),
    }
}
