//! Gates that are shut because people say so: two riders, or one grid worker, who reported within two hours that a gate
//! is wrong or locked.

use jiff::{SignedDuration, Timestamp};

/// Two riders confirm each other within this time.
const TOGETHER: SignedDuration = SignedDuration::from_hours(2);
/// A gate stays shut for so long after a report that confirms.
const SHUT: SignedDuration = SignedDuration::from_hours(12);

/// A report about a gate whose case no officer has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReport {
    /// The id of the entrance.
    pub entrance: String,
    /// The account that reported it.
    pub account: String,
    /// Whether it counts alone: a grid worker's.
    pub is_staff: bool,
    /// When.
    pub at: Timestamp,
}

/// Until when the reports of one gate keep it shut; `None`: they don't.
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
            // The third confirms the second, and so on.
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
