//! What is Zoom's alone, against the simulator.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use entente_model::{Block, CallError, Destination, Draft, Inline, Operation, Sender};
use entente_platform::conformance::{Fixed, World as _};
use entente_platform::{Checked, Hook, Item};
use http::StatusCode;
use serde_json::json;

use crate::support::{account, login};
use crate::world::{Simulated, make};

/// What comes to the app's address, as the receiver understands it.
pub(crate) async fn heard(world: &Simulated) -> Arc<Mutex<Vec<Item>>> {
    use entente_platform::Platform as _;
    let receiver = entente_platform_zoom::Zoom.receiver(&world.site(), world.secrets().await).unwrap();
    let items = Arc::new(Mutex::new(Vec::new()));
    let (keeping, now) = (Arc::clone(&items), world.now());
    world.hear(Router::new().fallback(move |request: Request| {
        let (receiver, items) = (Arc::clone(&receiver), Arc::clone(&keeping));
        async move {
            let (parts, body) = request.into_parts();
            let channel = parts.uri.path().rsplit('/').next().unwrap().to_owned();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            match receiver.check(Hook::new(channel, None, parts.headers, body), now) {
                Ok(Checked::Answer(answer)) => answer.map(Body::from),
                Ok(Checked::Deliver(hook)) => {
                    items.lock().unwrap().extend(receiver.heads(&hook));
                    Response::new(Body::empty())
                }
                Err(refused) => {
                    let mut response = Response::new(Body::from(refused.to_string()));
                    *response.status_mut() = StatusCode::UNAUTHORIZED;
                    response
                }
            }
        }
    }));
    items
}

/// Waits until something has come.
pub(crate) async fn until(items: &Mutex<Vec<Item>>, enough: impl Fn(&[Item]) -> bool) {
    let wait = async {
        while !enough(&items.lock().unwrap()) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(5), wait).await.expect("it comes in time");
}

fn send(to: Destination, body: entente_model::Body) -> Draft {
    Draft {
        operation: Operation::Send { to, thread: None, body },
        sender: Sender::Account(login()),
        alias: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_address_is_validated_by_zoom() {
    let world = make().await;
    heard(&world).await;
    let made = world.subscribe(json!({"events": ["chat_message.sent"], "validate": true})).await;
    assert!(made["event_subscription_id"].is_string(), "{made}");
}

#[tokio::test(start_paused = true)]
async fn the_older_events_are_understood() {
    let world = make().await;
    let items = heard(&world).await;
    let events = ["sent", "replied", "updated", "deleted"].map(|what| format!("chat_message.{what}"));
    world.subscribe(json!({"events": events, "validate": false})).await;
    let root = world.writes("one", None).await;
    let reply = world.writes("two", Some(&root)).await;
    world.edits(&root, "three").await;
    world.deletes(&reply).await;
    // Each is told by both families.
    let is_head = |item: &&Item| matches!(item, Item::Head(_));
    until(&items, |items| items.iter().filter(is_head).count() == 8).await;
    let items = items.lock().unwrap();
    for item in items.iter().filter(is_head) {
        let Item::Head(head) = item else { unreachable!() };
        assert!([&root, &reply].contains(&&head.message), "{:?}", head.message);
        assert_eq!(head.watcher, world.ours().login);
    }
}

#[tokio::test(start_paused = true)]
async fn formats_arrive_where_they_belong_behind_signs_of_two_units() {
    let world = make().await;
    let bold = Inline::Bold(vec![Inline::Text("here".into())]);
    let body = entente_model::Body(vec![Block::Paragraph(vec![Inline::Text("👨‍👩‍👧 ".into()), bold])]);
    let client = world.client(world.ours());
    let to = Destination::Direct(world.person());
    let since = world.now();
    client.deliver(&send(to.clone(), body.clone())).await.unwrap();
    assert_eq!(world.shown().await[0]["text"], "👨‍👩‍👧 here");
    assert_eq!(client.sent_since(&to, since).await.unwrap()[0].message.body, body);
}

#[tokio::test(start_paused = true)]
async fn sessions_name_who_was_talked_to() {
    let world = make().await;
    let since = world.now();
    world.writes("hello", None).await;
    let talks = world.client(world.ours()).talks(since).await.unwrap();
    let [talk] = talks.as_slice() else { panic!("{talks:?}") };
    assert_eq!(talk.conversation, world.conversation());
    assert!(
        talk.members.contains(&world.person()) && talk.at >= since.minus(std::time::Duration::from_secs(1))
    );
}

#[tokio::test(start_paused = true)]
async fn the_app_writes_to_people_and_hears_them() {
    let world = make().await;
    let items = heard(&world).await;
    let robot = world.client(world.robot().await);
    let to = Destination::Direct(account(&world.ada.id));
    let body = entente_model::Body::text("Connect your account.");
    let said = robot.deliver(&send(to, body)).await.unwrap().message.unwrap();
    let jid = world.app.robot_jid.clone().unwrap();
    world.control("/_sim/bots/say", json!({"person": world.ada.id, "robot": jid, "text": "connect"})).await;
    until(&items, |items| items.iter().any(|item| matches!(item, Item::Head(_)))).await;
    let items = items.lock().unwrap();
    let Some(Item::Head(head)) = items.iter().find(|item| matches!(item, Item::Head(_))) else { panic!() };
    assert_eq!(head.message.conversation, said.conversation);
    assert_eq!(head.actor, Some(world.person()));
}

#[tokio::test(start_paused = true)]
async fn a_token_without_the_scope_and_one_of_another_kind_are_told_apart() {
    let world = make().await;
    // Grace's token may not list everybody.
    let refused = world.client(world.ours()).directory(None).await.err();
    assert!(matches!(&refused, Some(CallError::Lacks(named)) if named.contains("list_users")), "{refused:?}");
    // The app's token speaks for nobody.
    let mut robot = world.robot().await;
    robot.kind = entente_platform::LoginKind::Account;
    robot.account = world.ours().account;
    let body = entente_model::Body::text("x");
    let sent = world.client(robot).deliver(&send(Destination::Direct(world.person()), body)).await;
    assert!(matches!(sent, Err(CallError::Lacks(_) | CallError::Reject(_))), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_grant_that_was_taken_back_needs_a_person() {
    let world = make().await;
    let items = heard(&world).await;
    world.control("/_sim/deauthorize", json!({"person": world.grace.id})).await;
    let body = entente_model::Body::text("x");
    let sent = world.client(world.ours()).deliver(&send(Destination::Direct(world.person()), body)).await;
    assert_eq!(sent, Err(CallError::Reauthorize));
    drop(items);
    let mut dead = world.ours();
    dead.tokens = Arc::new(Fixed(String::new()));
    assert!(world.client(dead).me().await.is_err());
}
