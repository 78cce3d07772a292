//! What events report.

use entente_model::{LoginId, WorkspaceRef};
use entente_platform::{AppSecrets, HookKey, Site};

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../fixtures/slack/", $name, ".json"))
    };
}

const TS: &str = "1733000000.000100";

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "slack".into(), id: "acme".into() }
}

fn number(number: u8) -> LoginId {
    LoginId(format!("0191a0d0-0000-7000-8000-{number:012}").parse().unwrap())
}

/// Bob has consented, the app is set up, Ada knows of nothing.
fn receiver() -> SlackReceiver {
    let site = Site {
        workspace: workspace(),
        addresses: [].into(),
        tenant: Some("T0ACME0001".to_owned()),
        client_id: "1.2".to_owned(),
        client_secret: "secret".to_owned().into(),
        secrets: [("signing".to_owned(), "signing secret".to_owned().into())].into(),
        settings: [].into(),
    };
    let secrets = AppSecrets {
        hook_key: HookKey::new([7; 32]),
        public_keys: [].into(),
        private_keys: [].into(),
        app_login: Some(number(9)),
        logins: [("U0BOB00001".into(), number(1)), ("U0ENTENTE1".into(), number(9))].into(),
    };
    SlackReceiver::new(&site, secrets).unwrap()
}

fn read(json: &str) -> Vec<Item> {
    items(&receiver(), &Bytes::copy_from_slice(json.as_bytes()))
}

fn head(json: &str) -> Head {
    match read(json).as_slice() {
        [Item::Head(head)] => head.clone(),
        other => panic!("{other:?}"),
    }
}

fn kind_of_unknown(json: &str) -> String {
    match read(json).as_slice() {
        [Item::Unknown(kind)] => kind.clone(),
        other => panic!("{other:?}"),
    }
}

fn at(channel: &str, ts: &str) -> MessageRef {
    id::message(&id::conversation(&workspace(), channel), ts)
}

fn open(head: &Head) -> Snapshot {
    opened(&head.message, head.body.as_ref().unwrap()).unwrap()
}

#[test]
fn a_message_is_heard_by_whoever_consented() {
    let head = head(fixture!("event_message"));
    assert_eq!(head.message, at("D0ADABOB01", TS));
    assert_eq!((head.kind, head.watcher), (HeadKind::Created, number(1)));
    assert_eq!(head.actor, Some(id::account(&workspace(), "U0ADA00001")));
    let snapshot = open(&head);
    assert_eq!(snapshot.message.body.plain(), "hi all & <you>");
    assert_eq!(snapshot.created_at, Timestamp(1_733_000_000_000_100));
    assert_eq!((snapshot.edited_at, snapshot.deleted, snapshot.message.thread), (None, false, None));
}

#[test]
fn whoever_of_ours_is_in_it_hears_it_whoever_is_named() {
    let by_bob = fixture!("event_reply").replace(r#""user_id": "U0BOB00001""#, r#""user_id": "U0GONE0001""#);
    assert_eq!(head(&by_bob).watcher, number(1));
    let by_ada =
        fixture!("event_message").replace(r#""user_id": "U0BOB00001""#, r#""user_id": "U0GONE0001""#);
    assert_eq!(kind_of_unknown(&by_ada), "message_for_nobody_of_ours");
}

#[test]
fn what_is_said_to_the_app_is_heard_by_the_app() {
    assert_eq!(head(fixture!("event_app")).watcher, number(9));
    let unlisted = fixture!("event_app").replace("U0ENTENTE1", "U0ANOTHER1");
    assert_eq!(head(&unlisted).watcher, number(9));
}

#[test]
fn a_reply_names_its_root() {
    let head = head(fixture!("event_reply"));
    let snapshot = open(&head);
    assert_eq!(snapshot.message.thread, Some(at("D0ADABOB01", TS)));
    assert_eq!(
        snapshot.message.author,
        id::account(&workspace(), "U0BOB00001"),
        "in whose name, not by which app"
    );
}

#[test]
fn an_edit_is_told_with_its_time() {
    let head = head(fixture!("event_changed"));
    assert_eq!((head.kind, &head.message), (HeadKind::Changed, &at("D0ADABOB01", TS)));
    let snapshot = open(&head);
    assert_eq!(snapshot.message.body.plain(), "hi everybody");
    assert_eq!(snapshot.edited_at, Some(Timestamp(1_733_000_030_000_000)));
}

#[test]
fn an_edit_by_blocks_has_the_time_of_its_report() {
    let snapshot = open(&head(fixture!("event_changed_by_blocks")));
    assert_eq!(snapshot.message.body.plain(), "hi by blocks");
    assert_eq!(snapshot.edited_at, Some(Timestamp(1_733_000_031_000_300)));
}

#[test]
fn an_edit_within_the_second_of_the_message_is_newer_than_the_message() {
    // "Message event": `edited` counts whole seconds, the message's own time does not.
    let hasty = fixture!("event_changed")
        .replace("1733000030.000000", "1733000000.000000")
        .replace("1733000031.000300", "1733000000.400000");
    let created = Timestamp(1_733_000_000_000_100);
    let reported = open(&head(&hasty));
    assert_eq!(reported.edited_at, Some(Timestamp(1_733_000_000_400_000)), "as it was reported");
    let envelope: serde_json::Value = serde_json::from_str(&hasty).unwrap();
    let now = envelope["event"]["message"].to_string();
    let listed = snapshot(&at("D0ADABOB01", TS).conversation, &serde_json::from_str(&now).unwrap()).unwrap();
    assert!(listed.edited_at.unwrap() > created && listed.edited_at < reported.edited_at, "{listed:?}");
    // And another one in that second, which the mark does not tell from the one before.
    let mut again = envelope.clone();
    again["event"]["previous_message"] = again["event"]["message"].clone();
    again["event"]["message"]["text"] = "hi at last".into();
    again["event"]["message"]["blocks"] = serde_json::json!([]);
    again["event"]["event_ts"] = "1733000000.900000".into();
    let again = open(&head(&again.to_string()));
    assert_eq!(again.message.body.plain(), "hi at last");
    assert!(again.edited_at > reported.edited_at);
}

#[test]
fn a_change_that_is_no_edit_is_none() {
    assert_eq!(kind_of_unknown(fixture!("event_unfurled")), "message_changed_without_edit");
    assert_eq!(kind_of_unknown(fixture!("event_replied")), "message:message_replied");
}

#[test]
fn what_is_taken_back_is_deleted_with_and_without_replies() {
    for json in [fixture!("event_deleted"), fixture!("event_tombstone")] {
        let head = head(json);
        assert_eq!((head.kind, &head.message), (HeadKind::Deleted, &at("D0ADABOB01", TS)));
        assert!(head.body.is_none());
    }
}

#[test]
fn a_file_comes_along_and_a_deleted_one_is_none() {
    let snapshot = open(&head(fixture!("event_file")));
    let [file] = &snapshot.message.files[..] else { panic!("{:?}", snapshot.message) };
    assert_eq!((file.name.as_deref(), snapshot.message.unsupported.len()), (Some("cat.png"), 0));
}

#[test]
fn a_channel_is_told_apart_from_a_direct_conversation() {
    assert_eq!(head(fixture!("event_channel")).place, Place::Channel);
    assert_eq!(head(fixture!("event_message")).place, Place::Direct);
    let of = |kind: &str| {
        fixture!("event_channel")
            .replace(r#""channel_type": "channel""#, &format!(r#""channel_type": "{kind}""#))
    };
    for several in ["mpim", "group"] {
        assert_eq!(head(&of(several)).place, Place::Group, "{several}");
    }
    assert_eq!(kind_of_unknown(&of("app_home")), "message_in:app_home");
}

#[test]
fn who_comes_and_goes_is_told() {
    let event = |kind: &str| {
        serde_json::json!({"type": "event_callback", "team_id": "T0ACME0001",
            "authorizations": [{"team_id": "T0ACME0001", "user_id": "U0ENTENTE1", "is_bot": true}],
            "event": {"type": kind, "user": "U0ADA00001", "channel": "C0OURS0001", "channel_type": "G",
                      "team": "T0ACME0001", "inviter": "U0BOB00001", "event_ts": TS}})
        .to_string()
    };
    for (kind, came) in [("member_joined_channel", true), ("member_left_channel", false)] {
        let items = read(&event(kind));
        let [Item::Joined(joined)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(joined.conversation, at("C0OURS0001", TS).conversation);
        assert_eq!(
            (&joined.account, joined.came, joined.watcher),
            (&id::account(&workspace(), "U0ADA00001"), came, number(9))
        );
        for field in ["user", "channel"] {
            let renamed = event(kind).replace(&format!("\"{field}\":"), "\"other\":");
            assert!(matches!(read(&renamed).as_slice(), [Item::Malformed { .. }]), "{field}");
        }
    }
}

#[test]
fn nothing_of_other_workspaces_is_kept() {
    let other = fixture!("event_message").replace("T0ACME0001", "T0OTHER001");
    assert_eq!(kind_of_unknown(&other), "event_of_another_workspace");
}

#[test]
fn lost_tokens_and_missed_events_are_told_to_those_concerned() {
    let told = |json| -> Vec<(LoginId, LifecycleKind)> {
        read(json)
            .into_iter()
            .map(|item| match item {
                Item::Lifecycle(lifecycle) => (lifecycle.login, lifecycle.kind),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(told(fixture!("event_tokens_revoked")), [(number(1), LifecycleKind::Removed)]);
    let all = |kind| vec![(number(1), kind), (number(9), kind)];
    assert_eq!(told(fixture!("event_app_uninstalled")), all(LifecycleKind::Removed));
    assert_eq!(told(fixture!("app_rate_limited")), all(LifecycleKind::Missed));
}

#[test]
fn what_cannot_be_read_is_set_aside_without_its_text() {
    let broken = [
        "secret",
        r#"{"type":"event_callback","team_id":"T0ACME0001"}"#,
        r#"{"type":"event_callback","event":{"type":"message","channel_type":"im","user":"secret"}}"#,
        r#"{"type":"event_callback","event":{"type":"message","channel_type":"im","channel":"D1","ts":"secret","user":"U0BOB00001"}}"#,
        r#"{"type":"event_callback","event":{"type":"message","channel_type":"im","channel":"D1","blocks":"secret"}}"#,
    ];
    for json in broken {
        match read(json).as_slice() {
            [Item::Malformed { reason, .. }] => assert!(!reason.contains("secret"), "{reason}"),
            other => panic!("{json}: {other:?}"),
        }
    }
    assert_eq!(
        kind_of_unknown(r#"{"type":"event_callback","event":{"type":"pin_added","channel":{"id":"C1"}}}"#),
        "event:pin_added"
    );
    assert_eq!(kind_of_unknown(r#"{"type":"so<me>thing"}"#), "delivery:something");
}

#[test]
fn a_body_of_another_message_is_refused() {
    let head = head(fixture!("event_message"));
    let other = at("D0ADABOB01", "1733000000.000200");
    assert!(opened(&other, head.body.as_ref().unwrap()).is_err());
    assert!(opened(&other, b"{").is_err());
}

/// "`channel_rename`" shows the channel, "`channel_archive`" names it, and the service writes a message about a topic.
#[test]
fn what_becomes_of_a_channel_is_told_by_its_id() {
    let about = |json: &str| match read(json).as_slice() {
        [Item::Channel(about)] => (about.at.id.to_string(), about.when),
        other => panic!("{other:?}"),
    };
    let when = Some(id::written(TS).expect("a time"));
    for event in [
        r#"{"type":"channel_rename","channel":{"id":"C1","name":"new","created":1},"event_ts":"1733000000.000100"}"#,
        r#"{"type":"group_archive","channel":"C1","user":"U1","event_ts":"1733000000.000100"}"#,
        r#"{"type":"message","subtype":"channel_topic","channel_type":"channel","channel":"C1","user":"U1","text":"secret","topic":"secret","ts":"1733000000.000100"}"#,
        r#"{"type":"message","subtype":"group_name","channel_type":"group","channel":"C1","user":"U1","text":"secret","ts":"1733000000.000100"}"#,
    ] {
        let report = format!(r#"{{"type":"event_callback","event":{event}}}"#);
        assert_eq!(about(&report), ("C1".to_owned(), when), "{event}");
    }
    let nameless = r#"{"type":"event_callback","event":{"type":"channel_rename","channel":{"name":"new"}}}"#;
    assert_eq!(kind_of_unknown(nameless), "event:channel_rename");
}
