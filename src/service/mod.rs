//! The write paths and use cases over the map, one folder a job. They decide on a snapshot, commit an edit
//! to the store, and read it back from the snapshot that follows.

pub mod access;
pub mod config;
mod edit_builder;
mod erasure;
pub mod imports;
pub mod ledger;
pub mod place;
pub mod presets;
pub mod webhooks;
