//! A route request, and its ends resolved to places on the network.

use geo_types::Coord;
use jiff::Timestamp;

use super::Ground;
use super::ends::Stops;
use super::spot::Spot;
use crate::live::Ways;
use crate::network::core::{End, Finish, Limit, Profile, Query, View};

/// A route request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The origin.
    pub from: Spot,
    /// The destination.
    pub to: Spot,
    /// The travel profile, such as `ebike`.
    pub profile: Profile,
    /// The departure time.
    pub at: Timestamp,
    /// Whether the route includes the return to the origin.
    pub returns: bool,
    /// The maximum number of alternative routes.
    pub alternatives: usize,
}

/// A gate or a door.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// The id of the entrance.
    pub id: String,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
}

/// A route request whose ends are resolved to places on the network.
pub(super) struct Asked<'a> {
    pub(super) ground: &'a Ground,
    pub(super) ways: &'a Ways,
    pub(super) ask: &'a Ask,
    pub(super) from: Stops,
    pub(super) to: Stops,
    pub(super) limit: Limit<'a>,
}

impl Asked<'_> {
    pub(super) fn view(&self) -> View<'_, super::Table> {
        self.ground.view(self.ways, &self.ask.profile)
    }

    pub(super) fn query<'q>(&'q self, from: &'q [End], to: &'q [End]) -> Query<'q> {
        let profile = &self.ask.profile;
        let leaves_vehicle = profile.first_mode().has_vehicle() && profile.park.is_some();
        Query {
            finish: if leaves_vehicle && self.to.on_foot {
                Finish::OnFoot
            } else {
                Finish::Any
            },
            limit: self.limit,
            ..Query::new(
                from,
                to,
                self.ask.at.as_millisecond().div_euclid(100),
                profile.first_mode(),
            )
        }
    }
}

/// Converts a time of the search, in tenths of a second since the epoch.
pub(super) fn moment(tenths: i64) -> Timestamp {
    Timestamp::from_millisecond(tenths.saturating_mul(100)).unwrap_or(Timestamp::MAX)
}
