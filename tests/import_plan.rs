//! Tests of imports as plans, on both stores: what a plan contains, when it may be committed, and how an import
//! is undone.

use std::collections::BTreeMap;
use std::io::Cursor;

use geo_types::{Geometry, Rect, coord};
use onemap::demo;
use onemap::ingest::{
    self, ChangeKind, IdRule, ImportError, Options, Report, Source, Undo, plan_undo, undo,
};
use onemap::model::{Author, Body, Change, Edit, Properties};
use onemap::store::Store;
use serde_json::{Value, json};

use crate::store_suite::{fixtures, id, name};
use crate::support::building;

/// A file in memory, like an upload.
fn file(name: &str, features: &[Value]) -> Source {
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    Source::new(name, move || {
        Ok(Box::new(Cursor::new(text.clone().into_bytes())))
    })
}

fn options() -> Options {
    Options {
        schemas: demo::schemas(),
        ..Options::default()
    }
}

/// A building with a number of levels.
fn tower(id: &str, levels: u32) -> Value {
    let mut tower = building(id, 117.13, 39.22);
    tower["properties"] = json!({"levels": levels});
    tower
}

/// A building without an id, a little further east with each step.
fn nameless(name: &str, step: u32) -> Value {
    let mut feature = building("x", 117.13 + f64::from(step) / 1000.0, 39.22);
    let members = feature.as_object_mut().unwrap();
    members.remove("id");
    let properties = if name.is_empty() {
        json!({})
    } else {
        json!({"name": name})
    };
    members.insert("properties".into(), properties);
    feature
}

async fn import(store: &Store, file: &Source, options: &Options) -> Report {
    ingest::import(store, std::slice::from_ref(file), options, &())
        .await
        .unwrap()
}

/// All buildings: ids and properties.
async fn buildings(store: &Store) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    store
        .load_collection(&name("buildings"), |record| {
            let body = record.body.unwrap();
            all.insert(record.id.to_string(), body.properties.as_str().to_owned());
        })
        .await
        .unwrap();
    all
}

/// Another client sets the number of levels of a building, or deletes it.
async fn others_write(store: &Store, building: &str, levels: Option<u32>) -> u64 {
    let change = Change {
        collection: name("buildings"),
        id: id(building),
        body: levels.map(|levels| Body {
            geometry: Some(Geometry::Polygon(
                Rect::new(coord!(x: 117.13, y: 39.22), coord!(x: 117.131, y: 39.221)).to_polygon(),
            )),
            properties: Properties::parse(&json!({"levels": levels}).to_string()).unwrap(),
        }),
    };
    let edit = Edit::new(Author::system(), vec![change]);
    store.commit(edit).await.unwrap().seq
}

fn conflicts(error: ImportError) -> Vec<String> {
    match error {
        ImportError::Conflict(found) | ImportError::UndoConflict(found) => {
            assert_eq!(found.total, found.first.len() as u64);
            found.first.iter().map(ToString::to_string).collect()
        }
        other => panic!("expected a conflict, found {other}"),
    }
}

#[tokio::test]
async fn a_plan_lists_changes_and_writes_nothing() {
    for f in fixtures().await {
        let before = file("buildings.geojson", &[tower("same", 1), tower("other", 2)]);
        import(&f.store, &before, &options()).await;
        let head = f.store.head().await.unwrap();

        let next = file(
            "buildings.geojson",
            &[
                tower("same", 1),
                tower("other", 3),
                tower("new", 4),
                nameless("", 1),
            ],
        );
        let plan = ingest::plan(&f.store, std::slice::from_ref(&next), &options(), &())
            .await
            .unwrap();
        let counts = plan.report.collections[&name("buildings")];
        assert_eq!(
            (counts.read, counts.changed, counts.new),
            (4, 3, 2),
            "{}",
            f.url
        );
        assert_eq!((counts.unchanged, counts.made_ids), (1, 1));
        let samples = plan.report.samples.iter();
        let mut kinds: Vec<_> = samples.map(|s| (s.id.as_str(), s.kind)).collect();
        kinds.sort_by_key(|(id, _)| id.len());
        assert_eq!(
            kinds[..2],
            [("new", ChangeKind::New), ("other", ChangeKind::Changed)]
        );
        assert_eq!((plan.basis.seq, plan.basis.inputs.len()), (head.seq, 1));
        let [west, south, ..] = plan.report.extent.unwrap();
        assert_eq!((west, south), (117.13, 39.22));
        assert_eq!(f.store.head().await.unwrap(), head);

        // The plan is stored as text and committed by another process.
        let text = serde_json::to_string(&plan).unwrap();
        let plan: ingest::Plan = serde_json::from_str(&text).unwrap();
        let report = ingest::commit(
            &f.store,
            std::slice::from_ref(&next),
            &options(),
            &plan.basis,
            &(),
        )
        .await
        .unwrap();
        assert_eq!(report.seq, Some(head.seq + 1), "{}", f.url);
        assert_eq!(report.collections, plan.report.collections);
        assert_eq!(buildings(&f.store).await.len(), 4);
    }
}

#[tokio::test]
async fn a_plan_is_refused_if_its_features_were_changed_meanwhile() {
    for f in fixtures().await {
        let before = file(
            "buildings.geojson",
            &["a", "b", "c", "d"].map(|id| tower(id, 1)),
        );
        import(&f.store, &before, &options()).await;
        let next = [file(
            "buildings.geojson",
            &["a", "b", "c"].map(|id| tower(id, 2)),
        )];
        let plan = ingest::plan(&f.store, &next, &options(), &())
            .await
            .unwrap();
        let job = options_of_a_job();

        // A feature that the plan does not change may change meanwhile.
        others_write(&f.store, "d", Some(7)).await;
        let mine = others_write(&f.store, "b", Some(7)).await;
        others_write(&f.store, "c", None).await;
        let refused = ingest::commit(&f.store, &next, &job, &plan.basis, &()).await;
        let said = conflicts(refused.unwrap_err());
        assert_eq!(
            said,
            [
                format!("buildings/b: was changed by commit {mine}"),
                format!("buildings/c: was changed by commit {}", mine + 1),
            ],
            "{}",
            f.url
        );
        assert!(buildings(&f.store).await["a"].contains('1'), "{}", f.url);

        // The commit is refused with another file, or if a schema changed.
        let other = [file("buildings.geojson", &[tower("a", 3)])];
        let error = ingest::commit(&f.store, &other, &options(), &plan.basis, &()).await;
        assert!(matches!(error, Err(ImportError::InputChanged { .. })));
        let plan = ingest::plan(&f.store, &next, &options(), &())
            .await
            .unwrap();
        let mut schema = demo::schemas()
            .into_iter()
            .find(|(c, _)| c.as_str() == "buildings")
            .unwrap()
            .1;
        schema["properties"]["levels"]["maximum"] = json!(9);
        let change = Change {
            collection: name("$schemas"),
            id: id("buildings"),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&schema.to_string()).unwrap(),
            }),
        };
        let edit = Edit::new(Author::system(), vec![change]);
        f.store.commit(edit).await.unwrap();
        let error = ingest::commit(&f.store, &next, &options(), &plan.basis, &()).await;
        assert!(
            matches!(&error, Err(ImportError::SchemaChanged(c)) if c == "buildings"),
            "{error:?}"
        );
    }
}

fn options_of_a_job() -> Options {
    Options {
        note: Some("job 7".into()),
        ..options()
    }
}

#[tokio::test]
async fn an_import_can_be_undone_between_other_writes() {
    for f in fixtures().await {
        others_write(&f.store, "old", Some(1)).await;
        others_write(&f.store, "gone", Some(1)).await;
        let before = buildings(&f.store).await;
        let next = file("buildings.geojson", &[tower("old", 2), tower("new", 2)]);
        let replace = Options {
            remove_missing: true,
            ..options_of_a_job()
        };
        let report = import(&f.store, &next, &replace).await;
        assert_eq!(report.total().removed, 1, "{}", f.url);
        let seq = report.seq.unwrap();
        let head = f.store.commits_after(seq - 1, 1).await.unwrap();
        assert_eq!(
            head[0].reason.as_deref(),
            Some("import buildings.geojson (job 7)")
        );
        others_write(&f.store, "beside", Some(5)).await;

        let all = Undo {
            seq,
            partly: false,
            note: None,
        };
        let author = Author::system();
        let plan = plan_undo(&f.store, &all, &author, &()).await.unwrap();
        let total = plan.report.total();
        assert_eq!(
            (total.changed, total.new, total.removed),
            (2, 1, 1),
            "{}",
            f.url
        );
        assert_eq!(plan.report.conflicting, 0);
        let report = undo(&f.store, &all, &author, &()).await.unwrap();
        let mut after = buildings(&f.store).await;
        assert!(after.remove("beside").is_some());
        assert_eq!(after, before, "{}", f.url);

        // An import can be undone only once. Undoing the undo restores the import.
        let twice = undo(&f.store, &all, &author, &()).await.unwrap_err();
        assert!(
            matches!(twice, ImportError::Undone { by, .. } if Some(by) == report.seq),
            "{twice}"
        );
        let again = Undo {
            seq: report.seq.unwrap(),
            ..all.clone()
        };
        undo(&f.store, &again, &author, &()).await.unwrap();
        assert_eq!(
            buildings(&f.store).await.into_keys().collect::<Vec<_>>(),
            ["beside", "new", "old"]
        );

        // A commit that is not an import, and one that does not exist, cannot be undone.
        for seq in [1, 9_999] {
            let nothing = Undo { seq, ..all.clone() };
            let error = undo(&f.store, &nothing, &author, &()).await;
            assert!(matches!(error, Err(ImportError::NoImport { .. })), "{seq}");
        }
    }
}

#[tokio::test]
async fn an_undo_lists_features_changed_since_and_leaves_them() {
    for f in fixtures().await {
        let ids = ["changed", "put_back", "removed", "same"];
        others_write(&f.store, "put_back", Some(1)).await;
        let next = file("buildings.geojson", &ids.map(|id| tower(id, 2)));
        let seq = import(&f.store, &next, &options()).await.seq.unwrap();
        let theirs = others_write(&f.store, "changed", Some(9)).await;
        others_write(&f.store, "put_back", Some(1)).await;
        others_write(&f.store, "removed", None).await;

        let all = Undo {
            seq,
            partly: false,
            note: None,
        };
        let author = Author::system();
        let said = conflicts(undo(&f.store, &all, &author, &()).await.unwrap_err());
        assert_eq!(
            said,
            [format!("buildings/changed: was changed by commit {theirs}")],
            "{}",
            f.url
        );
        assert!(buildings(&f.store).await.contains_key("same"));
        // Searching the log for conflicts before the undo finds the same features.
        let looked = ingest::undo_conflicts(&f.store, seq).await.unwrap();
        assert_eq!(conflicts(ImportError::UndoConflict(looked)), said);

        let partly = Undo {
            partly: true,
            ..all
        };
        let report = undo(&f.store, &partly, &author, &()).await.unwrap();
        assert_eq!((report.conflicting, report.total().removed), (1, 1));
        let left = buildings(&f.store).await;
        assert_eq!(left["changed"], r#"{"levels":9}"#);
        assert_eq!(
            left.into_keys().collect::<Vec<_>>(),
            ["changed", "put_back"]
        );
    }
}

#[tokio::test]
async fn an_undo_says_which_features_no_longer_match_their_schema() {
    for f in fixtures().await {
        others_write(&f.store, "low", Some(1)).await;
        let next = file("buildings.geojson", &[tower("low", 3)]);
        let seq = import(&f.store, &next, &options()).await.seq.unwrap();
        let schema = json!({"x-onemap-geometry": ["Polygon"], "type": "object",
            "properties": {"levels": {"type": "integer", "minimum": 2}}});
        let stricter = Change {
            collection: name("$schemas"),
            id: id("buildings"),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&schema.to_string()).unwrap(),
            }),
        };
        let edit = Edit::new(Author::system(), vec![stricter]);
        f.store.commit(edit).await.unwrap();
        let all = Undo {
            seq,
            partly: false,
            note: None,
        };
        let said = undo(&f.store, &all, &Author::system(), &()).await;
        let said = said.unwrap_err().to_string();
        assert!(
            said.starts_with(
                "1 feature cannot be set back (buildings/low: its earlier state does not match"
            ),
            "{said}"
        );
    }
}

#[tokio::test]
async fn features_without_ids_get_the_same_ids_in_a_second_import() {
    for f in fixtures().await {
        let features = [
            nameless("1号楼", 1),
            nameless("", 2),
            nameless("", 2),
            nameless("", 2),
        ];
        let report = import(&f.store, &file("buildings.geojson", &features), &options()).await;
        let counts = report.collections[&name("buildings")];
        assert_eq!((counts.new, counts.made_ids), (4, 4), "{}", f.url);
        assert_eq!(report.identical, 2);
        let first = buildings(&f.store).await;
        let mut ids: Vec<_> = first.keys().collect();
        ids.sort_by_key(|id| id.len());
        assert!(ids[2].ends_with("-2") && ids[3].ends_with("-3"), "{ids:?}");

        let named = Options {
            collection: Some(name("buildings")),
            ..options()
        };
        let again = import(&f.store, &file("copy.geojson", &features), &named).await;
        assert_eq!((again.total().changed, again.seq), (0, report.seq));

        // The order of different features does not matter. Other properties make an update.
        let mut changed = features.clone();
        changed.reverse();
        changed[3]["properties"]["levels"] = json!(6);
        let update = import(&f.store, &file("buildings.geojson", &changed), &options()).await;
        let total = update.total();
        assert_eq!(
            (total.changed, total.new, total.unchanged),
            (1, 0, 3),
            "{}",
            f.url
        );
    }
}

#[tokio::test]
async fn ids_are_taken_from_a_property_or_the_row_on_request() {
    let f = fixtures().await.remove(0);
    let mut features = [nameless("a", 1), nameless("b", 2), nameless("c", 3)];
    features[0]["properties"]["fid"] = json!(17);
    features[1]["properties"]["fid"] = json!("B 2");
    let by = |rule: &str| Options {
        ids: rule.parse().unwrap(),
        dry_run: true,
        ..options()
    };
    let report = import(&f.store, &file("buildings.geojson", &features), &by("fid")).await;
    let ids: Vec<_> = report.samples.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["17", "B 2"]);
    assert_eq!(
        (report.rejected, report.rejects[0].field.as_str()),
        (1, "properties.fid")
    );
    let report = import(&f.store, &file("buildings.geojson", &features), &by("row")).await;
    let ids: Vec<_> = report.samples.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(report.total().made_ids, 0);
    assert_eq!("row".parse(), Ok(IdRule::Row));
}

#[tokio::test]
async fn no_feature_is_removed_that_the_file_contains_or_may_contain() {
    for f in fixtures().await {
        let before = file("buildings.geojson", &["a", "b", "c"].map(|id| tower(id, 1)));
        import(&f.store, &before, &options()).await;
        let mut wrong = tower("b", 1);
        wrong["properties"]["levels"] = json!("six");
        let replace = Options {
            remove_missing: true,
            ..options()
        };
        // "b" is invalid in the file, so it stays on the map.
        let next = file("buildings.geojson", &[tower("a", 1), wrong]);
        let report = import(&f.store, &next, &replace).await;
        assert_eq!(
            (report.rejected, report.total().removed),
            (1, 1),
            "{}",
            f.url
        );
        assert_eq!(
            buildings(&f.store).await.into_keys().collect::<Vec<_>>(),
            ["a", "b"]
        );
        // A rejected feature without an id might be any feature, so nothing is removed.
        let mut unknown = tower("x", 1);
        unknown["id"] = json!("");
        let next = file("buildings.geojson", &[tower("new", 1), unknown]);
        let report = import(&f.store, &next, &replace).await;
        assert_eq!(report.not_removed, [name("buildings")]);
        assert_eq!(buildings(&f.store).await.len(), 3, "{}", f.url);
    }
}
