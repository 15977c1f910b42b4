//! `onemap plan`: planning on the command line.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::language::local;
use super::{print, say, stop_signal};
use crate::model::both;
use crate::planning::siting::control::{Control, Halt, Progress, StopReason};
use crate::planning::siting::orlib::{self, Answer, Objective};

/// Solve siting problems.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(subcommand)]
    command: PlanCommand,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    /// Solve a graph file of the OR-Library with the siting solver.
    Solve(SolveArgs),
}

/// Solve a p-median or p-center problem on a graph file of the OR-Library.
///
/// The file begins with a line `vertices edges p`; each other line `from to length` is an edge. If an edge occurs
/// twice, the last line counts. The incumbent is the objective of the best plan found; no plan is better than the
/// bound. SIGINT (Ctrl-C) or SIGTERM ends the search, and the best plan so far is printed.
#[derive(Debug, Args)]
struct SolveArgs {
    /// The graph file.
    #[arg(long, value_name = "FILE", env = "ONEMAP_ORLIB")]
    orlib: PathBuf,
    /// What to minimise: the sum of the distances to the nearest site (p-median), or the largest of them (p-center).
    #[arg(long, value_name = "PROBLEM", env = "ONEMAP_PROBLEM")]
    problem: Kind,
    /// Stop after this many seconds with the best plan so far.
    #[arg(long, value_name = "SECONDS", default_value = "60", env = "ONEMAP_TIME_LIMIT", value_parser = seconds)]
    time_limit: Duration,
    /// Print the result as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    PMedian,
    PCenter,
}

/// The output of `--json`.
#[derive(Debug, Serialize)]
struct Printed {
    #[serde(flatten)]
    answer: Answer,
    seconds: f64,
}

/// The largest file that is read, in bytes. A complete graph with as many vertices as the solver accepts has about
/// 400 MB.
const LARGEST_FILE: u64 = 1 << 29;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|s: &f64| *s > 0.0);
    let limit = seconds.and_then(|s| Duration::try_from_secs_f64(s).ok());
    limit.ok_or_else(|| "expected a number of seconds greater than 0, such as 60 or 0.5".to_owned())
}

pub(super) async fn run(args: PlanArgs) -> anyhow::Result<ExitCode> {
    let PlanCommand::Solve(args) = args.command;
    let begin = Instant::now();
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    let json = args.json;
    let mut work = tokio::task::spawn_blocking(move || solve(&args, begin, &flag));
    let answer = tokio::select! {
        answer = &mut work => answer,
        _ = stop_signal() => {
            cancelled.store(true, Ordering::Relaxed);
            work.await
        }
    };
    let answer = answer.context("the solver failed")??;
    let has_plan = answer.incumbent.is_some();
    let seconds = begin.elapsed().as_secs_f64();
    if json {
        print(&serde_json::to_string(&Printed { answer, seconds })?)?;
    } else {
        print(&readable(&answer, seconds))?;
    }
    Ok(if has_plan {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn solve(args: &SolveArgs, begin: Instant, cancelled: &AtomicBool) -> anyhow::Result<Answer> {
    let path = &args.orlib;
    let text = read(path).with_context(|| path.display().to_string())?;
    let problem = orlib::read(&text).map_err(|error| {
        let place = format!("{}:{}", path.display(), error.line);
        anyhow::anyhow!("{place}: {}", local(error.text))
    })?;
    let should_stop = || {
        if cancelled.load(Ordering::Relaxed) {
            Some(Halt::Cancelled)
        } else {
            (begin.elapsed() >= args.time_limit).then_some(Halt::TimeLimit)
        }
    };
    let said = std::cell::Cell::new(begin);
    let progress = |state: Progress| {
        // At most one line a second.
        if said.get().elapsed() >= Duration::from_secs(1) {
            said.set(Instant::now());
            say(&line(state));
        }
    };
    let control = Control {
        should_stop: &should_stop,
        progress: &progress,
        plan: &|_| {},
    };
    let objective = match args.problem {
        Kind::PMedian => Objective::Median,
        Kind::PCenter => Objective::Center,
    };
    Ok(problem.solve(objective, &control))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let file = std::fs::File::open(path)?;
    let mut text = String::new();
    file.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    let limit = LARGEST_FILE >> 20;
    anyhow::ensure!(
        text.len() as u64 <= LARGEST_FILE,
        local(both!(
            "文件超过 {limit} MiB，无法读取。",
            "The file is larger than the limit of {limit} MiB."
        ))
    );
    Ok(text)
}

fn percent(gap: Option<f64>) -> String {
    gap.map_or_else(|| "–".to_owned(), |gap| format!("{:.3} %", 100.0 * gap))
}

fn line(state: Progress) -> String {
    let incumbent = state
        .incumbent
        .map_or_else(|| "–".to_owned(), |i| i.to_string());
    let (bound, gap) = (state.bound, percent(state.gap));
    local(both!(
        "当前最优目标值 {incumbent}，下界 {bound}，差距 {gap}",
        "incumbent {incumbent}, bound {bound}, gap {gap}"
    ))
}

fn readable(answer: &Answer, seconds: f64) -> String {
    let incumbent = answer
        .incumbent
        .map_or_else(|| "–".to_owned(), |i| i.to_string());
    let bound = answer.bound;
    let gap = percent(answer.gap);
    let reason = local(match answer.stop_reason {
        StopReason::Optimal => both!("已证明最优", "proven optimal"),
        StopReason::TimeLimit => both!("达到时限", "time limit reached"),
        StopReason::Cancelled => both!("已取消", "cancelled"),
        StopReason::Infeasible => both!("无可行方案", "no feasible plan"),
        StopReason::SolverFailed => both!("求解器出错", "the solver failed"),
    });
    let sites: Vec<String> = answer.sites.iter().map(u32::to_string).collect();
    let sites = sites.join(" ");
    local(both!(
        "目标值：{incumbent}\n下界：{bound}\n差距：{gap}\n停止原因：{reason}\n用时：{seconds:.2} 秒\n选址：{sites}",
        "Incumbent: {incumbent}\nBound: {bound}\nGap: {gap}\nStopped: {reason}\nTime: {seconds:.2} s\nSites: {sites}"
    ))
}
