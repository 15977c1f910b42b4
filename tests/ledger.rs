//! The warning ledger over HTTP: a case from its report to its rating, what is refused and how, what
//! the log tells of it, and how it goes out of the house and comes in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::building;
use crate::support::server::{Server, onemap, problem, sqlite_in};

/// Where everything of these tests is.
const LON: f64 = 117.13;
const LAT: f64 = 39.22;

/// A server with a grid, a house and two units, and the people who work there.
struct Ledger {
    server: Server,
    officer: String,
    worker: String,
    unit: String,
    _folder: TempDir,
}

/// A token with what belongs to its account.
fn account(database: &str, role: &str, name: &str, more: &[&str]) -> String {
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

fn square(id: &str, half: f64, properties: Value) -> Value {
    let (w, s, e, n) = (LON - half, LAT - half, LON + half, LAT + half);
    json!({
        "type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
    })
}

fn unit(id: &str, competences: &[&str]) -> Value {
    json!({
        "type": "Feature", "id": id,
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
        "properties": {"name": format!("单位{id}"), "competences": competences,
            "communities": ["c1"], "duty_hours": "24/7"},
    })
}

impl Ledger {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let server = Server::on(&database, arguments).await;
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
            officer: account(&database, "officer", "指挥员", &[]),
            worker: account(&database, "grid_worker", "网格员", &[]),
            unit: account(&database, "grid_worker", "消防", &["--unit", "u1"]),
            server,
            _folder: folder,
        }
    }

    fn post(&self, path: &str, token: Option<&str>, body: &Value) -> reqwest::RequestBuilder {
        let request = self.server.request(Method::POST, path).json(body);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Reports something at the house and gives the answer.
    async fn report(&self, token: Option<&str>, more: Value) -> Value {
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
    async fn case(&self) -> String {
        let case = self.report(Some(&self.worker), json!({})).await;
        case["id"].as_str().unwrap().to_owned()
    }

    async fn try_act(
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

    async fn act(&self, token: &str, id: &str, action: &str, more: Value) -> Value {
        let answer = self.try_act(Some(token), id, action, more).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{action}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn refused(
        &self,
        token: Option<&str>,
        id: &str,
        action: &str,
        more: Value,
    ) -> (StatusCode, Value) {
        problem(self.try_act(token, id, action, more).await).await
    }

    async fn get(&self, token: Option<&str>, path: &str) -> reqwest::Response {
        let request = self.server.request(Method::GET, path);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap()
    }

    async fn json(&self, token: Option<&str>, path: &str) -> Value {
        let answer = self.get(token, path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A photo: the smallest picture that is one, different for every colour.
    async fn photo(&self, colour: u8) -> String {
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
        said["id"].as_str().unwrap().to_owned()
    }

    /// Brings a new case to a status.
    async fn at(&self, status: &str) -> String {
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
            other => panic!("{other}"),
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

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// A picture of one grey pixel: PNG with a stored (uncompressed) block.
fn png(grey: u8) -> Vec<u8> {
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

#[tokio::test]
async fn a_case_from_its_report_to_its_rating() {
    let ledger = Ledger::start().await;
    let (before, after) = (ledger.photo(1).await, ledger.photo(2).await);
    // A resident reports, without an account.
    let reported = ledger
        .report(
            None,
            json!({"note": "三楼堆了旧家具", "photos": [before], "contact": "138 0000 0000"}),
        )
        .await;
    let id = reported["id"].as_str().unwrap();
    let receipt = reported["receipt"].as_str().unwrap().to_owned();
    let said = &reported["properties"];
    assert_eq!(
        (&said["status"], &said["level"]),
        (&json!("reported"), &json!("yellow"))
    );
    assert_eq!(
        (&said["grid"], &said["community"], &said["building"]),
        (&json!("g1"), &json!("c1"), &json!("b1"))
    );
    assert_eq!(said["place"], "温泉花园b1号楼");

    let filed = ledger.act(&ledger.officer, id, "file", json!({})).await;
    assert_eq!(filed["properties"]["status"], "filed");
    assert_eq!(filed["turn"], "officer");
    let sent = ledger
        .act(&ledger.officer, id, "dispatch", json!({"unit": "u1"}))
        .await;
    assert_eq!(sent["properties"]["unit"], "u1");
    assert!(sent["properties"]["due_at"].is_string());
    assert_eq!(sent["turn"], "unit");
    ledger.act(&ledger.unit, id, "start", json!({})).await;
    // The rule asks for a photo.
    let (status, said) = ledger
        .refused(Some(&ledger.unit), id, "handle", json!({"note": "已清理"}))
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("photos"))
    );
    let handled = ledger
        .act(
            &ledger.unit,
            id,
            "handle",
            json!({"note": "已清理", "photos": [{"id": after, "kind": "after"}]}),
        )
        .await;
    assert_eq!(handled["turn"], "verifier");
    // Who handled it does not verify it; somebody else does, on the spot.
    let (status, _) = ledger
        .refused(
            Some(&ledger.unit),
            id,
            "verify",
            json!({"result": "pass", "reason": "好了"}),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let far = json!({"result": "pass", "position": {"lon": LON + 0.01, "lat": LAT}});
    let (status, said) = ledger
        .refused(Some(&ledger.worker), id, "verify", far)
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("position"))
    );
    let here = json!({"result": "pass", "position": {"lon": LON + 0.0001, "lat": LAT + 0.0001}});
    ledger.act(&ledger.worker, id, "verify", here).await;
    ledger.act(&ledger.officer, id, "close", json!({})).await;

    // The resident follows it by the receipt, and rates it once.
    let path = format!("/api/warnings/{id}?receipt={receipt}");
    let seen = ledger.json(None, &path).await;
    let states: Vec<&str> = seen["progress"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "reported",
            "filed",
            "dispatched",
            "handling",
            "handled",
            "verified",
            "closed"
        ]
    );
    assert_eq!(seen["properties"]["note"], "三楼堆了旧家具");
    assert_eq!(seen["allowed"], json!(["rate"]));
    let rated = ledger
        .try_act(None, id, "rate", json!({"rating": 5, "receipt": receipt}))
        .await;
    assert_eq!(rated.status(), StatusCode::OK);
    let (status, _) = ledger
        .refused(None, id, "rate", json!({"rating": 1, "receipt": receipt}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = ledger
        .refused(
            None,
            id,
            "rate",
            json!({"rating": 1, "receipt": "or_wrong"}),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let history = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{id}/history"),
        )
        .await;
    let steps = history["steps"].as_array().unwrap();
    let actions: Vec<&str> = steps
        .iter()
        .map(|s| s["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "report", "file", "dispatch", "start", "handle", "verify", "close", "rate"
        ]
    );
    for (i, step) in steps.iter().enumerate() {
        assert_eq!(step["n"], i + 1);
    }
    assert_eq!(steps[4]["photos"][0]["kind"], "after");
    assert!(steps[5]["distance_m"].as_f64().unwrap() < 50.0);
    assert_eq!(steps[2]["account"], "指挥员");

    // The month's figures have it.
    let month = &steps[0]["at"].as_str().unwrap()[..7];
    // An officer may call the resident; the log has no number.
    let contact = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{id}/contact"),
        )
        .await;
    assert_eq!(contact["contact"], "138 0000 0000");
    let figures = ledger
        .json(
            Some(&ledger.worker),
            &format!("/api/warnings/figures?month={month}"),
        )
        .await;
    assert_eq!(
        (&figures["month"], &figures["by"]["category"][0]["key"]),
        (&json!(month), &json!("corridor_clutter"))
    );
    let (status, _) = problem(
        ledger
            .get(None, &format!("/api/warnings/figures?month={month}"))
            .await,
    )
    .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_the_table_does_not_allow_is_refused_with_what_it_does() {
    let ledger = Ledger::start().await;
    // An officer of the unit in charge may do everything that is possible at all, but verify.
    let database = &ledger.server.database;
    let everybody = account(database, "officer", "万能", &["--unit", "u1"]);
    let table: &[(&str, &[&str])] = &[
        ("reported", &["file", "reject", "merge"]),
        ("filed", &["merge", "dispatch", "park"]),
        ("rejected", &["reopen"]),
        ("merged", &[]),
        ("dispatched", &["return", "start", "extend", "park"]),
        ("returned", &["dispatch", "park"]),
        ("handling", &["return", "handle", "extend", "park"]),
        ("handled", &["verify", "park"]),
        ("verified", &["close"]),
        ("closed", &["reopen", "rate"]),
        ("parked", &["resume"]),
    ];
    let actions = [
        "file", "reject", "merge", "dispatch", "return", "start", "handle", "verify", "close",
        "extend", "park", "resume", "reopen", "rate",
    ];
    for (status, possible) in table {
        let id = ledger.at(status).await;
        let path = format!("/api/warnings/{id}");
        for action in actions {
            if possible.contains(&action) {
                continue;
            }
            let all = json!({
                "reason": "x", "note": "x", "unit": "u1", "into": "none", "result": "pass",
                "until": "2099-01-01T00:00:00Z", "due_at": "2099-01-01T00:00:00Z", "rating": 5,
            });
            let (code, said) = ledger.refused(Some(&everybody), &id, action, all).await;
            assert_eq!(code, StatusCode::CONFLICT, "{action} from {status}: {said}");
            // Rating is for who reported it, and verifying not for the handler's unit.
            let mut wanted: Vec<&str> = possible.to_vec();
            wanted.retain(|a| *a != "rate" && *a != "verify");
            assert_eq!(said["allowed"], json!(wanted), "{action} from {status}");
            assert_eq!(said["case_status"], *status);
            assert!(said["detail"].as_str().unwrap().contains(status), "{said}");
        }
        let still = ledger.json(Some(&everybody), &path).await;
        assert_eq!(still["properties"]["status"], *status);
    }
}

#[tokio::test]
async fn who_may_not_and_what_is_missing_is_said() {
    let ledger = Ledger::start().await;
    let (officer, worker, unit) = (&ledger.officer, &ledger.worker, &ledger.unit);
    let database = &ledger.server.database;
    let elsewhere = account(database, "officer", "别处", &["--communities", "c9"]);
    let stranger = account(database, "grid_worker", "城管", &["--unit", "u2"]);
    let id = ledger.case().await;
    let (status, said) = ledger.refused(None, &id, "file", json!({})).await;
    assert_eq!(
        (status, &said["allowed"]),
        (StatusCode::UNAUTHORIZED, &json!([]))
    );
    for token in [worker, unit, &elsewhere] {
        let (status, said) = ledger.refused(Some(token), &id, "file", json!({})).await;
        assert_eq!(
            (status, &said["allowed"]),
            (StatusCode::FORBIDDEN, &json!([])),
            "{said}"
        );
    }
    let (status, said) = ledger
        .refused(Some(officer), &id, "reject", json!({}))
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason"))
    );
    assert_eq!(said["allowed"], json!(["file", "reject", "merge"]));
    ledger.act(officer, &id, "file", json!({})).await;
    for (unit, says) in [("u9", "no unit"), ("u2", "street_encroachment")] {
        let (status, said) = ledger
            .refused(Some(officer), &id, "dispatch", json!({"unit": unit}))
            .await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("unit"))
        );
        assert!(said["detail"].as_str().unwrap().contains(says), "{said}");
    }
    ledger
        .act(officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    for token in [officer, &stranger, &ledger.server.admin] {
        let (status, _) = ledger.refused(Some(token), &id, "start", json!({})).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    for (action, more, field) in [
        ("extend", json!({"reason": "x"}), "due_at"),
        (
            "extend",
            json!({"due_at": "2099-01-01T00:00:00Z"}),
            "reason",
        ),
        (
            "extend",
            json!({"due_at": "tomorrow", "reason": "x"}),
            "due_at",
        ),
        ("park", json!({"reason": "x"}), "until"),
        ("fly", json!({}), "action"),
    ] {
        let (status, said) = ledger.refused(Some(officer), &id, action, more).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
        );
    }
    let (status, _) = ledger
        .refused(Some(officer), "none", "file", json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    for (body, code, field) in [
        (json!({}), 422, "category"),
        (json!({"category": "other"}), 422, "geometry"),
        (
            json!({"category": "dragons", "building": "b1"}),
            422,
            "category",
        ),
        (
            json!({"category": "other", "building": "b9"}),
            422,
            "building",
        ),
        (
            json!({"category": "other", "geometry": {"type": "Point", "coordinates": [1, 99]}}),
            422,
            "geometry",
        ),
        (
            json!({"category": "other", "building": "b1", "photos": ["none"]}),
            422,
            "photos",
        ),
        (
            json!({"category": "other", "building": "b1", "source": "ufo"}),
            422,
            "source",
        ),
        (
            json!({"category": "other", "building": "b1", "note": "x".repeat(5000)}),
            422,
            "note",
        ),
    ] {
        let answer = ledger
            .post("/api/warnings", Some(worker), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status.as_u16(), &said["errors"][0]["field"]),
            (code, &json!(field)),
            "{body}"
        );
    }
    let body = json!({"category": "other", "building": "b1", "source": "sensor"});
    let answer = ledger
        .post("/api/warnings", None, &body)
        .send()
        .await
        .unwrap();
    assert_eq!(problem(answer).await.0, StatusCode::UNAUTHORIZED);
    for body in [json!([]), json!(null), json!("x")] {
        let answer = ledger
            .post("/api/warnings", None, &body)
            .send()
            .await
            .unwrap();
        assert_eq!(problem(answer).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_resend_is_one_report_and_one_step() {
    let ledger = Ledger::start().await;
    let body = json!({"category": "other", "building": "b1", "key": "4e0f3cf6-9f0e-4d0e-a5d4-2b2f2a3d9c11"});
    let first = ledger
        .post("/api/warnings", None, &body)
        .send()
        .await
        .unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    assert!(
        first.headers()["location"]
            .to_str()
            .unwrap()
            .contains("/api/warnings/")
    );
    let first: Value = first.json().await.unwrap();
    let again = ledger
        .post("/api/warnings", None, &body)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    let again: Value = again.json().await.unwrap();
    assert_eq!(
        (&again["id"], &again["receipt"]),
        (&first["id"], &first["receipt"])
    );

    let id = first["id"].as_str().unwrap();
    let wish = json!({"key": "file-1"});
    let filed = ledger.act(&ledger.officer, id, "file", wish.clone()).await;
    let repeated = ledger.act(&ledger.officer, id, "file", wish).await;
    assert_eq!(filed["properties"]["steps"], 2);
    assert_eq!(repeated["properties"]["steps"], 2);
}

#[tokio::test]
async fn of_two_officers_at_once_one_wins_and_the_other_is_told() {
    let ledger = Ledger::start().await;
    let id = ledger.case().await;
    let read = ledger
        .get(Some(&ledger.officer), &format!("/api/warnings/{id}"))
        .await;
    let etag = read.headers()["etag"].to_str().unwrap().to_owned();
    let path = format!("/api/warnings/{id}/actions");
    let send = |action: &'static str| {
        ledger
            .post(
                &path,
                Some(&ledger.officer),
                &json!({"action": action, "reason": "x"}),
            )
            .header("if-match", &etag)
            .send()
    };
    let (a, b) = tokio::join!(send("file"), send("reject"));
    let (a, b) = (a.unwrap(), b.unwrap());
    let (won, lost) = if a.status() == StatusCode::OK {
        (a, b)
    } else {
        (b, a)
    };
    let new_tag = won.headers()["etag"].to_str().unwrap().to_owned();
    let won: Value = won.json().await.unwrap();
    let (status, said) = problem(lost).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{said}");
    assert_eq!(said["case_status"], won["properties"]["status"]);
    // On the way the tag says how it was compressed.
    assert_eq!(said["etag"], new_tag.replace("-br\"", "\"").as_str());
    assert!(said["allowed"].is_array());
    // Without a tag the table decides.
    let free = ledger.case().await;
    let (a, b) = tokio::join!(
        ledger.try_act(Some(&ledger.officer), &free, "file", json!({})),
        ledger.try_act(
            Some(&ledger.officer),
            &free,
            "reject",
            json!({"reason": "x"})
        ),
    );
    let mut codes = [a.status().as_u16(), b.status().as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
}

#[tokio::test]
async fn the_public_never_sees_what_is_protected() {
    let ledger = Ledger::start().await;
    let photo = ledger.photo(3).await;
    let secret = "秘密的话";
    let reported = ledger
        .report(None, json!({"note": secret, "photos": [photo], "contact": "13800000000", "key": "k".repeat(40)}))
        .await;
    let id = reported["id"].as_str().unwrap();
    let receipt = reported["receipt"].as_str().unwrap();
    ledger
        .act(&ledger.officer, id, "file", json!({"note": secret}))
        .await;
    ledger
        .act(&ledger.officer, id, "dispatch", json!({"unit": "u1"}))
        .await;
    let hidden = [
        secret,
        "指挥员",
        "13800000000",
        &photo,
        receipt,
        "receipt_sha256",
        "\"ledger\"",
        "\"keys\"",
    ];
    for path in [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}?f=cap"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings".to_owned(),
        "/api/warnings?f=csv".to_owned(),
        "/api/warnings?f=html".to_owned(),
        "/api/warnings?as_of=2099-01-01T00:00:00Z".to_owned(),
        format!("/api/collections/warnings/items/{id}"),
        "/api/collections/warnings/items".to_owned(),
        "/api/grids/status".to_owned(),
    ] {
        let text = ledger.get(None, &path).await.text().await.unwrap();
        for word in hidden {
            assert!(!text.contains(word), "{path} tells {word}: {text}");
        }
    }
    let now = jiff_now();
    let text = ledger
        .get(None, &format!("/api/warnings?as_of={now}"))
        .await
        .text()
        .await
        .unwrap();
    assert!(text.contains(id) && !text.contains(secret), "{text}");
    let answer = ledger.try_act(None, id, "file", json!({})).await;
    let text = answer.text().await.unwrap();
    assert!(!text.contains(secret) && !text.contains("指挥员"), "{text}");
    for path in [
        "/api/warnings?note=x",
        "/api/warnings?sortby=note",
        "/api/warnings?hotline_number=1",
    ] {
        assert_eq!(
            problem(ledger.get(None, path).await).await.0,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    // An officer may know who to call; nobody below may.
    let path = format!("/api/warnings/{id}/contact");
    assert!(!ledger.get(None, &path).await.status().is_success());
    assert!(
        !ledger
            .get(Some(&ledger.worker), &path)
            .await
            .status()
            .is_success()
    );
}

fn jiff_now() -> String {
    jiff::Timestamp::now().to_string()
}

#[tokio::test]
async fn spam_is_held_and_floods_are_slowed() {
    let ledger = Ledger::start().await;
    let held = ledger
        .report(
            None,
            json!({"note": "see https://example.com", "category": "other"}),
        )
        .await;
    assert_eq!(held["properties"]["held"], true);
    let trapped = ledger
        .report(None, json!({"website": "x", "category": "other"}))
        .await;
    assert_eq!(trapped["properties"]["held"], true);
    let status = ledger.json(None, "/api/grids/status").await;
    assert_eq!(status["open"], json!({"red": 0, "yellow": 0, "green": 0}));
    // A family behind one address is heard; a program is asked to wait.
    let mut slowed = None;
    for i in 0..40 {
        let lon = LON - 0.009 + f64::from(i) * 0.0004;
        let body = json!({"category": "other", "geometry": {"type": "Point", "coordinates": [lon, LAT - 0.005]}});
        let answer = ledger
            .post("/api/warnings", None, &body)
            .send()
            .await
            .unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some((i, answer));
            break;
        }
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    let (heard, answer) = slowed.unwrap();
    assert!(heard >= 3, "{heard}");
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait > 0);
    problem(answer).await;
    // Who has an account is not slowed.
    ledger.case().await;
}

#[tokio::test]
async fn a_case_goes_out_as_a_cap_message() {
    let ledger = Ledger::start().await;
    let id = ledger.case().await;
    let get = async |id: &str| {
        let answer = ledger.get(None, &format!("/api/warnings/{id}?f=cap")).await;
        assert_eq!(answer.headers()["content-type"], "application/cap+xml");
        answer.text().await.unwrap()
    };
    let first = get(&id).await;
    assert!(
        first.contains("<msgType>Alert</msgType>") && !first.contains("<references>"),
        "{first}"
    );
    assert!(first.contains(&format!("<identifier>{id}.1</identifier>")));
    assert!(
        first.contains("<language>zh-CN</language>")
            && first.contains("<language>en-US</language>")
    );
    assert!(first.contains("<circle>39.22"), "{first}");
    ledger.act(&ledger.officer, &id, "file", json!({})).await;
    let second = get(&id).await;
    assert!(second.contains("<msgType>Update</msgType>"), "{second}");
    assert!(second.contains(&format!(",{id}.1,")), "{second}");
    let rejected = ledger.at("rejected").await;
    assert!(get(&rejected).await.contains("<msgType>Cancel</msgType>"));
    let drill = ledger
        .report(Some(&ledger.worker), json!({"exercise": true}))
        .await;
    assert!(
        get(drill["id"].as_str().unwrap())
            .await
            .contains("<status>Exercise</status>")
    );
}

#[tokio::test]
async fn a_sheet_that_goes_out_comes_in_again_and_changes_nothing() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    for status in ["reported", "dispatched", "closed", "parked"] {
        ledger.at(status).await;
    }
    ledger
        .report(
            Some(&ledger.worker),
            json!({"note": "=1+1", "hotline_number": "T-7"}),
        )
        .await;
    let import = async |path: &str, bytes: Vec<u8>| {
        let request = ledger
            .server
            .request(Method::POST, path)
            .bearer_auth(officer);
        let answer = request.body(bytes).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    for (f, lang) in [("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("xlsx", "en")] {
        let path = format!("/api/warnings?f={f}&lang={lang}");
        let sheet = ledger
            .get(Some(officer), &path)
            .await
            .bytes()
            .await
            .unwrap();
        if f == "csv" {
            let text = String::from_utf8(sheet.to_vec()).unwrap();
            assert!(text.contains("'=1+1"), "{text}");
        }
        let said = import(&format!("/api/warnings/import?f={f}"), sheet.to_vec()).await;
        assert_eq!(said["problems"], json!([]), "{f} {lang}");
        assert_eq!(
            (&said["rows"], &said["unchanged"]),
            (&json!(5), &json!(5)),
            "{f} {lang}: {said}"
        );
    }

    // A ledger that was kept in Excel, with an address in words.
    let old = "案件编号,问题类别,地点,承办单位,上报时间,立案时间,处置时间,结案时间,状态,备注2\n\
               A-1,楼道堆物,温泉花园b1号楼2单元,单位u1,2026/03/02 09:00,2026/03/02 10:00,2026/03/03 10:00,2026/03/04 09:00,已结案,x\n\
               A-2,楼道堆物,温泉花园b1号楼,单位u1,2026/03/05 09:00,2026/03/05 10:00,,,已派遣,\n";
    let dry = import("/api/warnings/import?dry_run=true", old.into()).await;
    assert_eq!(
        (&dry["created"], &dry["problems"], &dry["ignored"]),
        (&json!(2), &json!([]), &json!(["备注2"]))
    );
    assert_eq!(dry["preview"][0]["grid"], "g1");
    assert_eq!(
        ledger.get(None, "/api/warnings/A-1").await.status(),
        StatusCode::NOT_FOUND
    );
    let done = import("/api/warnings/import", old.into()).await;
    assert_eq!(done["created"], 2);
    let closed = ledger.json(Some(officer), "/api/warnings/A-1").await;
    assert_eq!(closed["properties"]["closed_at"], "2026-03-04T01:00:00Z");
    let history = ledger
        .json(Some(officer), "/api/warnings/A-1/history")
        .await;
    assert_eq!(history["steps"][0]["at"], "2026-03-02T01:00:00Z");
    // The past is as the sheet tells it.
    let then = ledger
        .json(
            None,
            "/api/warnings?as_of=2026-03-03T00:00:00Z&status=handling",
        )
        .await;
    assert_eq!(then["numberMatched"], 1, "{then}");
    let again = import("/api/warnings/import", old.into()).await;
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&json!(0), &json!(2))
    );
    // The case goes on, and so does its row.
    let on = old.replace("已派遣,", "处置中,");
    let on = import("/api/warnings/import", on.into()).await;
    assert_eq!(
        (&on["updated"], &on["unchanged"]),
        (&json!(1), &json!(1)),
        "{on}"
    );
    let wrong = import(
        "/api/warnings/import",
        "类别,地点,上报时间\n楼道堆物,温泉花园b1号楼,2026-03-02\n楼道堆物,月球,2026-03-02\n".into(),
    )
    .await;
    assert_eq!(wrong["problems"][0]["row"], 3);
    let total = ledger.json(None, "/api/warnings?limit=1").await["numberMatched"].clone();
    assert_eq!(total, 7);
    let worker = ledger
        .server
        .request(Method::POST, "/api/warnings/import")
        .bearer_auth(&ledger.worker);
    assert_eq!(
        problem(worker.body("x").send().await.unwrap()).await.0,
        StatusCode::FORBIDDEN
    );
}

/// Now, and a little patience: steps are kept to the millisecond, so what comes next is surely after it.
async fn a_moment() -> String {
    let now = jiff_now();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    now
}

#[tokio::test]
async fn the_map_as_it_was_is_what_it_was() {
    let ledger = Ledger::start().await;
    let before = a_moment().await;
    let id = ledger.case().await;
    let reported = a_moment().await;
    ledger.act(&ledger.officer, &id, "file", json!({})).await;
    let filed = a_moment().await;
    ledger
        .act(&ledger.officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    for (at, status) in [
        (&reported, "reported"),
        (&filed, "filed"),
        (&jiff_now(), "dispatched"),
    ] {
        let then = ledger
            .json(None, &format!("/api/warnings?as_of={at}"))
            .await;
        assert_eq!(
            then["features"][0]["properties"]["status"], status,
            "{then}"
        );
        assert_eq!(then["numberMatched"], 1);
        let grids = ledger
            .json(None, &format!("/api/grids/status?as_of={at}"))
            .await;
        assert_eq!(grids["open"]["yellow"], 1, "{grids}");
    }
    let then = ledger
        .json(None, &format!("/api/warnings?as_of={before}"))
        .await;
    assert_eq!(then["features"], json!([]));
    for path in [
        "/api/warnings?as_of=yesterday",
        "/api/grids/status?as_of=2999-01-01T00:00:00Z",
    ] {
        let (status, said) = problem(ledger.get(None, path).await).await;
        assert_eq!(
            (status, &said["parameter"]),
            (StatusCode::BAD_REQUEST, &json!("as_of"))
        );
    }
}

#[tokio::test]
async fn a_sensor_that_flaps_makes_one_case() {
    let rules = hasty_rules();
    let ledger = Ledger::with(&["--config", rules.path().to_str().unwrap()]).await;
    let observe = async |value: f64| {
        let body = json!({"place": "b1", "category": "corridor_clutter", "value": value});
        let answer = ledger
            .post("/api/observations", Some(&ledger.worker), &body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::ACCEPTED, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    // In by 0.5 for a second, out below 0.3 for an hour: over and under the one, again and again.
    for n in 0..60 {
        let said = observe(if n % 2 == 0 { 0.6 } else { 0.45 }).await;
        assert_ne!(said["state"], "firing", "{said}");
    }
    let mut said = observe(0.7).await;
    while said["state"] != "firing" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        said = observe(0.7).await;
    }
    let case = said["warning"].as_str().unwrap().to_owned();
    // Around both thresholds it goes on firing, and nobody is told twice.
    for n in 0..60 {
        let said = observe(if n % 2 == 0 { 0.1 } else { 0.7 }).await;
        assert_eq!(said["warning"], json!(case), "{said}");
    }
    let cases = ledger
        .json(Some(&ledger.officer), "/api/warnings?source=sensor")
        .await;
    assert_eq!(cases["numberMatched"], 1);
    let history = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{case}/history"),
        )
        .await;
    let told = history["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s.get("notice").is_some() && s["level"] != "red")
        .count();
    assert_eq!(told, 1, "{history}");
    let list = ledger.json(Some(&ledger.worker), "/api/conditions").await;
    assert_eq!(list["conditions"][0]["place"], "b1");
}

#[tokio::test]
async fn an_observation_that_cannot_be_is_refused_by_its_field() {
    let ledger = Ledger::start().await;
    let clutter = |place: &str, more: Value| {
        let mut body = json!({"place": place, "category": "corridor_clutter", "value": 1});
        merge(&mut body, more);
        body
    };
    for (body, field) in [
        (clutter("nowhere", json!({})), "place"),
        (clutter("b1", json!({"category": "other"})), "category"),
        (clutter("b1", json!({"value": "much"})), "value"),
        (clutter("b1", json!({"at": "2999-01-01T00:00:00Z"})), "at"),
    ] {
        let answer = ledger
            .post("/api/observations", Some(&ledger.worker), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{body}"
        );
    }
    let answer = ledger
        .post("/api/observations", None, &clutter("b1", json!({})))
        .send()
        .await
        .unwrap();
    assert_eq!(problem(answer).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_silence_has_an_author_a_reason_and_an_end() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    let body = json!({"match": {"grid": "g1"}, "reason": "施工", "until": "2099-01-01T00:00:00Z"});
    let answer = ledger
        .post("/api/silences", Some(officer), &body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let silence: Value = answer.json().await.unwrap();
    assert_eq!(
        (&silence["account"], &silence["active"]),
        (&json!("指挥员"), &json!(true))
    );
    let id = ledger.case().await;
    let history = ledger
        .json(Some(officer), &format!("/api/warnings/{id}/history"))
        .await;
    assert_eq!(
        history["steps"][0]["notice"],
        json!({"silenced_by": silence["id"]})
    );
    let list = ledger.json(Some(officer), "/api/silences").await;
    assert_eq!(list["silences"].as_array().unwrap().len(), 1);
    for (body, field) in [
        (
            json!({"reason": "x", "until": "2099-01-01T00:00:00Z"}),
            "match",
        ),
        (
            json!({"match": {"planet": "x"}, "reason": "x", "until": "2099-01-01T00:00:00Z"}),
            "match",
        ),
        (
            json!({"match": {"grid": "g1"}, "until": "2099-01-01T00:00:00Z"}),
            "reason",
        ),
        (
            json!({"match": {"grid": "g1"}, "reason": "x", "until": "2001-01-01T00:00:00Z"}),
            "until",
        ),
    ] {
        let answer = ledger
            .post("/api/silences", Some(officer), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
        );
    }
    let path = format!("/api/silences/{}", silence["id"].as_str().unwrap());
    let end = async |token: &str| {
        let request = ledger
            .server
            .request(Method::DELETE, &path)
            .bearer_auth(token);
        request.send().await.unwrap().status()
    };
    assert_eq!(end(&ledger.worker).await, StatusCode::FORBIDDEN);
    assert_eq!(end(officer).await, StatusCode::NO_CONTENT);
    assert_eq!(end(officer).await, StatusCode::NOT_FOUND);
}

/// A folder of configuration in which corridor clutter turns red two seconds after its report, and is
/// believed of a sensor after one.
fn hasty_rules() -> TempDir {
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
    let usual = "age = [{ after = \"7d\", level = \"red\" }]";
    assert!(rules.contains(usual));
    let rules = rules
        .replace(usual, "age = [{ after = \"2s\", level = \"red\" }]")
        .replace(
            "for = \"30m\"\nkeep = \"1h\"",
            "for = \"1s\"\nkeep = \"1h\"",
        );
    assert!(rules.contains("for = \"1s\""));
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    folder
}

#[tokio::test]
async fn a_rule_falls_due_with_nobody_writing_and_nobody_serving() {
    let rules = hasty_rules();
    let config = ["--config", rules.path().to_str().unwrap()];
    let mut ledger = Ledger::with(&config).await;
    let id = ledger.case().await;
    let path = format!("/api/warnings/{id}");
    let red = async |ledger: &Ledger, path: &str| {
        loop {
            let case = ledger.json(None, path).await;
            if case["properties"]["level"] == "red" {
                return case;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let moment = |case: &Value, name: &str| -> jiff::Timestamp {
        case["properties"][name].as_str().unwrap().parse().unwrap()
    };
    let two = jiff::SignedDuration::from_secs(2);
    let case = red(&ledger, &path).await;
    assert_eq!(moment(&case, "since"), moment(&case, "reported_at") + two);
    let history = ledger.json(None, &format!("{path}/history")).await;
    let last = history["steps"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["level"]),
        (&json!("level"), &json!("red"))
    );
    let before = moment(&case, "since") - jiff::SignedDuration::from_millis(1);
    let then = ledger
        .json(None, &format!("/api/grids/status?as_of={before}"))
        .await;
    assert_eq!(then["open"], json!({"red": 0, "yellow": 1, "green": 0}));

    // The server is down while it falls due, and catches up with the right moment.
    let id = ledger.case().await;
    ledger.server.kill();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    ledger.server = Server::on(&ledger.server.database.clone(), &config).await;
    let case = red(&ledger, &format!("/api/warnings/{id}")).await;
    assert_eq!(moment(&case, "since"), moment(&case, "reported_at") + two);
}
