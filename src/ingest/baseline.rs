//! What an import is compared with: the store, or another state of the map, such as a snapshot in memory.

use geo_types::Coord;

use super::ImportError;
use crate::model::{Author, Change, CollectionId, Record};
use crate::store::{Staged, Staging, Store, StoreError};

/// A state of the map with which an import is compared. All of it is as of one commit, or newer.
pub trait Baseline: Send {
    /// The newest commit that is surely in it.
    fn seq(&self) -> u64;

    /// Calls back for each feature of a collection.
    fn each(
        &mut self,
        collection: &CollectionId,
        each: impl FnMut(Record) + Send,
    ) -> impl Future<Output = Result<(), ImportError>> + Send;

    /// Places of features, at most so many, spread over the map.
    fn places(
        &mut self,
        most: u32,
    ) -> impl Future<Output = Result<Vec<Coord<f64>>, ImportError>> + Send;

    /// Says which of these changes change something, in any order, and what each does. What is handed over
    /// in one call is compared in bounded parts; nothing of it has to stay in memory.
    fn compare(
        &mut self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Staged>, ImportError>> + Send;
}

/// The store, in which every change that is compared is also staged: it can be committed.
pub(super) struct InStore<'a> {
    store: &'a Store,
    seq: u64,
    pub staging: Staging,
}

impl<'a> InStore<'a> {
    /// The store as it is now or later.
    pub async fn new(
        store: &'a Store,
        author: &Author,
        reason: String,
    ) -> Result<Self, StoreError> {
        // Before anything is read: what is read may be newer, and never older.
        let seq = store.head().await?.seq;
        let staging = store.stage(author.clone(), Some(reason)).await?;
        Ok(Self {
            store,
            seq,
            staging,
        })
    }
}

impl Baseline for InStore<'_> {
    fn seq(&self) -> u64 {
        self.seq
    }

    async fn each(
        &mut self,
        collection: &CollectionId,
        each: impl FnMut(Record) + Send,
    ) -> Result<(), ImportError> {
        self.store.load_collection(collection, each).await?;
        Ok(())
    }

    async fn places(&mut self, most: u32) -> Result<Vec<Coord<f64>>, ImportError> {
        Ok(self.store.sample_places(most).await?)
    }

    async fn compare(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, ImportError> {
        Ok(self.staging.put_each(changes).await?)
    }
}
