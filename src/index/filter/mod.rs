//! CQL2 expressions over the features of a collection.
//!
//! A [`Predicate`] is an expression that was checked against a collection's schema as somebody sees it:
//! every property exists for their roles, and every operator has operands of a type that it takes. A
//! property above their role is refused in the same words as one that does not exist.
//!
//! Values follow SQL's three-valued logic: what has no value, or a value of another type than the
//! expression needs, makes a comparison unknown, and only what is true matches.
//!
//! What an evaluation costs is reported to a [`Meter`], beside the entry itself.

mod compile;
mod edges;
#[cfg(test)]
mod edges_tests;
mod eval;
mod functions;
mod near;
mod raster;
mod relation;
mod spatial;
mod temporal;
mod text;
mod time;
mod value;

#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;

use geo_types::Geometry;

use super::{Entry, Meter};
use crate::codec::cql2::{FilterError, Node};
use crate::model::{Role, RoleSet, Schema, View, pick};
use crate::spatial::bounds::Bounds;
use compile::{Compiler, Type};
use eval::Expr;

/// The names by which an expression calls the geometry of a feature, where no property has them:
/// `geometry` as in the queryables, `geom` as in the views of PostGIS.
const GEOMETRY_NAMES: &[&str] = &["geometry", "geom"];

/// The cost of one part of an expression, in the unit of one position of a geometry.
const NODE: usize = 8;

/// An expression that decides about the features of a collection.
#[derive(Debug)]
pub struct Predicate {
    expr: Expr,
    /// How many parts it has.
    nodes: usize,
    /// The properties that it reads, each once, with the least role that sees it.
    names: Vec<(String, Role)>,
    near: Option<Vec<Bounds>>,
}

/// What an expression reads of one feature.
struct Row<'a> {
    /// The values of the properties, in the order of [`Predicate::names`].
    values: &'a [serde_json::Value],
    geometry: Option<&'a Geometry<f64>>,
}

impl Predicate {
    /// Checks an expression against a schema as somebody with these roles sees it.
    ///
    /// # Errors
    /// An unknown property or function, or an operand of the wrong type, with its position.
    pub fn compile(node: &Node, schema: &Schema, roles: RoleSet) -> Result<Self, FilterError> {
        let mut compiler = Compiler::new(schema, roles);
        let (expr, kind) = compiler.compile(node)?;
        if !matches!(kind, Type::Bool | Type::Any) {
            let problem = format!("expected a condition, found {}", kind.name());
            return Err(FilterError::new(&node.at, problem));
        }
        let near = near::near(&expr);
        Ok(Self {
            near,
            nodes: compiler.nodes(),
            names: compiler.into_names(),
            expr,
        })
    }

    /// Boxes outside of which nothing matches; `None` if the expression does not tell. Conditions on the
    /// geometry that hold together with everything else narrow the search to their boxes.
    pub fn near(&self) -> Option<&[Bounds]> {
        self.near.as_deref()
    }

    /// Whether a feature matches, as somebody sees it: a property that they do not see of this feature
    /// has no value.
    ///
    /// # Errors
    /// When the meter stops it.
    pub fn matches<M: Meter>(
        &self,
        entry: &Entry,
        schema: &Schema,
        view: View<'_>,
        meter: &M,
    ) -> Result<bool, M::Stop> {
        meter.test(self.nodes * NODE)?;
        let mut values = Vec::new();
        if !self.names.is_empty() {
            let text = entry.all_properties();
            let names: Vec<&str> = self.names.iter().map(|(name, _)| name.as_str()).collect();
            values = pick(text, &names);
            let protected = self.names.iter().any(|(_, role)| *role != Role::Public);
            if protected && view.is_scoped(schema) {
                let roles = view.on(schema, text);
                for (value, (_, role)) in values.iter_mut().zip(&self.names) {
                    if !roles.includes(*role) {
                        *value = serde_json::Value::Null;
                    }
                }
            }
        }
        let row = Row {
            values: &values,
            geometry: entry.geometry(),
        };
        Ok(eval::truth(&self.expr, &row, meter)? == Some(true))
    }
}
