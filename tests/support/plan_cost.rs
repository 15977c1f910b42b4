//! Measures the memory that planning an import over a large map takes in addition to the map.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use onemap::ingest::{self, Options, Progress, Source, Stage};
use onemap::live::Snapshot;
use onemap::model::{Author, Body, Change, CollectionId, FeatureId, Properties};
use onemap::service::imports::OverMap;
use serde_json::json;

use super::GLOBAL;

/// The memory that an import may take independent of its size, in bytes: parts of files, and features that wait for
/// their links.
const FIXED: usize = 32 << 20;
/// The memory that an import may take in addition for each feature, in bytes: its id and whether it changed, which is
/// less than the feature itself.
const EACH: usize = 160;

/// A hundredth of the note of each feature. The note makes the feature as large as one with many properties.
const NOTE: &str = "一二三四五六七八九十";

fn in_use() -> usize {
    let now = GLOBAL.stats();
    now.bytes_allocated.saturating_sub(now.bytes_deallocated)
}

/// Measures the memory in use after each batch of features.
#[derive(Default)]
struct Watch(AtomicUsize);

impl Progress for Watch {
    fn update(&self, _: &Stage, _: f64, _: u64) {
        self.0.fetch_max(in_use(), Ordering::Relaxed);
    }
}

fn place(n: u32) -> (f64, f64) {
    (
        116.0 + f64::from(n % 1_000) / 1_000.0,
        39.0 + f64::from(n / 1_000) / 1_000.0,
    )
}

fn house(n: u32) -> Change {
    let (x, y) = place(n);
    let low = geo_types::coord! {x: x, y: y};
    let area = geo_types::Rect::new(low, geo_types::coord! {x: x + 0.0002, y: y + 0.0001});
    let said = json!({"name": format!("温泉花园{n}号楼"), "note": NOTE.repeat(100)});
    Change {
        collection: CollectionId::new("houses").unwrap(),
        id: FeatureId::new(format!("h{n:07}")).unwrap(),
        body: Some(Body {
            geometry: Some(area.to_polygon().into()),
            properties: Properties::parse(&said.to_string()).unwrap(),
        }),
    }
}

/// Plans an import that changes each of this many features, and measures the memory.
///
/// # Panics
/// If the import takes more memory than allowed.
pub async fn check(features: u32) {
    let schemas = vec![(CollectionId::new("houses").unwrap(), json!({}))];
    let empty = in_use();
    let all = (0..features).map(house).collect();
    let map = Arc::new(Snapshot::of_features(schemas, all, Timestamp::UNIX_EPOCH).unwrap());
    let taken = in_use() - empty;

    let file = tempfile::NamedTempFile::new().unwrap();
    let mut lines = std::io::BufWriter::new(&file);
    for n in 0..features {
        let (x, y) = place(n);
        let ring = json!([[x, y], [x + 0.0003, y], [x + 0.0003, y + 0.0001], [x, y]]);
        let feature = json!({"type": "Feature", "id": format!("h{n:07}"), "collection": "houses",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"name": format!("温泉花园{n}号楼"), "note": NOTE.repeat(100)}});
        writeln!(lines, "{feature}").unwrap();
    }
    lines.flush().unwrap();
    drop(lines);

    let watch = Watch::default();
    let before = in_use();
    let begun = std::time::Instant::now();
    let over = OverMap::new(map, Author::system());
    let source = [Source::path(file.path())];
    let plan = ingest::plan_over(over, &source, &Options::default(), &watch)
        .await
        .unwrap();
    let total = plan.report.total();
    assert_eq!((total.changed, total.new), (u64::from(features), 0));
    let most = watch.0.load(Ordering::Relaxed) - before;
    let may = FIXED + EACH * features as usize;
    eprintln!(
        "a plan that changes {features} features of {} MB: {} MB, {:.1} s",
        taken >> 20,
        most >> 20,
        begun.elapsed().as_secs_f64()
    );
    assert!(
        most < may,
        "the import took {most} bytes; at most {may} are allowed"
    );
    assert!(
        taken > 2 * may,
        "the features take {taken} bytes, which is too little to measure"
    );
}
