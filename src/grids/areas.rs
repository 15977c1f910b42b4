//! The areas: a street (街道) contains communities (社区), and a community contains grids (网格).

use std::collections::HashMap;

use crate::model::names::property;
use crate::model::{Canonical, FeatureId};

/// A street, a community or a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The id of the feature.
    pub id: FeatureId,
    /// The official code.
    pub code: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The kind: `street`, `community` or `grid`.
    pub kind: Option<String>,
    /// The number of registered households.
    pub households: Option<u64>,
    /// The number of registered residents.
    pub population: Option<u64>,
    /// The index of the next larger area.
    pub parent: Option<usize>,
}

impl Area {
    /// Whether a link means this area: a link contains an id or a code.
    pub fn is(&self, link: &str) -> bool {
        self.id.as_str() == link || self.code.as_deref() == Some(link)
    }
}

/// All areas, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Areas {
    all: Vec<Area>,
    by_name: HashMap<Box<str>, usize>,
    below: Vec<Vec<usize>>,
}

impl Areas {
    /// Reads the features of the collection `grids`, given by their ids, in order, and their properties.
    pub fn read<'a>(features: impl Iterator<Item = (&'a FeatureId, &'a str)>) -> Self {
        let mut links = Vec::new();
        let mut all = Vec::new();
        for (id, properties) in features {
            let row = Canonical::new(properties);
            let text = |name: &str| row.text(name).map(|t| t.into_owned());
            let whole = |name: &str| row.number(name).filter(|n| *n >= 0.0).map(|n| n as u64);
            links.push(text(property::PARENT));
            all.push(Area {
                id: id.clone(),
                code: text(property::CODE),
                name: text(property::NAME),
                kind: text(property::KIND),
                households: whole("households"),
                population: whole("population"),
                parent: None,
            });
        }
        let mut by_name: HashMap<Box<str>, usize> = HashMap::new();
        for (n, area) in all.iter().enumerate() {
            if let Some(code) = &area.code {
                by_name.insert(code.as_str().into(), n);
            }
        }
        // An id goes before a code.
        for (n, area) in all.iter().enumerate() {
            by_name.insert(area.id.as_str().into(), n);
        }
        let mut below = vec![Vec::new(); all.len()];
        for (n, link) in links.iter().enumerate() {
            let parent = link.as_deref().and_then(|l| by_name.get(l).copied());
            all[n].parent = parent.filter(|p| *p != n);
            if let Some(parent) = all[n].parent {
                below[parent].push(n);
            }
        }
        Self {
            all,
            by_name,
            below,
        }
    }

    /// The number of areas.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are no areas.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The area with an index from this value's other methods.
    pub fn get(&self, place: usize) -> &Area {
        &self.all[place]
    }

    /// The index of the area with this id or code.
    pub fn find(&self, link: &str) -> Option<usize> {
        self.by_name.get(link).copied()
    }

    /// An area and the areas that contain it, from the smallest to the largest. Ends where parents form a circle.
    pub fn above(&self, place: usize) -> Vec<usize> {
        let mut chain = vec![place];
        while let Some(parent) = chain.last().and_then(|p| self.all[*p].parent)
            && !chain.contains(&parent)
        {
            chain.push(parent);
        }
        chain
    }

    /// An area and all areas inside of it.
    pub fn inside(&self, place: usize) -> Vec<usize> {
        let mut seen = vec![false; self.all.len()];
        let (mut found, mut next) = (Vec::new(), vec![place]);
        while let Some(place) = next.pop() {
            if !std::mem::replace(&mut seen[place], true) {
                found.push(place);
                next.extend(&self.below[place]);
            }
        }
        found.sort_unstable();
        found
    }

    /// The areas directly inside of an area.
    pub fn parts(&self, place: usize) -> &[usize] {
        &self.below[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(rows: &[(&str, &str)]) -> Areas {
        let ids: Vec<FeatureId> = rows.iter().map(|r| FeatureId::new(r.0).unwrap()).collect();
        Areas::read(ids.iter().zip(rows.iter().map(|r| r.1)))
    }

    #[test]
    fn a_chain_leads_from_the_grid_to_the_street_and_an_area_contains_what_is_below_it() {
        let areas = areas(&[
            ("a", r#"{"code":"1","kind":"street"}"#),
            ("b", r#"{"code":"11","kind":"community","parent":"1"}"#),
            ("c", r#"{"kind":"grid","parent":"b"}"#),
            ("d", r#"{"kind":"grid","parent":"11"}"#),
            ("e", r#"{"kind":"grid","parent":"unknown"}"#),
        ]);
        assert_eq!(areas.above(2), [2, 1, 0]);
        assert_eq!(areas.inside(0), [0, 1, 2, 3]);
        assert_eq!(areas.inside(1), [1, 2, 3]);
        assert_eq!(areas.above(4), [4]);
        assert_eq!(areas.find("11"), Some(1));
        assert_eq!(areas.parts(0), [1]);
    }

    #[test]
    fn parents_in_a_circle_end_the_chain() {
        let areas = areas(&[
            ("a", r#"{"parent":"b"}"#),
            ("b", r#"{"parent":"a"}"#),
            ("c", r#"{"parent":"c"}"#),
        ]);
        assert_eq!(areas.above(0), [0, 1]);
        assert_eq!(areas.inside(0), [0, 1]);
        assert_eq!(areas.above(2), [2]);
    }
}
