//! What is asked of Zoom, to the letter, and what its answers mean.

use std::time::Duration;

use entente_model::{
    Block, Body, CallError, Destination, Draft, Inline, Loss, Operation, Receipt, Sender, Timestamp,
};
use entente_platform::LoginKind;
use serde_json::json;

use crate::support::*;

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Account(login()), alias: None }
}

fn send(to: Destination, thread: Option<&str>) -> Draft {
    let body = Body(vec![Block::Paragraph(vec![
        Inline::Text("hi 😀 ".into()),
        Inline::Bold(vec![Inline::Text("you".into())]),
    ])]);
    draft(Operation::Send { to, thread: thread.map(message), body })
}

fn edit(body: Body) -> Draft {
    draft(Operation::Edit { target: message(MESSAGE), body })
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[tokio::test]
async fn sends_to_a_person_and_knows_the_message_by_its_normal_id() {
    let to_person = Destination::Direct(account(BOB));
    for to in [to_person, Destination::Conversation(between())] {
        let script = Script::new([ok(fixture!("sent"))]);
        let receipt = script.client().deliver(&send(to, None)).await.unwrap();
        let expected =
            Receipt { message: Some(message(REPLY)), at: at("2026-01-05T09:00:00Z"), losses: vec![] };
        assert_eq!(receipt, expected);
        let asked = script.asked();
        assert_eq!(asked[0].line, "POST https://api.zoom.example/v2/chat/users/me/messages");
        let bold = json!({"start_position": 6, "end_position": 9, "format_type": "Bold"});
        assert_eq!(asked[0].body, json!({"message": "hi 😀 you", "to_contact": BOB, "rich_text": [bold]}));
    }
}

#[tokio::test]
async fn answers_in_a_thread() {
    let script = Script::new([ok(fixture!("sent"))]);
    let sent = send(Destination::Conversation(between()), Some(MESSAGE));
    assert_eq!(script.client().deliver(&sent).await.unwrap().losses, []);
    assert_eq!(script.asked()[0].body["reply_main_message_id"], MESSAGE);
}

#[tokio::test]
async fn an_answer_to_an_answer_goes_to_where_the_thread_begins() {
    let read = json!({"id": REPLY, "message": "and to you", "timestamp": 1_767_603_605_000_i64,
        "sender": "bob@acme.example", "reply_main_message_id": format!("{{{MESSAGE}}}")});
    let script = Script::new([
        refusal(400, 5402),
        ok(&read.to_string()),
        ok(fixture!("user")),
        ok(r#"{"messages":[],"next_page_token":""}"#),
        ok(fixture!("sent")),
    ]);
    let sent = send(Destination::Conversation(between()), Some(REPLY));
    assert_eq!(script.client().deliver(&sent).await.unwrap().losses, []);
    let asked = script.asked();
    assert_eq!(asked[0].body["reply_main_message_id"], REPLY);
    assert_eq!(asked[4].body["reply_main_message_id"], MESSAGE);
}

#[tokio::test]
async fn an_answer_to_what_is_gone_is_said_all_the_same() {
    let script = Script::new([refusal(400, 300), refusal(400, 300), ok(fixture!("sent"))]);
    let sent = send(Destination::Conversation(between()), Some(REPLY));
    assert_eq!(script.client().deliver(&sent).await.unwrap().losses, [Loss::Thread]);
    assert_eq!(script.asked()[2].body.get("reply_main_message_id"), None);
}

#[tokio::test]
async fn a_refusal_that_has_nothing_to_do_with_the_thread_stays_one() {
    let first = json!({"id": MESSAGE, "message": "x", "timestamp": 1, "sender": "bob@acme.example"});
    let script = Script::new([
        refusal(400, 5418),
        ok(&first.to_string()),
        ok(fixture!("user")),
        ok(r#"{"messages":[]}"#),
    ]);
    let sent = script.client().deliver(&send(Destination::Conversation(between()), Some(MESSAGE))).await;
    assert!(matches!(sent, Err(CallError::Reject(text)) if text.contains("5418")));
    script.asked();
}

#[tokio::test]
async fn edits_without_formats_and_says_so() {
    let script = Script::new([status(204, "").header("date", "Mon, 05 Jan 2026 09:01:00 GMT")]);
    let bold = Body(vec![Block::Paragraph(vec![Inline::Bold(vec![Inline::Text("ho".into())])])]);
    let receipt = script.client().deliver(&edit(bold)).await.unwrap();
    assert_eq!((receipt.at, receipt.losses), (at("2026-01-05T09:01:00Z"), vec![Loss::Formatting]));
    assert_eq!(receipt.message, Some(message(MESSAGE)));
    let asked = script.asked();
    assert_eq!(asked[0].line, format!("PUT https://api.zoom.example/v2/chat/users/me/messages/{MESSAGE}"));
    assert_eq!(asked[0].body, json!({"message": "ho", "to_contact": BOB}));
}

#[tokio::test]
async fn deletes() {
    let script = Script::new([status(204, "").header("date", "Mon, 05 Jan 2026 09:02:00 GMT")]);
    let delete = draft(Operation::Delete { target: message(MESSAGE) });
    assert_eq!(script.client().deliver(&delete).await.unwrap().at, at("2026-01-05T09:02:00Z"));
    assert_eq!(script.lines(), [format!("DELETE /chat/users/me/messages/{MESSAGE}?to_contact={BOB}")]);
}

#[tokio::test]
async fn refusals_are_told_apart_by_number() {
    let sent = |reply| async move {
        let script = Script::new([reply]);
        script.client().deliver(&send(Destination::Direct(account(BOB)), None)).await.unwrap_err()
    };
    assert_eq!(sent(refusal(404, 1001)).await, CallError::Gone);
    assert_eq!(sent(refusal(400, 5301)).await, CallError::Unknown);
    assert!(matches!(sent(refusal(400, 4711)).await, CallError::Lacks(_)));
    assert_eq!(sent(refusal(401, 124)).await, CallError::Reauthorize);
    assert_eq!(sent(status(500, "")).await, CallError::Unknown);
    assert_eq!(sent(ok("no json")).await, CallError::Unknown);
    let until = refusal(429, 429)
        .header("retry-after", "2026-01-06T00:00:00Z")
        .header("date", "Mon, 05 Jan 2026 23:00:00 GMT");
    assert_eq!(sent(until).await, CallError::Retry { after: Some(Duration::from_hours(1)) });
    let changed = |reply| async move {
        Script::new([reply]).client().deliver(&edit(Body::text("x"))).await.unwrap_err()
    };
    assert_eq!(changed(refusal(400, 300)).await, CallError::Gone);
    assert!(matches!(changed(refusal(400, 200)).await, CallError::Reject(text) if text.contains("author")));
}

#[tokio::test]
async fn what_is_not_ours_is_not_asked_for() {
    let script = Script::new([]);
    let client = script.client();
    let elsewhere = entente_model::ConversationRef { id: format!("{BOB}:Eve").into(), ..between() };
    let sent = client.deliver(&send(Destination::Conversation(elsewhere.clone()), None)).await;
    assert_eq!(sent, Err(CallError::Gone));
    assert_eq!(client.conversation(&elsewhere).await, Ok(None));
    let nothing =
        draft(Operation::Send { to: Destination::Direct(account(BOB)), thread: None, body: Body::default() });
    assert!(matches!(client.deliver(&nothing).await, Err(CallError::Reject(_))));
    script.asked();
}

#[tokio::test]
async fn the_app_speaks_as_a_chatbot() {
    let script = Script::new([ok(fixture!("bot_sent")), ok(fixture!("bot_sent")), ok(fixture!("bot_sent"))]);
    let client = script.client_as(LoginKind::App, None);
    let body = Body::text("Connect your account.");
    let to = Destination::Direct(account(ADA));
    let sent =
        client.deliver(&draft(Operation::Send { to, thread: None, body: body.clone() })).await.unwrap();
    let message = sent.message.unwrap();
    assert_eq!(message.id.as_str(), "20260105090000123_AbCdEf1_aw1");
    assert_eq!(message.conversation.id.as_str(), format!("app.{ADA}"));
    client.deliver(&draft(Operation::Edit { target: message.clone(), body })).await.unwrap();
    client.deliver(&draft(Operation::Delete { target: message.clone() })).await.unwrap();
    let asked = script.asked();
    let content = json!({"body": [{"type": "message", "text": "Connect your account."}]});
    let (robot, jid) = ("v1demo0bot0jid@xmpp.zoom.us", "qx3ftr0lsukp8v2wny1bhg@xmpp.zoom.us");
    let expected = json!({"robot_jid": robot, "account_id": "Ac7dEmoAccountId000000", "to_jid": jid,
        "user_jid": jid, "content": content});
    assert_eq!(
        (asked[0].line.as_str(), &asked[0].body),
        ("POST https://api.zoom.example/v2/im/chat/messages", &expected)
    );
    assert!(asked[1].line.ends_with("/im/chat/messages/20260105090000123_AbCdEf1_aw1"), "{}", asked[1].line);
    assert_eq!(asked[1].body.get("to_jid"), None);
    let query = "account_id=Ac7dEmoAccountId000000&robot_jid=v1demo0bot0jid%40xmpp.zoom.us&user_jid=qx3ftr0lsukp8v2wny1bhg%40xmpp.zoom.us";
    assert!(asked[2].line.starts_with("DELETE") && asked[2].line.ends_with(query), "{}", asked[2].line);
    assert!(matches!(client.fetch(&message).await, Err(CallError::Reject(_))));
}
