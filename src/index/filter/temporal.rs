//! The temporal operators of Allen's interval algebra.

use std::cmp::Ordering;

use super::time::compare;
use super::value::Value;
use crate::codec::cql2::{Instant, Temporal};

/// The beginning or end of a period.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Earlier than every time: an open beginning.
    Past,
    At(Instant),
    /// Later than every time: an open end.
    Future,
}

impl End {
    fn rank(self) -> i8 {
        match self {
            Self::Past => -1,
            Self::At(_) => 0,
            Self::Future => 1,
        }
    }
}

fn order(a: End, b: End) -> Ordering {
    match (a, b) {
        (End::At(a), End::At(b)) => compare(a, b),
        (a, b) => a.rank().cmp(&b.rank()),
    }
}

/// The two ends of an instant or an interval.
fn span(value: &Value<'_>) -> Option<(End, End)> {
    if let Value::Interval(from, to) = value {
        return Some((
            from.map_or(End::Past, End::At),
            to.map_or(End::Future, End::At),
        ));
    }
    let at = End::At(value.instant()?);
    Some((at, at))
}

/// Whether a temporal operator holds; `None` if an operand is unknown.
pub(super) fn holds(op: Temporal, a: &Value<'_>, b: &Value<'_>) -> Option<bool> {
    use Ordering::{Equal, Greater, Less};
    let ((a_from, a_to), (b_from, b_to)) = (span(a)?, span(b)?);
    // Compares the beginnings, the ends, and each end with the beginning of the other.
    let (from, to) = (order(a_from, b_from), order(a_to, b_to));
    let (end_begin, begin_end) = (order(a_to, b_from), order(a_from, b_to));
    Some(match op {
        Temporal::Before => end_begin == Less,
        Temporal::After => begin_end == Greater,
        Temporal::Disjoint => end_begin == Less || begin_end == Greater,
        Temporal::Intersects => end_begin != Less && begin_end != Greater,
        Temporal::Equals => from == Equal && to == Equal,
        Temporal::During => from == Greater && to == Less,
        Temporal::Contains => from == Less && to == Greater,
        Temporal::Finishes => from == Greater && to == Equal,
        Temporal::FinishedBy => from == Less && to == Equal,
        Temporal::Starts => from == Equal && to == Less,
        Temporal::StartedBy => from == Equal && to == Greater,
        Temporal::Meets => end_begin == Equal,
        Temporal::MetBy => begin_end == Equal,
        Temporal::Overlaps => from == Less && end_begin == Greater && to == Less,
        Temporal::OverlappedBy => from == Greater && begin_end == Less && to == Greater,
    })
}
