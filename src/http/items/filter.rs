//! The parameters `filter`, `filter-lang` and `filter-crs` of OGC API – Features, Part 3.

use crate::codec::cql2::{self, Encoding, FilterError, Position};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::filter::Predicate;
use crate::model::{InChinese as _, RoleSet, Schema, both};
use crate::spatial::crs::Crs;

/// Reads the filter of a request to a collection; `None` if it has none. Only properties that these roles may filter by
/// are accepted. The coordinates in the filter are in `crs`, or in WGS 84 if that is `None`.
pub(super) fn read(
    query: &Query,
    schema: &Schema,
    roles: RoleSet,
    crs: Option<Crs>,
) -> Result<Option<Predicate>, Problem> {
    let encoding = match query.get("filter-lang")? {
        None | Some("cql2-text") => Encoding::Text,
        Some("cql2-json") => Encoding::Json,
        Some(other) => {
            return Err(Problem::invalid(
                "filter-lang",
                both!(
                    "filter-lang={other}：应为 cql2-text 或 cql2-json。",
                    "filter-lang={other}: expected cql2-text or cql2-json."
                ),
            ));
        }
    };
    let Some(filter) = query.get("filter")? else {
        return Ok(None);
    };
    let node = cql2::parse(filter, encoding, crs.unwrap_or(Crs::Crs84)).map_err(|e| refused(&e))?;
    let predicate = Predicate::compile(&node, schema, roles).map_err(|e| refused(&e))?;
    Ok(Some(predicate))
}

fn refused(error: &FilterError) -> Problem {
    let zh = error.zh();
    let detail = both!("筛选条件有误：{zh}。", "Invalid filter {error}.");
    let problem = Problem::invalid("filter", detail);
    match &error.at {
        Position::Character(n) => problem.with("position", *n),
        Position::Pointer(p) => problem.with("pointer", p.clone()),
    }
}
