//! Consent is given once, in one browser, by the account that was asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use entente_engine::{Engine, EngineError};
use entente_model::{PersonId, StandInState, WorkspaceId};
use entente_platform::LoginKind;
use entente_store::{LoginState, Logins as _};
use url::Url;

use crate::people_world::mortal::Life;
use crate::people_world::{ENGINEER, NORTH, SELLER, SOUTH, World, person, rules, stand_in};

const ADA: &str = "ada@acme.example";
const HERS: &str = "her browser";

async fn asked() -> (World, Arc<Engine>, PersonId) {
    let (world, engine) = World::planned(&[ENGINEER, SELLER]).await;
    let ada = person(&engine, ADA).await.id;
    (world, engine, ada)
}

fn south() -> WorkspaceId {
    SOUTH.into()
}

async fn begin(engine: &Engine, person: PersonId) -> Url {
    engine.begin_grant(&south(), LoginKind::Account, Some(person), HERS).await.unwrap()
}

fn why<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> String {
    match answer.unwrap_err() {
        EngineError::Refused(why) => why,
        other => panic!("{other}"),
    }
}

/// Nobody has given consent for a person's account.
async fn assert_nothing_stored(world: &World, engine: &Engine) {
    let logins = world.store.logins(None).await.unwrap();
    assert!(logins.iter().all(|login| login.kind != LoginKind::Account.name()), "{logins:?}");
    assert_eq!(stand_in(engine, ADA, SOUTH).await.state, StandInState::AwaitingConsent);
}

#[tokio::test(start_paused = true)]
async fn consent_makes_a_stand_in_speak() {
    let (world, engine, ada) = asked().await;
    let url = begin(&engine, ada).await;
    let query: HashMap<_, _> = url.query_pairs().collect();
    assert_eq!(url.as_str().split('?').next(), Some("http://south.example/authorize"));
    assert_eq!(query["redirect_uri"], "https://entente.acme.example/oauth/callback");
    assert_eq!(query["scope"], "read write");
    assert_eq!(query["login_hint"], ADA);
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["state"].len(), 43);
    let (state, code) = world.south.consent(&url, "ada");
    let granted = engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    assert_eq!((granted.person, granted.kind), (Some(ada), LoginKind::Account));
    let speaks = stand_in(&engine, ADA, SOUTH).await;
    assert_eq!((speaks.state, speaks.reason), (StandInState::Active, None));
    let me = engine.client(speaks.login.unwrap()).await.unwrap().unwrap().me().await.unwrap();
    assert_eq!(Some(me.account), speaks.account);

    // Again: the same login with newer tokens.
    let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
    engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    assert_eq!(stand_in(&engine, ADA, SOUTH).await.login, speaks.login);
    let login = world.store.login(speaks.login.unwrap()).await.unwrap().unwrap();
    assert_eq!(login.secret.unwrap().generation, 2);
}

#[tokio::test(start_paused = true)]
async fn consent_to_less_than_is_needed_is_refused_and_names_what_is_missing() {
    let (world, engine, ada) = asked().await;
    for (granted, missing) in [("read", Some("Missing: write.")), ("other read write", None)] {
        world.south.books().grants = Some(granted);
        let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
        let answer = engine.finish_grant(&state, HERS, Ok(&code)).await;
        match missing {
            Some(missing) => {
                let why = why(answer);
                assert!(why.contains(missing), "{why}");
                assert_nothing_stored(&world, &engine).await;
            }
            None => drop(answer.unwrap()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_accounts_consent_is_refused_and_not_stored() {
    let (world, engine, ada) = asked().await;
    let (state, code) = world.south.consent(&begin(&engine, ada).await, "eva");
    let why = why(engine.finish_grant(&state, HERS, Ok(&code)).await);
    assert!(why.contains("another account"), "{why}");
    assert_nothing_stored(&world, &engine).await;
}

#[tokio::test(start_paused = true)]
async fn a_state_is_good_once_in_one_browser_for_ten_minutes() {
    let (world, engine, ada) = asked().await;
    let begin_again = "was used, has expired, or began in another browser";

    let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
    assert!(why(engine.finish_grant(&state, "his browser", Ok(&code)).await).contains(begin_again));
    assert!(why(engine.finish_grant(&state, HERS, Ok(&code)).await).contains(begin_again), "it is spent");
    assert!(why(engine.finish_grant("made up", HERS, Ok(&code)).await).contains(begin_again));

    let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
    tokio::time::advance(Duration::from_mins(10)).await;
    assert!(why(engine.finish_grant(&state, HERS, Ok(&code)).await).contains(begin_again));
    assert_nothing_stored(&world, &engine).await;

    let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
    tokio::time::advance(Duration::from_secs(599)).await;
    engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    assert!(why(engine.finish_grant(&state, HERS, Ok(&code)).await).contains(begin_again));
}

#[tokio::test(start_paused = true)]
async fn a_code_is_good_once_and_only_for_the_consent_that_it_came_from() {
    let (world, engine, ada) = asked().await;
    let (first, code) = world.south.consent(&begin(&engine, ada).await, "ada");
    let (second, _) = world.south.consent(&begin(&engine, ada).await, "ada");
    // Somebody slips in a code that was given to another consent: its challenge is another.
    let swapped = why(engine.finish_grant(&second, HERS, Ok(&code)).await);
    assert!(swapped.contains("the code was not accepted"), "{swapped}");
    let used = why(engine.finish_grant(&first, HERS, Ok(&code)).await);
    assert!(used.contains("the code was not accepted"), "{used}");
    assert_nothing_stored(&world, &engine).await;
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_told_without_repeating_what_came_from_outside() {
    let (world, engine, ada) = asked().await;
    for (error, told) in [
        ("access_denied", "south: consent was declined"),
        ("invalid_scope", "south: consent failed with invalid_scope"),
        ("<script>alert(1)</script>", "south: consent failed"),
    ] {
        let (state, _) = world.south.consent(&begin(&engine, ada).await, "ada");
        assert_eq!(why(engine.finish_grant(&state, HERS, Err(error)).await), told);
    }
    assert_nothing_stored(&world, &engine).await;
}

#[tokio::test(start_paused = true)]
async fn there_must_be_something_to_consent_to() {
    let (_world, engine, ada) = asked().await;
    let eva = person(&engine, "eva@acme.example").await.id;
    let begin = async |workspace: &str, kind, person| {
        engine.begin_grant(&workspace.into(), kind, person, HERS).await.map(|_| ())
    };
    let own = "not represented by their own account";
    assert!(why(begin(NORTH, LoginKind::Account, Some(ada)).await).contains(own), "she works there");
    assert!(why(begin(NORTH, LoginKind::Account, Some(eva)).await).contains(own), "she has a bot");
    assert!(why(begin(SOUTH, LoginKind::Account, None).await).contains("one person's account"));
    assert!(why(begin(SOUTH, LoginKind::Bot, Some(ada)).await).contains("one person's account"));
    assert!(why(begin(SOUTH, LoginKind::Admin, None).await).contains("administrators give no consent"));
    assert!(matches!(begin("east", LoginKind::Admin, None).await, Err(EngineError::UnknownWorkspace(_))));
    assert!(engine.begin_grant(&NORTH.into(), LoginKind::Admin, None, "").await.is_err());
}

/// The token at the end of a personal link.
fn token(link: &Url) -> &str {
    link.as_str().strip_prefix("https://entente.acme.example/connect/").unwrap()
}

const WORN_OUT: &str = "was used or has expired";

#[tokio::test(start_paused = true)]
async fn an_invitation_is_personal_and_good_for_a_week() {
    let (world, engine, ada) = asked().await;
    let link = engine.invite(ada, &south()).await.unwrap();
    let other = engine.invite(ada, &south()).await.unwrap();
    assert_ne!(link, other);
    tokio::time::advance(Duration::from_hours(7 * 24)).await;
    assert!(why(engine.follow_invitation(token(&other), HERS).await).contains(WORN_OUT));
    assert!(why(engine.follow_invitation("made up", HERS).await).contains(WORN_OUT));
    assert!(engine.invite(ada, &NORTH.into()).await.is_err());

    // Neither is good in the place of the other.
    let link = engine.invite(ada, &south()).await.unwrap();
    assert!(engine.finish_grant(token(&link), HERS, Ok("code")).await.is_err());
    let url = begin(&engine, ada).await;
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert!(engine.follow_invitation(&state, HERS).await.is_err());
    assert_nothing_stored(&world, &engine).await;
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_used_up_by_success_alone() {
    let (world, engine, ada) = asked().await;
    let link = engine.invite(ada, &south()).await.unwrap();
    let follow = async || engine.follow_invitation(token(&link), HERS).await;

    // She closes the page; then she declines; then she is signed in as somebody else; then the code goes stale.
    follow().await.unwrap();
    let (state, _) = world.south.consent(&follow().await.unwrap(), "ada");
    assert!(why(engine.finish_grant(&state, HERS, Err("access_denied")).await).contains("declined"));
    let (state, code) = world.south.consent(&follow().await.unwrap(), "eva");
    assert!(why(engine.finish_grant(&state, HERS, Ok(&code)).await).contains("another account"));
    let (state, _) = world.south.consent(&follow().await.unwrap(), "ada");
    assert!(why(engine.finish_grant(&state, HERS, Ok("stale")).await).contains("not accepted"));
    assert_nothing_stored(&world, &engine).await;

    // The same link works all the same, even after a restart, and then no more.
    let engine = world.engine(&Life::immortal()).await;
    let url = engine.follow_invitation(token(&link), HERS).await.unwrap();
    let (state, code) = world.south.consent(&url, "ada");
    let granted = engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    assert_eq!(granted.person, Some(ada));
    assert_eq!(stand_in(&engine, ADA, SOUTH).await.state, StandInState::Active);
    assert!(why(engine.follow_invitation(token(&link), HERS).await).contains(WORN_OUT));
}

#[tokio::test(start_paused = true)]
async fn of_two_windows_with_one_invitation_one_succeeds() {
    let (world, engine, ada) = asked().await;
    let link = engine.invite(ada, &south()).await.unwrap();
    let one = world.south.consent(&engine.follow_invitation(token(&link), HERS).await.unwrap(), "ada");
    let two = world.south.consent(&engine.follow_invitation(token(&link), HERS).await.unwrap(), "ada");
    let ends = tokio::join!(
        engine.finish_grant(&one.0, HERS, Ok(&one.1)),
        engine.finish_grant(&two.0, HERS, Ok(&two.1)),
    );
    let (won, lost) = if ends.0.is_ok() { (ends.0, ends.1) } else { (ends.1, ends.0) };
    assert_eq!(won.unwrap().person, Some(ada));
    assert!(why(lost).contains(WORN_OUT));
    let login = stand_in(&engine, ADA, SOUTH).await.login.unwrap();
    let login = world.store.login(login).await.unwrap().unwrap();
    assert_eq!(login.secret.unwrap().generation, 1, "the other window's tokens were not stored");
}

#[tokio::test(start_paused = true)]
async fn a_newer_administrator_takes_the_older_ones_place() {
    let (world, engine, _) = asked().await;
    let admins = async || {
        let logins = world.store.logins(None).await.unwrap();
        logins
            .into_iter()
            .filter(|login| login.kind == "admin" && login.workspace.id == NORTH.into())
            .collect::<Vec<_>>()
    };
    world.north.books().admins.push("ada".to_owned());
    let [older] = admins().await.try_into().unwrap();
    let url = engine.begin_grant(&NORTH.into(), LoginKind::Admin, None, HERS).await.unwrap();
    assert!(url.query_pairs().any(|(name, value)| name == "scope" && value == "admin:read admin:write"));
    assert!(url.query_pairs().all(|(name, _)| name != "code_challenge"), "north takes no PKCE");
    assert!(
        url.query_pairs().all(|(name, _)| name != "login_hint"),
        "and an administrator is nobody in particular"
    );
    let (state, code) = world.north.consent(&url, "ada");
    let granted = engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    assert_eq!((granted.person, granted.account.id.as_str()), (None, "ada"));
    let [newer] = admins().await.try_into().unwrap();
    assert_eq!(older.id, newer.id);
    assert_eq!(newer.account.unwrap().id, "ada".into());
}

#[tokio::test(start_paused = true)]
async fn who_consents_as_administrator_must_be_one() {
    let (world, engine, _) = asked().await;
    let before = world.store.logins(None).await.unwrap();
    let url = engine.begin_grant(&NORTH.into(), LoginKind::Admin, None, HERS).await.unwrap();
    let (state, code) = world.north.consent(&url, "ada");
    let why = why(engine.finish_grant(&state, HERS, Ok(&code)).await);
    assert!(why.starts_with("north: the account that consented is not an administrator's"), "{why}");
    let after = world.store.logins(None).await.unwrap();
    let flat = |logins: &[entente_store::Login]| {
        let all = logins.iter().map(|login| (login.id, login.account.clone(), login.state));
        all.collect::<Vec<_>>()
    };
    assert_eq!(flat(&after), flat(&before), "the administrator who consented before is still there");
    let secret = after.iter().find(|login| login.kind == "admin" && login.workspace.id == NORTH.into());
    let secret = world.store.login(secret.unwrap().id).await.unwrap().unwrap().secret.unwrap();
    assert_eq!(secret.generation, 1, "and so are their tokens");
}

#[tokio::test(start_paused = true)]
async fn a_consent_that_has_ended_suspends_until_it_is_given_again() {
    let (world, engine, ada) = asked().await;
    let consent = async || {
        let (state, code) = world.south.consent(&begin(&engine, ada).await, "ada");
        engine.finish_grant(&state, HERS, Ok(&code)).await.unwrap();
    };
    consent().await;
    let speaks = stand_in(&engine, ADA, SOUTH).await;
    world.store.set_login_state(speaks.login.unwrap(), LoginState::Refused).await.unwrap();
    assert_eq!(engine.provision().await.unwrap().suspended, 1);
    let lost = stand_in(&engine, ADA, SOUTH).await;
    assert_eq!(lost.state, StandInState::Suspended);
    assert!(lost.reason.unwrap().contains("give it again"));
    assert!(engine.plan(&rules()).await.unwrap().lines.is_empty(), "a plan cannot give consent");
    engine.invite(ada, &south()).await.unwrap();
    consent().await;
    assert_eq!(stand_in(&engine, ADA, SOUTH).await, speaks);
    assert_eq!(engine.provision().await.unwrap().suspended, 0);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_consent_is_nothing_or_whole_after_the_next_pass() {
    let mut interrupted = 0;
    for steps in 0.. {
        let (world, engine, ada) = asked().await;
        drop(engine);
        let life = Life::immortal();
        let engine = world.engine(&life).await;
        let link = engine.invite(ada, &south()).await.unwrap();
        let url = engine.follow_invitation(token(&link), HERS).await.unwrap();
        let (state, code) = world.south.consent(&url, "ada");
        life.end_after(steps);
        let ended = life.lives(engine.finish_grant(&state, HERS, Ok(&code))).await;
        let engine = world.engine(&Life::immortal()).await;
        engine.provision().await.unwrap();
        let after = stand_in(&engine, ADA, SOUTH).await;
        let login = world.store.logins(None).await.unwrap().into_iter().find(|login| login.kind == "account");
        match login {
            Some(login) => assert_eq!((after.state, after.login), (StandInState::Active, Some(login.id))),
            None => assert_eq!((after.state, after.login), (StandInState::AwaitingConsent, None)),
        }
        let again = engine.follow_invitation(token(&link), HERS).await;
        assert_eq!(
            again.is_ok(),
            after.login.is_none(),
            "the invitation is used up with the consent, and only then"
        );
        if let Some(ended) = ended {
            ended.unwrap();
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted > 8, "only {interrupted} steps were interrupted");
}
