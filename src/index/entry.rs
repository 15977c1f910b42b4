//! One feature in memory.
//!
//! It is stored twice, because both forms are needed often: decoded for geometry tests, and encoded
//! as the bytes of the most common response (public role, WGS 84, all properties), which only need
//! to be copied. All other responses are made on demand from those bytes, and from a copy of all properties if the
//! public does not see all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use geo_types::Geometry;
use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::codec::geojson::write::{self, FeatureParts, PROPERTIES_KEY};
use crate::model::{FeatureId, Record, Role, Schema, View};
use crate::spatial::bounds::Bounds;

/// An immutable feature of the current map.
#[derive(Debug, Clone)]
pub struct Entry {
    id: FeatureId,
    seq: u64,
    /// The time of the commit in microseconds since 1970. This takes half the memory of a
    /// `Timestamp`, which matters for a million features.
    updated_at_us: i64,
    geometry: Option<Geometry<f64>>,
    /// The GeoJSON Feature as the public sees it.
    encoded: Box<str>,
    geometry_at: u32,
    properties_at: u32,
    properties_end: u32,
    /// All properties; `None` if the public sees all of them.
    full: Option<Box<str>>,
}

impl Entry {
    /// Encodes a stored feature; `None` for a deletion record.
    pub fn new(schema: &Schema, record: &Record) -> Option<Self> {
        let body = record.body.as_ref()?;
        let full = body.properties.as_str();
        let public = strip(full, schema.hidden_from(Role::Public).collect());

        let mut geometry = Vec::with_capacity(256);
        write::geometry_or_null(&mut geometry, body.geometry.as_ref());
        let mut out =
            Vec::with_capacity(128 + record.id.as_str().len() + geometry.len() + public.len());
        let (geometry_at, properties_at) = write::feature(
            &mut out,
            &FeatureParts {
                id: record.id.as_str(),
                geometry: &geometry,
                properties: &public,
                seq: record.seq,
                updated_at: record.updated_at,
            },
        );
        let properties_end = properties_at + public.len();
        Some(Self {
            id: record.id.clone(),
            seq: record.seq,
            updated_at_us: record.updated_at.as_microsecond(),
            geometry: body.geometry.clone(),
            encoded: text(out),
            // The size of a feature is limited to far less than 4 GB when it is read.
            geometry_at: geometry_at as u32,
            properties_at: properties_at as u32,
            properties_end: properties_end as u32,
            full: match public {
                Cow::Borrowed(_) => None,
                Cow::Owned(_) => Some(full.into()),
            },
        })
    }

    /// The same feature under another schema, which may show the public more or fewer properties.
    pub(super) fn with_schema(&self, schema: &Schema) -> Self {
        let full = self.all_properties();
        let public = strip(full, schema.hidden_from(Role::Public).collect());
        let mut out = Vec::with_capacity(self.encoded.len() + 64);
        let (geometry_at, properties_at) = write::feature(
            &mut out,
            &FeatureParts {
                properties: &public,
                ..self.parts()
            },
        );
        Self {
            id: self.id.clone(),
            seq: self.seq,
            updated_at_us: self.updated_at_us,
            geometry: self.geometry.clone(),
            geometry_at: geometry_at as u32,
            properties_at: properties_at as u32,
            properties_end: (properties_at + public.len()) as u32,
            full: match public {
                Cow::Borrowed(_) => None,
                Cow::Owned(_) => Some(full.into()),
            },
            encoded: text(out),
        }
    }

    /// The feature's id.
    pub fn id(&self) -> &FeatureId {
        &self.id
    }

    /// The number of the commit that wrote the feature.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The time of the commit that wrote the feature.
    pub fn updated_at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.updated_at_us).unwrap_or_default()
    }

    /// The geometry; `None` for rows of hidden collections and features without one.
    pub fn geometry(&self) -> Option<&Geometry<f64>> {
        self.geometry.as_ref()
    }

    /// The bounding box of the geometry in degrees. It is computed on each call; the R-tree has its
    /// own copy.
    pub fn bounds(&self) -> Option<Bounds> {
        self.geometry.as_ref().and_then(Bounds::of)
    }

    /// The GeoJSON Feature as the public sees it, ready to be sent.
    pub fn encoded(&self) -> &[u8] {
        self.encoded.as_bytes()
    }

    /// The geometry object as GeoJSON bytes, or `null`.
    pub fn geometry_json(&self) -> &[u8] {
        let end = self.properties_at as usize - PROPERTIES_KEY.len();
        &self.encoded.as_bytes()[self.geometry_at as usize..end]
    }

    /// The properties object visible in `view`, as canonical JSON.
    pub fn properties<'a>(&self, schema: &Schema, view: impl Into<View<'a>>) -> Cow<'_, str> {
        let Some(full) = &self.full else {
            return Cow::Borrowed(self.public_properties());
        };
        let roles = view.into().on(schema, full);
        match roles.is_public() {
            true => Cow::Borrowed(self.public_properties()),
            false => strip(full, schema.hidden_from(roles).collect()),
        }
    }

    /// The properties object visible in `view`, including properties whose reading is recorded. The
    /// caller must have recorded it. Canonical JSON.
    pub fn recorded_properties<'a>(
        &self,
        schema: &Schema,
        view: impl Into<View<'a>>,
    ) -> Cow<'_, str> {
        let Some(full) = &self.full else {
            return Cow::Borrowed(self.public_properties());
        };
        let roles = view.into().on(schema, full);
        strip(full, schema.closed_to(roles).collect())
    }

    /// All properties, including protected ones: only for use inside the server.
    pub fn all_properties(&self) -> &str {
        match &self.full {
            Some(full) => full,
            None => self.public_properties(),
        }
    }

    /// The Feature visible in `view`, with all properties or only the selected ones.
    pub fn feature_json<'a>(
        &self,
        schema: &Schema,
        view: impl Into<View<'a>>,
        selection: Option<&[String]>,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_feature(&mut out, schema, view, selection);
        out
    }

    /// Appends the Feature visible in `view`, with all properties or only the selected ones.
    pub fn write_feature<'a>(
        &self,
        out: &mut Vec<u8>,
        schema: &Schema,
        view: impl Into<View<'a>>,
        selection: Option<&[String]>,
    ) {
        self.write_with(out, self.properties(schema, view), selection);
    }

    /// Appends the Feature with the given properties, or only the selected ones of them.
    pub fn write_with(
        &self,
        out: &mut Vec<u8>,
        mut properties: Cow<'_, str>,
        selection: Option<&[String]>,
    ) {
        if let Some(names) = selection
            && let Some(kept) = retain(&properties, |key| names.iter().any(|n| n == key))
        {
            properties = Cow::Owned(kept);
        }
        if matches!(&properties, Cow::Borrowed(p) if std::ptr::eq(*p, self.public_properties())) {
            out.extend_from_slice(self.encoded());
            return;
        }
        write::feature(
            out,
            &FeatureParts {
                properties: &properties,
                ..self.parts()
            },
        );
    }

    /// The bytes of memory that the entry takes, including the heap; for metrics.
    pub fn memory(&self) -> usize {
        use geo::CoordsIter;
        let coords = self.geometry.as_ref().map_or(0, CoordsIter::coords_count);
        size_of::<Self>()
            + self.encoded.len()
            + self.full.as_ref().map_or(0, |f| f.len())
            + coords * 16
            + self.id.as_str().len()
    }

    fn parts(&self) -> FeatureParts<'_> {
        FeatureParts {
            id: self.id.as_str(),
            geometry: self.geometry_json(),
            properties: self.public_properties(),
            seq: self.seq,
            updated_at: self.updated_at(),
        }
    }

    fn public_properties(&self) -> &str {
        &self.encoded[self.properties_at as usize..self.properties_end as usize]
    }
}

/// Converts JSON bytes to text. They are copied to a buffer of the right size, because shrinking a
/// buffer that is slightly too large may free no memory.
fn text(json: Vec<u8>) -> Box<str> {
    String::from_utf8_lossy(&json).into()
}

/// The properties without the hidden ones.
fn strip<'a>(properties: &'a str, hidden: Vec<&str>) -> Cow<'a, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(properties);
    }
    match retain(properties, |key| !hidden.contains(&key)) {
        Some(kept) => Cow::Owned(kept),
        None => Cow::Borrowed(properties),
    }
}

/// A canonical object with only some of its keys; `None` if all stay.
fn retain(properties: &str, keep: impl Fn(&str) -> bool) -> Option<String> {
    // If the text is not an object, its parts cannot be told apart, so nothing is shown.
    let Ok(mut map) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(properties) else {
        return Some("{}".to_owned());
    };
    let before = map.len();
    map.retain(|key, _| keep(key));
    if map.len() == before {
        return None;
    }
    Some(serde_json::to_string(&map).unwrap_or_else(|_| "{}".to_owned()))
}

#[cfg(test)]
mod tests {
    use geo_types::Point;
    use serde_json::json;

    use super::*;
    use crate::model::{Body, CollectionId, Properties};

    fn schema(role: &str) -> Schema {
        Schema::parse(
            &CollectionId::new("entrances").unwrap(),
            json!({"properties": {
                "name": {"type": "string"},
                "access_code": {"type": "string", "x-onemap-role": role},
                "access_note": {"type": "string", "x-onemap-role": "grid_worker"},
            }}),
        )
        .unwrap()
    }

    fn record(properties: &str) -> Record {
        Record {
            collection: CollectionId::new("entrances").unwrap(),
            id: FeatureId::new("门1").unwrap(),
            seq: 7,
            updated_at: "2026-11-22T06:05:00.25Z".parse().unwrap(),
            body: Some(Body {
                geometry: Some(Point::new(117.0, 39.25).into()),
                properties: Properties::parse(properties).unwrap(),
            }),
        }
    }

    #[test]
    fn a_protected_property_is_in_no_response_below_its_role() {
        let schema = schema("rider");
        let record = record(r#"{"name":"北门","access_code":"1234#","access_note":"ask"}"#);
        let entry = Entry::new(&schema, &record).unwrap();
        assert_eq!(
            std::str::from_utf8(entry.encoded()).unwrap(),
            r#"{"type":"Feature","id":"门1","geometry":{"type":"Point","coordinates":[117,39.25]},"properties":{"name":"北门"},"seq":7,"updated_at":"2026-11-22T06:05:00.25Z"}"#
        );
        assert_eq!(
            entry.properties(&schema, Role::Public),
            r#"{"name":"北门"}"#
        );
        assert_eq!(
            entry.properties(&schema, Role::Rider),
            r#"{"access_code":"1234#","name":"北门"}"#
        );
        assert_eq!(
            entry.properties(&schema, Role::Admin),
            r#"{"access_code":"1234#","access_note":"ask","name":"北门"}"#
        );
        let asked = ["access_code".to_owned()];
        let public = entry.feature_json(&schema, Role::Public, Some(&asked));
        assert!(
            String::from_utf8(public)
                .unwrap()
                .contains(r#""properties":{},"#)
        );
        let rider = entry.feature_json(&schema, Role::Rider, Some(&asked));
        assert!(
            String::from_utf8(rider)
                .unwrap()
                .contains(r#"{"access_code":"1234#"}"#)
        );
    }

    #[test]
    fn without_protected_properties_all_roles_share_one_copy() {
        let schema = schema("rider");
        let entry = Entry::new(&schema, &record(r#"{"name":"南门"}"#)).unwrap();
        assert!(entry.full.is_none());
        for role in Role::ALL.iter().copied() {
            assert_eq!(entry.feature_json(&schema, role, None), entry.encoded());
        }
        assert_eq!(
            entry.geometry_json(),
            br#"{"type":"Point","coordinates":[117,39.25]}"#
        );
    }

    #[test]
    fn a_new_schema_changes_what_the_public_sees() {
        let record = record(r#"{"name":"北门","access_code":"1234#"}"#);
        for (before, after) in [
            ("rider", "public"),
            ("public", "rider"),
            ("public", "public"),
        ] {
            let moved = Entry::new(&schema(before), &record)
                .unwrap()
                .with_schema(&schema(after));
            let fresh = Entry::new(&schema(after), &record).unwrap();
            assert_eq!(moved.encoded(), fresh.encoded());
            assert_eq!(moved.all_properties(), fresh.all_properties());
            assert_eq!(moved.full.is_some(), fresh.full.is_some());
        }
    }

    #[test]
    fn a_deletion_gives_no_entry() {
        let record = Record {
            body: None,
            ..record("{}")
        };
        assert!(Entry::new(&schema("rider"), &record).is_none());
    }
}
