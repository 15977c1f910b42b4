//! A report: anybody may make one, and gets a receipt by which to follow it.

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
use crate::warnings::{Actor, PhotoKind, Source};

/// The most positions of the geometry of a report.
const VERTICES: usize = 2_000;
/// The most characters of a contact.
const CONTACT_LIMIT: usize = 200;

type Category = Field<Text<80>>;
type Contact = Field<Text<CONTACT_LIMIT>>;
type Flag = Field<bool>;
type HotlineNumber = Field<Text<60>>;
type SourceField = Field<Source>;

/// A report. Its place is a `geometry` or a `building`.
///
/// A source other than resident or rider, a hotline number and a drill take the role grid_worker, and so do words of
/// one's own for the `place`, which everybody can read.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ReportBody {
    /// What is wrong: a category of the rules.
    #[serde(default)]
    #[schema(inline, required)]
    pub category: Category,
    /// Where it is: a point, a line or a polygon.
    #[schema(schema_with = geometry_schema)]
    pub geometry: Option<Value>,
    /// The id of the building where it is.
    #[serde(default)]
    #[schema(inline)]
    pub building: ShortText,
    /// What the reporter writes.
    #[serde(default)]
    #[schema(inline)]
    pub note: LongText,
    /// Where it is, in words.
    #[serde(default)]
    #[schema(inline)]
    pub place: ShortText,
    /// Photos, as their uploads were answered.
    #[serde(default)]
    #[schema(inline)]
    pub photos: PhotosField,
    /// How it came to be known; follows from the account where it is missing.
    #[serde(default)]
    pub source: SourceField,
    /// How to reach the reporter. Officers alone read it, and it is deleted some time after the case has ended.
    #[serde(default)]
    #[schema(inline)]
    pub contact: Contact,
    /// The number of the 12345 hotline's own record.
    #[serde(default)]
    #[schema(inline)]
    pub hotline_number: HotlineNumber,
    /// A drill, which is never counted.
    #[serde(default)]
    #[schema(inline)]
    pub exercise: Flag,
    /// A name that the client draws for the report, so that sending it twice makes one case.
    #[serde(default)]
    #[schema(inline)]
    pub key: Key,
    /// A field that no form shows: who fills it in is a program.
    #[schema(ignore)]
    pub website: Option<Value>,
}

fn geometry_schema() -> Ref {
    Ref::from_schema_name("Geometry")
}

/// Reports something that is wrong.
///
/// `key` is a name that the client draws for the report; the same report sent again with it by the same
/// account (or, without one, by anybody who knows the key) is the same case, and is answered with 200;
/// another report with the same key is refused (422). Draw at least 32 random characters: who has no
/// account gets the same `receipt` again by it.
///
/// A photo is named by what its upload was answered with: `{id, claim}`. It belongs to this case alone.
#[utoipa::path(post, path = "/api/warnings", operation_id = "report_warning", tag = "warnings",
    request_body = ReportBody,
    responses(
        (status = 201, description = "The case, with `receipt`: the secret by which its reporter follows and rates it; and with `warnings` where its place lies far from everything on the map. Location names it", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 200, description = "The same report had come before", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 202, description = "Saved, with the `receipt`, and not visible on this server yet; `location` can be read with `?min-seq=`", body = ref("#/components/schemas/AcceptedReport")),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes another role", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
        (status = 429, description = "Too many from one address without an account; Retry-After says when to go on", content_type = "application/problem+json"),
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
    // Only a case that was opened just now is not visible yet, and its receipt is the reporter's.
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
    // A short key gives the same case and another receipt, which is nobody's.
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

/// Reads a report as this caller may make it.
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
    for (claimed, what) in [
        (!own_source, "This source"),
        (exercise, "A drill"),
        (hotline_number.is_some(), "A hotline number"),
    ] {
        if claimed && !staff {
            caller
                .author(Role::GridWorker)
                .map_err(|p| p.with("needs", format!("{what} takes the role grid_worker.")))?;
        }
    }
    let note = body.note.text("note")?;
    let place = place(body.geometry.as_ref(), body.building)?;
    let mut report = NewReport::new(category, place, source);
    report.suspicious = !staff && is_odd(body.website.as_ref(), note.as_deref());
    report.note = note;
    // Everybody reads where it is, so only staff put it into words of their own: from anybody else it
    // is the name that the map has there.
    report.words = body.place.text("place")?.filter(|_| staff);
    report.photos = body.photos.photos(PhotoKind::Report)?;
    report.contact = body.contact.text("contact")?;
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

fn place(geometry: Option<&Value>, building: ShortText) -> Result<Where, Problem> {
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
                        "应为点、线或面，实际为混合图形",
                        "expected a point, a line or a polygon, found a mixed collection"
                    ),
                )),
            }
        }
        (None, Some(id)) => FeatureId::new(id)
            .map(Where::Building)
            .map_err(|e| Problem::wrong_field("building", e.localized())),
        (None, None) => Err(Problem::wrong_field(
            "geometry",
            both!(
                "请选择地点：在地图上定位，或选择楼栋",
                "expected a GeoJSON geometry, or the id of a building in `building`"
            ),
        )),
    }
}

/// What residents do not write, and programs do. It loses nothing: an officer looks at it first.
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
    fn what_only_programs_write_is_odd() {
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
    fn what_everybody_reads_is_not_in_the_words_of_just_anybody() {
        let body = json!({"place": "call 13800000000"});
        assert_eq!(reading(body.clone(), None).unwrap().words, None);
        let staff = reading(body, Some(Role::GridWorker)).unwrap();
        assert_eq!(staff.words.as_deref(), Some("call 13800000000"));
    }

    #[test]
    fn the_public_claims_no_source_that_is_not_theirs() {
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
