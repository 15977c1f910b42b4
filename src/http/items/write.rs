//! Writes features: PUT, PATCH (RFC 7396), POST and DELETE. Each write is one commit, and the answer is sent
//! when the snapshot contains it. A request in another coordinate system than WGS 84 names it in `Content-Crs`
//! (OGC API – Features, Part 4) or in the member `crs`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use uuid::Uuid;

use super::content_crs::{limits, sent};
use super::patch::wrong;
use super::target::{Refused, Target, expectation};
use crate::codec::geojson::read::{id_from, read_body, take_id};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body;
use crate::http::budget::Share;
use crate::http::problem::{Problem, WrongField};
use crate::http::query::Query;
use crate::http::written::{self, Accepted};
use crate::model::{Change, Edit, Expect, Feature, FeatureId, InChinese as _, both};

/// How many bytes of memory the parsed JSON of a feature may take. The largest geometry, with 100,000 positions, takes
/// a third of it.
const MEMORY: usize = 120 * 1024 * 1024;
/// How often a PUT or PATCH without `If-Match` is tried again when another write changed the feature first.
const PATIENCE: u32 = 20;

/// Creates a feature.
///
/// The id is taken from the feature, or generated if it has none.
#[utoipa::path(post, path = "/api/collections/{collectionId}/items", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first"),
    ),
    request_body(content = ref("#/components/schemas/FeatureBody"), content_type = "application/geo+json"),
    responses(
        (status = 201, description = "Created; Location is its address. The member `warnings` (`[{field, warning, warning_zh}]`) lists suspicious points, such as a position far from everything on the map", content_type = "application/geo+json", body = ref("#/components/schemas/Feature")),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 405, description = "The collection cannot be written directly", content_type = "application/problem+json"),
        (status = 409, description = "The id is taken", content_type = "application/problem+json"),
        (status = 422, description = "The feature is not valid; `errors` lists the faults", content_type = "application/problem+json"),
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
    let limits = limits(&headers)?;
    let feature = Feature {
        id: id.clone(),
        body: read_body(&document, &limits).map_err(|e| wrong(&e))?,
    };
    let sent = sent(&limits, &document);
    let present = None;
    let feature = target.admit(&caller, present, feature)?;
    let written = target
        .put(&app, &caller, present, feature, Some(Expect::Absent))
        .await
        .map_err(|p| match p {
            Refused::Precondition => Problem::conflict(both!(
                "{name} 中已有要素“{id}”，请用 PUT 或 PATCH 修改。",
                "{name} already has a feature \"{id}\". Change it with PUT or PATCH."
            )),
            Refused::Problem(p) => p,
        })?;
    let done = (StatusCode::CREATED, written);
    target.answer(&app, &caller, &headers, &id, sent, done)
}

/// Creates or replaces a feature.
#[utoipa::path(put, path = "/api/collections/{collectionId}/items/{featureId}", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read. If the resource was changed since, the answer is 412"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only if the feature does not exist yet"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first"),
    ),
    request_body(content = ref("#/components/schemas/FeatureBody"), content_type = "application/geo+json"),
    responses(
        (status = 200, description = "Replaced", content_type = "application/geo+json", body = ref("#/components/schemas/Feature")),
        (status = 201, description = "Created", content_type = "application/geo+json", body = ref("#/components/schemas/Feature")),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 412, description = "The feature was changed meanwhile", content_type = "application/problem+json"),
        (status = 422, description = "The feature is not valid; `errors` lists the faults", content_type = "application/problem+json"),
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
            both!(
                "地址中的编号是“{id}”，要素中的编号是“{said}”，两者应一致。",
                "The path has the id {id}, but the feature has the id {said}. They must be equal."
            ),
            vec![wrong_id()],
        ));
    }
    let limits = limits(&headers)?;
    let body = read_body(&document, &limits).map_err(|e| wrong(&e))?;
    let sent = sent(&limits, &document);
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
                return target.answer(&app, &caller, &headers, &id, sent, (status, written));
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
        ("If-Match" = Option<String>, Header, description = "The ETag that was read"),
        ("Content-Crs" = Option<String>, Header, description = "The coordinate system of the geometry, such as `<http://www.opengis.net/def/crs/EPSG/0/4490>`, with its own axis order. If absent, the member `crs` of the body applies, otherwise WGS 84 with longitude first"),
    ),
    request_body(content = ref("#/components/schemas/FeaturePatch"), content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "Changed", content_type = "application/geo+json", body = ref("#/components/schemas/Feature")),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 404, description = "No such feature", content_type = "application/problem+json"),
        (status = 412, description = "The feature was changed meanwhile", content_type = "application/problem+json"),
        (status = 422, description = "The patched feature would not be valid", content_type = "application/problem+json"),
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
    let (document, _share) = document(request).await?;
    let limits = limits(&headers)?;
    let sent = sent(&limits, &document);
    let Value::Object(patch) = document else {
        return Err(Problem::bad_body(both!(
            "修改内容应为 JSON 对象。",
            "A patch must be a JSON object."
        )));
    };
    if let Some(unknown) = patch
        .keys()
        .find(|k| !["type", "id", "crs", "geometry", "properties"].contains(&k.as_str()))
    {
        return Err(Problem::unprocessable(
            both!(
                "修改内容中没有“{unknown}”这一成员，可用的成员是 geometry 和 properties。",
                "A patch cannot contain the member {unknown:?}; its members are geometry and \
                 properties."
            ),
            vec![WrongField::new(
                unknown.as_str(),
                both!("没有这一成员", "unknown member"),
            )],
        ));
    }
    if let Some(said) = patch.get("id")
        && id_from(said).as_ref() != Ok(&id)
    {
        return Err(Problem::unprocessable(
            both!(
                "要素的编号不能修改；需要其他编号时，请删除后新建。",
                "The id of a feature cannot be changed. Delete the feature and create another one."
            ),
            vec![wrong_id()],
        ));
    }
    // A client that read the feature from another node may know a newer version than this node.
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
            Problem::not_found(both!(
                "{name} 中没有要素“{id}”。",
                "There is no feature \"{id}\" in {name}."
            ))
        })?;
        let feature = Feature {
            id: id.clone(),
            body: target.patched(&caller, entry, &patch, &limits)?,
        };
        // The commit requires that the feature still has the version that was read here. If another write came in
        // between, the commit fails. A patch without If-Match is then applied to the newer version.
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
                return target.answer(&app, &caller, &headers, &id, sent, done);
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

/// Deletes a feature.
#[utoipa::path(delete, path = "/api/collections/{collectionId}/items/{featureId}", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 202, description = "The deletion is saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 404, description = "No such feature", content_type = "application/problem+json"),
        (status = 412, description = "The feature was changed meanwhile", content_type = "application/problem+json"),
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

fn wrong_id() -> WrongField {
    WrongField::new(
        "id",
        both!(
            "应与地址中的编号一致，或者不填",
            "must equal the id in the path, or be absent"
        ),
    )
}

/// The JSON of a body, and the share of the budget for its memory.
async fn document(request: Request) -> Result<(Value, Option<Share>), Problem> {
    let form = body::form(request.headers());
    let mut share = body::share(&request);
    let bytes = body::read(request, body::LIMIT).await?;
    let memory = body::memory(&bytes);
    if memory > MEMORY {
        return Err(body::too_many_values());
    }
    if share.as_mut().is_some_and(|share| !share.grow(memory)) {
        return Err(Problem::unavailable(both!(
            "正在写入的大型要素过多，请稍后再试。",
            "Too many large features are being written at once. Try again in a moment."
        )));
    }
    let document = serde_json::from_slice(&bytes).map_err(|e| body::not_json(form, &e))?;
    Ok((document, share))
}

fn feature_id(text: &str) -> Result<FeatureId, Problem> {
    FeatureId::new(text).map_err(|e| {
        let zh = e.zh();
        let detail = both!("“{text}”：{zh}。", "{text:?}: {e}.");
        Problem::invalid("featureId", detail)
    })
}
