//! Where facilities should stand: a job that reads the people, the candidates and the walking network from the map,
//! states the siting problem and solves it.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request, and the checks that do not need the map |
//! | `candidates` | the candidates that a request names, and the check whether one may be chosen |
//! | `placing` | checks positions against the rules of placement |
//! | `generate` | generates candidates near uncovered people |
//! | `survey` | the people, facilities, candidates and network that are read from the map |
//! | `admission` | collects the candidates that may be chosen |
//! | `preview` | checks a request against the map before a job is created |
//! | `watch` | progress, cancellation and errors |
//! | `walks` | the walks from every door to every site |
//! | `statement` | states the problem for the solver |
//! | `figures` | what a plan achieves on the map |
//! | `frame` | what the result needs besides the plans |
//! | `result` | the result of a job |
//! | `solving` | finds the best plan, the next best plans, the curve and the robustness |
//! | `job` | the job: its stages, its checkpoint, its cancellation |

mod admission;
mod ask;
mod candidates;
mod figures;
mod frame;
mod generate;
mod job;
mod placing;
mod preview;
mod result;
mod solving;
mod statement;
mod survey;
mod walks;
mod watch;

pub use ask::{
    AreasAsk, CandidatesAsk, CommunityShare, Existing, GENERATED_M, LayerAsk, PointAsk, Question,
    SitingAsk,
};
pub use candidates::MOST_CANDIDATES;
pub use job::{SITING, kinds};
pub use preview::preview;
pub use result::SitingResult;
pub use watch::NoSiting;
