//! Queries for trips.

use super::super::attributes::Attributes;
use super::super::edge::Place;
use super::super::ends::End;
use super::super::limit::Limit;
use super::super::moves::Mover;
use super::super::query::Query;
use super::super::view::View;
use super::plan::Window;

/// For a traveller with a vehicle, walks between two doors or between a door and a parking place are not considered if
/// the straight line is longer than this, in decimetres: 1 km.
const FARTHEST_WALK_DM: f64 = 10_000.0;
/// A query for a trip.
#[derive(Debug, Clone, Copy)]
pub struct TripQuery<'a> {
    /// The places where the trip may begin.
    pub from: &'a [End],
    /// The doors, each with its places on the network.
    pub doors: &'a [Vec<End>],
    /// For each door, when the delivery may begin.
    pub windows: &'a [Window],
    /// The nodes where the vehicle may be left; empty for a traveller who never leaves one.
    pub places: &'a [u32],
    /// The departure time, in tenths of a second since the epoch.
    pub depart: i64,
    /// The limit of each search.
    pub limit: Limit<'a>,
}

impl TripQuery<'_> {
    /// Whether the distance between two places is too long for a walk by a traveller with a vehicle.
    pub(super) fn is_far<A: ?Sized>(&self, view: View<'_, A>, from: &[End], to: &[End]) -> bool {
        let point = |ends: &[End]| {
            let node = match ends.first()?.place {
                Place::Node(node) => node,
                Place::OnEdge { edge, .. } => view.topology.edge(edge).from,
            };
            Some(view.topology.point(node))
        };
        match (point(from), point(to)) {
            (Some(from), Some(to)) => {
                !self.places.is_empty() && view.topology.straight_dm(from, to) > FARTHEST_WALK_DM
            }
            _ => false,
        }
    }
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// The time to park the vehicle at a node, in tenths of a second; `None` if that is not allowed.
    pub fn park_ds(&self, node: u32) -> Option<u32> {
        let mover = Mover {
            terrain: self.terrain(),
            query: Query::new(&[], &[], 0, self.profile.first_mode()),
            shut: &[],
        };
        mover.park_at_ds(node)
    }
}
