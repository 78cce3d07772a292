//! From directories to people and stand-ins, by way of a plan.

use entente_engine::EngineError;
use entente_engine::people::{Action, Applied, ConflictReason};
use entente_model::{StandInMode, StandInState};

use crate::people_world::mortal::Life;
use crate::people_world::{ENGINEER, NORTH, SELLER, SOUTH, World, person, rules, stand_in};

async fn imported() -> (World, std::sync::Arc<entente_engine::Engine>) {
    let world = World::new(&[ENGINEER, SELLER]).await;
    let engine = world.engine(&Life::immortal()).await;
    world.admin(&engine).await;
    engine.ensure_app(&SOUTH.into()).await.unwrap();
    engine.import(None).await.unwrap();
    (world, engine)
}

fn refused(error: &EngineError) -> &str {
    match error {
        EngineError::Refused(why) | EngineError::NotReady(why) => why,
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_needs_an_administrator_and_can_be_repeated() {
    let world = World::new(&[ENGINEER, SELLER]).await;
    let engine = world.engine(&Life::immortal()).await;
    let early = engine.import(Some(&NORTH.into())).await.unwrap_err();
    assert_eq!(refused(&early), "north: no administrator has given consent");
    let early = engine.plan(&rules()).await.unwrap_err();
    assert!(refused(&early).contains("was not imported yet"), "{early}");
    world.admin(&engine).await;
    let [(_, first)] = engine.import(Some(&NORTH.into())).await.unwrap().try_into().unwrap();
    assert_eq!((first.listed, first.new, first.changed, first.missing), (2, 2, 0, 0));
    let [(_, again)] = engine.import(Some(&NORTH.into())).await.unwrap().try_into().unwrap();
    assert_eq!((again.listed, again.new, again.changed, again.missing), (2, 0, 0, 0));
    world.north.books().listed.clear();
    let nobody = engine.import(Some(&NORTH.into())).await.unwrap_err();
    assert_eq!(refused(&nobody), "north: the directory lists nobody");
    assert!(engine.import(Some(&"east".into())).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_plan_says_what_applying_does() {
    let (_world, engine) = imported().await;
    let plan = engine.plan(&rules()).await.unwrap();
    let texts: Vec<String> = plan
        .lines
        .iter()
        .map(|line| {
            let place = line.workspace.as_ref().map_or("", |name| name.as_str());
            format!("{} {place} {}", line.email, line.action)
        })
        .collect();
    let expected = [
        "ada@acme.example  add: works in north; accounts in north, south",
        "ada@acme.example south ask for consent to use the account",
        "eva@acme.example  add: works in south; accounts in south",
        "eva@acme.example north make the bot eva.lindqvist.acme@bots.example",
        "iris@acme.example  add: works in south; accounts in north, south",
        "iris@acme.example north ask for consent to use the account",
    ];
    assert_eq!(texts, expected);
    assert!(engine.store().people().await.unwrap().is_empty(), "a plan changes nothing");

    let applied = engine.apply(&plan.digest).await.unwrap();
    assert_eq!(applied, Applied { people_added: 3, bots: 1, consents: 2, ..Applied::default() });
    assert_eq!(person(&engine, "eva@acme.example").await.primary.unwrap().account.workspace.id, SOUTH.into());
    let bot = stand_in(&engine, "eva@acme.example", NORTH).await;
    assert_eq!((bot.mode, bot.state), (StandInMode::Bot, StandInState::Planned));
    let account = stand_in(&engine, "ada@acme.example", SOUTH).await;
    assert_eq!((account.mode, account.state), (StandInMode::Account, StandInState::AwaitingConsent));
    assert_eq!(account.account.unwrap().id, "ada".into());

    let before = engine.store().people().await.unwrap();
    assert_eq!(engine.apply(&plan.digest).await.unwrap(), Applied::default(), "twice is once");
    assert_eq!(engine.store().people().await.unwrap(), before);
    let again = engine.plan(&rules()).await.unwrap();
    assert!(again.lines.is_empty());
    assert_eq!(again.kept, 6);
}

#[tokio::test(start_paused = true)]
async fn a_stale_plan_is_refused_with_what_differs() {
    let (world, engine) = imported().await;
    let plan = engine.plan(&rules()).await.unwrap();
    world.south.hire("Farid Haddad", "farid@acme.example", "sales");
    world.south.books().listed.retain(|account| account.name != "Eva Lindqvist");
    engine.import(None).await.unwrap();
    let stale = engine.apply(&plan.digest).await.unwrap_err();
    let why = refused(&stale);
    assert!(why.contains("now also: Farid Haddad <farid@acme.example>: add"), "{why}");
    assert!(why.contains("not any more: Eva Lindqvist <eva@acme.example>, north: make the bot"), "{why}");
    assert!(engine.store().people().await.unwrap().is_empty(), "nothing was done");

    let fresh = engine.plan(&rules()).await.unwrap();
    assert_ne!(fresh.digest, plan.digest);
    let older = engine.apply(&plan.digest).await.unwrap_err();
    assert!(refused(&older).contains("not the last plan"), "{older}");
    engine.apply(&fresh.digest).await.unwrap();
    assert_eq!(fresh.conflicts.len(), 1);
    assert_eq!(
        fresh.conflicts[0].reason,
        ConflictReason::Inactive,
        "who is not listed any more is not matched"
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_directory_that_changes_nothing_for_anybody_does_not_make_a_plan_stale() {
    let (world, engine) = imported().await;
    let plan = engine.plan(&rules()).await.unwrap();
    for account in &mut world.north.books().listed {
        account.picture = None;
    }
    engine.import(None).await.unwrap();
    engine.apply(&plan.digest).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_application_is_finished_by_the_next() {
    for steps in 0.. {
        let world = World::new(&[ENGINEER, SELLER]).await;
        let life = Life::immortal();
        let engine = world.engine(&life).await;
        world.admin(&engine).await;
        engine.ensure_app(&SOUTH.into()).await.unwrap();
        engine.import(None).await.unwrap();
        let plan = engine.plan(&rules()).await.unwrap();
        life.end_after(steps);
        let ended = life.lives(engine.apply(&plan.digest)).await;
        let engine = world.engine(&Life::immortal()).await;
        engine.apply(&plan.digest).await.unwrap();
        assert!(
            engine.plan(&rules()).await.unwrap().lines.is_empty(),
            "after {steps} steps something was left"
        );
        assert_eq!(engine.store().people().await.unwrap().len(), 3);
        if ended.is_some() {
            assert!(steps > 20, "only {steps} steps were interrupted");
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_an_unknown_workspace_is_refused() {
    let (_world, engine) = imported().await;
    let mut wrong = rules();
    wrong[0].workspace = "east".into();
    assert!(matches!(engine.plan(&wrong).await, Err(EngineError::UnknownWorkspace(_))));
    let without = engine.plan(&[]).await.unwrap();
    assert_eq!(without.unchosen.len(), 2, "{:?}", without.unchosen);
    assert!(without.lines.iter().all(|line| !matches!(line.action, Action::AskConsent { .. })));
}
