//! Reports (上报). Each report opens a case at a place and gives it a level.

use geo::BoundingRect as _;
use jiff::{SignedDuration, Timestamp};

use super::case_service::{CaseService, Known, TRIES, check_reach};
use super::cases;
use super::error::LedgerError;
use super::past;
use super::receipt::{Ticket, receipt_hash};
use super::surroundings::{OnMap, moment};
use crate::codec::wkb;
use crate::index::Entry;
use crate::live::Written;
use crate::model::names::collection::{ENTRANCES, WARNINGS};
use crate::model::{Expect, FeatureId, InChinese as _, Role, both};
use crate::service::edit_builder::EditBuilder;
use crate::service::place::{OUTSIDE_M, Place, Where};
use crate::spatial::metres;
use crate::store::StoreError;
use crate::store::{Erased, PhotoClaim};
use crate::warnings::engine;
use crate::warnings::key::digest;
use crate::warnings::{Actor, Case, FieldError, Report, Source, StepPhoto};

/// For this time after a report, a repeated request may add the contact if the first request failed to store
/// it.
const RESENT: SignedDuration = SignedDuration::from_mins(10);
/// If there were this many public reports within [`CROWD_M`] metres and [`CROWD_MINUTES`] minutes, the next one
/// is pending review by an officer.
const CROWD: usize = 5;
const CROWD_M: f64 = 30.0;
const CROWD_MINUTES: i64 = 10;
/// A report whose bounding box has a longer diagonal than this, in metres, is pending review.
const LARGEST_M: f64 = 1_000.0;

/// The content of a report, checked as far as possible without the map.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// The category: one of those in the rules.
    pub category: String,
    /// The place.
    pub place: Where,
    /// The number of the unit (单元) of the building.
    pub building_unit: Option<String>,
    /// The number of the room. It is not public.
    pub room: Option<String>,
    /// The id of the gate or door that the report is about. It must be on the map.
    pub entrance: Option<FeatureId>,
    /// The place as a text. If it is `None`, the name of the entrance, building or compound is used.
    pub words: Option<String>,
    /// The source of the report, for example the hotline or a sensor.
    pub source: Source,
    /// The text that the reporter wrote.
    pub note: Option<String>,
    /// Photos that were uploaded before the report.
    pub photos: Vec<StepPhoto>,
    /// How to reach the reporter. Stored outside the log and erased after its retention time.
    pub contact: Option<String>,
    /// The number of the case at the hotline (12345).
    pub hotline_number: Option<String>,
    /// Whether it is a drill. A drill does not count for the level of its grid.
    pub exercise: bool,
    /// Whether it is synthetic demo data.
    pub demo: bool,
    /// Whether the report is pending review: an officer must review it before it counts for its grid.
    pub suspicious: bool,
    /// The client's idempotency key. Two reports with the same key are one case.
    pub key: Option<String>,
}

impl NewReport {
    /// A report with only the required fields.
    pub fn new(category: impl Into<String>, place: Where, source: Source) -> Self {
        Self {
            category: category.into(),
            place,
            building_unit: None,
            room: None,
            entrance: None,
            words: None,
            source,
            note: None,
            photos: Vec::new(),
            contact: None,
            hotline_number: None,
            exercise: false,
            demo: false,
            suspicious: false,
            key: None,
        }
    }
}

/// The result of a report.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The case.
    pub id: FeatureId,
    /// The commit with the case.
    pub written: Written,
    /// The secret with which the reporter can follow and rate the case. Only the reporter gets it.
    pub receipt: String,
    /// Whether an earlier request had the same key.
    pub again: bool,
}

impl CaseService {
    /// Opens a case. It is durable when this returns.
    ///
    /// # Errors
    /// If a field is wrong or the store fails. Nothing was written then.
    pub async fn report(
        &self,
        request: NewReport,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Reported, LedgerError> {
        let now = moment(now);
        let ticket = Ticket::of_report(actor.account.as_deref(), request.key.as_deref())
            .map_err(|e| StoreError::bad_id("id", &e))?;
        let said = fingerprint(&request)?;
        for _ in 0..TRIES {
            let snapshot = self.live.snapshot();
            if let Some(known) = Known::read(&snapshot, &ticket.id)? {
                if known.case.ledger.report_sha256 != said {
                    let problem = both!(
                        "该标识（key）已用于另一次上报；新的上报请使用新的标识，重发时内容应与原来一致",
                        "this key was already used for another report; use a new key for a new \
                         report, and repeat a report unchanged"
                    );
                    return Err(FieldError::new("key", problem).into());
                }
                self.keep_lost_contact(&known.case, &request, now).await?;
                return Ok(Reported {
                    id: ticket.id,
                    written: known.written(),
                    receipt: ticket.receipt,
                    again: true,
                });
            }
            let around = OnMap::of(&snapshot);
            let place =
                Place::locate(around.map, &request.place).map_err(|e| LedgerError::place(&e))?;
            check_reach(actor, place.community.as_deref())?;
            let mut case = open(&around, &request, actor, &place, &ticket, now)?;
            case.ledger.report_sha256.clone_from(&said);
            self.link(&ticket.id, &request.photos, actor).await?;
            let mut edit = EditBuilder::new(actor, now, "report");
            let shown = place.shown(around.map, &case.category);
            edit.put(cases::change(&case, Some(shown))?, Expect::Absent);
            if let Some(written) = edit.commit(&self.live).await? {
                self.keep_contact(&ticket.id, &request, now).await?;
                return Ok(Reported {
                    id: ticket.id,
                    written,
                    receipt: ticket.receipt,
                    again: false,
                });
            }
        }
        Err(LedgerError::Busy(ticket.id))
    }

    /// Links photos to a case. This happens before the commit of the step that names them, so that no step
    /// names a missing photo.
    pub(super) async fn link(
        &self,
        id: &FeatureId,
        photos: &[StepPhoto],
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        if photos.is_empty() {
            return Ok(());
        }
        let claims: Vec<PhotoClaim> = photos
            .iter()
            .map(|p| PhotoClaim {
                id: p.id.clone(),
                claim: p.claim.clone(),
                property: "photos".to_owned(),
            })
            .collect();
        let store = self.live.store();
        let linked = store
            .link_photos(&cases::collection()?, id, &claims, actor.account.as_deref())
            .await?;
        linked.map_err(|refusal| FieldError::new("photos", refusal.localized()).into())
    }

    /// Stores the contact of a repeated report if the first request lost it, for example because the process
    /// was killed after it committed the case. It never replaces a contact and never restores an erased one.
    async fn keep_lost_contact(
        &self,
        case: &Case,
        request: &NewReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let store = self.live.store();
        if request.contact.is_none()
            || now.duration_since(case.reported_at) > RESENT
            || store.contact(&case.id).await?.is_some()
        {
            return Ok(());
        }
        let erased = store.erasures().await?;
        let is_case = |e: &Erased| e.collection == WARNINGS && e.id == case.id.as_str();
        match erased.iter().any(is_case) {
            true => Ok(()),
            false => self.keep_contact(&case.id, request, now).await,
        }
    }

    async fn keep_contact(
        &self,
        id: &FeatureId,
        request: &NewReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(contact) = &request.contact else {
            return Ok(());
        };
        let days = self
            .live
            .snapshot()
            .ledger()
            .rules()
            .privacy
            .contact_longest_days;
        let until = now + SignedDuration::from_hours(24 * i64::from(days));
        self.live.store().put_contact(id, contact, until).await
    }
}

/// The hash of a report's content, if the report has a key. Photos are left out, because a client that repeats
/// a report may have uploaded them again. The contact is left out, because it is stored outside the log.
fn fingerprint(request: &NewReport) -> Result<Option<String>, StoreError> {
    let Some(key) = &request.key else {
        return Ok(None);
    };
    let place = match &request.place {
        Where::Building(id) => format!("building {id}"),
        Where::Entrance(id) => format!("entrance {id}"),
        Where::Geometry(geometry) => hex::encode(wkb::encode(geometry)?),
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut said = vec![
        key.clone(),
        request.category.clone(),
        place,
        text(&request.words),
        request.source.as_str().to_owned(),
        text(&request.note),
        text(&request.hotline_number),
        if request.exercise { "exercise" } else { "" }.to_owned(),
    ];
    // The entrance is last, and only hashed if there is one, so that reports without an entrance have the same hash
    // as in older versions of the program.
    said.extend(request.entrance.as_ref().map(ToString::to_string));
    // The same holds for the unit and the room.
    let unit = request.building_unit.as_ref();
    said.extend(unit.map(|unit| format!("unit {unit}")));
    said.extend(request.room.as_ref().map(|room| format!("room {room}")));
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    Ok(Some(digest(&said)))
}

/// Opens the case of a report.
fn open(
    around: &OnMap<'_>,
    request: &NewReport,
    actor: &Actor,
    place: &Place,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<Case, LedgerError> {
    if !around.rules.knows(&request.category) {
        let known: Vec<&str> = around.rules.categories.keys().map(String::as_str).collect();
        let (category, known) = (&request.category, known.join(", "));
        let problem = both!(
            "没有类别“{category}”；现有类别：{known}",
            "there is no category {category:?}; the categories are: {known}"
        );
        return Err(FieldError::new("category", problem).into());
    }
    let entrance = request.entrance.as_ref().map(FeatureId::as_str);
    let is_known = |id| {
        around
            .map
            .get(ENTRANCES)
            .is_some_and(|all| all.get(id).is_some())
    };
    if let Some(id) = entrance.filter(|id| !is_known(id)) {
        let problem = both!(
            "地图上没有出入口“{id}”，请填写出入口图层中的编号",
            "there is no entrance {id:?} on the map; use the id of a feature in the collection entrances"
        );
        return Err(FieldError::new("entrance", problem).into());
    }
    let has_unit = request.building_unit.is_some() || request.room.is_some();
    if has_unit && place.building.is_none() {
        let field = match request.building_unit {
            Some(_) => "building_unit",
            None => "room",
        };
        let problem = both!(
            "该地点不在楼栋内，不能填写单元和房间，请先选择楼栋",
            "this place is not at a building, so it has no unit and no room; choose a building"
        );
        return Err(FieldError::new(field, problem).into());
    }
    let mut report = Report::new(
        ticket.id.clone(),
        now,
        actor.clone(),
        &request.category,
        request.source,
    );
    report.building_unit.clone_from(&request.building_unit);
    report.room.clone_from(&request.room);
    report.entrance = entrance.map(str::to_owned);
    report.note.clone_from(&request.note);
    report.photos.clone_from(&request.photos);
    report.hotline_number.clone_from(&request.hotline_number);
    report.exercise = request.exercise;
    report.demo = request.demo;
    report.held = is_odd(around, request, actor, place, now);
    report.receipt_sha256 = Some(receipt_hash(&ticket.receipt));
    report.place.clone_from(&request.words);
    Ok(engine::open(around, place.describe(report), place.anchor))
}

/// Whether a report is pending review by an officer before it counts. Reports by staff never are.
fn is_odd(
    around: &OnMap<'_>,
    request: &NewReport,
    actor: &Actor,
    place: &Place,
    now: Timestamp,
) -> bool {
    if actor.roles.includes(Role::GridWorker) {
        return false;
    }
    request.suspicious
        || place.is_outside(around.map, OUTSIDE_M)
        || is_sprawling(place)
        || is_crowded(around, place, now)
}

/// Whether the geometry of a report is suspiciously large.
fn is_sprawling(place: &Place) -> bool {
    let around = place.geometry.bounding_rect();
    around.is_some_and(|r| metres::distance(r.min(), r.max()) > LARGEST_M)
}

/// Whether there were so many recent public reports nearby that this one is probably spam.
fn is_crowded(around: &OnMap<'_>, place: &Place, now: Timestamp) -> bool {
    let Some(cases) = around.map.get(WARNINGS) else {
        return false;
    };
    let recent = |case: &Case| {
        let age = now.duration_since(case.reported_at);
        let public = matches!(case.source, Source::Resident | Source::Rider);
        public && age <= SignedDuration::from_mins(CROWD_MINUTES)
    };
    // There may be years of cases at one corner. Older ones are skipped without being parsed, and the search
    // stops when the limit is reached.
    let since = now - SignedDuration::from_mins(CROWD_MINUTES);
    let counts = |entry: &Entry| {
        past::happened_since(entry, since) && cases::read(entry).is_ok_and(|c| recent(&c))
    };
    let near = cases.nearest_where(place.anchor, CROWD, CROWD_M, Some(&counts));
    near.len() >= CROWD
}
