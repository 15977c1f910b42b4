//! The limits of a search.

/// The limits of a search.
#[derive(Clone, Copy)]
pub struct Limit<'a> {
    /// The maximum number of labels that are settled.
    pub labels: u32,
    /// Called regularly; returns whether the search must stop.
    pub is_cancelled: &'a dyn Fn() -> bool,
}

impl Limit<'_> {
    /// No limit, for tests and small networks.
    pub const NONE: Limit<'static> = Limit {
        labels: u32::MAX,
        is_cancelled: &|| false,
    };
}

impl std::fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit")
            .field("labels", &self.labels)
            .finish()
    }
}
