//! Hashes passwords on blocking threads, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::problem::Problem;
use crate::model::{InChinese as _, both};
use crate::store::{PasswordHash, PasswordOwner};

/// How many passwords are hashed at once. Each takes 19 MiB, and a core for tens of milliseconds.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Limits how many passwords are hashed at once.
#[derive(Debug)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// Hashes a new password of the account `name`.
    ///
    /// # Errors
    /// 422 if the password is too short, too long, or equal to the name; 503 if too many passwords are being
    /// hashed.
    pub async fn hash(&self, password: String, name: &str) -> Result<PasswordHash, Problem> {
        PasswordHash::check(&password, name)
            .map_err(|e| Problem::wrong_field("password", e.localized()))?;
        self.work(move || PasswordHash::new(&password))
            .await?
            .map_err(|e| Problem::internal(&e))
    }

    /// Whether a password is that of the account. Takes the same time if there is no such account.
    pub async fn verify(
        &self,
        owner: Option<&PasswordOwner>,
        password: String,
    ) -> Result<bool, Problem> {
        let kept = owner.and_then(|o| o.password.clone());
        self.work(move || PasswordHash::verify(kept.as_ref(), &password))
            .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = Arc::clone(&self.0).acquire_owned();
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, turn).await else {
            return Err(Problem::unavailable(both!(
                "同时登录的人过多，请稍后再试。",
                "Too many people are signing in at once. Try again in a moment."
            )));
        };
        tokio::task::spawn_blocking(move || {
            // The permit is held until the work ends, even if the client has disconnected.
            let _permit = permit;
            work()
        })
        .await
        .map_err(|e| Problem::internal(&e))
    }
}
