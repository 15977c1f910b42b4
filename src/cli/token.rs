//! `onemap token`: creates, lists and revokes the tokens with which accounts sign in. For the operator of the
//! server.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{account, moment, print, say, validity, with_made_store, with_store};
use crate::model::{Role, account_name};
use crate::store::{NewAccountToken, NewToken, Opening, Store};

/// Create, list and revoke tokens.
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a token. Its secret is printed once and not stored.
    Create {
        /// The account of the token, by name or id. Instead of --role and --name.
        #[arg(long, env = "ONEMAP_ACCOUNT",
            conflicts_with_all = ["role", "name", "unit", "communities"])]
        account: Option<String>,
        /// The role of the account: public, rider, unit, grid_worker, officer, planner, steward or admin.
        #[arg(long, env = "ONEMAP_ROLE", required_unless_present = "account")]
        role: Option<Role>,
        /// The name of the account, as shown in the history. The account is created if there is none with this
        /// name and these rights.
        #[arg(long, env = "ONEMAP_NAME", required_unless_present = "account")]
        name: Option<String>,
        /// The id of the member unit that the account works for, as in the collection `units`.
        #[arg(long, env = "ONEMAP_UNIT")]
        unit: Option<String>,
        /// The ids of the communities in which the account may act, separated by commas. Without it, the
        /// account may act everywhere.
        #[arg(long, env = "ONEMAP_COMMUNITIES", value_delimiter = ',')]
        communities: Vec<String>,
        /// The token may only read. For unattended screens. The second line of the output is the path that
        /// opens the wall screen with it.
        #[arg(long, env = "ONEMAP_READ_ONLY")]
        read_only: bool,
        /// When the token expires: 2027-01-01, or 2027-01-01T08:00:00+08:00. Without it, never.
        #[arg(long, value_name = "MOMENT", env = "ONEMAP_EXPIRES", value_parser = moment)]
        expires: Option<Timestamp>,
        /// Print the answer as JSON.
        #[arg(long, env = "ONEMAP_JSON")]
        json: bool,
    },
    /// List tokens, without their secrets.
    List {
        /// Print the answer as JSON.
        #[arg(long, env = "ONEMAP_JSON")]
        json: bool,
    },
    /// Revoke a token and end its sessions.
    Revoke {
        /// The id of the token, from `onemap token list`.
        id: String,
    },
}

pub(super) async fn run(database: &str, args: TokenArgs) -> anyhow::Result<ExitCode> {
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
            account,
            role,
            name,
            unit,
            communities,
            read_only,
            expires,
            json,
        } => {
            let made = match (account, role, name) {
                (Some(account), ..) => {
                    let account = account::find(store, &account).await?;
                    let new = NewAccountToken {
                        label: account.name.clone(),
                        expires_at: expires,
                        read_only,
                    };
                    store.create_account_token(&account.id, new).await?
                }
                (None, Some(role), Some(name)) => {
                    let name = account_name(&name).with_context(|| format!("--name {name:?}"))?;
                    let unit = unit.map(plain).filter(|u| !u.is_empty());
                    let role = role_with(role, unit.as_deref())?;
                    let new = NewToken {
                        name: name.clone(),
                        role,
                        expires_at: expires,
                        unit,
                        communities: communities
                            .into_iter()
                            .map(plain)
                            .filter(|c| !c.is_empty())
                            .collect(),
                        read_only,
                    };
                    let (token, secret) = store.create_token(new).await?;
                    if token.name != name {
                        say(&format!(
                            "The account {name:?} has other rights, so the token belongs to {:?}.",
                            token.name
                        ));
                    }
                    Some((token, secret))
                }
                _ => None,
            };
            let Some((token, secret)) = made else {
                bail!("A token needs --account, or --role and --name.");
            };
            if json {
                let mut answer = serde_json::to_value(&token)?;
                answer["token"] = secret.reveal().into();
                if read_only {
                    answer["kiosk"] = kiosk(secret.reveal()).into();
                }
                print(&answer.to_string())?;
            } else {
                print(secret.reveal())?;
                if read_only {
                    print(&kiosk(secret.reveal()))?;
                }
            }
        }
        Action::List { json } => {
            let tokens = store.tokens().await?;
            if json {
                print(&serde_json::to_string(&tokens)?)?;
            } else {
                for t in tokens {
                    let state = validity(t.revoked_at, t.expires_at, Timestamp::now());
                    let mut bounds = String::new();
                    if let Some(unit) = &t.unit {
                        bounds.push_str(&format!("  unit {unit}"));
                    }
                    if t.read_only {
                        bounds.push_str("  read-only");
                    }
                    if !t.communities.is_empty() {
                        bounds.push_str(&format!("  communities {}", t.communities.join(",")));
                    }
                    print(&format!(
                        "{}  {:<12}  {}  {state}{bounds}",
                        t.id, t.role, t.name
                    ))?;
                }
            }
        }
        Action::Revoke { id } => {
            if !store.revoke_token(&id).await? {
                bail!("There is no token {id:?}. `onemap token list` shows all tokens.");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the role of a new account. With a member unit it is `unit` instead of public, rider or grid_worker. Fails
/// for the role `unit` without a member unit.
fn role_with(role: Role, unit: Option<&str>) -> anyhow::Result<Role> {
    match (role, unit) {
        (Role::Unit, None) => {
            bail!("--role unit needs --unit ID, the member unit that the account works for.")
        }
        (Role::Public | Role::Rider | Role::GridWorker, Some(unit)) => {
            say(&format!(
                "An account of the member unit {unit} has the role unit, not {role}: it sees its \
                 own cases as a grid worker does, and otherwise what is public."
            ));
            Ok(Role::Unit)
        }
        (role, _) => Ok(role),
    }
}

/// The path that opens the wall screen signed in. Browsers do not send the part after `#`, so it appears in no
/// log.
fn kiosk(secret: &str) -> String {
    format!("/wall#token={secret}")
}

fn plain(text: String) -> String {
    text.trim().to_owned()
}
