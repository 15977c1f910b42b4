//! The definition of a covering problem.

/// A covering problem.
#[derive(Debug, Clone)]
pub struct Cover {
    /// The sites that cover each demand point.
    pub rows: Vec<Vec<u32>>,
    /// The cost of each site, at least 0.
    pub cost: Vec<f64>,
    /// Sites that are always chosen.
    pub required: Vec<u32>,
    /// Sites that are never chosen.
    pub forbidden: Vec<u32>,
    /// Pairs of sites of which at most one is chosen.
    pub conflicts: Vec<(u32, u32)>,
    /// All costs are multiples of this; 0 if no such number is known.
    pub granule: f64,
    /// If given, the search is only for covers with at most this cost, and ends with the first one.
    pub limit: Option<f64>,
}

impl Cover {
    /// The problem to cover all rows with the fewest sites: each of the candidates `0..sites` costs 1.
    pub fn of_rows(rows: Vec<Vec<u32>>, sites: usize) -> Self {
        Self {
            rows,
            cost: vec![1.0; sites],
            required: Vec::new(),
            forbidden: Vec::new(),
            conflicts: Vec::new(),
            granule: 1.0,
            limit: None,
        }
    }

    /// Whether these sites cover every demand point and satisfy the constraints.
    pub fn accepts(&self, sites: &[u32]) -> bool {
        let mut is_open = vec![false; self.cost.len()];
        sites.iter().for_each(|s| is_open[*s as usize] = true);
        self.rows
            .iter()
            .all(|row| row.iter().any(|s| is_open[*s as usize]))
            && self.required.iter().all(|s| is_open[*s as usize])
            && !self.forbidden.iter().any(|s| is_open[*s as usize])
            && !(self.conflicts.iter()).any(|(a, b)| is_open[*a as usize] && is_open[*b as usize])
    }
}
