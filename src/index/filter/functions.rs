//! The functions that expressions can call in addition to the operators of CQL2.

use geo::CoordsIter as _;

use super::value::{Kind, Value};
use crate::index::Meter;
use crate::spatial::metres;

/// A function that expressions can call.
#[derive(Debug)]
pub(super) struct Function {
    /// The name in lower case.
    pub name: &'static str,
    /// The type of the argument.
    pub takes: Kind,
    /// The type of the result.
    pub gives: Kind,
}

/// All functions.
pub(super) const FUNCTIONS: &[Function] = &[
    // The absolute value of a number.
    Function {
        name: "abs",
        takes: Kind::Number,
        gives: Kind::Number,
    },
    // The area on the ellipsoid in square metres; 0 for points and lines.
    Function {
        name: "area_m2",
        takes: Kind::Geometry,
        gives: Kind::Number,
    },
    // The smallest integer that is not less than the number.
    Function {
        name: "ceil",
        takes: Kind::Number,
        gives: Kind::Number,
    },
    // The number of characters.
    Function {
        name: "char_length",
        takes: Kind::Text,
        gives: Kind::Number,
    },
    // The largest integer that is not greater than the number.
    Function {
        name: "floor",
        takes: Kind::Number,
        gives: Kind::Number,
    },
    // The length of a line on the ellipsoid in metres; 0 for points and polygons.
    Function {
        name: "length_m",
        takes: Kind::Geometry,
        gives: Kind::Number,
    },
    // The text in lower case.
    Function {
        name: "lower",
        takes: Kind::Text,
        gives: Kind::Text,
    },
    // The nearest integer; halves are rounded away from zero.
    Function {
        name: "round",
        takes: Kind::Number,
        gives: Kind::Number,
    },
    // The text in upper case.
    Function {
        name: "upper",
        takes: Kind::Text,
        gives: Kind::Text,
    },
];

/// The function with a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

impl Function {
    /// Calls a function; the result is unknown if the argument has another type.
    pub(super) fn call<'a, M: Meter>(
        &self,
        argument: &Value<'a>,
        meter: &M,
    ) -> Result<Value<'a>, M::Stop> {
        Ok(match argument {
            Value::Number(n) => match self.name {
                "abs" => Value::Number(n.abs()),
                "ceil" => Value::Number(n.ceil()),
                "floor" => Value::Number(n.floor()),
                "round" => Value::Number(n.round()),
                _ => Value::Null,
            },
            Value::Text(text) => {
                meter.test(text.len())?;
                match self.name {
                    "char_length" => Value::Number(text.chars().count() as f64),
                    "lower" => Value::Text(text.to_lowercase().into()),
                    "upper" => Value::Text(text.to_uppercase().into()),
                    _ => Value::Null,
                }
            }
            Value::Geometry(geometry) => {
                meter.measure(geometry.coords_count(), true)?;
                match self.name {
                    "area_m2" => Value::number(metres::area(geometry)),
                    "length_m" => Value::number(metres::length(geometry)),
                    _ => Value::Null,
                }
            }
            _ => Value::Null,
        })
    }
}
