//! `/api/webhooks`: other systems that are notified of the steps of cases, and the deliveries to them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body::JsonBody;
use super::problem::Problem;
use super::query::Query;
use crate::model::{Localized, Role, both};
use crate::store::{
    AuditEntry, AuditKind, Delivery, DeliveryState, HookEvent, NewWebhook, Webhook,
};

/// The most webhooks. The log is read and deliveries are sent for each webhook separately.
const MOST: usize = 50;
/// The longest URL, in bytes.
const LONGEST_URL: usize = 2000;
/// The shortest secret for signatures, in bytes.
const SHORTEST_SECRET: usize = 16;

/// The webhook to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookWanted {
    /// Where to send: `https://…` or `http://…`. Redirects are not followed.
    #[schema(example = "https://12345.example.org/onemap")]
    pub url: String,
    /// What to send: `step` (each step of each case), `notice` (steps that cause a notice), or both.
    #[schema(example = json!(["step", "notice"]))]
    pub events: Vec<String>,
    /// The secret that signs deliveries, at least 16 bytes; generated if absent.
    pub secret: Option<String>,
}

/// A webhook. Deliveries come as `POST` with `Onemap-Delivery` (an id that stays the same for repeated attempts),
/// `Onemap-Event`, `Onemap-Timestamp` (Unix seconds) and `Onemap-Signature: v1=` the HMAC-SHA256 of `timestamp.body` in
/// hexadecimal; the body is `{id, event, seq, at, warning}`. A delivery that is not answered with 2xx within ten
/// seconds is sent again with the same id, after growing pauses; after a day it is given up.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookShown {
    /// The id of the webhook.
    pub id: String,
    /// Where deliveries are sent.
    pub url: String,
    /// What is sent: `step`, `notice` or both.
    pub events: Vec<String>,
    /// When the webhook was created, RFC 3339.
    pub created_at: String,
    /// The account that created the webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// All steps up to this commit have been delivered or given up.
    pub seq: u64,
    /// The present failure, if the receiver does not accept deliveries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<TroubleShown>,
    /// The secret that signs deliveries. It is shown only when the webhook is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// The failure of a receiver that does not accept deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct TroubleShown {
    /// Since when deliveries to the receiver have failed, RFC 3339.
    pub since: String,
    /// How many attempts failed in a row.
    pub failures: u32,
    /// When the next delivery is tried, RFC 3339.
    pub next_at: String,
    /// The last error.
    pub error: String,
}

/// All webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookList {
    /// The webhooks, the oldest first.
    pub webhooks: Vec<WebhookShown>,
}

/// The deliveries of a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    /// The deliveries, the newest first.
    pub deliveries: Vec<DeliveryShown>,
}

/// One delivery to one webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryShown {
    /// The id of the delivery. It never changes.
    pub id: String,
    /// The number of the commit with the step.
    pub seq: u64,
    /// The id of the warning.
    pub warning: String,
    /// `step` or `notice`.
    pub event: String,
    /// `pending` (it will be tried again), `delivered`, or `dead` (given up).
    pub state: String,
    /// The number of attempts.
    pub tries: u32,
    /// When the delivery was first tried, RFC 3339.
    pub first_at: String,
    /// When the delivery was last tried, RFC 3339.
    pub at: String,
    /// The last error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Lists the webhooks.
#[utoipa::path(get, path = "/api/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses(
        (status = 200, description = "All webhooks, without their secrets", body = WebhookList),
        (status = 403, description = "Requires the role admin", content_type = "application/problem+json"),
    ))]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.author(Role::Admin)?;
    let webhooks = app.live.store().webhooks().await?;
    let webhooks = webhooks.iter().map(shown).collect();
    Ok(no_store(Json(WebhookList { webhooks })))
}

/// Creates a webhook. It gets all steps from now on.
#[utoipa::path(post, path = "/api/webhooks", operation_id = "create_webhook", tag = "webhooks",
    request_body = WebhookWanted,
    responses(
        (status = 201, description = "Created; the secret is shown only in this answer", body = WebhookShown),
        (status = 403, description = "Requires the role admin", content_type = "application/problem+json"),
        (status = 422, description = "The URL or an event is not valid", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(wanted): JsonBody<WebhookWanted>,
) -> Result<Response, Problem> {
    let author = caller.author(Role::Admin)?;
    let url = wanted.url.trim();
    check_url(url).map_err(|problem| field("url", problem))?;
    let events = events(&wanted.events).map_err(|problem| field("events", problem))?;
    if let Some(secret) = &wanted.secret
        && secret.len() < SHORTEST_SECRET
    {
        let problem = both!(
            "密钥不能少于{SHORTEST_SECRET}个字节",
            "expected at least {SHORTEST_SECRET} bytes"
        );
        return Err(field("secret", problem));
    }
    let store = app.live.store();
    if store.webhooks().await?.len() >= MOST {
        return Err(Problem::conflict(both!(
            "推送地址（webhook）已达上限{MOST}个，请先删除不再使用的。",
            "There are already {MOST} webhooks, which is the limit. Delete one that is no longer used."
        )));
    }
    let webhook = store
        .create_webhook(NewWebhook {
            url: url.to_owned(),
            events,
            secret: wanted.secret,
            created_by: author.account,
        })
        .await?;
    written(&app, &webhook.id).await?;
    let mut answer = shown(&webhook);
    answer.secret = Some(webhook.secret.reveal().to_owned());
    Ok((StatusCode::CREATED, no_store(Json(answer))).into_response())
}

/// Deletes a webhook.
#[utoipa::path(delete, path = "/api/webhooks/{webhookId}", operation_id = "delete_webhook", tag = "webhooks",
    params(("webhookId" = String, Path, description = "The webhook's id")),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "No such webhook", content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.author(Role::Admin)?;
    match app.live.store().delete_webhook(&id).await? {
        true => {
            written(&app, &id).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(unknown(&id)),
    }
}

/// Records in the audit which webhook was created or deleted, because there is no commit for it.
async fn written(app: &App, id: &str) -> Result<(), Problem> {
    let entry = AuditEntry::new(AuditKind::Write)
        .of_this_request()
        .saying(&format!("webhook {id}"));
    Ok(app.live.store().audit(entry).await?)
}

/// Lists the deliveries of a webhook, including those that are still pending.
#[utoipa::path(get, path = "/api/webhooks/{webhookId}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(
        ("webhookId" = String, Path, description = "The webhook's id"),
        ("state" = Option<String>, Query, description = "Only deliveries in this state: pending, delivered or dead"),
        ("limit" = Option<u32>, Query, description = "The most deliveries, up to 1,000; 100 if absent"),
    ),
    responses(
        (status = 200, description = "The deliveries of the last 30 days", body = DeliveryList),
        (status = 404, description = "No such webhook", content_type = "application/problem+json"),
    ))]
pub async fn deliveries(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    caller.author(Role::Admin)?;
    query.only(&["state", "limit"])?;
    let state = match query.get("state")? {
        None => None,
        Some(name) => Some(name.parse::<DeliveryState>().map_err(|_| {
            let problem = both!(
                "state={name}：应为 pending、delivered 或 dead。",
                "state={name}: expected pending, delivered or dead."
            );
            Problem::invalid("state", problem)
        })?),
    };
    let limit = query.parsed::<u32>("limit", ("整数", "a whole number"))?;
    let limit = limit.unwrap_or(100).min(1000);
    let store = app.live.store();
    if !store.webhooks().await?.iter().any(|w| w.id == id) {
        return Err(unknown(&id));
    }
    let list = store.deliveries(&id, state, limit).await?;
    let deliveries = list.into_iter().map(delivery_shown).collect();
    Ok(no_store(Json(DeliveryList { deliveries })))
}

/// Checks the URL of a webhook. Addresses in the district's own network are allowed, because the district's
/// other systems are there, and only administrators create webhooks.
fn check_url(url: &str) -> Result<(), Localized> {
    if url.len() > LONGEST_URL {
        return Err(both!(
            "地址不能超过{LONGEST_URL}个字节",
            "expected a URL of at most {LONGEST_URL} bytes"
        ));
    }
    let uri: Uri = url.parse().map_err(|e| {
        both!(
            "“{url}”不是有效的地址（{e}）",
            "{url:?} is not a valid URL: {e}"
        )
    })?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(both!(
            "地址应以 https:// 或 http:// 开头",
            "expected a URL that begins with https:// or http://"
        ));
    }
    let authority = uri.authority().map_or("", |a| a.as_str());
    if authority.is_empty() || uri.host().is_none_or(str::is_empty) {
        return Err(both!("地址中没有主机名", "the URL has no host"));
    }
    if authority.contains('@') {
        return Err(both!(
            "地址中不能有用户名和密码，推送内容以签名验证",
            "the URL must not contain a user or a password; receivers check the signature instead"
        ));
    }
    Ok(())
}

fn events(names: &[String]) -> Result<Vec<HookEvent>, Localized> {
    let mut events = Vec::new();
    for name in names {
        let event = name.parse::<HookEvent>();
        events.push(event.map_err(|_| {
            both!(
                "事件类型有 step 和 notice，没有“{name}”",
                "expected step or notice, found {name:?}"
            )
        })?);
    }
    events.sort();
    events.dedup();
    if events.is_empty() {
        return Err(both!(
            "请至少选择一种：step、notice",
            "expected at least one of step and notice"
        ));
    }
    Ok(events)
}

fn field(name: &str, problem: Localized) -> Problem {
    Problem::wrong_field(name, problem)
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(both!(
        "没有推送地址（webhook）“{id}”，可通过 GET /api/webhooks 查看已有地址。",
        "There is no webhook {id:?}. GET /api/webhooks lists the webhooks."
    ))
}

fn shown(webhook: &Webhook) -> WebhookShown {
    WebhookShown {
        id: webhook.id.clone(),
        url: webhook.url.clone(),
        events: webhook
            .events
            .iter()
            .map(|e| e.as_str().to_owned())
            .collect(),
        created_at: webhook.created_at.to_string(),
        created_by: webhook.created_by.clone(),
        seq: webhook.position.seq,
        trouble: webhook.trouble.as_ref().map(|t| TroubleShown {
            since: t.since.to_string(),
            failures: t.failures,
            next_at: t.next_at.to_string(),
            error: t.error.clone(),
        }),
        secret: None,
    }
}

fn delivery_shown(delivery: Delivery) -> DeliveryShown {
    DeliveryShown {
        id: delivery.id,
        seq: delivery.seq,
        warning: delivery.warning,
        event: delivery.event.as_str().to_owned(),
        state: delivery.state.as_str().to_owned(),
        tries: delivery.tries,
        first_at: delivery.first_at.to_string(),
        at: delivery.at.to_string(),
        error: delivery.error,
    }
}

fn no_store<T: IntoResponse>(answer: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_that_can_be_sent_to_are_accepted() {
        for good in [
            "https://a.example/hook?x=1",
            "http://10.0.0.7:8080/",
            "http://localhost",
        ] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "ftp://a.example/",
            "file:///etc/passwd",
            "a.example/hook",
            "/hook",
            "https://",
            "https://user:secret@a.example/",
            "https://a.example/ b",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
