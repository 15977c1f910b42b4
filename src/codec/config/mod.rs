//! Configuration files (TOML): the reader that the parsers of rules, calendar and profiles share,
//! and the problems that it reports.

mod problem;
mod reader;

pub use problem::Problem;
pub use reader::{Item, Table, Time, listed, nearest, read, text_of};
