//! Divides the values of a thematic map into classes.

use serde::Serialize;

use super::theme::{Grouping, Method};

/// A class of values: from `from` up to, but not including, `to`. The last class includes `to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ThemeClass)]
pub struct Class {
    /// The lowest value; `null` if there is no limit.
    pub from: Option<f64>,
    /// The value at which the next class begins, or the highest value of the last class; `null` if there is no limit.
    pub to: Option<f64>,
    /// The number of areas in the class.
    pub n: u32,
}

/// Divides values into classes, the lowest first. There are no classes without values, except those of fixed breaks.
///
/// Quantiles: the sorted values are cut into parts of equal size, and equal values are never separated, so there may be
/// fewer classes than wanted. Equal: the range is cut into parts of equal width; if all values are the same, there is
/// one class. Breaks: the first and the last class have no outer limit.
pub fn classes(grouping: &Grouping, values: impl IntoIterator<Item = f64>) -> Vec<Class> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let limits = match (&grouping.method, values.first(), values.last()) {
        (Method::Breaks(breaks), ..) => {
            let inner = breaks.iter().copied().map(Some);
            [vec![None], inner.collect(), vec![None]].concat()
        }
        (_, None, _) | (_, _, None) => return Vec::new(),
        (method, Some(&least), Some(&most)) => {
            let number = grouping.number.max(1);
            let start = |class: usize| match method {
                Method::Equal => least + (most - least) * class as f64 / number as f64,
                _ => {
                    values[(class * values.len())
                        .div_ceil(number)
                        .min(values.len() - 1)]
                }
            };
            let mut limits: Vec<f64> = (0..number).map(start).collect();
            limits.dedup();
            // A class begins below the highest value, or the highest value is its only one.
            limits.iter().copied().chain([most]).map(Some).collect()
        }
    };
    let mut classes: Vec<Class> = limits
        .windows(2)
        .map(|pair| Class {
            from: pair[0],
            to: pair[1],
            n: 0,
        })
        .collect();
    for value in values {
        let class = class_of(&classes, value);
        classes[class].n += 1;
    }
    classes
}

/// The index of the class of a value, which must be one of the values that the classes were made from.
pub fn class_of(classes: &[Class], value: f64) -> usize {
    let begins = |class: &Class| class.from.is_none_or(|from| from <= value);
    classes.iter().rposition(begins).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grouping(method: Method, number: usize) -> Grouping {
        Grouping { method, number }
    }

    fn limits(classes: &[Class]) -> Vec<(Option<f64>, Option<f64>, u32)> {
        classes.iter().map(|c| (c.from, c.to, c.n)).collect()
    }

    #[test]
    fn the_three_kinds_of_classes() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 11.0];
        assert_eq!(
            limits(&classes(&grouping(Method::Quantile, 3), values)),
            [
                (Some(1.0), Some(3.0), 2),
                (Some(3.0), Some(5.0), 2),
                (Some(5.0), Some(11.0), 2)
            ]
        );
        assert_eq!(
            limits(&classes(&grouping(Method::Equal, 2), values)),
            [(Some(1.0), Some(6.0), 5), (Some(6.0), Some(11.0), 1)]
        );
        let breaks = Method::Breaks(vec![2.0, 20.0]);
        assert_eq!(
            limits(&classes(&grouping(breaks, 3), values)),
            [
                (None, Some(2.0), 1),
                (Some(2.0), Some(20.0), 5),
                (Some(20.0), None, 0)
            ]
        );
        assert_eq!(classes(&grouping(Method::Quantile, 5), []), []);
        assert_eq!(
            limits(&classes(&grouping(Method::Equal, 5), [7.0, 7.0])),
            [(Some(7.0), Some(7.0), 2)]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn classes_agree_with_a_plain_count(
            whole in prop::collection::vec(-20i32..20, 0..60),
            number in 2usize..6,
            kind in 0..3u8,
        ) {
            let values: Vec<f64> = whole.iter().map(|v| f64::from(*v) / 4.0).collect();
            let method = match kind {
                0 => Method::Quantile,
                1 => Method::Equal,
                _ => Method::Breaks((1..number).map(|i| i as f64 - 2.5).collect()),
            };
            let found = classes(&grouping(method, number), values.iter().copied());
            prop_assert!(found.len() <= number);
            prop_assert_eq!(found.iter().map(|c| c.n as usize).sum::<usize>(), values.len());
            for (i, class) in found.iter().enumerate() {
                let is_last = i + 1 == found.len();
                let inside = |v: &&f64| {
                    class.from.is_none_or(|from| from <= **v)
                        && class.to.is_none_or(|to| **v < to || (is_last && **v <= to))
                };
                prop_assert_eq!(values.iter().filter(inside).count(), class.n as usize);
                // The classes follow each other without a gap.
                prop_assert!(is_last || class.to == found[i + 1].from);
            }
            if kind == 0 && !values.is_empty() {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                // No class of quantiles is empty, and without equal values all have the same size, give or take one.
                prop_assert!(found.iter().all(|c| c.n > 0));
                if sorted.windows(2).all(|p| p[0] < p[1]) && values.len() >= number {
                    let sizes: Vec<u32> = found.iter().map(|c| c.n).collect();
                    prop_assert_eq!(sizes.len(), number);
                    prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
                }
            }
        }
    }
}
