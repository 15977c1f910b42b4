//! The three-colour warning ledger (红黄绿三色预警台账): what the warnings come to for each grid.

mod status;

pub use status::{GridStatus, OpenCounts, StatusBoard};
