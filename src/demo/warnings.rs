//! Sixty days of warnings: reported in a daily rhythm, judged, handled, mostly closed.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::cases::{Case, NOTES, SOURCES, rhythm, sources, zone};
use super::prng::Prng;
use super::scenes::{CATEGORIES, Scenes};
use crate::model::{Change, Level};

/// How many days are told.
const DAYS: i64 = 60;
/// How many days before those are played through unseen, so that "the third report within 30 days"
/// is true on the first day, too.
const BEFORE: i64 = 30;
/// How many reports an ordinary day brings.
const A_DAY: f64 = 25.0;

/// How often a place was reported for a category, and when.
#[derive(Debug, Clone, Default)]
pub struct Memory(HashMap<(usize, String), Vec<Timestamp>>);

impl Memory {
    /// Notes a report and says the how-manieth within 30 days it is.
    pub fn note(&mut self, category: usize, place: &str, at: Timestamp) -> usize {
        let times = self.0.entry((category, place.to_owned())).or_default();
        times.retain(|t| at.duration_since(*t) <= SignedDuration::from_hours(30 * 24));
        times.push(at);
        times.len()
    }
}

/// The warnings of the 60 days before `as_of`, ordered by id. A day comes out the same whichever
/// later moment it is seen from, but for what was still open then.
pub fn warnings(scenes: &Scenes, as_of: Timestamp) -> Vec<Change> {
    let today = as_of.to_zoned(zone()).date();
    let mut memory = Memory::default();
    let mut out = Vec::new();
    for back in (0..DAYS + BEFORE).rev() {
        let Ok(date) = today.checked_sub(back.days()) else {
            continue;
        };
        for mut case in day(scenes, date, &mut memory) {
            if case.reported_at > as_of {
                continue;
            }
            progress(scenes, &mut case, as_of);
            if back < DAYS {
                out.extend(case.change());
            }
        }
    }
    out
}

/// The reports of one day, in the order of the clock.
fn day(scenes: &Scenes, date: Date, memory: &mut Memory) -> Vec<Case> {
    let ordinal = i64::from(date.year()) * 1000 + i64::from(date.day_of_year());
    let mut rng = Prng::of("day", ordinal.unsigned_abs());
    let weekend = date.weekday().to_monday_zero_offset() >= 5;
    let count = A_DAY * rng.range(0.75, 1.25) * if weekend { 0.8 } else { 1.0 };
    let moments: Vec<(usize, usize)> = (0..CATEGORIES.len())
        .flat_map(|c| (0..24).map(move |h| (c, h)))
        .collect();
    let mut reports: Vec<(i64, usize)> = (0..count.round() as usize)
        .map(|_| {
            let i = rng.weighted(moments.iter().map(|(c, h)| rhythm(*c, *h)));
            let (category, hour) = moments[i];
            (hour as i64 * 3600 + rng.whole(0, 3599), category)
        })
        .collect();
    reports.sort_unstable();
    let Ok(midnight) = date.to_zoned(zone()) else {
        return Vec::new();
    };
    let mut cases = Vec::new();
    for (second, category) in reports {
        let at = midnight.timestamp() + SignedDuration::from_secs(second);
        let id = format!("w-{}-{:03}", date.strftime("%Y%m%d"), cases.len() + 1);
        cases.extend(fresh(scenes, memory, &mut rng, id, category, at));
    }
    cases
}

/// A fresh report of a category, at one of its places.
pub fn fresh(
    scenes: &Scenes,
    memory: &mut Memory,
    rng: &mut Prng,
    id: String,
    category: usize,
    at: Timestamp,
) -> Option<Case> {
    let scene = scenes.draw(category, rng)?.clone();
    let source = SOURCES[rng.weighted(sources(category).into_iter())];
    let note = NOTES[category][rng.index(NOTES[category].len())];
    let nth = memory.note(category, &scene.place, at);
    Some(Case::report(id, category, scene, nth, (source, note), at))
}

/// Lets a case run its course up to a moment.
fn progress(scenes: &Scenes, case: &mut Case, as_of: Timestamp) {
    let mut rng = Prng::of(&case.id, 11);
    let hours = match case.level {
        Level::Red => rng.range(3.0, 11.0),
        Level::Yellow => rng.range(8.0, 23.0),
        _ => rng.range(10.0, 64.0),
    };
    // Some are hard: nobody is at home, or the wall has to be moved.
    let hard = rng.chance(0.08);
    let hours = if hard {
        hours * 2.0 + rng.range(30.0, 190.0)
    } else {
        hours
    };
    let reported = case.reported_at;
    let after = |share: f64| reported + SignedDuration::from_secs((hours * 3600.0 * share) as i64);
    let closed = daytime(after(1.0));
    let handled = daytime(after(0.85)).min(closed);
    let unit = scenes.unit(CATEGORIES[case.category], &case.scene.grid, &mut rng);
    let steps = [
        (after(0.04), "filed"),
        (after(0.10), "dispatched"),
        (after(0.30), "handling"),
        (handled, "handled"),
        (after(0.94).max(handled), "verified"),
    ];
    for (at, status) in steps {
        if at <= as_of {
            case.status = status;
        }
    }
    if after(0.10) <= as_of {
        case.unit = unit.map(str::to_owned);
    }
    if handled <= as_of {
        case.handled_at = Some(handled);
    }
    if case.due_at < closed.min(as_of) {
        case.overdue();
    }
    if closed <= as_of {
        case.status = "closed";
        case.closed_at = Some(closed);
    }
}

/// Nobody closes a case at night: the next morning, then.
fn daytime(at: Timestamp) -> Timestamp {
    let local = at.to_zoned(zone());
    let hour = i64::from(local.hour());
    let wait = match hour {
        0..=6 => 8 - hour,
        22..=23 => 32 - hour,
        _ => 0,
    };
    at + SignedDuration::from_hours(wait)
}
