//! Problem documents (RFC 9457): errors with a text that says what to do.
//!
//! Use the constructor that names what happened; no handler sets a status itself. Titles, details and field
//! errors are written in Chinese and English; the answer has the language that the request prefers
//! ([`super::language`]).
//!
//! | who has to act | constructor | status |
//! | --- | --- | --- |
//! | the caller: the request is wrong | [`Problem::invalid`] | 400 |
//! | the caller: the body cannot be read | [`Problem::bad_body`] | 400 |
//! | the caller: the feature is wrong | [`Problem::unprocessable`] | 422 |
//! | the caller: a field is wrong | [`Problem::wrong_field`] | 422 |
//! | the caller: ask for less | [`Problem::too_much`] | 422 |
//! | the caller: go elsewhere, or at another time | [`Problem::no_way`] | 422 |
//! | the caller: sign in | [`Problem::unauthenticated`] | 401 |
//! | an administrator: give more rights | [`Problem::forbidden`] | 403 |
//! | the caller: ask for something that exists | [`Problem::not_found`] | 404 |
//! | the caller: read again first | [`Problem::changed_meanwhile`] | 412 |
//! | the caller: send faster | [`Problem::timed_out`] | 408 |
//! | the caller: send more slowly | [`Problem::too_many`] | 429 |
//! | nobody: wait | [`Problem::unavailable`], [`Problem::behind`] | 503 |
//! | the operator: free some space | [`Problem::full`] | 507 |
//! | the developers | [`Problem::internal`] | 500 |

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::language;
use crate::model::{InChinese, Language, Localized, SCHEMAS, both};
use crate::service::ledger::past::PastError;
use crate::store::{Fault, StoreError, UploadRefusal};

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error answer: `application/problem+json`. Boxed to keep `Result` small.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    title: Title,
    detail: Localized,
    /// The fields of the body that are wrong.
    errors: Vec<WrongField>,
    more: Map<String, Value>,
    header: Option<(HeaderName, HeaderValue)>,
}

/// The short name of a kind of problem, in Chinese and English.
type Title = (&'static str, &'static str);

/// A field of a body that is missing or wrong.
#[derive(Debug)]
pub struct WrongField {
    /// The path of the field, such as `properties.levels`.
    pub field: String,
    /// What is wrong and what is expected, without a full stop.
    pub problem: Localized,
}

impl WrongField {
    /// A field and its error.
    pub fn new(field: impl Into<String>, problem: impl Into<Localized>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

impl Problem {
    fn new(status: StatusCode, title: Title, detail: impl Into<Localized>) -> Self {
        Self(Box::new(Parts {
            status,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
            header: None,
        }))
    }

    /// A wrong parameter or header. The detail says what was expected.
    pub fn invalid(name: &str, detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ("请求有误", "Invalid request"),
            detail,
        )
        .with("parameter", name)
    }

    /// A body that is not a document of the expected kind.
    pub fn bad_body(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ("请求正文有误", "Invalid body"),
            detail,
        )
    }

    /// A feature that does not match the schema of its collection; `errors` lists every fault with its field.
    pub fn unprocessable(detail: impl Into<Localized>, errors: Vec<WrongField>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ("要素不合要求", "Invalid feature"),
            detail,
        )
        .with_errors(errors)
    }

    /// A missing or wrong field of a body. The problem says what was expected.
    pub fn wrong_field(field: &str, problem: impl Into<Localized>) -> Self {
        let problem = problem.into();
        let Localized { zh, en } = &problem;
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ("填写内容不合要求", "Invalid field"),
            Localized::new(
                format!("{}：{zh}。", field_name(field)),
                format!("{field}: {en}."),
            ),
        )
        .with_errors(vec![WrongField::new(field, problem)])
    }

    /// No route leads to the destination at that time. The detail says why, and what can be reached instead.
    pub fn no_way(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ("无法到达", "No route to the destination"),
            detail,
        )
    }

    /// A request that would take more work or memory than allowed. The detail says how to ask for less.
    pub fn too_much(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            ("一次请求的内容过多", "Too much at once"),
            detail,
        )
    }

    /// The request has no credential, or an invalid one.
    pub fn unauthenticated(detail: impl Into<Localized>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNAUTHORIZED,
            ("未登录", "Not signed in"),
            detail,
        );
        problem.0.header = Some((
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"onemap\""),
        ));
        problem
    }

    /// The account may not do this.
    pub fn forbidden(detail: impl Into<Localized>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ("没有权限", "Not allowed"), detail)
    }

    /// The requested resource does not exist.
    pub fn not_found(detail: impl Into<Localized>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ("未找到", "Not found"), detail)
    }

    /// The resource exists, but does not support the method of the request.
    pub fn method_not_allowed(allow: &'static str, detail: impl Into<Localized>) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ("不支持的请求方法", "Method not allowed"),
            detail,
        );
        problem.0.header = Some((header::ALLOW, HeaderValue::from_static(allow)));
        problem
    }

    /// The resource does not have this method. The router lists the others in `Allow`.
    pub fn wrong_method(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ("不支持的请求方法", "Method not allowed"),
            detail,
        )
    }

    /// The request conflicts with what exists, such as a name that is taken.
    pub fn conflict(detail: impl Into<Localized>) -> Self {
        Self::new(StatusCode::CONFLICT, ("与现有内容冲突", "Conflict"), detail)
    }

    /// The resource was changed since the caller read it.
    pub fn changed_meanwhile(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            ("内容已被他人修改", "Changed meanwhile"),
            detail,
        )
    }

    /// The body is larger than the limit.
    pub fn too_large(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ("内容过大", "Too large"),
            detail,
        )
    }

    /// The body has a media type that is not accepted here.
    pub fn unsupported(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ("不支持的文件类型", "Unsupported media type"),
            detail,
        )
    }

    /// A body that arrived too slowly.
    pub fn timed_out(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            ("传输过慢", "Too slow"),
            detail,
        )
    }

    /// The client sent more requests than its limit allows.
    pub fn too_many(detail: impl Into<Localized>, wait: std::time::Duration) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ("请求过于频繁", "Too many requests"),
            detail,
        );
        let seconds = wait.as_secs() + 1;
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from(seconds)));
        problem
    }

    /// The URL is longer than the limit.
    pub fn uri_too_long(detail: impl Into<Localized>) -> Self {
        Self::new(
            StatusCode::URI_TOO_LONG,
            ("地址过长", "Address too long"),
            detail,
        )
    }

    /// A refusal of which only the status is known, for example by an extractor of axum.
    pub fn of_status(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let code = status.as_u16();
        Self::new(
            status,
            ("请求被拒绝", title),
            both!(
                "请求未被受理（HTTP {code} {title}），请检查请求的格式。",
                "The request was refused (HTTP {code} {title}). Check its format."
            ),
        )
    }

    /// The server is too busy, or its database cannot be reached. Trying again later helps.
    pub fn unavailable(detail: impl Into<Localized>) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ("服务暂时不可用", "Temporarily unavailable"),
            detail,
        );
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("5")));
        problem
    }

    /// There is no space: the disk is full, or uploaded files have reached their limit. Nothing was written.
    pub fn full(detail: impl Into<Localized>) -> Self {
        let mut problem = Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            ("存储空间不足", "Insufficient storage"),
            detail,
        );
        problem.0.header = Some((header::RETRY_AFTER, HeaderValue::from_static("30")));
        problem
    }

    /// This node has not yet read a commit that the request needs. Trying again helps.
    pub fn behind(seq: u64) -> Self {
        Self::unavailable(both!(
            "请求所依据的第{seq}次提交尚未到达本服务器，内容未保存，请稍后再试。",
            "The request depends on commit {seq}, which this server has not read yet. Nothing was \
             written. Try again in a moment."
        ))
        .with("seq", seq)
    }

    /// An internal error. The cause is written to the log and not sent.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ("服务器内部错误", "Internal error"),
            both!(
                "服务器内部出错，请联系管理员；管理员可按请求编号（x-request-id）在日志中查找原因。",
                "The server failed. Tell the administrator: the log has the cause under the id of \
                 this request (x-request-id)."
            ),
        )
    }

    /// The database cannot write: its disk is full, or it is busy, unreachable or faulty. Reads are still answered from
    /// memory.
    fn fault(fault: &Fault) -> Self {
        match fault {
            Fault::Full => Self::full(both!(
                "服务器磁盘空间已满，本次内容未保存，已有内容仍可查看。请联系管理员清理空间后再试。",
                "The disk of the server is full; nothing was written. Reads still work. Try again when \
                 space is free."
            )),
            Fault::Away | Fault::Busy => Self::unavailable(both!(
                "数据库繁忙或无法连接，本次内容未保存，已有内容仍可查看。请稍后再试。",
                "The database cannot be reached or is busy; nothing was written. Reads still work. Try \
                 again in a moment."
            )),
            fault => {
                let Localized { zh, en } = fault.localized();
                Self::unavailable(both!(
                    "数据库目前不能写入，本次内容未保存，已有内容仍可查看。请联系管理员（{zh}）。",
                    "The database cannot be written to ({en}); nothing was written. Reads still \
                     work. Tell the administrator."
                ))
            }
        }
    }

    /// Adds a member to the document, for programs.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(key.to_owned(), value.into());
        self
    }

    /// Adds the member `errors`, the list of wrong fields.
    pub fn with_errors(mut self, errors: Vec<WrongField>) -> Self {
        self.0.errors = errors;
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Precondition {
                ref collection,
                ref id,
                found,
                ..
            } if collection.as_str() == SCHEMAS => Self::conflict(both!(
                "写入期间 {id} 的数据结构已变更，内容未保存。请查看 /api/collections/{id}/schema 后重新提交。",
                "The schema of {id} changed during the write; nothing was written. Read \
                 /api/collections/{id}/schema and send the request again."
            ))
            .with("seq", found),
            StoreError::Precondition {
                collection,
                id,
                found: None,
                ..
            } => Self::not_found(both!(
                "{collection} 中没有要素“{id}”。",
                "There is no feature {id:?} in {collection}."
            )),
            StoreError::Precondition {
                collection,
                id,
                found: Some(seq),
                ..
            } => Self::changed_meanwhile(both!(
                "{collection} 中的要素“{id}”已被第{seq}次提交修改，请重新读取后再修改。",
                "The feature {id:?} in {collection} was changed by commit {seq}; read it again and \
                 repeat the change."
            ))
            .with("seq", seq),
            StoreError::TooManyJobs { most } => Self::too_many(
                both!(
                    "本账号已有{most}个任务尚未结束。请等待其中一个结束，或先取消一个。",
                    "The account already has {most} unfinished jobs. Wait until one ends, or \
                     cancel one (DELETE /api/jobs/ID)."
                ),
                std::time::Duration::from_secs(10),
            ),
            StoreError::JobThere { kind } => Self::conflict(both!(
                "该任务已有一个“{kind}”后续任务；仅当该后续任务失败、被取消或中断后，才能再建。",
                "This job already has a follow-up job {kind:?}. Another one can be created only if \
                 that one failed, was cancelled or was lost."
            )),
            StoreError::Upload(refusal @ UploadRefusal::Total(_)) => Self::full(sentence(&refusal)),
            StoreError::Upload(refusal) => Self::too_large(sentence(&refusal)),
            error @ StoreError::NoUpload { .. } => Self::conflict(sentence(&error)),
            error @ (StoreError::NameTaken { .. }
            | StoreError::Disabled { .. }
            | StoreError::LastAdmin { .. }) => Self::conflict(sentence(&error)),
            error => match error.fault() {
                Some(fault) => {
                    tracing::warn!(%error, "a request failed because of the database");
                    Self::fault(&fault)
                }
                None => Self::internal(&error),
            },
        }
    }
}

/// An error as a sentence in both languages.
pub fn sentence(error: &impl InChinese) -> Localized {
    error.sentence()
}

impl From<PastError> for Problem {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Store(error) => error.into(),
            PastError::TooMany { .. } => {
                let Localized { zh, en } = error.localized();
                Self::too_much(both!(
                    "{zh}。请改查未结事件较少的时间，或不加筛选、分页查询（limit=，再按“next”链接翻页）。",
                    "{en}. Request a moment with fewer open cases, or pages without filters \
                     (limit=, then the link \"next\")."
                ))
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let language = language::current();
        let parts = *self.0;
        let (title, tag) = match language {
            Language::Chinese => (parts.title.0, "zh-CN"),
            Language::English => (parts.title.1, "en"),
        };
        let mut document = json!({
            "type": "about:blank",
            "title": title,
            "status": parts.status.as_u16(),
            "detail": parts.detail.into_language(language),
        });
        if !parts.errors.is_empty() {
            let errors = parts.errors.into_iter();
            document["errors"] = errors
                .map(|e| json!({"field": e.field, "problem": e.problem.into_language(language)}))
                .collect();
        }
        if let Value::Object(map) = &mut document {
            map.extend(parts.more);
        }
        let mut response = (
            parts.status,
            [
                (header::CONTENT_TYPE, MEDIA_TYPE),
                (header::CACHE_CONTROL, "no-store"),
                (header::CONTENT_LANGUAGE, tag),
                (header::VARY, "accept-language"),
            ],
            document.to_string(),
        )
            .into_response();
        if let Some((name, value)) = parts.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// The label of a field on the pages, or the field itself if it has no label.
fn field_name(field: &str) -> &str {
    match field {
        "account" => "账号",
        "building" => "楼栋",
        "building_unit" => "单元",
        "category" => "类别",
        "collections" => "图层",
        "communities" => "社区",
        "contact" => "联系方式",
        "days" => "有效天数",
        "due" | "due_at" => "期限",
        "events" => "事件类型",
        "expires_at" | "expires" => "有效期",
        "geometry" => "地点",
        "hotline_number" => "热线工单号",
        "into" => "并入的事件",
        "match" => "范围",
        "name" => "名称",
        "new" => "新密码",
        "note" => "说明",
        "old" => "原密码",
        "password" => "密码",
        "photos" => "照片",
        "position" => "位置",
        "rating" => "评分",
        "reason" => "理由",
        "result" => "核查结果",
        "role" | "roles" => "角色",
        "room" => "房间",
        "settings" => "设置",
        "text" => "内容",
        "title" => "标题",
        "token" => "令牌",
        "unit" => "承办单位",
        "until" => "截止时间",
        "uses" => "可用次数",
        field => field,
    }
}
