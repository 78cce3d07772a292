//! What group chats ask of Graph, as its pages have it, and what the answers mean.

use std::sync::Arc;

use entente_model::{
    AccountRef, Body, CallError, ConversationKind, ConversationRef, Destination, Draft, Operation, Sender,
};
use entente_platform::{Checked, Item, LoginKind, Undelivered, WantedGroup};
use serde_json::{Value, json};

use crate::receiving::renamed;
use crate::support::*;
use crate::wiretap::{Fixed, Reply, Wiretap};

const GROUP: &str = "19:1c5b01696d2e4a179c292bc9cf04e63b@thread.v2";
const CAROL: &str = "ca201000-0000-4000-8000-000000000003";
const SMBA: &str = "https://smba.trafficmanager.net/teams/v3/conversations";

fn group() -> ConversationRef {
    conversation(GROUP)
}

fn others() -> Vec<AccountRef> {
    vec![account(BOB), account(CAROL)]
}

fn wanted(members: &[AccountRef]) -> WantedGroup<'_> {
    WantedGroup { name: "Group chat title", mark: "0123456789abcdef", members }
}

fn member(id: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
        "user@odata.bind": format!("{V1}/users('{id}')")})
}

fn members() -> Reply {
    Reply::Json(200, fixture("chat_members"))
}

fn done() -> Reply {
    Reply::Text(204, &[], String::new())
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Json(status, json!({"error": {"code": code, "message": "about Bob"}}))
}

#[tokio::test]
async fn a_group_is_made_as_documented() {
    let tap = Wiretap::new([Reply::Json(201, fixture("chat_group"))]);
    // The app is no member that Graph knows; it is let in by itself.
    let all = [&others()[..], &[account(&format!("28:{CLIENT}")), account(ALICE)]].concat();
    let made = tap.client(LoginKind::Account).make_group(&wanted(&all)).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("POST {V1}/chats"));
    assert_eq!(
        asked[0].body,
        json!({"chatType": "group", "topic": "Group chat title",
            "members": [member(ALICE), member(BOB), member(CAROL)]})
    );
    assert_eq!((made.at, made.channel), (group(), false));
}

#[tokio::test]
async fn what_the_answers_to_making_mean() {
    let make = |reply: Reply| async move {
        let tap = Wiretap::new([reply]);
        let made = tap.client(LoginKind::Account).make_group(&wanted(&others())).await;
        tap.asked();
        made.unwrap_err()
    };
    let unknown = make(refusal(404, "Request_ResourceNotFound")).await;
    assert!(matches!(&unknown, CallError::Reject(why) if why.contains("directory")), "{unknown:?}");
    assert!(matches!(make(refusal(403, "Forbidden")).await, CallError::Reject(_)));
    assert_eq!(make(Reply::Json(504, json!({}))).await, CallError::Unknown);
    assert_eq!(make(Reply::Nothing(Undelivered::NoAnswer)).await, CallError::Unknown);
    assert_eq!(make(Reply::Json(201, renamed(fixture("chat_group"), "/id"))).await, CallError::Unknown);
}

#[tokio::test]
async fn what_was_made_is_found_by_name_people_and_time() {
    let since = at("2026-01-05T09:59:00Z");
    let found = |listed: Value, members: Option<Value>| async move {
        let listed = Reply::Json(200, json!({"value": [fixture("chat"), listed]}));
        let tap = Wiretap::new([listed].into_iter().chain(members.map(|all| Reply::Json(200, all))));
        let found = tap.client(LoginKind::Account).find_group(&wanted(&others()), since).await.unwrap();
        (tap.lines(), found.map(|made| made.at))
    };
    let (lines, made) = found(fixture("chat_group"), Some(fixture("chat_members"))).await;
    assert_eq!(
        lines,
        [
            format!("GET {V1}/me/chats?$top=50&$filter=lastUpdatedDateTime gt 2026-01-05T09:58:59.999Z"),
            format!("GET {V1}/chats/{GROUP}/members"),
        ]
    );
    assert_eq!(made, Some(group()));
    let with = |name: &str, value: Value| {
        let mut chat = fixture("chat_group");
        chat[name] = value;
        chat
    };
    for other in [
        with("topic", json!("Group chat")),
        with("topic", Value::Null),
        with("chatType", json!("meeting")),
        with("createdDateTime", json!("2026-01-05T09:58:00Z")),
        renamed(fixture("chat_group"), "/topic"),
        renamed(fixture("chat_group"), "/chatType"),
        renamed(fixture("chat_group"), "/createdDateTime"),
    ] {
        assert_eq!(found(other, None).await.1, None);
    }
    let mut fewer = fixture("chat_members");
    fewer["value"].as_array_mut().unwrap().pop();
    for people in [fewer, renamed(fixture("chat_members"), "/value/1/userId")] {
        assert_eq!(found(fixture("chat_group"), Some(people)).await.1, None);
    }
}

#[tokio::test]
async fn somebody_is_let_in_as_documented_and_only_once() {
    let dave = "da4e0000-0000-4000-8000-000000000004";
    let tap = Wiretap::new([members(), Reply::Text(201, &[], String::new())]);
    tap.client(LoginKind::Account).admit(&group(), &account(dave)).await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("GET {V1}/chats/{GROUP}/members"));
    assert_eq!(asked[1].line, format!("POST {V1}/chats/{GROUP}/members"));
    assert_eq!(asked[1].body, member(dave));

    let tap = Wiretap::new([members()]);
    tap.client(LoginKind::Account).admit(&group(), &account(CAROL)).await.unwrap();
    tap.asked();
    // Somebody else was quicker.
    let mut before = fixture("chat_members");
    before["value"].as_array_mut().unwrap().pop();
    for code in [400, 409] {
        let tap = Wiretap::new([Reply::Json(200, before.clone()), refusal(code, "Conflict"), members()]);
        tap.client(LoginKind::Account).admit(&group(), &account(CAROL)).await.unwrap();
        tap.asked();
    }
    for (replies, why) in [
        (vec![members(), refusal(404, "NotFound")], "directory"),
        (vec![members(), refusal(400, "BadRequest"), members()], "refused"),
        (vec![refusal(403, "Forbidden")], "not in it"),
        (vec![refusal(404, "NotFound")], "not in it"),
    ] {
        let tap = Wiretap::new(replies);
        let refused = tap.client(LoginKind::Account).admit(&group(), &account(dave)).await;
        assert!(matches!(&refused, Err(CallError::Reject(text)) if text.contains(why)), "{refused:?}");
        tap.asked();
    }
    // Said again it changes nothing, so no doubt is left.
    let tap = Wiretap::new([members(), Reply::Json(503, json!({}))]);
    let later = tap.client(LoginKind::Account).admit(&group(), &account(dave)).await;
    assert_eq!(later, Err(CallError::Retry { after: None }));
}

#[tokio::test]
async fn somebody_is_taken_out_by_their_membership() {
    for answer in [done(), refusal(404, "NotFound")] {
        let tap = Wiretap::new([members(), answer]);
        tap.client(LoginKind::Account).dismiss(&group(), &account(BOB)).await.unwrap();
        assert_eq!(tap.lines()[1], format!("DELETE {V1}/chats/{GROUP}/members/MCMjMQ%3D%3D"));
    }
    let stranger = account("da4e0000-0000-4000-8000-000000000004");
    let tap = Wiretap::new([members()]);
    tap.client(LoginKind::Account).dismiss(&group(), &stranger).await.unwrap();
    tap.asked();
    // A membership whose id is not told can neither be ended nor be said to be absent.
    let nameless = renamed(fixture("chat_members"), "/value/1/id");
    let tap = Wiretap::new([Reply::Json(200, nameless)]);
    let later = tap.client(LoginKind::Account).dismiss(&group(), &account(BOB)).await;
    assert_eq!(later, Err(CallError::Retry { after: None }));
}

#[tokio::test]
async fn a_group_is_named_as_documented() {
    let tap = Wiretap::new([Reply::Json(200, fixture("chat_group"))]);
    tap.client(LoginKind::Account).rename(&group(), "Launch: 10:30").await.unwrap();
    let asked = tap.asked();
    assert_eq!(asked[0].line, format!("PATCH {V1}/chats/{GROUP}"));
    assert_eq!(asked[0].body, json!({"topic": "Launch- 10-30"}), "Graph takes no colon");
}

#[tokio::test]
async fn a_group_tells_its_name_and_its_people_page_by_page() {
    let read = |chat: Value, pages: Vec<Value>| async move {
        let pages = pages.into_iter().map(|page| Reply::Json(200, page));
        let tap = Wiretap::new([Reply::Json(200, chat)].into_iter().chain(pages));
        let found = tap.client(LoginKind::Account).conversation(&group()).await.unwrap().unwrap();
        (tap.lines(), found)
    };
    let mut first = fixture("chat_members");
    let last = first["value"].as_array_mut().unwrap().pop().unwrap();
    first["@odata.nextLink"] = json!(format!("{V1}/chats/{GROUP}/members?$skiptoken=2"));
    let (lines, found) = read(fixture("chat_group"), vec![first, json!({"value": [last]})]).await;
    assert_eq!(lines[0], format!("GET {V1}/chats/{GROUP}?$expand=members"));
    assert_eq!(lines[1], format!("GET {V1}/chats/{GROUP}/members"));
    assert_eq!(lines[2], format!("GET {V1}/chats/{GROUP}/members?$skiptoken=2"));
    assert_eq!((found.kind, found.name.as_deref()), (ConversationKind::Group, Some("Group chat title")));
    assert_eq!(found.members, [account(ALICE), account(BOB), account(CAROL)]);
    for (path, name) in [("/topic", None), ("/id", Some("Group chat title"))] {
        let chat =
            if path == "/topic" { renamed(fixture("chat_group"), path) } else { fixture("chat_group") };
        assert_eq!(read(chat, vec![fixture("chat_members")]).await.1.name.as_deref(), name);
    }
    let mut nameless = fixture("chat_group");
    nameless["topic"] = json!("");
    assert_eq!(read(nameless, vec![fixture("chat_members")]).await.1.name, None);
}

fn say() -> Draft {
    let to = Destination::Conversation(group());
    let operation = Operation::Send { to, thread: None, body: Body::text("hi") };
    Draft { operation, sender: Sender::App(app_login()), alias: None }
}

fn outside() -> Reply {
    refusal(403, "BotNotInConversationRoster")
}

#[tokio::test]
async fn the_app_comes_into_a_group_when_it_has_something_to_say() {
    for (refused, answer) in [(outside(), 201), (refusal(404, "ConversationNotFound"), 409)] {
        let tap = Wiretap::new([
            refused,
            Reply::Json(200, fixture("teams_apps")),
            Reply::Json(answer, json!({})),
            Reply::Json(201, json!({"id": "1767607200456"})),
        ]);
        let client = tap.client_with(LoginKind::App, Some(Arc::new(Fixed::new("app"))));
        let receipt = client.deliver(&say()).await.unwrap();
        let asked = tap.asked();
        assert_eq!(asked[0].line, format!("POST {SMBA}/{GROUP}/activities"));
        assert_eq!(
            asked[1].line,
            format!(
                "GET {V1}/appCatalogs/teamsApps?$filter=distributionMethod eq 'organization'\
                 &$expand=appDefinitions($expand=bot)"
            )
        );
        assert_eq!(asked[2].line, format!("POST {V1}/chats/{GROUP}/installedApps"));
        assert_eq!(
            asked[2].body,
            json!({"teamsApp@odata.bind": format!("{V1}/appCatalogs/teamsApps/c1c5353a-7aca-41b3-830f-27d5218fe0e6")})
        );
        assert_eq!(asked[3].line, asked[0].line);
        let tokens: Vec<_> = asked.iter().map(|one| one.token.as_deref().unwrap()).collect();
        assert_eq!(tokens, ["own-0", "app-0", "app-0", "own-0"]);
        assert_eq!(receipt.message, Some(message(GROUP, "1767607200456")));
    }
}

#[tokio::test]
async fn what_keeps_the_app_out_is_told() {
    let fails = |replies: Vec<Reply>| async move {
        let tap = Wiretap::new(replies);
        let client = tap.client_with(LoginKind::App, Some(Arc::new(Fixed::new("app"))));
        let error = client.deliver(&say()).await.unwrap_err();
        tap.asked();
        error
    };
    let catalog = || Reply::Json(200, fixture("teams_apps"));
    let lacks = |permission: &str| CallError::Lacks(format!("Microsoft wants {permission}"));
    assert_eq!(fails(vec![outside(), refusal(403, "Forbidden")]).await, lacks("AppCatalog.Read.All"));
    assert_eq!(
        fails(vec![outside(), catalog(), refusal(403, "Forbidden")]).await,
        lacks("TeamsAppInstallation.ReadWriteSelfForChat.All")
    );
    for path in
        ["/value/1/appDefinitions", "/value/1/appDefinitions/0/bot", "/value/1/appDefinitions/0/bot/id"]
    {
        let other = Reply::Json(200, renamed(fixture("teams_apps"), path));
        let none = fails(vec![outside(), other]).await;
        assert!(matches!(&none, CallError::Reject(why) if why.contains("catalog")), "{path}: {none:?}");
    }
    let unreadable = Reply::Json(200, renamed(fixture("teams_apps"), "/value/1/id"));
    assert_eq!(fails(vec![outside(), unreadable]).await, CallError::Retry { after: None });
    assert_eq!(fails(vec![outside(), catalog(), refusal(404, "NotFound")]).await, CallError::Gone);
    // Not every part of the service knows at once that it came.
    let settling = fails(vec![outside(), catalog(), Reply::Json(201, json!({})), outside()]).await;
    assert_eq!(settling, CallError::Retry { after: None });
    // What may have been said is not said again.
    assert_eq!(fails(vec![Reply::Json(502, json!({}))]).await, CallError::Unknown);
    // Without a token for Graph nothing can be done.
    let tap = Wiretap::new([outside()]);
    let refused = tap.client(LoginKind::App).deliver(&say()).await;
    assert!(matches!(&refused, Err(CallError::Reject(_))), "{refused:?}");
    tap.asked();
}

#[tokio::test]
async fn letting_the_app_in_is_installing_it() {
    let tap = Wiretap::new([Reply::Json(200, fixture("teams_apps")), Reply::Json(201, json!({}))]);
    let client = tap.client_with(LoginKind::Account, Some(Arc::new(Fixed::new("app"))));
    client.admit(&group(), &account(&format!("28:{CLIENT}"))).await.unwrap();
    assert_eq!(tap.lines()[1], format!("POST {V1}/chats/{GROUP}/installedApps"));
}

/// Who came into the group or left it, as an activity tells; `None` if it tells anything else.
fn told(body: &Value) -> Option<Vec<(String, bool)>> {
    let receiver = receiver();
    let Checked::Deliver(hook) = receiver.check(activity(body, &bot_token()), NOW).ok()? else { return None };
    let joined = |item: Item| match item {
        Item::Joined(joined) => {
            assert_eq!((&joined.conversation, joined.watcher), (&group(), app_login()));
            Some((joined.account.id.as_str().to_owned(), joined.came))
        }
        _ => None,
    };
    receiver.heads(&hook).into_iter().map(joined).collect()
}

#[test]
fn the_app_is_told_who_comes_and_goes() {
    let came = fixture("activity_members");
    assert_eq!(told(&came), Some(vec![(CAROL.to_owned(), true)]));
    let mut left = came.clone();
    let gone = left.as_object_mut().unwrap().remove("membersAdded").unwrap();
    left["membersRemoved"] = gone;
    assert_eq!(told(&left), Some(vec![(CAROL.to_owned(), false)]));
    // Somebody without an object id is known by the bot's own name for them.
    let bot = renamed(came.clone(), "/membersAdded/0/aadObjectId");
    assert_eq!(told(&bot), Some(vec![("29:1cCdDeEfFgGhH".to_owned(), true)]));
    for path in ["/type", "/membersAdded", "/conversation/conversationType", "/conversation/id"] {
        let quiet = told(&renamed(came.clone(), path));
        assert!(quiet.is_none_or(|told| told.is_empty()), "{path}");
    }
}
