//! The names of the collections that the program itself reads and writes.

/// Collections.
pub mod collection {
    /// The cases of the ledger (预警).
    pub const WARNINGS: &str = "warnings";
    /// Hidden: the rules and the calendar in force.
    pub const RULES: &str = "$rules";
    /// Hidden: the silences (静默).
    pub const SILENCES: &str = "$silences";
}
