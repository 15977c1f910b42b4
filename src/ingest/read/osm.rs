//! Reads OpenStreetMap extracts.

use rayon::prelude::*;

use super::{BATCH, Checked, FileReader, Message, Origin, Stop, check};
use crate::codec::osm::{self, Item};
use crate::ingest::source::Hashing;
use crate::ingest::{Format, Reject};
use crate::model::{CollectionId, Feature, both};

impl FileReader<'_> {
    pub(super) fn read_osm(&mut self, file: &mut Hashing, format: Format) -> Result<(), Stop> {
        if self.rules.crs.is_some_and(|c| !c.is_wgs84()) {
            return Err(Stop::File(both!(
                "是 OSM 数据，其坐标系只能是 WGS 84，请勿指定坐标系（--crs）",
                "is an OSM extract, which is always WGS 84: leave --crs out"
            )));
        }
        let rules = self.rules;
        let name = self.name.clone();
        let mut waiting: Vec<(CollectionId, Result<Feature, Reject>)> = Vec::new();
        let share = std::cell::Cell::new(0.0);
        let flush =
            |reader: &mut Self, waiting: &mut Vec<(CollectionId, Result<Feature, Reject>)>| {
                let checked: Vec<Checked> = std::mem::take(waiting)
                    .into_par_iter()
                    .map(|(collection, item)| match item {
                        Ok(feature) => check(rules, &name, Origin::default(), collection, feature),
                        Err(reject) => Checked::Rejected(reject),
                    })
                    .collect();
                reader.say(Message::Batch {
                    file: reader.file,
                    checked,
                    share: share.get(),
                })
            };
        let name = self.name.clone();
        let mut sink = |item| {
            let collection = match &item {
                Item::Feature { collection, .. } => *collection,
                Item::Dropped(dropped) => dropped.collection,
            };
            let Ok(collection) = CollectionId::new(collection) else {
                return Ok(());
            };
            if rules
                .collection
                .as_ref()
                .is_some_and(|wanted| *wanted != collection)
            {
                return Ok(());
            }
            let item = match item {
                Item::Feature { feature, .. } => Ok(feature),
                Item::Dropped(dropped) => Err(Reject {
                    file: name.clone(),
                    sheet: None,
                    line: None,
                    index: None,
                    id: Some(dropped.id),
                    collection: Some(dropped.collection.to_owned()),
                    field: dropped.field.to_owned(),
                    problem: dropped.problem.en,
                    problem_zh: dropped.problem.zh,
                    others: Vec::new(),
                }),
            };
            waiting.push((collection, item));
            if waiting.len() >= BATCH {
                flush(self, &mut waiting)?;
            }
            Ok(())
        };
        let mut progress = |done| share.set(done);
        match format {
            Format::OsmXml => osm::read_xml::<Stop>(file, &mut progress, &mut sink)?,
            _ => osm::read_pbf::<Stop>(file, &mut progress, &mut sink)?,
        }
        flush(self, &mut waiting)?;
        Ok(())
    }
}
