//! The shift handover (交接班): what is open at the end of a shift, what falls due in the next one, and what was done.
//!
//! Drills and cases pending review never count, except in the number of cases pending review.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Case, CaseNumber, Status};
use crate::model::names::property;
use crate::model::{Canonical, Level};

/// The most cases that a handover lists. Its numbers count all of them.
pub const MOST_LISTED: usize = 200;
/// The hours of local time at which shifts change, if the officer sets no others.
const CHANGES: [i8; 2] = [8, 20];
/// A shift lasts this long, if the officer sets no other time.
const SHIFT: SignedDuration = SignedDuration::from_hours(12);
/// How long after a change of shifts a handover is still that of the shift before.
const LATE: SignedDuration = SignedDuration::from_hours(2);

/// A shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// The shift that is handed over at a moment, and the next one: 8:00 to 20:00 and 20:00 to 8:00 in local time. Until
/// two hours after a change, the shift before the change is handed over. `None` at the ends of the calendar.
pub fn shifts_at(now: Timestamp, offset: Offset) -> Option<(Shift, Shift)> {
    let local = offset.to_datetime(now.checked_sub(LATE).ok()?);
    let date = local.date();
    let today = CHANGES.map(|hour| date.at(hour, 0, 0, 0));
    let tomorrow = date.tomorrow().ok()?.at(CHANGES[0], 0, 0, 0);
    let later = |change: &DateTime| *change > local;
    let change = today.into_iter().chain([tomorrow]).find(later)?;
    let change = offset.to_timestamp(change).ok()?;
    let this = Shift {
        from: change.checked_sub(SHIFT).ok()?,
        until: change,
    };
    let next = Shift {
        from: change,
        until: change.checked_add(SHIFT).ok()?,
    };
    Some((this, next))
}

/// The shift after one, if the officer sets no other time. `None` at the end of the calendar.
pub fn following(shift: Shift) -> Option<Shift> {
    Some(Shift {
        from: shift.until,
        until: shift.until.checked_add(SHIFT).ok()?,
    })
}

/// The numbers of open cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenNow {
    /// Red warnings.
    pub red: u32,
    /// Yellow warnings.
    pub yellow: u32,
    /// Open cases at the level green.
    pub green: u32,
    /// Cases whose due time, or the end of their parking, has passed.
    pub overdue: u32,
    /// Supervised cases (督办).
    pub supervised: u32,
    /// Cases that an officer must file or reject (待立案).
    pub to_file: u32,
    /// Cases that an officer must dispatch, also after a unit returned them (待派遣).
    pub to_dispatch: u32,
    /// Cases that an officer must close (待结案).
    pub to_close: u32,
    /// Reports that an officer must review before they count (待甄别).
    pub held: u32,
}

/// What happened in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Happened {
    /// Cases reported.
    pub reported: u32,
    /// Cases filed.
    pub filed: u32,
    /// Cases dispatched.
    pub dispatched: u32,
    /// Cases handled by their units.
    pub handled: u32,
    /// Cases closed.
    pub closed: u32,
    /// Cases rejected.
    pub rejected: u32,
    /// Cases that turned red and are still open and red.
    pub new_red: u32,
}

/// Why a case is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HandoverReason)]
pub enum Reason {
    /// Its due time has passed.
    Overdue,
    /// It falls due before the end of the next shift.
    Due,
    /// It is supervised.
    Supervised,
    /// It is red.
    Red,
}

/// A case as it is at the handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HandoverCase)]
pub struct Listed {
    /// The id of the case.
    pub id: String,
    /// The number of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "20261129-0042")]
    pub number: Option<CaseNumber>,
    /// The category.
    pub category: String,
    /// The place as a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The level.
    pub level: Level,
    /// The status.
    pub status: Status,
    /// The name of the unit in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// When somebody must act: the due time, or the end of the parking; for a supervised case, the earlier one of this and
    /// its own due time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Why it is listed.
    pub why: Vec<Reason>,
}

/// The numbers of cases by reason. A case may have several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCounts {
    /// Overdue cases.
    pub overdue: u32,
    /// Cases that fall due before the end of the next shift.
    pub due: u32,
    /// Supervised cases.
    pub supervised: u32,
    /// Red cases.
    pub red: u32,
}

/// What is handed over, as it is at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = HandoverContent)]
pub struct Content {
    /// The commit as of which it was counted: the version of the data.
    pub seq: u64,
    /// When it was counted.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The shift that ends; `done` counts from its beginning until `at`.
    pub shift: Shift,
    /// The next shift.
    pub next: Shift,
    /// The open cases.
    pub open: OpenNow,
    /// What was done in the shift.
    pub done: Happened,
    /// The cases that need attention, the most urgent first, at most 200.
    pub cases: Vec<Listed>,
    /// How many cases need attention for each reason.
    pub counts: ReasonCounts,
    /// How many cases need attention and are not listed.
    pub left_out: u32,
}

/// Whether a case, given by its properties, is open, or something was done on it since `from`.
pub fn concerns(case: Canonical<'_>, from: Timestamp) -> bool {
    let moments = [
        property::REPORTED_AT,
        property::FILED_AT,
        property::CLOSED_AT,
        "dispatched_at",
        "handled_at",
    ];
    let status = case.text(property::STATUS);
    let ended = status.is_some_and(|s| Status::parse(&s).is_some_and(Status::is_ended));
    !ended
        || moments
            .iter()
            .any(|m| case.moment(m).is_some_and(|t| t >= from))
}

/// When somebody must act on a case; `None` if no clock runs.
fn due_at(case: &Case) -> Option<Timestamp> {
    let own = match case.status {
        Status::Parked => case.parked_until,
        Status::Handled | Status::Verified => None,
        status if status.is_ended() => None,
        _ => case.due_at,
    };
    let supervised = case.supervise_due_at.filter(|_| case.is_supervised());
    own.into_iter().chain(supervised).min()
}

/// Whether the time to act on a case has passed.
pub fn is_overdue(case: &Case, now: Timestamp) -> bool {
    let marked = case.overdue_at.is_some()
        && !matches!(
            case.status,
            Status::Parked | Status::Handled | Status::Verified
        )
        && !case.status.is_ended();
    marked || due_at(case).is_some_and(|due| due < now)
}

impl Listed {
    /// A case as it is now; `unit` is the name of its unit.
    pub fn of(case: &Case, unit: Option<String>, why: Vec<Reason>) -> Self {
        Self {
            id: case.id.to_string(),
            number: case.number,
            category: case.category.clone(),
            place: case.place.clone(),
            level: case.level,
            status: case.status,
            unit,
            due_at: due_at(case),
            why,
        }
    }
}

/// Why a case is listed in a handover; empty if it is not.
fn reasons(case: &Case, now: Timestamp, next: Shift) -> Vec<Reason> {
    let overdue = is_overdue(case, now);
    let due = due_at(case).is_some_and(|at| now <= at && at < next.until);
    [
        (Reason::Overdue, overdue),
        (Reason::Due, due),
        (Reason::Supervised, case.is_supervised()),
        (Reason::Red, case.level == Level::Red),
    ]
    .into_iter()
    .filter_map(|(reason, holds)| holds.then_some(reason))
    .collect()
}

impl OpenNow {
    fn add(&mut self, case: &Case, now: Timestamp) {
        match case.level {
            Level::Red => self.red += 1,
            Level::Yellow => self.yellow += 1,
            Level::Green | Level::NoData => self.green += 1,
        }
        self.overdue += u32::from(is_overdue(case, now));
        self.supervised += u32::from(case.is_supervised());
        match case.status {
            Status::Reported => self.to_file += 1,
            Status::Filed | Status::Returned => self.to_dispatch += 1,
            Status::Verified => self.to_close += 1,
            _ => {}
        }
    }
}

/// Counts what happened from `from` on, before `until`.
pub fn happened<'a>(
    cases: impl IntoIterator<Item = &'a Case>,
    from: Timestamp,
    until: Timestamp,
) -> Happened {
    let mut said = Happened::default();
    let within = |at: Option<Timestamp>| at.is_some_and(|at| from <= at && at < until);
    for case in cases.into_iter().filter(|c| c.counts()) {
        said.reported += u32::from(within(Some(case.reported_at)));
        said.filed += u32::from(within(case.filed_at));
        said.dispatched += u32::from(within(case.dispatched_at));
        said.handled += u32::from(within(case.handled_at));
        let ended = within(case.closed_at);
        said.closed += u32::from(ended && case.status == Status::Closed);
        said.rejected += u32::from(ended && case.status == Status::Rejected);
        let red = case.level == Level::Red && !case.status.is_ended();
        said.new_red += u32::from(red && within(Some(case.since)));
    }
    said
}

/// What is handed over at `now`: the open cases and those on which something was done in the shift. `unit` returns the
/// name of a unit.
pub fn content(
    cases: &[Case],
    (seq, now): (u64, Timestamp),
    (shift, next): (Shift, Shift),
    unit: impl Fn(&str) -> String,
) -> Content {
    let mut open = OpenNow::default();
    let mut counts = ReasonCounts::default();
    let mut listed = Vec::new();
    for case in cases.iter().filter(|c| !c.status.is_ended()) {
        if !case.counts() {
            open.held += u32::from(case.held);
            continue;
        }
        open.add(case, now);
        let why = reasons(case, now, next);
        for reason in &why {
            match reason {
                Reason::Overdue => counts.overdue += 1,
                Reason::Due => counts.due += 1,
                Reason::Supervised => counts.supervised += 1,
                Reason::Red => counts.red += 1,
            }
        }
        if !why.is_empty() {
            listed.push((case, why));
        }
    }
    // Overdue and supervised cases first, then by due time; cases without one last.
    listed.sort_by_cached_key(|(case, why)| {
        let first = |reason| !why.contains(&reason);
        let due = due_at(case).unwrap_or(Timestamp::MAX);
        (
            first(Reason::Overdue),
            first(Reason::Supervised),
            due,
            std::cmp::Reverse(case.level),
            case.id.clone(),
        )
    });
    let left_out = listed.len().saturating_sub(MOST_LISTED);
    let row =
        |(case, why): (&Case, Vec<Reason>)| Listed::of(case, case.unit.as_deref().map(&unit), why);
    Content {
        seq,
        at: now,
        shift,
        next,
        open,
        done: happened(cases, shift.from, now),
        cases: listed.into_iter().take(MOST_LISTED).map(row).collect(),
        counts,
        left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{FeatureId, Properties};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn case(id: &str, said: Value) -> Case {
        let mut map = serde_json::Map::new();
        map.insert("category".into(), "corridor_clutter".into());
        map.insert("status".into(), "dispatched".into());
        map.insert("level".into(), "green".into());
        map.insert("reported_at".into(), "2026-11-01T00:00:00Z".into());
        if let Value::Object(said) = said {
            map.extend(said);
        }
        Case::from_map(&FeatureId::new(id).unwrap(), map).unwrap()
    }

    #[test]
    fn shifts_change_at_8_and_20_and_a_late_handover_is_that_of_the_shift_before() {
        let local = Offset::constant(8);
        let said = |now: &str| {
            let (this, next) = shifts_at(at(now), local).unwrap();
            assert_eq!(this.until, next.from);
            format!("{} {} {}", this.from, this.until, next.until)
        };
        let day = "2026-11-30T00:00:00Z 2026-11-30T12:00:00Z 2026-12-01T00:00:00Z";
        let night = "2026-11-30T12:00:00Z 2026-12-01T00:00:00Z 2026-12-01T12:00:00Z";
        // 10:00 in China until 22:00, and after that until 10:00.
        assert_eq!(said("2026-11-30T02:00:00Z"), day);
        assert_eq!(said("2026-11-30T12:00:00Z"), day);
        assert_eq!(said("2026-11-30T13:59:59Z"), day);
        assert_eq!(said("2026-11-30T14:00:00Z"), night);
        assert_eq!(said("2026-12-01T01:59:59Z"), night);
    }

    #[test]
    fn a_handover_counts_what_is_open_lists_what_needs_attention_and_counts_what_was_done() {
        let now = at("2026-11-30T12:00:00Z");
        let (this, next) = shifts_at(now, Offset::constant(8)).unwrap();
        let cases = [
            case(
                "late",
                json!({"level": "yellow", "unit": "u1", "due_at": "2026-11-30T11:00:00Z",
                "overdue_at": "2026-11-30T11:00:00Z", "dispatched_at": "2026-11-30T01:00:00Z"}),
            ),
            case(
                "tonight",
                json!({"due_at": "2026-11-30T20:00:00Z", "filed_at": "2026-11-29T23:59:59Z"}),
            ),
            case("tomorrow", json!({"due_at": "2026-12-01T00:00:00Z"})),
            case(
                "red",
                json!({"level": "red", "status": "filed", "since": "2026-11-30T09:00:00Z"}),
            ),
            case(
                "watched",
                json!({"status": "handled", "due_at": "2026-11-30T01:00:00Z",
                "supervise_due_at": "2026-12-05T00:00:00Z", "handled_at": "2026-11-30T11:59:59Z"}),
            ),
            case(
                "parked",
                json!({"status": "parked", "parked_until": "2026-11-30T21:00:00Z", "due_at": "2026-11-01T01:00:00Z"}),
            ),
            case(
                "new",
                json!({"status": "reported", "reported_at": "2026-11-30T00:00:00Z"}),
            ),
            case(
                "done",
                json!({"status": "verified", "due_at": "2026-11-30T01:00:00Z"}),
            ),
            case(
                "closed",
                json!({"status": "closed", "level": "red", "since": "2026-11-30T09:00:00Z",
                "closed_at": "2026-11-30T10:00:00Z", "due_at": "2026-11-30T01:00:00Z"}),
            ),
            case(
                "rejected",
                json!({"status": "rejected", "closed_at": "2026-11-30T10:00:00Z"}),
            ),
            case(
                "held",
                json!({"status": "reported", "held": true, "level": "red", "reported_at": "2026-11-30T00:00:00Z"}),
            ),
            case("drill", json!({"exercise": true, "level": "red"})),
        ];
        let said = content(&cases, (7, now), (this, next), |id| format!("<{id}>"));
        let expected = OpenNow {
            red: 1,
            yellow: 1,
            green: 6,
            overdue: 1,
            supervised: 1,
            to_file: 1,
            to_dispatch: 1,
            to_close: 1,
            held: 1,
        };
        assert_eq!(said.open, expected);
        let expected = Happened {
            reported: 1,
            filed: 0,
            dispatched: 1,
            handled: 1,
            closed: 1,
            rejected: 1,
            new_red: 1,
        };
        assert_eq!(said.done, expected);
        let rows: Vec<(&str, &[Reason])> = said
            .cases
            .iter()
            .map(|r| (r.id.as_str(), r.why.as_slice()))
            .collect();
        let expected: [(&str, &[Reason]); 5] = [
            ("late", &[Reason::Overdue]),
            ("watched", &[Reason::Supervised]),
            ("tonight", &[Reason::Due]),
            ("parked", &[Reason::Due]),
            ("red", &[Reason::Red]),
        ];
        assert_eq!(rows, expected);
        assert_eq!(said.cases[0].unit.as_deref(), Some("<u1>"));
        assert_eq!(said.cases[1].due_at, Some(at("2026-12-05T00:00:00Z")));
        assert_eq!(
            said.counts,
            ReasonCounts {
                overdue: 1,
                due: 2,
                supervised: 1,
                red: 1
            }
        );
        assert_eq!(said.left_out, 0);
        // The prefilter skips no case that the handover counts.
        for case in &cases {
            let properties: Properties = case.properties().unwrap();
            assert!(
                concerns(Canonical::new(properties.as_str()), this.from),
                "{}",
                case.id
            );
        }
        let old = case(
            "old",
            json!({"status": "closed", "closed_at": "2026-11-29T10:00:00Z"}),
        )
        .properties()
        .unwrap();
        assert!(!concerns(Canonical::new(old.as_str()), this.from));
    }

    #[test]
    fn the_list_is_bounded_and_says_how_many_are_left_out() {
        let now = at("2026-11-30T12:00:00Z");
        let shifts = shifts_at(now, Offset::constant(8)).unwrap();
        let cases: Vec<Case> = (0..MOST_LISTED + 3)
            .map(|n| case(&n.to_string(), json!({"level": "red"})))
            .collect();
        let said = content(&cases, (1, now), shifts, str::to_owned);
        assert_eq!((said.cases.len(), said.left_out), (MOST_LISTED, 3));
        assert_eq!(said.counts.red, 203);
    }
}
