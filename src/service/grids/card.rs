//! Puts a card together.

use std::sync::Arc;

use geo::InteriorPoint as _;
use geo_types::Coord;
use jiff::civil::Date;

use super::answer::{
    AreaName, BuildingFacts, Card, CardLevel, CardSubject, CardWindow, Stairwells,
};
use super::gaps;
use super::map::{Map, Scope, name, severity};
use crate::grids::case_book::{DAYS, first_day};
use crate::grids::{Area, Counts, Figures, Home, Place};
use crate::index::Entry;
use crate::model::names::collection::{BUILDINGS, GRIDS};
use crate::model::names::property;
use crate::model::{Canonical, Level, View};
use crate::service::ledger::cases;
use crate::service::place;
use crate::warnings::GridStatus;

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
        let headed = self.ground.heads(day)[place];
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
            street_figures: self.street_figures(&chain),
            missing: gaps::of_area(self.ground, place, day, headed),
            counts: counts.clone(),
        })
    }

    /// The figures of the street of a chain of areas; `None` if there is no street in it.
    fn street_figures(&self, chain: &[usize]) -> Option<Figures> {
        let (areas, stock) = (self.ground.areas(), self.ground.stock());
        let is_street = |place: &usize| areas.get(*place).kind.as_deref() == Some("street");
        let street = chain.iter().copied().rfind(is_street)?;
        Some(self.ground.street_figures((self.day, street), || {
            let places = self.places(&areas.inside(street));
            let households = households(areas.get(street), stock.of(street));
            self.book.figures(places.iter(), self.day, households)
        }))
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
            street_figures: self.street_figures(&chain),
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

    fn middle(&self, collection: &str, id: &str) -> Option<Coord<f64>> {
        let entry: &Arc<Entry> = self.map.get(collection)?.get(id)?;
        entry.geometry()?.interior_point().map(|p| p.0)
    }
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
