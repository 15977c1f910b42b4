//! The command line, one file for each sub-command. Results go to standard output, progress and logs to
//! standard error. The exit status is 0 if everything worked, 1 if nothing was written (also for usage errors),
//! and [`PARTLY`] if some things were rejected.

mod account;
mod audit;
mod backup;
mod check;
mod demo;
mod demo_ledger;
mod describe;
mod doctor;
mod erase;
mod export;
mod import;
mod import_ledger;
mod language;
mod plan;
mod plates;
mod serve;
mod serve_feed;
mod serve_limits;
mod synth;
mod token;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::language::local;
use crate::model::both;
use crate::store::Store;
use crate::store::audit::during_command;

/// 一张图 One Map: a map service for grid governance.
#[derive(Debug, Parser)]
#[command(name = "onemap", version, about, max_term_width = 100)]
struct Arguments {
    /// The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/NAME.
    #[arg(
        long,
        global = true,
        env = "ONEMAP_DATABASE",
        default_value = "sqlite:onemap.db",
        hide_env_values = true
    )]
    database: String,
    /// Write logs as JSON, one object per line.
    #[arg(long, global = true, env = "ONEMAP_LOG_JSON")]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the map and its pages.
    Serve(Box<serve::ServeArgs>),
    /// Import files into the map as one commit, and undo imports.
    Import(import::ImportArgs),
    /// Write the features of a collection as GeoJSON, ndjson or CSV.
    Export(export::ExportArgs),
    /// Write boards of compounds and plates of doors for printing.
    Plates(plates::PlatesArgs),
    /// Solve siting problems: where the next facilities should stand.
    Plan(plan::PlanArgs),
    /// Erase personal data of a feature from all its versions.
    Erase(erase::EraseArgs),
    /// Check rules, calendars, schemas and data files.
    Check(check::CheckArgs),
    /// List data problems that make routes worse.
    Doctor(doctor::DoctorArgs),
    /// Write the synthetic demo district as GeoJSON files.
    Demo(demo::DemoArgs),
    /// Write a synthetic city of any size, for measurements.
    Synth(synth::SynthArgs),
    /// Create, list and revoke tokens, with which accounts sign in.
    Token(token::TokenArgs),
    /// Create, list and change accounts and invites.
    Account(account::AccountArgs),
    /// Export the audit: who wrote what, who looked at protected data, who signed in.
    Audit(audit::AuditArgs),
    /// Write the whole map to one file. The server may run meanwhile.
    Backup(backup::BackupArgs),
    /// Restore a backup into an empty database, or replace the content of one.
    Restore(backup::RestoreArgs),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Print the documentation of the data, generated from the schemas.
    #[command(hide = true)]
    DataDoc,
}

/// The exit status of a command that wrote something and rejected the rest.
const PARTLY: u8 = 2;

/// How long threads may continue after the command has ended.
const LEAVE: Duration = Duration::from_secs(1);

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // If standard error is closed, there is no way to report anything.
            let _ = error.print();
            // A request for help is not an error. clap's exit status for usage errors is 2, which here means `PARTLY`.
            return if error.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    start_logging(arguments.log_json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error)),
    };
    let database = arguments.database.clone();
    let outcome = runtime.block_on(async move {
        match arguments.command {
            Command::Serve(args) => serve::run(&database, *args).await,
            Command::Import(args) => during_command("import", import::run(&database, args)).await,
            Command::Export(args) => during_command("export", export::run(&database, args)).await,
            Command::Erase(args) => during_command("erase", erase::run(&database, args)).await,
            Command::Plates(args) => plates::run(&database, args).await,
            Command::Plan(args) => plan::run(args).await,
            Command::Check(args) => check::run(&args).await,
            Command::Doctor(args) => doctor::run(&database, args).await,
            Command::Demo(args) => demo::run(&args),
            Command::Synth(args) => synth::run(&args),
            Command::Token(args) => during_command("token", token::run(&database, args)).await,
            Command::Account(args) => {
                during_command("account", account::run(&database, args)).await
            }
            Command::Audit(args) => audit::run(&database, args).await,
            Command::Backup(args) => backup::backup(&database, args).await,
            Command::Restore(args) => backup::restore(&database, args).await,
            Command::Openapi => describe::interface(),
            Command::DataDoc => describe::data(),
        }
    });
    // Threads that are still running after `LEAVE` are abandoned; they end with the process.
    runtime.shutdown_timeout(LEAVE);
    match outcome {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// Runs work with a store and then closes the store, also after an error, so that a SQLite file is complete without its
/// write-ahead log. SIGINT or SIGTERM ends the work with an error.
async fn with_store<T>(
    store: Store,
    work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let done = tokio::select! {
        done = work(&store) => done,
        signal = stop_signal() => Err(stopped_by(signal)),
    };
    store.close().await?;
    done
}

/// Like [`with_store`], but creates a missing database first. If the work fails and wrote nothing, the new
/// database is deleted.
async fn with_made_store(
    database: &str,
    work: impl AsyncFnOnce(&Store) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let store = Store::open(database).await?;
    let done = tokio::select! {
        done = work(&store) => done,
        signal = stop_signal() => Err(stopped_by(signal)),
    };
    match &done {
        Ok(code) if *code != ExitCode::FAILURE => store.close().await?,
        _ => {
            store.close_or_discard().await?;
        }
    }
    done
}

fn stopped_by(signal: &str) -> anyhow::Error {
    anyhow::anyhow!(local(both!("已被 {signal} 中止", "stopped by {signal}")))
}

/// Waits for a signal to stop and returns its name.
async fn stop_signal() -> &'static str {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => "SIGINT",
        _ = terminate => "SIGTERM",
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    // A closed pipe (`onemap synth | head`) is not an error that needs a message.
    let closed = error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
    if !closed {
        say(&format!("onemap: {}", language::error_text(error)));
    }
    ExitCode::FAILURE
}

/// Parses a moment as people type it.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    // A date without time means the beginning of that day in China.
    let beijing = TimeZone::fixed(jiff::tz::offset(8));
    text.parse::<Date>()
        .and_then(|date| date.to_zoned(beijing))
        .map(|begin| begin.timestamp())
        .map_err(|_| "expected 2026-11-22, or 2026-11-22T14:05:00+08:00".to_owned())
}

/// Says whether a token or an invite is valid at the moment `now`, and until when.
fn validity(revoked: Option<Timestamp>, expires: Option<Timestamp>, now: Timestamp) -> String {
    match (revoked, expires) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= now => format!("expired {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "valid".to_owned(),
    }
}

/// Prints progress and errors to standard error.
#[expect(clippy::print_stderr, reason = "this is what standard error is for")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Prints results to standard output.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Parses the address of a website, which must be usable as the beginning of a link.
fn web_address(text: &str) -> Result<String, String> {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|s| text.strip_prefix(s));
    match host {
        Some(host) if host.contains(['?', '#']) => {
            Err("the address must not contain ? or #".to_owned())
        }
        Some(host) if !host.is_empty() && !host.starts_with('/') => {
            // A path that begins like a path of the service is refused: it would be unclear whether the proxy
            // removed the public path.
            let first = host.split('/').nth(1).unwrap_or_default();
            let ours = ["api", "assets", "health", "icons", "metrics", "sw.js"];
            let is_page = crate::http::assets::PAGES.contains(&format!("/{first}").as_str());
            if !first.is_empty() && (is_page || ours.contains(&first)) {
                return Err(format!(
                    "the path must not begin with /{first}, which is a path of the service"
                ));
            }
            Ok(text.to_owned())
        }
        _ => Err("expected an address such as https://map.example".to_owned()),
    }
}

fn start_logging(json: bool) {
    use std::io::IsTerminal as _;

    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("ONEMAP_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,onemap=info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colour codes make log files hard to read and search.
        .with_ansi(std::io::stderr().is_terminal());
    let done = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).compact().try_init()
    };
    // Setting the logger fails only if one is set already, and this is the only place that sets one.
    let _ = done;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_token_is_not_shown_as_valid() {
        let [before, now, after] = [
            "2026-11-21T16:00:00Z",
            "2026-11-22T16:00:00Z",
            "2026-11-23T16:00:00Z",
        ]
        .map(|text| text.parse::<Timestamp>().unwrap());
        let said = |revoked, expires| validity(revoked, expires, now);
        assert_eq!(said(None, None), "valid");
        assert_eq!(said(None, Some(after)), "until 2026-11-23T16:00:00Z");
        assert_eq!(said(None, Some(now)), "expired 2026-11-22T16:00:00Z");
        assert_eq!(
            said(Some(before), Some(after)),
            "revoked 2026-11-21T16:00:00Z"
        );
    }

    #[test]
    fn moments_and_addresses_are_accepted_in_common_notations() {
        let midnight: Timestamp = "2026-11-21T16:00:00Z".parse().unwrap();
        assert_eq!(moment("2026-11-22"), Ok(midnight));
        assert_eq!(moment("2026-11-22T00:00:00+08:00"), Ok(midnight));
        assert!(moment("tomorrow").unwrap_err().contains("2026-11-22"));
        assert!(web_address("https://map.example/city").is_ok());
        assert!(web_address("https://map.example/api").is_err());
        assert!(web_address("https://map.example/wall/map").is_err());
        assert!(web_address("https://map.example/").is_ok());
        assert!(web_address("map.example").is_err() && web_address("https://").is_err());
    }
}
