//! Databases of earlier releases (`tests/releases`), opened by the present program. All data must still be
//! there, and what newer schemas protect must be protected from the first answer on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use onemap::model::{BuiltIns, CollectionId, ORIGIN, Role, Schema};
use onemap::service::config::install_schemas;
use onemap::store::Store;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Map, Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::building;
use crate::support::feed::Feed;
use crate::support::postgres;
use crate::support::server::{Server, onemap, sqlite_in};

const RELEASES: &[&str] = &["0.1.0"];

/// The database of a release, unpacked.
struct Release {
    database: String,
    /// The tokens and ids in the database.
    facts: Value,
    _folder: tempfile::TempDir,
}

impl Release {
    /// The SQLite database and, if it exists, the PostGIS one.
    async fn both(version: &str) -> Vec<Self> {
        let mut list = vec![Self::sqlite(version)];
        if let Some(database) = postgres::database() {
            let sql = String::from_utf8(unpack(&format!("{version}.sql.gz"))).unwrap();
            let mut connection = PgConnection::connect(&database).await.unwrap();
            sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS postgis")
                .execute(&mut connection)
                .await
                .unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
            list.push(Self {
                database,
                facts: facts(&format!("{version}.postgis.json")),
                _folder: tempfile::tempdir().unwrap(),
            });
        }
        list
    }

    fn sqlite(version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes = unpack(&format!("{version}.db.gz"));
        std::fs::write(folder.path().join("onemap.db"), bytes).unwrap();
        Self {
            database: sqlite_in(folder.path()),
            facts: facts(&format!("{version}.json")),
            _folder: folder,
        }
    }

    fn token(&self, role: &str) -> String {
        self.facts["tokens"][role].as_str().unwrap().to_owned()
    }

    /// All features by collection and id, including hidden rows.
    async fn rows(&self) -> BTreeMap<(String, String), Map<String, Value>> {
        let store = Store::open(&self.database).await.unwrap();
        let mut rows = BTreeMap::new();
        store
            .load(|r| {
                let properties = r.body.unwrap().properties.to_map();
                rows.insert((r.collection.to_string(), r.id.to_string()), properties);
            })
            .await
            .unwrap();
        rows
    }
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/releases")
        .join(name)
}

fn unpack(name: &str) -> Vec<u8> {
    let done = Command::new("gzip")
        .arg("-dc")
        .arg(file(name))
        .output()
        .unwrap();
    assert!(done.status.success(), "{name}");
    done.stdout
}

fn facts(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

/// The values on a map that a role may not see by the built-in schemas.
fn secrets(rows: &BTreeMap<(String, String), Map<String, Value>>, role: Role) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for (collection, document) in BuiltIns::compiled().documents() {
        let schema = Schema::parse(collection, Value::Object(document.clone())).unwrap();
        let hidden: Vec<&str> = schema.hidden_from(role).collect();
        let own = rows
            .iter()
            .filter(|((name, _), _)| name == collection.as_str());
        for (_, properties) in own {
            let values = hidden
                .iter()
                .filter_map(|name| properties.get(*name)?.as_str());
            // A note that only repeats the name of its category is not a secret.
            let told = values.filter(|value| *value != "飞线充电");
            secrets.extend(told.map(str::to_owned));
        }
    }
    secrets
}

/// The paths that show features.
fn pages(rows: &BTreeMap<(String, String), Map<String, Value>>) -> Vec<String> {
    let mut pages = vec![
        "/api/tiles/WebMercatorQuad/16/24994/54090".to_owned(),
        "/api/tiles/WebMercatorQuad/18/99979/216363".to_owned(),
        "/api/search?q=%E5%8C%97%E9%97%A8&limit=50".to_owned(),
        "/api/search?q=2580&limit=50".to_owned(),
        "/api/nearest?collection=entrances&lon=117.13&lat=39.22&k=10".to_owned(),
        "/api/warnings".to_owned(),
    ];
    for (collection, id) in rows.keys().filter(|(c, _)| !c.starts_with('$')) {
        pages.push(format!("/api/collections/{collection}/items/{id}"));
        pages.push(format!("/api/collections/{collection}/items?limit=1000"));
        pages.push(format!("/api/collections/{collection}/items?f=html"));
        if collection == "warnings" {
            pages.push(format!("/api/warnings/{id}/history"));
        }
    }
    pages.sort();
    pages.dedup();
    pages
}

/// The started program and its address; the program may not listen yet. Dropping the value ends it.
struct Starting(Child, String);

impl Starting {
    fn on(database: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap().to_string();
        drop(port);
        let child = Command::new(env!("CARGO_BIN_EXE_onemap"))
            .env("LC_ALL", "C")
            .args(["serve", "--database", database, "--listen", &address])
            .env("ONEMAP_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child, format!("http://{address}"))
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_database_of_a_release_is_protected_from_the_first_answer_on() {
    for version in RELEASES {
        for release in Release::both(version).await {
            let rows = release.rows().await;
            let starting = Starting::on(&release.database);
            let deadline = Instant::now() + Duration::from_secs(60);
            let client = Client::new();
            let mut asked = 0;
            for (role, name) in [(Role::Public, "public"), (Role::Rider, "rider")] {
                let secrets = secrets(&rows, role);
                assert!(role != Role::Public || secrets.contains("2580#"));
                for page in pages(&rows) {
                    let mut request = client.get(format!("{}{page}", starting.1));
                    if role != Role::Public {
                        request = request.bearer_auth(release.token(name));
                    }
                    // The first page is requested until it is answered.
                    let response = loop {
                        match request.try_clone().unwrap().send().await {
                            Ok(response) => break response,
                            Err(e) => assert!(asked == 0 && Instant::now() < deadline, "{e}"),
                        }
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    };
                    asked += 1;
                    let bytes = response.bytes().await.unwrap();
                    let text = String::from_utf8_lossy(&bytes);
                    for secret in &secrets {
                        assert!(!text.contains(secret.as_str()), "{name} {page}: {secret}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_database_of_a_release_keeps_everything() {
    for version in RELEASES {
        for release in Release::both(version).await {
            let rows = release.rows().await;
            let server = Server::on(&release.database, &[]).await;
            let admin = release.token("admin");
            for ((collection, id), properties) in &rows {
                if collection.starts_with('$') {
                    continue;
                }
                let path = format!("/api/collections/{collection}/items/{id}");
                let request = server.request(Method::GET, &path).bearer_auth(&admin);
                let found: Value = request.send().await.unwrap().json().await.unwrap();
                if collection != "warnings" {
                    let shown = found["properties"].as_object().unwrap();
                    assert_eq!(shown, properties, "{path}");
                    assert_eq!(shown["own"], "我们的 own");
                }
                assert_eq!(found["id"], *id, "{path}");
            }
            let collections = BuiltIns::compiled().documents().map(|(id, _)| id.as_str());
            let filled: BTreeSet<&str> = rows.keys().map(|(c, _)| c.as_str()).collect();
            let known: Vec<&str> = collections.filter(|c| filled.contains(c)).collect();
            assert!(known.len() >= 15, "{known:?}");

            let deleted = "/api/collections/facilities/items/f-2";
            assert_eq!(server.get(deleted).await.status(), StatusCode::NOT_FOUND);
            let as_admin = |path: String| server.request(Method::GET, &path).bearer_auth(&admin);
            let photo = format!("/api/photos/{}", release.facts["photo"].as_str().unwrap());
            assert_eq!(as_admin(photo).send().await.unwrap().status(), 200);
            let hooks = as_admin("/api/webhooks".to_owned()).send().await.unwrap();
            assert!(hooks.text().await.unwrap().contains("http://127.0.0.1:9/"));
            let case = release.facts["cases"][0].as_str().unwrap();
            let history = format!("/api/warnings/{case}/history");
            let history = as_admin(history)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            assert!(history.contains("dispatch"), "{history}");
            for (role, secret) in release.facts["tokens"].as_object().unwrap() {
                let secret = secret.as_str().unwrap();
                let session = server
                    .request(Method::GET, "/api/session")
                    .bearer_auth(secret);
                assert_eq!(session.send().await.unwrap().status(), 200, "{role}");
            }

            // All schemas were those of the release, so all are replaced by those of this program.
            for ((collection, id), row) in release.rows().await {
                if collection == "$schemas" {
                    assert_eq!(row[ORIGIN]["kind"], "builtin", "{id}: {}", row[ORIGIN]);
                    let mut document = row.clone();
                    document.remove(ORIGIN);
                    let id = CollectionId::new(&id).unwrap();
                    let mut compiled = BuiltIns::compiled().documents();
                    let (_, compiled) = compiled.find(|(name, _)| **name == id).unwrap();
                    assert_eq!(document, *compiled, "{id}");
                }
            }
        }
    }
}

/// Built-in schemas as a later release may have them: the names of buildings, and a property that today's
/// schemas do not have, are for stewards only.
fn later() -> BuiltIns {
    let all = BuiltIns::compiled().documents();
    let schemas = all.map(|(id, document)| {
        let mut document = Value::Object(document.clone());
        if id.as_str() == "buildings" {
            let properties = &mut document["properties"];
            properties["name"]["x-onemap-role"] = json!("steward");
            properties["own"] = json!({"type": "string", "x-onemap-role": "steward"});
        }
        (id.clone(), document)
    });
    BuiltIns::new(99, schemas.collect::<Vec<_>>())
}

async fn protects_names_of_buildings(server: &Server, steward: &str) {
    for path in [
        "/api/collections/buildings/items/b-1",
        "/api/collections/buildings/items",
        "/api/collections/buildings/items?f=html",
        "/api/search?q=wqhy3",
        "/api/search?q=own",
        "/api/tiles/WebMercatorQuad/16/24994/54090?collections=buildings",
        "/api/collections/buildings/tiles/WebMercatorQuad/16/24994/54090",
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let bytes = response.bytes().await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("温泉花园3号楼"), "{path}");
        if path.contains("buildings") {
            assert!(!text.contains("我们的"), "{path}");
        }
    }
    let filter = "/api/collections/buildings/items?name=x";
    assert_eq!(server.get(filter).await.status(), 400);
    let seen = server
        .request(Method::GET, "/api/collections/buildings/items/b-1")
        .bearer_auth(steward);
    let seen: Value = seen.send().await.unwrap().json().await.unwrap();
    assert_eq!(seen["properties"]["name"], "温泉花园3号楼");
}

#[tokio::test]
async fn properties_protected_by_a_later_release_stay_protected() {
    for release in Release::both("0.1.0").await {
        let store = Store::open(&release.database).await.unwrap();
        install_schemas(&store, &later(), &[], true).await.unwrap();
        drop(store);
        let server = Server::on(&release.database, &[]).await;
        protects_names_of_buildings(&server, &release.token("steward")).await;
        let row = &release.rows().await[&("$schemas".to_owned(), "buildings".to_owned())];
        assert_eq!(row[ORIGIN]["revision"], 99);
        assert_eq!(row["properties"]["name"]["x-onemap-role"], "steward");
    }
}

#[tokio::test]
async fn a_running_server_hides_what_another_process_has_protected() {
    for release in Release::both("0.1.0").await {
        let server = Server::on(&release.database, &[]).await;
        let path = "/api/collections/buildings/items/b-1";
        let before = server.get(path).await;
        let tag = before.headers()["etag"].clone();
        assert!(before.text().await.unwrap().contains("温泉花园3号楼"));
        let tile = "/api/collections/buildings/tiles/WebMercatorQuad/16/24994/54090";
        let drawn = server.get(tile).await.bytes().await.unwrap();
        assert!(String::from_utf8_lossy(&drawn).contains("温泉花园3号楼"));
        let seq = server.json(path).await["seq"].as_u64().unwrap();
        let mut feed = Feed::connect(&server.base, "?collections=buildings", None).await;

        let store = Store::open(&release.database).await.unwrap();
        let committed = install_schemas(&store, &later(), &[], true).await.unwrap();
        let event = feed.next().await;
        assert_eq!(event.data["reset"][0]["collection"], "buildings");
        server
            .get(&format!("/api/collections?min-seq={}", committed.seq))
            .await;
        protects_names_of_buildings(&server, &release.token("steward")).await;
        let again = server
            .request(Method::GET, path)
            .header("if-none-match", tag);
        assert_eq!(again.send().await.unwrap().status(), 200);

        // Features written from now on, and earlier ones that the feed sends again.
        server
            .put("buildings", &building("b-2", 117.13, 39.22))
            .await;
        let event = feed.next().await;
        assert_eq!(event.data["changes"][0]["id"], "b-2");
        assert!(event.data["changes"][0]["feature"]["properties"]["name"].is_null());
        let mut late = Feed::connect(&server.base, "?collections=buildings", Some(seq - 1)).await;
        let told = late.next().await;
        assert!(!told.data.to_string().contains("温泉花园"), "{:?}", told);
    }
}

#[tokio::test]
async fn a_folder_with_the_schemas_of_a_release_is_updated() {
    let release = Release::sqlite("0.1.0");
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    for ((collection, id), row) in release.rows().await {
        if collection == "$schemas" {
            let text = serde_json::to_string_pretty(&row).unwrap();
            std::fs::write(schemas.join(format!("{id}.json")), text).unwrap();
        }
    }
    let (out, err, ok) = onemap(&["check", folder.path().to_str().unwrap()]);
    assert!(ok, "{out}{err}");
    let folder_path = folder.path().to_str().unwrap();
    let server = Server::on(&release.database, &["--config", folder_path]).await;
    drop(server);
    for ((collection, id), row) in release.rows().await {
        if collection == "$schemas" {
            assert_eq!(row[ORIGIN]["kind"], "builtin", "{id}");
        }
    }

    // A steward raises the role of a property and adds another one. Lowering a role is refused, with the
    // position in the file.
    let own = json!({"properties": {
        "name": {"x-onemap-role": "rider"},
        "own": {"type": "string", "title": "自有"},
    }});
    std::fs::write(schemas.join("entrances.json"), own.to_string()).unwrap();
    let server = Server::on(&release.database, &["--config", folder_path]).await;
    let shown = server.json("/api/collections/entrances/items/e-1").await;
    assert!(shown["properties"]["name"].is_null());
    assert_eq!(shown["properties"]["own"], "我们的 own");
    let schema = server.json("/api/collections/entrances/schema").await;
    assert!(schema["properties"]["own"].is_object() && schema["properties"]["kind"].is_object());
    assert!(schema.get(ORIGIN).is_none(), "{schema}");

    let lower = json!({"properties": {"access_note": {"x-onemap-role": "public"}}});
    std::fs::write(schemas.join("entrances.json"), lower.to_string()).unwrap();
    let refused = "entrances.json:1:31: /properties/access_note/x-onemap-role: found public";
    let (out, _, ok) = onemap(&["check", folder_path]);
    assert!(!ok && out.contains(refused), "{out}");
    // The watcher reports the error, and the previous schema stays in force.
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let ready = server.get("/health/ready").await.text().await.unwrap();
        if ready.contains("access_note") {
            break;
        }
        assert!(Instant::now() < deadline, "{ready}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let shown = server.json("/api/collections/entrances/items/e-1").await;
    assert!(shown["properties"]["name"].is_null());
    assert!(shown["properties"]["access_note"].is_null());
    drop(server);
    // A server does not start if a schema file lowers a role.
    let database = release.database.as_str();
    let (_, err, ok) = onemap(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        database,
        "--config",
        folder_path,
    ]);
    assert!(!ok && err.contains(refused), "{err}");
}
