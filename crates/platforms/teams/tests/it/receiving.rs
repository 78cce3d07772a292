//! Documented payloads to heads and snapshots.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entente_model::{Block, Body, FileRef, Inline, Mention, Message, Snapshot};
use entente_platform::{Checked, Head, HeadKind, Hook, Item, LifecycleKind, Place, Receiver, Unverified};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::*;

fn items(receiver: &dyn Receiver, hook: Hook<Unverified>) -> Vec<Item> {
    match receiver.check(hook, NOW).unwrap() {
        Checked::Deliver(hook) => receiver.heads(&hook),
        Checked::Answer(answer) => panic!("{answer:?}"),
    }
}

fn only_head(mut items: Vec<Item>) -> Head {
    match (items.pop(), items.is_empty()) {
        (Some(Item::Head(head)), true) => head,
        other => panic!("{other:?}"),
    }
}

fn opened(fixture: &str) -> Result<Snapshot, String> {
    let content = fixture_text(fixture);
    let document: Value = serde_json::from_str(&content).unwrap();
    let at = message(document["chatId"].as_str().unwrap(), document["id"].as_str().unwrap());
    receiver().open(&at, encrypted(content.as_bytes()).to_string().as_bytes())
}

#[test]
fn a_notification_with_content_becomes_a_head_and_opens() {
    let receiver = receiver();
    let batch = notification(fixture_text("chat_message").as_bytes());
    let head = only_head(items(&*receiver, hook("changes", &batch)));
    assert_eq!(head.message, message(CHAT, "1767607200123"));
    assert_eq!((head.kind, head.watcher, head.actor), (HeadKind::Created, login(), None));
    let snapshot = receiver.open(&head.message, &head.body.unwrap()).unwrap();
    let bob =
        Inline::Mention(Mention { everybody: false, account: Some(account(BOB)), name: "Bob".to_owned() });
    assert_eq!(
        snapshot,
        Snapshot {
            message: Message {
                at: message(CHAT, "1767607200123"),
                thread: None,
                author: account(ALICE),
                body: Body(vec![Block::Paragraph(vec![Inline::Text("hi ".to_owned()), bob])]),
                files: Vec::new(),
                unsupported: Vec::new(),
            },
            created_at: at("2026-01-05T10:00:00.123Z"),
            edited_at: None,
            deleted: false,
            reactions: Some(Vec::new()),
        }
    );
    assert_eq!(receiver.thanks(), StatusCode::ACCEPTED);
}

#[test]
fn the_head_carries_the_content_as_it_came() {
    let batch = notification(b"{}");
    let head = only_head(items(&*receiver(), hook("changes", &batch)));
    let body: Value = serde_json::from_slice(&head.body.unwrap()).unwrap();
    assert_eq!(body, batch["value"][0]["encryptedContent"]);
}

#[test]
fn reports_without_content_are_pointers_and_the_rest_is_unknown() {
    let items = items(&*receiver(), hook("changes", &stated("notification_thin")));
    let seen: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Head(head) if head.place == Place::Channel => {
                assert!(head.message.conversation.id.as_str().ends_with("@thread.tacv2"));
                format!("{:?} in a channel {}", head.kind, head.message.id)
            }
            Item::Head(head) => {
                assert_eq!((head.body.clone(), head.watcher), (None, login()));
                assert_eq!(head.message.conversation, conversation(CHAT));
                format!("{:?} {}", head.kind, head.message.id)
            }
            Item::Unknown(name) => name.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        seen,
        [
            "Changed 1767607200123",
            "Deleted 1767607200124",
            "Created in a channel 1767607200125/1767607200126",
            "resource:#Microsoft.Graph.chat"
        ]
    );
}

#[test]
fn an_item_that_cannot_be_read_spoils_no_neighbour() {
    let mut batch = stated("notification_thin");
    batch["value"][0]["resource"] = json!(["surprise"]);
    batch["value"][1].as_object_mut().unwrap().remove("changeType");
    batch["value"][2]["changeType"] = json!("moved");
    batch["value"][2]["resource"] = batch["value"][1]["resource"].clone();
    let items = items(&*receiver(), hook("changes", &batch));
    assert!(matches!(&items[0], Item::Malformed { reason, body }
        if reason.starts_with("a notification that is not as") && body.starts_with(b"{") && body.ends_with(b"}")));
    assert!(matches!(&items[1], Item::Malformed { reason, .. } if reason == "no changeType"));
    assert!(matches!(&items[2], Item::Unknown(name) if name == "change:moved"));
    assert!(matches!(&items[3], Item::Unknown(_)));
}

#[test]
fn what_happens_to_a_subscription_is_told() {
    let items = items(&*receiver(), hook("lifecycle", &stated("lifecycle")));
    let kinds: Vec<_> = items
        .iter()
        .map(|item| match item {
            Item::Lifecycle(lifecycle) => {
                assert_eq!(lifecycle.login, login());
                lifecycle.kind
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, [LifecycleKind::Reauthorize, LifecycleKind::Removed, LifecycleKind::Missed]);
    let mut batch = stated("lifecycle");
    batch["value"][0]["lifecycleEvent"] = json!("celebrated");
    let first = self::items(&*receiver(), hook("lifecycle", &batch)).swap_remove(0);
    assert!(matches!(first, Item::Unknown(name) if name == "lifecycle:celebrated"));
}

#[test]
fn a_reply_says_what_it_quotes_when_it_was_edited_and_what_it_carries() {
    let snapshot = opened("chat_message_reply_edited").unwrap();
    assert_eq!(snapshot.message.thread, Some(message(CHAT, "1767607200123")));
    assert_eq!(snapshot.message.unsupported, Vec::<String>::new());
    let url = "https://acme.sharepoint.example/personal/bob/Documents/spec.pdf";
    let file = FileRef {
        id: format!("u!{}@{BOB}", URL_SAFE_NO_PAD.encode(url)).into(),
        name: Some("spec.pdf".to_owned()),
        length: None,
        url: Some(url.to_owned()),
    };
    assert_eq!(snapshot.message.files, [file]);
    assert_eq!(snapshot.message.author, account(BOB));
    let this = Inline::Bold(vec![Inline::Text("this".to_owned())]);
    let said = Body(vec![Block::Paragraph(vec![Inline::Text("yes, see ".to_owned()), this])]);
    assert_eq!(snapshot.message.body, said);
    // The reaction came five seconds later and is no edit.
    assert_eq!(snapshot.edited_at, Some(at("2026-01-05T10:02:00Z")));
    assert_eq!(snapshot.created_at, at("2026-01-05T10:01:00.456Z"));
}

#[test]
fn a_message_taken_back_is_deleted_and_still_has_its_author() {
    let snapshot = opened("chat_message_deleted").unwrap();
    assert!(snapshot.deleted);
    assert_eq!(snapshot.message.author, account(ALICE));
    assert!(snapshot.message.body.is_empty());
}

#[test]
fn a_bots_message_is_the_apps() {
    let snapshot = opened("chat_message_bot").unwrap();
    assert_eq!(snapshot.message.author, account(CLIENT));
    assert_eq!(snapshot.message.body, Body::text("1 < 2"));
    assert_eq!(snapshot.message.unsupported, ["card"]);
}

#[test]
fn a_system_message_says_nothing_and_is_nobodys() {
    let nothing = |snapshot: Snapshot| {
        assert_eq!(snapshot.message.author, account("system"));
        assert!(snapshot.message.body.is_empty() && snapshot.message.unsupported.is_empty());
        assert!(!snapshot.deleted);
    };
    nothing(opened("chat_message_system").unwrap());
    // The kind as it is shown without `Prefer: include-unknown-enum-members`, with and without an author.
    let mut message: Value = fixture("chat_message_system");
    message["messageType"] = json!("unknownFutureValue");
    message["body"]["content"] = json!("<p>x</p>");
    let at = crate::support::message(CHAT, "1767607100000");
    let open = |message: &Value| {
        let body = encrypted(message.to_string().as_bytes()).to_string();
        receiver().open(&at, body.as_bytes()).unwrap()
    };
    nothing(open(&message));
    message["from"] = json!({"user": {"id": ALICE}});
    nothing(open(&message));
    message["messageType"] = json!("message");
    assert_eq!(open(&message).message.body, Body::text("x"));
}

#[test]
fn content_of_another_message_is_not_taken_for_this_one() {
    let receiver = receiver();
    let body = encrypted(fixture_text("chat_message").as_bytes()).to_string();
    let other = receiver.open(&message(CHAT, "1767607200124"), body.as_bytes());
    assert_eq!(other.unwrap_err(), "the content is of another message");
    let elsewhere = receiver.open(&message("19:x@thread.v2", "1767607200123"), body.as_bytes());
    assert_eq!(elsewhere.unwrap_err(), "the content is of another chat");
}

#[test]
fn what_cannot_be_opened_says_why_without_its_text() {
    let receiver = receiver();
    let at = message(CHAT, "1767607200123");
    let good = encrypted(fixture_text("chat_message").as_bytes());
    let with = |field: &str, value: Value| {
        let mut content = good.clone();
        content[field] = value;
        receiver.open(&at, content.to_string().as_bytes()).unwrap_err()
    };
    let other = encrypted(b"{\"secret\":1}");
    assert_eq!(
        with("encryptionCertificateId", json!("gone")),
        "encrypted to a certificate whose key is not here"
    );
    assert_eq!(with("dataKey", json!("AAAA")), "dataKey is not encrypted to our certificate");
    assert_eq!(with("data", other["data"].clone()), "dataSignature does not match");
    assert_eq!(with("dataSignature", json!("!")), "dataSignature is not base64");
    let content = encrypted(b"{\"secret\":1}").to_string();
    let reason = receiver.open(&at, content.as_bytes()).unwrap_err();
    assert!(reason.starts_with("not a chat message") && !reason.contains("secret"), "{reason}");
}

#[test]
fn a_validation_text_is_given_back_decoded() {
    let query = "tag=x&validationToken=Validation%3A+Testing+client%2Bapp+%3Cb%3E+100%25+Request-Id%3A+5e1f";
    for channel in ["changes", "lifecycle"] {
        let hook =
            Hook::new(channel.to_owned(), Some(query.to_owned()), http::HeaderMap::new(), Bytes::new());
        let Ok(Checked::Answer(answer)) = receiver().check(hook, NOW) else { panic!("no answer") };
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.body(), "Validation: Testing client+app <b> 100% Request-Id: 5e1f");
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
}

#[test]
fn what_is_said_to_the_app_becomes_a_head_and_opens() {
    let receiver = receiver();
    let head = only_head(items(&*receiver, activity(&fixture("activity_message"), &bot_token())));
    assert_eq!(head.message, message(PERSONAL, "1767607200123"));
    assert_eq!((head.kind, head.watcher, head.actor), (HeadKind::Created, app_login(), Some(account(ALICE))));
    let snapshot = receiver.open(&head.message, &head.body.unwrap()).unwrap();
    assert_eq!(snapshot.message.author, account(ALICE));
    assert_eq!(snapshot.message.body.plain(), "find Bob & co");
    assert_eq!((snapshot.edited_at, snapshot.deleted), (None, false));
    assert_eq!(snapshot.created_at, at("2026-01-05T10:00:00.123Z"));
    assert_eq!(snapshot.message.unsupported, Vec::<String>::new());
}

#[test]
fn changes_to_what_was_said_to_the_app_are_told() {
    let receiver = receiver();
    let edited = only_head(items(&*receiver, activity(&fixture("activity_update"), &bot_token())));
    assert_eq!(edited.kind, HeadKind::Changed);
    let snapshot = receiver.open(&edited.message, &edited.body.unwrap()).unwrap();
    assert_eq!(snapshot.edited_at, Some(at("2026-01-05T10:03:00.5Z")));
    assert_eq!(snapshot.created_at, at("2026-01-05T10:00:00.123Z"));
    assert_eq!(snapshot.message.body.plain(), "find Ben");
    let deleted = only_head(items(&*receiver, activity(&fixture("activity_delete"), &bot_token())));
    assert_eq!(deleted.kind, HeadKind::Deleted);
    assert!(receiver.open(&deleted.message, &deleted.body.unwrap()).unwrap().deleted);
}

#[test]
fn activities_that_are_no_messages_are_nothing_and_others_unknown_by_name() {
    let of = |json: &Value| items(&*receiver(), activity(json, &bot_token()));
    assert!(of(&fixture("activity_channel")).is_empty());
    assert!(of(&fixture("activity_installed")).is_empty());
    let mut strange = fixture("activity_installed");
    strange["type"] = "celebration".into();
    assert!(matches!(&of(&strange)[..], [Item::Unknown(name)] if name == "activity:celebration"));
    let mut strange = fixture("activity_channel");
    strange["conversation"]["conversationType"] = "seance".into();
    assert!(matches!(&of(&strange)[..], [Item::Unknown(name)] if name == "conversation:seance"));
}

/// Every field that is read, by where it stands in its payload. Renaming one must be noticed.
#[test]
fn a_renamed_field_is_noticed() {
    let receiver = receiver();
    let snapshot_of = |message: &Value, id: &str| {
        let body = encrypted(message.to_string().as_bytes()).to_string();
        receiver.open(&crate::support::message(CHAT, id), body.as_bytes())
    };
    let cases: [(&str, &str, &[&str]); 3] = [
        (
            "chat_message",
            "1767607200123",
            &[
                "/id",
                "/from",
                "/from/user",
                "/from/user/id",
                "/body",
                "/body/contentType",
                "/body/content",
                "/mentions",
                "/mentions/0/id",
                "/mentions/0/mentioned",
                "/mentions/0/mentioned/user",
                "/mentions/0/mentioned/user/id",
            ],
        ),
        (
            "chat_message_reply_edited",
            "1767607260456",
            &[
                "/lastEditedDateTime",
                "/attachments",
                "/attachments/0/id",
                "/attachments/0/contentType",
                "/attachments/1/contentType",
                "/attachments/1/contentUrl",
                "/attachments/1/name",
            ],
        ),
        ("chat_message_deleted", "1767607200123", &["/deletedDateTime", "/from/user/id"]),
    ];
    for (name, id, paths) in cases {
        let good = snapshot_of(&fixture(name), id).unwrap();
        for path in paths {
            let renamed = snapshot_of(&renamed(fixture(name), path), id);
            assert_ne!(renamed.as_ref(), Ok(&good), "{name} {path}");
        }
    }
}

/// The value without the field at this place, which stands under another name instead.
pub(crate) fn renamed(mut value: Value, path: &str) -> Value {
    let (parent, field) = path.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let old = parent.remove(field).unwrap_or_else(|| panic!("no {path}"));
    parent.insert(format!("{field}2"), old);
    value
}

#[test]
fn a_renamed_field_of_the_envelope_is_noticed() {
    let receiver = receiver();
    let batch = notification(fixture_text("chat_message").as_bytes());
    for path in [
        "/value",
        "/validationTokens",
        "/value/0/clientState",
        "/value/0/changeType",
        "/value/0/resource",
        "/value/0/encryptedContent",
        "/value/0/encryptedContent/data",
        "/value/0/encryptedContent/dataKey",
        "/value/0/encryptedContent/dataSignature",
        "/value/0/encryptedContent/encryptionCertificateId",
    ] {
        let batch = renamed(batch.clone(), path);
        let opened = match receiver.check(hook("changes", &batch), NOW) {
            Ok(Checked::Deliver(hook)) => receiver.heads(&hook).into_iter().find_map(|item| match item {
                Item::Head(head) => receiver.open(&head.message, &head.body?).ok(),
                _ => None,
            }),
            _ => None,
        };
        assert_eq!(opened, None, "{path}");
    }
}
