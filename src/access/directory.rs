//! Search by name, in characters, in pinyin or in its first letters: `wqhy3` finds 温泉花园3号楼.
//!
//! Nothing is kept beside the collections: a walk over every name of a district takes less than a
//! keystroke, and of a city of a million buildings a few tenths of a second on two cores. So there is
//! no second index that could disagree with the map.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};
use ib_matcher::pinyin::PinyinNotation;
use rayon::prelude::*;
use serde::Deserialize;

use crate::index::{Collection, Entry, Meter};
use crate::model::{CollectionId, View};

/// The longest query that is looked at, in characters; names are shorter.
const LONGEST: usize = 64;
/// Features that are looked at together, by one core.
const CHUNK: usize = 512;

/// A feature that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its collection.
    pub collection: Arc<Collection>,
    /// The feature.
    pub entry: Arc<Entry>,
    rank: Rank,
}

/// How well a name fits; the greatest comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Every word stands in the name as written, and not only by its sound.
    literal: bool,
    /// The name is the query.
    whole: bool,
    /// The name begins with the query.
    start: bool,
    /// What people look for comes before what merely bears a name.
    kind: u8,
    /// Short names before long ones.
    length: Reverse<usize>,
}

/// The names in a feature's properties by which people look for it.
#[derive(Deserialize)]
struct Names<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
}

/// The features whose names fit all words of a query, best first, at most `limit`.
///
/// The order is total (rank, name, collection, id), so that two stores with the same map answer the
/// same.
///
/// # Errors
/// When the meter stops it.
pub fn search<'a, M: Meter>(
    collections: &[Arc<Collection>],
    view: impl Into<View<'a>>,
    query: &str,
    limit: usize,
    meter: &M,
) -> Result<Vec<Hit>, M::Stop> {
    let view = view.into();
    let query: String = query
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let sounds: Vec<IbMatcher<'_>> = words
        .iter()
        .map(|word| {
            let notations = PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter;
            IbMatcher::builder(*word)
                .pinyin(PinyinMatchConfig::notations(notations))
                .build()
        })
        .collect();

    let mut best = Best::new(limit);
    for collection in collections {
        let kind = kind(&collection.schema().collection);
        let entries: Vec<&Arc<Entry>> = collection.iter().collect();
        meter.hold(size_of_val(&*entries))?;
        let found = entries
            .par_chunks(CHUNK)
            .try_fold(
                || Best::new(limit),
                |mut best, chunk| {
                    meter.read(chunk.len())?;
                    for entry in chunk {
                        let properties = entry.properties(collection.schema(), view);
                        if let Some((rank, name)) = fit(&properties, &words, &sounds, kind) {
                            best.offer(rank, &name, collection, entry);
                        }
                    }
                    Ok(best)
                },
            )
            .try_reduce(|| Best::new(limit), |a, b| Ok(a.join(b)))?;
        best = best.join(found);
    }
    Ok(best.finish())
}

/// How well a feature fits, and by which of its names.
fn fit<'a>(
    properties: &'a str,
    words: &[&str],
    sounds: &[IbMatcher<'_>],
    kind: u8,
) -> Option<(Rank, Cow<'a, str>)> {
    if !may_fit(properties, words, sounds) {
        return None;
    }
    let names: Names<'a> = serde_json::from_str(properties).ok()?;
    [names.name, names.code]
        .into_iter()
        .flatten()
        .filter_map(|name| Some((rank(&name, words, sounds, kind)?, name)))
        .max_by(|a, b| a.0.cmp(&b.0))
}

/// The best hits so far. A single letter fits every name of a city; what is kept of them is never more
/// than twice what was asked for.
struct Best {
    limit: usize,
    hits: Vec<(Hit, String)>,
    /// Whether the first `limit` hits are sorted, so that the last of them is the one to beat.
    full: bool,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            hits: Vec::new(),
            full: false,
        }
    }

    fn offer(&mut self, rank: Rank, name: &str, collection: &Arc<Collection>, entry: &Arc<Entry>) {
        if self.full
            && let Some((worst, its_name)) =
                self.limit.checked_sub(1).and_then(|i| self.hits.get(i))
        {
            let better = order(
                (&rank, name, collection, entry),
                (&worst.rank, its_name, &worst.collection, &worst.entry),
            );
            if better != Ordering::Less {
                return;
            }
        }
        let hit = Hit {
            collection: Arc::clone(collection),
            entry: Arc::clone(entry),
            rank,
        };
        self.push(hit, name.to_owned());
    }

    fn push(&mut self, hit: Hit, name: String) {
        self.hits.push((hit, name));
        if self.hits.len() >= self.limit.saturating_mul(2) {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        self.hits.sort_unstable_by(|(a, a_name), (b, b_name)| {
            order(
                (&a.rank, a_name, &a.collection, &a.entry),
                (&b.rank, b_name, &b.collection, &b.entry),
            )
        });
        self.hits.truncate(self.limit);
        self.full = self.hits.len() == self.limit;
    }

    fn join(mut self, other: Self) -> Self {
        for (hit, name) in other.hits {
            self.push(hit, name);
        }
        self
    }

    fn finish(mut self) -> Vec<Hit> {
        self.shrink();
        self.hits.into_iter().map(|(hit, _)| hit).collect()
    }
}

type Place<'a> = (&'a Rank, &'a str, &'a Arc<Collection>, &'a Arc<Entry>);

/// What comes first in the answer: the greater rank, then the name, the collection and the id.
fn order(a: Place<'_>, b: Place<'_>) -> Ordering {
    let ((a_rank, a_name, a_home, a), (b_rank, b_name, b_home, b)) = (a, b);
    b_rank
        .cmp(a_rank)
        .then_with(|| natural(a_name, b_name))
        .then_with(|| a_home.schema().collection.cmp(&b_home.schema().collection))
        .then_with(|| a.id().cmp(b.id()))
}

/// Whether a name in the text of the properties may fit: most don't, and finding that out should not
/// cost a parse.
fn may_fit(properties: &str, words: &[&str], sounds: &[IbMatcher<'_>]) -> bool {
    ["\"name\":\"", "\"code\":\""].iter().any(|key| {
        properties.match_indices(key).any(|(at, _)| {
            let rest = &properties[at + key.len()..];
            // A quote that is escaped cuts the name short, so such a one is looked at in full.
            let name = rest.find('"').map_or(rest, |end| &rest[..end]);
            name.ends_with('\\')
                || words
                    .iter()
                    .zip(sounds)
                    .all(|(word, sound)| name.contains(word) || sound.is_match(name))
        })
    })
}

fn rank(name: &str, words: &[&str], sounds: &[IbMatcher<'_>], kind: u8) -> Option<Rank> {
    let lower = name.to_lowercase();
    let mut literal = true;
    let mut start = false;
    for (i, (word, sound)) in words.iter().zip(sounds).enumerate() {
        if let Some(at) = lower.find(word) {
            start |= i == 0 && at == 0;
        } else {
            literal = false;
            let found = sound.find(name)?;
            start |= i == 0 && found.start() == 0;
        }
    }
    Some(Rank {
        literal,
        whole: words.len() == 1 && lower == words[0],
        start,
        kind,
        length: Reverse(name.chars().count()),
    })
}

/// What people look for first. A name of a road or a grid is seldom the place they mean.
fn kind(collection: &CollectionId) -> u8 {
    match collection.as_str() {
        "compounds" => 5,
        "buildings" => 4,
        "pocket_parks" | "first_aid_stations" | "facilities" | "units" => 3,
        "entrances" | "roads" => 2,
        "grids" | "boundaries" => 1,
        _ => 0,
    }
}

/// Compares names as people number them: 2号楼 before 10号楼. Total, and equal only for equal texts.
fn natural(mut a: &str, mut b: &str) -> Ordering {
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
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        };
        if found != Ordering::Equal {
            return found;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Budget, Free, Stop};
    use crate::model::Role;
    use crate::model::{Body, FeatureId, Properties, Record, Schema};
    use proptest::prelude::*;
    use serde_json::json;

    fn collection(name: &str, names: &[&str]) -> Arc<Collection> {
        let id = CollectionId::new(name).unwrap();
        let document =
            json!({"properties": {"code": {"type": "string", "x-onemap-role": "rider"}}});
        let schema = Arc::new(Schema::parse(&id, document).unwrap());
        let records = names
            .iter()
            .enumerate()
            .map(|(i, name)| Record {
                collection: id.clone(),
                id: FeatureId::new(format!("{i:03}")).unwrap(),
                seq: 1,
                updated_at: jiff::Timestamp::UNIX_EPOCH,
                body: Some(Body {
                    geometry: Some(geo_types::point!(x: 117.0, y: 39.0).into()),
                    properties: Properties::parse(
                        &json!({"name": name, "code": format!("secret{i}")}).to_string(),
                    )
                    .unwrap(),
                }),
            })
            .collect();
        Arc::new(Collection::load(schema, records))
    }

    fn found(query: &str) -> Vec<String> {
        let all = [
            collection(
                "buildings",
                &[
                    "温泉花园10号楼",
                    "温泉花园3号楼",
                    "温泉花园2号楼",
                    "辰庆家园3号楼",
                    "果园北里13号楼",
                ],
            ),
            collection("compounds", &["温泉花园", "辰庆家园"]),
            collection("roads", &["温泉路"]),
        ];
        let Ok(hits) = search(&all, Role::Public, query, 10, &Free);
        hits.iter()
            .map(|h| {
                let map: serde_json::Value =
                    serde_json::from_str(h.entry.all_properties()).unwrap();
                map["name"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    #[test]
    fn letters_find_the_building_that_they_abbreviate() {
        assert_eq!(found("wqhy3"), ["温泉花园3号楼"]);
        assert_eq!(found("wenquanhuayuan 3")[0], "温泉花园3号楼");
        assert_eq!(found("辰庆 3"), ["辰庆家园3号楼"]);
        assert_eq!(found("zzzz"), [""; 0]);
        assert_eq!(found("  "), [""; 0]);
    }

    #[test]
    fn the_place_itself_comes_first_and_its_buildings_in_order() {
        assert_eq!(
            found("温泉花园"),
            [
                "温泉花园",
                "温泉花园2号楼",
                "温泉花园3号楼",
                "温泉花园10号楼"
            ]
        );
        assert_eq!(found("wq")[0], "温泉花园");
    }

    #[test]
    fn what_is_protected_is_not_found_below_its_role() {
        assert_eq!(found("secret0"), [""; 0]);
        let all = [collection("buildings", &["甲"])];
        let Ok(hits) = search(&all, Role::Rider, "secret0", 10, &Free);
        assert_eq!(hits.len(), 1);
    }

    #[test]
    fn a_search_that_may_look_at_less_than_there_is_finds_nothing() {
        let names: Vec<String> = (0..2_000).map(|n| format!("温泉{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = [collection("buildings", &names)];
        let budget = Budget::new(4_000, u64::MAX);
        let found = search(&all, Role::Public, "wq", 10, &budget);
        assert_eq!(found.err(), Some(Stop::Work));
    }

    #[test]
    fn numbers_in_names_are_ordered_as_numbers() {
        let sorted = [
            "",
            "2号楼",
            "02号楼",
            "10号楼",
            "99999999999999999999999号楼",
            "100000000000000000000000号楼",
            "号",
            "号2",
            "号10门",
            "号楼",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(natural(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_few_best_are_those_of_the_whole_list(
            names in prop::collection::vec("[ab][0-9a]{0,3}", 1..80),
            limit in 1usize..12,
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let all = [collection("buildings", &names), collection("roads", &names)];
            let ids = |limit| -> Vec<String> {
                let Ok(hits) = search(&all, Role::Public, "a", limit, &Free);
                let place = |h: &Hit| format!("{}/{}", h.collection.schema().collection, h.entry.id());
                hits.iter().map(place).collect()
            };
            let (few, whole) = (ids(limit), ids(1_000));
            prop_assert_eq!(&few[..], &whole[..limit.min(whole.len())]);
        }
    }
}
