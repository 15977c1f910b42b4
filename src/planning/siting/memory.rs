//! What a problem needs in memory, so that one that is too large is refused before it is built.

/// Problems that need more bytes are refused.
pub const MEMORY_LIMIT: usize = 4 << 30;

/// About how many bytes a problem with this many demand points, candidates and linked pairs needs while it is
/// solved.
pub fn memory_needed(demand: usize, candidates: usize, pairs: usize, is_program: bool) -> usize {
    // The problem and its reduced copy, the costs and their part in a node, two sets of bits; a row of the
    // integer program with its factors.
    let per_pair = if is_program {
        2 * 16 + 300
    } else {
        2 * 16 + 16 + 4 * 12 + 16
    };
    pairs
        .saturating_mul(per_pair)
        .saturating_add(demand.saturating_mul(200))
        .saturating_add(candidates.saturating_mul(400))
        // Open nodes of the search.
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
