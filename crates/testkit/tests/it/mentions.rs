//! Messages that call somebody, whose answers are lost. A platform may show who is called by another name than the one that was
//! sent, or tell none at all; what is recognised by what it says must be recognised all the same.

use std::time::Duration;

use entente_model::Loss;
use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::{Actor, Place, Setup, World};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_mins(10);

/// Until here everything that can still come of a call without an answer has come.
const LONG: Duration = Duration::from_mins(3);

fn rule(method: &str, path: &str, fault: Fault, when: When) -> Rule {
    let (method, path) = (method.to_owned(), path.to_owned());
    Rule { name: "unanswered".to_owned(), method, path, fault, when, share: 1.0, times: None }
}

/// The next message is said and not answered.
fn unanswered(place: Place, in_channel: bool) -> Rule {
    let path = match (place, in_channel) {
        (Place::Webex, _) => "/v1/messages",
        (Place::Slack, _) => "*/chat.postMessage",
        (Place::Teams, false) => "*/messages",
        (Place::Teams, true) => "*/activities",
        (Place::Zoom, false) => "/v2/chat/users/",
        (Place::Zoom, true) => "*/im/chat/messages",
    };
    let status = Fault::Status { code: 504, retry_after: None };
    Rule { times: Some(1), ..rule("POST", path, status, When::After) }
}

/// Nothing is told of it either.
fn untold() -> Rule {
    rule("HOOK", "", Fault::Drop, When::Before)
}

/// A message in the vendor's own words that calls somebody by their account, under a name of the writer's choice where there
/// is one to choose.
fn calling(place: Place, token: &str, account: &str) -> Value {
    calling_as(place, token, account, "Chief")
}

/// The same under this name.
pub(crate) fn calling_as(place: Place, token: &str, account: &str, name: &str) -> Value {
    match place {
        Place::Webex => json!({"markdown": format!("{token} <@personId:{account}|{name}>")}),
        Place::Teams => {
            let user = json!({"user": {"id": account, "displayName": name, "userIdentityType": "aadUser"}});
            let mention = json!({"id": 0, "mentionText": name, "mentioned": user});
            let content = format!("<p>{token} <at id=\"0\">{name}</at></p>");
            json!({"body": {"contentType": "html", "content": content}, "mentions": [mention]})
        }
        Place::Slack => {
            let text = json!({"type": "text", "text": format!("{token} ")});
            let user = json!({"type": "user", "user_id": account});
            let section = json!({"type": "rich_text_section", "elements": [text, user]});
            json!({"text": token, "blocks": [{"type": "rich_text", "elements": [section]}]})
        }
        Place::Zoom => panic!("in direct messages of Zoom nobody is called"),
    }
}

async fn settle(world: &World) {
    assert!(world.settle(SOON).await, "{:?}", world.counts().await);
}

/// How many messages of this word were ever written on a platform, whatever became of them.
fn said(world: &World, place: Place, token: &str) -> usize {
    let all = world.ledger(place).read(0, usize::MAX);
    let of_it = |change: &Value| {
        change["kind"] == "message.created"
            && change["text"].as_str().is_some_and(|text| text.contains(token))
    };
    all.iter().filter(|entry| of_it(&entry.change)).count()
}

async fn had_landed(world: &World) -> u64 {
    world.counts().await.other.get("unknown_had_landed").copied().unwrap_or_default()
}

/// Somebody at `source` calls the colleague at `target` to whom they write; its answer is lost there, and perhaps what is told.
async fn once(source: Place, target: Place, told: bool) {
    let world = World::synced(Setup::between(93, &[source, target])).await;
    let (one, other) = (world.somebody_of(source), world.somebody_of(target));
    let writer = world.at(source, &one).await;
    let there: Actor = world.at(source, &world.address_at(source, &other).await).await;
    writer.write(&there.email, "hello").await;
    settle(&world).await;
    let mut rules = vec![unanswered(target, false)];
    rules.extend((!told).then(untold));
    world.faults(target).set(rules);
    writer.send(&there.email, calling(source, "calling", &there.id)).await;
    tokio::time::sleep(LONG).await;
    world.faults(target).set(Vec::new());
    settle(&world).await;
    assert_eq!(said(&world, target, "calling"), 1, "{source:?} to {target:?}");
    if !told {
        assert_eq!(had_landed(&world).await, 1, "{source:?} to {target:?}");
    }
}

/// The same in a channel, where the app says it.
async fn once_in_a_channel(source: Place, target: Place) {
    let world = World::synced(Setup::between(94, &[source, target])).await;
    let rooms = world.open_channels("launch").await;
    world.link(&rooms).await;
    let from = rooms.iter().find(|room| room.host.place == source).expect("a room there");
    let to = rooms.iter().find(|room| room.host.place == target).expect("a room there");
    let called = world.at(source, &world.address_at(source, &to.host.email).await).await;
    from.host.tell(&from.id, "hello").await;
    settle(&world).await;
    world.faults(target).set(vec![unanswered(target, true), untold()]);
    from.host.tell_with(&from.id, calling(source, "calling", &called.id)).await;
    tokio::time::sleep(LONG).await;
    world.faults(target).set(Vec::new());
    settle(&world).await;
    assert_eq!(said(&world, target, "calling"), 1, "{source:?} to {target:?}");
    assert_eq!(had_landed(&world).await, 1, "{source:?} to {target:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_in_a_channel_without_an_answer_is_found() {
    for source in [Place::Webex, Place::Teams, Place::Slack] {
        for target in Place::ALL.into_iter().filter(|target| *target != source) {
            once_in_a_channel(source, target).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_found() {
    for source in [Place::Webex, Place::Teams, Place::Slack] {
        for target in Place::ALL.into_iter().filter(|target| *target != source) {
            once(source, target, false).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_known_when_it_is_told() {
    for target in [Place::Webex, Place::Slack, Place::Zoom] {
        once(Place::Teams, target, true).await;
    }
    once(Place::Slack, Place::Teams, true).await;
}

/// A platform may refuse to call somebody, who may have left it. What was written arrives all the same.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_refused_for_whom_it_calls_is_said_with_the_name() {
    let world = World::synced(Setup::between(95, &[Place::Slack, Place::Teams])).await;
    let (one, other) = (world.somebody_of(Place::Slack), world.somebody_of(Place::Teams));
    let writer = world.at(Place::Slack, &one).await;
    let called = world.at(Place::Slack, &world.address_at(Place::Slack, &other).await).await;
    writer.write(&called.email, "hello").await;
    settle(&world).await;
    let refused = Fault::Status { code: 400, retry_after: None };
    let rule = Rule { times: Some(1), ..rule("POST", "*/messages", refused, When::Before) };
    world.faults(Place::Teams).set(vec![rule]);
    let at = writer.send(&called.email, calling(Place::Slack, "calling", &called.id)).await;
    settle(&world).await;
    assert_eq!(said(&world, Place::Teams, "calling"), 1);
    assert_eq!(world.lost.by(|of| of.id.as_str() == at.message), [Loss::Mention]);
    assert_eq!(world.counts().await.dead, 0);
}
