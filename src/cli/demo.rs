//! `onemap demo`: writes the synthetic district as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::demo_ledger::{self, Photos};
use super::moment;
use crate::demo;
use crate::live::Snapshot;
use crate::model::Change;

/// Write the demo district, one GeoJSON file for each collection. The same --as-of gives the same files.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The moment at which the 60 days of warnings end: 2026-11-22, or 2026-11-22T14:05:00+08:00. Without it,
    /// now.
    #[arg(long, value_name = "MOMENT", env = "ONEMAP_AS_OF", value_parser = moment)]
    as_of: Option<Timestamp>,
    /// The folder to write to. It is created if it does not exist.
    #[arg(long, value_name = "DIR", env = "ONEMAP_OUT")]
    out: PathBuf,
}

pub(super) fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let as_of = args.as_of.unwrap_or_else(Timestamp::now);
    std::fs::create_dir_all(&args.out).with_context(|| format!("{}", args.out.display()))?;
    let features = features(as_of)?;
    demo::write_dir(features, as_of, &args.out)
        .with_context(|| format!("{}", args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the features of the district, and the cases that its script of sixty days produces.
fn features(as_of: Timestamp) -> anyhow::Result<Vec<Change>> {
    let mut all = demo::district(as_of);
    let snapshot = Snapshot::of_features(demo::schemas(), all.clone(), as_of)?;
    let (_, warnings) = demo_ledger::history(&snapshot, &all, &Photos::named(), as_of)?;
    all.extend(warnings);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use jiff::SignedDuration;
    use serde_json::Value;

    use super::*;
    use crate::model::Level;
    use crate::model::names::collection::WARNINGS;
    use crate::warnings::{Case, Status};

    /// The `--as-of` of the files in geodata.
    fn as_of() -> Timestamp {
        "2026-11-22T06:00:00Z".parse().unwrap()
    }

    fn cases(as_of: Timestamp) -> Vec<Case> {
        let all = features(as_of).unwrap();
        let of_ledger = all.iter().filter(|c| c.collection.as_str() == WARNINGS);
        let read = |c: &Change| Case::read(&c.id, &c.body.as_ref().unwrap().properties).unwrap();
        of_ledger.map(read).collect()
    }

    #[test]
    fn the_demo_cases_are_those_that_the_ledger_makes() {
        let now = as_of();
        let cases = cases(now);
        assert!(cases.len() > 900);
        let mut open: BTreeMap<Level, usize> = BTreeMap::new();
        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &cases {
            assert!(
                case.demo && case.grid.is_some() && case.community.is_some(),
                "{}",
                case.id
            );
            assert!(case.reported_at <= now && !case.reason.zh.is_empty());
            assert_eq!(case.closed_at.is_some(), case.status.is_ended());
            *statuses.entry(case.status.as_str()).or_default() += 1;
            if !case.status.is_ended() {
                *open.entry(case.level).or_default() += 1;
            }
        }
        for level in [Level::Red, Level::Yellow, Level::Green] {
            assert!(open.get(&level).is_some_and(|n| *n >= 3), "{open:?}");
        }
        assert!(open.values().sum::<usize>() < 80, "{open:?} {statuses:?}");
        for status in [Status::Closed, Status::Rejected, Status::Merged] {
            assert!(statuses.contains_key(status.as_str()), "{statuses:?}");
        }
        let rated = cases.iter().filter(|c| c.rating.is_some()).count();
        let returned = cases.iter().filter(|c| c.ledger.returned > 0).count();
        assert!(rated > 50 && returned > 20, "{rated} {returned}");
    }

    #[test]
    fn the_demo_has_open_cases_at_any_time() {
        for month in [1, 6] {
            let now: Timestamp = format!("2026-{month:02}-11T05:17:00Z").parse().unwrap();
            let cases = cases(now);
            for level in [Level::Red, Level::Yellow, Level::Green] {
                let open = |c: &&Case| !c.status.is_ended() && c.level == level;
                assert!(cases.iter().filter(open).count() >= 2, "{now}: {level:?}");
            }
        }
    }

    #[test]
    fn the_ledger_accepts_every_step_of_the_script() {
        let district = demo::district(as_of());
        let schemas = demo::schemas();
        let snapshot = Snapshot::of_features(schemas, district.clone(), as_of()).unwrap();
        let script = demo::script(&district, as_of());
        let mut replay = crate::service::ledger::replay::Replay::new(&snapshot);
        let refused = demo_ledger::play(&mut replay, &script, &Photos::named()).unwrap();
        assert_eq!(refused, 0, "of {}", script.len());
        replay
            .until(as_of() + SignedDuration::from_hours(1))
            .unwrap();
    }

    /// With `ONEMAP_BLESS=1` the test writes the files.
    #[test]
    fn the_files_in_geodata_are_what_the_generator_writes() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/guoyuan");
        let all = features(as_of()).unwrap();
        if std::env::var_os("ONEMAP_BLESS").is_some() {
            demo::write_dir(all.clone(), as_of(), &committed).unwrap();
        }
        let fresh = tempfile::tempdir().unwrap();
        demo::write_dir(all, as_of(), fresh.path()).unwrap();
        let names = |dir: &Path| -> Vec<String> {
            let files = std::fs::read_dir(dir).unwrap();
            let mut names: Vec<String> = files
                .map(|f| f.unwrap().file_name().into_string().unwrap())
                .filter(|n| n.ends_with(".geojson"))
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(&committed), names(fresh.path()));
        for name in names(&committed) {
            let old = std::fs::read_to_string(committed.join(&name)).unwrap();
            let new = std::fs::read_to_string(fresh.path().join(&name)).unwrap();
            // assert_eq! would print two megabytes of difference.
            assert!(
                old == new,
                "{name} differs: run this test with ONEMAP_BLESS=1"
            );
            let document: Value = serde_json::from_str(&new).unwrap();
            assert_eq!(document["metadata"]["synthetic"], Value::Bool(true));
        }
    }
}
