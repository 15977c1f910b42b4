//! Configuration files (TOML) as checked types: the reader that the parsers of rules, calendar and profiles share, and
//! what it says about a file that is wrong.

mod problem;
mod reader;

pub use problem::Problem;
pub use reader::{Item, Table, Time, listed, nearest, read, text_of};
