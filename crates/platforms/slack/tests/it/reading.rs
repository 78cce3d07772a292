//! What is read of Slack: conversations, people, who one is.

use std::time::Duration;

use entente_model::{CallError, ConversationKind, Destination};
use entente_platform::{HookKey, Listen, Listening, LoginKind, Mark, Rung};
use serde_json::json;

use crate::support::*;

fn mark(ts: Option<&str>) -> Mark {
    Mark { message: ts.map(Into::into), at: at(1_733_000_000, 101) }
}

#[tokio::test]
async fn history_is_read_back_to_the_mark_with_its_threads() {
    let script =
        Script::new([ok(fixture!("history")), ok(fixture!("history_last")), ok(fixture!("replies"))]);
    let read = script.client(Some(BOB)).catch_up(&direct(), &mark(Some("1732990000.000100"))).await.unwrap();
    let said: Vec<_> =
        read.snapshots.iter().map(|one| (one.message.body.plain(), one.message.at.id.to_string())).collect();
    let expected = [("hi all & <you>", TS), ("here", "1733000010.000200"), ("bye", "1733000070.000100")];
    assert_eq!(said, expected.map(|(text, ts)| (text.to_owned(), ts.to_owned())));
    assert_eq!(read.snapshots[1].message.thread, Some(message(TS)));
    assert!(!read.gap);
    let asked = script.asked();
    assert_eq!(asked[0].arguments, json!({"channel": DIRECT, "limit": "200"}));
    assert_eq!(asked[1].arguments["cursor"], "bmV4dF90czoxNzMyOTk5OTk5MDAwMDAw");
    assert_eq!((asked[2].method.as_str(), &asked[2].arguments["ts"]), ("conversations.replies", &json!(TS)));
}

#[tokio::test]
async fn without_a_mark_only_what_was_said_since_reading_began_is_news() {
    let last = fixture!("history").replace("bmV4dF90czoxNzMyOTk5OTk5MDAwMDAw", "");
    let script = Script::new([ok(&last), ok(fixture!("replies"))]);
    let read = script.client(Some(BOB)).catch_up(&direct(), &mark(None)).await.unwrap();
    let ids: Vec<_> = read.snapshots.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!(ids, ["1733000010.000200", "1733000070.000100"], "also an answer to what was said before");
    assert_eq!(script.asked()[1].arguments["oldest"], "1733000000.000100");
}

#[tokio::test]
async fn what_was_changed_since_the_mark_is_news() {
    let old = "1732990000.000100";
    let edited = json!({"type": "message", "user": ADA, "text": "now", "ts": old, "edited": {"user": ADA, "ts": "1733000090.000000"}});
    let known = json!({"type": "message", "user": ADA, "text": "known", "ts": "1732995000.000100"});
    let script = Script::new([ok(&json!({"ok": true, "messages": [known, edited]}).to_string())]);
    let read = script.client(Some(BOB)).catch_up(&direct(), &mark(Some("1732995000.000100"))).await.unwrap();
    assert_eq!(read.snapshots.iter().map(|one| one.message.at.id.as_str()).collect::<Vec<_>>(), [old]);
    script.asked();
}

#[tokio::test]
async fn pages_that_never_reach_the_mark_leave_a_gap() {
    let pages = (0..10).map(|_| ok(fixture!("history"))).chain([ok(fixture!("replies"))]);
    let script = Script::new(pages);
    let read = script.client(Some(BOB)).catch_up(&direct(), &mark(Some("1700000000.000100"))).await.unwrap();
    assert!(read.gap);
    script.asked();
}

#[tokio::test]
async fn only_ones_own_was_sent() {
    let last = fixture!("history").replace("bmV4dF90czoxNzMyOTk5OTk5MDAwMDAw", "");
    let script = Script::new([ok(fixture!("opened")), ok(&last), ok(fixture!("replies"))]);
    let sent = script
        .client(Some(BOB))
        .sent_since(&Destination::Direct(account(ADA)), at(1_733_000_000, 0))
        .await
        .unwrap();
    let ids: Vec<_> = sent.iter().map(|one| one.message.at.id.as_str()).collect();
    assert_eq!(ids, ["1733000010.000200", "1733000070.000100"]);
    let asked = script.asked();
    assert_eq!(asked[0].arguments, json!({"users": ADA, "prevent_creation": "true"}));
    assert!(asked[2].arguments["oldest"].as_str().is_some_and(|oldest| oldest < TS));
}

#[tokio::test]
async fn where_there_is_no_conversation_nothing_was_sent() {
    for reply in [refused("channel_not_found"), ok(r#"{"ok":true,"no_op":true}"#)] {
        let script = Script::new([reply]);
        let sent = script.client(Some(BOB)).sent_since(&Destination::Direct(account(ADA)), at(0, 0)).await;
        assert_eq!(sent, Ok(vec![]));
        script.asked();
    }
}

#[tokio::test]
async fn a_conversation_tells_the_other_one() {
    let script = Script::new([ok(fixture!("info_direct"))]);
    let found = script.client(Some(BOB)).conversation(&direct()).await.unwrap().unwrap();
    assert_eq!((found.kind, found.members), (ConversationKind::Direct, vec![account(BOB), account(ADA)]));
    let script = Script::new([refused("channel_not_found")]);
    assert_eq!(script.client(Some(BOB)).conversation(&direct()).await, Ok(None));
}

#[tokio::test]
async fn talks_are_new_conversations_and_a_few_of_the_others() {
    let quiet = json!({"ok": true, "messages": [{"type": "message", "user": ADA, "text": "old", "ts": "1732990000.000100"}]});
    let loud = json!({"ok": true, "messages": [{"type": "message", "user": ADA, "text": "new", "ts": "1733000001.000100"}]});
    let script = Script::new([ok(fixture!("conversations")), ok(&quiet.to_string()), ok(&loud.to_string())]);
    let talks = script.client(Some(BOB)).talks(at(1_732_999_980, 0)).await.unwrap();
    let talks: Vec<_> = talks.iter().map(|talk| (talk.conversation.id.as_str(), talk.at)).collect();
    let asked = script.asked();
    let last = asked[2].arguments["channel"].as_str().unwrap();
    assert_eq!(talks, [("D0BOBCYD01", at(1_733_000_000, 0)), (last, at(1_733_000_001, 100))]);
    assert_eq!(asked[0].arguments["types"], "im");
}

#[tokio::test]
async fn who_one_is() {
    let script = Script::new([ok(fixture!("auth_test")), ok(fixture!("user"))]);
    let me = script.client(None).me().await.unwrap();
    assert_eq!(
        (me.account, me.name.as_str(), me.email.as_str()),
        (account(BOB), "Bob Iyer", "bob.iyer@acme.example")
    );
    assert!(me.active && !me.bot);
    // A bot may not read about people.
    let script = Script::new([ok(fixture!("auth_test_bot")), ok(fixture!("error_missing_scope"))]);
    let me = script.client_of(LoginKind::App, None).me().await.unwrap();
    assert_eq!((me.account, me.name.as_str(), me.bot), (account("U0ENTENTE1"), "entente", true));
    let elsewhere = fixture!("auth_test").replace("T0ACME0001", "T0OTHER001");
    let script = Script::new([ok(&elsewhere)]);
    assert!(matches!(script.client(None).me().await, Err(CallError::Reject(_))));
}

#[tokio::test]
async fn the_directory_tells_people_from_bots_and_who_is_there() {
    let script = Script::new([ok(fixture!("users")), ok(fixture!("users"))]);
    let client = script.client(Some(BOB));
    let page = client.directory(None).await.unwrap();
    let matched: Vec<_> =
        page.items.iter().filter(|one| !one.bot && one.active).map(|one| one.email.as_str()).collect();
    assert_eq!(matched, ["ada@acme.example", "bob.iyer@acme.example"]);
    assert_eq!(page.items.len(), 6);
    client.directory(page.next).await.unwrap();
    let asked = script.asked();
    assert_eq!(asked[0].arguments, json!({"limit": "200", "team_id": "T0ACME0001"}));
    assert_eq!(asked[1].arguments["cursor"], "dXNlcjpVMEc5V0ZYTlo=");
}

#[tokio::test]
async fn only_an_administrator_lists_as_one() {
    let admin = fixture!("user").replace(r#""is_admin": false"#, r#""is_admin": true"#);
    let script = Script::new([ok(&admin), ok(fixture!("users"))]);
    assert!(script.client_of(LoginKind::Admin, Some(BOB)).directory(None).await.is_ok());
    assert_eq!(script.methods(), ["users.info", "users.list"]);
    let script = Script::new([ok(fixture!("user"))]);
    let listed = script.client_of(LoginKind::Admin, Some(BOB)).directory(None).await;
    assert!(matches!(listed, Err(CallError::Reject(_))));
}

async fn listen(reply: Reply) -> Result<Listening, CallError> {
    let callback = "https://entente.example/hooks/slack/acme".parse().unwrap();
    let wanted = Listen {
        login: login(),
        callback: &callback,
        key: &HookKey::new([7; 32]),
        certificate: None,
        conversations: &[],
        now: at(1_733_000_000, 0),
    };
    Script::new([reply]).client(Some(BOB)).listen(&wanted).await
}

#[tokio::test]
async fn a_login_hears_as_long_as_it_may_read() {
    let heard = Listening { rung: Rung::Own, again: Duration::from_mins(5), resumed: false };
    assert_eq!(listen(ok(fixture!("auth_test"))).await, Ok(heard.clone()));
    let scopes = |scopes: &str| ok(fixture!("auth_test")).header("x-oauth-scopes", scopes);
    assert_eq!(listen(scopes("chat:write, im:history,users:read")).await, Ok(heard));
    assert!(matches!(listen(scopes("chat:write,im:history.x")).await, Err(CallError::Lacks(_))));
    assert_eq!(listen(refused("token_revoked")).await, Err(CallError::Reauthorize));
}
