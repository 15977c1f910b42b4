//! The history of the demo's ledger as plain data: who did what to which case, and when. The real
//! ledger decides the effect of a step (the level, the due date, whether it is allowed) when the
//! script is applied, so the demo shows only what could really happen.

use geo_types::Point;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use serde_json::{Value, json};

use super::cases::{NOTES, SOURCES, rhythm, sources, zone};
use super::photos::{Moment, photo_name};
use super::prng::Prng;
use super::scenes::{CATEGORIES, Scene, Scenes};
use super::words::{
    DONE, EXTEND_REASONS, FAIL_NOTES, PARK_REASONS, REJECT_REASONS, RETURN_REASONS, VERIFY_REASONS,
};
use crate::model::Role;

/// The length of the demo's history in days.
pub const DAYS: i64 = 60;
/// The number of reports on an ordinary day.
const A_DAY: f64 = 25.0;

/// An event in the demo.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The time of the event.
    pub at: Timestamp,
    /// The id of the case; empty for a report, whose case gets its id later.
    pub case: String,
    /// The person who acts.
    pub who: Who,
    /// The report or action.
    pub what: What,
}

/// The acting person, as a demo account: a role and a place, and never the name of a person. The full-width
/// brackets keep the names apart from those of real accounts, which are in normalization form NFKC.
#[derive(Debug, Clone, PartialEq)]
pub struct Who {
    /// The role of the account.
    pub role: Role,
    /// The name of the account; `None` for the public.
    pub account: Option<String>,
    /// The id of the account's member unit.
    pub unit: Option<String>,
    /// Whether the person is the reporter of the case.
    pub is_reporter: bool,
}

/// An action of the demo's history.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A report.
    Report(Sighting),
    /// An action in the form of a request body: `{action, …}`.
    Act(Value),
}

/// The content of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// The category of the warning.
    pub category: &'static str,
    /// The position in degrees of WGS 84.
    pub at: Point<f64>,
    /// The id of the building, if the place is in one.
    pub building: Option<String>,
    /// The description of the place.
    pub place: String,
    /// The source, with the values of the schema.
    pub source: &'static str,
    /// The note of the reporter.
    pub note: &'static str,
    /// The ticket number of the hotline.
    pub hotline_number: Option<String>,
}

impl Who {
    /// The duty officer.
    pub fn officer() -> Self {
        Self::of(Role::Officer, "值班员（演示）", None)
    }

    /// A person who works for a member unit.
    pub fn unit(unit: &str) -> Self {
        Self::of(Role::Unit, "经办人（演示）", Some(unit))
    }

    /// The grid worker of a grid.
    pub fn grid_worker(scenes: &Scenes, grid: &str) -> Self {
        let name = format!("网格员（{}）", scenes.grid_name(grid));
        Self::of(Role::GridWorker, &name, None)
    }

    /// The reporter of a case from a source.
    pub fn reporter(scenes: &Scenes, source: &str, grid: &str) -> Self {
        let who = match source {
            "grid_worker" => Self::grid_worker(scenes, grid),
            "rider" => Self::of(Role::Rider, "骑手（演示）", None),
            "camera" => Self::of(Role::GridWorker, "视频巡查（演示）", None),
            "hotline" => Self::of(Role::Officer, "热线受理员（演示）", None),
            _ => Self {
                role: Role::Public,
                account: None,
                unit: None,
                is_reporter: false,
            },
        };
        Self {
            is_reporter: true,
            ..who
        }
    }

    fn of(role: Role, account: &str, unit: Option<&str>) -> Self {
        Self {
            role,
            account: Some(account.to_owned()),
            unit: unit.map(str::to_owned),
            is_reporter: false,
        }
    }
}

/// The events of the 60 days before `as_of`, in order. The events of a day are the same for every
/// later `as_of`, except for those that were still in the future.
pub fn script(scenes: &Scenes, as_of: Timestamp) -> Vec<Event> {
    let today = as_of.to_zoned(zone()).date();
    let mut open = OpenPlaces::default();
    let mut events = Vec::new();
    for back in (0..DAYS).rev() {
        let Ok(date) = today.checked_sub(back.days()) else {
            continue;
        };
        for report in day(scenes, date) {
            let course = match open.covering(&report) {
                Some(other) => duplicate(&report, other),
                None => course(scenes, &report),
            };
            open.note(&report, &course);
            events.push(report.event(scenes));
            events.extend(course);
        }
    }
    events.retain(|e| e.at <= as_of);
    events.sort_by_key(|e| e.at);
    events
}

/// A report with its place and source.
#[derive(Debug, Clone)]
pub struct Report {
    id: String,
    at: Timestamp,
    category: usize,
    scene: Scene,
    source: &'static str,
    note: &'static str,
}

impl Report {
    /// The report as an event of the history.
    pub fn event(&self, scenes: &Scenes) -> Event {
        let hotline = (self.source == "hotline").then(|| {
            let serial = Prng::of(&self.id, 3).whole(100_000, 999_999);
            let day = self.at.to_zoned(zone()).strftime("%Y%m%d").to_string();
            format!("12345-{day}-{serial}")
        });
        Event {
            at: self.at,
            case: self.id.clone(),
            who: Who::reporter(scenes, self.source, &self.scene.grid),
            what: What::Report(Sighting {
                category: CATEGORIES[self.category],
                at: self.scene.at,
                building: self.scene.building.clone(),
                place: self.scene.place.clone(),
                source: self.source,
                note: self.note,
                hotline_number: hotline,
            }),
        }
    }

    fn act(&self, at: Timestamp, who: Who, what: Value) -> Event {
        Event {
            at,
            case: self.id.clone(),
            who,
            what: What::Act(what),
        }
    }
}

/// The open cases by place, to recognize a second report of the same place within a day.
#[derive(Debug, Default)]
struct OpenPlaces(std::collections::HashMap<(usize, String), (String, Timestamp, Timestamp)>);

impl OpenPlaces {
    /// The open case of which the report is most likely a duplicate.
    fn covering(&self, report: &Report) -> Option<&str> {
        let key = (report.category, report.scene.place.clone());
        let (id, since, until) = self.0.get(&key)?;
        let fresh = report.at.duration_since(*since) <= SignedDuration::from_hours(24);
        // The other case must still be open when an officer examines the report.
        let looked = report.at + SignedDuration::from_mins(45);
        let noticed = Prng::of(&report.id, 5).chance(0.7);
        (fresh && looked < *until && noticed).then_some(id.as_str())
    }

    fn note(&mut self, report: &Report, course: &[Event]) {
        let is = |e: &Event, action: &str| matches!(&e.what, What::Act(w) if w["action"] == action);
        // A case is rated after it was closed, so the rating is not its end.
        let end = course.iter().rfind(|e| !is(e, "rate")).map(|e| e.at);
        if let Some(end) = end.filter(|_| !course.iter().any(|e| is(e, "merge"))) {
            let key = (report.category, report.scene.place.clone());
            self.0.insert(key, (report.id.clone(), report.at, end));
        }
    }
}

/// The reports of one day, in order of time.
fn day(scenes: &Scenes, date: Date) -> Vec<Report> {
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
    let mut all = Vec::new();
    for (second, category) in reports {
        let at = midnight.timestamp() + SignedDuration::from_secs(second);
        let id = format!("w-{}-{:03}", date.strftime("%Y%m%d"), all.len() + 1);
        all.extend(fresh(scenes, &mut rng, id, category, at));
    }
    all
}

/// A new report of a category at one of its places.
pub fn fresh(
    scenes: &Scenes,
    rng: &mut Prng,
    id: String,
    category: usize,
    at: Timestamp,
) -> Option<Report> {
    let scene = scenes.draw(category, rng)?.clone();
    let source = SOURCES[rng.weighted(sources(category).into_iter())];
    let note = rng.index(NOTES[category].len());
    let note = NOTES[category][scene.note.unwrap_or(note)];
    Some(Report {
        id,
        at,
        category,
        scene,
        source,
        note,
    })
}

/// An officer recognizes the report as a duplicate.
fn duplicate(report: &Report, other: &str) -> Vec<Event> {
    let mut rng = Prng::of(&report.id, 13);
    let at = report.at + SignedDuration::from_secs(rng.whole(180, 1800));
    let what = json!({"action": "merge", "into": other, "reason": "同一地点重复上报"});
    vec![report.act(at, Who::officer(), what)]
}

/// The steps of a case, in order.
fn course(scenes: &Scenes, report: &Report) -> Vec<Event> {
    let mut rng = Prng::of(&report.id, 11);
    let category = CATEGORIES[report.category];
    let hours = match category {
        "blocked_route" => rng.range(3.0, 11.0),
        "flying_wire_charging" => rng.range(4.0, 14.0),
        "street_encroachment" => rng.range(5.0, 20.0),
        "corridor_clutter" => rng.range(8.0, 30.0),
        _ => rng.range(10.0, 56.0),
    };
    // Some cases are difficult: nobody is at home, or a wall must be moved.
    let hard = rng.chance(0.08);
    let hours = if hard {
        hours * 2.0 + rng.range(30.0, 190.0)
    } else {
        hours
    };
    let mut course = Course {
        report,
        at: report.at,
        events: Vec::new(),
    };
    let after = |share: f64| report.at + SignedDuration::from_secs((hours * 3600.0 * share) as i64);
    let officer = Who::officer;

    if rng.chance(0.04) {
        let reason = rng.pick(REJECT_REASONS);
        course.step(
            after(0.05),
            officer(),
            json!({"action": "reject", "reason": reason}),
        );
        return course.events;
    }
    course.step(after(0.04), officer(), json!({"action": "file"}));
    let Some(mut unit) = scenes
        .unit(category, &report.scene.grid, &mut rng)
        .map(str::to_owned)
    else {
        return course.events;
    };
    course.step(
        after(0.10),
        officer(),
        json!({"action": "dispatch", "unit": unit}),
    );
    if rng.chance(0.06) {
        let reason = rng.pick(RETURN_REASONS);
        course.step(
            after(0.16),
            Who::unit(&unit),
            json!({"action": "return", "reason": reason}),
        );
        if let Some(other) = scenes.unit(category, &report.scene.grid, &mut rng) {
            other.clone_into(&mut unit);
        }
        course.step(
            after(0.20),
            officer(),
            json!({"action": "dispatch", "unit": unit}),
        );
    }
    course.step(after(0.30), Who::unit(&unit), json!({"action": "start"}));
    if hard && rng.chance(0.5) {
        let reason = rng.pick(PARK_REASONS);
        let until = daytime(after(0.70));
        course.step(
            after(0.35),
            officer(),
            json!({"action": "park", "reason": reason, "until": until.to_string()}),
        );
        course.step(until, officer(), json!({"action": "resume"}));
    } else if rng.chance(if hard { 0.5 } else { 0.03 }) {
        let reason = rng.pick(EXTEND_REASONS);
        let due = daytime(after(1.0)).max(report.at + SignedDuration::from_hours(24));
        course.step(
            after(0.40),
            officer(),
            json!({"action": "extend", "reason": reason, "due": due.to_string()}),
        );
    }
    let handled = |at| {
        (
            daytime(at),
            Who::unit(&unit),
            handle(report.category, report.note),
        )
    };
    let (at, who, what) = handled(after(0.80));
    course.step(at, who, what);
    if rng.chance(0.06) {
        let note = rng.pick(FAIL_NOTES);
        course.step(
            after(0.83),
            verifier(scenes, report),
            json!({"action": "verify", "result": "fail", "note": note, "position": near(report, &mut rng)}),
        );
        course.step(after(0.85), Who::unit(&unit), json!({"action": "start"}));
        let (at, who, what) = handled(after(0.90));
        course.step(at, who, what);
    }
    let mut pass = json!({"action": "verify", "result": "pass"});
    if rng.chance(0.88) {
        pass["position"] = near(report, &mut rng);
    } else {
        pass["reason"] = rng.pick(VERIFY_REASONS).into();
    }
    course.step(daytime(after(0.94)), verifier(scenes, report), pass);
    course.step(daytime(after(1.0)), officer(), json!({"action": "close"}));
    if matches!(report.source, "resident" | "rider" | "hotline") && rng.chance(0.4) {
        let rating = [5, 5, 5, 4, 4, 3, 2][rng.index(7)];
        let wait = SignedDuration::from_mins(rng.whole(10, 1500));
        let at = course.at + wait;
        course.step(
            at,
            Who::reporter(scenes, report.source, &report.scene.grid),
            json!({"action": "rate", "rating": rating}),
        );
    }
    course.events
}

/// The steps of a case with increasing times.
struct Course<'a> {
    report: &'a Report,
    at: Timestamp,
    events: Vec<Event>,
}

impl Course<'_> {
    fn step(&mut self, at: Timestamp, who: Who, what: Value) {
        self.at = at.max(self.at + SignedDuration::from_secs(45));
        self.events.push(self.report.act(self.at, who, what));
    }
}

/// The unit's report that the case is done, with words and photos that fit the note of the reporter.
pub fn handle(category: usize, note: &str) -> Value {
    let n = NOTES[category].iter().position(|known| *known == note);
    let n = n.unwrap_or_default();
    json!({"action": "handle", "note": DONE[category][n], "photos": [
        {"id": photo_name(category, n, Moment::Before), "kind": "before"},
        {"id": photo_name(category, n, Moment::After), "kind": "after"},
    ]})
}

fn verifier(scenes: &Scenes, report: &Report) -> Who {
    Who::grid_worker(scenes, &report.scene.grid)
}

/// A position a few metres away.
fn near(report: &Report, rng: &mut Prng) -> Value {
    near_point(report.scene.at, rng)
}

/// A position a few metres away from another, as `{lon, lat}`.
pub fn near_point(at: Point<f64>, rng: &mut Prng) -> Value {
    let mut off = || rng.range(-0.000_15, 0.000_15);
    let round = |d: f64| (d * 1e7).round() / 1e7;
    json!({"lon": round(at.x() + off()), "lat": round(at.y() + off())})
}

/// Moves a time at night to the next morning, because nobody works at night.
pub fn daytime(at: Timestamp) -> Timestamp {
    let local = at.to_zoned(zone());
    let hour = i64::from(local.hour());
    let wait = match hour {
        0..=6 => 8 - hour,
        22..=23 => 32 - hour,
        _ => 0,
    };
    at + SignedDuration::from_hours(wait)
}
