//! The order of names with numbers.

use std::cmp;

/// Compares names as people number them: 2号楼 before 10号楼. Total, and equal only for equal texts.
pub(super) fn natural(mut a: &str, mut b: &str) -> cmp::Ordering {
    /// Cuts off the digits with which a text begins, or else one character.
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
                // As long as digits are left after the zeros, the longer number is the greater one.
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
