//! Tests of PostGIS alone: plain SQL can write like any client, transactions are numbered in the order in which
//! they become visible, and an invalid row does not stop the others.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use geo_types::point;
use jiff::Timestamp;
use onemap::model::{Author, Body, Change, Edit, Expect, Properties, Record, Role};
use onemap::store::{Position, Quarantined, Store, StoreError};
use rand::RngExt;
use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

use crate::store_suite::{State, delete, edit, id, name, put, state};
use crate::support::postgres;

struct Map {
    store: Store,
    url: String,
    sql: PgConnection,
}

/// A map with schemas, and a plain SQL connection to its database, like that of psql.
async fn map() -> Option<Map> {
    let url = postgres::database()?;
    let store = Store::open(&url).await.unwrap();
    let buildings = r#"{"x-onemap-geometry":["Polygon","Point"],"type":"object","properties":{
        "name":{"type":"string"},"levels":{"type":"integer","minimum":0},
        "height_m":{"type":"number"},"elevator":{"type":"boolean"},
        "tags":{"type":"array","items":{"type":"string"}},"door":{"type":"object"}}}"#;
    let warnings = r#"{"x-onemap-read-only":"预警只能通过台账 /api/warnings 变更。",
        "properties":{"status":{"type":"string"},"note":{"type":"string"}}}"#;
    let schemas = vec![schema("buildings", buildings), schema("warnings", warnings)];
    store.commit(edit(schemas)).await.unwrap();
    let sql = PgConnection::connect(&url).await.unwrap();
    Some(Map { store, url, sql })
}

fn schema(collection: &str, document: &str) -> Change {
    Change {
        collection: name("$schemas"),
        id: id(collection),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(document).unwrap(),
        }),
    }
}

async fn run(sql: &mut PgConnection, text: &str) {
    if let Err(e) = sql.execute(sqlx::raw_sql(AssertSqlSafe(text))).await {
        panic!("{text}: {e}");
    }
}

async fn refused(sql: &mut PgConnection, text: &str) -> String {
    sql.execute(sqlx::raw_sql(AssertSqlSafe(text)))
        .await
        .map(|_| panic!("{text} was accepted"))
        .unwrap_err()
        .to_string()
}

/// The ids and properties of the buildings on the map.
async fn buildings(store: &Store) -> BTreeMap<String, String> {
    of_buildings(&state(store).await)
}

fn of_buildings(state: &State) -> BTreeMap<String, String> {
    state
        .iter()
        .filter(|((c, _), _)| c == "buildings")
        .map(|((_, id), (_, _, text))| (id.clone(), text.clone()))
        .collect()
}

fn texts(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter()
        .map(|(a, b)| (a.to_string(), b.to_string()))
        .collect()
}

/// A node that follows the log, as the module `live` does.
struct Follower {
    store: Store,
    seq: u64,
    map: State,
}

impl Follower {
    async fn start(store: &Store) -> Self {
        let mut follower = Self {
            store: store.clone(),
            seq: 0,
            map: State::new(),
        };
        follower.catch_up().await;
        follower
    }

    async fn catch_up(&mut self) {
        for header in self.store.commits_after(self.seq, 10_000).await.unwrap() {
            assert!(header.seq > self.seq);
            self.seq = header.seq;
            let map = &mut self.map;
            self.store
                .records_of(&header, |r| {
                    assert_eq!((r.seq, r.updated_at), (header.seq, header.at));
                    let key = (r.collection.to_string(), r.id.to_string());
                    match r.body {
                        None => {
                            map.remove(&key);
                        }
                        Some(body) => {
                            let place = body
                                .geometry
                                .map(|g| onemap::codec::wkb::encode(&g).unwrap())
                                .unwrap_or_default();
                            let text = body.properties.as_str().to_owned();
                            map.insert(key, (r.seq, place, text));
                        }
                    }
                })
                .await
                .unwrap();
        }
    }
}

/// What the follower has must equal what a restart loads, on this node and on a new one.
async fn holds_after_a_restart(follower: &mut Follower, url: &str) {
    follower.catch_up().await;
    assert_eq!(state(&follower.store).await, follower.map);
    let other = Store::open(url).await.unwrap();
    assert_eq!(state(&other).await, follower.map);
    let replayed = Follower::start(&other).await;
    assert_eq!(replayed.map, follower.map);
    assert_eq!(
        other.quarantined().await.unwrap(),
        follower.store.quarantined().await.unwrap()
    );
}

#[tokio::test]
async fn an_update_in_psql_makes_a_commit_with_author_and_reason() {
    let Some(mut m) = map().await else { return };
    m.store.commit(edit(vec![put("a", 6)])).await.unwrap();
    m.store.changed(Duration::from_secs(1)).await;

    let mut ear = PgListener::connect(&m.url).await.unwrap();
    ear.listen("onemap").await.unwrap();
    run(
        &mut m.sql,
        "BEGIN; SET LOCAL onemap.reason = '现场核实'; SET LOCAL onemap.role = 'steward'; \
         UPDATE map.buildings SET levels = 7, geom = ST_SetSRID(ST_MakePoint(117.2, 39.3), 4326) \
         WHERE id = 'a'; COMMIT",
    )
    .await;
    // Nodes are notified and need not poll.
    let called = tokio::time::timeout(Duration::from_secs(30), ear.recv()).await;
    assert_eq!(called.unwrap().unwrap().channel(), "onemap");
    m.store.changed(Duration::from_secs(30)).await;
    assert_eq!(m.store.head().await.unwrap().seq, 3);

    run(
        &mut m.sql,
        "SET onemap.account = '李工'; SET onemap.effective_at = '2026-01-02T03:04:05Z'; \
         INSERT INTO map.buildings (id, geom, name) VALUES ('b', ST_MakePoint(117.3, 39.1), '3号楼')",
    )
    .await;
    let log = m.store.commits_after(2, 10).await.unwrap();
    assert_eq!(log[0].author.role, Role::Steward);
    assert_eq!(log[0].author.account.as_deref(), Some("postgres"));
    assert_eq!(log[0].reason.as_deref(), Some("现场核实"));
    assert_eq!(log[0].effective_at, log[0].at);
    assert_eq!(log[1].author.account.as_deref(), Some("李工"));
    assert_eq!(log[1].effective_at.to_string(), "2026-01-02T03:04:05Z");
    let mut moved = Vec::new();
    m.store
        .records_of(&log[0], |r| moved.push(r.body.unwrap()))
        .await
        .unwrap();
    assert_eq!(moved[0].geometry, Some(point!(x: 117.2, y: 39.3).into()));
    assert_eq!(moved[0].properties.as_str(), "{\"levels\":7}");
    let said = refused(
        &mut m.sql,
        "SET onemap.role = 'king'; DELETE FROM map.buildings WHERE id = 'b'",
    )
    .await;
    assert!(said.contains("no role"), "{said}");
    let mut follower = Follower::start(&m.store).await;
    holds_after_a_restart(&mut follower, &m.url).await;
}

#[tokio::test]
async fn a_transaction_without_effect_makes_no_commit() {
    let Some(mut m) = map().await else { return };
    m.store
        .commit(edit(vec![put("a", 6), put("b", 6)]))
        .await
        .unwrap();
    let before = state(&m.store).await;
    for nothing in [
        "UPDATE map.buildings SET levels = 6",
        "UPDATE onemap.features SET properties = '{\"levels\": 6.0}' WHERE id = 'a'",
        "UPDATE onemap.features SET batch = 1",
        "BEGIN; UPDATE map.buildings SET levels = 9; UPDATE map.buildings SET levels = 6; COMMIT",
        "BEGIN; INSERT INTO map.buildings (id) VALUES ('c'); DELETE FROM map.buildings WHERE id = 'c'; COMMIT",
        "BEGIN; SAVEPOINT s; UPDATE map.buildings SET levels = 9; ROLLBACK TO s; COMMIT",
        "BEGIN; UPDATE map.buildings SET levels = 9; ROLLBACK",
        "DELETE FROM map.buildings WHERE id = 'nobody'",
        // All rows are deleted and inserted again, as many nightly synchronisations do.
        "BEGIN; CREATE TEMP TABLE source ON COMMIT DROP AS SELECT id, geom, levels FROM map.buildings; \
         DELETE FROM map.buildings; \
         INSERT INTO map.buildings (id, geom, levels) SELECT * FROM source; COMMIT",
        "BEGIN; UPDATE onemap.features SET id = 'z' WHERE id = 'a'; \
         UPDATE onemap.features SET id = 'a' WHERE id = 'z'; COMMIT",
        "INSERT INTO onemap.features (collection, id, geometry, properties) \
         SELECT collection, id, geometry, properties FROM onemap.features WHERE id = 'a' \
         ON CONFLICT (collection, id) DO UPDATE SET properties = excluded.properties",
    ] {
        run(&mut m.sql, nothing).await;
        assert_eq!(m.store.head().await.unwrap().seq, 2, "{nothing}");
        assert_eq!(state(&m.store).await, before, "{nothing}");
    }
    // An edit of the program still has its precondition checked.
    let same = edit(vec![put("a", 7)]).expecting(name("buildings"), id("a"), Expect::Seq(2));
    assert_eq!(m.store.commit(same).await.unwrap().seq, 3);
}

#[tokio::test]
async fn a_transaction_with_many_statements_makes_one_commit() {
    let Some(mut m) = map().await else { return };
    m.store
        .commit(edit(vec![put("a", 6), put("b", 6), put("c", 6)]))
        .await
        .unwrap();
    let mut follower = Follower::start(&m.store).await;
    run(
        &mut m.sql,
        "BEGIN; \
         DELETE FROM map.buildings WHERE id = 'a'; \
         INSERT INTO map.buildings (id, levels, geom) VALUES ('a', 1, 'POINT(117 39)'); \
         SAVEPOINT s; UPDATE map.buildings SET levels = 99; ROLLBACK TO s; \
         UPDATE map.buildings SET id = 'd' WHERE id = 'b'; \
         INSERT INTO map.buildings (id, geom) VALUES ('e', 'POINT(117 39)'); \
         DELETE FROM map.buildings WHERE id IN ('c', 'e'); COMMIT",
    )
    .await;
    let log = m.store.commits_after(2, 10).await.unwrap();
    assert_eq!(log.len(), 1);
    let mut changes = Vec::new();
    m.store
        .records_of(&log[0], |r| {
            changes.push((
                r.id.to_string(),
                r.body.map(|b| b.properties.as_str().to_owned()),
            ));
        })
        .await
        .unwrap();
    assert_eq!(
        changes,
        [
            ("a".into(), Some("{\"levels\":1}".into())),
            ("b".into(), None),
            ("c".into(), None),
            ("d".into(), Some("{\"levels\":6}".into())),
        ]
    );
    holds_after_a_restart(&mut follower, &m.url).await;

    // COPY, data-modifying WITH, upserts like MERGE, swapped ids, and deferred constraints made immediate.
    let mut copy = m
        .sql
        .copy_in_raw("COPY map.buildings (id, name, geom) FROM STDIN")
        .await
        .unwrap();
    copy.send("f\tx\tPOINT(117 39)\ng\ty\tPOINT(117 39)\n".as_bytes())
        .await
        .unwrap();
    copy.finish().await.unwrap();
    for (text, size) in [
        (
            "WITH gone AS (DELETE FROM onemap.features WHERE id = 'f' RETURNING *) \
             INSERT INTO onemap.features (collection, id, geometry, properties) \
             SELECT collection, 'h', geometry, properties FROM gone",
            2,
        ),
        (
            "BEGIN; UPDATE map.buildings SET id = 't' WHERE id = 'g'; \
             UPDATE map.buildings SET id = 'g' WHERE id = 'h'; \
             UPDATE map.buildings SET id = 'h' WHERE id = 't'; COMMIT",
            2,
        ),
        (
            "INSERT INTO onemap.features (collection, id, geometry, properties) \
             SELECT 'buildings', i::text, 'POINT(117 39)', '{}' FROM generate_series(1, 50) i \
             ON CONFLICT (collection, id) DO UPDATE SET properties = excluded.properties",
            50,
        ),
    ] {
        run(&mut m.sql, text).await;
        follower.catch_up().await;
        let log = m.store.commits_after(follower.seq - 1, 10).await.unwrap();
        assert_eq!(log[0].size, size, "{text}");
        holds_after_a_restart(&mut follower, &m.url).await;
    }
    run(
        &mut m.sql,
        "BEGIN; UPDATE map.buildings SET levels = 1 WHERE id = '1'; SET CONSTRAINTS ALL IMMEDIATE; \
         UPDATE map.buildings SET levels = 2 WHERE id = '2'; SET CONSTRAINTS ALL DEFERRED; \
         UPDATE map.buildings SET levels = 3 WHERE id = '3'; COMMIT",
    )
    .await;
    holds_after_a_restart(&mut follower, &m.url).await;
    let said = refused(&mut m.sql, "TRUNCATE onemap.features").await;
    assert!(said.contains("DELETE FROM"), "{said}");
}

#[tokio::test]
async fn transactions_are_numbered_in_the_order_of_their_commits() {
    let Some(mut m) = map().await else { return };
    let mut follower = Follower::start(&m.store).await;
    let mut early = PgConnection::connect(&m.url).await.unwrap();
    let mut repeatable = PgConnection::connect(&m.url).await.unwrap();
    let mut strict = PgConnection::connect(&m.url).await.unwrap();
    let insert =
        |n: &str| format!("INSERT INTO map.buildings (id, geom) VALUES ('{n}', 'POINT(117 39)')");
    run(&mut early, &format!("BEGIN; {}", insert("early"))).await;
    run(
        &mut repeatable,
        &format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; {}",
            insert("repeatable")
        ),
    )
    .await;
    run(
        &mut strict,
        &format!("BEGIN ISOLATION LEVEL SERIALIZABLE; {}", insert("strict")),
    )
    .await;
    for i in 0..3 {
        run(&mut m.sql, &insert(&format!("late {i}"))).await;
        m.store
            .commit(edit(vec![put(&format!("ours {i}"), 1)]))
            .await
            .unwrap();
        follower.catch_up().await;
    }
    // A transaction with a snapshot older than these commits must not fail.
    run(&mut repeatable, "COMMIT").await;
    run(&mut strict, "COMMIT").await;
    follower.catch_up().await;
    run(&mut early, "COMMIT").await;
    follower.catch_up().await;
    let order: BTreeMap<u64, String> = follower
        .map
        .iter()
        .filter(|((c, _), _)| c == "buildings")
        .map(|((_, id), (seq, _, _))| (*seq, id.clone()))
        .collect();
    assert_eq!(
        order.into_iter().collect::<Vec<_>>(),
        [
            (2, "late 0"),
            (3, "ours 0"),
            (4, "late 1"),
            (5, "ours 1"),
            (6, "late 2"),
            (7, "ours 2"),
            (8, "repeatable"),
            (9, "strict"),
            (10, "early"),
        ]
        .map(|(seq, id)| (seq, id.to_owned()))
    );
    // A transaction that fails at its end leaves no gap in the numbers of commits.
    run(
        &mut m.sql,
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'no'; END $$; \
         CREATE CONSTRAINT TRIGGER zzz AFTER INSERT ON onemap.features DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (NEW.id = 'fails') EXECUTE FUNCTION fail()",
    )
    .await;
    refused(
        &mut m.sql,
        "INSERT INTO onemap.features (collection, id, geometry) VALUES ('buildings', 'fails', 'POINT(1 1)')",
    )
    .await;
    run(&mut m.sql, &insert("last")).await;
    holds_after_a_restart(&mut follower, &m.url).await;
    assert_eq!(m.store.head().await.unwrap().seq, 11);
}

/// Eight connections write a few features concurrently, in all the usual ways, while one follows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_overlapping_transactions_a_follower_equals_a_restart() {
    let Some(m) = map().await else { return };
    let mut writers = Vec::new();
    for w in 0..8 {
        let url = m.url.clone();
        let store = m.store.clone();
        writers.push(tokio::spawn(async move {
            let mut sql = PgConnection::connect(&url).await.unwrap();
            for i in 0..30 {
                let (a, b, level, end, pause) = {
                    let mut r = rand::rng();
                    (
                        r.random_range(0..12),
                        r.random_range(0..12),
                        ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
                            [r.random_range(0..3)],
                        if r.random_bool(0.15) { "ROLLBACK" } else { "COMMIT" },
                        r.random_range(0..4),
                    )
                };
                if w < 2 {
                    let changes = vec![put(&a.to_string(), w * 1000 + i), delete(&b.to_string())];
                    store.commit(edit(changes)).await.unwrap();
                    continue;
                }
                // Conflicting transactions may fail. Only the successful ones count.
                let steps = [
                    format!("BEGIN ISOLATION LEVEL {level}"),
                    format!(
                        "INSERT INTO onemap.features (collection, id, geometry, properties) VALUES \
                         ('buildings', '{a}', 'POINT(117 39)', '{{\"levels\": {i}}}') \
                         ON CONFLICT (collection, id) DO UPDATE SET properties = excluded.properties"
                    ),
                    "SAVEPOINT s".into(),
                    format!("DELETE FROM map.buildings WHERE id = '{b}'"),
                    if i % 3 == 0 { "ROLLBACK TO s".into() } else { "RELEASE s".into() },
                    format!("SELECT pg_sleep(0.00{pause})"),
                    format!("UPDATE map.buildings SET name = 'by {w}' WHERE id = '{b}'"),
                    end.into(),
                ];
                for step in steps {
                    if sql.execute(sqlx::raw_sql(AssertSqlSafe(step))).await.is_err() {
                        let _ = sql.execute("ROLLBACK").await;
                        break;
                    }
                }
            }
        }));
    }
    let mut follower = Follower::start(&m.store).await;
    while writers.iter().any(|w| !w.is_finished()) {
        m.store.changed(Duration::from_millis(100)).await;
        follower.catch_up().await;
    }
    for w in writers {
        w.await.unwrap();
    }
    holds_after_a_restart(&mut follower, &m.url).await;
    assert!(follower.seq > 50);
}

#[tokio::test]
async fn an_invalid_row_is_reported_and_the_map_keeps_the_last_valid_version() {
    let Some(mut m) = map().await else { return };
    let square = "POLYGON((117 39, 117.1 39, 117.1 39.1, 117 39))";
    run(
        &mut m.sql,
        &format!("INSERT INTO map.buildings (id, name, geom) VALUES ('a', 'good', '{square}')"),
    )
    .await;
    let mut follower = Follower::start(&m.store).await;
    let good = texts(&[("a", r#"{"name":"good"}"#)]);
    assert_eq!(of_buildings(&follower.map), good);

    for (spoil, problem) in [
        ("geom = 'POINT EMPTY'", "geometry"),
        ("geom = 'POLYGON EMPTY'", "geometry"),
        ("geom = NULL", "geometry"),
        (
            "geom = 'POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))'",
            "meets itself",
        ),
        (
            "geom = 'LINESTRING(117 39, 117 40)'",
            "need Point / Polygon",
        ),
        ("geom = 'POINT(39 117)'", "swapped"),
        ("geom = 'POINT(500000 4300000)'", "metres"),
        ("geom = 'POINT(NaN 1)'", "geometry"),
        (
            "geom = 'GEOMETRYCOLLECTION(POINT(117 39))'",
            "GeometryCollection",
        ),
        (
            "geom = 'CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0))'",
            "CURVEPOLYGON; use ST_CurveToLine",
        ),
        (
            "geom = 'COMPOUNDCURVE(CIRCULARSTRING(117 39, 118 40, 119 39), (119 39, 117 39))'",
            "COMPOUNDCURVE; use ST_CurveToLine",
        ),
        (
            "geom = 'MULTICURVE((117 39, 118 40), CIRCULARSTRING(117 39, 118 40, 119 39))'",
            "MULTICURVE; use ST_CurveToLine",
        ),
        (
            "geom = 'MULTISURFACE(CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0)))'",
            "MULTISURFACE; use ST_CurveToLine",
        ),
        (
            "geom = 'GEOMETRYCOLLECTION(POINT(117 39), CIRCULARSTRING(117 39, 118 40, 119 39))'",
            "CIRCULARSTRING; use ST_CurveToLine",
        ),
        (
            "geom = ST_Force2D('TRIANGLE((117 39, 117.1 39, 117.1 39.1, 117 39))')",
            "TRIANGLE; store it as a POLYGON",
        ),
        (
            "geom = ST_Force2D('TIN(((117 39, 117.1 39, 117.1 39.1, 117 39)))')",
            "TIN; store it as a POLYGON",
        ),
        ("geom = 'MULTIPOLYGON EMPTY'", "geometry"),
        ("geom = 'MULTIPOLYGON(EMPTY)'", "geometry"),
        ("geom = 'GEOMETRYCOLLECTION EMPTY'", "geometry"),
        ("levels = -1", "properties.levels"),
        ("tags = '[1]'", "properties.tags[0]"),
        ("height_m = 'NaN'", "properties.height_m"),
        ("tags = jsonb_build_array(1e400::numeric)", "properties"),
    ] {
        run(&mut m.sql, &format!("UPDATE map.buildings SET {spoil}")).await;
        follower.catch_up().await;
        assert_eq!(of_buildings(&follower.map), good, "{spoil}");
        let named = m.store.quarantined().await.unwrap();
        assert_eq!(named.len(), 1, "{spoil}");
        assert_eq!((&*named[0].collection, &*named[0].id), ("buildings", "a"));
        assert_eq!(named[0].seq, follower.seq);
        assert!(
            named[0].problem.contains(problem),
            "{spoil}: {}",
            named[0].problem
        );
        // The view shows the invalid row, so that it can be corrected there.
        let shown: i64 = sqlx::query_scalar("SELECT count(*) FROM map.buildings")
            .fetch_one(&mut m.sql)
            .await
            .unwrap();
        assert_eq!(shown, 1);
    }
    // The next valid row still arrives. A row that never was valid does not exist on the map.
    run(
        &mut m.sql,
        "INSERT INTO map.buildings (id, name, geom) VALUES ('b', 'next', 'POINT(117 39)'); \
         INSERT INTO map.buildings (id, name) VALUES ('c', 'nowhere'); \
         INSERT INTO onemap.features (collection, id, geometry) VALUES ('bildings', 'typo', 'POINT(117 39)')",
    )
    .await;
    holds_after_a_restart(&mut follower, &m.url).await;
    let with_b = texts(&[("a", r#"{"name":"good"}"#), ("b", r#"{"name":"next"}"#)]);
    assert_eq!(of_buildings(&follower.map), with_b);
    let ids = |list: Vec<Quarantined>| list.into_iter().map(|q| q.id).collect::<Vec<_>>();
    assert_eq!(
        ids(m.store.quarantined().await.unwrap()),
        ["typo", "a", "c"]
    );

    // An edit of the valid version on the map works although there is an invalid row.
    let seq = follower.map[&("buildings".to_owned(), "a".to_owned())].0;
    let mended = edit(vec![put("a", 3)]).expecting(name("buildings"), id("a"), Expect::Seq(seq));
    m.store.commit(mended).await.unwrap();
    run(
        &mut m.sql,
        "DELETE FROM map.buildings WHERE id = 'c'; DELETE FROM onemap.features WHERE id = 'typo'",
    )
    .await;
    holds_after_a_restart(&mut follower, &m.url).await;
    assert!(m.store.quarantined().await.unwrap().is_empty());
    assert_eq!(
        of_buildings(&follower.map),
        texts(&[("a", r#"{"levels":3}"#), ("b", r#"{"name":"next"}"#)])
    );

    // A quarantined row is deleted, so it disappears from the map too.
    run(
        &mut m.sql,
        "UPDATE map.buildings SET geom = NULL WHERE id = 'b'; DELETE FROM map.buildings WHERE id = 'b'",
    )
    .await;
    holds_after_a_restart(&mut follower, &m.url).await;
    assert_eq!(
        of_buildings(&follower.map),
        texts(&[("a", r#"{"levels":3}"#)])
    );
}

#[tokio::test]
async fn a_geometry_written_by_sql_is_normalised() {
    let Some(mut m) = map().await else { return };
    // A polygon in clockwise order, as many programs write it.
    run(
        &mut m.sql,
        "INSERT INTO map.buildings (id, geom) VALUES \
         ('a', 'POLYGON((0 0, 0 1, 1 1, 1 1, 1 0, 0 0))'), \
         ('b', 'POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))')",
    )
    .await;
    let all = state(&m.store).await;
    let place = |id: &str| {
        let bytes = &all[&("buildings".to_owned(), id.to_owned())].1;
        onemap::codec::wkb::decode(bytes).unwrap()
    };
    use geo_types::{Geometry, polygon};
    assert_eq!(
        place("a"),
        Geometry::Polygon(polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.), (x: 0., y: 1.)])
    );
    assert_eq!(place("a"), place("b"));
    let said = refused(
        &mut m.sql,
        "INSERT INTO map.buildings (geom) VALUES (ST_SetSRID(ST_MakePoint(1, 1), 3857))",
    )
    .await;
    assert!(said.contains("3857") && said.contains("4326"), "{said}");
    // PostgreSQL itself refuses heights and measures; ST_Force2D removes them.
    for (shape, letter) in [("POINT Z (117 39 5)", 'Z'), ("POINT M (117 39 5)", 'M')] {
        let said = refused(
            &mut m.sql,
            &format!("INSERT INTO map.buildings (geom) VALUES ('{shape}')"),
        )
        .await;
        assert!(said.contains(&format!("has {letter} dimension")), "{said}");
        run(
            &mut m.sql,
            &format!(
                "INSERT INTO map.buildings (id, geom) VALUES ('{letter}', ST_Force2D('{shape}'))"
            ),
        )
        .await;
    }
    for bad in ["Buildings", "$x; DROP", ""] {
        let said = refused(
            &mut m.sql,
            &format!("INSERT INTO onemap.features (collection, id) VALUES ('{bad}', 'a')"),
        )
        .await;
        assert!(said.contains("collection_name"), "{said}");
    }
    refused(
        &mut m.sql,
        "INSERT INTO map.buildings (id) VALUES (E'a\\nb')",
    )
    .await;
}

#[tokio::test]
async fn a_row_is_checked_by_the_schema_in_force_and_again_when_it_changes() {
    let Some(mut m) = map().await else { return };
    run(
        &mut m.sql,
        "INSERT INTO map.buildings (id, levels, geom) VALUES ('low', 3, 'POINT(117 39)'), \
         ('minus', -3, 'POINT(117 39)')",
    )
    .await;
    let mut follower = Follower::start(&m.store).await;
    assert_eq!(
        of_buildings(&follower.map),
        texts(&[("low", r#"{"levels":3}"#)])
    );
    // A stricter schema does not affect existing features.
    let strict = r#"{"properties":{"levels":{"type":"integer","minimum":10}}}"#;
    m.store
        .commit(edit(vec![schema("buildings", strict)]))
        .await
        .unwrap();
    run(
        &mut m.sql,
        "INSERT INTO map.buildings (id, levels, geom) VALUES ('two', 2, 'POINT(117 39)')",
    )
    .await;
    holds_after_a_restart(&mut follower, &m.url).await;
    assert_eq!(
        of_buildings(&follower.map),
        texts(&[("low", r#"{"levels":3}"#)])
    );
    assert_eq!(m.store.quarantined().await.unwrap().len(), 2);
    // An invalid schema changes nothing.
    run(
        &mut m.sql,
        "UPDATE onemap.features SET properties = '{\"properties\": [1]}' \
         WHERE collection = '$schemas' AND id = 'buildings'",
    )
    .await;
    follower.catch_up().await;
    let named = m.store.quarantined().await.unwrap();
    assert_eq!(
        (&*named[0].collection, &*named[0].id),
        ("$schemas", "buildings")
    );
    // With a less strict schema, quarantined rows become valid by themselves, and the view is updated, although
    // SQL wrote the schema.
    run(
        &mut m.sql,
        "UPDATE onemap.features SET properties = '{\"properties\": {\"colour\": {\"type\": \"string\"}}}' \
         WHERE collection = '$schemas' AND id = 'buildings'",
    )
    .await;
    follower.catch_up().await;
    holds_after_a_restart(&mut follower, &m.url).await;
    assert!(m.store.quarantined().await.unwrap().is_empty());
    assert_eq!(of_buildings(&follower.map).len(), 3);
    run(
        &mut m.sql,
        "UPDATE map.buildings SET colour = '红' WHERE id = 'two'",
    )
    .await;
    assert_eq!(
        buildings(&m.store).await["two"],
        r#"{"colour":"红","levels":2}"#
    );
}

#[tokio::test]
async fn warnings_cannot_be_changed_with_sql() {
    let Some(mut m) = map().await else { return };
    let mut warning = put("w", 0);
    warning.collection = name("warnings");
    m.store.commit(edit(vec![warning])).await.unwrap();
    for text in [
        "UPDATE map.warnings SET status = 'closed'",
        "INSERT INTO map.warnings (status) VALUES ('closed')",
        "DELETE FROM map.warnings",
        "UPDATE onemap.features SET properties = '{}' WHERE collection = 'warnings'",
        "UPDATE onemap.features SET collection = 'warnings' WHERE collection = 'warnings'; \
         DELETE FROM onemap.features WHERE collection = 'warnings'",
    ] {
        let said = refused(&mut m.sql, text).await;
        assert!(said.contains("/api/warnings"), "{said}");
    }
    assert_eq!(m.store.head().await.unwrap().seq, 2);
}

#[tokio::test]
async fn a_view_has_typed_columns_and_edits_keep_unknown_properties() {
    let Some(mut m) = map().await else { return };
    let odd = r#"{"properties":{"名称":{"type":"string"},"a\"b'; DROP TABLE onemap.features; --":{},
        "$body$":{"type":["integer","null"]},"id":{"type":"string"},"geom":{},"xmin":{},
        "%s %I":{"type":"object"},"":{},"select":{"type":"boolean"},"p":{"type":"array"},
        "id_":{"type":"number"}}}"#;
    m.store
        .commit(edit(vec![schema("odd", odd)]))
        .await
        .unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT column_name::text, CASE data_type WHEN 'USER-DEFINED' THEN udt_name::text \
         ELSE data_type::text END FROM information_schema.columns \
         WHERE table_schema = 'map' AND table_name = 'odd' ORDER BY ordinal_position",
    )
    .fetch_all(&mut m.sql)
    .await
    .unwrap();
    let columns: Vec<_> = columns.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(
        columns,
        [
            ("id", "text"),
            ("geom", "geometry"),
            ("$body$", "bigint"),
            ("%s %I", "jsonb"),
            ("a\"b'; DROP TABLE onemap.features; --", "text"),
            ("geom_", "text"),
            ("id__", "text"),
            ("id_", "double precision"),
            ("p", "jsonb"),
            ("select", "boolean"),
            ("xmin_", "text"),
            ("名称", "text"),
        ]
    );
    run(
        &mut m.sql,
        r#"INSERT INTO map.odd (geom, "名称", "a""b'; DROP TABLE onemap.features; --", "$body$",
           id__, geom_, xmin_, "%s %I", "select", p, id_)
           VALUES ('POINT(117 39)', '楼', 'x', 7, 'i', 'g', 'm', '{"b": 1}', false, '[null]', 0.5)"#,
    )
    .await;
    let all = state(&m.store).await;
    let (key, row) = all.iter().find(|(k, _)| k.0 == "odd").unwrap();
    assert!(key.1.len() == 36);
    assert_eq!(
        row.2,
        r#"{"$body$":7,"%s %I":{"b":1},"a\"b'; DROP TABLE onemap.features; --":"x","geom":"g","id":"i","id_":0.5,"p":[null],"select":false,"xmin":"m","名称":"楼"}"#
    );
    let srid: i32 = sqlx::query_scalar(
        "SELECT srid FROM geometry_columns WHERE f_table_schema = 'map' AND f_table_name = 'odd'",
    )
    .fetch_one(&mut m.sql)
    .await
    .unwrap();
    assert_eq!(srid, 4326);

    // Values that a column cannot show, or that the schema does not know, survive an edit of another column.
    run(
        &mut m.sql,
        "UPDATE onemap.features SET properties = '{\"select\": \"maybe\", \"extra\": {\"k\": null}, \"名称\": \"a\"}' \
         WHERE collection = 'odd'; UPDATE map.odd SET \"名称\" = 'b'; UPDATE map.odd SET \"$body$\" = NULL",
    )
    .await;
    let text: String =
        sqlx::query_scalar("SELECT properties::text FROM onemap.features WHERE collection = 'odd'")
            .fetch_one(&mut m.sql)
            .await
            .unwrap();
    assert_eq!(
        Properties::parse(&text).unwrap().as_str(),
        r#"{"extra":{"k":null},"select":"maybe","名称":"b"}"#
    );
}

#[tokio::test]
async fn a_recorded_property_can_be_written_with_sql_but_not_read() {
    let Some(mut m) = map().await else { return };
    let text = |more: &str| {
        format!(
            r#"{{"properties":{{"name":{{"type":"string"}},"code":{{"type":"string",
            "x-onemap-role":"steward","x-onemap-recorded":true}}{more}}}}}"#
        )
    };
    let put = schema("buildings", &text(""));
    m.store.commit(edit(vec![put])).await.unwrap();
    run(
        &mut m.sql,
        "INSERT INTO map.buildings (id, geom, name, code) VALUES ('a', 'POINT(117 39)', '甲', '0000#')",
    )
    .await;
    assert_eq!(
        buildings(&m.store).await["a"],
        r##"{"code":"0000#","name":"甲"}"##
    );
    let shown: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT name, code FROM map.buildings")
            .fetch_all(&mut m.sql)
            .await
            .unwrap();
    assert_eq!(shown, [("甲".to_owned(), None)]);
    run(
        &mut m.sql,
        "UPDATE map.buildings SET name = '乙'; UPDATE map.buildings SET name = '丙' WHERE code = '0000#'",
    )
    .await;
    assert_eq!(
        buildings(&m.store).await["a"],
        r##"{"code":"0000#","name":"乙"}"##
    );
    run(&mut m.sql, "UPDATE map.buildings SET code = '1111#'").await;
    assert_eq!(
        buildings(&m.store).await["a"],
        r##"{"code":"1111#","name":"乙"}"##
    );

    // Privileges on single columns are kept when the view is created again.
    let role = format!("gis_{:08x}", rand::random::<u32>());
    run(
        &mut m.sql,
        &format!(
            "CREATE ROLE {role}; GRANT USAGE ON SCHEMA map TO {role}; \
             GRANT SELECT (id, geom, name), UPDATE (name) ON map.buildings TO {role}"
        ),
    )
    .await;
    let wider = schema("buildings", &text(r#","colour":{"type":"string"}"#));
    m.store.commit(edit(vec![wider])).await.unwrap();
    run(
        &mut m.sql,
        &format!("SET ROLE {role}; UPDATE map.buildings SET name = '丁' WHERE id = 'a'"),
    )
    .await;
    for no in [
        "SELECT colour FROM map.buildings",
        "UPDATE map.buildings SET code = '2222#' WHERE id = 'a'",
    ] {
        let said = refused(&mut m.sql, no).await;
        assert!(said.contains("permission denied"), "{said}");
    }
    run(&mut m.sql, "RESET ROLE; UPDATE map.buildings SET code = ''").await;
    assert_eq!(buildings(&m.store).await["a"], r#"{"name":"丁"}"#);
}

#[tokio::test]
async fn a_view_follows_its_schema_and_keeps_granted_rights() {
    let Some(mut m) = map().await else { return };
    let role = format!("gis_{:08x}", rand::random::<u32>());
    run(
        &mut m.sql,
        &format!(
            "CREATE ROLE {role}; GRANT USAGE ON SCHEMA map TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON map.buildings TO {role}; \
             GRANT SELECT ON map.buildings TO PUBLIC"
        ),
    )
    .await;
    let wider = r#"{"properties":{"name":{"type":"string"},"colour":{"type":"string"}}}"#;
    m.store
        .commit(edit(vec![schema("buildings", wider)]))
        .await
        .unwrap();
    // A role with privileges on the view alone can edit the map, and is recorded as the author.
    run(
        &mut m.sql,
        &format!(
            "SET ROLE {role}; INSERT INTO map.buildings (id, geom, colour) VALUES ('a', 'POINT(117 39)', '红'); \
             UPDATE map.buildings SET colour = '黄'; RESET ROLE"
        ),
    )
    .await;
    assert_eq!(buildings(&m.store).await["a"], r#"{"colour":"黄"}"#);
    let said = refused(
        &mut m.sql,
        &format!("SET ROLE {role}; UPDATE onemap.features SET id = 'x'"),
    )
    .await;
    assert!(said.contains("permission denied"), "{said}");
    run(&mut m.sql, "RESET ROLE").await;

    // A view that depends on a view of the schema `map` stays as it is, and does not prevent commits.
    run(
        &mut m.sql,
        "CREATE VIEW mine AS SELECT id, colour FROM map.buildings",
    )
    .await;
    let other = r#"{"properties":{"size":{"type":"number"}}}"#;
    let done = m
        .store
        .commit(edit(vec![schema("buildings", other)]))
        .await
        .unwrap();
    assert_eq!(done.changed, 1);
    run(
        &mut m.sql,
        "SELECT colour FROM map.buildings; DROP VIEW mine",
    )
    .await;
    Store::open(&m.url).await.unwrap();
    run(&mut m.sql, "SELECT size FROM map.buildings").await;

    let gone = Change {
        body: None,
        ..schema("buildings", "{}")
    };
    m.store.commit(edit(vec![gone])).await.unwrap();
    let said = refused(&mut m.sql, "SELECT FROM map.buildings").await;
    assert!(said.contains("does not exist"), "{said}");
    run(
        &mut m.sql,
        &format!("DROP OWNED BY {role}; DROP ROLE {role}"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_can_start_concurrently_and_a_newer_database_schema_is_refused() {
    let Some(url) = postgres::database() else {
        return;
    };
    let nodes: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url).await.unwrap().id() })
        })
        .collect();
    let mut ids = Vec::new();
    for node in nodes {
        ids.push(node.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);

    let mut sql = PgConnection::connect(&url).await.unwrap();
    run(
        &mut sql,
        "INSERT INTO onemap.migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'future', true, '', 0)",
    )
    .await;
    let error = Store::open(&url).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 999, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn the_database_owner_needs_no_other_rights_and_postgis_may_be_in_any_schema() {
    if postgres::skipped() {
        return;
    }
    let cluster = postgres::Cluster::start();
    let url = cluster.bare_database("owned");
    let mut sql = PgConnection::connect(&url).await.unwrap();
    run(
        &mut sql,
        "CREATE ROLE map LOGIN; ALTER DATABASE owned OWNER TO map",
    )
    .await;
    let owner = url.replace("postgres@", "map@");
    // The owner may not install PostGIS. The error says who may.
    let error = Store::open(&owner).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsuitable { .. }), "{error}");
    assert!(!error.is_unavailable());
    assert!(error.to_string().contains("CREATE EXTENSION postgis"));

    run(
        &mut sql,
        "CREATE SCHEMA \"Geo Data\"; CREATE EXTENSION postgis SCHEMA \"Geo Data\"; \
         GRANT USAGE ON SCHEMA \"Geo Data\" TO map",
    )
    .await;
    let store = Store::open(&owner).await.unwrap();
    let trees = r#"{"properties":{"levels":{"type":"integer"}}}"#;
    let changes = vec![schema("buildings", trees), put("a", 1)];
    store.commit(edit(changes)).await.unwrap();
    let mut staging = store.stage(Author::system(), None).await.unwrap();
    staging.put(vec![put("b", 2)]).await.unwrap();
    staging.publish().await.unwrap();
    run(&mut sql, "UPDATE map.buildings SET levels = levels + 1").await;
    let mut follower = Follower::start(&store).await;
    assert_eq!(
        of_buildings(&follower.map),
        texts(&[("a", r#"{"levels":2}"#), ("b", r#"{"levels":3}"#)])
    );
    holds_after_a_restart(&mut follower, &owner).await;
}

#[tokio::test]
async fn an_unreachable_database_is_reported_and_used_again_when_it_returns() {
    if postgres::skipped() {
        return;
    }
    let cluster = postgres::Cluster::start();
    let url = cluster.bare_database("bare");
    let store = Store::open(&url).await.unwrap();
    store.commit(edit(vec![put("a", 1)])).await.unwrap();
    store.changed(Duration::from_secs(1)).await;
    let mut staging = store.stage(Author::system(), None).await.unwrap();
    staging.put(vec![put("b", 1)]).await.unwrap();

    cluster.down();
    let begun = Instant::now();
    let error = store.commit(edit(vec![put("a", 2)])).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let error = store.head().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let error = staging.publish().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let error = Store::open(&url).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    store.changed(Duration::from_secs(1)).await;
    assert!(begun.elapsed() < Duration::from_secs(20));

    cluster.up();
    assert_eq!(store.head().await.unwrap().seq, 1);
    // The listener is connected again.
    store.changed(Duration::from_millis(10)).await;
    let other = store.clone();
    let seq = store.head().await.unwrap().seq;
    let woken = tokio::spawn(async move {
        while other.head().await.unwrap().seq == seq {
            other.changed(Duration::from_secs(5)).await;
        }
    });
    store.commit(edit(vec![put("a", 2)])).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), woken)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(buildings(&store).await, texts(&[("a", "{\"levels\":2}")]));

    let error = Store::open("postgres://map:geheim@localhost:1/m")
        .await
        .unwrap_err();
    assert!(error.is_unavailable());
    for error in [
        error,
        Store::open("postgre://map:geheim@localhost/m")
            .await
            .unwrap_err(),
        Store::open("postgres://map:geheim@[/m").await.unwrap_err(),
    ] {
        let said = format!("{error} {error:?}");
        assert!(!said.contains("geheim"), "{said}");
    }
}

#[tokio::test]
async fn an_import_whose_process_dies_leaves_the_map_unchanged() {
    let Some(mut m) = map().await else { return };
    m.store.commit(edit(vec![put("a", 1)])).await.unwrap();
    let before = state(&m.store).await;
    let many = |from: i64| {
        (from..from + 3000)
            .map(|i| put(&format!("n{i}"), i))
            .collect()
    };
    // The process is killed while staging, and while publishing.
    for wait_ms in [None, Some(0), Some(5), Some(30), Some(60)] {
        let mut staging = m.store.stage(Author::system(), None).await.unwrap();
        staging.put(many(0)).await.unwrap();
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'onemap import'";
        let outcome = match wait_ms {
            None => {
                run(&mut m.sql, kill).await;
                staging.put(many(3000)).await.map(|_| None)
            }
            Some(ms) => {
                let task = tokio::spawn(staging.publish());
                tokio::time::sleep(Duration::from_millis(ms)).await;
                run(&mut m.sql, kill).await;
                task.await.unwrap().map(Some)
            }
        };
        match outcome {
            Ok(None) => panic!("its connection was cut"),
            Err(error) => {
                assert!(error.is_unavailable(), "{error:?}");
                assert_eq!(state(&m.store).await, before);
            }
            Ok(Some(done)) => {
                // The import was faster than the kill.
                assert_eq!(done.changed, 3000);
                assert_eq!(state(&m.store).await.len(), before.len() + 3000);
                let away = (0..3000).map(|i| delete(&format!("n{i}"))).collect();
                m.store.commit(edit(away)).await.unwrap();
                assert_eq!(state(&m.store).await, before);
            }
        }
    }
}

/// Single writes succeed while an import is staged and published. A write to the same feature waits at most as
/// long as publishing takes. `ONEMAP_TEST_ROWS=200000` measures a large import.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_writes_stay_quick_during_an_import() {
    let Some(m) = map().await else { return };
    let rows: i64 = std::env::var("ONEMAP_TEST_ROWS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(4_000);
    let store = m.store.clone();
    let import = tokio::spawn(async move {
        let begun = Instant::now();
        let mut staging = store.stage(Author::system(), None).await.unwrap();
        for chunk in 0..rows / 2_000 {
            let changes = (0..2_000)
                .map(|i| {
                    let n = chunk * 2_000 + i;
                    let mut change = put(&format!("n{n}"), n);
                    if let Some(body) = &mut change.body {
                        let x = 116.0 + (n % 1_000) as f64 * 1e-3;
                        let y = 39.0 + (n / 1_000) as f64 * 1e-3;
                        body.geometry = Some(point!(x: x, y: y).into());
                    }
                    change
                })
                .collect();
            staging.put(changes).await.unwrap();
        }
        let staged = begun.elapsed();
        let done = staging.publish().await.unwrap();
        assert_eq!(done.changed, rows as u64);
        (staged, begun.elapsed())
    });
    let mut times = Vec::new();
    while !import.is_finished() {
        let begun = Instant::now();
        m.store
            .commit(edit(vec![put("single", times.len() as i64)]))
            .await
            .unwrap();
        times.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (staged, all) = import.await.unwrap();
    times.sort();
    let p99 = times[times.len() * 99 / 100 - 1 + usize::from(times.len() < 100)];
    eprintln!(
        "{rows} rows staged in {staged:?}, published after {all:?}; {} single writes meanwhile: \
         p50 {:?}, p99 {p99:?}, worst {:?}",
        times.len(),
        times[times.len() / 2],
        times[times.len() - 1],
    );
    assert!(p99 < Duration::from_millis(500), "{p99:?}");
    let begun = Instant::now();
    let mut count = 0;
    m.store.load(|_| count += 1).await.unwrap();
    eprintln!("{count} features loaded in {:?}", begun.elapsed());
    assert_eq!(count, rows + 3);
}

#[tokio::test]
async fn only_writes_of_people_have_an_account() {
    let Some(mut m) = map().await else { return };
    let officer = Author {
        role: Role::Officer,
        account: Some("值班台".into()),
    };
    m.store
        .commit(Edit::new(officer, vec![put("a", 1)]).because("it's \"so\"\0"))
        .await
        .unwrap();
    let row =
        sqlx::query("SELECT role, account, reason, checked FROM onemap.commits ORDER BY seq DESC")
            .fetch_one(&mut m.sql)
            .await
            .unwrap();
    assert_eq!(row.get::<String, _>(0), "officer");
    assert_eq!(row.get::<String, _>(1), "值班台");
    assert_eq!(row.get::<String, _>(2), "it's \"so\"");
    assert!(row.get::<bool, _>(3));
    let first: Option<String> =
        sqlx::query_scalar("SELECT account FROM onemap.commits ORDER BY seq")
            .fetch_one(&mut m.sql)
            .await
            .unwrap();
    assert_eq!(first, None);
}

#[tokio::test]
async fn past_states_leave_out_rows_that_were_never_valid() {
    let Some(Map { store, mut sql, .. }) = map().await else {
        return;
    };
    let buildings = name("buildings");
    store.commit(edit(vec![put("a", 6)])).await.unwrap();
    let good = Timestamp::now();
    run(
        &mut sql,
        "UPDATE map.buildings SET levels = -3 WHERE id = 'a'",
    )
    .await;
    // The results are the same before the store has checked the invalid row and afterwards.
    for _ in 0..2 {
        let now = Timestamp::now();
        for moment in [good, now] {
            let then = store.versions_at(&buildings, &[id("a")], moment).await;
            let then = then.unwrap();
            let text = then[0].body.as_ref().unwrap().properties.as_str();
            assert_eq!((then[0].seq, text), (2, r#"{"levels":6}"#));
        }
        let versions = store.versions_of(&buildings, &id("a")).await.unwrap();
        assert_eq!(versions.len(), 1);
        let from = Position::before(1);
        let (page, _) = store.versions_from(&buildings, &from, 9).await.unwrap();
        assert_eq!(page.len(), 1);
        let mut seqs = Vec::new();
        let keep = |r: Record| seqs.push(r.seq);
        store.records_between(2, 3, keep).await.unwrap();
        assert_eq!(seqs, [2]);
        store.commits_after(0, 10).await.unwrap();
    }
    run(
        &mut sql,
        "UPDATE map.buildings SET levels = 9 WHERE id = 'a'",
    )
    .await;
    let then = store.collection_at(&buildings, Timestamp::now()).await;
    assert_eq!(then.unwrap()[0].seq, 4);
}

#[tokio::test]
async fn a_reader_of_the_log_passes_a_page_of_invalid_rows() {
    let Some(Map { store, mut sql, .. }) = map().await else {
        return;
    };
    run(
        &mut sql,
        "INSERT INTO map.buildings (id, levels, geom) VALUES ('a', -1, 'POINT(117 39)'), \
         ('b', -1, 'POINT(117 39)'), ('c', -1, 'POINT(117 39)'), ('d', 1, 'POINT(117 39)')",
    )
    .await;
    // Nobody has checked the rows yet, so the query returns them.
    let (mut from, mut seen) = (Position::before(1), Vec::new());
    for _ in 0..3 {
        let (page, next) = store
            .versions_from(&name("buildings"), &from, 2)
            .await
            .unwrap();
        assert!(next > from, "{next:?}");
        seen.extend(page.into_iter().map(|(_, record)| record.id.to_string()));
        from = next;
        if !seen.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["d"]);
}

#[tokio::test]
async fn a_pooler_without_sessions_is_refused_and_one_with_sessions_works() {
    if postgres::skipped() {
        return;
    }
    let cluster = postgres::Cluster::start();
    let database = cluster.database();
    let open = async |settings: &str| Store::open(&cluster.pooler(&database, settings)).await;
    let ignored = "ignore_startup_parameters = extra_float_digits";
    for mode in ["transaction", "statement"] {
        let refused = open(&format!("pool_mode = {mode}\n{ignored}")).await;
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("PgBouncer"), "{said}");
        assert!(said.contains("pool_mode = session"), "{said}");
    }
    let refused = open("pool_mode = session").await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("PgBouncer refuses the connection"), "{said}");
    assert!(said.contains("ignore_startup_parameters"), "{said}");

    let store = open(&format!("pool_mode = session\n{ignored}"))
        .await
        .unwrap();
    let document = r#"{"x-onemap-geometry":["Point"],"properties":{}}"#;
    let committed = store
        .commit(edit(vec![schema("buildings", document)]))
        .await;
    assert_eq!(committed.unwrap().seq, 1);
}
