//! Reports. Anybody may send one, and gets a receipt with which to follow it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::Ref;

use super::{Found, actor, answer, is_receipt, refused};
use crate::codec::geojson::read::{Limits, read_geometry};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::items::doubts::{self, Sent};
use crate::http::language;
use crate::http::limit::Allowance;
use crate::http::origin::ClientAddress;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::written::{self, Subject};
use crate::live::Snapshot;
use crate::model::{FeatureId, GeometryKind, InChinese as _, Role, both};
use crate::service::ledger::{NewReport, Reported};
use crate::service::place::Where;
use crate::warnings::field::{Field, Key, LongText, PhotosField, ShortText, Text};
use crate::warnings::{Actor, PhoneNumber, PhotoKind, RoomNumber, Source, UnitNumber};

/// The most positions in the geometry of a report.
const VERTICES: usize = 2_000;

type Category = Field<Text<80>>;
type Contact = Field<PhoneNumber>;
type Flag = Field<bool>;
type HotlineNumber = Field<Text<60>>;
type Room = Field<RoomNumber>;
type SourceField = Field<Source>;
type Unit = Field<UnitNumber>;

/// A report. Its place is given as a `geometry`, a `building` or an `entrance`.
///
/// A hotline number, a drill, and a source other than `resident`, `rider` and (for the role unit) `unit` require the
/// role grid_worker. The text `place` of other callers is ignored, because everybody can read the place of a case.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ReportBody {
    /// The category: one of those in the rules.
    #[serde(default)]
    #[schema(inline, required)]
    pub category: Category,
    /// The place: a point, a line or a polygon.
    #[schema(schema_with = geometry_schema)]
    pub geometry: Option<Value>,
    /// The id of the building.
    #[serde(default)]
    #[schema(inline)]
    pub building: ShortText,
    /// The number of the unit (单元) of the building, such as `2`. It becomes part of the public text of the place.
    #[serde(default)]
    #[schema(inline)]
    pub building_unit: Unit,
    /// The number of the room, such as `501`. Only staff and the reporter can read it.
    #[serde(default)]
    #[schema(inline)]
    pub room: Room,
    /// The id of the gate or door that the report is about. In the category `wrong_access`, reports of two riders with
    /// accounts within two hours, or one report of a grid worker, close the entrance for routes: for 12 hours, or until
    /// an officer ends the cases.
    #[serde(default)]
    #[schema(inline)]
    pub entrance: ShortText,
    /// The text of the reporter.
    #[serde(default)]
    #[schema(inline)]
    pub note: LongText,
    /// The place in words.
    #[serde(default)]
    #[schema(inline)]
    pub place: ShortText,
    /// The photos, each as `{id, claim}` from the answer to its upload.
    #[serde(default)]
    #[schema(inline)]
    pub photos: PhotosField,
    /// The channel through which the report came; derived from the account if absent.
    #[serde(default)]
    pub source: SourceField,
    /// The telephone number of the reporter: a mobile number, or a landline with its area code and perhaps an extension.
    /// Only officers can read it, and it is erased some time after the case has ended.
    #[serde(default)]
    #[schema(inline)]
    pub contact: Contact,
    /// The number of the case at the 12345 hotline.
    #[serde(default)]
    #[schema(inline)]
    pub hotline_number: HotlineNumber,
    /// Whether the report is a drill. Drills are never counted.
    #[serde(default)]
    #[schema(inline)]
    pub exercise: Flag,
    /// An idempotency key that the client generates, so that sending the report twice makes one case.
    #[serde(default)]
    #[schema(inline)]
    pub key: Key,
    /// A hidden field that no form shows. Only programs fill it in, so it marks spam.
    #[schema(ignore)]
    pub website: Option<Value>,
}

fn geometry_schema() -> Ref {
    Ref::from_schema_name("Geometry")
}

/// Reports a problem.
///
/// `key` is an idempotency key that the client generates. The same report with the same key from the same
/// account (or, without an account, from anybody with the key) is the same case and is answered with 200. A
/// different report with the same key is refused (422). Use at least 32 random characters: a client without an
/// account gets its `receipt` again with the key.
///
/// A photo is named by `{id, claim}` from the answer to its upload. It belongs to this case alone.
#[utoipa::path(post, path = "/api/warnings", operation_id = "report_warning", tag = "warnings",
    request_body = ReportBody,
    responses(
        (status = 201, description = "The case, with `receipt`: the secret with which the reporter follows and rates it; and with `warnings` if its place lies far from everything on the map. Location is its address", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 200, description = "The same report was sent before", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`. Contains the `receipt`", body = ref("#/components/schemas/AcceptedReport")),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires another role", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
        (status = 429, description = "Too many requests from one address without an account; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn report(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ReportBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let request = read(body, &caller)?;
    let allowance = Allowance::of_reports(app.live.snapshot().ledger().rules());
    let origin = caller.origin(address);
    app.limits.reports.take(&origin, allowance)?;
    let service = &app.service;
    let actor = actor(&caller);
    let reported = service
        .report(request, &actor, Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let here = format!(
        "{}/api/warnings/{}",
        app.base(&headers),
        segment(reported.id.as_str())
    );
    // If this server does not show the new case yet, the answer still needs the receipt.
    let subject = Subject::new(reported.id.as_str(), here.as_str())
        .with("receipt", reported.receipt.as_str());
    written::answer(&app, reported.written, subject, |snapshot| {
        shown(&snapshot, &reported, &caller, actor, &here)
    })
}

/// The case that a report opened, with the receipt.
fn shown(
    snapshot: &Snapshot,
    reported: &Reported,
    caller: &Caller,
    actor: Actor,
    here: &str,
) -> Result<Response, Problem> {
    let found = Found::read(snapshot, reported.id.as_str())?;
    // A report that is sent again with a key that is too short gets a new receipt that is not valid for the case.
    // That receipt is left out.
    let receipt = Some(&reported.receipt).filter(|r| is_receipt(&found.case, r));
    let mut view = actor;
    view.is_reporter = receipt.is_some();
    let mut document = found.document(caller, &view)?;
    if let Some(receipt) = receipt {
        document["receipt"] = json!(receipt);
    }
    let doubts = doubts::of(snapshot.collections(), &found.entry, Sent::default());
    if !doubts.is_empty() {
        document["warnings"] = json!(doubts);
    }
    let status = if reported.again {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let tag = found.tag(snapshot, caller, false);
    let mut response = answer(status, snapshot, &tag, &document)?;
    if let Ok(here) = HeaderValue::from_str(here) {
        response.headers_mut().insert(header::LOCATION, here);
    }
    Ok(response)
}

/// Reads a report and checks what this caller may set.
fn read(body: ReportBody, caller: &Caller) -> Result<NewReport, Problem> {
    let category = (body.category.text("category")?).ok_or_else(|| {
        Problem::wrong_field("category", both!("请选择类别", "expected a category"))
    })?;
    let staff = caller.roles().includes(Role::GridWorker);
    let source = body.source.get("source")?;
    let exercise = body.exercise.get("exercise")?.unwrap_or_default();
    let hotline_number = body.hotline_number.text("hotline_number")?;
    let source = source.unwrap_or_else(|| usual_source(caller, hotline_number.is_some()));
    let own_source = match source {
        Source::Resident | Source::Rider => true,
        Source::Unit => caller.roles().contains(Role::Unit),
        _ => false,
    };
    for (claimed, (zh, en)) in [
        (!own_source, ("该来源", "This source")),
        (exercise, ("演练事件", "A drill")),
        (hotline_number.is_some(), ("热线工单号", "A hotline number")),
    ] {
        if claimed && !staff {
            caller.author(Role::GridWorker).map_err(|p| {
                let needs = both!(
                    "{zh}须由网格员（grid_worker）及以上角色填写。",
                    "{en} requires the role grid_worker."
                );
                p.with("needs", needs.into_language(language::current()))
            })?;
        }
    }
    let note = body.note.text("note")?;
    let entrance = body
        .entrance
        .text("entrance")?
        .map(FeatureId::new)
        .transpose();
    let entrance = entrance.map_err(|e| Problem::wrong_field("entrance", e.localized()))?;
    let place = place(body.geometry.as_ref(), body.building, entrance.as_ref())?;
    let mut report = NewReport::new(category, place, source);
    report.suspicious = !staff && is_odd(body.website.as_ref(), note.as_deref());
    report.building_unit = body.building_unit.get("building_unit")?.map(|n| n.0);
    report.room = body.room.get("room")?.map(|n| n.0);
    report.entrance = entrance;
    report.note = note;
    // The place is public, so only staff may describe it in their own words. For others, the name on the map is
    // used.
    report.words = body.place.text("place")?.filter(|_| staff);
    report.photos = body.photos.photos(PhotoKind::Report)?;
    report.contact = body.contact.get("contact")?.map(|number| number.0);
    report.hotline_number = hotline_number;
    report.exercise = exercise;
    report.key = body.key.text("key")?;
    Ok(report)
}

fn usual_source(caller: &Caller, has_hotline_number: bool) -> Source {
    match &caller.principal {
        None => Source::Resident,
        Some(p) if p.roles.foremost() == Role::Rider => Source::Rider,
        Some(p) if p.roles.foremost() == Role::Unit => Source::Unit,
        Some(p) if !p.roles.includes(Role::GridWorker) => Source::Resident,
        Some(_) if has_hotline_number => Source::Hotline,
        Some(p) if p.unit.is_some() => Source::Unit,
        Some(_) => Source::GridWorker,
    }
}

fn place(
    geometry: Option<&Value>,
    building: ShortText,
    entrance: Option<&FeatureId>,
) -> Result<Where, Problem> {
    let building = building.text("building")?;
    match (geometry, building) {
        (Some(geometry), _) => {
            let limits = Limits {
                vertices: VERTICES,
                ..Limits::default()
            };
            let read = read_geometry(geometry, &limits)
                .map_err(|e| Problem::wrong_field("geometry", e.localized()))?;
            match GeometryKind::of(&read) {
                Some(_) => Ok(Where::Geometry(read)),
                None => Err(Problem::wrong_field(
                    "geometry",
                    both!(
                        "应为点、线或面，实际为由多种图形组成的 GeometryCollection",
                        "expected a point, a line or a polygon, found a GeometryCollection of several kinds"
                    ),
                )),
            }
        }
        (None, Some(id)) => FeatureId::new(id)
            .map(Where::Building)
            .map_err(|e| Problem::wrong_field("building", e.localized())),
        (None, None) => match entrance {
            Some(id) => Ok(Where::Entrance(id.clone())),
            None => Err(Problem::wrong_field(
                "geometry",
                both!(
                    "请选择地点：在地图上定位，或选择楼栋、出入口",
                    "expected a GeoJSON geometry, or the id of a building in `building` or of a gate in `entrance`"
                ),
            )),
        },
    }
}

/// Whether a report looks like spam from a program. Such a report is kept, but an officer reviews it before it counts.
fn is_odd(website: Option<&Value>, note: Option<&str>) -> bool {
    let trapped = website.is_some_and(|v| v.as_str().is_none_or(|text| !text.is_empty()));
    let note = note.unwrap_or_default().to_lowercase();
    let advertises = ["http://", "https://", "www.", "[url", "<a "]
        .iter()
        .any(|sign| note.contains(sign));
    let mut letters = note.chars();
    let first = letters.next();
    let hammered = note.chars().count() >= 20 && letters.all(|c| Some(c) == first);
    trapped || advertises || hammered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Principal;

    fn caller(role: Option<Role>) -> Caller {
        Caller {
            principal: role.map(|role| Principal {
                roles: role.into(),
                account_id: "1".into(),
                account: "a".into(),
                unit: None,
                communities: Vec::new(),
                read_only: false,
            }),
        }
    }

    fn reading(body: Value, role: Option<Role>) -> Result<NewReport, Problem> {
        let mut body = body;
        body["category"] = json!("other");
        body["building"] = json!("b1");
        read(serde_json::from_value(body).unwrap(), &caller(role))
    }

    #[test]
    fn reports_that_look_like_spam_are_recognised() {
        for (body, odd) in [
            (json!({"note": "楼道里堆了三辆自行车"}), false),
            (json!({"note": "best prices https://example.com"}), true),
            (json!({"note": "aaaaaaaaaaaaaaaaaaaaaaaa"}), true),
            (json!({"website": "https://example.com"}), true),
            (json!({"website": ""}), false),
        ] {
            assert_eq!(
                reading(body.clone(), None).unwrap().suspicious,
                odd,
                "{body}"
            );
            assert!(!reading(body, Some(Role::GridWorker)).unwrap().suspicious);
        }
    }

    #[test]
    fn only_staff_can_describe_the_public_place_in_their_own_words() {
        let body = json!({"place": "call 13800000000"});
        assert_eq!(reading(body.clone(), None).unwrap().words, None);
        let staff = reading(body, Some(Role::GridWorker)).unwrap();
        assert_eq!(staff.words.as_deref(), Some("call 13800000000"));
    }

    #[test]
    fn the_public_cannot_claim_a_source_of_staff() {
        assert_eq!(reading(json!({}), None).unwrap().source, Source::Resident);
        let rider = reading(json!({}), Some(Role::Rider)).unwrap();
        assert_eq!(rider.source, Source::Rider);
        for body in [
            json!({"source": "sensor"}),
            json!({"exercise": true}),
            json!({"hotline_number": "T1"}),
        ] {
            assert!(reading(body.clone(), None).is_err(), "{body}");
            assert!(reading(body.clone(), Some(Role::Rider)).is_err(), "{body}");
            assert!(reading(body, Some(Role::Officer)).is_ok());
        }
        let called = reading(json!({"hotline_number": "T1"}), Some(Role::Officer));
        assert_eq!(called.unwrap().source, Source::Hotline);
    }
}
