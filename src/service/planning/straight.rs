//! The people with a facility within a straight-line distance, for comparison with walks.

use geo_types::Coord;

use super::ask::CoverageAsk;
use crate::network::core::{Mode, Pace};
use crate::planning::coverage::{Crowd, Demand};
use crate::planning::standards::Reach;
use crate::spatial::metres::metres_per_degree;

/// Positions in metres, each with a number, sorted from south to north. The straight-line distance of a standard is
/// short, so the positions in a band of that width are few, and sorting takes a fraction of the time of a tree.
#[derive(Debug)]
struct Spots(Vec<([f64; 2], u32)>);

impl Spots {
    fn new(mut spots: Vec<([f64; 2], u32)>) -> Self {
        spots.sort_unstable_by(|(a, _), (b, _)| a[1].total_cmp(&b[1]));
        Self(spots)
    }

    /// The positions at most `metres` south or north and at most `metres` west or east of a position.
    fn around(&self, at: [f64; 2], metres: f64) -> impl Iterator<Item = &([f64; 2], u32)> {
        // The differences of the positions are rounded, so the band is wider than needed.
        let reach = metres + 1.0;
        let from = self.0.partition_point(|(spot, _)| spot[1] < at[1] - reach);
        let band = self.0[from..].iter();
        let band = band.take_while(move |(spot, _)| spot[1] <= at[1] + reach);
        band.filter(move |(spot, _)| (spot[0] - at[0]).abs() <= reach)
    }
}

/// The people near a facility, and the places that are near none.
#[derive(Debug)]
pub(super) struct Straight {
    metres: f64,
    /// The position that distances in metres are measured from, and the metres per degree.
    origin: Coord<f64>,
    scale: (f64, f64),
    near: Crowd,
    others: Spots,
}

impl Straight {
    /// Finds the places within the distance of the standard from one of the positions. A standard in minutes is
    /// converted to a distance at the highest walking speed.
    pub(super) fn new(ask: &CoverageAsk, demand: &Demand, positions: &[Coord<f64>]) -> Self {
        let origin = demand.places.first().map_or([0.0, 0.0], |place| place.at);
        let mut straight = Self {
            metres: metres(ask),
            origin: Coord {
                x: origin[0],
                y: origin[1],
            },
            scale: metres_per_degree(origin[1].clamp(-85.0, 85.0)),
            near: Crowd::default(),
            others: Spots::new(Vec::new()),
        };
        let sites = positions.iter().map(|at| straight.flat([at.x, at.y]));
        let sites = Spots::new(sites.zip(0..).collect());
        let mut others = Vec::new();
        for (place, number) in demand.places.iter().zip(0..) {
            let at = straight.flat(place.at);
            let mut around = sites.around(at, straight.metres);
            if around.any(|(site, _)| straight.is_near(at, *site)) {
                straight.near = straight.near.plus(Crowd::of(place.people));
            } else {
                others.push((at, number));
            }
        }
        straight.others = Spots::new(others);
        straight
    }

    /// The number of people near a facility.
    pub(super) fn people(&self) -> f64 {
        self.near.people()
    }

    /// The number of people near a facility if facilities at the positions `more` are added.
    pub(super) fn with(&self, demand: &Demand, more: &[Coord<f64>]) -> f64 {
        let mut places = std::collections::BTreeSet::new();
        for site in more {
            let site = self.flat([site.x, site.y]);
            let around = self.others.around(site, self.metres);
            let around = around.filter(|(spot, _)| self.is_near(*spot, site));
            places.extend(around.map(|(_, place)| *place));
        }
        let people = places
            .into_iter()
            .filter_map(|place| demand.places.get(place as usize))
            .map(|place| Crowd::of(place.people));
        people.fold(self.near, Crowd::plus).people()
    }

    fn is_near(&self, a: [f64; 2], b: [f64; 2]) -> bool {
        (a[0] - b[0]).hypot(a[1] - b[1]) <= self.metres
    }

    fn flat(&self, at: [f64; 2]) -> [f64; 2] {
        [
            (at[0] - self.origin.x) * self.scale.0,
            (at[1] - self.origin.y) * self.scale.1,
        ]
    }
}

/// The distance of a standard in one direction.
fn metres(ask: &CoverageAsk) -> f64 {
    let metres = match ask.standard.reach {
        Reach::Metres(metres) => metres,
        Reach::Minutes(minutes) => {
            let tenth_kmh = ask.profile.pace(Mode::Walk).map_or(0, Pace::fastest);
            minutes * 60.0 * f64::from(tenth_kmh) / 36.0
        }
    };
    if ask.standard.there_and_back {
        metres / 2.0
    } else {
        metres
    }
}
