//! The travel times of a trip on the network, each for the time of its departure.
//!
//! A row of times is searched when it is needed. It is used again for later departures as long as every check of
//! opening hours in that search would have the same result.

use std::cell::Cell;
use std::rc::Rc;

use super::super::attributes::{Attr, Attributes, Blocked, Entry, Hours};
use super::super::bound::Everywhere;
use super::super::edge::Place;
use super::super::ends::{End, Targets};
use super::super::labels::{Label, Memory};
use super::super::profile::Mode;
use super::super::query::{Finish, Query, Shut};
use super::super::reach::Stopped;
use super::super::search::{Ended, Visit};
use super::super::view::View;
use super::plan::{NEVER, Row, Times};
use super::query::TripQuery;

/// The latest arrival of a part of a trip, in tenths of a second after the departure of the trip: 48 hours. It is late
/// because the traveller may have to wait for a gate. It is the same for all parts, so a door that is not reached by
/// then is not reached by a later departure either: an earlier traveller could wait and do the same.
const HORIZON_DS: u32 = 1_728_000;
/// The maximum number of rows that are searched. After that, the last known row is used for later departures too.
const MOST_SEARCHES: usize = 400;
/// With many doors, a row is used also for departures later by up to this time, in tenths of a second: 15 minutes.
pub(super) const STALE_DS: u32 = 9_000;

/// A row of times, and the departures for which it holds.
struct Known {
    from: u32,
    until: u32,
    times: Rc<[u32]>,
}

/// Attributes that record how much later a traveller could depart and still find the same edges open and closed.
struct Watch<'a, A: ?Sized> {
    attributes: &'a A,
    /// The least time from entering a feature until this feature closes, in tenths of a second.
    closes_in: Cell<i64>,
    /// The first time at which a feature opens that was closed on arrival, in tenths of a second since the epoch.
    opens: Cell<i64>,
}

impl<'a, A: ?Sized> Watch<'a, A> {
    fn new(attributes: &'a A) -> Watch<'a, A> {
        Watch {
            attributes,
            closes_in: Cell::new(i64::MAX),
            opens: Cell::new(i64::MAX),
        }
    }
}

impl<A: Attributes + ?Sized> Attributes for Watch<'_, A> {
    fn attr(&self, feature: u32) -> &Attr {
        self.attributes.attr(feature)
    }

    fn hours(&self, index: u32) -> &Hours {
        self.attributes.hours(index)
    }

    fn entry(&self, index: u32, ready: i64) -> Entry {
        let hours = self.attributes.hours(index);
        let entry = hours.entry(ready);
        match entry {
            Entry::At(at) | Entry::Unknown(at) if at > ready => {
                self.opens.set(self.opens.get().min(at));
            }
            Entry::At(_) => {
                let closes = next_change(hours, ready).saturating_sub(ready);
                self.closes_in.set(self.closes_in.get().min(closes));
            }
            // Unknown hours stay unknown, and what never opens stays closed.
            Entry::Unknown(_) | Entry::Never => {}
        }
        entry
    }

    fn blocked(&self, edge: u32) -> Blocked {
        self.attributes.blocked(edge)
    }
}

/// Keeps the time to each group of targets, which is the time to the first target of the group that is reached. Also
/// keeps which opening hours were read until the last group was reached.
struct Groups<'a, 'w, A: ?Sized> {
    watch: &'w Watch<'w, A>,
    closes_in: i64,
    opens: i64,
    /// The number of the group of each target.
    owner: &'a [usize],
    times: Vec<u32>,
    left: usize,
    /// The time to the group that was reached last.
    last: u32,
}

impl<A: ?Sized> Visit for Groups<'_, '_, A> {
    fn target(&mut self, target: u32, _: u32, label: &Label) -> bool {
        let time = &mut self.times[self.owner[target as usize]];
        if *time == NEVER {
            *time = label.time;
            self.left -= 1;
            self.last = label.time;
            // Hours that are read later belong to ways that no group needs.
            self.closes_in = self.watch.closes_in.get();
            self.opens = self.watch.opens.get();
        }
        self.left > 0
    }
}

/// The travel times of a trip.
pub(super) struct Travel<'a, A: ?Sized> {
    view: View<'a, A>,
    query: &'a TripQuery<'a>,
    shut: &'a [Shut],
    memory: &'a mut Memory,
    /// The known times by the number of the row, each list sorted by departure.
    rows: Vec<Vec<Known>>,
    searches: usize,
    /// A row is also used for departures that are later by up to this time, although its times may be wrong for them.
    stale_ds: u32,
    /// Whether a row was used for a departure for which its times may be wrong.
    pub(super) is_approximate: bool,
}

impl<'a, A: Attributes + ?Sized> Travel<'a, A> {
    pub(super) fn new(
        view: View<'a, A>,
        query: &'a TripQuery<'a>,
        shut: &'a [Shut],
        memory: &'a mut Memory,
        stale_ds: u32,
    ) -> Travel<'a, A> {
        let count = 2 + 2 * query.doors.len() + 2 * query.places.len();
        Travel {
            view,
            query,
            shut,
            memory,
            rows: (0..count).map(|_| Vec::new()).collect(),
            searches: 0,
            stale_ds,
            is_approximate: false,
        }
    }

    fn number(&self, row: Row) -> usize {
        let (doors, places) = (self.query.doors.len(), self.query.places.len());
        match row {
            Row::StartWalk => 0,
            Row::StartRide => 1,
            Row::Walk(door) => 2 + door,
            Row::Back(door) => 2 + doors + door,
            Row::Ride(place) => 2 + 2 * doors + place,
            Row::On(place) => 2 + 2 * doors + places + place,
        }
    }

    /// Searches a row for a departure. Returns the times, and the departure from which they may be different.
    fn search(&mut self, row: Row, at: u32) -> Result<(Vec<u32>, u32), Stopped> {
        let query = self.query;
        let profile = self.view.profile;
        let places: Vec<Vec<End>> = query.places.iter().map(|node| at_node(*node, 0)).collect();
        let (from, mode) = match row {
            Row::StartWalk | Row::StartRide => (query.from.to_vec(), profile.first_mode()),
            Row::Walk(door) | Row::Back(door) => {
                (query.doors[door].clone(), walking(query, self.view))
            }
            Row::Ride(place) => {
                let leave_ds = profile.park.map_or(0, |rule| rule.leave_ds);
                (at_node(query.places[place], leave_ds), profile.first_mode())
            }
            Row::On(place) => match self.view.park_ds(query.places[place]) {
                Some(park_ds) => (at_node(query.places[place], park_ds), Mode::Walk),
                None => return Ok((vec![NEVER; query.doors.len()], NEVER)),
            },
        };
        let (groups, finish): (&[Vec<End>], Finish) = match row {
            Row::StartRide | Row::Ride(_) => (&places, Finish::WithVehicle),
            Row::Back(_) => (&places, Finish::Any),
            Row::StartWalk | Row::Walk(_) | Row::On(_) => (query.doors, Finish::Any),
        };
        let is_far = |group: &[End]| match row {
            Row::Walk(_) | Row::Back(_) | Row::On(_) => query.is_far(self.view, &from, group),
            _ => false,
        };
        let (mut to, mut owner) = (Vec::new(), Vec::new());
        let mut left = 0;
        for (number, group) in groups.iter().enumerate().filter(|g| !is_far(g.1)) {
            left += usize::from(!group.is_empty());
            to.extend_from_slice(group);
            owner.extend(group.iter().map(|_| number));
        }
        let watch = Watch::new(self.view.attributes);
        let mut found = Groups {
            watch: &watch,
            closes_in: i64::MAX,
            opens: i64::MAX,
            owner: &owner,
            times: vec![NEVER; groups.len()],
            left,
            last: 0,
        };
        if let Row::Walk(door) = row {
            // A traveller who stays at a door for the next delivery needs no time between the two.
            let own = &query.doors[door];
            let same = query.doors.iter().zip(&mut found.times);
            for (_, time) in same.filter(|(other, _)| *other == own) {
                *time = 0;
                found.left -= 1;
            }
        }
        if found.left == 0 {
            return Ok((found.times, NEVER));
        }
        let view = View {
            topology: self.view.topology,
            attributes: &watch,
            profile,
            potentials: None,
        };
        let departs = query.depart.saturating_add(i64::from(at));
        let part = Query {
            finish,
            limit: query.limit,
            ..Query::new(&from, &to, departs, mode)
        };
        if !view.has_places(&part) {
            return Err(Stopped::NoSuchPlace);
        }
        let targets = Targets::new(view.topology, &to);
        let search = view.search(&part, &targets, self.shut, HORIZON_DS.saturating_sub(at));
        if search.run(self.memory, &mut Everywhere, &mut found) == Ended::Limited {
            return Err(Stopped::Limited);
        }
        // A traveller whose departure is later by less than `later` still enters the same edges without a wait.
        // Features that were closed are still closed when this traveller reaches them.
        let ends = departs.saturating_add(i64::from(found.last));
        let opens_in = found.opens.saturating_sub(ends);
        let later = found.closes_in.min(opens_in).max(1);
        let holds = i64::from(at).saturating_add(later).min(i64::from(NEVER)) as u32;
        Ok((found.times, holds))
    }
}

impl<A: Attributes + ?Sized> Times for Travel<'_, A> {
    fn places(&self) -> usize {
        self.query.places.len()
    }

    fn row(&mut self, row: Row, at: u32) -> Result<Rc<[u32]>, Stopped> {
        let number = self.number(row);
        let known = &self.rows[number];
        let next = known.partition_point(|k| k.from <= at);
        let before = next.checked_sub(1).map(|last| &known[last]);
        match before {
            Some(known) if at < known.until => return Ok(Rc::clone(&known.times)),
            Some(known)
                if self.searches >= MOST_SEARCHES
                    || at < known.from.saturating_add(self.stale_ds) =>
            {
                self.is_approximate = true;
                return Ok(Rc::clone(&known.times));
            }
            _ => {}
        }
        self.searches += 1;
        // A small search does not check the limit itself.
        self.check()?;
        let (times, until) = self.search(row, at)?;
        let times: Rc<[u32]> = times.into();
        let row = Known {
            from: at,
            until,
            times: Rc::clone(&times),
        };
        self.rows[number].insert(next, row);
        Ok(times)
    }

    fn check(&self) -> Result<(), Stopped> {
        if (self.query.limit.is_cancelled)() {
            Err(Stopped::Limited)
        } else {
            Ok(())
        }
    }
}

/// A node as the start of a route, which the traveller leaves after `extra_ds` tenths of a second.
pub(super) fn at_node(node: u32, extra_ds: u32) -> Vec<End> {
    vec![End {
        place: Place::Node(node),
        extra_ds,
    }]
}

/// How a traveller moves between doors.
pub(super) fn walking<A: ?Sized>(query: &TripQuery<'_>, view: View<'_, A>) -> Mode {
    if query.places.is_empty() {
        view.profile.first_mode()
    } else {
        Mode::Walk
    }
}

/// The next time after `moment` at which hours change, in tenths of a second since the epoch.
fn next_change(hours: &Hours, moment: i64) -> i64 {
    let tenths = |seconds: i64| seconds.saturating_mul(10);
    let next = hours
        .open
        .partition_point(|(_, until)| tenths(*until) <= moment);
    let mut times = vec![tenths(hours.known_until)];
    if let Some((from, until)) = hours.open.get(next) {
        times.extend([tenths(*from), tenths(*until)]);
    }
    let later = times.into_iter().filter(|time| *time > moment);
    later.min().unwrap_or(i64::MAX)
}
