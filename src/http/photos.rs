//! `/api/photos`: what somebody saw, or did. Anybody may send one; who may see it, the case decides.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body;
use super::limit::{Allowance, ClientAddress, Origin};
use super::problem::Problem;
use super::query::Query;
use crate::codec::photo::{self, PhotoError};
use crate::live::{Snapshot, receipt_hash};
use crate::model::Role;
use crate::store::PhotoSize;

/// How many photos are decoded at once: each may take hundreds of megabytes for a moment.
static DECODING: Semaphore = Semaphore::const_new(2);

/// A photo that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoTaken {
    /// Its id, to be named in `photos` of a report or a step. The same bytes have the same id.
    #[schema(example = "5891b5b522d5df086d0ff0b110fbd9d2")]
    pub id: String,
    /// Pixels, as it is kept.
    pub width: u32,
    /// Pixels, as it is kept.
    pub height: u32,
}

/// Takes a photo in. One that no report or step names is removed after 24 hours.
#[utoipa::path(post, path = "/api/photos", operation_id = "create_photo", tag = "ledger",
    request_body(content = Vec<u8>, content_type = "image/jpeg",
        description = "The file: JPEG, PNG or WebP by its content, at most 8 MiB and 50 million pixels. Kept upright, as JPEG of at most 2048 pixels, without metadata"),
    responses(
        (status = 201, description = "Taken", body = PhotoTaken),
        (status = 413, description = "Too large", content_type = "application/problem+json"),
        (status = 415, description = "No JPEG, PNG or WebP", content_type = "application/problem+json"),
        (status = 422, description = "It cannot be read", content_type = "application/problem+json"),
        (status = 429, description = "Too many from one address without an account", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    address: ClientAddress,
    request: Request,
) -> Result<Response, Problem> {
    let origin = Origin::new(&caller, address);
    app.limits.photos.take(&origin, Allowance::PHOTOS)?;
    let bytes = body::read(request, &app).await?;
    let busy = || Problem::unavailable("Too many photos come in at once; try again in a moment.");
    let turn = tokio::time::timeout(std::time::Duration::from_secs(20), DECODING.acquire());
    let _turn = turn.await.map_err(|_| busy())?.map_err(|_| busy())?;
    let photo = tokio::task::spawn_blocking(move || photo::read(&bytes))
        .await
        .map_err(|e| Problem::internal(&e))?
        .map_err(refused)?;
    app.live.store().put_photo(&photo, Timestamp::now()).await?;
    let taken = PhotoTaken {
        width: photo.width,
        height: photo.height,
        id: photo.id,
    };
    let here = format!("/api/photos/{}", taken.id);
    Ok((
        StatusCode::CREATED,
        [
            (header::LOCATION, here),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        Json(taken),
    )
        .into_response())
}

/// A photo of a case.
#[utoipa::path(get, path = "/api/photos/{photoId}", operation_id = "read_photo", tag = "ledger",
    params(
        ("photoId" = String, Path, description = "The photo's id"),
        ("size" = Option<String>, Query, description = "full (the default) or thumb, at most 320 pixels"),
        ("receipt" = Option<String>, Query, description = "The receipt of its case, for who has no account"),
    ),
    responses(
        (status = 200, description = "The photo", content_type = "image/jpeg", body = Vec<u8>),
        (status = 401, description = "Neither an account nor the receipt of its case", content_type = "application/problem+json"),
        (status = 404, description = "No such photo", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&["size", "receipt"])?;
    let size = match query.get("size")? {
        None | Some("full") => PhotoSize::Full,
        Some("thumb") => PhotoSize::Thumb,
        Some(other) => {
            return Err(Problem::invalid(
                "size",
                format!("size is full or thumb, not {other:?}."),
            ));
        }
    };
    let receipt = query.get("receipt")?;
    let staff = caller.role().includes(Role::GridWorker);
    if !staff && receipt.is_none() {
        return Err(match caller.is_known() {
            true => Problem::forbidden("Photos are shown to grid workers and above."),
            false => Problem::unauthenticated(
                "Photos are shown to who has the receipt of the case (?receipt=), and to grid \
                 workers and above.",
            ),
        });
    }
    let found = app.live.store().photo(&id, size).await?;
    let photo = found.filter(|photo| {
        let snapshot = app.live.snapshot();
        let belongs = |case: &String| receipt.is_some_and(|r| is_receipt_of(&snapshot, case, r));
        staff || photo.warnings.iter().any(belongs)
    });
    let photo = photo.ok_or_else(|| Problem::not_found(format!("There is no photo {id:?}.")))?;
    let mut headers = HeaderMap::new();
    let mut say = |name, value| headers.insert(name, header::HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, "image/jpeg");
    // An id stands for its bytes for ever; who may see them is not for shared caches to decide.
    say(header::CACHE_CONTROL, "private, max-age=86400, immutable");
    say(header::VARY, "authorization, cookie");
    Ok((headers, photo.jpeg).into_response())
}

/// Whether a receipt is the one that was given for a case.
fn is_receipt_of(snapshot: &Snapshot, case: &str, receipt: &str) -> bool {
    let warnings = snapshot.collections().get("warnings");
    let Some(entry) = warnings.and_then(|w| w.get(case)) else {
        return false;
    };
    let properties: Value = serde_json::from_str(entry.all_properties()).unwrap_or_default();
    properties["ledger"]["receipt_sha256"] == receipt_hash(receipt.trim())
}

fn refused(error: PhotoError) -> Problem {
    let text = format!("{error}.");
    match error {
        PhotoError::TooLarge { .. } => Problem::too_large(text),
        PhotoError::Kind(_) => Problem::unsupported(text),
        PhotoError::TooManyPixels { .. } | PhotoError::Broken(_) => {
            Problem::unprocessable(text, Vec::new())
        }
    }
}
