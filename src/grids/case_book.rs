//! The cases of each grid and of each building: those that are open, and what happened on each day.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rpds::RedBlackTreeMapSync;
use serde::Serialize;

use crate::model::{FeatureId, Level, date_in_china};

/// The number of days that the figures of a card cover, today included.
pub const DAYS: i32 = 30;

/// A place whose cases are counted: a grid or a building, by the text that cases contain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A grid.
    Grid(Box<str>),
    /// A building.
    Building(Box<str>),
}

/// Who an open case waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A duty officer.
    Officer,
    /// The unit in charge.
    Unit,
    /// Whoever verifies the work.
    Verifier,
}

/// What is known of an open case.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// The level.
    pub level: Level,
    /// Since when the case has the level.
    pub since: Timestamp,
    /// Who must act next.
    pub waiting: Waiting,
    /// Whether the due date has passed.
    pub is_overdue: bool,
}

/// What a case contributes.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFacts {
    /// The grid.
    pub grid: Option<String>,
    /// The building.
    pub building: Option<String>,
    /// The open case; `None` if it has ended.
    pub open: Option<Open>,
    /// When the case was reported.
    pub reported_at: Timestamp,
    /// The case if it was closed.
    pub closed: Option<Closed>,
}

/// How a case was closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Whether it was handled by its due date; `None` if it had none.
    pub on_time: Option<bool>,
    /// The rating, 1 to 5.
    pub rating: Option<u8>,
}

/// What happened on a day. Times are sums of whole seconds, so that adding and removing cases in any order gives the
/// same result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Day {
    reported: i64,
    closed: i64,
    dated: i64,
    on_time: i64,
    rated: i64,
    stars: i64,
    seconds: i64,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Cases {
    open: BTreeMap<FeatureId, Open>,
    days: BTreeMap<Date, Day>,
}

/// The figures of the last [`DAYS`] days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CardFigures)]
pub struct Figures {
    /// Cases reported.
    pub reported: i64,
    /// Cases closed.
    pub closed: i64,
    /// Of the closed cases with a due date, the share that was handled by it, 0 to 1.
    pub on_time_share: Option<f64>,
    /// The mean rating of the closed cases that were rated, 1 to 5.
    pub rating_mean: Option<f64>,
    /// The mean time from the report to the end of the closed cases, in hours.
    pub hours_to_close_mean: Option<f64>,
    /// Cases reported per 100 households; null if the households are not known.
    pub reported_per_100_households: Option<f64>,
}

/// The cases of every place. Cheap to copy and to change slightly.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseBook(RedBlackTreeMapSync<Place, Arc<Cases>>);

impl CaseBook {
    /// The book of these cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = (&'a FeatureId, CaseFacts)>) -> Self {
        let mut all: HashMap<Place, Cases> = HashMap::new();
        for (id, case) in cases {
            for place in case.places() {
                all.entry(place).or_default().change(id, &case, 1);
            }
        }
        let all = all
            .into_iter()
            .map(|(place, cases)| (place, Arc::new(cases)));
        Self(all.collect())
    }

    /// Adds a case.
    pub fn add(&mut self, id: &FeatureId, case: &CaseFacts) {
        self.change(id, case, 1);
    }

    /// Removes a case that was added with these facts.
    pub fn remove(&mut self, id: &FeatureId, case: &CaseFacts) {
        self.change(id, case, -1);
    }

    fn change(&mut self, id: &FeatureId, case: &CaseFacts, sign: i64) {
        for place in case.places() {
            let mut cases = self.0.get(&place).cloned().unwrap_or_default();
            // Removed first, so that the cases are copied only if an older book shares them.
            self.0.remove_mut(&place);
            let own = Arc::make_mut(&mut cases);
            own.change(id, case, sign);
            if !(own.open.is_empty() && own.days.is_empty()) {
                self.0.insert_mut(place, cases);
            }
        }
    }

    /// The open cases of a place.
    pub fn open(&self, place: &Place) -> impl Iterator<Item = (&FeatureId, &Open)> {
        let cases = self.0.get(place);
        cases.into_iter().flat_map(|cases| cases.open.iter())
    }

    /// The figures of some places together, for the [`DAYS`] days that end on a day.
    pub fn figures<'a>(
        &self,
        places: impl Iterator<Item = &'a Place>,
        last: Date,
        households: Option<u64>,
    ) -> Figures {
        let first = first_day(last);
        let mut sum = Day::default();
        for cases in places.filter_map(|place| self.0.get(place)) {
            for day in cases.days.range(first..=last).map(|(_, day)| day) {
                sum.add(day);
            }
        }
        let share =
            |part: i64, of: i64, unit: f64| (of > 0).then(|| round(part as f64 / of as f64 / unit));
        Figures {
            reported: sum.reported,
            closed: sum.closed,
            on_time_share: share(sum.on_time, sum.dated, 1.0),
            rating_mean: share(sum.stars, sum.rated, 1.0),
            hours_to_close_mean: share(sum.seconds, sum.closed, 3600.0),
            reported_per_100_households: households
                .filter(|n| *n > 0)
                .map(|n| round(100.0 * sum.reported as f64 / n as f64)),
        }
    }
}

/// The first of the [`DAYS`] days that end on a day.
pub fn first_day(last: Date) -> Date {
    last.checked_sub((DAYS - 1).days()).unwrap_or(Date::MIN)
}

impl CaseFacts {
    fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let grid = self.grid.as_deref().map(|g| Place::Grid(g.into()));
        let building = self.building.as_deref().map(|b| Place::Building(b.into()));
        grid.into_iter().chain(building)
    }
}

impl Cases {
    /// Adds a case (`sign` is 1) or removes it (-1).
    fn change(&mut self, id: &FeatureId, case: &CaseFacts, sign: i64) {
        match (&case.open, sign) {
            (Some(open), 1) => {
                self.open.insert(id.clone(), open.clone());
            }
            _ => {
                self.open.remove(id);
            }
        }
        self.on(case.reported_at, |day| day.reported += sign);
        let Some(closed) = case.closed else {
            return;
        };
        let seconds = closed.at.duration_since(case.reported_at).as_secs();
        self.on(closed.at, |day| {
            day.closed += sign;
            day.seconds += sign * seconds;
            if let Some(on_time) = closed.on_time {
                day.dated += sign;
                day.on_time += sign * i64::from(on_time);
            }
            if let Some(rating) = closed.rating {
                day.rated += sign;
                day.stars += sign * i64::from(rating);
            }
        });
    }

    /// Changes the figures of the day of a moment. A day without any figure is removed.
    fn on(&mut self, at: Timestamp, change: impl FnOnce(&mut Day)) {
        let date = date_in_china(at);
        let day = self.days.entry(date).or_default();
        change(day);
        if *day == Day::default() {
            self.days.remove(&date);
        }
    }
}

impl Day {
    fn add(&mut self, other: &Self) {
        self.reported += other.reported;
        self.closed += other.closed;
        self.dated += other.dated;
        self.on_time += other.on_time;
        self.rated += other.rated;
        self.stars += other.stars;
        self.seconds += other.seconds;
    }
}

/// Rounds to four decimals.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(hours: i64) -> Timestamp {
        let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        start + jiff::SignedDuration::from_hours(hours)
    }

    fn a_case() -> impl Strategy<Value = CaseFacts> {
        let closed = prop::option::of((
            0..900i64,
            prop::option::of(any::<bool>()),
            prop::option::of(1..=5u8),
        ));
        (0..3u8, 0..3u8, 0..900i64, closed).prop_map(|(grid, building, reported, closed)| {
            CaseFacts {
                grid: (grid > 0).then(|| format!("g{grid}")),
                building: (building > 0).then(|| format!("b{building}")),
                open: closed.is_none().then_some(Open {
                    level: Level::Yellow,
                    since: moment(reported),
                    waiting: Waiting::Unit,
                    is_overdue: false,
                }),
                reported_at: moment(reported),
                closed: closed.map(|(after, on_time, rating)| Closed {
                    at: moment(reported + after),
                    on_time,
                    rating,
                }),
            }
        })
    }

    proptest! {
        #[test]
        fn figures_equal_a_recount_and_removed_cases_leave_nothing(
            cases in prop::collection::vec((a_case(), any::<bool>()), 0..40),
            last in 1..28i8,
        ) {
            let id = |n: usize| FeatureId::new(format!("c{n}")).unwrap();
            let ids: Vec<FeatureId> = (0..cases.len()).map(id).collect();
            let mut book = CaseBook::default();
            for (n, (case, _)) in cases.iter().enumerate() {
                book.add(&id(n), case);
            }
            let at_once = CaseBook::of(ids.iter().zip(cases.iter().map(|c| c.0.clone())));
            prop_assert_eq!(&book, &at_once);
            for (n, (case, _)) in cases.iter().enumerate().filter(|(_, (_, stays))| !stays) {
                book.remove(&id(n), case);
            }
            let stays: Vec<&CaseFacts> = cases.iter().filter(|c| c.1).map(|c| &c.0).collect();
            let last = jiff::civil::date(2026, 12, last);
            let first = last - 29.days();
            let within = |at: Timestamp| (first..=last).contains(&date_in_china(at));
            let places = [Place::Grid("g1".into()), Place::Grid("g2".into())];
            let own: Vec<&&CaseFacts> = stays.iter().filter(|c| c.grid.is_some()).collect();
            let closed: Vec<(&CaseFacts, Closed)> = own.iter()
                .filter_map(|c| Some((**c, c.closed?))).filter(|(_, c)| within(c.at)).collect();
            let found = book.figures(places.iter(), last, Some(250));
            prop_assert_eq!(found.reported as usize, own.iter().filter(|c| within(c.reported_at)).count());
            prop_assert_eq!(found.closed as usize, closed.len());
            let dated: Vec<bool> = closed.iter().filter_map(|(_, c)| c.on_time).collect();
            let share = (!dated.is_empty()).then(|| {
                dated.iter().filter(|on_time| **on_time).count() as f64 / dated.len() as f64
            });
            prop_assert_eq!(found.on_time_share, share.map(round));
            let hours: Vec<f64> = closed.iter()
                .map(|(case, c)| c.at.duration_since(case.reported_at).as_secs_f64() / 3600.0).collect();
            let mean = (!hours.is_empty()).then(|| hours.iter().sum::<f64>() / hours.len() as f64);
            prop_assert_eq!(found.hours_to_close_mean.is_some(), mean.is_some());
            if let (Some(a), Some(b)) = (found.hours_to_close_mean, mean) {
                prop_assert!((a - b).abs() < 1e-3);
            }
            let open = book.open(&Place::Building("b1".into())).count();
            let expected = stays.iter()
                .filter(|c| c.open.is_some() && c.building.as_deref() == Some("b1")).count();
            prop_assert_eq!(open, expected);
            if stays.is_empty() {
                prop_assert_eq!(book, CaseBook::default());
            }
        }
    }
}
