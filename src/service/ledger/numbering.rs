//! Numbers the cases that an older version of the program wrote, or that were written with SQL. An action on such a case
//! numbers it too.

use jiff::Timestamp;

use super::case_service::Known;
use super::error::LedgerError;
use crate::live::{Live, Snapshot};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::service::edit_builder::EditBuilder;
use crate::warnings::Actor;

/// The reason of the commits that only add numbers. Webhooks are not notified of them.
pub const REASON: &str = "case numbers";
/// How many cases one commit numbers.
const CHUNK: usize = 200;

/// The cases without a number, in the reverse order of their reports.
pub(super) fn unnumbered(snapshot: &Snapshot) -> Vec<FeatureId> {
    let cases = snapshot.collections().get(WARNINGS);
    let mut found: Vec<(Option<Timestamp>, FeatureId)> = cases
        .into_iter()
        .flat_map(|c| c.iter())
        .filter_map(|entry| {
            let said = Canonical::new(entry.all_properties());
            let at = said
                .text(property::REPORTED_AT)
                .and_then(|at| at.parse().ok());
            let has = said.text(property::NUMBER).is_some();
            (!has).then(|| (at, entry.id().clone()))
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, id)| id).collect()
}

/// Numbers the last cases of the list and removes them from it. Cases that another commit changes meanwhile stay
/// without a number until the next call with a new list.
///
/// # Errors
/// If the store fails.
pub(super) async fn number_some(
    live: &Live,
    waiting: &mut Vec<FeatureId>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let from = waiting.len().saturating_sub(CHUNK);
    let snapshot = live.snapshot();
    let mut edit = EditBuilder::new(&Actor::system(), now, REASON);
    for id in waiting[from..].iter().rev() {
        // A case that cannot be read, for example after a write with SQL, keeps its id only.
        if let Ok(Some(known)) = Known::read(&snapshot, id)
            && known.case.number.is_none()
        {
            edit.put(known.change(&known.case)?, known.expect());
        }
    }
    if !edit.is_empty() {
        edit.commit(live).await?;
    }
    waiting.truncate(from);
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::super::testkit::{Town, at, id, officer, row};
    use super::*;
    use crate::model::{Author, Edit};
    use crate::warnings::Action;

    #[tokio::test]
    async fn cases_of_an_older_version_are_numbered_in_the_order_of_their_reports() {
        let town = Town::new().await;
        let old = |name: &str, reported: &str| {
            let said = json!({"category": "other", "status": "reported", "steps": 1,
                "reported_at": reported, "since": reported});
            row("warnings", name, None, said)
        };
        // 20261129 in China begins at 16:00 UTC of the day before.
        let rows = vec![
            old("w-c", "2026-11-28T17:00:00Z"),
            old("w-a", "2026-11-28T16:00:00Z"),
            old("w-b", "2026-11-28T15:59:00Z"),
        ];
        let live = town.live();
        let old = Edit::new(Author::system(), rows);
        let _ = live.commit(old).await.unwrap();
        // An action numbers its case, too.
        let now = at("2026-11-29T03:00:00Z");
        town.act(&id("w-c"), Action::File, &officer(), now).await;
        let filed = town.case(&id("w-c"));
        assert_eq!(filed.number, Some("20261129-0001".parse().unwrap()));
        let mut waiting = unnumbered(&live.snapshot());
        assert_eq!(waiting, [id("w-a"), id("w-b")]);
        number_some(live, &mut waiting, now + SignedDuration::from_mins(1))
            .await
            .unwrap();
        assert!(waiting.is_empty() && unnumbered(&live.snapshot()).is_empty());
        for (name, number) in [
            ("w-a", "20261129-0002"),
            ("w-b", "20261128-0001"),
            ("w-c", "20261129-0001"),
        ] {
            let case = town.case(&id(name));
            assert_eq!(case.number, Some(number.parse().unwrap()), "{name}");
        }
        // A number is no step.
        assert_eq!(town.case(&id("w-a")).steps, 1);
    }
}
