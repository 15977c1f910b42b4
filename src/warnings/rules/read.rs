//! Helpers for reading the tables of `rules.toml`.

use crate::codec::config::{Item, Table};
use crate::model::Localized;

/// Reads all items; `None` if one of them is invalid. It does not stop at the first invalid one, so that every
/// mistake is reported.
pub(super) fn all<T>(
    items: Vec<Item<'_>>,
    read: impl FnMut(&Item<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let read: Vec<Option<T>> = items.iter().map(read).collect();
    read.into_iter().collect()
}

/// Reads an optional item. The outer `None` means that it is present and invalid.
pub(super) fn optional<T>(
    table: &Table<'_>,
    key: &'static str,
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match table.get(key) {
        None => Some(None),
        Some(item) => read(&item).map(Some),
    }
}

/// The names of something in both languages.
pub(super) fn name(table: &Table<'_>) -> Option<Localized> {
    let text = |key, what| table.need(key, what).and_then(|i| i.text(what));
    let zh = text("zh", "the Chinese name");
    let en = text("en", "the English name");
    Some(Localized::new(zh?, en?))
}
