//! The map that a card is made from, and what a card lists of it: open cases, who is in charge, projects, the nearest
//! services.

use std::collections::HashSet;

use geo_types::Coord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::answer::{
    CardCase, CardCases, CardDuty, CardProject, CardProjects, NearService, OpenBy,
};
use super::ground::Ground;
use crate::grids::{Area, CaseBook, Open, Place, Ratings, Waiting};
use crate::index::{Collection, Collections, Entry};
use crate::model::names::collection::{
    COMPOUNDS, DUTIES, FACILITIES, FIRST_AID_STATIONS, MEDIATION_POINTS, POCKET_PARKS, PROJECTS,
    UNITS, WARNINGS,
};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Level, Localized, View};
use crate::service::ledger::cases;
use crate::warnings::{OpenCounts, StatusBoard};

/// The most open cases that a card lists.
const MOST_CASES: usize = 20;
/// The most projects that a card lists.
const MOST_PROJECTS: usize = 50;
/// The most duties that a card lists.
const MOST_DUTIES: usize = 200;
/// The greatest distance of the nearest services outside, in metres.
const NEAR_M: f64 = 1500.0;
/// The map that a card is made from.
pub struct Map<'a> {
    /// The collections.
    pub map: &'a Collections,
    /// The areas, what stands in them, and who is in charge.
    pub ground: &'a Ground,
    /// The cases of each grid and building.
    pub book: &'a CaseBook,
    /// The ratings of projects by residents.
    pub ratings: &'a Ratings,
    /// The levels of the grids.
    pub status: &'a StatusBoard,
    /// The moment that the map shows.
    pub at: Timestamp,
    /// The date in China for which the card is: it decides which duties hold and which days the figures cover.
    pub day: Date,
}

impl Map<'_> {
    pub(super) fn cases<'p>(
        &self,
        places: impl Iterator<Item = &'p Place>,
        view: View<'_>,
    ) -> CardCases {
        let mut all: Vec<(&Open, &FeatureId)> = places
            .flat_map(|place| self.book.open(place))
            .map(|(id, open)| (open, id))
            .collect();
        let (mut open, mut waiting, mut overdue) = (OpenCounts::default(), OpenBy::default(), 0);
        for (case, _) in &all {
            match case.level {
                Level::Red => open.red += 1,
                Level::Yellow => open.yellow += 1,
                Level::Green | Level::NoData => open.green += 1,
            }
            match case.waiting {
                Waiting::Officer => waiting.officer += 1,
                Waiting::Unit => waiting.unit += 1,
                Waiting::Verifier => waiting.verifier += 1,
            }
            overdue += u32::from(case.is_overdue);
        }
        let worse =
            |a: &(&Open, &FeatureId), b: &(&Open, &FeatureId)| severity(a).cmp(&severity(b));
        if all.len() > MOST_CASES {
            all.select_nth_unstable_by(MOST_CASES, worse);
            all.truncate(MOST_CASES);
        }
        all.sort_unstable_by(worse);
        let list = self.map.get(WARNINGS).map(|warnings| {
            let rows = all
                .iter()
                .filter_map(|(open, id)| self.case(warnings, open, id, view));
            rows.collect()
        });
        CardCases {
            open,
            waiting,
            overdue,
            list: list.unwrap_or_default(),
        }
    }

    fn case(
        &self,
        warnings: &Collection,
        open: &Open,
        id: &FeatureId,
        view: View<'_>,
    ) -> Option<CardCase> {
        let entry = warnings.get(id.as_str())?;
        let shown = cases::seen_properties(entry, warnings.schema(), view);
        let text = |name: &str| shown.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        Some(CardCase {
            id: id.to_string(),
            number: text("number"),
            category: text(property::CATEGORY),
            level: open.level,
            since: open.since,
            status: text(property::STATUS),
            place: text("place"),
            waiting: match open.waiting {
                Waiting::Officer => "officer",
                Waiting::Unit => "unit",
                Waiting::Verifier => "verifier",
            },
            unit: text("unit").map(|unit| self.name_of(UNITS, &unit)),
            due_at: text("due_at"),
            overdue: open.is_overdue,
        })
    }

    pub(super) fn reason(&self, case: &FeatureId, view: View<'_>) -> Option<Localized> {
        let warnings = self.map.get(WARNINGS)?;
        let entry = warnings.get(case.as_str())?;
        let shown = cases::seen_properties(entry, warnings.schema(), view);
        serde_json::from_value(shown.get("reason")?.clone()).ok()
    }

    pub(super) fn shows_reasons(&self, view: View<'_>) -> bool {
        let warnings = self.map.get(WARNINGS);
        warnings.is_none_or(|all| all.schema().shows(view.roles, "reason"))
    }

    pub(super) fn duties(&self, scopes: &[Scope], day: Date, view: View<'_>) -> Vec<CardDuty> {
        let Some(all) = self.map.get(DUTIES) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for scope in scopes {
            let mut own: Vec<_> = (scope.links.iter())
                .flat_map(|link| self.ground.duties.of(link, day))
                .collect();
            own.sort_by(|a, b| {
                (rank(&a.duty), &a.unit, &a.id).cmp(&(rank(&b.duty), &b.unit, &b.id))
            });
            for duty in own {
                // What was deleted since the duties were read is not shown.
                let Some(entry) = all.get(duty.id.as_str()) else {
                    continue;
                };
                let shown = cases::seen_properties(entry, all.schema(), view);
                let text = |name: &str| shown.get(name).and_then(|v| v.as_str()).map(str::to_owned);
                rows.push(CardDuty {
                    id: duty.id.to_string(),
                    duty: duty.duty.clone(),
                    scope: text(property::SCOPE).unwrap_or_default(),
                    scope_name: scope.name.clone(),
                    scope_kind: scope.kind.clone(),
                    unit: duty.unit.clone(),
                    name: text(property::NAME),
                    phone: text("phone"),
                    office_phone: text("office_phone"),
                    until: text("until"),
                });
            }
        }
        rows.truncate(MOST_DUTIES);
        rows
    }

    pub(super) fn projects(&self, areas: &[usize]) -> CardProjects {
        let Some(all) = self.map.get(PROJECTS) else {
            return CardProjects::default();
        };
        let inside: HashSet<usize> = areas.iter().copied().collect();
        let mut found = CardProjects::default();
        for entry in all.iter() {
            let row = Canonical::new(entry.all_properties());
            let grid = row.text(property::GRID);
            let place = grid.and_then(|link| self.ground.areas().find(&link));
            if !place.is_some_and(|place| inside.contains(&place)) {
                continue;
            }
            let text = |name: &str| row.text(name).map(|t| t.into_owned());
            let rated = self.ratings.of(entry.id().as_str());
            let state = text("state").unwrap_or_default();
            found.total += 1;
            found.done += u32::from(state == "done");
            found.delayed += u32::from(state == "delayed");
            found.list.push(CardProject {
                id: entry.id().to_string(),
                name: text(property::NAME).unwrap_or_else(|| entry.id().to_string()),
                kind: text(property::KIND),
                state,
                progress: row.number("progress").map(|n| n as i64),
                lead: text("lead").map(|unit| self.name_of(UNITS, &unit)),
                due_on: text("due_on"),
                rating: (rated.count > 0).then(|| rated.into()),
            });
        }
        let order = |p: &CardProject| match p.state.as_str() {
            "delayed" => 0,
            "done" => 2,
            _ => 1,
        };
        found
            .list
            .sort_by(|a, b| (order(a), &a.due_on, &a.id).cmp(&(order(b), &b.due_on, &b.id)));
        found.list.truncate(MOST_PROJECTS);
        found
    }

    /// The nearest service of each kind, by straight distance.
    pub(super) fn nearest(&self, at: Coord<f64>) -> Vec<NearService> {
        let of = |kind: &'static str,
                  collection: &str,
                  filter: Option<&(dyn Fn(&Entry) -> bool + Sync)>| {
            let all = self.map.get(collection)?;
            let (entry, distance_m) = all.nearest_where(at, 1, NEAR_M, filter).pop()?;
            Some(NearService {
                kind,
                id: entry.id().to_string(),
                name: Canonical::new(entry.all_properties())
                    .text(property::NAME)
                    .map(|t| t.into_owned()),
                distance_m: distance_m.round(),
            })
        };
        let facility = |kind: &'static str| {
            let is_it =
                move |e: &Entry| Canonical::new(e.all_properties()).is(property::KIND, kind);
            of(kind, FACILITIES, Some(&is_it))
        };
        [
            of("first_aid_station", FIRST_AID_STATIONS, None),
            of("pocket_park", POCKET_PARKS, None),
            facility("battery_swap"),
            facility("toolbox"),
            facility("rest_stop"),
            facility("party_service_centre"),
            of("mediation_point", MEDIATION_POINTS, None),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(super) fn compound(&self, id: &str) -> Scope {
        Scope {
            links: vec![id.to_owned()],
            name: self.name_of(COMPOUNDS, id),
            kind: "compound".to_owned(),
        }
    }

    /// The name of a feature, or its id.
    pub(super) fn name_of(&self, collection: &str, id: &str) -> String {
        let entry = self.map.get(collection).and_then(|all| all.get(id));
        let name = entry.and_then(|e| Canonical::new(e.all_properties()).text(property::NAME));
        name.map_or_else(|| id.to_owned(), |n| n.into_owned())
    }
}

/// Something that people are in charge of.
pub(super) struct Scope {
    /// Its id and, for an area, its code.
    pub links: Vec<String>,
    pub name: String,
    pub kind: String,
}

impl Scope {
    pub(super) fn of(area: &Area) -> Self {
        let code = area.code.clone().filter(|code| code != area.id.as_str());
        Self {
            links: std::iter::once(area.id.to_string()).chain(code).collect(),
            name: name(area),
            kind: area.kind.clone().unwrap_or_else(|| "grid".to_owned()),
        }
    }
}

/// The order in which duties are listed.
fn rank(duty: &str) -> usize {
    const ORDER: [&str; 14] = [
        "street_leader",
        "community_secretary",
        "grid_leader",
        "grid_worker",
        "building_head",
        "party_home",
        "resident_rep",
        "property",
        "owners_committee",
        "police",
        "judge",
        "prosecutor",
        "lawyer",
        "mediator",
    ];
    ORDER.iter().position(|d| *d == duty).unwrap_or(ORDER.len())
}
/// The order of open cases: the most severe first, then those that have been so for longest.
pub(super) fn severity<'a>(
    (open, id): &(&'a Open, &'a FeatureId),
) -> (std::cmp::Reverse<Level>, Timestamp, &'a FeatureId) {
    (std::cmp::Reverse(open.level), open.since, id)
}
pub(super) fn name(area: &Area) -> String {
    area.name.clone().unwrap_or_else(|| area.id.to_string())
}
