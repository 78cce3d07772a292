//! How rooms are read: pages, marks, gaps.

use entente_model::{ConversationKind, Destination, MessageId, Timestamp};
use entente_platform::Mark;

use crate::support::*;

const SHORT: &str = "&max=10";
const LONG: &str = "&max=100";

fn list(max: &str) -> String {
    format!("GET https://webex.example/v1/messages?roomId={ROOM}{max}")
}

fn one(number: u8) -> String {
    format!("GET https://webex.example/v1/messages/{}", message_id(number))
}

fn at(minute: u8) -> Timestamp {
    Timestamp::parse(&format!("2026-01-02T03:{minute:02}:00.000Z")).unwrap()
}

fn mark(message: Option<u8>, minute: u8) -> Mark {
    Mark { message: message.map(|number| MessageId::from(message_id(number))), at: at(minute) }
}

/// The texts of what is read in this room with these answers, whether there was a gap, and what was asked.
async fn read(mark: Mark, replies: Vec<Reply>) -> (Vec<String>, bool, Vec<String>) {
    let script = Script::new(replies);
    let read = script.client(Some(BOT)).catch_up(&room(), &mark).await.unwrap();
    let texts = read.snapshots.iter().map(|one| one.message.body.plain()).collect();
    (texts, read.gap, script.lines())
}

#[tokio::test]
async fn what_is_newer_than_the_mark_oldest_first() {
    let (texts, gap, asked) = read(mark(Some(2), 10), vec![ok(fixture!("messages"))]).await;
    assert_eq!((texts.as_slice(), gap), (["middle".to_owned(), "newest".to_owned()].as_slice(), false));
    assert_eq!(asked, [list(SHORT)]);
}

#[tokio::test]
async fn one_page_is_enough_though_there_are_more() {
    let page = ok(fixture!("messages")).next("https://webex.example/v1/messages?beforeMessage=x");
    let (texts, ..) = read(mark(Some(3), 11), vec![page]).await;
    assert_eq!(texts, ["newest"]);
}

#[tokio::test]
async fn a_deleted_mark_is_replaced_by_its_time() {
    let gone = fixture!("messages").replace(message_id(3), "gone");
    let page = ok(&gone).next("https://webex.example/v1/messages?beforeMessage=x");
    let (texts, ..) = read(mark(Some(3), 11), vec![page]).await;
    assert_eq!(texts, ["middle", "newest"], "what has the mark's time may be new");
}

#[tokio::test]
async fn a_mark_further_back_is_found_in_long_pages() {
    let further = "https://webex.example/v1/messages?cursor=c&max=100";
    let older = fixture!("message_plain").replace(message_id(2), message_id(1)).replace("03:10", "03:05");
    let replies = vec![
        ok(fixture!("messages")).next("https://webex.example/v1/messages?short"),
        ok(fixture!("messages")).next(further),
        ok(&format!("{{\"items\":[{older}]}}")).next("https://webex.example/v1/messages?never"),
    ];
    let (texts, gap, asked) = read(mark(Some(1), 5), replies).await;
    assert_eq!((texts, gap), (["oldest", "middle", "newest"].map(str::to_owned).to_vec(), false));
    assert_eq!(asked, [list(SHORT), list(LONG), format!("GET {further}")]);
}

#[tokio::test]
async fn a_room_that_is_too_long_has_a_gap() {
    let page = || ok(fixture!("messages")).next("https://webex.example/v1/messages?more");
    let (_, gap, asked) = read(mark(Some(1), 5), (0..21).map(|_| page()).collect()).await;
    assert!(gap);
    assert_eq!(asked.len(), 21, "one short page and twenty long ones");
}

#[tokio::test]
async fn an_edit_is_news_wherever_it_stands() {
    let edited = fixture!("messages").replacen(
        "\"created\": \"2026-01-02T03:10:00.000Z\"",
        "\"created\": \"2026-01-02T03:10:00.000Z\", \"updated\": \"2026-01-02T03:13:00.000Z\"",
        1,
    );
    let (texts, ..) = read(mark(Some(4), 12), vec![ok(&edited)]).await;
    assert_eq!(texts, ["oldest"]);
}

#[tokio::test]
async fn at_first_only_what_was_written_since() {
    let reply = vec![ok(fixture!("messages")).next("https://webex.example/v1/messages?never")];
    let (texts, _, asked) = read(mark(None, 11), reply).await;
    assert_eq!(texts, ["middle", "newest"]);
    assert_eq!(asked, [list(LONG)]);
    let (texts, ..) = read(mark(None, 12), vec![ok(fixture!("messages"))]).await;
    assert_eq!(texts, ["newest"]);
}

#[tokio::test]
async fn one_message() {
    let script = Script::new([ok(fixture!("message")), status(404, fixture!("error"))]);
    let client = script.client(Some(BOT));
    assert_eq!(client.fetch(&message(1)).await.unwrap().unwrap().message.at, message(1));
    assert_eq!(client.fetch(&message(1)).await.unwrap(), None);
    assert_eq!(script.lines(), [one(1), one(1)]);
}

#[tokio::test]
async fn what_was_sent_to_a_room_and_to_a_person() {
    let script = Script::new([ok(fixture!("messages")).next("https://webex.example/v1/messages?never")]);
    let to = Destination::Conversation(room());
    // The page reaches behind the time.
    let sent = script.client(Some(ADA)).sent_since(&to, at(12)).await.unwrap();
    assert_eq!(sent.iter().map(|one| one.message.body.plain()).collect::<Vec<_>>(), ["newest"]);
    assert_eq!(script.lines(), [list(SHORT)]);

    let script = Script::new([ok(fixture!("messages")), ok(fixture!("messages"))]);
    let to = Destination::Direct(account(BOB));
    let sent = script.client(Some(ADA)).sent_since(&to, at(10)).await.unwrap();
    assert_eq!(sent.iter().map(|one| one.message.body.plain()).collect::<Vec<_>>(), ["oldest", "newest"]);
    let direct = format!("GET https://webex.example/v1/messages/direct?personId={BOB}");
    assert_eq!(script.lines(), [direct, list(SHORT)]);

    let script = Script::new([status(404, fixture!("error"))]);
    assert_eq!(script.client(Some(ADA)).sent_since(&to, at(10)).await.unwrap(), []);
}

#[tokio::test]
async fn what_kind_of_room() {
    let script = Script::new([ok(fixture!("room")), ok(fixture!("memberships"))]);
    let found = script.client(Some(BOT)).conversation(&room()).await.unwrap().unwrap();
    assert_eq!((found.kind, found.members), (ConversationKind::Direct, vec![account(ADA), account(BOB)]));
    let lines = [
        format!("GET https://webex.example/v1/rooms/{ROOM}"),
        format!("GET https://webex.example/v1/memberships?max=100&roomId={ROOM}"),
    ];
    assert_eq!(script.lines(), lines);
    assert_eq!(found.name, None, "it is titled after the other one");
    let script = Script::new([ok(fixture!("room_group")), ok(fixture!("memberships"))]);
    let found = script.client(Some(BOT)).conversation(&room()).await.unwrap().unwrap();
    assert_eq!(
        (found.kind, found.name.as_deref(), found.members),
        (ConversationKind::Group, Some("Bridge test"), vec![account(ADA), account(BOB)])
    );
    script.asked();
    let script = Script::new([ok(fixture!("room_group")), status(404, fixture!("error"))]);
    assert_eq!(script.client(Some(BOT)).conversation(&room()).await.unwrap(), None, "out of it since");
    let script = Script::new([status(404, fixture!("error"))]);
    assert_eq!(script.client(Some(BOT)).conversation(&room()).await.unwrap(), None);
}

/// Each field that is read is needed under its documented name.
#[tokio::test]
async fn a_renamed_field_is_noticed() {
    for field in ["items", "id", "roomId", "personId", "created"] {
        let renamed = fixture!("messages").replace(&format!("\"{field}\""), &format!("\"{field}2\""));
        let script = Script::new([ok(&renamed)]);
        let read = script.client(Some(BOT)).catch_up(&room(), &mark(Some(2), 10)).await;
        assert_eq!(read, Err(entente_model::CallError::Retry { after: None }), "{field}");
    }
    for (field, plain) in [("html", "Ada please look"), ("parentId", ""), ("updated", ""), ("files", "")] {
        let whole = fixture!("message").replace("markdown", "markdown2").replace("\"text\"", "\"text2\"");
        let script = Script::new([ok(&whole), ok(&whole.replace(&format!("\"{field}\""), "\"other\""))]);
        let client = script.client(Some(BOT));
        let with = client.fetch(&message(1)).await.unwrap().unwrap();
        let without = client.fetch(&message(1)).await.unwrap().unwrap();
        assert_ne!(with, without, "{field} is not read");
        if field == "html" {
            assert_eq!(with.message.body.plain(), plain);
        }
    }
}
