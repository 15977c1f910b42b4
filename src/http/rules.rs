//! `/api/rules`: by which rules and which working time the ledger goes, and whether a file that should
//! have changed them was refused.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::App;
use super::problem::Problem;
use super::query::Query;
use crate::model::Properties;
use crate::model::names::collection::RULES;
use crate::warnings::rules::{Category, ConditionRule, PlaceRule, TimeStep};

/// The rules in force.
#[utoipa::path(get, path = "/api/rules", tag = "warnings",
    responses((status = 200, description = "`{rules, calendar, categories: [{id, zh, en, level, photo, respond_hours, handle_hours, age, overdue, repeats, condition, handlers}], \
        places, verify, duplicates, notices, privacy, reports, years, unknown_year, in_force_since, problem, problems}`: the two texts as they are in force and what they come to; \
        times are hours, working hours for `respond`, `handle` and `overdue`. `problem` is null, or the first mistake `{file, line, column, problem, expected}` of a file that was refused", body = Value)))]
pub async fn rules(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let ledger = snapshot.ledger();
    let (rules, calendar) = (ledger.rules(), ledger.calendar());
    let text = |id: &str| {
        let row = snapshot.collections().hidden(RULES)?.get(id)?;
        let properties = Properties::from_canonical(row.all_properties()).to_map();
        properties.get("text").cloned()
    };
    let problems = app.live.config_problems();
    let year = calendar.date_of(Timestamp::now()).year();
    let document = json!({
        "rules": text("rules"),
        "calendar": text("calendar"),
        "categories": rules.categories.values().map(category).collect::<Vec<_>>(),
        "places": rules.places.iter().map(place).collect::<Vec<_>>(),
        "verify": {"distance_m": rules.verify.distance_m},
        "duplicates": {"distance_m": rules.duplicates.distance_m, "hours": rules.duplicates.hours},
        "notices": {
            "from": rules.notices.from,
            "red_inhibits_yellow": rules.notices.red_inhibits_yellow,
        },
        "privacy": {"contact_days": rules.privacy.contact_days},
        "reports": {
            "at_once": rules.reports.at_once,
            "every_s": rules.reports.every.as_secs(),
        },
        "years": calendar.years,
        "unknown_year": (!calendar.knows(year)).then_some(year),
        "in_force_since": ledger.in_force_since().to_string(),
        "problem": problems.first(),
        "problems": *problems,
    });
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response())
}

fn category(rule: &Category) -> Value {
    let repeats = rule.repeats.as_ref().map(|r| {
        let step = |s: &crate::warnings::rules::CountStep| json!({"nth": s.nth, "level": s.level});
        json!({
            "distance_m": r.distance_m,
            "window_days": r.window_days,
            "steps": r.steps.iter().map(step).collect::<Vec<_>>(),
        })
    });
    json!({
        "id": rule.id,
        "zh": rule.name.zh,
        "en": rule.name.en,
        "level": rule.base,
        "photo": rule.photo,
        "respond_hours": hours(rule.respond),
        "handle_hours": hours(rule.handle),
        "age": steps(&rule.age),
        "overdue": steps(&rule.overdue),
        "repeats": repeats,
        "condition": rule.condition.as_ref().map(condition),
        "handlers": rule.handlers,
    })
}

fn steps(steps: &[TimeStep]) -> Vec<Value> {
    let step = |s: &TimeStep| json!({"after_hours": hours(s.after), "level": s.level});
    steps.iter().map(step).collect()
}

fn condition(rule: &ConditionRule) -> Value {
    json!({
        "bad": rule.side,
        "enter": rule.enter,
        "leave": rule.leave,
        "for_hours": hours(rule.lasts),
        "keep_hours": hours(rule.keep),
        "no_data_after_hours": rule.no_data_after.map(hours),
    })
}

fn place(rule: &PlaceRule) -> Value {
    json!({
        "zh": rule.name.zh,
        "en": rule.name.en,
        "collection": rule.collection,
        "where": rule.matches,
        "within_m": rule.within_m,
        "factor": rule.factor,
        "categories": rule.categories,
    })
}

fn hours(time: SignedDuration) -> f64 {
    time.as_secs_f64() / 3600.0
}
