//! Reports of every kind to heads and to messages.

use std::collections::BTreeMap;

use entente_model::LoginId;
use entente_platform::{AppSecrets, HookKey, Site};

use super::*;

const ADA: &str = "Qx3fTr0LSuKp8v2WnY1bHg";
const BOB: &str = "aB7kLm2pQ-Gd4_VzX9cEuw";
const MESSAGE: &str = "0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10";
const REPLY: &str = "6F0C2D1E-8A35-4B07-9F61-0D4C7B2A9E18";

macro_rules! fixture {
    ($name:literal) => {
        Bytes::from_static(include_bytes!(concat!("../../../../../fixtures/zoom/", $name, ".json")))
    };
}

fn login(number: u8) -> LoginId {
    LoginId(format!("0191a0d0-0000-7000-8000-0000000000{number:02}").parse().unwrap())
}

/// A receiver that knows these accounts.
fn receiver(accounts: &[(&str, u8)]) -> ZoomReceiver {
    let site = Site {
        workspace: entente_model::WorkspaceRef { platform: "zoom".into(), id: "acme".into() },
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
        app_login: Some(login(9)),
        logins: accounts.iter().map(|(account, number)| ((*account).into(), login(*number))).collect(),
    };
    ZoomReceiver::new(&site, secrets).unwrap()
}

fn head(body: &Bytes) -> Head {
    match item(&receiver(&[(BOB, 2)]), body) {
        Item::Head(head) => head,
        other => panic!("{other:?}"),
    }
}

fn opened(body: &Bytes) -> Snapshot {
    open(&head(body).message, body).unwrap()
}

#[test]
fn a_new_message_is_told_with_its_formats() {
    let body = fixture!("event_posted");
    let head = head(&body);
    assert_eq!((head.kind, head.watcher), (HeadKind::Created, login(2)));
    assert_eq!(head.message.id.as_str(), MESSAGE);
    assert_eq!(head.message.conversation.id.as_str(), format!("{ADA}:{BOB}"));
    assert_eq!(head.actor.as_ref().unwrap().id.as_str(), ADA);
    let snapshot = opened(&body);
    assert_eq!(snapshot.message.author.id.as_str(), ADA);
    assert_eq!((snapshot.created_at.millis(), snapshot.edited_at), (1_767_603_600_123, None));
    assert_eq!(snapshot.message.body.plain(), "hé 😀 good morning");
    // The picture before it counts as two.
    assert!(format!("{:?}", snapshot.message.body).contains(r#"Bold([Text("good")])"#), "{snapshot:?}");
}

#[test]
fn an_answer_belongs_to_its_thread_and_files_come_along() {
    let snapshot = opened(&fixture!("event_reply"));
    assert_eq!(names(&snapshot), ["plan.png"]);
    assert_eq!(snapshot.message.thread.unwrap().id.as_str(), MESSAGE);
}

#[test]
fn an_edit_is_as_new_as_its_event() {
    let body = fixture!("event_updated");
    assert_eq!(head(&body).kind, HeadKind::Changed);
    let snapshot = opened(&body);
    assert_eq!(snapshot.created_at.millis(), 1_767_603_600_123);
    assert_eq!(snapshot.edited_at.unwrap().millis(), 1_767_603_660_000);
}

#[test]
fn a_deletion_tells_no_text() {
    let body = fixture!("event_deleted");
    assert_eq!(head(&body).kind, HeadKind::Deleted);
    let snapshot = opened(&body);
    assert!(snapshot.deleted && snapshot.message.body.is_empty());
}

#[test]
fn a_reaction_tells_no_more_than_where() {
    let told = head(&fixture!("event_reaction"));
    assert_eq!((told.kind, told.watcher, told.body), (HeadKind::Reacted, login(2), None));
    assert_eq!(told.actor.unwrap().id.as_str(), ADA);
    for (read, written) in [
        ("U+1F44D", "U+1F44D"),
        ("U+1f44d", "U+1F44D"),
        ("U+2764", "U+2764"),
        ("U+1F1F3-U+1F1F4", "U+1F1F3-U+1F1F4"),
        ("U+1f1f3-1f1f4", "U+1F1F3-U+1F1F4"),
        ("U+1F1F3 U+1F1F4", "U+1F1F3-U+1F1F4"),
    ] {
        assert_eq!(super::written(&sign(read)), written, "{read}");
    }
    assert_eq!(sign("U+2764"), Emoji::unicode("\u{2764}\u{fe0f}"), "in the one spelling");
    assert_eq!(sign("party_parrot"), Emoji::named("party_parrot"));
}

#[test]
fn the_older_events_tell_the_same() {
    let sent = opened(&fixture!("event_old_sent"));
    assert_eq!(sent.message.at.id.as_str(), MESSAGE);
    assert_eq!(sent.message.thread, None, "a message that begins a thread is its own parent there");
    let replied = opened(&fixture!("event_old_replied"));
    assert_eq!(replied.message.thread.unwrap().id.as_str(), MESSAGE);
    let updated = opened(&fixture!("event_old_updated"));
    assert_eq!(updated.message.body.plain(), "good evening");
    assert!(updated.edited_at.unwrap().millis() >= 1_767_603_660_000);
    assert!(updated.created_at < Timestamp::from_millis(1_767_603_600_000), "it passes for no new message");
}

#[test]
fn a_channel_is_known_by_its_id() {
    let body = fixture!("event_old_channel");
    let Item::Head(head) = item(&receiver(&[(BOB, 2)]), &body) else { panic!("a head") };
    assert_eq!(head.place, Place::Group);
    assert_eq!(head.message.conversation.id.as_str(), "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40");
    assert_eq!(open(&head.message, &body).unwrap().message.body.plain(), "good morning");
}

#[test]
fn somebody_of_another_account_is_known_by_their_member_id() {
    let channel = String::from_utf8(fixture!("event_old_channel").to_vec()).unwrap();
    let mut event: Value = serde_json::from_str(&channel).unwrap();
    event["payload"]["operator_id"] = "".into();
    event["payload"]["operator_member_id"] = "m-zed-000".into();
    event["payload"]["by_external_user"] = true.into();
    let body = Bytes::from(event.to_string());
    let Item::Head(head) = item(&receiver(&[(BOB, 2)]), &body) else { panic!("a head") };
    assert_eq!(head.actor.unwrap().id.as_str(), "m-zed-000");
    assert_eq!(open(&head.message, &body).unwrap().message.author.id.as_str(), "m-zed-000");
    for field in ["operator_member_id", "by_external_user"] {
        let renamed = Bytes::from(event.to_string().replace(field, "other"));
        let named = item(&receiver(&[(BOB, 2)]), &renamed);
        assert!(matches!(named, Item::Unknown(ref name) if name == "outsider"), "{field}: {named:?}");
    }
}

#[test]
fn what_is_not_carried_is_named() {
    let named = |body: &Bytes, receiver: &ZoomReceiver| match item(receiver, body) {
        Item::Unknown(name) => name,
        other => panic!("{other:?}"),
    };
    let ours = receiver(&[(BOB, 2)]);
    assert_eq!(named(&fixture!("event_outsider"), &ours), "outsider");
    assert_eq!(named(&fixture!("event_posted"), &receiver(&[])), "nobody");
    assert_eq!(named(&Bytes::from_static(br#"{"event":"<b>\n x"}"#), &ours), "bx");
}

#[test]
fn the_one_who_is_written_to_heard_it() {
    let watcher = |accounts: &[(&str, u8)]| match item(&receiver(accounts), &fixture!("event_posted")) {
        Item::Head(head) => head.watcher,
        other => panic!("{other:?}"),
    };
    assert_eq!(watcher(&[(ADA, 1), (BOB, 2)]), login(2));
    assert_eq!(watcher(&[(ADA, 1)]), login(1));
}

#[test]
fn what_cannot_be_read_is_set_aside_without_its_text() {
    for text in [
        "",
        "[]",
        "{",
        r#"{"event":"team_chat.dm_message_posted"}"#,
        r#"{"event":1}"#,
        r#"{"event":"team_chat.dm_message_posted","payload":{"operator_id":"a","object":{"contact_id":"aB7kLm2pQ-Gd4_VzX9cEuw","message":"secret"}}}"#,
    ] {
        let body = Bytes::from_static(text.as_bytes());
        let Item::Malformed { reason, .. } = item(&receiver(&[(BOB, 2)]), &body) else { panic!("{text}") };
        assert!(!reason.contains("secret"), "{reason}");
    }
}

#[test]
fn of_strangers_nothing_is_stored_however_odd_it_is() {
    let posted = String::from_utf8(fixture!("event_posted").to_vec()).unwrap();
    let odd = Bytes::from(posted.replace(r#""rich_text": ["#, r#""rich_text": [7,"#));
    assert!(
        serde_json::from_slice::<serde_json::Value>(&odd).is_ok() && odd != posted,
        "odd, and still JSON"
    );
    assert!(matches!(item(&receiver(&[(BOB, 2)]), &odd), Item::Malformed { body, .. } if body == odd));
    let told = item(&receiver(&[]), &odd);
    assert!(matches!(&told, Item::Unknown(kind) if kind == "nobody"), "{told:?}");
    // Not even whose it is can be read.
    for text in [
        r#"{"event":"team_chat.dm_message_posted","payload":{"operator_id":"a","object":"secret"}}"#,
        r#"{"event":"team_chat.dm_message_posted","payload":["secret"]}"#,
        r#"{"event":["secret"]}"#,
    ] {
        let told = item(&receiver(&[(BOB, 2)]), &Bytes::from_static(text.as_bytes()));
        assert!(
            matches!(&told, Item::Malformed { body, .. } if !body.windows(6).any(|six| six == b"secret"))
        );
    }
}

#[test]
fn content_of_another_message_is_refused() {
    let posted = head(&fixture!("event_posted")).message;
    assert!(open(&posted, &fixture!("event_reply")).is_err());
    let elsewhere = id::message(&id::direct(&posted.conversation.workspace, ADA, "Eve"), MESSAGE);
    assert!(open(&elsewhere, &fixture!("event_posted")).is_err());
    assert!(open(&posted, &fixture!("event_reaction")).is_err());
}

#[test]
fn notes_to_oneself_are_nobody_elses() {
    let text = String::from_utf8(fixture!("event_posted").to_vec()).unwrap();
    let body = Bytes::from(text.replace(BOB, ADA));
    let told = item(&receiver(&[(ADA, 1)]), &body);
    assert!(matches!(&told, Item::Unknown(kind) if kind == "oneself"), "{told:?}");
}

#[test]
fn somebody_who_takes_their_consent_back_is_looked_at() {
    let body = fixture!("event_deauthorized");
    let Item::Lifecycle(lifecycle) = item(&receiver(&[(BOB, 2)]), &body) else { panic!() };
    assert_eq!((lifecycle.login, lifecycle.kind), (login(2), LifecycleKind::Removed));
    assert!(matches!(item(&receiver(&[(ADA, 1)]), &body), Item::Unknown(_)));
}

#[test]
fn what_is_said_to_the_chatbot_is_the_apps() {
    let body = fixture!("event_bot");
    let head = head(&body);
    assert_eq!((head.watcher, head.kind), (login(9), HeadKind::Created));
    assert_eq!(head.message.conversation.id.as_str(), format!("app.{ADA}"));
    let snapshot = opened(&body);
    assert_eq!(
        (snapshot.message.body.plain().as_str(), snapshot.message.author.id.as_str()),
        ("connect", ADA)
    );
}

#[test]
fn history_tells_that_something_was_edited_and_what_it_holds() {
    let text = include_str!("../../../../../fixtures/zoom/messages.json");
    let page: message::Messages<'_> = serde_json::from_str(text).unwrap();
    let conversation = head(&fixture!("event_posted")).message.conversation;
    let read = |index: usize| {
        let one: message::Message = serde_json::from_str(page.messages[index].get()).unwrap();
        let author = id::account(&conversation.workspace, ADA);
        snapshot(id::message(&conversation, &one.id), author, &one)
    };
    assert_eq!(read(0).message.thread.unwrap().id.as_str(), MESSAGE);
    assert_eq!((read(0).message.at.id.as_str(), read(0).edited_at), (REPLY, None));
    assert!(read(1).deleted);
    let edited = read(2);
    assert!(edited.edited_at.unwrap() > edited.created_at);
    assert!(edited.edited_at < opened(&fixture!("event_updated")).edited_at, "the report knows better");
    assert_eq!(names(&read(3)), ["plan.pdf"]);
}

/// What the files of a message are called, of which there is nothing else that cannot travel.
fn names(snapshot: &Snapshot) -> Vec<&str> {
    assert!(snapshot.message.unsupported.is_empty(), "{snapshot:?}");
    snapshot.message.files.iter().filter_map(|file| file.name.as_deref()).collect()
}

#[test]
fn what_neither_reports_nor_history_describe_is_told_of() {
    let reported = |kind: &[u8]| {
        let mut event: serde_json::Value = serde_json::from_slice(kind).unwrap();
        let object = event["payload"]["object"].as_object_mut().unwrap();
        object.retain(|field, _| !["message", "files", "rich_text", "at_items"].contains(&field.as_str()));
        let body = Bytes::from(event.to_string());
        opened(&body).message.unsupported
    };
    assert_eq!(reported(&fixture!("event_posted")), ["something unknown"]);
    assert_eq!(reported(&fixture!("event_updated")), [""; 0], "what an edit leaves empty is empty");
    let listed = |fields: &str| {
        let one = format!(r#"{{"id":"{MESSAGE}","timestamp":1767603600123,{fields}}}"#);
        let one: message::Message = serde_json::from_str(&one).unwrap();
        let at = head(&fixture!("event_posted")).message;
        let author = id::account(&at.conversation.workspace, ADA);
        snapshot(at, author, &one).message.unsupported
    };
    assert_eq!(listed(r#""message":"","message_type":"others""#), ["something unknown"]);
    assert_eq!(listed(r#""message":"","message_type":"others","status":"Edited""#), [""; 0]);
    assert_eq!(listed(r#""message":"x","message_type":"others""#), [""; 0]);
}

/// `chat_channel.updated` and its like say which channel it is, and when.
#[test]
fn what_becomes_of_a_channel_is_told_by_its_id() {
    let event = |id: &str| {
        format!(
            r#"{{"event":"chat_channel.updated","event_ts":1767261600200,"payload":{{"account_id":"A","object":{{"id":"{id}","name":"Launch","type":2}}}}}}"#
        )
    };
    let told = |json: String| item(&receiver(&[]), &Bytes::from(json));
    let Item::Channel(about) = told(event("5b1f0e7c2a944f0f9d3a6c1e8b7d2f40")) else { panic!("a channel") };
    assert!(about.at.id.as_str().contains("5b1f0e7c2a944f0f9d3a6c1e8b7d2f40"));
    assert_eq!(about.when, Some(Timestamp::from_millis(1_767_261_600_200)));
    assert!(matches!(told(event("a/../b")), Item::Unknown(_)));
}
