//! Computes a thematic map from a snapshot.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::measures::{self, standard};
use crate::live::Snapshot;
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DAY_ORDERS, ENTRANCES, FACILITIES, GRIDS, UNITS, WARNINGS,
};
use crate::model::{InChinese as _, Localized, both};
use crate::planning::standards::Standards;
use crate::service::planning::{NoCoverage, Planning};
use crate::service::routes::{Ground, NoNetwork};
use crate::themes::{
    By, Cell, Class, Content, Frame, Measure, More, Theme, Window, class_of, classes, counted,
    rounded,
};

/// The days that a thematic map counts.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ThemePeriod)]
pub struct Period {
    /// The first day, in China's time zone.
    #[schema(format = Date)]
    pub from: String,
    /// The last day.
    #[schema(format = Date)]
    pub until: String,
}

/// The value of an area.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ThemeArea {
    /// The id of the grid, community or building.
    pub id: String,
    /// The value in the unit of the theme; `null` if there is no data.
    pub value: Option<f64>,
    /// The index of the class in `classes`; `null` if there is no data.
    pub class: Option<u32>,
    /// The number of features or people on which the value rests. Of ratings, it is rounded down to a multiple of 5.
    pub n: u32,
}

/// A thematic map.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ThemeMap {
    /// The commit that the map shows.
    pub seq: u64,
    /// The moment that the map shows.
    #[schema(format = DateTime)]
    pub at: String,
    /// The id of the theme.
    pub theme: String,
    /// The title.
    pub title: Localized,
    /// What is counted.
    pub note: Localized,
    /// The unit of the values.
    pub unit: Localized,
    /// The hue, in degrees of OKLCH.
    pub hue: f64,
    /// What a higher value means.
    pub more: More,
    /// How many decimals the values have.
    pub decimals: u32,
    /// The kind of the areas.
    pub by: By,
    /// The days that count; `null` if the theme describes what exists.
    pub period: Option<Period>,
    /// Why the theme has no data at all; `null` if it has.
    pub problem: Option<Localized>,
    /// The classes, the lowest values first.
    pub classes: Vec<Class>,
    /// The areas, in the order of their ids.
    pub areas: Vec<ThemeArea>,
}

/// Why a thematic map cannot be computed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTheme {
    /// The network is being built, or the map is too large for one.
    Network(NoNetwork),
}

/// The collections that a theme reads, apart from `grids`.
pub(super) fn sources(theme: &Theme, by: By, standards: &Standards) -> Vec<String> {
    let fixed: &[&str] = match &theme.content {
        Content::Counted(counted) => &[counted.collection.as_str()],
        Content::Measure(Measure::OnTime { .. }) => &[WARNINGS, UNITS],
        Content::Measure(Measure::Rating { .. }) => &[WARNINGS],
        Content::Measure(Measure::DoorsReached { .. }) => {
            &[BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, DAY_ORDERS]
        }
        Content::Measure(Measure::WithinReach(_)) => &[BUILDINGS, COMPOUNDS, ENTRANCES, DAY_ORDERS],
    };
    let mut names: Vec<String> = fixed.iter().map(|name| (*name).to_owned()).collect();
    if let Content::Measure(Measure::WithinReach(name)) = &theme.content {
        let facility = standard(standards, name).and_then(|s| s.facility.as_ref());
        names.extend(facility.map(|f| f.collection.clone()));
    }
    if by == By::Building {
        names.push(BUILDINGS.to_owned());
    }
    names.push(GRIDS.to_owned());
    names.sort();
    names.dedup();
    names
}

/// Whether a theme needs the network.
pub fn walks(theme: &Theme) -> bool {
    matches!(
        theme.content,
        Content::Measure(Measure::DoorsReached { .. } | Measure::WithinReach(_))
    )
}

/// Computes a thematic map of a snapshot for a day. `ground` is the network of the snapshot, for the themes that need
/// it; `at` is the moment that the answer names.
pub(super) fn make(
    theme: &Theme,
    by: By,
    (snapshot, ground): (&Snapshot, Option<&Ground>),
    planning: &Planning,
    (day, seq, at): (Date, u64, Timestamp),
) -> Result<ThemeMap, NoTheme> {
    let map = snapshot.collections();
    let frame = Frame::new(map, by);
    let window = theme.days().and_then(|days| Window::of(day, days));
    let mut problem = None;
    let none = || vec![Cell::default(); frame.areas().len()];
    let cells = match (&theme.content, &window, ground) {
        (Content::Counted(what), ..) => {
            counted(map, what, &frame, window.as_ref()).unwrap_or_else(|error| {
                let (zh, collection) = (error.zh(), &what.collection);
                problem = Some(both!(
                    "该专题的筛选条件与图层“{collection}”不符：{zh}",
                    "the filter of the theme does not fit the collection {collection}: {error}"
                ));
                none()
            })
        }
        (Content::Measure(Measure::OnTime { units, .. }), Some(window), _) => {
            measures::on_time(map, &frame, window, units.as_deref())
        }
        (Content::Measure(Measure::Rating { .. }), Some(window), _) => {
            measures::rating(map, &frame, window)
        }
        (Content::Measure(Measure::DoorsReached { minutes }), _, Some(ground)) => {
            measures::doors_reached(ground, &frame, *minutes, day)
        }
        (Content::Measure(Measure::WithinReach(name)), _, Some(ground)) => {
            let found = measures::within_reach(ground, &frame, name, planning, day);
            found.or_else(|reason| match reason {
                NoCoverage::Network(reason) => Err(NoTheme::Network(reason)),
                NoCoverage::Field(_, why) => {
                    problem = Some(why);
                    Ok(none())
                }
            })?
        }
        (Content::Measure(_), ..) => none(),
    };
    let is_rated = matches!(theme.content, Content::Measure(Measure::Rating { .. }));
    let values: Vec<Option<f64>> = cells
        .iter()
        .map(|cell| {
            // Without a least number, an area without features may have a value too: the number 0.
            let is_enough = theme.least <= 1 || cell.n >= theme.least;
            let shown = cell.value.filter(|_| is_enough);
            shown.map(|value| rounded(value, theme.decimals))
        })
        .collect();
    let classes = classes(&theme.grouping, values.iter().copied().flatten());
    let areas = frame.areas().iter().zip(&cells).zip(values);
    let areas = areas.map(|((area, cell), value)| ThemeArea {
        id: area.id.clone(),
        value,
        class: value.map(|value| class_of(&classes, value) as u32),
        // With exact numbers, two answers before and after a rating would reveal it.
        n: if is_rated { cell.n / 5 * 5 } else { cell.n },
    });
    Ok(ThemeMap {
        seq,
        at: at.to_string(),
        theme: theme.id.clone(),
        title: theme.title.clone(),
        note: theme.note.clone(),
        unit: theme.unit.clone(),
        hue: theme.hue,
        more: theme.more,
        decimals: theme.decimals,
        by,
        period: window.map(|window| Period {
            from: window.first.to_string(),
            until: window.last.to_string(),
        }),
        problem,
        areas: areas.collect(),
        classes,
    })
}
