//! The status table: from which status an action is possible, who may take it, and to which status
//! it leads. [`allowed`] and [`decide`] both use it.

mod fill;
mod rows;

use jiff::Timestamp;

use self::fill::fill;
use self::rows::{Row, TABLE, Who};
use super::actor::Actor;
use super::calendar::Calendar;
use super::case::Case;
use super::field::FieldError;
use super::request::ActionRequest;
use super::rules::Rules;
use super::step::{Action, Status, Step};
use crate::model::{InChinese, Localized, Role, both};

/// What a decision depends on, apart from the case and the person.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The time of the step.
    pub now: Timestamp,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The calendar in force.
    pub calendar: &'a Calendar,
    /// For a dispatch: the competences of the requested unit; `None` if there is no such unit.
    pub competences: Option<&'a [String]>,
    /// For a dispatch: who is responsible by the list of responsibilities, if the requested unit is not.
    pub passed_over: Option<&'a Localized>,
    /// For a merge: the requested other case; `None` if there is no such case.
    pub into: Option<&'a Case>,
    /// For a verification: the distance of the person from the case in metres.
    pub distance_m: Option<f64>,
}

impl<'a> Context<'a> {
    /// A context with a time, rules and a calendar.
    pub fn new(now: Timestamp, rules: &'a Rules, calendar: &'a Calendar) -> Self {
        Self {
            now,
            rules,
            calendar,
            competences: None,
            passed_over: None,
            into: None,
            distance_m: None,
        }
    }

    /// The deadline of an officer for a case of this category that arrives now.
    pub fn respond_by(&self, category: &str) -> Option<Timestamp> {
        let rule = self.rules.category(category)?;
        self.calendar.add(self.now, rule.respond)
    }

    /// The deadline of a unit for a case of this category that is dispatched now.
    pub fn handle_by(&self, category: &str) -> Option<Timestamp> {
        let rule = self.rules.category(category)?;
        self.calendar.add(self.now, rule.handle)
    }
}

/// Why a request is refused. Each variant lists what the same person may do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The status of the case does not allow the action (409).
    #[error("{detail}")]
    WrongState {
        /// Why the status does not allow the action.
        detail: Localized,
        /// The actions that this person may take now.
        allowed: Vec<Action>,
    },
    /// The person may not take the action (403, or 401 without an account).
    #[error("{detail}")]
    WrongPerson {
        /// Who may take the action.
        detail: Localized,
        /// The actions that this person may take now.
        allowed: Vec<Action>,
    },
    /// A field is missing or wrong (422).
    #[error("{error}")]
    Invalid {
        /// The field, and what was expected.
        error: FieldError,
        /// The actions that this person may take now.
        allowed: Vec<Action>,
    },
}

impl Refusal {
    /// The actions that the person may take instead.
    pub fn allowed(&self) -> &[Action] {
        match self {
            Self::WrongState { allowed, .. }
            | Self::WrongPerson { allowed, .. }
            | Self::Invalid { allowed, .. } => allowed,
        }
    }
}

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::WrongState { detail, .. } | Self::WrongPerson { detail, .. } => detail.zh.clone(),
            Self::Invalid { error, .. } => error.zh(),
        }
    }
}

/// Why a person may not take an action although the status of the case allows it.
enum Hindrance {
    Person(Localized),
    State(Localized),
}

/// The actions that a person may take on a case now, in the order of the table.
pub fn allowed(case: &Case, actor: &Actor) -> Vec<Action> {
    TABLE
        .iter()
        .filter(|row| row.from.contains(&case.status) && hindrance(row, case, actor).is_none())
        .map(|row| row.action)
        .collect()
}

/// Decides a request: returns the resulting step, or why it is refused. Changes nothing.
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

/// Whether a person may take an action in the present status of the case, whatever the fields are.
///
/// # Errors
/// The same refusals as those of [`decide`].
pub fn may(case: &Case, actor: &Actor, action: Action) -> Result<(), Refusal> {
    row_for(case, actor, action).map(drop)
}

/// The row of an action, if the status of the case and the rights of the person allow it.
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

fn not_from(row: Option<&Row>, action: Action, status: Status) -> Localized {
    match row {
        None => {
            let zh = action.zh();
            both!(
                "“{zh}”由系统记录，不能直接执行。",
                "{action} is recorded by the system and cannot be requested."
            )
        }
        Some(row) => {
            let from: Vec<&str> = row.from.iter().map(|s| s.as_str()).collect();
            let from_zh: Vec<&str> = row.from.iter().map(|s| s.zh()).collect();
            let (from, from_zh) = (from.join(", "), from_zh.join("、"));
            let (action_zh, status_zh) = (action.zh(), status.zh());
            both!(
                "当前状态下不能执行此操作：“{action_zh}”适用于{from_zh}的事件，本事件{status_zh}。",
                "{action} is possible from {from}; this case is {status}."
            )
        }
    }
}

fn hindrance(row: &Row, case: &Case, actor: &Actor) -> Option<Hindrance> {
    let action = row.action;
    let action_zh = action.zh();
    let needs = |role: Role| {
        let zh = role.zh();
        (!actor.roles.includes(role)).then(|| {
            Hindrance::Person(both!(
                "您的账号无权执行“{action_zh}”，该操作需要“{zh}”角色。",
                "{action} needs the role {role}."
            ))
        })
    };
    let bounds = || {
        is_elsewhere(case, actor).then(|| {
            Hindrance::Person(both!(
                "该事件不在本账号所限的社区内。",
                "The case is outside of the communities to which the account is restricted."
            ))
        })
    };
    if row.only.is_some_and(|only| only != case.category) {
        return Some(Hindrance::State(both!(
            "“{action_zh}”只适用于微心愿。",
            "{action} is possible for micro-wishes only."
        )));
    }
    match row.who {
        Who::Officer => needs(Role::Officer).or_else(bounds),
        Who::Staff if is_theirs(case, actor) => bounds(),
        Who::Staff => needs(Role::GridWorker).or_else(bounds),
        Who::AnyUnit => (!(actor.roles.includes(Role::Unit) && actor.unit.is_some()))
            .then(|| {
                Hindrance::Person(both!(
                    "“{action_zh}”只能由成员单位的账号执行。",
                    "Only an account of a member unit may apply {action}."
                ))
            })
            .or_else(bounds),
        Who::TheUnit => (!is_theirs(case, actor))
            .then(|| {
                Hindrance::Person(match case.unit.as_deref() {
                    Some(unit) => both!(
                        "“{action_zh}”只能由承办单位（{unit}）的账号执行。",
                        "Only an account of the unit {unit} may apply {action}."
                    ),
                    None => both!(
                        "“{action_zh}”只能由承办单位的账号执行。",
                        "Only an account of the unit in charge may apply {action}."
                    ),
                })
            })
            .or_else(bounds),
        // Having handled the case is reported before a missing role, because another role would not
        // help.
        Who::Verifier => handled_by(case, actor)
            .then(|| {
                Hindrance::State(both!(
                    "处置人不能核查本人处置的事件，请由其他单位的其他账号核查。",
                    "The person who handled a case cannot verify it. An account of another unit must verify it."
                ))
            })
            .or_else(|| needs(Role::GridWorker))
            .or_else(bounds),
        Who::Reporter => {
            if !is_reporter(case, actor) {
                Some(Hindrance::Person(both!(
                    "只有上报人可以评价，请使用回执或上报时的账号。",
                    "Only the reporter may rate the case, with the receipt or the account of the report."
                )))
            } else if case.rating.is_some() {
                Some(Hindrance::State(both!(
                    "该事件已评价过，不能重复评价。",
                    "This case has been rated already."
                )))
            } else {
                None
            }
        }
    }
}

/// Whether the account belongs to the unit in charge.
fn is_theirs(case: &Case, actor: &Actor) -> bool {
    actor.roles.includes(Role::Unit) && actor.unit.is_some() && actor.unit == case.unit
}

/// Whether a case lies outside of the communities to which the account is restricted.
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

/// The mark that the level changed or the case became overdue; the timer records it.
pub fn level_mark(case: &Case, at: Timestamp) -> Step {
    mark(case, Action::Level, at)
}

/// The mark that the due date of a supervised case passed; the timer records it.
pub fn supervise_mark(case: &Case, at: Timestamp) -> Step {
    mark(case, Action::SuperviseOverdue, at)
}

/// The mark that a sensor or other reports joined a case; `reports` is the number of reports added.
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
