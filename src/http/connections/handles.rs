//! The limit of open files of the process, and how many of them connections may use.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The highest limit that is requested. Some systems allow "unlimited".
const MOST: u64 = 1 << 20;

/// Raises the limit of open files as far as the system allows, and returns the limit.
pub fn raise() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(MOST).min(MOST);
    if limit.current.is_some_and(|current| current < hard) {
        let raised = Rlimit {
            current: Some(hard),
            maximum: limit.maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files cannot be raised");
        }
    }
    let now = getrlimit(Resource::Nofile).current.unwrap_or(MOST);
    usize::try_from(now.min(MOST)).unwrap_or(usize::MAX)
}

/// How many connections a limit of open files allows, when some files are kept for the database, the
/// configuration and webhooks.
pub fn for_connections(limit: usize) -> usize {
    let kept = (limit / 4).clamp(40, 256);
    limit.saturating_sub(kept).max(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_for_the_database() {
        assert_eq!(for_connections(64), 24);
        assert_eq!(for_connections(1024), 768);
        assert_eq!(for_connections(524_288), 524_032);
        assert_eq!(for_connections(10), 8);
    }
}
