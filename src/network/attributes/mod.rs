//! Converts the properties of features to the attributes that the search reads: who may pass a feature, and when.
//!
//! [`Reader`] turns the properties of one feature into its attributes, so that they can be kept up to date feature by
//! feature; [`table`] does this for all features of a topology. Values that a feature does not have are taken from
//! [`defaults`] and from nowhere else.

mod closures;
mod defaults;
mod times;

use std::collections::{HashMap, HashSet};

use geo::Intersects;
use geo_types::{Coord, Geometry};
use jiff::Timestamp;
use serde_json::Value;

pub use closures::{Closure, closed_edges};
pub use times::{Clock, Days, Times};

use self::times::{Span, joined, within, without};
use super::core::{
    Access, Admission, Attr, Credential, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, INCLINE_DOWN,
    INCLINE_UP, Oneway, Ramp, Surface, Table, Topology,
};
use crate::model::Canonical;

/// A day order (当日管制) that applies during at least a part of the period for which attributes are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// `storm`, `snow`, `peak` or `emergency`.
    pub kind: String,
    /// The time at which it starts to apply.
    pub from: Timestamp,
    /// The time at which it ends; `None`: until further notice.
    pub until: Option<Timestamp>,
    /// The outline of the street (街道) in which it applies; `None`: everywhere.
    pub area: Option<Geometry<f64>>,
}

impl Order {
    /// Whether the order changes who may pass a feature while it applies: the feature has a change for this kind of
    /// order in `when`, and lies in the area of the order.
    pub fn concerns(&self, seen: &Seen<'_>) -> bool {
        self.holds_at(seen.at) && is_changed_by(seen.properties, &self.kind)
    }

    fn holds_at(&self, at: Option<Coord<f64>>) -> bool {
        match (&self.area, at) {
            (Some(area), Some(at)) => area.intersects(&at),
            _ => true,
        }
    }
}

/// Whether the property `when` of a feature has a change for this kind of day order (当日管制).
pub fn is_changed_by(properties: Canonical<'_>, kind: &str) -> bool {
    changes(properties).iter().any(|when| *when.kind == *kind)
}

/// The conditions that attributes depend on in addition to the features.
#[derive(Debug, Clone)]
pub struct Conditions<'a> {
    /// Holidays, make-up workdays and the offset of local time.
    pub days: &'a Days,
    /// The start of the period for which opening hours are computed.
    pub from: Timestamp,
    /// The end of this period. From then on, opening hours are unknown.
    pub until: Timestamp,
    /// Day orders.
    pub orders: &'a [Order],
    /// Features that are shut regardless of their properties, such as a gate that confirmed reports keep closed; each
    /// written `collection/id`.
    pub shut: &'a HashSet<String>,
}

/// The current state of a feature.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// All properties, including protected ones. The properties that decide who may pass are never protected.
    pub properties: Canonical<'a>,
    /// A position on the feature, in degrees, WGS 84.
    pub at: Option<Coord<f64>>,
}

/// Reads the attributes of all features of a topology. `get` returns the current state of a feature by collection and
/// id; `None` if it is deleted.
pub fn table<'a>(
    topology: &Topology,
    conditions: &Conditions<'_>,
    mut get: impl FnMut(&str, &str) -> Option<Seen<'a>>,
) -> Table {
    let mut reader = Reader::new(conditions);
    let attrs = topology
        .features()
        .iter()
        .map(|name| {
            let (collection, id) = name.split_once('/').unwrap_or((name, ""));
            reader.read(collection, id, get(collection, id))
        })
        .collect();
    Table {
        attrs,
        hours: reader.into_hours(),
        blocked: Vec::new(),
    }
}

/// The properties of a feature that decide who may pass it, decoded once. Opening hours are kept as text, and the
/// effects of day orders as conditions, so nothing in it depends on the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The attributes that do not depend on the time. [`Reader::resolve`] sets the hours, the admissions and `closed`.
    attr: Attr,
    rule: Rule,
    /// The hours if the feature has no `opening_hours`.
    hours: Times,
    opening_hours: Option<Box<str>>,
    ebike_hours: Option<Box<str>>,
    when: Box<[When]>,
    /// A position on the feature, if day orders can change its attributes.
    at: Option<Coord<f64>>,
}

/// The changes to a feature while a day order of one kind applies.
#[derive(Debug, Clone, PartialEq)]
struct When {
    kind: Box<str>,
    ebike: Option<Admission>,
    foot: Option<Admission>,
}

impl Said {
    /// Decodes the properties of a feature.
    pub fn read(collection: &str, seen: &Seen<'_>) -> Self {
        let p = seen.properties;
        let kind = p.text("kind");
        let base = defaults::of(collection, kind.as_deref(), p.is_true("lift"));
        let ramp = ramp(p);
        let rule = Rule {
            ebike: match admission(p.text("ebike").as_deref()).unwrap_or(base.ebike) {
                // A ramp beside steps allows pushing a bike.
                Admission::No if ramp != Ramp::None => Admission::Dismount,
                said => said,
            },
            foot: admission(p.text("foot").as_deref()).unwrap_or(base.foot),
        };
        let text = |name| p.text(name).map(|t| t.as_ref().into());
        let when = changes(p);
        Self {
            attr: Attr {
                width_dm: metres_to_dm(p.number("width_m")),
                max_kmh: p.number("max_kmh").map_or(0, |v| v.clamp(0.0, 255.0) as u8),
                incline: incline(p),
                kind: base.kind,
                surface: p
                    .text("surface")
                    .map_or(Surface::Unknown, |s| Surface::of_tag(&s)),
                oneway: if p.is_true("oneway") {
                    Oneway::Forward
                } else {
                    Oneway::No
                },
                access: access(p.text("access").as_deref()),
                ramp,
                credential: credential(p.text("credential").as_deref()),
                locked: p.is_true("locked"),
                layer: p
                    .number("layer")
                    .map_or(0, |v| v.clamp(-100.0, 100.0) as i8),
                ..Attr::OPEN
            },
            rule,
            hours: base.hours,
            opening_hours: text("opening_hours"),
            ebike_hours: text("ebike_hours"),
            at: seen.at.filter(|_| !when.is_empty()),
            when,
        }
    }
}

impl Said {
    /// Returns the attributes under the best conditions: the feature is not closed, is open at all times, and the day
    /// orders that admit the most are in force. A locked feature stays locked, because that is its own property.
    pub fn best_case(&self) -> Attr {
        let of_mode = |base: Admission, changed: fn(&When) -> Option<Admission>| {
            let orders = self.when.iter().filter_map(changed);
            let all = || std::iter::once(base).chain(orders.clone());
            match (
                all().any(|a| a == Admission::Yes),
                all().any(|a| a == Admission::Dismount),
            ) {
                (true, _) => Admission::Yes,
                (false, true) => Admission::Dismount,
                (false, false) => Admission::No,
            }
        };
        Attr {
            ebike: of_mode(self.rule.ebike, |w| w.ebike),
            foot: of_mode(self.rule.foot, |w| w.foot),
            closed: false,
            ..self.attr
        }
    }
}

/// Decodes `incline` (in per cent) or, if it is missing, `slope` (only `up` or `down`).
fn incline(p: Canonical<'_>) -> i8 {
    match (p.number("incline"), p.text("slope").as_deref()) {
        (Some(percent), _) => percent.round().clamp(-100.0, 100.0) as i8,
        (None, Some("up")) => INCLINE_UP,
        (None, Some("down")) => INCLINE_DOWN,
        _ => 0,
    }
}

/// Decodes the property `when`: the changes while day orders apply.
fn changes(p: Canonical<'_>) -> Box<[When]> {
    if !p.has("when") {
        return Box::default();
    }
    let map = p.to_map();
    let list = map.get("when").and_then(Value::as_array);
    let list = list.map_or(&[][..], Vec::as_slice);
    let changes = list.iter().filter_map(|change| {
        let value = |name| change.get(name).and_then(Value::as_str);
        Some(When {
            kind: value("kind")?.into(),
            ebike: admission(value("ebike")),
            foot: admission(value("foot")),
        })
    });
    changes.collect()
}

/// Reads attributes feature by feature. Equal hours are stored once.
pub struct Reader<'a> {
    conditions: &'a Conditions<'a>,
    clock: Clock<'a>,
    hours: Vec<Hours>,
    index: HashMap<(Vec<Span>, i64), u32>,
}

/// The admissions that apply at a certain time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    ebike: Admission,
    foot: Admission,
}

impl<'a> Reader<'a> {
    /// Creates a reader.
    pub fn new(conditions: &'a Conditions<'a>) -> Self {
        Self {
            conditions,
            clock: Clock::new(conditions.days, conditions.from, conditions.until),
            // Index 0 means HOURS_ALWAYS, so this entry is never read.
            hours: vec![Hours::never()],
            index: HashMap::new(),
        }
    }

    /// Returns the hours that the attributes read so far refer to.
    pub fn into_hours(self) -> Vec<Hours> {
        self.hours
    }

    /// Reads the attributes of a feature. A deleted or shut feature is closed.
    pub fn read(&mut self, collection: &str, id: &str, seen: Option<Seen<'_>>) -> Attr {
        let said = seen.map(|seen| Said::read(collection, &seen));
        self.resolve(&format!("{collection}/{id}"), said.as_ref())
    }

    /// Computes the attributes from decoded properties; `name` is `collection/id`.
    pub fn resolve(&mut self, name: &str, said: Option<&Said>) -> Attr {
        let Some(said) = said else {
            return Attr::CLOSED;
        };
        let open = match &said.opening_hours {
            Some(text) => self.clock.times(text),
            None => said.hours.clone(),
        };
        let ebike_open = match &said.ebike_hours {
            Some(text) => self.clock.times(text),
            None => open.clone(),
        };
        let mut attr = Attr {
            closed: self.conditions.shut.contains(name),
            ..said.attr
        };
        let orders = self.ordered(said);
        self.apply(&mut attr, said.rule, &open, &ebike_open, &orders);
        attr
    }

    /// Returns the rules that replace the base rule of the feature, with the spans in which they apply, in the order
    /// of the day orders.
    fn ordered(&self, said: &Said) -> Vec<(Span, Rule)> {
        let mut found = Vec::new();
        if said.when.is_empty() {
            return found;
        }
        for order in self.conditions.orders {
            let when = said.when.iter().find(|w| *w.kind == *order.kind);
            let Some(when) = when.filter(|_| order.holds_at(said.at)) else {
                continue;
            };
            let rule = Rule {
                ebike: when.ebike.unwrap_or(said.rule.ebike),
                foot: when.foot.unwrap_or(said.rule.foot),
            };
            let until = order.until.map_or(i64::MAX, Timestamp::as_second);
            found.push(((order.from.as_second(), until), rule));
        }
        found
    }

    /// Sets the admissions, and the hours of each mode.
    fn apply(
        &mut self,
        attr: &mut Attr,
        base: Rule,
        open: &Times,
        ebike_open: &Times,
        orders: &[(Span, Rule)],
    ) {
        let may_ride = |rule: &Rule| rule.ebike == Admission::Yes;
        let may_push = |rule: &Rule| rule.ebike != Admission::No;
        let may_walk = |rule: &Rule| rule.foot != Admission::No;
        attr.ride_hours = self.hours_of(ebike_open, base, orders, may_ride);
        attr.push_hours = self.hours_of(ebike_open, base, orders, may_push);
        attr.walk_hours = self.hours_of(open, base, orders, may_walk);
        // The hours say when a mode is allowed. The admissions say whether it is allowed at any time.
        let rules = || std::iter::once(&base).chain(orders.iter().map(|(_, rule)| rule));
        attr.ebike = match (rules().any(may_ride), rules().any(may_push)) {
            (true, _) => Admission::Yes,
            (false, true) => Admission::Dismount,
            (false, false) => Admission::No,
        };
        attr.foot = if rules().any(may_walk) {
            Admission::Yes
        } else {
            Admission::No
        };
    }

    /// Returns the index of the hours in which a mode is allowed: the feature is open, and the mode is allowed by the
    /// day order that applies or, if there is none, by the feature itself.
    fn hours_of(
        &mut self,
        open: &Times,
        base: Rule,
        orders: &[(Span, Rule)],
        allows: impl Fn(&Rule) -> bool,
    ) -> u32 {
        let is_plain = orders.iter().all(|(_, rule)| allows(rule) == allows(&base));
        let all = [(i64::MIN, i64::MAX)];
        let (spans, known_until) = match open {
            Times::Always if is_plain => return HOURS_ALWAYS,
            Times::Unknown if is_plain => return HOURS_UNKNOWN,
            // The effect of a day order is known even if the opening hours are not.
            Times::Always | Times::Unknown => (all.as_slice(), i64::MAX),
            Times::Spans(spans) => (spans.as_slice(), self.clock.until()),
        };
        let mut allowed = if allows(&base) || is_plain {
            spans.to_vec()
        } else {
            Vec::new()
        };
        if !is_plain {
            for ((begin, end), rule) in orders {
                allowed = without(&allowed, *begin, *end);
                if allows(rule) {
                    allowed.extend(within(spans, *begin, *end));
                }
            }
        }
        self.index_of(joined(allowed), known_until)
    }

    fn index_of(&mut self, open: Vec<Span>, known_until: i64) -> u32 {
        let next = u32::try_from(self.hours.len()).unwrap_or(HOURS_UNKNOWN);
        let index = *self
            .index
            .entry((open.clone(), known_until))
            .or_insert(next);
        if index == next {
            self.hours.push(Hours { open, known_until });
        }
        index
    }
}

fn admission(value: Option<&str>) -> Option<Admission> {
    match value? {
        "yes" => Some(Admission::Yes),
        "no" => Some(Admission::No),
        "dismount" => Some(Admission::Dismount),
        _ => None,
    }
}

fn access(value: Option<&str>) -> Access {
    let is_it = |a: &Access| Some(a.name()) == value;
    Access::ALL.into_iter().find(is_it).unwrap_or(Access::Yes)
}

/// Reads the kind of ramp. A wheelchair ramp is also usable for bikes; a ramp for prams is usable for bikes but not
/// for wheelchairs.
fn ramp(p: Canonical<'_>) -> Ramp {
    match p.text("ramp").as_deref() {
        Some("wheelchair") => Ramp::Wheelchair,
        Some("yes" | "bicycle" | "stroller") => Ramp::Bike,
        _ => Ramp::None,
    }
}

fn credential(value: Option<&str>) -> Credential {
    match value {
        None | Some("none") => Credential::None,
        Some("register") => Credential::Register,
        Some(_) => Credential::Show,
    }
}

fn metres_to_dm(metres: Option<f64>) -> u16 {
    metres.map_or(0, |m| (m * 10.0).round().clamp(0.0, 65_535.0) as u16)
}

#[cfg(test)]
mod tests;
