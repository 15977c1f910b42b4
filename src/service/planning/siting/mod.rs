//! Where facilities should stand: a job that puts the people of the map, the candidates and the walking network together
//! and solves the problem.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request, and what is wrong with it whatever the map is |
//! | `candidates` | the candidates that a request names, and whether they may be chosen |
//! | `placing` | the rules of placement on the map |
//! | `generate` | candidates where the standard leaves people out |
//! | `survey` | what is read from the map |
//! | `admission` | which candidates may be chosen |
//! | `preview` | what is wrong with a request before there is a job |
//! | `watch` | progress, cancellation and reasons for no siting |
//! | `walks` | the walks from every door to every site |
//! | `statement` | the problem as the solver takes it |
//! | `figures` | what a plan achieves on the map |
//! | `frame` | what an answer needs beside the plans |
//! | `result` | the result of a job |
//! | `solving` | the solver, the next best plans, the curve and the robustness |
//! | `job` | the job: its stages, its checkpoint, how it is stopped |

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
