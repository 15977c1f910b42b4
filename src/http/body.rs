//! Reads request bodies within their limits, parses them, and explains refusals.

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use super::App;
use super::auth::Caller;
use super::budget::{self, Admitted, Share};
use super::connections::TooSlow;
use super::problem::Problem;
use crate::codec::json;
use crate::model::{Localized, both};

/// The largest file or feature in a body, in bytes. A polygon with 10,000 vertices has about 400 kB.
pub const LIMIT: usize = 8 * 1024 * 1024;
/// The largest JSON body of a client with an account, except features, in bytes.
pub const JSON: usize = 1024 * 1024;
/// The largest body from a client without an account, except photos, in bytes.
pub const PUBLIC: usize = 64 * 1024;
/// The most memory that a parsed JSON body may take, in bytes, as [`memory`] estimates it.
const MEMORY: usize = 32 * 1024 * 1024;

/// A JSON object as the body, with any JSON media type.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        // An invalid credential gets the limit of a client without an account. The handler then refuses the request.
        let caller = Caller::from_request_parts(&mut parts, app).await;
        let limit = match caller {
            Ok(caller) if caller.is_known() => JSON,
            _ => PUBLIC,
        };
        let form = form(&parts.headers);
        let bytes = read(Request::from_parts(parts, body), limit).await?;
        if memory(&bytes) > MEMORY {
            return Err(too_many_values());
        }
        refuse_no_object(&bytes)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|e| not_json(form, &e))
    }
}

/// Refuses JSON that is not an object, because serde would also read a struct from a list of its members.
fn refuse_no_object(bytes: &[u8]) -> Result<(), Problem> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let found = match first {
        Some(b'{') | None => return Ok(()),
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'n') => "null",
        Some(_) => "a plain value",
    };
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Ok(_) => Err(Problem::bad_body(both!(
            "请求正文应为 JSON 对象，实际为其他内容。",
            "Expected a JSON object, found {found}."
        ))),
        // The parser reports text that is not JSON.
        Err(_) => Ok(()),
    }
}

/// The error for a body that is not the expected JSON. `form` is its media type if it is an HTML form.
pub fn not_json(form: Option<&'static str>, error: &serde_json::Error) -> Problem {
    match form {
        Some(form) => refuse(form, ("JSON", "JSON"), "application/json"),
        None => {
            let Localized { zh, en } = json::problem_of(error);
            Problem::bad_body(both!(
                "请求正文有误：{zh}。",
                "The body is not the expected JSON: {en}."
            ))
        }
    }
}

/// Reads a body within the limit. Its memory is counted until the bytes are dropped.
///
/// # Errors
/// 413 for a longer body, 408 for a body that arrives too slowly, 503 if there is no memory for it.
pub async fn read(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::too_large(match limit {
            PUBLIC => {
                let size = PUBLIC / 1024;
                both!(
                    "内容过大，未登录时不能超过 {size} kB。",
                    "The body is too large. Without an account, the limit is {size} kB."
                )
            }
            limit => {
                let size = limit / 1024 / 1024;
                both!(
                    "内容过大，不能超过 {size} MiB；更多内容请用导入功能。",
                    "The body is too large. The limit is {size} MiB. Import larger files with \
                     `onemap import`."
                )
            }
        })
    };
    let mut share = share(&request);
    let promised = request.body().size_hint();
    if promised.lower() > limit as u64 {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    let mut body = request.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|e| unread(&e))?;
        if bytes.len() + piece.len() > limit {
            return Err(too_large());
        }
        if share.as_mut().is_some_and(|share| !share.grow(piece.len())) {
            return Err(too_many_bodies());
        }
        bytes.extend_from_slice(&piece);
    }
    let bytes = bytes.freeze();
    Ok(match share {
        Some(share) => budget::paid(bytes, share),
        None => bytes,
    })
}

/// The error for a body that is refused because other bodies take all the memory for bodies.
pub fn too_many_bodies() -> Problem {
    Problem::unavailable(both!(
        "同时上传的内容过多，请稍后再试。",
        "Too many request bodies are being sent at once. Try again in a moment."
    ))
}

/// A share of the memory for request bodies; `None` if the request did not pass the admission of the server.
pub fn share(request: &Request) -> Option<Share> {
    let admitted = request.extensions().get::<Admitted>()?;
    Some(admitted.bodies.share(admitted.origin.clone()))
}

/// The error for a body that could not be read to its end.
pub fn unread(error: &axum::Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<TooSlow>() {
            return Problem::timed_out(both!(
                "内容传输过慢，请重新发送。",
                "The body arrived too slowly. Send it again."
            ));
        }
        cause = error.source();
    }
    Problem::bad_body(both!(
        "请求正文无法读取（{error}）。",
        "The body could not be read: {error}."
    ))
}

/// An upper bound of the memory that a JSON text takes when it is parsed. Small objects are the worst case,
/// because each has a tree node. Braces in strings are counted too, which only raises the bound.
pub fn memory(json: &[u8]) -> usize {
    json.iter()
        .map(|byte| match byte {
            b'{' => 640,
            b'[' => 160,
            b',' => 64,
            _ => 1,
        })
        .sum()
}

/// The error for a body that would take too much memory.
pub fn too_many_values() -> Problem {
    Problem::too_large(both!(
        "请求正文中的对象和值过多，请分几次提交。",
        "The body contains too many objects and values for one request. Send it in several parts."
    ))
}

/// The media type of the body if it is an HTML form. curl sends a form by default.
pub fn form(headers: &HeaderMap) -> Option<&'static str> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["multipart/form-data", "application/x-www-form-urlencoded"]
        .into_iter()
        .find(|form| kind.eq_ignore_ascii_case(form))
}

/// Refuses a form where a file is expected, before it is read.
///
/// # Errors
/// 415, with the expected media type and the curl option for it.
pub fn refuse_form(
    headers: &HeaderMap,
    what: (&str, &str),
    media_type: &str,
) -> Result<(), Problem> {
    match form(headers) {
        Some(form) => Err(refuse(form, what, media_type)),
        None => Ok(()),
    }
}

fn refuse(form: &str, (zh, en): (&str, &str), media_type: &str) -> Problem {
    Problem::unsupported(both!(
        "请求正文是表单（{form}），应直接以{zh}作为正文，并设请求头 Content-Type: {media_type}。",
        "The body is a form ({form}). Expected {en} itself as the body, with the header Content-Type: \
         {media_type}. With curl: --data-binary @FILE -H 'Content-Type: {media_type}' in place of -F or -d."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_recognised_by_its_media_type() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            form(&headers)
        };
        assert!(of("multipart/form-data; boundary=x").is_some());
        assert!(of("Application/X-WWW-Form-urlencoded").is_some());
        assert!(of("image/jpeg").is_none());
    }

    #[test]
    fn json_that_is_not_an_object_is_refused() {
        for (body, found) in [
            ("[1]", "a list"),
            (" \"a\"", "a text"),
            ("null", "null"),
            ("5", "a plain value"),
        ] {
            let problem = refuse_no_object(body.as_bytes()).unwrap_err();
            let expected = format!("Expected a JSON object, found {found}.");
            assert!(format!("{problem:?}").contains(&expected), "{problem:?}");
        }
        for body in [" {}", "", "nonsense", "["] {
            assert!(refuse_no_object(body.as_bytes()).is_ok(), "{body}");
        }
    }

    #[test]
    fn many_small_objects_take_more_memory_than_their_text() {
        let objects = format!("[{}{{}}]", "{\"\":0},".repeat(1_000));
        assert!(memory(objects.as_bytes()) > 640_000);
        let text = format!("\"{}\"", "x".repeat(1_000));
        assert_eq!(memory(text.as_bytes()), 1_002);
    }
}
