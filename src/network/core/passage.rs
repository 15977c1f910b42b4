//! Decides whether an edge can be used in a mode, and how long it takes.

use super::attributes::{
    Admission, Attr, Attributes, Blocked, Entry, HOURS_ALWAYS, HOURS_UNKNOWN, Oneway,
};
use super::edge::{DirectedEdge, Edge, EdgeKind};
use super::profile::{Mode, Profile, Zone, duration_ds};

/// Why an edge can never be used in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// The feature is closed or deleted.
    Closed,
    /// The edge is blocked by something on it.
    Blocked,
    /// It is locked.
    Locked,
    /// The mode is not admitted.
    NotAdmitted,
    /// It may be ridden in the other direction only.
    Oneway,
    /// It is too narrow for the mode.
    TooNarrow,
    /// The mode can't be used there, for example on steps without a ramp, on loose ground or where it is too steep.
    Unusable,
    /// Its class of access is not allowed for the profile.
    NoAccess,
    /// It crosses a barrier where no gate is mapped, so it can be used on foot only.
    Assumed,
}

impl Bar {
    /// The number of conditions that [`usage`] checks before this one, all of which are met.
    pub fn conditions_met(self) -> u8 {
        match self {
            Bar::Closed => 0,
            Bar::Locked => 1,
            Bar::NotAdmitted => 2,
            Bar::Blocked => 3,
            Bar::Assumed => 4,
            Bar::Oneway => 5,
            Bar::TooNarrow => 6,
            Bar::NoAccess => 7,
            Bar::Unusable => 8,
        }
    }
}

/// How an edge is used in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// The speed in tenths of km/h, above 0.
    pub speed: u32,
    /// The time that it takes in addition to its length, in tenths of a second.
    pub extra_ds: u32,
    /// The index of the hours in which it may be entered.
    pub hours: u32,
    /// The parts of a route in which it may be used.
    pub zone: Zone,
    /// Whether it belongs neither to public nor to private land, such as a gate between them.
    pub is_neutral: bool,
}

impl Usage {
    /// The time for `length_dm` decimetres of the edge, in tenths of a second.
    pub fn duration_ds(&self, length_dm: u32) -> u32 {
        duration_ds(length_dm, self.speed).saturating_add(self.extra_ds)
    }
}

/// How a directed edge can be used in a mode, or why it cannot. Hours are not considered.
pub fn usage(
    profile: &Profile,
    edge: &Edge,
    directed: DirectedEdge,
    attr: &Attr,
    blocked: Blocked,
    mode: Mode,
) -> Result<Usage, Bar> {
    let pace = match profile.pace(mode) {
        Some(pace) => pace,
        None => return Err(Bar::Unusable),
    };
    if attr.closed {
        return Err(Bar::Closed);
    }
    if attr.locked {
        return Err(Bar::Locked);
    }
    let walks = attr.foot != Admission::No;
    let (is_admitted, is_blocked, hours) = match mode {
        Mode::Ride => (attr.ebike == Admission::Yes, blocked.ebike, attr.ride_hours),
        Mode::Push => (
            walks && attr.ebike != Admission::No,
            blocked.ebike || blocked.foot,
            attr.push_hours,
        ),
        Mode::Walk => (walks, blocked.foot, attr.walk_hours),
    };
    if !is_admitted {
        return Err(Bar::NotAdmitted);
    }
    if is_blocked {
        return Err(Bar::Blocked);
    }
    if edge.kind == EdgeKind::AssumedCrossing && mode != Mode::Walk {
        return Err(Bar::Assumed);
    }
    let is_against = match attr.oneway {
        Oneway::No => false,
        Oneway::Forward => directed.is_backward(),
        Oneway::Backward => !directed.is_backward(),
    };
    if mode == Mode::Ride && is_against {
        return Err(Bar::Oneway);
    }
    if attr.width_dm != 0 && attr.width_dm < pace.width_dm {
        return Err(Bar::TooNarrow);
    }
    let zone = profile.zone(attr.access);
    if zone == Zone::Never {
        return Err(Bar::NoAccess);
    }
    let rise = match directed.is_backward() {
        true => -attr.incline,
        false => attr.incline,
    };
    if pace.is_too_steep(attr, rise) {
        return Err(Bar::Unusable);
    }
    let mut speed = pace.climbing(pace.on(attr), rise);
    if mode == Mode::Ride && attr.max_kmh != 0 {
        speed = speed.min(u32::from(attr.max_kmh) * 10);
    }
    if speed == 0 {
        return Err(Bar::Unusable);
    }
    let is_structure = !matches!(edge.kind, EdgeKind::Way | EdgeKind::AreaCrossing);
    Ok(Usage {
        speed,
        extra_ds: pace.extra_ds[attr.kind as usize]
            .saturating_add(profile.credential_ds(attr.credential)),
        hours,
        zone,
        is_neutral: is_structure && zone == Zone::Through,
    })
}

/// The part of a route with respect to private land.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// On the private land where the route begins.
    Start,
    /// On public land.
    Public,
    /// On the private land where the route ends. A route must not leave it again.
    End,
}

impl Phase {
    /// The part of the route after an edge; `None` if the edge would lead through private land.
    pub fn after(self, usage: &Usage) -> Option<Phase> {
        match (self, usage.zone) {
            (_, Zone::Never) => None,
            (phase, _) if usage.is_neutral => Some(phase),
            (Phase::End, Zone::Through) => None,
            (_, Zone::Through) => Some(Phase::Public),
            (Phase::Start, Zone::Ends) => Some(Phase::Start),
            (_, Zone::Ends) => Some(Phase::End),
        }
    }
}

/// The time at which a traveller who arrives at `ready` can enter (both in tenths of a second since the epoch), and
/// whether the hours are unknown then; `None` if it never opens again.
pub fn entry<A: Attributes + ?Sized>(
    attributes: &A,
    hours: u32,
    ready: i64,
) -> Option<(i64, bool)> {
    match hours {
        HOURS_ALWAYS => Some((ready, false)),
        HOURS_UNKNOWN => Some((ready, true)),
        index => match attributes.entry(index, ready) {
            Entry::At(at) => Some((at, false)),
            Entry::Unknown(at) => Some((at, true)),
            Entry::Never => None,
        },
    }
}
