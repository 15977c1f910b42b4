//! `/api/photos`: what somebody saw, or did. Anybody may upload one. Its uploader links it to one feature,
//! by the claim that the upload is answered with; who may see the feature's list to which it is linked sees it.

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
use crate::service::ledger::receipt_hash;
use crate::store::{PhotoPlace, PhotoSize, StoredPhoto, Uploader};

/// How many photos are decoded at once: each may take hundreds of megabytes for a moment.
static DECODING: Semaphore = Semaphore::const_new(2);

/// A photo that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoTaken {
    /// Its id, drawn for this upload.
    #[schema(example = "5891b5b522d5df086d0ff0b110fbd9d2")]
    pub id: String,
    /// The secret that links it to a feature, once: name `{id, claim}` in `photos` of a report, a step or a
    /// feature. An account may link its own uploads by the id alone.
    #[schema(example = "oc_5f0c…")]
    pub claim: String,
    /// Pixels, as it is kept.
    pub width: u32,
    /// Pixels, as it is kept.
    pub height: u32,
}

/// Takes a photo in. One that no report, step or feature names is removed after 24 hours.
#[utoipa::path(post, path = "/api/photos", operation_id = "create_photo", tag = "ledger",
    request_body(content = Vec<u8>, content_type = "image/jpeg",
        description = "The file: JPEG, PNG or WebP by its content, at most 8 MiB and 50 million pixels. Kept upright, as JPEG of at most 2048 pixels, without metadata"),
    responses(
        (status = 201, description = "Taken", body = PhotoTaken),
        (status = 413, description = "Too large", content_type = "application/problem+json"),
        (status = 415, description = "No JPEG, PNG or WebP, or a form", content_type = "application/problem+json"),
        (status = 422, description = "It cannot be read", content_type = "application/problem+json"),
        (status = 429, description = "Too many from one address without an account", content_type = "application/problem+json"),
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
    // The id is random, so that it does not follow from the picture.
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

/// A photo of a feature.
#[utoipa::path(get, path = "/api/photos/{photoId}", operation_id = "read_photo", tag = "ledger",
    params(
        ("photoId" = String, Path, description = "The photo's id"),
        ("size" = Option<String>, Query, description = "full (the default) or thumb, at most 320 pixels"),
        ("receipt" = Option<String>, Query, description = "The receipt of the case that it belongs to, for who has no account"),
    ),
    responses(
        (status = 200, description = "The photo", content_type = "image/jpeg", body = Vec<u8>),
        (status = 401, description = "Neither an account nor the receipt of its case", content_type = "application/problem+json"),
        (status = 403, description = "Not in this role, or not in this community", content_type = "application/problem+json"),
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
                    "size 应为 full 或 thumb，不能是“{other}”。",
                    "size is full or thumb, not {other:?}."
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
    // Until it is linked, only the account that uploaded it sees it.
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
                "The account is bound to other communities than this photo's."
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
                "Photos of cases are shown to grid workers and above, and to those who have the receipt of \
                 the case (?receipt=)."
            )));
        }
        _ => {
            return Err(Problem::unauthenticated(both!(
                "事件照片仅供持有该事件回执的上报人和网格员及以上角色查看，请登录或使用回执。",
                "Photos of cases are shown to those who have the receipt of the case (?receipt=), and to \
                 grid workers and above."
            )));
        }
    };
    let mut headers = HeaderMap::new();
    let mut say = |name, value| headers.insert(name, header::HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, "image/jpeg");
    // An id stands for its bytes for ever; who may see them is not for shared caches to decide.
    say(header::CACHE_CONTROL, "private, max-age=86400, immutable");
    say(header::VARY, "authorization, cookie");
    Ok((headers, photo.jpeg).into_response())
}

/// Whether a caller sees a photo by one of its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    None,
    /// The role suffices; the feature is in another community.
    OutOfScope,
    Seen,
}

/// A caller sees a photo where they see the list to which it is linked and every other list that names it:
/// by their role, or by the receipt of that very case.
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

/// Whether a receipt is the one that was given for a case.
fn is_receipt_of(case: &Map<String, Value>, receipt: &str) -> bool {
    let kept = case
        .get(property::LEDGER)
        .and_then(|l| l.get("receipt_sha256"));
    let kept = kept.and_then(Value::as_str).unwrap_or_default();
    let given = receipt_hash(receipt.trim());
    given.as_bytes().ct_eq(kept.as_bytes()).into()
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
