//! Who is responsible for a case by the list of responsibilities (权责清单) of the rules: it depends on the category, the
//! housing and the place.

use serde_json::{Map, Value};

use super::case::Case;
use super::rules::{OTHER, Owner, Responsibility, Rules, Serves, Site};
use crate::model::names::property;
use crate::model::{FeatureId, Localized, both};

/// The fields of a member unit (成员单位) that matter for suggestions.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The id of the unit.
    pub id: FeatureId,
    /// The name of the unit, or its id if it has none.
    pub name: String,
    /// The categories for which the unit is competent.
    pub competences: Vec<String>,
    /// The kind of the unit, for example `property`.
    pub kind: Option<String>,
    /// The ids of the communities that the unit serves; empty for all communities.
    pub communities: Vec<String>,
    /// The ids of the estates that the unit manages.
    pub compounds: Vec<String>,
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
            kind: text(property::KIND),
            communities: list("communities"),
            compounds: list("compounds"),
            duty_hours: text("duty_hours"),
            distance_m,
            open_cases,
        }
    }
}

/// What decides who is responsible for a case.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    /// The category of the case.
    pub category: &'a str,
    /// The kind of housing at the place.
    pub housing: Option<&'a str>,
    /// Where the case is.
    pub site: Site,
    /// The id of the estate that contains the case.
    pub compound: Option<&'a str>,
    /// The id of the community that contains the case.
    pub community: Option<&'a str>,
}

impl<'a> Matter<'a> {
    /// The matter of a case.
    pub fn of(case: &'a Case) -> Self {
        let site = match (&case.building, &case.compound) {
            (Some(_), _) => Site::Building,
            (None, Some(_)) => Site::Compound,
            (None, None) => Site::Street,
        };
        Self {
            category: &case.category,
            housing: case.housing.as_deref(),
            site,
            compound: case.compound.as_deref(),
            community: case.community.as_deref(),
        }
    }
}

/// Who is responsible for a matter by the list of responsibilities.
pub(super) struct Duty<'r> {
    /// The owners in the order of the list.
    owners: Vec<&'r Owner>,
    /// The position of the first owner that has a competent unit at the place; `None` if no owner has one.
    pub first: Option<usize>,
    /// What the entry is about, for example 老旧小区楼道堆物.
    what: Localized,
}

impl<'r> Duty<'r> {
    /// The duty for a matter among these units; `None` if no entry of the list fits the matter.
    pub fn of(matter: &Matter<'_>, units: &[Unit], rules: &'r Rules) -> Option<Self> {
        let list = &rules.responsibilities;
        let entry = entry(matter, rules)?;
        let owners: Vec<&Owner> = entry
            .owners
            .iter()
            .filter_map(|id| list.owners.get(id))
            .collect();
        let mut duty = Self {
            what: what(matter, entry, rules),
            owners,
            first: None,
        };
        let able = units.iter().filter(|u| is_competent(u, matter, rules));
        duty.first = able.filter_map(|unit| duty.rank(unit, matter)).min();
        Some(duty)
    }

    /// The position of a unit's owner in the list, from 0; `None` if the unit is none of the owners.
    pub fn rank(&self, unit: &Unit, matter: &Matter<'_>) -> Option<usize> {
        self.owners.iter().position(|owner| {
            let tied = match owner.serves {
                Serves::Compound => matter
                    .compound
                    .is_some_and(|here| unit.compounds.iter().any(|c| c == here)),
                Serves::Community => matter
                    .community
                    .is_some_and(|here| unit.communities.iter().any(|c| c == here)),
                Serves::Street => serves(unit, matter),
            };
            tied && owner
                .kind
                .as_ref()
                .is_none_or(|kind| unit.kind.as_ref() == Some(kind))
                && owner
                    .named
                    .as_ref()
                    .is_none_or(|part| unit.name.contains(part))
        })
    }

    /// Who is responsible, as a text: 老旧小区楼道堆物：由社区居委会负责.
    pub fn words(&self) -> Option<Localized> {
        let (what, owner) = (&self.what, self.owners.get(self.first?)?);
        let (zh, en) = (&what.zh, &what.en);
        let (by_zh, by_en) = (&owner.name.zh, &owner.name.en);
        let first = self.owners.first().filter(|_| self.first != Some(0));
        Some(match first {
            None => both!("{zh}：由{by_zh}负责", "{en}: {by_en} is responsible"),
            Some(none) => {
                let (none_zh, none_en) = (&none.name.zh, &none.name.en);
                both!(
                    "{zh}：由{none_zh}负责，此处没有{none_zh}，改由{by_zh}负责",
                    "{en}: {none_en} is responsible; there is none here, so {by_en} is"
                )
            }
        })
    }
}

/// The entry of the list that applies to a matter; `None` if none does. A category that the rules no longer contain has
/// the entries of [`OTHER`].
fn entry<'r>(matter: &Matter<'_>, rules: &'r Rules) -> Option<&'r Responsibility> {
    let category = match rules.knows(matter.category) {
        true => matter.category,
        false => OTHER,
    };
    let list = &rules.responsibilities;
    list.of(category, matter.housing, matter.site)
}

/// The source of the entry that applies to a matter, and whether the entry was checked against it; `None` if none applies.
pub fn source(matter: &Matter<'_>, rules: &Rules) -> Option<(Localized, bool)> {
    let entry = entry(matter, rules)?;
    Some((entry.source.clone(), entry.verified))
}

/// What an entry is about, in the words of the matter: the kind of housing if the entry depends on it, and the category.
fn what(matter: &Matter<'_>, entry: &Responsibility, rules: &Rules) -> Localized {
    let name = rules
        .category(matter.category)
        .map(|c| c.name.clone())
        .unwrap_or_else(|| Localized::new(matter.category, matter.category));
    let housing = match matter.housing.filter(|_| !entry.housing.is_empty()) {
        Some("old_estate") => Some(("老旧小区", "an old estate")),
        Some("commodity") => Some(("商品房小区", "commodity housing")),
        Some("mixed_use") => Some(("商住楼", "a mixed-use building")),
        _ => None,
    };
    match housing {
        None => name,
        Some((zh, en)) => {
            let (name_zh, name_en) = (&name.zh, &name.en);
            both!("{zh}{name_zh}", "{name_en} in {en}")
        }
    }
}

/// The responsible owner whose units a dispatch to `chosen` passes over, as a text; `None` if the list names nobody here,
/// or if `chosen` is one of its units.
pub fn passed_over(
    matter: &Matter<'_>,
    units: &[Unit],
    chosen: &str,
    rules: &Rules,
) -> Option<Localized> {
    let duty = Duty::of(matter, units, rules)?;
    let unit = units.iter().find(|u| u.id.as_str() == chosen)?;
    let is_first = duty.rank(unit, matter) == duty.first;
    duty.words().filter(|_| !is_first)
}

/// Whether a unit may handle a matter.
pub(super) fn is_competent(unit: &Unit, matter: &Matter<'_>, rules: &Rules) -> bool {
    match rules.category(matter.category) {
        Some(rule) => unit.competences.iter().any(|c| rule.handlers.contains(c)),
        None => unit.competences.iter().any(|c| c == matter.category),
    }
}

/// Whether a unit serves the community of a matter.
pub(super) fn serves(unit: &Unit, matter: &Matter<'_>) -> bool {
    unit.communities.is_empty()
        || matter
            .community
            .is_some_and(|here| unit.communities.iter().any(|c| c == here))
}
