//! The parameters of `GET /api/plan/coverage`: the part of a question that a screen asks.

use serde::Deserialize as _;
use serde::de::value::{Error, StrDeserializer};
use serde_json::json;

use super::ask::{ByBody, CoverageBody};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::both;

const KNOWN: &[&str] = &["standard", "collection", "kind", "aed", "by", "at", "limit"];

impl CoverageBody {
    /// Reads the parameters of `GET /api/plan/coverage`.
    pub(super) fn from_query(query: &Query) -> Result<Self, Problem> {
        query.only(KNOWN)?;
        let Some(standard) = query.get("standard")? else {
            return Err(Problem::invalid(
                "standard",
                both!(
                    "缺少参数 standard：应为标准的编号，例如 aed_4。",
                    "The parameter standard is missing. Expected the id of a standard, such as aed_4."
                ),
            ));
        };
        let collection = query.get("collection")?;
        let kind = query.get("kind")?;
        let aed = query.parsed("aed", ("true 或 false", "true or false"))?;
        if let (None, Some(name)) = (collection, kind.and(Some("kind")).or(aed.and(Some("aed")))) {
            return Err(Problem::invalid(
                name,
                both!(
                    "参数 {name} 须与 collection 一起使用。",
                    "The parameter {name} needs the parameter collection beside it."
                ),
            ));
        }
        let by = query.get("by")?.map(by).transpose()?;
        let limit = query.parsed("limit", ("整数", "a whole number"))?;
        let facility = collection.map(|collection| {
            json!({"collection": collection, "kind": kind, "aed": aed.unwrap_or(false)})
        });
        let body = json!({"standard": standard, "facility": facility, "at": query.get("at")?});
        let mut body: Self = serde_json::from_value(body).map_err(|e| Problem::internal(&e))?;
        body.by = by.unwrap_or(body.by);
        body.limit = limit.unwrap_or(body.limit);
        Ok(body)
    }
}

fn by(text: &str) -> Result<ByBody, Problem> {
    ByBody::deserialize(StrDeserializer::<Error>::new(text)).map_err(|_| {
        Problem::invalid(
            "by",
            both!(
                "by={text}：应为 building、grid、community、street 或 housing。",
                "by={text}: expected building, grid, community, street or housing."
            ),
        )
    })
}
