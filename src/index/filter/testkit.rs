//! Random expressions, and their meaning evaluated without a parser, an index or optimizations.

use geo::{Intersects as _, Relate as _};
use geo_types::{Coord, Geometry};
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::Value;

use crate::index::testkit::a_place;
use crate::spatial::bounds::Bounds;

/// A random expression.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// `n + add op value`
    Number(i32, &'static str, i32),
    NumberIn(Vec<i32>),
    Between(i32, i32),
    /// `property IS NULL`
    Null(&'static str),
    Like(String),
    /// `CASEI(name) = CASEI(text)`
    Folded(String),
    /// `operator(property, list)`
    Tags(&'static str, Vec<u8>),
    /// `operator(day, INTERVAL(from, to))`
    Day(&'static str, Date, Date),
    /// `operator(geometry, literal)`, or with the operands exchanged if the flag is set.
    Place(&'static str, Literal, bool),
}

/// A geometry literal.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Box(Bounds),
    Point(Coord<f64>),
}

impl Literal {
    fn text(&self) -> String {
        match self {
            Self::Box(b) => {
                let [w, s, e, n] = b.to_numbers();
                format!("BBOX({w},{s},{e},{n})")
            }
            Self::Point(c) => format!("POINT({} {})", c.x, c.y),
        }
    }

    fn geometry(&self) -> Geometry<f64> {
        match self {
            Self::Box(b) => b.to_geometry(),
            Self::Point(c) => geo_types::Point(*c).into(),
        }
    }
}

fn join(all: &[Tree], word: &str) -> String {
    let each: Vec<String> = all.iter().map(|t| format!("({})", t.text())).collect();
    each.join(word)
}

fn numbers<T: ToString>(list: &[T]) -> String {
    let each: Vec<String> = list.iter().map(T::to_string).collect();
    each.join(",")
}

impl Tree {
    pub fn text(&self) -> String {
        match self {
            Self::And(all) => join(all, " AND "),
            Self::Or(any) => join(any, " or "),
            Self::Not(inner) => format!("NOT ({})", inner.text()),
            Self::Number(add, op, value) => format!("n + {add} {op} {value}"),
            Self::NumberIn(list) => format!("n IN ({})", numbers(list)),
            Self::Between(low, high) => format!("n BETWEEN {low} AND {high}"),
            Self::Null(name) => format!("{name} IS NULL"),
            Self::Like(pattern) => format!("name LIKE '{pattern}'"),
            Self::Folded(text) => format!("CASEI(name) = casei('{text}')"),
            Self::Tags(op, list) => format!("{op}(tags, ({}))", numbers(list)),
            Self::Day(op, from, to) => format!("{op}(day, INTERVAL('{from}', '{to}'))"),
            Self::Place(op, literal, true) => format!("{op}(geometry, {})", literal.text()),
            Self::Place(op, literal, false) => format!("{op}({}, geometry)", literal.text()),
        }
    }

    /// Whether the expression holds for a feature; `None` if that is unknown.
    pub fn holds(&self, properties: &Value, geometry: Option<&Geometry<f64>>) -> Option<bool> {
        let each = |list: &[Self]| -> Vec<Option<bool>> {
            list.iter().map(|t| t.holds(properties, geometry)).collect()
        };
        let n = properties["n"].as_i64();
        match self {
            Self::And(all) => match each(all) {
                truths if truths.contains(&Some(false)) => Some(false),
                truths if truths.contains(&None) => None,
                _ => Some(true),
            },
            Self::Or(any) => match each(any) {
                truths if truths.contains(&Some(true)) => Some(true),
                truths if truths.contains(&None) => None,
                _ => Some(false),
            },
            Self::Not(inner) => inner.holds(properties, geometry).map(|b| !b),
            Self::Number(add, op, value) => {
                let (n, value) = (n? + i64::from(*add), i64::from(*value));
                Some(match *op {
                    "=" => n == value,
                    "<>" => n != value,
                    "<" => n < value,
                    "<=" => n <= value,
                    ">" => n > value,
                    _ => n >= value,
                })
            }
            Self::NumberIn(list) => {
                let n = n?;
                Some(list.iter().any(|v| i64::from(*v) == n))
            }
            Self::Between(low, high) => {
                let n = n?;
                Some(i64::from(*low) <= n && n <= i64::from(*high))
            }
            Self::Null("geometry") => Some(geometry.is_none()),
            Self::Null(name) => Some(properties[*name].is_null()),
            Self::Like(pattern) => {
                let text: Vec<char> = properties["name"].as_str()?.chars().collect();
                Some(like(&text, &pattern.chars().collect::<Vec<_>>()))
            }
            Self::Folded(text) => {
                let name = properties["name"].as_str()?;
                Some(name.to_lowercase() == text.to_lowercase())
            }
            Self::Tags(op, list) => {
                let tags = properties["tags"].as_array()?;
                let has = |v: &u8| tags.iter().any(|t| t.as_u64() == Some(u64::from(*v)));
                let all = tags.iter().all(|t| {
                    let known = t.as_u64().and_then(|t| u8::try_from(t).ok());
                    known.is_some_and(|t| list.contains(&t))
                });
                Some(match *op {
                    "a_contains" => list.iter().all(has),
                    "a_containedBy" => all,
                    "a_equals" => all && list.iter().all(has),
                    _ => list.iter().any(has),
                })
            }
            Self::Day(op, from, to) => {
                let day: Date = properties["day"].as_str()?.parse().unwrap();
                Some(match *op {
                    "T_BEFORE" => day < *from,
                    "T_AFTER" => day > *to,
                    "T_DURING" => day > *from && day < *to,
                    "T_EQUALS" => day == *from && day == *to,
                    "T_DISJOINT" => day < *from || day > *to,
                    _ => day >= *from && day <= *to,
                })
            }
            Self::Place(op, literal, first) => {
                let literal = literal.geometry();
                let (a, b) = match first {
                    true => (geometry?, &literal),
                    false => (&literal, geometry?),
                };
                Some(match *op {
                    "S_INTERSECTS" => a.intersects(b),
                    "S_DISJOINT" => !a.intersects(b),
                    "S_EQUALS" => a.relate(b).is_equal_topo(),
                    "S_TOUCHES" => a.relate(b).is_touches(),
                    "S_CROSSES" => a.relate(b).is_crosses(),
                    "S_WITHIN" => a.relate(b).is_within(),
                    "S_CONTAINS" => a.relate(b).is_contains(),
                    _ => a.relate(b).is_overlaps(),
                })
            }
        }
    }
}

/// Matches by recursion, which is fast enough for the short texts and patterns here.
fn like(text: &[char], pattern: &[char]) -> bool {
    match (text, pattern) {
        ([], []) => true,
        (_, ['%', rest @ ..]) => (0..=text.len()).any(|n| like(&text[n..], rest)),
        ([_, text @ ..], ['_', rest @ ..]) => like(text, rest),
        ([c, text @ ..], [p, rest @ ..]) => c == p && like(text, rest),
        _ => false,
    }
}

/// Properties of a random feature; each may be missing.
pub(super) fn properties() -> impl Strategy<Value = Value> {
    (
        prop::option::of(-3i32..4),
        prop::option::of("[aAbBäÄ]{0,4}"),
        prop::option::of(prop::collection::vec(0u8..4, 0..4)),
        prop::option::of(1i8..6),
    )
        .prop_map(|(n, name, tags, day)| {
            let day = day.map(|d| format!("2026-11-0{d}"));
            let mut map = serde_json::json!({"n": n, "name": name, "tags": tags, "day": day});
            map.as_object_mut().unwrap().retain(|_, v| !v.is_null());
            map
        })
}

fn a_day() -> impl Strategy<Value = Date> {
    (1i8..6).prop_map(|d| jiff::civil::date(2026, 11, d))
}

fn a_literal() -> impl Strategy<Value = Literal> {
    let a_box = (a_place(), 0i32..8, 0i32..8).prop_map(|(c, w, h)| {
        let east = c.x + f64::from(w) * 0.25;
        let east = if east > 180.0 { east - 360.0 } else { east };
        let north = (c.y + f64::from(h) * 0.25).min(90.0);
        Literal::Box(Bounds::new(c.x, c.y, east, north))
    });
    prop_oneof![4 => a_box, 1 => a_place().prop_map(Literal::Point)]
}

/// A random expression.
pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let place = prop::sample::select(vec![
        "S_INTERSECTS",
        "S_DISJOINT",
        "S_EQUALS",
        "S_TOUCHES",
        "S_CROSSES",
        "S_WITHIN",
        "S_CONTAINS",
        "S_OVERLAPS",
    ]);
    let time = prop::sample::select(vec![
        "T_BEFORE",
        "T_AFTER",
        "T_DURING",
        "T_EQUALS",
        "T_DISJOINT",
        "T_INTERSECTS",
    ]);
    let tags = prop::sample::select(vec![
        "a_contains",
        "a_containedBy",
        "a_equals",
        "a_overlaps",
    ]);
    let compare = prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let names = prop::sample::select(vec!["n", "name", "tags", "day", "geometry"]);
    let leaf = prop_oneof![
        2 => (-2i32..3, compare, -3i32..4).prop_map(|(a, op, v)| Tree::Number(a, op, v)),
        1 => prop::collection::vec(-3i32..4, 1..4).prop_map(Tree::NumberIn),
        1 => (-3i32..4, -3i32..4).prop_map(|(a, b)| Tree::Between(a, b)),
        1 => names.prop_map(Tree::Null),
        2 => "[ab%_]{0,5}".prop_map(Tree::Like),
        1 => "[aAbBä]{0,3}".prop_map(Tree::Folded),
        1 => (tags, prop::collection::vec(0u8..4, 0..3)).prop_map(|(op, l)| Tree::Tags(op, l)),
        1 => (time, a_day(), a_day())
            .prop_map(|(op, a, b)| Tree::Day(op, a.min(b), a.max(b))),
        6 => (place, a_literal(), any::<bool>()).prop_map(|(op, l, f)| Tree::Place(op, l, f)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Or),
            1 => inner.prop_map(|t| Tree::Not(Box::new(t))),
        ]
    })
}
