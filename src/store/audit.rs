//! The audit: who wrote, who read protected data, who signed in. Triggers in the database refuse to
//! change or delete rows; only [`Store::sweep_audit`] can delete them.
//!
//! The audit row of a write is inserted in the same transaction as the commit, so a commit of a
//! known caller always has its row. The caller is not passed through every function: [`during`]
//! keeps it in a task-local value while a request is served.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::Serialize;
use strum::VariantNames as _;

use super::{Principal, Store, StoreError};
use crate::model::{CollectionId, Edit, FeatureId};

/// The kind of event that an audit row records.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuditKind {
    /// A commit was written.
    Write,
    /// A door code or a contact was shown to somebody.
    Look,
    /// Somebody signed in.
    SignIn,
    /// Somebody tried to sign in and failed.
    SignInFailed,
    /// An account, a token or an invite was created or changed.
    Account,
    /// Personal data was erased.
    Erase,
}

impl AuditKind {
    /// The name of the kind in the database and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The names of all kinds, for error texts.
    pub fn names() -> String {
        Self::VARIANTS.join(", ")
    }
}

/// The maximum length of a text in a row, in bytes. Paths and names come from callers, so they are
/// cut.
const LONGEST: usize = 1_000;

/// The content of an audit row. It never contains a secret: no token, password, door code or
/// contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The kind of event.
    pub kind: AuditKind,
    /// The account's id.
    pub account_id: Option<String>,
    /// The account's name at that moment.
    pub account: Option<String>,
    /// The method of the request; `SQL` for plain SQL, `CLI` for the command line.
    pub method: Option<String>,
    /// The path of the request, or the command.
    pub path: Option<String>,
    /// The collection of the feature that was written or shown.
    pub collection: Option<String>,
    /// The id of the feature that was written or shown.
    pub feature: Option<String>,
    /// The network address of the caller; `None` for commits and on the command line.
    pub address: Option<String>,
    /// Further details in English, for example what was changed.
    pub detail: Option<String>,
}

impl AuditEntry {
    /// An entry of a kind. All other fields are `None`.
    pub fn new(kind: AuditKind) -> Self {
        Self {
            kind,
            account_id: None,
            account: None,
            method: None,
            path: None,
            collection: None,
            feature: None,
            address: None,
            detail: None,
        }
    }

    /// Sets the account: its id, if it has one, and its name.
    pub fn by(mut self, account_id: Option<&str>, account: &str) -> Self {
        self.account_id = account_id.map(cut);
        self.account = Some(cut(account));
        self
    }

    /// Sets the method and the path of the request, or the command.
    pub fn through(mut self, method: &str, path: &str) -> Self {
        self.method = Some(cut(method));
        self.path = Some(cut(path));
        self
    }

    /// Sets the feature.
    pub fn on(mut self, collection: &str, feature: &str) -> Self {
        self.collection = Some(cut(collection));
        self.feature = Some(cut(feature));
        self
    }

    /// Sets the network address.
    pub fn from_address(mut self, address: impl ToString) -> Self {
        self.address = Some(cut(&address.to_string()));
        self
    }

    /// Sets the details.
    pub fn saying(mut self, detail: &str) -> Self {
        self.detail = Some(cut(detail));
        self
    }

    /// Sets account, address, method and path from the request that this task serves, if there is
    /// one.
    pub fn of_this_request(self) -> Self {
        match current() {
            None => self,
            Some((request, who)) => {
                let mut entry = self.through(&request.method, &request.path);
                if let Some(address) = request.address {
                    entry = entry.from_address(address);
                }
                match who {
                    Some(who) => entry.by(who.account_id.as_deref(), &who.account),
                    None => entry,
                }
            }
        }
    }
}

/// Cuts a text to the maximum length and removes NUL characters, which PostgreSQL cannot store.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST.min(text.len()));
    text[..end].replace('\0', "")
}

/// An audit row as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The row's number; numbers grow with time.
    pub id: i64,
    /// When the row was written.
    pub at: Timestamp,
    /// The number of the commit that a write made.
    pub seq: Option<u64>,
    /// The content of the row.
    pub entry: AuditEntry,
}

/// Selects audit rows; the oldest come first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only rows written at or after this moment.
    pub from: Option<Timestamp>,
    /// Only rows written before this moment.
    pub to: Option<Timestamp>,
    /// Only rows of this account, given by id or name.
    pub account: Option<String>,
    /// Only rows of this kind.
    pub kind: Option<AuditKind>,
    /// Only rows with a higher number than this.
    pub after: i64,
    /// The maximum number of rows.
    pub limit: u32,
}

/// Writes rows as CSV with a header line, for spreadsheets.
///
/// # Errors
/// Does not fail in practice, because it writes into memory.
pub fn csv(rows: &[AuditRow]) -> Result<Vec<u8>, csv::Error> {
    // Without a byte order mark, Excel assumes the encoding of its system instead of UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record([
        "id",
        "at",
        "kind",
        "account_id",
        "account",
        "method",
        "path",
        "collection",
        "feature",
        "seq",
        "address",
        "detail",
    ])?;
    for row in rows {
        let e = &row.entry;
        let cell = |text: &Option<String>| text.as_deref().map(no_formula).unwrap_or_default();
        writer.write_record([
            row.id.to_string(),
            row.at.to_string(),
            e.kind.as_str().to_owned(),
            cell(&e.account_id),
            cell(&e.account),
            cell(&e.method),
            cell(&e.path),
            cell(&e.collection),
            cell(&e.feature),
            row.seq.map(|s| s.to_string()).unwrap_or_default(),
            cell(&e.address),
            cell(&e.detail),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))
}

/// Prefixes a text that begins like a formula with an apostrophe: names come from callers, and a
/// spreadsheet would run the formula.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The account that makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account's id.
    pub account_id: Option<String>,
    /// The account's name.
    pub account: String,
}

#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    /// The network address of the caller.
    address: Option<IpAddr>,
    /// Set when the credential has been checked.
    who: OnceLock<Who>,
}

tokio::task_local! {
    static REQUEST: Arc<Request>;
}

/// Runs the handler of a request. Commits that it makes are audited once [`known`] has set the
/// caller.
pub async fn during<T>(
    method: &str,
    path: &str,
    address: Option<IpAddr>,
    work: impl Future<Output = T>,
) -> T {
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        address,
        who: OnceLock::new(),
    };
    REQUEST.scope(Arc::new(request), work).await
}

/// Runs a command of the command line. Commits that it makes are audited.
pub async fn during_command<T>(command: &str, work: impl Future<Output = T>) -> T {
    let who = Who {
        account_id: None,
        account: "(command line)".to_owned(),
    };
    let request = Request {
        method: "CLI".to_owned(),
        path: format!("onemap {command}"),
        address: None,
        who: OnceLock::from(who),
    };
    REQUEST.scope(Arc::new(request), work).await
}

/// Sets the caller of the request that this task serves. Does nothing outside of [`during`].
pub fn known(who: impl FnOnce() -> Who) {
    // A request has one caller: the first one set stays.
    let _ = REQUEST.try_with(|request| request.who.get_or_init(who).account.len());
}

fn current() -> Option<(Arc<Request>, Option<Who>)> {
    REQUEST
        .try_with(|request| (Arc::clone(request), request.who.get().cloned()))
        .ok()
}

/// The audit row of a write of one or several edits; `None` if the caller is not known.
pub(super) fn of_write<'a>(edits: impl Iterator<Item = &'a Edit>) -> Option<AuditEntry> {
    let mut features = edits
        .flat_map(|edit| &edit.changes)
        .map(|change| (&change.collection, &change.id));
    let first = features.next();
    let more = features.count();
    let features: Vec<_> = first.into_iter().collect();
    of_features(&features, features.len() + more)
}

/// The audit row of a write of `count` features. The row names the first of them; `None` if the caller is
/// not known.
pub(super) fn of_features(
    first: &[(&CollectionId, &FeatureId)],
    count: usize,
) -> Option<AuditEntry> {
    let (request, who) = current()?;
    let who = who?;
    let mut entry = AuditEntry::new(AuditKind::Write)
        .by(who.account_id.as_deref(), &who.account)
        .through(&request.method, &request.path);
    if let [(collection, id), ..] = first {
        entry = entry.on(collection.as_str(), id.as_str());
    }
    if count > 1 {
        entry = entry.saying(&format!("{count} features"));
    }
    Some(entry)
}

/// The audit row of a change of an account, a token or an invite, described in `words`.
pub(super) fn of_account(words: &str) -> AuditEntry {
    AuditEntry::new(AuditKind::Account)
        .of_this_request()
        .saying(words)
}

/// The audit row of a new session.
pub(super) fn of_sign_in(principal: &Principal) -> AuditEntry {
    AuditEntry::new(AuditKind::SignIn)
        .of_this_request()
        .by(Some(&principal.account_id), &principal.account)
}

impl Store {
    /// Adds a row to the audit. The row is durable when this returns.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        either!(self, s => s.audit(&entry).await)
    }

    /// Lists audit rows, the oldest first.
    pub async fn audit_rows(&self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        either!(self, s => s.audit_rows(query).await)
    }

    /// Removes at most `most` rows older than a moment and returns how many were removed.
    pub async fn sweep_audit(&self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_audit(before, most).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_caller_is_truncated_and_cannot_be_a_formula() {
        let long = "网".repeat(1_000);
        let entry = AuditEntry::new(AuditKind::SignInFailed).by(None, &long);
        assert_eq!(entry.account, Some("网".repeat(333)));
        let row = AuditRow {
            id: 1,
            at: Timestamp::UNIX_EPOCH,
            seq: Some(7),
            entry: AuditEntry::new(AuditKind::Account).by(None, "=1+1"),
        };
        let sheet = String::from_utf8(csv(&[row]).unwrap()).unwrap();
        assert!(sheet.starts_with('\u{feff}'), "{sheet}");
        let last = "1,1970-01-01T00:00:00Z,account,,'=1+1,,,,,7,,";
        assert_eq!(sheet.lines().nth(1), Some(last));
    }
}
