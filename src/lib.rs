//! One Map (一张图): a map service for grid governance in Chinese subdistricts and cities.
//!
//! The modules form layers (floors), listed from the lowest to the highest. A module uses only modules of lower
//! layers. See `docs/architecture.md`.

pub mod model;
pub mod spatial;

pub mod codec;

pub mod index;
pub mod store;

pub mod demo;
pub mod export;
pub mod ingest;
pub mod network;

pub mod access;
pub mod grids;
pub mod planning;
pub mod themes;
pub mod warnings;

pub mod live;

pub mod service;

pub mod http;

pub mod cli;

/// The size of a test with random data: `short` in `make test`, `long` in `make test-long`, which sets `ONEMAP_LONG`.
#[cfg(test)]
pub(crate) fn rounds(short: usize, long: usize) -> usize {
    match std::env::var_os("ONEMAP_LONG") {
        Some(_) => long,
        None => short,
    }
}
