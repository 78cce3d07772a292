//! The ladder of subscriptions, rung by rung, against what Graph answers.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entente_model::{CallError, ConversationRef, Timestamp};
use entente_platform::{HookKey, Listen, Listening, LoginKind, Rung, Undelivered};
use serde_json::{Value, json};
use url::Url;

use crate::support::*;
use crate::wiretap::{Asked, Fixed, Reply, Wiretap};

const CERTIFICATE: &[u8] = b"not looked into here";

/// What is wanted, and what is there.
struct Case {
    replies: Vec<Reply>,
    app: bool,
    confirm: bool,
    certificate: bool,
    chats: Vec<ConversationRef>,
    key: HookKey,
}

impl Case {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            replies: replies.into_iter().collect(),
            app: false,
            confirm: false,
            certificate: true,
            chats: Vec::new(),
            key: hook_key(),
        }
    }

    async fn run(self) -> (Result<Listening, CallError>, Vec<Asked>) {
        let tap = Wiretap::new(self.replies);
        let client = tap.client_with(LoginKind::Account, self.app.then(|| Arc::new(Fixed::new("app")) as _));
        let callback: Url = "https://entente.acme.example/hooks/sales".parse().unwrap();
        let wanted = Listen {
            login: login(),
            callback: &callback,
            key: &self.key,
            certificate: self.certificate.then_some(("entente-1", CERTIFICATE)),
            conversations: &self.chats,
            now: NOW,
        };
        let result = if self.confirm { client.confirm(&wanted).await } else { client.listen(&wanted).await };
        (result, tap.asked())
    }
}

fn resource() -> String {
    format!("/users/{ALICE}/chats/getAllMessages")
}

fn per_chat(chat: &str) -> String {
    format!("/chats/{chat}/messages")
}

/// The address that reports must come to; learned from what is asked for.
async fn address() -> String {
    let (_, asked) = Case::new([list([]), Reply::Json(201, fixture("subscription"))]).run().await;
    asked[1].body["notificationUrl"].as_str().unwrap().to_owned()
}

/// A subscription as Graph lists it, ending in this many minutes.
fn held(id: &str, url: &str, resource: &str, minutes: u64) -> Value {
    let mut one = fixture("subscription");
    one["id"] = json!(id);
    one["notificationUrl"] = json!(url);
    one["resource"] = json!(resource);
    one["expirationDateTime"] = json!(NOW.plus(Duration::from_mins(minutes)).to_string());
    one
}

fn list(ones: impl IntoIterator<Item = Value>) -> Reply {
    Reply::Json(200, json!({"value": ones.into_iter().collect::<Vec<_>>()}))
}

fn made() -> Reply {
    Reply::Json(201, fixture("subscription"))
}

fn done() -> Reply {
    Reply::Text(204, &[], String::new())
}

fn forbidden() -> Reply {
    Reply::Json(403, json!({"error": {"code": "Forbidden", "message": "x"}}))
}

fn steps(asked: &[Asked]) -> Vec<String> {
    asked.iter().map(|one| one.line.replace(V1, "")).collect()
}

#[tokio::test]
async fn everything_of_a_person_is_subscribed_as_documented() {
    let (result, asked) = Case::new([list([]), made()]).run().await;
    assert_eq!(result.unwrap(), Listening { rung: Rung::Own, again: Duration::from_mins(5), resumed: true });
    assert_eq!(steps(&asked), ["GET /subscriptions", "POST /subscriptions"]);
    let body = &asked[1].body;
    let tag = body["notificationUrl"].as_str().unwrap().split_once("?tag=").unwrap().1.to_owned();
    assert_eq!(
        *body,
        json!({
            "changeType": "created,updated,deleted",
            "notificationUrl": format!("https://entente.acme.example/hooks/sales/changes?tag={tag}"),
            "lifecycleNotificationUrl": format!("https://entente.acme.example/hooks/sales/lifecycle?tag={tag}"),
            "resource": resource(),
            "includeResourceData": true,
            "encryptionCertificate": STANDARD.encode(CERTIFICATE),
            "encryptionCertificateId": "entente-1",
            "expirationDateTime": NOW.plus(Duration::from_mins(4_315)).to_string(),
            "clientState": client_state(),
        })
    );
    assert!(body["clientState"].as_str().unwrap().len() <= 128);
    assert!(!client_state().contains(&tag));
}

#[tokio::test]
async fn without_a_certificate_reports_are_asked_for_without_content() {
    let case = Case { certificate: false, ..Case::new([list([]), made()]) };
    let (_, asked) = case.run().await;
    for field in ["includeResourceData", "encryptionCertificate", "encryptionCertificateId"] {
        assert_eq!(asked[1].body.get(field), None, "{field}");
    }
}

#[tokio::test]
async fn what_stands_is_kept_and_seen_to_in_time() {
    let url = address().await;
    let (result, asked) = Case::new([list([held("s1", &url, &resource(), 4_310)])]).run().await;
    let wanted = Listening { rung: Rung::Own, again: Duration::from_mins(5), resumed: false };
    assert_eq!(result.unwrap(), wanted);
    assert_eq!(steps(&asked), ["GET /subscriptions"]);
    // What is due in three minutes is to be looked at then.
    let (result, _) = Case::new([list([held("s1", &url, &resource(), 4_288)])]).run().await;
    assert_eq!(result.unwrap().again, Duration::from_mins(3));
}

#[tokio::test]
async fn half_an_hour_after_the_last_time_a_subscription_is_renewed() {
    let url = address().await;
    let (result, asked) = Case::new([list([held("s1", &url, &resource(), 4_285)]), made()]).run().await;
    assert!(!result.unwrap().resumed);
    assert_eq!(steps(&asked), ["GET /subscriptions", "PATCH /subscriptions/s1"]);
    let end = NOW.plus(Duration::from_mins(4_315)).to_string();
    assert_eq!(asked[1].body, json!({"expirationDateTime": end}));
}

#[tokio::test]
async fn what_is_to_be_confirmed_is_renewed_though_not_due() {
    let url = address().await;
    let case = Case { confirm: true, ..Case::new([list([held("s1", &url, &resource(), 4_314)]), made()]) };
    let (result, asked) = case.run().await;
    assert!(!result.unwrap().resumed);
    assert_eq!(steps(&asked), ["GET /subscriptions", "PATCH /subscriptions/s1"]);
}

#[tokio::test]
async fn what_ended_meanwhile_is_made_anew() {
    let url = address().await;
    let gone = Reply::Json(404, json!({"error": {"code": "ResourceNotFound", "message": "x"}}));
    let (result, asked) = Case::new([list([held("s1", &url, &resource(), 100)]), gone, made()]).run().await;
    assert!(result.unwrap().resumed);
    assert_eq!(steps(&asked), ["GET /subscriptions", "PATCH /subscriptions/s1", "POST /subscriptions"]);
}

#[tokio::test]
async fn what_was_made_otherwise_is_replaced_and_strangers_are_left_alone() {
    let url = address().await;
    let mut other_certificate = held("s1", &url, &resource(), 4_310);
    other_certificate["encryptionCertificateId"] = json!("entente-0");
    let mut thin = held("s2", &url, &resource(), 4_310);
    thin["includeResourceData"] = json!(false);
    let old_key =
        held("s3", "https://entente.acme.example/hooks/sales/changes?tag=other", &resource(), 4_310);
    let stranger = held("s4", "https://other.acme.example/hooks/sales/changes", &resource(), 4_310);
    let neighbour = held("s5", "https://entente.acme.example/hooks/sales2/changes", &resource(), 4_310);
    let replies =
        [list([other_certificate, thin, old_key, stranger, neighbour]), done(), done(), done(), made()];
    let (result, asked) = Case::new(replies).run().await;
    assert_eq!((result.as_ref().unwrap().rung, result.unwrap().resumed), (Rung::Own, true));
    assert_eq!(
        steps(&asked),
        [
            "GET /subscriptions",
            "DELETE /subscriptions/s1",
            "DELETE /subscriptions/s2",
            "DELETE /subscriptions/s3",
            "POST /subscriptions"
        ]
    );
}

#[tokio::test]
async fn of_two_alike_one_is_kept() {
    let url = address().await;
    let ones = [held("s1", &url, &resource(), 4_310), held("s2", &url, &resource(), 4_310)];
    let (result, asked) = Case::new([list(ones), done()]).run().await;
    assert!(!result.unwrap().resumed);
    assert_eq!(steps(&asked), ["GET /subscriptions", "DELETE /subscriptions/s2"]);
}

#[tokio::test]
async fn another_key_makes_another_address() {
    let url = address().await;
    let mut case = Case::new([list([held("s1", &url, &resource(), 4_310)]), done(), made()]);
    case.key = HookKey::new([8; 32]);
    let (_, asked) = case.run().await;
    assert_ne!(asked[2].body["notificationUrl"].as_str(), Some(url.as_str()));
}

#[tokio::test]
async fn the_second_rung_is_the_apps() {
    let case = Case { app: true, ..Case::new([list([]), list([]), forbidden(), made()]) };
    let (result, asked) = case.run().await;
    let wanted = Listening { rung: Rung::App, again: Duration::from_mins(15), resumed: true };
    assert_eq!(result.unwrap(), wanted);
    let tokens: Vec<_> = asked.iter().map(|one| one.token.clone().unwrap()).collect();
    assert_eq!(tokens, ["own-0", "app-0", "own-0", "app-0"]);
    assert_eq!(asked[3].body["resource"], json!(resource()));
    // It stands: nothing better is asked for until it is due.
    let url = asked[3].body["notificationUrl"].as_str().unwrap();
    let mine = held("s1", url, &resource(), 4_310);
    let others = held("s2", url, "/users/b0b/chats/getAllMessages", 1);
    let case = Case { app: true, ..Case::new([list([]), list([mine, others])]) };
    let (result, asked) = case.run().await;
    assert_eq!((result.unwrap().rung, asked.len()), (Rung::App, 2));
    // Due: the ladder is tried from its top.
    let due = held("s1", url, &resource(), 10);
    let case = Case { app: true, ..Case::new([list([]), list([due]), forbidden(), made()]) };
    let (result, asked) = case.run().await;
    assert_eq!(result.unwrap(), Listening { resumed: false, ..wanted });
    assert_eq!(steps(&asked)[3], "PATCH /subscriptions/s1");
}

#[tokio::test]
async fn the_third_rung_is_chat_by_chat() {
    let chats = vec![conversation(CHAT), conversation("19:two@thread.v2")];
    let replies = [list([]), list([]), forbidden(), forbidden(), made(), made()];
    // The app's own conversation is none of Graph's.
    let with_app = [chats.clone(), vec![conversation(PERSONAL)]].concat();
    let case = Case { app: true, chats: with_app, ..Case::new(replies) };
    let (result, asked) = case.run().await;
    let wanted = Listening { rung: Rung::PerConversation, again: Duration::from_mins(5), resumed: true };
    assert_eq!(result.unwrap(), wanted);
    let resources: Vec<_> = asked[4..].iter().map(|one| one.body["resource"].clone()).collect();
    assert_eq!(resources, [json!(per_chat(CHAT)), json!(per_chat("19:two@thread.v2"))]);
    assert_eq!(asked[4].token.as_deref(), Some("own-0"));
    // They stand: nothing better is asked for. One is not wanted any more.
    let url = asked[4].body["notificationUrl"].as_str().unwrap();
    let ones = [
        held("s1", url, &per_chat(CHAT), 4_310),
        held("s2", url, "chats/19:two@thread.v2/messages", 4_310),
        held("s3", url, &per_chat("19:three@thread.v2"), 4_310),
    ];
    let case = Case { chats, ..Case::new([list(ones), done()]) };
    let (result, asked) = case.run().await;
    assert_eq!(result.unwrap(), Listening { resumed: false, ..wanted });
    assert_eq!(steps(&asked), ["GET /subscriptions", "DELETE /subscriptions/s3"]);
}

#[tokio::test]
async fn the_last_rung_is_asking() {
    let chats = vec![conversation(CHAT), conversation("19:two@thread.v2")];
    let case = Case { chats, ..Case::new([list([]), forbidden(), made(), forbidden()]) };
    let (result, _) = case.run().await;
    assert_eq!(result.unwrap().rung, Rung::Polling);
}

#[tokio::test]
async fn a_rung_above_makes_those_below_needless() {
    let url = address().await;
    let below = held("s1", &url, &per_chat(CHAT), 10);
    let case = Case { chats: vec![conversation(CHAT)], ..Case::new([list([below]), made(), done()]) };
    let (result, asked) = case.run().await;
    assert_eq!(result.unwrap().rung, Rung::Own);
    assert_eq!(steps(&asked), ["GET /subscriptions", "POST /subscriptions", "DELETE /subscriptions/s1"]);
}

#[tokio::test]
async fn only_a_403_leads_down() {
    let unreachable = json!({"error": {"code": "ValidationError",
        "message": "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."}});
    let (result, _) = Case::new([list([]), Reply::Json(400, unreachable)]).run().await;
    assert!(matches!(result, Err(CallError::Reject(text)) if text.contains("ValidationError")));
    for (reply, wanted) in [
        (Reply::Json(503, json!({})), CallError::Retry { after: None }),
        (Reply::Nothing(Undelivered::NoAnswer), CallError::Retry { after: None }),
    ] {
        let (result, _) = Case::new([list([]), reply]).run().await;
        assert_eq!(result.unwrap_err(), wanted);
    }
    let dead = || Reply::Json(401, json!({"error": {"code": "InvalidAuthenticationToken", "message": "x"}}));
    let (result, _) = Case::new([dead(), dead()]).run().await;
    assert_eq!(result.unwrap_err(), CallError::Reauthorize);
}

#[tokio::test]
async fn an_app_without_a_right_of_its_own_is_passed_over() {
    let dead = || Reply::Json(401, json!({"error": {"code": "InvalidAuthenticationToken", "message": "x"}}));
    for refusals in [vec![forbidden()], vec![dead(), dead()]] {
        let mut replies = vec![list([])];
        replies.extend(refusals);
        replies.extend([forbidden(), made()]);
        let case = Case { app: true, chats: vec![conversation(CHAT)], ..Case::new(replies) };
        let (result, _) = case.run().await;
        assert_eq!(result.unwrap().rung, Rung::PerConversation);
    }
}

#[tokio::test]
async fn logins_without_chats_have_nothing_to_hold() {
    let tap = Wiretap::new([]);
    let callback: Url = "https://entente.acme.example/hooks/sales".parse().unwrap();
    for kind in [LoginKind::Admin, LoginKind::App] {
        let wanted = Listen {
            login: login(),
            callback: &callback,
            key: &hook_key(),
            certificate: None,
            conversations: &[],
            now: Timestamp(0),
        };
        assert!(!tap.client(kind).listen(&wanted).await.unwrap().resumed);
    }
    assert!(tap.lines().is_empty());
}
