//! Set covering (LSCP): finds the cheapest sites that cover every demand point. Optimality is proven by reductions,
//! Lagrangian bounds and branching. The p-center solver uses it to find out whether a cover with at most p sites exists
//! for a radius.

mod branch;
mod problem;
mod program;
mod reduce;

pub use self::branch::{Outcome, solve};
pub use self::problem::Cover;
