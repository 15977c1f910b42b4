//! The status table: from which status an action is possible, who may take it, and to which status
//! it leads. [`allowed`] and [`decide`] both use it.

mod rows;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use self::rows::{Row, TABLE, To, Who};
use super::actor::Actor;
use super::calendar::Calendar;
use super::case::Case;
use super::field::FieldError;
use super::request::ActionRequest;
use super::rules::{Blocks, Category, Rules};
use super::step::Status::{Dispatched, Filed, Verified};
use super::step::{Action, Status, Step, Verdict};
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
    match row.who {
        Who::Officer => needs(Role::Officer).or_else(bounds),
        Who::Staff if is_theirs(case, actor) => bounds(),
        Who::Staff => needs(Role::GridWorker).or_else(bounds),
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

/// Builds the step of a row, if the request has all required fields.
fn fill(
    row: &Row,
    case: &Case,
    actor: &Actor,
    request: &ActionRequest,
    context: &Context<'_>,
) -> Result<Step, FieldError> {
    let action = row.action;
    let action_zh = action.zh();
    let missing = |field: &'static str, zh: &str, en: &str| {
        FieldError::new(
            field,
            both!("“{action_zh}”需要填写{zh}", "{action} needs {en}"),
        )
    };
    let future = |field: &'static str, at: Timestamp| {
        if at > context.now {
            Ok(at)
        } else {
            Err(FieldError::new(
                field,
                both!(
                    "应为将来的时间，实际为 {at}",
                    "expected a moment in the future, found {at}"
                ),
            ))
        }
    };
    let reason = || match &request.reason {
        Some(reason) => Ok(Some(reason.clone())),
        None => Err(missing("reason", "理由", "a reason")),
    };

    // Times are stored in milliseconds, rounded down.
    let whole = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Floor);
    let at = context.now.round(whole).unwrap_or(context.now);
    // The times of steps never decrease, although the clocks of two nodes may differ.
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
            step.result =
                Some(request.result.ok_or_else(|| {
                    missing("result", "核查结果（合格或不合格）", "pass or fail")
                })?);
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
                .ok_or_else(|| missing("into", "并入的事件", "the other case"))?;
            step.into = Some(into.clone());
            mergeable(case, actor, context.into, into.as_str())?;
        }
        Action::Dispatch => {
            let unit = request
                .unit
                .as_ref()
                .ok_or_else(|| missing("unit", "承办单位", "a unit"))?;
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
                return Err(missing(
                    "note",
                    "处置情况说明",
                    "a note that says what was done",
                ));
            }
            if rule.is_some_and(|r| r.photo) && step.photos.is_empty() {
                return Err(missing(
                    "photos",
                    "处置后的照片",
                    "a photo of what was done",
                ));
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
                .ok_or_else(|| missing("due_at", "新的期限", "a new due date"))?;
            step.due_at = Some(future("due_at", due)?);
        }
        Action::Park => {
            step.reason = reason()?;
            let until = request
                .until
                .ok_or_else(|| missing("until", "截止时间", "a date"))?;
            step.until = Some(future("until", until)?);
        }
        Action::Reopen => {
            step.reason = reason()?;
            step.due_at = context.respond_by(&case.category);
        }
        Action::Rate => {
            let rating = request
                .rating
                .ok_or_else(|| missing("rating", "1至5分的评分", "a rating from 1 to 5"))?;
            step.rating = Some(rating);
        }
        Action::Block => {
            if request.ebike.is_none() && request.foot.is_none() {
                return Err(missing(
                    "ebike",
                    "对谁阻断（ebike 电动自行车、foot 行人）",
                    "whom the closure applies to: ebike, foot or both",
                ));
            }
            step.blocks = Some(Blocks {
                ebike: request.ebike.unwrap_or(false),
                foot: request.foot.unwrap_or(false),
                within_m: within_m(case, rule, request),
            });
        }
        Action::Note => {
            if step.note.is_none() {
                return Err(missing("note", "备注内容", "a text"));
            }
            // The reporter can see the photos of a case, but not its internal notes.
            if !step.photos.is_empty() {
                return Err(FieldError::new(
                    "photos",
                    both!("内部备注不能附照片", "an internal note cannot have photos"),
                ));
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

/// The distance from a case within which ways are closed, in metres: the one in the request; otherwise the one that
/// applied before to the case or its category; otherwise the usual one.
fn within_m(case: &Case, rule: Option<&Category>, request: &ActionRequest) -> f64 {
    let before = || case.blocks.or_else(|| rule?.blocks);
    request
        .within_m
        .or_else(|| before().map(|blocks| blocks.within_m))
        .unwrap_or(Blocks::USUAL_M)
}

/// The due date of a case whose clock restarts: postponed by the time for which it was stopped, and
/// with at least as much working time left as when it stopped.
fn shifted(case: &Case, now: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
    let (paused_at, due) = (case.ledger.paused_at?, case.due_at?);
    let later = due.checked_add(now.duration_since(paused_at)).ok()?;
    let left = calendar.working_between(paused_at, due);
    Some(calendar.add(now, left).map_or(later, |due| due.max(later)))
}

fn mergeable(case: &Case, actor: &Actor, into: Option<&Case>, id: &str) -> Result<(), FieldError> {
    let refuse = |problem: Localized| Err(FieldError::new("into", problem));
    match into {
        _ if case.id.as_str() == id => refuse(both!(
            "事件不能并入自身",
            "a case cannot be merged into itself"
        )),
        None => refuse(both!("没有事件“{id}”", "there is no case {id:?}")),
        Some(into) if into.status.is_ended() => {
            let (status, zh) = (into.status, into.status.zh());
            refuse(both!(
                "事件“{id}”{zh}，请选择未结的事件",
                "the case {id:?} is {status}; name an open case"
            ))
        }
        Some(into) if into.exercise != case.exercise => refuse(both!(
            "演练事件与真实事件不能合并（{id}）",
            "a drill and a real case cannot be merged: {id:?}"
        )),
        Some(into) if is_elsewhere(into, actor) => refuse(both!(
            "事件“{id}”不在本账号所限的社区内",
            "the case {id:?} is outside of the communities to which the account is restricted"
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
            both!("没有成员单位“{unit}”", "there is no unit {unit:?}"),
        ));
    };
    let own = [case.category.clone()];
    let handlers = rule.map_or(&own[..], |r| &r.handlers);
    if competences.iter().any(|c| handlers.contains(c)) {
        return Ok(());
    }
    let (has_zh, has) = match competences {
        [] => ("无".to_owned(), "none".to_owned()),
        list => (list.join("、"), list.join(", ")),
    };
    let category = &case.category;
    let name = rule.map_or(category, |r| &r.name.zh);
    let (needs_zh, needs) = (handlers.join("、"), handlers.join(" or "));
    Err(FieldError::new(
        "unit",
        both!(
            "成员单位“{unit}”不承办“{name}”事件：需要的职责是 {needs_zh}，该单位的职责是 {has_zh}",
            "the unit {unit:?} does not handle {category}, which needs the competence {needs}; its competences: {has}"
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
        Some(d) => both!(
            "距事件{d:.0}米，请到{within}米以内核查，或填写理由",
            "the position is {d:.0} m from the case: verify within {within} m of it, or give a reason"
        ),
        None => both!(
            "核查需要{within}米以内的定位，或填写理由",
            "verify needs a position within {within} m, or a reason"
        ),
    };
    Err(FieldError::new("position", problem))
}

/// The mark that the level changed or the case became overdue; the timer records it.
pub fn level_mark(case: &Case, at: Timestamp) -> Step {
    mark(case, Action::Level, at)
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
