//! Tells other systems of steps: webhooks, signed, in order, again and again until they are taken.
//!
//! What is to be told follows from the log: each webhook has a position in it, and a version of a
//! warning behind that position is a delivery named `{webhook}-{commit}-{warning}`. So a step and its
//! delivery are made true by the same commit; and who is killed between sending and noting that it
//! was taken sends the same under the same name again. The receiver who keeps the names has each once.
//!
//! Of many processes the one with the lease sends. Each webhook has a task of its own: one that fails
//! holds up nobody else. A delivery that fails is tried again after 1 s, 2 s, 4 s … an hour; what was
//! to be told longer than a day ago to a receiver that has failed for a day is given up, and the next
//! is tried.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::Sha256;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::Live;
use crate::index::Entry;
use crate::model::{Body, CollectionId, CommitHeader, Properties, Record, Role, Schema};
use crate::store::{Attempt, Delivery, HookEvent, Outcome, Position, StoreError, Trouble, Webhook};

/// How long a receiver may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// For how long the right to send is taken. Longer than an answer takes.
const LEASE: Duration = Duration::from_secs(20);
/// How often it is looked for webhooks that were made elsewhere.
const LOOK: Duration = Duration::from_secs(3);
/// The pause after what nobody could help: the database is away, or another process sends.
const PAUSE: Duration = Duration::from_secs(1);
/// How many versions are read at once.
const PAGE: u32 = 100;
/// A position that has moved so far without anything to tell is written down, so that the next start
/// need not read it all again.
const SAVE: u64 = 10_000;
/// The first pause before another attempt; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// After so long a delivery is given up.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How much of a refusal is read.
const REFUSAL: usize = 4096;

/// Tells webhooks of what is committed, for as long as the process lives.
pub async fn courier(live: Live) {
    match Courier::new(live, ANSWER) {
        Ok(courier) => Arc::new(courier).run().await,
        Err(error) => tracing::error!(%error, "webhooks are told nothing: there is no TLS"),
    }
}

#[derive(Debug)]
struct Courier {
    live: Live,
    client: Client<HttpsConnector<HttpConnector>, Full<bytes::Bytes>>,
    answer: Duration,
    /// Who we are among those who would send.
    holder: String,
    /// Until when the right to send is ours.
    lease: tokio::sync::Mutex<Option<Instant>>,
    /// How far each webhook has been read, which may be further than what is written down.
    reached: Mutex<HashMap<String, Position>>,
    /// Told when a task has ended.
    ended: Notify,
}

/// What one delivery says.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    event: HookEvent,
    seq: u64,
    at: Timestamp,
    warning: &'a RawValue,
}

impl Courier {
    fn new(live: Live, answer: Duration) -> Result<Self, rustls::Error> {
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector()?);
        Ok(Self {
            live,
            client,
            answer,
            holder: uuid::Uuid::new_v4().to_string(),
            lease: tokio::sync::Mutex::new(None),
            reached: Mutex::default(),
            ended: Notify::new(),
        })
    }

    async fn run(self: Arc<Self>) {
        let mut running: HashMap<String, JoinHandle<()>> = HashMap::new();
        let mut seq = self.live.inner.seq.subscribe();
        loop {
            let wait = match self.live.store().webhooks().await {
                Ok(hooks) => self.begin(hooks, &mut running),
                // What keeps the store, the follower says.
                Err(_) => PAUSE,
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.ended.notified() => {}
                // Where there is no webhook, a commit is no reason to look for one.
                changed = seq.changed(), if self.has_webhooks() => {
                    if changed.is_err() {
                        return;
                    }
                    // A burst is looked at once.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    seq.mark_unchanged();
                }
            }
        }
    }

    fn has_webhooks(&self) -> bool {
        self.reached.lock().is_ok_and(|r| !r.is_empty())
    }

    /// Begins to tell each webhook that there is something to tell, and says when to look again.
    fn begin(
        self: &Arc<Self>,
        hooks: Vec<Webhook>,
        running: &mut HashMap<String, JoinHandle<()>>,
    ) -> Duration {
        running.retain(|id, task| {
            let removed = !hooks.iter().any(|h| h.id == *id);
            if removed {
                task.abort();
            }
            !removed && !task.is_finished()
        });
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
            let courier = Arc::clone(self);
            let id = hook.id.clone();
            let task = tokio::spawn(async move {
                if let Err(error) = courier.tell(&hook, from).await {
                    tracing::warn!(%error, hook = hook.id, "a webhook waits for the store");
                    tokio::time::sleep(PAUSE).await;
                }
                courier.ended.notify_one();
            });
            running.insert(id, task);
        }
        wait
    }

    /// Where to go on with a webhook.
    fn from(&self, hook: &Webhook) -> Position {
        let Ok(mut reached) = self.reached.lock() else {
            return hook.position.clone();
        };
        let known = reached
            .entry(hook.id.clone())
            .or_insert_with(|| hook.position.clone());
        // Another process may have come further.
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

    /// Tells a webhook what there is to tell, until all of it is told or one is not taken.
    async fn tell(&self, hook: &Webhook, mut from: Position) -> Result<(), StoreError> {
        let Ok(warnings) = CollectionId::new("warnings") else {
            return Ok(());
        };
        let store = self.live.store();
        let mut trouble = hook.trouble.clone();
        let mut saved = hook.position.seq;
        loop {
            let (page, next) = store.versions_from(&warnings, &from, PAGE).await?;
            let full = page.len() as u64 >= u64::from(PAGE);
            for (header, record) in &page {
                let Some(event) = event(hook, record) else {
                    continue;
                };
                if !self.may_send().await? {
                    // Another process sends; it may die, so we stand by.
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
                    tracing::warn!(hook = hook.id, url = hook.url, %error, "a webhook was not taken");
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

    /// Whether the right to send is ours for as long as an answer may take; takes it where it is free.
    async fn may_send(&self) -> Result<bool, StoreError> {
        let mut lease = self.lease.lock().await;
        let needed = Instant::now() + self.answer + Duration::from_secs(2);
        if lease.is_some_and(|until| until > needed) {
            return Ok(true);
        }
        // Counted from before the question, so we never think that it is ours for longer than it is.
        let until = Instant::now() + LEASE;
        let store = self.live.store();
        let taken = store.take_lease("courier", &self.holder, LEASE).await?;
        *lease = taken.then_some(until);
        Ok(taken)
    }

    /// Sends one delivery; the error says in words why it was not taken.
    async fn send(
        &self,
        hook: &Webhook,
        event: HookEvent,
        header: &CommitHeader,
        record: &Record,
    ) -> Result<(), String> {
        let snapshot = self.live.snapshot();
        let warnings = snapshot.collections().get("warnings");
        let schema = warnings
            .map(|w| w.schema())
            .ok_or("there is no schema of the warnings")?;
        let id = Delivery::id_of(&hook.id, header.seq, record.id.as_str());
        let feature = feature(schema, record).ok_or("the warning cannot be written")?;
        let told = Told {
            id: &id,
            event,
            seq: header.seq,
            at: header.at,
            warning: &feature,
        };
        let body = serde_json::to_vec(&told).map_err(|e| e.to_string())?;
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
            .unwrap_or_else(|_| Err(format!("no answer for {:?}", self.answer)))
    }
}

/// What a version of a warning is to a webhook; `None` where it does not concern it. A notice is a
/// step too: who wants both gets one delivery, and it is called a notice.
fn event(hook: &Webhook, record: &Record) -> Option<HookEvent> {
    let map = record.body.as_ref()?.properties.to_map();
    let step = map.get("step")?.as_object()?;
    let noticed = step.get("notice").is_some_and(|n| n == "sent");
    if noticed && hook.events.contains(&HookEvent::Notice) {
        Some(HookEvent::Notice)
    } else {
        hook.events
            .contains(&HookEvent::Step)
            .then_some(HookEvent::Step)
    }
}

/// The warning as officers see it, less what is the ledger's own business.
fn feature(schema: &Schema, record: &Record) -> Option<Box<RawValue>> {
    let body = record.body.as_ref()?;
    let mut properties = body.properties.to_map();
    properties.remove("ledger");
    let told = Record {
        body: Some(Body {
            geometry: body.geometry.clone(),
            properties: Properties::from_map(properties).ok()?,
        }),
        ..record.clone()
    };
    let bytes = Entry::new(schema, &told)?.feature_json(schema, Role::Officer, None);
    RawValue::from_string(String::from_utf8(bytes).ok()?).ok()
}

/// What an attempt comes to.
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

/// `v1=` and the HMAC-SHA256 of the time, a dot and the body, in hexadecimal. The time is signed too,
/// so that nobody can send an old delivery again later.
fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(body);
    let mut text = String::from("v1=");
    for byte in mac.finalize().into_bytes() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// An id may be Chinese, a header not.
fn header_text(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::CONTROLS).to_string()
}

/// What happened, down to the cause: "connection refused" says more than "client error".
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Connects with the certificates that the system trusts: a district may have an authority of its own.
fn connector() -> Result<HttpsConnector<HttpConnector>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = HttpsConnectorBuilder::new();
    let builder = match builder.with_provider_and_native_roots(Arc::clone(&provider)) {
        Ok(builder) => builder,
        Err(error) => {
            tracing::warn!(%error, "the system has no certificates: webhooks only reach http://");
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
mod tests {
    use super::*;
    use crate::model::{Author, Change, Edit, FeatureId};
    use crate::store::{DeliveryState, NewWebhook, Store};
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_delivery_is_signed_with_its_time() {
        let signature = sign("whsec-0123456789", 1_772_413_200, br#"{"id":"h-1-a"}"#);
        assert_eq!(
            signature,
            "v1=429de3dbb4fa0fa09058695018dce33e69614d272840034286b4e1266d492e62"
        );
    }

    fn hook(events: &[HookEvent]) -> NewWebhook {
        NewWebhook {
            url: "http://127.0.0.1:9/".into(),
            events: events.to_vec(),
            secret: Some("whsec-0123456789".into()),
            created_by: None,
        }
    }

    fn warning(id: &str, properties: &str) -> Change {
        Change {
            collection: CollectionId::new("warnings").unwrap(),
            id: FeatureId::new(id).unwrap(),
            body: Some(Body {
                geometry: Some(geo_types::point!(x: 117.1, y: 39.2).into()),
                properties: Properties::parse(properties).unwrap(),
            }),
        }
    }

    async fn live(folder: &tempfile::TempDir) -> Live {
        let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
        let store = Store::open(&url).await.unwrap();
        let schema = r#"{"properties":{"hotline_number":{"type":"string","x-onemap-role":"officer"},
            "secret":{"type":"string","x-onemap-role":"admin"}}}"#;
        let schema = Change {
            collection: CollectionId::schemas(),
            id: FeatureId::new("warnings").unwrap(),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(schema).unwrap(),
            }),
        };
        let edit = Edit::new(Author::system(), vec![schema]);
        store.commit(edit).await.unwrap();
        Live::start(store).await.unwrap()
    }

    #[tokio::test]
    async fn a_notice_is_a_step_and_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let live = live(&folder).await;
        let both = hook(&[HookEvent::Step, HookEvent::Notice]);
        let both = live.store().create_webhook(both).await.unwrap();
        let only = hook(&[HookEvent::Notice]);
        let only = live.store().create_webhook(only).await.unwrap();
        let id = FeatureId::new("a").unwrap();
        for (properties, to_both, to_only) in [
            (r#"{"step":{"n":1}}"#, Some(HookEvent::Step), None),
            (
                r#"{"step":{"n":1,"notice":"sent"}}"#,
                Some(HookEvent::Notice),
                Some(HookEvent::Notice),
            ),
            (
                r#"{"step":{"n":1,"notice":{"silenced_by":"s"}}}"#,
                Some(HookEvent::Step),
                None,
            ),
            (r#"{"level":"red"}"#, None, None),
        ] {
            let edit = Edit::new(Author::system(), vec![warning("a", properties)]);
            live.commit(edit).await.unwrap();
            let warnings = CollectionId::new("warnings").unwrap();
            let versions = live.store().versions_of(&warnings, &id).await.unwrap();
            let (_, record) = versions.last().unwrap();
            assert_eq!(event(&both, record), to_both, "{properties}");
            assert_eq!(event(&only, record), to_only, "{properties}");
        }
    }

    #[tokio::test]
    async fn others_are_told_what_officers_see() {
        let folder = tempfile::tempdir().unwrap();
        let live = live(&folder).await;
        let text = r#"{"category":"other","hotline_number":"12345-7","secret":"x","ledger":{"keys":["k"]},"step":{"n":1}}"#;
        let edit = Edit::new(Author::system(), vec![warning("a", text)]);
        live.commit(edit).await.unwrap();
        let warnings = CollectionId::new("warnings").unwrap();
        let id = FeatureId::new("a").unwrap();
        let versions = live.store().versions_of(&warnings, &id).await.unwrap();
        let snapshot = live.snapshot();
        let schema = snapshot.collections().get("warnings").unwrap().schema();
        let told = feature(schema, &versions[0].1).unwrap();
        let told: serde_json::Value = serde_json::from_str(told.get()).unwrap();
        let expected =
            serde_json::json!({"category": "other", "hotline_number": "12345-7", "step": {"n": 1}});
        assert_eq!(told["properties"], expected);
        assert_eq!((&told["id"], &told["seq"]), (&"a".into(), &2.into()));
    }

    #[test]
    fn who_does_not_answer_is_asked_less_and_less_often_and_given_up_after_a_day() {
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let hours = |n: i64| now - jiff::SignedDuration::from_hours(n);
        let trouble = |failures, since| Trouble {
            since,
            failures,
            next_at: now,
            error: String::new(),
        };
        let refused = || Err("HTTP 500".to_owned());
        assert_eq!(judge(Ok(()), None, now, now), Outcome::Delivered);
        for (failures, pause) in [(0, 1), (1, 2), (5, 32), (12, 3600), (4_000_000, 3600)] {
            let trouble = trouble(failures, hours(1));
            let Outcome::Failed { next_at, .. } = judge(refused(), Some(&trouble), now, now) else {
                panic!("given up");
            };
            assert_eq!(next_at.duration_since(now).as_secs(), pause);
        }
        let long = trouble(40, hours(30));
        let given_up = judge(refused(), Some(&long), hours(25), now);
        assert!(matches!(given_up, Outcome::GivenUp { .. }));
        // A day has to pass for the delivery and for the receiver: neither what is new, nor what is
        // old because we ourselves were down, is given up at once.
        for (trouble, committed) in [(&long, hours(1)), (&trouble(1, hours(1)), hours(25))] {
            let outcome = judge(refused(), Some(trouble), committed, now);
            assert!(matches!(outcome, Outcome::Failed { .. }));
        }
        let first = judge(refused(), None, hours(100), now);
        assert!(matches!(first, Outcome::Failed { .. }));
    }

    /// A receiver that says nothing to its first visitor, refuses the second, and takes the rest.
    async fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (count, list) = (Arc::new(AtomicU32::new(0)), Arc::clone(&seen));
        let hear = move |headers: axum::http::HeaderMap| {
            let (count, list) = (Arc::clone(&count), Arc::clone(&list));
            async move {
                let id = headers["onemap-delivery"].to_str().unwrap().to_owned();
                list.lock().unwrap().push(id);
                match count.fetch_add(1, Ordering::Relaxed) {
                    0 => std::future::pending().await,
                    1 => axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                    _ => axum::http::StatusCode::NO_CONTENT,
                }
            }
        };
        let router = axum::Router::new().route("/hook", axum::routing::post(hear));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let listener = listener.into_std().unwrap();
        let server = axum_server::from_tcp(listener).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        (url, seen)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_not_taken_is_sent_again_under_its_name_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let live = live(&folder).await;
        let (url, seen) = receiver().await;
        let new = NewWebhook {
            url,
            ..hook(&[HookEvent::Step])
        };
        let hook = live.store().create_webhook(new).await.unwrap();
        let step = |id: &str, n: u32| warning(id, &format!("{{\"step\":{{\"n\":{n}}}}}"));
        for changes in [
            vec![step("a", 1), step("b", 1)],
            vec![warning("c", "{}")],
            vec![step("a", 2)],
        ] {
            let edit = Edit::new(Author::system(), changes);
            live.commit(edit).await.unwrap();
        }
        let courier = Courier::new(live.clone(), Duration::from_millis(300)).unwrap();
        tokio::spawn(Arc::new(courier).run());
        let name = |seq, warning| Delivery::id_of(&hook.id, seq, warning);
        let expected = [
            name(2, "a"),
            name(2, "a"),
            name(2, "a"),
            name(2, "b"),
            name(4, "a"),
        ];
        let deadline = Instant::now() + Duration::from_secs(60);
        let delivered = loop {
            let only = Some(DeliveryState::Delivered);
            let done = live.store().deliveries(&hook.id, only, 10).await.unwrap();
            if done.len() == 3 {
                break done;
            }
            assert!(Instant::now() < deadline, "{:?}", seen.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(*seen.lock().unwrap(), expected);
        let tries: Vec<_> = delivered.iter().map(|d| (d.id.clone(), d.tries)).collect();
        assert_eq!(
            tries,
            [(name(4, "a"), 1), (name(2, "b"), 1), (name(2, "a"), 3)]
        );
        assert_eq!(live.store().webhooks().await.unwrap()[0].trouble, None);
    }
}
