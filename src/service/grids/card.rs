//! Puts a card together.

use std::collections::HashSet;
use std::sync::Arc;

use geo::InteriorPoint as _;
use geo_types::Coord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::answer::{
    AreaName, BuildingFacts, Card, CardCase, CardCases, CardDuty, CardLevel, CardProject,
    CardProjects, CardSubject, CardWindow, NearService, OpenBy, Stairwells,
};
use super::gaps;
use super::ground::Ground;
use crate::grids::case_book::{DAYS, first_day};
use crate::grids::{Area, CaseBook, Counts, Home, Open, Place, Ratings, Waiting};
use crate::index::{Collection, Collections, Entry};
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DUTIES, FACILITIES, FIRST_AID_STATIONS, GRIDS, MEDIATION_POINTS,
    POCKET_PARKS, PROJECTS, UNITS, WARNINGS,
};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Level, Localized, View};
use crate::service::ledger::cases;
use crate::service::place;
use crate::warnings::{GridStatus, OpenCounts, StatusBoard};

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
    /// The card of an area; `None` if there is no such area.
    pub fn of_area(&self, id: &str, seq: u64, view: View<'_>) -> Option<Card> {
        let (areas, stock) = (self.ground.areas(), self.ground.stock());
        let place = areas.find(id)?;
        let area = areas.get(place);
        let day = self.day;
        let chain = areas.above(place);
        let inside = areas.inside(place);
        let counts = stock.of(place);
        let statuses = self.statuses();
        let status = statuses(area);
        let homes = || inside.iter().flat_map(|p| stock.homes(*p));
        let headed = homes()
            .map(|home| self.ground.duties.headed(home, day))
            .sum();
        let street = chain
            .iter()
            .rfind(|p| areas.get(**p).kind.as_deref() == Some("street"));
        let places = self.places(&inside);
        let mut scopes: Vec<Scope> = chain
            .iter()
            .rev()
            .map(|p| Scope::of(areas.get(*p)))
            .collect();
        if area.kind.as_deref() == Some("grid") {
            scopes.extend(stock.compounds(place).map(|id| self.compound(id)));
        }
        let middle =
            (area.kind.as_deref() == Some("grid")).then(|| self.middle(GRIDS, area.id.as_str()));
        Some(Card {
            seq,
            at: self.at.to_string(),
            subject: CardSubject {
                collection: GRIDS,
                id: area.id.to_string(),
                name: name(area),
                kind: area.kind.clone(),
                code: area.code.clone(),
                households: area.households,
                population: area.population,
                building: None,
            },
            within: chain
                .iter()
                .skip(1)
                .map(|p| named(areas.get(*p), &statuses))
                .collect(),
            parts: (areas.parts(place).iter())
                .map(|p| named(areas.get(*p), &statuses))
                .collect(),
            level: CardLevel {
                level: status.map_or(Level::NoData, |s| s.level),
                since: status.and_then(|s| s.since),
                reason: status
                    .map(|s| s.reason.clone())
                    .filter(|_| self.shows_reasons(view)),
            },
            cases: self.cases(places.iter(), view),
            duties: self.duties(&scopes, day, view),
            stairwells: Stairwells {
                count: counts.stairwells,
                headed,
            },
            nearest: middle
                .flatten()
                .map(|at| self.nearest(at))
                .unwrap_or_default(),
            projects: self.projects(&inside),
            window: window(day),
            figures: self
                .book
                .figures(places.iter(), day, households(area, counts)),
            street_figures: street.map(|street| {
                let places = self.places(&areas.inside(*street));
                let area = areas.get(*street);
                self.book
                    .figures(places.iter(), day, households(area, stock.of(*street)))
            }),
            missing: gaps::of_area(self.ground, place, day, headed),
            counts: counts.clone(),
        })
    }

    /// The card of a building; `None` if there is no such building.
    pub fn of_building(&self, id: &str, seq: u64, view: View<'_>) -> Option<Card> {
        let buildings = self.map.get(BUILDINGS)?;
        let entry = buildings.get(id)?;
        let (areas, stock) = (self.ground.areas(), self.ground.stock());
        let day = self.day;
        let row = Canonical::new(entry.all_properties());
        let shown = cases::seen_properties(entry, buildings.schema(), view);
        let text = |name: &str| shown.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        let grid = row.text(property::GRID).and_then(|link| areas.find(&link));
        let chain = grid.map(|grid| areas.above(grid)).unwrap_or_default();
        let statuses = self.statuses();
        let mut counts = Counts::of_building(row);
        counts.gates = (row.text(property::COMPOUND)).map_or(0, |id| stock.gates_of(&id));
        let home = Home {
            id: entry.id().clone(),
            stairwells: counts.stairwells,
        };
        let headed = self.ground.duties.headed(&home, day);
        let place = Place::Building(id.into());
        let cases = self.cases(std::iter::once(&place), view);
        let worst = self
            .book
            .open(&place)
            .map(|(id, open)| (open, id))
            .min_by(|a, b| severity(a).cmp(&severity(b)));
        let reason = worst.and_then(|(_, id)| self.reason(id, view));
        let mut scopes: Vec<Scope> = chain
            .iter()
            .rev()
            .map(|p| Scope::of(areas.get(*p)))
            .collect();
        let compound = row.text(property::COMPOUND).map(|id| self.compound(&id));
        let compound_name = compound.as_ref().map(|scope| scope.name.clone());
        scopes.extend(compound);
        scopes.push(Scope {
            links: vec![id.to_owned()],
            name: text(property::NAME).unwrap_or_else(|| id.to_owned()),
            kind: "building".to_owned(),
        });
        let street = chain
            .iter()
            .rfind(|p| areas.get(**p).kind.as_deref() == Some("street"));
        let households = (row.number("households")).map(|n| n.max(0.0) as u64);
        Some(Card {
            seq,
            at: self.at.to_string(),
            subject: CardSubject {
                collection: BUILDINGS,
                id: id.to_owned(),
                name: text(property::NAME).unwrap_or_else(|| id.to_owned()),
                kind: text(property::KIND),
                code: None,
                households,
                population: None,
                building: Some(BuildingFacts {
                    compound: compound_name,
                    compound_id: text(property::COMPOUND),
                    address: text(property::ADDRESS),
                    housing: text(property::HOUSING),
                    levels: shown.get("levels").and_then(|v| v.as_f64()),
                    elevator: shown.get("elevator").and_then(|v| v.as_bool()),
                    built: (shown.get("built").and_then(|v| v.as_u64()))
                        .and_then(|n| u32::try_from(n).ok()),
                }),
            },
            within: chain
                .iter()
                .map(|p| named(areas.get(*p), &statuses))
                .collect(),
            parts: Vec::new(),
            level: CardLevel {
                level: match worst {
                    Some((open, _)) => open.level,
                    // Without a grid, nobody watches the building.
                    None => grid
                        .and_then(|g| statuses(areas.get(g)))
                        .map_or(Level::NoData, |s| {
                            if s.level == Level::NoData {
                                s.level
                            } else {
                                Level::Green
                            }
                        }),
                },
                since: worst.map(|(open, _)| open.since),
                reason,
            },
            cases,
            duties: self.duties(&scopes, day, view),
            stairwells: Stairwells {
                count: counts.stairwells,
                headed,
            },
            nearest: entry
                .geometry()
                .and_then(place::anchor)
                .map(|at| self.nearest(at))
                .unwrap_or_default(),
            projects: grid.map(|grid| self.projects(&[grid])).unwrap_or_default(),
            window: window(day),
            figures: self.book.figures(std::iter::once(&place), day, households),
            street_figures: street.map(|street| {
                let places = self.places(&areas.inside(*street));
                let area = areas.get(*street);
                self.book.figures(
                    places.iter(),
                    day,
                    self::households(area, stock.of(*street)),
                )
            }),
            missing: gaps::of_building(&counts, headed),
            counts,
        })
    }

    /// The level of an area, found by its id.
    fn statuses<'s>(&'s self) -> impl Fn(&Area) -> Option<&'s GridStatus> + use<'s> {
        let all = self.status.grids();
        move |area| {
            let place = all.binary_search_by(|s| s.id.cmp(&area.id)).ok()?;
            all.get(place)
        }
    }

    /// The places in the case book that belong to these areas: cases name a grid by its id or its code.
    fn places(&self, areas: &[usize]) -> Vec<Place> {
        let mut places = Vec::new();
        for area in areas.iter().map(|place| self.ground.areas().get(*place)) {
            places.push(Place::Grid(area.id.as_str().into()));
            if let Some(code) = area
                .code
                .as_deref()
                .filter(|code| *code != area.id.as_str())
            {
                places.push(Place::Grid(code.into()));
            }
        }
        places
    }

    fn cases<'p>(&self, places: impl Iterator<Item = &'p Place>, view: View<'_>) -> CardCases {
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

    fn reason(&self, case: &FeatureId, view: View<'_>) -> Option<Localized> {
        let warnings = self.map.get(WARNINGS)?;
        let entry = warnings.get(case.as_str())?;
        let shown = cases::seen_properties(entry, warnings.schema(), view);
        serde_json::from_value(shown.get("reason")?.clone()).ok()
    }

    fn shows_reasons(&self, view: View<'_>) -> bool {
        let warnings = self.map.get(WARNINGS);
        warnings.is_none_or(|all| all.schema().shows(view.roles, "reason"))
    }

    fn duties(&self, scopes: &[Scope], day: Date, view: View<'_>) -> Vec<CardDuty> {
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

    fn projects(&self, areas: &[usize]) -> CardProjects {
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
    fn nearest(&self, at: Coord<f64>) -> Vec<NearService> {
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

    fn middle(&self, collection: &str, id: &str) -> Option<Coord<f64>> {
        let entry: &Arc<Entry> = self.map.get(collection)?.get(id)?;
        entry.geometry()?.interior_point().map(|p| p.0)
    }

    fn compound(&self, id: &str) -> Scope {
        Scope {
            links: vec![id.to_owned()],
            name: self.name_of(COMPOUNDS, id),
            kind: "compound".to_owned(),
        }
    }

    /// The name of a feature, or its id.
    fn name_of(&self, collection: &str, id: &str) -> String {
        let entry = self.map.get(collection).and_then(|all| all.get(id));
        let name = entry.and_then(|e| Canonical::new(e.all_properties()).text(property::NAME));
        name.map_or_else(|| id.to_owned(), |n| n.into_owned())
    }
}

/// Something that people are in charge of.
struct Scope {
    /// Its id and, for an area, its code.
    links: Vec<String>,
    name: String,
    kind: String,
}

impl Scope {
    fn of(area: &Area) -> Self {
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
fn severity<'a>(
    (open, id): &(&'a Open, &'a FeatureId),
) -> (std::cmp::Reverse<Level>, Timestamp, &'a FeatureId) {
    (std::cmp::Reverse(open.level), open.since, id)
}

fn name(area: &Area) -> String {
    area.name.clone().unwrap_or_else(|| area.id.to_string())
}

fn named<'s>(area: &Area, statuses: &impl Fn(&Area) -> Option<&'s GridStatus>) -> AreaName {
    AreaName {
        id: area.id.to_string(),
        name: name(area),
        kind: area.kind.clone(),
        level: statuses(area).map_or(Level::NoData, |s| s.level),
    }
}

/// The households of an area: those registered, or else those of its buildings.
fn households(area: &Area, counts: &Counts) -> Option<u64> {
    area.households
        .or(Some(counts.households).filter(|n| *n > 0))
}

fn window(last: Date) -> CardWindow {
    CardWindow {
        from: first_day(last).to_string(),
        until: last.to_string(),
        days: DAYS,
    }
}
