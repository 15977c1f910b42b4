//! Tests of the guarantees in `store/mod.rs` for both stores.

use std::collections::BTreeMap;
use std::time::Duration;

use geo_types::{Geometry, coord, line_string, point, polygon};
use onemap::codec::wkb;
use onemap::model::{
    Author, Body, Change, CollectionId, Edit, Expect, FeatureId, Precondition, Properties, Role,
};
use onemap::store::{NewToken, Store, StoreError};

use crate::support::postgres;

/// An empty store of each kind.
pub struct Fixture {
    pub store: Store,
    pub url: String,
    _folder: tempfile::TempDir,
}

pub async fn fixtures() -> Vec<Fixture> {
    let folder = tempfile::tempdir().unwrap();
    let mut urls = vec![format!("sqlite:{}", folder.path().join("map.db").display())];
    urls.extend(postgres::database());
    let mut list = Vec::new();
    for url in urls {
        list.push(Fixture {
            store: Store::open(&url).await.unwrap(),
            url,
            _folder: tempfile::tempdir().unwrap(),
        });
    }
    // The folder of the file lives as long as the last store in it.
    list[0]._folder = folder;
    list
}

pub fn name(text: &str) -> CollectionId {
    CollectionId::new(text).unwrap()
}

pub fn id(text: &str) -> FeatureId {
    FeatureId::new(text).unwrap()
}

pub fn put(text: &str, levels: i64) -> Change {
    Change {
        collection: name("buildings"),
        id: id(text),
        body: Some(Body {
            geometry: Some(point!(x: 117.13, y: 39.22).into()),
            properties: Properties::parse(&format!("{{\"levels\":{levels}}}")).unwrap(),
        }),
    }
}

pub fn delete(text: &str) -> Change {
    Change {
        body: None,
        ..put(text, 0)
    }
}

pub fn edit(changes: Vec<Change>) -> Edit {
    Edit::new(Author::system(), changes)
}

pub type State = BTreeMap<(String, String), (u64, Vec<u8>, String)>;

/// Everything that a load returns: commit number, geometry and properties, by collection and id.
pub async fn state(store: &Store) -> State {
    let mut map = State::new();
    store
        .load(|r| {
            let body = r.body.unwrap();
            let place = body
                .geometry
                .map(|g| wkb::encode(&g).unwrap())
                .unwrap_or_default();
            let key = (r.collection.to_string(), r.id.to_string());
            let text = body.properties.as_str().to_owned();
            assert!(map.insert(key, (r.seq, place, text)).is_none());
        })
        .await
        .unwrap();
    map
}

async fn levels(store: &Store) -> BTreeMap<String, (u64, String)> {
    state(store)
        .await
        .into_iter()
        .map(|((_, id), (seq, _, text))| (id, (seq, text)))
        .collect()
}

fn expected(list: &[(&str, u64, i64)]) -> BTreeMap<String, (u64, String)> {
    list.iter()
        .map(|(id, seq, levels)| (id.to_string(), (*seq, format!("{{\"levels\":{levels}}}"))))
        .collect()
}

#[tokio::test]
async fn an_edit_makes_one_commit_and_an_edit_without_changes_makes_none() {
    for Fixture { store, .. } in &fixtures().await {
        let edited = edit(vec![put("a", 6), put("b", 6)]).because("第一次 \"import\"");
        let first = store.commit(edited).await.unwrap();
        assert_eq!((first.seq, first.changed), (1, 2));
        let same = store.commit(edit(vec![put("a", 6)])).await.unwrap();
        assert_eq!((same.seq, same.changed), (1, 0));
        let third = store
            .commit(edit(vec![put("a", 7), put("b", 6), delete("zzz")]))
            .await
            .unwrap();
        assert_eq!((third.seq, third.changed), (2, 1));
        let officer = Author {
            role: Role::Officer,
            account: Some("值班台".into()),
        };
        let mut late = Edit::new(officer.clone(), vec![delete("b")]);
        late.effective_at = Some("2026-11-22T06:05:00.123456Z".parse().unwrap());
        store.commit(late).await.unwrap();
        assert_eq!(levels(store).await, expected(&[("a", 2, 7)]));

        let log = store.commits_after(0, 10).await.unwrap();
        assert_eq!(
            log.iter().map(|h| (h.seq, h.size)).collect::<Vec<_>>(),
            [(1, 2), (2, 1), (3, 1)]
        );
        assert_eq!(log[0].author, Author::system());
        assert_eq!(log[0].reason.as_deref(), Some("第一次 \"import\""));
        assert_eq!(
            (log[0].at, log[0].effective_at),
            (first.at, first.at),
            "a commit without `effective_at` takes effect when it is written"
        );
        assert_eq!((&log[2].author, &log[2].reason), (&officer, &None));
        assert_eq!(
            log[2].effective_at.to_string(),
            "2026-11-22T06:05:00.123456Z"
        );
        assert!(log[1].at >= log[0].at && log[2].at >= log[1].at);
        let mut deleted = Vec::new();
        store
            .records_of(&log[2], |r| {
                deleted.push((r.id.to_string(), r.body.is_some()))
            })
            .await
            .unwrap();
        assert_eq!(deleted, [("b".to_owned(), false)]);
        assert_eq!(store.head().await.unwrap().seq, 3);
    }
}

#[tokio::test]
async fn an_edit_whose_condition_fails_changes_nothing() {
    for Fixture { store, .. } in &fixtures().await {
        store.commit(edit(vec![put("a", 6)])).await.unwrap();
        let stale = edit(vec![put("c", 1), put("a", 9)]).expecting(
            name("buildings"),
            id("a"),
            Expect::Seq(7),
        );
        let error = store.commit(stale).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Precondition { found: Some(1), .. }),
            "{error}"
        );
        for (text, expect) in [
            ("a", Expect::Absent),
            ("b", Expect::Present),
            ("b", Expect::Seq(1)),
        ] {
            let again = edit(vec![put(text, 9)]).expecting(name("buildings"), id(text), expect);
            let error = store.commit(again).await.unwrap_err();
            assert!(matches!(error, StoreError::Precondition { .. }), "{error}");
        }
        assert_eq!(levels(store).await, expected(&[("a", 1, 6)]));
        let good = edit(vec![put("a", 7), put("b", 1)])
            .expecting(name("buildings"), id("a"), Expect::Seq(1))
            .expecting(name("buildings"), id("b"), Expect::Absent)
            .expecting(name("buildings"), id("c"), Expect::Absent);
        assert_eq!(store.commit(good).await.unwrap().changed, 2);
        assert_eq!(levels(store).await, expected(&[("a", 2, 7), ("b", 2, 1)]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_who_create_the_same_feature_one_succeeds() {
    for f in fixtures().await {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let store = f.store.clone();
                tokio::spawn(async move {
                    let edit = edit(vec![put("a", n), put(&format!("of {n}"), n)]).expecting(
                        name("buildings"),
                        id("a"),
                        Expect::Absent,
                    );
                    store.commit(edit).await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                Err(StoreError::Precondition { found: Some(1), .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(state(&f.store).await.len(), 2);
    }
}

#[tokio::test]
async fn a_staged_import_is_invisible_until_published_and_newer_writes_win() {
    for Fixture { store, url, .. } in &fixtures().await {
        store
            .commit(edit(vec![put("kept", 1), put("same", 5)]))
            .await
            .unwrap();
        let mut staging = store
            .stage(Author::system(), Some("导入".into()))
            .await
            .unwrap();
        let many = (0..1000).map(|i| put(&format!("n{i:04}"), i)).collect();
        assert_eq!(staging.put(many).await.unwrap(), 1000);
        assert_eq!(
            staging
                .put(vec![put("same", 5), put("kept", 2), delete("nobody")])
                .await
                .unwrap(),
            1
        );
        assert_eq!(state(store).await.len(), 2);

        let done = staging.publish().await.unwrap();
        assert_eq!((done.seq, done.changed), (2, 1001));
        store
            .commit(edit(vec![put("n0001", 77), delete("n0002")]))
            .await
            .unwrap();
        let stale =
            edit(vec![put("n0003", 9)]).expecting(name("buildings"), id("n0003"), Expect::Seq(1));
        assert!(store.commit(stale).await.is_err());
        let unfolded = levels(store).await;
        assert_eq!(unfolded.len(), 1001);
        assert_eq!(unfolded["n0001"], (3, "{\"levels\":77}".into()));
        assert_eq!(unfolded["kept"], (2, "{\"levels\":2}".into()));
        assert!(!unfolded.contains_key("n0002"));

        store.compact().await.unwrap();
        assert_eq!(levels(store).await, unfolded);
        let reopened = Store::open(url).await.unwrap();
        assert_eq!(levels(&reopened).await, unfolded);
        assert_eq!(reopened.id(), store.id());

        // A second, equal import makes no commit.
        let mut again = store.stage(Author::system(), None).await.unwrap();
        assert_eq!(again.put(vec![put("n0000", 0)]).await.unwrap(), 0);
        let done = again.publish().await.unwrap();
        assert_eq!((done.seq, done.changed), (3, 0));
    }
}

#[tokio::test]
async fn dropping_a_staged_import_leaves_the_map_unchanged() {
    for Fixture { store, .. } in &fixtures().await {
        let mut staging = store.stage(Author::system(), None).await.unwrap();
        staging.put(vec![put("a", 1)]).await.unwrap();
        drop(staging);
        store.compact().await.unwrap();
        assert!(state(store).await.is_empty());
        assert_eq!(store.head().await.unwrap().seq, 0);
    }
}

/// Two stores at one address act like two processes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_never_skips_a_commit_however_writers_overlap() {
    for f in fixtures().await {
        let mut writers = Vec::new();
        for w in 0..4 {
            let store = Store::open(&f.url).await.unwrap();
            writers.push(tokio::spawn(async move {
                for i in 0..25 {
                    if i % 10 == 3 {
                        let mut staging = store.stage(Author::system(), None).await.unwrap();
                        staging
                            .put((0..30).map(|k| put(&format!("{w}-{i}-{k}"), k)).collect())
                            .await
                            .unwrap();
                        staging.publish().await.unwrap();
                        store.compact().await.unwrap();
                    } else {
                        store
                            .commit(edit(vec![put(&format!("{w}-{i}"), i), put("both", i)]))
                            .await
                            .unwrap();
                    }
                }
            }));
        }
        let mut seen = 0;
        let mut last = None;
        while seen < 100 {
            f.store.changed(Duration::from_secs(5)).await;
            for header in f.store.commits_after(seen, 1000).await.unwrap() {
                assert_eq!(header.seq, seen + 1);
                assert!(last.is_none_or(|at| at <= header.at));
                last = Some(header.at);
                seen = header.seq;
            }
        }
        for w in writers {
            w.await.unwrap();
        }
        assert_eq!(f.store.head().await.unwrap().seq, 100);
    }
}

#[tokio::test]
async fn both_stores_return_the_same_bytes() {
    let stores = fixtures().await;
    let mut changes = Vec::new();
    let numbers = [
        "0.1",
        "1e17",
        "123456789012345680",
        "18446744073709551615",
        "1e22",
        "-1e19",
        "5e-324",
        "1.7976931348623157e308",
        "1e-7",
        "-0.0",
        "1.10",
        "9007199254740993",
    ];
    for (i, number) in numbers.iter().enumerate() {
        let text = format!(
            r#"{{"数":{number},"b\"":"引号\"\\ \u2028 😀","a":{{"zz":[1,{number},null,true],"y":{{}}}},"":""}}"#
        );
        let base = 117.0 + 0.1 + i as f64 * 1e-13;
        let shapes: [Geometry<f64>; 3] = [
            point!(x: base, y: 39.219_999_999_999_99).into(),
            line_string![
                coord! {x: base, y: 1e-300},
                coord! {x: -179.999_999_999_999_97, y: 89.999_999_999_999_99}
            ]
            .into(),
            polygon!(
                exterior: [(x: 0., y: 0.), (x: 4., y: 0.1), (x: 4., y: 4.), (x: 0., y: 0.)],
                interiors: [[(x: 1., y: 0.5), (x: 2., y: 1.), (x: 2., y: 0.5), (x: 1., y: 0.5)]],
            )
            .into(),
        ];
        for (n, shape) in shapes.into_iter().enumerate() {
            changes.push(Change {
                collection: name("buildings"),
                id: id(&format!("{n} 楼'{i}\"")),
                body: Some(Body {
                    geometry: Some(shape),
                    properties: Properties::parse(&text).unwrap(),
                }),
            });
        }
    }
    changes.push(Change {
        collection: name("$settings"),
        id: id("one"),
        body: Some(Body {
            geometry: None,
            properties: Properties::default(),
        }),
    });
    let mut seen: Option<State> = None;
    for Fixture { store, .. } in &stores {
        store.commit(edit(changes.clone())).await.unwrap();
        let same = store.commit(edit(changes.clone())).await.unwrap();
        assert_eq!(same.changed, 0);
        let now = state(store).await;
        for change in &changes {
            let key = (change.collection.to_string(), change.id.to_string());
            let body = change.body.as_ref().unwrap();
            assert_eq!(now[&key].2, body.properties.as_str());
        }
        let log = store.commits_after(0, 10).await.unwrap();
        let mut order = Vec::new();
        store
            .records_of(&log[0], |r| {
                order.push((r.collection.to_string(), r.id.to_string()));
            })
            .await
            .unwrap();
        assert_eq!(order, now.keys().cloned().collect::<Vec<_>>());
        assert!(seen.as_ref().is_none_or(|s| *s == now));
        seen = Some(now);
    }
}

#[tokio::test]
async fn one_collection_can_be_loaded_alone() {
    for Fixture { store, .. } in &fixtures().await {
        let mut road = put("r", 1);
        road.collection = name("roads");
        store.commit(edit(vec![put("a", 1), road])).await.unwrap();
        let mut ids = Vec::new();
        let head = store
            .load_collection(&name("roads"), |r| ids.push(r.id.to_string()))
            .await
            .unwrap();
        assert_eq!((head.seq, ids), (1, vec!["r".to_owned()]));
    }
}

#[tokio::test]
async fn a_token_opens_a_session_until_it_is_revoked() {
    for Fixture { store, .. } in &fixtures().await {
        let new = NewToken::new("值班台", Role::Officer);
        let (token, secret) = store.create_token(new).await.unwrap();
        let who = store
            .token_principal(secret.reveal())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (who.account.as_str(), who.roles.foremost()),
            ("值班台", Role::Officer)
        );
        assert_eq!(store.tokens().await.unwrap(), std::slice::from_ref(&token));
        assert_eq!(store.token_principal("om_nonsense").await.unwrap(), None);

        let lifetime = Duration::from_secs(60);
        let (_, session) = store
            .open_session(secret.reveal(), lifetime)
            .await
            .unwrap()
            .unwrap();
        let (_, ended) = store
            .open_session(secret.reveal(), Duration::MAX)
            .await
            .unwrap()
            .unwrap();
        let who = store.session_principal(ended.reveal()).await.unwrap();
        assert!(who.is_some());
        store.close_session(ended.reveal()).await.unwrap();
        let who = store.session_principal(ended.reveal()).await.unwrap();
        assert_eq!(who, None);
        let who = store.session_principal(session.reveal()).await.unwrap();
        assert!(who.is_some());
        assert!(store.revoke_token(&token.id).await.unwrap());
        assert!(!store.revoke_token("nobody").await.unwrap());
        let who = store.session_principal(session.reveal()).await.unwrap();
        assert_eq!(who, None);
        assert_eq!(store.token_principal(secret.reveal()).await.unwrap(), None);
        assert!(
            store
                .open_session(secret.reveal(), lifetime)
                .await
                .unwrap()
                .is_none()
        );
        let past = NewToken {
            expires_at: Some("2020-01-01T00:00:00Z".parse().unwrap()),
            ..NewToken::new("past", Role::Rider)
        };
        let (_, secret) = store.create_token(past).await.unwrap();
        assert_eq!(store.token_principal(secret.reveal()).await.unwrap(), None);
    }
}

/// A row of `$schemas`.
fn schema(collection: &str, document: &str) -> Change {
    Change {
        collection: CollectionId::schemas(),
        id: id(collection),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(document).unwrap(),
        }),
    }
}

#[tokio::test]
async fn a_write_checked_by_an_old_schema_is_refused() {
    for Fixture { store, .. } in &fixtures().await {
        let houses = name("buildings");
        let other = store
            .commit(edit(vec![schema("roads", "{}")]))
            .await
            .unwrap();
        let unknown = edit(vec![put("a", 1)]).checked_by(&houses, None);
        store.commit(unknown).await.unwrap();
        let first = store
            .commit(edit(vec![schema("buildings", "{}")]))
            .await
            .unwrap();
        let known = |seq| edit(vec![put("a", 2)]).checked_by(&houses, Some(seq));
        let refused = store
            .commit(edit(vec![put("b", 1)]).checked_by(&houses, None))
            .await
            .unwrap_err();
        assert_eq!(refused.schema_changed(), Some("buildings"), "{refused}");
        let refused = store.commit(known(other.seq)).await.unwrap_err();
        assert_eq!(refused.schema_changed(), Some("buildings"), "{refused}");
        store.commit(known(first.seq)).await.unwrap();

        // Many edits that are written at once, and an import, are also refused if they were checked by an older schema.
        let second = store
            .commit(edit(vec![schema("buildings", r#"{"title":"楼"}"#)]))
            .await
            .unwrap();
        let refused = store.replay(vec![
            edit(vec![put("c", 1)]),
            edit(vec![put("b", 1)]).checked_by(&houses, Some(first.seq)),
        ]);
        assert!(refused.await.unwrap_err().schema_changed().is_some());
        let condition = |seq| Precondition::of_schema(&houses, Some(seq)).unwrap();
        let stage = async || {
            let mut staging = store.stage(Author::system(), None).await.unwrap();
            staging.put(vec![put("c", 1)]).await.unwrap();
            staging
        };
        let late = stage().await.publish_if(&[condition(first.seq)]).await;
        assert!(late.unwrap_err().schema_changed().is_some());
        assert_eq!(
            levels(store).await.keys().collect::<Vec<_>>(),
            ["a", "buildings", "roads"]
        );
        let good = stage().await.publish_if(&[condition(second.seq)]).await;
        assert_eq!(good.unwrap().seq, second.seq + 1);

        // Without a schema, the features of a collection are not checked.
        let gone = Change {
            body: None,
            ..schema("buildings", "{}")
        };
        store.commit(edit(vec![gone])).await.unwrap();
        assert!(store.commit(known(second.seq)).await.is_err());
        let unchecked = edit(vec![put("d", 1)]).checked_by(&houses, None);
        assert_eq!(store.commit(unchecked).await.unwrap().changed, 1);
    }
}

#[tokio::test]
async fn writes_that_name_a_schema_wait_for_its_change() {
    for Fixture { store, .. } in &fixtures().await {
        let houses = name("buildings");
        let mut version = store
            .commit(edit(vec![schema("buildings", "{}")]))
            .await
            .unwrap()
            .seq;
        for round in 0..10 {
            let tighten = schema("buildings", &format!(r#"{{"title":"{round}"}}"#));
            let next = store.commit(edit(vec![tighten]));
            let writes = (0..8).map(|n| {
                let written = edit(vec![put(&format!("{round}-{n}"), 1)]);
                store.commit(written.checked_by(&houses, Some(version)))
            });
            let (next, writes) = tokio::join!(next, futures_util::future::join_all(writes));
            let next = next.unwrap().seq;
            for written in writes {
                match written {
                    Ok(committed) => assert!(committed.seq < next),
                    Err(error) => assert_eq!(error.schema_changed(), Some("buildings"), "{error}"),
                }
            }
            version = next;
        }
    }
}

/// Compares past states of every collection with a plain list of all writes.
#[tokio::test]
async fn past_states_of_every_collection_are_correct_for_all_kinds_of_writes() {
    for Fixture { store, url, .. } in &fixtures().await {
        let buildings = name("buildings");
        let ids = ["a", "b", "c", "d", "e"];
        // The features that are written (without levels: deleted), and whether an import writes them.
        type Changes<'a> = Vec<(&'a str, Option<i64>)>;
        let writes: Vec<(Changes<'_>, bool)> = vec![
            (vec![("a", Some(1)), ("b", Some(1)), ("c", Some(1))], true),
            (vec![("a", Some(2)), ("d", Some(1))], false),
            (vec![("b", None)], false),
            (
                vec![("a", Some(3)), ("b", Some(4)), ("c", None), ("e", Some(1))],
                true,
            ),
            (vec![("c", Some(5)), ("d", Some(2))], true),
            (vec![("d", None), ("e", Some(2))], false),
            (vec![("d", Some(7)), ("a", Some(2))], false),
        ];
        let mut log: Vec<(jiff::Timestamp, BTreeMap<&str, i64>)> = Vec::new();
        let mut versions: BTreeMap<&str, Vec<Option<i64>>> = BTreeMap::new();
        let mut now: BTreeMap<&str, i64> = BTreeMap::new();
        for (n, (changes, import)) in writes.iter().enumerate() {
            let list: Vec<Change> = changes
                .iter()
                .map(|(id, levels)| levels.map_or_else(|| delete(id), |l| put(id, l)))
                .collect();
            let done = if *import {
                let mut staging = store.stage(Author::system(), None).await.unwrap();
                staging.put(list).await.unwrap();
                staging.publish().await.unwrap()
            } else {
                store.commit(edit(list)).await.unwrap()
            };
            for (id, levels) in changes {
                versions.entry(id).or_default().push(*levels);
                match levels {
                    Some(levels) => now.insert(id, *levels),
                    None => now.remove(id),
                };
            }
            log.push((done.at, now.clone()));
            // Some imports are compacted at once, others after further writes.
            for compacted in [false, true] {
                if compacted && n % 3 == 1 {
                    store.compact().await.unwrap();
                }
                for (id_text, expected) in &versions {
                    let found = store.versions_of(&buildings, &id(id_text)).await.unwrap();
                    let found: Vec<Option<i64>> =
                        found.into_iter().map(|v| levels_of(&v.1)).collect();
                    assert_eq!(&found, expected, "{url}: {id_text} after write {n}");
                }
                let all: Vec<FeatureId> = ids.iter().map(|i| id(i)).collect();
                for (at, expected) in &log {
                    for records in [
                        store.versions_at(&buildings, &all, *at).await.unwrap(),
                        store.collection_at(&buildings, *at).await.unwrap(),
                    ] {
                        let found: BTreeMap<&str, i64> = records
                            .iter()
                            .map(|r| (r.id.as_str(), levels_of(r).unwrap()))
                            .collect();
                        assert_eq!(&found, expected, "{url}: {at} after write {n}");
                    }
                }
                let known: Vec<&str> = versions.keys().copied().collect();
                let mut paged: Vec<FeatureId> = Vec::new();
                loop {
                    let after = paged.last().map_or("", FeatureId::as_str);
                    let page = store.ids_after(&buildings, after, 2).await.unwrap();
                    if page.is_empty() {
                        break;
                    }
                    paged.extend(page);
                }
                let paged: Vec<&str> = paged.iter().map(FeatureId::as_str).collect();
                assert_eq!(paged, known, "{url} after write {n}");
            }
        }
    }
}

fn levels_of(record: &onemap::model::Record) -> Option<i64> {
    let text = record.body.as_ref()?.properties.as_str();
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["levels"].as_i64()
}
