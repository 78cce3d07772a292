//! People are synced with the vendors' own rules in the way: taken addresses, refusals, limits, lost answers, and
//! consent given by the wrong person.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use entente_engine::people::PrimaryRule;
use entente_engine::{Engine, EngineError};
use entente_model::{PersonId, StandIn, StandInState, WorkspaceId};
use entente_platform::LoginKind;
use entente_sim::faults::{Fault, Rule, When};
use entente_store::Memory;
use entente_testkit::setup::{TEAMS_WORKSPACE, WEBEX_WORKSPACE, call};
use entente_testkit::{Gate, Place, Setup, World};
use http::{Request, header};
use serde_json::json;
use tower::ServiceExt as _;
use url::Url;

const ADA: &str = "ada.okafor@acme.example";
const BRUNO: &str = "bruno.keller@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const BROWSER: &str = "a browser's cookie";

/// A second, empty installation beside one that has synced everybody: people planned, its app made, no bots yet.
async fn second(seed: u64) -> (World, Arc<Engine>) {
    second_of(Setup::small(seed)).await
}

async fn second_of(setup: Setup) -> (World, Arc<Engine>) {
    let mut world = World::new(setup);
    world.sync().await;
    world.store = Memory::new();
    let engine = world.engine(&Arc::new(Gate::new(None, None))).await;
    let webex = WorkspaceId::from(WEBEX_WORKSPACE);
    let url = engine.begin_grant(&webex, LoginKind::Admin, None, BROWSER).await.unwrap();
    let people =
        call(&world.webex.router(), Place::Webex.authority(), "GET", "/_sim/people?bots=false", None, None)
            .await
            .1;
    let admin = people["items"].as_array().unwrap().iter().find(|person| person["admin"] == true).unwrap();
    let back = visit(&world.webex.router(), url, admin["email"].as_str().unwrap(), "approve").await;
    engine.finish_grant(&back["state"], BROWSER, Ok(&back["code"])).await.unwrap();
    for workspace in [WEBEX_WORKSPACE, TEAMS_WORKSPACE] {
        engine.ensure_app(&workspace.into()).await.unwrap();
    }
    engine.import(None).await.unwrap();
    let rules = [
        PrimaryRule { workspace: webex, department: Some("engineering".to_owned()) },
        PrimaryRule { workspace: TEAMS_WORKSPACE.into(), department: None },
    ];
    let plan = engine.plan(&rules).await.unwrap();
    engine.apply(&plan.digest).await.unwrap();
    (world, engine)
}

/// Somebody follows a link to a platform's consent page and decides; what the browser brings back.
async fn visit(platform: &Router, mut url: Url, email: &str, decision: &str) -> BTreeMap<String, String> {
    let authority = url.authority().to_owned();
    let standing = json!({"person": email, "answer": decision});
    call(platform, &authority, "POST", "/_sim/consent", None, Some(standing)).await;
    // Whoever sits there may sign in with another account than the hinted one.
    let asked: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| name != "login_hint").collect();
    url.query_pairs_mut().clear().extend_pairs(asked).append_pair("login_hint", email);
    let request = Request::get(url.as_str()).header(header::HOST, &authority).body(Body::empty()).unwrap();
    let answer = platform.clone().oneshot(request).await.unwrap();
    let back = answer.headers()[header::LOCATION].to_str().unwrap().parse::<Url>().unwrap();
    assert_eq!(back.path(), "/oauth/callback");
    back.query_pairs().into_owned().collect()
}

async fn stand_in(engine: &Engine, email: &str) -> StandIn {
    let known = engine.store().person_by_email(email).await.unwrap().unwrap();
    known.stand_ins.into_iter().next().unwrap()
}

async fn id(engine: &Engine, email: &str) -> PersonId {
    engine.store().person_by_email(email).await.unwrap().unwrap().person.id
}

/// How many bots are to be made.
async fn planned(engine: &Engine) -> usize {
    let people = engine.store().people().await.unwrap();
    let all = people.iter().flat_map(|known| &known.stand_ins);
    all.filter(|stand_in| stand_in.state == StandInState::Planned).count()
}

async fn suspended(engine: &Engine) -> Vec<StandIn> {
    let people = engine.store().people().await.unwrap();
    let all = people.into_iter().flat_map(|known| known.stand_ins);
    all.filter(|stand_in| stand_in.state == StandInState::Suspended).collect()
}

/// Whose addresses the bots on the platform have.
async fn bots(world: &World) -> Vec<String> {
    let all =
        call(&world.webex.router(), Place::Webex.authority(), "GET", "/_sim/people?bots=true", None, None)
            .await
            .1;
    let all = all["items"].as_array().unwrap().iter().filter_map(|person| person["email"].as_str());
    let mut all: Vec<String> = all.filter(|email| email.ends_with("@webex.bot")).map(str::to_owned).collect();
    all.sort_unstable();
    all
}

fn making(fault: Fault, when: When) -> Vec<Rule> {
    let name = "making bots".to_owned();
    let (method, path) = ("POST".to_owned(), "/v1/applications".to_owned());
    vec![Rule { name, method, path, fault, when, share: 1.0, times: Some(1) }]
}

fn why<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> String {
    match answer.unwrap_err() {
        EngineError::Refused(why) => why,
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_installation_takes_nobodys_bots_away() {
    let (world, engine) = second(1).await;
    let before = bots(&world).await;
    let wanted = planned(&engine).await;
    assert!(wanted >= 2, "the sales people");
    let done = engine.provision().await.unwrap();
    assert_eq!((done.activated, done.left), (wanted, 0), "{done:?}");
    let eva = stand_in(&engine, EVA).await;
    assert_eq!(eva.state, StandInState::Active);
    assert_eq!(eva.address.as_deref(), Some("eva.lindqvist-2.acme@webex.bot"));
    assert_eq!(eva.reason.as_deref(), Some("eva.lindqvist.acme@webex.bot is taken by somebody else"));
    let after = bots(&world).await;
    assert_eq!(after.len(), before.len() + wanted, "{after:?}");
    let bot = engine.client(eva.login.unwrap()).await.unwrap().unwrap().me().await.unwrap();
    assert_eq!((bot.name.as_str(), Some(bot.account)), ("Eva Lindqvist", eva.account));
}

#[tokio::test(start_paused = true)]
async fn where_no_dots_are_taken_bots_have_hyphens_and_a_second_installation_its_own() {
    let mut setup = Setup::small(6);
    setup.webex.bot_email_dots = false;
    let (world, engine) = second_of(setup).await;
    assert!(
        bots(&world).await.contains(&"eva-lindqvist-acme@webex.bot".to_owned()),
        "of the first installation"
    );
    let wanted = planned(&engine).await;
    let done = engine.provision().await.unwrap();
    assert_eq!((done.activated, done.left), (wanted, 0), "{done:?}");
    let eva = stand_in(&engine, EVA).await;
    assert_eq!(eva.address.as_deref(), Some("eva-lindqvist-2-acme@webex.bot"));
    let dotted = |address: &String| address.trim_end_matches("@webex.bot").contains('.');
    assert_eq!(bots(&world).await.iter().filter(|address| dotted(address)).count(), 0);
    let bot = engine.client(eva.login.unwrap()).await.unwrap().unwrap().me().await.unwrap();
    assert_eq!((bot.name.as_str(), Some(bot.account)), ("Eva Lindqvist", eva.account));
}

#[tokio::test(start_paused = true)]
async fn a_refused_consent_is_told_whatever_the_platform_calls_it() {
    let (world, engine) = second(7).await;
    let webex = WorkspaceId::from(WEBEX_WORKSPACE);
    let platform = world.webex.router();
    let begin = async || engine.begin_grant(&webex, LoginKind::Admin, None, BROWSER).await.unwrap();
    for (name, told) in
        [("access_denied", "consent was declined"), ("user_refused", "consent failed with user_refused")]
    {
        world.webex.switches().merge(json!({"consent_refusal": name})).unwrap();
        let back = visit(&platform, begin().await, ADA, "deny").await;
        assert_eq!(back["error"], name);
        let denied = why(engine.finish_grant(&back["state"], BROWSER, Err(&back["error"])).await);
        assert!(denied.contains(told), "{denied}");
        let spent = why(engine.finish_grant(&back["state"], BROWSER, Ok("made up")).await);
        assert!(spent.contains("begin again"), "{spent}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bot_whose_making_was_not_answered_is_not_made_again() {
    let (world, engine) = second(2).await;
    let before = bots(&world).await.len();
    let wanted = planned(&engine).await;
    world.webex.faults().set(making(Fault::Reset, When::After));
    let mut done = engine.provision().await.unwrap();
    for _ in 0..5 {
        if done.left > 0 {
            tokio::time::sleep(done.again.unwrap()).await;
            done = engine.provision().await.unwrap();
        }
    }
    assert_eq!(done.left, 0);
    let struck = world.webex.faults().rules()[0].1;
    assert_eq!(struck, 1);
    let after = bots(&world).await;
    let of = |name: &str| after.iter().filter(|address| address.starts_with(name)).count();
    assert_eq!(after.len(), before + wanted, "{after:?}");
    assert_eq!((of("eva"), of("farid")), (2, 2), "one of each installation: {after:?}");
    // The answer held the token, and nobody can ask for another: it is wanted from the administrator.
    let lost = suspended(&engine).await;
    assert_eq!(lost.len(), 1);
    let reason = lost[0].reason.as_deref().unwrap();
    assert!(reason.contains("its token is lost") && reason.contains("entente people bot-token"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_waited_out_and_a_refusal_says_what_to_do() {
    let (world, engine) = second(4).await;
    let wanted = planned(&engine).await;
    let limit = Fault::Status { code: 429, retry_after: Some("7".to_owned()) };
    world.webex.faults().set(making(limit, When::Before));
    let done = engine.provision().await.unwrap();
    assert!(done.left > 0 && done.again >= Some(Duration::from_secs(5)), "{done:?}");
    tokio::time::sleep(done.again.unwrap()).await;
    let refusal = Fault::Status { code: 403, retry_after: None };
    world.webex.faults().set(making(refusal, When::Before));
    let done = engine.provision().await.unwrap();
    assert_eq!((done.left, done.suspended), (0, 1), "{done:?}");
    let refused = suspended(&engine).await;
    let reason = refused[0].reason.as_deref().unwrap();
    assert!(reason.contains("entente people bot-token"), "{reason}");
    assert_eq!(engine.retry_bots().await.unwrap(), 1);
    let done = engine.provision().await.unwrap();
    assert_eq!((done.active, done.left), (wanted, 0), "{done:?}");
}

#[tokio::test(start_paused = true)]
async fn consent_counts_only_for_the_account_that_was_asked() {
    let (world, engine) = second(5).await;
    let teams = WorkspaceId::from(TEAMS_WORKSPACE);
    let ada = id(&engine, ADA).await;
    let begin = async || engine.begin_grant(&teams, LoginKind::Account, Some(ada), BROWSER).await.unwrap();
    let platform = world.teams.router();

    let back = visit(&platform, begin().await, BRUNO, "approve").await;
    let wrong = why(engine.finish_grant(&back["state"], BROWSER, Ok(&back["code"])).await);
    assert!(wrong.contains("another account"), "{wrong}");
    let back = visit(&platform, begin().await, ADA, "deny").await;
    let denied = why(engine.finish_grant(&back["state"], BROWSER, Err(&back["error"])).await);
    assert!(denied.contains("declined"), "{denied}");
    assert_eq!(stand_in(&engine, ADA).await.state, StandInState::AwaitingConsent);

    let back = visit(&platform, begin().await, ADA, "approve").await;
    let granted = engine.finish_grant(&back["state"], BROWSER, Ok(&back["code"])).await.unwrap();
    assert_eq!(granted.person, Some(ada));
    let speaks = stand_in(&engine, ADA).await;
    assert_eq!((speaks.state, speaks.account), (StandInState::Active, Some(granted.account)));
    let used = why(engine.finish_grant(&back["state"], BROWSER, Ok(&back["code"])).await);
    assert!(used.contains("begin again"), "{used}");
    // The platform itself takes a code once, and only with the proof of the consent that it came from.
    let other = visit(&platform, begin().await, ADA, "approve").await;
    let swapped = why(engine.finish_grant(&other["state"], BROWSER, Ok(&back["code"])).await);
    assert!(swapped.contains("the code was not accepted"), "{swapped}");
    assert_eq!(stand_in(&engine, ADA).await.login, speaks.login);
}
