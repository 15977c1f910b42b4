//! Shared parts of the planning jobs that only read the map: the newest map, the end of a job, and errors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::ask::NoCoverage;
use super::what_if::NoWhatIf;
use crate::live::Live;
use crate::live::jobs::{Context, JobError};
use crate::model::{Localized, both};
use crate::service::routes::{Ground, NoNetwork, Routes};

/// How often a job checks whether the network is built.
const REST: Duration = Duration::from_millis(200);

/// Waits until the network is built and up to date with the newest commit, and returns the map.
pub(super) async fn newest(
    live: &Live,
    routes: &Arc<Routes>,
    context: &Context,
    at: Timestamp,
) -> Result<Ground, JobError> {
    let head = context.store().head().await?.seq;
    while !live.wait_for(head, REST).await {}
    loop {
        let routes = Arc::clone(routes);
        let ground = context.threads().spawn(move || routes.ground(at));
        match ground.await.map_err(broken)? {
            Ok(ground) if ground.network.value.is_of(&ground.snapshot) => return Ok(ground),
            Ok(_) | Err(NoNetwork::NotYet) => tokio::time::sleep(REST).await,
            Err(NoNetwork::TooLarge) => return Err(no_network()),
        }
    }
}

/// When dropped, tells the thread of a job that the job is gone.
pub(super) struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Returns a guard that a job holds while its thread works, and a function that tells the thread whether the job is
/// gone. A cancelled job is dropped, and its guard with it.
pub(super) fn gone() -> (Gone, impl Fn() -> bool + Send + Sync + 'static) {
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    (Gone(gone), move || is_gone.load(Ordering::Relaxed))
}

pub(super) fn broken(error: tokio::task::JoinError) -> JobError {
    JobError::Failed(both!(
        "任务意外中断（{error}），请重新发起。",
        "The job ended unexpectedly ({error}). Start it again."
    ))
}

/// The problem of a field of the request.
pub(super) fn wrong_field(field: &str, problem: Localized) -> JobError {
    let Localized { zh, en } = problem;
    JobError::Failed(both!("{field}：{zh}。", "{field}: {en}."))
}

fn no_network() -> JobError {
    JobError::Failed(both!(
        "地图的路网过大，无法计算。",
        "The map is too large for a route network."
    ))
}

pub(super) fn no_coverage(reason: NoCoverage) -> JobError {
    match reason {
        NoCoverage::Network(_) => no_network(),
        NoCoverage::Field(field, problem) => wrong_field(field, problem),
    }
}

pub(super) fn no_what_if(reason: NoWhatIf) -> JobError {
    match reason {
        NoWhatIf::Network(_) => no_network(),
        NoWhatIf::Edits(wrong) => match wrong.into_iter().next() {
            Some(wrong) => wrong_field(&wrong.field, wrong.problem),
            None => JobError::Failed(both!("改动无法应用。", "The edits cannot be applied.")),
        },
    }
}
