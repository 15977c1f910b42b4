//! Property: applying commits one by one gives the same state as loading everything at once, for the
//! collections with their schemas and for every projection.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::{Event, Fact, OpenThen, Projections, Step};
use crate::index::Collections;
use crate::live::testkit::{a_change, change, minute, schemas};
use crate::model::{Change, CollectionId, FeatureId, Record, Schema};
use crate::store::{DeviceLastSeen, PassageCount, PassageHour, Quarantined};
use crate::warnings::StatusBoard;

/// An event in the life of a map.
#[derive(Debug, Clone)]
enum Op {
    /// A commit that takes effect this many minutes before it is written.
    Commit(Vec<Change>, i64),
    /// An observation of a place at this minute.
    Observe(u32, i64),
    /// Somebody passes a gate or is refused, at this hour. The process may learn of the count later.
    Pass(u8, u32, u32),
    /// The store reports these rows as quarantined.
    Quarantine(Vec<u32>),
    /// Counts the cases that were open this many minutes ago, optionally with a commit while the
    /// log is read.
    Count(i64, Option<(Vec<Change>, i64)>),
}

fn a_commit() -> impl Strategy<Value = (Vec<Change>, i64)> {
    let back = prop_oneof![3 => Just(0i64), 1 => 0..200i64];
    (prop::collection::vec(a_change(), 1..7), back)
}

fn an_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => a_commit().prop_map(|(changes, back)| Op::Commit(changes, back)),
        1 => (0..3u32, -50..50i64).prop_map(|(place, at)| Op::Observe(place, at)),
        1 => (0..3u8, 0..5u32, 0..5u32).prop_map(|(hour, passed, refused)| Op::Pass(hour, passed, refused)),
        1 => prop::collection::vec(0..3u32, 0..3).prop_map(Op::Quarantine),
        2 => (0..150i64, prop::option::of(a_commit())).prop_map(|(at, c)| Op::Count(at, c)),
    ]
}

/// The map as events are applied, and everything that is needed to load it again.
struct World {
    collections: Collections,
    projections: Projections,
    seq: u64,
    log: Vec<(i64, Record)>,
    newest: BTreeMap<(CollectionId, FeatureId), Record>,
    seen: Vec<DeviceLastSeen>,
    passages: Vec<PassageCount>,
    quarantined: Vec<Quarantined>,
}

impl World {
    fn new() -> Self {
        let collections = Collections::default();
        Self {
            projections: Projections::load(&collections, &[]).unwrap(),
            collections,
            seq: 0,
            log: Vec::new(),
            newest: BTreeMap::new(),
            seen: Vec::new(),
            passages: Vec::new(),
            quarantined: Vec::new(),
        }
    }

    /// The present, in minutes. There is a commit every ten minutes.
    fn now(&self) -> i64 {
        self.seq as i64 * 10
    }

    fn commit(&mut self, changes: &[Change], back: i64) {
        self.seq += 1;
        let effective = self.now() - back;
        let records: BTreeMap<_, Record> = changes
            .iter()
            .map(|c| {
                let record = Record {
                    collection: c.collection.clone(),
                    id: c.id.clone(),
                    seq: self.seq,
                    updated_at: minute(self.now()),
                    body: c.body.clone(),
                };
                ((c.collection.clone(), c.id.clone()), record)
            })
            .collect();
        self.newest.extend(records.clone());
        let records: Vec<Record> = records.into_values().collect();
        (self.log).extend(records.iter().map(|r| (effective, r.clone())));
        let (after, _) = self.collections.apply(&records);
        self.projections.apply(&Event::Commit(&Step {
            before: &self.collections,
            after: &after,
            records: &records,
            effective_from: minute(effective),
        }));
        self.collections = after;
    }

    fn fact(&mut self, fact: &Fact) {
        self.projections.apply(&Event::Fact(fact));
    }

    /// The cases that were open at a minute, counted from the whole log.
    fn count(&self, at: i64) -> Arc<OpenThen> {
        let mut then: BTreeMap<(&CollectionId, &FeatureId), &Record> = BTreeMap::new();
        for (effective, record) in &self.log {
            if *effective <= at {
                then.insert((&record.collection, &record.id), record);
            }
        }
        let mut board = StatusBoard::default();
        for record in then.values() {
            board.apply(record);
        }
        Arc::new(OpenThen::of(&board))
    }

    fn play(&mut self, op: &Op) {
        match op {
            Op::Commit(changes, back) => self.commit(changes, *back),
            Op::Observe(place, at) => {
                let seen = DeviceLastSeen {
                    place: format!("p{place}"),
                    category: "corridor_clutter".into(),
                    at: minute(*at),
                    value: f64::from(*place),
                };
                self.seen.push(seen.clone());
                self.fact(&Fact::LastSeen(vec![seen]));
            }
            Op::Pass(hour, passed, refused) => {
                let count = PassageCount {
                    hour: PassageHour {
                        entrance: format!("e{}", hour % 2),
                        quarter: 8104,
                        weekday: 0,
                        hour: *hour,
                    },
                    passed: *passed,
                    refused: *refused,
                };
                self.passages.push(count.clone());
                self.fact(&Fact::Passages(vec![count]));
            }
            Op::Quarantine(rows) => {
                let row = |n: &u32| Quarantined {
                    collection: "buildings".into(),
                    id: format!("q{n}"),
                    seq: self.seq,
                    problem: "no geometry".into(),
                };
                self.quarantined = rows.iter().map(row).collect();
                self.fact(&Fact::Quarantined(self.quarantined.clone()));
            }
            Op::Count(back, meanwhile) => {
                let at = self.now() - back;
                self.fact(&Fact::Counting(minute(at)));
                let found = self.count(at);
                if let Some((changes, back)) = meanwhile {
                    self.commit(changes, *back);
                }
                self.fact(&Fact::Counted(minute(at), Some(found)));
            }
        }
    }

    /// The same state loaded at once, from the newest version of every feature, the facts, and past
    /// days counted again.
    fn reloaded(&self) -> (Collections, Projections) {
        let stored = self.newest.values().filter(|r| r.body.is_some()).cloned();
        let (collections, _) = Collections::load(stored);
        let collections = collections.loaded_at(self.seq);
        let mut facts = vec![
            Fact::Quarantined(self.quarantined.clone()),
            Fact::LastSeen(self.seen.clone()),
            Fact::Passages(self.passages.clone()),
        ];
        for until in self.projections.past_days.known() {
            let at = (until.as_second() - minute(0).as_second()) / 60;
            facts.push(Fact::Counting(until));
            facts.push(Fact::Counted(until, Some(self.count(at))));
        }
        let projections = Projections::load(&collections, &facts).unwrap();
        (collections, projections)
    }

    fn check(&self) {
        let (collections, projections) = self.reloaded();
        assert_eq!(shown(&self.collections), shown(&collections));
        assert_eq!(
            self.collections.unreadable_schemas(),
            collections.unreadable_schemas()
        );
        let differing = self.projections.differing(&projections);
        assert!(differing.is_empty(), "{differing:?}");
    }
}

/// The schema of every visible collection, and its features as the public sees them.
fn shown(map: &Collections) -> Vec<(Arc<Schema>, Vec<String>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    map.iter()
        .map(|(_, c)| {
            let features = c.iter().map(|e| text(e.encoded())).collect();
            (Arc::clone(c.schema()), features)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn applying_commits_one_by_one_gives_the_same_state_as_loading_everything(ops in prop::collection::vec(an_op(), 1..16)) {
        let mut world = World::new();
        world.commit(&schemas(), 0);
        for op in &ops {
            world.play(op);
            world.check();
        }
    }
}

#[test]
fn after_the_rules_are_deleted_the_built_in_rules_are_in_force() {
    let mut world = World::new();
    world.commit(&schemas(), 0);
    let built_in = Arc::clone(world.projections.schedule.rules());
    let text =
        include_str!("../../../geodata/rules.toml").replace("respond = \"8h\"", "respond = \"9h\"");
    let rules = |said| change("$rules", "rules", None, said);
    world.commit(&[rules(Some(json!({"text": text})))], 0);
    assert_ne!(*world.projections.schedule.rules(), built_in);
    world.check();
    world.commit(&[rules(None)], 0);
    assert_eq!(*world.projections.schedule.rules(), built_in);
    world.check();
}

#[test]
fn an_unreadable_schema_has_the_same_effect_as_after_a_restart() {
    let mut world = World::new();
    world.commit(&schemas(), 0);
    let broken = |name| {
        let said =
            json!({"x-onemap-minzoom": "near", "properties": {"name": {"x-onemap-role": "king"}}});
        change("$schemas", name, None, Some(said))
    };
    let at = || Some(geo_types::Point::new(117.0, 39.0).into());
    let said = || Some(json!({"name": "槐树"}));
    world.commit(
        &[
            change("trees", "t0", at(), said()),
            change("buildings", "h00", at(), said()),
        ],
        0,
    );
    world.commit(&[broken("trees"), broken("buildings")], 0);
    // The built-in schema replaces the unreadable one of the buildings. Trees have no built-in
    // schema, so it is unknown what to protect, and the collection is hidden.
    assert!(world.collections.get("trees").is_none());
    let buildings = world.collections.get("buildings").unwrap();
    let public = std::str::from_utf8(buildings.get("h00").unwrap().encoded()).unwrap();
    assert!(!public.contains("槐树"), "{public}");
    assert_eq!(world.collections.unreadable_schemas().len(), 2);
    world.check();
    world.commit(&schemas(), 0);
    assert!(world.collections.get("trees").is_some());
    assert!(world.collections.unreadable_schemas().is_empty());
    world.check();
}

#[test]
fn a_collection_without_a_schema_counts_nowhere_until_it_gets_one_again() {
    let mut world = World::new();
    world.commit(&schemas(), 0);
    let grid = json!({"kind": "grid"});
    let case = json!({"status": "filed", "level": "red", "grid": "g0", "since": minute(0)});
    let at = || Some(geo_types::Point::new(117.0, 39.0).into());
    world.commit(
        &[
            change("grids", "g0", at(), Some(grid)),
            change("warnings", "w0", at(), Some(case)),
        ],
        0,
    );
    assert_eq!(world.projections.grid_status.open().red, 1);
    world.commit(&[change("$schemas", "warnings", None, None)], 0);
    assert_eq!(world.projections.grid_status.open().red, 0);
    assert_eq!(world.projections.schedule.open().count(), 0);
    world.check();
    world.commit(&schemas(), 0);
    assert_eq!(world.projections.grid_status.open().red, 1);
    assert_eq!(world.projections.schedule.open().count(), 1);
    world.check();
}
