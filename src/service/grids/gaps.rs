//! What is missing in the data of an area or a building, in words that say what to do.

use jiff::civil::Date;
use serde::Serialize;

use super::Ground;
use crate::grids::duties::{COMMUNITY_SECRETARY, GRID_LEADER};
use crate::grids::{Area, Counts};
use crate::model::{Localized, both};

/// The most places that a gap names.
const MOST_NAMED: usize = 50;

/// Something that is missing.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CardGap)]
pub struct Gap {
    /// What is missing: `grid_leader`, `community_secretary`, `building_head`, `households`, `stairwells`, `lifts`,
    /// `housing`, `population`, `buildings` or `first_aid_station`.
    pub what: &'static str,
    /// How many are missing.
    pub count: u32,
    /// The sentence for people.
    pub text: Localized,
    /// The areas that it is about, at most 50; empty if it is about the subject itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<GapPlace>,
}

/// An area that lacks something.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CardGapPlace)]
pub struct GapPlace {
    /// The id of the area.
    pub id: String,
    /// Its name, or its id.
    pub name: String,
}

fn gap(what: &'static str, count: u32, text: Localized) -> Option<Gap> {
    (count > 0).then_some(Gap {
        what,
        count,
        text,
        places: Vec::new(),
    })
}

/// What is missing in an area. `heads` is the number of its stairwells that have a head.
pub(super) fn of_area(ground: &Ground, place: usize, day: Date, heads: u32) -> Vec<Gap> {
    let areas = ground.areas();
    let (area, counts) = (areas.get(place), ground.stock().of(place));
    let inside = areas.inside(place);
    let lacking = |kind: &str, duty: &'static str| -> Vec<&Area> {
        let own = inside.iter().map(|p| areas.get(*p));
        own.filter(|a| a.kind.as_deref() == Some(kind) && !has(ground, a, duty, day))
            .collect()
    };
    let named = |what, lacking: &[&Area], text: &dyn Fn(usize) -> Localized| {
        let mut gap = gap(what, number(lacking.len()), text(lacking.len()))?;
        let whole = lacking.iter().take(MOST_NAMED);
        gap.places = whole
            .map(|a| GapPlace {
                id: a.id.to_string(),
                name: a.name.clone().unwrap_or_else(|| a.id.to_string()),
            })
            .collect();
        Some(gap)
    };
    let secretaries = lacking("community", COMMUNITY_SECRETARY);
    let leaders = lacking("grid", GRID_LEADER);
    let mut all = vec![
        named("community_secretary", &secretaries, &|n| {
            both!(
                "{n}个社区没有在任的社区书记",
                "{n} communities have no secretary at present"
            )
        }),
        named("grid_leader", &leaders, &|n| {
            both!(
                "{n}个网格没有在任的网格长",
                "{n} grids have no leader at present"
            )
        }),
        head_gap(counts, heads),
    ];
    all.extend(of_counts(counts));
    if area.population.is_none() {
        all.push(gap(
            "population",
            1,
            both!("未登记人口", "the number of residents is not recorded"),
        ));
    }
    if counts.buildings == 0 {
        all.push(gap(
            "buildings",
            1,
            both!(
                "没有属于本网格的楼栋",
                "no building names this grid as its own"
            ),
        ));
    }
    if counts.first_aid_stations == 0 {
        all.push(gap(
            "first_aid_station",
            1,
            both!("范围内没有身边急救站", "no first-aid station inside"),
        ));
    }
    all.into_iter().flatten().collect()
}

/// What is missing of a building.
pub(super) fn of_building(counts: &Counts, heads: u32) -> Vec<Gap> {
    let mut all = vec![head_gap(counts, heads)];
    all.extend(of_counts(counts));
    all.into_iter().flatten().collect()
}

fn head_gap(counts: &Counts, heads: u32) -> Option<Gap> {
    let n = counts.stairwells.saturating_sub(heads);
    let text = both!("{n}个楼门没有楼门长", "{n} stairwells have no head");
    gap("building_head", n, text)
}

fn of_counts(counts: &Counts) -> [Option<Gap>; 4] {
    let unknown = counts.unknown;
    let (a, b, c, d) = (
        unknown.households,
        unknown.stairwells,
        unknown.lifts,
        unknown.housing,
    );
    [
        gap(
            "households",
            a,
            both!(
                "{a}栋住宅楼未填户数",
                "{a} residential buildings lack the number of households"
            ),
        ),
        gap(
            "stairwells",
            b,
            both!(
                "{b}栋住宅楼未填单元数",
                "{b} residential buildings lack the number of stairwells"
            ),
        ),
        gap(
            "lifts",
            c,
            both!(
                "{c}栋住宅楼未填有无电梯",
                "{c} residential buildings do not say whether they have a lift"
            ),
        ),
        gap(
            "housing",
            d,
            both!(
                "{d}栋住宅楼未填住房类型",
                "{d} residential buildings lack the kind of housing"
            ),
        ),
    ]
}

/// Whether somebody has a duty for an area, which its duties name by id or code.
fn has(ground: &Ground, area: &Area, duty: &str, day: Date) -> bool {
    let duties = &ground.duties;
    duties.has(area.id.as_str(), duty, day)
        || (area.code.as_deref()).is_some_and(|code| duties.has(code, duty, day))
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
