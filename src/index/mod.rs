//! The current map in memory: collections of features with R-trees, and the queries that they
//! answer.
//!
//! The collections are immutable values. A commit creates new ones ([`Collections::apply`]); readers keep the
//! values that they have and need no locks. `query` selects by box, geometry and
//! page, `near` by distance in metres, `filter` by CQL2 expression; `budget` limits the work of a
//! query.

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
