//! How conversations, people and sessions are read.

use entente_model::{CallError, ConversationKind, Destination, Timestamp};
use entente_platform::{LoginKind, Mark};
use serde_json::json;

use crate::support::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn listed(query: &str) -> String {
    format!(
        "GET /chat/users/me/messages?to_contact={BOB}&from=2026-01-05T09%3A00%3A00Z&page_size=50\
         &include_deleted_and_edited_message=true{query}"
    )
}

#[tokio::test]
async fn a_conversation_is_listed_from_its_mark_and_put_in_order() {
    let script = Script::new([ok(fixture!("user")), ok(fixture!("messages"))]);
    let mark = Mark { message: Some(MESSAGE.into()), at: at("2026-01-05T09:00:00.123Z") };
    let read = script.client().catch_up(&between(), &mark).await.unwrap();
    assert!(!read.gap);
    let told: Vec<_> = read
        .snapshots
        .iter()
        .map(|one| (one.message.author.id.as_str(), one.message.body.plain(), one.deleted))
        .collect();
    let expected = [(BOB, "and to you", false), (BOB, "", true), (ADA, "see this", false)];
    assert_eq!(told, expected.map(|(who, text, gone)| (who, text.to_owned(), gone)));
    assert_eq!(script.lines(), ["GET /users/me".to_owned(), listed("")]);
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let page = |id: &str, millis: i64, next: &str| {
        let message = json!({"id": id, "message": id, "timestamp": millis, "sender": "bob@acme.example"});
        json!({"messages": [message], "next_page_token": next}).to_string()
    };
    let script = Script::new([
        ok(fixture!("user")),
        ok(&page("new", 1_767_603_602_000, "t&1")),
        ok(&page("old", 1_767_603_601_000, "")),
    ]);
    let mark = Mark { message: None, at: at("2026-01-05T09:00:00Z") };
    let read = script.client().catch_up(&between(), &mark).await.unwrap();
    let ids: Vec<_> = read.snapshots.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!(ids, ["old", "new"]);
    let expected = ["GET /users/me".to_owned(), listed(""), listed("&next_page_token=t%261")];
    assert_eq!(script.lines(), expected);
}

#[tokio::test]
async fn an_odd_message_costs_nobody_the_others() {
    let page = |odd: &str| {
        let plain = |id: &str, millis: i64| {
            json!({"id": id, "message": id, "timestamp": millis, "sender": "bob@acme.example"}).to_string()
        };
        let (one, two) = (plain("one", 1_767_603_601_000), plain("two", 1_767_603_603_000));
        format!(r#"{{"messages":[{one},{odd},{two}],"next_page_token":""}}"#)
    };
    let read = async |odd: &str| {
        let script = Script::new([ok(fixture!("user")), ok(&page(odd))]);
        let mark = Mark { message: None, at: at("2026-01-05T09:00:00Z") };
        script.client().catch_up(&between(), &mark).await.unwrap()
    };
    let known =
        r#"{"id":"odd","timestamp":1767603602000,"sender":"bob@acme.example","message":{"new":"form"}}"#;
    let found = read(known).await;
    let told: Vec<_> = found
        .snapshots
        .iter()
        .map(|one| {
            (one.message.at.id.as_str(), one.message.unsupported.len(), one.message.author.id.as_str())
        })
        .collect();
    assert_eq!(told, [("one", 0, BOB), ("odd", 1, BOB), ("two", 0, BOB)]);
    assert!(!found.gap);
    let found = read(r#"{"id":7,"message":"nobody knows which"}"#).await;
    let told: Vec<_> = found.snapshots.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!((told, found.gap), (vec!["one", "two"], true), "what is left out is said");
}

#[tokio::test]
async fn what_is_older_than_history_goes_is_a_gap() {
    let script = Script::new([
        ok(fixture!("user")),
        refusal(400, 300),
        ok(fixture!("user")),
        ok(r#"{"messages":[],"next_page_token":""}"#),
    ]);
    let mark = Mark { message: Some("x".into()), at: at("2025-01-05T09:00:00Z") };
    let read = script.client().catch_up(&between(), &mark).await.unwrap();
    assert!(read.gap);
    assert!(script.lines()[3].contains("from=2025-07-09T09%3A00%3A00Z"));
}

#[tokio::test]
async fn a_message_is_read_with_what_became_of_it() {
    let script = Script::new([ok(fixture!("message")), ok(fixture!("user")), ok(fixture!("messages"))]);
    let read = script.client().fetch(&message(MESSAGE)).await.unwrap().unwrap();
    assert_eq!(read.message.body.plain(), "good evening");
    assert!(read.edited_at.unwrap() > read.created_at);
    assert_eq!(read.message.author, account(ADA));
    let expected = [
        format!("GET /chat/users/me/messages/{MESSAGE}?to_contact={BOB}"),
        "GET /users/me".to_owned(),
        listed("&to=2026-01-05T09%3A00%3A01Z"),
    ];
    assert_eq!(script.lines(), expected);
    for gone in [refusal(400, 300), refusal(404, 1001)] {
        assert_eq!(Script::new([gone]).client().fetch(&message(MESSAGE)).await, Ok(None));
    }
}

#[tokio::test]
async fn what_we_said_is_found_and_nothing_else() {
    let script = Script::new([ok(fixture!("user")), ok(fixture!("messages"))]);
    let to = Destination::Direct(account(BOB));
    let sent = script.client().sent_since(&to, at("2026-01-05T09:00:00.123Z")).await.unwrap();
    let ids: Vec<_> = sent.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!(ids, [MESSAGE, "88888888-8A35-4B07-9F61-0D4C7B2A9E18"]);
    let script = Script::new([ok(fixture!("user")), refusal(404, 1001)]);
    assert_eq!(script.client().sent_since(&to, Timestamp(0)).await, Ok(vec![]));
}

#[tokio::test]
async fn sessions_tell_where_something_is_new() {
    let script = Script::new([ok(fixture!("sessions"))]);
    let talks = script.client().talks(at("2026-01-05T08:00:00.500Z")).await.unwrap();
    let [talk] = talks.as_slice() else { panic!("{talks:?}") };
    assert_eq!((&talk.conversation, talk.at), (&between(), at("2026-01-05T09:00:00Z")));
    assert_eq!(talk.members, [account(ADA), account(BOB)]);
    let expected = "GET /chat/users/me/sessions?type=1%3A1&page_size=50&from=2026-01-05T08%3A00%3A00Z";
    assert_eq!(script.lines(), [expected]);
}

#[tokio::test]
async fn a_conversation_is_of_two() {
    let found = Script::new([]).client().conversation(&between()).await.unwrap().unwrap();
    assert_eq!((found.kind, found.members), (ConversationKind::Direct, vec![account(ADA), account(BOB)]));
}

#[tokio::test]
async fn people_are_listed_page_by_page() {
    let script = Script::new([ok(fixture!("users")), ok(r#"{"users":[],"next_page_token":""}"#)]);
    let client = script.client_as(LoginKind::Admin, None);
    let page = client.directory(None).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.email.as_str()).collect::<Vec<_>>(), ["ada@acme.example"]);
    assert_eq!(page.next.as_deref(), Some("R4aF9Oj0"));
    assert_eq!(client.directory(page.next).await.unwrap().next, None);
    let expected = [
        "GET /users?status=active&page_size=300",
        "GET /users?status=active&page_size=300&next_page_token=R4aF9Oj0",
    ];
    assert_eq!(script.lines(), expected);
}

#[tokio::test]
async fn a_login_knows_itself() {
    let me = Script::new([ok(fixture!("user"))]).client_as(LoginKind::Account, None).me().await.unwrap();
    assert_eq!((me.account, me.name.as_str()), (account(ADA), "Ada Ek"));
    assert_eq!(me.department.as_deref(), Some("Engineering"));
    let unreadable = Script::new([ok("{}")]).client().me().await;
    assert_eq!(unreadable.err(), Some(CallError::Retry { after: None }));
}
