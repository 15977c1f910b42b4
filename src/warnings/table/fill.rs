//! The fields of an action: builds the step of a row of the status table from a request that has all
//! required fields.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::rows::{Row, To};
use super::{Context, is_elsewhere};
use crate::model::{Localized, both};
use crate::warnings::actor::Actor;
use crate::warnings::calendar::Calendar;
use crate::warnings::case::Case;
use crate::warnings::field::FieldError;
use crate::warnings::request::ActionRequest;
use crate::warnings::rules::{Blocks, Category, is_private};
use crate::warnings::step::Status::{Dispatched, Filed, Verified};
use crate::warnings::step::{Action, Step, Verdict};

/// Builds the step of a row, if the request has all required fields.
pub(super) fn fill(
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
    // The reporter can see the photos of a case, but not its internal steps.
    if action.is_internal() && !step.photos.is_empty() {
        return Err(FieldError::new(
            "photos",
            both!("“{action_zh}”不能附照片", "{action} cannot have photos"),
        ));
    }
    let rule = context.rules.category(&case.category);
    match action {
        Action::File => {
            step.due_at = context.respond_by(&case.category);
            step.public_text = request.public_text.clone().filter(|text| !text.is_empty());
            if step.public_text.is_some() && !is_private(&case.category) {
                return Err(FieldError::new(
                    "public_text",
                    both!(
                        "只有微心愿可以填写公示内容",
                        "only micro-wishes have a text on the public board"
                    ),
                ));
            }
        }
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
            if let (Some(duty), None) = (context.passed_over, &request.reason) {
                let (zh, en) = (&duty.zh, &duty.en);
                return Err(FieldError::new(
                    "reason",
                    both!(
                        "按权责清单，{zh}；派遣至其他单位请填写理由",
                        "the list of responsibilities says: {en}; to dispatch to another unit, give a reason"
                    ),
                ));
            }
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
        Action::Claim => {
            step.to_unit = actor.unit.clone();
            step.due_at = context.handle_by(&case.category);
        }
        Action::Publish => {
            let text = request.public_text.clone().ok_or_else(|| {
                missing(
                    "public_text",
                    "公示内容（留空则撤下）",
                    "a text for the public board; an empty one takes the present text down",
                )
            })?;
            step.public_text = Some(text).filter(|text| !text.is_empty());
        }
        Action::Urge => {
            if step.note.is_none() {
                return Err(missing("note", "催办内容", "a text"));
            }
        }
        Action::Supervise => {
            step.reason = reason()?;
            let due = request
                .due_at
                .ok_or_else(|| missing("due_at", "督办期限", "a due date"))?;
            step.due_at = Some(future("due_at", due)?);
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
        }
        Action::Start | Action::Close | Action::Resume => {}
        Action::Report
        | Action::Level
        | Action::SuperviseOverdue
        | Action::Join
        | Action::Absorb => {}
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
pub(super) fn shifted(case: &Case, now: Timestamp, calendar: &Calendar) -> Option<Timestamp> {
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
