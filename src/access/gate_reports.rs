//! Decides until when confirmed reports keep a gate closed. A report that a gate is wrong or locked is confirmed if a
//! grid worker made it, or if another account reported the same gate within the two hours before it.

use jiff::{SignedDuration, Timestamp};

/// The longest time between the reports of two accounts for the later one to be confirmed.
const TOGETHER: SignedDuration = SignedDuration::from_hours(2);
/// How long a gate stays closed after its last confirmed report.
const SHUT: SignedDuration = SignedDuration::from_hours(12);

/// A report about a gate. Its case is still open: no officer has ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReport {
    /// The id of the entrance.
    pub entrance: String,
    /// The account that made the report.
    pub account: String,
    /// Whether a grid worker made the report. Such a report needs no second one to confirm it.
    pub is_staff: bool,
    /// When the gate was reported.
    pub at: Timestamp,
}

/// Returns the time until which the reports of one gate keep it closed, or `None` if no report is confirmed. The
/// reports may be in any order.
pub fn shut_until<'a>(reports: impl IntoIterator<Item = &'a GateReport>) -> Option<Timestamp> {
    let mut reports: Vec<&GateReport> = reports.into_iter().collect();
    reports.sort_by_key(|r| r.at);
    let confirms = |(i, report): &(usize, &&GateReport)| {
        report.is_staff
            || reports[..*i].iter().rev().any(|earlier| {
                earlier.account != report.account
                    && report.at.duration_since(earlier.at) <= TOGETHER
            })
    };
    let confirmed = reports.iter().enumerate().filter(confirms);
    let last = confirmed.map(|(_, report)| report.at).max()?;
    last.checked_add(SHUT).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(account: &str, is_staff: bool, minutes: i64) -> GateReport {
        GateReport {
            entrance: "g".into(),
            account: account.into(),
            is_staff,
            at: minute(minutes),
        }
    }

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + n * 60).unwrap()
    }

    #[test]
    fn two_riders_within_two_hours_or_one_grid_worker_shut_a_gate() {
        let rider = |account, at| report(account, false, at);
        for (reports, until) in [
            (vec![rider("a", 0)], None),
            (vec![rider("a", 0), rider("a", 10)], None),
            (vec![rider("a", 0), rider("b", 120)], Some(120 + 720)),
            (vec![rider("a", 0), rider("b", 121)], None),
            // The second report is confirmed by the first, and the third by the second.
            (
                vec![rider("a", 0), rider("b", 100), rider("c", 200)],
                Some(200 + 720),
            ),
            (vec![report("w", true, 5)], Some(5 + 720)),
            (vec![report("w", true, 5), rider("a", 60)], Some(60 + 720)),
        ] {
            assert_eq!(shut_until(&reports), until.map(minute), "{reports:?}");
        }
    }

    proptest! {
        #[test]
        fn a_gate_is_shut_when_some_report_of_the_last_twelve_hours_is_confirmed(
            said in prop::collection::vec((0..4u8, any::<bool>(), 0..2_000i64), 0..8),
            now in 0..3_000i64,
        ) {
            let reports: Vec<GateReport> = said
                .iter()
                .map(|(who, staff, at)| report(&who.to_string(), *staff && *who == 0, *at))
                .collect();
            let confirmed = reports.iter().any(|r| {
                let other = |o: &GateReport| {
                    o.account != r.account && o.at <= r.at && r.at.duration_since(o.at) <= TOGETHER
                };
                minute(now) < r.at + SHUT && (r.is_staff || reports.iter().any(other))
            });
            let until = shut_until(&reports);
            prop_assert_eq!(until.is_some_and(|until| minute(now) < until), confirmed);
            let mut turned = reports.clone();
            turned.reverse();
            prop_assert_eq!(shut_until(&turned), until);
        }
    }
}
