//! What is asked of Microsoft, as its pages have it, and what its answers mean.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{
    Block, Body, CallError, ConversationKind, Destination, Draft, Inline, Loss, Mention, Operation, Sender,
    Timestamp,
};
use entente_platform::{LoginKind, Mark, Undelivered};
use serde_json::{Value, json};

use crate::support::*;
use crate::wiretap::{Fixed, Reply, Wiretap};

const V1: &str = "https://graph.microsoft.com/v1.0";

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Account(login()) }
}

fn send(to: Destination, thread: Option<&str>, body: Body) -> Draft {
    let thread = thread.map(|id| message(CHAT, id));
    draft(Operation::Send { to, thread, body })
}

fn here() -> Destination {
    Destination::Conversation(conversation(CHAT))
}

fn bold_and_bob() -> Body {
    Body(vec![Block::Paragraph(vec![
        Inline::Bold(vec![Inline::Text("a < b".into())]),
        Inline::Text(" ".into()),
        Inline::Mention(Mention { account: Some(account(BOB)), name: "Bob".into() }),
    ])])
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
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
async fn what_was_said_is_read_back_by_author_and_time() {
    let mut deleted = fixture("chat_message_deleted");
    deleted["id"] = json!("1767607300000");
    let page = json!({"value": [
        fixture("chat_message_reply_edited"), deleted, fixture("chat_message"), fixture("chat_message_system")]});
    let tap = Wiretap::new([Reply::Json(200, page)]);
    let since = at("2026-01-05T10:00:00Z");
    let sent = tap.client(LoginKind::Account).sent_since(&here(), since).await.unwrap();
    assert_eq!(
        tap.lines(),
        [format!(
            "GET {V1}/chats/{CHAT}/messages?$top=50&$orderby=lastModifiedDateTime desc\
             &$filter=lastModifiedDateTime gt 2026-01-05T09:59:59.999Z"
        )]
    );
    let ids: Vec<_> = sent.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!(ids, ["1767607200123"]);
}

#[tokio::test]
async fn catching_up_follows_the_pages_and_gives_the_oldest_first() {
    let next = format!("{V1}/chats/{CHAT}/messages?$skiptoken=a%2Fb");
    let tap = Wiretap::new([
        Reply::Json(200, json!({"value": [fixture("chat_message_reply_edited")], "@odata.nextLink": next})),
        Reply::Json(200, json!({"value": [fixture("chat_message_system")], "@odata.nextLink": next})),
        Reply::Json(200, json!({"value": [fixture("chat_message_deleted")]})),
    ]);
    let mark = Mark { message: Some("1".into()), at: at("2026-01-05T09:00:00Z"), reported: None };
    let caught = tap.client(LoginKind::Account).catch_up(&conversation(CHAT), &mark).await.unwrap();
    assert_eq!(tap.lines()[1], format!("GET {V1}/chats/{CHAT}/messages?$skiptoken=a/b"));
    let ids: Vec<_> = caught.snapshots.iter().map(|one| (one.message.at.id.as_str(), one.deleted)).collect();
    assert_eq!(ids, [("1767607200123", true), ("1767607260456", false)]);
    assert!(!caught.gap);
}

#[tokio::test]
async fn a_list_without_end_is_a_gap() {
    let next = format!("{V1}/chats/{CHAT}/messages?$skiptoken=x");
    let page = || Reply::Json(200, json!({"value": [fixture("chat_message")], "@odata.nextLink": next}));
    let tap = Wiretap::new((0..20).map(|_| page()));
    let mark = Mark { message: Some("1".into()), at: Timestamp(0), reported: None };
    let caught = tap.client(LoginKind::Account).catch_up(&conversation(CHAT), &mark).await.unwrap();
    assert_eq!((caught.gap, tap.lines().len()), (true, 20));
    let tap = Wiretap::new((0..20).map(|_| page()));
    let sent = tap.client(LoginKind::Account).sent_since(&here(), Timestamp(0)).await;
    assert_eq!(sent.unwrap_err(), CallError::Retry { after: None });
}

#[tokio::test]
async fn a_list_does_not_lead_elsewhere() {
    for next in [
        "https://evil.example/v1.0/chats",
        "http://graph.microsoft.com/v1.0/chats",
        "https://graph.microsoft.com/beta/chats",
        "https://login.microsoftonline.com/v1.0/chats",
        "https://graph.microsoft.com@evil.example/v1.0/",
        "/v1.0/chats",
    ] {
        let tap = Wiretap::new([Reply::Json(200, json!({"value": [], "@odata.nextLink": next}))]);
        let mark = Mark { message: None, at: Timestamp(0), reported: None };
        let caught = tap.client(LoginKind::Account).catch_up(&conversation(CHAT), &mark).await;
        assert!(matches!(caught, Err(CallError::Reject(_))), "{next}: {caught:?}");
        assert_eq!(tap.lines().len(), 1, "{next}");
    }
}

#[tokio::test]
async fn without_a_mark_reading_begins_at_the_report() {
    let tap = Wiretap::new([Reply::Json(
        200,
        json!({"value": [fixture("chat_message_reply_edited"), fixture("chat_message_deleted")]}),
    )]);
    let mark = Mark { message: None, at: at("2026-02-01T00:00:00Z"), reported: Some("1767607260456".into()) };
    let caught = tap.client(LoginKind::Account).catch_up(&conversation(CHAT), &mark).await.unwrap();
    assert!(tap.lines()[0].ends_with("gt 2026-01-05T10:01:00.455Z"), "{:?}", tap.lines());
    assert_eq!(caught.snapshots.len(), 1);
}

#[tokio::test]
async fn one_message_is_fetched() {
    let tap = Wiretap::new([Reply::Json(200, fixture("chat_message"))]);
    let at = message(CHAT, "1767607200123");
    let fetched = tap.client(LoginKind::Account).fetch(&at).await.unwrap().unwrap();
    assert_eq!((fetched.message.at, fetched.message.author), (at.clone(), account(ALICE)));
    assert_eq!(tap.lines(), [format!("GET {V1}/chats/{CHAT}/messages/1767607200123")]);
    for status in [403, 404] {
        let tap = Wiretap::new([Reply::Json(status, json!({}))]);
        assert_eq!(tap.client(LoginKind::Account).fetch(&at).await, Ok(None));
    }
}

#[tokio::test]
async fn a_chat_tells_its_kind_and_its_people() {
    let mut group = fixture("chat");
    group["chatType"] = json!("group");
    let tap = Wiretap::new([
        Reply::Json(200, fixture("chat")),
        Reply::Json(200, group),
        Reply::Json(404, json!({})),
    ]);
    let client = tap.client(LoginKind::Account);
    let direct = client.conversation(&conversation(CHAT)).await.unwrap().unwrap();
    assert_eq!((direct.kind, direct.members), (ConversationKind::Direct, vec![account(ALICE), account(BOB)]));
    let group = client.conversation(&conversation(CHAT)).await.unwrap().unwrap();
    assert_eq!((group.kind, group.members), (ConversationKind::Other, vec![]));
    assert_eq!(client.conversation(&conversation(CHAT)).await, Ok(None));
    assert_eq!(tap.lines()[0], format!("GET {V1}/chats/{CHAT}?$expand=members"));
}

#[tokio::test]
async fn direct_chats_with_something_new_are_found_by_their_newest_message() {
    let tap = Wiretap::new([Reply::Json(200, fixture("chats"))]);
    let talks = tap.client(LoginKind::Account).talks(at("2026-01-05T00:00:00Z")).await.unwrap();
    assert_eq!(
        tap.lines(),
        [format!(
            "GET {V1}/me/chats?$top=50&$expand=lastMessagePreview&$orderby=lastMessagePreview/createdDateTime desc"
        )]
    );
    let found: Vec<_> = talks.iter().map(|talk| (talk.conversation.clone(), talk.at)).collect();
    assert_eq!(found, [(conversation(CHAT), at("2026-01-05T10:01:00.456Z"))]);
}

#[tokio::test]
async fn people_are_read_by_the_apps_right_where_there_is_one() {
    let tap = Wiretap::new([Reply::Json(200, fixture("users")), Reply::Json(200, json!({"value": []}))]);
    let client = tap.client_with(LoginKind::Admin, Some(Arc::new(Fixed::new("app"))));
    let page = client.directory(None).await.unwrap();
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|one| {
            (
                one.account.id.as_str(),
                one.name.as_str(),
                one.email.as_str(),
                one.active,
                one.department.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (ALICE, "Alice A", "alice@acme.example", true, Some("Sales")),
            (BOB, "Bob", "bob@acme.example", false, None),
            ("9e570000-0000-4000-8000-000000000009", "Gus Guest", "", true, None),
        ]
    );
    assert!(client.directory(page.next).await.unwrap().next.is_none());
    let asked = tap.asked();
    let select = "$select=id,displayName,mail,userPrincipalName,accountEnabled,department&$top=999";
    assert_eq!(asked[0].line, format!("GET {V1}/users?{select}"));
    assert_eq!(asked[1].line, format!("GET {V1}/users?{select}&$skiptoken=RFNwdAIAAQ"));
    assert_eq!(asked[0].token.as_deref(), Some("app-0"));
}

#[tokio::test]
async fn a_directory_that_is_closed_says_what_is_missing() {
    let denied = json!({"error": {"code": "Authorization_RequestDenied", "message": "x"}});
    let tap = Wiretap::new([Reply::Json(403, denied)]);
    let refused = tap.client(LoginKind::Admin).directory(None).await.unwrap_err();
    assert!(matches!(refused, CallError::Reject(text) if text.contains("User.Read.All")));
    assert_eq!(tap.asked()[0].token.as_deref(), Some("own-0"));
}

#[tokio::test]
async fn a_login_knows_whose_it_is() {
    let tap = Wiretap::new([Reply::Json(200, fixture("me"))]);
    let me = tap.client(LoginKind::Account).me().await.unwrap();
    assert_eq!(
        (me.account, me.name.as_str(), me.email.as_str()),
        (account(ALICE), "Alice A", "alice@acme.example")
    );
    assert_eq!(tap.lines(), [format!("GET {V1}/me?$select=id,displayName,mail,userPrincipalName")]);
}

#[tokio::test]
async fn the_signing_keys_are_found_by_discovery() {
    let login = "https://login.microsoftonline.com";
    let bot = "https://login.botframework.com";
    let keys = jwks("g1", &SIGNER, &[]);
    let tap = Wiretap::new([
        Reply::Json(200, json!({"issuer": "x", "jwks_uri": format!("{login}/common/discovery/keys")})),
        Reply::Json(200, keys.clone()),
        Reply::Json(
            200,
            json!({"issuer": "https://api.botframework.com", "jwks_uri": format!("{bot}/v1/.well-known/keys")}),
        ),
        Reply::Json(200, jwks("b1", &SIGNER, &["msteams"])),
    ]);
    let found = tap.client(LoginKind::Admin).public_keys().await.unwrap();
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["graph", "bot"]);
    assert_eq!(serde_json::from_slice::<Value>(&found[0].1).unwrap(), keys);
    let asked = tap.asked();
    assert!(asked.iter().all(|asked| asked.token.is_none()));
    let lines: Vec<_> = asked.into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            format!("GET {login}/common/.well-known/openid-configuration"),
            format!("GET {login}/common/discovery/keys"),
            format!("GET {bot}/v1/.well-known/openidconfiguration"),
            format!("GET {bot}/v1/.well-known/keys"),
        ]
    );
    let tap = Wiretap::new([Reply::Json(200, json!({"jwks_uri": "https://evil.example/keys"}))]);
    let refused = tap.client(LoginKind::Admin).public_keys().await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
}

mod bot {
    use super::*;

    const SMBA: &str = "https://smba.trafficmanager.net/teams/v3/conversations";

    fn draft(operation: Operation) -> Draft {
        Draft { operation, sender: Sender::App(app_login()) }
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
        client
            .deliver(&draft(Operation::Edit { target: target.clone(), body: Body::text("x") }))
            .await
            .unwrap();
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
        let refused =
            client.sent_since(&Destination::Conversation(conversation(PERSONAL)), Timestamp(0)).await;
        assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
        assert_eq!(client.me().await.unwrap().account, account(&format!("28:{CLIENT}")));
    }
}
