//! The status of every grid: the level of its most severe open warning, never an average. A
//! community shows the most severe level of its grids, the subdistrict that of its communities.
//!
//! The board is a projection of the collections `grids` and `warnings` and of the conditions of
//! sensors, updated record by record. As long as the ledger has never contained a warning, every
//! level is *no data*. A grid without open warnings whose sensor sends nothing has *no data* too.
//! Cases pending review and drills do not count.
//!
//! A commit copies little ([`Shards`]). The sums are computed once per snapshot, on first use.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::case::{Case, Turn};
use super::shards::Shards;
use super::step::Status;
use crate::model::names::collection::{CONDITIONS, GRIDS, WARNINGS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Level, Localized, Properties, Record};

/// The number of open warnings by level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OpenCounts {
    /// Red warnings (红色预警).
    pub red: u32,
    /// Yellow warnings (黄色预警).
    pub yellow: u32,
    /// Open cases at the level green (绿色).
    pub green: u32,
}

impl OpenCounts {
    fn add(&mut self, level: Level) {
        match level {
            Level::Red => self.red += 1,
            Level::Yellow => self.yellow += 1,
            Level::Green => self.green += 1,
            Level::NoData => {}
        }
    }

    /// The most severe level with an open warning; `None` if nothing is open.
    fn worst(self) -> Option<Level> {
        if self.red > 0 {
            Some(Level::Red)
        } else if self.yellow > 0 {
            Some(Level::Yellow)
        } else {
            (self.green > 0).then_some(Level::Green)
        }
    }
}

/// The status of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GridStatus {
    /// The id of the grid.
    pub id: FeatureId,
    /// The official code of the grid.
    pub code: Option<String>,
    /// The kind: `street`, `community` or `grid`.
    pub kind: Option<String>,
    /// The level of the grid.
    pub level: Level,
    /// Since when the grid has had at least this level: the start of its earliest open warning of
    /// that level.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// The reason as a text; empty if the role may not see the reasons of cases.
    #[schema(required = false)]
    pub reason: Localized,
    /// The open warnings in the grid, including those in grids inside of it.
    pub open: OpenCounts,
}

/// The status of every grid, and the open warnings of the whole map.
#[derive(Debug, Clone, Default, PartialEq)]
struct Board {
    open: OpenCounts,
    grids: Vec<GridStatus>,
    loads: HashMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Grid {
    code: Option<String>,
    kind: Option<String>,
    parent: Option<String>,
}

/// The data of an open warning that determine the status of its grid.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    grid: Option<String>,
    /// The id of the unit that must act next.
    unit: Option<String>,
    level: Level,
    since: Timestamp,
    reason: Localized,
}

/// All grids and all open warnings, from which the status of any grid is computed. Cheap to copy
/// and to change slightly.
#[derive(Debug, Default)]
pub struct StatusBoard {
    grids: Arc<BTreeMap<FeatureId, Grid>>,
    /// The warnings that count: open, not pending review, and not drills.
    open: Shards<Open>,
    /// Every warning of the ledger, including closed ones.
    recorded: Shards<()>,
    records: usize,
    /// Whether the ledger is known to have contained warnings, even if the records do not show any.
    known: bool,
    /// The conditions in the state *no data*, each with the id of its grid.
    silent: Arc<BTreeMap<FeatureId, String>>,
    board: OnceLock<Board>,
}

impl Clone for StatusBoard {
    fn clone(&self) -> Self {
        Self {
            grids: Arc::clone(&self.grids),
            open: self.open.clone(),
            recorded: self.recorded.clone(),
            records: self.records,
            known: self.known,
            silent: Arc::clone(&self.silent),
            // A copy is usually changed next, so it does not share the computed sums.
            board: OnceLock::new(),
        }
    }
}

impl PartialEq for StatusBoard {
    fn eq(&self, other: &Self) -> bool {
        self.grids == other.grids
            && self.open == other.open
            && self.recorded == other.recorded
            && self.known == other.known
            && self.silent == other.silent
    }
}

impl StatusBoard {
    /// The collections on which the board depends.
    pub const READS: [&str; 3] = [CONDITIONS, GRIDS, WARNINGS];

    /// Applies a record; returns whether it belongs to one of [`READS`](Self::READS).
    pub fn apply(&mut self, record: &Record) -> bool {
        let properties = record.body.as_ref().map(|b| b.properties.as_str());
        self.put(record.collection.as_str(), &record.id, properties)
    }

    /// Applies a feature, given by its properties as canonical JSON; `None` if it was deleted.
    /// Returns whether its collection is one of [`READS`](Self::READS).
    pub fn put(&mut self, collection: &str, id: &FeatureId, properties: Option<&str>) -> bool {
        match collection {
            GRIDS => self.put_grid(id, properties),
            WARNINGS => {
                let open = properties.map(|p| Open::read(id, p));
                self.put_warning(id, open);
            }
            CONDITIONS => self.put_condition(id, properties),
            _ => return false,
        }
        self.board = OnceLock::new();
        true
    }

    /// Applies many features of one collection on all cores.
    pub fn put_all(&mut self, collection: &str, features: &[(&FeatureId, &str)]) {
        if collection != WARNINGS {
            for (id, properties) in features {
                self.put(collection, id, Some(properties));
            }
            return;
        }
        let read = |(id, properties): &(&FeatureId, &str)| Open::read(id, properties);
        let open: Vec<Option<Open>> = features.par_iter().map(read).collect();
        for ((id, _), open) in features.iter().zip(open) {
            self.put_warning(id, Some(open));
        }
        self.board = OnceLock::new();
    }

    /// Removes all features of one of [`READS`](Self::READS).
    pub fn clear(&mut self, collection: &str) {
        match collection {
            GRIDS => self.grids = Arc::default(),
            WARNINGS => {
                self.open = Shards::default();
                self.recorded = Shards::default();
                self.records = 0;
            }
            CONDITIONS => self.silent = Arc::default(),
            _ => {}
        }
        self.board = OnceLock::new();
    }

    /// Marks that the ledger has contained warnings, so that grids without open warnings are not shown as without
    /// data. A board of a past moment needs this, because it gets only the warnings that were open then.
    pub fn has_recorded(&mut self) {
        self.known = true;
        self.board = OnceLock::new();
    }

    /// The open warnings of the whole map.
    pub fn open(&self) -> OpenCounts {
        self.board().open
    }

    /// The status of every grid, sorted by id.
    pub fn grids(&self) -> &[GridStatus] {
        &self.board().grids
    }

    /// The open warnings by the grid named in the warning, whether or not that grid is on the map.
    pub fn open_by_grid(&self) -> HashMap<String, OpenCounts> {
        let mut counts: HashMap<String, OpenCounts> = HashMap::new();
        for (_, open) in self.open.iter() {
            if let Some(grid) = &open.grid {
                counts.entry(grid.clone()).or_default().add(open.level);
            }
        }
        counts
    }

    /// The ids and codes of these grids and of all grids inside of them.
    pub fn within(&self, outer: &[String]) -> HashSet<String> {
        let tree = Tree::of(&self.grids);
        let wanted: HashSet<usize> = outer.iter().filter_map(|id| tree.find(id)).collect();
        let inside = |place: &usize| tree.up(Some(*place)).any(|p| wanted.contains(&p));
        let names = tree.by_name.iter().filter(|(_, place)| inside(place));
        names.map(|(name, _)| (*name).to_owned()).collect()
    }

    /// The number of cases that a unit must handle at present.
    pub fn load_of(&self, unit: &str) -> u32 {
        self.board().loads.get(unit).copied().unwrap_or(0)
    }

    fn put_grid(&mut self, id: &FeatureId, properties: Option<&str>) {
        let grids = Arc::make_mut(&mut self.grids);
        match properties {
            None => {
                grids.remove(id);
            }
            Some(properties) => {
                let map = map_of(properties);
                let text = |key: &str| map.get(key).and_then(|v| v.as_str()).map(str::to_owned);
                let grid = Grid {
                    code: text(property::CODE),
                    kind: text(property::KIND),
                    parent: text(property::PARENT),
                };
                grids.insert(id.clone(), grid);
            }
        }
    }

    /// Replaces what the board knows of a warning. `open` is `None` for a deleted warning, `Some(None)` for one that
    /// ended or does not count.
    fn put_warning(&mut self, id: &FeatureId, open: Option<Option<Open>>) {
        let Some(open) = open else {
            self.open.remove(id.as_str());
            if self.recorded.remove(id.as_str()).is_some() {
                self.records -= 1;
            }
            return;
        };
        if !self.recorded.contains(id.as_str()) {
            self.recorded.insert(id.clone(), ());
            self.records += 1;
        }
        match open {
            Some(open) => {
                self.open.insert(id.clone(), open);
            }
            None => {
                self.open.remove(id.as_str());
            }
        }
    }

    fn put_condition(&mut self, id: &FeatureId, properties: Option<&str>) {
        let silent = properties.and_then(|properties| {
            let map = map_of(properties);
            let text = |key: &str| map.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            text(property::GRID).filter(|_| text("state").as_deref() == Some("no_data"))
        });
        if silent.as_ref() == self.silent.get(id) {
            return;
        }
        let all = Arc::make_mut(&mut self.silent);
        match silent {
            Some(grid) => all.insert(id.clone(), grid),
            None => all.remove(id),
        };
    }

    fn board(&self) -> &Board {
        self.board.get_or_init(|| self.sum())
    }

    fn sum(&self) -> Board {
        let tree = Tree::of(&self.grids);
        let mut all = OpenCounts::default();
        let mut loads: HashMap<String, u32> = HashMap::new();
        let mut sums: Vec<Sum<'_>> = vec![Sum::default(); tree.ids.len()];
        for (id, warning) in self.open.iter() {
            all.add(warning.level);
            if let Some(unit) = &warning.unit {
                *loads.entry(unit.clone()).or_default() += 1;
            }
            for place in tree.up_from(warning.grid.as_deref()) {
                let sum = &mut sums[place];
                sum.open.add(warning.level);
                if sum.worst.is_none_or(|w| worse((id, warning), w)) {
                    sum.worst = Some((id, warning));
                }
            }
        }
        let known = self.known || self.records > 0;
        let silent: HashSet<usize> = self.silent.values().filter_map(|g| tree.find(g)).collect();
        // A larger area has no data only if all of its smallest grids have none.
        for place in (0..tree.ids.len()).filter(|p| !tree.holds[*p]) {
            let blind = u32::from(silent.contains(&place));
            for above in tree.up(Some(place)) {
                sums[above].parts += 1;
                sums[above].blind += blind;
            }
        }
        let grids = tree
            .ids
            .iter()
            .zip(self.grids.values())
            .zip(&sums)
            .enumerate()
            .map(|(place, ((id, grid), sum))| {
                let all_blind = sum.parts > 0 && sum.blind == sum.parts;
                let blind = all_blind || silent.contains(&place);
                let level = match sum.open.worst() {
                    _ if !known => Level::NoData,
                    Some(level) => level,
                    None if blind => Level::NoData,
                    None => Level::Green,
                };
                GridStatus {
                    id: (*id).clone(),
                    code: grid.code.clone(),
                    kind: grid.kind.clone(),
                    level,
                    since: sum.worst.map(|(_, w)| w.since),
                    reason: reason(level, known, sum),
                    open: sum.open,
                }
            })
            .collect();
        Board {
            open: all,
            grids,
            loads,
        }
    }
}

/// The sums of the warnings in a grid.
#[derive(Debug, Clone, Copy, Default)]
struct Sum<'a> {
    open: OpenCounts,
    worst: Option<(&'a FeatureId, &'a Open)>,
    /// The number of the smallest grids in the grid.
    parts: u32,
    /// The number of those smallest grids that have no data.
    blind: u32,
}

/// The grids by index in the order of their ids, and their hierarchy.
struct Tree<'a> {
    ids: Vec<&'a FeatureId>,
    by_name: HashMap<&'a str, usize>,
    parents: Vec<Option<usize>>,
    holds: Vec<bool>,
}

impl<'a> Tree<'a> {
    fn of(grids: &'a BTreeMap<FeatureId, Grid>) -> Self {
        let ids: Vec<&FeatureId> = grids.keys().collect();
        // A link may contain an id or a code; the id has priority.
        let codes = grids.values().enumerate();
        let mut by_name: HashMap<&str, usize> = codes
            .filter_map(|(n, g)| Some((g.code.as_deref()?, n)))
            .collect();
        by_name.extend(ids.iter().enumerate().map(|(n, id)| (id.as_str(), n)));
        let parents: Vec<Option<usize>> = grids
            .values()
            .map(|g| by_name.get(g.parent.as_deref()?).copied())
            .collect();
        let mut holds = vec![false; ids.len()];
        for parent in parents.iter().flatten() {
            holds[*parent] = true;
        }
        Self {
            ids,
            by_name,
            parents,
            holds,
        }
    }

    fn find(&self, link: &str) -> Option<usize> {
        self.by_name.get(link).copied()
    }

    fn up_from(&self, link: Option<&str>) -> impl Iterator<Item = usize> {
        self.up(link.and_then(|l| self.find(l)))
    }

    /// The indices of a grid and of the areas that contain it, up to the subdistrict. The limit
    /// ends a circular chain of parents.
    fn up(&self, place: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(place, |p| self.parents[*p]).take(8)
    }
}

impl Open {
    /// Reads the data that determine the status of the grid; `None` for a warning that ended or does not count.
    fn read(id: &FeatureId, properties: &str) -> Option<Self> {
        // Most warnings ended long ago; of those only the status is read.
        let status = Canonical::new(properties).text(property::STATUS);
        if status
            .and_then(|status| Status::parse(&status))
            .is_some_and(Status::is_ended)
        {
            return None;
        }
        let case = Case::read_leniently(id, &Properties::from_canonical(properties));
        (!case.status.is_ended() && case.counts()).then_some(Self {
            unit: case
                .unit
                .clone()
                .filter(|_| case.turn() == Some(Turn::Unit)),
            grid: case.grid,
            level: case.level,
            since: case.since,
            reason: case.reason,
        })
    }
}

fn map_of(properties: &str) -> Map<String, Value> {
    Canonical::new(properties).to_map()
}

/// Whether `a` determines the status of the grid rather than `b`: it is more severe, or equally
/// severe for longer.
fn worse(a: (&FeatureId, &Open), b: (&FeatureId, &Open)) -> bool {
    let (x, y) = (a.1, b.1);
    (y.level, x.since, a.0) < (x.level, y.since, b.0)
}

fn reason(level: Level, known: bool, sum: &Sum<'_>) -> Localized {
    let count = match level {
        Level::NoData if !known => {
            return Localized::new("尚无预警数据", "no warning data yet");
        }
        Level::NoData => return Localized::new("监测无数据", "its sensors send no data"),
        Level::Red => sum.open.red,
        Level::Yellow => sum.open.yellow,
        Level::Green => sum.open.green,
    };
    match sum.worst {
        None => Localized::new("无未结预警", "no open warnings"),
        Some((_, w)) if count > 1 => Localized {
            zh: format!("{}（共 {count} 件）", w.reason.zh),
            en: format!("{} ({count} in all)", w.reason.en),
        },
        Some((_, w)) => w.reason.clone(),
    }
}

#[cfg(test)]
mod tests;
