//! `onemap doctor`: lists data problems that make routes worse, for a data steward.

use std::process::ExitCode;

use clap::Args;
use geo_types::Coord;
use serde_json::{Value, json};

use super::{print, with_store};
use crate::live::{Network, Snapshot};
use crate::network::build::{Named, Report, WallKind};
use crate::store::{Opening, Store};

/// Build the route network of the map and list the places that should be checked. Nothing is changed.
///
/// Gaps are ends of ways that stop just before another way. Assumed crossings are ways through a wall without a mapped
/// gate, which routes pass on foot. Unlinked doors, gates and buildings are reached only across a gap, or not at all.
/// Lost turns are turn restrictions whose ways do not meet.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Print the list as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    pub json: bool,
}

pub(super) async fn run(database: &str, args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open_as(database, Opening::Existing).await?;
    let snapshot = with_store(store, async |store| Ok(Snapshot::load(store).await?)).await?;
    let network = Network::of(&snapshot);
    let Some(ways) = network.ways() else {
        anyhow::bail!("The map is too large for a route network, so there is nothing to check.");
    };
    let report = &ways.report;
    if args.json {
        print(&document(snapshot.seq(), report).to_string())?;
    } else {
        for line in lines(report) {
            print(&line)?;
        }
        print(&format!(
            "{} gaps, {} assumed crossings, {} unlinked, {} lost turns",
            report.gaps.len(),
            report.assumed.len(),
            report.unlinked.len(),
            report.lost_turns.len()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(report: &Report) -> Vec<String> {
    let gaps = report.gaps.iter().map(|gap| {
        format!(
            "gap: {} ends {:.1} m short of {} at {}",
            name(&gap.way),
            gap.metres,
            name(&gap.other),
            place(gap.at)
        )
    });
    let assumed = report.assumed.iter().map(|crossing| {
        format!(
            "assumed: {} crosses the {} {} at {} where no gate is mapped",
            name(&crossing.way),
            wall(crossing.kind),
            name(&crossing.wall),
            place(crossing.at)
        )
    });
    let unlinked = report.unlinked.iter().map(|lost| {
        let near = match lost.nearest {
            Some((_, metres)) => format!("the nearest way is {metres:.0} m away"),
            None => "no way is near".to_owned(),
        };
        let (feature, at) = (name(&lost.feature), place(lost.at));
        format!("unlinked: no way can be reached directly from {feature} at {at}; {near}")
    });
    let turns = report.lost_turns.iter().map(|lost| {
        let turn = name(&lost.turn);
        format!("lost turn: the ways that {turn} names do not meet at the place that it names")
    });
    gaps.chain(assumed).chain(unlinked).chain(turns).collect()
}

fn document(seq: u64, report: &Report) -> Value {
    let at = |c: Coord<f64>| json!([c.x, c.y]);
    let gaps = report.gaps.iter().map(|gap| {
        json!({"way": name(&gap.way), "at": at(gap.at), "other": name(&gap.other), "metres": gap.metres})
    });
    let assumed = report.assumed.iter().map(|crossing| {
        json!({
            "way": name(&crossing.way), "wall": name(&crossing.wall), "kind": wall(crossing.kind),
            "at": at(crossing.at),
        })
    });
    let unlinked = report.unlinked.iter().map(|lost| {
        let nearest = lost
            .nearest
            .map(|(place, metres)| json!({"at": at(place), "metres": metres}));
        json!({"feature": name(&lost.feature), "at": at(lost.at), "nearest": nearest})
    });
    let lost_turns = report.lost_turns.iter().map(|lost| name(&lost.turn));
    json!({
        "seq": seq,
        "gaps": gaps.collect::<Vec<_>>(),
        "assumed": assumed.collect::<Vec<_>>(),
        "unlinked": unlinked.collect::<Vec<_>>(),
        "lost_turns": lost_turns.collect::<Vec<_>>(),
    })
}

fn name(named: &Named) -> String {
    format!("{}/{}", named.collection, named.id)
}

fn place(at: Coord<f64>) -> String {
    format!("{:.7},{:.7}", at.x, at.y)
}

const fn wall(kind: WallKind) -> &'static str {
    match kind {
        WallKind::Barrier => "barrier",
        WallKind::Building => "building",
        WallKind::Compound => "compound",
    }
}
