//! Counts all people once, and then counts again only the people behind doors whose walks change. A planner who tries a
//! facility gets its effect at once in this way.

use std::collections::{BTreeMap, BTreeSet};

use super::tally::{Crowd, Spread, Tally};
use super::{Counted, Coverage, Demand, Doorway, Dwelling, Rule};

/// The count of all people, with what is needed to apply changes to it.
#[derive(Debug)]
pub struct Count {
    rule: Rule,
    /// The time between the door and each storey in tenths of a second, without and with a lift. Index 0 is the ground
    /// floor.
    climbs: Vec<[Option<u32>; 2]>,
    all: Spread,
    areas: [Vec<Spread>; 4],
    coverage: Coverage,
    of_door: Groups,
    of_place: Groups,
}

/// The figures that differ from a count if the walks of some doors change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recount {
    /// All people together.
    pub all: Tally,
    /// The buildings with changed doors, by their index in [`Demand::places`].
    pub buildings: BTreeMap<u32, Tally>,
    /// The areas of these buildings, by their index in [`Demand::areas`], for each [`By::slot`](super::By::slot).
    pub areas: [BTreeMap<u32, Tally>; 4],
}

/// Indices in [`Demand::dwellings`], grouped by door or by place.
#[derive(Debug, Default)]
struct Groups {
    ends: Vec<u32>,
    dwellings: Vec<u32>,
}

impl Groups {
    fn new(groups: usize, of: impl Fn(usize) -> Option<u32>, dwellings: usize) -> Self {
        let mut ends = vec![0_u32; groups];
        let numbered = || (0..dwellings).filter_map(|n| Some((n, of(n)? as usize)));
        for (_, group) in numbered() {
            if let Some(end) = ends.get_mut(group) {
                *end += 1;
            }
        }
        let mut so_far = 0;
        for end in &mut ends {
            so_far += *end;
            *end = so_far;
        }
        let mut list = vec![0; so_far as usize];
        let mut next = ends.clone();
        // Each group is filled from its end with the indices in descending order, so that they ascend.
        let reversed: Vec<(usize, usize)> = numbered().collect();
        for (n, group) in reversed.into_iter().rev() {
            if let Some(place) = next.get_mut(group) {
                *place -= 1;
                list[*place as usize] = n as u32;
            }
        }
        Self {
            ends,
            dwellings: list,
        }
    }

    fn of(&self, group: u32) -> &[u32] {
        let group = group as usize;
        let Some(end) = self.ends.get(group) else {
            return &[];
        };
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.dwellings[start as usize..*end as usize]
    }
}

impl Count {
    /// Counts all people. `doorways` and `climb` are those of [`coverage`](super::coverage()).
    pub fn new(
        demand: &Demand,
        rule: Rule,
        doorways: impl Fn(u32) -> Doorway,
        climb: impl Fn(u32, bool) -> Option<u32>,
    ) -> Self {
        let highest = demand.dwellings.iter().map(|d| d.storeys).max();
        let climbs: Vec<[Option<u32>; 2]> = (1..=highest.unwrap_or(1).max(1))
            .map(|storey| [false, true].map(|has_lift| climb(storey, has_lift)))
            .collect();
        let doors = demand.dwellings.iter().filter_map(|d| d.door).max();
        let dwellings = &demand.dwellings;
        let mut count = Self {
            rule,
            climbs,
            all: Spread::default(),
            areas: std::array::from_fn(|by| vec![Spread::default(); demand.areas[by].len()]),
            coverage: Coverage::default(),
            of_door: Groups::new(
                doors.map_or(0, |last| last as usize + 1),
                |n| dwellings[n].door,
                dwellings.len(),
            ),
            of_place: Groups::new(
                demand.places.len(),
                |n| Some(dwellings[n].place),
                dwellings.len(),
            ),
        };
        let (mut all, mut areas) = (Spread::default(), std::mem::take(&mut count.areas));
        let mut buildings = Vec::with_capacity(demand.places.len());
        let mut own = Spread::default();
        for place in 0..demand.places.len() as u32 {
            own.clear();
            for n in count.of_place.of(place) {
                let dwelling = &dwellings[*n as usize];
                count.each(dwelling, dwelling.door.map(&doorways), |counted| {
                    all.add(counted);
                    own.add(counted);
                    for (by, area) in areas_of(demand, place) {
                        areas[by][area as usize].add(counted);
                    }
                });
            }
            own.sort();
            buildings.push(own.tally());
        }
        for spread in areas.iter_mut().flatten().chain([&mut all]) {
            spread.sort();
            spread.shrink();
        }
        count.coverage = Coverage {
            all: all.tally(),
            buildings,
            areas: std::array::from_fn(|by| areas[by].iter().map(Spread::tally).collect()),
        };
        (count.all, count.areas) = (all, areas);
        count
    }

    /// The figures of the count.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Returns the figures that differ if doors get the walks in `changed`, by the number of the door. `doorways` must
    /// return the walks with which the people were counted. The time grows with the number of dwellings behind these
    /// doors and with the number of different walks in their areas.
    pub fn with(
        &self,
        demand: &Demand,
        doorways: impl Fn(u32) -> Doorway,
        changed: &BTreeMap<u32, Doorway>,
    ) -> Recount {
        let mut all = Difference::default();
        let mut areas: [BTreeMap<u32, Difference>; 4] = Default::default();
        let mut places = BTreeSet::new();
        for (door, now) in changed {
            for n in self.of_door.of(*door) {
                let dwelling = &demand.dwellings[*n as usize];
                places.insert(dwelling.place);
                for (doorway, is_now) in [(doorways(*door), false), (*now, true)] {
                    self.each(dwelling, Some(doorway), |counted| {
                        all.side(is_now).add(counted);
                        for (by, area) in areas_of(demand, dwelling.place) {
                            let difference = areas[by].entry(area).or_default();
                            difference.side(is_now).add(counted);
                        }
                    });
                }
            }
        }
        let buildings = places.into_iter().map(|place| {
            let mut own = Spread::default();
            for n in self.of_place.of(place) {
                let dwelling = &demand.dwellings[*n as usize];
                let walks = |door| {
                    changed
                        .get(&door)
                        .copied()
                        .unwrap_or_else(|| doorways(door))
                };
                self.each(dwelling, dwelling.door.map(walks), |counted| {
                    own.add(counted)
                });
            }
            own.sort();
            (place, own.tally())
        });
        let buildings = buildings.collect();
        let mut by = 0..;
        Recount {
            all: all.applied_to(&self.all),
            buildings,
            areas: areas.map(|list| {
                let by = by.next().unwrap_or(0);
                list.into_iter()
                    .map(|(area, difference)| {
                        let before = &self.areas[by][area as usize];
                        (area, difference.applied_to(before))
                    })
                    .collect()
            }),
        }
    }

    /// Calls `count` for the people of a dwelling: storey by storey if the standard is a time, otherwise for
    /// all storeys at once.
    fn each(&self, dwelling: &Dwelling, doorway: Option<Doorway>, mut count: impl FnMut(&Counted)) {
        let rule = self.rule;
        let storeys = if rule.is_time {
            dwelling.storeys.max(1)
        } else {
            1
        };
        let people = Crowd::of(dwelling.people);
        for storey in 1..=storeys {
            let up = if rule.is_time {
                self.climbs[storey as usize - 1][usize::from(dwelling.has_lift)]
            } else {
                Some(0)
            };
            let here = people.on_storey(storey, storeys);
            count(&Counted::new(here, rule, doorway, up));
        }
    }
}

/// The areas of a place, each with the slot of its grouping.
fn areas_of(demand: &Demand, place: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
    let areas = demand.places[place as usize].areas.iter().enumerate();
    areas.filter_map(|(by, area)| Some((by, (*area)?)))
}

/// The people of an area whose walks change: `gone` with the walks before, `come` with the walks after.
#[derive(Debug, Default)]
struct Difference {
    gone: Spread,
    come: Spread,
}

impl Difference {
    fn side(&mut self, is_now: bool) -> &mut Spread {
        if is_now {
            &mut self.come
        } else {
            &mut self.gone
        }
    }

    fn applied_to(mut self, before: &Spread) -> Tally {
        self.gone.sort();
        self.come.sort();
        before.changed(&self.gone, &self.come)
    }
}
