//! Search by name, in characters, in pinyin or in its first letters: `wqhy3` finds 温泉花园3号楼.
//!
//! Nothing is kept beside the collections: a walk over every name of a district takes less than a
//! keystroke, and of a city of a million buildings a few tenths of a second on two cores. So there is
//! no second index that could disagree with the map.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};
use ib_matcher::pinyin::PinyinNotation;
use rayon::prelude::*;
use serde::Deserialize;

use crate::index::{Collection, Entry};
use crate::model::{CollectionId, Role};

/// The longest query that is looked at, in characters; names are shorter.
const LONGEST: usize = 64;

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
pub fn search(collections: &[Arc<Collection>], role: Role, query: &str, limit: usize) -> Vec<Hit> {
    let query: String = query
        .chars()
        .take(LONGEST)
        .collect::<String>()
        .to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
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

    let mut hits: Vec<(Hit, String)> = Vec::new();
    for collection in collections {
        let kind = kind(&collection.schema().collection);
        let entries: Vec<&Arc<Entry>> = collection.iter().collect();
        let found: Vec<(Hit, String)> = entries
            .par_iter()
            .with_min_len(2_048)
            .filter_map(|entry| {
                let properties = entry.properties(collection.schema(), role);
                if !may_fit(&properties, &words, &sounds) {
                    return None;
                }
                let names: Names<'_> = serde_json::from_str(&properties).ok()?;
                let named = names.name.iter().chain(&names.code);
                let (rank, name) = named
                    .filter_map(|name| Some((rank(name, &words, &sounds, kind)?, name)))
                    .max_by(|a, b| a.0.cmp(&b.0))?;
                let hit = Hit {
                    collection: Arc::clone(collection),
                    entry: Arc::clone(entry),
                    rank,
                };
                Some((hit, name.to_string()))
            })
            .collect();
        hits.extend(found);
    }
    hits.sort_by(|(a, a_name), (b, b_name)| {
        b.rank
            .cmp(&a.rank)
            .then_with(|| natural(a_name, b_name))
            .then_with(|| {
                let name = |h: &Hit| h.collection.schema().collection.clone();
                name(a).cmp(&name(b))
            })
            .then_with(|| a.entry.id().cmp(b.entry.id()))
    });
    hits.truncate(limit);
    hits.into_iter().map(|(hit, _)| hit).collect()
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

/// Compares names as people number them: 2号楼 before 10号楼.
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let parts = |text: &str| -> Vec<(Option<u64>, String)> {
        let mut list: Vec<(bool, String)> = Vec::new();
        for c in text.chars() {
            let digit = c.is_ascii_digit();
            match list.last_mut() {
                Some((was, part)) if *was == digit => part.push(c),
                _ => list.push((digit, c.to_string())),
            }
        }
        list.into_iter()
            .map(|(digit, part)| (digit.then(|| part.parse().unwrap_or(u64::MAX)), part))
            .collect()
    };
    parts(a).cmp(&parts(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, FeatureId, Properties, Record, Schema};
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
        search(&all, Role::Public, query, 10)
            .iter()
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
        assert_eq!(search(&all, Role::Rider, "secret0", 10).len(), 1);
    }
}
