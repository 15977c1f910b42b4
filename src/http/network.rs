//! `/api/network`: the network, access cards and directory of an area for offline phones, in four parts.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::answer;
use super::auth::Caller;
use super::items;
use super::problem::Problem;
use super::query::Query;
use super::work::{Advice, Cut, Kind};
use crate::model::both;
use crate::network::file::FORMAT;
use crate::service::network_file::{NetworkFile, NoFile, Part};
use crate::service::routes::NoNetwork;
use crate::spatial::bounds::Bounds;

/// Areas are widened to whole multiples of this, in degrees (about 1 km), so that phones near each other request the
/// same file.
const STEP_DEG: f64 = 0.01;
/// The advice in the error text if a request reads too much of the map.
const NARROW: Advice = (
    "请缩小 bbox 范围。",
    "Ask for a smaller area (bbox=west,south,east,north).",
);

/// The parts of the network file of an area. Each part is fetched by its hash, and only if it has changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkManifest {
    /// The version of the format.
    pub format: u32,
    /// The number of the commit that the file shows.
    pub seq: u64,
    /// The number of the commit that the network was built from.
    pub network_seq: u64,
    /// When the file was built.
    #[schema(format = DateTime)]
    pub built_at: String,
    /// The moment from which opening hours are unknown.
    #[schema(format = DateTime)]
    pub known_until: String,
    /// The area: west, south, east, north; null for the whole map.
    pub bbox: Option<[f64; 4]>,
    /// The parts.
    pub parts: NetworkParts,
}

/// The parts of a network file.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkParts {
    /// The topology: which ways are joined, gates, doors and turn restrictions.
    pub topology: NetworkPart,
    /// The geometry: the lines of the ways, and the outlines that block the line of sight.
    pub geometry: NetworkPart,
    /// Who may pass and when, buildings, entrances and facilities.
    pub attributes: NetworkPart,
    /// The names by which places are found.
    pub directory: NetworkPart,
}

/// A part of a network file.
#[derive(Debug, Serialize, ToSchema)]
pub struct NetworkPart {
    /// The SHA-256 of the part, in hexadecimal digits; `/api/network/parts/{hash}` returns the part.
    pub hash: String,
    /// The size of the part in bytes, before compression.
    pub bytes: usize,
}

impl NetworkPart {
    fn of(part: &Part) -> Self {
        Self {
            hash: part.hash.clone(),
            bytes: part.bytes.len(),
        }
    }
}

impl NetworkManifest {
    fn of(file: &NetworkFile) -> Self {
        let [topology, geometry, attributes, directory] = &file.parts;
        Self {
            format: FORMAT,
            seq: file.seq,
            network_seq: file.network_seq,
            built_at: file.built_at.to_string(),
            known_until: file.known_until.to_string(),
            bbox: file.area.map(|area| area.to_numbers()),
            parts: NetworkParts {
                topology: NetworkPart::of(topology),
                geometry: NetworkPart::of(geometry),
                attributes: NetworkPart::of(attributes),
                directory: NetworkPart::of(directory),
            },
        }
    }
}

/// Lists the parts of the network file of an area.
///
/// With the four parts, a phone finds places, shows access cards and computes routes without a network connection.
/// They contain only what the public may read, and no door codes. Opening hours are given for 14 days.
#[utoipa::path(get, path = "/api/network", operation_id = "network", tag = "routes",
    params(
        ("bbox" = Option<String>, Query, description = "The area: west,south,east,north in degrees. It is widened to hundredths of a degree. The whole map, if absent"),
    ),
    responses(
        (status = 200, description = "The parts with their hashes", body = NetworkManifest),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 422, description = "The area is too large", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built, or too many large requests come at once", content_type = "application/problem+json"),
    ))]
pub async fn network(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["bbox"])?;
    let area = items::params::bbox(&query)?.map(widened);
    let snapshot = app.live.snapshot();
    let built = app.live.network().ok_or(NoNetwork::NotYet)?;
    let now = Timestamp::now();
    let file = match app.files.at_hand(&snapshot, &built, area, now) {
        Some(file) => file,
        None => {
            let files = Arc::clone(&app.files);
            let map = Arc::clone(&snapshot);
            let build = move |_: &crate::index::Budget| {
                let file = files.get(&map, &built, map.profiles(), area, now);
                file.map_err(|none| Cut::Refused(none.into()))
            };
            app.answer_aside(Kind::Walk, NARROW, build).await?
        }
    };
    let manifest = NetworkManifest::of(&file);
    answer::json("application/json", &manifest, &snapshot, &caller, &headers)
}

/// Returns a part of a network file.
#[utoipa::path(get, path = "/api/network/parts/{hash}", operation_id = "network_part", tag = "routes",
    params(("hash" = String, Path, description = "The hash of the part, from `/api/network`")),
    responses(
        (status = 200, description = "The part. The bytes of a hash never change", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, description = "There is no such part any more; ask `/api/network` for the present ones", content_type = "application/problem+json"),
    ))]
pub async fn part(
    State(app): State<App>,
    Path(hash): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let part = app.files.part(&hash).ok_or_else(|| {
        Problem::not_found(both!(
            "没有该离线数据分片，或已有更新；请重新获取 /api/network。",
            "There is no such part of a network file any more. Request /api/network, which lists the present parts."
        ))
    })?;
    let tag = answer::Tag::of_bytes(part.hash.as_bytes());
    let takes_gzip = !part.gzip.is_empty() && accepts_gzip(&headers);
    let is_held = tag.is_held(&headers);
    let mut response = match (is_held, takes_gzip) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, true) => part.gzip.clone().into_response(),
        (false, false) => part.bytes.clone().into_response(),
    };
    let map = response.headers_mut();
    let mut say = |name, value| map.insert(name, HeaderValue::from_static(value));
    if takes_gzip && !is_held {
        say(header::CONTENT_ENCODING, "gzip");
    }
    say(header::CONTENT_TYPE, "application/octet-stream");
    say(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    say(header::VARY, "accept-encoding");
    if let Ok(tag) = HeaderValue::from_str(tag.as_str()) {
        map.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Whether the client takes gzip.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let all = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let is_refused = weight.trim().trim_start_matches("q=").parse() == Ok(0.0_f32);
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

/// Widens an area to whole steps.
fn widened(area: Bounds) -> Bounds {
    let down = |v: f64| (v / STEP_DEG).floor() * STEP_DEG;
    let up = |v: f64| (v / STEP_DEG).ceil() * STEP_DEG;
    // Rounds off the error of the multiplication.
    let exact = |v: f64| (v * 100.0).round() / 100.0;
    Bounds {
        west: exact(down(area.west)).max(-180.0),
        south: exact(down(area.south)).max(-90.0),
        east: exact(up(area.east)).min(180.0),
        north: exact(up(area.north)).min(90.0),
    }
}

impl From<NoFile> for Problem {
    fn from(none: NoFile) -> Self {
        match none {
            NoFile::Network(reason) => reason.into(),
            NoFile::TooLarge { edges, most } => Self::too_much(both!(
                "该范围有{edges}段道路，离线数据最多{most}段；请用 bbox= 选择较小的范围。",
                "The area has {edges} edges; a network file has at most {most}. Ask for a smaller area (bbox=)."
            )),
            NoFile::Unwritable => {
                Self::internal(&"the network has features of an unknown collection")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_bytes_go_to_clients_that_take_them() {
        for (value, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0, br", false),
            ("identity", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts_gzip(&headers), takes, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn neighbours_ask_for_the_same_area() {
        let area = |numbers: [f64; 4]| Bounds::from_numbers(&numbers).unwrap();
        let one = widened(area([117.113, 39.2012, 117.139, 39.2301]));
        let other = widened(area([117.118, 39.209, 117.1301, 39.2399]));
        assert_eq!(one, other);
        assert_eq!(one.to_numbers(), [117.11, 39.2, 117.14, 39.24]);
        assert_eq!(widened(one), one);
    }
}
