//! The case engine computes the effect of an event on a case. The case service, the timer, replay
//! and the import of a ledger all use it, each with its own [`Surroundings`]: the map, or the map
//! plus a sheet.
//!
//! It has no side effects: it reads its arguments and returns the next state. The status table
//! decides which actions are allowed; this module adds their consequences: the level, the notice,
//! and the case into which another was merged.

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp};

use super::rules::is_private;
use super::step::{Action, Notice, Status};
use super::table::{self, Context, Refusal};
use super::{ActionRequest, Actor, Calendar, Case, Report, Rules, due};
use crate::model::Localized;
use crate::spatial::metres;

/// How much more urgent cases are at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// The factor by which deadlines are divided.
    pub factor: f64,
    /// The name of what is nearby, for example a fire exit.
    pub near: Localized,
}

/// The fields of a case that are needed to count earlier reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// When the case was first reported.
    pub reported_at: Timestamp,
    /// The number of reports merged into the case; 0 while the case does not count for its grid.
    pub reports: u32,
    /// When the case was rejected or merged; its reports do not count from then on.
    pub gone_at: Option<Timestamp>,
}

impl Earlier {
    /// Extracts the fields from a case.
    pub fn of(case: &Case) -> Self {
        let is_gone = matches!(case.status, Status::Rejected | Status::Merged);
        Self {
            reported_at: case.reported_at,
            reports: if case.counts() { case.reports } else { 0 },
            gone_at: case.closed_at.filter(|_| is_gone),
        }
    }
}

/// What the engine reads in addition to the case.
pub trait Surroundings {
    /// The rules in force.
    fn rules(&self) -> &Rules;

    /// The calendar in force.
    fn calendar(&self) -> &Calendar;

    /// The urgency of a category at a place, from the strictest rule that applies; `None` if no
    /// rule applies.
    fn weight(&self, category: &str, at: Coord<f64>) -> Option<Weight>;

    /// Passes to `each` every case of a category that was reported at `since` or later and lies
    /// within `distance_m` metres of `at`. It may also pass cases that were reported earlier.
    fn cases_near(
        &self,
        category: &str,
        at: Coord<f64>,
        distance_m: f64,
        since: Timestamp,
        each: &mut dyn FnMut(Earlier),
    );

    /// The competences of the unit `unit`, to which a case of `category` is to be dispatched;
    /// `None` if there is no such unit.
    fn competences(&self, unit: &str, category: &str) -> Option<Vec<String>>;

    /// Who is responsible for a case by the list of responsibilities, if a dispatch to `unit` passes over them. Decisions
    /// of the past, which are replayed or imported, are not judged.
    fn passed_over(&self, _case: &Case, _unit: &str) -> Option<Localized> {
        None
    }

    /// Whether a notice of the case is sent or suppressed at a moment; `None` if nobody is to be
    /// notified.
    fn notice(&self, case: &Case, at: Timestamp) -> Option<Notice>;
}

/// An event in the life of a case.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A person acts on the case.
    Action {
        /// The acting person.
        actor: &'a Actor,
        /// The requested action.
        request: &'a ActionRequest,
        /// One point of the place of the case.
        anchor: Option<Coord<f64>>,
        /// For a merge, the case to merge into, if it exists.
        into: Option<&'a Case>,
        /// The time of the action.
        at: Timestamp,
    },
    /// Reports, or a sensor's condition, are merged into the case. For a condition, the number of reports is zero.
    Join {
        /// The number of reports.
        reports: u32,
        /// The time of the event.
        at: Timestamp,
    },
    /// Time passes until a moment.
    Time {
        /// The moment up to which time passes.
        at: Timestamp,
    },
}

/// The cases that an event changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Stepped {
    /// The case after the event.
    pub case: Case,
    /// For a merge, the other case after the event.
    pub into: Option<Case>,
}

/// Opens the case of a report and computes its level and its notice. The report names its grid,
/// compound and building; `anchor` is one point of its place.
pub fn open(around: &impl Surroundings, mut report: Report, anchor: Coord<f64>) -> Case {
    let (rules, calendar) = (around.rules(), around.calendar());
    // The reason of a level is public, so it must not say what a private place is near to.
    let weight = match is_private(&report.category) {
        true => None,
        false => around.weight(&report.category, anchor),
    };
    let before = reports_before(around, &report.category, anchor, report.at);
    report.nth = Some(before.saturating_add(1));
    report.factor = weight.as_ref().map(|w| w.factor);
    report.near = weight.map(|w| w.near);
    report.due_at = Context::new(report.at, rules, calendar).respond_by(&report.category);
    let mut case = Case::open(report);
    case.judge(rules, calendar);
    notify(around, None, &mut case);
    case
}

/// Applies an event to a case. An [`Event::Time`] at which nothing is due changes nothing.
///
/// # Errors
/// If the status table, the rights of the person or a field does not allow an action.
pub fn step(around: &impl Surroundings, case: &Case, event: Event<'_>) -> Result<Stepped, Refusal> {
    let (rules, calendar) = (around.rules(), around.calendar());
    let (mut next, mut into) = match event {
        Event::Action {
            actor,
            request,
            anchor,
            into,
            at,
        } => {
            let unit = request.unit.as_deref();
            let competences = unit.and_then(|unit| around.competences(unit, &case.category));
            let dispatched = unit.filter(|_| request.action == Action::Dispatch);
            let passed_over = dispatched.and_then(|unit| around.passed_over(case, unit));
            let context = Context {
                competences: competences.as_deref(),
                passed_over: passed_over.as_ref(),
                into,
                distance_m: request
                    .position
                    .zip(anchor)
                    .map(|(here, there)| metres::distance(here, there)),
                ..Context::new(at, rules, calendar)
            };
            let step = table::decide(case, actor, request, &context)?;
            let mut next = case.clone();
            next.apply_judged(&step, rules, calendar);
            let into = into.filter(|_| step.action == Action::Merge);
            let into = into.map(|other| (other, absorbed(around, other, case, step.at)));
            (next, into)
        }
        Event::Join { reports, at } => {
            let mut next = case.clone();
            next.apply_judged(&table::join_mark(case, at, reports), rules, calendar);
            (next, None)
        }
        Event::Time { at } => match due::apply(case, rules, calendar, at) {
            Some(next) => (next, None),
            None => {
                let case = case.clone();
                return Ok(Stepped { case, into: None });
            }
        },
    };
    notify(around, Some(case), &mut next);
    if let Some((before, after)) = &mut into {
        notify(around, Some(*before), after);
    }
    Ok(Stepped {
        case: next,
        into: into.map(|(_, after)| after),
    })
}

/// The moments up to and including `now` at which time alone changes the case, in order, each with the new
/// state. `rules_since` is when the rules came into force.
pub fn age(
    around: &impl Surroundings,
    case: &Case,
    rules_since: Timestamp,
    now: Timestamp,
) -> Vec<(Timestamp, Case)> {
    let mut ages: Vec<(Timestamp, Case)> = Vec::new();
    loop {
        let last = ages.last().map_or(case, |(_, case)| case);
        let next = due::next(last, around.rules(), around.calendar(), rules_since);
        let Some(at) = next.filter(|at| *at <= now) else {
            return ages;
        };
        match step(around, last, Event::Time { at }) {
            Ok(stepped) if stepped.case.steps > last.steps => ages.push((at, stepped.case)),
            // This does not happen, because every due moment changes the case.
            _ => return ages,
        }
    }
}

/// The number of earlier reports at a place: those within the distance and the window of the
/// category's rule.
fn reports_before(
    around: &impl Surroundings,
    category: &str,
    at: Coord<f64>,
    now: Timestamp,
) -> u32 {
    let rule = around.rules().category(category);
    let Some(repeats) = rule.and_then(|r| r.repeats.as_ref()) else {
        return 0;
    };
    let window = SignedDuration::from_hours(24 * i64::from(repeats.window_days));
    let since = now.checked_sub(window).unwrap_or(Timestamp::MIN);
    let mut reports: u32 = 0;
    around.cases_near(category, at, repeats.distance_m, since, &mut |earlier| {
        let is_gone = earlier.gone_at.is_some_and(|at| at <= now);
        if !is_gone && (since..=now).contains(&earlier.reported_at) {
            reports = reports.saturating_add(earlier.reports);
        }
    });
    reports
}

/// A case after another was merged into it.
fn absorbed(around: &impl Surroundings, into: &Case, merged: &Case, at: Timestamp) -> Case {
    let mut next = into.clone();
    next.apply(&table::absorb_mark(into, merged, at));
    // The case takes the greater repeat number of the two. Repeat numbers of different categories are not
    // comparable.
    if into.category == merged.category {
        next.ledger.nth = next.ledger.nth.max(merged.ledger.nth);
    }
    next.judge(around.rules(), around.calendar());
    next
}

/// Writes into the last step what happens to its notice. A notice is due if the step opened or reopened the case, made
/// it count for its grid, or raised its level, and if the rules send notices of that level.
fn notify(around: &impl Surroundings, before: Option<&Case>, case: &mut Case) {
    let rose = before.is_none_or(|before| opens(before, case) || case.level > before.level);
    if !rose || !case.counts() || case.status.is_ended() {
        return;
    }
    if case.level < around.rules().notices.from {
        return;
    }
    let at = case.step.as_ref().map_or(case.since, |s| s.at);
    if let Some(notice) = around.notice(case, at) {
        case.noticed(notice);
    }
}

/// Whether a step makes a case count for the level of its grid that did not count before, or reopens one that
/// counts.
fn opens(before: &Case, after: &Case) -> bool {
    after.counts() && (!before.counts() || (before.status.is_ended() && !after.status.is_ended()))
}
