//! Integration tests in one binary: the built program over HTTP, and the stores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

mod handovers;
mod support;

mod access;
mod accounts;
mod architecture;
mod backup;
mod board;
mod bounded;
mod cards;
mod connections;
mod credentials;
mod documents;
mod exported;
mod features;
mod filters;
mod foreign_files;
mod full_disk;
mod headers;
mod import_baselines;
mod import_command;
mod import_plan;
mod jobs;
mod killed_import;
mod killed_ledger;
mod language;
mod ledger;
mod limits;
mod live_feed;
mod network_core;
mod offline;
mod pages;
mod patrols;
mod pending_writes;
mod photos;
mod plan;
mod planning;
mod postgres_faults;
mod privacy;
mod projects;
mod proxied;
mod release_databases;
mod routes;
mod rules;
mod scenarios;
mod search;
mod sitings;
mod store_accounts;
mod store_audit;
mod store_file;
mod store_ledger;
mod store_postgis;
mod store_suite;
mod takeover;
mod themes;
mod two_stores;
mod wall;
mod webhooks;
mod week;
mod which_gate;
mod without_geometry;
mod wrong_input;
