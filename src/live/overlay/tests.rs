//! Compares an overlay with the map after the same edits were committed to a real store.

use std::collections::BTreeMap;

use geo_types::coord;
use proptest::prelude::*;
use serde_json::json;

use super::{Conflict, Effect, Overlay};
use crate::index::{Collection, Entry, Select};
use crate::live::testkit::{a_change, a_feature, change, minute, schemas};
use crate::live::{Live, Snapshot};
use crate::model::{Author, Change, CollectionId, Edit, Expect, FeatureId, InChinese as _};
use crate::spatial::bounds::Bounds;
use crate::store::Store;

/// A query of a map.
#[derive(Debug, Clone)]
enum Question {
    Box(i32, i32, i32),
    Page(usize, usize),
    Nearest(i32, i32, usize),
    One(u32),
}

fn a_question() -> impl Strategy<Value = Question> {
    prop_oneof![
        (0..20, 0..20, 1..10).prop_map(|(x, y, size)| Question::Box(x, y, size)),
        (0..10usize, 1..7usize).prop_map(|(offset, limit)| Question::Page(offset, limit)),
        (0..20, 0..20, 1..9usize).prop_map(|(x, y, k)| Question::Nearest(x, y, k)),
        (0..40u32).prop_map(Question::One),
    ]
}

/// A feature as text, without the time at which it was written: in an overlay, that is the time of the snapshot.
fn said(entry: &Entry) -> String {
    let geometry = String::from_utf8_lossy(entry.geometry_json());
    format!(
        "{} {} {geometry} {}",
        entry.id(),
        entry.seq(),
        entry.all_properties()
    )
}

/// A feature as the public sees it.
fn shown(entry: &Entry) -> String {
    let text = String::from_utf8_lossy(entry.encoded());
    text.split(",\"updated_at\"").next().unwrap().to_owned()
}

fn place(x: i32, y: i32) -> geo_types::Coord<f64> {
    coord! {x: 117.0 + f64::from(x) * 0.001, y: 39.0 + f64::from(y) * 0.001}
}

fn answer(collection: &Collection, question: &Question) -> Vec<String> {
    let page = |select: Select<'_>| -> Vec<String> {
        let page = collection.select(&select);
        let counts = format!("{:?} {:?}", page.matched, page.next);
        let entries = page.entries.iter();
        entries.map(|e| said(e)).chain([counts]).collect()
    };
    match *question {
        Question::Box(x, y, size) => {
            let low = place(x, y);
            let high = place(x + size, y + size);
            page(Select {
                bbox: Some(Bounds::new(low.x, low.y, high.x, high.y)),
                ..Select::default()
            })
        }
        Question::Page(offset, limit) => page(Select {
            offset,
            limit,
            after: Some(FeatureId::new("h05").unwrap()),
            ..Select::default()
        }),
        Question::Nearest(x, y, k) => collection
            .nearest(place(x, y), k, f64::INFINITY)
            .iter()
            .map(|(e, metres)| format!("{metres:.3} {}", said(e)))
            .collect(),
        Question::One(n) => {
            let found = collection.get(&format!("h{n:02}"));
            found.map(|e| shown(e)).into_iter().collect()
        }
    }
}

/// Everything that can be read from a snapshot, as text.
fn dump(snapshot: &Snapshot, questions: &[Question]) -> Vec<String> {
    let mut all = vec![format!("seq {}", snapshot.seq())];
    for (id, collection) in snapshot.collections().iter() {
        all.push(format!(
            "{id} {} {}",
            collection.len(),
            collection.last_seq()
        ));
        all.extend(collection.iter().map(|e| said(e)));
        all.extend(collection.iter().map(|e| shown(e)));
        for question in questions {
            all.extend(answer(collection, question));
        }
    }
    all.push(format!("{:?}", snapshot.status().grids()));
    all.push(format!("{:?}", snapshot.status().open()));
    let ledger = snapshot.ledger();
    all.push(format!("{:?}", ledger.rules()));
    all.push(format!("{:?}", ledger.open().collect::<Vec<_>>()));
    for id in ledger.open() {
        all.push(format!("{id} {:?}", ledger.moment_of(id)));
    }
    all.push(format!("{:?}", ledger.next_moment()));
    all.push(format!("demo {}", snapshot.is_demo()));
    all
}

async fn a_map(folder: &tempfile::TempDir, features: Vec<Change>) -> Live {
    let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    for changes in [schemas(), features] {
        let edit = Edit::new(Author::system(), newest(changes));
        live.commit(edit).await.unwrap().committed();
    }
    live
}

/// Keeps at most one change for each feature, because an edit has no more.
fn newest(changes: Vec<Change>) -> Vec<Change> {
    let by_name = |c: Change| ((c.collection.clone(), c.id.clone()), c);
    let all: BTreeMap<_, _> = changes.into_iter().map(by_name).collect();
    all.into_values().collect()
}

/// Leaves out the rows of rules. They contain the time of their commit, which differs.
fn without_rules(changes: Vec<Change>) -> Vec<Change> {
    let plain = |c: &Change| c.collection.as_str() != "$rules";
    newest(changes.into_iter().filter(plain).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn edits_over_a_snapshot_answer_as_the_same_edits_committed(
        before in prop::collection::vec(a_feature(), 1..40),
        edits in prop::collection::vec(prop::collection::vec(a_change(), 1..12), 1..4),
        questions in prop::collection::vec(a_question(), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let live = a_map(&folder, before).await;
            let edits: Vec<Edit> = edits
                .into_iter()
                .map(without_rules)
                .filter(|changes| !changes.is_empty())
                .map(|changes| Edit::new(Author::system(), changes))
                .collect();
            let snapshot = live.snapshot();
            let untouched = dump(&snapshot, &questions);
            let overlay = Overlay::new(&snapshot, &edits).unwrap();
            for edit in edits {
                live.commit(edit).await.unwrap().committed();
            }
            let committed = live.snapshot();
            let expected = dump(&committed, &questions);
            assert_eq!(dump(overlay.view(), &questions), expected);
            assert_eq!(dump(overlay.base(), &questions), untouched);
            let reloaded = Snapshot::load(live.store()).await.unwrap();
            let answers = |s: &Snapshot| -> Vec<Vec<String>> {
                let all = s.collections().iter();
                all.map(|(_, c)| questions.iter().flat_map(|q| answer(c, q)).collect())
                    .collect()
            };
            assert_eq!(answers(overlay.view()), answers(&reloaded));
        });
    }
}

fn building(id: &str, name: &str) -> Change {
    let at = geo_types::Point::new(117.0, 39.0).into();
    change("buildings", id, Some(at), Some(json!({"name": name})))
}

#[test]
fn an_overlay_reports_the_effect_of_its_edits_on_each_feature() {
    let schema = (CollectionId::new("buildings").unwrap(), json!({}));
    let there = vec![building("a", "1"), building("b", "2"), building("c", "3")];
    let snapshot = Snapshot::of_features(vec![schema], there, minute(0)).unwrap();
    let edit = Edit::new(
        Author::system(),
        vec![
            building("a", "1"),
            building("b", "20"),
            change("buildings", "c", None, None),
            building("d", "4"),
            change("buildings", "e", None, None),
        ],
    );
    let overlay = Overlay::new(&snapshot, &[edit]).unwrap();
    let effects: Vec<(&str, Effect)> = (overlay.effects())
        .map(|(_, id, effect)| (id.as_str(), effect))
        .collect();
    assert_eq!(
        effects,
        [
            ("a", Effect::Unchanged),
            ("b", Effect::Changed),
            ("c", Effect::Removed),
            ("d", Effect::Added),
            ("e", Effect::Missing),
        ]
    );
    assert_eq!(snapshot.collections().get("buildings").unwrap().len(), 3);
}

#[test]
fn an_edit_whose_preconditions_fail_is_refused_with_all_conflicts() {
    let schema = (CollectionId::new("buildings").unwrap(), json!({}));
    let there = vec![building("a", "1"), building("b", "2")];
    let snapshot = Snapshot::of_features(vec![schema], there, minute(0)).unwrap();
    let buildings = || CollectionId::new("buildings").unwrap();
    let id = |text: &str| FeatureId::new(text).unwrap();
    let edit = Edit::new(Author::system(), vec![building("a", "5")])
        .expecting(buildings(), id("a"), Expect::Seq(7))
        .expecting(buildings(), id("b"), Expect::Seq(1))
        .expecting(buildings(), id("c"), Expect::Present);
    let problem = Overlay::new(&snapshot, &[edit]).unwrap_err();
    let found = |c: &Conflict| (c.id.to_string(), c.found);
    let conflicts: Vec<_> = problem.conflicts.iter().map(found).collect();
    assert_eq!(
        conflicts,
        [("a".to_owned(), Some(1)), ("c".to_owned(), None)]
    );
    assert!(
        problem
            .to_string()
            .starts_with("2 features are not in the version"),
        "{problem}"
    );
    assert_eq!(
        problem.zh(),
        "有2个要素与修改所依据的版本不一致，第一个为 buildings/a"
    );
}
