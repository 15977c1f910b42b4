//! CQL2 (OGC 21-065r2), the filter language of OGC API – Features, in both encodings: text and JSON.
//!
//! Both parsers build the same tree through a [`Builder`], which checks names, the number of
//! arguments and the limits. An error gives the position, what was found there and what was
//! expected. [`index::filter`](crate::index::filter) evaluates the tree for a collection.
//!
//! Parsing takes time linear in the length of the expression, and every limit is checked while
//! parsing.

mod build;
mod json;
mod text;
mod tokens;
mod wkt;

#[cfg(test)]
mod tests;

use std::fmt;

use geo_types::Geometry;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::spatial::bounds::Bounds;
use crate::spatial::crs::Crs;
use build::Builder;

/// The maximum length of an expression, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;
/// The maximum nesting depth of an expression.
pub const MAX_DEPTH: usize = 32;
/// The maximum number of operators, functions, literals and property names in an expression.
pub const MAX_NODES: usize = 1_000;
/// The maximum number of coordinate positions in all geometries of an expression.
pub const MAX_POSITIONS: usize = 2_000;

/// The two encodings of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// `cql2-text`: `levels > 6 AND name LIKE '温泉%'`.
    #[default]
    Text,
    /// `cql2-json`: `{"op": ">", "args": [{"property": "levels"}, 6]}`.
    Json,
}

/// A position in an expression, for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The number of a character in CQL2 text, counted from 1.
    Character(usize),
    /// A JSON pointer (RFC 6901) into CQL2 JSON; empty for the whole document.
    Pointer(String),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(n) => write!(f, "character {n}"),
            Self::Pointer(p) if p.is_empty() => f.write_str("the top"),
            Self::Pointer(p) => write!(f, "{p}"),
        }
    }
}

/// Why an expression is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {at}: {problem}")]
pub struct FilterError {
    /// The position of the error.
    pub at: Position,
    /// What was found at that position, and what was expected.
    pub problem: String,
}

impl FilterError {
    /// An error at a position.
    pub fn new(at: &Position, problem: impl Into<String>) -> Self {
        Self {
            at: at.clone(),
            problem: problem.into(),
        }
    }
}

/// Gives the position in Chinese and the problem in English, because the standard defines its terms
/// in English only.
impl crate::model::InChinese for FilterError {
    fn zh(&self) -> String {
        let Self { at, problem } = self;
        match at {
            Position::Character(n) => format!("第{n}个字符处有误（{problem}）"),
            Position::Pointer(p) if p.is_empty() => format!("整个表达式有误（{problem}）"),
            Position::Pointer(p) => format!("{p} 处有误（{problem}）"),
        }
    }
}

/// A node of the expression tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The position of the node in the expression.
    pub at: Position,
    /// The kind of node, with its operands.
    pub kind: Kind,
    /// The depth of the subtree that begins here; 1 for a node without operands.
    depth: usize,
}

/// The kinds of nodes of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A number literal.
    Number(f64),
    /// A text literal in single quotes.
    Text(String),
    /// A date or a timestamp literal.
    Instant(Instant),
    /// An interval; the nodes are its two ends.
    Interval(Vec<Node>),
    /// The open end of an interval, `..`.
    Open,
    /// A geometry literal, in degrees of WGS 84 (longitude, latitude).
    Geometry(Geometry<f64>),
    /// A bounding box, evaluated like the rectangle that it covers.
    Box(Bounds),
    /// The name of a property.
    Property(String),
    /// A list of values.
    Array(Vec<Node>),
    /// An operator or a function with its arguments.
    Call(Op, Vec<Node>),
}

/// A point in time with the precision in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    /// A calendar day.
    Date(Date),
    /// A moment with its time zone.
    Time(Timestamp),
}

/// The operators and functions of CQL2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// `AND`: every operand is true.
    And,
    /// `OR`: at least one operand is true.
    Or,
    /// `NOT`: the operand is false.
    Not,
    /// A comparison: `=`, `<>`, `<`, `<=`, `>` or `>=`.
    Compare(Compare),
    /// `LIKE`: a text matches a pattern with the wildcards `%` and `_`.
    Like,
    /// `BETWEEN`: a value lies between two others, both included.
    Between,
    /// `IN`: a value is one of a list.
    In,
    /// `IS NULL`: the operand has no value.
    IsNull,
    /// `CASEI`: folds the case of a text, so that comparing ignores it.
    CaseI,
    /// `ACCENTI`: removes the accents of a text, so that comparing ignores them.
    AccentI,
    /// A calculation: `+`, `-`, `*`, `/`, `%`, `div` or `^`.
    Arithmetic(Arithmetic),
    /// A spatial relation of two geometries.
    Spatial(Spatial),
    /// A temporal relation of two times or intervals.
    Temporal(Temporal),
    /// A set relation of two lists.
    Array(ArrayOp),
    /// A custom function of One Map, by its name in lower case.
    Function(String),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// `div`: integer division, rounded towards zero.
    WholeDivide,
    Power,
}

/// A spatial operator, defined by OGC Simple Features (DE-9IM).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Spatial {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Crosses,
    Within,
    Contains,
    Overlaps,
}

/// A temporal operator, defined by Allen's interval algebra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Temporal {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// An operator that compares two lists as sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ArrayOp {
    Equals,
    Contains,
    ContainedBy,
    Overlaps,
}

/// The operators by their names in CQL2 JSON. In CQL2 text, `s_…`, `t_…`, `a_…`, `casei` and
/// `accenti` are called like functions; the others have their own syntax. Letter case does not
/// matter.
const OPS: &[(&str, Op)] = &[
    ("and", Op::And),
    ("or", Op::Or),
    ("not", Op::Not),
    ("=", Op::Compare(Compare::Eq)),
    ("<>", Op::Compare(Compare::Ne)),
    ("<", Op::Compare(Compare::Lt)),
    ("<=", Op::Compare(Compare::Le)),
    (">", Op::Compare(Compare::Gt)),
    (">=", Op::Compare(Compare::Ge)),
    ("like", Op::Like),
    ("between", Op::Between),
    ("in", Op::In),
    ("isNull", Op::IsNull),
    ("casei", Op::CaseI),
    ("accenti", Op::AccentI),
    ("+", Op::Arithmetic(Arithmetic::Add)),
    ("-", Op::Arithmetic(Arithmetic::Subtract)),
    ("*", Op::Arithmetic(Arithmetic::Multiply)),
    ("/", Op::Arithmetic(Arithmetic::Divide)),
    ("%", Op::Arithmetic(Arithmetic::Remainder)),
    ("div", Op::Arithmetic(Arithmetic::WholeDivide)),
    ("^", Op::Arithmetic(Arithmetic::Power)),
    ("s_intersects", Op::Spatial(Spatial::Intersects)),
    ("s_disjoint", Op::Spatial(Spatial::Disjoint)),
    ("s_equals", Op::Spatial(Spatial::Equals)),
    ("s_touches", Op::Spatial(Spatial::Touches)),
    ("s_crosses", Op::Spatial(Spatial::Crosses)),
    ("s_within", Op::Spatial(Spatial::Within)),
    ("s_contains", Op::Spatial(Spatial::Contains)),
    ("s_overlaps", Op::Spatial(Spatial::Overlaps)),
    ("t_after", Op::Temporal(Temporal::After)),
    ("t_before", Op::Temporal(Temporal::Before)),
    ("t_contains", Op::Temporal(Temporal::Contains)),
    ("t_disjoint", Op::Temporal(Temporal::Disjoint)),
    ("t_during", Op::Temporal(Temporal::During)),
    ("t_equals", Op::Temporal(Temporal::Equals)),
    ("t_finishedBy", Op::Temporal(Temporal::FinishedBy)),
    ("t_finishes", Op::Temporal(Temporal::Finishes)),
    ("t_intersects", Op::Temporal(Temporal::Intersects)),
    ("t_meets", Op::Temporal(Temporal::Meets)),
    ("t_metBy", Op::Temporal(Temporal::MetBy)),
    ("t_overlappedBy", Op::Temporal(Temporal::OverlappedBy)),
    ("t_overlaps", Op::Temporal(Temporal::Overlaps)),
    ("t_startedBy", Op::Temporal(Temporal::StartedBy)),
    ("t_starts", Op::Temporal(Temporal::Starts)),
    ("a_equals", Op::Array(ArrayOp::Equals)),
    ("a_contains", Op::Array(ArrayOp::Contains)),
    ("a_containedBy", Op::Array(ArrayOp::ContainedBy)),
    ("a_overlaps", Op::Array(ArrayOp::Overlaps)),
];

impl Op {
    /// The operator with this name; if there is none, the function with this name. Letter case does
    /// not matter.
    fn named(name: &str) -> Self {
        let known = OPS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        known.map_or_else(|| Self::Function(name.to_lowercase()), |(_, op)| op.clone())
    }

    /// The name in CQL2 JSON.
    pub fn name(&self) -> &str {
        match self {
            Self::Function(name) => name,
            op => OPS
                .iter()
                .find(|(_, known)| known == op)
                .map_or("", |(name, _)| name),
        }
    }

    /// The minimum and maximum number of arguments.
    fn arity(&self) -> (usize, usize) {
        match self {
            Self::And | Self::Or => (2, MAX_NODES),
            Self::Not | Self::IsNull | Self::CaseI | Self::AccentI => (1, 1),
            Self::Between => (3, 3),
            Self::Compare(_)
            | Self::Like
            | Self::In
            | Self::Arithmetic(_)
            | Self::Spatial(_)
            | Self::Temporal(_)
            | Self::Array(_) => (2, 2),
            Self::Function(_) => (0, MAX_NODES),
        }
    }
}

/// Parses an expression. Coordinates of its geometries are in `crs`, in the axis order of its
/// authority.
///
/// # Errors
/// If the expression is invalid or exceeds a limit.
pub fn parse(expression: &str, encoding: Encoding, crs: Crs) -> Result<Node, FilterError> {
    let start = match encoding {
        Encoding::Text => Position::Character(1),
        Encoding::Json => Position::Pointer(String::new()),
    };
    if expression.len() > MAX_LENGTH {
        let problem = format!(
            "the expression has {} bytes; at most {MAX_LENGTH} are allowed",
            expression.len()
        );
        return Err(FilterError::new(&start, problem));
    }
    let mut builder = Builder::new(crs);
    match encoding {
        Encoding::Text => text::parse(expression, &mut builder),
        Encoding::Json => json::parse(expression, &mut builder),
    }
}
