//! The job that finds which access rules of gates and lanes to change.

use std::sync::Arc;

use super::ask::{AccessAnswer, AccessAsk, NoAccess, Watch};
use super::search::access_changes;
use crate::live::Live;
use crate::live::jobs::{Context, Job, JobError, Progress};
use crate::service::planning::{Planning, jobs};
use crate::service::routes::Routes;

/// The kind of the job.
pub const KIND: &str = "access";

/// Finds which access rules to change.
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
}

impl Job for AccessJob {
    const KIND: &'static str = KIND;
    // It only reads the map, so an interrupted one runs again from the beginning.
    const RESUMES: bool = true;
    type Arguments = AccessAsk;
    type Output = AccessAnswer;

    async fn run(&self, context: Context, ask: AccessAsk) -> Result<AccessAnswer, JobError> {
        let ground = jobs::newest(&self.live, &self.routes, &context, ask.at).await?;
        context.reads(ground.snapshot.seq()).await?;
        let (gone, is_gone) = jobs::gone();
        let (planning, told) = (Arc::clone(&self.planning), context.clone());
        let work = context.threads().spawn(move || {
            let watch = Watch {
                is_cancelled: &is_gone,
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
        let answer = work.await.map_err(jobs::broken)?;
        drop(gone);
        answer.map_err(failed)
    }
}

fn failed(reason: NoAccess) -> JobError {
    match reason {
        NoAccess::Cancelled => JobError::Cancelled,
        NoAccess::Field(name, problem) => jobs::wrong_field(name, problem),
        NoAccess::WhatIf(reason) => jobs::no_what_if(reason),
        NoAccess::Coverage(reason) => jobs::no_coverage(reason),
    }
}
