//! Changes that are compared with a baseline and not committed yet.

use crate::ingest::ImportError;
use crate::ingest::baseline::InStore;
use crate::ingest::conflict::Conflicts;
use crate::ingest::plan::{Basis, Plan};
use crate::ingest::report::{ChangeKind, Progress, Report, Stage};
use crate::ingest::touched::Touched;
use crate::model::{CollectionId, Precondition};
use crate::store::{Effect, Staged, Store, StoreError};

/// Changes that were compared with a baseline. Those that are staged in the store wait for their commit.
pub(in crate::ingest) struct Prepared<B> {
    pub baseline: B,
    pub report: Report,
    pub touched: Touched,
    pub conditions: Vec<Precondition>,
    /// The commit is refused if a commit after this one changed one of the features.
    pub since: u64,
}

impl<B> Prepared<B> {
    /// The plan of these changes. The staged rows are dropped.
    pub fn plan(self) -> Plan {
        let basis = Basis {
            seq: self.since,
            inputs: self.report.inputs.clone(),
        };
        let report = Report {
            dry_run: true,
            ..self.report
        };
        Plan {
            report,
            basis,
            touched: self.touched,
        }
    }
}

impl Prepared<InStore<'_>> {
    /// Publishes the changes in one commit.
    pub async fn commit(
        self,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<Report, ImportError> {
        let Self {
            baseline,
            mut report,
            conditions,
            since,
            ..
        } = self;
        let read = report.total().read;
        progress.update(&Stage::Publishing, 0.0, read);
        if !progress.may_publish() {
            return Err(ImportError::Stopped);
        }
        let committed = baseline
            .staging
            .publish_since(&conditions, since)
            .await
            .map_err(refused)?;
        report.seq = Some(committed.seq);
        report.at = Some(committed.at);
        progress.update(&Stage::Settling, 0.0, read);
        // The commit is durable, so an error of the clean-up is only logged; the server or the next import repeats it.
        if let Err(error) = store.compact().await {
            tracing::warn!(%error, "the import is committed; compacting the log failed and will be tried again later");
        }
        progress.update(&Stage::Settling, 1.0, read);
        Ok(report)
    }
}

fn refused(error: StoreError) -> ImportError {
    if let Some(collection) = error.schema_changed() {
        return ImportError::SchemaChanged(collection.to_owned());
    }
    match error {
        StoreError::Overtaken(overtaken) => ImportError::Conflict(Conflicts::from(overtaken)),
        other => other.into(),
    }
}

/// Counts the effects of changes, and keeps the first of each kind as samples.
#[derive(Default)]
pub(in crate::ingest) struct Tally {
    pub touched: Touched,
    sampled: [usize; 3],
}

impl Tally {
    /// Adds the outcome of comparing `total` changes of a collection.
    pub fn add(
        &mut self,
        report: &mut Report,
        collection: &CollectionId,
        total: u64,
        mut staged: Vec<Staged>,
    ) {
        // Sort, because baselines return outcomes in different orders and the samples must not depend on that.
        staged.sort_by(|a, b| a.id.cmp(&b.id));
        for one in &staged {
            self.touched.add(collection, &one.id);
            let kind = match one.effect {
                Effect::New => ChangeKind::New,
                Effect::Changed => ChangeKind::Changed,
                Effect::Removed => ChangeKind::Removed,
            };
            let counts = report.collections.entry(collection.clone()).or_default();
            match kind {
                ChangeKind::New => {
                    counts.new += 1;
                    counts.changed += 1;
                }
                ChangeKind::Changed => counts.changed += 1,
                ChangeKind::Removed => counts.removed += 1,
            }
            let sampled = &mut self.sampled[kind as usize];
            if *sampled < Report::SAMPLES {
                *sampled += 1;
                report.sample(collection, &one.id, kind);
            }
        }
        let counts = report.collections.entry(collection.clone()).or_default();
        counts.unchanged += total - (staged.len() as u64).min(total);
    }
}
