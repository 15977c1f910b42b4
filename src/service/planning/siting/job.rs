//! The job of a siting.
//!
//! It reads the map, states the problem and solves it on the threads of jobs. Its checkpoint has the best plan so far,
//! the time spent and, if it is small enough, the problem. After a restart the map is read again. If the problem is the
//! same, the search continues from the best plan. If it is not, because the map has changed, the search continues with
//! the stored problem; a job whose problem was too large to store is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::admission::admit;
use super::ask::{Existing, Question, SitingAsk};
use super::frame::{Frame, fingerprint};
use super::preview::{enough, enough_to_move};
use super::result::SitingResult;
use super::solving::{Solving, is_better};
use super::statement::{Statement, is_program, limit};
use super::survey::Survey;
use super::walks::Walks;
use super::watch::{NoSiting, Watch};
use crate::live::jobs::{Context, Job, JobError, Kinds, Progress};
use crate::live::{Built, Live, Network, Snapshot};
use crate::model::{Localized, both};
use crate::planning::siting::problem::Problem;
use crate::service::planning::WhatIf;
use crate::service::routes::{Ground, NoNetwork};

/// The kind of the job.
pub const SITING: &str = "siting";

/// After waiting this long for the snapshot, a job logs a warning and continues to wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the job checks whether the network is built.
const LOOK: Duration = Duration::from_millis(100);
/// How long the job waits for a network with the newest ways, before it uses an older one.
const REBUILD: Duration = Duration::from_secs(30);
/// The shortest time between two checkpoints.
const PACE: Duration = Duration::from_secs(3);
/// The largest problem that is stored in a checkpoint, in pairs of a demand point and a site, and in bytes of JSON.
const MOST_STORED: usize = 200_000;
const LONGEST: usize = 3_500_000;

/// Registers the siting job.
pub fn kinds(kinds: Kinds, live: &Live) -> Kinds {
    kinds.with(SitingJob { live: live.clone() })
}

struct SitingJob {
    live: Live,
}

/// The checkpoint of a siting.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Saved {
    /// The fingerprint of the problem.
    fingerprint: String,
    /// The sites of the best plan so far.
    incumbent: Option<Vec<u32>>,
    /// How long the solver has searched, in milliseconds.
    spent_ms: u64,
    /// The problem, if it is small enough.
    stored: Option<Arc<Stored>>,
}

/// A problem, and the parts of its result that do not depend on the plans.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    frame: Frame,
    problem: Problem,
}

/// What the solving thread shares with the job.
#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// The newest checkpoint, until it is stored.
    fresh: Mutex<Option<Saved>>,
}

/// Stops the solving thread when the job is dropped, because it was cancelled or the server stops.
struct StopOnDrop(Arc<Shared>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

impl Job for SitingJob {
    const KIND: &'static str = SITING;
    const RESUMES: bool = true;
    type Arguments = SitingAsk;
    type Output = SitingResult;

    async fn run(&self, context: Context, ask: SitingAsk) -> Result<SitingResult, JobError> {
        let saved: Option<Saved> = context.checkpoint()?;
        let (snapshot, network) = self.map(&context).await?;
        context.reads(snapshot.seq()).await?;
        let shared = Arc::new(Shared::default());
        let _stop = StopOnDrop(Arc::clone(&shared));
        let work = Work {
            context: context.clone(),
            shared: Arc::clone(&shared),
            saved,
            ask,
        };
        let mut running = context.threads().spawn(move || work.run(snapshot, network));
        loop {
            tokio::select! {
                done = &mut running => {
                    let done = done.map_err(|error| {
                        tracing::error!(%error, job = context.id(), "the thread of a siting job failed");
                        failed(NoSiting::Text(both!(
                            "求解程序出错，请联系管理员查看日志。",
                            "The solver failed because of an error in the program. Tell the administrator: the log has the cause."
                        )))
                    })?;
                    return done;
                }
                () = tokio::time::sleep(PACE) => {
                    let fresh = lock(&shared.fresh).take();
                    if let Some(fresh) = fresh {
                        context.save(&fresh).await?;
                    }
                }
            }
        }
    }
}

impl SitingJob {
    /// The map that the job reads. It has all commits that any node made before the job started.
    async fn map(
        &self,
        context: &Context,
    ) -> Result<(Arc<Snapshot>, Arc<Built<Network>>), JobError> {
        let head = context.store().head().await?.seq;
        while !self.live.wait_for(head, PATIENCE).await {
            tracing::warn!(
                job = context.id(),
                head,
                "a siting job waits until this server has read the commit"
            );
        }
        let begun = Instant::now();
        loop {
            let snapshot = self.live.snapshot();
            // If the map keeps changing, an older network is used. `network_seq` in the result is its commit.
            let is_patient = begun.elapsed() < REBUILD;
            let network = self.live.network();
            let network = network.filter(|n| !is_patient || n.value.is_of(&snapshot));
            if let Some(network) = network {
                return Ok((snapshot, network));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The work on the threads of jobs.
struct Work {
    context: Context,
    shared: Arc<Shared>,
    saved: Option<Saved>,
    ask: SitingAsk,
}

impl Work {
    fn run(
        self,
        snapshot: Arc<Snapshot>,
        network: Arc<Built<Network>>,
    ) -> Result<SitingResult, JobError> {
        let read = self.state(snapshot, network);
        let (survey, stored) = match (read, &self.saved) {
            (Ok((survey, stored)), None) => (Some(survey), stored),
            (Ok((survey, stored)), Some(saved))
                if fingerprint(&stored.frame, &stored.problem) == saved.fingerprint =>
            {
                (Some(survey), stored)
            }
            (Err(NoSiting::Cancelled), _) => return Err(JobError::Cancelled),
            (Err(reason), None) => return Err(failed(reason)),
            (_, Some(saved)) => (None, moved_on(saved)?),
        };
        let solved = self.solve(&stored).map_err(failed)?;
        let Stored { frame, problem } = Arc::unwrap_or_clone(stored);
        Ok(frame.result(survey.as_ref(), &problem, &self.ask, solved))
    }

    /// Reads the map and states the problem.
    fn state(
        &self,
        snapshot: Arc<Snapshot>,
        network: Arc<Built<Network>>,
    ) -> Result<(Survey, Arc<Stored>), NoSiting> {
        let ask = &self.ask;
        let report = |stage: &str, share: f64, done: u64| {
            self.context.report(&Progress {
                stage: stage.to_owned(),
                share,
                done,
                search: None,
            });
        };
        let watch = Watch {
            stop: &self.shared.stop,
            report: &report,
        };
        watch.report("people", 0.0, 0);
        let ground = Ground::on(snapshot, network, ask.at).map_err(NoSiting::Network)?;
        let map = WhatIf::once(&ground, &ask.edits, ask.at)?;
        let mut survey = Survey::new(map, ask, &watch)?;
        admit(&mut survey, ask, &watch)?;
        check_candidates(&survey, ask)?;
        let walks = Walks::search(&survey, limit(ask), is_program(ask), &watch)?;
        let statement = Statement::new(&survey, &walks, ask, &watch)?;
        let frame = Frame::new(&survey, &statement, ask);
        let problem = statement.problem;
        Ok((survey, Arc::new(Stored { frame, problem })))
    }

    fn solve(&self, stored: &Arc<Stored>) -> Result<super::solving::Solved, NoSiting> {
        let saved = Saved {
            fingerprint: match &self.saved {
                Some(saved) => saved.fingerprint.clone(),
                None => fingerprint(&stored.frame, &stored.problem),
            },
            incumbent: self.saved.as_ref().and_then(|s| s.incumbent.clone()),
            spent_ms: self.saved.as_ref().map_or(0, |s| s.spent_ms),
            stored: fits(stored).then(|| Arc::clone(stored)),
        };
        *lock(&self.shared.fresh) = Some(saved.clone());
        let known = Mutex::new(saved.clone());
        let keep = |sites: &[u32], spent: Duration| {
            let mut known = lock(&known);
            // After a restart, the first plans of this run may be worse than the stored one.
            let before = known.incumbent.as_deref().filter(|_| self.saved.is_some());
            let is_worse = before.is_some_and(|before| is_better(&stored.problem, before, sites));
            if !is_worse {
                known.incumbent = Some(sites.to_vec());
            }
            known.spent_ms = spent.as_millis() as u64;
            *lock(&self.shared.fresh) = Some(known.clone());
        };
        let solving = Solving {
            ask: &self.ask,
            stop: &self.shared.stop,
            spent: Duration::from_millis(saved.spent_ms),
            first: saved.incumbent,
            report: &|progress| self.context.report(&progress),
            keep: &keep,
        };
        solving.run(&stored.problem)
    }
}

/// Whether a problem is small enough for a checkpoint.
fn fits(stored: &Stored) -> bool {
    let pairs = stored.problem.demand.iter().map(|d| d.reach.len() + 2);
    // The number of pairs is checked first, so that no long text is written just to measure it.
    pairs.sum::<usize>() <= MOST_STORED
        && serde_json::to_vec(stored).is_ok_and(|text| text.len() <= LONGEST)
}

/// The stored problem of a job whose map changed while the job was interrupted.
fn moved_on(saved: &Saved) -> Result<Arc<Stored>, JobError> {
    let Some(stored) = &saved.stored else {
        return Err(JobError::Lost(both!(
            "服务器在任务运行期间停止，其间地图数据已变化，任务无法继续，请重新发起。",
            "The server stopped while the job ran, and the map has changed since, so the job cannot continue. Start it again."
        )));
    };
    let mut stored = Stored::clone(stored);
    let seq = stored.frame.seq();
    stored.frame.note(both!(
        "任务曾因服务器停止而中断，其间地图数据已变化；结果按第{seq}号数据版本计算。",
        "The server stopped while the job ran, and the map has changed since; the result is that of the map of commit {seq}."
    ));
    Ok(Arc::new(stored))
}

/// Checks that enough candidates may be chosen.
fn check_candidates(survey: &Survey, ask: &SitingAsk) -> Result<(), NoSiting> {
    let count = match ask.existing {
        Existing::Replace => survey.site_count(),
        Existing::Keep | Existing::Ignore => survey.admitted.candidates.len(),
    };
    let refused = survey.admitted.refused.len();
    let is_relocation = ask.problem == Question::Relocation;
    if count == 0 && !is_relocation {
        let why = survey.admitted.refused.first().map(|r| r.why.clone());
        return Err(NoSiting::field(
            "candidates",
            match why {
                Some(Localized { zh, en }) => both!(
                    "{refused}个候选点位都不能使用，例如：{zh}",
                    "none of the {refused} candidates may be chosen; the first one: {en}"
                ),
                None if survey.admitted.existing > 0 => {
                    let existing = survey.admitted.existing;
                    both!(
                        "没有候选点位：所给的{existing}个点位都是现有设施",
                        "there are no candidates: all {existing} that were given are existing facilities"
                    )
                }
                None => both!(
                    "没有候选点位：所有人都已覆盖，或未覆盖人口附近没有可以设点的位置",
                    "there are no candidates: everybody is covered, or no facility may stand near the uncovered people"
                ),
            },
        ));
    }
    if refused > 0 && ask.k.is_some_and(|k| k > count) {
        let k = ask.k.unwrap_or(0);
        return Err(NoSiting::field(
            "k",
            both!(
                "要选{k}处，但除去{refused}个不能使用的，候选点位只有{count}个",
                "{k} sites are asked for, but only {count} candidates may be chosen; {refused} were refused"
            ),
        ));
    }
    if is_relocation {
        return enough_to_move(ask.moves.unwrap_or(1), survey.existing_sites);
    }
    enough(ask.k, count)
}

/// The error of the job for the reason why a siting has no result.
fn failed(reason: NoSiting) -> JobError {
    match reason {
        NoSiting::Cancelled => JobError::Cancelled,
        NoSiting::Text(text) => JobError::Failed(text),
        NoSiting::Edits(wrong) => match wrong.into_iter().next() {
            Some(wrong) => failed(NoSiting::Field(wrong.field, wrong.problem)),
            None => failed(NoSiting::field(
                "edits",
                both!("改动无法应用", "cannot be applied"),
            )),
        },
        NoSiting::Field(field, Localized { zh, en }) => {
            JobError::Failed(both!("{field}：{zh}。", "{field}: {en}."))
        }
        NoSiting::Network(NoNetwork::NotYet) => JobError::Failed(both!(
            "路网正在生成，请稍后重新发起。",
            "The route network is being built. Start the job again in a moment."
        )),
        NoSiting::Network(NoNetwork::TooLarge) => JobError::Failed(both!(
            "地图过大，无法生成路网。",
            "The map is too large for a route network."
        )),
    }
}

/// Locks even after a panic of another thread, because a panic cannot leave these values inconsistent.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
