//! Tests small districts against expected figures, and random districts against a count person by person.

use super::*;
use crate::network::core::tests::make::Rng;

fn place(id: &str, people: f64, community: Option<u32>) -> DemandPlace {
    DemandPlace {
        id: id.to_owned(),
        name: id.to_owned(),
        at: [117.13, 39.22],
        areas: [None, community, None, None],
        people,
        is_estimated: false,
    }
}

fn dwelling(place: u32, door: Option<u32>, people: f64, storeys: u32) -> Dwelling {
    Dwelling {
        place,
        door,
        people,
        storeys,
        has_lift: false,
    }
}

/// The community of a person; and, if the person reaches a facility, the cost of the walk, whether the person is
/// covered, and whether two facilities are within the standard.
type Person = (Option<u32>, Option<(u32, bool, bool)>);

fn walk(cost: u32) -> Option<Walk> {
    Some(Walk { cost, site: 0 })
}

#[test]
fn the_upper_storeys_of_a_house_may_be_out_of_reach() {
    let demand = Demand {
        places: vec![place("h", 60.0, None)],
        dwellings: vec![dwelling(0, Some(0), 60.0, 6)],
        ..Demand::default()
    };
    let doorway = |_| Doorway {
        nearest: walk(2000),
        second: walk(2350),
        length_dm: Some(2500),
    };
    let climb = |storey: u32, _| Some((storey - 1) * 100);
    let rule = Rule {
        limit: 2400,
        is_time: true,
        there_and_back: false,
    };
    // The way up takes 0 to 500 tenths of a second: five of six storeys are within 2400, and only the first one has a
    // second facility within it.
    let all = coverage(&demand, rule, doorway, climb).all;
    assert_eq!(all.people, 60.0);
    assert_eq!(all.covered, 50.0);
    assert_eq!(all.backed_up, 10.0);
    assert_eq!(all.time.unwrap().max, 2500);
    assert_eq!(all.length.unwrap().max, 2500);
    // With the way back, the stairs count twice: the first three storeys are within 2400.
    let back = Rule {
        there_and_back: true,
        ..rule
    };
    assert_eq!(coverage(&demand, back, doorway, climb).all.covered, 30.0);
    // A standard in metres does not count storeys.
    let metres = Rule {
        is_time: false,
        ..rule
    };
    let all = coverage(&demand, metres, doorway, climb).all;
    assert_eq!((all.covered, all.time), (60.0, None));
}

#[test]
fn people_without_a_way_are_named_and_never_dropped() {
    let demand = Demand {
        places: vec![
            place("a", 10.0, None),
            place("b", 20.0, None),
            place("c", 30.0, None),
        ],
        dwellings: vec![
            dwelling(0, None, 10.0, 1),
            dwelling(1, Some(1), 20.0, 1),
            dwelling(2, Some(2), 30.0, 1),
        ],
        ..Demand::default()
    };
    let rule = Rule {
        limit: 100,
        is_time: false,
        there_and_back: false,
    };
    let doorway = |door| Doorway {
        nearest: (door == 2).then_some(Walk { cost: 40, site: 7 }),
        second: None,
        length_dm: (door == 2).then_some(40),
    };
    let found = coverage(&demand, rule, doorway, |_, _| Some(0));
    let all = found.all;
    assert_eq!((all.people, all.covered), (60.0, 30.0));
    assert_eq!((all.no_way, all.no_facility), (10.0, 20.0));
    assert_eq!(all.share(), Some(0.5));
    assert_eq!(found.buildings[0].no_way, 10.0);
    assert_eq!(Tally::default().share(), None);
}

/// A random demand, with the walks of its doors.
struct District {
    demand: Demand,
    doors: Vec<Doorway>,
    communities: u32,
}

impl District {
    fn random(rng: &mut Rng) -> Self {
        let communities = 1 + rng.below(3);
        let mut demand = Demand::default();
        demand.areas[1] = (0..communities)
            .map(|n| AreaName {
                id: format!("c{n}"),
                name: format!("c{n}"),
            })
            .collect();
        let mut doors: Vec<Doorway> = Vec::new();
        for id in 0..1 + rng.below(6) {
            let community = (!rng.once_in(4)).then(|| rng.below(communities));
            let mut people = 0.0;
            for _ in 0..1 + rng.below(3) {
                let storeys = 1 + rng.below(4);
                let here = f64::from(storeys * rng.below(4));
                people += here;
                let door = (!rng.once_in(6)).then_some(doors.len() as u32);
                if door.is_some() {
                    doors.push(doorway(rng));
                }
                demand.dwellings.push(dwelling(id, door, here, storeys));
            }
            demand
                .places
                .push(place(&format!("h{id}"), people, community));
        }
        Self {
            demand,
            doors,
            communities,
        }
    }
}

/// The random walks of a door. On average, one door in six reaches no facility.
fn doorway(rng: &mut Rng) -> Doorway {
    if rng.once_in(6) {
        return Doorway::default();
    }
    let first = 1 + rng.below(500);
    Doorway {
        nearest: walk(first),
        second: walk(first + rng.below(200)),
        length_dm: Some(first + 3),
    }
}

fn rule(rng: &mut Rng) -> Rule {
    Rule {
        limit: 1 + rng.below(600),
        is_time: rng.once_in(2),
        there_and_back: rng.once_in(2),
    }
}

fn climb(storey: u32, _: bool) -> Option<u32> {
    Some((storey - 1) * 30)
}

/// A count that was changed door by door equals a count of everybody with the new walks, to the last digit.
#[test]
fn a_recount_of_changed_doors_equals_a_count_of_everybody() {
    let mut rng = Rng(31);
    let mut covered_more = 0;
    for round in 0..400 {
        let District {
            mut demand, doors, ..
        } = District::random(&mut rng);
        // Makes the numbers of people fractional, as the product of households and persons per household is.
        for dwelling in &mut demand.dwellings {
            dwelling.people *= 2.62 / 3.0;
        }
        let rule = rule(&mut rng);
        let of = |door: u32| doors[door as usize];
        let count = Count::new(&demand, rule, of, climb);
        let mut changed = std::collections::BTreeMap::new();
        for door in 0..doors.len() as u32 {
            if rng.once_in(3) {
                changed.insert(door, doorway(&mut rng));
            }
        }
        let with = |door: u32| changed.get(&door).copied().unwrap_or(doors[door as usize]);
        let expected = coverage(&demand, rule, with, climb);
        let recount = count.with(&demand, of, &changed);
        let mut found = count.coverage().clone();
        found.all = recount.all;
        for (place, tally) in &recount.buildings {
            found.buildings[*place as usize] = *tally;
        }
        for (by, areas) in recount.areas.iter().enumerate() {
            for (area, tally) in areas {
                found.areas[by][*area as usize] = *tally;
            }
        }
        assert_eq!(found, expected, "round {round}");
        covered_more += usize::from(found.all.covered > count.coverage().all.covered);
    }
    assert!(covered_more > 50, "{covered_more}");
}

#[test]
fn figures_equal_a_count_of_single_people() {
    let mut rng = Rng(7);
    for round in 0..300 {
        let District {
            demand,
            doors,
            communities,
        } = District::random(&mut rng);
        let rule = rule(&mut rng);
        let is_time = rule.is_time;
        let found = coverage(&demand, rule, |door| doors[door as usize], climb);

        // One entry for each person.
        let mut persons: Vec<Person> = Vec::new();
        for d in &demand.dwellings {
            let on_each = d.people / f64::from(d.storeys);
            for storey in 1..=d.storeys {
                let doorway = d.door.map(|n| doors[n as usize]);
                let up = if is_time { (storey - 1) * 30 } else { 0 };
                let up = if rule.there_and_back { 2 * up } else { up };
                let reached = doorway.and_then(|w| {
                    let nearest = w.nearest?.cost + up;
                    let second = w.second.is_some_and(|s| s.cost + up <= rule.limit);
                    Some((nearest, nearest <= rule.limit, second))
                });
                for _ in 0..on_each as u32 {
                    persons.push((demand.places[d.place as usize].areas[1], reached));
                }
            }
        }
        let check = |tally: &Tally, of: &dyn Fn(Option<u32>) -> bool| {
            let mine: Vec<_> = persons
                .iter()
                .filter(|(c, _)| of(*c))
                .map(|(_, r)| *r)
                .collect();
            let reached: Vec<(u32, bool, bool)> = mine.iter().flatten().copied().collect();
            assert!(
                (tally.people - mine.len() as f64).abs() < 1e-6,
                "round {round}"
            );
            let covered = reached.iter().filter(|r| r.1).count() as f64;
            assert!((tally.covered - covered).abs() < 1e-6, "round {round}");
            let both = reached.iter().filter(|r| r.2).count() as f64;
            assert!((tally.backed_up - both).abs() < 1e-6, "round {round}");
            let unlinked = tally.no_way + tally.no_facility;
            assert!((unlinked - (mine.len() - reached.len()) as f64).abs() < 1e-6);
            if is_time && !reached.is_empty() {
                let mut times: Vec<u32> = reached.iter().map(|r| r.0).collect();
                times.sort_unstable();
                let figures = tally.time.unwrap();
                let rank = (times.len() as f64 * 0.95).ceil() as usize;
                assert_eq!(figures.p95, times[rank - 1], "round {round}");
                assert_eq!(Some(&figures.max), times.last());
                let mean = times.iter().map(|t| f64::from(*t)).sum::<f64>() / times.len() as f64;
                assert!((figures.mean - mean).abs() < 1e-6);
            }
        };
        check(&found.all, &|_| true);
        for community in 0..communities {
            check(&found.areas[1][community as usize], &|c| {
                c == Some(community)
            });
        }
    }
}
