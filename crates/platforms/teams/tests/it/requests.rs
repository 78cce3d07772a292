//! What a person's messages ask of Graph, as its pages have it, and what its answers mean.

use std::time::Duration;

use entente_model::{Body, CallError, Destination, Draft, Loss, Operation, Sender};
use entente_platform::{LoginKind, Undelivered};
use serde_json::{Value, json};

use crate::support::*;
use crate::wiretap::{Reply, Wiretap};

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Account(login()), alias: None }
}

fn send(to: Destination, thread: Option<&str>, body: Body) -> Draft {
    let thread = thread.map(|id| message(CHAT, id));
    draft(Operation::Send { to, thread, body })
}

#[tokio::test]
async fn a_message_is_posted_as_documented() {
    let tap = Wiretap::new([Reply::Json(201, fixture("chat_message"))]);
    let receipt = tap.client(LoginKind::Account).deliver(&send(here(), None, bold_and_bob())).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {V1}/chats/{CHAT}/messages"));
    assert_eq!(asked[0].token.as_deref(), Some("own-0"));
    assert_eq!(
        asked[0].body,
        json!({
            "body": {"contentType": "html", "content": "<p><strong>a &lt; b</strong> <at id=\"0\">Bob</at></p>"},
            "mentions": [{"id": 0, "mentionText": "Bob", "mentioned": {"user":
                {"id": BOB, "displayName": "Bob", "userIdentityType": "aadUser"}}}],
        })
    );
    assert_eq!(receipt.message, Some(message(CHAT, "1767607200123")));
    assert_eq!(receipt.at, at("2026-01-05T10:00:00.123Z"));
    assert_eq!(receipt.losses, []);
}

#[tokio::test]
async fn a_direct_message_finds_or_makes_the_chat_first() {
    let tap = Wiretap::new([Reply::Json(201, fixture("chat")), Reply::Json(201, fixture("chat_message"))]);
    let to = Destination::Direct(account(BOB));
    let receipt = tap.client(LoginKind::Account).deliver(&send(to, None, Body::text("hi"))).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {V1}/chats"));
    let member = |id: &str| {
        json!({"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
            "user@odata.bind": format!("{V1}/users('{id}')")})
    };
    assert_eq!(asked[0].body, json!({"chatType": "oneOnOne", "members": [member(ALICE), member(BOB)]}));
    assert_eq!(asked[1].line, format!("POST {V1}/chats/{CHAT}/messages"));
    assert_eq!(receipt.message, Some(message(CHAT, "1767607200123")));
}

#[tokio::test]
async fn a_chat_with_oneself_is_refused_without_a_call() {
    let tap = Wiretap::new([]);
    let to = Destination::Direct(account(ALICE));
    let refused = tap.client(LoginKind::Account).deliver(&send(to, None, Body::text("hi"))).await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
    assert!(tap.lines().is_empty());
}

#[tokio::test]
async fn an_answer_quotes() {
    let tap = Wiretap::new([Reply::Json(200, fixture("chat_message_reply_edited"))]);
    let draft = send(here(), Some("1767607200123"), Body::text("yes"));
    let receipt = tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {V1}/chats/{CHAT}/messages/replyWithQuote"));
    assert_eq!(
        asked[0].body,
        json!({"messageIds": ["1767607200123"],
            "replyMessage": {"body": {"contentType": "html", "content": "<p>yes</p>"}}})
    );
    assert_eq!(receipt.message, Some(message(CHAT, "1767607260456")));
    assert_eq!(receipt.losses, [Loss::Thread]);
}

#[tokio::test]
async fn where_quoting_is_unknown_the_quote_is_made_by_hand() {
    let unknown = json!({"error": {"code": "NotFound", "message": "x"}});
    let tap = Wiretap::new([
        Reply::Json(404, unknown),
        Reply::Json(200, fixture("chat_message")),
        Reply::Json(201, fixture("chat_message_reply_edited")),
    ]);
    let draft = send(here(), Some("1767607200123"), Body::text("yes"));
    let receipt = tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[1].line, format!("GET {V1}/chats/{CHAT}/messages/1767607200123"));
    assert_eq!(asked[2].line, format!("POST {V1}/chats/{CHAT}/messages"));
    let attachment = &asked[2].body["attachments"][0];
    let content: Value = serde_json::from_str(attachment["content"].as_str().unwrap()).unwrap();
    assert_eq!(
        content,
        json!({"messageId": "1767607200123", "messagePreview": "hi Bob", "messageSender": {"user":
            {"userIdentityType": "aadUser", "id": ALICE, "displayName": "Alice A"}}})
    );
    assert_eq!(
        asked[2].body,
        json!({
            "body": {"contentType": "html",
                "content": "<attachment id=\"1767607200123\"></attachment><p>yes</p>"},
            "attachments": [{"id": "1767607200123", "contentType": "messageReference",
                "content": attachment["content"]}],
        })
    );
    assert_eq!(receipt.losses, [Loss::Thread]);
}

#[tokio::test]
async fn an_answer_to_what_is_gone_goes_without_the_quote() {
    for gone in [Reply::Json(404, json!({})), Reply::Json(200, fixture("chat_message_deleted"))] {
        let unknown = json!({"error": {"code": "NotFound", "message": "x"}});
        let tap = Wiretap::new([Reply::Json(404, unknown), gone, Reply::Json(201, fixture("chat_message"))]);
        let draft = send(here(), Some("1767607200123"), Body::text("yes"));
        let receipt = tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
        let asked = tap.asked();
        assert_eq!(asked[2].line, format!("POST {V1}/chats/{CHAT}/messages"));
        assert_eq!(asked[2].body, json!({"body": {"contentType": "html", "content": "<p>yes</p>"}}));
        assert_eq!(receipt.losses, [Loss::Thread]);
    }
}

#[tokio::test]
async fn a_quote_whose_outcome_is_unknown_is_not_said_again_without_it() {
    for reply in [Reply::Nothing(Undelivered::NoAnswer), Reply::Json(504, json!({}))] {
        let tap = Wiretap::new([reply]);
        let draft = send(here(), Some("1"), Body::text("yes"));
        let unknown = tap.client(LoginKind::Account).deliver(&draft).await;
        assert_eq!(unknown.unwrap_err(), CallError::Unknown);
        assert_eq!(tap.lines().len(), 1);
    }
}

#[tokio::test]
async fn what_stands_in_another_chat_is_not_quoted() {
    let tap = Wiretap::new([Reply::Json(201, fixture("chat_message"))]);
    let thread = Some(message("19:elsewhere@thread.v2", "1"));
    let draft = draft(Operation::Send { to: here(), thread, body: Body::text("x") });
    tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
    assert_eq!(tap.lines(), [format!("POST {V1}/chats/{CHAT}/messages")]);
}

#[tokio::test]
async fn an_edit_keeps_what_goes_with_the_message() {
    let date = ("date", "Mon, 05 Jan 2026 10:03:07 GMT");
    let tap = Wiretap::new([
        Reply::Json(200, fixture("chat_message_reply_edited")),
        Reply::Text(204, Box::leak(Box::new([date])), String::new()),
    ]);
    let target = message(CHAT, "1767607260456");
    let draft = draft(Operation::Edit { target, body: Body::text("no") });
    let receipt = tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("GET {V1}/chats/{CHAT}/messages/1767607260456"));
    assert_eq!(asked[1].line, format!("PATCH {V1}/chats/{CHAT}/messages/1767607260456"));
    let before = fixture("chat_message_reply_edited");
    assert_eq!(
        asked[1].body,
        json!({
            "body": {"contentType": "html", "content":
                "<attachment id=\"1767607200123\"></attachment><p>no</p>\
                 <attachment id=\"5f0c0000-0000-4000-8000-00000000000f\"></attachment>"},
            "attachments": [
                {"id": "1767607200123", "contentType": "messageReference",
                    "content": before["attachments"][0]["content"]},
                {"id": "5f0c0000-0000-4000-8000-00000000000f", "contentType": "reference",
                    "contentUrl": "https://acme.sharepoint.example/personal/bob/Documents/spec.pdf", "name": "spec.pdf"},
            ],
        })
    );
    assert_eq!((receipt.message, receipt.at), (None, at("2026-01-05T10:03:07Z")));
}

#[tokio::test]
async fn what_was_taken_back_cannot_be_edited() {
    for reply in [Reply::Json(200, fixture("chat_message_deleted")), Reply::Json(404, json!({}))] {
        let tap = Wiretap::new([reply]);
        let draft = draft(Operation::Edit { target: message(CHAT, "1767607200123"), body: Body::text("no") });
        assert_eq!(tap.client(LoginKind::Account).deliver(&draft).await.unwrap_err(), CallError::Gone);
    }
}

#[tokio::test]
async fn a_message_is_taken_back_below_its_author() {
    let tap = Wiretap::new([Reply::Text(204, &[], String::new())]);
    let draft = draft(Operation::Delete { target: message(CHAT, "1767607200123") });
    let receipt = tap.client(LoginKind::Account).deliver(&draft).await.unwrap();
    let asked = tap.asked();
    let line = format!("POST {V1}/users/{ALICE}/chats/{CHAT}/messages/1767607200123/softDelete");
    assert_eq!((asked[0].line.clone(), asked[0].body.clone()), (line, Value::Null));
    // No `Date`: at the least when it was written.
    assert_eq!(receipt.at, at("2026-01-05T10:00:00.123Z"));
}

#[tokio::test]
async fn failures_are_what_they_mean_for_the_effect() {
    let throttled = || Reply::Text(429, &[("retry-after", "2.128")], fixture_text("error_throttled"));
    let post = |replies: Vec<Reply>| async move {
        let tap = Wiretap::new(replies);
        let result = tap.client(LoginKind::Account).deliver(&send(here(), None, Body::text("x"))).await;
        tap.asked();
        result.unwrap_err()
    };
    let wait = Some(Duration::from_millis(2_128));
    assert_eq!(post(vec![throttled()]).await, CallError::Retry { after: wait });
    assert_eq!(post(vec![Reply::Json(503, json!({}))]).await, CallError::Unknown);
    assert_eq!(post(vec![Reply::Nothing(Undelivered::NoAnswer)]).await, CallError::Unknown);
    assert_eq!(post(vec![Reply::Nothing(Undelivered::NotSent)]).await, CallError::Retry { after: None });
    assert_eq!(post(vec![Reply::Json(201, json!({"ok": true}))]).await, CallError::Unknown);
    let app_only = || Reply::Json(401, fixture("error_app_only"));
    assert!(
        matches!(post(vec![app_only(), app_only()]).await, CallError::Reject(text) if text.contains("signed-in"))
    );
    let licence = Reply::Json(403, fixture("error_forbidden"));
    assert!(matches!(post(vec![licence]).await, CallError::Reject(text) if text.contains("licence")));
    let dead = || Reply::Json(401, json!({"error": {"code": "InvalidAuthenticationToken", "message": "x"}}));
    assert_eq!(post(vec![dead(), dead()]).await, CallError::Reauthorize);
    let long = Reply::Json(413, json!({"error": {"code": "RequestEntityTooLarge", "message": "x"}}));
    assert!(matches!(post(vec![long]).await, CallError::Reject(text) if text.contains("longer")));
    assert_eq!(post(vec![Reply::Json(404, json!({}))]).await, CallError::Gone);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_holds_for_the_chat_alone() {
    let throttled = Reply::Text(429, &[("retry-after", "60")], fixture_text("error_throttled"));
    let tap = Wiretap::new([throttled, Reply::Json(201, fixture("chat_message"))]);
    let client = tap.client(LoginKind::Account);
    let wait = client.deliver(&send(here(), None, Body::text("x"))).await.unwrap_err();
    assert_eq!(wait, CallError::Retry { after: Some(Duration::from_mins(1)) });
    // Asked again, nothing leaves; elsewhere it does.
    let again = client.deliver(&send(here(), None, Body::text("x"))).await.unwrap_err();
    assert!(matches!(again, CallError::Retry { after: Some(after) } if after > Duration::from_secs(50)));
    let elsewhere = Destination::Conversation(conversation("19:elsewhere@thread.v2"));
    client.deliver(&send(elsewhere, None, Body::text("x"))).await.unwrap();
    assert_eq!(tap.lines().len(), 2);
}
