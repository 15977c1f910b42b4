//! The current map in memory: collections of features behind R-trees, and the questions they answer.
//!
//! Everything here is an immutable value. A commit makes the next value ([`Collections::apply`]);
//! whoever reads keeps the one it took, without locks. `query` answers by box, shape and page,
//! `near` by true metres, `filter` by an expression of CQL2; `budget` says how much a question may look at.

mod base;
mod budget;
mod collection;
mod collections;
mod delta;
mod density;
mod entry;
pub mod filter;
mod near;
mod query;
mod recent;
#[cfg(test)]
mod testkit;
mod tiles;

pub use budget::{Budget, Free, Meter, Stop, StopOnDrop};
pub use collection::{Collection, Layers, Loader, MergedBase};
pub use collections::{Collections, UnreadableSchema};
pub use entry::Entry;
pub use query::{Counts, Filter, Page, Select};
pub use tiles::MOST_FEATURES;
