//! The status table of a case: from which status an action is possible, for whom, and to which status it
//! leads. [`allowed`] and [`decide`] both read it.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::actor::Actor;
use super::calendar::Calendar;
use super::case::Case;
use super::field::FieldError;
use super::request::ActionRequest;
use super::rules::{Category, Rules};
use super::step::{Action, Status, Step, Verdict};
use crate::model::Role;

/// Who may take an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A duty officer.
    Officer,
    /// An account of the unit in charge.
    TheUnit,
    /// A grid worker or an officer who did not handle it.
    Verifier,
    /// Who reported it.
    Reporter,
    /// A grid worker or an officer, or an account of the unit in charge.
    Staff,
}

/// Where an action leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// Always there.
    Always(Status),
    /// Nowhere: the status stays.
    Same,
    /// Verified, or to the unit again.
    Verdict,
    /// Where it stood before it was parked.
    BeforePark,
}

/// One row of the table.
struct Row {
    action: Action,
    from: &'static [Status],
    who: Who,
    to: To,
}

const fn row(action: Action, from: &'static [Status], who: Who, to: To) -> Row {
    Row {
        action,
        from,
        who,
        to,
    }
}

use Status::{
    Closed, Dispatched, Filed, Handled, Handling, Merged, Parked, Rejected, Reported, Returned,
    Verified,
};

/// Everything but the report itself, which opens a case ([`Case::open`]).
const TABLE: &[Row] = &[
    row(Action::File, &[Reported], Who::Officer, To::Always(Filed)),
    row(
        Action::Reject,
        &[Reported],
        Who::Officer,
        To::Always(Rejected),
    ),
    row(
        Action::Merge,
        &[Reported, Filed],
        Who::Officer,
        To::Always(Merged),
    ),
    row(
        Action::Dispatch,
        &[Filed, Returned],
        Who::Officer,
        To::Always(Dispatched),
    ),
    row(
        Action::Return,
        &[Dispatched, Handling],
        Who::TheUnit,
        To::Always(Returned),
    ),
    row(
        Action::Start,
        &[Dispatched],
        Who::TheUnit,
        To::Always(Handling),
    ),
    row(
        Action::Handle,
        &[Handling],
        Who::TheUnit,
        To::Always(Handled),
    ),
    row(Action::Verify, &[Handled], Who::Verifier, To::Verdict),
    row(Action::Close, &[Verified], Who::Officer, To::Always(Closed)),
    row(
        Action::Extend,
        &[Dispatched, Handling],
        Who::Officer,
        To::Same,
    ),
    row(
        Action::Park,
        &[Filed, Dispatched, Returned, Handling, Handled],
        Who::Officer,
        To::Always(Parked),
    ),
    row(Action::Resume, &[Parked], Who::Officer, To::BeforePark),
    row(
        Action::Reopen,
        &[Closed, Rejected],
        Who::Officer,
        To::Always(Filed),
    ),
    row(Action::Rate, &[Closed], Who::Reporter, To::Same),
    row(Action::Note, Status::ALL, Who::Staff, To::Same),
];

/// What a decision needs to know beside the case and the person.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The moment of the step.
    pub now: Timestamp,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The calendar in force.
    pub calendar: &'a Calendar,
    /// For a dispatch: the competences of the unit that the request names; `None` if there is no such
    /// unit.
    pub competences: Option<&'a [String]>,
    /// For a merge: the case that the request names; `None` if there is no such case.
    pub into: Option<&'a Case>,
    /// For a verification: how far the position is from the case, metres.
    pub distance_m: Option<f64>,
}

impl<'a> Context<'a> {
    /// A moment under rules and a calendar.
    pub fn new(now: Timestamp, rules: &'a Rules, calendar: &'a Calendar) -> Self {
        Self {
            now,
            rules,
            calendar,
            competences: None,
            into: None,
            distance_m: None,
        }
    }

    /// Until when an officer should have done their part if they got it now.
    pub fn respond_by(&self, category: &str) -> Option<Timestamp> {
        let rule = self.rules.category(category)?;
        self.calendar.add(self.now, rule.respond)
    }

    /// Until when a unit should have handled it if it got it now.
    pub fn handle_by(&self, category: &str) -> Option<Timestamp> {
        let rule = self.rules.category(category)?;
        self.calendar.add(self.now, rule.handle)
    }
}

/// Why a request is refused. Each variant says what the same person may do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from where the case stands (409).
    #[error("{detail}")]
    WrongState {
        /// What stands in the way.
        detail: String,
        /// What this person may do now.
        allowed: Vec<Action>,
    },
    /// Not by this person (403; 401 for the unknown).
    #[error("{detail}")]
    WrongPerson {
        /// Who may.
        detail: String,
        /// What this person may do now.
        allowed: Vec<Action>,
    },
    /// A field is missing or wrong (422).
    #[error("{error}")]
    Invalid {
        /// Which, and what was expected.
        error: FieldError,
        /// What this person may do now.
        allowed: Vec<Action>,
    },
}

impl Refusal {
    /// What the person may do instead.
    pub fn allowed(&self) -> &[Action] {
        match self {
            Self::WrongState { allowed, .. }
            | Self::WrongPerson { allowed, .. }
            | Self::Invalid { allowed, .. } => allowed,
        }
    }
}

/// What stands between a person and a row whose state fits.
enum Hindrance {
    Person(String),
    State(String),
}

/// What a person may do with a case now, in the order of the table.
pub fn allowed(case: &Case, actor: &Actor) -> Vec<Action> {
    TABLE
        .iter()
        .filter(|row| row.from.contains(&case.status) && hindrance(row, case, actor).is_none())
        .map(|row| row.action)
        .collect()
}

/// Decides a request: the step that it makes, or why it is refused. Changes nothing.
pub fn decide(
    case: &Case,
    actor: &Actor,
    request: &ActionRequest,
    context: &Context<'_>,
) -> Result<Step, Refusal> {
    let row = row_for(case, actor, request.action)?;
    fill(row, case, actor, request, context).map_err(|error| Refusal::Invalid {
        error,
        allowed: allowed(case, actor),
    })
}

/// Whether this person may take an action where the case stands, whatever its fields are.
///
/// # Errors
/// Why not, as [`decide`] says it.
pub fn may(case: &Case, actor: &Actor, action: Action) -> Result<(), Refusal> {
    row_for(case, actor, action).map(drop)
}

/// The row of an action, if the case stands where it begins and the person may take it.
fn row_for(case: &Case, actor: &Actor, action: Action) -> Result<&'static Row, Refusal> {
    let allowed = || allowed(case, actor);
    let row = TABLE.iter().find(|row| row.action == action);
    let Some(row) = row.filter(|row| row.from.contains(&case.status)) else {
        return Err(Refusal::WrongState {
            detail: not_from(row, action, case.status),
            allowed: allowed(),
        });
    };
    match hindrance(row, case, actor) {
        None => Ok(row),
        Some(Hindrance::Person(detail)) => {
            let allowed = allowed();
            Err(Refusal::WrongPerson { detail, allowed })
        }
        Some(Hindrance::State(detail)) => {
            let allowed = allowed();
            Err(Refusal::WrongState { detail, allowed })
        }
    }
}

fn not_from(row: Option<&Row>, action: Action, status: Status) -> String {
    match row {
        None => format!("{action} is a mark of the system; nobody may ask for it."),
        Some(row) => {
            let from: Vec<&str> = row.from.iter().map(|s| s.as_str()).collect();
            format!(
                "{action} is possible from {}; this case is {status}.",
                from.join(", ")
            )
        }
    }
}

fn hindrance(row: &Row, case: &Case, actor: &Actor) -> Option<Hindrance> {
    let action = row.action;
    let needs = |role: Role| {
        (!actor.roles.includes(role))
            .then(|| Hindrance::Person(format!("{action} takes the role {role}.")))
    };
    let bounds = || {
        is_elsewhere(case, actor).then(|| {
            Hindrance::Person("The account is bound to other communities than this one.".to_owned())
        })
    };
    match row.who {
        Who::Officer => needs(Role::Officer).or_else(bounds),
        Who::Staff if is_theirs(case, actor) => bounds(),
        Who::Staff => needs(Role::GridWorker).or_else(bounds),
        Who::TheUnit => (!is_theirs(case, actor))
            .then(|| {
                let unit = case.unit.as_deref().unwrap_or("in charge");
                Hindrance::Person(format!("{action} is for an account of the unit {unit}."))
            })
            .or_else(bounds),
        // That they handled it is said before a missing role: another role would not let them verify.
        Who::Verifier => handled_by(case, actor)
            .then(|| {
                Hindrance::State(
                    "Who handled a case does not verify it: another account, of another unit, has \
                     to look."
                        .to_owned(),
                )
            })
            .or_else(|| needs(Role::GridWorker))
            .or_else(bounds),
        Who::Reporter => {
            if !is_reporter(case, actor) {
                let detail = "Only who reported it rates it: by the receipt, or by the account.";
                Some(Hindrance::Person(detail.to_owned()))
            } else if case.rating.is_some() {
                Some(Hindrance::State("It has been rated already.".to_owned()))
            } else {
                None
            }
        }
    }
}

/// Whether the account is one of the unit in charge.
fn is_theirs(case: &Case, actor: &Actor) -> bool {
    actor.roles.includes(Role::Unit) && actor.unit.is_some() && actor.unit == case.unit
}

/// Whether a case lies outside of the communities to which the account is bound.
fn is_elsewhere(case: &Case, actor: &Actor) -> bool {
    !actor.view().reaches(case.community.as_deref())
}

fn handled_by(case: &Case, actor: &Actor) -> bool {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    case.ledger
        .handler
        .as_ref()
        .is_some_and(|h| same(&h.account, &actor.account) || same(&h.unit, &actor.unit))
}

fn is_reporter(case: &Case, actor: &Actor) -> bool {
    actor.is_reporter || (actor.account.is_some() && actor.account == case.ledger.reporter)
}

/// The step of a row, if the request has all that it takes.
fn fill(
    row: &Row,
    case: &Case,
    actor: &Actor,
    request: &ActionRequest,
    context: &Context<'_>,
) -> Result<Step, FieldError> {
    let action = row.action;
    let missing =
        |field: &'static str, what: &str| FieldError::new(field, format!("{action} needs {what}"));
    let future = |field: &'static str, at: Timestamp| {
        if at > context.now {
            Ok(at)
        } else {
            Err(FieldError::new(
                field,
                format!("expected a moment to come, found {at}"),
            ))
        }
    };
    let reason = || match &request.reason {
        Some(reason) => Ok(Some(reason.clone())),
        None => Err(missing("reason", "a reason")),
    };

    // Moments are kept to the millisecond, and never later than they were.
    let whole = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Floor);
    let at = context.now.round(whole).unwrap_or(context.now);
    // Nor do they run backwards, though the clocks of two nodes may differ.
    let at = case.step.as_ref().map_or(at, |last| at.max(last.at));
    let mut step = Step::new(
        case.steps + 1,
        action,
        at,
        actor.roles.foremost(),
        case.status,
    );
    step.from = Some(case.status);
    step.account = actor.account.clone();
    step.unit = actor.unit.clone();
    step.note = request.note.clone();
    step.reason = request.reason.clone();
    step.photos = request.photos.clone();
    step.key = request.key_mark(actor);
    match row.to {
        To::Always(status) => step.to = status,
        To::Same => {}
        To::BeforePark => step.to = case.ledger.before_park.unwrap_or(Filed),
        To::Verdict => {
            step.result = Some(
                request
                    .result
                    .ok_or_else(|| missing("result", "pass or fail"))?,
            );
            step.to = match step.result {
                Some(Verdict::Pass) => Verified,
                _ => Dispatched,
            };
        }
    }
    let rule = context.rules.category(&case.category);
    match action {
        Action::File => step.due_at = context.respond_by(&case.category),
        Action::Reject => step.reason = reason()?,
        Action::Merge => {
            let into = request
                .into
                .as_ref()
                .ok_or_else(|| missing("into", "the other case"))?;
            step.into = Some(into.clone());
            mergeable(case, actor, context.into, into.as_str())?;
        }
        Action::Dispatch => {
            let unit = request
                .unit
                .as_ref()
                .ok_or_else(|| missing("unit", "a unit"))?;
            competent(case, rule, context.competences, unit)?;
            step.to_unit = Some(unit.clone());
            step.due_at = match request.due_at {
                Some(due) => Some(future("due_at", due)?),
                None => context.handle_by(&case.category),
            };
        }
        Action::Return => {
            step.reason = reason()?;
            step.due_at = context.respond_by(&case.category);
        }
        Action::Handle => {
            if step.note.is_none() {
                return Err(missing("note", "a note that says what was done"));
            }
            if rule.is_some_and(|r| r.photo) && step.photos.is_empty() {
                return Err(missing("photos", "a photo of what was done"));
            }
        }
        Action::Verify => {
            step.distance_m = context.distance_m.map(|d| (d * 10.0).round() / 10.0);
            on_the_spot(request, context)?;
        }
        Action::Extend => {
            step.reason = reason()?;
            let due = request
                .due_at
                .ok_or_else(|| missing("due_at", "a new due date"))?;
            step.due_at = Some(future("due_at", due)?);
        }
        Action::Park => {
            step.reason = reason()?;
            let until = request.until.ok_or_else(|| missing("until", "a date"))?;
            step.until = Some(future("until", until)?);
        }
        Action::Reopen => {
            step.reason = reason()?;
            step.due_at = context.respond_by(&case.category);
        }
        Action::Rate => {
            let rating = request
                .rating
                .ok_or_else(|| missing("rating", "a rating from 1 to 5"))?;
            step.rating = Some(rating);
        }
        Action::Note => {
            if step.note.is_none() {
                return Err(missing("note", "a text"));
            }
            // Photos of a case are shown to who reported it.
            if !step.photos.is_empty() {
                return Err(FieldError::new("photos", "an internal note has no photos"));
            }
        }
        Action::Start | Action::Close | Action::Resume => {}
        Action::Report | Action::Level | Action::Join | Action::Absorb => {}
    }
    if step.due_at.is_none() && step.to.clock_runs() && !case.status.clock_runs() {
        step.due_at = shifted(case, at, context.calendar);
    }
    Ok(step)
}

/// The due date of a case whose clock runs again: later by the time for which it stood still, and never
/// with less working time to come than there was when it stopped.
fn shifted(case: &Case, now: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
    let (paused_at, due) = (case.ledger.paused_at?, case.due_at?);
    let later = due.checked_add(now.duration_since(paused_at)).ok()?;
    let left = calendar.working_between(paused_at, due);
    Some(calendar.add(now, left).map_or(later, |due| due.max(later)))
}

fn mergeable(case: &Case, actor: &Actor, into: Option<&Case>, id: &str) -> Result<(), FieldError> {
    let refuse = |problem: String| Err(FieldError::new("into", problem));
    match into {
        _ if case.id.as_str() == id => refuse("a case is not merged into itself".to_owned()),
        None => refuse(format!("there is no warning {id:?}")),
        Some(into) if into.status.is_ended() => {
            refuse(format!("{id:?} is {}; name an open case", into.status))
        }
        Some(into) if into.exercise != case.exercise => {
            refuse(format!("a drill and a real case are not one: {id:?}"))
        }
        Some(into) if is_elsewhere(into, actor) => refuse(format!(
            "the account is bound to other communities than that of {id:?}"
        )),
        Some(_) => Ok(()),
    }
}

fn competent(
    case: &Case,
    rule: Option<&Category>,
    competences: Option<&[String]>,
    unit: &str,
) -> Result<(), FieldError> {
    let Some(competences) = competences else {
        return Err(FieldError::new(
            "unit",
            format!("there is no unit {unit:?}"),
        ));
    };
    let own = [case.category.clone()];
    let handlers = rule.map_or(&own[..], |r| &r.handlers);
    if competences.iter().any(|c| handlers.contains(c)) {
        return Ok(());
    }
    let has = match competences {
        [] => "nothing".to_owned(),
        list => list.join(", "),
    };
    Err(FieldError::new(
        "unit",
        format!(
            "{unit:?} does not handle {}, which takes {}; its competences are {has}",
            case.category,
            handlers.join(" or ")
        ),
    ))
}

fn on_the_spot(request: &ActionRequest, context: &Context<'_>) -> Result<(), FieldError> {
    if request.reason.is_some() {
        return Ok(());
    }
    let within = context.rules.verify.distance_m;
    let problem = match context.distance_m {
        Some(d) if d <= within => return Ok(()),
        Some(d) => format!("{d:.0} m from the case: come within {within} m, or give a reason"),
        None => format!("verify needs a position within {within} m, or a reason"),
    };
    Err(FieldError::new("position", problem))
}

/// The mark that a level moved or a case fell overdue: the timer's, at its moment.
pub fn level_mark(case: &Case, at: Timestamp) -> Step {
    mark(case, Action::Level, at)
}

/// The mark that a sensor or another report joined a case; `reports` says how many reports it adds.
pub fn join_mark(case: &Case, at: Timestamp, reports: u32) -> Step {
    let mut step = mark(case, Action::Join, at);
    step.reports = Some(reports).filter(|n| *n > 0);
    step
}

/// The mark that `merged` was merged into a case, for the same commit as the merge.
pub fn absorb_mark(case: &Case, merged: &Case, at: Timestamp) -> Step {
    let mut step = mark(case, Action::Absorb, at);
    step.reports = Some(merged.reports);
    step.into = Some(merged.id.clone());
    step
}

fn mark(case: &Case, action: Action, at: Timestamp) -> Step {
    let mut step = Step::new(case.steps + 1, action, at, Role::Admin, case.status);
    step.from = Some(case.status);
    step
}

#[cfg(test)]
mod tests;
