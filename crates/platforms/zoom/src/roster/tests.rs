//! Reports of who came and went, to neutral words.

use std::collections::BTreeMap;

use entente_model::{LoginId, WorkspaceRef};
use entente_platform::{AppSecrets, HookKey, Site};
use serde_json::{Value, json};

use super::*;

const ADA: &str = "Qx3fTr0LSuKp8v2WnY1bHg";
const BOB: &str = "aB7kLm2pQ-Gd4_VzX9cEuw";
const CAROL: &str = "Cc8mNo3qR-He5_WaY0dFvx";

fn login(number: u8) -> LoginId {
    LoginId(format!("0191a0d0-0000-7000-8000-0000000000{number:02}").parse().unwrap())
}

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "zoom".into(), id: "acme".into() }
}

fn receiver(accounts: &[(&str, u8)]) -> ZoomReceiver {
    let site = Site {
        workspace: workspace(),
        addresses: BTreeMap::new(),
        tenant: None,
        client_id: String::new(),
        client_secret: String::new().into(),
        secrets: [(crate::profile::SECRET_TOKEN.to_owned(), "x".to_owned().into())].into(),
        settings: [].into(),
    };
    let secrets = AppSecrets {
        hook_key: HookKey::new([7; 32]),
        public_keys: BTreeMap::new(),
        private_keys: BTreeMap::new(),
        app_login: None,
        logins: accounts.iter().map(|(account, number)| ((*account).into(), login(*number))).collect(),
    };
    ZoomReceiver::new(&site, secrets).unwrap()
}

fn event(name: &str) -> Value {
    let text = match name {
        "invited" => include_str!("../../../../../fixtures/zoom/event_invited.json"),
        _ => include_str!("../../../../../fixtures/zoom/event_left.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// Who came or left, and whose login told it.
fn read(accounts: &[(&str, u8)], event: &Value) -> Option<Vec<(String, bool, LoginId)>> {
    let items = told(&receiver(accounts), &Bytes::from(event.to_string()))?;
    let joined = items.into_iter().map(|item| {
        let Item::Joined(joined) = item else { panic!("{item:?}") };
        let channel = id::channel_at(&workspace(), "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40");
        assert_eq!(joined.conversation, channel);
        (joined.account.id.as_str().to_owned(), joined.came, joined.watcher)
    });
    Some(joined.collect())
}

#[test]
fn who_is_invited_has_come_and_who_leaves_is_gone() {
    let came = |login| Some(vec![(BOB.to_owned(), true, login), (CAROL.to_owned(), true, login)]);
    assert_eq!(read(&[(ADA, 1), (BOB, 2)], &event("invited")), came(login(1)), "whoever did it was in it");
    assert_eq!(read(&[("Zz", 7), (CAROL, 3)], &event("invited")), came(login(3)));
    assert_eq!(read(&[("Zz", 7)], &event("invited")), came(login(7)), "who else is in it is not told");
    assert_eq!(read(&[], &event("invited")), None);
    assert_eq!(read(&[(ADA, 1)], &event("left")), Some(vec![(BOB.to_owned(), false, login(1))]));
    let mut removed = event("invited");
    removed["event"] = json!("chat_channel.member_removed");
    assert!(read(&[(ADA, 1)], &removed).unwrap().iter().all(|(_, came, _)| !came));
    let mut channel = event("invited");
    channel["payload"]["object"]["type"] = json!(2);
    assert_eq!(read(&[(ADA, 1)], &channel), None, "only groups are followed");
    let mut named = event("left");
    named["event"] = json!("chat_channel.updated");
    assert_eq!(read(&[(ADA, 1)], &named), None);
}

#[test]
fn a_renamed_field_is_noticed() {
    let good = read(&[(ADA, 1)], &event("invited"));
    for path in [
        "/event",
        "/payload",
        "/payload/object",
        "/payload/object/id",
        "/payload/object/type",
        "/payload/object/members",
        "/payload/object/members/0/id",
    ] {
        let mut event = event("invited");
        let (parent, field) = path.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let old = parent.remove(field).unwrap();
        parent.insert(format!("{field}2"), old);
        assert_ne!(read(&[(ADA, 1)], &event), good, "{path}");
    }
    let mut left = event("left");
    left["payload"].as_object_mut().unwrap().remove("operator_id");
    assert_eq!(read(&[(ADA, 1)], &left), Some(vec![]), "nobody is known to have left");
}
