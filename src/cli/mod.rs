//! The command line: one file a sub-command. Results go to standard output, progress and logs to
//! standard error; the exit status is 0 only when all of it worked.

mod check;
mod demo;
mod demo_ledger;
mod describe;
mod import;
mod import_ledger;
mod serve;
mod synth;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Logs as JSON, one object a line.
    #[arg(long, global = true, env = "ONEMAP_LOG_JSON")]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the map and its pages.
    Serve(serve::ServeArgs),
    /// Bring files into the map: all of it, or nothing.
    Import(import::ImportArgs),
    /// Check rules, calendars, schemas and data files.
    Check(check::CheckArgs),
    /// Write the synthetic demo district as GeoJSON files.
    Demo(demo::DemoArgs),
    /// Write a synthetic city of any size, for measurements.
    Synth(synth::SynthArgs),
    /// Make, list and revoke the tokens that accounts sign in with.
    Token(token::TokenArgs),
    /// Print the OpenAPI document of the interface.
    Openapi,
    /// Print the documentation of the data, made from the schemas.
    #[command(hide = true)]
    DataDoc,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
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
            Command::Serve(args) => serve::run(&database, args).await,
            Command::Import(args) => import::run(&database, args).await,
            Command::Check(args) => check::run(&args).await,
            Command::Demo(args) => demo::run(&args),
            Command::Synth(args) => synth::run(&args),
            Command::Token(args) => token::run(&database, args).await,
            Command::Openapi => describe::interface(),
            Command::DataDoc => describe::data(),
        }
    });
    match outcome {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    // A pipe that was closed early (`onemap synth | head`) is no fault worth words.
    let closed = error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe);
    if !closed {
        say(&format!("onemap: {error:#}"));
    }
    ExitCode::FAILURE
}

/// Prints to standard error: progress and complaints.
#[expect(clippy::print_stderr, reason = "this is what standard error is for")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Prints to standard output: results.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn start_logging(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("ONEMAP_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,onemap=info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let done = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).compact().try_init()
    };
    // Only a second call could fail, and there is none.
    let _ = done;
}
