//! Queries for routes: origins, destinations, departure time and conditions.

use super::ends::End;
use super::limit::Limit;
use super::profile::Mode;

/// The longest wait that a route may contain, in tenths of a second. A closure with a longer wait counts as
/// shut.
pub const LONGEST_WAIT_DS: u32 = 6000;

/// The mode in which the traveller must arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// In any mode.
    Any,
    /// On foot. A vehicle is parked on the way or at the target.
    OnFoot,
    /// With the vehicle; in a profile without a vehicle, in its only mode.
    WithVehicle,
}

/// Where a vehicle may be parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkAt {
    /// Wherever the profile and the map allow it.
    Anywhere,
    /// Only at this node, if parking is allowed there.
    Node(u32),
    /// Only at the target, if parking is allowed there.
    Target,
}

/// A closure that counts as shut, because the best route would have to wait too long at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shut {
    /// The feature whose opening hours close the way, an index in the table of features.
    pub feature: u32,
    /// The mode for which these opening hours apply.
    pub mode: Mode,
}

/// A query for the best route.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The places where the route may begin.
    pub from: &'a [End],
    /// The places where the route may end.
    pub to: &'a [End],
    /// The departure time, in tenths of a second since the epoch.
    pub depart: i64,
    /// The mode at the departure; one of the modes of the profile.
    pub mode: Mode,
    /// The mode at the arrival.
    pub finish: Finish,
    /// Where the vehicle may be parked.
    pub park_at: ParkAt,
    /// The node at which a vehicle is parked, if the traveller starts on foot and rides on from there.
    pub pick_up_at: Option<u32>,
    /// An edge, such as that of a gate, that the route must use.
    pub through: Option<u32>,
    /// Whether the hours of the edge `through` count as always open.
    pub is_open_through: bool,
    /// The longest duration of a route that is of interest, in tenths of a second. Longer routes need not be found.
    pub within_ds: u32,
    /// The limit of each search.
    pub limit: Limit<'a>,
}

impl<'a> Query<'a> {
    /// A query for the best route that begins in `mode` and may end in any mode, without a limit.
    pub fn new(from: &'a [End], to: &'a [End], depart: i64, mode: Mode) -> Query<'a> {
        Query {
            from,
            to,
            depart,
            mode,
            finish: Finish::Any,
            park_at: ParkAt::Anywhere,
            pick_up_at: None,
            through: None,
            is_open_through: false,
            within_ds: u32::MAX,
            limit: Limit::NONE,
        }
    }
}
