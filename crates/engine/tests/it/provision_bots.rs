//! Bots are made once each, whatever happens on the way.

use std::sync::Arc;
use std::time::Duration;

use entente_engine::provision::Provisioned;
use entente_engine::{Engine, EngineError};
use entente_model::{CallError, StandIn, StandInState};
use entente_platform::LoginKind;
use entente_store::Logins as _;
use secrecy::ExposeSecret as _;

use crate::people_world::mortal::Life;
use crate::people_world::vendor::Making;
use crate::people_world::{ENGINEER, NORTH, SELLER, SOUTH, Somebody, World, person, stand_in};

const EVA: &str = "eva@acme.example";
const FARID: Somebody<'_> = ("Farid Haddad", "farid@acme.example", false, true, "sales");
const ADDRESS: &str = "eva.lindqvist.acme@bots.example";
const APP: &str = "entente.acme@bots.example";

/// Passes until nothing is left.
async fn settle(engine: &Engine) -> Provisioned {
    for _ in 0..10 {
        let done = engine.provision().await.unwrap();
        if done.left == 0 && done.again.is_none() {
            return done;
        }
    }
    panic!("it does not come to an end");
}

/// The stand-in speaks with the token that its vendor accepts.
async fn assert_speaks(world: &World, stand_in: &StandIn) {
    assert_eq!(stand_in.state, StandInState::Active, "{stand_in:?}");
    let address = stand_in.address.as_deref().unwrap();
    let bot = world.north.books().bots[address].clone();
    assert_eq!(stand_in.account.as_ref(), Some(&bot.account.account));
    let login = world.store.login(stand_in.login.unwrap()).await.unwrap().unwrap();
    assert_eq!(login.secret.unwrap().access.expose_secret(), bot.token, "the token is not the bot's");
    assert_eq!(login.person, Some(stand_in.person));
}

/// The app speaks with a bot of its own.
async fn assert_app(world: &World) {
    let logins = world.store.logins(None).await.unwrap();
    let apps: Vec<_> = logins.iter().filter(|login| login.kind == LoginKind::App.name()).collect();
    assert_eq!(apps.len(), 2, "one a workspace");
    let north = apps.iter().find(|login| login.workspace.id == NORTH.into()).unwrap();
    let bot = world.north.books().bots[APP].clone();
    assert_eq!(north.account.as_ref(), Some(&bot.account.account));
    let login = world.store.login(north.id).await.unwrap().unwrap();
    assert_eq!(login.secret.unwrap().access.expose_secret(), bot.token);
}

fn addresses(world: &World) -> Vec<String> {
    world.north.books().bots.keys().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn everybody_without_an_account_gets_a_bot_and_the_app_one_of_its_own() {
    let (world, engine) = World::planned(&[ENGINEER, SELLER, FARID]).await;
    let done = engine.provision().await.unwrap();
    assert_eq!((done.activated, done.active, done.left, done.awaiting_consent), (2, 2, 0, 2));
    assert_eq!(addresses(&world), [APP, ADDRESS, "farid.haddad.acme@bots.example"]);
    assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
    assert_app(&world).await;
    let again = engine.provision().await.unwrap();
    assert_eq!((again.activated, again.active), (0, 2));
    assert_eq!(world.north.books().asked, 3, "nothing is made twice");
}

#[tokio::test(start_paused = true)]
async fn an_interruption_anywhere_leads_to_one_bot_each() {
    let mut interrupted = 0;
    for steps in 0.. {
        let (world, _) = World::planned(&[SELLER, FARID]).await;
        let life = Life::immortal();
        let engine = world.engine(&life).await;
        life.end_after(steps);
        let ended = life.lives(settle(&engine)).await;
        drop(engine);
        let engine = world.engine(&Life::immortal()).await;
        settle(&engine).await;
        let expected = [APP, ADDRESS, "farid.haddad.acme@bots.example"];
        assert_eq!(addresses(&world), expected, "after {steps} steps");
        for email in [EVA, FARID.1] {
            assert_speaks(&world, &stand_in(&engine, email, NORTH).await).await;
        }
        assert_app(&world).await;
        if ended.is_some() {
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted > 60, "only {interrupted} steps were interrupted");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_looked_up_and_never_doubled() {
    for making in [Making::Silently, Making::Late(1), Making::Late(2), Making::Lost] {
        let (world, engine) = World::planned(&[SELLER]).await;
        world.north.books().making = [Making::Well, making.clone()].into();
        settle(&engine).await;
        assert_eq!(addresses(&world), [APP, ADDRESS], "{making:?}");
        assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_taken_address_leads_to_another_and_is_named() {
    let (world, engine) = World::planned(&[SELLER]).await;
    world.north.books().foreign = vec![ADDRESS.to_owned(), APP.to_owned()];
    settle(&engine).await;
    let bot = stand_in(&engine, EVA, NORTH).await;
    assert_eq!(bot.address.as_deref(), Some("eva.lindqvist-2.acme@bots.example"));
    assert_eq!(bot.reason, Some(format!("{ADDRESS} is taken by somebody else")));
    assert_speaks(&world, &bot).await;
    assert_eq!(addresses(&world), ["entente-2.acme@bots.example", "eva.lindqvist-2.acme@bots.example"]);
}

#[tokio::test(start_paused = true)]
async fn where_no_dots_are_taken_addresses_have_hyphens() {
    let (world, engine) = World::planned(&[SELLER, FARID]).await;
    {
        let mut books = world.north.books();
        books.dots = false;
        books.foreign = vec!["farid-haddad-acme@bots.example".to_owned()];
    }
    let done = settle(&engine).await;
    assert_eq!((done.active, done.left), (2, 0));
    let expected =
        ["entente-acme@bots.example", "eva-lindqvist-acme@bots.example", "farid-haddad-2-acme@bots.example"];
    assert_eq!(addresses(&world), expected);
    let bot = stand_in(&engine, EVA, NORTH).await;
    assert_eq!(bot.reason, Some(format!("the platform does not accept {ADDRESS}")));
    for email in [EVA, FARID.1] {
        assert_speaks(&world, &stand_in(&engine, email, NORTH).await).await;
    }
    // The next pass, and one after a restart, leave them as they are.
    let asked = world.north.books().asked;
    let engine = world.engine(&Life::immortal()).await;
    assert_eq!(settle(&engine).await.active, 2);
    assert_eq!(world.north.books().asked, asked);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_anywhere_leads_to_one_bot_each_also_without_dots() {
    let mut interrupted = 0;
    for steps in 0.. {
        let (world, _) = World::planned(&[SELLER]).await;
        world.north.books().dots = false;
        let life = Life::immortal();
        let engine = world.engine(&life).await;
        life.end_after(steps);
        let ended = life.lives(settle(&engine)).await;
        drop(engine);
        let engine = world.engine(&Life::immortal()).await;
        settle(&engine).await;
        let expected = ["entente-acme@bots.example", "eva-lindqvist-acme@bots.example"];
        assert_eq!(addresses(&world), expected, "after {steps} steps");
        assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
        if ended.is_some() {
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted > 30, "only {interrupted} steps were interrupted");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_was_there_before_keeps_its_token() {
    for making in [Making::Well, Making::Silently, Making::Lost] {
        let (world, engine) = World::planned(&[SELLER]).await;
        engine.ensure_app(&NORTH.into()).await.unwrap();
        // Made by the same administrator, for another installation.
        let theirs = world.north.make("Eva Lindqvist", ADDRESS);
        world.north.books().making = [making].into();
        settle(&engine).await;
        assert_eq!(world.north.books().bots[ADDRESS].token, theirs, "their bot was taken over");
        let bot = stand_in(&engine, EVA, NORTH).await;
        assert_eq!(bot.address.as_deref(), Some("eva.lindqvist-2.acme@bots.example"));
        assert_speaks(&world, &bot).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_was_somebody_elses_is_never_used_again() {
    let (world, engine) = World::planned(&[SELLER, FARID]).await;
    let farid = person(&engine, FARID.1).await.id;
    assert!(engine.store().take_address(ADDRESS, farid).await.unwrap());
    settle(&engine).await;
    let bot = stand_in(&engine, EVA, NORTH).await;
    assert_eq!(bot.address.as_deref(), Some("eva.lindqvist-2.acme@bots.example"));
    assert!(!world.north.books().bots.contains_key(ADDRESS));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_suspends_one_and_hinders_nobody() {
    let (world, engine) = World::planned(&[SELLER, FARID]).await;
    engine.ensure_app(&NORTH.into()).await.unwrap();
    world.north.books().making = [Making::Refused].into();
    let done = settle(&engine).await;
    assert_eq!((done.active, done.left), (1, 0));
    let bots = [stand_in(&engine, EVA, NORTH).await, stand_in(&engine, FARID.1, NORTH).await];
    let suspended = bots.iter().find(|bot| bot.state == StandInState::Suspended).unwrap();
    let reason = suspended.reason.as_deref().unwrap();
    assert!(reason.contains("policy") && reason.contains("entente people bot-token"), "{reason}");
    assert_eq!(engine.retry_bots().await.unwrap(), 1);
    settle(&engine).await;
    assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
    assert_speaks(&world, &stand_in(&engine, FARID.1, NORTH).await).await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_pass_and_says_when_to_come_again() {
    let (world, engine) = World::planned(&[SELLER, FARID]).await;
    engine.ensure_app(&NORTH.into()).await.unwrap();
    let asked = world.north.books().asked;
    let limit = Making::Fails(CallError::Retry { after: Some(Duration::from_secs(70)) });
    world.north.books().making = vec![limit; 2].into();
    let done = engine.provision().await.unwrap();
    assert_eq!((done.left, done.again), (2, Some(Duration::from_secs(70))));
    assert!(world.north.books().asked - asked <= 2);
    settle(&engine).await;
    assert_eq!(addresses(&world).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_lost_token_that_cannot_be_renewed_is_asked_for_and_never_replaced_by_a_second_bot() {
    let (world, engine) = World::planned(&[SELLER]).await;
    engine.ensure_app(&NORTH.into()).await.unwrap();
    world.north.books().renews = false;
    world.north.books().making = [Making::Silently].into();
    settle(&engine).await;
    let lost = stand_in(&engine, EVA, NORTH).await;
    assert_eq!(lost.state, StandInState::Suspended);
    assert!(lost.reason.as_deref().unwrap().contains("its token is lost"), "{lost:?}");
    engine.retry_bots().await.unwrap();
    settle(&engine).await;
    assert_eq!(addresses(&world), [APP, ADDRESS]);

    // A token of another bot is not taken; one of this bot is.
    let other = world.north.make("Somebody", "somebody@bots.example");
    let refused = engine.adopt_bot(EVA, &NORTH.into(), other.into()).await.unwrap_err();
    assert!(refused.to_string().contains("has another bot"), "{refused}");
    let token = world.north.renew(ADDRESS).unwrap();
    engine.adopt_bot(EVA, &NORTH.into(), token.into()).await.unwrap();
    assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
}

#[tokio::test(start_paused = true)]
async fn a_bot_made_by_hand_stands_in_for_one_person_only() {
    let (world, engine) = World::planned(&[ENGINEER, SELLER, FARID]).await;
    let token = world.north.make("Eva", "eva-by-hand@bots.example");
    let north = NORTH.into();
    let adopted = engine.adopt_bot(" EVA@acme.example ", &north, token.clone().into()).await.unwrap();
    assert_eq!(adopted.address, "eva-by-hand@bots.example");
    let bot = stand_in(&engine, EVA, NORTH).await;
    assert_speaks(&world, &bot).await;
    assert_eq!(settle(&engine).await.active, 2, "and is not made again");
    assert_eq!(stand_in(&engine, EVA, NORTH).await, bot);

    let why = async |email: &str, token: &str| {
        let refused = engine.adopt_bot(email, &north, token.to_owned().into()).await.unwrap_err();
        assert!(matches!(refused, EngineError::Refused(_)), "{refused}");
        refused.to_string()
    };
    assert!(why(FARID.1, &token).await.contains("stands in for somebody else"));
    assert!(why(EVA, "nonsense").await.contains("the token is not accepted"));
    assert!(why("nobody@acme.example", &token).await.contains("nobody with this address"));
    assert!(why(ENGINEER.1, &token).await.contains("needs no stand-in"));
    let (_, code) = {
        let url = engine.begin_grant(&NORTH.into(), LoginKind::Admin, None, "b").await.unwrap();
        world.north.consent(&url, "ada")
    };
    assert!(why(EVA, &code).await.contains("not accepted"));
    assert!(engine.adopt_bot(EVA, &SOUTH.into(), token.into()).await.is_err(), "she works there");
}

#[tokio::test(start_paused = true)]
async fn an_app_made_by_hand_is_taken_where_none_can_be_made() {
    let (world, engine) = World::planned(&[SELLER]).await;
    world.north.books().making = [Making::Refused].into();
    let done = engine.provision().await.unwrap();
    let (at, why) = &done.blocked[0];
    assert!(at.as_str() == NORTH && why.contains("bot-token --app"), "{done:?}");
    let [(at, why)] = engine.blocked().try_into().unwrap();
    assert!(at.as_str() == NORTH && why.starts_with("the Entente app cannot speak there"), "{why}");
    assert_eq!(done.active, 1, "others are made");
    let token = world.north.make("Entente", "ours@bots.example");
    engine.adopt_app(&NORTH.into(), token.into()).await.unwrap();
    assert!(engine.provision().await.unwrap().blocked.is_empty() && engine.blocked().is_empty());
    let eva = world.north.books().bots[ADDRESS].token.clone();
    assert!(engine.adopt_app(&NORTH.into(), eva.into()).await.is_err(), "a stand-in is no app");
}

#[tokio::test(start_paused = true)]
async fn without_an_administrator_it_waits_and_says_so() {
    let (world, engine) = World::planned(&[SELLER]).await;
    world.north.books().making = [Making::Fails(CallError::Reauthorize)].into();
    let done = engine.provision().await.unwrap();
    assert!(
        done.blocked.iter().any(|(_, why)| why.contains("an administrator must give consent again")),
        "{done:?}"
    );
    world.admin(&engine).await;
    settle(&engine).await;
    assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
}

#[tokio::test(start_paused = true)]
async fn the_loop_wakes_when_something_changes_and_ends_when_told() {
    let (world, engine) = World::planned(&[SELLER]).await;
    world.north.books().making =
        vec![Making::Fails(CallError::Retry { after: Some(Duration::from_secs(30)) }); 3].into();
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(Arc::clone(&engine).run(stop.clone()));
    let begun = tokio::time::Instant::now();
    while stand_in(&engine, EVA, NORTH).await.state != StandInState::Active {
        assert!(begun.elapsed() < Duration::from_hours(1), "it does not come to an end");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(begun.elapsed() >= Duration::from_secs(30), "the platform's wait was not kept");
    assert_speaks(&world, &stand_in(&engine, EVA, NORTH).await).await;
    stop.cancel();
    running.await.unwrap();
}
