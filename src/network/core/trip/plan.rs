//! Plans of trips, without the network. All times are in tenths of a second since the departure.

use std::rc::Rc;

use super::super::reach::Stopped;

/// The travel time if there is no way.
pub(super) const NEVER: u32 = u32::MAX;

/// The time in which a delivery must begin, and how long it takes; tenths of a second, `from` and `until` since the
/// departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The earliest beginning. A traveller who arrives earlier waits.
    pub from: u32,
    /// The latest beginning.
    pub until: u32,
    /// The duration of the stay at the door.
    pub stay: u32,
}

impl Window {
    /// At any time.
    pub const ANY: Window = Window {
        from: 0,
        until: u32::MAX,
        stay: 0,
    };
}

/// A planned visit to a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    /// The number of the door.
    pub(super) stop: usize,
    /// The number of the parking place where the vehicle stands during the visit; `None` without a vehicle.
    pub(super) parked: Option<usize>,
    /// Whether the vehicle is moved before the visit. If not, the traveller walks from the previous door.
    pub(super) rides: bool,
}

/// A plan of a trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The visits in order.
    pub(super) visits: Vec<Visit>,
    /// The end of the last visit.
    pub(super) end: u32,
}

/// A row of travel times from one place to all doors or to all parking places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Row {
    /// From the start to all doors, without a vehicle.
    StartWalk,
    /// From the start to all parking places, with the vehicle.
    StartRide,
    /// From the door with this number to all doors, on foot.
    Walk(usize),
    /// From the door with this number to all parking places, on foot.
    Back(usize),
    /// From the parking place with this number to all parking places: takes the vehicle and rides.
    Ride(usize),
    /// From the parking place with this number to all doors: parks the vehicle and walks.
    On(usize),
}

/// The travel times of a trip. A later departure never leads to an earlier arrival.
pub(super) trait Times {
    /// The number of parking places; 0 without a vehicle.
    fn places(&self) -> usize;

    /// The travel times of a row for a departure, [`NEVER`] where there is no way.
    fn row(&mut self, row: Row, at: u32) -> Result<Rc<[u32]>, Stopped>;

    /// Called regularly while planning. Fails if the limit is reached.
    fn check(&self) -> Result<(), Stopped>;
}

/// A traveller who is about to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// The door where they are; `None` at the start.
    pub(super) stop: Option<usize>,
    /// Where the vehicle stands; `None` at the start, and without a vehicle.
    pub(super) parked: Option<usize>,
    /// The departure from there.
    pub(super) at: u32,
}

impl Standing {
    pub(super) const START: Standing = Standing {
        stop: None,
        parked: None,
        at: 0,
    };
}

/// Calls `go` with each visit that can be next, and its arrival. Of the parking places, only those are used for which
/// `parks_at` is true.
pub(super) fn next<T: Times>(
    times: &mut T,
    from: Standing,
    parks_at: &dyn Fn(usize) -> bool,
    go: &mut dyn FnMut(Visit, u32),
) -> Result<(), Stopped> {
    let is_on_foot = times.places() == 0;
    let mut walk = |row: &[u32], at: u32, parked: Option<usize>, rides: bool| {
        for (stop, time) in row.iter().enumerate() {
            if let Some(arrive) = after(at, *time) {
                let visit = Visit {
                    stop,
                    parked,
                    rides,
                };
                go(visit, arrive);
            }
        }
    };
    let (rides, at) = match (from.stop, from.parked) {
        (None, _) if is_on_foot => {
            let row = times.row(Row::StartWalk, from.at)?;
            walk(&row, from.at, None, false);
            return Ok(());
        }
        (None, _) => (times.row(Row::StartRide, from.at)?, from.at),
        (Some(stop), parked) => {
            let row = times.row(Row::Walk(stop), from.at)?;
            walk(&row, from.at, parked, false);
            let parked = match parked {
                Some(parked) => parked,
                None => return Ok(()),
            };
            let back = times.row(Row::Back(stop), from.at)?[parked];
            match after(from.at, back) {
                Some(at) => (times.row(Row::Ride(parked), at)?, at),
                None => return Ok(()),
            }
        }
    };
    for (place, time) in rides.iter().enumerate() {
        // A traveller who leaves the vehicle where it stands walks.
        if from.parked == Some(place) || !parks_at(place) {
            continue;
        }
        if let Some(parks) = after(at, *time) {
            let row = times.row(Row::On(place), parks)?;
            walk(&row, parks, Some(place), true);
        }
    }
    Ok(())
}

fn after(at: u32, time: u32) -> Option<u32> {
    if time == NEVER {
        None
    } else {
        at.checked_add(time).filter(|sum| *sum != NEVER)
    }
}
