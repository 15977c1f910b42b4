//! Finds open cases that a new report may repeat: same category, nearby and recent. They are only
//! suggested; people decide.

use std::sync::Arc;

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp};

use super::case::Case;
use super::rules::{Duplicates, is_private};
use crate::index::{Collection, Entry, Meter};
use crate::model::names::property;
use crate::model::{Canonical, Properties};

/// The maximum number of suggestions.
const MOST: usize = 10;

/// A case that may be the same as the new report.
#[derive(Debug, Clone)]
pub struct Duplicate {
    /// The feature of the case.
    pub entry: Arc<Entry>,
    /// The state of the case.
    pub case: Case,
    /// The distance in metres.
    pub distance_m: f64,
    /// How long ago the case was reported, in hours.
    pub hours_ago: f64,
}

/// The open cases of `category` that were reported within the rule's distance of `place` and within
/// its hours before `now`, nearest first. `but` is the id of a case to leave out, because no case is its
/// own duplicate.
///
/// # Errors
/// If the meter stops the query.
pub fn duplicates<M: Meter>(
    warnings: &Collection,
    rule: Duplicates,
    category: &str,
    (place, now): (Coord<f64>, Timestamp),
    but: Option<&str>,
    meter: &M,
) -> Result<Vec<Duplicate>, M::Stop> {
    // Two people may have the same wish, and nobody should learn that a neighbour has it.
    if is_private(category) {
        return Ok(Vec::new());
    }
    let read = |entry: &Entry| {
        // The category and the id are compared first, so that the properties of most other cases are not parsed.
        let text = entry.all_properties();
        if !Canonical::new(text).is(property::CATEGORY, category)
            || Some(entry.id().as_str()) == but
        {
            return None;
        }
        let properties = Properties::from_canonical(text);
        let case = Case::read_leniently(entry.id(), &properties);
        let ago = now.duration_since(case.reported_at);
        let late = ago <= SignedDuration::from_hours(rule.hours.into()) && !ago.is_negative();
        let open = !case.status.is_ended() && case.counts();
        (case.category == category && open && late).then_some((case, ago))
    };
    let fits = |entry: &Entry| read(entry).is_some();
    let near = warnings.nearest_metered(place, MOST, rule.distance_m, Some(&fits), meter)?;
    Ok(near
        .into_iter()
        .filter_map(|(entry, distance_m)| {
            let (case, ago) = read(&entry)?;
            Some(Duplicate {
                case,
                distance_m,
                hours_ago: ago.as_secs_f64() / 3600.0,
                entry,
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use geo_types::Point;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::index::Free;
    use crate::model::{Body, CollectionId, FeatureId, Record, Schema};
    use crate::spatial::metres;

    const HERE: Coord<f64> = Coord { x: 117.1, y: 39.2 };

    /// A random case: steps of about 10 m to the east and to the north, hours since the report, whether the
    /// category matches, and whether the case is open.
    type Said = (i8, i8, u8, bool, bool);

    fn collection(said: &[Said], now: Timestamp) -> Collection {
        let id = CollectionId::new("warnings").unwrap();
        let schema = Schema::parse(&id, json!({})).unwrap();
        let record = |(n, (x, y, hours, same, open)): (usize, &Said)| Record {
            collection: id.clone(),
            id: FeatureId::new(format!("w{n:03}")).unwrap(),
            seq: 1,
            updated_at: now,
            body: Some(Body {
                geometry: Some(Point(at(*x, *y)).into()),
                properties: Properties::parse(
                    &json!({
                        "category": if *same { "other" } else { "blocked_route" },
                        "status": if *open { "filed" } else { "closed" },
                        "reported_at": now - SignedDuration::from_hours((*hours).into()),
                    })
                    .to_string(),
                )
                .unwrap(),
            }),
        };
        Collection::load(
            Arc::new(schema),
            said.iter().enumerate().map(record).collect(),
        )
    }

    fn at(x: i8, y: i8) -> Coord<f64> {
        Coord {
            x: HERE.x + f64::from(x) * 0.0001,
            y: HERE.y + f64::from(y) * 0.0001,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The result equals that of comparing every case.
        #[test]
        fn duplicates_are_the_nearest_matching_cases(
            said in prop::collection::vec((-9..9i8, -9..9i8, 0..100u8, any::<bool>(), any::<bool>()), 0..40)
        ) {
            let now: Timestamp = "2026-11-23T01:30:00Z".parse().unwrap();
            let rule = Duplicates { distance_m: 60.0, hours: 72 };
            let Ok(found) = duplicates(
                &collection(&said, now), rule, "other", (HERE, now), Some("w001"), &Free,
            );
            let mut expected: Vec<(f64, String)> = said
                .iter()
                .enumerate()
                .filter(|(n, (.., hours, same, open))| *n != 1 && *same && *open && *hours <= 72)
                .map(|(n, (x, y, ..))| (metres::distance(HERE, at(*x, *y)), format!("w{n:03}")))
                .filter(|(d, _)| *d <= 60.0)
                .collect();
            expected.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
            expected.truncate(MOST);
            let found: Vec<String> = found.iter().map(|d| d.entry.id().to_string()).collect();
            let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
