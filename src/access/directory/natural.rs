//! Natural sort order of names with numbers.

use std::cmp;

/// Compares names by the value of the numbers in them: 2号楼 comes before 10号楼. The order is total, and only equal texts
/// are equal.
pub(super) fn natural(mut a: &str, mut b: &str) -> cmp::Ordering {
    /// Cuts off the leading digits of a text, or one character if it does not begin with a digit.
    fn token<'a>(text: &mut &'a str) -> Option<&'a str> {
        let first = text.chars().next()?;
        let end = if first.is_ascii_digit() {
            let other = |c: char| !c.is_ascii_digit();
            text.find(other).unwrap_or(text.len())
        } else {
            first.len_utf8()
        };
        let (token, rest) = text.split_at(end);
        *text = rest;
        Some(token)
    }
    let is_number = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    loop {
        let (x, y) = match (token(&mut a), token(&mut b)) {
            (Some(x), Some(y)) => (x, y),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        };
        let found = match (is_number(x), is_number(y)) {
            (true, true) => {
                // Without leading zeros, a number with more digits is greater.
                let (m, n) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
                m.len()
                    .cmp(&n.len())
                    .then_with(|| m.cmp(n))
                    .then_with(|| x.len().cmp(&y.len()))
            }
            (false, false) => x.cmp(y),
            (true, false) => cmp::Ordering::Less,
            (false, true) => cmp::Ordering::Greater,
        };
        if found != cmp::Ordering::Equal {
            return found;
        }
    }
}
