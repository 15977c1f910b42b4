//! The state of the map with which an import is compared: the store, or a snapshot in memory.

use geo_types::Coord;

use super::ImportError;
use crate::model::{Author, Change, CollectionId, Record};
use crate::store::{Staged, Staging, Store, StoreError};

/// A state of the map with which an import is compared. It includes all commits up to [`seq`](Self::seq), and may
/// include later ones.
pub trait Baseline: Send {
    /// The newest commit that is included in any case.
    fn seq(&self) -> u64;

    /// Passes each feature of a collection to the callback.
    fn each(
        &mut self,
        collection: &CollectionId,
        each: impl FnMut(Record) + Send,
    ) -> impl Future<Output = Result<(), ImportError>> + Send;

    /// Positions of a sample of features, spread over the map, at most this many.
    fn places(
        &mut self,
        most: u32,
    ) -> impl Future<Output = Result<Vec<Coord<f64>>, ImportError>> + Send;

    /// Returns what each of the given changes does, in any order; changes without effect are left out. The changes
    /// are compared in bounded parts, so memory does not grow with their number.
    fn compare(
        &mut self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Staged>, ImportError>> + Send;
}

/// The store as baseline. It also stages every compared change, so that the import can be committed.
pub(super) struct InStore<'a> {
    store: &'a Store,
    seq: u64,
    pub staging: Staging,
}

impl<'a> InStore<'a> {
    /// Creates a baseline that reads the store. Its `seq` is the newest commit at the time of this call.
    pub async fn new(
        store: &'a Store,
        author: &Author,
        reason: String,
    ) -> Result<Self, StoreError> {
        // Read the number first: what is read after it may be newer, but is never older.
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
