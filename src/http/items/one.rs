//! Reads one feature.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::json;

use super::params::Params;
use super::{GEOJSON, Looks, collection, content_crs, write_entry};
use crate::http::App;
use crate::http::answer::{Answer, Form, Tag, negotiate};
use crate::http::auth::Caller;
use crate::http::html;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::index::{Collection, Entry};
use crate::model::{both, pick};
use crate::store::audit::{AuditEntry, AuditKind};

/// Returns one feature.
///
/// A property with `x-onemap-recorded` in its schema (a door code) is shown only in this answer, to accounts with
/// its role. Each look is recorded in the audit before the answer is sent. Read-only tokens do not see such
/// properties.
#[utoipa::path(get, path = "/api/collections/{collectionId}/items/{featureId}", operation_id = "read_item", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("featureId" = String, Path, description = "The feature's id"),
        ("crs" = Option<String>, Query, description = "The URI of the coordinate system of the answer"),
        ("properties" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these properties"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The feature. Its ETag is the value of If-Match for a write", content_type = "application/geo+json", body = ref("#/components/schemas/Feature")),
        (status = 404, description = "No such feature", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    Path((name, id)): Path<(String, String)>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["crs", "properties", "f"])?;
    let snapshot = app.live.snapshot();
    let collection = collection(&snapshot, &name)?;
    let form = negotiate(&query, &headers)?;
    let params = Params::read(&query, collection.schema(), caller.view())?;
    let entry = collection.get(&id).ok_or_else(|| {
        Problem::not_found(both!(
            "{name} 中没有要素“{id}”。",
            "There is no feature {id:?} in {name}."
        ))
    })?;
    let mut body = Vec::new();
    let recorded = recorded(&caller, collection, entry, &params);
    let mut looks = Looks::Unrecorded;
    if !recorded.is_empty() {
        // The look is recorded before the property is sent.
        let look = AuditEntry::new(AuditKind::Look)
            .of_this_request()
            .on(&name, &id)
            .saying(&recorded.join(", "));
        // Boxed because this branch is rare: otherwise every request would carry its large future.
        Box::pin(app.live.store().audit(look)).await?;
        looks = Looks::Recorded;
    }
    let view = (caller.view(), looks);
    write_entry(&mut body, collection, entry, view, &params)?;
    let base = app.base(&headers);
    if form == Form::Html {
        let markup = html::item(&html::Frame::new(&base), collection, &body);
        let tag = Tag::of_bytes(markup.as_bytes());
        let answer = Answer::new(html::MEDIA_TYPE, tag, &snapshot, &caller);
        return Ok(answer.send(&headers, || markup));
    }
    let shape = query.without(&["f", "min-seq"]);
    let id_of = &collection.schema().collection;
    let shape = format!("{base}{shape}{}", recorded.join(","));
    let tag = Tag::of_feature(&snapshot, id_of, entry.seq(), &caller, &shape);
    // The closing brace is removed, so that the links can be appended.
    body.pop();
    let item = format!("{base}/api/collections/{name}/items/{}", segment(&id));
    let title = &collection.schema().title_zh;
    let links = json!([
        {"rel": "self", "type": GEOJSON, "title": "this feature", "href": item},
        {"rel": "alternate", "type": "text/html", "title": "as HTML", "href": format!("{item}?f=html")},
        {"rel": "collection", "type": "application/json", "title": title, "href": format!("{base}/api/collections/{name}")},
    ]);
    body.extend_from_slice(format!(",\"links\":{links}}}").as_bytes());
    let mut response = Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, || body);
    content_crs(&mut response, params.crs);
    let here = format!("{base}/api/collections/{name}");
    let links = format!("<{here}>; rel=\"collection\", <{here}/schema>; rel=\"describedby\"");
    if let Ok(value) = HeaderValue::from_str(&links) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(response)
}

/// The names of the recorded properties that the answer to this caller contains.
fn recorded(
    caller: &Caller,
    collection: &Collection,
    entry: &Entry,
    params: &Params,
) -> Vec<String> {
    if caller.principal.as_ref().is_none_or(|p| p.read_only) {
        return Vec::new();
    }
    let schema = collection.schema();
    let roles = caller.view().on(schema, entry.all_properties());
    let names: Vec<&str> = schema.recorded_for(roles).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let is_wanted = |name: &str| {
        let chosen = params.properties.as_ref();
        chosen.is_none_or(|chosen| chosen.iter().any(|c| c == name))
    };
    let values = pick(entry.all_properties(), &names);
    let told = names.iter().zip(values);
    told.filter(|(name, value)| !value.is_null() && is_wanted(name))
        .map(|(name, _)| (*name).to_owned())
        .collect()
}
