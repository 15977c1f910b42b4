//! The audit: who wrote what, who looked at what is protected, who signed in. Rows are added and never
//! changed; the database's triggers refuse it.
//!
//! A write is audited in the transaction that makes its commit, so there is no commit of a known
//! caller without its row. The caller is not an argument of every function on the way: [`during`] keeps
//! it beside the task that serves the request.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::Serialize;
use strum::VariantNames as _;

use super::{Principal, Store, StoreError};
use crate::model::{CollectionId, Edit, FeatureId};

/// What a row of the audit is about.
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
    /// Something was written.
    Write,
    /// A door code or a contact was shown.
    Look,
    /// Somebody signed in.
    SignIn,
    /// Somebody failed to sign in.
    SignInFailed,
    /// An account, a token or an invite was made or changed.
    Account,
    /// Personal data was erased.
    Erase,
}

impl AuditKind {
    /// The name as it stands in the database and in answers.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// All names, for error texts.
    pub fn names() -> String {
        Self::VARIANTS.join(", ")
    }
}

/// The longest text of a row, in bytes: a path and a name come from outside.
const LONGEST: usize = 1_000;

/// What is written down. Never a secret: no token, password, code or contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// What it is about.
    pub kind: AuditKind,
    /// The account's id.
    pub account_id: Option<String>,
    /// The account's name at that moment.
    pub account: Option<String>,
    /// The method of the request; `SQL` for plain SQL, `CLI` for the command line.
    pub method: Option<String>,
    /// The path of the request, or the command.
    pub path: Option<String>,
    /// The collection of the feature.
    pub collection: Option<String>,
    /// The feature's id.
    pub feature: Option<String>,
    /// The network address that a sign-in came from.
    pub address: Option<String>,
    /// What else is to be said.
    pub detail: Option<String>,
}

impl AuditEntry {
    /// An entry without anything but its kind.
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

    /// Says who: the account's id, where it has one, and its name.
    pub fn by(mut self, account_id: Option<&str>, account: &str) -> Self {
        self.account_id = account_id.map(cut);
        self.account = Some(cut(account));
        self
    }

    /// Says which request or command.
    pub fn through(mut self, method: &str, path: &str) -> Self {
        self.method = Some(cut(method));
        self.path = Some(cut(path));
        self
    }

    /// Says which feature.
    pub fn on(mut self, collection: &str, feature: &str) -> Self {
        self.collection = Some(cut(collection));
        self.feature = Some(cut(feature));
        self
    }

    /// Says from where.
    pub fn from_address(mut self, address: impl ToString) -> Self {
        self.address = Some(cut(&address.to_string()));
        self
    }

    /// Says more.
    pub fn saying(mut self, detail: &str) -> Self {
        self.detail = Some(cut(detail));
        self
    }

    /// Takes who, from where and which request from the request that this task serves, where it serves one.
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

/// A text within the bounds of a row; PostgreSQL keeps no NUL.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST.min(text.len()));
    text[..end].replace('\0', "")
}

/// A row of the audit as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number; later rows have higher numbers.
    pub id: i64,
    /// When it was written.
    pub at: Timestamp,
    /// The commit that a write made.
    pub seq: Option<u64>,
    /// What it says.
    pub entry: AuditEntry,
}

/// Which rows are asked for, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Of this account: its id or its name.
    pub account: Option<String>,
    /// Of this kind.
    pub kind: Option<AuditKind>,
    /// After the row with this number.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

/// Rows as CSV with a header, for spreadsheets.
///
/// # Errors
/// None that is known: it is written into memory.
pub fn csv(rows: &[AuditRow]) -> Result<Vec<u8>, csv::Error> {
    // Excel takes a file without this mark for one in the encoding of its system.
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

/// A spreadsheet runs what begins like a formula, and a name comes from outside.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The account that stands behind a request.
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
    /// Where it comes from.
    address: Option<IpAddr>,
    /// Known once the credential is checked.
    who: OnceLock<Who>,
}

tokio::task_local! {
    static REQUEST: Arc<Request>;
}

/// Runs what serves a request. Commits that it makes are audited from the moment that [`known`] says
/// who the caller is.
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

/// Says who the caller of the request is that this task serves. Outside of [`during`] nothing happens.
pub fn known(who: impl FnOnce() -> Who) {
    // Whoever is known first stays: a request has one caller.
    let _ = REQUEST.try_with(|request| request.who.get_or_init(who).account.len());
}

fn current() -> Option<(Arc<Request>, Option<Who>)> {
    REQUEST
        .try_with(|request| (Arc::clone(request), request.who.get().cloned()))
        .ok()
}

/// The row of a write that this task makes for a known caller: of one edit, or of several.
pub(super) fn of_write<'a>(edits: impl Iterator<Item = &'a Edit>) -> Option<AuditEntry> {
    let mut features = edits
        .flat_map(|edit| &edit.changes)
        .map(|change| (&change.collection, &change.id));
    let first = features.next();
    let more = features.count();
    let features: Vec<_> = first.into_iter().collect();
    of_features(&features, features.len() + more)
}

/// The row of a write of `count` features.
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

/// The row of a change of an account, a token or an invite, in words.
pub(super) fn of_account(words: &str) -> AuditEntry {
    AuditEntry::new(AuditKind::Account)
        .of_this_request()
        .saying(words)
}

/// The row of a session that begins.
pub(super) fn of_sign_in(principal: &Principal) -> AuditEntry {
    AuditEntry::new(AuditKind::SignIn)
        .of_this_request()
        .by(Some(&principal.account_id), &principal.account)
}

impl Store {
    /// Adds a row to the audit. It is durable when this returns.
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        either!(self, s => s.audit(&entry).await)
    }

    /// Rows of the audit, the oldest first.
    pub async fn audit_rows(&self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        either!(self, s => s.audit_rows(query).await)
    }

    /// Removes at most `most` rows older than a moment; says how many.
    pub async fn sweep_audit(&self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_audit(before, most).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_is_cut_and_is_no_formula() {
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
