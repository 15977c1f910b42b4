//! Queries for routes: from where, to where, when and how.

use super::ends::End;
use super::profile::Mode;
use super::view::Limit;

/// The longest wait that a route may contain, in tenths of a second. A closure with a longer wait counts as
/// shut.
pub const LONGEST_WAIT_DS: u32 = 6000;

/// How somebody must arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// In any mode.
    Any,
    /// On foot: a vehicle is parked before, at the latest at the target.
    OnFoot,
    /// With the vehicle, or in the only mode there is.
    WithVehicle,
}

/// Where a vehicle may be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkAt {
    /// Wherever the profile and the map allow it.
    Anywhere,
    /// At one node, if it is allowed there.
    Node(u32),
    /// At the target, if it is allowed there.
    Target,
}

/// A closure that counts as shut, because the best route would have to wait too long at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shut {
    /// The feature with the hours, an index in the table of features.
    pub feature: u32,
    /// The mode for which the hours hold.
    pub mode: Mode,
}

/// A query for the best route.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Where somebody may set out.
    pub from: &'a [End],
    /// Where they may arrive.
    pub to: &'a [End],
    /// When they set out, in tenths of a second since the epoch.
    pub depart: i64,
    /// The mode in which they set out; one of the profile's.
    pub mode: Mode,
    /// How they must arrive.
    pub finish: Finish,
    /// Where the vehicle may be left.
    pub park_at: ParkAt,
    /// The node at which a vehicle is parked, for somebody who sets out on foot and rides on from there.
    pub pick_up_at: Option<u32>,
    /// An edge, such as that of a gate, over which the way must lead.
    pub through: Option<u32>,
    /// The limit of each search.
    pub limit: Limit<'a>,
}

impl<'a> Query<'a> {
    /// A query for the best route in any mode, without a limit.
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
            limit: Limit::NONE,
        }
    }
}
