//! Suggests units to which a case can be dispatched (派单). The list of responsibilities (权责清单) of
//! the rules comes first: the unit that is responsible for the category, the housing and the place. The
//! communities that a unit serves, its duty hours, its open cases and its distance decide between units
//! of the same owner, and where the list names nobody. Each suggestion gives its reasons; the officer
//! decides, and gives a reason for another unit than a responsible one.

use jiff::Timestamp;
use serde::Serialize;

use super::calendar::Calendar;
use super::responsible::{Duty, Matter, Unit, is_competent, serves};
use super::rules::{MOST_OWNERS, Rules};
use crate::codec::hours::OpeningHours;
use crate::model::{FeatureId, Localized, both};

/// The weight of each criterion, 100 in total. Competence outweighs all others together, so a unit that may
/// not handle a case never ranks before one that may. Of a competent unit, the place of its owner in the list of
/// responsibilities outweighs the rest: the first of four owners gets all of [`OWNER`], the second three quarters.
const COMPETENT: f64 = 50.0;
const OWNER: f64 = 40.0;
const SERVES: f64 = 5.0;
const ON_DUTY: f64 = 3.0;
const IDLE: f64 = 1.4;
const NEAR: f64 = 0.6;

/// The number of open cases that halves a unit's score for load.
const BUSY: f64 = 5.0;
/// The distance in metres that halves a unit's score for nearness.
const FAR_M: f64 = 1_000.0;

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
    /// Whether the unit is responsible by the list of responsibilities. If any unit is, a dispatch to another one needs a
    /// `reason`.
    pub responsible: bool,
    /// Whether the unit serves the community.
    pub serves: bool,
    /// Whether the unit is on duty; `None` if its duty hours are unknown.
    pub on_duty: Option<bool>,
    /// The number of cases that the unit must handle at present.
    pub open_cases: u32,
    /// The distance of the unit from the case, in metres.
    pub distance_m: Option<f64>,
    /// The reasons as a text. For a responsible unit it begins with the entry of the list.
    pub why: Localized,
}

/// Ranks units for a matter at a moment, the best first.
pub fn suggest(
    matter: &Matter<'_>,
    units: Vec<Unit>,
    rules: &Rules,
    calendar: &Calendar,
    at: Timestamp,
) -> Vec<Suggestion> {
    let duty = Duty::of(matter, &units, rules);
    let judge = |unit: Unit| {
        let competent = is_competent(&unit, matter, rules);
        let rank = duty.as_ref().and_then(|duty| duty.rank(&unit, matter));
        let rank = rank.filter(|_| competent);
        let everywhere = unit.communities.is_empty();
        let serves = serves(&unit, matter);
        let on_duty = on_duty(&unit, calendar, at);
        let mut score = IDLE * half(f64::from(unit.open_cases), BUSY);
        score += if competent { COMPETENT } else { 0.0 };
        score += rank.map_or(0.0, |rank| OWNER * before(rank));
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
        let is_first = rank.is_some() && rank == duty.as_ref().and_then(|duty| duty.first);
        let by_list = duty
            .as_ref()
            .filter(|_| is_first)
            .and_then(Duty::words)
            .or_else(|| aside(rank, duty.as_ref()?));
        Suggestion {
            why: why(&unit, by_list, competent, serves, on_duty),
            score: (score * 100.0).round() / 100.0,
            competent,
            responsible: is_first,
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

/// What the list says about a unit that is not responsible, while another one is.
fn aside(rank: Option<usize>, duty: &Duty<'_>) -> Option<Localized> {
    duty.first?;
    Some(match rank {
        Some(rank) => {
            let n = rank + 1;
            both!(
                "权责清单第{n}顺位",
                "number {n} in the list of responsibilities"
            )
        }
        None => both!(
            "不是权责清单所列单位",
            "not in the list of responsibilities"
        ),
    })
}

/// The share of [`OWNER`] that an owner at a position of the list gets.
fn before(rank: usize) -> f64 {
    let left = MOST_OWNERS.saturating_sub(rank);
    let share = |n: usize| f64::from(u32::try_from(n).unwrap_or_default());
    share(left) / share(MOST_OWNERS)
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

fn why(
    unit: &Unit,
    by_list: Option<Localized>,
    competent: bool,
    serves: bool,
    on_duty: Option<bool>,
) -> Localized {
    let first = match (by_list, competent) {
        (Some(by_list), true) => by_list,
        (None, true) => Localized::new("职责相符", "competent"),
        (_, false) => Localized::new("职责不符", "not competent"),
    };
    let (mut zh, mut en) = (vec![first.zh], vec![first.en]);
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
            (
                format!("单位距事发地 {metres:.0} m"),
                format!("{metres:.0} m from the case"),
            )
        } else {
            let km = metres / 1_000.0;
            (
                format!("单位距事发地 {km:.1} km"),
                format!("{km:.1} km from the case"),
            )
        };
        say(zh, en);
    }
    Localized::new(zh.join("；"), en.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warnings::responsible::passed_over;
    use crate::warnings::rules::Site;

    fn unit(id: &str, competence: &str, community: &str, hours: &str) -> Unit {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Unit {
            id: FeatureId::new(id).unwrap(),
            name: id.to_owned(),
            competences: list(competence),
            kind: None,
            communities: list(community),
            compounds: Vec::new(),
            duty_hours: Some(hours.to_owned()).filter(|h| !h.is_empty()),
            distance_m: None,
            open_cases: 0,
        }
    }

    /// The suggestions, best first, on a Monday at 09:30 in China.
    fn ranked(units: Vec<Unit>) -> Vec<Suggestion> {
        let at = "2026-11-23T01:30:00Z".parse().unwrap();
        let (rules, calendar) = (Rules::built_in().unwrap(), Calendar::built_in().unwrap());
        suggest(&CLUTTER, units, &rules, &calendar, at)
    }

    /// Clutter in a building of an old estate that nobody manages.
    const CLUTTER: Matter<'_> = Matter {
        category: "corridor_clutter",
        housing: Some("old_estate"),
        site: Site::Building,
        compound: Some("dong"),
        community: Some("north"),
    };

    /// A committee, two property companies, an enforcement team and a shop, all competent and serving the north.
    fn town() -> Vec<Unit> {
        let all = "corridor_clutter street_encroachment";
        let of = |id: &str, kind: &str, name: &str, compound: &str| Unit {
            name: name.to_owned(),
            kind: Some(kind.to_owned()),
            compounds: vec![compound.to_owned()],
            ..unit(
                id,
                all,
                if kind == "department" { "" } else { "north" },
                "24/7",
            )
        };
        vec![
            of("shop", "company", "美丽理发店", ""),
            of("committee", "community", "北社区居委会", ""),
            of("property", "property", "东苑物业服务中心", "dong"),
            of("other-property", "property", "西苑物业服务中心", "xi"),
            of("team", "department", "街道综合行政执法大队", ""),
        ]
    }

    fn for_matter(matter: &Matter<'_>, units: Vec<Unit>) -> Vec<Suggestion> {
        let at = "2026-11-23T01:30:00Z".parse().unwrap();
        let (rules, calendar) = (Rules::built_in().unwrap(), Calendar::built_in().unwrap());
        suggest(matter, units, &rules, &calendar, at)
    }

    #[test]
    fn the_list_of_responsibilities_comes_before_load_hours_and_distance() {
        let first = |matter: &Matter<'_>, units: Vec<Unit>| {
            let best = for_matter(matter, units).remove(0);
            assert!(best.responsible);
            (best.id.to_string(), best.why.zh)
        };
        let mut busy = town();
        for unit in &mut busy {
            let owns = unit.id.as_str() != "shop";
            unit.open_cases = if owns { 400 } else { 0 };
            unit.distance_m = Some(if owns { 9e6 } else { 1.0 });
            unit.duty_hours = Some(if owns { "Sa 08:00-09:00" } else { "24/7" }.to_owned());
        }
        let (id, why) = first(&CLUTTER, busy.clone());
        assert_eq!(id, "committee");
        assert!(
            why.starts_with("老旧小区楼道堆物：由社区居委会负责；"),
            "{why}"
        );
        let commodity = Matter {
            housing: Some("commodity"),
            ..CLUTTER
        };
        let (id, why) = first(&commodity, busy.clone());
        assert_eq!(id, "property");
        assert!(why.starts_with("楼道堆物：由小区物业负责；"), "{why}");
        // The property company of another estate is not responsible for this one.
        let unmanaged = Matter {
            compound: Some("bei"),
            ..commodity
        };
        let (id, why) = first(&unmanaged, busy.clone());
        assert_eq!(id, "committee");
        let said = "楼道堆物：由小区物业负责，此处没有小区物业，改由社区居委会负责；";
        assert!(why.starts_with(said), "{why}");
        let stall = Matter {
            category: "street_encroachment",
            housing: None,
            site: Site::Street,
            compound: None,
            ..CLUTTER
        };
        let (id, why) = first(&stall, busy);
        assert_eq!(id, "team");
        assert!(why.starts_with("占道经营：由综合行政执法队负责；"), "{why}");
        let ranked = for_matter(&stall, town());
        assert_eq!(ranked.iter().filter(|s| s.responsible).count(), 1);
        let shop = ranked.iter().find(|s| s.id.as_str() == "shop").unwrap();
        assert!(
            shop.why.zh.starts_with("不是权责清单所列单位；"),
            "{}",
            shop.why.zh
        );
        let ranked = for_matter(&CLUTTER, town());
        assert!(
            ranked[1].why.zh.starts_with("权责清单第2顺位；"),
            "{}",
            ranked[1].why.zh
        );
    }

    #[test]
    fn a_dispatch_past_the_responsible_unit_is_noticed() {
        let rules = Rules::built_in().unwrap();
        let past = |units: &[Unit], chosen: &str| passed_over(&CLUTTER, units, chosen, &rules);
        assert_eq!(past(&town(), "committee"), None);
        let said = past(&town(), "property").unwrap();
        assert_eq!(said.zh, "老旧小区楼道堆物：由社区居委会负责");
        assert_eq!(
            said.en,
            "corridor clutter in an old estate: the neighbourhood committee is responsible"
        );
        // Where no owner of the list has a unit, the officer chooses freely.
        let mut none = town();
        none.retain(|unit| ["shop", "other-property"].contains(&unit.id.as_str()));
        assert_eq!(past(&none, "shop"), None);
        let mut without_list = rules.clone();
        without_list.responsibilities = Default::default();
        let free = passed_over(&CLUTTER, &town(), "shop", &without_list);
        assert_eq!(free, None);
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
            "职责相符；服务本社区；正在值班；在办3件；单位距事发地 1.2 km"
        );
        assert_eq!(
            said.why.en,
            "competent; serves this community; on duty; 3 open cases; 1.2 km from the case"
        );
        assert_eq!(said.on_duty, Some(true));
    }
}
