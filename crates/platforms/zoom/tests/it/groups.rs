//! What group chats ask of Zoom, to the letter, and what its answers mean.

use entente_model::{
    AccountRef, CallError, ConversationKind, ConversationRef, Emoji, MessageRef, Operation, Timestamp,
};
use entente_model::{Draft, Sender};
use entente_platform::WantedGroup;
use serde_json::{Value, json};

use crate::support::*;

const GROUP: &str = "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40";
const CAROL: &str = "Cc8mNo3qR-He5_WaY0dFvx";
const LIST: &str = "GET /chat/users/me/channels?page_size=50";

fn group() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: GROUP.into() }
}

fn wanted(members: &[AccountRef]) -> WantedGroup<'_> {
    WantedGroup { name: "Launch", mark: "0123456789abcdef", members }
}

fn contact() -> Reply {
    ok(fixture!("contact"))
}

fn members() -> Reply {
    ok(fixture!("members"))
}

fn done() -> Reply {
    status(204, "")
}

/// The same payload with a field called something else.
fn renamed(text: &str, path: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let (parent, field) = path.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let old = parent.remove(field).unwrap_or_else(|| panic!("no {path}"));
    parent.insert(format!("{field}2"), old);
    value.to_string()
}

#[tokio::test]
async fn a_group_is_made_as_documented() {
    let robot = account("v1demo0bot0jid@xmpp.zoom.us");
    let all = [account(CAROL), account(ADA), robot, account(BOB)];
    // Whoever is no contact cannot be brought in.
    let script = Script::new([contact(), refusal(404, 1001), status(201, fixture!("channel"))]);
    let made = script.client().make_group(&wanted(&all)).await.unwrap();
    assert_eq!((made.at, made.channel), (group(), false));
    let asked = script.asked();
    let api = "https://api.zoom.example/v2";
    assert_eq!(asked[0].line, format!("GET {api}/chat/users/me/contacts/{CAROL}"));
    assert_eq!(asked[1].line, format!("GET {api}/chat/users/me/contacts/{BOB}"));
    assert_eq!(asked[2].line, format!("POST {api}/chat/users/me/channels"));
    assert_eq!(
        asked[2].body,
        json!({"name": "Launch · 01234567", "type": 4, "members": [{"email": "carol@acme.example"}]})
    );
}

#[tokio::test]
async fn what_the_answers_to_making_mean() {
    let make = |replies: Vec<Reply>| async move {
        let script = Script::new(replies);
        let made = script.client().make_group(&wanted(&[account(CAROL)])).await;
        script.asked();
        made.unwrap_err()
    };
    assert_eq!(make(vec![contact(), refusal(400, 5301)]).await, CallError::Unknown);
    assert_eq!(make(vec![contact(), status(503, "")]).await, CallError::Unknown);
    assert_eq!(make(vec![contact(), ok(&renamed(fixture!("channel"), "/id"))]).await, CallError::Unknown);
    for (code, number) in [(400, 300), (404, 1001)] {
        let refused = make(vec![contact(), refusal(code, number)]).await;
        assert!(matches!(refused, CallError::Reject(_)), "{refused:?}");
    }
    // Nothing was made before the addresses are known.
    assert_eq!(make(vec![refusal(400, 5301)]).await, CallError::Retry { after: None });
    let scope = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[team_chat:read:contact]."}"#;
    let lacks = make(vec![status(400, scope)]).await;
    assert_eq!(lacks, CallError::Lacks("Zoom wants team_chat:read:contact".to_owned()));
    let script = Script::new([ok(&renamed(fixture!("contact"), "/email")), status(201, fixture!("channel"))]);
    script.client().make_group(&wanted(&[account(CAROL)])).await.unwrap();
    assert_eq!(script.asked()[1].body["members"], json!([]), "without an address nobody can be invited");
}

#[tokio::test]
async fn what_was_made_is_found_by_its_mark() {
    let found = |channel: String| async move {
        let page =
            format!(r#"{{"channels":[{channel}],"next_page_token":"","page_size":50,"total_records":1}}"#);
        let script = Script::new([ok(&page)]);
        let found = script.client().find_group(&wanted(&[]), Timestamp::default()).await.unwrap();
        assert_eq!(script.lines(), [LIST]);
        found.map(|made| made.at)
    };
    let with = |name: &str, value: Value| {
        let mut channel: Value = serde_json::from_str(fixture!("channel")).unwrap();
        channel[name] = value;
        channel.to_string()
    };
    assert_eq!(found(fixture!("channel").to_owned()).await, Some(group()));
    for other in [
        with("name", json!("Launch")),
        with("name", json!("Launch · fedcba98")),
        with("type", json!(2)),
        renamed(fixture!("channel"), "/name"),
        renamed(fixture!("channel"), "/type"),
    ] {
        assert_eq!(found(other).await, None);
    }
}

#[tokio::test]
async fn somebody_is_let_in_as_documented_and_only_once() {
    let script = Script::new([members(), contact(), status(201, "{}")]);
    script.client().admit(&group(), &account(CAROL)).await.unwrap();
    let asked = script.asked();
    let line = |at: usize| asked[at].line.replace("https://api.zoom.example/v2", "");
    assert_eq!(line(0), format!("GET /chat/users/me/channels/{GROUP}/members?page_size=100"));
    assert_eq!(line(2), format!("POST /chat/users/me/channels/{GROUP}/members"));
    assert_eq!(asked[2].body, json!({"members": [{"email": "carol@acme.example"}]}));

    let script = Script::new([members()]);
    script.client().admit(&group(), &account(BOB)).await.unwrap();
    script.asked();
    for (replies, why) in [
        (vec![members(), refusal(404, 1001)], "contact"),
        (vec![members(), contact(), refusal(404, 1001)], "unknown"),
        (vec![refusal(404, 4130)], "not in it"),
        (vec![refusal(400, 200)], "not in it"),
    ] {
        let script = Script::new(replies);
        let refused = script.client().admit(&group(), &account(CAROL)).await;
        assert!(matches!(&refused, Err(CallError::Reject(text)) if text.contains(why)), "{refused:?}");
        script.asked();
    }
    // Said again it changes nothing, so no doubt is left.
    let script = Script::new([members(), contact(), refusal(400, 5301)]);
    let later = script.client().admit(&group(), &account(CAROL)).await;
    assert_eq!(later, Err(CallError::Retry { after: None }));
}

#[tokio::test]
async fn somebody_is_taken_out_and_its_own_account_leaves() {
    let path = format!("DELETE /chat/channels/{GROUP}/members/");
    for (who, last) in [(BOB, BOB), (ADA, "me")] {
        let script = Script::new([members(), done()]);
        script.client().dismiss(&group(), &account(who)).await.unwrap();
        assert_eq!(script.lines()[1], format!("{path}{last}"));
    }
    let script = Script::new([members()]);
    script.client().dismiss(&group(), &account(CAROL)).await.unwrap();
    assert_eq!(script.lines().len(), 1, "whoever is not in it stays away");
    let script = Script::new([members(), refusal(404, 1001)]);
    script.client().dismiss(&group(), &account(BOB)).await.unwrap();
    let script = Script::new([members(), refusal(400, 200)]);
    let refused = script.client().dismiss(&group(), &account(BOB)).await;
    assert!(matches!(&refused, Err(CallError::Reject(why)) if why.contains("owner")), "{refused:?}");
    // Who cannot be told apart is in it for nobody.
    let script = Script::new([ok(&renamed(fixture!("members"), "/members/1/id"))]);
    script.client().dismiss(&group(), &account(BOB)).await.unwrap();
    assert_eq!(script.lines().len(), 1);
}

#[tokio::test]
async fn a_group_is_named_as_documented() {
    let script = Script::new([ok(fixture!("channel")), done()]);
    script.client().rename(&group(), "Landing").await.unwrap();
    let asked = script.asked();
    assert_eq!(asked[1].line, format!("PATCH https://api.zoom.example/v2/chat/users/me/channels/{GROUP}"));
    assert_eq!(asked[1].body, json!({"name": "Landing"}));
    // A name that exists is refused, even if it is its own.
    let script = Script::new([ok(fixture!("channel"))]);
    script.client().rename(&group(), "Launch · 01234567").await.unwrap();
    script.asked();
    for (replies, why) in [
        (vec![ok(fixture!("channel")), refusal(400, 300)], "called so already"),
        (vec![ok(fixture!("channel")), refusal(403, 200)], "owner"),
        (vec![refusal(404, 4130)], "not in it"),
    ] {
        let script = Script::new(replies);
        let refused = script.client().rename(&group(), "Landing").await;
        assert!(matches!(&refused, Err(CallError::Reject(text)) if text.contains(why)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_group_tells_its_name_and_its_people_and_a_channel_neither() {
    let read = |channel: String, members: Option<String>| async move {
        let script = Script::new([ok(&channel)].into_iter().chain(members.map(|members| ok(&members))));
        let found = script.client().conversation(&group()).await.unwrap().unwrap();
        script.asked();
        (found.kind, found.name, found.members)
    };
    let found = read(fixture!("channel").to_owned(), Some(fixture!("members").to_owned())).await;
    let both = vec![account(ADA), account(BOB)];
    assert_eq!(found, (ConversationKind::Group, Some("Launch · 01234567".to_owned()), both));
    let other = read(renamed(fixture!("channel"), "/type"), None).await;
    assert_eq!(other, (ConversationKind::Channel, None, vec![]));
    let nameless = read(renamed(fixture!("channel"), "/name"), Some(fixture!("members").to_owned())).await;
    assert_eq!(nameless.1, None);
    let script = Script::new([refusal(404, 4130)]);
    assert_eq!(script.client().conversation(&group()).await, Ok(None));
}

#[tokio::test]
async fn a_reaction_in_a_group_names_it() {
    let script = Script::new([done().header("date", "Mon, 05 Jan 2026 09:00:00 GMT")]);
    let target = MessageRef { conversation: group(), id: MESSAGE.into() };
    let operation = Operation::React { target, emoji: Emoji::unicode("👍"), on: true };
    let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
    script.client().deliver(&draft).await.unwrap();
    assert_eq!(script.asked()[0].body, json!({"action": "add", "emoji": "U+1F44D", "to_channel": GROUP}));
}
