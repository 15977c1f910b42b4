//! Admits requests: counts each request against the limits of its account or address, and stores an [`Admitted`] in the
//! extensions of the request.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;

use super::App;
use super::auth::Caller;
use super::budget::{Admitted, Budget};
use super::connections::{Connection, Settings};
use super::in_flight::{InFlight, Place};
use super::limit::Limiter;
use super::origin::{ClientAddress, Origin};
use super::problem::Problem;

/// The limits on what one client may do, and their counters.
#[derive(Debug)]
pub struct Limits {
    /// Reports of clients without an account.
    pub reports: Limiter,
    /// Ratings of projects.
    pub ratings: Limiter,
    /// Photos that clients without an account upload.
    pub photos: Limiter,
    /// Requests for door codes, by account.
    pub codes: Limiter<String>,
    /// Answers to the question whether a gate let somebody in, by network address.
    pub passages: Limiter,
    /// Answers to the question whether one gate let somebody in, by the id of the gate and the network address.
    pub passages_of_gate: Limiter<(String, IpAddr)>,
    /// Requests with a token that is not valid.
    pub wrong_tokens: Limiter,
    /// Requests with the cookie of an ended or unknown session. Browsers keep sending such cookies, so this
    /// limit is higher.
    pub wrong_sessions: Limiter,
    /// Sign-ins that failed.
    pub wrong_sign_ins: Limiter,
    /// Failed sign-ins that are written to the audit, for all addresses together.
    pub audited_failures: Limiter,
    /// The requests in progress.
    pub in_flight: Arc<InFlight>,
    /// The memory for request bodies.
    pub bodies: Arc<Budget>,
    /// The memory for answers that clients have not read yet.
    pub answers: Arc<Budget>,
}

impl Limits {
    /// The limits with the values from the settings. Nothing is counted yet.
    pub fn new(settings: &Settings) -> Self {
        Self {
            reports: Limiter::default(),
            ratings: Limiter::default(),
            photos: Limiter::default(),
            codes: Limiter::default(),
            passages: Limiter::default(),
            passages_of_gate: Limiter::default(),
            wrong_tokens: Limiter::default(),
            wrong_sessions: Limiter::default(),
            wrong_sign_ins: Limiter::default(),
            audited_failures: Limiter::default(),
            in_flight: InFlight::new(settings),
            bodies: Budget::new(settings.bodies),
            answers: Budget::new(settings.answers),
        }
    }
}

impl App {
    /// Admits a request and stores an [`Admitted`] in its extensions. The request counts against the account if its
    /// credential is cached, otherwise against its network address. If the limit of the address is reached, the
    /// credential is looked up in the store, and a request with a valid one counts against its account.
    ///
    /// # Errors
    /// The errors of [`InFlight::enter`].
    pub async fn admit(
        &self,
        parts: &mut Parts,
        connection: &Arc<Connection>,
    ) -> Result<Place, Problem> {
        let places = &self.limits.in_flight;
        let (origin, place) = match self.principals.known(&parts.headers) {
            Some(principal) => {
                let origin = Origin::Account(principal.account);
                (origin.clone(), places.enter(origin)?)
            }
            None => {
                let address = ClientAddress::of(&parts.headers, &parts.extensions, self);
                let address = Origin::Address(address.unwrap_or_default().0);
                match places.enter(address.clone()) {
                    Ok(place) => (address, place),
                    Err(refusal) => {
                        // Boxed because this branch is rare: otherwise every request would carry its large future.
                        let caller = Box::pin(Caller::from_request_parts(parts, self)).await;
                        let Some(principal) = caller.ok().and_then(|c| c.principal) else {
                            return Err(refusal);
                        };
                        let origin = Origin::Account(principal.account);
                        (origin.clone(), places.enter(origin)?)
                    }
                }
            }
        };
        parts.extensions.insert(Admitted {
            origin,
            bodies: Arc::clone(&self.limits.bodies),
            answers: Arc::clone(&self.limits.answers),
            connection: Arc::clone(connection),
        });
        Ok(place)
    }
}
