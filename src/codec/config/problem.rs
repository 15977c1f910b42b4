//! A problem in a configuration file: its position, what is wrong, and what was expected.

use std::fmt;

use serde::Serialize;

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConfigProblem)]
pub struct Problem {
    /// The name of the file, for example `rules.toml`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What was expected instead.
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
