//! Suggests units to which a case can be dispatched (派单): competent ones first, then those that
//! serve the place, are on duty, have few open cases and are near. Each suggestion gives its
//! reasons; the officer decides.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::calendar::Calendar;
use super::rules::Rules;
use crate::codec::hours::OpeningHours;
use crate::model::names::property;
use crate::model::{FeatureId, Localized};

/// The weight of each criterion, 100 in total. Competence outweighs all others together, so a unit that may
/// not handle a case never ranks before one that may.
const COMPETENT: f64 = 52.0;
const SERVES: f64 = 24.0;
const ON_DUTY: f64 = 14.0;
const IDLE: f64 = 7.0;
const NEAR: f64 = 3.0;

/// The number of open cases that halves a unit's score for load.
const BUSY: f64 = 5.0;
/// The distance in metres that halves a unit's score for nearness.
const FAR_M: f64 = 1_000.0;

/// The fields of a member unit (成员单位) that matter for suggestions.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The id of the unit.
    pub id: FeatureId,
    /// The name of the unit, or its id if it has none.
    pub name: String,
    /// The categories for which the unit is competent.
    pub competences: Vec<String>,
    /// The ids of the communities that the unit serves; empty for all communities.
    pub communities: Vec<String>,
    /// The duty hours of the unit, in OpenStreetMap syntax.
    pub duty_hours: Option<String>,
    /// The distance of the unit from the case, in metres.
    pub distance_m: Option<f64>,
    /// The number of cases that the unit must handle at present.
    pub open_cases: u32,
}

impl Unit {
    /// Reads a unit from its properties.
    pub fn read(
        id: &FeatureId,
        map: &Map<String, Value>,
        distance_m: Option<f64>,
        open_cases: u32,
    ) -> Self {
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| {
            let items = map.get(key).and_then(Value::as_array);
            let texts = items.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        Self {
            id: id.clone(),
            name: text(property::NAME).unwrap_or_else(|| id.to_string()),
            competences: list(property::COMPETENCES),
            communities: list("communities"),
            duty_hours: text("duty_hours"),
            distance_m,
            open_cases,
        }
    }
}

/// A suggested unit, with the reasons.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = UnitSuggestion)]
pub struct Suggestion {
    /// The id of the unit.
    pub id: FeatureId,
    /// The name of the unit.
    pub name: String,
    /// The score from 0 to 100; higher is better.
    pub score: f64,
    /// Whether the unit may handle the category.
    pub competent: bool,
    /// Whether the unit serves the community.
    pub serves: bool,
    /// Whether the unit is on duty; `None` if its duty hours are unknown.
    pub on_duty: Option<bool>,
    /// The number of cases that the unit must handle at present.
    pub open_cases: u32,
    /// The distance of the unit from the case, in metres.
    pub distance_m: Option<f64>,
    /// The reasons as a text.
    pub why: Localized,
}

/// Ranks units for a case of a category in a community at a moment, the best first.
pub fn suggest(
    category: &str,
    community: Option<&str>,
    units: impl IntoIterator<Item = Unit>,
    rules: &Rules,
    calendar: &Calendar,
    at: Timestamp,
) -> Vec<Suggestion> {
    let own = [category.to_owned()];
    let handlers = rules.category(category).map_or(&own[..], |r| &r.handlers);
    let judge = |unit: Unit| {
        let competent = unit.competences.iter().any(|c| handlers.contains(c));
        let everywhere = unit.communities.is_empty();
        let serves =
            everywhere || community.is_some_and(|here| unit.communities.iter().any(|c| c == here));
        let on_duty = on_duty(&unit, calendar, at);
        let mut score = IDLE * half(f64::from(unit.open_cases), BUSY);
        score += if competent { COMPETENT } else { 0.0 };
        // A unit of this community is preferred to one that serves all communities.
        score += match (serves, everywhere) {
            (true, false) => SERVES,
            (true, true) => SERVES * 0.75,
            _ => 0.0,
        };
        score += match on_duty {
            Some(true) => ON_DUTY,
            Some(false) => 0.0,
            None => ON_DUTY / 2.0,
        };
        score += unit.distance_m.map_or(0.0, |d| NEAR * half(d, FAR_M));
        Suggestion {
            why: why(&unit, competent, serves, on_duty),
            score: (score * 10.0).round() / 10.0,
            competent,
            serves,
            on_duty,
            open_cases: unit.open_cases,
            distance_m: unit.distance_m.map(|d| d.round()),
            id: unit.id,
            name: unit.name,
        }
    };
    let mut ranked: Vec<Suggestion> = units.into_iter().map(judge).collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
    ranked
}

/// A score that is 1 for 0, one half for `at`, and approaches 0 for larger amounts.
fn half(amount: f64, at: f64) -> f64 {
    at / (at + amount.max(0.0))
}

/// Whether a unit is on duty at a moment; `None` if its duty hours are missing or cannot be parsed.
pub fn on_duty(unit: &Unit, calendar: &Calendar, at: Timestamp) -> Option<bool> {
    let hours = OpeningHours::parse(unit.duty_hours.as_deref()?).ok()?;
    let hours = hours.with_holidays(calendar.holidays.keys().copied());
    Some(hours.is_open(calendar.offset.to_datetime(at)))
}

fn why(unit: &Unit, competent: bool, serves: bool, on_duty: Option<bool>) -> Localized {
    let mut zh = vec![
        if competent {
            "职责相符"
        } else {
            "职责不符"
        }
        .to_owned(),
    ];
    let mut en = vec![
        if competent {
            "competent"
        } else {
            "not competent"
        }
        .to_owned(),
    ];
    let mut say = |a: String, b: String| {
        zh.push(a);
        en.push(b);
    };
    match (serves, unit.communities.is_empty()) {
        (true, true) => say(
            "服务全街道".to_owned(),
            "serves the whole subdistrict".to_owned(),
        ),
        (true, false) => say("服务本社区".to_owned(), "serves this community".to_owned()),
        (false, _) => say(
            "不服务本社区".to_owned(),
            "serves other communities".to_owned(),
        ),
    }
    match on_duty {
        Some(true) => say("正在值班".to_owned(), "on duty".to_owned()),
        Some(false) => say("不在值班时间".to_owned(), "off duty".to_owned()),
        None => say("值班时间未知".to_owned(), "duty hours unknown".to_owned()),
    }
    match unit.open_cases {
        0 => say("无在办".to_owned(), "no open cases".to_owned()),
        1 => say("在办1件".to_owned(), "1 open case".to_owned()),
        n => say(format!("在办{n}件"), format!("{n} open cases")),
    }
    if let Some(metres) = unit.distance_m {
        let (zh, en) = if metres < 1_000.0 {
            (format!("距{metres:.0}米"), format!("{metres:.0} m away"))
        } else {
            let km = metres / 1_000.0;
            (format!("距{km:.1}公里"), format!("{km:.1} km away"))
        };
        say(zh, en);
    }
    Localized::new(zh.join("；"), en.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, competence: &str, community: &str, hours: &str) -> Unit {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Unit {
            id: FeatureId::new(id).unwrap(),
            name: id.to_owned(),
            competences: list(competence),
            communities: list(community),
            duty_hours: Some(hours.to_owned()).filter(|h| !h.is_empty()),
            distance_m: None,
            open_cases: 0,
        }
    }

    /// The suggestions, best first, on a Monday at 09:30 in China.
    fn ranked(units: Vec<Unit>) -> Vec<Suggestion> {
        let at = "2026-11-23T01:30:00Z".parse().unwrap();
        let (rules, calendar) = (Rules::built_in().unwrap(), Calendar::built_in().unwrap());
        suggest(
            "corridor_clutter",
            Some("north"),
            units,
            &rules,
            &calendar,
            at,
        )
    }

    fn ids(units: Vec<Unit>) -> Vec<String> {
        ranked(units).iter().map(|s| s.id.to_string()).collect()
    }

    #[test]
    fn competence_outweighs_all_other_criteria() {
        let best_else = unit("a", "green_care", "north", "24/7");
        let mut worst_else = unit("b", "corridor_clutter", "south", "Sa 08:00-09:00");
        worst_else.open_cases = 400;
        worst_else.distance_m = Some(9e6);
        assert_eq!(ids(vec![best_else, worst_else]), ["b", "a"]);
    }

    #[test]
    fn further_criteria_are_community_duty_load_and_distance() {
        let fits =
            |id: &str, community: &str, hours: &str| unit(id, "corridor_clutter", community, hours);
        let mut busy = fits("busy", "north", "24/7");
        busy.open_cases = 3;
        let mut near = fits("near", "north", "24/7");
        near.distance_m = Some(100.0);
        let all = vec![
            fits("elsewhere", "south", "24/7"),
            fits("street", "", "Sa 08:00-12:00"),
            fits("asleep", "north", "Sa 08:00-12:00"),
            fits("unknown", "north", ""),
            busy,
            fits("free", "north", "Mo-Fr 08:30-17:30"),
            near,
        ];
        let order = [
            "near",
            "free",
            "busy",
            "unknown",
            "asleep",
            "street",
            "elsewhere",
        ];
        assert_eq!(ids(all), order);
    }

    #[test]
    fn a_suggestion_gives_its_reasons_in_both_languages() {
        let mut one = unit("a", "corridor_clutter", "north", "Mo-Fr 08:30-17:30");
        (one.open_cases, one.distance_m) = (3, Some(1_240.0));
        let said = &ranked(vec![one])[0];
        assert_eq!(
            said.why.zh,
            "职责相符；服务本社区；正在值班；在办3件；距1.2公里"
        );
        assert_eq!(
            said.why.en,
            "competent; serves this community; on duty; 3 open cases; 1.2 km away"
        );
        assert_eq!(said.on_duty, Some(true));
    }
}
