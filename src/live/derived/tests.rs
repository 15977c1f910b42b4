//! Tests of when a derived structure is built, over a real store.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;

use super::*;
use crate::access::Ask;
use crate::index::Free;
use crate::live::supervisor::TaskState;
use crate::live::testkit::{change, schemas};
use crate::model::{Author, Change, Edit, Role};
use crate::store::Store;

async fn live(folder: &tempfile::TempDir) -> Live {
    let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    commit(&live, schemas()).await;
    live
}

async fn commit(live: &Live, changes: Vec<Change>) {
    let edit = Edit::new(Author::system(), changes);
    live.commit(edit).await.unwrap().committed();
}

fn building(id: &str, name: &str) -> Change {
    let at = geo_types::Point::new(117.0, 39.0).into();
    change("buildings", id, Some(at), Some(json!({"name": name})))
}

/// Waits until a condition holds, for as long as the machine needs.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within a minute");
}

/// The ids of all buildings. The build waits until the test releases it.
struct Ids(BTreeSet<String>);

static LET_GO: AtomicBool = AtomicBool::new(false);
static BEGUN: AtomicUsize = AtomicUsize::new(0);

impl Derive for Ids {
    const NAME: &'static str = "ids";

    fn build(snapshot: &Snapshot, _: Option<&Self>) -> Self {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        while !LET_GO.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let buildings = snapshot.collections().get("buildings");
        let ids = buildings.into_iter().flat_map(|b| b.iter());
        Self(ids.map(|e| e.id().to_string()).collect())
    }

    fn is_current(&self, snapshot: &Snapshot) -> bool {
        let buildings = snapshot.collections().get("buildings");
        buildings.map_or(0, |b| b.len()) == self.0.len()
    }
}

#[tokio::test]
async fn commits_during_a_build_cause_one_more_build_and_the_old_map_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    let derived: Arc<Derived<Ids>> = Arc::default();
    derived.keep_up(&live);
    until("the first build begins", || {
        BEGUN.load(Ordering::Relaxed) == 1
    })
    .await;
    let pinned = Arc::downgrade(&live.snapshot());
    for n in 0..20 {
        commit(&live, vec![building(&format!("b{n:02}"), "甲")]).await;
    }
    assert!(derived.newest().is_none());
    assert!(pinned.upgrade().is_some(), "the build reads it");

    LET_GO.store(true, Ordering::Relaxed);
    let seq = live.snapshot().seq();
    until("the newest commit is built", || {
        derived.newest().is_some_and(|built| built.seq == seq)
    })
    .await;
    let built = derived.newest().unwrap();
    assert_eq!(built.value.0.len(), 20);
    assert_eq!(BEGUN.load(Ordering::Relaxed), 2);
    until("the old map is dropped", || pinned.upgrade().is_none()).await;

    // A commit that does not affect the structure causes no build.
    let grid = geo_types::Point::new(117.0, 39.0).into();
    commit(
        &live,
        vec![change("grids", "g1", Some(grid), Some(json!({})))],
    )
    .await;
    commit(&live, vec![building("b99", "甲")]).await;
    until("the next building is built", || {
        derived
            .newest()
            .is_some_and(|built| built.value.0.len() == 21)
    })
    .await;
    assert_eq!(BEGUN.load(Ordering::Relaxed), 3);
}

/// The number of buildings. The build over three of them panics.
struct Count(usize);

static BREAKS: AtomicBool = AtomicBool::new(true);

fn count(snapshot: &Snapshot) -> usize {
    snapshot
        .collections()
        .get("buildings")
        .map_or(0, |b| b.len())
}

impl Derive for Count {
    const NAME: &'static str = "count";

    fn build(snapshot: &Snapshot, _: Option<&Self>) -> Self {
        let count = count(snapshot);
        assert!(count != 3 || !BREAKS.load(Ordering::Relaxed), "breaks down");
        Self(count)
    }

    fn is_current(&self, snapshot: &Snapshot) -> bool {
        count(snapshot) == self.0
    }
}

#[tokio::test]
async fn a_build_that_panics_is_repeated_and_the_previous_one_stays_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    let derived: Arc<Derived<Count>> = Arc::default();
    let built = || derived.newest().map(|built| built.value.0);
    let report = || live.tasks().reports()[Count::NAME].clone();
    derived.keep_up(&live);
    commit(&live, vec![building("a", "甲"), building("b", "乙")]).await;
    until("two are counted", || built() == Some(2)).await;
    commit(&live, vec![building("c", "丙")]).await;
    until("the build panics", || report().problem == Some("panicked")).await;
    assert_eq!(built(), Some(2));
    BREAKS.store(false, Ordering::Relaxed);
    until("three are counted", || built() == Some(3)).await;
    assert_eq!(report().state, TaskState::Running);
    assert!(report().restarts > 0);

    live.tasks().stop().await;
    assert_eq!(report().state, TaskState::Stopped);
}

fn find(live: &Live, query: &str) -> Vec<String> {
    let Some(directory) = live.directory() else {
        return Vec::new();
    };
    let all: Vec<_> = (live.snapshot().collections().iter())
        .map(|(_, c)| Arc::clone(c))
        .collect();
    let ask = Ask {
        collections: &all,
        compounds: None,
        view: Role::Public.into(),
        query,
        limit: 10,
    };
    let Ok(found) = directory.value.search(&ask, &Free);
    found
        .hits
        .iter()
        .map(|hit| hit.entry.id().to_string())
        .collect()
}

#[tokio::test]
async fn a_new_name_is_found_after_the_next_build_and_an_old_name_disappears_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    commit(&live, vec![building("a", "温泉花园")]).await;
    until("the name is found", || find(&live, "wqhy") == ["a"]).await;
    commit(&live, vec![building("a", "辰庆家园")]).await;
    assert!(find(&live, "wqhy").is_empty());
    until("the new name is found", || find(&live, "cqjy") == ["a"]).await;
    commit(&live, vec![change("buildings", "a", None, None)]).await;
    assert!(find(&live, "cqjy").is_empty());
}
