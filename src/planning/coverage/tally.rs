//! Counting people: how many are covered, and how their walks are distributed.

use super::{Counted, Unlinked};

/// People who have been counted, before the figures are made.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    people: f64,
    covered: f64,
    backed_up: f64,
    no_way: f64,
    no_facility: f64,
    lengths: Walks,
    times: Walks,
}

/// Walks with the number of people who take each.
#[derive(Debug, Clone, Default)]
struct Walks(Vec<(u32, f64)>);

/// The figures of an area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// The number of people.
    pub people: f64,
    /// How many of them are covered.
    pub covered: f64,
    /// How many of them have two facilities within the standard.
    pub backed_up: f64,
    /// How many live behind doors near which there is no way.
    pub no_way: f64,
    /// How many cannot reach any facility.
    pub no_facility: f64,
    /// The length of the walks to the nearest facility; `None` if nobody reaches one.
    pub length: Option<Figures>,
    /// The time of the walks, if the standard is measured in time.
    pub time: Option<Figures>,
}

/// The distribution of walks over the people who reach a facility, in the unit of the walks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The mean.
    pub mean: f64,
    /// 95 % of the people walk at most this (the smallest walk that holds for at least 95 %).
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
    /// Adds people.
    pub fn add(&mut self, counted: &Counted) {
        let people = counted.people;
        self.people += people;
        self.covered += if counted.is_covered { people } else { 0.0 };
        self.backed_up += if counted.is_backed_up { people } else { 0.0 };
        match counted.unlinked {
            Some(Unlinked::NoWay) => self.no_way += people,
            Some(Unlinked::NoFacility) => self.no_facility += people,
            None => {}
        }
        self.lengths.add(counted.length_dm, people);
        self.times.add(counted.time_ds, people);
    }

    /// The figures.
    pub fn tally(self) -> Tally {
        Tally {
            people: self.people,
            covered: self.covered,
            backed_up: self.backed_up,
            no_way: self.no_way,
            no_facility: self.no_facility,
            length: self.lengths.figures(),
            time: self.times.figures(),
        }
    }
}

impl Walks {
    fn add(&mut self, walk: Option<u32>, people: f64) {
        let Some(walk) = walk else { return };
        // Storeys of one building that share a walk follow each other and are added up at once.
        match self.0.last_mut() {
            Some((last, many)) if *last == walk => *many += people,
            _ => self.0.push((walk, people)),
        }
    }

    fn figures(mut self) -> Option<Figures> {
        self.0.retain(|(_, people)| *people > 0.0);
        self.0.sort_unstable_by_key(|(walk, _)| *walk);
        let (max, _) = *self.0.last()?;
        let people: f64 = self.0.iter().map(|(_, people)| people).sum();
        let sum: f64 = self
            .0
            .iter()
            .map(|(w, people)| f64::from(*w) * people)
            .sum();
        // A share of people is a sum of fractions, so exact equality is not expected.
        let wanted = people * 0.95 * (1.0 - 1e-12);
        let mut so_far = 0.0;
        let p95 = self.0.iter().find(|(_, people)| {
            so_far += people;
            so_far >= wanted
        });
        Some(Figures {
            mean: sum / people,
            p95: p95.map_or(max, |(walk, _)| *walk),
            max,
        })
    }
}
