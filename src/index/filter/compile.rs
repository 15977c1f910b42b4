//! Checks an expression against a schema: whether its properties exist and its operands have
//! compatible types.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::eval::{Expr, eval};
use super::functions::FUNCTIONS;
use super::spatial::Literal;
use super::text::{MAX_PATTERN, Pattern};
use super::value::{Kind as Takes, Value};
use super::{GEOMETRY_NAMES, Row, functions, time};
use crate::codec::cql2::{Compare, FilterError, Kind, Node, Op};
use crate::index::Free;
use crate::model::{Role, RoleSet, Schema};

/// The type of an expression, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Number,
    Text,
    /// A date or a time, or a text property whose format in the schema is a date or time.
    Time,
    Interval,
    Geometry,
    List,
    /// A property with several types or none in the schema: the type of each value decides.
    Any,
}

impl Type {
    /// The type with an article, for error texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Time => "a date or time",
            Self::Interval => "an interval",
            Self::Geometry => "a geometry",
            Self::List => "a list",
            Self::Any => "a value of any type",
        }
    }
}

type Compiled = Result<(Expr, Type), FilterError>;

/// Checks an expression and collects the properties that it reads.
pub(super) struct Compiler<'s> {
    schema: &'s Schema,
    roles: RoleSet,
    names: Vec<(String, Role)>,
    places: HashMap<String, usize>,
    nodes: usize,
}

impl<'s> Compiler<'s> {
    pub fn new(schema: &'s Schema, roles: RoleSet) -> Self {
        Self {
            schema,
            roles,
            names: Vec::new(),
            places: HashMap::new(),
            nodes: 0,
        }
    }

    /// The number of nodes compiled.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// The properties that the expression reads, each once, with the lowest role that may see it.
    pub fn into_names(self) -> Vec<(String, Role)> {
        self.names
    }

    pub fn compile(&mut self, node: &Node) -> Compiled {
        self.nodes += 1;
        let (expr, kind) = match &node.kind {
            Kind::Bool(b) => (Expr::Const(Value::Bool(*b)), Type::Bool),
            Kind::Number(n) => (Expr::Const(Value::number(*n)), Type::Number),
            Kind::Text(t) => (Expr::Const(Value::Text(t.clone().into())), Type::Text),
            Kind::Instant(t) => (Expr::Const(Value::Instant(*t)), Type::Time),
            Kind::Geometry(g) => {
                let shape = Expr::Shape(Box::new(Literal::new(g.clone())));
                (shape, Type::Geometry)
            }
            Kind::Box(bounds) => {
                let literal = Literal::new(bounds.to_geometry());
                (Expr::Shape(Box::new(literal)), Type::Geometry)
            }
            Kind::Open => {
                return Err(FilterError::new(
                    &node.at,
                    "an open end (..) is only allowed in an interval",
                ));
            }
            Kind::Property(name) => self.property(node, name)?,
            Kind::Interval(ends) => self.interval(node, ends)?,
            Kind::Array(items) => {
                let items = items.iter().map(|i| Ok(self.compile(i)?.0));
                (Expr::List(items.collect::<Result<_, _>>()?), Type::List)
            }
            Kind::Call(op, args) => self.call(node, op, args)?,
        };
        Ok((folded(expr), kind))
    }

    /// Compiles a property or the geometry. A property that the caller may not see gives the same
    /// error as one that does not exist.
    fn property(&mut self, node: &Node, name: &str) -> Compiled {
        let known = self.schema.properties.get(name);
        let Some(known) = known.filter(|p| p.is_shown_to(self.roles)) else {
            // A protected property with the name of the geometry is treated as unknown as well.
            if known.is_none() && !self.schema.without_geometry && GEOMETRY_NAMES.contains(&name) {
                return Ok((Expr::Geometry, Type::Geometry));
            }
            let short: String = name.chars().take(80).collect();
            let problem = format!(
                "there is no queryable property {short:?} in this collection; see …/{}/queryables",
                self.schema.collection
            );
            return Err(FilterError::new(&node.at, problem));
        };
        let kind = type_of_property(&self.schema.document["properties"][name]);
        let next = self.names.len();
        let place = *self.places.entry(name.to_owned()).or_insert(next);
        if place == next {
            self.names.push((name.to_owned(), known.role));
        }
        Ok((Expr::Property(place), kind))
    }

    fn interval(&mut self, node: &Node, ends: &[Node]) -> Compiled {
        let mut both = [None, None];
        for (end, slot) in ends.iter().zip(&mut both) {
            if end.kind != Kind::Open {
                let (expr, kind) = self.compile(end)?;
                *slot = Some(as_time(end, expr, kind)?);
            }
        }
        if let [Some(Expr::Const(from)), Some(Expr::Const(to))] = &both
            && time::is_reversed(from.instant(), to.instant())
        {
            let problem = "the interval ends before it begins";
            return Err(FilterError::new(&node.at, problem));
        }
        Ok((Expr::Interval(Box::new(both)), Type::Interval))
    }

    fn call(&mut self, node: &Node, op: &Op, args: &[Node]) -> Compiled {
        let expr = match (op, args) {
            (Op::And, all) => Expr::And(self.all(all, Type::Bool)?),
            (Op::Or, any) => Expr::Or(self.all(any, Type::Bool)?),
            (Op::Not, [a]) => Expr::Not(Box::new(self.of(a, Type::Bool)?)),
            (Op::IsNull, [a]) => Expr::IsNull(Box::new(self.compile(a)?.0)),
            (Op::Compare(op), [a, b]) => {
                let mut both = self.alike(&[a, b], *op)?.into_iter();
                match (both.next(), both.next()) {
                    (Some(a), Some(b)) => Expr::Compare(*op, Box::new([a, b])),
                    _ => return Err(wrong(node)),
                }
            }
            (Op::Between, [v, low, high]) => {
                let mut three = self.alike(&[v, low, high], Compare::Le)?.into_iter();
                match (three.next(), three.next(), three.next()) {
                    (Some(v), Some(l), Some(h)) => Expr::Between(Box::new([v, l, h])),
                    _ => return Err(wrong(node)),
                }
            }
            (Op::In, [v, list]) => {
                let Kind::Array(items) = &list.kind else {
                    return Err(FilterError::new(&list.at, "expected a list of values"));
                };
                let all: Vec<&Node> = std::iter::once(v).chain(items).collect();
                let mut all = self.alike(&all, Compare::Eq)?.into_iter();
                match all.next() {
                    Some(v) => Expr::In(Box::new(v), all.collect()),
                    None => return Err(wrong(node)),
                }
            }
            (Op::Like, [v, pattern]) => {
                let v = self.of(v, Type::Text)?;
                Expr::Like(Box::new(v), self.pattern(pattern)?)
            }
            (Op::CaseI, [a]) => {
                return Ok((Expr::CaseI(Box::new(self.of(a, Type::Text)?)), Type::Text));
            }
            (Op::AccentI, [a]) => {
                return Ok((Expr::AccentI(Box::new(self.of(a, Type::Text)?)), Type::Text));
            }
            (Op::Arithmetic(op), [a, b]) => {
                let both = [self.of(a, Type::Number)?, self.of(b, Type::Number)?];
                return Ok((Expr::Arithmetic(*op, Box::new(both)), Type::Number));
            }
            (Op::Spatial(op), [a, b]) => {
                let (a, b) = (self.of(a, Type::Geometry)?, self.of(b, Type::Geometry)?);
                Expr::Spatial(*op, Box::new(a), Box::new(b))
            }
            (Op::Temporal(op), [a, b]) => {
                let both = [self.span(a)?, self.span(b)?];
                Expr::Temporal(*op, Box::new(both))
            }
            (Op::Array(op), [a, b]) => {
                let both = [self.of(a, Type::List)?, self.of(b, Type::List)?];
                Expr::Array(*op, Box::new(both))
            }
            (Op::Function(name), args) => return self.function(node, name, args),
            // The parser has checked the number of arguments.
            _ => return Err(wrong(node)),
        };
        Ok((expr, Type::Bool))
    }

    fn function(&mut self, node: &Node, name: &str, args: &[Node]) -> Compiled {
        let Some(function) = functions::find(name) else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
            let short: String = name.chars().take(80).collect();
            let problem = format!(
                "there is no function {short:?}; expected an operator of CQL2 or one of {}",
                names.join(", ")
            );
            return Err(FilterError::new(&node.at, problem));
        };
        let [argument] = args else {
            let problem = format!("{name} takes 1 argument, found {}", args.len());
            return Err(FilterError::new(&node.at, problem));
        };
        let argument = self.of(argument, type_of(function.takes))?;
        let call = Expr::Function(function, Box::new(argument));
        Ok((call, type_of(function.gives)))
    }

    fn all(&mut self, nodes: &[Node], kind: Type) -> Result<Vec<Expr>, FilterError> {
        nodes.iter().map(|n| self.of(n, kind)).collect()
    }

    /// Compiles an expression that must have the type `wanted`. A property whose type is unknown is accepted, except as
    /// a geometry. Where a text is wanted, a property whose texts are dates or times is accepted too.
    fn of(&mut self, node: &Node, wanted: Type) -> Result<Expr, FilterError> {
        let (expr, found) = self.compile(node)?;
        let is_stored_time = found == Type::Time && matches!(node.kind, Kind::Property(_));
        let fits = found == wanted
            || (found == Type::Any && wanted != Type::Geometry)
            || (wanted == Type::Text && is_stored_time);
        if fits {
            return Ok(expr);
        }
        let problem = format!("expected {}, found {}", wanted.name(), found.name());
        Err(FilterError::new(&node.at, problem))
    }

    /// Compiles an operand of a temporal operator.
    fn span(&mut self, node: &Node) -> Result<Expr, FilterError> {
        match self.compile(node)? {
            (expr, Type::Interval) => Ok(expr),
            (expr, kind) => as_time(node, expr, kind),
        }
    }

    /// Compiles operands of a comparison, which must all have one type.
    fn alike(&mut self, nodes: &[&Node], op: Compare) -> Result<Vec<Expr>, FilterError> {
        let mut compiled = Vec::with_capacity(nodes.len());
        for node in nodes {
            let (expr, kind) = self.compile(node)?;
            if matches!(kind, Type::Geometry | Type::List | Type::Interval) {
                let problem = format!(
                    "expected a number, text, boolean, date or time to compare, found {}; geometries, \
                     intervals and lists have other operators: S_EQUALS, T_EQUALS, A_EQUALS",
                    kind.name()
                );
                return Err(FilterError::new(&node.at, problem));
            }
            compiled.push((*node, expr, kind));
        }
        let is_equality = matches!(op, Compare::Eq | Compare::Ne);
        let kinds = || compiled.iter().map(|(_, _, kind)| *kind);
        let common = if kinds().any(|k| k == Type::Time) {
            Type::Time
        } else {
            kinds().find(|k| *k != Type::Any).unwrap_or(Type::Any)
        };
        let each = compiled.into_iter().map(|(node, expr, kind)| {
            let found = match (common, kind) {
                (Type::Time, kind) => return as_time(node, expr, kind),
                (Type::Bool, Type::Bool) if !is_equality => {
                    let problem = "booleans can only be compared by = and <>";
                    return Err(FilterError::new(&node.at, problem));
                }
                (_, Type::Any) => return Ok(expr),
                (common, kind) if common == kind => return Ok(expr),
                (_, kind) => kind.name(),
            };
            let problem = format!("expected {}, found {found}", common.name());
            Err(FilterError::new(&node.at, problem))
        });
        each.collect()
    }

    fn pattern(&mut self, node: &Node) -> Result<Pattern, FilterError> {
        match self.compile(node)?.0 {
            Expr::Const(Value::Text(text)) => Pattern::new(&text).ok_or_else(|| {
                let problem = format!("the pattern is longer than {MAX_PATTERN} characters");
                FilterError::new(&node.at, problem)
            }),
            _ => Err(FilterError::new(
                &node.at,
                "expected a pattern such as '温泉%': a text, which may be in CASEI or ACCENTI",
            )),
        }
    }
}

fn type_of(kind: Takes) -> Type {
    match kind {
        Takes::Text => Type::Text,
        Takes::Number => Type::Number,
        Takes::Geometry => Type::Geometry,
    }
}

/// The type that the schema gives a property; `Any` if it gives none, or several besides null.
fn type_of_property(schema: &Json) -> Type {
    let types: Vec<&str> = match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let mut types = types.into_iter().filter(|t| *t != "null");
    let format = schema["format"].as_str();
    match (types.next(), types.next()) {
        (Some("string"), None) if matches!(format, Some("date" | "date-time")) => Type::Time,
        (Some("string"), None) => Type::Text,
        (Some("integer" | "number"), None) => Type::Number,
        (Some("boolean"), None) => Type::Bool,
        (Some("array"), None) => Type::List,
        _ => Type::Any,
    }
}

/// Converts an expression to a date or a time.
fn as_time(node: &Node, expr: Expr, kind: Type) -> Result<Expr, FilterError> {
    let found = match (&expr, kind) {
        (Expr::Const(Value::Instant(_)), _) => return Ok(expr),
        (Expr::Const(Value::Text(text)), _) => match time::instant(text) {
            Some(instant) => return Ok(Expr::Const(Value::Instant(instant))),
            None => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        },
        (_, Type::Time | Type::Text | Type::Any) => return Ok(Expr::Time(Box::new(expr))),
        (_, kind) => kind.name().to_owned(),
    };
    let problem = format!("expected a date or time, found {found}");
    Err(FilterError::new(&node.at, problem))
}

/// Evaluates an expression once if it reads no feature. Spatial relations of two literals are
/// excluded, because their cost must be reported to the meter of a query.
fn folded(expr: Expr) -> Expr {
    if !is_constant(&expr) {
        return expr;
    }
    let row = Row {
        values: &[],
        geometry: None,
    };
    let Ok(value) = eval(&expr, &row, &Free);
    let value = value.into_static();
    Expr::Const(value)
}

fn is_constant(expr: &Expr) -> bool {
    let literal = |e: &Expr| matches!(e, Expr::Const(_));
    match expr {
        Expr::Const(_)
        | Expr::Property(_)
        | Expr::Geometry
        | Expr::Shape(..)
        | Expr::Spatial(..) => false,
        Expr::And(list) | Expr::Or(list) | Expr::List(list) => list.iter().all(literal),
        Expr::Not(e)
        | Expr::IsNull(e)
        | Expr::CaseI(e)
        | Expr::AccentI(e)
        | Expr::Time(e)
        | Expr::Like(e, _)
        | Expr::Function(_, e) => literal(e),
        Expr::Compare(_, both)
        | Expr::Arithmetic(_, both)
        | Expr::Temporal(_, both)
        | Expr::Array(_, both) => both.iter().all(literal),
        Expr::Between(three) => three.iter().all(literal),
        Expr::In(v, items) => literal(v) && items.iter().all(literal),
        Expr::Interval(ends) => ends.iter().flatten().all(literal),
    }
}

fn wrong(node: &Node) -> FilterError {
    FilterError::new(&node.at, "wrong number of arguments")
}
