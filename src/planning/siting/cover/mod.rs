//! Set covering (LSCP): the cheapest sites that cover every demand point, proven by reductions, Lagrangian
//! bounds and branching. p-center asks for a cover with at most p sites at each radius.

mod branch;
mod problem;
mod reduce;

pub use self::branch::{Outcome, solve};
pub use self::problem::Cover;
