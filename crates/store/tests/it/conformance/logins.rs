//! Credentials, consents, listening.

use entente_model::{LoginId, WorkspaceRef};
use entente_store::{Listening, Login, LoginSecret, LoginState, PendingGrant, Store};
use secrecy::{ExposeSecret, SecretString};

use crate::world::{World, account, at, login_id, person_id, teams, webex};

super::conformance! {
    a_login_keeps_its_tokens
    tokens_are_replaced_by_comparison
    a_grant_is_taken_once
    a_grant_expires
    an_invitation_is_taken_with_the_login_that_it_led_to
    listening_is_remembered
}

fn secret(access: &str, generation: u64) -> LoginSecret {
    LoginSecret {
        access: SecretString::from(access),
        refresh: Some(SecretString::from("refresh")),
        expires_at: Some(at(900)),
        generation,
    }
}

fn login(number: u128, workspace: &WorkspaceRef, secret: Option<LoginSecret>) -> Login {
    Login {
        id: login_id(number),
        workspace: workspace.clone(),
        kind: "account".to_owned(),
        person: Some(person_id(1)),
        account: Some(account(workspace, "ann")),
        secret,
        state: LoginState::Active,
    }
}

async fn access(store: &dyn Store, id: LoginId) -> (String, u64) {
    let secret = store.login(id).await.unwrap().unwrap().secret.unwrap();
    (secret.access.expose_secret().to_owned(), secret.generation)
}

async fn a_login_keeps_its_tokens(mut world: World) {
    let id = login_id(1);
    world.store().save_login(&login(1, &webex(), Some(secret("one", 3)))).await.unwrap();
    world.store().save_login(&login(2, &teams(), None)).await.unwrap();
    world.restart();
    let store = world.store();
    assert_eq!(access(store, id).await, ("one".to_owned(), 3));
    let found = store.login(id).await.unwrap().unwrap();
    assert_eq!(
        (found.kind.as_str(), found.person, found.state),
        ("account", Some(person_id(1)), LoginState::Active)
    );
    assert_eq!((found.workspace, found.account), (webex(), Some(account(&webex(), "ann"))));
    let found = found.secret.unwrap();
    assert_eq!((found.refresh.unwrap().expose_secret(), found.expires_at), ("refresh", Some(at(900))));
    assert!(store.login(login_id(2)).await.unwrap().unwrap().secret.is_none());
    assert!(store.login(login_id(3)).await.unwrap().is_none());
    let all = store.logins(None).await.unwrap();
    assert_eq!(all.iter().map(|login| login.id).collect::<Vec<_>>(), [id, login_id(2)]);
    assert!(all.iter().all(|login| login.secret.is_none()));
    assert_eq!(store.logins(Some(&teams())).await.unwrap().len(), 1);
    store.set_login_state(id, LoginState::Refused).await.unwrap();
    store.set_login_state(login_id(9), LoginState::Refused).await.unwrap();
    assert_eq!(store.login(id).await.unwrap().unwrap().state, LoginState::Refused);
    assert_eq!(access(store, id).await.0, "one");
    store.save_login(&login(1, &webex(), None)).await.unwrap();
    let replaced = store.login(id).await.unwrap().unwrap();
    assert!(replaced.secret.is_none() && replaced.state == LoginState::Active);
}

async fn tokens_are_replaced_by_comparison(world: World) {
    let store = world.store();
    let id = login_id(1);
    assert!(!store.renew(id, 0, &secret("nobody", 1)).await.unwrap());
    store.save_login(&login(1, &webex(), None)).await.unwrap();
    assert!(!store.renew(id, 0, &secret("none stored", 1)).await.unwrap());
    store.save_login(&login(1, &webex(), Some(secret("one", 1)))).await.unwrap();
    assert!(store.renew(id, 1, &secret("two", 2)).await.unwrap());
    assert!(!store.renew(id, 1, &secret("late", 2)).await.unwrap());
    assert_eq!(access(store, id).await, ("two".to_owned(), 2));
    assert!(store.renew(id, 2, &secret("three", 3)).await.unwrap());
    assert_eq!(access(store, id).await, ("three".to_owned(), 3));
}

fn grant(number: u8) -> PendingGrant {
    PendingGrant {
        state: [number; 32],
        browser: [9; 32],
        workspace: webex(),
        kind: "account".to_owned(),
        person: Some(person_id(1)),
        verifier: Some(SecretString::from("verifier")),
        invitation: Some([8; 32]),
        expires_at: at(100),
    }
}

async fn a_grant_is_taken_once(mut world: World) {
    world.store().save_grant(&grant(1)).await.unwrap();
    let bare = PendingGrant { verifier: None, person: None, kind: "admin".to_owned(), ..grant(2) };
    world.store().save_grant(&bare).await.unwrap();
    world.restart();
    let store = world.store();
    let taken = store.take_grant(&[1; 32], at(50)).await.unwrap().unwrap();
    assert_eq!((taken.state, taken.browser, taken.workspace), ([1; 32], [9; 32], webex()));
    assert_eq!(
        (taken.kind.as_str(), taken.person, taken.expires_at),
        ("account", Some(person_id(1)), at(100))
    );
    assert_eq!((taken.verifier.unwrap().expose_secret(), taken.invitation), ("verifier", Some([8; 32])));
    assert!(store.take_grant(&[1; 32], at(50)).await.unwrap().is_none());
    assert!(store.take_grant(&[3; 32], at(50)).await.unwrap().is_none());
    let bare = store.take_grant(&[2; 32], at(50)).await.unwrap().unwrap();
    assert!(bare.verifier.is_none() && bare.person.is_none());
}

async fn a_grant_expires(world: World) {
    let store = world.store();
    store.save_grant(&grant(1)).await.unwrap();
    store.save_grant(&grant(2)).await.unwrap();
    assert!(store.take_grant(&[1; 32], at(100)).await.unwrap().is_none());
    assert!(store.take_grant(&[1; 32], at(1)).await.unwrap().is_none(), "it was taken all the same");
    store.sweep(at(0), at(0), at(100)).await.unwrap();
    assert!(store.take_grant(&[2; 32], at(1)).await.unwrap().is_none());
}

async fn an_invitation_is_taken_with_the_login_that_it_led_to(mut world: World) {
    let invitation = PendingGrant { verifier: None, invitation: None, ..grant(1) };
    let login = login(1, &webex(), Some(secret("one", 1)));
    world.store().save_grant(&invitation).await.unwrap();
    world.restart();
    let store = world.store();
    let looked_at = store.grant(&[1; 32], at(99)).await.unwrap().unwrap();
    assert_eq!(
        (looked_at.workspace, looked_at.person, looked_at.expires_at),
        (webex(), Some(person_id(1)), at(100))
    );
    assert!(store.grant(&[2; 32], at(99)).await.unwrap().is_none());
    assert!(store.grant(&[1; 32], at(100)).await.unwrap().is_none());
    assert!(!store.redeem(&[2; 32], &login, at(99)).await.unwrap(), "it is unknown");
    assert!(!store.redeem(&[1; 32], &login, at(100)).await.unwrap(), "it has expired");
    assert!(store.login(login.id).await.unwrap().is_none());
    assert!(store.redeem(&[1; 32], &login, at(99)).await.unwrap(), "looking did not take it");
    assert_eq!(access(store, login.id).await, ("one".to_owned(), 1));
    assert!(store.grant(&[1; 32], at(99)).await.unwrap().is_none());
    let late = Login { secret: Some(secret("two", 2)), ..login.clone() };
    assert!(!store.redeem(&[1; 32], &late, at(99)).await.unwrap(), "it is taken");
    assert_eq!(access(store, login.id).await, ("one".to_owned(), 1));
}

async fn listening_is_remembered(mut world: World) {
    let first = Listening { rung: "delegated".to_owned(), at: at(5), error: Some("refused".to_owned()) };
    let second = Listening { rung: "polling".to_owned(), at: at(6), error: None };
    world.store().save_listening(login_id(2), &first).await.unwrap();
    world.store().save_listening(login_id(1), &first).await.unwrap();
    world.store().save_listening(login_id(1), &second).await.unwrap();
    world.restart();
    assert_eq!(world.store().listening().await.unwrap(), [(login_id(1), second), (login_id(2), first)]);
}
