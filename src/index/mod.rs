//! The current map in memory: collections of features behind R-trees, and the questions they answer.

mod entry;

pub use entry::Entry;
