//! What only Slack does, as the product meets it.

use std::time::Duration;

use entente_engine::EngineError;
use entente_model::{StandInState, WorkspaceId};
use entente_platform::LoginKind;
use entente_sim::faults::{Fault, Rule, When};
use entente_store::People as _;
use entente_testkit::{Place, Said, Setup, World, judge::judge};
use serde_json::json;

const ADA: &str = "ada.okafor@acme.example";
const INES: &str = "ines.fischer@acme.example";
const JONAS: &str = "jonas.berg@acme.example";
const SOON: Duration = Duration::from_mins(5);

async fn world(seed: u64) -> World {
    World::synced(Setup::between(seed, &[Place::Webex, Place::Slack])).await
}

async fn state(world: &World, email: &str) -> StandInState {
    let known = world.store.person_by_email(email).await.unwrap().unwrap();
    known.stand_ins.into_iter().next().unwrap().state
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_mentioned_by_id_alone_is_called_by_name() {
    let world = world(111).await;
    let ines = world.at(Place::Slack, INES).await;
    let jonas = world.at(Place::Slack, JONAS).await.id;
    let people = world.look(Place::Slack, "/_sim/people?bots=false").await;
    let admin = people["items"].as_array().unwrap().iter().find(|person| person["admin"] == true).unwrap();
    let stranger = admin["id"].as_str().unwrap();
    ines.write(ADA, &format!("m0 ask <@{jonas}> or <@{stranger}>")).await;
    assert!(world.settle(SOON).await);
    let bot = world.at_webex(&world.bot_of(INES).await).await.id;
    let name = admin["name"].as_str().unwrap();
    let texts =
        [name, "somebody"].map(|other| Said::once("c", &bot, &format!("m0 ask Jonas Berg or {other}")));
    let clean = texts.iter().any(|said| judge(std::slice::from_ref(said), world.webex.ledger()).is_clean());
    assert!(clean, "{:?}", judge(&texts[..1], world.webex.ledger()));
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_not_taken_is_no_outage() {
    let world = world(112).await;
    let engine = world.running();
    let slack = WorkspaceId::from(Place::Slack.workspace());
    let ada = world.store.person_by_email(ADA).await.unwrap().unwrap().person.id;
    let url = engine.begin_grant(&slack, LoginKind::Account, Some(ada), "browser").await.unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    // The vendor says so inside a success.
    let refused = engine.finish_grant(&state, "browser", Ok("no-such-code")).await.unwrap_err();
    assert!(matches!(&refused, EngineError::Refused(why) if why.contains("begin again")), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn consent_that_is_taken_back_and_given_again_loses_nothing() {
    let world = world(113).await;
    let (ada, ines) = (world.at_webex(ADA).await, world.at(Place::Slack, INES).await);
    let bot = world.bot_of(INES).await;
    let mut said = Vec::new();
    let mut write = async |text: &str| {
        ines.write(ADA, text).await;
        said.push(Said::once("c", &world.at_webex(&bot).await.id, text));
        said.clone()
    };
    write("m0 before").await;
    ada.write(&bot, "hello").await;
    assert!(world.settle(SOON).await);
    world.control(Place::Slack, "/_sim/revoke", json!({"person": ADA})).await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(state(&world, ADA).await, StandInState::Suspended);
    write("m1 meanwhile").await;
    tokio::time::sleep(Duration::from_mins(20)).await;
    world.represent_again(ADA, Place::Slack).await;
    world.listening().await;
    let said = write("m2 after").await;
    tokio::time::sleep(SOON).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    assert_eq!(state(&world, ADA).await, StandInState::Active);
    let verdict = judge(&said, world.webex.ledger());
    assert!(verdict.is_clean(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn the_app_answers_who_can_be_written_to_where() {
    let world = world(114).await;
    let ines = world.at(Place::Slack, INES).await;
    let apps = world.look(Place::Slack, "/_sim/apps").await;
    let app = apps["items"][0]["bot_user"].as_str().unwrap();
    let chat = ines.write_to_user(app, "find ada").await.conversation;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let seen = ines.sees(&chat).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(seen[0]["author"]["id"], app);
    assert!(seen[0]["text"].as_str().is_some_and(|text| text.contains(ADA)), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_before_anybody_heard_of_it_is_never_shown() {
    let mut world = world(115).await;
    let ines = world.at(Place::Slack, INES).await;
    ines.write(ADA, "m0 before").await;
    assert!(world.settle(SOON).await);
    world.crash();
    let regretted = ines.write(ADA, "m1 regretted").await;
    ines.delete(&regretted).await;
    ines.write(ADA, "m2 meant").await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    world.start(None, false).await;
    world.listening().await;
    // Slack tells of the first again a minute after it failed to, and of its deletion only then.
    tokio::time::sleep(Duration::from_mins(8)).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let shown = world.webex.ledger().read(0, usize::MAX).into_iter();
    let shown = shown.filter_map(|entry| entry.change["text"].as_str().map(str::to_owned));
    let shown: Vec<String> = shown.filter(|text| text.starts_with('m')).collect();
    assert_eq!(shown, ["m0 before", "m2 meant"]);
}

/// How often conversations were listed or read so far.
fn read(world: &World, method: &str) -> usize {
    let all = world.slack.ledger().read(0, usize::MAX);
    all.iter().filter(|entry| entry.path.ends_with(method)).count()
}

#[tokio::test(start_paused = true)]
async fn a_gap_that_a_death_interrupts_is_no_short_silence() {
    let mut world = world(117).await;
    let ines = world.at(Place::Slack, INES).await;
    let bot = world.at_webex(&world.bot_of(INES).await).await.id;
    ines.write(ADA, "m0 before").await;
    tokio::time::sleep(Duration::from_mins(20)).await;
    assert!(world.settle(SOON).await);
    world.stop().await;
    // Longer than Slack repeats anything; and nobody says anything later.
    ines.write(ADA, "m1 meanwhile").await;
    tokio::time::sleep(Duration::from_hours(2)).await;
    for point in [3, 9, 27] {
        world.start(Some(point), false).await;
        assert!(world.wait_for_death(SOON).await);
    }
    world.start(None, false).await;
    tokio::time::sleep(SOON).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let said = ["m0 before", "m1 meanwhile"].map(|text| Said::once("c", &bot, text));
    let verdict = judge(&said, world.webex.ledger());
    assert!(verdict.is_clean(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn what_strangers_write_to_somebody_who_consented_is_asked_about_nowhere() {
    let world = world(118).await;
    // Nobody of ours knows of them yet, although one of those they write to has consented.
    let newcomer = json!({"name": "Nora New", "email": "nora.new@acme.example"});
    world.control(Place::Slack, "/_sim/people", newcomer).await;
    let stranger = world.at(Place::Slack, "nora.new@acme.example").await;
    tokio::time::sleep(SOON).await;
    let before = read(&world, "/conversations.info");
    for number in 0..5 {
        stranger.write(ADA, &format!("n{number} of no interest")).await;
    }
    assert!(world.settle(SOON).await);
    assert_eq!(read(&world, "/conversations.info"), before);
    // And a conversation that does concern us is asked about once.
    world.at(Place::Slack, INES).await.write(ADA, "m0 of interest").await;
    assert!(world.settle(SOON).await);
    let bot = world.at_webex(&world.bot_of(INES).await).await.id;
    assert!(judge(&[Said::once("c", &bot, "m0 of interest")], world.webex.ledger()).is_clean());
    assert!(read(&world, "/conversations.info") <= before + 1);
}

#[tokio::test(start_paused = true)]
async fn the_app_answers_those_who_consented_too() {
    let world = world(119).await;
    // Ada speaks with her own account there, so Slack may name her and not the app.
    let ada = world.at(Place::Slack, ADA).await;
    let apps = world.look(Place::Slack, "/_sim/apps").await;
    let app = apps["items"][0]["bot_user"].as_str().unwrap();
    let mut chat = None;
    for _ in 0..6 {
        chat = Some(ada.write_to_user(app, "find ines").await.conversation);
        assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    }
    let seen = ada.sees(&chat.unwrap()).await;
    let answers = seen.iter().filter(|message| message["author"]["id"] == app).count();
    assert_eq!(answers, 6, "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_comparison_that_fails_is_no_gap() {
    let world = world(120).await;
    let ines = world.at(Place::Slack, INES).await;
    let bot = world.at_webex(&world.bot_of(INES).await).await.id;
    ines.write(ADA, "m0 before").await;
    tokio::time::sleep(Duration::from_mins(20)).await;
    assert!(world.settle(SOON).await);
    world.slack.faults().set(vec![Rule {
        name: "lists fail".to_owned(),
        method: "POST".to_owned(),
        path: "*/users.conversations".to_owned(),
        fault: Fault::Status { code: 503, retry_after: None },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    tokio::time::sleep(Duration::from_mins(12)).await;
    let histories = read(&world, "/conversations.history");
    let lists = read(&world, "/users.conversations");
    ines.write(ADA, "m1 meanwhile").await;
    assert!(world.settle(SOON).await);
    assert_eq!(read(&world, "/conversations.history"), histories, "what is reported is believed");
    tokio::time::sleep(Duration::from_mins(12)).await;
    assert!(read(&world, "/users.conversations") > lists, "it is tried again");
    let said = ["m0 before", "m1 meanwhile"].map(|text| Said::once("c", &bot, text));
    let verdict = judge(&said, world.webex.ledger());
    assert!(verdict.is_clean(), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_missing_is_named_and_what_waits_for_it_is_kept() {
    let world = world(121).await;
    let (ada, ines) = (world.at_webex(ADA).await, world.at(Place::Slack, INES).await);
    let bot = world.bot_of(INES).await;
    ada.write(&bot, "m0 before").await;
    assert!(world.settle(SOON).await);
    let chat = ines.write(ADA, "n0 before").await.conversation;
    assert!(world.settle(SOON).await);
    world.slack.faults().set(vec![Rule {
        name: "no permission".to_owned(),
        method: "POST".to_owned(),
        path: "*/chat.postMessage".to_owned(),
        fault: Fault::Says { body: json!({"ok": false, "error": "missing_scope", "needed": "chat:write"}) },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    ada.write(&bot, "m1 meanwhile").await;
    tokio::time::sleep(Duration::from_hours(1)).await;
    let overdue = world.running().overdue(10).await.unwrap();
    let [waiting] = overdue.as_slice() else { panic!("{overdue:?}") };
    assert!(waiting.why.contains("permission") && waiting.why.contains("chat:write"), "{waiting:?}");
    assert_eq!(world.counts().await.dead, 0);
    // An administrator adds it.
    world.slack.faults().set(Vec::new());
    tokio::time::sleep(Duration::from_mins(6)).await;
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
    let seen = ines.sees(&chat).await;
    assert!(seen.iter().any(|message| message["text"] == "m1 meanwhile"), "{seen:?}");
}
