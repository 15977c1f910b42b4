//! Tests of accounts, tokens, sessions and invites in both stores.

use std::time::Duration;

use jiff::Timestamp;
use onemap::model::Role;
use onemap::store::{
    Account, AccountChange, AccountQuery, AuditKind, AuditQuery, Guest, NewAccount,
    NewAccountToken, NewInvite, NewToken, PasswordHash, Rights, Store, StoreError,
};

use sqlx::Connection;

use crate::store_suite::{Fixture, fixtures};

const HOUR: Duration = Duration::from_secs(3600);

async fn make(store: &Store, name: &str, role: Role) -> Account {
    let new = NewAccount {
        name: name.into(),
        rights: role.into(),
        ..NewAccount::default()
    };
    store.create_account(new).await.unwrap()
}

async fn token(store: &Store, account: &Account) -> String {
    let new = NewAccountToken {
        label: "大屏".into(),
        ..NewAccountToken::default()
    };
    let made = store.create_account_token(&account.id, new).await.unwrap();
    made.unwrap().1.reveal().to_owned()
}

fn disabled(yes: bool) -> AccountChange {
    AccountChange {
        disabled: Some(yes),
        ..AccountChange::default()
    }
}

#[tokio::test]
async fn names_are_unique_and_a_token_never_extends_the_rights_of_its_account() {
    for Fixture { store, .. } in &fixtures().await {
        let rider = make(store, "小李", Role::Rider).await;
        let again = NewAccount {
            name: "小李".into(),
            rights: Role::Admin.into(),
            ..NewAccount::default()
        };
        let error = store.create_account(again).await.unwrap_err();
        assert!(matches!(error, StoreError::NameTaken { .. }), "{error}");

        let (same, _) = store
            .create_token(NewToken::new("小李", Role::Rider))
            .await
            .unwrap();
        assert_eq!(same.account_id, rider.id);
        let (other, _) = store
            .create_token(NewToken::new("小李", Role::Officer))
            .await
            .unwrap();
        let (once_more, _) = store
            .create_token(NewToken::new("小李", Role::Officer))
            .await
            .unwrap();
        assert_eq!(
            (other.name.as_str(), other.role),
            ("小李 (officer)", Role::Officer)
        );
        assert_eq!(once_more.account_id, other.account_id);
        assert_eq!(store.account(&rider.id).await.unwrap(), Some(rider));

        let query = AccountQuery {
            limit: 1,
            ..AccountQuery::default()
        };
        let page = store.accounts(&query).await.unwrap();
        assert_eq!(page[0].name, "小李");
        let rest = AccountQuery {
            after: page[0].name.clone(),
            search: Some("OFFICER".into()),
            limit: 10,
        };
        assert_eq!(store.accounts(&rest).await.unwrap()[0].id, other.account_id);
    }
}

#[tokio::test]
async fn the_tokens_and_sessions_of_a_disabled_account_do_not_work() {
    for Fixture { store, .. } in &fixtures().await {
        let account = make(store, "网格员", Role::GridWorker).await;
        let token = token(store, &account).await;
        let (_, by_token) = store.open_session(&token, HOUR).await.unwrap().unwrap();
        let opened = store.open_account_session(&account.id, HOUR).await.unwrap();
        let (who, by_password) = opened.unwrap();
        assert_eq!(
            (who.account_id.as_str(), who.read_only),
            (account.id.as_str(), false)
        );

        store
            .change_account(&account.id, &disabled(true))
            .await
            .unwrap();
        assert_eq!(store.token_principal(&token).await.unwrap(), None);
        for session in [&by_token, &by_password] {
            assert_eq!(
                store.session_principal(session.reveal()).await.unwrap(),
                None
            );
        }
        assert!(store.open_session(&token, HOUR).await.unwrap().is_none());
        let opened = store.open_account_session(&account.id, HOUR).await.unwrap();
        assert!(opened.is_none());
        let more = NewAccountToken::default();
        let error = store
            .create_account_token(&account.id, more)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Disabled { .. }), "{error}");

        // After the account is enabled again, the token works, but the sessions have ended.
        store
            .change_account(&account.id, &disabled(false))
            .await
            .unwrap();
        assert!(store.token_principal(&token).await.unwrap().is_some());
        assert_eq!(
            store.session_principal(by_token.reveal()).await.unwrap(),
            None
        );

        let ended = AccountChange {
            expires_at: Some(Some("2020-01-01T00:00:00Z".parse().unwrap())),
            ..AccountChange::default()
        };
        store.change_account(&account.id, &ended).await.unwrap();
        assert_eq!(store.token_principal(&token).await.unwrap(), None);
        assert_eq!(store.change_account("nobody", &ended).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_last_administrator_cannot_be_disabled() {
    for Fixture { store, .. } in &fixtures().await {
        let first = make(store, "甲", Role::Admin).await;
        let second = make(store, "乙", Role::Admin).await;
        let password = AccountChange {
            password: Some(PasswordHash::new("correct horse").unwrap()),
            ..AccountChange::default()
        };
        let first = store
            .change_account(&first.id, &password)
            .await
            .unwrap()
            .unwrap();
        store.change_account(&second.id, &password).await.unwrap();
        // An administrator without a password and without a token cannot sign in, so it does not count.
        make(store, "丙", Role::Admin).await;
        assert_eq!(store.count_admins().await.unwrap(), 2);
        store
            .change_account(&second.id, &disabled(true))
            .await
            .unwrap();
        let demoted = AccountChange {
            roles: Some(Role::Officer.into()),
            ..AccountChange::default()
        };
        let ended = AccountChange {
            expires_at: Some(Some("2020-01-01T00:00:00Z".parse().unwrap())),
            ..AccountChange::default()
        };
        let to_end = AccountChange {
            expires_at: Some(Some(Timestamp::now() + jiff::SignedDuration::from_hours(1))),
            ..AccountChange::default()
        };
        for change in [disabled(true), demoted.clone(), ended, to_end] {
            let error = store.change_account(&first.id, &change).await.unwrap_err();
            assert!(matches!(error, StoreError::LastAdmin { .. }), "{error}");
        }
        assert_eq!(store.account(&first.id).await.unwrap(), Some(first.clone()));
        store
            .change_account(&second.id, &disabled(false))
            .await
            .unwrap();
        let changed = store.change_account(&first.id, &demoted).await.unwrap();
        assert_eq!(changed.unwrap().rights, Rights::from(Role::Officer));
    }
}

#[tokio::test]
async fn the_last_credential_of_the_last_administrator_cannot_be_revoked() {
    for Fixture { store, .. } in &fixtures().await {
        let admin = make(store, "甲", Role::Admin).await;
        let add = async |end: Option<Timestamp>, read_only: bool| {
            let new = NewAccountToken {
                label: "t".into(),
                expires_at: end,
                read_only,
            };
            let made = store.create_account_token(&admin.id, new).await.unwrap();
            made.unwrap().0.id
        };
        let soon = Timestamp::now() + jiff::SignedDuration::from_hours(1);
        let (ends, screen) = (add(Some(soon), false).await, add(None, true).await);
        // The token expires, but until then it is the only one. A read-only token may be revoked.
        let error = store.revoke_token(&ends).await.unwrap_err();
        assert!(matches!(error, StoreError::LastAdmin { .. }), "{error}");
        assert!(store.revoke_token(&screen).await.unwrap());
        let lasting = add(None, false).await;
        let error = store.revoke_token(&lasting).await.unwrap_err();
        assert!(matches!(error, StoreError::LastAdmin { .. }), "{error}");
        assert!(store.revoke_token(&ends).await.unwrap());
        let other = add(None, false).await;
        assert!(store.revoke_token(&lasting).await.unwrap());
        // A revoked token cannot be revoked again.
        assert!(store.revoke_token(&lasting).await.unwrap());
        let password = AccountChange {
            password: Some(PasswordHash::new("correct horse").unwrap()),
            ..AccountChange::default()
        };
        store.change_account(&admin.id, &password).await.unwrap();
        assert!(store.revoke_token(&other).await.unwrap());
        let officer = make(store, "乙", Role::Officer).await;
        let made = store.create_account_token(&officer.id, NewAccountToken::default());
        assert!(
            store
                .revoke_token(&made.await.unwrap().unwrap().0.id)
                .await
                .unwrap()
        );
        assert_eq!(store.count_admins().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn if_the_last_two_tokens_are_revoked_at_once_one_stays() {
    for Fixture { store, .. } in &fixtures().await {
        for round in 0..4 {
            let mut ids = Vec::new();
            for n in 0..2 {
                let name = format!("管理{round}-{n}");
                let (token, _) = store
                    .create_token(NewToken::new(name, Role::Admin))
                    .await
                    .unwrap();
                ids.push(token.id);
            }
            for token in store.tokens().await.unwrap() {
                if token.revoked_at.is_none() && !ids.contains(&token.id) {
                    assert!(store.revoke_token(&token.id).await.unwrap());
                }
            }
            let revoke = |id: String| {
                let store = store.clone();
                tokio::spawn(async move { store.revoke_token(&id).await })
            };
            let (one, other) = (revoke(ids[0].clone()), revoke(ids[1].clone()));
            let outcomes = [one.await.unwrap(), other.await.unwrap()];
            let refused = outcomes.iter().filter(|o| o.is_err()).count();
            assert_eq!(refused, 1, "{}: {outcomes:?}", store.kind());
            assert_eq!(store.count_admins().await.unwrap(), 1);
        }
    }
}

#[tokio::test]
async fn a_name_that_looks_like_another_is_refused() {
    for Fixture { store, url, .. } in &fixtures().await {
        let first = make(store, "Li Wei", Role::Rider).await;
        let password = AccountChange {
            password: Some(PasswordHash::new("correct horse").unwrap()),
            ..AccountChange::default()
        };
        store.change_account(&first.id, &password).await.unwrap();
        for name in ["LI WEI", "LiWei", "Lі Wei", "1i wei"] {
            let new = NewAccount {
                name: name.into(),
                rights: Role::Admin.into(),
                ..NewAccount::default()
            };
            let error = store.create_account(new).await.unwrap_err();
            assert!(
                matches!(error, StoreError::NameTaken { .. }),
                "{name}: {error}"
            );
        }
        // Of five concurrent accounts with names that look alike, one is created.
        let mut tries = Vec::new();
        for name in ["A0", "AO", "Ao", "a0", "aO"] {
            let store = store.clone();
            let new = NewAccount {
                name: name.into(),
                rights: Role::Rider.into(),
                ..NewAccount::default()
            };
            tries.push(tokio::spawn(async move { store.create_account(new).await }));
        }
        let mut made = 0;
        for outcome in tries {
            match outcome.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(matches!(error, StoreError::NameTaken { .. }), "{error}"),
            }
        }
        assert_eq!(made, 1, "{}", store.kind());
        // A name may be typed in other case or in full-width letters to sign in.
        for typed in ["li wei", "ＬＩ　ＷＥＩ"] {
            let owner = store.password_owner(typed).await.unwrap().unwrap();
            assert_eq!(owner.account_id, first.id);
        }
        let found = store.account_named("Ｌｉ Ｗｅｉ").await.unwrap();
        assert_eq!(found.unwrap().id, first.id);

        // Accounts of an older program are checked too when the database is opened again.
        let forget = match url.starts_with("sqlite:") {
            true => "UPDATE accounts SET folded = NULL",
            false => "UPDATE onemap.accounts SET folded = NULL",
        };
        execute(url, forget).await;
        let again = Store::open(url).await.unwrap();
        let error = again
            .create_account(NewAccount {
                name: "li wei".into(),
                rights: Role::Rider.into(),
                ..NewAccount::default()
            })
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::NameTaken { .. }), "{error}");
    }
}

async fn execute(url: &str, sql: &'static str) {
    if url.starts_with("sqlite:") {
        let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_its_account() {
    for Fixture { store, .. } in &fixtures().await {
        let account = make(store, "值班员", Role::Officer).await;
        let owner = store.password_owner("值班员").await.unwrap().unwrap();
        assert!(owner.password.is_none());
        assert!(store.password_owner("nobody").await.unwrap().is_none());
        let opened = store.open_account_session(&account.id, HOUR).await.unwrap();
        let session = opened.unwrap().1;
        let change = AccountChange {
            password: Some(PasswordHash::new("correct horse").unwrap()),
            ..AccountChange::default()
        };
        let changed = store.change_account(&account.id, &change).await.unwrap();
        assert!(changed.unwrap().has_password);
        let owner = store.password_owner("值班员").await.unwrap().unwrap();
        assert!(PasswordHash::verify(
            owner.password.as_ref(),
            "correct horse"
        ));
        assert_eq!(
            store.session_principal(session.reveal()).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn an_invite_creates_at_most_the_given_number_of_accounts() {
    for Fixture { store, .. } in &fixtures().await {
        let officer = make(store, "值班员", Role::Officer).await;
        let rights = Rights {
            roles: Role::Rider.into(),
            unit: None,
            communities: vec!["c1".into()],
        };
        let new = NewInvite {
            rights: rights.clone(),
            note: Some("骑手".into()),
            uses: 2,
            expires_at: Timestamp::now() + HOUR,
            created_by: Some(officer.id.clone()),
        };
        let (invite, secret) = store.create_invite(new.clone()).await.unwrap();
        let code = secret.reveal();
        let guest = |name: &str| Guest {
            name: name.into(),
            password: None,
        };
        let error = store.accept_invite(code, guest("值班员"), HOUR).await;
        assert!(matches!(error, Err(StoreError::NameTaken { .. })));
        let good = store.good_invite(code).await.unwrap().unwrap();
        assert_eq!(good.used, 0, "a refused name does not use up the invite");

        let accepted = store
            .accept_invite(code, guest("小王"), HOUR)
            .await
            .unwrap();
        let accepted = accepted.unwrap();
        assert_eq!(accepted.account.rights, rights);
        assert_eq!(accepted.account.invite.as_ref(), Some(&invite.id));
        assert_eq!(accepted.account.created_by.as_ref(), Some(&officer.id));
        let who = store
            .session_principal(accepted.session.reveal())
            .await
            .unwrap();
        assert_eq!(who, Some(accepted.principal));

        // Of five concurrent requests for the last use, one succeeds.
        let mut tries = Vec::new();
        for n in 0..5 {
            let (store, code, guest) = (store.clone(), code.to_owned(), guest(&format!("骑手{n}")));
            tries.push(tokio::spawn(async move {
                store
                    .accept_invite(&code, guest, HOUR)
                    .await
                    .unwrap()
                    .is_some()
            }));
        }
        let mut accepted = 0;
        for outcome in tries {
            accepted += usize::from(outcome.await.unwrap());
        }
        assert_eq!(accepted, 1, "{}", store.kind());
        assert!(store.good_invite(code).await.unwrap().is_none());

        let (second, secret) = store.create_invite(new.clone()).await.unwrap();
        assert!(
            !store
                .revoke_invite(&second.id, Some("somebody else"))
                .await
                .unwrap()
        );
        assert!(
            store
                .revoke_invite(&second.id, Some(&officer.id))
                .await
                .unwrap()
        );
        let late = store
            .accept_invite(secret.reveal(), guest("小赵"), HOUR)
            .await;
        assert!(late.unwrap().is_none());
        let over = NewInvite {
            expires_at: "2020-01-01T00:00:00Z".parse().unwrap(),
            ..new
        };
        let (_, secret) = store.create_invite(over).await.unwrap();
        let late = store
            .accept_invite(secret.reveal(), guest("小钱"), HOUR)
            .await;
        assert!(late.unwrap().is_none());
        assert_eq!(store.invites(None).await.unwrap().len(), 3);
        assert_eq!(store.invites(Some("nobody")).await.unwrap(), []);
    }
}

#[tokio::test]
async fn changes_of_accounts_and_sign_ins_are_audited_without_secrets() {
    for Fixture { store, .. } in &fixtures().await {
        let account = make(store, "小李", Role::Rider).await;
        let secret = token(store, &account).await;
        store.open_session(&secret, HOUR).await.unwrap().unwrap();
        let change = AccountChange {
            roles: Some(Role::GridWorker.into()),
            password: Some(PasswordHash::new("correct horse").unwrap()),
            ..AccountChange::default()
        };
        store.change_account(&account.id, &change).await.unwrap();
        // An update without a difference is not recorded.
        store
            .change_account(&account.id, &disabled(false))
            .await
            .unwrap();
        let query = AuditQuery {
            limit: 100,
            ..AuditQuery::default()
        };
        let rows = store.audit_rows(&query).await.unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|r| (r.entry.kind, r.entry.detail.clone().unwrap_or_default()))
            .collect();
        let kinds: Vec<_> = told.iter().map(|(kind, _)| *kind).collect();
        let (made, sign_in) = (AuditKind::Account, AuditKind::SignIn);
        assert_eq!(kinds, [made, made, sign_in, made], "{}", store.kind());
        assert_eq!(told[0].1, "小李: created, roles rider");
        assert_eq!(told[3].1, "小李: roles: rider → grid_worker; password set");
        assert_eq!(rows[2].entry.account_id.as_ref(), Some(&account.id));
        let all = format!("{rows:?}");
        assert!(!all.contains(&secret) && !all.contains("argon2id"), "{all}");
    }
}
