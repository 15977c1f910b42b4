//! Tests of backups from and into both stores. A restore is complete or changes nothing, and never happens
//! under a running server.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use onemap::model::Role;
use onemap::store::backup::{backup, restore};
use onemap::store::{NewToken, Photo, PhotoSize, Store, StoreError};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::store_suite::{Fixture, delete, edit, fixtures, id, name, put, state};
use crate::support::feed::Feed;
use crate::support::server::{Server, begin, onemap, sqlite_in};
use crate::support::{building, postgres};

fn quiet(_: onemap::model::Localized, _: Option<f64>) {}

/// The addresses of empty databases, one of each kind.
fn empty(folder: &Path) -> Vec<String> {
    let mut urls = vec![sqlite_in(folder)];
    urls.extend(postgres::database());
    urls
}

/// Fills a map with features that were created, changed, deleted and created again, by commits and by an import.
async fn with_a_past(store: &Store) -> String {
    store
        .commit(edit(vec![put("a", 1), put("b", 1), put("gone", 1)]))
        .await
        .unwrap();
    store
        .commit(edit(vec![put("a", 2), delete("gone")]).because("第二次"))
        .await
        .unwrap();
    let author = onemap::model::Author::system();
    let mut staging = store.stage(author, None).await.unwrap();
    staging.put(vec![put("c", 1), put("a", 3)]).await.unwrap();
    staging.publish().await.unwrap();
    store.commit(edit(vec![put("gone", 9)])).await.unwrap();
    let photo = Photo {
        id: "p1".into(),
        width: 2,
        height: 1,
        jpeg: vec![0xff, 0, 1],
        thumb: vec![0xff, 2],
    };
    store
        .put_photo(&photo, &Default::default(), Timestamp::now())
        .await
        .unwrap();
    let (_, secret) = store
        .create_token(NewToken::new("值班台", Role::Officer))
        .await
        .unwrap();
    secret.reveal().to_owned()
}

async fn past(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for feature in ["a", "b", "c", "gone"] {
        let versions = store.versions_of(&name("buildings"), &id(feature)).await;
        all.extend(versions.unwrap().iter().map(|v| format!("{v:?}")));
    }
    all
}

#[tokio::test]
async fn a_backup_of_either_store_can_be_restored_into_either() {
    for Fixture { store, url, .. } in &fixtures().await {
        let secret = with_a_past(store).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        let manifest = backup(store, &file, &quiet).await.unwrap();
        assert_eq!((manifest.seq, manifest.from.as_str()), (4, store.kind()));
        assert_eq!(manifest.rows["changes"], 8);
        assert_eq!(manifest.features, Some(state(store).await.len() as u64));
        assert_eq!(manifest.made_by, env!("CARGO_PKG_VERSION"));
        assert_eq!(manifest.database, store.id().to_string());
        for target in empty(folder.path()) {
            let said = restore(&target, &file, false, &quiet).await.unwrap();
            assert_eq!(said, manifest);
            let restored = Store::open(&target).await.unwrap();
            assert_eq!(state(&restored).await, state(store).await, "{url} {target}");
            assert_eq!(past(&restored).await, past(store).await, "{url} {target}");
            assert_ne!(restored.id(), store.id());
            let who = restored.token_principal(&secret).await.unwrap().unwrap();
            assert_eq!(who.account, "值班台");
            let photo = restored
                .photo("p1", PhotoSize::Full)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(photo.jpeg, [0xff, 0, 1]);
            // New commits get higher numbers than any that were published before.
            let head = restored.head().await.unwrap().seq;
            assert!(head > 1_000_000);
            let next = restored
                .commit(edit(vec![put("a", 4), put("new", 1)]))
                .await;
            assert_eq!(next.unwrap().seq, head + 1);
            let versions = restored.versions_of(&name("buildings"), &id("a")).await;
            assert_eq!(versions.unwrap().len(), 4);
            restored.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_backup_counts_imported_features_that_are_not_compacted_yet() {
    for Fixture { store, url, .. } in &fixtures().await {
        let before = ["stays", "changed", "removed", "put_again"].map(|id| put(id, 1));
        store.commit(edit(before.to_vec())).await.unwrap();
        let author = onemap::model::Author::system();
        for changes in [
            vec![
                put("changed", 2),
                delete("removed"),
                put("new", 1),
                put("short", 1),
            ],
            vec![
                put("changed", 3),
                put("removed", 2),
                delete("short"),
                put("gone", 1),
                put("second", 1),
            ],
        ] {
            let mut staging = store.stage(author.clone(), None).await.unwrap();
            staging.put(changes).await.unwrap();
            staging.publish().await.unwrap();
        }
        // Commits after the imports that are not compacted yet.
        let later = vec![delete("gone"), put("put_again", 2), put("later", 1)];
        store.commit(edit(later)).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        let manifest = backup(store, &file, &quiet).await.unwrap();
        let there = state(store).await.len() as u64;
        assert_eq!((there, manifest.features), (7, Some(7)), "{url}");
        if store.kind() == "sqlite" {
            assert_ne!(manifest.rows["features"], there, "everything is compacted");
        }
        let target = sqlite_in(folder.path());
        let target = target.as_str();
        let path = file.to_str().unwrap();
        let (out, err, ok) = onemap(&["restore", path, "--database", target]);
        assert!(ok, "{err}");
        assert!(out.contains("restored: 7 features"), "{out}");
    }
}

#[tokio::test]
async fn a_restore_replaces_a_map_only_on_request_and_completely() {
    for Fixture { store, url, .. } in &fixtures().await {
        with_a_past(store).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        backup(store, &file, &quiet).await.unwrap();
        let again = backup(store, &file, &quiet).await.unwrap_err();
        assert!(again.to_string().contains("another name"), "{again}");
        store.commit(edit(vec![put("later", 1)])).await.unwrap();
        let before = state(store).await;
        store.close().await.unwrap();

        let refused = restore(url, &file, false, &quiet).await.unwrap_err();
        assert!(
            matches!(refused, StoreError::NotEmpty { seq: 5, .. }),
            "{refused}"
        );
        // Flips a bit in the middle of the file.
        let mut bytes = fs::read(&file).unwrap();
        let place = bytes
            .windows(9)
            .position(|w| w == "第二次".as_bytes())
            .unwrap();
        bytes[place] ^= 1;
        let damaged = folder.path().join("damaged");
        fs::write(&damaged, &bytes).unwrap();
        let nothing = folder.path().join("nothing");
        fs::write(&nothing, "no backup").unwrap();
        for file in [&damaged, &nothing, &folder.path().join("missing")] {
            let error = restore(url, file, true, &quiet).await.unwrap_err();
            let words = error.to_string();
            assert!(words.contains(file.to_str().unwrap()), "{words}");
        }
        let same = Store::open(url).await.unwrap();
        assert_eq!(state(&same).await, before, "{url}");
        same.close().await.unwrap();

        restore(url, &file, true, &quiet).await.unwrap();
        let restored = Store::open(url).await.unwrap();
        assert!(
            !state(&restored)
                .await
                .contains_key(&("buildings".into(), "later".into()))
        );
        assert_eq!(state(&restored).await.len(), 4);
        restored.close().await.unwrap();
    }
}

/// Data that was erased after the backup must stay erased after the restore.
#[tokio::test]
async fn erased_data_stays_erased_after_a_restore() {
    for Fixture { store, url, .. } in &fixtures().await {
        with_a_past(store).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        backup(store, &file, &quiet).await.unwrap();
        store.close().await.unwrap();
        let far = Timestamp::now().as_microsecond() + 1_000_000;
        let row = "(collection, id, property, at) VALUES ('buildings', 'a', 'levels', ";
        if url.starts_with("sqlite:") {
            let mut sql = SqliteConnection::connect(url).await.unwrap();
            let text = format!("INSERT INTO erasures {row} {far})");
            sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                .execute(&mut sql)
                .await
                .unwrap();
            sql.close().await.unwrap();
        } else {
            let mut sql = PgConnection::connect(url).await.unwrap();
            let text = format!("INSERT INTO onemap.erasures {row} onemap.from_micros({far}))");
            sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                .execute(&mut sql)
                .await
                .unwrap();
        }
        restore(url, &file, true, &quiet).await.unwrap();
        let restored = Store::open(url).await.unwrap();
        let versions = restored
            .versions_of(&name("buildings"), &id("a"))
            .await
            .unwrap();
        assert_eq!(versions.len(), 3);
        for (_, record) in versions {
            assert_eq!(record.body.unwrap().properties.as_str(), "{}", "{url}");
        }
        let kept = restored
            .versions_of(&name("buildings"), &id("b"))
            .await
            .unwrap();
        assert!(
            kept[0]
                .1
                .body
                .as_ref()
                .unwrap()
                .properties
                .as_str()
                .contains("levels")
        );
        restored.close().await.unwrap();
    }
}

/// Both stores must have the same tables and columns, or a backup would lose data.
#[tokio::test]
async fn both_stores_have_the_same_tables_and_columns() {
    let list = fixtures().await;
    let [sqlite, postgis] = &list[..] else { return };
    let mut file = SqliteConnection::connect(&sqlite.url).await.unwrap();
    let mut sql = PgConnection::connect(&postgis.url).await.unwrap();
    let one: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations' \
         ORDER BY 1, 2",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let other: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = 'onemap' AND table_name <> 'migrations'",
    )
    .fetch_all(&mut sql)
    .await
    .unwrap();
    // Tables that are rebuilt by a restore, temporary ones, and those that only one store needs.
    let apart = [
        "audit_gate",
        "batches",
        "changes",
        "commits",
        "features",
        "past",
        "quarantine",
    ];
    let rest = |list: &[(String, String)]| {
        let mut list: Vec<String> = list
            .iter()
            .filter(|(table, _)| !apart.contains(&table.as_str()))
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        list.sort();
        list
    };
    assert_eq!(rest(&one), rest(&other));
}

#[tokio::test]
async fn a_running_server_can_be_backed_up_and_prevents_a_restore() {
    let databases = tempfile::tempdir().unwrap();
    for database in empty(databases.path()) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.backup");
        let mut server = Server::on(&database, &[]).await;
        server
            .put("buildings", &building("b1", 117.13, 39.22))
            .await;
        let mut feed = Feed::connect(&server.base, "?collections=buildings", None).await;
        let file = file.to_str().unwrap();
        let (out, err, ok) = onemap(&["backup", "--json", file, "--database", &database]);
        assert!(ok, "{err}");
        let manifest: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(
            manifest["sha256"].as_str().is_some_and(|h| h.len() == 64),
            "{out}"
        );
        let lost = server
            .put("buildings", &building("lost", 117.13, 39.22))
            .await;
        while feed.next().await.id != Some(lost) {}

        let (_, err, ok) = onemap(&["restore", file, "--replace", "--database", &database]);
        assert!(!ok && err.contains("in use by onemap"), "{err}");
        server.stop();
        let (_, err, ok) = onemap(&["restore", file, "--database", &database]);
        assert!(!ok && err.contains("--replace"), "{err}");
        let (_, err, ok) = onemap(&["restore", file, "--replace", "--database", &database]);
        assert!(ok, "{err}");

        let (_running, base) = begin(&database, &[]);
        let ids = reqwest::get(format!("{base}/api/collections/buildings/items"));
        let page: serde_json::Value = ids.await.unwrap().json().await.unwrap();
        assert_eq!(page["numberMatched"], 1, "{page}");
        // A client that knows a commit which was lost gets a reset.
        let mut feed = Feed::connect(&base, "?collections=buildings", Some(lost)).await;
        assert_eq!(feed.next().await.kind, "reset");
    }
}

/// SQLite applies a write-ahead log to any database file with the matching name.
#[tokio::test]
async fn the_write_ahead_log_of_a_deleted_database_is_not_applied_to_a_restored_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let file = folder.path().join("map.backup");
    let backup_of = tempfile::tempdir().unwrap();
    let store = Store::open(&sqlite_in(backup_of.path())).await.unwrap();
    with_a_past(&store).await;
    backup(&store, &file, &quiet).await.unwrap();

    let mut server = Server::on(&database, &[]).await;
    for n in 0..20 {
        let feature = building(&format!("old-{n}"), 117.13, 39.22);
        server.put("buildings", &feature).await;
    }
    server.kill();
    let path = folder.path().join("onemap.db");
    let log = folder.path().join("onemap.db-wal");
    assert!(fs::metadata(&log).unwrap().len() > 0);
    fs::remove_file(&path).unwrap();

    restore(&database, &file, false, &quiet).await.unwrap();
    assert!(!log.exists(), "the old log is gone");
    let restored = Store::open(&database).await.unwrap();
    assert_eq!(state(&restored).await, state(&store).await);
    restored.close().await.unwrap();
    let mut sql = SqliteConnection::connect(&database).await.unwrap();
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(whole, "ok");
}

#[tokio::test]
async fn a_backup_with_another_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&sqlite_in(folder.path())).await.unwrap();
    with_a_past(&store).await;
    let file = folder.path().join("map.backup");
    backup(&store, &file, &quiet).await.unwrap();
    let mut sql = SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let index: String = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    sql.close().await.unwrap();

    let targets = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.backup");
    for (change, named) in [
        (
            "CREATE TRIGGER extra AFTER INSERT ON commits BEGIN DELETE FROM photos; END".to_owned(),
            "has the trigger \"extra\"".to_owned(),
        ),
        (
            "CREATE VIEW extra AS SELECT * FROM tokens".to_owned(),
            "has the view \"extra\"".to_owned(),
        ),
        (
            format!("DROP INDEX {index}"),
            format!("lacks the index {index:?}"),
        ),
    ] {
        fs::copy(&file, &changed).unwrap();
        let mut sql = SqliteConnection::connect(&format!("sqlite:{}", changed.display()))
            .await
            .unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(change))
            .execute(&mut sql)
            .await
            .unwrap();
        sql.close().await.unwrap();
        for target in empty(targets.path()) {
            let error = restore(&target, &changed, false, &quiet).await.unwrap_err();
            let words = error.to_string();
            assert!(
                words.contains(&named) && words.contains("changed.backup"),
                "{words}"
            );
        }
        assert!(!targets.path().join("onemap.db").exists());
    }
}

/// A backup can replace a damaged file, whichever of its first bytes are damaged, if that is requested.
#[tokio::test]
async fn a_restore_replaces_a_damaged_database_and_not_one_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let path = folder.path().join("onemap.db");
    let file = folder.path().join("map.backup");
    let store = Store::open(&database).await.unwrap();
    with_a_past(&store).await;
    backup(&store, &file, &quiet).await.unwrap();
    let whole = state(&store).await;
    store.close().await.unwrap();
    let intact = fs::read(&path).unwrap();

    // The damaged positions: the magic, the page size, the format versions, the payload fractions, the schema
    // format, the page of the schema, and the whole file.
    let damages = [
        0..16,
        16..18,
        18..20,
        21..24,
        44..48,
        100..108,
        0..intact.len(),
    ];
    for bytes in damages {
        let mut damaged = intact.clone();
        damaged[bytes.clone()].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let (_, err, ok) = onemap(&["restore", "--database", &database, file.to_str().unwrap()]);
        assert!(!ok && err.contains("--replace"), "{bytes:?}: {err}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "{bytes:?}");
        restore(&database, &file, true, &quiet).await.unwrap();
        let restored = Store::open(&database).await.unwrap();
        assert_eq!(state(&restored).await, whole, "{bytes:?}");
        restored.close().await.unwrap();
    }

    // Another process has opened the file before it was damaged.
    fs::write(&path, &intact).unwrap();
    let mut holder = std::process::Command::new("sh")
        .args([
            "-c",
            HOLD_OPEN,
            "sh",
            env!("CARGO_BIN_EXE_onemap"),
            &database,
        ])
        .arg(folder.path().join("pipe"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = std::io::BufReader::new(holder.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut said).unwrap();
    assert_eq!(said, "open\n");
    let mut damaged = fs::OpenOptions::new().write(true).open(&path).unwrap();
    std::io::Write::write_all(&mut damaged, &[0xa5; 16]).unwrap();
    let error = restore(&database, &file, true, &quiet).await.unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
    drop(holder.stdin.take());
    holder.wait().unwrap();
    restore(&database, &file, true, &quiet).await.unwrap();
}

/// Starts an import that waits for input and so keeps the database open: `$1` is the program, `$2` the
/// database, `$3` a pipe. It ends when standard input closes.
const HOLD_OPEN: &str = r#"
    mkfifo "$3"
    "$1" import --database "$2" --collection buildings "$3" >/dev/null 2>&1 &
    exec 3>"$3"
    echo '{"type":"Feature"}' >&3
    while ! ls -l /proc/$!/fd 2>/dev/null | grep -q onemap.db-wal; do
        kill -0 $! || exit 1
        sleep 0.02
    done
    echo open
    cat >/dev/null
    exec 3>&-
    wait
"#;
