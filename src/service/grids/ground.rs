//! What stands in the areas and who is in charge of them, kept while its collections do not change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use crate::grids::{Areas, Duties, Figures, Source, Stock};
use crate::index::{Collection, Collections};
use crate::model::FeatureId;
use crate::model::names::collection::{
    BUILDINGS, DUTIES, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GRIDS, MEDIATION_POINTS,
    POCKET_PARKS, WARNINGS,
};

/// The collections that the stock is counted from.
const OF_STOCK: [&str; 7] = [
    GRIDS,
    BUILDINGS,
    ENTRANCES,
    FIRST_AID_STATIONS,
    POCKET_PARKS,
    FACILITIES,
    MEDIATION_POINTS,
];

/// The areas, what stands in them, and who is in charge.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The areas and what stands in them.
    pub stock: Arc<(Areas, Stock)>,
    /// Who is in charge.
    pub duties: Arc<Duties>,
    heads: Arc<Heads>,
    streets: Arc<Streets>,
}

/// How many stairwells of each area have a head, on the day that was asked for last.
type Heads = Mutex<Option<(Date, Arc<Vec<u32>>)>>;

/// The figures of the areas with which cards compare, by the last day and the index of the area.
type Streets = Mutex<HashMap<(Date, usize), Figures>>;

impl Ground {
    /// Counts everything.
    pub fn of(map: &Collections) -> Self {
        Self {
            stock: Arc::new(stock(map)),
            duties: Arc::new(Duties::read(rows(map, DUTIES))),
            heads: Arc::default(),
            streets: Arc::default(),
        }
    }

    /// The areas.
    pub fn areas(&self) -> &Areas {
        &self.stock.0
    }

    /// What stands in the areas.
    pub fn stock(&self) -> &Stock {
        &self.stock.1
    }

    /// How many stairwells of each area, with those inside of it, have a head on a day. Counted once for all areas,
    /// because a street has many buildings.
    pub fn heads(&self, day: Date) -> Arc<Vec<u32>> {
        let mut kept = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, heads)) = kept.as_ref()
            && *of == day
        {
            return Arc::clone(heads);
        }
        let (areas, stock) = (self.areas(), self.stock());
        let mut heads = vec![0; areas.len()];
        for place in 0..areas.len() {
            let homes = stock.homes(place).iter();
            let own: u32 = homes.map(|home| self.duties.headed(home, day)).sum();
            for above in areas.above(place) {
                heads[above] += own;
            }
        }
        let heads = Arc::new(heads);
        *kept = Some((day, Arc::clone(&heads)));
        heads
    }

    /// The figures of an area with which cards compare, for the days that end on a day. They are counted with the first
    /// card after a change of the cases.
    pub fn street_figures(&self, of: (Date, usize), count: impl FnOnce() -> Figures) -> Figures {
        let mut kept = self.streets.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(of).or_insert_with(count).clone()
    }
}

fn stock(map: &Collections) -> (Areas, Stock) {
    let areas = Areas::read(rows(map, GRIDS));
    let stock = Stock::count(
        &areas,
        Source {
            buildings: rows(map, BUILDINGS).collect(),
            entrances: rows(map, ENTRANCES).collect(),
            first_aid_stations: rows(map, FIRST_AID_STATIONS).collect(),
            pocket_parks: rows(map, POCKET_PARKS).collect(),
            facilities: rows(map, FACILITIES).collect(),
            mediation_points: rows(map, MEDIATION_POINTS).collect(),
        },
    );
    (areas, stock)
}

/// The features of a collection: ids and properties.
pub(super) fn rows<'a>(
    map: &'a Collections,
    name: &str,
) -> impl Iterator<Item = (&'a FeatureId, &'a str)> + use<'a> {
    let entries = map.get(name).into_iter().flat_map(|all| all.iter());
    entries.map(|e| (e.id(), e.all_properties()))
}

/// A value that was computed from some collections, with those collections.
type Kept<T> = Option<(Vec<Option<Arc<Collection>>>, Arc<T>)>;

/// The newest [`Ground`]. Requests that need a new one wait for one computation.
#[derive(Debug, Default)]
pub struct Cards {
    stock: Mutex<Kept<(Areas, Stock)>>,
    duties: Mutex<Kept<Duties>>,
    heads: Mutex<Kept<Heads>>,
    streets: Mutex<Kept<Streets>>,
}

impl Cards {
    /// The ground of a map, if it is kept.
    pub fn at_hand(&self, map: &Collections) -> Option<Ground> {
        let stock = kept(&self.stock, &sources(map, &OF_STOCK))?;
        let duties = kept(&self.duties, &sources(map, &[DUTIES]))?;
        Some(self.ground(map, stock, duties))
    }

    /// The ground of a map. Counts what is not kept.
    pub fn get(&self, map: &Collections) -> Ground {
        let stock = keep(&self.stock, sources(map, &OF_STOCK), || stock(map));
        let duties = keep(&self.duties, sources(map, &[DUTIES]), || {
            Duties::read(rows(map, DUTIES))
        });
        self.ground(map, stock, duties)
    }

    /// The ground with what is kept for the same stock, duties and cases.
    fn ground(&self, map: &Collections, stock: Arc<(Areas, Stock)>, duties: Arc<Duties>) -> Ground {
        let with = |name: &str| {
            let mut from = sources(map, &OF_STOCK);
            from.extend(sources(map, &[name]));
            from
        };
        Ground {
            stock,
            duties,
            heads: keep(&self.heads, with(DUTIES), Heads::default),
            streets: keep(&self.streets, with(WARNINGS), Streets::default),
        }
    }
}

fn sources(map: &Collections, names: &[&str]) -> Vec<Option<Arc<Collection>>> {
    names.iter().map(|name| map.get(name).cloned()).collect()
}

fn is_same(a: &[Option<Arc<Collection>>], b: &[Option<Arc<Collection>>]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|pair| match pair {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        })
}

fn kept<T>(cell: &Mutex<Kept<T>>, from: &[Option<Arc<Collection>>]) -> Option<Arc<T>> {
    // While the value is being computed, the caller computes or waits off the thread of its request.
    let cell = cell.try_lock().ok()?;
    let (of, value) = cell.as_ref()?;
    is_same(of, from).then(|| Arc::clone(value))
}

fn keep<T>(
    cell: &Mutex<Kept<T>>,
    from: Vec<Option<Arc<Collection>>>,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    let mut cell = cell.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, value)) = cell.as_ref()
        && is_same(of, &from)
    {
        return Arc::clone(value);
    }
    let value = Arc::new(compute());
    *cell = Some((from, Arc::clone(&value)));
    value
}
