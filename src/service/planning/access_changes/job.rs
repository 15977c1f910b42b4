//! The job that finds which rules to change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::ask::{AccessAnswer, AccessAsk, NoAccess, Watch};
use super::search::access_changes;
use crate::live::Live;
use crate::live::jobs::{Context, Job, JobError, Progress};
use crate::model::{Localized, both};
use crate::service::planning::{NoCoverage, NoWhatIf, Planning};
use crate::service::routes::{Ground, NoNetwork, Routes};

/// The kind of the job.
pub const KIND: &str = "access";

/// How often the job looks whether the network is built.
const REST: Duration = Duration::from_millis(200);

/// Finds which rules to change.
#[derive(Debug)]
pub struct AccessJob {
    live: Live,
    routes: Arc<Routes>,
    planning: Arc<Planning>,
}

impl AccessJob {
    /// Creates the job for a map.
    pub fn new(live: &Live) -> Self {
        Self {
            live: live.clone(),
            routes: Arc::new(Routes::new(live.clone())),
            planning: Arc::default(),
        }
    }

    /// Waits until the network is built and up to date with the newest commit.
    async fn ground(&self, context: &Context, ask: &AccessAsk) -> Result<Ground, JobError> {
        let head = context.store().head().await?.seq;
        while !self.live.wait_for(head, REST).await {}
        loop {
            let (routes, at) = (Arc::clone(&self.routes), ask.at);
            let ground = context.threads().spawn(move || routes.ground(at));
            match ground.await.map_err(broken)? {
                Ok(ground) if ground.network.value.is_of(&ground.snapshot) => return Ok(ground),
                Ok(_) | Err(NoNetwork::NotYet) => tokio::time::sleep(REST).await,
                Err(NoNetwork::TooLarge) => {
                    return Err(failed(NoAccess::WhatIf(NoWhatIf::Network(
                        NoNetwork::TooLarge,
                    ))));
                }
            }
        }
    }
}

impl Job for AccessJob {
    const KIND: &'static str = KIND;
    // It only reads the map, so an interrupted one runs again from the beginning.
    const RESUMES: bool = true;
    type Arguments = AccessAsk;
    type Output = AccessAnswer;

    async fn run(&self, context: Context, ask: AccessAsk) -> Result<AccessAnswer, JobError> {
        let ground = self.ground(&context, &ask).await?;
        context.reads(ground.snapshot.seq()).await?;
        // A cancelled job is dropped here; its thread then stops at its next step.
        let gone = Gone(Arc::new(AtomicBool::new(false)));
        let is_gone = Arc::clone(&gone.0);
        let (planning, told) = (Arc::clone(&self.planning), context.clone());
        let work = context.threads().spawn(move || {
            let watch = Watch {
                is_cancelled: &|| is_gone.load(Ordering::Relaxed),
                report: &|stage, share, done| {
                    told.report(&Progress {
                        stage: stage.to_owned(),
                        share,
                        done,
                        search: None,
                    });
                },
            };
            access_changes(&planning, &ground, &ask, watch)
        });
        let answer = work.await.map_err(broken)?;
        drop(gone);
        answer.map_err(failed)
    }
}

/// Tells the thread of a job that the job is gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn broken(error: tokio::task::JoinError) -> JobError {
    JobError::Failed(both!(
        "任务意外中断（{error}），请重新发起。",
        "The job broke off ({error}). Start it again."
    ))
}

fn failed(reason: NoAccess) -> JobError {
    let field = |field: &str, problem: Localized| {
        let Localized { zh, en } = problem;
        both!("{field}：{zh}。", "{field}: {en}.")
    };
    JobError::Failed(match reason {
        NoAccess::Cancelled => return JobError::Cancelled,
        NoAccess::Field(name, problem) | NoAccess::Coverage(NoCoverage::Field(name, problem)) => {
            field(name, problem)
        }
        NoAccess::WhatIf(NoWhatIf::Edits(wrong)) => match wrong.into_iter().next() {
            Some(wrong) => field(&wrong.field, wrong.problem),
            None => both!("改动无法应用。", "The edits cannot be applied."),
        },
        NoAccess::WhatIf(NoWhatIf::Network(_)) | NoAccess::Coverage(NoCoverage::Network(_)) => {
            both!(
                "地图的路网过大，无法计算。",
                "The map has more ways than a network supports."
            )
        }
    })
}
