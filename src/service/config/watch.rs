//! Commits the files of the configuration folder at the start and whenever a file changes: schemas, rules, calendar,
//! travel profiles, themes, and the planning files (standards, rules of placement, deliveries). If the map has no rules or
//! no calendar, commits the built-in ones. The built-in travel profiles, themes and planning files are not committed: they
//! are in force as long as the map has no others, so that a newer program brings newer ones.
//!
//! A wrong file leaves the previous version in force, and its problems are reported until it is corrected.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::folder::{Folder, install_schemas, row};
use crate::codec::config::Problem;
use crate::live::{Live, Snapshot};
use crate::model::names::collection::RULES;
use crate::model::{Author, BuiltIns, Canonical, CollectionId, Edit, FeatureId};
use crate::store::StoreError;
use crate::warnings::{calendar, rules};

/// How often the folder is read. A file is applied when two reads in a row find the same content, so that a
/// half-written file is ignored.
const PAUSE: Duration = Duration::from_millis(500);

/// Commits the built-in rules and calendar if the map has none, and those of the folder if there is one.
/// Schemas are installed earlier, before the map is read.
///
/// # Errors
/// When the store fails.
pub async fn configure(live: &Live, folder: Option<&Folder>) -> Result<(), StoreError> {
    let snapshot = live.snapshot();
    let missing = |id| in_force(&snapshot, id).is_none().then_some(());
    let built_in = [
        ("rules", missing("rules").map(|()| rules::DEFAULT)),
        ("calendar", missing("calendar").map(|()| calendar::DEFAULT)),
    ];
    put(live, built_in, "built-in rules and calendar").await?;
    let mut problems = Vec::new();
    if let Some(folder) = folder {
        problems = apply(live, folder).await?;
    }
    report(live, problems);
    // In a year without an entry in the calendar, only weekends are free. The operator must learn that the public
    // holidays are missing.
    let snapshot = live.snapshot();
    let calendar = snapshot.ledger().calendar();
    let year = calendar.date_of(jiff::Timestamp::now()).year();
    if !calendar.knows(year) {
        tracing::warn!(
            year,
            "the calendar has no entry for this year, so only weekends are free; add the public holidays to calendar.toml"
        );
    }
    Ok(())
}

/// Watches the folder as long as the process runs. `taken` is the content that was applied last.
pub async fn watch(live: Live, dir: PathBuf, mut taken: Folder) {
    let mut last = taken.clone();
    let mut silent = false;
    loop {
        tokio::time::sleep(PAUSE).await;
        let folder = dir.clone();
        let read = tokio::task::spawn_blocking(move || Folder::read(&folder)).await;
        let now = match read {
            Ok(Ok(now)) => now,
            Ok(Err(error)) => {
                // The failure is logged once, not on every read.
                if !std::mem::replace(&mut silent, true) {
                    tracing::warn!(%error, "the configuration cannot be read; the previous version \
                                            stays in force");
                }
                continue;
            }
            Err(_) => return,
        };
        silent = false;
        let rests = now == last;
        last = now;
        if !rests || last == taken {
            continue;
        }
        match reload(&live, &last).await {
            Ok(problems) => {
                report(&live, problems);
                taken = last.clone();
            }
            Err(error) => {
                tracing::warn!(%error, "the configuration could not be committed; it will be tried \
                                        again");
            }
        }
    }
}

/// Applies a changed folder. Schemas come first, because rules may name a new collection.
async fn reload(live: &Live, folder: &Folder) -> Result<Vec<Problem>, StoreError> {
    let (schemas, mut problems) = folder.schemas();
    let committed = install_schemas(live.store(), BuiltIns::compiled(), &schemas, false).await?;
    live.wait_for(committed.seq, Duration::from_secs(10)).await;
    problems.extend(apply(live, folder).await?);
    Ok(problems)
}

/// Commits the folder's rules, calendar, profiles, standards, rules of placement, deliveries and themes, and returns
/// their problems.
async fn apply(live: &Live, folder: &Folder) -> Result<Vec<Problem>, StoreError> {
    let snapshot = live.snapshot();
    let collections: Vec<&str> = snapshot
        .collections()
        .iter()
        .map(|(id, _)| id.as_str())
        .collect();
    let schemas = snapshot
        .collections()
        .iter()
        .map(|(id, c)| (id.to_string(), Arc::clone(c.schema())))
        .collect();
    let mut problems = Vec::new();
    let mut right = |text: Result<Option<&str>, Vec<Problem>>| {
        text.map_err(|found| problems.extend(found))
            .ok()
            .flatten()
            .map(str::to_owned)
    };
    let rules = right(folder.rules(&collections));
    let calendar = right(folder.calendar());
    let profiles = right(folder.profiles());
    let standards = right(folder.standards());
    let placement = right(folder.placement());
    let deliveries = right(folder.deliveries());
    let themes = right(folder.themes(&schemas));
    let texts = [
        ("rules", rules.as_deref()),
        ("calendar", calendar.as_deref()),
        ("profiles", profiles.as_deref()),
        ("standards", standards.as_deref()),
        ("placement", placement.as_deref()),
        ("deliveries", deliveries.as_deref()),
        ("themes", themes.as_deref()),
    ];
    put(
        live,
        texts,
        "rules, calendar, profiles, themes and planning files of the configuration",
    )
    .await?;
    Ok(problems)
}

/// Commits the texts that differ from those in force.
async fn put<const N: usize>(
    live: &Live,
    texts: [(&str, Option<&str>); N],
    reason: &str,
) -> Result<(), StoreError> {
    let snapshot = live.snapshot();
    let collection = CollectionId::new(RULES).map_err(|e| StoreError::bad_id("collection", &e))?;
    let mut changes = Vec::new();
    for (id, text) in texts {
        let Some(text) = text else { continue };
        if in_force(&snapshot, id).as_deref() == Some(text) {
            continue;
        }
        let map = serde_json::Map::from_iter([("text".to_owned(), json!(text))]);
        let id = FeatureId::new(id).map_err(|e| StoreError::bad_id("rules", &e))?;
        changes.push(row(collection.clone(), id, map)?);
    }
    if changes.is_empty() {
        return Ok(());
    }
    let written = live
        .commit(Edit::new(Author::system(), changes).because(reason))
        .await?;
    tracing::info!(seq = written.seq(), "{reason}");
    Ok(())
}

/// The text of a row of `$rules`.
fn in_force(snapshot: &Snapshot, id: &str) -> Option<String> {
    let row = snapshot.collections().hidden(RULES)?.get(id)?;
    let text = Canonical::new(row.all_properties()).text("text")?;
    Some(text.into_owned())
}

fn report(live: &Live, problems: Vec<Problem>) {
    for problem in &problems {
        tracing::error!(%problem, "a file of the configuration is not valid; the previous version stays in force");
    }
    live.set_config_problems(problems);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::config::RULES_FILE;
    use crate::store::Store;
    use std::path::Path;

    async fn live(dir: &Path) -> Live {
        let url = format!("sqlite:{}", dir.join("onemap.db").display());
        let store = Store::open(&url).await.unwrap();
        install_schemas(&store, BuiltIns::compiled(), &[], true)
            .await
            .unwrap();
        Live::start(store).await.unwrap()
    }

    #[tokio::test]
    async fn built_in_rules_are_committed_once_and_replace_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let live = live(dir.path()).await;
        assert_eq!(in_force(&live.snapshot(), "rules"), None);
        configure(&live, None).await.unwrap();
        let seq = live.snapshot().seq();
        assert_eq!(
            in_force(&live.snapshot(), "rules").as_deref(),
            Some(rules::DEFAULT)
        );
        configure(&live, None).await.unwrap();
        assert_eq!(live.snapshot().seq(), seq);

        let own = rules::DEFAULT.replace("楼道堆物", "楼道杂物");
        std::fs::write(dir.path().join(RULES_FILE), &own).unwrap();
        configure(&live, Some(&Folder::read(dir.path()).unwrap()))
            .await
            .unwrap();
        configure(&live, None).await.unwrap();
        let snapshot = live.snapshot();
        assert_eq!(in_force(&snapshot, "rules"), Some(own));
        let name = &snapshot.ledger().rules().categories["corridor_clutter"].name;
        assert_eq!(name.zh, "楼道杂物");
        assert!(live.config_problems().is_empty());
    }

    #[tokio::test]
    async fn invalid_rules_leave_the_previous_ones_in_force_and_a_valid_calendar_is_still_applied()
    {
        let dir = tempfile::tempdir().unwrap();
        let live = live(dir.path()).await;
        std::fs::write(dir.path().join(RULES_FILE), "[categories.other]\nzh = 1\n").unwrap();
        let own = calendar::DEFAULT.replace("08:30", "09:00");
        std::fs::write(dir.path().join("calendar.toml"), &own).unwrap();
        configure(&live, Some(&Folder::read(dir.path()).unwrap()))
            .await
            .unwrap();
        let snapshot = live.snapshot();
        assert_eq!(
            in_force(&snapshot, "rules").as_deref(),
            Some(rules::DEFAULT)
        );
        assert_eq!(in_force(&snapshot, "calendar"), Some(own));
        let problems = live.config_problems();
        let wrong = problems.iter().find(|p| p.line == 2).unwrap();
        assert_eq!(
            (wrong.file.as_str(), wrong.expected.as_str()),
            (RULES_FILE, "the Chinese name")
        );
    }
}
