//! Tests of what the ledger needs from both stores: past states, many commits at once, and data outside the
//! log.

use std::collections::BTreeMap;
use std::time::Duration;

use geo_types::point;
use jiff::{SignedDuration, Timestamp};
use onemap::live::Live;
use onemap::model::{Author, Body, Change, Edit, Expect, FeatureId, Properties, Record, Role};
use onemap::store::{
    Attempt, Delivery, DeliveryState, DeviceLastSeen, HookEvent, NewToken, NewWebhook, Numbered,
    Outcome, PassageHour, Photo, PhotoClaim, PhotoPlace, PhotoRefusal, PhotoSize, Position, Store,
    StoreError, ToNumber, Uploader,
};
use proptest::prelude::*;

use crate::store_suite::{Fixture, delete, edit, fixtures, id, name, put, state};

/// A warning with the number of its steps as its only property; `None` deletes it.
fn warning(text: &str, steps: Option<i64>) -> Change {
    Change {
        collection: name("warnings"),
        id: id(text),
        body: steps.map(|n| Body {
            geometry: Some(point!(x: 117.13, y: 39.22).into()),
            properties: Properties::parse(&format!("{{\"steps\":{n}}}")).unwrap(),
        }),
    }
}

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

/// An edit that takes effect at a minute.
fn step(minute: i64, changes: Vec<Change>) -> Edit {
    Edit {
        effective_at: Some(at(minute)),
        ..edit(changes)
    }
}

fn told(records: &[Record]) -> Vec<(String, u64, String)> {
    records
        .iter()
        .map(|r| {
            let text = r.body.as_ref().map(|b| b.properties.as_str().to_owned());
            (r.id.to_string(), r.seq, text.unwrap_or_default())
        })
        .collect()
}

fn ids(list: &[&str]) -> Vec<FeatureId> {
    list.iter().map(|t| id(t)).collect()
}

#[tokio::test]
async fn the_versions_of_a_case_and_its_state_at_any_moment_can_be_read() {
    for Fixture { store, .. } in &fixtures().await {
        let officer = Author {
            role: Role::Officer,
            account: Some("值班台".into()),
        };
        store
            .commit(step(0, vec![warning("a", Some(1)), warning("b", Some(1))]))
            .await
            .unwrap();
        let mut second = step(10, vec![warning("a", Some(2))]).because("立案");
        second.author = officer.clone();
        store.commit(second).await.unwrap();
        store
            .commit(step(20, vec![warning("b", None), put("house", 6)]))
            .await
            .unwrap();
        // Written later, but in effect before the previous commit.
        store
            .commit(step(5, vec![warning("c", Some(1))]))
            .await
            .unwrap();

        let versions = store
            .versions_of(&name("warnings"), &id("a"))
            .await
            .unwrap();
        let seqs: Vec<_> = versions.iter().map(|(h, r)| (h.seq, r.seq)).collect();
        assert_eq!(seqs, [(1, 1), (2, 2)]);
        let (header, record) = &versions[1];
        assert_eq!(
            (
                &header.author,
                header.effective_at,
                header.reason.as_deref()
            ),
            (&officer, at(10), Some("立案"))
        );
        assert_eq!(record.updated_at, header.at);
        assert_eq!(told(std::slice::from_ref(record))[0].2, "{\"steps\":2}");
        let ends = store
            .versions_of(&name("warnings"), &id("b"))
            .await
            .unwrap();
        assert!(ends[0].1.body.is_some() && ends[1].1.body.is_none());
        let none = store.versions_of(&name("grids"), &id("a")).await.unwrap();
        assert!(none.is_empty());

        let asked = ids(&["a", "b", "c", "nobody"]);
        let one =
            |id: &str, seq, steps: i64| (id.to_owned(), seq, format!("{{\"steps\":{steps}}}"));
        for (minute, expected) in [
            (-1, vec![]),
            (0, vec![one("a", 1, 1), one("b", 1, 1)]),
            (5, vec![one("a", 1, 1), one("b", 1, 1), one("c", 4, 1)]),
            (10, vec![one("a", 2, 2), one("b", 1, 1), one("c", 4, 1)]),
            (20, vec![one("a", 2, 2), one("c", 4, 1)]),
        ] {
            let then = store
                .versions_at(&name("warnings"), &asked, at(minute))
                .await
                .unwrap();
            assert_eq!(told(&then), expected, "minute {minute}");
            let all = store
                .collection_at(&name("warnings"), at(minute))
                .await
                .unwrap();
            assert_eq!(told(&all), expected, "minute {minute}");
        }
        let houses = store
            .versions_at(&name("buildings"), &ids(&["house"]), at(30))
            .await
            .unwrap();
        assert_eq!(houses.len(), 1);
    }
}

#[tokio::test]
async fn past_states_contain_published_imports_but_not_staged_ones() {
    for Fixture { store, .. } in &fixtures().await {
        let mut staging = store.stage(Author::system(), None).await.unwrap();
        let many = (0..500)
            .map(|i| warning(&format!("w{i:03}"), Some(i)))
            .collect();
        staging.put(many).await.unwrap();
        let asked = ids(&["w007", "w499"]);
        let later = Timestamp::now() + SignedDuration::from_hours(1);
        let then = store.versions_at(&name("warnings"), &asked, later).await;
        assert!(then.unwrap().is_empty());
        let versions = store.versions_of(&name("warnings"), &asked[0]).await;
        assert!(versions.unwrap().is_empty());

        // The import is published; in SQLite it is not compacted yet.
        staging.publish().await.unwrap();
        for _ in 0..2 {
            let then = store.versions_at(&name("warnings"), &asked, later).await;
            assert_eq!(then.unwrap().len(), 2);
            let all = store.collection_at(&name("warnings"), later).await.unwrap();
            assert_eq!(all.len(), 500);
            store.compact().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_reader_of_the_log_can_continue_where_it_stopped() {
    for Fixture { store, .. } in &fixtures().await {
        let mut start = Position::before(1);
        let (page, next) = store
            .versions_from(&name("warnings"), &start, 2)
            .await
            .unwrap();
        assert!(page.is_empty());
        assert_eq!(next, start);
        store
            .commit(edit(["a", "b", "c"].map(|w| warning(w, Some(1))).to_vec()))
            .await
            .unwrap();
        store.commit(edit(vec![put("house", 1)])).await.unwrap();
        store
            .commit(edit(vec![warning("b", Some(2))]))
            .await
            .unwrap();
        store.commit(edit(vec![put("house", 2)])).await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..4 {
            let (page, next) = store
                .versions_from(&name("warnings"), &start, 2)
                .await
                .unwrap();
            seen.extend(page.iter().map(|(h, r)| (h.seq, r.id.to_string())));
            start = next;
        }
        let expected = [(1, "a"), (1, "b"), (1, "c"), (3, "b")].map(|(s, w)| (s, w.to_owned()));
        assert_eq!(seen, expected);
        assert_eq!(start, Position::before(5));
    }
}

#[tokio::test]
async fn a_replay_writes_all_its_commits_or_none() {
    for Fixture { store, .. } in &fixtures().await {
        store.commit(edit(vec![put("house", 6)])).await.unwrap();
        let worker = Author {
            role: Role::GridWorker,
            account: Some("王".into()),
        };
        let mut third = step(3, vec![warning("a", Some(3)), warning("b", None)]);
        third.author = worker.clone();
        let edits = vec![
            step(1, vec![warning("a", Some(1)), warning("b", Some(1))]).expecting(
                name("warnings"),
                id("a"),
                Expect::Absent,
            ),
            // An edit that changes nothing.
            step(2, vec![put("house", 6)]),
            step(2, vec![warning("a", Some(2))]).because("立案"),
            third.expecting(name("warnings"), id("a"), Expect::Seq(3)),
        ];
        let done = store.replay(edits.clone()).await.unwrap();
        assert_eq!((done.seq, done.changed), (4, 5));
        let log = store.commits_after(1, 10).await.unwrap();
        let told: Vec<_> = log
            .iter()
            .map(|h| (h.seq, h.size, h.effective_at, h.author.role))
            .collect();
        assert_eq!(
            told,
            [
                (2, 2, at(1), Role::Admin),
                (3, 1, at(2), Role::Admin),
                (4, 2, at(3), Role::GridWorker),
            ]
        );
        assert_eq!(log[1].reason.as_deref(), Some("立案"));
        assert_eq!(log[2].author, worker);
        assert!(log.windows(2).all(|w| w[0].at <= w[1].at));
        assert_eq!(done.at, log[2].at);
        let mut changed = Vec::new();
        store
            .records_between(2, 4, |r| changed.push((r.seq, r.id.to_string())))
            .await
            .unwrap();
        let expected = [(2, "a"), (2, "b"), (3, "a"), (4, "a"), (4, "b")];
        assert_eq!(changed, expected.map(|(s, w)| (s, w.to_owned())));

        // The precondition of the last edit fails, so nothing is written.
        let before = state(store).await;
        let broken = vec![
            step(4, vec![warning("a", Some(9))]),
            step(5, vec![warning("z", Some(1))]).expecting(
                name("warnings"),
                id("z"),
                Expect::Present,
            ),
        ];
        let error = store.replay(broken).await.unwrap_err();
        assert!(matches!(error, StoreError::Precondition { .. }), "{error}");
        assert_eq!(state(store).await, before);
        assert_eq!(store.head().await.unwrap().seq, 4);
        // No edits, and edits that change nothing, make no commit.
        for nothing in [vec![], vec![step(2, vec![put("house", 6)])]] {
            let done = store.replay(nothing).await.unwrap();
            assert_eq!((done.seq, done.changed), (4, 0));
        }
        // Later commits get higher numbers, imports included.
        let mut staging = store.stage(Author::system(), None).await.unwrap();
        staging.put(vec![put("later", 1)]).await.unwrap();
        assert_eq!(staging.publish().await.unwrap().seq, 5);
        store.commit(edit(vec![delete("house")])).await.unwrap();
        assert_eq!(store.head().await.unwrap().seq, 6);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replay_and_concurrent_writers_do_not_deadlock() {
    for f in fixtures().await {
        let writers: Vec<_> = (0..3)
            .map(|w| {
                let store = f.store.clone();
                tokio::spawn(async move {
                    for i in 0..20 {
                        let changes = vec![warning("shared", Some(100 * w + i)), put("house", i)];
                        store.commit(edit(changes)).await.unwrap();
                    }
                })
            })
            .collect();
        for round in 0..3 {
            let edits = (0..40)
                .map(|i| {
                    let changes = vec![put("house", 1000 + i), warning("shared", Some(-i - round))];
                    step(i, changes)
                })
                .collect();
            f.store.replay(edits).await.unwrap();
        }
        for w in writers {
            w.await.unwrap();
        }
        let head = f.store.head().await.unwrap().seq;
        let log = f.store.commits_after(0, 1000).await.unwrap();
        let seqs: Vec<u64> = log.iter().map(|h| h.seq).collect();
        assert_eq!(seqs, (1..=head).collect::<Vec<_>>());
        assert!(log.windows(2).all(|w| w[0].at <= w[1].at));
    }
}

/// The map of a process that follows the log equals that of a process that starts now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn applying_small_commits_together_gives_the_same_map() {
    for f in fixtures().await {
        let schema = |collection: &str| Change {
            collection: name("$schemas"),
            id: id(collection),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse("{\"properties\":{}}").unwrap(),
            }),
        };
        f.store
            .commit(edit(vec![schema("warnings"), schema("buildings")]))
            .await
            .unwrap();
        let live = Live::start(f.store.clone()).await.unwrap();
        let (from, mut feed) = live.listen();
        let edits = (0..3000)
            .map(|i| {
                let steps = (i % 7 != 0).then_some(i);
                step(i, vec![warning(&format!("w{}", i % 250), steps)])
            })
            .collect();
        let done = f.store.replay(edits).await.unwrap();
        assert!(live.wait_for(done.seq, Duration::from_secs(60)).await);
        let fresh = Live::start(f.store.clone()).await.unwrap();
        let map = |live: &Live| -> BTreeMap<String, (u64, String)> {
            let snapshot = live.snapshot();
            let warnings = snapshot.collections().get("warnings").unwrap();
            warnings
                .iter()
                .map(|e| {
                    let text = e.all_properties().to_owned();
                    (e.id().to_string(), (e.seq(), text))
                })
                .collect()
        };
        assert_eq!(map(&live), map(&fresh));
        assert_eq!(live.snapshot().seq(), fresh.snapshot().seq());
        assert_eq!(live.snapshot().at(), fresh.snapshot().at());
        // A listener gets increasing numbers up to the last.
        let mut last = from;
        while last < done.seq {
            let told = feed.recv().await.unwrap();
            assert!(told.seq > last);
            last = told.seq;
        }
        assert_eq!(last, done.seq);
    }
}

/// A commit: the minute at which it takes effect, and its changes: the number of one of five features and its new
/// value, or `None` to delete it.
type Moment = (i64, Vec<(u8, Option<i64>)>);

/// Commits with random moments.
fn histories() -> impl Strategy<Value = Vec<Moment>> {
    let change = (0..5_u8, prop::option::weighted(0.8, 0..4_i64));
    prop::collection::vec((0..30_i64, prop::collection::vec(change, 1..4)), 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The map at any moment is the result of applying all commits up to it in order.
    #[test]
    fn a_past_state_equals_the_log_replayed_up_to_it(history in histories(), moment in -1..31_i64, whole: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", folder.path().join("map.db").display());
            let store = Store::open(&url).await.unwrap();
            let edits: Vec<Edit> = history
                .iter()
                .map(|(minute, changes)| {
                    let changes = changes.iter().map(|(w, n)| warning(&format!("w{w}"), *n));
                    step(*minute, changes.collect())
                })
                .collect();
            if whole {
                store.replay(edits).await.unwrap();
            } else {
                for edit in edits {
                    store.commit(edit).await.unwrap();
                }
            }
            let mut expected: BTreeMap<String, (u64, Option<Body>)> = BTreeMap::new();
            for header in store.commits_after(0, 1000).await.unwrap() {
                if header.effective_at > at(moment) {
                    continue;
                }
                let keep = |r: Record| {
                    expected.insert(r.id.to_string(), (r.seq, r.body));
                };
                store.records_of(&header, keep).await.unwrap();
            }
            expected.retain(|_, (_, body)| body.is_some());
            let asked = ids(&["w0", "w1", "w2", "w3", "w4"]);
            let warnings = name("warnings");
            let some = store.versions_at(&warnings, &asked, at(moment)).await.unwrap();
            let all = store.collection_at(&warnings, at(moment)).await.unwrap();
            assert_eq!(some, all);
            let found: BTreeMap<_, _> = some
                .into_iter()
                .map(|r| (r.id.to_string(), (r.seq, r.body)))
                .collect();
            assert_eq!(found, expected);
        });
    }
}

#[tokio::test]
async fn only_one_process_holds_a_lease_until_it_expires() {
    for Fixture { store, .. } in &fixtures().await {
        let long = Duration::from_secs(60);
        assert!(store.take_lease("timer", "a", long).await.unwrap());
        assert!(!store.take_lease("timer", "b", long).await.unwrap());
        assert!(store.take_lease("courier", "b", long).await.unwrap());
        assert!(
            store
                .take_lease("timer", "a", Duration::ZERO)
                .await
                .unwrap()
        );
        // The lease has expired, so another process can take it.
        assert!(store.take_lease("timer", "b", long).await.unwrap());
        store.drop_lease("timer", "a").await.unwrap();
        assert!(!store.take_lease("timer", "a", long).await.unwrap());
        store.drop_lease("timer", "b").await.unwrap();
        assert!(store.take_lease("timer", "a", long).await.unwrap());
    }
}

#[tokio::test]
async fn a_contact_is_erased_when_it_expires() {
    for Fixture { store, .. } in &fixtures().await {
        let now = Timestamp::now();
        let (soon, late) = (
            now - SignedDuration::from_secs(1),
            now + SignedDuration::from_hours(1),
        );
        let (a, b) = (id("事件1"), id("事件2"));
        store.put_contact(&a, "张 13000000000", late).await.unwrap();
        store.put_contact(&b, "李", late).await.unwrap();
        let of = async |contact: &str| store.warnings_of_contact(contact).await.unwrap();
        assert_eq!(of("李").await, ["事件2"]);
        store.put_contact(&a, "张 13000000001", late).await.unwrap();
        let known = store.contact(&a).await.unwrap();
        assert_eq!(known.as_deref(), Some("张 13000000001"));
        assert_eq!(store.erase_due_contacts(now).await.unwrap(), 0);
        store.keep_contact_until(&a, soon).await.unwrap();
        // The contact has expired, although it has not been erased yet.
        assert_eq!(store.contact(&a).await.unwrap(), None);
        assert!(of("张 13000000001").await.is_empty());
        assert_eq!(store.erase_due_contacts(now).await.unwrap(), 1);
        store.keep_contact_until(&a, late).await.unwrap();
        assert_eq!(store.contact(&a).await.unwrap(), None);
        assert!(store.contact(&b).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_linked_photo_is_kept_and_an_unlinked_one_is_removed() {
    for Fixture { store, .. } in &fixtures().await {
        let photo = |id: &str| Photo {
            id: id.into(),
            width: 4,
            height: 3,
            jpeg: vec![0xff, 0xd8, 0],
            thumb: vec![1],
        };
        let yesterday = Timestamp::now() - SignedDuration::from_hours(30);
        let limit = Timestamp::now() - SignedDuration::from_hours(24);
        for name in ["kept", "lost", "again"] {
            let by = Uploader::default();
            store.put_photo(&photo(name), &by, yesterday).await.unwrap();
        }
        store
            .put_photo(&photo("again"), &Uploader::default(), Timestamp::now())
            .await
            .unwrap();
        let (a, b) = (id("a"), id("b"));
        let wanted = ["kept".to_owned(), "nobody".to_owned()];
        let warnings = &name("warnings");
        assert_eq!(
            store
                .attach_photos(warnings, &a, "photos", &wanted)
                .await
                .unwrap(),
            ["nobody"]
        );
        let none = store.photo("kept", PhotoSize::Full).await.unwrap().unwrap();
        assert!(none.places.is_empty());
        for case in [&b, &a, &a] {
            let missing = store
                .attach_photos(warnings, case, "photos", &wanted[..1])
                .await
                .unwrap();
            assert!(missing.is_empty());
        }
        assert_eq!(store.sweep_photos(limit).await.unwrap(), 1);
        assert_eq!(store.photo("lost", PhotoSize::Full).await.unwrap(), None);
        let again = store.photo("again", PhotoSize::Thumb).await.unwrap();
        assert_eq!(again.unwrap().jpeg, [1]);
        let kept = store.photo("kept", PhotoSize::Full).await.unwrap().unwrap();
        assert_eq!(kept.jpeg, [0xff, 0xd8, 0]);
        let of = |id: &str| PhotoPlace {
            collection: "warnings".to_owned(),
            id: id.to_owned(),
            property: Some("photos".to_owned()),
        };
        assert_eq!(kept.places, [of("a"), of("b")]);
    }
}

#[tokio::test]
async fn a_photo_is_linked_once_by_its_claim_or_by_its_account() {
    for Fixture { store, .. } in &fixtures().await {
        let uploads = [
            ("claimed", Some("oc_1"), None),
            ("li's", Some("oc_2"), Some("li")),
            ("old", None, None),
        ];
        for (photo, claim, account) in uploads {
            let photo = Photo {
                id: photo.into(),
                width: 4,
                height: 3,
                jpeg: vec![0],
                thumb: vec![1],
            };
            let uploader = Uploader {
                claim: claim.map(Into::into),
                account: account.map(Into::into),
            };
            let now = Timestamp::now();
            store.put_photo(&photo, &uploader, now).await.unwrap();
        }
        let warnings = name("warnings");
        let link = async |case: &str, photo: &str, claim: Option<&str>, account: Option<&str>| {
            let claims = [PhotoClaim {
                id: photo.into(),
                claim: claim.map(Into::into),
                property: "photos".into(),
            }];
            let case = id(case);
            let linked = store.link_photos(&warnings, &case, &claims, account);
            linked.await.unwrap()
        };
        let refused = |refusal: fn(String) -> PhotoRefusal, photo: &str| Err(refusal(photo.into()));
        for (photo, claim) in [
            ("claimed", None),
            ("claimed", Some("oc_2")),
            ("old", Some("")),
        ] {
            let linked = link("mine", photo, claim, Some("wang")).await;
            assert_eq!(linked, refused(PhotoRefusal::NotClaimed, photo));
        }
        let missing = link("mine", "none", Some("oc_1"), None).await;
        assert_eq!(missing, refused(PhotoRefusal::Missing, "none"));
        // The second call is a repeated request.
        assert_eq!(link("mine", "claimed", Some("oc_1"), None).await, Ok(()));
        assert_eq!(link("mine", "claimed", None, None).await, Ok(()));
        let stolen = link("other", "claimed", None, None).await;
        assert_eq!(stolen, refused(PhotoRefusal::NotClaimed, "claimed"));
        let twice = link("other", "claimed", Some("oc_1"), None).await;
        assert_eq!(twice, refused(PhotoRefusal::Linked, "claimed"));
        assert_eq!(link("other", "li's", None, Some("li")).await, Ok(()));
    }
}

#[tokio::test]
async fn the_last_observation_of_a_place_counts() {
    for Fixture { store, .. } in &fixtures().await {
        let seen = |place: &str, minute, value| DeviceLastSeen {
            place: place.into(),
            category: "corridor_clutter".into(),
            at: at(minute),
            value,
        };
        for s in [seen("b", 1, 0.5), seen("a", 9, 0.1), seen("a", 3, 0.9)] {
            store.put_last_seen(&s).await.unwrap();
        }
        store.put_last_seen(&seen("b", 2, 0.75)).await.unwrap();
        let all = store.all_last_seen().await.unwrap();
        assert_eq!(all, [seen("a", 9, 0.1), seen("b", 2, 0.75)]);
    }
}

#[tokio::test]
async fn passages_are_counted_by_gate_and_hour_and_old_quarters_are_forgotten() {
    for Fixture { store, .. } in &fixtures().await {
        let hour = |entrance: &str, quarter| PassageHour {
            entrance: entrance.into(),
            quarter,
            weekday: 6,
            hour: 9,
        };
        let count = async |at: &PassageHour, passed| store.count_passage(at, passed).await.unwrap();
        count(&hour("e", 8101), true).await;
        count(&hour("f", 8101), true).await;
        count(&hour("e", 8102), true).await;
        let now = hour("e", 8103);
        count(&now, true).await;
        count(&now, false).await;
        let last = count(&now, true).await;
        assert_eq!((last.passed, last.refused), (2, 1));
        let all = store.all_passages().await.unwrap();
        let rows: Vec<_> = all
            .iter()
            .map(|c| {
                (
                    c.hour.entrance.as_str(),
                    c.hour.quarter,
                    c.passed,
                    c.refused,
                )
            })
            .collect();
        assert_eq!(
            rows,
            [("e", 8102, 1, 0), ("e", 8103, 2, 1), ("f", 8101, 1, 0)]
        );
        assert_eq!(all[1].hour, now);
    }
}

#[tokio::test]
async fn an_account_can_have_a_unit_and_communities() {
    for Fixture { store, .. } in &fixtures().await {
        let new = NewToken {
            unit: Some("物业-3".into()),
            communities: vec!["c1".into(), "社区2".into()],
            ..NewToken::new("小李", Role::GridWorker)
        };
        let (token, secret) = store.create_token(new).await.unwrap();
        assert_eq!(store.tokens().await.unwrap(), [token]);
        let lifetime = Duration::from_secs(60);
        let opened = store.open_session(secret.reveal(), lifetime).await.unwrap();
        let (opened, session) = opened.unwrap();
        let by_token = store.token_principal(secret.reveal()).await.unwrap();
        let by_session = store.session_principal(session.reveal()).await.unwrap();
        for who in [Some(opened), by_token, by_session] {
            let who = who.unwrap();
            assert_eq!(who.unit.as_deref(), Some("物业-3"));
            assert_eq!(who.communities, ["c1", "社区2"]);
        }
    }
}

#[tokio::test]
async fn the_position_of_a_webhook_is_saved() {
    for Fixture { store, .. } in &fixtures().await {
        store
            .commit(edit(vec![warning("a", Some(1))]))
            .await
            .unwrap();
        let hook = store
            .create_webhook(NewWebhook {
                url: "https://example.org/hook".into(),
                events: vec![HookEvent::Step, HookEvent::Notice],
                secret: None,
                created_by: Some("admin".into()),
            })
            .await
            .unwrap();
        assert_eq!(hook.position, Position::before(2));
        assert!(hook.secret.reveal().len() > 40);
        let now = at(0);
        let attempt = |seq, warning, minute, outcome| Attempt {
            hook: &hook.id,
            seq,
            warning,
            event: HookEvent::Step,
            at: at(minute),
            outcome,
        };
        let failed = |minute: i64| Outcome::Failed {
            next_at: at(minute),
            error: format!("try {minute}"),
        };
        store
            .record_attempt(&attempt(2, "a", 0, failed(1)))
            .await
            .unwrap();
        store
            .record_attempt(&attempt(2, "a", 1, failed(3)))
            .await
            .unwrap();
        let hooks = store.webhooks().await.unwrap();
        assert_eq!(hooks[0].position, hook.position);
        assert_eq!(hooks[0].secret.reveal(), hook.secret.reveal());
        let trouble = hooks[0].trouble.clone().unwrap();
        assert_eq!((trouble.since, trouble.failures), (now, 2));
        assert_eq!((trouble.next_at, trouble.error.as_str()), (at(3), "try 3"));
        let pending = store.deliveries(&hook.id, None, 10).await.unwrap();
        assert_eq!(pending[0].id, format!("{}-2-a", hook.id));
        assert_eq!((pending[0].tries, pending[0].first_at), (2, now));
        assert_eq!(pending[0].state, DeliveryState::Pending);

        store
            .record_attempt(&attempt(2, "a", 3, Outcome::Delivered))
            .await
            .unwrap();
        let given_up = Outcome::GivenUp {
            next_at: at(60),
            error: "410".into(),
        };
        store
            .record_attempt(&attempt(2, "b", 4, given_up))
            .await
            .unwrap();
        let hooks = store.webhooks().await.unwrap();
        let place = |seq, after: &str| Position {
            seq,
            after: after.into(),
        };
        assert_eq!(hooks[0].position, place(2, "b"));
        assert_eq!(hooks[0].trouble.as_ref().unwrap().failures, 1);
        let dead = store
            .deliveries(&hook.id, Some(DeliveryState::Dead), 10)
            .await
            .unwrap();
        let dead: Vec<&Delivery> = dead.iter().collect();
        assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("410")));
        // The position never moves back.
        store
            .advance_webhook(&hook.id, &place(2, "a"))
            .await
            .unwrap();
        store
            .advance_webhook(&hook.id, &place(7, ""))
            .await
            .unwrap();
        store
            .record_attempt(&attempt(2, "a", 5, Outcome::Delivered))
            .await
            .unwrap();
        assert_eq!(store.webhooks().await.unwrap()[0].position, place(7, ""));
        assert_eq!(store.webhooks().await.unwrap()[0].trouble, None);
        assert_eq!(store.sweep_deliveries(at(5)).await.unwrap(), 1);
        assert!(store.delete_webhook(&hook.id).await.unwrap());
        assert!(!store.delete_webhook(&hook.id).await.unwrap());
        // The webhook was deleted while a delivery was being sent.
        store
            .record_attempt(&attempt(9, "a", 6, failed(7)))
            .await
            .unwrap();
        assert!(store.webhooks().await.unwrap().is_empty());
        let none = store.deliveries(&hook.id, None, 10).await.unwrap();
        assert!(none.is_empty());
    }
}

#[tokio::test]
async fn case_numbers_are_unique_in_a_street_and_are_kept() {
    let day = jiff::civil::date(2026, 11, 29);
    let case = |text: &str, street: &str, wanted| ToNumber {
        id: id(text),
        day,
        street: street.to_owned(),
        wanted,
    };
    for Fixture { store, .. } in &fixtures().await {
        let one = async |case: ToNumber| store.number_cases(&[case]).await.unwrap().remove(0);
        // Cases that are numbered at once get all numbers from 1, each once.
        let tasks: Vec<_> = (0..24)
            .map(|i| {
                let (store, case) = (store.clone(), case(&format!("w-{i}"), "s1", None));
                tokio::spawn(async move { store.number_cases(&[case]).await.unwrap().remove(0) })
            })
            .collect();
        let mut given = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Numbered::Given(running) => given.push(running),
                taken @ Numbered::Taken { .. } => panic!("{taken:?}"),
            }
        }
        let first = given[0];
        given.sort_unstable();
        assert_eq!(given, (1..=24).collect::<Vec<u32>>());
        assert_eq!(one(case("w-0", "s1", None)).await, Numbered::Given(first));
        // Each street counts by itself; a case in no street continues after all of them, and the streets after it.
        assert_eq!(one(case("a", "s2", None)).await, Numbered::Given(1));
        assert_eq!(one(case("b", "", None)).await, Numbered::Given(25));
        assert_eq!(one(case("c", "s2", None)).await, Numbered::Given(26));
        assert_eq!(one(case("d", "s3", None)).await, Numbered::Given(26));
        assert_eq!(store.cases_numbered(day, 26).await.unwrap(), ["c", "d"]);
        // A wanted number is given if it is free.
        assert_eq!(one(case("e", "s2", Some(40))).await, Numbered::Given(40));
        let taken = one(case("f", "s2", Some(40))).await;
        assert_eq!(taken, Numbered::Taken { by: "e".into() });
        assert_eq!(one(case("f", "s2", None)).await, Numbered::Given(41));
        // The same id on another day is another case.
        let next = ToNumber {
            day: jiff::civil::date(2026, 11, 30),
            ..case("e", "s2", None)
        };
        assert_eq!(one(next).await, Numbered::Given(1));
        assert!(store.cases_numbered(day, 40).await.unwrap().is_empty());
    }
}
