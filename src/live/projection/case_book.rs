//! Keeps the cases of each grid and building. The book itself is [`CaseBook`] of `grids`.

use jiff::Timestamp;
use rayon::prelude::*;

use super::{Event, Projection, Touched, rows};
use crate::grids::{CaseBook, CaseFacts, Closed, Open, Waiting};
use crate::index::{Collection, Collections, Entry};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, Level};
use crate::store::StoreError;
use crate::warnings::{Status, Turn};

impl Projection for CaseBook {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        Ok(rows(map, WARNINGS).map_or_else(Self::default, book_of))
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[WARNINGS]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(WARNINGS) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    let before = rows(step.before, WARNINGS).and_then(|all| all.get(id.as_str()));
                    if let Some(case) = before.and_then(|entry| facts(entry)) {
                        self.remove(id, &case);
                    }
                    if let Some(case) = step.find(WARNINGS, id).and_then(facts) {
                        self.add(id, &case);
                    }
                }
            }
            Touched::Whole => {
                *self = rows(step.after, WARNINGS).map_or_else(Self::default, book_of);
            }
        }
    }
}

/// The book of the cases of a collection.
pub fn book_of(cases: &Collection) -> CaseBook {
    let all: Vec<&Entry> = cases.iter().map(AsRef::as_ref).collect();
    let read = |entry: &&Entry| Some((entry.id().clone(), facts(entry)?));
    let all: Vec<_> = all.par_iter().filter_map(read).collect();
    CaseBook::of(all.iter().map(|(id, case)| (id, case.clone())))
}

/// What a case contributes; `None` for drills and cases pending review. Only the properties that are needed are
/// read, because most cases ended long ago.
fn facts(entry: &Entry) -> Option<CaseFacts> {
    let case = Canonical::new(entry.all_properties());
    if case.is_true(property::HELD) || case.is_true("exercise") {
        return None;
    }
    let text = |name: &str| case.text(name).map(|t| t.into_owned());
    let status = case.text(property::STATUS).and_then(|s| Status::parse(&s));
    let status = status.unwrap_or(Status::Reported);
    let reported_at = case.moment(property::REPORTED_AT);
    let reported_at = reported_at.unwrap_or(Timestamp::UNIX_EPOCH);
    let open = Turn::of(status).map(|turn| Open {
        level: case
            .text("level")
            .and_then(|l| l.parse().ok())
            .unwrap_or(Level::Green),
        since: case.moment("since").unwrap_or(reported_at),
        waiting: match turn {
            Turn::Officer => Waiting::Officer,
            Turn::Unit => Waiting::Unit,
            Turn::Verifier => Waiting::Verifier,
        },
        is_overdue: case.moment("overdue_at").is_some(),
    });
    let closed = (status == Status::Closed).then(|| case.moment(property::CLOSED_AT));
    let closed = closed.flatten().map(|at| Closed {
        at,
        on_time: (case.moment("handled_at").zip(case.moment("due_at")))
            .map(|(done, due)| done <= due),
        rating: case.number("rating").map(|n| n as u8),
    });
    Some(CaseFacts {
        grid: text(property::GRID),
        building: text(property::BUILDING),
        open,
        reported_at,
        closed,
    })
}
