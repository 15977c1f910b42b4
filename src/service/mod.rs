//! The use cases that write to the map, one folder for each area. A use case decides on a snapshot, commits an
//! edit to the store, and reads the result from the next snapshot.

pub mod access;
pub mod checkers;
pub mod config;
mod edit_builder;
mod erasure;
pub mod grids;
pub mod handovers;
pub mod imports;
pub mod ledger;
pub mod network_file;
pub mod numbers;
pub mod patrols;
pub mod place;
pub mod planning;
pub mod presets;
pub mod projects;
pub mod routes;
pub mod themes;
pub mod webhooks;
