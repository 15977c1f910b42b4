//! Tests of the warning ledger over HTTP: the steps of a case, refusals, visibility, exports and imports.

mod case;
mod conditions;
mod keys;
mod numbers;
mod past;
mod refusals;
mod scope;
mod sheets;
mod time;
mod wishes;
