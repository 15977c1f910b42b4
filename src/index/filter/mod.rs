//! Evaluates CQL2 expressions for the features of a collection.
//!
//! A [`Predicate`] is an expression checked against the schema of a collection for certain roles:
//! all its properties are visible to the roles, and all operands have a suitable type. A property
//! that the roles may not see gives the same error text as one that does not exist.
//!
//! Conditions follow the three-valued logic of SQL: a missing value, or a value of an unexpected
//! type, makes a comparison unknown, and a feature matches only if the condition is true.
//!
//! The cost of an evaluation is reported to a [`Meter`], in addition to the cost of reading the
//! entry.

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

/// The names of a feature's geometry in expressions, unless a property has that name: `geometry` as
/// in the queryables, `geom` as in the PostGIS views.
const GEOMETRY_NAMES: &[&str] = &["geometry", "geom"];

/// The cost of evaluating one node, in units of one tested position of a geometry.
const NODE: usize = 8;

/// A compiled condition on the features of a collection.
#[derive(Debug)]
pub struct Predicate {
    expr: Expr,
    /// The number of nodes of the expression.
    nodes: usize,
    /// The properties that the expression reads, each once, with the lowest role that may see it.
    names: Vec<(String, Role)>,
    near: Option<Vec<Bounds>>,
}

/// The values that an expression reads from one feature.
struct Row<'a> {
    /// The values of the properties, in the order of [`Predicate::names`].
    values: &'a [serde_json::Value],
    geometry: Option<&'a Geometry<f64>>,
}

impl Predicate {
    /// Checks an expression against a schema, for the given roles.
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

    /// Boxes outside of which no feature matches; `None` if the expression does not limit the area.
    /// Spatial conditions that must hold for the whole expression narrow the search to their boxes.
    pub fn near(&self) -> Option<&[Bounds]> {
        self.near.as_deref()
    }

    /// Whether a feature matches in a view: a property that the view does not show for this feature
    /// has no value.
    ///
    /// # Errors
    /// If the meter stops the query.
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
