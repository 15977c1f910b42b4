//! Imports a ledger that was kept before (既有台账): each row becomes the versions that its case would have had,
//! each with its own time. All rows are written in one transaction, or none is.
//!
//! The present rules apply to the past: levels rise at the times that they define. No notices are sent
//! for the past.

mod addresses;
mod claims;
mod outcome;

use std::collections::BTreeMap;

use geo_types::{Coord, Geometry};
use jiff::{SignedDuration, Timestamp};

pub use self::outcome::{Becomes, FarRow, ImportOutcome, ImportedRow};

use self::addresses::Addresses;
use self::claims::Claims;
use super::case_service::{CaseService, Known};
use super::cases;
use super::error::LedgerError;
use super::receipt::Ticket;
use super::surroundings::{OnMap, moment};
use crate::index::Meter;
use crate::ingest::{far_on_map, why_far};
use crate::live::Snapshot;
use crate::model::{Author, Change, Edit, Expect, FeatureId, InChinese as _, Localized, Role};
use crate::service::numbers;
use crate::service::place::Place;
use crate::spatial::metres;
use crate::store::{StoreError, ToNumber};
use crate::warnings::engine::{self, Earlier, Event, Surroundings, Weight};
use crate::warnings::sheet::plan::{Planned, PlannedStep};
use crate::warnings::sheet::{Problem, sheet_time};
use crate::warnings::{Action, Actor, Calendar, Case, Notice, Report, Rules, Status};

/// The most rows in a preview.
const PREVIEW: usize = 20;
/// The most rows that are listed as lying far from everything on the map.
const MOST_FAR: usize = 20;

impl CaseService {
    /// Imports the rows of a sheet. With `dry_run` it writes nothing and returns what would be written.
    ///
    /// # Errors
    /// If the meter stops the import, the store fails, or another commit changed one of the cases meanwhile.
    /// Nothing was written then.
    pub async fn import(
        &self,
        rows: Vec<Planned>,
        actor: &Actor,
        now: Timestamp,
        dry_run: bool,
        meter: impl Meter + Send + 'static,
    ) -> Result<ImportOutcome, LedgerError> {
        let snapshot = self.live.snapshot();
        let (mut outcome, mut edits, claims) = {
            let actor = actor.clone();
            let snapshot = std::sync::Arc::clone(&snapshot);
            tokio::task::spawn_blocking(move || {
                Importer::new(&snapshot, actor, now, &meter)?.all(rows, &meter)
            })
            .await
            .map_err(|e| StoreError::corrupt("a sheet", e))??
        };
        if dry_run || !outcome.problems.is_empty() || edits.is_empty() {
            return Ok(outcome);
        }
        claims::register(self.live.store(), &claims).await?;
        numbers::give(self.live.store(), snapshot.collections(), &mut edits).await?;
        match self.live.store().replay(edits).await {
            Ok(committed) => {
                // The commit of a large sheet takes longer to reach the snapshot, so this waits longer than
                // usual.
                outcome.written = Some(self.live.await_commit(committed, 6).await);
                Ok(outcome)
            }
            Err(StoreError::Precondition { id, .. }) => Err(LedgerError::Busy(id)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The state of the import of one sheet.
struct Importer<'a> {
    snapshot: &'a Snapshot,
    around: OnMap<'a>,
    /// The present rules, but without required photos: an old ledger cannot have them.
    rules: Rules,
    actor: Actor,
    now: Timestamp,
    places: Addresses,
    edits: Vec<(Timestamp, Edit)>,
    claims: Claims<'a>,
    /// The reports of the sheet so far, by category, to find repetitions.
    reported: BTreeMap<String, Vec<(Coord<f64>, Earlier)>>,
    outcome: ImportOutcome,
}

/// The result of one row.
enum Came {
    Created(Box<Case>),
    Updated(Box<Case>),
    Unchanged,
}

impl<'a> Importer<'a> {
    fn new(
        snapshot: &'a Snapshot,
        actor: Actor,
        now: Timestamp,
        meter: &impl Meter,
    ) -> Result<Self, LedgerError> {
        let around = OnMap::of(snapshot);
        let mut rules = around.rules.clone();
        for category in rules.categories.values_mut() {
            category.photo = false;
        }
        Ok(Self {
            snapshot,
            around,
            rules,
            actor,
            now: moment(now),
            places: Addresses::of(snapshot.collections(), meter)?,
            edits: Vec::new(),
            claims: Claims::new(snapshot.collections()),
            reported: BTreeMap::new(),
            outcome: ImportOutcome::default(),
        })
    }

    fn all(
        mut self,
        mut rows: Vec<Planned>,
        meter: &impl Meter,
    ) -> Result<(ImportOutcome, Vec<Edit>, Vec<ToNumber>), LedgerError> {
        rows.sort_by_key(|r| (r.reported_at, r.from, r.row));
        for row in &rows {
            meter.read(1).map_err(|_| LedgerError::Stopped)?;
            match self.row(row)? {
                Ok(came) => self.note(row, &came),
                Err(problem) => self.outcome.problems.push(problem),
            }
        }
        self.outcome.problems.sort_by_key(|p| (p.from, p.row));
        self.outcome
            .preview
            .sort_by(|a, b| (&a.sheet, a.row).cmp(&(&b.sheet, b.row)));
        self.outcome.far.sort_by_key(|f| (f.from, f.row));
        // The log needs the order of time. The sort is stable, so the steps of one case keep their order.
        self.edits.sort_by_key(|(at, _)| *at);
        let edits = self.edits.into_iter().map(|(_, edit)| edit).collect();
        Ok((self.outcome, edits, self.claims.into_list()))
    }

    fn note(&mut self, row: &Planned, came: &Came) {
        let (what, case) = match came {
            Came::Created(case) => {
                self.outcome.created += 1;
                (Becomes::Created, Some(case))
            }
            Came::Updated(case) => {
                self.outcome.updated += 1;
                (Becomes::Updated, Some(case))
            }
            Came::Unchanged => {
                self.outcome.unchanged += 1;
                (Becomes::Unchanged, None)
            }
        };
        if self.outcome.preview.len() < PREVIEW {
            self.outcome.preview.push(ImportedRow {
                sheet: row.sheet.clone(),
                row: row.row,
                becomes: what,
                category: row.category.clone(),
                status: row.status,
                reported_at: row.reported_at,
                place: case.map_or_else(|| row.place.clone(), |c| c.place.clone()),
                unit: row.unit.clone(),
                id: case.map(|c| c.id.clone()),
                level: case.map(|c| c.level),
                grid: case.and_then(|c| c.grid.clone()),
                community: case.and_then(|c| c.community.clone()),
            });
        }
    }

    /// Imports one row. The outer error is a failure of the store; the inner error is a problem of the row.
    fn row(&mut self, row: &Planned) -> Result<Result<Came, Problem>, LedgerError> {
        let id = match &row.id {
            Some(id) => id.clone(),
            None => {
                Ticket::named(&row.key)
                    .map_err(|e| StoreError::bad_id("id", &e))?
                    .id
            }
        };
        match Known::read(self.snapshot, &id)? {
            Some(known) => self.known(row, &known),
            None => self.fresh(row, id),
        }
    }

    fn known(
        &mut self,
        row: &Planned,
        known: &Known,
    ) -> Result<Result<Came, Problem>, LedgerError> {
        let case = &known.case;
        let apart = case.reported_at.duration_since(row.reported_at).abs();
        if case.category != row.category || apart > SignedDuration::from_secs(2) {
            return Ok(Err(problem(
                row,
                format!(
                    "台账中已有另一件编号为“{}”的事件，上报于 {}",
                    case.id.as_str(),
                    sheet_time(case.reported_at)
                ),
                format!(
                    "the ledger already has another case with the id {:?}: {}, reported at {}",
                    case.id.as_str(),
                    case.category,
                    sheet_time(case.reported_at)
                ),
            )));
        }
        if let (Some(said), Some(number)) = (row.number, case.number)
            && said != number
        {
            return Ok(Err(problem(
                row,
                format!("该事件在台账中的受理编号是 {number}，表中是 {said}"),
                format!("the case has the number {number} in the ledger, and {said} in the sheet"),
            )));
        }
        let rated = row.steps.iter().any(|s| s.request.action == Action::Rate);
        if case.status == row.status && (!rated || case.rating.is_some()) {
            return Ok(Ok(Came::Unchanged));
        }
        // If the steps of the row lead through the present status of the case, only the steps after it are
        // written.
        let mut status = Status::Reported;
        let mut rest = (case.status == status).then_some(0);
        for (i, step) in row.steps.iter().enumerate() {
            status = leads_to(step.request.action, status);
            if status == case.status {
                rest = Some(i + 1);
            }
        }
        let Some(rest) = rest else {
            return Ok(Err(problem(
                row,
                "该事件在台账中的状态与表中不同，且无法由台账中的状态办理到表中的状态",
                format!(
                    "the case has the status {} in the ledger, and the steps of this row do not lead from it to {}",
                    case.status, row.status
                ),
            )));
        };
        let geometry = known.entry.geometry().cloned();
        let mut versions = Versions {
            geometry,
            expect: known.expect(),
            edits: Vec::new(),
        };
        let mut next = case.clone();
        if let Err(wrong) = self.walk(row, &mut next, &row.steps[rest..], &mut versions)? {
            return Ok(Err(wrong));
        }
        self.edits.extend(versions.edits);
        Ok(Ok(Came::Updated(Box::new(next))))
    }

    fn fresh(
        &mut self,
        row: &Planned,
        id: FeatureId,
    ) -> Result<Result<Came, Problem>, LedgerError> {
        if row.status == Status::Merged {
            return Ok(Err(problem(
                row,
                "已合并的事件不单独导入：请删去这一行，或按未结导入后再并案",
                "a merged case cannot be imported by itself: leave it out, or import it as open \
                 and merge it",
            )));
        }
        let Some(at) = self.places.find(row) else {
            return Ok(Err(problem(
                row,
                "地图上没有该地点，请填写经纬度或楼栋编号",
                "the place of this row is not on the map; enter longitude and latitude, or the id of a building",
            )
            .in_cell(row.building.as_ref().or(row.place.as_ref()).map_or("", String::as_str))));
        };
        let place = match Place::locate(self.around.map, &at) {
            Ok(place) => place,
            Err(error) => {
                let Localized { zh, en } = error.localized();
                return Ok(Err(problem(row, zh, en)));
            }
        };
        if !self.actor.view().reaches(place.community.as_deref()) {
            return Ok(Err(problem(
                row,
                "该事件不在本账号所限的社区内",
                "the case is outside of the communities to which the account is restricted",
            )));
        }
        self.doubt(row, &id, place.anchor);
        let at = moment(row.reported_at);
        let number = row.number;
        if let Some(number) = number
            && let Err(other) = self.claims.claim(&id, number, place.grid.as_deref())
        {
            return Ok(Err(problem(
                row,
                format!("受理编号 {number} 已属于另一事件（编号“{other}”）"),
                format!("the number {number} belongs to another case, with the id {other:?}"),
            )));
        }
        let mut report = Report::new(id, at, self.reporter(), &row.category, row.source);
        report.note.clone_from(&row.note);
        report.place.clone_from(&row.place);
        // A row without a building keeps the unit in the text of its place only.
        if place.building.is_some() {
            report.building_unit.clone_from(&row.building_unit);
            report.room.clone_from(&row.room);
        }
        report.hotline_number.clone_from(&row.hotline_number);
        report.exercise = row.exercise;
        let mut case = engine::open(&*self, place.describe(report), place.anchor);
        case.number = number;
        let mut versions = Versions {
            geometry: Some(place.shown(self.around.map, &case.category)),
            expect: Expect::Absent,
            edits: Vec::new(),
        };
        versions.put(&case, at, &self.actor)?;
        if let Err(wrong) = self.walk(row, &mut case, &row.steps, &mut versions)? {
            return Ok(Err(wrong));
        }
        self.reported
            .entry(row.category.clone())
            .or_default()
            .push((place.anchor, Earlier::of(&case)));
        self.edits.extend(versions.edits);
        Ok(Ok(Came::Created(Box::new(case))))
    }

    /// Lists a row that lies far from everything on the map.
    fn doubt(&mut self, row: &Planned, id: &FeatureId, at: Coord<f64>) {
        // A row with a geometry of its own was checked together with the rest of its file.
        if row.geometry.is_some() {
            return;
        }
        let Some(swapped) = far_on_map(self.around.map, at, id.as_str()) else {
            return;
        };
        self.outcome.far_away += 1;
        if self.outcome.far.len() < MOST_FAR {
            let Localized { zh, en } = why_far(at, swapped);
            self.outcome.far.push(FarRow {
                from: row.from,
                sheet: row.sheet.clone(),
                row: row.row,
                id: id.to_string(),
                at: [at.x, at.y],
                problem: en,
                problem_zh: zh,
            });
        }
    }

    /// Applies the steps of a row to its case, and the changes that time alone makes between them.
    fn walk(
        &self,
        row: &Planned,
        case: &mut Case,
        steps: &[PlannedStep],
        versions: &mut Versions,
    ) -> Result<Result<(), Problem>, LedgerError> {
        for planned in steps {
            let last = case.step.as_ref().map_or(case.reported_at, |s| s.at);
            let at = moment(planned.at).max(last);
            self.age(case, at, versions)?;
            let who = self.who(planned.request.action, case);
            let event = Event::Action {
                actor: &who,
                request: &planned.request,
                anchor: None,
                into: None,
                at,
            };
            match engine::step(self, case, event) {
                Ok(stepped) => *case = stepped.case,
                Err(refusal) => {
                    let Localized { zh, en } = refusal.localized();
                    return Ok(Err(problem(
                        row,
                        format!("其中一个步骤不符合办理流程：{zh}"),
                        en,
                    )));
                }
            }
            versions.put(case, at, &self.actor)?;
        }
        self.age(case, self.now, versions)?;
        Ok(Ok(()))
    }

    /// Writes the changes that time alone makes to a case before a moment.
    fn age(
        &self,
        case: &mut Case,
        until: Timestamp,
        versions: &mut Versions,
    ) -> Result<(), LedgerError> {
        // The present rules apply to the whole past of the case.
        for (at, next) in engine::age(self, case, Timestamp::UNIX_EPOCH, until) {
            *case = next;
            versions.put(case, at, &Actor::system())?;
        }
        Ok(())
    }

    /// The actor of an imported step. Its unit had no account in this system, so the actor has the role that the action
    /// needs.
    fn who(&self, action: Action, case: &Case) -> Actor {
        match action {
            Action::Start | Action::Handle | Action::Return => Actor {
                roles: Role::Unit.into(),
                unit: case.unit.clone(),
                ..Actor::public()
            },
            Action::Rate => Actor {
                is_reporter: true,
                ..Actor::public()
            },
            _ => Actor {
                unit: None,
                communities: Vec::new(),
                ..self.actor.clone()
            },
        }
    }

    fn reporter(&self) -> Actor {
        Actor {
            account: None,
            ..Actor::public()
        }
    }
}

/// The data that the case engine reads for imported cases: the map and the rows read so far, with the present rules.
impl Surroundings for Importer<'_> {
    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn calendar(&self) -> &Calendar {
        self.around.calendar
    }

    fn weight(&self, category: &str, at: Coord<f64>) -> Option<Weight> {
        self.around.weight(category, at)
    }

    fn cases_near(
        &self,
        category: &str,
        at: Coord<f64>,
        distance_m: f64,
        since: Timestamp,
        each: &mut dyn FnMut(Earlier),
    ) {
        self.around
            .cases_near(category, at, distance_m, since, each);
        let rows = self.reported.get(category).into_iter().flatten().rev();
        rows.take_while(|(_, earlier)| earlier.reported_at >= since)
            .filter(|(place, _)| metres::distance(*place, at) <= distance_m)
            .for_each(|(_, earlier)| each(*earlier));
    }

    /// The competences that the category needs: a unit that handled a case in the past is taken to be competent.
    fn competences(&self, _unit: &str, category: &str) -> Option<Vec<String>> {
        let rule = self.rules.category(category);
        let handlers = rule.map(|r| r.handlers.clone());
        Some(handlers.unwrap_or_else(|| vec![category.to_owned()]))
    }

    /// No notices are sent for the past.
    fn notice(&self, _case: &Case, _at: Timestamp) -> Option<Notice> {
        None
    }
}

/// The versions of one case that the import will write.
struct Versions {
    geometry: Option<Geometry<f64>>,
    /// The precondition of the first version.
    expect: Expect,
    edits: Vec<(Timestamp, Edit)>,
}

impl Versions {
    fn put(&mut self, case: &Case, at: Timestamp, actor: &Actor) -> Result<(), StoreError> {
        let change: Change = cases::change(case, self.geometry.clone())?;
        let author = Author {
            role: actor.roles.foremost(),
            account: actor.account.clone(),
        };
        let (collection, id) = (change.collection.clone(), change.id.clone());
        let mut edit = Edit::new(author, vec![change]).because("import of an existing ledger");
        edit.effective_at = Some(at);
        if self.edits.is_empty() {
            edit = edit.expecting(collection, id, self.expect);
        }
        self.edits.push((at, edit));
        Ok(())
    }
}

/// The status after a step of a row.
fn leads_to(action: Action, from: Status) -> Status {
    match action {
        Action::File => Status::Filed,
        Action::Reject => Status::Rejected,
        Action::Dispatch => Status::Dispatched,
        Action::Return => Status::Returned,
        Action::Start => Status::Handling,
        Action::Handle => Status::Handled,
        Action::Verify => Status::Verified,
        Action::Close => Status::Closed,
        Action::Park => Status::Parked,
        _ => from,
    }
}

fn problem(row: &Planned, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(row.row, None, Localized::new(zh, en)).of_sheet(row.from, row.sheet.as_deref())
}
