//! Builds the expression tree for both encodings: checks the number of arguments, parses times and
//! geometries, and enforces the limits.

use serde_json::Value;

use super::{FilterError, Instant, Kind, MAX_DEPTH, MAX_NODES, MAX_POSITIONS, Node, Op, Position};
use crate::codec::geojson::read::{Limits, Member, read_geometry};
use crate::spatial::crs::Crs;
use crate::spatial::validity;

/// The result of building a node or another part of the expression.
pub(super) type Built<T = Node> = Result<T, FilterError>;

/// How error texts describe the expected form of a time.
const A_TIME: &str =
    "a date such as 2026-11-22 or a time with its zone such as 2026-11-22T06:00:00Z";

/// Creates nodes and counts them.
pub(super) struct Builder {
    crs: Crs,
    nodes: usize,
    positions: usize,
}

impl Builder {
    /// Creates a builder; geometries of the expression have coordinates in `crs`.
    pub fn new(crs: Crs) -> Self {
        Self {
            crs,
            nodes: 0,
            positions: 0,
        }
    }

    /// Adds a node to the tree and checks the limits on depth and number of nodes.
    pub fn node(&mut self, at: Position, kind: Kind) -> Built {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let problem = format!("the expression has more than {MAX_NODES} parts");
            return Err(FilterError::new(&at, problem));
        }
        let below = match &kind {
            Kind::Interval(list) | Kind::Array(list) | Kind::Call(_, list) => {
                list.iter().map(|n| n.depth).max().unwrap_or(0)
            }
            _ => 0,
        };
        self.depth(&at, below + 1)?;
        Ok(Node {
            at,
            kind,
            depth: below + 1,
        })
    }

    /// Refuses an expression that is nested more than `MAX_DEPTH` levels deep.
    pub fn depth(&self, at: &Position, depth: usize) -> Built<()> {
        if depth > MAX_DEPTH {
            let problem = format!("the expression is nested deeper than {MAX_DEPTH} levels");
            return Err(FilterError::new(at, problem));
        }
        Ok(())
    }

    /// Adds an operator or a function with its arguments and checks their number.
    pub fn call(&mut self, at: Position, op: Op, args: Vec<Node>) -> Built {
        let (least, most) = op.arity();
        if args.len() < least || args.len() > most {
            let expected = match (least, most) {
                (1, 1) => "1 argument".to_owned(),
                (a, b) if a == b => format!("{a} arguments"),
                (a, _) => format!("at least {a} arguments"),
            };
            let problem = format!("{} takes {expected}, found {}", op.name(), args.len());
            return Err(FilterError::new(&at, problem));
        }
        if let (Op::In, [_, list]) = (&op, args.as_slice())
            && !matches!(&list.kind, Kind::Array(items) if !items.is_empty())
        {
            let problem = "expected a list of at least one value";
            return Err(FilterError::new(&list.at, problem));
        }
        self.node(at, Kind::Call(op, args))
    }

    /// Adds a date, as in `DATE('2026-11-22')`.
    pub fn date(&mut self, at: Position, text: &str) -> Built {
        match text.parse() {
            Ok(date) => self.node(at, Kind::Instant(Instant::Date(date))),
            Err(_) => Err(FilterError::new(
                &at,
                format!("expected a date such as 2026-11-22, found {text:?}"),
            )),
        }
    }

    /// Adds a moment in time, as in `TIMESTAMP('2026-11-22T06:00:00Z')`.
    pub fn timestamp(&mut self, at: Position, text: &str) -> Built {
        match time(text) {
            Some(time) => self.node(at, Kind::Instant(Instant::Time(time))),
            None => Err(FilterError::new(
                &at,
                format!(
                    "expected a time with its zone such as 2026-11-22T06:00:00Z, found {text:?}"
                ),
            )),
        }
    }

    /// Adds an end of an interval: a date, a time, or `..` for an open end.
    pub fn bound(&mut self, at: Position, text: &str) -> Built {
        let kind = match text {
            ".." => Kind::Open,
            text => match instant(text) {
                Some(instant) => Kind::Instant(instant),
                None => {
                    let problem =
                        format!("expected {A_TIME}, or .. for an open end, found {text:?}");
                    return Err(FilterError::new(&at, problem));
                }
            },
        };
        self.node(at, kind)
    }

    /// Adds a geometry given as a GeoJSON object.
    pub fn geometry(&mut self, at: Position, value: &Value) -> Built {
        let limits = Limits {
            vertices: MAX_POSITIONS - self.positions,
            crs: self.crs,
            lat_first: self.crs.axis_order_lat_lon(),
            member: Member::Ignored,
        };
        let geometry = read_geometry(value, &limits)
            .map(validity::normalise)
            .map_err(|e| FilterError::new(&at, e.to_string()))?;
        validity::validate(&geometry).map_err(|e| FilterError::new(&at, e.to_string()))?;
        self.positions += geo::CoordsIter::coords_count(&geometry);
        self.node(at, Kind::Geometry(geometry))
    }

    /// Adds a bounding box, given by four or six numbers in the coordinate system of the filter.
    pub fn bbox(&mut self, at: Position, numbers: &[f64]) -> Built {
        let bounds = self
            .crs
            .bounds_to_wgs84(numbers)
            .map_err(|problem| FilterError::new(&at, problem.en))?;
        self.node(at, Kind::Box(bounds))
    }
}

/// Parses a time with its zone. In a query string an unescaped `+` arrives as a space, so a space
/// is read as `+`.
fn time(text: &str) -> Option<jiff::Timestamp> {
    match text.split_once('T') {
        Some((_, time)) if time.contains(' ') => text.replace(' ', "+").parse().ok(),
        _ => text.parse().ok(),
    }
}

/// Parses a date, or a time with its zone.
fn instant(text: &str) -> Option<Instant> {
    let is_date = text.len() == "2026-11-22".len();
    if is_date && let Ok(date) = text.parse() {
        return Some(Instant::Date(date));
    }
    time(text).map(Instant::Time)
}
