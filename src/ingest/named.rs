//! Finds grids, compounds and buildings by their names, so that a list of people in charge needs no ids.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use serde_json::Value;

use crate::model::names::collection::{BUILDINGS, COMPOUNDS, GRIDS};
use crate::model::names::property;
use crate::model::{Body, CollectionId, FeatureId, Localized, both};

/// The collections whose features can be named.
pub(super) const COLLECTIONS: [&str; 3] = [GRIDS, COMPOUNDS, BUILDINGS];

/// The names of features. Only hashes are kept, because a map may have a million buildings.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The hash of an id or a name, whether it is an id, and the feature.
    rows: Vec<(u64, bool, FeatureId)>,
}

/// Why a name leads to no feature.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    /// No feature has the name.
    Unknown,
    /// Several features have the name; some of their ids.
    Ambiguous(Vec<FeatureId>),
}

impl Names {
    /// Adds the names of a feature, if its collection is one of [`COLLECTIONS`].
    pub(super) fn add(&mut self, collection: &CollectionId, id: &FeatureId, body: &Body) {
        if !COLLECTIONS.contains(&collection.as_str()) {
            return;
        }
        self.rows
            .push((hash(&folded(id.as_str())), true, id.clone()));
        let map = body.properties.to_map();
        for name in [property::NAME, property::CODE] {
            if let Some(Value::String(text)) = map.get(name) {
                let text = folded(text);
                if text != folded(id.as_str()) && !text.is_empty() {
                    self.rows.push((hash(&text), false, id.clone()));
                }
            }
        }
    }

    /// Sorts the names. Call once, after all features are added.
    pub(super) fn index(&mut self) {
        // Ids come first: a text that is an id means that feature, whatever others are called.
        self.rows
            .sort_unstable_by(|a, b| (a.0, !a.1, &a.2).cmp(&(b.0, !b.1, &b.2)));
        self.rows.dedup();
    }

    /// The feature with this id or, if there is none, with this name.
    pub(super) fn find(&self, text: &str) -> Result<&FeatureId, NotFound> {
        let wanted = hash(&folded(text));
        let from = self.rows.partition_point(|row| row.0 < wanted);
        let found = self.rows[from..].iter().take_while(|row| row.0 == wanted);
        let mut found = found.peekable();
        match found.peek() {
            None => return Err(NotFound::Unknown),
            Some((_, true, id)) => return Ok(id),
            Some(_) => {}
        }
        let all: Vec<&FeatureId> = found.map(|row| &row.2).take(4).collect();
        match all.as_slice() {
            [one] => Ok(one),
            several => Err(NotFound::Ambiguous(
                several.iter().map(|id| (*id).clone()).collect(),
            )),
        }
    }
}

impl NotFound {
    /// The problem in words.
    pub(super) fn problem(&self, text: &str) -> Localized {
        match self {
            Self::Unknown => both!(
                "没有编号或名称为“{text}”的网格、小区或楼栋",
                "no grid, compound or building has the id or the name “{text}”"
            ),
            Self::Ambiguous(ids) => {
                let ids = ids
                    .iter()
                    .map(FeatureId::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                both!(
                    "有多个网格、小区或楼栋名为“{text}”，请改填编号，例如 {ids}",
                    "several grids, compounds or buildings are called “{text}”; give an id instead, such as {ids}"
                )
            }
        }
    }
}

/// A name without spaces, with the digits and the letters of full-width text as ASCII ones, and with one word for a
/// building: 号楼.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(narrow)
        .collect();
    for word in ["号栋", "号幢", "栋", "幢"] {
        if let Some(before) = text.strip_suffix(word)
            && before.ends_with(|c: char| c.is_ascii_digit())
        {
            return format!("{before}号楼").to_lowercase();
        }
    }
    text.to_lowercase()
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Properties;

    fn names(features: &[(&str, &str, &str)]) -> Names {
        let mut names = Names::default();
        for (collection, id, properties) in features {
            let body = Body {
                geometry: None,
                properties: Properties::parse(properties).unwrap(),
            };
            let collection = CollectionId::new(*collection).unwrap();
            names.add(&collection, &FeatureId::new(*id).unwrap(), &body);
        }
        names.index();
        names
    }

    #[test]
    fn a_place_is_found_by_its_id_its_code_and_its_name_as_people_write_it() {
        let names = names(&[
            (
                "grids",
                "g-3",
                r#"{"name":"温泉花园社区第3网格","code":"120113001020003"}"#,
            ),
            ("buildings", "b-14", r#"{"name":"朝阳东里14号楼"}"#),
            ("compounds", "wenquan", r#"{"name":"温泉花园"}"#),
            ("units", "u", r#"{"name":"果园消防救援站"}"#),
        ]);
        for (text, id) in [
            ("g-3", "g-3"),
            ("120113001020003", "g-3"),
            ("温泉花园社区第 3 网格", "g-3"),
            ("温泉花园社区第３网格", "g-3"),
            ("朝阳东里14号楼", "b-14"),
            ("朝阳东里14栋", "b-14"),
            ("朝阳东里14幢 ", "b-14"),
            ("WENQUAN", "wenquan"),
            ("温泉花园", "wenquan"),
        ] {
            assert_eq!(names.find(text).map(FeatureId::as_str), Ok(id), "{text}");
        }
        for text in ["", "温泉", "果园消防救援站", "14号楼"] {
            assert_eq!(names.find(text), Err(NotFound::Unknown), "{text}");
        }
    }

    #[test]
    fn a_name_that_several_have_is_refused_and_an_id_goes_before_a_name() {
        let names = names(&[
            ("buildings", "a", r#"{"name":"1号楼"}"#),
            ("buildings", "b", r#"{"name":"1号楼"}"#),
            ("buildings", "c", r#"{"name":"a"}"#),
        ]);
        assert_eq!(names.find("a").map(FeatureId::as_str), Ok("a"));
        let NotFound::Ambiguous(ids) = names.find("1号楼").unwrap_err() else {
            panic!("two have the name");
        };
        assert_eq!(ids.len(), 2);
        assert!(
            NotFound::Ambiguous(ids)
                .problem("1号楼")
                .zh
                .contains("a, b")
        );
    }
}
