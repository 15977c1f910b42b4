//! `/api/imports`: imports a file in up to three steps: upload and plan, commit, undo. Each step is a job.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use super::App;
use super::auth::Caller;
use super::body;
use super::jobs::{JobShown, own, signed_in, unknown};
use super::problem::{Problem, sentence};
use super::query::Query;
use crate::ingest::IdRule;
use crate::live::Live;
use crate::live::jobs::KEPT;
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, Role, both};
use crate::service::imports::{self, Arguments, Refusal, UndoArguments};
use crate::spatial::crs::Crs;
use crate::store::{CHUNK_BYTES, Job, NewJob};

/// An upload without progress for this long is removed.
const REST: SignedDuration = SignedDuration::from_hours(1);
/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 200;
/// The memory that an upload takes, in bytes: one chunk that is being received and one that is being written.
const MEMORY: usize = 2 * CHUNK_BYTES;

/// Uploads a file and creates a job that plans its import. Nothing is written to the map.
///
/// The plan compares the file with the map at the start of the job. The result of the job is a report: how many
/// features are new, changed, removed or rejected (with the reasons), samples of them, and their extent.
#[utoipa::path(post, path = "/api/imports", operation_id = "plan_import", tag = "imports",
    params(
        ("name" = Option<String>, Query, description = "The name of the file; without `collection`, its stem names the collection, as in buildings.geojson"),
        ("collection" = Option<String>, Query, description = "The collection of all features; from an OSM extract, only features of this collection are imported"),
        ("crs" = Option<String>, Query, description = "The coordinate system of the file: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:3857, EPSG:4513 to EPSG:4554; if absent, that of the file's member `crs`, otherwise WGS 84"),
        ("id" = Option<String>, Query, description = "The source of the ids: the name of a property, or `row` for the number of the feature in the file; if absent, the id of the feature, or one derived from its geometry and name"),
        ("remove_missing" = Option<bool>, Query, description = "true: also remove features that are on the map but not in the file, in all collections that occur in the file"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "The file itself: GeoJSON, newline-delimited GeoJSON, OSM XML or OSM PBF. The format is detected from the content"),
    responses(
        (status = 202, description = "The file was stored; `Location` names the job that plans the import", body = JobShown),
        (status = 400, description = "The file is missing, or a parameter is wrong", content_type = "application/problem+json"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role steward, without a restriction to communities", content_type = "application/problem+json"),
        (status = 413, description = "The file exceeds the limit for one file, or the limit for all files of the account", content_type = "application/problem+json"),
        (status = 415, description = "The body is a form; expected the file itself", content_type = "application/problem+json"),
        (status = 429, description = "The account has reached its limit of unfinished jobs", content_type = "application/problem+json"),
        (status = 507, description = "The uploaded files of all accounts have reached their limit", content_type = "application/problem+json"),
    ))]
pub async fn plan(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["name", "collection", "crs", "id", "remove_missing"])?;
    let author = steward(&caller)?;
    let owner = signed_in(&caller)?.account_id.clone();
    let arguments = arguments(&query)?;
    let name = name(&query)?;
    let headers = request.headers().clone();
    body::refuse_form(&headers, ("文件", "the file"), "application/octet-stream")?;
    let store = app.live.store();
    let begun = store
        .create_upload(&owner, &name, Timestamp::now() + REST)
        .await?;
    let mut upload = Unfinished::new(app.live.clone(), begun.id);
    store_body(&app, request, upload.id()).await?;
    let expires_at = Timestamp::now() + KEPT;
    store.finish_upload(upload.id(), expires_at).await?;
    let job = app
        .jobs
        .create(NewJob {
            kind: imports::PLAN.to_owned(),
            arguments: serde_json::to_value(arguments).map_err(|e| Problem::internal(&e))?,
            owner,
            author,
            parent: None,
            upload: Some(upload.id().to_owned()),
            seq: None,
            expires_at,
        })
        .await?;
    upload.keep();
    Ok(accepted(&app, &headers, &job))
}

/// Creates a job that writes the plan of an import as one commit. A plan can be committed once.
///
/// If features of the plan were changed after planning, nothing is written: plan the import again. If this is known at
/// once, the response is 409 and no job is created; otherwise the job ends as `failed`, and its `problem` names the
/// features.
#[utoipa::path(post, path = "/api/imports/{jobId}/commit", operation_id = "commit_import", tag = "imports",
    params(("jobId" = String, Path, description = "The id of the job that planned the import")),
    responses(
        (status = 202, description = "`Location` names the job; its result is the report with the number of the commit", body = JobShown),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role steward, without a restriction to communities", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such import", content_type = "application/problem+json"),
        (status = 409, description = "The plan is unfinished, was committed already, or is out of date. In the last case \
            `conflicting` has the number of features that were changed since, and `conflicts` the first 20: `[{collection, id, problem, problem_zh}]`", content_type = "application/problem+json"),
    ))]
pub async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = steward(&caller)?;
    let plan = import(&app, &caller, &id).await?;
    imports::may_commit(app.live.store(), &plan)
        .await
        .map_err(refused)?;
    let owner = &signed_in(&caller)?.account_id;
    let new = imports::following(imports::COMMIT, &plan, author, owner);
    let job = app.jobs.create(new).await?;
    Ok(accepted(&app, &headers, &job))
}

/// Creates a job that undoes a committed import in one commit: its features get back their previous state.
///
/// An import can be undone once. If its features were changed later, nothing is written, unless `partly` is true: then
/// these features stay as they are, and the report lists them. If this is known at once, the response is 409 and no job
/// is created; otherwise the job ends as `failed`, and its `problem` names the features.
#[utoipa::path(post, path = "/api/imports/{jobId}/undo", operation_id = "undo_import", tag = "imports",
    params(
        ("jobId" = String, Path, description = "The id of the job that planned the import"),
        ("partly" = Option<bool>, Query, description = "true: leave out features that were changed later"),
    ),
    responses(
        (status = 202, description = "`Location` names the job; its result is the report with the number of the commit", body = JobShown),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role steward, without a restriction to communities", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such import", content_type = "application/problem+json"),
        (status = 409, description = "The import was not committed, was undone already, or its features were changed later. In the last case \
            `conflicting` has the number of these features, and `conflicts` the first 20: `[{collection, id, problem, problem_zh}]`", content_type = "application/problem+json"),
    ))]
pub async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["partly"])?;
    let author = steward(&caller)?;
    let plan = import(&app, &caller, &id).await?;
    let partly = flag(&query, "partly")?;
    imports::may_undo(app.live.store(), &plan, partly)
        .await
        .map_err(refused)?;
    let owner = &signed_in(&caller)?.account_id;
    let mut new = imports::following(imports::UNDO, &plan, author, owner);
    new.arguments =
        serde_json::to_value(UndoArguments { partly }).map_err(|e| Problem::internal(&e))?;
    let job = app.jobs.create(new).await?;
    Ok(accepted(&app, &headers, &job))
}

/// The answer if a commit or an undo cannot start.
fn refused(refusal: Refusal) -> Problem {
    let words = sentence(&refusal);
    match refusal {
        Refusal::Conflict { conflicts, .. } => {
            let named = serde_json::to_value(&conflicts.first).unwrap_or_default();
            Problem::conflict(words)
                .with("conflicting", conflicts.total)
                .with("conflicts", named)
        }
        Refusal::Store(error) => error.into(),
        _ => Problem::conflict(words),
    }
}

/// The author of an import. An import may change every feature of a collection, so its author must be permitted in
/// all communities.
fn steward(caller: &Caller) -> Result<Author, Problem> {
    let author = caller.author(Role::Steward)?;
    let bound = caller
        .principal
        .as_ref()
        .is_some_and(|p| !p.communities.is_empty());
    if bound {
        return Err(Problem::forbidden(both!(
            "导入需要不限定社区的账号，请联系管理员。",
            "An import needs an account that is not restricted to communities. Ask an administrator."
        )));
    }
    Ok(author)
}

/// The planning job of an import of the caller.
async fn import(app: &App, caller: &Caller, id: &str) -> Result<Job, Problem> {
    let job = own(app, caller, id).await?;
    match job.kind.as_str() {
        imports::PLAN => Ok(job),
        _ => Err(unknown(id)),
    }
}

fn arguments(query: &Query) -> Result<Arguments, Problem> {
    let collection =
        query.parsed::<CollectionId>("collection", ("图层名", "the name of a collection"))?;
    if let Some(refused) = collection
        .as_ref()
        .filter(|c| c.is_hidden() || c.as_str() == WARNINGS)
    {
        return Err(Problem::invalid(
            "collection",
            both!(
                "“{refused}”不能在此导入；预警台账请通过 /api/warnings/import 导入。",
                "{refused} cannot be imported here; send a ledger of warnings to /api/warnings/import."
            ),
        ));
    }
    let crs = query.get("crs")?;
    if let Some(text) = crs {
        text.parse::<Crs>()
            .map_err(|e| Problem::invalid("crs", sentence(&e)))?;
    }
    let ids = query.parsed::<IdRule>("id", ("属性名或 row", "the name of a property, or row"))?;
    Ok(Arguments {
        collection,
        crs: crs.map(str::to_owned),
        ids,
        remove_missing: flag(query, "remove_missing")?,
    })
}

fn flag(query: &Query, name: &str) -> Result<bool, Problem> {
    match query.get(name)? {
        None | Some("false") => Ok(false),
        Some("true" | "") => Ok(true),
        Some(other) => Err(Problem::invalid(
            name,
            both!(
                "{name}={other}：应为 true 或 false。",
                "{name}={other}: expected true or false."
            ),
        )),
    }
}

/// The name of the file in reports, without folders.
fn name(query: &Query) -> Result<String, Problem> {
    let name = query.get("name")?.unwrap_or("upload");
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Problem::invalid(
            "name",
            both!(
                "文件名应有1至{LONGEST_NAME}个字节，不能有控制字符。",
                "The name of a file must have 1 to {LONGEST_NAME} bytes and no control characters."
            ),
        ));
    }
    Ok(name.to_owned())
}

/// Stores a request body chunk by chunk, with at most two chunks in memory.
async fn store_body(app: &App, request: Request, id: &str) -> Result<(), Problem> {
    let limits = &app.options.uploads;
    let promised = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|bytes| bytes > limits.one) {
        let most = limits.one >> 20;
        return Err(Problem::too_large(both!(
            "单个文件不能超过 {most} MiB。",
            "The file is larger than {most} MiB, which is the limit for one file."
        )));
    }
    let mut share = body::share(&request);
    if share.as_mut().is_some_and(|share| !share.grow(MEMORY)) {
        return Err(body::too_many_bodies());
    }
    let store = app.live.store();
    let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
    let mut empty = true;
    let mut pieces = request.into_body().into_data_stream();
    while let Some(piece) = pieces.next().await {
        let mut piece = piece.map_err(|e| body::unread(&e))?;
        empty &= piece.is_empty();
        while !piece.is_empty() {
            let room = CHUNK_BYTES - chunk.len();
            chunk.extend_from_slice(&piece.split_to(room.min(piece.len())));
            if chunk.len() == CHUNK_BYTES {
                let until = Timestamp::now() + REST;
                store.append_upload(id, &chunk, limits, until).await?;
                chunk.clear();
            }
        }
    }
    if empty {
        return Err(Problem::bad_body(both!(
            "没有收到文件内容，请直接以文件作为请求正文。",
            "The body is empty. Send the file itself as the body (curl: --data-binary @FILE)."
        )));
    }
    if !chunk.is_empty() {
        let until = Timestamp::now() + REST;
        store.append_upload(id, &chunk, limits, until).await?;
    }
    Ok(())
}

/// Removes the upload when dropped, unless a job uses it: the client may disconnect at any time.
struct Unfinished {
    live: Live,
    id: Option<String>,
    kept: bool,
}

impl Unfinished {
    fn new(live: Live, id: String) -> Self {
        Self {
            live,
            id: Some(id),
            kept: false,
        }
    }

    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Some(id) = self.id.take() {
            let store = self.live.store().clone();
            self.live.tasks().finish(async move {
                if let Err(error) = store.delete_upload(&id).await {
                    tracing::warn!(%error, "an abandoned upload could not be deleted; it is deleted when it expires");
                }
            });
        }
    }
}

/// The answer with a new job.
pub(in crate::http) fn accepted(app: &App, headers: &HeaderMap, job: &Job) -> Response {
    let location = format!("{}/api/jobs/{}", app.base(headers), job.id);
    let shown = Json(JobShown::without_result(job));
    let mut response = (StatusCode::ACCEPTED, shown).into_response();
    let head = response.headers_mut();
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(location) = HeaderValue::from_str(&location) {
        head.insert(header::LOCATION, location);
    }
    response
}
