//! Tests of the SQLite store against the documentation of `store/mod.rs`.

use std::collections::BTreeMap;

use geo_types::point;

use super::*;
use crate::model::{Author, Body, Change, CollectionId, Edit, Expect, FeatureId, Properties};

struct Fixture {
    store: SqliteStore,
    url: String,
    _folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("map.db").display());
    Fixture {
        store: SqliteStore::open(&url, Opening::Create).await.unwrap(),
        url,
        _folder: folder,
    }
}

fn buildings() -> CollectionId {
    CollectionId::new("buildings").unwrap()
}

fn id(text: &str) -> FeatureId {
    FeatureId::new(text).unwrap()
}

fn put(name: &str, levels: i64) -> Change {
    Change {
        collection: buildings(),
        id: id(name),
        body: Some(Body {
            geometry: Some(point!(x: 117.13, y: 39.22).into()),
            properties: Properties::parse(&format!("{{\"levels\":{levels}}}")).unwrap(),
        }),
    }
}

fn delete(name: &str) -> Change {
    Change {
        body: None,
        ..put(name, 0)
    }
}

fn edit(changes: Vec<Change>) -> Edit {
    Edit::new(Author::system(), changes)
}

async fn state(store: &SqliteStore) -> BTreeMap<String, (u64, String)> {
    let mut map = BTreeMap::new();
    store
        .load(None, |r| {
            let text = r.body.unwrap().properties.as_str().to_owned();
            assert!(map.insert(r.id.to_string(), (r.seq, text)).is_none());
        })
        .await
        .unwrap();
    map
}

fn expected(list: &[(&str, u64, i64)]) -> BTreeMap<String, (u64, String)> {
    list.iter()
        .map(|(id, seq, levels)| (id.to_string(), (*seq, format!("{{\"levels\":{levels}}}"))))
        .collect()
}

#[tokio::test]
async fn an_edit_makes_one_commit_and_an_edit_without_changes_makes_none() {
    let f = fixture().await;
    let first = f
        .store
        .commit(edit(vec![put("a", 6), put("b", 6)]))
        .await
        .unwrap();
    assert_eq!((first.seq, first.changed), (1, 2));
    let same = f.store.commit(edit(vec![put("a", 6)])).await.unwrap();
    assert_eq!((same.seq, same.changed), (1, 0));
    let third = f
        .store
        .commit(edit(vec![put("a", 7), put("b", 6), delete("zzz")]))
        .await
        .unwrap();
    assert_eq!((third.seq, third.changed), (2, 1));
    f.store.commit(edit(vec![delete("b")])).await.unwrap();
    assert_eq!(state(&f.store).await, expected(&[("a", 2, 7)]));

    let log = f.store.commits_after(0, 10).await.unwrap();
    assert_eq!(
        log.iter().map(|h| (h.seq, h.size)).collect::<Vec<_>>(),
        [(1, 2), (2, 1), (3, 1)]
    );
    let mut deleted = Vec::new();
    f.store
        .records_of(&log[2], |r| {
            deleted.push((r.id.to_string(), r.body.is_some()))
        })
        .await
        .unwrap();
    assert_eq!(deleted, [("b".to_owned(), false)]);
}

#[tokio::test]
async fn an_edit_whose_condition_fails_changes_nothing() {
    let f = fixture().await;
    f.store.commit(edit(vec![put("a", 6)])).await.unwrap();
    let stale =
        edit(vec![put("c", 1), put("a", 9)]).expecting(buildings(), id("a"), Expect::Seq(7));
    let error = f.store.commit(stale).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Precondition { found: Some(1), .. }),
        "{error}"
    );
    assert_eq!(state(&f.store).await, expected(&[("a", 1, 6)]));
    let again = edit(vec![put("a", 9)]).expecting(buildings(), id("a"), Expect::Absent);
    assert!(f.store.commit(again).await.is_err());
}

#[tokio::test]
async fn a_staged_import_is_invisible_until_published_and_newer_writes_win() {
    let f = fixture().await;
    f.store
        .commit(edit(vec![put("kept", 1), put("same", 5)]))
        .await
        .unwrap();
    let mut staging = f.store.stage(Author::system(), None).await.unwrap();
    let many = (0..1000).map(|i| put(&format!("n{i:04}"), i)).collect();
    assert_eq!(staging.put(many).await.unwrap().len(), 1000);
    assert_eq!(
        staging
            .put(vec![put("same", 5), put("kept", 2)])
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(state(&f.store).await.len(), 2);

    let done = staging.publish(&[], None).await.unwrap();
    assert_eq!((done.seq, done.changed), (2, 1001));
    // Writes after the import replace its rows, whether or not the import is folded (copied into `features`).
    f.store
        .commit(edit(vec![put("n0001", 77), delete("n0002")]))
        .await
        .unwrap();
    let stale = edit(vec![put("n0003", 9)]).expecting(buildings(), id("n0003"), Expect::Seq(1));
    assert!(f.store.commit(stale).await.is_err());
    let unfolded = state(&f.store).await;
    assert_eq!(unfolded.len(), 1001);
    assert_eq!(unfolded["n0001"], (3, "{\"levels\":77}".into()));
    assert_eq!(unfolded["kept"], (2, "{\"levels\":2}".into()));
    assert!(!unfolded.contains_key("n0002"));

    f.store.compact().await.unwrap();
    assert_eq!(state(&f.store).await, unfolded);
    f.store.compact().await.unwrap();
    let reopened = SqliteStore::open(&f.url, Opening::Create).await.unwrap();
    assert_eq!(state(&reopened).await, unfolded);
    assert_eq!(reopened.id(), f.store.id());
}

#[tokio::test]
async fn a_staging_that_is_dropped_leaves_the_map_as_it_was() {
    let f = fixture().await;
    let mut staging = f.store.stage(Author::system(), None).await.unwrap();
    staging.put(vec![put("a", 1)]).await.unwrap();
    drop(staging);
    f.store.compact().await.unwrap();
    assert!(state(&f.store).await.is_empty());
    assert_eq!(f.store.head().await.unwrap().seq, 0);
}

/// Two stores on one file act like two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_never_skips_a_commit_however_writers_overlap() {
    let f = fixture().await;
    let mut writers = Vec::new();
    for w in 0..4 {
        let store = SqliteStore::open(&f.url, Opening::Create).await.unwrap();
        writers.push(tokio::spawn(async move {
            for i in 0..25 {
                if i % 10 == 3 {
                    let mut staging = store.stage(Author::system(), None).await.unwrap();
                    staging
                        .put((0..30).map(|k| put(&format!("{w}-{i}-{k}"), k)).collect())
                        .await
                        .unwrap();
                    staging.publish(&[], None).await.unwrap();
                    store.compact().await.unwrap();
                } else {
                    store
                        .commit(edit(vec![put(&format!("{w}-{i}"), i)]))
                        .await
                        .unwrap();
                }
            }
        }));
    }
    let mut seen = 0;
    while seen < 100 {
        f.store.changed(Duration::from_secs(5)).await;
        for header in f.store.commits_after(seen, 1000).await.unwrap() {
            assert_eq!(header.seq, seen + 1);
            seen = header.seq;
        }
    }
    for w in writers {
        w.await.unwrap();
    }
    assert_eq!(f.store.head().await.unwrap().seq, 100);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_with_advice() {
    let f = fixture().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'future', 1, x'00', 0)",
    )
    .execute(&mut *f.store.writer().await.unwrap())
    .await
    .unwrap();
    let error = SqliteStore::open(&f.url, Opening::Create)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 999, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_opens_a_session_until_it_is_revoked() {
    let f = fixture().await;
    let new = crate::store::NewToken::new("值班台", crate::model::Role::Officer);
    let (token, secret) = f.store.create_token(new).await.unwrap();
    let who = f
        .store
        .token_principal(secret.reveal())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (who.account.as_str(), who.roles.foremost()),
        ("值班台", crate::model::Role::Officer)
    );
    assert_eq!(f.store.token_principal("om_nonsense").await.unwrap(), None);

    let lifetime = Duration::from_secs(60);
    let (_, session) = f
        .store
        .open_session(secret.reveal(), lifetime)
        .await
        .unwrap()
        .unwrap();
    assert!(
        f.store
            .session_principal(session.reveal())
            .await
            .unwrap()
            .is_some()
    );
    assert!(f.store.revoke_token(&token.id).await.unwrap());
    assert_eq!(
        f.store.session_principal(session.reveal()).await.unwrap(),
        None
    );
    assert_eq!(
        f.store.token_principal(secret.reveal()).await.unwrap(),
        None
    );
    assert!(
        f.store
            .open_session(secret.reveal(), lifetime)
            .await
            .unwrap()
            .is_none()
    );
}

/// The server compacts every minute while the importer compacts after its import.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_survives_two_concurrent_folds_of_an_import() {
    let f = fixture().await;
    let mut staging = f.store.stage(Author::system(), None).await.unwrap();
    let many = (0..4_000).map(|i| put(&format!("n{i:04}"), i)).collect();
    staging.put(many).await.unwrap();
    staging.publish(&[], None).await.unwrap();
    let folding: Vec<_> = (0..3)
        .map(|_| {
            let store = f.store.clone();
            tokio::spawn(async move { store.compact().await.unwrap() })
        })
        .collect();
    for i in 0..200 {
        let name = format!("n{:04}", i * 20);
        f.store.commit(edit(vec![delete(&name)])).await.unwrap();
    }
    for task in folding {
        task.await.unwrap();
    }
    assert_eq!(state(&f.store).await.len(), 3_800);
    let reopened = SqliteStore::open(&f.url, Opening::Create).await.unwrap();
    assert_eq!(state(&reopened).await.len(), 3_800);
}

#[tokio::test]
async fn an_abandoned_import_is_never_published_in_part() {
    let f = fixture().await;
    let mut staging = f.store.stage(Author::system(), None).await.unwrap();
    staging.put(vec![put("a", 1), put("b", 1)]).await.unwrap();
    sqlx::query("UPDATE batches SET touched_at = 0")
        .execute(&mut *f.store.writer().await.unwrap())
        .await
        .unwrap();
    f.store.compact().await.unwrap();
    let error = staging.put(vec![put("c", 1)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Abandoned), "{error}");
    assert!(matches!(
        staging.publish(&[], None).await,
        Err(StoreError::Abandoned)
    ));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM changes")
        .fetch_one(&mut *f.store.writer().await.unwrap())
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert!(state(&f.store).await.is_empty());
}

#[tokio::test]
async fn a_later_change_can_cancel_a_staged_one() {
    let f = fixture().await;
    f.store.commit(edit(vec![put("a", 1)])).await.unwrap();
    let mut staging = f.store.stage(Author::system(), None).await.unwrap();
    staging.put(vec![put("a", 2)]).await.unwrap();
    staging.put(vec![put("a", 1)]).await.unwrap();
    assert_eq!(staging.publish(&[], None).await.unwrap().changed, 0);
    assert_eq!(state(&f.store).await, expected(&[("a", 1, 1)]));
}

#[tokio::test]
async fn tokens_of_an_older_database_become_accounts_without_additional_rights() {
    use sqlx::Row;

    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("old.db").display());
    let before = MIGRATIONS
        .iter()
        .position(|m| m.0 == 11)
        .expect("the migration that makes accounts");
    let options: SqliteConnectOptions = url.parse().unwrap();
    let options = options.create_if_missing(true);
    let mut old = SqliteConnection::connect_with(&options).await.unwrap();
    migrate(&mut old, &MIGRATIONS[..before]).await.unwrap();
    let secret = |n: u8| format!("om_{n:064x}");
    for (n, name, role, unit, communities) in [
        (1_u8, "小李", "rider", None, "[]"),
        (2, "小李", "rider", None, "[]"),
        (3, "小李", "officer", None, "[]"),
        (4, "小李", "rider", None, r#"["c1"]"#),
        (5, "物业", "unit", Some("u1"), "[]"),
    ] {
        sqlx::query(
            "INSERT INTO tokens (id, hash, name, role, created_at, unit, communities) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(format!("t{n}"))
        .bind(crate::store::TokenSecret::hash(&secret(n)))
        .bind(name)
        .bind(role)
        .bind(i64::from(n))
        .bind(unit)
        .bind(communities)
        .execute(&mut old)
        .await
        .unwrap();
    }
    sqlx::query(
        "INSERT INTO sessions (hash, token, created_at, expires_at) VALUES (?, 't3', 0, ?)",
    )
    .bind(crate::store::TokenSecret::hash(&secret(9)))
    .bind(i64::MAX)
    .execute(&mut old)
    .await
    .unwrap();
    old.close().await.unwrap();

    let store = SqliteStore::open(&url, Opening::Existing).await.unwrap();
    let mut who = Vec::new();
    for n in 1..=5 {
        who.push(store.token_principal(&secret(n)).await.unwrap().unwrap());
    }
    assert_eq!(
        who[0], who[1],
        "tokens with the same name and rights belong to one account"
    );
    assert_eq!(who[0].account, "小李");
    let shown = |n: usize| (who[n].roles.to_string(), who[n].communities.join(","));
    assert_eq!(shown(0), ("rider".to_owned(), String::new()));
    assert_eq!(shown(2), ("officer".to_owned(), String::new()));
    assert_eq!(shown(3), ("rider".to_owned(), "c1".to_owned()));
    assert!(
        who[2].account.starts_with("小李 (officer "),
        "{}",
        who[2].account
    );
    assert!(
        who[3].account.starts_with("小李 (rider "),
        "{}",
        who[3].account
    );
    assert_eq!(who[4].unit.as_deref(), Some("u1"));
    let session = store.session_principal(&secret(9)).await.unwrap();
    assert_eq!(session.as_ref(), Some(&who[2]));
    // A token requested for an officer must not belong to the rider with the same name.
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let roles = sqlx::query("SELECT roles FROM accounts WHERE name = '小李'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(roles.try_get::<String, _>(0).unwrap(), "rider");
}
