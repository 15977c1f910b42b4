//! Facility siting (设施选址): exact solvers. Each result has the objective of the best plan found (the incumbent), a bound
//! that no plan exceeds, the gap between the two, and the reason why the solver stopped.
//!
//! `docs/planning.md` describes the problems, which constraints apply to which of them, and the sources of the
//! formulas.

pub mod alternatives;
pub mod center;
pub mod checkpoint;
mod conflicts;
pub mod control;
pub mod cover;
pub mod curve;
pub mod family;
pub mod graph;
mod instance;
pub mod median;
pub mod memory;
mod milp;
pub mod orlib;
mod partial;
pub mod plan;
pub mod problem;
pub mod random;
pub mod robust;
mod solve;
#[cfg(test)]
mod tests;

pub use self::solve::solve;
