//! Canary tests: every protected property of every collection contains a unique text, and no answer of any GET
//! path may show it below its role.

use std::collections::BTreeMap;
use std::io::Read as _;

use geo_types::{Geometry, LineString, Polygon, point};
use onemap::model::{
    Author, Body, Change, CollectionId, Edit, FeatureId, Properties, Role, Schema,
};
use onemap::store::Store;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::support::feed::Feed;
use crate::support::ledger::account;
use crate::support::postgres;
use crate::support::server::{Server, sqlite_in};

const LON: f64 = 117.13;
const LAT: f64 = 39.22;

/// A unique text, and the lowest role that may see it.
#[derive(Debug, Clone)]
struct Canary {
    text: String,
    role: Role,
    place: String,
}

/// The schemas of a new map.
fn schemas() -> Vec<Schema> {
    onemap::demo::schemas()
        .into_iter()
        .map(|(collection, document)| Schema::parse(&collection, document).unwrap())
        .collect()
}

/// A geometry that a collection accepts. All are at the same place.
fn geometry(schema: &Schema) -> Geometry<f64> {
    let ring: LineString<f64> = vec![
        (LON - 0.001, LAT - 0.001),
        (LON + 0.001, LAT - 0.001),
        (LON + 0.001, LAT + 0.001),
        (LON - 0.001, LAT - 0.001),
    ]
    .into();
    match schema.geometry.first().map(|kind| kind.name()) {
        Some("LineString") => ring.into(),
        Some("Polygon") => Polygon::new(ring, Vec::new()).into(),
        _ => point!(x: LON, y: LAT).into(),
    }
}

/// The canary of a property: a text that occurs nowhere else. A moment is a canary too, because no other property has it.
fn canary(collection: &str, property: &str) -> String {
    match (collection, property) {
        ("warnings", "urged_at") => "2031-02-03T04:05:06Z".to_owned(),
        ("warnings", "supervise_due_at") => "2031-02-03T04:05:07Z".to_owned(),
        ("warnings", "supervise_overdue_at") => "2031-02-03T04:05:08Z".to_owned(),
        _ => format!("canary-{collection}-{property}-x7q"),
    }
}

/// A value with a canary for a protected property. Each property has its own canary; a new type of property
/// needs a line here.
fn sung(collection: &str, property: &str, schema: &Schema, text: &str) -> Option<Value> {
    let kind = schema.properties[property].kind.as_str();
    match (collection, property, kind) {
        ("warnings", "photos", _) => {
            Some(json!([{"id": text, "kind": "report", "at": "2026-11-22T06:05:00Z"}]))
        }
        ("warnings", "step", _) => Some(json!({
            "n": 1, "action": "report", "at": "2026-11-22T06:05:00Z", "role": "officer",
            "to": "filed", "note": text, "account": text, "reason": text, "unit": text,
        })),
        ("warnings", "ledger", _) => Some(json!({"reporter": text, "receipt_sha256": text})),
        ("warnings", "private_place", _) => Some(json!({"lon": LON, "lat": LAT, "place": text})),
        (_, _, "string") => Some(json!(text)),
        (_, _, "array") => Some(json!([text])),
        (_, _, "object") => Some(json!({"zh": text})),
        // A number cannot be recognised in an answer.
        _ => None,
    }
}

/// One feature for each collection, with canaries in all protected properties.
fn features() -> (Vec<Change>, Vec<Canary>) {
    let (mut changes, mut canaries) = (Vec::new(), Vec::new());
    for schema in schemas() {
        let name = schema.collection.as_str();
        let mut properties = Map::new();
        for property in schema.properties.values() {
            if property.role == Role::Public {
                continue;
            }
            let text = canary(name, &property.name);
            if let Some(value) = sung(name, &property.name, &schema, &text) {
                properties.insert(property.name.clone(), value);
                canaries.push(Canary {
                    text,
                    role: property.role,
                    place: format!("{name}.{}", property.name),
                });
            }
        }
        properties
            .entry("name")
            .or_insert_with(|| json!(format!("雀{name}")));
        if name == "duties" {
            // The cards of the grid and of the building show this duty.
            properties.insert("duty".into(), json!("grid_leader"));
            properties.insert("scope".into(), json!("canary"));
        }
        if name == "warnings" {
            for (key, value) in [
                ("category", json!("corridor_clutter")),
                ("status", json!("filed")),
                ("level", json!("red")),
                ("since", json!("2026-11-22T06:05:00Z")),
                ("reported_at", json!("2026-11-22T06:05:00Z")),
                ("source", json!("resident")),
                ("steps", json!(1)),
            ] {
                properties.insert(key.into(), value);
            }
        }
        changes.push(Change {
            collection: schema.collection.clone(),
            id: FeatureId::new("canary").unwrap(),
            body: Some(Body {
                geometry: Some(geometry(&schema)),
                properties: Properties::from_map(properties).unwrap(),
            }),
        });
    }
    (changes, canaries)
}

/// The bytes of an answer as text; for a workbook, the text of all its sheets.
fn text_of(bytes: &[u8]) -> String {
    if bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        for i in 0..archive.len() {
            let mut part = Vec::new();
            archive.by_index(i).unwrap().read_to_end(&mut part).unwrap();
            text.push_str(&String::from_utf8_lossy(&part));
        }
        return text;
    }
    String::from_utf8_lossy(bytes).into_owned()
}

/// The requests for a path of the OpenAPI document, with different queries.
fn addresses(path: &str, tile: (u32, u32)) -> Vec<String> {
    let collections: Vec<String> = schemas().iter().map(|s| s.collection.to_string()).collect();
    let mut found = vec![path.to_owned()];
    if path.contains("{collectionId}") {
        found = collections
            .iter()
            .map(|c| path.replace("{collectionId}", c))
            .collect();
    }
    let (x, y) = tile;
    let fill = |path: String| {
        let path = path
            .replace("{z}", "17")
            .replace("{x}", &x.to_string())
            .replace("{y}", &y.to_string());
        let mut filled = String::new();
        let mut rest = path.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            filled.push_str("canary");
            rest = after.split_once('}').unwrap().1;
        }
        filled + rest
    };
    let now = jiff::Timestamp::now();
    let all = collections.join(",");
    let queries = [
        String::new(),
        "f=json".into(),
        "f=html".into(),
        "f=csv".into(),
        "f=xlsx".into(),
        "f=csv&lang=en".into(),
        "f=cap".into(),
        format!("as_of={now}"),
        format!("as_of={now}&f=csv"),
        "q=canary".into(),
        "q=雀".into(),
        "q=que".into(),
        format!("collection=entrances&lon={LON}&lat={LAT}&k=10"),
        format!("collection=warnings&lon={LON}&lat={LAT}&k=10"),
        format!("category=corridor_clutter&lon={LON}&lat={LAT}"),
        "month=2026-11".into(),
        format!("collections={all}"),
        "size=thumb".into(),
        "receipt=or_none".into(),
        "sortby=name".into(),
        // An invalid value is answered with an error text.
        "limit=none".into(),
        "at=2026-11-22T06:05:00Z".into(),
        "by=grid".into(),
    ];
    found
        .into_iter()
        .map(fill)
        .flat_map(|path| {
            queries
                .iter()
                .map(move |q| match q.as_str() {
                    "" => path.clone(),
                    q => format!("{path}?{q}"),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Checks that a text contains no canary that the role may not see.
fn silent(text: &str, role: Role, canaries: &[Canary], what: &str) {
    for canary in canaries {
        if !role.includes(canary.role) {
            assert!(
                !text.contains(&canary.text),
                "{what} shows {role} the value of {}",
                canary.place
            );
        }
    }
}

#[tokio::test]
async fn no_answer_contains_data_that_its_reader_may_not_see() {
    let folder = tempfile::tempdir().unwrap();
    every_answer_is_silent(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn no_answer_from_postgis_contains_data_that_its_reader_may_not_see() {
    if let Some(database) = postgres::database() {
        every_answer_is_silent(&database).await;
    }
}

async fn every_answer_is_silent(database: &str) {
    let server = Server::on(database, &[]).await;
    let store = Store::open(&server.database).await.unwrap();
    let (changes, canaries) = features();
    assert!(canaries.len() >= 8, "{canaries:?}");
    let last = store
        .commit(Edit::new(Author::system(), changes.clone()))
        .await
        .unwrap();
    // A second version, so that there is a past. Both versions contain the texts.
    let second: Vec<Change> = changes
        .iter()
        .cloned()
        .map(|mut change| {
            let body = change.body.as_mut().unwrap();
            let mut properties = body.properties.to_map();
            properties.insert("second".into(), json!(true));
            body.properties = Properties::from_map(properties).unwrap();
            change
        })
        .collect();
    let seq = store
        .commit(Edit::new(Author::system(), second))
        .await
        .unwrap()
        .seq;
    server.get(&format!("/api/collections?min-seq={seq}")).await;

    let document = server.json("/api/openapi.json").await;
    let paths: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, path)| path.get("get").is_some())
        .map(|(path, _)| path.clone())
        .collect();
    let n = 131_072.0;
    let x = ((LON + 180.0) / 360.0 * n) as u32;
    let lat = LAT.to_radians();
    let y = ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;

    let mut heard: BTreeMap<String, usize> = BTreeMap::new();
    for role in Role::ALL.iter().copied() {
        let token = match role {
            Role::Public => None,
            Role::Unit => Some(account(
                &server.database,
                "unit",
                "雀",
                &["--unit", "another"],
            )),
            role => Some(account(&server.database, role.as_str(), "雀", &[])),
        };
        for path in paths
            .iter()
            .filter(|p| *p != "/api/events" && !p.ends_with("/events"))
        {
            for address in addresses(path, (y, x)) {
                let request = server.request(Method::GET, &address);
                let request = match &token {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                };
                let answer = request.send().await.unwrap();
                let status = answer.status();
                let bytes = answer.bytes().await.unwrap();
                let text = text_of(&bytes);
                // An error that repeats the request shows nothing, because no request contains a whole canary.
                silent(&text, role, &canaries, &address);
                assert_ne!(
                    status,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "{address}: {text}"
                );
                if role == Role::Admin {
                    for canary in canaries.iter().filter(|c| text.contains(&c.text)) {
                        *heard.entry(canary.place.clone()).or_default() += 1;
                    }
                }
            }
        }
        // The missed events that the feed sends to a client that reconnects.
        let query = format!("/api/events?last-event-id={}", last.seq - 1);
        let mut request = server
            .request(Method::GET, &query)
            .header("last-event-id", (last.seq - 1).to_string());
        if let Some(token) = &token {
            request = request.bearer_auth(token);
        }
        let mut feed = Feed::of(request).await;
        loop {
            let event = feed.next().await;
            silent(&event.data.to_string(), role, &canaries, "/api/events");
            if event.id.is_some_and(|id| id >= seq) {
                break;
            }
        }
        refusals_are_silent(&server, token.as_deref(), role, &canaries).await;
    }
    // Check of the test itself: an administrator must see every canary.
    for canary in &canaries {
        assert!(
            heard.contains_key(&canary.place),
            "no answer contains the canary of {}",
            canary.place
        );
    }
}

/// Refused writes of every role. Their error texts must not contain canaries either.
async fn refusals_are_silent(
    server: &Server,
    token: Option<&str>,
    role: Role,
    canaries: &[Canary],
) {
    let wrong = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [400, 400]},
                       "properties": {"name": 7}});
    let mut asked: Vec<(Method, String, Value)> = vec![
        (
            Method::POST,
            "/api/warnings/canary/actions".into(),
            json!({"action": "close"}),
        ),
        (
            Method::POST,
            "/api/warnings/canary/actions".into(),
            json!({"action": "rate", "rating": 5, "receipt": "or_none"}),
        ),
        (
            Method::POST,
            "/api/warnings/canary/actions".into(),
            json!({"action": "dispatch", "unit": "canary"}),
        ),
    ];
    for schema in schemas() {
        let item = format!("/api/collections/{}/items/canary", schema.collection);
        asked.push((Method::PUT, item.clone(), wrong.clone()));
        asked.push((
            Method::PATCH,
            item,
            json!({"properties": {"name": 7, "kind": 7}}),
        ));
    }
    for (method, path, body) in asked {
        let request = server.request(method.clone(), &path).json(&body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.unwrap();
        if answer.status().is_success() {
            continue;
        }
        let text = answer.text().await.unwrap();
        silent(&text, role, canaries, &format!("{method} {path}"));
    }
}

#[test]
fn every_protected_property_has_a_canary_or_is_a_number() {
    for schema in schemas() {
        let collection: &CollectionId = &schema.collection;
        for property in schema.properties.values() {
            let sings = sung(collection.as_str(), &property.name, &schema, "x").is_some();
            let plain = ["integer", "number", "boolean"].contains(&property.kind.as_str());
            assert!(
                property.role == Role::Public || sings || plain,
                "{collection}.{}",
                property.name
            );
        }
    }
}
