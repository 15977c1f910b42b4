//! What others changed on the map since a plan was made or an import was committed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::report::Conflict;
use super::touched::Touched;
use crate::model::{CollectionId, FeatureId, InChinese, Localized, SCHEMAS, both};
use crate::store::{Overtaken, Store, StoreError};

/// The most changes that one check of the log reads.
const MOST_CHANGES: u64 = 50_000;
/// The most commits that one check of the log reads.
const MOST_COMMITS: usize = 20_000;
/// Commits read per call of the store.
const PAGE: u32 = 500;

/// Features that a commit cannot write, because others changed them meanwhile, or because their earlier state no longer
/// matches the schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// The number of conflicting features.
    pub total: u64,
    /// Whether the earlier state of one of them no longer matches the schema.
    pub has_misfits: bool,
    /// The first conflicts, by collection and id.
    pub first: Vec<Conflict>,
}

impl Conflicts {
    /// The most conflicts that are listed.
    pub const NAMED: usize = 20;

    /// Counts a conflict, and lists it unless the list is full.
    pub(super) fn add(&mut self, collection: &CollectionId, id: &FeatureId, problem: Localized) {
        self.total += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(Conflict::new(collection, id, problem));
        }
    }

    /// Whether there is no conflict.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.total, self.has_misfits) {
            (1, false) => f.write_str("1 feature was changed on the map in the meantime (")?,
            (n, false) => write!(f, "{n} features were changed on the map in the meantime (")?,
            (1, true) => f.write_str("1 feature cannot be set back (")?,
            (n, true) => write!(f, "{n} features cannot be set back (")?,
        }
        for (i, conflict) in self.first.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{conflict}")?;
        }
        match self.total - self.first.len() as u64 {
            0 => f.write_str(")"),
            more => write!(f, "; and {more} more)"),
        }
    }
}

impl InChinese for Conflicts {
    fn zh(&self) -> String {
        let named: Vec<String> = self.first.iter().map(InChinese::zh).collect();
        let more = match self.total - self.first.len() as u64 {
            0 => "",
            _ => "等",
        };
        let what = match self.has_misfits {
            false => "此后已被他人修改",
            true => "无法恢复到导入前的状态",
        };
        format!(
            "地图上有{}个要素{what}（{}{more}）",
            self.total,
            named.join("；")
        )
    }
}

impl From<Overtaken> for Conflicts {
    fn from(overtaken: Overtaken) -> Self {
        let mut conflicts = Self::default();
        for (collection, id, seq) in &overtaken.first {
            conflicts.add(collection, id, changed_by(*seq));
        }
        conflicts.total = overtaken.total;
        conflicts
    }
}

pub(super) fn changed_by(seq: u64) -> Localized {
    both!("已被提交 {seq} 修改", "was changed by commit {seq}")
}

/// The features that were changed after a commit, found by reading a limited part of the log. If the log is longer,
/// some conflicts may be missing here; the commit of the plan itself finds all of them.
#[derive(Debug, Default)]
pub struct ChangedSince {
    /// The changed features, each with the newest commit that changed it.
    features: BTreeMap<(CollectionId, FeatureId), u64>,
    /// The changed features that the plan changes too.
    touched: BTreeMap<(CollectionId, FeatureId), u64>,
}

impl ChangedSince {
    /// Reads the commits after the given one.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn read(store: &Store, seq: u64) -> Result<Self, StoreError> {
        let mut since = Self::default();
        let (mut after, mut commits, mut changes) = (seq, 0, 0);
        while commits < MOST_COMMITS && changes < MOST_CHANGES {
            let page = store.commits_after(after, PAGE).await?;
            // Read small commits together, in one call of the store.
            let fitting = page.iter().take_while(|header| {
                changes += header.size;
                changes <= MOST_CHANGES
            });
            let fitting = fitting.count();
            let Some(part) = page.get(..fitting).filter(|part| !part.is_empty()) else {
                break;
            };
            let (first, last) = (part[0].seq, part[fitting - 1].seq);
            store
                .records_between(first, last, |record| {
                    since
                        .features
                        .insert((record.collection, record.id), record.seq);
                })
                .await?;
            (after, commits) = (last, commits + fitting);
        }
        Ok(since)
    }

    /// The changed features, by collection.
    pub(super) fn by_collection(&self) -> BTreeMap<&CollectionId, Vec<FeatureId>> {
        let mut all: BTreeMap<&CollectionId, Vec<FeatureId>> = BTreeMap::new();
        for (collection, id) in self.features.keys().filter(|(c, _)| !c.is_hidden()) {
            all.entry(collection).or_default().push(id.clone());
        }
        all
    }

    /// The first of the given collections whose schema was changed.
    pub fn schema_of<'a>(
        &self,
        mut collections: impl Iterator<Item = &'a CollectionId>,
    ) -> Option<&'a CollectionId> {
        let schemas = self.features.keys();
        let schemas: Vec<&str> = schemas
            .filter(|(c, _)| c.as_str() == SCHEMAS)
            .map(|(_, id)| id.as_str())
            .collect();
        collections.find(|c| schemas.contains(&c.as_str()))
    }

    /// Whether no feature was changed after the commit.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// Finds those of the changed features that a plan also changes. `parts` are the keys of the features of the
    /// plan (see [`Touched::parts`]).
    pub fn look_for<'a>(&mut self, parts: impl Iterator<Item = &'a [u8]>) {
        let shown = self.features.iter().filter(|((c, _), _)| !c.is_hidden());
        let keys: HashMap<u64, _> = shown
            .map(|(name, seq)| (Touched::key(&name.0, &name.1), (name, seq)))
            .collect();
        for part in parts {
            for (name, seq) in Touched::keys(part).filter_map(|key| keys.get(&key)) {
                self.touched.insert((*name).clone(), **seq);
            }
        }
    }

    /// The conflicts found so far.
    pub fn conflicts(&self) -> Conflicts {
        let mut conflicts = Conflicts::default();
        for ((collection, id), seq) in &self.touched {
            conflicts.add(collection, id, changed_by(*seq));
        }
        conflicts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_named_up_to_a_number_and_counted() {
        let buildings = CollectionId::new("buildings").unwrap();
        let mut conflicts = Conflicts::default();
        conflicts.add(&buildings, &FeatureId::new("a").unwrap(), changed_by(7));
        assert_eq!(
            conflicts.to_string(),
            "1 feature was changed on the map in the meantime (buildings/a: was changed by commit 7)"
        );
        assert_eq!(
            conflicts.zh(),
            "地图上有1个要素此后已被他人修改（buildings/a：已被提交 7 修改）"
        );
        let misfit = Conflicts {
            has_misfits: true,
            ..conflicts.clone()
        };
        let said = misfit.localized();
        assert!(
            said.en
                .starts_with("1 feature cannot be set back (buildings/a: "),
            "{}",
            said.en
        );
        assert!(
            said.zh
                .starts_with("地图上有1个要素无法恢复到导入前的状态（"),
            "{}",
            said.zh
        );
        for n in 0..Conflicts::NAMED + 2 {
            let id = FeatureId::new(format!("b{n}")).unwrap();
            conflicts.add(&buildings, &id, changed_by(8));
        }
        assert_eq!(conflicts.first.len(), Conflicts::NAMED);
        let said = conflicts.to_string();
        assert!(said.starts_with("23 features were"), "{said}");
        assert!(said.ends_with("; and 3 more)"), "{said}");
        let zh = conflicts.zh();
        assert!(
            zh.starts_with("地图上有23个要素") && zh.ends_with("等）"),
            "{zh}"
        );
    }
}
