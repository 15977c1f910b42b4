//! The request body of `POST /api/plan/sitings` with `problem: "access"` (which rules to change), and its validation.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ask::{FEWER, moment, position, wrong};
use super::edits::{edits_of, wrong_edits};
use crate::http::App;
use crate::http::body::not_json;
use crate::http::problem::Problem;
use crate::http::work::{Cut, Kind};
use crate::model::names::collection::COMPOUNDS;
use crate::model::{Localized, RoleSet, both};
use crate::planning::deliveries::{Deliveries, MOST_A_DAY, MOST_ORIGINS};
use crate::service::planning::access_changes::{
    AccessAsk, AccessChange, AccessObjective, MOST_CHANGES, NoAccess, preview,
};
use crate::service::planning::{MOST_EDITS, ScenarioEdit};

/// The value of `problem` in a request that asks which rules to change.
const ACCESS: &str = "access";
/// The largest `k`.
const MOST_K: usize = 10;
/// The largest `time_limit_s`, in seconds.
const LONGEST_S: u32 = 3_600;
/// The longest title and the longest id of a change, in bytes.
const LONGEST_TITLE: usize = 2_000;

/// A request for the access rules whose change saves most, such as which gate should open.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessBody {
    /// Always `access`.
    #[schema(example = "access")]
    pub problem: String,
    /// A title, which the result repeats.
    pub title: Option<String>,
    /// What to save: the best set of changes saves as much of this quantity as possible.
    pub objective: AccessObjective,
    /// The most changes in the best set; 3 if absent.
    #[schema(minimum = 1, maximum = 10)]
    pub k: Option<usize>,
    /// The first of the seven days over which minutes are averaged, RFC 3339; now if absent. The people who have an AED
    /// within the standard are counted for this moment.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The changes to choose from.
    #[serde(default)]
    #[schema(max_items = 400)]
    pub changes: Vec<ChangeBody>,
    /// Whether to generate changes from the map: open gates that are locked or closed at some hours, admit e-bikes at
    /// gates, reverse one-way lanes. If absent, changes are generated only if `changes` is empty.
    pub generate: Option<bool>,
    /// The ids of the compounds for whose gates and lanes changes are generated; if empty, for all gates and lanes.
    #[serde(default)]
    pub compounds: Vec<String>,
    /// Figures about deliveries, in place of those of `deliveries.toml`.
    pub deliveries: Option<DeliveriesBody>,
    /// The longest search for the best set, in seconds; 60 if absent.
    #[schema(minimum = 1, maximum = 3600)]
    pub time_limit_s: Option<u32>,
    /// The id of a saved scenario: the changes are tried on the map with the edits of this scenario.
    pub scenario: Option<String>,
    /// Edits to the map, in place of `scenario`: the changes are tried on the map with these edits.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
}

/// A change to choose from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// The id in the answer; if absent, the index in `changes`, from 0.
    pub id: Option<String>,
    /// The title; the id if absent.
    #[schema(example = "北门 11:00-13:00 允许电动车")]
    pub title: Option<String>,
    /// The edits that make the change.
    pub edits: Vec<ScenarioEdit>,
}

/// Figures about deliveries. An absent field has the value of `deliveries.toml`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesBody {
    /// The number of deliveries per household and day, 0 to 100.
    pub per_household_day: Option<f64>,
    /// The weights of the 24 hours of the day. The share of an hour is its weight divided by the sum of all weights.
    pub hours: Option<Vec<f64>>,
    /// The positions from which riders start: longitude and latitude, WGS 84 degrees.
    #[schema(max_items = 20)]
    pub origins: Option<Vec<[f64; 2]>>,
}

/// Whether a request asks which rules to change.
pub(super) fn is_access(question: &Value) -> bool {
    question.get("problem").and_then(Value::as_str) == Some(ACCESS)
}

/// Reads a request with `problem: "access"`, and checks it against the map.
pub(super) async fn read(app: &App, question: Value, roles: RoleSet) -> Result<AccessAsk, Problem> {
    let mut body: AccessBody = serde_json::from_value(question).map_err(|e| not_json(None, &e))?;
    if body.problem != ACCESS {
        return Err(wrong("problem", both!("应为 access", "expected access")));
    }
    let title = body.title.take().unwrap_or_default();
    short("title", Some(&title))?;
    let edits = std::mem::take(&mut body.edits);
    let edits = edits_of(app, body.scenario.as_deref(), edits).await?;
    let k = in_range("k", body.k.unwrap_or(3), MOST_K)?;
    let time_limit_s = body.time_limit_s.unwrap_or(60);
    in_range("time_limit_s", time_limit_s as usize, LONGEST_S as usize)?;
    if body.changes.len() > MOST_CHANGES {
        let found = body.changes.len();
        return Err(wrong(
            "changes",
            both!(
                "最多{MOST_CHANGES}项，实有{found}项",
                "expected at most {MOST_CHANGES} changes, found {found}"
            ),
        ));
    }
    let generate = body.generate.unwrap_or(body.changes.is_empty());
    if body.changes.is_empty() && !generate {
        return Err(wrong(
            "changes",
            both!(
                "请填写改动，或将 generate 设为 true",
                "expected at least one change, or generate: true"
            ),
        ));
    }
    if k > body.changes.len() && !generate {
        let count = body.changes.len();
        return Err(wrong(
            "k",
            both!(
                "应不超过改动的项数{count}",
                "expected at most the number of changes, {count}"
            ),
        ));
    }
    let snapshot = app.live.snapshot();
    let map = app.planning.map_with(&snapshot, &edits);
    let map = map.map_err(wrong_edits)?;
    for (n, id) in body.compounds.iter().enumerate() {
        let compounds = map.collections().get(COMPOUNDS);
        if compounds.is_none_or(|c| c.get(id).is_none()) {
            return Err(wrong(
                &format!("compounds[{n}]"),
                both!("没有小区“{id}”", "there is no compound {id:?}"),
            ));
        }
    }
    let total: usize = body.changes.iter().map(|change| change.edits.len()).sum();
    if total > MOST_EDITS {
        return Err(wrong(
            "changes",
            both!(
                "全部改动合计最多{MOST_EDITS}项修改，实有{total}项",
                "expected at most {MOST_EDITS} edits in all changes, found {total}"
            ),
        ));
    }
    let mut changes = Vec::with_capacity(body.changes.len());
    for (n, change) in body.changes.into_iter().enumerate() {
        if change.edits.is_empty() {
            return Err(wrong(
                &format!("changes[{n}].edits"),
                both!("应至少有一项修改", "expected at least one edit"),
            ));
        }
        let checked = app.planning.check_edits(&map, &change.edits);
        checked.map_err(|mut errors| {
            for error in &mut errors {
                error.field = format!("changes[{n}].{}", error.field);
            }
            wrong_edits(errors)
        })?;
        short(&format!("changes[{n}].id"), change.id.as_deref())?;
        short(&format!("changes[{n}].title"), change.title.as_deref())?;
        let id = change.id.unwrap_or_else(|| n.to_string());
        if changes.iter().any(|other: &AccessChange| other.id == id) {
            return Err(wrong(
                &format!("changes[{n}].id"),
                both!("编号“{id}”重复", "the id {id:?} occurs twice"),
            ));
        }
        let title = change.title.unwrap_or_else(|| id.clone());
        changes.push(AccessChange {
            id,
            title: Localized::new(title.clone(), title),
            edits: change.edits,
        });
    }
    let in_force = snapshot.deliveries().as_ref().clone();
    let (deliveries, origins) = deliveries(in_force, body.deliveries)?;
    let ask = AccessAsk {
        title: Some(title).filter(|title| !title.is_empty()),
        objective: body.objective,
        k,
        at: moment(body.at.as_deref())?,
        changes,
        generate,
        compounds: body.compounds,
        deliveries,
        origins,
        time_limit_s,
        edits,
        roles: roles.iter().collect(),
    };
    let check = move |_: &_| match preview(&map, &ask) {
        Ok(()) => Ok(ask),
        Err(reason) => Err(Cut::Refused(reason.into())),
    };
    app.answer_aside(Kind::Walk, FEWER, check).await
}

impl From<NoAccess> for Problem {
    fn from(reason: NoAccess) -> Self {
        match reason {
            NoAccess::Field(field, problem) => Self::wrong_field(field, problem),
            NoAccess::WhatIf(reason) => reason.into(),
            NoAccess::Coverage(reason) => reason.into(),
            NoAccess::Cancelled => {
                Self::unavailable(both!("请求已取消。", "The request was cancelled."))
            }
        }
    }
}

fn short(field: &str, text: Option<&str>) -> Result<(), Problem> {
    if text.is_none_or(|text| text.len() <= LONGEST_TITLE) {
        return Ok(());
    }
    Err(wrong(
        field,
        both!(
            "应不超过{LONGEST_TITLE}字节",
            "expected at most {LONGEST_TITLE} bytes"
        ),
    ))
}

fn in_range(field: &str, value: usize, most: usize) -> Result<usize, Problem> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(wrong(
        field,
        both!("应为1至{most}", "expected 1 to {most}, found {value}"),
    ))
}

fn deliveries(
    mut deliveries: Deliveries,
    body: Option<DeliveriesBody>,
) -> Result<(Deliveries, Vec<[f64; 2]>), Problem> {
    let Some(body) = body else {
        return Ok((deliveries, Vec::new()));
    };
    if let Some(per_day) = body.per_household_day {
        if !(0.0..=MOST_A_DAY).contains(&per_day) {
            return Err(wrong(
                "deliveries.per_household_day",
                both!("应为0至{MOST_A_DAY}", "expected 0 to {MOST_A_DAY}"),
            ));
        }
        deliveries.per_household_day = per_day;
    }
    if let Some(hours) = body.hours {
        let fits =
            hours.iter().all(|h| *h >= 0.0 && h.is_finite()) && hours.iter().any(|h| *h > 0.0);
        deliveries.hours = <[f64; 24]>::try_from(hours)
            .ok()
            .filter(|_| fits)
            .ok_or_else(|| {
                wrong(
                    "deliveries.hours",
                    both!(
                        "应为24个不小于0且不全为0的数",
                        "expected 24 numbers of at least 0 that are not all 0"
                    ),
                )
            })?;
    }
    let is_own = body.origins.is_some();
    let origins = body.origins.unwrap_or_default();
    if origins.len() > MOST_ORIGINS as usize || (is_own && origins.is_empty()) {
        return Err(wrong(
            "deliveries.origins",
            both!(
                "应为1至{MOST_ORIGINS}个位置",
                "expected 1 to {MOST_ORIGINS} positions"
            ),
        ));
    }
    for (n, [lon, lat]) in origins.iter().enumerate() {
        position(&format!("deliveries.origins[{n}]"), *lon, *lat)?;
    }
    Ok((deliveries, origins))
}
