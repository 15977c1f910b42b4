//! One Map (一张图): a map service for grid governance in Chinese subdistricts and cities.
//!
//! Floors, bottom to top; a floor uses only floors under it. `docs/architecture.md` is the picture.

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
pub mod warnings;

pub mod live;

pub mod service;

pub mod http;

pub mod cli;
