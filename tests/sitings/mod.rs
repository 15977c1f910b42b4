//! Tests of sitings over HTTP with the built program, on a small town with streets in a grid. Each test sets people,
//! stations and candidates. The figures of plans are compared with a coverage of the same sites.

mod configured;
mod constraints;
mod goals;
mod interrupted;
mod places;
mod refusals;

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::ledger::account;
use crate::support::server::{Server, onemap};

/// The distance between two streets, in degrees: about 100 m.
const STREET: [f64; 2] = [0.001_159, 0.000_900_8];
/// The number of streets in each direction.
const STREETS: usize = 7;

/// The crossing of two streets.
pub fn crossing(column: usize, row: usize) -> [f64; 2] {
    let [dx, dy] = STREET;
    [117.13 + dx * column as f64, 39.22 + dy * row as f64]
}

/// A server with a town, and a token of the role planner.
pub struct Town {
    pub server: Server,
    pub database: String,
    pub planner: String,
    _folder: TempDir,
}

impl Town {
    /// Starts a server with the streets of a town of this many streets in each direction, and waits for its network.
    pub async fn of(streets: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("onemap.db").display());
        let file = folder.path().join("routes.geojson");
        std::fs::write(&file, roads(streets).to_string()).unwrap();
        let arguments = ["import", "--database", &database, file.to_str().unwrap()];
        let (_, errors, worked) = onemap(&arguments);
        assert!(worked, "{errors}");
        let planner = account(&database, "planner", "规划员", &[]);
        let town = Self {
            server: Server::on(&database, &[]).await,
            database,
            planner,
            _folder: folder,
        };
        town.is_ready().await;
        town
    }

    pub async fn start() -> Self {
        Self::of(STREETS).await
    }

    /// Waits until the network is built.
    pub async fn is_ready(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let body = json!({"standard": "aed_4", "demand": {"points": []}});
        loop {
            let request = self.request(Method::POST, "/api/plan/coverage");
            let answer = request.json(&body).send().await.unwrap();
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the network is not built after 60 s"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A request as the planner, for texts in English.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.server.request(method, path).bearer_auth(&self.planner);
        request.header("accept-language", "en")
    }

    pub async fn coverage(&self, body: &Value) -> Value {
        let request = self.request(Method::POST, "/api/plan/coverage");
        let answer = request.json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{body}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Sends the request for a siting.
    pub async fn ask(&self, body: &Value) -> reqwest::Response {
        let request = self.request(Method::POST, "/api/plan/sitings");
        request.json(body).send().await.unwrap()
    }

    /// Creates the job of a siting and returns its id.
    pub async fn job(&self, body: &Value) -> String {
        self.job_of("siting", body).await
    }

    async fn job_of(&self, kind: &str, body: &Value) -> String {
        let answer = self.ask(body).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, StatusCode::ACCEPTED, "{body}: {text}");
        let job: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(job["kind"], kind);
        job["id"].as_str().unwrap().to_owned()
    }

    pub async fn look(&self, id: &str) -> Value {
        let request = self.request(Method::GET, &format!("/api/jobs/{id}"));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Waits until a job has ended.
    pub async fn ended(&self, id: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(180);
        loop {
            let job = self.look(id).await;
            if !["queued", "running"].contains(&job["state"].as_str().unwrap()) {
                return job;
            }
            assert!(
                Instant::now() < deadline,
                "the job has not ended after 180 s: {job}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs a siting and returns its result.
    pub async fn siting(&self, body: &Value) -> Value {
        let id = self.job(body).await;
        let job = self.ended(&id).await;
        assert_eq!(job["state"], "done", "{body}: {job}");
        job["result"].clone()
    }

    /// Runs the question which access rules to change, and returns its answer.
    pub async fn access(&self, body: &Value) -> Value {
        let id = self.job_of("access", body).await;
        let job = self.ended(&id).await;
        assert_eq!(job["state"], "done", "{body}: {job}");
        job["result"].clone()
    }

    /// Runs a siting that must fail, and returns the error text of the job.
    pub async fn failure(&self, body: &Value) -> String {
        let id = self.job(body).await;
        let job = self.ended(&id).await;
        assert_eq!(job["state"], "failed", "{body}: {job}");
        job["problem"].as_str().unwrap().to_owned()
    }
}

/// The streets as lines that share their vertices at the crossings.
fn roads(streets: usize) -> Value {
    let line = |id: String, at: &dyn Fn(usize) -> [f64; 2]| {
        let line: Vec<[f64; 2]> = (0..streets).map(at).collect();
        json!({
            "type": "Feature", "id": id,
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {"kind": "path", "foot": "yes", "ebike": "yes"},
        })
    };
    let mut features = Vec::new();
    for n in 0..streets {
        features.push(line(format!("row-{n}"), &|at| crossing(at, n)));
        features.push(line(format!("column-{n}"), &|at| crossing(n, at)));
    }
    json!({"type": "FeatureCollection", "features": features})
}

/// A demand layer with people at crossings: column, row, number of people.
pub fn people(homes: &[(usize, usize, u32)]) -> Value {
    let point = |(n, (column, row, people)): (usize, &(usize, usize, u32))| {
        let [lon, lat] = crossing(*column, *row);
        json!({"id": format!("home-{n}"), "lon": lon, "lat": lat, "people": people})
    };
    let points: Vec<Value> = homes.iter().enumerate().map(point).collect();
    json!({"points": points})
}

/// Candidates `c0`, `c1` … at crossings.
pub fn points(places: &[(usize, usize)]) -> Value {
    let point = |(n, (column, row)): (usize, &(usize, usize))| {
        let [lon, lat] = crossing(*column, *row);
        json!({"id": format!("c{n}"), "lon": lon, "lat": lat})
    };
    let points: Vec<Value> = places.iter().enumerate().map(point).collect();
    json!({"points": points})
}

/// A first-aid station at a crossing.
pub fn station(id: &str, (column, row): (usize, usize)) -> Value {
    json!({
        "type": "Feature", "id": id,
        "geometry": {"type": "Point", "coordinates": crossing(column, row)},
        "properties": {"name": format!("站{id}"), "aed": true},
    })
}

/// A standard with this distance in metres.
pub fn metres(metres: f64) -> Value {
    json!({"metres": metres, "source": "街道方案"})
}

/// The ids of the sites of a plan, sorted.
pub fn ids(sites: &Value) -> Vec<String> {
    let sites = sites.as_array().unwrap().iter();
    let mut ids: Vec<String> = sites
        .map(|site| site["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

/// All subsets of `0..count` with `size` elements.
pub fn subsets(count: usize, size: usize) -> Vec<Vec<usize>> {
    (0_u32..1 << count)
        .filter(|set| set.count_ones() as usize == size)
        .map(|set| (0..count).filter(|n| set >> n & 1 == 1).collect())
        .collect()
}

/// The people of the town: column, row, number of people.
pub const HOMES: [(usize, usize, u32); 12] = [
    (0, 0, 40),
    (1, 0, 25),
    (0, 2, 31),
    (3, 1, 18),
    (5, 0, 52),
    (6, 2, 12),
    (2, 4, 27),
    (4, 4, 33),
    (6, 5, 44),
    (0, 6, 29),
    (3, 6, 21),
    (6, 6, 9),
];
/// The candidates of the town: column and row.
pub const PLACES: [(usize, usize); 8] = [
    (0, 1),
    (2, 2),
    (5, 1),
    (4, 3),
    (6, 4),
    (1, 6),
    (3, 5),
    (5, 6),
];
