//! Evaluates a compiled expression for one feature.

use std::cmp::Ordering;

use super::functions::Function;
use super::spatial::{Literal, Shape};
use super::text::{Pattern, fold_accents, fold_case};
use super::value::{Value, compare, same};
use super::{Row, spatial, temporal, time};
use crate::codec::cql2::{Arithmetic, ArrayOp, Compare, Spatial, Temporal};
use crate::index::Meter;

/// A compiled expression.
#[derive(Debug)]
pub(super) enum Expr {
    Const(Value<'static>),
    /// A property, by its index among the names of the predicate.
    Property(usize),
    /// The geometry of the feature.
    Geometry,
    /// A geometry literal.
    Shape(Box<Literal>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Compare(Compare, Box<[Self; 2]>),
    /// A value and its lower and upper bound.
    Between(Box<[Self; 3]>),
    In(Box<Self>, Vec<Self>),
    Like(Box<Self>, Pattern),
    IsNull(Box<Self>),
    CaseI(Box<Self>),
    AccentI(Box<Self>),
    /// A text that is parsed as a date or a time.
    Time(Box<Self>),
    /// The two ends of an interval; `None` is an open end.
    Interval(Box<[Option<Self>; 2]>),
    List(Vec<Self>),
    Arithmetic(Arithmetic, Box<[Self; 2]>),
    Spatial(Spatial, Box<Self>, Box<Self>),
    Temporal(Temporal, Box<[Self; 2]>),
    Array(ArrayOp, Box<[Self; 2]>),
    Function(&'static Function, Box<Self>),
}

/// Whether a condition holds; `None` if that is unknown.
pub(super) fn truth<M: Meter>(
    expr: &Expr,
    row: &Row<'_>,
    meter: &M,
) -> Result<Option<bool>, M::Stop> {
    Ok(match eval(expr, row, meter)? {
        Value::Bool(b) => Some(b),
        _ => None,
    })
}

/// The value of an expression.
pub(super) fn eval<'r, M: Meter>(
    expr: &'r Expr,
    row: &Row<'r>,
    meter: &M,
) -> Result<Value<'r>, M::Stop> {
    let value = |e| eval(e, row, meter);
    Ok(match expr {
        Expr::Const(v) => v.borrow(),
        Expr::Property(at) => row.values.get(*at).map_or(Value::Null, Value::of_json),
        Expr::Geometry => row.geometry.map_or(Value::Null, Value::Geometry),
        Expr::Shape(literal) => Value::Geometry(&literal.geometry),
        Expr::And(all) => known(all_hold(all, false, row, meter)?),
        Expr::Or(any) => known(all_hold(any, true, row, meter)?),
        Expr::Not(inner) => known(truth(inner, row, meter)?.map(|b| !b)),
        Expr::Compare(op, both) => {
            let [a, b] = both.as_ref();
            known(compare(&value(a)?, &value(b)?).map(|order| op.takes(order)))
        }
        Expr::Between(three) => {
            let [v, low, high] = three.as_ref();
            let v = value(v)?;
            let above = compare(&v, &value(low)?).map(|o| o != Ordering::Less);
            let below = compare(&v, &value(high)?).map(|o| o != Ordering::Greater);
            known(both_hold(above, below))
        }
        Expr::In(v, items) => known(is_in(&value(v)?, items, row, meter)?),
        Expr::Like(v, pattern) => match value(v)? {
            Value::Text(text) => Value::Bool(pattern.matches(&text, meter)?),
            _ => Value::Null,
        },
        Expr::IsNull(v) => Value::Bool(matches!(value(v)?, Value::Null)),
        Expr::CaseI(v) => fold(value(v)?, fold_case, meter)?,
        Expr::AccentI(v) => fold(value(v)?, fold_accents, meter)?,
        Expr::Time(v) => value(v)?.instant().map_or(Value::Null, Value::Instant),
        Expr::Interval(ends) => interval(ends, row, meter)?,
        Expr::List(items) => Value::List(items.iter().map(value).collect::<Result<_, _>>()?),
        Expr::Arithmetic(op, both) => {
            let [a, b] = both.as_ref();
            match (value(a)?, value(b)?) {
                (Value::Number(a), Value::Number(b)) => Value::number(op.apply(a, b)),
                _ => Value::Null,
            }
        }
        Expr::Spatial(op, a, b) => match (shape(a, row, meter)?, shape(b, row, meter)?) {
            (Some(a), Some(b)) => known(spatial::holds(*op, &a, &b, meter)?),
            _ => Value::Null,
        },
        Expr::Temporal(op, both) => {
            let [a, b] = both.as_ref();
            known(temporal::holds(*op, &value(a)?, &value(b)?))
        }
        Expr::Array(op, both) => {
            let [a, b] = both.as_ref();
            match (value(a)?, value(b)?) {
                (Value::List(a), Value::List(b)) => {
                    meter.test(a.len().saturating_mul(b.len()))?;
                    Value::Bool(op.holds(&a, &b))
                }
                _ => Value::Null,
            }
        }
        Expr::Function(function, argument) => function.call(&value(argument)?, meter)?,
    })
}

fn known<'a>(truth: Option<bool>) -> Value<'a> {
    truth.map_or(Value::Null, Value::Bool)
}

/// AND (`decides` is false) or OR (`decides` is true) in three-valued logic: the first operand
/// equal to `decides` gives the result; otherwise an unknown operand makes the result unknown.
fn all_hold<M: Meter>(
    conditions: &[Expr],
    decides: bool,
    row: &Row<'_>,
    meter: &M,
) -> Result<Option<bool>, M::Stop> {
    let mut answer = Some(!decides);
    for condition in conditions {
        match truth(condition, row, meter)? {
            Some(b) if b == decides => return Ok(Some(decides)),
            Some(_) => {}
            None => answer = None,
        }
    }
    Ok(answer)
}

fn both_hold(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn is_in<M: Meter>(
    value: &Value<'_>,
    items: &[Expr],
    row: &Row<'_>,
    meter: &M,
) -> Result<Option<bool>, M::Stop> {
    let mut answer = Some(false);
    for item in items {
        match compare(value, &eval(item, row, meter)?) {
            Some(Ordering::Equal) => return Ok(Some(true)),
            Some(_) => {}
            None => answer = None,
        }
    }
    Ok(answer)
}

fn fold<'a, M: Meter>(
    value: Value<'a>,
    fold: impl Fn(&str) -> String,
    meter: &M,
) -> Result<Value<'a>, M::Stop> {
    let Value::Text(text) = value else {
        return Ok(Value::Null);
    };
    meter.test(text.len())?;
    Ok(Value::Text(fold(&text).into()))
}

fn interval<'r, M: Meter>(
    ends: &'r [Option<Expr>; 2],
    row: &Row<'r>,
    meter: &M,
) -> Result<Value<'r>, M::Stop> {
    let mut both = [None, None];
    for (end, slot) in ends.iter().zip(&mut both) {
        if let Some(expr) = end {
            let Some(instant) = eval(expr, row, meter)?.instant() else {
                return Ok(Value::Null);
            };
            *slot = Some(instant);
        }
    }
    let [from, to] = both;
    if time::is_reversed(from, to) {
        return Ok(Value::Null);
    }
    Ok(Value::Interval(from, to))
}

fn shape<'r, M: Meter>(
    expr: &'r Expr,
    row: &Row<'r>,
    meter: &M,
) -> Result<Option<Shape<'r>>, M::Stop> {
    Ok(match expr {
        Expr::Shape(literal) => Some(literal.shape()),
        Expr::Geometry => match row.geometry {
            Some(geometry) => {
                meter.test(geo::CoordsIter::coords_count(geometry))?;
                Some(Shape::of(geometry))
            }
            None => None,
        },
        _ => None,
    })
}

impl Compare {
    fn takes(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order == Ordering::Equal,
            Self::Ne => order != Ordering::Equal,
            Self::Lt => order == Ordering::Less,
            Self::Le => order != Ordering::Greater,
            Self::Gt => order == Ordering::Greater,
            Self::Ge => order != Ordering::Less,
        }
    }
}

impl Arithmetic {
    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Remainder => a % b,
            Self::WholeDivide => (a / b).trunc(),
            Self::Power => a.powf(b),
        }
    }
}

impl ArrayOp {
    fn holds(self, a: &[Value<'_>], b: &[Value<'_>]) -> bool {
        let within = |some: &[Value<'_>], all: &[Value<'_>]| {
            some.iter().all(|v| all.iter().any(|w| same(v, w)))
        };
        match self {
            Self::Equals => within(a, b) && within(b, a),
            Self::Contains => within(b, a),
            Self::ContainedBy => within(a, b),
            Self::Overlaps => a.iter().any(|v| b.iter().any(|w| same(v, w))),
        }
    }
}
