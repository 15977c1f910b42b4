//! Query strings. Unknown and repeated parameters are refused by name.
//!
//! OGC API – Features requires 400 for parameters that the API does not define, so that a misspelt `bbx=` does
//! not return the whole map.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::App;
use super::problem::Problem;
use crate::model::both;

/// The parameters of a request, in their order.
#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut list = Vec::new();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            list.push((decode(key)?, decode(value)?));
        }
        Ok(Self(list))
    }

    /// The value of a parameter. A repeated parameter is an error.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(k, _)| k == name).map(|(_, v)| v);
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::invalid(
                name,
                both!(
                    "参数 {name} 多次出现，只能出现一次。",
                    "The parameter {name} is repeated. It may occur only once."
                ),
            ));
        }
        Ok(first.map(String::as_str))
    }

    /// The value of a parameter, parsed as a number or another simple type. The pair of texts says in Chinese
    /// and English what is valid.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        (zh, en): (&str, &str),
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.get(name)? else {
            return Ok(None);
        };
        text.trim().parse().map(Some).map_err(|_| {
            let detail = both!("{name}={text}：应为{zh}。", "{name}={text}: expected {en}.");
            Problem::invalid(name, detail)
        })
    }

    /// Refuses every parameter that is neither in `known` nor accepted by all requests.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.names().find(|n| !known.contains(n) && *n != "min-seq") {
            None => Ok(()),
            Some(name) if known.is_empty() => Err(Problem::invalid(
                name,
                both!(
                    "没有参数“{name}”，该请求不用参数。",
                    "There is no parameter {name:?}. This request has no parameters."
                ),
            )),
            Some(name) => {
                let known = known.join(", ");
                Err(Problem::invalid(
                    name,
                    both!(
                        "没有参数“{name}”，可用的参数：{known}。",
                        "There is no parameter {name:?}. The parameters are: {known}."
                    ),
                ))
            }
        }
    }

    /// The names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(k, _)| k.as_str())
    }

    /// The parameters as pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// This query with one parameter replaced, as text for a link.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut text = String::new();
        let kept = self.pairs().filter(|(k, _)| *k != name);
        for (k, v) in kept.chain([(name, value)]) {
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(&encode(k));
            text.push('=');
            text.push_str(&encode(v));
        }
        text
    }

    /// This query without some parameters, as text for a link.
    pub fn without(&self, names: &[&str]) -> String {
        let kept: Vec<String> = self
            .pairs()
            .filter(|(k, _)| !names.contains(k))
            .map(|(k, v)| format!("{}={}", encode(k), encode(v)))
            .collect();
        kept.join("&")
    }
}

/// Percent-encodes a value for a query or a path segment.
pub fn encode(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEEP: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~')
        .remove(b',')
        .remove(b':')
        .remove(b'/');
    utf8_percent_encode(text, KEEP).to_string()
}

/// Percent-encodes an id as one segment of a path.
pub fn segment(text: &str) -> String {
    encode(text).replace('/', "%2F")
}

fn decode(text: &str) -> Result<String, Problem> {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8()
        .map(|t| t.into_owned())
        .map_err(|_| {
            Problem::invalid(
                text,
                both!(
                    "查询参数解码后不是 UTF-8 文本，请以 UTF-8 编码。",
                    "The query is not valid UTF-8 once %XX is decoded. Encode its text as UTF-8."
                ),
            )
        })
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    /// Parses the query and waits for `min-seq`, so that a client that wrote on one node can read its write on
    /// another.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = Self::parse(parts.uri.query().unwrap_or_default())?;
        if let Some(seq) =
            query.parsed::<u64>("min-seq", ("提交的序号", "the number of a commit"))?
            && !app.live.wait_for(seq, Duration::from_secs(5)).await
        {
            let now = app.live.snapshot().seq();
            return Err(Problem::unavailable(both!(
                "第{seq}次提交尚未到达本服务器（目前为第{now}次），请稍后再试。",
                "This server has not read commit {seq} yet; it is at {now}. Try again in a moment."
            )));
        }
        Ok(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_repeated_parameters_are_refused_by_name() {
        let q = Query::parse("q=%E6%B8%A9%E6%B3%89+3&limit=10").unwrap();
        assert_eq!(q.get("q").unwrap(), Some("温泉 3"));
        assert_eq!(
            q.parsed::<u32>("limit", ("数", "a number")).unwrap(),
            Some(10)
        );
        assert!(q.only(&["q"]).is_err());
        assert!(q.only(&["q", "limit"]).is_ok());
        assert_eq!(q.with("limit", "20"), "q=%E6%B8%A9%E6%B3%89%203&limit=20");
        assert!(Query::parse("a=1&a=2").unwrap().get("a").is_err());
        assert!(Query::parse("a=%ff").is_err());
    }
}
