//! The warning ledger over HTTP: a case from its report to its rating, what is refused and how, what
//! the log tells of it, and how it goes out of the house and comes in.

mod case;
mod conditions;
mod keys;
mod past;
mod refusals;
mod scope;
mod sheets;
mod time;
