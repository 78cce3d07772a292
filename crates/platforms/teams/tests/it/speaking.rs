//! What the app asks of the Bot Framework connector, as its pages have it.

use entente_model::{
    Body, CallError, ConversationKind, Destination, Draft, Loss, Operation, Sender, Timestamp,
};
use entente_platform::LoginKind;
use serde_json::json;

use crate::support::*;
use crate::wiretap::{Reply, Wiretap};

const SMBA: &str = "https://smba.trafficmanager.net/teams/v3/conversations";

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::App(app_login()), alias: None }
}

#[tokio::test]
async fn the_app_finds_or_makes_its_conversation_and_speaks() {
    let tap = Wiretap::new([
        Reply::Json(201, json!({"id": PERSONAL})),
        Reply::Json(201, json!({"id": "1767607200456"})),
    ]);
    let to = Destination::Direct(account(ALICE));
    let operation = Operation::Send { to, thread: None, body: bold_and_bob() };
    let receipt = tap.client(LoginKind::App).deliver(&draft(operation)).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {SMBA}"));
    assert_eq!(
        asked[0].body,
        json!({"isGroup": false, "bot": {"id": format!("28:{CLIENT}")}, "members": [{"id": ALICE}],
            "tenantId": TENANT, "channelData": {"tenant": {"id": TENANT}}})
    );
    assert_eq!(asked[1].line, format!("POST {SMBA}/{PERSONAL}/activities"));
    assert_eq!(
        asked[1].body,
        json!({"type": "message", "textFormat": "xml", "text": "<p><strong>a &lt; b</strong> Bob</p>"})
    );
    assert_eq!(receipt.message, Some(message(PERSONAL, "1767607200456")));
    assert_eq!(receipt.at, at("2026-01-05T10:00:00.456Z"));
    assert_eq!(receipt.losses, [Loss::Mention]);
}

#[tokio::test]
async fn the_app_changes_and_takes_back_what_it_said() {
    let tap = Wiretap::new([Reply::Json(200, json!({"id": "1"})), Reply::Text(202, &[], String::new())]);
    let client = tap.client(LoginKind::App);
    let target = message(PERSONAL, "1767607200456");
    client.deliver(&draft(Operation::Edit { target: target.clone(), body: Body::text("x") })).await.unwrap();
    client.deliver(&draft(Operation::Delete { target })).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("PUT {SMBA}/{PERSONAL}/activities/1767607200456"));
    assert_eq!(asked[0].body, json!({"type": "message", "textFormat": "xml", "text": "<p>x</p>"}));
    assert_eq!(asked[1].line, format!("DELETE {SMBA}/{PERSONAL}/activities/1767607200456"));
}

#[tokio::test]
async fn the_apps_refusals_are_sentences() {
    let refused = |status: u16, code: &'static str| async move {
        let tap = Wiretap::new([Reply::Json(status, json!({"error": {"code": code, "message": "x"}}))]);
        let to = Destination::Conversation(conversation(PERSONAL));
        let operation = Operation::Send { to, thread: None, body: Body::text("x") };
        tap.client(LoginKind::App).deliver(&draft(operation)).await.unwrap_err()
    };
    assert!(matches!(refused(403, "BotNotInConversationRoster").await,
        CallError::Reject(text) if text.contains("not installed")));
    assert_eq!(refused(404, "ConversationNotFound").await, CallError::Gone);
    assert_eq!(refused(412, "PreconditionFailed").await, CallError::Retry { after: None });
    assert_eq!(refused(502, "x").await, CallError::Unknown);
}

#[tokio::test]
async fn the_apps_conversation_names_the_person() {
    let member = json!([{"id": "29:1aAbB", "aadObjectId": ALICE, "name": "Alice A"}]);
    let tap = Wiretap::new([Reply::Json(200, member)]);
    let found = tap.client(LoginKind::App).conversation(&conversation(PERSONAL)).await.unwrap().unwrap();
    assert_eq!(found.kind, ConversationKind::Direct);
    assert_eq!(found.members, [account(ALICE), account(&format!("28:{CLIENT}"))]);
    assert_eq!(tap.lines(), [format!("GET {SMBA}/{PERSONAL}/members")]);
}

#[tokio::test]
async fn the_app_has_no_history_and_says_so() {
    let tap = Wiretap::new([]);
    let client = tap.client(LoginKind::App);
    let refused = client.sent_since(&Destination::Conversation(conversation(PERSONAL)), Timestamp(0)).await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
    assert_eq!(client.me().await.unwrap().account, account(&format!("28:{CLIENT}")));
}
