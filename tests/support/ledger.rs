//! A small district with a ledger and accounts, for tests.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::building;
use super::server::{Server, onemap, problem, sqlite_in};

/// The longitude and latitude of all features in these tests, in degrees.
pub const LON: f64 = 117.13;
pub const LAT: f64 = 39.22;

/// A server with a grid, a building and two units, and the tokens of three accounts.
pub struct Ledger {
    pub server: Server,
    pub officer: String,
    pub worker: String,
    pub unit: String,
    /// The address of the database, for the command line.
    pub database: String,
    _folder: Option<TempDir>,
}

/// Creates an account and returns a token for it.
pub fn account(database: &str, role: &str, name: &str, more: &[&str]) -> String {
    let mut arguments = vec![
        "token",
        "create",
        "--role",
        role,
        "--name",
        name,
        "--database",
        database,
    ];
    arguments.extend_from_slice(more);
    let (out, err, ok) = onemap(&arguments);
    assert!(ok, "{err}");
    out.trim().to_owned()
}

pub fn square(id: &str, half: f64, properties: Value) -> Value {
    let (w, s, e, n) = (LON - half, LAT - half, LON + half, LAT + half);
    json!({
        "type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
    })
}

pub fn unit(id: &str, competences: &[&str]) -> Value {
    json!({
        "type": "Feature", "id": id,
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
        "properties": {"name": format!("单位{id}"), "competences": competences,
            "communities": ["c1"], "duty_hours": "24/7"},
    })
}

impl Ledger {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let mut ledger = Self::on(&database, arguments).await;
        ledger._folder = Some(folder);
        ledger
    }

    /// A ledger on an empty database.
    pub async fn on(database: &str, arguments: &[&str]) -> Self {
        let server = Server::on(database, arguments).await;
        let community = json!({"kind": "community", "code": "120113001020000", "name": "温泉社区"});
        server.put("grids", &square("c1", 0.01, community)).await;
        let grid =
            json!({"kind": "grid", "code": "120113001020003", "name": "第3网格", "parent": "c1"});
        server.put("grids", &square("g1", 0.01, grid)).await;
        server.put("buildings", &building("b1", LON, LAT)).await;
        for (id, competences) in [
            ("u1", &["corridor_clutter", "other"][..]),
            ("u2", &["street_encroachment"][..]),
        ] {
            server.put("units", &unit(id, competences)).await;
        }
        Self {
            officer: account(database, "officer", "指挥员", &[]),
            worker: account(database, "grid_worker", "网格员", &[]),
            unit: account(database, "unit", "消防", &["--unit", "u1"]),
            server,
            database: database.to_owned(),
            _folder: None,
        }
    }

    pub fn post(&self, path: &str, token: Option<&str>, body: &Value) -> reqwest::RequestBuilder {
        let request = self.server.request(Method::POST, path).json(body);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a report about the building and returns the answer.
    pub async fn report(&self, token: Option<&str>, more: Value) -> Value {
        let mut body = json!({"category": "corridor_clutter", "building": "b1"});
        merge(&mut body, more);
        let answer = self
            .post("/api/warnings", token, &body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A case that a grid worker reported.
    pub async fn case(&self) -> String {
        let case = self.report(Some(&self.worker), json!({})).await;
        case["id"].as_str().unwrap().to_owned()
    }

    pub async fn try_act(
        &self,
        token: Option<&str>,
        id: &str,
        action: &str,
        more: Value,
    ) -> reqwest::Response {
        let mut body = json!({"action": action});
        merge(&mut body, more);
        let path = format!("/api/warnings/{id}/actions");
        self.post(&path, token, &body).send().await.unwrap()
    }

    pub async fn act(&self, token: &str, id: &str, action: &str, more: Value) -> Value {
        let answer = self.try_act(Some(token), id, action, more).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{action}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn refused(
        &self,
        token: Option<&str>,
        id: &str,
        action: &str,
        more: Value,
    ) -> (StatusCode, Value) {
        problem(self.try_act(token, id, action, more).await).await
    }

    pub async fn get(&self, token: Option<&str>, path: &str) -> reqwest::Response {
        let request = self.server.request(Method::GET, path);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap()
    }

    pub async fn json(&self, token: Option<&str>, path: &str) -> Value {
        let answer = self.get(token, path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Uploads a photo of one pixel. Each grey value makes a different file.
    pub async fn photo(&self, colour: u8) -> Value {
        let answer = self
            .server
            .request(Method::POST, "/api/photos")
            .header("content-type", "image/png")
            .body(png(colour))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let said: Value = answer.json().await.unwrap();
        json!({"id": said["id"], "claim": said["claim"]})
    }

    /// Creates a case, performs the actions that lead to a status, and returns its id.
    pub async fn at(&self, status: &str) -> String {
        let id = self.case().await;
        let (officer, unit) = (&self.officer, &self.unit);
        let photo = self.photo(9).await;
        let path: &[&str] = match status {
            "reported" => &[],
            "filed" => &["file"],
            "rejected" => &["reject"],
            "merged" => &["merge"],
            "dispatched" => &["file", "dispatch"],
            "returned" => &["file", "dispatch", "return"],
            "handling" => &["file", "dispatch", "start"],
            "handled" => &["file", "dispatch", "start", "handle"],
            "verified" => &["file", "dispatch", "start", "handle", "verify"],
            "closed" => &["file", "dispatch", "start", "handle", "verify", "close"],
            "parked" => &["file", "park"],
            other => panic!("unknown status: {other}"),
        };
        let other = if status == "merged" {
            self.case().await
        } else {
            String::new()
        };
        for action in path {
            let (who, more) = match *action {
                "reject" => (officer, json!({"reason": "不属实"})),
                "merge" => (officer, json!({"into": other})),
                "dispatch" => (officer, json!({"unit": "u1"})),
                "return" => (unit, json!({"reason": "不归我们管"})),
                "start" => (unit, json!({})),
                "handle" => (unit, json!({"note": "已清理", "photos": [photo]})),
                "verify" => (
                    &self.worker,
                    json!({"result": "pass", "reason": "电话核实"}),
                ),
                "park" => (
                    officer,
                    json!({"reason": "待施工", "until": "2099-01-01T00:00:00Z"}),
                ),
                _ => (officer, json!({})),
            };
            self.act(who, &id, action, more).await;
        }
        id
    }
}

pub fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// A picture of one grey pixel: PNG with a stored (uncompressed) block.
pub fn png(grey: u8) -> Vec<u8> {
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                if c & 1 == 1 {
                    0xedb8_8320 ^ (c >> 1)
                } else {
                    c >> 1
                }
            })
        })
    }
    fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
        out.extend((data.len() as u32).to_be_bytes());
        let body = [&kind[..], data].concat();
        out.extend(&body);
        out.extend(crc(&body).to_be_bytes());
    }
    let raw = [0, grey];
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in raw {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut zlib = vec![0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff];
    zlib.extend(raw);
    zlib.extend(((b << 16) | a).to_be_bytes());
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(&mut out, b"IDAT", &zlib);
    chunk(&mut out, b"IEND", &[]);
    out
}

pub fn jiff_now() -> String {
    jiff::Timestamp::now().to_string()
}

/// The present moment. Then waits two milliseconds, because steps have a precision of milliseconds and the next step
/// must be later than the returned moment.
pub async fn a_moment() -> String {
    let now = jiff_now();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    now
}

/// A configuration in which corridor clutter turns red two seconds after its report, and a sensor's value counts
/// after five seconds. Five seconds are longer than a busy machine needs between two observations.
pub fn hasty_rules() -> TempDir {
    edited_rules(&[
        (
            "age = [{ after = \"7d\", level = \"red\" }]",
            "age = [{ after = \"2s\", level = \"red\" }]",
        ),
        (
            "for = \"30m\"\nkeep = \"1h\"",
            "for = \"5s\"\nkeep = \"1h\"",
        ),
    ])
}

/// A configuration with the built-in schemas, and the built-in rules with some texts replaced.
pub fn edited_rules(edits: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let geodata = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata");
    std::fs::create_dir(folder.path().join("schemas")).unwrap();
    for file in std::fs::read_dir(geodata.join("schemas")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(
            file.path(),
            folder.path().join("schemas").join(file.file_name()),
        )
        .unwrap();
    }
    let rules = std::fs::read_to_string(geodata.join("rules.toml")).unwrap();
    let rules = edits.iter().fold(rules, |rules, (usual, edited)| {
        assert!(rules.contains(usual), "rules.toml does not contain {usual}");
        rules.replace(usual, edited)
    });
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    folder
}
