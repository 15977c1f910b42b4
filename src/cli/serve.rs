//! `onemap serve`: serves the map over HTTP.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use tokio::signal::unix::{SignalKind, signal};

use super::serve_feed::FeedArgs;
use super::serve_limits::{LimitArgs, UploadArgs};
use super::{demo_ledger, print, say, stop_signal, web_address};
use crate::demo;
use crate::http::connections::{self, Certificate};
use crate::http::{self, App, Proxies, assets};
use crate::live::jobs::{self, Jobs, Kinds};
use crate::live::{self, Live};
use crate::model::names::collection::BUILDINGS;
use crate::model::{Author, BuiltIns, CollectionId, Edit, Role};
use crate::service::ledger::{CaseService, timer};
use crate::service::planning::access_changes::AccessJob;
use crate::service::planning::siting;
use crate::service::planning::week::WeekJob;
use crate::service::{config, imports, webhooks};
use crate::store::{Claim, NewToken, Opening, Store, StoreError};

/// How long the records of finished webhook deliveries are kept.
const DELIVERY_NOTES: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Serve the map and its pages.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address to listen on.
    #[arg(long, env = "ONEMAP_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A folder with rules.toml, calendar.toml, profiles.toml, standards.toml, placement.toml, deliveries.toml and
    /// themes.toml, which replace the built-in files, and schemas/*.json, which extend the built-in schemas. Each file may be
    /// missing. Changes are applied while the service runs.
    #[arg(long, env = "ONEMAP_CONFIG")]
    config: Option<PathBuf>,
    /// Create a new, empty database if there is none. Without it, a missing database is an error.
    #[arg(long, env = "ONEMAP_CREATE")]
    create: bool,
    /// Load the synthetic demo district and keep adding reports to it. Creates the database if there is none.
    #[arg(long, env = "ONEMAP_DEMO")]
    demo: bool,
    /// How many times faster than real time the demo's reports arrive.
    #[arg(long, env = "ONEMAP_DEMO_SPEED", default_value_t = 1.0, hide = true)]
    demo_speed: f64,
    /// The address at which clients reach this service behind a proxy. It may have a path, which the proxy may
    /// remove or keep.
    #[arg(long, value_name = "URL", env = "ONEMAP_PUBLIC_URL", value_parser = web_address)]
    public_url: Option<String>,
    /// Trust X-Forwarded-For, -Host and -Proto from these proxies: addresses and networks, separated by commas.
    /// Without a value: from this machine and private networks.
    #[arg(long, value_name = "ADDRESSES", env = "ONEMAP_TRUST_PROXY", num_args = 0..=1,
        default_value = "none", default_missing_value = "private")]
    trust_proxy: Proxies,
    /// How many commits the live feed can replay to a client that reconnects.
    #[arg(long, env = "ONEMAP_FEED_RETENTION", default_value_t = 10_000)]
    feed_retention: u64,
    #[command(flatten)]
    feed: FeedArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    uploads: UploadArgs,
    /// For how many days rows of the audit are kept; 0 keeps them for ever.
    #[arg(long, env = "ONEMAP_AUDIT_DAYS", default_value_t = 730,
        value_parser = clap::value_parser!(u32).range(0..=36_500))]
    audit_days: u32,
    /// How many milliseconds a write waits for its commit to become visible. If that takes longer, the answer is 202.
    #[arg(long, env = "ONEMAP_WRITE_PATIENCE", value_name = "MS", hide = true)]
    write_patience: Option<u64>,
    /// While this file exists, no commit becomes visible. For tests.
    #[arg(long, env = "ONEMAP_HOLD", value_name = "FILE", hide = true)]
    hold: Option<PathBuf>,
    /// The certificate chain (PEM) for HTTPS. It is read again on SIGHUP.
    #[arg(long, env = "ONEMAP_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM).
    #[arg(long, env = "ONEMAP_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl ServeArgs {
    fn following(&self) -> live::Following {
        let usual = live::Following::default();
        live::Following {
            patience: self
                .write_patience
                .map_or(usual.patience, Duration::from_millis),
            hold: self.hold.clone(),
        }
    }
}

pub(super) async fn run(database: &str, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let folder = match &args.config {
        None => None,
        Some(dir) => Some(config::Folder::read(dir)?),
    };
    let opening = if args.create || args.demo {
        Opening::Create
    } else {
        Opening::Existing
    };
    let claim = Claim::take(database, "onemap serve")?;
    let store = Store::open_as(database, opening).await?;
    claim.guard(&store)?;
    let started = AtomicBool::new(false);
    let map = OnceLock::new();
    let interrupted = async {
        let signal = stop_signal().await;
        // After the start, a signal is ignored here: the server handles it and finishes its requests.
        if started.load(Ordering::Acquire) {
            std::future::pending::<()>().await;
        }
        signal
    };
    let done = tokio::select! {
        done = serve(&store, args, folder, &started, &map) => done,
        signal = interrupted => Err(anyhow::anyhow!("stopped by {signal} before the service was ready")),
    };
    // In any case, the tasks that use the store are stopped before the store is closed.
    if let Some(live) = map.get() {
        live.tasks().stop().await;
    }
    store.close().await?;
    done
}

async fn serve(
    store: &Store,
    args: ServeArgs,
    folder: Option<config::Folder>,
    started: &AtomicBool,
    map: &OnceLock<Live>,
) -> anyhow::Result<ExitCode> {
    install_schemas(store, folder.as_ref()).await?;
    if args.demo {
        load_demo(store).await?;
    }

    let begun = std::time::Instant::now();
    let live = Live::start_following(store.clone(), args.following()).await?;
    let live = map.get_or_init(|| live);
    config::configure(live, folder.as_ref()).await?;
    let tasks = live.tasks();
    if let (Some(dir), Some(folder)) = (args.config.clone(), folder) {
        let live = live.clone();
        tasks.spawn("configuration", move || {
            config::watch(live.clone(), dir.clone(), folder.clone())
        });
    }
    let features: usize = live
        .snapshot()
        .collections()
        .iter()
        .map(|(_, c)| c.len())
        .sum();
    tracing::info!(
        features,
        seq = live.snapshot().seq(),
        ms = begun.elapsed().as_millis() as u64,
        "the map is in memory"
    );
    spawn(live, "timer", timer::run);
    spawn(live, "webhooks", webhooks::run);
    let audit_days = args.audit_days;
    spawn(live, "sweeps", move |live| tidy(live, audit_days));
    if args.demo && live.snapshot().is_demo() {
        let speed = args.demo_speed;
        spawn(live, "demo", move |live| {
            demo_ledger::go_on(CaseService::new(live), speed)
        });
    } else if args.demo {
        say(
            "该地图不是演示地图，不加入演示上报。This map is not a demo map, so no demo reports are added.",
        );
    }

    let options = http::Options {
        public_url: args.public_url.clone(),
        feed_retention: args.feed_retention,
        feed_limits: args.feed.limits(),
        connections: args.limits.settings(),
        tls: args.tls_cert.is_some(),
        trust_proxy: args.trust_proxy.clone(),
        uploads: args.uploads.limits(),
    };
    let jobs = Jobs::new(
        store.clone(),
        siting::kinds(imports::kinds(Kinds::default(), live), live)
            .with(AccessJob::new(live))
            .with(WeekJob::new(live)),
        jobs::Settings::default(),
    );
    tasks.spawn_stopping("jobs", {
        let jobs = jobs.clone();
        move |stop| jobs.clone().run(stop)
    });
    let app = App::new(live.clone(), jobs, options, http::metrics::install());
    let listener = std::net::TcpListener::bind(args.listen)
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => {
            let certificate = Arc::new(Certificate::read(cert, key)?);
            tasks.spawn("certificate", {
                let certificate = certificate.clone();
                move || reload_on_hangup(certificate.clone())
            });
            Some(Arc::new(certificate.config()?))
        }
        _ => None,
    };
    // The token is shown only once. It is created late, because a start that fails after that would lose it.
    let first_token = first_admin(store).await?;
    announce(&args, address)?;
    if let Some(token) = first_token {
        hand_over(&token, store)?;
    }

    started.store(true, Ordering::Release);
    connections::serve(listener, tls, app, stopped()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Runs a task over the map as long as the process lives.
fn spawn<F, Fut>(live: &Live, name: &'static str, task: F)
where
    F: Fn(Live) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let own = live.clone();
    live.tasks().spawn(name, move || task(own.clone()));
}

/// Reads the files of the certificate again on SIGHUP, because certificates are renewed every few months.
async fn reload_on_hangup(certificate: Arc<Certificate>) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        return;
    };
    while hangup.recv().await.is_some() {
        match certificate.reload() {
            Ok(()) => tracing::info!("the certificate was read again"),
            Err(error) => {
                tracing::error!(%error, "the certificate could not be read again; the old one stays in use")
            }
        }
    }
}

/// Schemas decide what is protected, so an invalid one stops the start and is not skipped.
async fn install_schemas(store: &Store, folder: Option<&config::Folder>) -> anyhow::Result<()> {
    let own = match folder.filter(|f| f.has_schemas()) {
        None => Vec::new(),
        Some(folder) => match folder.schemas() {
            (schemas, problems) if problems.is_empty() => schemas,
            (_, problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                anyhow::bail!("{}", problems.join("\n"));
            }
        },
    };
    let built_ins = BuiltIns::compiled();
    config::install_schemas(store, built_ins, &own, true).await?;
    Ok(())
}

/// Prints the address of the pages, for people and for programs that wait for it.
fn announce(args: &ServeArgs, address: SocketAddr) -> std::io::Result<()> {
    let scheme = if args.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let base = args.public_url.as_deref().map_or_else(
        || format!("{scheme}://{address}"),
        |u| u.trim_end_matches('/').to_owned(),
    );
    print("一张图 One Map")?;
    if args.public_url.is_some() {
        print(&format!("监听 · Listening on {scheme}://{address}"))?;
    }
    for page in assets::PAGES {
        print(&format!("  {base}{page}"))?;
    }
    print(&format!("  {base}/api/"))
}

/// Shows the first admin token at the terminal. Without a terminal, the output may end up in a log that others
/// can read, so the token is written to a file that only its owner may read.
fn hand_over(token: &str, store: &Store) -> anyhow::Result<()> {
    if std::io::stdout().is_terminal() {
        print(&format!(
            "管理员令牌，仅显示这一次 · Admin token, shown only this once:\n  {token}"
        ))?;
        return Ok(());
    }
    let path = token_file(store);
    write_secret(&path, token).with_context(|| {
        format!(
            "the admin token cannot be written to {}; `onemap token create --role admin` creates \
             another one",
            path.display()
        )
    })?;
    print(&format!(
        "管理员令牌写入此文件，读后请删除 · Admin token written to this file; delete it once read:\n  {}",
        path.display()
    ))?;
    Ok(())
}

/// The file of the first token: next to a SQLite file, or in the current folder for other databases.
fn token_file(store: &Store) -> PathBuf {
    let mut name = store
        .file()
        .map_or_else(|| "onemap".into(), |path| path.as_os_str().to_owned());
    name.push(".admin-token");
    PathBuf::from(name)
}

/// Writes a file that only its owner may read. An existing file is replaced and not overwritten, because others
/// might have access to it.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}

/// Creates the first administrator of a new map.
async fn first_admin(store: &Store) -> Result<Option<String>, StoreError> {
    if store.count_admins().await? > 0 {
        return Ok(None);
    }
    let (_, secret) = store
        .create_token(NewToken::new("admin", Role::Admin))
        .await?;
    Ok(Some(secret.reveal().to_owned()))
}

/// Loads the demo district into an empty map, as of sixty-one days ago, and replays its ledger up to now. On a
/// map with buildings, only the demo's own ledger is renewed, so that it ends today.
async fn load_demo(store: &Store) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let since = now - SignedDuration::from_hours(24 * (demo::DAYS + 1));
    let buildings = CollectionId::new(BUILDINGS)?;
    let mut found = 0_u64;
    store.load_collection(&buildings, |_| found += 1).await?;
    if found == 0 {
        say("载入合成演示街道… Loading the synthetic demo district…");
        let mut edit = Edit::new(Author::system(), demo::district(now));
        edit.effective_at = Some(since);
        store
            .commit(edit.because("the synthetic demo district"))
            .await?;
    }
    demo_ledger::renew(store, since, now).await
}

/// Cleans up the store and reads the counts of people let in at gates that other nodes wrote, now and every minute.
async fn tidy(live: Live, audit_days: u32) {
    let store = live.store().clone();
    loop {
        if let Err(error) = live.load_passages().await {
            tracing::warn!(%error, "reading the counts of people let in at gates failed; it will be tried again");
        }
        if let Err(error) = store.compact().await {
            tracing::warn!(%error, "cleaning up the store failed; it will be tried again");
        }
        let old = Timestamp::now() - DELIVERY_NOTES;
        if let Err(error) = store.sweep_deliveries(old).await {
            tracing::warn!(%error, "removing old webhook deliveries failed; it will be tried again");
        }
        if let Err(error) = sweep_jobs(&store).await {
            tracing::warn!(%error, "removing expired jobs and files failed; it will be tried again");
        }
        if audit_days > 0
            && let Err(error) = sweep_audit(&store, audit_days).await
        {
            tracing::warn!(%error, "removing old rows of the audit failed; it will be tried again");
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

/// Removes rows of the audit after their retention time, a few at a time, so that other writes are not held up.
async fn sweep_audit(store: &Store, days: u32) -> Result<(), StoreError> {
    const PORTION: u32 = 1_000;
    let old = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days));
    while store.sweep_audit(old, PORTION).await? == u64::from(PORTION) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Removes expired jobs and uploaded files, a few chunks at a time, so that other writes are not held up.
async fn sweep_jobs(store: &Store) -> Result<(), StoreError> {
    let now = Timestamp::now();
    store.sweep_jobs(now).await?;
    store.expire_uploads(now).await?;
    while store.sweep_chunks().await? > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Waits for a signal to stop.
async fn stopped() {
    let signal = stop_signal().await;
    tracing::info!("stopped by {signal}");
}
