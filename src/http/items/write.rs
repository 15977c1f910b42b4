//! Writing features: put, patch (RFC 7396), post, delete; each is one commit, and the answer comes
//! when the map has it. What is sent in another coordinate system than WGS 84 says so: by `Content-Crs`
//! (OGC API – Features, part 4), or by a member `crs`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use geo_types::Geometry;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::content_crs::{limits, limits_of_map};
use super::{GEOJSON, collection, doubts, guard};
use crate::codec::geojson::read::{Limits, id_from, read_body, take_id};
use crate::http::App;
use crate::http::answer::Tag;
use crate::http::auth::Caller;
use crate::http::body;
use crate::http::budget::Share;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::written::{self, Accepted, Subject};
use crate::index::{Collection, Entry};
use crate::live::{Written, place};
use crate::model::{Body, Change, Edit, Expect, Feature, FeatureId};
use crate::spatial::validity;
use crate::store::StoreError;

/// How many bytes of memory the JSON of a feature may take; 100,000 positions take a third.
const MEMORY: usize = 120 * 1024 * 1024;
/// How often a patch that names no version is tried upon a newer one, when others are quicker.
const PATIENCE: u32 = 20;

/// Makes a feature.
///
/// The id is the feature's own, or drawn where it has none.
#[utoipa::path(post, path = "/api/collections/{collectionId}/items", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, in its own axis order; WGS 84, longitude first, where it is missing and the body has no member `crs`"),
    ),
    request_body(content = Value, content_type = "application/geo+json", description = "A GeoJSON Feature"),
    responses(
        (status = 201, description = "Made; Location names it. A member `warnings` (`[{field, warning, warning_zh}]`) says what is odd about it, as a place far from everything on the map", content_type = "application/geo+json", body = Value),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 405, description = "The collection is not written directly", content_type = "application/problem+json"),
        (status = 409, description = "The id is taken", content_type = "application/problem+json"),
        (status = 422, description = "The feature is not valid; `errors` lists why", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let headers = request.headers().clone();
    let target = Target::open(&app, &caller, &name)?;
    let (mut document, _share) = document(request).await?;
    let id = match take_id(&mut document).map_err(|e| wrong(&e))? {
        Some(id) => id,
        None => FeatureId::new(Uuid::now_v7().to_string()).map_err(|e| Problem::internal(&e))?,
    };
    let feature = Feature {
        id: id.clone(),
        body: read_body(&document, &limits(&headers)?).map_err(|e| wrong(&e))?,
    };
    let present = None;
    let feature = target.admit(&caller, present, feature)?;
    let written = target
        .put(&app, &caller, present, feature, Some(Expect::Absent))
        .await
        .map_err(|p| match p {
            Refused::Precondition => Problem::conflict(format!(
                "There is a feature {:?} in {name} already; change it with PUT or PATCH.",
                id.as_str()
            )),
            Refused::Problem(p) => p,
        })?;
    target.answer(&app, &caller, &headers, &id, (StatusCode::CREATED, written))
}

/// Makes or replaces a feature.
#[utoipa::path(put, path = "/api/collections/{collectionId}/items/{featureId}", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag read before: refused with 412 where somebody was quicker"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only where there is none yet"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, in its own axis order; WGS 84, longitude first, where it is missing and the body has no member `crs`"),
    ),
    request_body(content = Value, content_type = "application/geo+json", description = "A GeoJSON Feature"),
    responses(
        (status = 200, description = "Replaced", content_type = "application/geo+json", body = Value),
        (status = 201, description = "Made", content_type = "application/geo+json", body = Value),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 412, description = "Somebody was quicker", content_type = "application/problem+json"),
        (status = 422, description = "The feature is not valid; `errors` lists why", content_type = "application/problem+json"),
    ))]
pub async fn put(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    query: Query,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let headers = request.headers().clone();
    let target = Target::open(&app, &caller, &name)?;
    let id = feature_id(&id)?;
    let (mut document, _share) = document(request).await?;
    if let Some(said) = take_id(&mut document).map_err(|e| wrong(&e))?
        && said != id
    {
        return Err(Problem::unprocessable(
            format!("The path names {id:?}, the feature says {said:?}."),
            vec![json!({"field": "id", "problem": "must be the id in the path, or missing"})],
        ));
    }
    let body = read_body(&document, &limits(&headers)?).map_err(|e| wrong(&e))?;
    let was = app
        .live
        .snapshot()
        .collections()
        .get(&name)
        .is_some_and(|c| c.get(id.as_str()).is_some());
    let demanded = expectation(&app, &target, &id, &headers)?;
    if let Some(Expect::Seq(seq)) = demanded {
        app.live
            .wait_for(seq, std::time::Duration::from_secs(5))
            .await;
    }
    let mut tries = PATIENCE;
    loop {
        let snapshot = app.live.snapshot();
        let present = target.collection(&snapshot)?.get(id.as_str());
        let feature = Feature {
            id: id.clone(),
            body: body.clone(),
        };
        let feature = target.admit(&caller, present.map(AsRef::as_ref), feature)?;
        let expect = target.expect(&caller, present.map(AsRef::as_ref), demanded)?;
        let present = present.map(AsRef::as_ref);
        match target.put(&app, &caller, present, feature, expect).await {
            Ok(written) => {
                let status = match was {
                    true => StatusCode::OK,
                    false => StatusCode::CREATED,
                };
                return target.answer(&app, &caller, &headers, &id, (status, written));
            }
            Err(Refused::Precondition) if demanded.is_none() && tries > 0 => {
                tries -= 1;
                let newer = snapshot.seq() + 1;
                let patience = std::time::Duration::from_secs(5);
                if !app.live.wait_for(newer, patience).await {
                    return Err(Problem::behind(newer));
                }
            }
            Err(refused) => return Err(refused.into()),
        }
    }
}

/// Changes parts of a feature (JSON Merge Patch: `null` removes a property).
#[utoipa::path(patch, path = "/api/collections/{collectionId}/items/{featureId}", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag read before"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, in its own axis order; WGS 84, longitude first, where it is missing and the body has no member `crs`"),
    ),
    request_body(content = Value, content_type = "application/merge-patch+json",
        description = "`{\"properties\": {…}, \"geometry\": {…}}`, either may be missing"),
    responses(
        (status = 200, description = "Changed", content_type = "application/geo+json", body = Value),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 404, description = "No such feature", content_type = "application/problem+json"),
        (status = 412, description = "Somebody was quicker", content_type = "application/problem+json"),
        (status = 422, description = "The feature would not be valid", content_type = "application/problem+json"),
    ))]
pub async fn patch(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    query: Query,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let headers = request.headers().clone();
    let target = Target::open(&app, &caller, &name)?;
    let id = feature_id(&id)?;
    let (Value::Object(patch), _share) = document(request).await? else {
        return Err(Problem::bad_body("A patch is a JSON object."));
    };
    if let Some(unknown) = patch
        .keys()
        .find(|k| !["type", "id", "crs", "geometry", "properties"].contains(&k.as_str()))
    {
        return Err(Problem::unprocessable(
            format!("A patch has no member {unknown:?}; there are geometry and properties."),
            vec![json!({"field": unknown, "problem": "unknown member"})],
        ));
    }
    if let Some(said) = patch.get("id")
        && id_from(said).as_ref() != Ok(&id)
    {
        return Err(Problem::unprocessable(
            "A feature keeps its id; delete it and make another one.",
            vec![json!({"field": "id", "problem": "must be the id in the path, or missing"})],
        ));
    }
    // A client that read on another node may know more than this one yet.
    let demanded = expectation(&app, &target, &id, &headers)?;
    if let Some(Expect::Seq(seq)) = demanded {
        app.live
            .wait_for(seq, std::time::Duration::from_secs(5))
            .await;
    }
    let mut tries = PATIENCE;
    loop {
        let snapshot = app.live.snapshot();
        let entry = target.collection(&snapshot)?.get(id.as_str());
        if let (Some(Expect::Seq(seq)), Some(entry)) = (demanded, entry)
            && entry.seq() != seq
        {
            return Err(Refused::Precondition.into());
        }
        let entry = entry.ok_or_else(|| {
            Problem::not_found(format!("There is no feature {:?} in {name}.", id.as_str()))
        })?;
        let feature = Feature {
            id: id.clone(),
            body: target.patched(&caller, entry, &patch, &limits(&headers)?)?,
        };
        // What was read here is what is changed: whoever came in between makes it fail, not vanish. Who
        // named no version means the newest, so it is tried upon that one then.
        match target
            .put(
                &app,
                &caller,
                Some(entry),
                feature,
                Some(Expect::Seq(entry.seq())),
            )
            .await
        {
            Ok(written) => {
                let done = (StatusCode::OK, written);
                return target.answer(&app, &caller, &headers, &id, done);
            }
            Err(Refused::Precondition) if demanded.is_none() && tries > 0 => {
                tries -= 1;
                let newer = snapshot.seq() + 1;
                let patience = std::time::Duration::from_secs(5);
                if !app.live.wait_for(newer, patience).await {
                    return Err(Problem::behind(newer));
                }
            }
            Err(refused) => return Err(refused.into()),
        }
    }
}

/// What a feature is after a patch.
fn patched(entry: &Entry, patch: &Map<String, Value>, limits: &Limits) -> Result<Body, Problem> {
    let mut properties: Value =
        serde_json::from_str(entry.all_properties()).map_err(|e| Problem::internal(&e))?;
    if let Some(change) = patch.get("properties") {
        if !change.is_object() {
            return Err(Problem::unprocessable(
                "properties must be an object.",
                vec![json!({"field": "properties", "problem": "expected an object"})],
            ));
        }
        merge(&mut properties, change);
    }
    let mut feature = json!({"type": "Feature", "properties": properties});
    let Some(changed) = patch.get("geometry") else {
        // As the map has it: in WGS 84, whatever the patch is in.
        feature["geometry"] =
            serde_json::from_slice(entry.geometry_json()).map_err(|e| Problem::internal(&e))?;
        return read_body(&feature, &limits_of_map()).map_err(|e| wrong(&e));
    };
    feature["geometry"] = changed.clone();
    feature["crs"] = patch.get("crs").cloned().unwrap_or_default();
    read_body(&feature, limits).map_err(|e| wrong(&e))
}

/// Deletes a feature.
#[utoipa::path(delete, path = "/api/collections/{collectionId}/items/{featureId}", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag read before"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 404, description = "No such feature", content_type = "application/problem+json"),
        (status = 412, description = "Somebody was quicker", content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let target = Target::open(&app, &caller, &name)?;
    let id = feature_id(&id)?;
    let change = Change {
        collection: target.schema.collection.clone(),
        id: id.clone(),
        body: None,
    };
    let snapshot = app.live.snapshot();
    if let Some(present) = target.collection(&snapshot)?.get(id.as_str()) {
        target.check_reach(&app, &caller, present.geometry())?;
    }
    let expect = expectation(&app, &target, &id, &headers)?.unwrap_or(Expect::Present);
    let subject = target.subject(&app, &headers, &id);
    let edit = Edit::new(target.author.clone(), vec![change])
        .checked_by(&target.schema.collection, target.version)
        .expecting(target.schema.collection.clone(), id, expect);
    let written = app.live.commit(edit).await?;
    written::answer(&app, written, subject, |_| {
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// A collection that the caller may write.
struct Target {
    schema: std::sync::Arc<crate::model::Schema>,
    /// The commit that wrote the schema: what is checked by it is refused under a later one.
    version: Option<u64>,
    author: crate::model::Author,
}

enum Refused {
    Precondition,
    Problem(Problem),
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Precondition => Problem::changed_meanwhile(
                "The feature is not as If-Match or If-None-Match demands; read it again.",
            ),
            Refused::Problem(p) => p,
        }
    }
}

impl Target {
    fn open(app: &App, caller: &Caller, name: &str) -> Result<Self, Problem> {
        let snapshot = app.live.snapshot();
        let schema = collection(&snapshot, name)?.schema().clone();
        if let Some(how) = &schema.read_only {
            return Err(Problem::method_not_allowed("GET, HEAD", how.clone()));
        }
        let author = caller.author(schema.write_role)?;
        Ok(Self {
            version: snapshot.collections().schema_version(name),
            schema,
            author,
        })
    }

    /// Refuses a write outside of the communities that the account is bound to.
    fn check_reach(
        &self,
        app: &App,
        caller: &Caller,
        geometry: Option<&Geometry<f64>>,
    ) -> Result<(), Problem> {
        if caller.view().communities.is_empty() {
            return Ok(());
        }
        let snapshot = app.live.snapshot();
        let community = geometry
            .and_then(place::anchor)
            .and_then(|position| place::community_at(snapshot.collections(), position));
        if caller.view().reaches(community.as_deref()) {
            return Ok(());
        }
        Err(Problem::forbidden(format!(
            "The feature is in {}; the account is bound to {}.",
            community.map_or_else(
                || "no community on the map".to_owned(),
                |id| format!("the community {id}")
            ),
            caller.view().communities.join(", ")
        )))
    }

    fn collection<'a>(
        &self,
        snapshot: &'a crate::live::Snapshot,
    ) -> Result<&'a std::sync::Arc<Collection>, Problem> {
        collection(snapshot, self.schema.collection.as_str())
    }

    /// A feature as it is kept, where its writer sent all that they see of it.
    fn admit(
        &self,
        caller: &Caller,
        present: Option<&Entry>,
        feature: Feature,
    ) -> Result<Feature, Problem> {
        Ok(Feature {
            id: feature.id,
            body: guard::with_hidden(&self.schema, caller.roles(), present, feature.body)?,
        })
    }

    /// What a feature is after a patch.
    fn patched(
        &self,
        caller: &Caller,
        entry: &Entry,
        patch: &Map<String, Value>,
        limits: &Limits,
    ) -> Result<Body, Problem> {
        if let Some(Value::Object(change)) = patch.get("properties") {
            guard::only_visible(&self.schema, caller.roles(), change)?;
        }
        patched(entry, patch, limits)
    }

    /// What a replacement expects: what its headers demand, and where it keeps what its writer does not
    /// see, the version that it keeps it of.
    fn expect(
        &self,
        caller: &Caller,
        present: Option<&Entry>,
        demanded: Option<Expect>,
    ) -> Result<Option<Expect>, Refused> {
        if !guard::depends_on_present(&self.schema, caller.roles()) {
            return Ok(demanded);
        }
        let read = present.map_or(Expect::Absent, |entry| Expect::Seq(entry.seq()));
        let holds = match demanded {
            None => true,
            Some(Expect::Present) => read != Expect::Absent,
            Some(demanded) => demanded == read,
        };
        match holds {
            true => Ok(Some(read)),
            false => Err(Refused::Precondition),
        }
    }

    async fn put(
        &self,
        app: &App,
        caller: &Caller,
        present: Option<&Entry>,
        feature: Feature,
        expect: Option<Expect>,
    ) -> Result<Written, Refused> {
        let (body, claims) =
            guard::take_claims(&self.schema, present, feature.body).map_err(Refused::Problem)?;
        let body = Body {
            geometry: body.geometry.map(validity::normalise),
            properties: body.properties,
        };
        // Both where the feature was and where it will be.
        for geometry in present
            .map(Entry::geometry)
            .into_iter()
            .chain([body.geometry.as_ref()])
        {
            self.check_reach(app, caller, geometry)
                .map_err(Refused::Problem)?;
        }
        let checker = app
            .checkers
            .of(&self.schema)
            .map_err(|e| Refused::Problem(Problem::internal(&e)))?;
        if let Err(problems) = checker.check(&feature.id, &body) {
            let errors = problems
                .iter()
                .map(|p| json!({"field": p.field, "problem": p.problem}))
                .collect();
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            return Err(Refused::Problem(Problem::unprocessable(
                format!(
                    "{} does not take this feature: {first}",
                    self.schema.collection
                ),
                errors,
            )));
        }
        let collection = self.schema.collection.clone();
        if !claims.is_empty() {
            let account = caller.principal.as_ref().map(|p| p.account.as_str());
            let store = app.live.store();
            store
                .link_photos(&collection, &feature.id, &claims, account)
                .await
                .map_err(|e| Refused::Problem(e.into()))?
                .map_err(|e| Refused::Problem(Problem::wrong_field("photos", &e.to_string())))?;
        }
        let change = Change {
            collection: collection.clone(),
            id: feature.id.clone(),
            body: Some(body),
        };
        let mut edit =
            Edit::new(self.author.clone(), vec![change]).checked_by(&collection, self.version);
        if let Some(expect) = expect {
            edit = edit.expecting(collection, feature.id, expect);
        }
        match app.live.commit(edit).await {
            Ok(written) => Ok(written),
            Err(e @ StoreError::Precondition { .. }) if e.schema_changed().is_none() => {
                Err(Refused::Precondition)
            }
            Err(e) => Err(Refused::Problem(e.into())),
        }
    }

    /// The feature, for an answer that cannot show it yet.
    fn subject(&self, app: &App, headers: &HeaderMap, id: &FeatureId) -> Subject {
        let location = format!(
            "{}/api/collections/{}/items/{}",
            app.base(headers),
            self.schema.collection,
            segment(id.as_str())
        );
        Subject::new(id.as_str(), location)
    }

    /// Answers with the feature as it is now.
    fn answer(
        &self,
        app: &App,
        caller: &Caller,
        headers: &HeaderMap,
        id: &FeatureId,
        (status, written): (StatusCode, Written),
    ) -> Result<Response, Problem> {
        let subject = self.subject(app, headers, id);
        let place = HeaderValue::from_str(subject.location());
        written::answer(app, written, subject, |snapshot| {
            let mut response = self.shown(app, &snapshot, caller, headers, id, status)?;
            if status == StatusCode::CREATED
                && let Ok(place) = place
            {
                response.headers_mut().insert(header::LOCATION, place);
            }
            Ok(response)
        })
    }

    fn shown(
        &self,
        app: &App,
        snapshot: &crate::live::Snapshot,
        caller: &Caller,
        headers: &HeaderMap,
        id: &FeatureId,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let collection = self.collection(snapshot)?;
        let Some(entry) = collection.get(id.as_str()) else {
            // Somebody has deleted it since: there is nothing to show.
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        let mut bytes = entry.feature_json(collection.schema(), caller.view(), None);
        let doubts = doubts::of(snapshot.collections(), entry);
        if !doubts.is_empty() {
            // The feature's closing brace makes room for one more member.
            bytes.pop();
            bytes.extend_from_slice(format!(",\"warnings\":{}}}", json!(doubts)).as_bytes());
        }
        let id_of = &self.schema.collection;
        let shape = app.base(headers);
        let tag = Tag::of_feature(snapshot, id_of, entry.seq(), caller, &shape);
        let mut response = (
            status,
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON)),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            bytes,
        )
            .into_response();
        let map = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(tag.as_str()) {
            map.insert(header::ETAG, tag);
        }
        Ok(response)
    }
}

/// The JSON of a body, and the share that pays for its memory.
async fn document(request: Request) -> Result<(Value, Option<Share>), Problem> {
    let form = body::form(request.headers());
    let mut share = body::share(&request);
    let bytes = body::read(request, body::LIMIT).await?;
    let memory = body::memory(&bytes);
    if memory > MEMORY {
        return Err(body::too_many_values());
    }
    if share.as_mut().is_some_and(|share| !share.grow(memory)) {
        return Err(Problem::unavailable(
            "Too many large features are being written at once. Try again in a moment.",
        ));
    }
    let document = serde_json::from_slice(&bytes).map_err(|e| body::not_json(form, &e))?;
    Ok((document, share))
}

fn feature_id(text: &str) -> Result<FeatureId, Problem> {
    FeatureId::new(text).map_err(|e| Problem::invalid("featureId", format!("{text:?}: {e}.")))
}

fn wrong(error: &crate::codec::geojson::read::ReadError) -> Problem {
    Problem::unprocessable(
        format!("The body is no feature that can be taken: {error}"),
        vec![json!({"field": error.place, "problem": error.problem})],
    )
}

/// What `If-Match` or `If-None-Match` demands of a feature.
fn expectation(
    app: &App,
    target: &Target,
    id: &FeatureId,
    headers: &HeaderMap,
) -> Result<Option<Expect>, Problem> {
    let text = |name: header::HeaderName| {
        headers
            .get(name)
            .map(|v| v.to_str().unwrap_or_default().trim().to_owned())
    };
    let snapshot = app.live.snapshot();
    if let Some(tags) = text(header::IF_MATCH) {
        if tags == "*" {
            return Ok(Some(Expect::Present));
        }
        let known: Vec<u64> = tags
            .split(',')
            .filter_map(|tag| Tag::feature_seq(&snapshot, tag))
            .collect();
        let now = target
            .collection(&snapshot)?
            .get(id.as_str())
            .map(|e| e.seq());
        // Of several tags the one that holds counts.
        return known
            .iter()
            .find(|seq| Some(**seq) == now)
            .or(known.first())
            .map(|seq| Some(Expect::Seq(*seq)))
            .ok_or_else(|| {
                Problem::changed_meanwhile(format!(
                    "If-Match: {tags} is no ETag of a feature here; read the feature again."
                ))
            });
    }
    match text(header::IF_NONE_MATCH).as_deref() {
        None => Ok(None),
        Some("*") => Ok(Some(Expect::Absent)),
        Some(tags) => Err(Problem::invalid(
            "If-None-Match",
            format!("If-None-Match: {tags}: a write takes only *, where there is none yet."),
        )),
    }
}

/// JSON Merge Patch (RFC 7396).
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(map) = target {
        for (key, change) in patch {
            if change.is_null() {
                map.remove(key);
            } else {
                merge(map.entry(key.clone()).or_insert(Value::Null), change);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_sets_removes_and_leaves_the_rest() {
        let mut value = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1]});
        merge(
            &mut value,
            &json!({"a": null, "b": {"c": 9}, "e": [2], "f": {"g": null}}),
        );
        assert_eq!(value, json!({"b": {"c": 9, "d": 3}, "e": [2], "f": {}}));
    }
}
