//! The write path over real stores.
