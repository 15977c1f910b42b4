//! Checks a feature against its collection: its properties against the JSON Schema, its geometry
//! type, and the validity of its geometry. All writers use this check (imports, HTTP, rows written
//! with plain SQL), so every feature on the map has passed the same one.

use std::fmt;

use jiff::Timestamp;
use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    Body, CollectionId, FeatureId, GeometryKind, Localized, Role, Schema, SchemaError, both,
};
use crate::spatial::validity;

/// One error in a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FeatureProblem)]
pub struct Problem {
    /// The path of the wrong value: `properties.levels`, `geometry.coordinates[0]`, `id`.
    pub field: String,
    /// What was found and what was expected, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    #[serde(default)]
    pub problem_zh: String,
}

impl Problem {
    /// Builds a problem for the value at the path `field`.
    pub fn new(field: impl Into<String>, problem: impl Into<Localized>) -> Self {
        let Localized { zh, en } = problem.into();
        Self {
            field: field.into(),
            problem: en,
            problem_zh: zh,
        }
    }

    /// The problem in both languages.
    pub fn localized(&self) -> Localized {
        Localized::new(self.problem_zh.as_str(), self.problem.as_str())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

/// Checks features against one collection's schema, compiled once.
pub struct Checker {
    collection: CollectionId,
    geometry: Vec<GeometryKind>,
    without_geometry: bool,
    validator: Validator,
    /// Properties whose values are left out of error texts, because anybody may read those texts.
    protected: Vec<String>,
    /// Pairs of properties with times, of which the first must be later than the second (`x-onemap-after`).
    after: Vec<(String, String)>,
}

impl Checker {
    /// Compiles a schema.
    ///
    /// # Errors
    /// If the document is not a JSON Schema, or if it references another document: nothing is
    /// fetched.
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema.document)
            .map_err(|e| SchemaError {
                collection: schema.collection.to_string(),
                place: e.instance_path().to_string(),
                problem: e.to_string(),
            })?;
        Ok(Self {
            collection: schema.collection.clone(),
            geometry: schema.geometry.clone(),
            without_geometry: schema.without_geometry,
            validator,
            protected: schema.hidden_from(Role::Public).map(Into::into).collect(),
            after: after(&schema.document),
        })
    }

    /// The collection whose features the checker checks.
    pub fn collection(&self) -> &CollectionId {
        &self.collection
    }

    /// Checks a feature and returns all problems of its properties and the first one of its
    /// geometry.
    ///
    /// A property that is `null` counts as absent, because many programs write every column they
    /// know.
    pub fn check(&self, _id: &FeatureId, body: &Body) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        self.check_geometry(body, &mut problems);
        let mut map = body.properties.to_map();
        map.retain(|_, v| !v.is_null());
        let value = Value::Object(map);
        // Asking only whether the value is valid is several times faster than collecting errors.
        if !self.validator.is_valid(&value) {
            for error in self.validator.iter_errors(&value) {
                self.add(&error, &mut problems);
            }
        }
        self.check_order(&value, &mut problems);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Checks the pairs of moments of which one must be later than the other (`x-onemap-after`). A value that is not a
    /// moment is skipped here; the check of its format reports it.
    fn check_order(&self, properties: &Value, problems: &mut Vec<Problem>) {
        for (name, earlier) in &self.after {
            let text = |name: &String| properties.get(name).and_then(Value::as_str);
            let moment = |name| text(name)?.parse::<Timestamp>().ok();
            let (Some(late), Some(early)) = (moment(name), moment(earlier)) else {
                continue;
            };
            if late <= early {
                let hide = |name| self.protected.contains(name);
                let said = |name| match hide(name) {
                    true => "***",
                    false => text(name).unwrap_or_default(),
                };
                let (found, begins) = (said(name), said(earlier));
                problems.push(Problem::new(
                    format!("properties.{name}"),
                    both!(
                        "应晚于 {earlier}（{begins}），实际为 {found}",
                        "expected a moment after `{earlier}` ({begins}), found {found}"
                    ),
                ));
            }
        }
    }

    fn check_geometry(&self, body: &Body, problems: &mut Vec<Problem>) {
        let id = &self.collection;
        let expected = if self.geometry.is_empty() {
            "Geometry".to_owned()
        } else {
            let names: Vec<_> = self.geometry.iter().map(|k| k.name()).collect();
            names.join(" / ")
        };
        if self.without_geometry {
            if body.geometry.is_some() {
                problems.push(Problem::new(
                    "geometry",
                    both!(
                        "{id} 的要素没有图形，请填 null",
                        "features of {id} have no geometry; expected \"geometry\": null"
                    ),
                ));
            }
            return;
        }
        let Some(geometry) = &body.geometry else {
            if !self.collection.is_hidden() {
                problems.push(Problem::new(
                    "geometry",
                    both!(
                        "缺少图形；{id} 要求 {expected}",
                        "missing; features of {id} need a geometry: {expected}"
                    ),
                ));
            }
            return;
        };
        let allowed = self.geometry.is_empty()
            || GeometryKind::of(geometry).is_some_and(|k| self.geometry.contains(&k));
        if !allowed {
            let found = GeometryKind::of(geometry).map_or("GeometryCollection", |k| k.name());
            problems.push(Problem::new(
                "geometry",
                both!(
                    "{id} 要求 {expected}，实际为 {found}",
                    "features of {id} need {expected}, found {found}"
                ),
            ));
            return;
        }
        if let Err(e) = validity::validate(geometry) {
            problems.push(Problem::new(format!("geometry.{}", e.place), e.problem));
        }
    }

    fn add(&self, error: &ValidationError<'_>, problems: &mut Vec<Problem>) {
        let path = error.instance_path().to_string();
        let mut field = String::from("properties");
        for step in path.split('/').skip(1) {
            if step.bytes().all(|b| b.is_ascii_digit()) {
                field.push_str(&format!("[{step}]"));
            } else {
                field.push('.');
                field.push_str(&step.replace("~1", "/").replace("~0", "~"));
            }
        }
        let top = path.split('/').nth(1).unwrap_or_default();
        let hide = self.protected.iter().any(|p| p == top);
        let found = {
            if hide {
                "***".to_owned()
            } else {
                short(error.instance())
            }
        };
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                problems.push(Problem::new(
                    format!("{field}.{name}"),
                    both!(
                        "缺少该项，数据结构要求必填",
                        "missing; the schema requires it"
                    ),
                ));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for name in unexpected {
                    problems.push(Problem::new(
                        format!("{field}.{name}"),
                        both!("数据结构中没有该属性", "the schema has no such property"),
                    ));
                }
            }
            ValidationErrorKind::Enum { options } => {
                let options: Vec<_> = options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|o| o.as_str().map_or_else(|| o.to_string(), Into::into))
                    .collect();
                let options = options.join(", ");
                problems.push(Problem::new(
                    field,
                    both!(
                        "应为 {options} 之一，实际为 {found}",
                        "expected one of {options}, found {found}"
                    ),
                ));
            }
            ValidationErrorKind::Type { kind } => {
                let en = match kind {
                    TypeKind::Single(t) => t.to_string(),
                    TypeKind::Multiple(set) => {
                        let names: Vec<_> = set.iter().map(|t| t.to_string()).collect();
                        names.join(" or ")
                    }
                };
                let names: Vec<_> = en.split(" or ").map(type_in_chinese).collect();
                let zh = names.join("或");
                problems.push(Problem::new(
                    field,
                    both!("应为{zh}，实际为 {found}", "expected {en}, found {found}"),
                ));
            }
            ValidationErrorKind::Format { format } => problems.push(Problem::new(
                field,
                both!(
                    "应符合 {format} 格式，实际为 {found}",
                    "expected the format {format}, found {found}"
                ),
            )),
            kind => {
                let en = if hide {
                    error.masked().to_string()
                } else {
                    error.to_string()
                };
                let zh = limit_in_chinese(kind)
                    .unwrap_or_else(|| format!("不符合数据结构的要求（{en}）"));
                problems.push(Problem::new(field, Localized::new(zh, en)));
            }
        }
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker")
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

/// The pairs of the keyword `x-onemap-after`: the property that has it, and the one that it names.
fn after(document: &Value) -> Vec<(String, String)> {
    let properties = document.get("properties").and_then(Value::as_object);
    let pairs = properties.into_iter().flatten().filter_map(|(name, said)| {
        let earlier = said.get("x-onemap-after")?.as_str()?;
        Some((name.clone(), earlier.to_owned()))
    });
    pairs.collect()
}

/// The Chinese name of a JSON Schema type.
fn type_in_chinese(name: &str) -> &str {
    match name {
        "array" => "列表",
        "boolean" => "布尔值（true 或 false）",
        "integer" => "整数",
        "null" => "空值",
        "number" => "数字",
        "object" => "对象",
        "string" => "文本",
        name => name,
    }
}

/// The Chinese text for a value that violates a limit, a pattern or uniqueness; `None` for other
/// errors.
fn limit_in_chinese(kind: &ValidationErrorKind) -> Option<String> {
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("不应小于 {limit}"),
        ValidationErrorKind::ExclusiveMinimum { limit } => format!("应大于 {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("不应大于 {limit}"),
        ValidationErrorKind::ExclusiveMaximum { limit } => format!("应小于 {limit}"),
        ValidationErrorKind::MinLength { limit: 1 } => "不应为空".to_owned(),
        ValidationErrorKind::MinLength { limit } => format!("不应少于{limit}个字符"),
        ValidationErrorKind::MaxLength { limit } => format!("不应超过{limit}个字符"),
        ValidationErrorKind::MinItems { limit } => format!("不应少于{limit}项"),
        ValidationErrorKind::MaxItems { limit } => format!("不应超过{limit}项"),
        ValidationErrorKind::MultipleOf { .. } => "不是规定步长的整数倍".to_owned(),
        ValidationErrorKind::Pattern { pattern } => format!("不符合规定的格式（{pattern}）"),
        ValidationErrorKind::UniqueItems => "列表中有重复的项".to_owned(),
        _ => return None,
    })
}

/// A value shortened for an error text.
fn short(value: &Value) -> String {
    const LIMIT: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= LIMIT {
        return text;
    }
    let mut head: String = text.chars().take(LIMIT).collect();
    head.push('…');
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Properties;
    use geo_types::{Geometry, Point, polygon};
    use serde_json::json;

    fn checker() -> Checker {
        let schema = Schema::parse(
            &CollectionId::new("buildings").unwrap(),
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "楼栋", "type": "object",
                "x-onemap-geometry": ["Polygon"],
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "levels": {"type": "integer", "minimum": 1},
                    "housing": {"enum": ["old_estate", "commodity"]},
                    "opened_on": {"type": "string", "format": "date"},
                    "from": {"type": "string", "format": "date-time"},
                    "until": {"type": "string", "format": "date-time", "x-onemap-after": "from"},
                    "access_code": {"type": "string", "maxLength": 4, "x-onemap-role": "rider"},
                },
            }),
        )
        .unwrap();
        Checker::new(&schema).unwrap()
    }

    fn problems(geometry: Option<Geometry<f64>>, properties: Value) -> Vec<String> {
        let Value::Object(map) = properties else {
            return vec![];
        };
        let body = Body {
            geometry,
            properties: Properties::from_map(map).unwrap(),
        };
        let id = FeatureId::new("b1").unwrap();
        match checker().check(&id, &body) {
            Ok(()) => vec![],
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    fn square() -> Option<Geometry<f64>> {
        Some(Geometry::Polygon(
            polygon![(x: 0., y: 0.), (x: 1., y: 0.), (x: 1., y: 1.)],
        ))
    }

    #[test]
    fn a_feature_that_fits_passes_and_null_counts_as_absent() {
        let fits = json!({"name": "3号楼", "levels": 6.0, "housing": null, "extra": [1]});
        assert_eq!(problems(square(), fits), Vec::<String>::new());
    }

    #[test]
    fn what_ends_before_it_begins_is_refused() {
        let with = |until: &str| {
            let said = json!({"name": "a", "from": "2026-11-30T08:00:00+08:00", "until": until});
            problems(square(), said)
        };
        assert_eq!(with("2026-11-30T00:00:01Z"), Vec::<String>::new());
        let expected = "properties.until: expected a moment after `from` (2026-11-30T08:00:00+08:00), \
                        found 2026-11-30T00:00:00Z";
        assert_eq!(with("2026-11-30T00:00:00Z"), [expected]);
        let open = json!({"name": "a", "until": "2026-11-30T08:00:00+08:00"});
        assert_eq!(problems(square(), open), Vec::<String>::new());
    }

    #[test]
    fn every_problem_names_its_field_and_what_was_expected() {
        assert_eq!(
            problems(
                square(),
                json!({"levels": 0, "housing": "palace", "opened_on": "soon"})
            ),
            [
                "properties.name: missing; the schema requires it",
                "properties.housing: expected one of old_estate, commodity, found \"palace\"",
                "properties.levels: 0 is less than the minimum of 1",
                "properties.opened_on: expected the format date, found \"soon\"",
            ]
        );
        assert_eq!(
            problems(square(), json!({"name": 3})),
            ["properties.name: expected string, found 3"]
        );
        let point = Some(Geometry::Point(Point::new(1.0, 2.0)));
        assert_eq!(
            problems(point, json!({"name": "a"})),
            ["geometry: features of buildings need Polygon, found Point"]
        );
        assert_eq!(
            problems(None, json!({"name": "a"})),
            ["geometry: missing; features of buildings need a geometry: Polygon"]
        );
        let bow = polygon![(x: 0., y: 0.), (x: 2., y: 2.), (x: 2., y: 0.), (x: 0., y: 2.)];
        assert_eq!(
            problems(Some(Geometry::Polygon(bow)), json!({"name": "a"})),
            ["geometry.coordinates[0]: the ring meets itself near [1.0000000, 1.0000000]"]
        );
    }

    #[test]
    fn a_protected_value_is_not_quoted() {
        for wrong in [json!("123456"), json!(123_456)] {
            let text = problems(square(), json!({"name": "a", "access_code": wrong})).join("\n");
            assert!(text.starts_with("properties.access_code"), "{text}");
            assert!(!text.contains("123456"), "{text}");
        }
    }

    #[test]
    fn an_invalid_schema_is_refused() {
        let schema = Schema::parse(
            &CollectionId::new("a").unwrap(),
            json!({"properties": {"a": {"type": "colour"}}}),
        )
        .unwrap();
        assert!(Checker::new(&schema).is_err());
    }
}
