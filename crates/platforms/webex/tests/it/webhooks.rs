//! The webhooks of a login: made, revived, tidied.

use std::time::Duration;

use entente_model::{CallError, Timestamp};
use entente_platform::{HookKey, Listen, Listening, Rung};
use serde_json::{Value, json};

use crate::support::*;

const TARGET: &str = "https://entente.example/hooks/webex/acme/0191a0d0-0000-7000-8000-000000000001";
const HOOKS: &str = "https://webex.example/v1/webhooks";

/// The id of the fixtures' webhook of this number.
fn hook_url(number: usize) -> String {
    let list: Value = serde_json::from_str(fixture!("webhooks")).unwrap();
    format!("{HOOKS}/{}", list["items"][number]["id"].as_str().unwrap())
}

fn secret() -> String {
    HookKey::new([7; 32]).secret("0191a0d0-0000-7000-8000-000000000001")
}

async fn listen(script: &Script) -> Result<Listening, CallError> {
    let callback = "https://entente.example/hooks/webex/acme".parse().unwrap();
    let wanted = Listen {
        login: login(),
        callback: &callback,
        key: &HookKey::new([7; 32]),
        certificate: None,
        conversations: &[],
        now: Timestamp::default(),
    };
    script.client(Some(BOT)).listen(&wanted).await
}

fn heard(resumed: bool) -> Listening {
    Listening { rung: Rung::Own, again: Duration::from_mins(1), resumed }
}

const MATTERS: [(&str, &str, &str); 5] = [
    ("messages", "created", "entente created"),
    ("messages", "updated", "entente updated"),
    ("messages", "deleted", "entente deleted"),
    ("memberships", "created", "entente memberships created"),
    ("memberships", "deleted", "entente memberships deleted"),
];

fn wanted((resource, event, name): (&str, &str, &str)) -> Value {
    json!({"name": name, "targetUrl": TARGET, "resource": resource, "event": event, "secret": secret()})
}

#[tokio::test]
async fn a_new_login_gets_its_five() {
    let script = Script::new([ok("{\"items\":[]}")].into_iter().chain((0..5).map(|_| ok("{}"))));
    assert_eq!(listen(&script).await, Ok(heard(true)));
    let asked = script.asked();
    assert_eq!(asked[0].line, format!("GET {HOOKS}?max=100"));
    assert_eq!(asked.len(), 6);
    for (asked, matter) in asked[1..].iter().zip(MATTERS) {
        assert_eq!((asked.line.as_str(), &asked.body), (format!("POST {HOOKS}").as_str(), &wanted(matter)));
    }
}

#[tokio::test]
async fn what_died_is_revived_what_is_old_removed_what_is_not_ours_left_alone() {
    let replies = [ok(fixture!("webhooks")), ok("{}"), status(204, "")];
    let script = Script::new(replies.into_iter().chain((0..3).map(|_| ok("{}"))));
    assert_eq!(listen(&script).await, Ok(heard(true)));
    let asked = script.asked();
    assert_eq!(asked[1].line, format!("PUT {}", hook_url(1)));
    let revival =
        json!({"name": "entente updated", "targetUrl": TARGET, "secret": secret(), "status": "active"});
    assert_eq!(asked[1].body, revival);
    assert_eq!(asked[2].line, format!("DELETE {}", hook_url(2)));
    for (asked, matter) in asked[3..].iter().zip(&MATTERS[2..]) {
        assert_eq!((asked.line.as_str(), &asked.body), (format!("POST {HOOKS}").as_str(), &wanted(*matter)));
    }
}

/// All webhooks as they should be, with these changes.
fn whole(change: impl Fn(&mut Value)) -> String {
    let list: Value = serde_json::from_str(fixture!("webhooks")).unwrap();
    let items = MATTERS.map(|(resource, event, name)| {
        let mut item = list["items"][0].clone();
        item["resource"] = resource.into();
        item["event"] = event.into();
        item["name"] = name.into();
        item["id"] = name.replace("entente ", "id-").into();
        item
    });
    let mut list = json!({"items": items});
    change(&mut list);
    list.to_string()
}

#[tokio::test]
async fn nothing_is_done_when_all_is_well() {
    let script = Script::new([ok(&whole(|_| {}))]);
    assert_eq!(listen(&script).await, Ok(heard(false)));
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn another_secret_is_replaced_and_a_second_one_removed() {
    let script = Script::new([ok(&whole(|list| list["items"][0]["secret"] = "other".into())), ok("{}")]);
    assert_eq!(listen(&script).await, Ok(heard(true)));
    assert_eq!(script.lines()[1], format!("PUT {HOOKS}/id-created"));
    let twice = whole(|list| {
        let again = list["items"][2].clone();
        list["items"].as_array_mut().unwrap().push(again);
    });
    let script = Script::new([ok(&twice), status(404, "")]);
    assert_eq!(listen(&script).await, Ok(heard(false)), "one that is gone already is as good");
    assert_eq!(script.lines()[1], format!("DELETE {HOOKS}/id-deleted"));
}

#[tokio::test]
async fn a_webhook_made_by_somebody_else_meanwhile_is_as_good() {
    let replies = [ok("{\"items\":[]}"), ok("{}"), status(409, fixture!("error"))];
    let script = Script::new(replies.into_iter().chain((0..3).map(|_| ok("{}"))));
    assert_eq!(listen(&script).await, Ok(heard(true)));
    let script = Script::new([ok("{\"items\":[]}"), status(403, fixture!("error"))]);
    assert!(matches!(listen(&script).await, Err(CallError::Reject(_))));
}

/// Each field that is read is needed under its documented name.
#[tokio::test]
async fn a_renamed_field_is_noticed() {
    for field in ["targetUrl", "resource", "event", "status"] {
        let renamed = whole(|_| {}).replace(&format!("\"{field}\""), &format!("\"{field}2\""));
        let script = Script::new([ok(&renamed)].into_iter().chain((0..10).map(|_| ok("{}"))));
        assert_eq!(listen(&script).await, Ok(heard(true)), "{field}");
    }
}
