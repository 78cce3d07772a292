//! Groups: what is asked of Slack to the letter, and what is said, heard and read in one.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{
    AccountRef, Body, CallError, ConversationKind, ConversationRef, Destination, Draft, Emoji, MessageRef,
    Operation, Reaction, Sender,
};
use entente_platform::conformance::World as _;
use entente_platform::{Client, HeadKind, Item, Joined, MadeGroup, Mark, Place, WantedGroup};
use serde_json::{Value, json};

use crate::support::*;
use crate::world::{Simulated, make};

const MARK: &str = "0123456789abcdef";
const NAMED: &str = "ada-bob-q3-0123456789abcdef";
const CYD: &str = "U0CYD00001";
const APP: &str = "U0ENTENTE1";
const MPIM: &str = "C0MPDM0001";
const CHANNEL: &str = "C0OURS0001";

fn wanted(members: &[AccountRef]) -> WantedGroup<'_> {
    WantedGroup { name: "Ada & Bob: Q3", mark: MARK, members }
}

fn group(id: &str) -> ConversationRef {
    ConversationRef { workspace: workspace(), id: id.into() }
}

fn opened() -> String {
    fixture!("opened").replace(DIRECT, MPIM).replace("\"already_open\": true", "\"already_open\": false")
}

/// A private channel of ours, with these changes.
fn channel(change: impl Fn(&mut Value)) -> String {
    let mut channel = json!({"id": CHANNEL, "name": NAMED, "is_im": false, "is_mpim": false, "is_private": true,
                             "is_group": true, "created": 1_733_000_000, "creator": APP});
    change(&mut channel);
    json!({"ok": true, "channel": channel}).to_string()
}

fn members(of: &[&str]) -> String {
    json!({"ok": true, "members": of, "response_metadata": {"next_cursor": ""}}).to_string()
}

#[tokio::test]
async fn a_few_get_direct_messages() {
    let (two, nine) = ([account(ADA), account(CYD)], ["U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9"]);
    let script = Script::new([ok(&opened())]);
    let made = script.client(Some(APP)).make_group(&wanted(&two)).await;
    assert_eq!(made, Ok(MadeGroup { at: group(MPIM), channel: false }));
    let asked = script.asked();
    assert_eq!(
        (asked[0].method.as_str(), &asked[0].arguments),
        ("conversations.open", &json!({"users": format!("{ADA},{CYD}")}))
    );
    // There are some already, or somebody cannot be in any.
    let there = fixture!("opened").replace(DIRECT, MPIM);
    for reply in [ok(&there), refused("user_disabled"), refused("invalid_user_combination")] {
        let script = Script::new([reply, ok(&channel(|_| {}))]);
        let made = script.client(Some(APP)).make_group(&wanted(&two)).await;
        assert_eq!(made, Ok(MadeGroup { at: group(CHANNEL), channel: true }));
        assert_eq!(script.methods(), ["conversations.open", "conversations.create"]);
    }
    // Too few, too many.
    let nine = nine.map(account);
    for members in [&two[..1], &nine] {
        let script = Script::new([ok(&channel(|_| {}))]);
        let made = script.client(Some(APP)).make_group(&wanted(members)).await;
        assert_eq!(made, Ok(MadeGroup { at: group(CHANNEL), channel: true }));
        let asked = script.asked();
        assert_eq!(asked[0].arguments, json!({"name": NAMED, "is_private": "true"}));
    }
    for (reply, expected) in [
        (refused("fatal_error"), CallError::Unknown),
        (ok("{}"), CallError::Unknown),
        (ok(r#"{"ok":true}"#), CallError::Unknown),
        (ok(&opened().replace("\"id\"", "\"id2\"")), CallError::Unknown),
    ] {
        let script = Script::new([reply]);
        assert_eq!(script.client(Some(APP)).make_group(&wanted(&two)).await, Err(expected));
    }
    // The mark is nobody else's.
    let script = Script::new([refused("name_taken")]);
    assert_eq!(script.client(Some(APP)).make_group(&wanted(&nine)).await, Err(CallError::Unknown));
}

#[tokio::test]
async fn what_was_made_is_found() {
    let two = [account(ADA), account(CYD)];
    let listed = |channel: &str| {
        let channel: Value = serde_json::from_str(channel).unwrap();
        json!({"ok": true, "channels": [channel["channel"]]}).to_string()
    };
    let ours = listed(&channel(|_| {}));
    let script = Script::new([ok(&ours)]);
    let found = script.client(Some(APP)).find_group(&wanted(&two), at(1_733_000_000, 0)).await;
    assert_eq!(found, Ok(Some(MadeGroup { at: group(CHANNEL), channel: true })));
    let asked = script.asked();
    assert_eq!(asked[0].method, "users.conversations");
    assert_eq!(asked[0].arguments["types"], "private_channel");
    // Made after the wish, in the same second, before it.
    let other = listed(&channel(|channel| channel["name"] = "plans-fedcba9876543210".into()));
    for (since, fresh) in [(1_699_999_999, true), (1_700_000_000, true), (1_700_000_001, false)] {
        let script = Script::new([ok(&other), ok(&opened()), ok(fixture!("info_group"))]);
        let found = script.client(Some(APP)).find_group(&wanted(&two), at(since, 500_000)).await;
        assert_eq!(found, Ok(fresh.then(|| MadeGroup { at: group(MPIM), channel: false })));
        let asked = script.asked();
        assert_eq!(asked[1].arguments, json!({"users": format!("{ADA},{CYD}"), "prevent_creation": "true"}));
    }
    for none in [refused("channel_not_found"), ok(r#"{"ok":true,"no_op":true}"#)] {
        let script = Script::new([ok(&other), none]);
        assert_eq!(script.client(Some(APP)).find_group(&wanted(&two), at(0, 0)).await, Ok(None));
    }
    // Each field that is read is needed under its documented name.
    for field in ["channels", "id"] {
        let script = Script::new([ok(&ours.replace(&format!("\"{field}\""), "\"other\""))]);
        let found = script.client(Some(APP)).find_group(&wanted(&two), at(0, 0)).await;
        assert_eq!(found, Err(CallError::Retry { after: None }), "{field}");
    }
    let script =
        Script::new([ok(&ours.replace("\"name\"", "\"other\"")), ok(&opened()), ok(fixture!("info_group"))]);
    let found = script.client(Some(APP)).find_group(&wanted(&two), at(0, 0)).await;
    assert_eq!(found, Ok(Some(MadeGroup { at: group(MPIM), channel: false })), "the name is not read");
    let script =
        Script::new([ok(&other), ok(&opened()), ok(&fixture!("info_group").replace("created", "made"))]);
    let found = script.client(Some(APP)).find_group(&wanted(&two), at(0, 0)).await;
    assert_eq!(found, Err(CallError::Retry { after: None }));
}

#[tokio::test]
async fn a_group_tells_who_is_in_it() {
    let two = members(&[APP, ADA]);
    let both = [
        (fixture!("info_group").to_owned(), ConversationKind::Group),
        (channel(|_| {}), ConversationKind::GroupChannel),
    ];
    for (info, kind) in both {
        let script = Script::new([ok(&info), ok(&two)]);
        let found = script.client(Some(APP)).conversation(&group(MPIM)).await.unwrap().unwrap();
        assert_eq!((found.kind, found.name), (kind, None));
        assert_eq!(found.members, [account(APP), account(ADA)]);
        assert_eq!(script.asked()[1].arguments, json!({"channel": MPIM, "limit": "200"}));
        let script = Script::new([ok(&info), ok(&two.replace("members", "people"))]);
        let found = script.client(Some(APP)).conversation(&group(MPIM)).await;
        assert_eq!(found, Err(CallError::Retry { after: None }));
        let script = Script::new([ok(&info), refused("channel_not_found")]);
        assert_eq!(script.client(Some(APP)).conversation(&group(MPIM)).await, Ok(None), "out of it since");
    }
    // Others' private channels, and whatever would not be one of ours under its name, are channels.
    for (field, value) in [("name", json!("plans")), ("is_private", json!(false))] {
        let script = Script::new([ok(&channel(|channel| channel[field] = value.clone()))]);
        let found = script.client(Some(APP)).conversation(&group(CHANNEL)).await.unwrap().unwrap();
        assert_eq!((found.kind, found.members), (ConversationKind::Channel, vec![]));
    }
    let renamed = fixture!("info_group").replace("is_mpim", "other");
    let found = Script::new([ok(&renamed)]).client(Some(APP)).conversation(&group(MPIM)).await;
    assert_eq!(found.unwrap().unwrap().kind, ConversationKind::Channel);
    // It cannot be linked.
    let script = Script::new([ok(fixture!("info_group"))]);
    assert_eq!(script.client(Some(APP)).channel(MPIM).await, Ok(None));
}

#[tokio::test]
async fn people_come_and_go_where_they_can() {
    let no_channel = || refused("method_not_supported_for_channel_type");
    let asked = json!({"channel": CHANNEL, "users": ADA});
    for reply in [ok(r#"{"ok":true}"#), refused("already_in_channel"), refused("cant_invite_self")] {
        let script = Script::new([reply]);
        assert_eq!(script.client(Some(APP)).admit(&group(CHANNEL), &account(ADA)).await, Ok(()));
        assert_eq!(script.asked()[0].arguments, asked);
    }
    for (inside, there, expected) in [(&[APP, ADA], "in it", true), (&[APP, CYD], "not in it", false)] {
        let script = Script::new([no_channel(), ok(&members(inside)), no_channel(), ok(&members(inside))]);
        let client = script.client(Some(APP));
        let came = client.admit(&group(MPIM), &account(ADA)).await;
        let went = client.dismiss(&group(MPIM), &account(ADA)).await;
        assert_eq!((came.is_ok(), went.is_ok()), (expected, !expected), "{there}: {came:?} {went:?}");
        let refused = if expected { went } else { came };
        assert!(matches!(refused, Err(CallError::Reject(why)) if why.contains("never changes")));
    }
    let script = Script::new([refused("channel_not_found")]);
    assert_eq!(script.client(Some(APP)).admit(&group(CHANNEL), &account(ADA)).await, Err(CallError::Gone));

    let script = Script::new([ok(r#"{"ok":true,"errors":{}}"#)]);
    assert_eq!(script.client(Some(APP)).dismiss(&group(CHANNEL), &account(ADA)).await, Ok(()));
    let asked = script.asked();
    assert_eq!(
        (asked[0].method.as_str(), &asked[0].arguments),
        ("conversations.kick", &json!({"channel": CHANNEL, "user": ADA}))
    );
    let script = Script::new([refused("not_in_channel"), ok(&members(&[APP]))]);
    assert_eq!(script.client(Some(APP)).dismiss(&group(CHANNEL), &account(ADA)).await, Ok(()));
    let gone =
        [ok(r#"{"ok":true}"#), ok(r#"{"ok":false,"not_in_channel":true}"#), refused("channel_not_found")];
    for reply in gone {
        let script = Script::new([reply]);
        assert_eq!(script.client(Some(APP)).dismiss(&group(CHANNEL), &account(APP)).await, Ok(()));
        assert_eq!(script.methods(), ["conversations.leave"]);
    }
}

#[tokio::test]
async fn a_channel_of_ours_is_named_and_keeps_its_mark() {
    let script = Script::new([ok(&channel(|_| {})), ok(&channel(|_| {}))]);
    let client = script.client(Some(APP));
    assert_eq!(client.rename(&group(CHANNEL), "Q4!").await, Ok(()));
    let asked = script.asked();
    assert_eq!(
        (asked[1].method.as_str(), &asked[1].arguments),
        ("conversations.rename", &json!({"channel": CHANNEL, "name": "q4-0123456789abcdef"}))
    );
    let script = Script::new([ok(&channel(|_| {})), ok(fixture!("info_group"))]);
    let client = script.client(Some(APP));
    assert_eq!(client.rename(&group(CHANNEL), "Ada, Bob, Q3").await, Ok(()), "it is called so");
    assert!(matches!(client.rename(&group(MPIM), "Q4").await, Err(CallError::Reject(_))));
    script.asked();
}

/// A group of the app's with Ada, Bob, who has consented, and one more.
struct Group {
    world: Simulated,
    at: ConversationRef,
    app: Arc<dyn Client>,
}

async fn gathered() -> Group {
    let world = make().await;
    let app = world.client(world.maker());
    let members = [world.person(), world.ours().account.unwrap(), world.others()[0].clone()];
    let at = app.make_group(&wanted(&members)).await.unwrap().at;
    Group { world, at, app }
}

impl Group {
    async fn done(&self, operation: Operation) -> MessageRef {
        let draft = Draft { operation, sender: Sender::App(self.world.maker().login), alias: None };
        self.app.deliver(&draft).await.unwrap().message.unwrap()
    }

    async fn say(&self, thread: Option<&MessageRef>, text: &str) -> MessageRef {
        let to = Destination::Conversation(self.at.clone());
        self.done(Operation::Send { to, thread: thread.cloned(), body: Body::text(text) }).await
    }
}

/// The app says, answers, changes, feels and takes back there what it likes, and both it and a member read all of it.
#[tokio::test(start_paused = true)]
async fn a_group_is_spoken_in_and_read_like_a_channel() {
    let group = gathered().await;
    let (world, at) = (&group.world, &group.at);
    let mark = Mark { message: None, at: world.now() };
    let root = group.say(None, "a notice").await;
    let answer = group.say(Some(&root), "an answer").await;
    let by_hand = json!({"channel": at.id.as_str(), "text": "by hand", "thread_ts": root.id.as_str()});
    let posted = world.by_ada("chat.postMessage", by_hand).await;
    let asked = MessageRef { conversation: at.clone(), id: posted["ts"].as_str().unwrap().into() };
    group.done(Operation::Edit { target: answer.clone(), body: Body::text("a better answer") }).await;
    let thumb = Emoji::unicode("\u{1f44d}");
    group.done(Operation::React { target: asked.clone(), emoji: thumb.clone(), on: true }).await;
    for client in [&group.app, &world.client(world.ours())] {
        let read = client.catch_up(at, &mark).await.unwrap();
        let texts: Vec<_> = read.snapshots.iter().map(|one| one.message.body.plain()).collect();
        assert_eq!(texts, ["a notice", "a better answer", "by hand"]);
        let [_, one, other] = read.snapshots.as_slice() else { panic!() };
        assert!(one.edited_at.is_some());
        assert_eq!((&one.message.thread, &other.message.thread), (&Some(root.clone()), &Some(root.clone())));
        assert_eq!((&other.message.at, &other.message.author), (&asked, &world.person()));
        let felt = Reaction { by: world.maker().account.unwrap(), emoji: thumb.clone() };
        assert_eq!(client.fetch(&asked).await.unwrap().unwrap().reactions, Some(vec![felt]));
    }
    let to = Destination::Conversation(at.clone());
    let sent = group.app.sent_since(&to, mark.at).await.unwrap();
    assert_eq!(sent.iter().map(|one| &one.message.at).collect::<Vec<_>>(), [&root, &answer]);
    group.done(Operation::Delete { target: answer.clone() }).await;
    assert_eq!(group.app.fetch(&answer).await, Ok(None));
    let seen: Vec<_> = world.sees(at).await.into_iter().map(|seen| seen.text).collect();
    assert_eq!(seen, ["a notice", "by hand"]);
}

/// What is said in a group is reported as from no direct conversation; who comes into one and leaves it, too.
#[tokio::test(start_paused = true)]
async fn what_happens_in_a_group_is_reported() {
    let group = gathered().await;
    let (world, at) = (&group.world, &group.at);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let reported = world.reports().await;
    let said = world.by_ada("chat.postMessage", json!({"channel": at.id.as_str(), "text": "hello"})).await;
    // The same people once more: a private channel.
    let members = [world.person(), world.ours().account.unwrap(), world.others()[0].clone()];
    let other =
        group.app.make_group(&WantedGroup { mark: "fedcba9876543210", ..wanted(&members) }).await.unwrap();
    assert!(other.channel);
    for account in [&members[0], &members[0], &members[1]] {
        group.app.admit(&other.at, account).await.unwrap();
    }
    group.app.dismiss(&other.at, &members[1]).await.unwrap();
    let there = json!({"channel": other.at.id.as_str(), "text": "there"});
    let there = world.by_ada("chat.postMessage", there).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let reported = std::mem::take(&mut *reported.lock().unwrap());
    let heads: Vec<_> = reported
        .iter()
        .filter_map(|item| if let Item::Head(head) = item { Some(head) } else { None })
        .map(|head| (head.message.id.as_str(), head.kind, head.place, head.actor.clone()))
        .collect();
    let head = |said: &Value| {
        (said["ts"].as_str().unwrap().to_owned(), HeadKind::Created, Place::Group, Some(world.person()))
    };
    let expected = [head(&said), head(&there)];
    assert_eq!(
        heads,
        expected.each_ref().map(|(ts, kind, place, actor)| (ts.as_str(), *kind, *place, actor.clone()))
    );
    let mut joined: Vec<_> = reported
        .iter()
        .filter_map(|item| if let Item::Joined(joined) = item { Some(joined.clone()) } else { None })
        .collect();
    joined.retain(|joined| joined.conversation == other.at);
    let told = |account: &AccountRef, came: bool| Joined {
        conversation: other.at.clone(),
        account: account.clone(),
        came,
        watcher: world.maker().login,
    };
    let app = world.maker().account.unwrap();
    let expected =
        [told(&app, true), told(&members[0], true), told(&members[1], true), told(&members[1], false)];
    assert_eq!(joined.len(), expected.len(), "{joined:?}");
    assert!(expected.iter().all(|told| joined.contains(told)), "{joined:?}");
}
