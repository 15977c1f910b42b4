//! What is wrong with a file of the configuration, so that who wrote it can mend it: where, what, and
//! what was expected.

use std::fmt;

use serde::Serialize;

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConfigProblem)]
pub struct Problem {
    /// The file's name, such as `rules.toml`.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}; expected {}",
            self.file, self.line, self.column, self.problem, self.expected
        )
    }
}

impl std::error::Error for Problem {}
