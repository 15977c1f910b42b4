//! The level of every grid: the worst of its open warnings, never an average; a community shows the
//! worst of its grids, the street the worst of its communities.
//!
//! A projection: it is what the collections `grids` and `warnings` say, kept up record by record.
//! While the ledger has never held a warning, nothing is known, and nothing is green.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{FeatureId, Level, Localized, Record};

/// How many warnings are open, by level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OpenCounts {
    /// 红色预警.
    pub red: u32,
    /// 黄色预警.
    pub yellow: u32,
    /// 绿色: open, and in order.
    pub green: u32,
}

impl OpenCounts {
    fn add(&mut self, level: Level, count: u32) {
        match level {
            Level::Red => self.red += count,
            Level::Yellow => self.yellow += count,
            Level::Green => self.green += count,
            Level::NoData => {}
        }
    }

    fn worst(self) -> Level {
        if self.red > 0 {
            Level::Red
        } else if self.yellow > 0 {
            Level::Yellow
        } else {
            Level::Green
        }
    }
}

/// What a grid shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridStatus {
    /// The grid.
    pub id: FeatureId,
    /// Its code.
    pub code: Option<String>,
    /// `street`, `community` or `grid`.
    pub kind: Option<String>,
    /// Its level.
    pub level: Level,
    /// Since when it has been at least this bad: the earliest open warning of that level.
    pub since: Option<String>,
    /// Why, in words.
    pub reason: Localized,
    /// Open warnings in it, those of its parts included.
    pub open: OpenCounts,
}

#[derive(Debug, Clone, PartialEq)]
struct Grid {
    code: Option<String>,
    kind: Option<String>,
    parent: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Open {
    grid: Option<String>,
    level: Level,
    since: Option<String>,
    reason: Localized,
}

/// All grids and all open warnings, from which the status of any grid follows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusBoard {
    grids: BTreeMap<FeatureId, Grid>,
    open: BTreeMap<FeatureId, Open>,
    /// Every warning the ledger holds, closed ones included.
    recorded: BTreeSet<FeatureId>,
}

/// States in which a case needs nobody any more.
const ENDED: [&str; 3] = ["closed", "rejected", "merged"];

impl StatusBoard {
    /// The collections from which the board follows.
    pub const READS: [&str; 2] = ["grids", "warnings"];

    /// Takes a record of `grids` or `warnings`; says whether it was one of them.
    pub fn apply(&mut self, record: &Record) -> bool {
        match record.collection.as_str() {
            "grids" => {
                match &record.body {
                    None => {
                        self.grids.remove(&record.id);
                    }
                    Some(body) => {
                        let map = body.properties.to_map();
                        let grid = Grid {
                            code: text(&map, "code"),
                            kind: text(&map, "kind"),
                            parent: text(&map, "parent"),
                        };
                        self.grids.insert(record.id.clone(), grid);
                    }
                }
                true
            }
            "warnings" => {
                self.open.remove(&record.id);
                match &record.body {
                    None => {
                        self.recorded.remove(&record.id);
                    }
                    Some(body) => {
                        self.recorded.insert(record.id.clone());
                        let map = body.properties.to_map();
                        let status = text(&map, "status");
                        if !status.is_some_and(|s| ENDED.contains(&s.as_str())) {
                            self.open.insert(record.id.clone(), Open::read(&map));
                        }
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Open warnings of the whole map.
    pub fn open(&self) -> OpenCounts {
        let mut counts = OpenCounts::default();
        for w in self.open.values() {
            counts.add(w.level, 1);
        }
        counts
    }

    /// What every grid shows, by id.
    pub fn grids(&self) -> Vec<GridStatus> {
        let by_code: HashMap<&str, &FeatureId> = self
            .grids
            .iter()
            .filter_map(|(id, g)| Some((g.code.as_deref()?, id)))
            .collect();
        // A link may name the id or the code; both are unambiguous.
        let find = |link: &str| -> Option<&FeatureId> {
            self.grids
                .get_key_value(link)
                .map(|(id, _)| id)
                .or_else(|| by_code.get(link).copied())
        };

        let mut sums: HashMap<&FeatureId, (OpenCounts, Option<&Open>)> = HashMap::new();
        for warning in self.open.values() {
            let mut place = warning.grid.as_deref().and_then(find);
            // Up to the street; the bound ends a chain of parents that runs in a circle.
            for _ in 0..8 {
                let Some(id) = place else { break };
                let (counts, worst) = sums.entry(id).or_default();
                counts.add(warning.level, 1);
                if worst.is_none_or(|w| worse(warning, w)) {
                    *worst = Some(warning);
                }
                place = self.grids[id].parent.as_deref().and_then(find);
            }
        }

        self.grids
            .iter()
            .map(|(id, grid)| {
                let (open, worst) = sums.get(id).copied().unwrap_or_default();
                let level = if self.recorded.is_empty() {
                    Level::NoData
                } else {
                    open.worst()
                };
                GridStatus {
                    id: id.clone(),
                    code: grid.code.clone(),
                    kind: grid.kind.clone(),
                    level,
                    since: worst.and_then(|w| w.since.clone()),
                    reason: reason(level, open, worst),
                    open,
                }
            })
            .collect()
    }
}

impl Open {
    fn read(map: &Map<String, Value>) -> Self {
        let level = text(map, "level").and_then(|l| Level::parse(&l));
        let said = |language: &str| {
            map.get("reason")
                .and_then(|r| r.get(language))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let category = text(map, "category").unwrap_or_else(|| "other".to_owned());
        Self {
            grid: text(map, "grid"),
            level: level.unwrap_or(Level::Yellow),
            since: text(map, "since").or_else(|| text(map, "reported_at")),
            reason: Localized {
                zh: said("zh").unwrap_or_else(|| category.clone()),
                en: said("en").unwrap_or(category),
            },
        }
    }
}

/// Whether `a` says more about its grid than `b`: worse, or as bad for longer.
fn worse(a: &Open, b: &Open) -> bool {
    a.level > b.level || (a.level == b.level && a.since < b.since)
}

fn reason(level: Level, open: OpenCounts, worst: Option<&Open>) -> Localized {
    let count = match level {
        Level::NoData => {
            return Localized::new("尚无预警数据", "no warning data yet");
        }
        Level::Red => open.red,
        Level::Yellow => open.yellow,
        Level::Green => open.green,
    };
    match worst {
        None => Localized::new("无未结预警", "no open warnings"),
        Some(w) if count > 1 => Localized {
            zh: format!("{}（共 {count} 件）", w.reason.zh),
            en: format!("{} ({count} in all)", w.reason.en),
        },
        Some(w) => w.reason.clone(),
    }
}

fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    map.get(key).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, CollectionId, Properties};
    use proptest::prelude::*;

    fn record(collection: &str, id: &str, properties: Option<String>) -> Record {
        Record {
            collection: CollectionId::new(collection).unwrap(),
            id: FeatureId::new(id).unwrap(),
            seq: 1,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            body: properties.map(|p| Body {
                geometry: None,
                properties: Properties::parse(&p).unwrap(),
            }),
        }
    }

    fn grid(id: &str, kind: &str, parent: &str) -> Record {
        let text = format!(r#"{{"kind":"{kind}","parent":"{parent}","code":"c-{id}"}}"#);
        record("grids", id, Some(text))
    }

    fn warning(id: &str, grid: &str, level: &str, since: &str, status: &str) -> Record {
        let text = format!(
            r#"{{"category":"corridor_clutter","grid":"{grid}","level":"{level}","since":"{since}","status":"{status}","reason":{{"zh":"{id}","en":"{id}"}}}}"#
        );
        record("warnings", id, Some(text))
    }

    fn board(records: &[Record]) -> StatusBoard {
        let mut board = StatusBoard::default();
        for r in records {
            board.apply(r);
        }
        board
    }

    fn level(board: &StatusBoard, id: &str) -> (Level, Option<String>) {
        let all = board.grids();
        let one = all.iter().find(|g| g.id.as_str() == id).unwrap();
        (one.level, one.since.clone())
    }

    #[test]
    fn a_grid_is_as_bad_as_its_worst_open_warning_and_so_is_what_holds_it() {
        let b = board(&[
            grid("street", "street", ""),
            grid("north", "community", "street"),
            grid("south", "community", "street"),
            grid("n1", "grid", "north"),
            grid("n2", "grid", "c-north"),
            grid("s1", "grid", "south"),
            warning("w1", "n1", "yellow", "2026-11-01", "filed"),
            warning("w2", "c-n1", "red", "2026-11-03", "handling"),
            warning("w3", "n2", "red", "2026-11-02", "closed"),
            warning("w4", "n2", "yellow", "2026-10-01", "reported"),
        ]);
        assert_eq!(level(&b, "n1"), (Level::Red, Some("2026-11-03".into())));
        assert_eq!(level(&b, "n2").0, Level::Yellow);
        assert_eq!(level(&b, "north"), (Level::Red, Some("2026-11-03".into())));
        assert_eq!(level(&b, "south"), (Level::Green, None));
        assert_eq!(level(&b, "street").0, Level::Red);
        let street = b
            .grids()
            .into_iter()
            .find(|g| g.id.as_str() == "street")
            .unwrap();
        assert_eq!(
            street.open,
            OpenCounts {
                red: 1,
                yellow: 2,
                green: 0
            }
        );
        assert_eq!(street.reason.zh, "w2");
    }

    #[test]
    fn without_any_warning_ever_there_is_no_data_and_no_green() {
        let b = board(&[grid("g", "grid", "")]);
        assert_eq!(level(&b, "g").0, Level::NoData);
        let b = board(&[
            grid("g", "grid", ""),
            warning("w", "g", "red", "x", "closed"),
        ]);
        assert_eq!(level(&b, "g").0, Level::Green);
    }

    #[test]
    fn parents_in_a_circle_end() {
        let b = board(&[
            grid("a", "grid", "b"),
            grid("b", "grid", "a"),
            warning("w", "a", "red", "x", "filed"),
        ]);
        assert_eq!(level(&b, "b").0, Level::Red);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Record by record equals the last word on each feature alone.
        #[test]
        fn the_board_is_what_the_last_records_say(
            steps in prop::collection::vec((0..6u8, 0..3u8, 0..4u8, any::<bool>()), 0..60)
        ) {
            let grids = [grid("g0", "grid", "top"), grid("g1", "grid", "top"), grid("top", "street", "")];
            let mut records = grids.to_vec();
            let mut last = BTreeMap::new();
            for (w, g, l, gone) in steps {
                let id = format!("w{w}");
                let r = if gone {
                    record("warnings", &id, None)
                } else {
                    let level = ["red", "yellow", "green", "red"][l as usize];
                    let status = if l == 3 { "closed" } else { "filed" };
                    warning(&id, &format!("g{g}"), level, &format!("t{l}"), status)
                };
                records.push(r.clone());
                last.insert(id, r);
            }
            let replayed = board(&records);
            let mut fresh = grids.to_vec();
            fresh.extend(last.into_values());
            prop_assert_eq!(replayed, board(&fresh));
        }
    }
}
