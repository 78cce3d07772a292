//! Documented payloads in neutral words.

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../fixtures/webex/", $name, ".json"))
    };
}

const ADA: &str = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";
const BOB: &str = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDI";
const ROOM: &str = "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL1JPT00vMTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NWEx";

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "webex".into(), id: "acme".into() }
}

fn read(body: &str) -> Item {
    let watcher = LoginId("0191a0d0-0000-7000-8000-000000000001".parse().unwrap());
    head(&workspace(), watcher, &Bytes::copy_from_slice(body.as_bytes()))
}

fn read_head(body: &str) -> Head {
    match read(body) {
        Item::Head(head) => head,
        item => panic!("{item:?}"),
    }
}

#[test]
fn reports_about_messages_point() {
    for (body, kind, actor) in [
        (fixture!("delivery_created"), HeadKind::Created, BOB),
        (fixture!("delivery_updated"), HeadKind::Changed, BOB),
        // Deleted by somebody else than its author.
        (fixture!("delivery_deleted"), HeadKind::Deleted, ADA),
    ] {
        let head = read_head(body);
        assert_eq!(head.kind, kind);
        assert_eq!(head.actor, Some(id::account(&workspace(), actor)));
        assert_eq!(head.message.conversation.id.as_str(), ROOM);
        assert!(head.message.id.as_str().ends_with("MTExNC0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi"));
        assert_eq!(head.body, None, "content never comes with a report");
    }
}

#[test]
fn what_is_not_carried_has_a_name() {
    let renamed = fixture!("delivery_membership").replace(r#""created","#, r#""updated","#);
    assert!(matches!(read(&renamed), Item::Unknown(name) if name == "memberships:updated"));
    // The first message of a direct room says as much.
    let direct =
        fixture!("delivery_membership").replace(r#""isMonitor""#, r#""roomType": "direct", "isMonitor""#);
    assert!(matches!(read(&direct), Item::Unknown(name) if name == "memberships:direct"));
}

#[test]
fn who_comes_and_goes_is_told() {
    for (event, came) in [("created", true), ("deleted", false)] {
        let body = fixture!("delivery_membership")
            .replace(r#""event": "created""#, &format!(r#""event": "{event}""#));
        let Item::Joined(joined) = read(&body) else { panic!("{event}") };
        assert_eq!(joined.conversation.id.as_str(), ROOM);
        assert_eq!((joined.account, joined.came), (id::account(&workspace(), BOB), came));
    }
    for field in ["roomId", "personId"] {
        let renamed = fixture!("delivery_membership").replace(field, "other");
        assert!(matches!(read(&renamed), Item::Malformed { .. }), "{field}");
    }
}

/// Each field that is read is needed under its documented name.
#[test]
fn a_report_without_a_field_we_need_is_set_aside_without_its_text() {
    for field in ["resource", "event", "data", "id", "roomId"] {
        let whole: serde_json::Value = serde_json::from_str(fixture!("delivery_created")).unwrap();
        let mut whole = whole;
        let place = if matches!(field, "id" | "roomId") { &mut whole["data"] } else { &mut whole };
        let map = place.as_object_mut().unwrap();
        let value = map.remove(field).unwrap();
        map.insert(format!("{field}2"), value);
        let Item::Malformed { reason, body } = read(&whole.to_string()) else {
            panic!("{field} is not needed")
        };
        assert_eq!(body, whole.to_string().as_bytes());
        assert!(!reason.contains("bob") && !reason.contains(BOB), "{reason}");
        assert!(reason.contains("lacks a field that Webex documents"), "{reason}");
    }
}

proptest::proptest! {
    /// Whatever is signed is one item, and never a panic.
    #[test]
    fn anything_is_something(junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), at in 0..900_usize) {
        let watcher = LoginId("0191a0d0-0000-7000-8000-000000000001".parse().unwrap());
        head(&workspace(), watcher, &Bytes::from(junk.clone()));
        let mut whole = fixture!("delivery_created").as_bytes().to_vec();
        let at = at.min(whole.len());
        whole.splice(at..(at + junk.len() / 8).min(whole.len()), junk);
        head(&workspace(), watcher, &Bytes::from(whole));
    }
}

fn snap(body: &str) -> Snapshot {
    let message: message::Message<'_> = serde_json::from_str(body).unwrap();
    let conversation = id::conversation(&workspace(), &message.room_id);
    snapshot(&conversation, &message).unwrap()
}

#[test]
fn a_message_with_everything() {
    let snapshot = snap(fixture!("message"));
    assert_eq!(snapshot.message.at.conversation.id.as_str(), ROOM);
    assert_eq!(snapshot.message.author, id::account(&workspace(), BOB));
    let root = snapshot.message.thread.unwrap();
    assert!(root.id.as_str().ends_with("MTExMC0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi"));
    assert_eq!(root.conversation, snapshot.message.at.conversation);
    assert_eq!(snapshot.created_at.to_string(), "2026-01-02T03:04:05.678Z");
    assert_eq!(snapshot.edited_at.unwrap().to_string(), "2026-01-02T03:05:00.000Z");
    assert_eq!(
        (snapshot.message.files.len(), &snapshot.message.unsupported[..]),
        (1, &["card".to_owned()][..])
    );
    assert_eq!(snapshot.message.body.plain(), "Ada please look");
    assert!(!snapshot.deleted);
}

#[test]
fn a_plain_message_borrows_its_fields() {
    let body = fixture!("message_plain");
    let message: message::Message<'_> = serde_json::from_str(body).unwrap();
    let place = |text: &str| body.as_bytes().as_ptr_range().contains(&text.as_ptr());
    assert!(place(&message.id) && place(&message.room_id) && place(message.created.as_ref()));
    let snapshot = snap(body);
    assert_eq!(snapshot.message.thread, None);
    assert_eq!(snapshot.edited_at, None);
    assert_eq!(snapshot.message.body, entente_model::Body::text("two\nlines"));
}

#[test]
fn a_message_without_a_time_is_none() {
    let body = fixture!("message_plain").replace("2026-01-02T03:10:00.000Z", "soon");
    let message: message::Message<'_> = serde_json::from_str(&body).unwrap();
    assert!(snapshot(&id::conversation(&workspace(), ROOM), &message).is_none());
}
