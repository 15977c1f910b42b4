//! Cuts a GeoJSON file into its features, each as unparsed bytes.
//!
//! Memory is bounded by the largest feature below the size limit: a larger one is skipped and only its size
//! is reported. The scanner looks at brackets and strings alone; each feature is parsed later, so a `NaN`
//! in one feature makes only that feature invalid.
//!
//! | file | subject |
//! | --- | --- |
//! | `document` | FeatureCollections and single features |
//! | `sequence` | one feature per line, or RFC 8142 |
//! | `scanner` | bytes, lines and JSON values |
//! | `error` | why a file cannot be cut |

mod document;
mod error;
mod scanner;
mod sequence;

pub use document::{Found, document};
pub use error::SplitError;
pub use sequence::{lines_of, sequence};

/// One feature of a file, not yet parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The line on which the feature begins, from 1.
    pub line: u64,
    /// The position of the feature in the file, from 0.
    pub index: u64,
    /// The bytes of the feature; the number of bytes if it is larger than the limit.
    pub bytes: Result<Vec<u8>, u64>,
}

#[cfg(test)]
mod tests;
