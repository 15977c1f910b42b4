//! Estimates the memory that a problem needs, so that a problem that is too large is refused before it is built.

/// The most memory that a problem may need, in bytes. Larger problems are refused.
pub const MEMORY_LIMIT: usize = 4 << 30;

/// Estimates how many bytes a problem needs while it is solved. `pairs` is the number of pairs of a demand point and a
/// candidate that it reaches. `is_program` says whether the problem is solved as a mixed-integer program.
pub fn memory_needed(demand: usize, candidates: usize, pairs: usize, is_program: bool) -> usize {
    // The bytes of a pair. In both cases: the problem and its reduced copy. For the integer program: a row with its
    // factors. Otherwise: the costs, their copy for a node of the search, and two bit sets.
    let per_pair = if is_program {
        2 * 16 + 300
    } else {
        2 * 16 + 16 + 4 * 12 + 16
    };
    pairs
        .saturating_mul(per_pair)
        .saturating_add(demand.saturating_mul(200))
        .saturating_add(candidates.saturating_mul(400))
        // The open nodes of the search (`NODE_BYTES`).
        .saturating_add(256 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_problem_grows_with_its_pairs_and_never_overflows() {
        let small = memory_needed(5_000, 500, 100_000, false);
        assert!(small < memory_needed(5_000, 500, 2_500_000, false));
        assert!(small < memory_needed(5_000, 500, 100_000, true));
        assert_eq!(memory_needed(usize::MAX, 1, usize::MAX, true), usize::MAX);
    }
}
