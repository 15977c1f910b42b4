//! The closure of ways near a case. The rule of the category defines the closure, unless an officer decided otherwise
//! for the case. It applies from filing until the case is handled, whatever the level of the case is.

use super::case::Case;
use super::rules::{Blocks, Rules};
use super::step::Status;

/// Returns the closure by a case at present, or `None`. Drills and reports that are pending review close nothing.
pub fn of(case: &Case, rules: &Rules) -> Option<Blocks> {
    let is_there = match case.status {
        Status::Filed | Status::Dispatched | Status::Returned | Status::Handling => true,
        // The obstacle of a parked case is still there, unless the case was handled before it was parked.
        Status::Parked => case.ledger.before_park != Some(Status::Handled),
        _ => false,
    };
    if !is_there || !case.counts() {
        return None;
    }
    let usual = || rules.category(&case.category)?.blocks;
    let blocks = case.blocks.or_else(usual)?;
    blocks.is_closing().then_some(blocks)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::FeatureId;
    use crate::warnings::{Actor, Report, Source};

    fn case(category: &str, status: Status) -> Case {
        let id = FeatureId::new("w").unwrap();
        let (at, actor) = (Timestamp::UNIX_EPOCH, Actor::public());
        let mut case = Case::open(Report::new(id, at, actor, category, Source::Resident));
        case.status = status;
        case
    }

    #[test]
    fn a_case_closes_ways_from_its_filing_until_it_is_handled() {
        let rules = Rules::built_in().unwrap();
        let closing: Vec<Status> = Status::ALL
            .iter()
            .copied()
            .filter(|s| of(&case("blocked_route", *s), &rules).is_some())
            .collect();
        use Status::{Dispatched, Filed, Handling, Parked, Returned};
        assert_eq!(closing, [Filed, Dispatched, Returned, Handling, Parked]);
        let mut parked = case("blocked_route", Parked);
        parked.ledger.before_park = Some(Status::Handled);
        assert_eq!(of(&parked, &rules), None);
    }

    #[test]
    fn a_drill_a_held_report_and_another_category_close_nothing() {
        let rules = Rules::built_in().unwrap();
        let filed = case("blocked_route", Status::Filed);
        let drill = Case {
            exercise: true,
            ..filed.clone()
        };
        let held = Case {
            held: true,
            ..filed
        };
        assert_eq!((of(&drill, &rules), of(&held, &rules)), (None, None));
        assert_eq!(
            of(&case("street_encroachment", Status::Filed), &rules),
            None
        );
    }
}
