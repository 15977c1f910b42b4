//! Reductions of a covering problem. A row that contains all sites of another row is dropped, because each site that
//! covers the other row covers it too. A site is dropped if another site covers the same rows, or more, and costs no
//! more.

/// What is undecided in a covering problem: the rows that are not covered, with the free sites.
#[derive(Debug, Clone, Default)]
pub(super) struct Sub {
    /// The sites of each row, as positions in `names`, ascending.
    pub rows: Vec<Vec<u32>>,
    /// The row of the whole problem that each row stands for.
    pub row_names: Vec<u32>,
    /// The rows of each site.
    pub columns: Vec<Vec<u32>>,
    /// The number of each site in the whole problem.
    pub names: Vec<u32>,
    pub cost: Vec<f64>,
}

/// A set of small whole numbers, one bit for each.
struct Bits(Vec<u64>);

impl Bits {
    fn of(list: &[u32], size: usize) -> Self {
        let mut bits = vec![0; size.div_ceil(64)];
        for at in list {
            bits[*at as usize / 64] |= 1 << (at % 64);
        }
        Self(bits)
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }
}

impl Sub {
    /// Creates the problem of these rows with the sites that satisfy `is_free`. The rows have the numbers of sites in
    /// the whole problem. `None` if a row has no free site.
    pub fn new<'r>(
        rows: impl Iterator<Item = (u32, &'r [u32])>,
        sites: usize,
        cost: impl Fn(u32) -> f64,
        is_free: impl Fn(u32) -> bool,
    ) -> Option<Self> {
        let mut number = vec![u32::MAX; sites];
        let mut sub = Self::default();
        for (name, row) in rows {
            let mut here = Vec::with_capacity(row.len());
            for &site in row.iter().filter(|s| is_free(**s)) {
                let at = &mut number[site as usize];
                if *at == u32::MAX {
                    *at = sub.names.len() as u32;
                    sub.names.push(site);
                    sub.cost.push(cost(site));
                    sub.columns.push(Vec::new());
                }
                here.push(*at);
            }
            if here.is_empty() {
                return None;
            }
            here.sort_unstable();
            for at in &here {
                sub.columns[*at as usize].push(sub.rows.len() as u32);
            }
            sub.rows.push(here);
            sub.row_names.push(name);
        }
        Some(sub)
    }

    /// The number of pairs of a row and a site.
    pub fn entries(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Drops rows that contain all sites of another row. Returns whether any were dropped.
    pub fn drop_rows(&mut self) -> bool {
        let size = self.names.len();
        let bits: Vec<Bits> = self.rows.iter().map(|r| Bits::of(r, size)).collect();
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_by_key(|r| self.rows[*r as usize].len());
        let mut is_dropped = vec![false; self.rows.len()];
        for &row in &order {
            let row = row as usize;
            if is_dropped[row] {
                continue;
            }
            // A row that contains all sites of this one is in the column of each of them, so only the shortest column
            // is searched.
            let columns = self.rows[row].iter().map(|c| &self.columns[*c as usize]);
            let Some(column) = columns.min_by_key(|c| c.len()) else {
                continue;
            };
            for &other in column {
                let other = other as usize;
                if other != row
                    && !is_dropped[other]
                    && self.rows[other].len() >= self.rows[row].len()
                    && bits[row].is_within(&bits[other])
                {
                    is_dropped[other] = true;
                }
            }
        }
        let some = is_dropped.contains(&true);
        if some {
            self.keep(|row| !is_dropped[row], |_| true);
        }
        some
    }

    /// Drops sites if another site covers the same rows, or more, and costs no more. Returns whether any were dropped.
    pub fn drop_columns(&mut self) -> bool {
        let size = self.rows.len();
        let bits: Vec<Bits> = self.columns.iter().map(|c| Bits::of(c, size)).collect();
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        order.sort_by_key(|c| self.columns[*c as usize].len());
        let mut is_dropped = vec![false; self.names.len()];
        for &column in &order {
            let column = column as usize;
            let rows = self.columns[column].iter().map(|r| &self.rows[*r as usize]);
            let Some(row) = rows.min_by_key(|r| r.len()) else {
                is_dropped[column] = true;
                continue;
            };
            is_dropped[column] = row.iter().any(|&other| {
                let other = other as usize;
                other != column
                    && !is_dropped[other]
                    && self.cost[other] <= self.cost[column]
                    && self.columns[other].len() >= self.columns[column].len()
                    && bits[column].is_within(&bits[other])
            });
        }
        let some = is_dropped.contains(&true);
        if some {
            self.keep(|_| true, |column| !is_dropped[column]);
        }
        some
    }

    fn keep(&mut self, row: impl Fn(usize) -> bool, column: impl Fn(usize) -> bool) {
        let mut number = vec![u32::MAX; self.names.len()];
        let mut kept = Self::default();
        for at in (0..self.names.len()).filter(|c| column(*c)) {
            number[at] = kept.names.len() as u32;
            kept.names.push(self.names[at]);
            kept.cost.push(self.cost[at]);
            kept.columns.push(Vec::new());
        }
        for at in (0..self.rows.len()).filter(|r| row(*r)) {
            let here = self.rows[at].iter().map(|c| number[*c as usize]);
            let here: Vec<u32> = here.filter(|c| *c != u32::MAX).collect();
            for c in &here {
                kept.columns[*c as usize].push(kept.rows.len() as u32);
            }
            kept.rows.push(here);
            kept.row_names.push(self.row_names[at]);
        }
        *self = kept;
    }
}
