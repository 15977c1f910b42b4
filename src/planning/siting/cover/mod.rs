//! Set covering (LSCP): the cheapest sites that cover every demand point. Optimality is proven by reductions,
//! Lagrangian bounds and branching. The p-center solver asks for each radius whether a cover with at most p
//! sites exists.

mod branch;
mod problem;
mod reduce;

pub use self::branch::{Outcome, solve};
pub use self::problem::Cover;
