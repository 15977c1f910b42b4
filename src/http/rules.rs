//! `/api/rules`: the rules and working hours in force, and the errors of a configuration file that was refused.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::App;
use super::problem::Problem;
use super::query::Query;
use crate::codec::config::Problem as ConfigProblem;
use crate::model::names::collection::RULES;
use crate::model::{Canonical, Level};
use crate::warnings::rules::{Blocks, Category, ConditionRule, PlaceRule, Side, TimeStep};

/// The rules in force. Times are in hours; `respond`, `handle` and `overdue` are working hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesInForce {
    /// The `rules.toml` in force; null if there is none.
    pub rules: Option<String>,
    /// The `calendar.toml` in force; null if there is none.
    pub calendar: Option<String>,
    /// The rule of each category.
    pub categories: Vec<CategoryRule>,
    /// Sensitive places, near which deadlines are shorter.
    pub places: Vec<PlaceFactor>,
    /// The distance within which a verification needs no reason.
    pub verify: VerifyRule,
    /// Which cases count as possible duplicates.
    pub duplicates: DuplicateRule,
    /// When units are notified.
    pub notices: NoticeRule,
    /// How long personal data is kept.
    pub privacy: PrivacyRule,
    /// How many reports an address without an account may send.
    pub reports: ReportRule,
    /// The telephone of the duty room for residents; null if none is set.
    pub duty_phone: Option<String>,
    /// The years whose holidays are known.
    pub years: BTreeSet<i16>,
    /// The current year, if its holidays are not known.
    pub unknown_year: Option<i16>,
    /// Since when these rules are in force.
    #[schema(format = DateTime)]
    pub in_force_since: String,
    /// The first error of a configuration file that was refused.
    pub problem: Option<ConfigProblem>,
    /// All errors of the configuration file that was refused.
    pub problems: Vec<ConfigProblem>,
}

/// The rule of a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryRule {
    /// The id of the category.
    pub id: String,
    /// The name in Chinese.
    pub zh: String,
    /// The name in English.
    pub en: String,
    /// The level of a new case.
    pub level: Level,
    /// Whether handling the case requires a photo.
    pub photo: bool,
    /// Within how many working hours a case must be filed and dispatched.
    pub respond_hours: f64,
    /// Within how many working hours a case must be handled.
    pub handle_hours: f64,
    /// How the level rises with the age of the case.
    pub age: Vec<AgeStep>,
    /// How the level rises when the case is overdue, in working hours.
    pub overdue: Vec<AgeStep>,
    /// How the level rises with the number of reports.
    pub repeats: Option<RepeatRule>,
    /// When a sensor's values open a case.
    pub condition: Option<Thresholds>,
    /// The competences of which a unit needs one to handle the case.
    pub handlers: Vec<String>,
    /// Which ways near the case are closed from its filing until it is handled.
    pub blocks: Option<Blocks>,
}

/// A level that is reached after a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgeStep {
    /// The time in hours.
    pub after_hours: f64,
    /// The level after this time.
    pub level: Level,
}

/// How a level rises with the number of reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepeatRule {
    /// The largest distance between reports that count together, in metres.
    pub distance_m: f64,
    /// The period in which reports count together, in days.
    pub window_days: u32,
    /// The levels and the numbers of reports.
    pub steps: Vec<RepeatStep>,
}

/// A level that is reached with a number of reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepeatStep {
    /// The number of reports.
    pub nth: u32,
    /// The level from this number of reports on.
    pub level: Level,
}

/// When a sensor's values open a case, and when they end it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Thresholds {
    /// Whether values above or below the threshold are bad.
    pub bad: Side,
    /// The state becomes bad when the value passes this threshold.
    pub enter: f64,
    /// A bad state becomes good again when the value passes this threshold in the opposite direction.
    pub leave: f64,
    /// How many hours the value must be bad before a case opens.
    pub for_hours: f64,
    /// How many hours the value must be good before the state ends.
    pub keep_hours: f64,
    /// After how many hours without a value the state is unknown; null for never.
    pub no_data_after_hours: Option<f64>,
}

/// A sensitive place, near which deadlines are shorter.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceFactor {
    /// The name in Chinese.
    pub zh: String,
    /// The name in English.
    pub en: String,
    /// The collection of the places.
    pub collection: String,
    /// Selects features of the collection: properties and their values.
    #[serde(rename = "where")]
    pub of: BTreeMap<String, Value>,
    /// The largest distance from a sensitive place, in metres.
    pub within_m: f64,
    /// The urgency factor: deadlines are divided by it, and the numbers of reports are multiplied by it.
    pub factor: f64,
    /// The categories to which the factor applies; all, if empty.
    pub categories: Vec<String>,
}

/// The distance within which a verification needs no reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyRule {
    /// The largest distance of the verifying person from the case, in metres.
    pub distance_m: f64,
}

/// Which cases count as possible duplicates.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateRule {
    /// The largest distance between the two reports, in metres.
    pub distance_m: f64,
    /// The longest time between the two reports, in hours.
    pub hours: u32,
}

/// When units are notified.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeRule {
    /// The lowest level of cases about which units are notified.
    pub from: Level,
    /// Whether a red case holds back the yellow notices of its grid.
    pub red_inhibits_yellow: bool,
}

/// How long personal data is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrivacyRule {
    /// How many days after the end of a case the contact of its reporter is erased.
    pub contact_days: u32,
}

/// How many reports an address without an account may send.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRule {
    /// How many reports may be sent at once.
    pub at_once: u32,
    /// After how many seconds one more report may be sent.
    pub every_s: i64,
}

/// Returns the rules in force.
#[utoipa::path(get, path = "/api/rules", tag = "warnings",
    responses((status = 200, description = "The two files in force and the rules that result from them", body = RulesInForce)))]
pub async fn rules(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let ledger = snapshot.ledger();
    let (rules, calendar) = (ledger.rules(), ledger.calendar());
    let text = |id: &str| {
        let row = snapshot.collections().hidden(RULES)?.get(id)?;
        let text = Canonical::new(row.all_properties()).text("text")?;
        Some(text.into_owned())
    };
    let problems = app.live.config_problems();
    let year = calendar.date_of(Timestamp::now()).year();
    let document = RulesInForce {
        rules: text("rules"),
        calendar: text("calendar"),
        categories: rules.categories.values().map(category).collect(),
        places: rules.places.iter().map(place).collect(),
        verify: VerifyRule {
            distance_m: rules.verify.distance_m,
        },
        duplicates: DuplicateRule {
            distance_m: rules.duplicates.distance_m,
            hours: rules.duplicates.hours,
        },
        notices: NoticeRule {
            from: rules.notices.from,
            red_inhibits_yellow: rules.notices.red_inhibits_yellow,
        },
        privacy: PrivacyRule {
            contact_days: rules.privacy.contact_days,
        },
        reports: ReportRule {
            at_once: rules.reports.at_once,
            every_s: rules.reports.every.as_secs(),
        },
        duty_phone: rules.duty_phone.clone(),
        years: calendar.years.clone(),
        unknown_year: (!calendar.knows(year)).then_some(year),
        in_force_since: ledger.in_force_since().to_string(),
        problem: problems.first().cloned(),
        problems: problems.as_ref().clone(),
    };
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response())
}

fn category(rule: &Category) -> CategoryRule {
    let repeats = rule.repeats.as_ref().map(|r| RepeatRule {
        distance_m: r.distance_m,
        window_days: r.window_days,
        steps: r
            .steps
            .iter()
            .map(|s| RepeatStep {
                nth: s.nth,
                level: s.level,
            })
            .collect(),
    });
    CategoryRule {
        id: rule.id.clone(),
        zh: rule.name.zh.clone(),
        en: rule.name.en.clone(),
        level: rule.base,
        photo: rule.photo,
        respond_hours: hours(rule.respond),
        handle_hours: hours(rule.handle),
        age: steps(&rule.age),
        overdue: steps(&rule.overdue),
        repeats,
        condition: rule.condition.as_ref().map(condition),
        handlers: rule.handlers.clone(),
        blocks: rule.blocks,
    }
}

fn steps(steps: &[TimeStep]) -> Vec<AgeStep> {
    let step = |s: &TimeStep| AgeStep {
        after_hours: hours(s.after),
        level: s.level,
    };
    steps.iter().map(step).collect()
}

fn condition(rule: &ConditionRule) -> Thresholds {
    Thresholds {
        bad: rule.side,
        enter: rule.enter,
        leave: rule.leave,
        for_hours: hours(rule.lasts),
        keep_hours: hours(rule.keep),
        no_data_after_hours: rule.no_data_after.map(hours),
    }
}

fn place(rule: &PlaceRule) -> PlaceFactor {
    PlaceFactor {
        zh: rule.name.zh.clone(),
        en: rule.name.en.clone(),
        collection: rule.collection.clone(),
        of: rule.matches.clone(),
        within_m: rule.within_m,
        factor: rule.factor,
        categories: rule.categories.clone(),
    }
}

fn hours(time: SignedDuration) -> f64 {
    time.as_secs_f64() / 3600.0
}
