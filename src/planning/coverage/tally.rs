//! Sums over people: how many are covered, and how their walks are distributed.
//!
//! People are counted in billionths of a person, as whole numbers. So a sum does not depend on its order, and a count
//! that is corrected by a difference equals a new count exactly.

use super::{Counted, Unlinked};

/// The number of parts into which a person is divided.
const PARTS: f64 = 1e9;

/// A number of people, stored in billionths of a person. Numbers above the maximum of 18 billion people become the
/// maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Crowd(u64);

impl Crowd {
    /// Converts a number of people. A negative number becomes 0.
    pub fn of(people: f64) -> Self {
        Self((people * PARTS).round() as u64)
    }

    /// The part of the crowd on `storey`, counted from 1, if it is divided over `storeys` as evenly as whole billionths
    /// allow.
    pub fn on_storey(self, storey: u32, storeys: u32) -> Self {
        let storeys = u64::from(storeys.max(1));
        let one_more = u64::from(storey) <= self.0 % storeys;
        Self(self.0 / storeys + u64::from(one_more))
    }

    /// The number of people.
    pub fn people(self) -> f64 {
        self.0 as f64 / PARTS
    }

    /// The sum of both crowds.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    fn add(&mut self, other: Self) {
        *self = self.plus(other);
    }

    /// This crowd less `gone` and plus `come`.
    fn changed(self, gone: Self, come: Self) -> Self {
        Self(self.0.saturating_add(come.0).saturating_sub(gone.0))
    }
}

/// Sums over counted people, from which a [`Tally`] is computed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    people: Crowd,
    covered: Crowd,
    backed_up: Crowd,
    no_way: Crowd,
    no_facility: Crowd,
    lengths: Walks,
    times: Walks,
}

/// Walks in decimetres or tenths of a second, each with the number of people who take it. After [`Walks::sort`] they
/// ascend, and no walk occurs twice.
#[derive(Debug, Clone, Default, PartialEq)]
struct Walks(Vec<(u32, Crowd)>);

/// The figures of an area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// The number of people.
    pub people: f64,
    /// The number of people who are covered.
    pub covered: f64,
    /// The number of people with at least two facilities within the standard.
    pub backed_up: f64,
    /// The number of people whose doors have no way nearby.
    pub no_way: f64,
    /// The number of people whose doors have a way nearby but who cannot reach any facility.
    pub no_facility: f64,
    /// The lengths of the shortest walks to a facility, in decimetres; `None` if nobody reaches one.
    pub length: Option<Figures>,
    /// The times of the walks to the nearest facility, in tenths of a second; `None` if nobody reaches one, or if the
    /// standard is a length.
    pub time: Option<Figures>,
}

/// The distribution of walks over the people who reach a facility, in the unit of the walks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The mean.
    pub mean: f64,
    /// The 95th percentile: the shortest walk that at least 95 % of the people do not exceed.
    pub p95: u32,
    /// The longest walk.
    pub max: u32,
}

impl Tally {
    /// The share of people who are covered, from 0 to 1; `None` without people.
    pub fn share(&self) -> Option<f64> {
        (self.people > 0.0).then(|| (self.covered / self.people).min(1.0))
    }

    /// How many people are not covered.
    pub fn uncovered(&self) -> f64 {
        (self.people - self.covered).max(0.0)
    }
}

impl Spread {
    /// Adds people. [`Spread::sort`] must be called before the figures are computed.
    pub fn add(&mut self, counted: &Counted) {
        let people = counted.people;
        self.people.add(people);
        if counted.is_covered {
            self.covered.add(people);
        }
        if counted.is_backed_up {
            self.backed_up.add(people);
        }
        match counted.unlinked {
            Some(Unlinked::NoWay) => self.no_way.add(people),
            Some(Unlinked::NoFacility) => self.no_facility.add(people),
            None => {}
        }
        self.lengths.add(counted.length_dm, people);
        self.times.add(counted.time_ds, people);
    }

    /// Sorts the walks and merges equal ones.
    pub fn sort(&mut self) {
        self.lengths.sort();
        self.times.sort();
    }

    /// Gives back memory that is not needed after sorting.
    pub fn shrink(&mut self) {
        self.lengths.0.shrink_to_fit();
        self.times.0.shrink_to_fit();
    }

    /// Removes everybody and keeps the memory for others.
    pub fn clear(&mut self) {
        let Self { lengths, times, .. } = std::mem::take(self);
        (self.lengths, self.times) = (lengths, times);
        self.lengths.0.clear();
        self.times.0.clear();
    }

    /// The figures of these people, who must be sorted.
    pub fn tally(&self) -> Tally {
        self.changed(&Self::default(), &Self::default())
    }

    /// The figures of these people without those in `gone` and with those in `come`. All three must be sorted.
    pub fn changed(&self, gone: &Self, come: &Self) -> Tally {
        let crowd = |of: fn(&Self) -> Crowd| of(self).changed(of(gone), of(come)).people();
        Tally {
            people: crowd(|s| s.people),
            covered: crowd(|s| s.covered),
            backed_up: crowd(|s| s.backed_up),
            no_way: crowd(|s| s.no_way),
            no_facility: crowd(|s| s.no_facility),
            length: self.lengths.figures(&gone.lengths, &come.lengths),
            time: self.times.figures(&gone.times, &come.times),
        }
    }
}

impl Walks {
    fn add(&mut self, walk: Option<u32>, people: Crowd) {
        let Some(walk) = walk else { return };
        // Storeys of a building that have the same walk are added one after the other. Merging them here saves memory.
        match self.0.last_mut() {
            Some((last, many)) if *last == walk => many.add(people),
            _ => self.0.push((walk, people)),
        }
    }

    fn sort(&mut self) {
        self.0.sort_unstable_by_key(|(walk, _)| *walk);
        self.0.dedup_by(|(walk, people), (kept, many)| {
            let is_same = walk == kept;
            if is_same {
                many.add(*people);
            }
            is_same
        });
    }

    fn people(&self) -> u64 {
        let people = self.0.iter().map(|(_, people)| people.0);
        people.fold(0, u64::saturating_add)
    }

    /// The figures of these walks without those in `gone` and with those in `come`.
    fn figures(&self, gone: &Self, come: &Self) -> Option<Figures> {
        let all = self.people().saturating_add(come.people());
        let all = all.saturating_sub(gone.people());
        if all == 0 {
            return None;
        }
        let (mut own, mut gone, mut come) = (self.0.as_slice(), &gone.0[..], &come.0[..]);
        let (mut so_far, mut sum) = (0_u64, 0_u128);
        let (mut p95, mut max) = (None, 0);
        loop {
            let heads = [own.first(), gone.first(), come.first()];
            let next = heads.into_iter().flatten().map(|(walk, _)| *walk).min();
            let Some(walk) = next else { break };
            let has = take(&mut own, walk);
            let (goes, comes) = (take(&mut gone, walk), take(&mut come, walk));
            let people = has.changed(goes, comes).0;
            if people == 0 {
                continue;
            }
            so_far = so_far.saturating_add(people);
            sum += u128::from(walk) * u128::from(people);
            if p95.is_none() && u128::from(so_far) * 100 >= u128::from(all) * 95 {
                p95 = Some(walk);
            }
            max = walk;
        }
        Some(Figures {
            mean: sum as f64 / all as f64,
            p95: p95.unwrap_or(max),
            max,
        })
    }
}

/// Removes `walk` from the front of an ascending list and returns its people. Returns no people if the first walk is
/// another one.
fn take(list: &mut &[(u32, Crowd)], walk: u32) -> Crowd {
    match list.split_first() {
        Some(((own, people), rest)) if *own == walk => {
            *list = rest;
            *people
        }
        _ => Crowd::default(),
    }
}
