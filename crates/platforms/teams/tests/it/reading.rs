//! What reading asks of Graph, as its pages have it: history, chats, people, keys.

use std::sync::Arc;

use entente_model::{CallError, ConversationKind, Timestamp};
use entente_platform::{LoginKind, Mark};
use serde_json::{Value, json};

use crate::support::*;
use crate::wiretap::{Fixed, Reply, Wiretap};

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
    let mark = Mark { message: Some("1".into()), at: at("2026-01-05T09:00:00Z") };
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
    let mark = Mark { message: Some("1".into()), at: Timestamp(0) };
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
        let mark = Mark { message: None, at: Timestamp(0) };
        let caught = tap.client(LoginKind::Account).catch_up(&conversation(CHAT), &mark).await;
        assert!(matches!(caught, Err(CallError::Reject(_))), "{next}: {caught:?}");
        assert_eq!(tap.lines().len(), 1, "{next}");
    }
}

#[tokio::test]
async fn without_a_mark_what_is_older_is_left_alone_even_if_it_was_touched() {
    let tap = Wiretap::new([Reply::Json(
        200,
        json!({"value": [fixture("chat_message_reply_edited"), fixture("chat_message_deleted")]}),
    )]);
    let mark = Mark { message: None, at: at("2026-01-05T10:01:00.456Z") };
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
    let mut meeting = fixture("chat");
    meeting["chatType"] = json!("meeting");
    let tap = Wiretap::new([
        Reply::Json(200, fixture("chat")),
        Reply::Json(200, meeting),
        Reply::Json(404, json!({})),
    ]);
    let client = tap.client(LoginKind::Account);
    let direct = client.conversation(&conversation(CHAT)).await.unwrap().unwrap();
    assert_eq!((direct.kind, direct.members), (ConversationKind::Direct, vec![account(ALICE), account(BOB)]));
    let meeting = client.conversation(&conversation(CHAT)).await.unwrap().unwrap();
    assert_eq!((meeting.kind, meeting.members), (ConversationKind::Other, vec![]));
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
    let select =
        "$select=id,displayName,mail,userPrincipalName,accountEnabled,department,assignedPlans&$top=999";
    assert_eq!(asked[0].line, format!("GET {V1}/users?{select}"));
    // The next page is where the vendor says it is.
    let next = select.replace(",assignedPlans", "");
    assert_eq!(asked[1].line, format!("GET {V1}/users?{next}&$skiptoken=RFNwdAIAAQ"));
    assert_eq!(asked[0].token.as_deref(), Some("app-0"));
}

#[tokio::test]
async fn whoever_has_no_licence_at_all_has_no_teams() {
    let mut users = fixture("users");
    let mut active = async |plans: serde_json::Value| {
        users["value"][0]["assignedPlans"] = plans;
        let tap = Wiretap::new([Reply::Json(200, users.clone())]);
        tap.client(LoginKind::Admin).directory(None).await.unwrap().items.remove(0).active
    };
    let plan = |status: &str| json!({"capabilityStatus": status, "service": "exchange"});
    assert!(!active(json!([])).await);
    assert!(!active(json!([plan("Suspended"), plan("Deleted")])).await);
    assert!(active(json!([plan("Deleted"), plan("Enabled")])).await);
    assert!(active(json!([plan("Warning")])).await);
    assert!(active(json!(null)).await, "nobody told");
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
