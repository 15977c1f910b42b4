//! Every GET of the API with its most expensive parameters: the most features, the farthest place, and every option
//! that makes an answer more expensive.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::server::Server;

/// How much of the map a request may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Almost nothing, because the result is found by id or is cached.
    Little,
    /// It may read little more than the features in the answer.
    Near,
    /// It may read every feature several times: to find it, to sort it and to write it, and once more if the first
    /// attempt, which has a small budget, fails.
    All,
}

/// The ids and the tile that the requests contain.
pub struct Town {
    /// The id of a case.
    pub warning: String,
    /// The id of a building.
    pub building: String,
    /// A tile of the city at the first zoom level with buildings, as `z/y/x`.
    pub tile: String,
}

/// A path of the API, how much of the map it may read, and its most expensive requests.
pub struct Worst {
    pub path: &'static str,
    pub may: May,
    pub asked: Vec<String>,
}

const GAUSS: &str = "http://www.opengis.net/def/crs/EPSG/0/4527";
/// A filter that case-folds and compares every name, and measures every geometry.
const EVERY_NAME: &str = "filter=ACCENTI(CASEI(name))%20LIKE%20%27%25%E6%A5%BC%25a%25b%25c%27%20OR%20\
    area_m2(geometry)%20%3C%200%20OR%20levels%20*%202%20IN%20(1,3,5,7,9,11,13,15,17,19,21,23,25,27,29)";
const ALL_SORTED: &str = "sortby=-levels,name,-number,units&limit=10000&offset=20000";

/// The most expensive requests of every path. A test fails if a path is missing here.
pub fn worst(town: &Town) -> Vec<Worst> {
    let Town {
        warning,
        building,
        tile,
    } = town;
    let one = |path, may, asked: &str| Worst {
        path,
        may,
        asked: vec![asked.to_owned()],
    };
    let some = |path, may, asked: &[String]| Worst {
        path,
        may,
        asked: asked.to_vec(),
    };
    let items = "/api/collections/buildings/items";
    let month = "2026-11";
    vec![
        one("/api/wishes", May::Little, "/api/wishes?limit=200"),
        one("/api/projects", May::Little, "/api/projects?limit=200"),
        one("/api/", May::Little, "/api/?f=html"),
        one("/api/collections", May::Little, "/api/collections?f=html"),
        one(
            "/api/collections/{collectionId}",
            May::Little,
            "/api/collections/buildings?f=html",
        ),
        some(
            "/api/collections/{collectionId}/items",
            May::All,
            &[
                format!("{items}?limit=10000"),
                format!("{items}?limit=10000&f=html"),
                format!("{items}?limit=10000&offset=10000000"),
                format!("{items}?limit=10000&bbox=-180,-90,180,90&crs={GAUSS}&properties=name,levels"),
                format!("{items}?limit=1&bbox=170,-90,-170,90&levels=6&elevator=true&name=x"),
                format!("{items}?{ALL_SORTED}"),
                format!("{items}?{ALL_SORTED}&bbox=-180,-90,180,90&elevator=true&f=html"),
                format!("{items}?{EVERY_NAME}"),
                format!("{items}?{EVERY_NAME}&{ALL_SORTED}"),
                format!("{items}?limit=10000&filter=NOT%20S_TOUCHES(geometry,{})", zigzag()),
                format!("{items}?filter=S_CROSSES(geometry,{0})%20OR%20S_OVERLAPS({0},geometry)", zigzag()),
                "/api/collections/warnings/items?limit=10000&datetime=../2030-01-01&sortby=-reported_at"
                    .to_owned(),
            ],
        ),
        one(
            "/api/collections/{collectionId}/items/{featureId}",
            May::Little,
            &format!("{items}/{building}?f=html"),
        ),
        one(
            "/api/collections/{collectionId}/queryables",
            May::Little,
            "/api/collections/buildings/queryables",
        ),
        one(
            "/api/collections/{collectionId}/schema",
            May::Little,
            "/api/collections/buildings/schema",
        ),
        one(
            "/api/collections/{collectionId}/tilejson.json",
            May::Little,
            "/api/collections/buildings/tilejson.json",
        ),
        some(
            "/api/collections/{collectionId}/tiles/WebMercatorQuad/{z}/{y}/{x}",
            May::All,
            &[
                "/api/collections/buildings/tiles/WebMercatorQuad/0/0/0".to_owned(),
                format!("/api/collections/buildings/tiles/WebMercatorQuad/{tile}"),
            ],
        ),
        one("/api/accounts", May::Little, "/api/accounts"),
        one(
            "/api/accounts/{accountId}",
            May::Little,
            "/api/accounts/none",
        ),
        one("/api/audit", May::Little, "/api/audit?limit=1000"),
        one("/api/invites", May::Little, "/api/invites"),
        some(
            "/api/buildings/{id}/access",
            May::Near,
            &[
                format!("/api/buildings/{building}/access?mode=cargo_trike&unit=1&room=101"),
                format!("/api/buildings/{building}/access"),
            ],
        ),
        one(
            "/api/buildings/{id}/card",
            May::All,
            &format!("/api/buildings/{building}/card"),
        ),
        one(
            "/api/grids/{id}/card",
            May::All,
            "/api/grids/120113001/card?as_of=2026-01-01T00:00:00Z",
        ),
        one(
            "/api/buildings/{id}/reach",
            May::All,
            &format!("/api/buildings/{building}/reach"),
        ),
        one(
            "/api/grids/{id}/reach",
            May::All,
            "/api/grids/120113001/reach",
        ),
        some(
            "/api/compounds/{id}/board",
            May::Near,
            &[
                "/api/compounds/c-000001/board?lang=en".to_owned(),
                "/api/compounds/c-000001/board?at=none".to_owned(),
            ],
        ),
        one("/api/conditions", May::Little, "/api/conditions"),
        one("/api/themes", May::Little, "/api/themes"),
        some(
            "/api/themes/{id}",
            May::All,
            &[
                "/api/themes/requests?by=grid".to_owned(),
                "/api/themes/elderly?by=building".to_owned(),
                "/api/themes/timeliness?as_of=2026-01-01T00:00:00Z".to_owned(),
            ],
        ),
        one("/api/plan/standards", May::Little, "/api/plan/standards"),
        one(
            "/api/plan/coverage",
            May::All,
            "/api/plan/coverage?standard=aed_4&by=building&limit=10000",
        ),
        one("/api/plan/scenarios", May::Little, "/api/plan/scenarios"),
        one(
            "/api/plan/scenarios/{id}",
            May::Little,
            "/api/plan/scenarios/019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11",
        ),
        one("/api/conformance", May::Little, "/api/conformance?f=html"),
        one("/api/day-orders", May::Little, "/api/day-orders"),
        one("/api/patrols", May::Little, "/api/patrols?day=2026-11-29"),
        one("/api/handovers", May::Little, "/api/handovers"),
        one("/api/handovers/preview", May::Little, "/api/handovers/preview"),
        one(
            "/api/handovers/{id}",
            May::Little,
            "/api/handovers/019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11",
        ),
        one(
            "/api/events",
            May::Little,
            "/api/events?bbox=-180,-90,180,90&last-event-id=0",
        ),
        one("/api/jobs", May::Little, "/api/jobs?limit=1000"),
        one(
            "/api/jobs/{jobId}",
            May::Little,
            "/api/jobs/019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11",
        ),
        one(
            "/api/jobs/{jobId}/events",
            May::Little,
            "/api/jobs/019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11/events?last-event-id=0",
        ),
        one(
            "/api/grids/status",
            May::Little,
            "/api/grids/status?as_of=2020-01-01T00:00:00Z",
        ),
        some(
            "/api/nearest",
            May::Near,
            &[
                "/api/nearest?collection=buildings&lon=-60&lat=-30&k=1000".to_owned(),
                "/api/nearest?collection=buildings&lon=-63&lat=-39.2&k=1000".to_owned(),
                "/api/nearest?collection=buildings&lon=0&lat=90&k=1000&max_m=1e9".to_owned(),
                "/api/nearest?collection=buildings&lon=180&lat=0&k=1000".to_owned(),
                "/api/nearest?collection=roads&lon=-60&lat=-30&k=10".to_owned(),
                "/api/nearest?collection=buildings&lon=117.13&lat=39.22&k=100&profile=foot".to_owned(),
            ],
        ),
        some(
            "/api/isochrone",
            May::Near,
            &[
                "/api/isochrone?lon=-60&lat=-30&minutes=60".to_owned(),
                "/api/isochrone?lon=117.13&lat=39.22&minutes=60&profile=ebike".to_owned(),
            ],
        ),
        // The whole map is read once for each new commit, in the background of the request.
        some(
            "/api/network",
            May::All,
            &[
                "/api/network".to_owned(),
                "/api/network?bbox=116,38,118,40".to_owned(),
            ],
        ),
        one(
            "/api/network/parts/{hash}",
            May::Little,
            "/api/network/parts/00",
        ),
        one(
            "/api/photos/{photoId}",
            May::Little,
            "/api/photos/0000000000000000000000?size=full",
        ),
        one("/api/presets", May::Little, "/api/presets"),
        one("/api/rules", May::Little, "/api/rules"),
        some(
            "/api/search",
            May::All,
            &[
                "/api/search?q=l&limit=100".to_owned(),
                format!("/api/search?q={}&limit=100", "l ".repeat(32)),
                "/api/search?q=%E6%A5%BC&limit=100&collections=buildings".to_owned(),
            ],
        ),
        one("/api/session", May::Little, "/api/session"),
        one("/api/silences", May::Little, "/api/silences"),
        one("/api/styles/{name}", May::Little, "/api/styles/light"),
        some(
            "/api/tiles/WebMercatorQuad/{z}/{y}/{x}",
            May::All,
            &[
                "/api/tiles/WebMercatorQuad/0/0/0".to_owned(),
                format!("/api/tiles/WebMercatorQuad/{tile}"),
            ],
        ),
        some(
            "/api/warnings",
            May::Little,
            &[
                "/api/warnings?limit=10000&open=true&sortby=-reported_at".to_owned(),
                "/api/warnings?f=xlsx&bbox=-180,-90,180,90".to_owned(),
                "/api/warnings?f=csv&as_of=2026-01-01T00:00:00Z".to_owned(),
                "/api/warnings?limit=10000&level=red&as_of=2026-01-01T00:00:00Z".to_owned(),
            ],
        ),
        some(
            "/api/warnings/duplicates",
            May::Little,
            &[
                format!("/api/warnings/duplicates?category=other&building={building}"),
                "/api/warnings/duplicates?category=other&lon=-60&lat=-30".to_owned(),
            ],
        ),
        one(
            "/api/warnings/import/template",
            May::Little,
            "/api/warnings/import/template",
        ),
        some(
            "/api/warnings/place",
            May::Little,
            &[
                format!("/api/warnings/place?building={building}&building_unit=99"),
                "/api/warnings/place?lon=-60&lat=-30".to_owned(),
            ],
        ),
        one(
            "/api/warnings/figures",
            May::Little,
            &format!("/api/warnings/figures?month={month}"),
        ),
        one(
            "/api/warnings/summary",
            May::Little,
            "/api/warnings/summary?days=92",
        ),
        one(
            "/api/warnings/{id}",
            May::Little,
            &format!("/api/warnings/{warning}?f=cap"),
        ),
        one(
            "/api/warnings/{id}/contact",
            May::Little,
            &format!("/api/warnings/{warning}/contact"),
        ),
        one(
            "/api/warnings/{id}/history",
            May::Little,
            &format!("/api/warnings/{warning}/history?f=csv"),
        ),
        one(
            "/api/warnings/{id}/units",
            May::Little,
            &format!("/api/warnings/{warning}/units"),
        ),
        one("/api/webhooks", May::Little, "/api/webhooks"),
        one(
            "/api/webhooks/{webhookId}/deliveries",
            May::Little,
            "/api/webhooks/none/deliveries?limit=1000",
        ),
        one("/health/live", May::Little, "/health/live"),
        one("/health/ready", May::Little, "/health/ready"),
        one("/metrics", May::Little, "/metrics"),
    ]
}

/// A line that crosses the city 200 times, as text for an expression.
fn zigzag() -> String {
    let positions: Vec<String> = (0..200)
        .map(|n| {
            let lat = if n % 2 == 0 { 38 } else { 40 };
            format!("{:.3}%20{lat}", 116.5 + f64::from(n) * 0.005)
        })
        .collect();
    format!("LINESTRING({})", positions.join(","))
}

/// The paths with a GET in an OpenAPI document.
pub fn readable(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let gets = paths.iter().filter(|(_, item)| item.get("get").is_some());
    gets.map(|(path, _)| path.clone()).collect()
}

/// Sends a request. The answer is read to its end, except for the feed, which does not end.
pub async fn ask(client: &Client, base: &str, path: &str, token: &str) -> (StatusCode, usize) {
    let response = client
        .get(format!("{base}{path}"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let status = response.status();
    if path.starts_with("/api/events") {
        return (status, 0);
    }
    (status, response.bytes().await.unwrap().len())
}

/// The value of a metric.
pub async fn figure(client: &Client, base: &str, name: &str) -> u64 {
    let text = client
        .get(format!("{base}/metrics"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let line = text.lines().find_map(|l| l.strip_prefix(name));
    line.map_or(0, |l| l.trim().parse().unwrap())
}

/// Finds the ids for the requests.
pub async fn town(server: &Server) -> Town {
    let page = "/api/collections/buildings/items?limit=1";
    let building = server.json(page).await["features"][0].take();
    let corner = &building["geometry"]["coordinates"][0][0];
    let (lon, lat) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
    let report = json!({
        "category": "other",
        "note": "a case",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    });
    let made = server.write(Method::POST, "/api/warnings", &report);
    let made = made.send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    Town {
        warning: made["id"].as_str().unwrap().to_owned(),
        building: building["id"].as_str().unwrap().to_owned(),
        tile: tile(13, lon, lat),
    }
}

/// The tile that contains a position, as `z/y/x`.
fn tile(z: u32, lon: f64, lat: f64) -> String {
    let n = f64::from(2_u32.pow(z));
    let x = (lon + 180.0) / 360.0 * n;
    let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n;
    format!("{z}/{}/{}", y.floor(), x.floor())
}
