//! Tests of searches that are stopped before they end.

use std::cell::Cell;

use super::tests::{DEMO, at, profile};
use super::*;
use crate::network::core::{Limit, Memory};

/// At 04:43 the compound is closed: its 东2门 opens at 06:00 and its 东门 at 06:30.
fn early() -> Ask {
    Ask {
        from: Spot::Facility("toilet-020".to_owned()),
        to: Spot::Building {
            id: "chaoyang-xinyuan-5".to_owned(),
            unit: None,
            room: None,
        },
        profile: profile("wheelchair"),
        at: at("2026-11-30T04:43:00+08:00"),
        returns: false,
        alternatives: 0,
    }
}

/// The reason and the codes of the gates, as the traveller gets them.
fn explained(no_way: &NoWay) -> (String, Vec<(&str, &str)>) {
    let gates = no_way.gates.iter().map(|gate| (&*gate.id, gate.code));
    (no_way.detail().en, gates.collect())
}

#[test]
fn a_search_that_is_stopped_gives_no_reason_instead_of_a_wrong_one() {
    let ask = early();
    let mut memory = Memory::new();
    let Err(Failed::NoWay(whole)) = DEMO.route(&ask, &mut memory, Limit::NONE) else {
        panic!("the compound is closed");
    };
    let first = "the first to open is 朝阳新苑东2门 (closed until 06:00)";
    assert!(whole.reason.en.contains(first), "{}", whole.reason.en);
    let expected = explained(&whole);
    let mut stopped = 0;
    for last in 1.. {
        // Only the search that makes check number `last` is cancelled, so the searches after it can end.
        let asked = Cell::new(0);
        let is_cancelled = || {
            asked.set(asked.get() + 1);
            asked.get() == last
        };
        let limit = Limit {
            labels: u32::MAX,
            is_cancelled: &is_cancelled,
        };
        match DEMO.route(&ask, &mut memory, limit) {
            Err(Failed::NoWay(found)) => assert_eq!(explained(&found), expected, "{last}"),
            Err(Failed::Limited) => stopped += 1,
            other => panic!("{other:?}"),
        }
        if asked.get() < last {
            break;
        }
    }
    assert!(stopped > 0);
}
