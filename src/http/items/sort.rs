//! Sorting by properties: finds the first features in the sort order without keeping the keys of all features in
//! memory.

use std::cmp::Ordering;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use crate::index::{Entry, Meter};
use crate::model::pick;

/// How many features are read together, on all cores.
const CHUNK: usize = 16 * 1024;
/// Fewer features than this are read on one core.
const FEW: usize = 512;
/// How many bytes of a text are compared. Longer texts are cut off to save memory.
const LONGEST: usize = 256;

/// A feature with the values by which it is sorted.
type Row<'a> = (Vec<Value>, &'a Arc<Entry>);

/// The first `most` entries in the order of `sortby`; equal ones are ordered by id. Keeps the keys of at most
/// 2 × `most` entries plus one chunk in memory.
pub(in crate::http) fn first<'a, M: Meter>(
    all: &[&'a Arc<Entry>],
    sort: &[(String, bool)],
    most: usize,
    meter: &M,
) -> Result<Vec<&'a Arc<Entry>>, M::Stop> {
    let names: Vec<&str> = sort.iter().map(|(name, _)| name.as_str()).collect();
    // The parameters have already refused properties that the role may not see.
    let row = |entry: &&'a Arc<Entry>| -> Row<'a> {
        let keys = pick(entry.all_properties(), &names);
        (keys.into_iter().map(short).collect(), *entry)
    };
    let order =
        |(a, x): &Row<'_>, (b, y): &Row<'_>| by_keys(a, b, sort).then_with(|| x.id().cmp(y.id()));
    let mut kept: Vec<Row<'a>> = Vec::new();
    // The last of the first `most` rows, once there are that many. Rows after it are dropped.
    let mut bar: Option<Row<'a>> = None;
    for chunk in all.chunks(CHUNK) {
        meter.read(chunk.len())?;
        let rows: Vec<Row<'a>> = if chunk.len() <= FEW {
            chunk.iter().map(row).collect()
        } else {
            chunk.par_iter().map(row).collect()
        };
        kept.extend(
            rows.into_iter()
                .filter(|r| bar.as_ref().is_none_or(|b| order(r, b) == Ordering::Less)),
        );
        if kept.len() > most.saturating_mul(2) {
            kept.select_nth_unstable_by(most, order);
            kept.truncate(most);
            bar = kept.iter().max_by(|a, b| order(a, b)).cloned();
        }
    }
    kept.sort_unstable_by(order);
    kept.truncate(most);
    Ok(kept.into_iter().map(|(_, entry)| entry).collect())
}

/// The part of a value that is compared.
fn short(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > LONGEST => {
            Value::from(&text[..text.floor_char_boundary(LONGEST)])
        }
        Value::Array(_) | Value::Object(_) => Value::Array(Vec::new()),
        other => other,
    }
}

/// Compares two rows by their values. `sort` says for each value whether the order is descending.
fn by_keys(a: &[Value], b: &[Value], sort: &[(String, bool)]) -> Ordering {
    let each = a.iter().zip(b).zip(sort).map(|((a, b), (_, down))| {
        let order = compare(a, b);
        if *down { order.reverse() } else { order }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

/// Compares two values: booleans before numbers before texts before lists and objects, missing values last. All lists
/// and objects are equal.
fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |v: &Value| match v {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Array(_) | Value::Object(_) => 3,
        Value::Null => 4,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a
            .as_f64()
            .unwrap_or_default()
            .total_cmp(&b.as_f64().unwrap_or_default()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::index::{Budget, Collection, Free, Stop};
    use crate::model::{Body, CollectionId, FeatureId, Properties, Record, Schema};

    fn collection(levels: &[(u8, bool)]) -> Collection {
        let id = CollectionId::new("buildings").unwrap();
        let schema = Arc::new(Schema::parse(&id, json!({})).unwrap());
        let record = |(n, (levels, lift)): (usize, &(u8, bool))| Record {
            collection: id.clone(),
            id: FeatureId::new(format!("b{n:06}")).unwrap(),
            seq: 1,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&json!({"levels": levels, "lift": lift}).to_string())
                    .unwrap(),
            }),
        };
        Collection::load(schema, levels.iter().enumerate().map(record).collect())
    }

    fn ids<'a>(entries: impl IntoIterator<Item = &'a Arc<Entry>>) -> Vec<&'a str> {
        entries.into_iter().map(|e| e.id().as_str()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_first_few_equal_the_start_of_the_whole_order(
            levels in prop::collection::vec((0u8..6, any::<bool>()), 0..2_000),
            down: bool, most in 0usize..40,
        ) {
            let collection = collection(&levels);
            let all: Vec<_> = collection.iter().collect();
            let sort = [("levels".to_owned(), down), ("lift".to_owned(), !down)];
            let Ok(few) = first(&all, &sort, most, &Free);
            let mut whole: Vec<usize> = (0..levels.len()).collect();
            whole.sort_by_key(|n| {
                let (level, lift) = levels[*n];
                let level = i16::from(level);
                (if down { -level } else { level }, lift == down)
            });
            let whole: Vec<&str> = whole.into_iter().map(|n| all[n].id().as_str()).collect();
            // With `down`, the levels descend and the lifts ascend (false before true); without it, vice versa.
            prop_assert_eq!(ids(few), &whole[..most.min(whole.len())]);
        }
    }

    #[test]
    fn the_first_rows_are_kept_across_several_chunks() {
        let levels: Vec<(u8, bool)> = (0..40_000_u32)
            .map(|n| ((n.wrapping_mul(2_654_435_761) >> 24) as u8, false))
            .collect();
        let collection = collection(&levels);
        let all: Vec<_> = collection.iter().collect();
        let sort = [("levels".to_owned(), true)];
        let Ok(few) = first(&all, &sort, 100, &Free);
        let mut whole: Vec<usize> = (0..levels.len()).collect();
        whole.sort_by_key(|n| std::cmp::Reverse(levels[*n].0));
        let whole: Vec<&str> = whole.iter().map(|n| all[*n].id().as_str()).collect();
        assert_eq!(ids(few), &whole[..100]);
        let budget = Budget::new(1_000, u64::MAX);
        assert_eq!(first(&all, &sort, 100, &budget).err(), Some(Stop::Work));
    }

    #[test]
    fn long_texts_are_compared_by_their_beginning() {
        let long = "长".repeat(1_000);
        let Value::String(kept) = short(json!(long)) else {
            panic!("a text");
        };
        assert!(kept.len() <= LONGEST && long.starts_with(&kept));
    }
}
