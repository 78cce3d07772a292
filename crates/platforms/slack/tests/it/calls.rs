//! What is asked of Slack, to the letter, and what its answers mean.

use std::time::Duration;

use entente_model::{Block, Body, CallError, Destination, Draft, Inline, Loss, Operation, Receipt, Sender};
use serde_json::json;

use crate::support::*;

const NEW: &str = "1733000080.000100";

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Account(login()), alias: None }
}

fn send(to: Destination, thread: Option<&str>) -> Draft {
    draft(Operation::Send { to, thread: thread.map(message), body: Body::text("hi *you*") })
}

fn to_direct() -> Destination {
    Destination::Conversation(direct())
}

fn history(ts: &str, thread: Option<&str>) -> Reply {
    let message = json!({"type": "message", "user": ADA, "text": "where?", "ts": ts, "thread_ts": thread});
    ok(&json!({"ok": true, "messages": [message]}).to_string())
}

fn nothing() -> Reply {
    ok(r#"{"ok":true,"messages":[],"has_more":false}"#)
}

#[tokio::test]
async fn sends_to_a_person_by_the_conversation_with_them() {
    let script = Script::new([ok(fixture!("opened")), ok(fixture!("posted"))]);
    let receipt =
        script.client(Some(BOB)).deliver(&send(Destination::Direct(account(ADA)), None)).await.unwrap();
    assert_eq!(receipt, Receipt { message: Some(message(NEW)), at: at(1_733_000_080, 100), losses: vec![] });
    let asked = script.asked();
    assert_eq!(
        (asked[0].method.as_str(), &asked[0].arguments),
        ("conversations.open", &json!({"users": ADA}))
    );
    assert_eq!(asked[1].method, "chat.postMessage");
    assert_eq!(
        asked[1].arguments,
        json!({"channel": DIRECT, "text": "hi *you*", "parse": "none", "link_names": false, "unfurl_links": true,
               "unfurl_media": true, "blocks": [{"type": "rich_text", "elements": [
                   {"type": "rich_text_section", "elements": [{"type": "text", "text": "hi *you*"}]}]}]})
    );
}

#[tokio::test]
async fn answers_where_the_thread_begins() {
    let root = Script::new([history(TS, Some(TS)), ok(fixture!("posted"))]);
    let receipt = root.client(Some(BOB)).deliver(&send(to_direct(), Some(TS))).await.unwrap();
    assert_eq!(receipt.losses, []);
    let asked = root.asked();
    assert_eq!(
        asked[0].arguments,
        json!({"channel": DIRECT, "latest": TS, "inclusive": "true", "limit": "1"})
    );
    assert_eq!(asked[1].arguments["thread_ts"], TS);
    let reply = "1733000010.000200";
    let deep = Script::new([history(TS, None), history(reply, Some(TS)), ok(fixture!("posted"))]);
    deep.client(Some(BOB)).deliver(&send(to_direct(), Some(reply))).await.unwrap();
    let asked = deep.asked();
    assert_eq!(
        (asked[1].method.as_str(), &asked[1].arguments["ts"]),
        ("conversations.replies", &json!(reply))
    );
    assert_eq!(asked[2].arguments["thread_ts"], TS);
}

#[tokio::test]
async fn who_may_write_and_not_read_answers_in_the_thread() {
    let script = Script::new([ok(fixture!("error_missing_scope")), ok(fixture!("posted"))]);
    let receipt = script.client(Some(BOB)).deliver(&send(to_direct(), Some(TS))).await.unwrap();
    assert_eq!(receipt.losses, []);
    assert_eq!(script.asked()[1].arguments["thread_ts"], TS);
}

#[tokio::test]
async fn an_answer_to_what_is_gone_is_said_all_the_same() {
    for answers in [vec![nothing(), refused("thread_not_found")], vec![nothing(), nothing()]] {
        let script = Script::new(answers.into_iter().chain([ok(fixture!("posted"))]));
        let receipt = script.client(Some(BOB)).deliver(&send(to_direct(), Some(TS))).await.unwrap();
        assert_eq!(receipt.losses, [Loss::Thread]);
        assert_eq!(script.asked()[2].arguments.get("thread_ts"), None);
    }
    let locked = Script::new([history(TS, None), refused("cannot_reply_to_message"), ok(fixture!("posted"))]);
    let receipt = locked.client(Some(BOB)).deliver(&send(to_direct(), Some(TS))).await.unwrap();
    assert_eq!(receipt.losses, [Loss::Thread]);
    locked.asked();
}

#[tokio::test]
async fn a_plain_edit_goes_as_text_so_that_it_is_marked() {
    let script = Script::new([ok(fixture!("updated"))]);
    let edit = draft(Operation::Edit { target: message(NEW), body: Body::text("hello & there") });
    let receipt = script.client(Some(BOB)).deliver(&edit).await.unwrap();
    assert_eq!(receipt, Receipt { message: Some(message(NEW)), at: at(1_733_000_090, 0), losses: vec![] });
    let asked = script.asked();
    assert_eq!(asked[0].method, "chat.update");
    let expected = json!({"channel": DIRECT, "ts": NEW, "text": "hello &amp; there", "parse": "none", "link_names": false});
    assert_eq!(asked[0].arguments, expected);
}

#[tokio::test]
async fn an_edit_that_markup_cannot_say_goes_as_blocks() {
    let answer =
        json!({"ok": true, "channel": DIRECT, "ts": NEW, "text": "x", "message": {"text": "x"}}).to_string();
    let script = Script::new([ok(&answer).header("date", "Sat, 30 Nov 2024 20:55:00 GMT")]);
    let edit = draft(Operation::Edit { target: message(NEW), body: Body::text("*literally*") });
    let receipt = script.client(Some(BOB)).deliver(&edit).await.unwrap();
    assert_eq!(receipt.at, at(1_733_000_100, 0), "the answer's own time");
    assert_eq!(script.asked()[0].arguments["blocks"][0]["elements"][0]["elements"][0]["text"], "*literally*");
}

#[tokio::test]
async fn deletes() {
    let script = Script::new([ok(fixture!("deleted")).header("date", "Sat, 30 Nov 2024 20:55:00 GMT")]);
    let receipt =
        script.client(Some(BOB)).deliver(&draft(Operation::Delete { target: message(NEW) })).await.unwrap();
    assert_eq!(receipt.at, at(1_733_000_100, 0));
    let asked = script.asked();
    assert_eq!(
        (asked[0].method.as_str(), &asked[0].arguments),
        ("chat.delete", &json!({"channel": DIRECT, "ts": NEW}))
    );
}

#[tokio::test]
async fn nothing_is_not_said_and_what_is_lost_is_told() {
    let script = Script::new([ok(fixture!("posted"))]);
    let client = script.client(Some(BOB));
    let say = |body| draft(Operation::Send { to: to_direct(), thread: None, body });
    assert!(matches!(client.deliver(&say(Body::default())).await, Err(CallError::Reject(_))));
    let heading = Body(vec![Block::Heading(1, vec![Inline::Text("h".to_owned())])]);
    assert_eq!(client.deliver(&say(heading)).await.unwrap().losses, [Loss::Formatting]);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_inside_a_success_is_a_refusal() {
    let after = |seconds| CallError::Retry { after: Some(Duration::from_secs(seconds)) };
    for (reply, expected) in [
        (refused("internal_error"), CallError::Unknown),
        (refused("fatal_error"), CallError::Unknown),
        (ok("<html>"), CallError::Unknown),
        (status(503, ""), CallError::Unknown),
        (refused("channel_not_found"), CallError::Gone),
        (refused("token_revoked"), CallError::Reauthorize),
        (refused("rate_limited").header("retry-after", "3"), after(3)),
        (status(429, fixture!("error_ratelimited")).header("retry-after", "7"), after(7)),
    ] {
        let script = Script::new([reply]);
        let sent = script.client(Some(BOB)).deliver(&send(to_direct(), None)).await;
        assert_eq!(sent, Err(expected));
        assert_eq!(script.methods(), ["chat.postMessage"]);
    }
    let missing = Script::new([ok(fixture!("error_missing_scope"))]);
    let sent = missing.client(Some(BOB)).deliver(&send(to_direct(), None)).await;
    assert!(matches!(&sent, Err(CallError::Lacks(text)) if text.contains("im:history")), "{sent:?}");
}

#[tokio::test]
async fn a_wait_that_was_asked_for_holds_the_conversation_and_no_other() {
    let limited = refused("rate_limited").header("retry-after", "60");
    let script = Script::new([limited, ok(fixture!("posted"))]);
    let client = script.client(Some(BOB));
    assert!(client.deliver(&send(to_direct(), None)).await.is_err());
    let again = client.deliver(&send(to_direct(), None)).await;
    assert!(matches!(again, Err(CallError::Retry { after: Some(_) })), "{again:?}");
    let mut other = direct();
    other.id = "D0BOBCYD01".into();
    client.deliver(&send(Destination::Conversation(other), None)).await.unwrap();
    assert_eq!(script.asked().len(), 2, "what is held is not even tried");
}
