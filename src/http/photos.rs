//! `/api/photos`: photos for reports, steps and features. Anybody may upload one. The answer to the upload
//! contains a claim, with which the uploader links the photo to one feature. A linked photo is visible to those
//! who may see the list of photos that it is linked to.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use rand::RngExt as _;
use serde::Serialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body;
use super::limit::Allowance;
use super::origin::ClientAddress;
use super::problem::{Problem, sentence};
use super::query::Query;
use crate::codec::photo::{self, PhotoError};
use crate::live::Snapshot;
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Role, RoleSet, both};
use crate::service::ledger::cases;
use crate::service::ledger::{is_reading_code, receipt_hash};
use crate::store::{PhotoPlace, PhotoSize, StoredPhoto, Uploader};

/// How many photos are decoded at once. Each may take hundreds of megabytes for a moment.
static DECODING: Semaphore = Semaphore::const_new(2);

/// An uploaded photo.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoTaken {
    /// The id, generated for this upload.
    #[schema(example = "5891b5b522d5df086d0ff0b110fbd9d2")]
    pub id: String,
    /// The secret that links the photo to a feature, once: send `{id, claim}` in `photos` of a report, a step
    /// or a feature. An account may link its own uploads by id alone.
    #[schema(example = "oc_5f0c…")]
    pub claim: String,
    /// The width in pixels, as stored.
    pub width: u32,
    /// The height in pixels, as stored.
    pub height: u32,
}

/// Uploads a photo. If no report, step or feature names it, it is removed after 24 hours.
#[utoipa::path(post, path = "/api/photos", operation_id = "create_photo", tag = "ledger",
    request_body(content = Vec<u8>, content_type = "image/jpeg",
        description = "The file: JPEG, PNG or WebP, recognised by its content, of at most 8 MiB and 50 million pixels. It is rotated upright and stored without metadata as JPEG of at most 2048 pixels on the longer side"),
    responses(
        (status = 201, description = "The photo is stored", body = PhotoTaken),
        (status = 413, description = "The file is larger than 8 MiB", content_type = "application/problem+json"),
        (status = 415, description = "The body is not a JPEG, PNG or WebP file", content_type = "application/problem+json"),
        (status = 422, description = "The photo cannot be decoded, or has more than 50 million pixels", content_type = "application/problem+json"),
        (status = 429, description = "Too many uploads from one address without an account", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    address: ClientAddress,
    request: Request,
) -> Result<Response, Problem> {
    let origin = caller.origin(address);
    app.limits.photos.take(&origin, Allowance::PHOTOS)?;
    body::refuse_form(request.headers(), ("照片", "the photo"), "image/jpeg")?;
    let bytes = body::read(request, body::LIMIT).await?;
    let busy = || {
        Problem::unavailable(both!(
            "同时上传的照片过多，请稍后再试。",
            "Too many photos are being uploaded at once. Try again in a moment."
        ))
    };
    let turn = tokio::time::timeout(std::time::Duration::from_secs(20), DECODING.acquire());
    let _turn = turn.await.map_err(|_| busy())?.map_err(|_| busy())?;
    let mut photo = tokio::task::spawn_blocking(move || photo::read(&bytes))
        .await
        .map_err(|e| Problem::internal(&e))?
        .map_err(refused)?;
    // The id is random, so that nobody can derive it from the picture.
    photo.id = drawn::<16>();
    let claim = format!("oc_{}", drawn::<32>());
    let uploader = Uploader {
        claim: Some(claim.clone()),
        account: caller.principal.as_ref().map(|p| p.account.clone()),
    };
    let store = app.live.store();
    store.put_photo(&photo, &uploader, Timestamp::now()).await?;
    let taken = PhotoTaken {
        width: photo.width,
        height: photo.height,
        id: photo.id,
        claim,
    };
    let here = format!("{}/api/photos/{}", app.prefix, taken.id);
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

/// Returns a photo of a feature.
#[utoipa::path(get, path = "/api/photos/{photoId}", operation_id = "read_photo", tag = "ledger",
    params(
        ("photoId" = String, Path, description = "The photo's id"),
        ("size" = Option<String>, Query, description = "full (the default), or thumb of at most 320 pixels on the longer side"),
        ("receipt" = Option<String>, Query, description = "The reading code or the receipt of the case with the photo, for callers without an account"),
    ),
    responses(
        (status = 200, description = "The photo", content_type = "image/jpeg", body = Vec<u8>),
        (status = 401, description = "The request has neither an account nor the receipt of the case", content_type = "application/problem+json"),
        (status = 403, description = "The account does not have the role, or the photo is in another community", content_type = "application/problem+json"),
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
                both!(
                    "size={other}：应为 full 或 thumb。",
                    "size={other}: expected full or thumb."
                ),
            ));
        }
    };
    let receipt = query.get("receipt")?;
    let found = app.live.store().photo(&id, size).await?;
    let snapshot = app.live.snapshot();
    let places = found.iter().flat_map(|photo| &photo.places);
    let sight = places
        .map(|place| sight(&snapshot, place, &id, receipt, &caller))
        .max()
        .unwrap_or(Sight::None);
    let account = caller.principal.as_ref().map(|p| p.account.as_str());
    // Until the photo is linked, only the account that uploaded it sees it.
    let is_own = |photo: &StoredPhoto| {
        photo.places.is_empty() && account.is_some() && photo.account.as_deref() == account
    };
    let sight = match found.as_ref().is_some_and(is_own) {
        true => Sight::Seen,
        false => sight,
    };
    let photo = match (found, sight) {
        (Some(photo), Sight::Seen) => photo,
        (_, Sight::OutOfScope) => {
            return Err(Problem::forbidden(both!(
                "该照片不在本账号所限的社区内。",
                "This photo is outside of the communities to which the account is restricted."
            )));
        }
        // Callers who may not see a photo do not learn whether it exists.
        _ if receipt.is_some() || caller.roles().includes(Role::GridWorker) => {
            return Err(Problem::not_found(both!(
                "没有照片“{id}”。",
                "There is no photo {id:?}."
            )));
        }
        _ if caller.is_known() => {
            return Err(Problem::forbidden(both!(
                "事件照片仅供网格员及以上角色和持有该事件回执的上报人查看。",
                "Photos of cases can be seen by grid workers and higher roles, and with the \
                 receipt of the case (?receipt=)."
            )));
        }
        _ => {
            return Err(Problem::unauthenticated(both!(
                "事件照片仅供持有该事件回执的上报人和网格员及以上角色查看，请登录或使用回执。",
                "Photos of cases can be seen with the receipt of the case (?receipt=), and by grid \
                 workers and higher roles. Sign in or send the receipt."
            )));
        }
    };
    let mut headers = HeaderMap::new();
    let mut say = |name, value| headers.insert(name, header::HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, "image/jpeg");
    // The bytes of an id never change. But shared caches cannot check who may see them, so the answer is
    // private.
    say(header::CACHE_CONTROL, "private, max-age=86400, immutable");
    say(header::VARY, "authorization, cookie");
    Ok((headers, photo.jpeg).into_response())
}

/// Whether a caller may see a photo through one of its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    None,
    /// The role is sufficient, but the feature is in another community.
    OutOfScope,
    Seen,
}

/// Whether a caller may see a photo through the feature at `place`: with the receipt of the case, or with the roles
/// for the list to which the photo is linked and for every other list of the feature that contains it.
fn sight(
    snapshot: &Snapshot,
    place: &PhotoPlace,
    photo: &str,
    receipt: Option<&str>,
    caller: &Caller,
) -> Sight {
    let Some(collection) = snapshot.collections().get(&place.collection) else {
        return Sight::None;
    };
    let Some(entry) = collection.get(&place.id) else {
        return Sight::None;
    };
    let all = cases::properties(entry);
    let schema = collection.schema();
    let mut lists = schema
        .photo_lists()
        .filter(|list| named(all.get(&list.name)).any(|id| id == photo))
        .peekable();
    if lists.peek().is_none() {
        return Sight::None;
    }
    let is_case = schema.collection.as_str() == WARNINGS;
    if is_case && receipt.is_some_and(|r| is_receipt_of(&all, r)) {
        return Sight::Seen;
    }
    let mut needed: Vec<Role> = lists.map(|list| list.role).collect();
    if let Some(name) = &place.property {
        let mut lists = schema.photo_lists();
        match lists.find(|list| list.name == *name) {
            Some(list) => needed.push(list.role),
            // The schema no longer has this list, so it does not say which roles may see it.
            None => return Sight::None,
        }
    }
    let seen_by = |roles: RoleSet| needed.iter().all(|role| roles.includes(*role));
    if seen_by(caller.view().on(schema, entry.all_properties())) {
        Sight::Seen
    } else if seen_by(caller.roles()) {
        Sight::OutOfScope
    } else {
        Sight::None
    }
}

/// The ids in a list of photos.
pub(super) fn named(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = list.and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter_map(|item| item.get("id").unwrap_or(item).as_str())
}

/// Whether a receipt or a reading code belongs to a case.
fn is_receipt_of(case: &Map<String, Value>, receipt: &str) -> bool {
    let kept = case
        .get(property::LEDGER)
        .and_then(|l| l.get("receipt_sha256"));
    let kept = kept.and_then(Value::as_str).unwrap_or_default();
    let given = receipt_hash(receipt.trim());
    let is_receipt: bool = given.as_bytes().ct_eq(kept.as_bytes()).into();
    is_receipt || (!kept.is_empty() && is_reading_code(kept, receipt))
}

/// Random bytes as hexadecimal digits.
fn drawn<const N: usize>() -> String {
    let bytes: [u8; N] = rand::rng().random();
    hex::encode(bytes)
}

fn refused(error: PhotoError) -> Problem {
    let text = sentence(&error);
    match error {
        PhotoError::TooLarge { .. } => Problem::too_large(text),
        PhotoError::Kind(_) => Problem::unsupported(text),
        PhotoError::TooManyPixels { .. } | PhotoError::Broken(_) => {
            Problem::unprocessable(text, Vec::new())
        }
    }
}
