//! `onemap account`: creates, lists and changes accounts and invites. For the operator of the server.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{moment, print, say, validity, with_made_store, with_store};
use crate::model::{Role, RoleSet, account_name};
use crate::store::{
    Account, AccountChange, AccountQuery, Invite, LONGEST_PASSWORD, NewAccount, NewInvite, Opening,
    PasswordHash, Rights, Store,
};

/// How many accounts are read at a time.
const PAGE: u32 = 1_000;

/// Create, list and change accounts and invites.
#[derive(Debug, Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    action: Action,
}

/// The roles of an account, and where they apply.
#[derive(Debug, Args)]
struct RightsArgs {
    /// One or several of rider, unit, grid_worker, officer, planner, steward, admin, separated by commas.
    #[arg(long)]
    roles: RoleSet,
    /// The id of the member unit that the account works for, as in the collection `units`.
    #[arg(long)]
    unit: Option<String>,
    /// The ids of the communities in which the account may act, separated by commas. Without it, the account
    /// may act everywhere.
    #[arg(long, value_delimiter = ',')]
    communities: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create an account.
    Create {
        /// The name. It must be unique and never changes.
        name: String,
        #[command(flatten)]
        rights: RightsArgs,
        /// When the account expires: 2027-01-01, or 2027-01-01T08:00:00+08:00. Without it, never.
        #[arg(long, value_name = "MOMENT", value_parser = moment)]
        expires: Option<Timestamp>,
        /// Set a password, typed at the terminal or read from the first line of standard input.
        #[arg(long)]
        password: bool,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List accounts.
    List {
        /// Only names that contain this text.
        #[arg(long)]
        search: Option<String>,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show an account and its tokens.
    Show {
        /// The name or the id of the account.
        account: String,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Disable an account: its tokens and sessions stop working within two seconds.
    Disable {
        /// The name or the id of the account.
        account: String,
    },
    /// Enable a disabled account.
    Enable {
        /// The name or the id of the account.
        account: String,
    },
    /// Set the password of an account, typed at the terminal or read from the first line of standard input.
    SetPassword {
        /// The name or the id of the account.
        account: String,
    },
    /// Replace the roles, the unit and the communities of an account.
    Roles {
        /// The name or the id of the account.
        account: String,
        #[command(flatten)]
        rights: RightsArgs,
    },
    /// Create, list and revoke invites.
    Invite {
        #[command(subcommand)]
        action: InviteAction,
    },
}

#[derive(Debug, Subcommand)]
enum InviteAction {
    /// Create an invite. Its code is printed once and not stored. The printed path opens the page that accepts
    /// the invite.
    Create {
        #[command(flatten)]
        rights: RightsArgs,
        /// How many accounts the invite can create.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        uses: u32,
        /// When the invite expires. Without it, after 7 days.
        #[arg(long, value_name = "MOMENT", value_parser = moment)]
        expires: Option<Timestamp>,
        /// What the invite is for.
        #[arg(long)]
        note: Option<String>,
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List invites, without their codes.
    List {
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke an invite. Accounts that were created with it stay.
    Revoke {
        /// The id of the invite.
        id: String,
    },
}

pub(super) async fn run(database: &str, args: AccountArgs) -> anyhow::Result<ExitCode> {
    let is_create = matches!(args.action, Action::Create { .. });
    let work = async |store: &Store| act(store, args.action).await;
    if is_create {
        return with_made_store(database, work).await;
    }
    with_store(Store::open_as(database, Opening::Existing).await?, work).await
}

async fn act(store: &Store, action: Action) -> anyhow::Result<ExitCode> {
    match action {
        Action::Create {
            name,
            rights,
            expires,
            password,
            json,
        } => {
            let name = account_name(&name).with_context(|| format!("NAME {name:?}"))?;
            let password = password.then(|| ask_password(&name)).transpose()?;
            let account = store
                .create_account(NewAccount {
                    name,
                    rights: rights.rights()?,
                    expires_at: expires,
                    password,
                    ..NewAccount::default()
                })
                .await?;
            match json {
                true => print(&shown(&account).to_string())?,
                false => print(&account.id)?,
            }
        }
        Action::List { search, json } => list(store, search, json).await?,
        Action::Show { account, json } => show(store, &account, json).await?,
        Action::Disable { account } => set_disabled(store, &account, true).await?,
        Action::Enable { account } => set_disabled(store, &account, false).await?,
        Action::SetPassword { account } => {
            let account = find(store, &account).await?;
            let change = AccountChange {
                password: Some(ask_password(&account.name)?),
                ..AccountChange::default()
            };
            store.change_account(&account.id, &change).await?;
        }
        Action::Roles { account, rights } => {
            let account = find(store, &account).await?;
            let rights = rights.rights()?;
            let change = AccountChange {
                roles: Some(rights.roles),
                unit: Some(rights.unit),
                communities: Some(rights.communities),
                ..AccountChange::default()
            };
            store.change_account(&account.id, &change).await?;
        }
        Action::Invite { action } => invite(store, action).await?,
    }
    Ok(ExitCode::SUCCESS)
}

impl RightsArgs {
    fn rights(self) -> anyhow::Result<Rights> {
        let plain = |text: String| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let unit = self.unit.and_then(plain);
        if self.roles.is_public() {
            bail!(
                "--roles names no role. Expected at least one of rider, unit, grid_worker, officer, planner, steward, admin."
            );
        }
        if self.roles.contains(Role::Unit) && unit.is_none() {
            bail!("--roles unit needs --unit ID, the member unit that the account works for.");
        }
        Ok(Rights {
            roles: self.roles,
            unit,
            communities: self.communities.into_iter().filter_map(plain).collect(),
        })
    }
}

async fn list(store: &Store, search: Option<String>, json: bool) -> anyhow::Result<()> {
    let mut query = AccountQuery {
        search,
        after: String::new(),
        limit: PAGE,
    };
    let mut all = Vec::new();
    loop {
        let page = store.accounts(&query).await?;
        let is_last = page.len() < PAGE as usize;
        if let Some(last) = page.last() {
            query.after.clone_from(&last.name);
        }
        if json {
            all.extend(page.iter().map(shown));
        } else {
            for account in &page {
                print(&in_words(account))?;
            }
        }
        if is_last {
            break;
        }
    }
    if json {
        print(&Value::Array(all).to_string())?;
    }
    Ok(())
}

async fn show(store: &Store, account: &str, json: bool) -> anyhow::Result<()> {
    let account = find(store, account).await?;
    let tokens = store.tokens_of(&account.id).await?;
    if json {
        let mut answer = shown(&account);
        answer["tokens"] = serde_json::to_value(&tokens)?;
        return Ok(print(&answer.to_string())?);
    }
    print(&in_words(&account))?;
    for token in tokens {
        let state = validity(token.revoked_at, token.expires_at, Timestamp::now());
        print(&format!("  token {}  {}  {state}", token.id, token.label))?;
    }
    Ok(())
}

async fn set_disabled(store: &Store, account: &str, disabled: bool) -> anyhow::Result<()> {
    let account = find(store, account).await?;
    let change = AccountChange {
        disabled: Some(disabled),
        ..AccountChange::default()
    };
    store.change_account(&account.id, &change).await?;
    Ok(())
}

async fn invite(store: &Store, action: InviteAction) -> anyhow::Result<()> {
    match action {
        InviteAction::Create {
            rights,
            uses,
            expires,
            note,
            json,
        } => {
            let week = SignedDuration::from_hours(7 * 24);
            let (invite, code) = store
                .create_invite(NewInvite {
                    rights: rights.rights()?,
                    note,
                    uses,
                    expires_at: expires.unwrap_or_else(|| Timestamp::now() + week),
                    created_by: None,
                })
                .await?;
            let path = format!("/sign-in#invite={}", code.reveal());
            if json {
                let mut answer = invite_shown(&invite);
                answer["code"] = code.reveal().into();
                answer["path"] = path.into();
                print(&answer.to_string())?;
            } else {
                print(code.reveal())?;
                print(&path)?;
            }
        }
        InviteAction::List { json } => {
            let invites = store.invites(None).await?;
            if json {
                let list: Vec<Value> = invites.iter().map(invite_shown).collect();
                print(&Value::Array(list).to_string())?;
            } else {
                for invite in invites {
                    let expires = Some(invite.expires_at);
                    let state = validity(invite.revoked_at, expires, Timestamp::now());
                    print(&format!(
                        "{}  {}  {} of {} used  {state}",
                        invite.id, invite.rights.roles, invite.used, invite.uses
                    ))?;
                }
            }
        }
        InviteAction::Revoke { id } => {
            if !store.revoke_invite(&id, None).await? {
                bail!("There is no invite {id:?}. `onemap account invite list` shows all invites.");
            }
        }
    }
    Ok(())
}

/// Finds an account by name or id.
pub(super) async fn find(store: &Store, text: &str) -> anyhow::Result<Account> {
    if let Some(account) = store.account_named(text).await? {
        return Ok(account);
    }
    match store.account(text).await? {
        Some(account) => Ok(account),
        None => bail!("There is no account {text:?}. `onemap account list` shows all accounts."),
    }
}

/// Reads a new password: typed twice at a terminal without showing it, or the first line of standard input.
fn ask_password(name: &str) -> anyhow::Result<PasswordHash> {
    let password = if std::io::stdin().is_terminal() {
        let terminal = console::Term::stderr();
        let ask = |what: &str| -> anyhow::Result<String> {
            say(&format!("{what} of {name}:"));
            Ok(terminal.read_secure_line()?)
        };
        let first = ask("Password")?;
        if ask("Repeat the password")? != first {
            bail!("The two passwords differ. Nothing was changed.");
        }
        first
    } else {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("cannot read the password from standard input")?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    };
    if password.len() > LONGEST_PASSWORD {
        bail!("The password has more than {LONGEST_PASSWORD} bytes. Choose a shorter one.");
    }
    PasswordHash::check(&password, name)?;
    Ok(PasswordHash::new(&password)?)
}

fn in_words(account: &Account) -> String {
    let state = match (account.disabled_at, account.expires_at) {
        (Some(at), _) => format!("disabled {at}"),
        (None, Some(at)) if at < Timestamp::now() => format!("expired {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "valid".to_owned(),
    };
    let rights = &account.rights;
    let mut text = format!(
        "{}  {}  {}  {state}",
        account.id, rights.roles, account.name
    );
    if let Some(unit) = &rights.unit {
        text.push_str(&format!("  unit {unit}"));
    }
    if !rights.communities.is_empty() {
        text.push_str(&format!("  communities {}", rights.communities.join(",")));
    }
    if account.has_password {
        text.push_str("  password");
    }
    text
}

fn shown(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "roles": account.rights.roles,
        "unit": account.rights.unit,
        "communities": account.rights.communities,
        "has_password": account.has_password,
        "created_at": account.created_at.to_string(),
        "created_by": account.created_by,
        "invite": account.invite,
        "expires_at": account.expires_at.map(|t| t.to_string()),
        "disabled_at": account.disabled_at.map(|t| t.to_string()),
    })
}

fn invite_shown(invite: &Invite) -> Value {
    json!({
        "id": invite.id,
        "roles": invite.rights.roles,
        "unit": invite.rights.unit,
        "communities": invite.rights.communities,
        "note": invite.note,
        "uses": invite.uses,
        "used": invite.used,
        "created_at": invite.created_at.to_string(),
        "created_by": invite.created_by,
        "expires_at": invite.expires_at.to_string(),
        "revoked_at": invite.revoked_at.map(|t| t.to_string()),
    })
}
