//! `/api/styles/{name}`: MapLibre styles of this map for other clients.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rust_embed::RustEmbed;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use crate::model::both;

/// The styles, compiled in. `{base}` in them is replaced by the address of this service.
#[derive(RustEmbed)]
#[folder = "geodata/styles"]
struct Styles;

/// Returns a MapLibre style.
#[utoipa::path(get, path = "/api/styles/{name}", tag = "tiles",
    params(("name" = String, Path, description = "`wall` (dark) or `light`")),
    responses(
        (status = 200, description = "A style document; its sources are the tiles of this service", body = std::collections::HashMap<String, Value>),
        (status = 404, description = "No such style", content_type = "application/problem+json"),
    ))]
pub async fn style(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let name = name.strip_suffix(".json").unwrap_or(&name);
    let Some(file) = Styles::get(&format!("{name}.json")) else {
        let names: Vec<String> = Styles::iter()
            .map(|n| n.trim_end_matches(".json").to_owned())
            .collect();
        let names = names.join(", ");
        return Err(Problem::not_found(both!(
            "没有地图样式“{name}”；现有样式：{names}。",
            "There is no style {name:?}. The styles are: {names}."
        )));
    };
    let snapshot = app.live.snapshot();
    let attribution = super::catalogue::attribution(&snapshot);
    let body = String::from_utf8_lossy(&file.data)
        .replace("{base}", &app.base(&headers))
        .replace("{attribution}", &attribution);
    let tag = Tag::of_bytes(body.as_bytes());
    Ok(Answer::new("application/json", tag, &snapshot, &caller).send(&headers, || body))
}
