//! The boards of every compound of the demo district.

use jiff::Timestamp;

use super::board::Board;
use super::card::Cut;
use super::no_board::NoBoard;
use crate::access::board::{LabelKind, Options, draw};
use crate::demo;
use crate::index::Free;
use crate::live::Snapshot;
use crate::model::Language;
use crate::model::names::collection::COMPOUNDS;

fn district() -> Snapshot {
    let as_of: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
    Snapshot::of_features(demo::schemas(), demo::district(as_of), as_of).unwrap()
}

#[test]
fn every_board_of_the_demo_has_all_its_labels_and_none_covers_another() {
    let map = district();
    let compounds = map.collections().get(COMPOUNDS).unwrap();
    assert_eq!(compounds.len(), 39);
    for compound in compounds.iter() {
        let id = compound.id().as_str();
        let board = Board::of(&map, id, &Free).unwrap();
        let gates = &board.content.gates;
        assert!(gates.len() >= 2 && !board.content.doors.is_empty(), "{id}");
        // Drawn without a gate, and for the first gate: the sign of the gate where the board hangs is different.
        for at in [None, Some(gates[0].id.as_str())] {
            let options = Options {
                at,
                url: "https://map.example/rider",
                language: Language::Chinese,
            };
            let drawn = draw(&board.frame, &board.content, &options).unwrap();
            assert_eq!(drawn.left_out, [], "{id}");
            for (i, a) in drawn.labels.iter().enumerate() {
                let covered = drawn.labels[i + 1..].iter().find(|b| a.at.overlaps(&b.at));
                assert_eq!(covered, None, "{id}: {a:?}");
            }
            let count = |kind| drawn.labels.iter().filter(|l| l.kind == kind).count();
            assert_eq!(count(LabelKind::House), board.content.houses.len(), "{id}");
            assert_eq!(count(LabelKind::Unit), board.content.doors.len(), "{id}");
            assert_eq!(count(LabelKind::Sign), gates.len(), "{id}");
        }
    }
}

#[test]
fn a_board_shows_the_gates_of_its_compound_and_refuses_others() {
    let map = district();
    let board = Board::of(&map, "wenquan-huayuan", &Free).unwrap();
    assert_eq!(board.content.community.as_deref(), Some("温泉花园社区"));
    assert_eq!(board.content.gates.len(), 5);
    assert_eq!(board.check_gate("wenquan-huayuan-gate-e"), Ok(()));
    let refused = board.check_gate("xuri-li-gate-e").unwrap_err();
    assert!(matches!(refused, NoBoard::Gate { known, .. } if known.len() == 5));
    assert!(matches!(
        Board::of(&map, "none", &Free),
        Err(Cut::None(NoBoard::Compound(id))) if id == "none"
    ));
}
