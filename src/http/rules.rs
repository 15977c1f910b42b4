//! `/api/rules`: by which rules and which working time the ledger goes, and whether a file that should
//! have changed them was refused.

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
use crate::warnings::rules::{Category, ConditionRule, PlaceRule, Side, TimeStep};

/// The rules in force. Times are hours: working hours for `respond`, `handle` and `overdue`.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesInForce {
    /// `rules.toml` as it is in force; null where there is none.
    pub rules: Option<String>,
    /// `calendar.toml` as it is in force; null where there is none.
    pub calendar: Option<String>,
    /// What each category comes to.
    pub categories: Vec<CategoryRule>,
    /// Places near which it is worse.
    pub places: Vec<PlaceFactor>,
    /// From how far away a case may be verified.
    pub verify: VerifyRule,
    /// What may be the same case.
    pub duplicates: DuplicateRule,
    /// Of what units are notified.
    pub notices: NoticeRule,
    /// How long personal data is kept.
    pub privacy: PrivacyRule,
    /// How many reports an address may make without an account.
    pub reports: ReportRule,
    /// The years whose holidays are known.
    pub years: BTreeSet<i16>,
    /// This year, where its holidays are not known.
    pub unknown_year: Option<i16>,
    /// Since when these rules are in force.
    #[schema(format = DateTime)]
    pub in_force_since: String,
    /// The first mistake of a file that was refused.
    pub problem: Option<ConfigProblem>,
    /// All of them.
    pub problems: Vec<ConfigProblem>,
}

/// The rule of a category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryRule {
    /// Its id.
    pub id: String,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// The level of a new case.
    pub level: Level,
    /// Whether handling it takes a photo.
    pub photo: bool,
    /// Within how many working hours it must be filed and dispatched.
    pub respond_hours: f64,
    /// Within how many working hours it must be handled.
    pub handle_hours: f64,
    /// How its level rises with its age.
    pub age: Vec<AgeStep>,
    /// How its level rises when it is overdue; working hours.
    pub overdue: Vec<AgeStep>,
    /// How its level rises with the number of reports.
    pub repeats: Option<RepeatRule>,
    /// When a sensor's values open a case.
    pub condition: Option<Thresholds>,
    /// Which units handle it.
    pub handlers: Vec<String>,
}

/// A level that is reached after a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgeStep {
    /// After so many hours.
    pub after_hours: f64,
    /// The level from then on.
    pub level: Level,
}

/// How a level rises with the number of reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepeatRule {
    /// Within how many metres they count together.
    pub distance_m: f64,
    /// Within how many days.
    pub window_days: u32,
    /// The levels.
    pub steps: Vec<RepeatStep>,
}

/// A level that is reached with a number of reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepeatStep {
    /// With so many.
    pub nth: u32,
    /// The level from then on.
    pub level: Level,
}

/// When a sensor's values open a case, and when they end it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Thresholds {
    /// On which side of the threshold it is bad.
    pub bad: Side,
    /// Beyond this it becomes bad.
    pub enter: f64,
    /// Behind this it becomes good.
    pub leave: f64,
    /// It must be bad for so long.
    pub for_hours: f64,
    /// It must be good for so long.
    pub keep_hours: f64,
    /// After so long without a value nothing is known; null for never.
    pub no_data_after_hours: Option<f64>,
}

/// A place near which it is worse.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceFactor {
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// The collection that it stands in.
    pub collection: String,
    /// Which features of it: properties and their values.
    #[serde(rename = "where")]
    pub of: BTreeMap<String, Value>,
    /// Within how many metres.
    pub within_m: f64,
    /// By how much the times are multiplied.
    pub factor: f64,
    /// For which categories; all where it is empty.
    pub categories: Vec<String>,
}

/// From how far away a case may be verified.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyRule {
    /// Metres.
    pub distance_m: f64,
}

/// What may be the same case.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateRule {
    /// Within so many metres.
    pub distance_m: f64,
    /// Within so many hours.
    pub hours: u32,
}

/// Of what units are notified.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeRule {
    /// From this level on.
    pub from: Level,
    /// Whether a red case holds back the yellow notices of its grid.
    pub red_inhibits_yellow: bool,
}

/// How long personal data is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrivacyRule {
    /// A contact is erased so many days after its case ended.
    pub contact_days: u32,
}

/// How many reports an address may make without an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportRule {
    /// At once.
    pub at_once: u32,
    /// And one more in so many seconds.
    pub every_s: i64,
}

/// The rules in force.
#[utoipa::path(get, path = "/api/rules", tag = "warnings",
    responses((status = 200, description = "The two texts as they are in force, and what they come to", body = RulesInForce)))]
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
