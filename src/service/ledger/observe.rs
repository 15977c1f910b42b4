//! Observations (监测) of sensors, cameras and patrols. They update the condition of a place and category. A
//! condition that begins to fire opens a case or is added to the open one.
//!
//! The log contains only changes of a condition. Other observations only update the table of last observations,
//! so that a sensor that reports every minute does not fill the log.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::case_service::{CaseService, Known, TRIES, check_reach};
use super::cases;
use super::error::LedgerError;
use super::receipt::Ticket;
use super::silence::row_of;
use super::surroundings::{OnMap, moment};
use crate::live::Snapshot;
use crate::live::Written;
use crate::model::names::collection::{BUILDINGS, CONDITIONS, WARNINGS};
use crate::model::names::property;
use crate::model::{Expect, FeatureId, InChinese as _, both};
use crate::service::edit_builder::EditBuilder;
use crate::service::place::{self, Place, Where};
use crate::store::{DeviceLastSeen, StoreError};
use crate::warnings::condition::{Condition, State};
use crate::warnings::engine::{self, Event};
use crate::warnings::{Actor, FieldError, Report, Source};

/// How far a sensor's clock may be ahead of the server's clock.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);
/// The oldest observation that is accepted. A sensor whose battery failed may send a date in 1970.
const BEHIND: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A measurement at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The id of the observed feature of the map.
    pub place: String,
    /// A category whose rule has a condition.
    pub category: String,
    /// The measured value, in the unit of the rule's thresholds.
    pub value: f64,
    /// When it was measured; `None` means now.
    pub at: Option<Timestamp>,
}

/// The result of an observation.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The condition after the observation.
    pub condition: Condition,
    /// The case that the condition opened or was added to, while the case is open.
    pub warning: Option<FeatureId>,
    /// Whether a newer observation had already arrived. Then this one changed nothing.
    pub late: bool,
    /// The commit with the change; `None` if the condition did not change.
    pub written: Option<Written>,
}

/// A condition as it is stored in the log.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub id: FeatureId,
    pub place: String,
    pub category: String,
    pub condition: Condition,
    /// The grid of the place. Its level is *no data* while the sensor is silent.
    pub grid: Option<String>,
    pub warning: Option<FeatureId>,
    /// The commit that wrote the condition; `None` if it is new.
    pub seq: Option<u64>,
}

impl CaseService {
    /// Applies an observation. Its changes are durable when this returns.
    ///
    /// # Errors
    /// If the place, the category or the time is not valid, or the store fails.
    pub async fn observe(
        &self,
        request: &Observation,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Observed, LedgerError> {
        let at = moment(request.at.unwrap_or(now));
        if at > now + AHEAD {
            let problem = both!(
                "不能晚于当前时间，实际为 {at}，服务器时间为 {now}",
                "expected a moment that is not in the future, found {at}; the server's time is {now}"
            );
            return Err(FieldError::new("at", problem).into());
        }
        if at < now - BEHIND {
            let problem = both!(
                "应在最近一年内，实际为 {at}，请检查设备时钟",
                "expected a moment within the last year, found {at}; check the clock of the device"
            );
            return Err(FieldError::new("at", problem).into());
        }
        if !request.value.is_finite() {
            return Err(FieldError::new(
                "value",
                both!("应为有限的数字", "expected a finite number"),
            )
            .into());
        }
        let id = row_id(&request.place, &request.category)?;
        for _ in 0..TRIES {
            let snapshot = self.live.snapshot();
            let around = OnMap::of(&snapshot);
            let rule = rule_of(&snapshot, &request.category)?;
            let mut row = Row::read(&snapshot, &id)?
                .unwrap_or_else(|| Row::new(id.clone(), &request.place, &request.category, at));
            // A wrong place is refused at the first observation, not when the condition fires. A deleted place
            // has no known community, so accounts restricted to communities are refused.
            if row.seq.is_none() || !actor.communities.is_empty() {
                match locate(&snapshot, &request.place) {
                    Ok(place) => check_reach(actor, place.community.as_deref())?,
                    Err(error) if row.seq.is_none() => return Err(error),
                    Err(_) => check_reach(actor, None)?,
                }
            }
            if let Some(seen) = snapshot.last_seen().find(&request.place, &request.category) {
                row.heard(seen);
            }
            if row.condition.observed_at.is_some_and(|last| at <= last) {
                return Ok(row.answer(&snapshot, true, None));
            }
            let before = row.condition;
            // Transitions that were due before the measurement are applied first, each with its own time.
            if let Some(step) = before.walk(&rule, at).into_iter().next() {
                let mut edit = EditBuilder::new(&Actor::system(), step.since, "condition");
                row.condition = step;
                move_to(&snapshot, &around, &mut row, &before, step.since, &mut edit)?;
                edit.commit(&self.live).await?;
                continue;
            }
            row.condition = before.observe(&rule, request.value, at);
            let mut written = None;
            if row.condition.moved_from(&before) || row.seq.is_none() {
                let mut edit = EditBuilder::new(actor, at, "observation");
                move_to(&snapshot, &around, &mut row, &before, at, &mut edit)?;
                written = edit.commit(&self.live).await?;
                if written.is_none() {
                    continue;
                }
            }
            // The observation is stored after the commit. In the other order, after a crash in between, the repeated
            // request would be ignored as late and its commit would be missing.
            let seen = DeviceLastSeen {
                place: request.place.clone(),
                category: request.category.clone(),
                at,
                value: request.value,
            };
            self.live.store().put_last_seen(&seen).await?;
            self.live.note_last_seen(seen).await;
            return Ok(row.answer(&self.live.snapshot(), false, written));
        }
        Err(LedgerError::Busy(id))
    }
}

/// Adds a changed condition to an edit. If it begins to fire, the case that it opens or is added to is part of
/// the edit.
pub(super) fn move_to(
    snapshot: &Snapshot,
    around: &OnMap<'_>,
    row: &mut Row,
    before: &Condition,
    at: Timestamp,
    edit: &mut EditBuilder,
) -> Result<(), LedgerError> {
    if row.condition.fired_after(before) {
        fire(snapshot, around, row, at, edit)?;
    }
    // The condition of a deleted place keeps its last grid.
    if let Ok(place) = locate(snapshot, &row.place) {
        row.grid = place.grid;
    }
    let expect = row.seq.map_or(Expect::Absent, Expect::Seq);
    edit.put(row.change()?, expect);
    Ok(())
}

/// Opens a case for a condition that fires, or adds the condition to the open case of the same place and
/// category.
fn fire(
    snapshot: &Snapshot,
    around: &OnMap<'_>,
    row: &mut Row,
    at: Timestamp,
    edit: &mut EditBuilder,
) -> Result<(), LedgerError> {
    let place = locate(snapshot, &row.place)?;
    if let Some(open) = open_case(snapshot, row, &place)? {
        // The condition was added to this case before. It is added once, however often it fires.
        if row.warning.as_ref() == Some(&open.case.id) {
            return Ok(());
        }
        let at = at.max(open.case.step.as_ref().map_or(at, |s| s.at));
        let event = Event::Join { reports: 0, at };
        let next = engine::step(around, &open.case, event)?.case;
        edit.put(open.change(&next)?, open.expect());
        row.warning = Some(next.id);
        return Ok(());
    }
    // The id is derived from the condition and the moment, so two processes open the same case.
    let key = format!("{} {}", row.id, row.condition.since);
    let ticket = Ticket::named(&key).map_err(|e| StoreError::bad_id("id", &e))?;
    let mut report = Report::new(
        ticket.id.clone(),
        at,
        Actor::system(),
        &row.category,
        Source::Sensor,
    );
    report.place = place.words.clone().or_else(|| Some(row.place.clone()));
    let case = engine::open(around, place.describe(report), place.anchor);
    let shown = place.shown(around.map, &case.category);
    edit.put(cases::change(&case, Some(shown))?, Expect::Absent);
    row.warning = Some(ticket.id);
    Ok(())
}

/// The open case of a condition's place and category; the oldest one if there are several.
fn open_case(snapshot: &Snapshot, row: &Row, place: &Place) -> Result<Option<Known>, StoreError> {
    if let Some(id) = &row.warning
        && let Some(known) = Known::read(snapshot, id)?
        && !known.case.status.is_ended()
    {
        return Ok(Some(known));
    }
    let Some(cases) = snapshot.collections().get(WARNINGS) else {
        return Ok(None);
    };
    let near = cases.within(place.anchor, place::AT_BUILDING_M);
    let known = near.into_iter().filter_map(|(entry, _)| {
        let case = cases::read(&entry).ok()?;
        Some(Known { entry, case })
    });
    let same =
        |k: &Known| k.case.category == row.category && !k.case.status.is_ended() && k.case.counts();
    Ok(known.filter(same).min_by_key(|k| k.case.reported_at))
}

/// Locates an observed feature of the map.
fn locate(snapshot: &Snapshot, id: &str) -> Result<Place, LedgerError> {
    let map = snapshot.collections();
    let at = match map.get(BUILDINGS).and_then(|c| c.get(id)) {
        Some(house) => Where::Building(house.id().clone()),
        None => {
            let found = map
                .iter()
                .filter(|(name, _)| name.as_str() != WARNINGS)
                .find_map(|(_, c)| c.get(id))
                .and_then(|e| Some((place::anchor(e.geometry()?)?, cases::properties(e))));
            let Some((anchor, said)) = found else {
                let problem = both!(
                    "地图上没有要素“{id}”",
                    "there is no feature {id:?} on the map"
                );
                return Err(FieldError::new("place", problem).into());
            };
            let mut place = Place::locate(map, &Where::Geometry(geo_types::Point(anchor).into()))
                .map_err(|e| LedgerError::place(&e))?;
            if let Some(name) = said.get(property::NAME).and_then(serde_json::Value::as_str) {
                place.words = Some(name.to_owned());
            }
            return Ok(place);
        }
    };
    Place::locate(map, &at).map_err(|e| LedgerError::place(&e))
}

fn rule_of(
    snapshot: &Snapshot,
    category: &str,
) -> Result<crate::warnings::rules::ConditionRule, LedgerError> {
    let rules = snapshot.ledger().rules();
    let known = rules.categories.get(category);
    known.and_then(|c| c.condition).ok_or_else(|| {
        let with = rules.categories.values().filter(|c| c.condition.is_some());
        let names: Vec<&str> = with.map(|c| c.id.as_str()).collect();
        let problem = match names.as_slice() {
            [] => both!(
                "规则中没有任何类别设有监测条件",
                "no category in the rules has a condition for observations"
            ),
            names => {
                let names = names.join(", ");
                both!(
                    "类别“{category}”没有监测条件；有监测条件的类别：{names}",
                    "the category {category:?} has no condition for observations; categories with one \
                     are: {names}"
                )
            }
        };
        FieldError::new("category", problem).into()
    })
}

fn row_id(place: &str, category: &str) -> Result<FeatureId, LedgerError> {
    FeatureId::new(format!("{place}|{category}"))
        .map_err(|e| FieldError::new("place", e.localized()).into())
}

impl Row {
    fn new(id: FeatureId, place: &str, category: &str, at: Timestamp) -> Self {
        Self {
            id,
            place: place.to_owned(),
            category: category.to_owned(),
            condition: Condition::unknown(at),
            grid: None,
            warning: None,
            seq: None,
        }
    }

    /// Reads a condition from the snapshot.
    pub(super) fn read(snapshot: &Snapshot, id: &FeatureId) -> Result<Option<Self>, StoreError> {
        let rows = snapshot.collections().hidden(CONDITIONS);
        let Some(entry) = rows.and_then(|c| c.get(id.as_str())) else {
            return Ok(None);
        };
        Self::of(entry).map(Some)
    }

    /// Reads a condition from its entry.
    pub(super) fn of(entry: &crate::index::Entry) -> Result<Self, StoreError> {
        let map = cases::properties(entry);
        let text = |key: &str| {
            let said = map.get(key).and_then(serde_json::Value::as_str);
            said.unwrap_or_default().to_owned()
        };
        let condition = serde_json::from_str(entry.all_properties())
            .map_err(|e| StoreError::corrupt(format!("{CONDITIONS}/{}", entry.id()), e))?;
        Ok(Self {
            id: entry.id().clone(),
            place: text("place"),
            category: text(property::CATEGORY),
            condition,
            grid: map
                .get(property::GRID)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned),
            warning: FeatureId::new(text("warning")).ok(),
            seq: Some(entry.seq()),
        })
    }

    /// Applies the last observation, which may be newer than the last change of the condition.
    pub(super) fn heard(&mut self, seen: &DeviceLastSeen) {
        if self.condition.observed_at.is_none_or(|last| seen.at > last) {
            self.condition.observed_at = Some(seen.at);
            self.condition.value = Some(seen.value);
        }
    }

    pub(super) fn change(&self) -> Result<crate::model::Change, StoreError> {
        let mut row =
            serde_json::to_value(self.condition).map_err(|e| StoreError::corrupt(CONDITIONS, e))?;
        row["place"] = json!(self.place);
        row[property::CATEGORY] = json!(self.category);
        row[property::GRID] = json!(self.grid);
        row["warning"] = json!(self.warning);
        row_of(CONDITIONS, &self.id, row)
    }

    fn answer(&self, snapshot: &Snapshot, late: bool, written: Option<Written>) -> Observed {
        // A case that the snapshot does not contain yet was opened or changed by this observation.
        let pending = matches!(written, Some(Written::Pending(_)));
        let open = |id: &&FeatureId| {
            pending
                || Known::read(snapshot, id)
                    .is_ok_and(|k| k.is_some_and(|k| !k.case.status.is_ended()))
        };
        Observed {
            condition: self.condition,
            warning: self.warning.as_ref().filter(open).cloned(),
            late,
            written,
        }
    }
}

/// Whether a state means that the condition holds now.
pub fn is_firing(state: State) -> bool {
    matches!(state, State::Firing | State::Recovering)
}
