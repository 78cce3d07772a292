//! What making a channel asks of Graph, as its page has it, and what the answers mean.

use std::sync::Arc;

use entente_model::{CallError, ConversationRef, MessageRef};
use entente_platform::{Client, LoginKind, Undelivered, WantedChannel};
use serde_json::{Value, json};

use crate::support::*;
use crate::wiretap::{Fixed, Reply, Wiretap};

const TEAM: &str = "57fb72d0-d811-46f4-8947-305e6072eaa5";
const GENERAL: &str = "19:general@thread.tacv2";
const CHANNEL: &str = "19:4b6bed8d24574f6a9e436813cb2617d8@thread.tacv2";
const SMBA: &str = "https://smba.trafficmanager.net/teams/v3/conversations";
const WANTED: WantedChannel<'_> = WantedChannel { name: "Sales/Launch: plan", mark: "0123456789abcdef" };

fn made() -> ConversationRef {
    conversation(&format!("{TEAM}/{CHANNEL}"))
}

fn teams() -> Reply {
    Reply::Json(200, json!({"value": [{"id": TEAM, "displayName": "Sales"}]}))
}

fn listed(more: &[Value]) -> Reply {
    let general = json!({"id": GENERAL, "displayName": "General", "createdDateTime": "2025-01-01T00:00:00Z"});
    let all: Vec<Value> = [&[general], more].concat();
    Reply::Json(200, json!({"value": all}))
}

/// Graph: "Create channel", its example.
fn channel() -> Value {
    json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#teams('57fb72d0')/channels/$entity",
           "id": CHANNEL, "displayName": "Launch plan", "description": null, "membershipType": "standard",
           "createdDateTime": "2026-01-05T10:00:00Z"})
}

fn inside() -> Reply {
    Reply::Json(200, json!([]))
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Json(status, json!({"error": {"code": code, "message": "about Bob"}}))
}

fn app(tap: &Wiretap) -> Arc<dyn Client> {
    tap.client_with(LoginKind::App, Some(Arc::new(Fixed::new("graph"))))
}

#[tokio::test]
async fn a_standard_channel_is_made_in_its_team_by_the_app() {
    let tap = Wiretap::new([teams(), listed(&[]), inside(), Reply::Json(201, channel())]);
    assert_eq!(app(&tap).make_channel(&WANTED).await, Ok(made()));
    let asked = tap.asked();
    let lines: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            &format!("GET {V1}/teams"),
            &format!("GET {V1}/teams/{TEAM}/channels"),
            &format!("GET {SMBA}/{GENERAL}/members"),
            &format!("POST {V1}/teams/{TEAM}/channels"),
        ]
    );
    assert_eq!(asked[3].body, json!({"displayName": "Launch plan", "membershipType": "standard"}));
    assert_eq!(asked[3].token.as_deref(), Some("graph-0"));
    let other = channel().to_string().replace("\"id\"", "\"id2\"");
    let other = Reply::Json(201, serde_json::from_str(&other).unwrap());
    for reply in [other, Reply::Nothing(Undelivered::NoAnswer), refusal(503, "ServiceUnavailable")] {
        let tap = Wiretap::new([teams(), listed(&[]), inside(), reply]);
        assert_eq!(app(&tap).make_channel(&WANTED).await, Err(CallError::Unknown));
        tap.asked();
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_before_anything_is_made() {
    let make = async |wanted: &str, replies: Vec<Reply>| {
        let tap = Wiretap::new(replies);
        let made = app(&tap).make_channel(&WantedChannel { name: wanted, ..WANTED }).await;
        let asked = tap.lines();
        (made, asked.iter().filter(|line| line.starts_with("POST")).count())
    };
    let taken = json!({"id": CHANNEL, "displayName": "launch PLAN"});
    for (name, replies, says) in [
        ("Launch", vec![], "name it as TEAM/Launch"),
        ("Sales/***", vec![], "can be called “***”"),
        ("Nowhere/Launch", vec![teams()], "there is no team “Nowhere”"),
        (
            "Sales/Launch",
            vec![teams(), listed(&[]), refusal(403, "BotNotInConversationRoster")],
            "is not in the team “Sales”",
        ),
        (WANTED.name, vec![teams(), listed(&[taken]), inside()], "a channel “Launch plan” already"),
    ] {
        let (refused, posts) = make(name, replies).await;
        assert!(matches!(&refused, Err(CallError::Reject(why)) if why.contains(says)), "{name}: {refused:?}");
        assert_eq!(posts, 0, "{name}");
    }
    let (refused, _) =
        make(WANTED.name, vec![teams(), listed(&[]), inside(), refusal(400, "BadRequest")]).await;
    assert!(matches!(&refused, Err(CallError::Reject(why)) if why.contains("deleted lately")), "{refused:?}");
    let (lacks, _) = make(WANTED.name, vec![teams(), listed(&[]), inside(), refusal(403, "Forbidden")]).await;
    assert_eq!(lacks, Err(CallError::Lacks("Microsoft wants Channel.Create".to_owned())));
}

/// Somebody from elsewhere is named by what they wrote.
#[tokio::test]
async fn an_author_is_named_by_the_message() {
    let at = MessageRef { conversation: made(), id: "1616990032035".into() };
    let zed = account("8ea0e38b-efb3-4757-924a-5f94061cf8c2");
    let ask = async |from: Value| {
        let message = json!({"id": "1616990032035", "messageType": "message", "from": from});
        let tap = Wiretap::new([Reply::Json(200, message)]);
        let author = app(&tap).author(&at, &zed).await;
        let asked = tap.lines();
        assert_eq!(asked, [format!("GET {V1}/teams/{TEAM}/channels/{CHANNEL}/messages/1616990032035")]);
        author.unwrap().map(|author| (author.name, author.bot))
    };
    let id = zed.id.as_str();
    let user = json!({"user": {"id": id, "displayName": "Zed Quill", "userIdentityType": "federatedUser"}});
    assert_eq!(ask(user).await, Some(("Zed Quill".to_owned(), false)));
    let robot = json!({"application": {"id": id, "displayName": "Zed's bot"}});
    assert_eq!(ask(robot).await, Some(("Zed's bot".to_owned(), true)));
    for none in [
        json!(null),
        json!({"user": {"id": id, "displayName": null}}),
        json!({"user": {"id": id, "displayName2": "Zed"}}),
        json!({"user": {"id2": id, "displayName": "Zed"}}),
        json!({"user": {"id": BOB, "displayName": "Bob"}}),
    ] {
        assert_eq!(ask(none).await, None);
    }
    let tap = Wiretap::new([refusal(404, "NotFound")]);
    assert_eq!(app(&tap).author(&at, &zed).await, Ok(None));
}

#[tokio::test]
async fn what_was_made_is_known_by_its_name_and_its_time() {
    let find = async |channel: Value, since: &str| {
        let tap = Wiretap::new([teams(), listed(&[channel])]);
        let found = app(&tap).find_channel(&WANTED, at(since)).await;
        tap.asked();
        found
    };
    assert_eq!(find(channel(), "2026-01-05T10:00:00Z").await, Ok(Some(made())));
    assert_eq!(find(channel(), "2026-01-05T10:00:01Z").await, Ok(None), "it was there before");
    let mut other = channel();
    other["displayName"] = "Launch".into();
    assert_eq!(find(other, "2026-01-05T09:00:00Z").await, Ok(None));
    let renamed = |field: &str| {
        let mut other = channel();
        let value = other.as_object_mut().unwrap().remove(field).unwrap();
        other[format!("{field}2")] = value;
        other
    };
    assert_eq!(find(renamed("displayName"), "2026-01-05T09:00:00Z").await, Ok(None));
    let untold = find(renamed("createdDateTime"), "2026-01-05T09:00:00Z").await;
    assert_eq!(untold, Err(CallError::Retry { after: None }), "what is not told is not taken for absent");
    let missing = find(renamed("id"), "2026-01-05T09:00:00Z").await;
    assert_eq!(missing, Err(CallError::Retry { after: None }));
}
