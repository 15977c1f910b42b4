//! The time to use the next edge: changing the mode, waiting, and the edge itself.

use super::attributes::{Attributes, HOURS_ALWAYS, HOURS_UNKNOWN};
use super::edge::{DirectedEdge, EdgeKind};
use super::ends::Move;
use super::labels::{NONE, State};
use super::passage::{Phase, entry, usage};
use super::profile::Mode;
use super::query::{Finish, ParkAt, Query, Shut};
use super::terrain::Terrain;
use super::turns::FREE;

/// The result of using an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved {
    /// The time at which the traveller is ready to enter the edge, in tenths of a second since the departure.
    pub(super) ready: u32,
    pub(super) entered: u32,
    pub(super) arrived: u32,
    pub(super) is_unknown: bool,
    pub(super) phase: Phase,
    pub(super) turn: u32,
    pub(super) speed: u32,
    pub(super) extra_ds: u32,
}

impl Moved {
    pub(super) fn wait_ds(&self) -> u32 {
        self.entered - self.ready
    }
}

/// The rules of a query, with the closures that count as shut.
pub(super) struct Mover<'a, A: ?Sized> {
    pub(super) terrain: Terrain<'a, A>,
    pub(super) query: Query<'a>,
    pub(super) shut: &'a [Shut],
}

impl<A: ?Sized> Clone for Mover<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: ?Sized> Copy for Mover<'_, A> {}

impl<A: Attributes + ?Sized> Mover<'_, A> {
    /// The result of using an edge in a mode from a state reached at `time`; `None` if it cannot be used.
    pub(super) fn try_move(&self, from: &State, time: u32, to: &Move, mode: Mode) -> Option<Moved> {
        let Terrain {
            topology,
            attributes,
            profile,
            ..
        } = self.terrain;
        let edge = topology.edge(to.edge.edge());
        let attr = attributes.attr(edge.feature);
        let blocked = attributes.blocked(to.edge.edge());
        let usage = usage(profile, edge, to.edge, attr, blocked, mode).ok()?;
        let phase = from.phase.after(&usage)?;
        let mut turn = FREE;
        if mode == Mode::Ride && profile.obeys_turns {
            turn = topology.turns().next(from.turn, to.edge)?;
        }
        let ready = time.checked_add(self.change_ds(from, mode, to.edge)?)?;
        let (mut entered, mut is_unknown) = (ready, usage.hours == HOURS_UNKNOWN);
        let counts_as_open =
            self.query.is_open_through && self.query.through == Some(to.edge.edge());
        let has_hours = usage.hours != HOURS_ALWAYS && !is_unknown;
        let feature = edge.feature;
        if has_hours && self.shut.contains(&Shut { feature, mode }) {
            return None;
        }
        if has_hours && !counts_as_open {
            let moment = self.query.depart.saturating_add(i64::from(ready));
            let (at, unknown) = entry(attributes, usage.hours, moment)?;
            let wait = u32::try_from(at.saturating_sub(moment)).ok()?;
            entered = ready.checked_add(wait)?;
            is_unknown = unknown;
        }
        Some(Moved {
            ready,
            entered,
            arrived: entered.checked_add(usage.duration_ds(to.length_dm))?,
            is_unknown,
            phase,
            turn,
            speed: usage.speed,
            extra_ds: usage.extra_ds,
        })
    }

    /// The time to change from one mode to another in front of an edge, in tenths of a second; `None` if not possible.
    fn change_ds(&self, from: &State, to: Mode, next: DirectedEdge) -> Option<u32> {
        let profile = self.terrain.profile;
        match (from.mode, to) {
            (a, b) if a == b => Some(0),
            (Mode::Ride, Mode::Push) => Some(profile.dismount_ds),
            (Mode::Push, Mode::Ride) => Some(profile.mount_ds),
            (Mode::Walk, _) if self.query.pick_up_at == Some(from.node) && from.node != NONE => {
                profile.park.map(|rule| rule.leave_ds)
            }
            (Mode::Walk, _) => None,
            _ if self.query.pick_up_at.is_some() => None,
            _ => match self.query.park_at {
                ParkAt::Anywhere if from.node == NONE => self.park_along_ds(next),
                ParkAt::Anywhere => self.park_at_ds(from.node),
                ParkAt::Node(node) if node == from.node => self.park_at_ds(node),
                ParkAt::Node(_) | ParkAt::Target => None,
            },
        }
    }

    /// The time to park at a node, in tenths of a second; `None` if that is not allowed.
    pub(super) fn park_at_ds(&self, node: u32) -> Option<u32> {
        let rule = self.terrain.profile.park?;
        let Terrain {
            topology,
            attributes,
            ..
        } = self.terrain;
        let mut places = topology.parkings_at(node).iter();
        if places.any(|p| !attributes.attr(p.feature).closed) {
            return Some(rule.place_ds);
        }
        let anywhere = rule.anywhere_ds?;
        let out = topology.out(node);
        if out.iter().any(|d| self.may_stand_along(*d)) {
            Some(anywhere)
        } else {
            None
        }
    }

    pub(super) fn park_along_ds(&self, edge: DirectedEdge) -> Option<u32> {
        let anywhere = self.terrain.profile.park?.anywhere_ds?;
        if self.may_stand_along(edge) {
            Some(anywhere)
        } else {
            None
        }
    }

    /// Whether a bike may be parked along an edge: it may be ridden or pushed there, and parking is not forbidden.
    fn may_stand_along(&self, edge: DirectedEdge) -> bool {
        let Terrain {
            topology,
            attributes,
            profile,
            ..
        } = self.terrain;
        let number = edge.edge();
        let edge_data = topology.edge(number);
        if !matches!(edge_data.kind, EdgeKind::Way | EdgeKind::AreaCrossing) {
            return false;
        }
        let attr = attributes.attr(edge_data.feature);
        let blocked = attributes.blocked(number);
        !attr.no_parking
            && [edge, edge.reversed()].iter().any(|directed| {
                let modes = [Mode::Ride, Mode::Push];
                modes
                    .iter()
                    .any(|m| usage(profile, edge_data, *directed, attr, blocked, *m).is_ok())
            })
    }

    /// The time to finish in a mode, in tenths of a second: that of parking, or 0; `None` if the mode is not allowed.
    pub(super) fn finish_ds(
        &self,
        mode: Mode,
        node: Option<u32>,
        park_ds: impl FnOnce() -> Option<u32>,
    ) -> Option<u32> {
        match self.query.finish {
            Finish::OnFoot if mode.has_vehicle() => match (self.query.park_at, node) {
                (ParkAt::Node(only), at) if at != Some(only) => None,
                _ => park_ds(),
            },
            Finish::WithVehicle if !mode.has_vehicle() => {
                let had_one = self.query.mode.has_vehicle() || self.query.pick_up_at.is_some();
                if had_one { None } else { Some(0) }
            }
            _ => Some(0),
        }
    }
}
