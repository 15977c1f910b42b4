//! Reads OpenStreetMap extracts.

use std::path::Path;

use rayon::prelude::*;

use super::{BATCH, Checked, FileReader, Message, Stop, check};
use crate::codec::osm::{self, Item};
use crate::ingest::Reject;
use crate::model::{CollectionId, Feature};

impl FileReader<'_> {
    pub(super) fn read_osm(&mut self, path: &Path) -> Result<(), Stop> {
        if self.plan.crs.is_some_and(|c| !c.is_wgs84()) {
            return Err(Stop::File(
                "is an OSM extract, which is always WGS 84: leave --crs out".into(),
            ));
        }
        let plan = self.plan;
        let name = self.name.clone();
        let mut waiting: Vec<(CollectionId, Result<Feature, Reject>)> = Vec::new();
        let share = std::cell::Cell::new(0.0);
        let flush =
            |reader: &mut Self, waiting: &mut Vec<(CollectionId, Result<Feature, Reject>)>| {
                let checked: Vec<Checked> = std::mem::take(waiting)
                    .into_par_iter()
                    .map(|(collection, item)| match item {
                        Ok(feature) => check(plan, &name, None, None, collection, feature),
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
        osm::read::<Stop>(path, &mut |done| share.set(done), &mut |item| {
            let collection = match &item {
                Item::Feature { collection, .. } => *collection,
                Item::Dropped(dropped) => dropped.collection,
            };
            let Ok(collection) = CollectionId::new(collection) else {
                return Ok(());
            };
            if plan
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
                    problem: dropped.problem,
                    others: Vec::new(),
                }),
            };
            waiting.push((collection, item));
            if waiting.len() >= BATCH {
                flush(self, &mut waiting)?;
            }
            Ok(())
        })?;
        flush(self, &mut waiting)?;
        Ok(())
    }
}
