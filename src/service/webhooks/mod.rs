//! The webhook dispatcher: sends steps of cases to other systems, signed, in order, and again until the
//! receiver accepts them.
//!
//! Deliveries are derived from the log. Each webhook has a position in the log, and each later version of a
//! warning is a delivery with the id `{webhook}-{commit}-{warning}`. So one commit makes both the step and its
//! delivery. A process that dies after sending a delivery and before recording it sends it again with the same
//! id; a receiver that remembers ids can drop the repetition.
//!
//! Only the process with the lease sends. Each webhook has its own task, so a failing receiver delays no other.
//! A failed delivery is tried again after 1 s, 2 s, 4 s … up to an hour. A delivery older than a day is given
//! up when its receiver has failed for a day, and the next one is tried.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::Sha256;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::index::Entry;
use crate::live::{Lease, Live};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Body, CollectionId, CommitHeader, Properties, Record, Role, Schema};
use crate::service::ledger::NUMBERING;
use crate::store::{Attempt, Delivery, HookEvent, Outcome, Position, StoreError, Trouble, Webhook};
use crate::warnings::Action;

/// How long a receiver may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// The lifetime of the lease. It is longer than [`ANSWER`], so that the lease lasts until the answer.
const LEASE: Duration = Duration::from_secs(20);
/// How often to look for webhooks that another process created.
const LOOK: Duration = Duration::from_secs(3);
/// The pause while the database is unreachable or another process has the lease.
const PAUSE: Duration = Duration::from_secs(1);
/// How many versions are read at a time.
const PAGE: u32 = 100;
/// The position of a webhook is saved after this many commits without a delivery, so that the next start does not
/// read these commits again.
const SAVE: u64 = 10_000;
/// The pause before the second attempt. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// A delivery is given up if it is at least this old and its receiver has failed for at least this long.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How many bytes of an error response are read.
const REFUSAL: usize = 4096;

/// Sends deliveries until the process ends.
pub async fn run(live: Live) {
    match Dispatcher::new(live, ANSWER) {
        Ok(dispatcher) => Arc::new(dispatcher).run().await,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent, because TLS cannot be set up")
        }
    }
}

#[derive(Debug)]
struct Dispatcher {
    live: Live,
    client: Client<HttpsConnector<HttpConnector>, Full<bytes::Bytes>>,
    answer: Duration,
    /// The lease of the process that may send.
    lease: Lease,
    /// The position of each webhook in the log. It may be ahead of the saved position.
    reached: Mutex<HashMap<String, Position>>,
    /// Notified when the task of a webhook ends.
    ended: Notify,
}

/// The body of a delivery.
#[derive(Serialize)]
struct DeliveryBody<'a> {
    id: &'a str,
    event: HookEvent,
    seq: u64,
    at: Timestamp,
    warning: &'a RawValue,
}

/// The task of one webhook. Dropping the value cancels it, so that no task outlives the dispatcher.
#[derive(Debug)]
struct Delivering(JoinHandle<()>);

impl Drop for Delivering {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Dispatcher {
    fn new(live: Live, answer: Duration) -> Result<Self, rustls::Error> {
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector()?);
        let lease = Lease::new("courier", live.store(), LEASE);
        Ok(Self {
            live,
            client,
            answer,
            lease,
            reached: Mutex::default(),
            ended: Notify::new(),
        })
    }

    async fn run(self: Arc<Self>) {
        let mut running: HashMap<String, Delivering> = HashMap::new();
        let mut seq = self.live.seqs();
        loop {
            let wait = match self.live.store().webhooks().await {
                Ok(hooks) => self.begin(hooks, &mut running),
                // The follower, the task that reads the log, logs store failures.
                Err(_) => PAUSE,
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.ended.notified() => {}
                // Without webhooks, commits do not wake the dispatcher.
                changed = seq.changed(), if self.has_webhooks() => {
                    if changed.is_err() {
                        return;
                    }
                    // The pause collects the commits of a burst, so that they are handled together.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    seq.mark_unchanged();
                }
            }
        }
    }

    fn has_webhooks(&self) -> bool {
        self.reached.lock().is_ok_and(|r| !r.is_empty())
    }

    /// Starts a task for each webhook that has deliveries. Returns how long to wait before the next look.
    fn begin(
        self: &Arc<Self>,
        hooks: Vec<Webhook>,
        running: &mut HashMap<String, Delivering>,
    ) -> Duration {
        running.retain(|id, task| hooks.iter().any(|h| h.id == *id) && !task.0.is_finished());
        let (now, seq) = (Timestamp::now(), self.live.snapshot().seq());
        let mut wait = LOOK;
        for hook in hooks {
            if running.contains_key(&hook.id) {
                continue;
            }
            let from = self.from(&hook);
            if from.seq > seq {
                continue;
            }
            if let Some(trouble) = &hook.trouble
                && trouble.next_at > now
            {
                let rest = Duration::try_from(trouble.next_at.duration_since(now));
                wait = wait.min(rest.unwrap_or_default());
                continue;
            }
            let dispatcher = Arc::clone(self);
            let id = hook.id.clone();
            let task = tokio::spawn(async move {
                if let Err(error) = dispatcher.deliver(&hook, from).await {
                    tracing::warn!(%error, hook = hook.id, "a webhook waits, because the store failed");
                    tokio::time::sleep(PAUSE).await;
                }
                dispatcher.ended.notify_one();
            });
            running.insert(id, Delivering(task));
        }
        wait
    }

    /// The position after which a webhook continues.
    fn from(&self, hook: &Webhook) -> Position {
        let Ok(mut reached) = self.reached.lock() else {
            return hook.position.clone();
        };
        let known = reached
            .entry(hook.id.clone())
            .or_insert_with(|| hook.position.clone());
        // Another process may have advanced further.
        if *known < hook.position {
            known.clone_from(&hook.position);
        }
        known.clone()
    }

    fn reach(&self, hook: &Webhook, position: &Position) {
        if let Ok(mut reached) = self.reached.lock() {
            reached.insert(hook.id.clone(), position.clone());
        }
    }

    /// Sends the deliveries of a webhook until there are no more or one fails.
    async fn deliver(&self, hook: &Webhook, mut from: Position) -> Result<(), StoreError> {
        let Ok(warnings) = CollectionId::new(WARNINGS) else {
            return Ok(());
        };
        let store = self.live.store();
        let mut trouble = hook.trouble.clone();
        let mut saved = hook.position.seq;
        loop {
            let (page, next) = store.versions_from(&warnings, &from, PAGE).await?;
            let full = page.len() as u64 >= u64::from(PAGE);
            for (header, record) in &page {
                // A commit that only numbers existing cases is no step.
                if header.reason.as_deref() == Some(NUMBERING) {
                    continue;
                }
                let Some(event) = event(hook, record) else {
                    continue;
                };
                if !self.may_send().await? {
                    // Another process has the lease. It may die, so this one tries again.
                    tokio::time::sleep(PAUSE).await;
                    return Ok(());
                }
                let sent = self.send(hook, event, header, record).await;
                let now = Timestamp::now();
                let outcome = judge(sent, trouble.as_ref(), header.at, now);
                let attempt = Attempt {
                    hook: &hook.id,
                    seq: header.seq,
                    warning: record.id.as_str(),
                    event,
                    at: now,
                    outcome,
                };
                store.record_attempt(&attempt).await?;
                if !matches!(attempt.outcome, Outcome::Failed { .. }) {
                    saved = header.seq;
                    let behind = Position {
                        seq: header.seq,
                        after: record.id.to_string(),
                    };
                    self.reach(hook, &behind);
                }
                if let Some(error) = problem(&attempt.outcome) {
                    tracing::warn!(hook = hook.id, url = hook.url, %error, "a delivery failed");
                    return Ok(());
                }
                trouble = None;
            }
            if next.seq > saved + SAVE {
                store.advance_webhook(&hook.id, &next).await?;
                saved = next.seq;
            }
            self.reach(hook, &next);
            if !full {
                return Ok(());
            }
            from = next;
        }
    }

    /// Whether this process holds the lease for as long as a receiver may take to answer. Takes the lease if it
    /// is free.
    async fn may_send(&self) -> Result<bool, StoreError> {
        let needed = self.answer + Duration::from_secs(2);
        self.lease.holds_for(self.live.store(), needed).await
    }

    /// Sends one delivery. The error says why it failed.
    async fn send(
        &self,
        hook: &Webhook,
        event: HookEvent,
        header: &CommitHeader,
        record: &Record,
    ) -> Result<(), String> {
        let snapshot = self.live.snapshot();
        let warnings = snapshot.collections().get(WARNINGS);
        let schema = warnings
            .map(|w| w.schema())
            .ok_or("the collection warnings has no schema")?;
        let id = Delivery::id_of(&hook.id, header.seq, record.id.as_str());
        let feature = feature(schema, record).ok_or("the case cannot be encoded as JSON")?;
        let delivery = DeliveryBody {
            id: &id,
            event,
            seq: header.seq,
            at: header.at,
            warning: &feature,
        };
        let body = serde_json::to_vec(&delivery).map_err(|e| e.to_string())?;
        let timestamp = Timestamp::now().as_second();
        let request = axum::http::Request::post(&hook.url)
            .header("content-type", "application/json")
            .header("user-agent", concat!("onemap/", env!("CARGO_PKG_VERSION")))
            .header("onemap-delivery", header_text(&id))
            .header("onemap-event", event.as_str())
            .header("onemap-timestamp", timestamp)
            .header(
                "onemap-signature",
                sign(hook.secret.reveal(), timestamp, &body),
            )
            .body(Full::from(body))
            .map_err(|e| e.to_string())?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|e| with_causes(&e))?;
            let status = response.status();
            if status.is_success() {
                return Ok(());
            }
            if status.is_redirection() {
                return Err(format!("HTTP {status}: redirects are not followed"));
            }
            let body = Limited::new(response.into_body(), REFUSAL).collect().await;
            let text = body.map(|b| b.to_bytes()).unwrap_or_default();
            let text: String = String::from_utf8_lossy(&text)
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect();
            Err(format!("HTTP {status}: {text}"))
        };
        tokio::time::timeout(self.answer, exchange)
            .await
            .unwrap_or_else(|_| {
                Err(format!(
                    "the receiver did not answer within {:?}",
                    self.answer
                ))
            })
    }
}

/// The event that a version of a warning means for a webhook; `None` if the webhook does not want it. A notice
/// is also a step: a webhook that wants both gets one delivery, as a notice. Internal notes are never sent, but
/// a notice in the same step is.
fn event(hook: &Webhook, record: &Record) -> Option<HookEvent> {
    let map = record.body.as_ref()?.properties.to_map();
    let step = map.get(property::STEP)?.as_object()?;
    let noticed = step.get("notice").is_some_and(|n| n == "sent");
    if is_note(step) && !noticed {
        return None;
    }
    if noticed && hook.events.contains(&HookEvent::Notice) {
        Some(HookEvent::Notice)
    } else {
        let wanted = hook.events.contains(&HookEvent::Step) && !is_note(step);
        wanted.then_some(HookEvent::Step)
    }
}

fn is_note(step: &Map<String, Value>) -> bool {
    step.get("action").and_then(Value::as_str) == Some(Action::Note.as_str())
}

/// The warning as officers see it, without the property `ledger` and the texts of internal notes.
fn feature(schema: &Schema, record: &Record) -> Option<Box<RawValue>> {
    let body = record.body.as_ref()?;
    let mut properties = body.properties.to_map();
    properties.remove(property::LEDGER);
    if let Some(Value::Object(step)) = properties.get_mut(property::STEP)
        && is_note(step)
    {
        step.retain(|name, _| {
            ["n", "action", "at", "level", "why", "notice"].contains(&name.as_str())
        });
    }
    let seen = Record {
        body: Some(Body {
            geometry: body.geometry.clone(),
            properties: Properties::from_map(properties).ok()?,
        }),
        ..record.clone()
    };
    let bytes = Entry::new(schema, &seen)?.feature_json(schema, Role::Officer, None);
    RawValue::from_string(String::from_utf8(bytes).ok()?).ok()
}

/// Decides what to record after an attempt.
fn judge(
    sent: Result<(), String>,
    trouble: Option<&Trouble>,
    committed_at: Timestamp,
    now: Timestamp,
) -> Outcome {
    let Err(error) = sent else {
        return Outcome::Delivered;
    };
    let failures = trouble.map_or(0, |t| t.failures);
    let pause = FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST_PAUSE);
    let next_at = now.checked_add(pause).unwrap_or(now);
    let long_ago =
        |then: Timestamp| Duration::try_from(now.duration_since(then)).is_ok_and(|d| d >= PATIENCE);
    if long_ago(committed_at) && trouble.is_some_and(|t| long_ago(t.since)) {
        Outcome::GivenUp { next_at, error }
    } else {
        Outcome::Failed { next_at, error }
    }
}

fn problem(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Delivered => None,
        Outcome::Failed { error, .. } | Outcome::GivenUp { error, .. } => Some(error),
    }
}

/// The signature: `v1=` and the hexadecimal HMAC-SHA256 of the time, a dot and the body. The time is signed
/// too, so that an old delivery cannot be replayed.
fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    // HMAC accepts keys of any length, so this does not fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// Encodes an id for a header: an id may contain Chinese characters, a header may not.
fn header_text(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::CONTROLS).to_string()
}

/// The text of an error with all its causes. The outer error is often only "client error", while its cause is
/// "connection refused".
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The HTTPS connector. It trusts the certificates of the operating system, because a district may run its own
/// certificate authority.
fn connector() -> Result<HttpsConnector<HttpConnector>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = HttpsConnectorBuilder::new();
    let builder = match builder.with_provider_and_native_roots(Arc::clone(&provider)) {
        Ok(builder) => builder,
        Err(error) => {
            tracing::warn!(%error, "the system has no certificates, so webhooks can only reach \
                                    http:// addresses");
            let trusting_nobody = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            HttpsConnectorBuilder::new().with_tls_config(trusting_nobody)
        }
    };
    Ok(builder.https_or_http().enable_http1().build())
}

#[cfg(test)]
mod tests;
