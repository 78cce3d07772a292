//! The simulator as a world: Ada, who writes by hand, and Bob, whose account Entente acts as by his consent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request as Incoming;
use axum::response::Response;
use bytes::Bytes;
use entente_model::{AccountRef, ConversationRef, LoginId, MessageRef, Timestamp};
use entente_platform::conformance::{Fixed, Gathered, Seen, World};
use entente_platform::{
    AppSecrets, Checked, Client, Credentials, Hook, HookKey, Http, InProcess, Item, Limiter, LoginKind,
    Platform, Site, Transport,
};
use entente_platform_slack::Slack;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::{org, slack};
use http::{Method, Request, Response as Answer};
use serde_json::{Value, json};
use url::Url;

use crate::support;

const SIMULATOR: &str = "slack.example";
const CALLBACK: &str = "entente.example";
const REDIRECT: &str = "https://entente.example/oauth/callback";
/// What the Entente app asks for itself.
const BOT_SCOPES: &str = "channels:manage,channels:read,chat:write,chat:write.customize,files:read,files:write,groups:history,groups:read,groups:write,im:history,im:read,im:write,mpim:history,mpim:read,mpim:write,reactions:read,reactions:write,users:read";
const SCOPES: &str = "chat:write,files:read,files:write,im:history,im:read,im:write,mpim:history,mpim:read,reactions:read,reactions:write,users:read,users:read.email";

pub(crate) struct Simulated {
    clock: Clock,
    courier: Courier,
    transport: InProcess,
    site: Site,
    addresses: Vec<String>,
    admin: String,
    ada: (String, String),
    bob: (String, String),
    others: Vec<String>,
    bot: (String, String),
}

/// A world with limits as they are, and events that come as they like.
pub(crate) async fn make() -> Simulated {
    let clock = Clock::starting_at("2026-01-05T09:00:00Z".parse().unwrap());
    let courier = Courier::in_process();
    let simulator = slack::Slack::new(slack::Options {
        clock,
        courier: courier.clone(),
        seed: 7,
        limits_factor: 1.0,
        switches: slack::Switches::default(),
        public_base: Some(format!("https://{SIMULATOR}")),
        people: org::generated(300),
    });
    let transport = InProcess::default();
    transport.register(SIMULATOR, simulator.router());
    let people = call(&transport, Method::GET, "/_sim/people?bots=false", "", None).await;
    let people = people["items"].as_array().unwrap();
    let text = |person: &Value, field: &str| person[field].as_str().unwrap().to_owned();
    let admin = people.iter().find(|person| person["admin"] == true).unwrap();
    let mut others = people.iter().filter(|person| person["admin"] == false);
    let (ada, bob) = (others.next().unwrap(), others.next().unwrap());
    let app = json!({"name": "Entente", "redirect_uris": [REDIRECT], "bot_events": ["message.im", "message.mpim", "message.groups",
                     "member_joined_channel", "member_left_channel"],
                     "user_events": ["message.im", "message.mpim", "reaction_added", "reaction_removed", "tokens_revoked"]});
    let app = call(&transport, Method::POST, "/_sim/apps", "", Some(app)).await;
    let mut site = support::site_at(&format!("https://{SIMULATOR}"), &simulator.team());
    site.client_id = text(&app, "client_id");
    site.secrets.insert("signing".to_owned(), text(&app, "signing_secret").into());
    let granted = consent(&transport, &app, bob, ("", SCOPES)).await;
    let granted = text(&granted["authed_user"], "access_token");
    let installed = consent(&transport, &app, admin, (BOT_SCOPES, "")).await;
    let world = Simulated {
        clock,
        courier,
        transport,
        site,
        addresses: people.iter().map(|person| text(person, "email")).collect(),
        ada: (text(ada, "id"), text(ada, "token")),
        bob: (text(bob, "id"), granted),
        admin: text(admin, "token"),
        others: others.take(10).map(|other| text(other, "id")).collect(),
        bot: (text(&installed, "bot_user_id"), text(&installed, "access_token")),
    };
    world.verified(&text(&app, "app_id")).await;
    world
}

/// Somebody lets the app act, for itself and as them.
async fn consent(transport: &InProcess, app: &Value, person: &Value, (bot, user): (&str, &str)) -> Value {
    let answer = json!({"person": person["id"], "answer": "approve"});
    call(transport, Method::POST, "/_sim/consent", "", Some(answer)).await;
    let mut url = Url::parse(&format!("https://{SIMULATOR}/oauth/v2/authorize")).unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", app["client_id"].as_str().unwrap())
        .append_pair("scope", bot)
        .append_pair("user_scope", user)
        .append_pair("redirect_uri", REDIRECT)
        .append_pair("login_hint", person["id"].as_str().unwrap())
        .append_pair("state", "s");
    let back = raw(transport, Request::get(url.as_str()).body(Bytes::new()).unwrap()).await;
    let location = back.headers()["location"].to_str().unwrap().parse::<Url>().unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", app["client_id"].as_str().unwrap())
        .append_pair("client_secret", app["client_secret"].as_str().unwrap())
        .append_pair("code", &code)
        .append_pair("redirect_uri", REDIRECT)
        .finish();
    let request = Request::post(format!("https://{SIMULATOR}/api/oauth.v2.access"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into())
        .unwrap();
    let granted: Value = serde_json::from_slice(raw(transport, request).await.body()).unwrap();
    assert_eq!(granted["ok"], true, "{granted}");
    granted
}

async fn raw(transport: &InProcess, request: Request<Bytes>) -> Answer<Bytes> {
    transport.carry(request, None).await.unwrap()
}

async fn call(transport: &InProcess, method: Method, path: &str, token: &str, body: Option<Value>) -> Value {
    let url = format!("https://{SIMULATOR}{path}");
    let request =
        Request::builder().method(method).uri(url).header("content-type", "application/json; charset=utf-8");
    let request = request.header("authorization", format!("Bearer {token}"));
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let answer = raw(transport, request.body(body.into()).unwrap()).await;
    assert!(answer.status().is_success(), "{path}: {} {:?}", answer.status(), answer.body());
    let answer = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
    assert!(answer["ok"] != false, "{path}: {answer}");
    answer
}

fn credentials(kind: LoginKind, number: u8, account: Option<&str>, token: &str) -> Credentials {
    Credentials {
        login: LoginId(format!("0191a0d0-0000-7000-8000-{number:012}").parse().unwrap()),
        kind,
        account: account.map(support::account),
        tokens: Arc::new(Fixed(token.to_owned())),
        app_tokens: None,
    }
}

impl Simulated {
    /// Has the address verified that events go to, by the connector's own answer.
    async fn verified(&self, app: &str) {
        let receiver = Slack.receiver(&self.site, self.secrets().await).unwrap();
        let now = self.now();
        let router = Router::new().fallback(move |request: Incoming| {
            let receiver = Arc::clone(&receiver);
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                match receiver.check(Hook::new("events".to_owned(), None, parts.headers, body), now) {
                    Ok(Checked::Answer(answer)) => answer.map(Body::from),
                    Ok(Checked::Deliver(_)) => Response::new(Body::empty()),
                    Err(refused) => panic!("an event of the simulator was refused: {refused}"),
                }
            }
        });
        self.hear(router);
        let url = format!("{}/events", self.callback());
        let path = format!("/_sim/apps/{app}");
        let settings = json!({"request_url": url});
        let settings = call(&self.transport, Method::POST, &path, "", Some(settings)).await;
        assert_eq!(settings["request_url_verified"], true, "{settings}");
    }

    /// A client with limits of its own.
    pub(crate) fn client(&self, credentials: Credentials) -> Arc<dyn Client> {
        let limiter = Arc::new(Limiter::new(1.0));
        let http = Http::new(Arc::new(self.transport.clone()), limiter, Duration::from_secs(10));
        Slack.client(&Arc::new(self.site.clone()), http, credentials)
    }

    /// Changes what the vendor's documents leave open.
    pub(crate) async fn switch(&self, change: Value) {
        call(&self.transport, Method::POST, "/_sim/switches", "", Some(change)).await;
    }

    /// Bob takes his consent back, in his app.
    pub(crate) async fn revokes(&self) {
        let revoked = json!({"person": self.bob.0});
        call(&self.transport, Method::POST, "/_sim/revoke", "", Some(revoked)).await;
    }

    /// What is reported from now on.
    pub(crate) async fn reports(&self) -> Arc<Mutex<Vec<Item>>> {
        let receiver = Slack.receiver(&self.site, self.secrets().await).unwrap();
        let reported = Arc::new(Mutex::new(Vec::new()));
        let (clock, kept) = (self.clock, Arc::clone(&reported));
        self.hear(Router::new().fallback(move |request: Incoming| {
            let (receiver, kept) = (Arc::clone(&receiver), Arc::clone(&kept));
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap();
                let now = Timestamp(clock.now().as_microsecond());
                match receiver.check(Hook::new("events".to_owned(), None, parts.headers, body), now) {
                    Ok(Checked::Deliver(hook)) => kept.lock().unwrap().extend(receiver.heads(&hook)),
                    other => panic!("{other:?}"),
                }
                Response::new(Body::empty())
            }
        }));
        reported
    }

    /// Ada calls a method in her app.
    pub(crate) async fn by_ada(&self, method: &str, arguments: Value) -> Value {
        self.by_hand(method, arguments).await
    }

    /// Does something as Ada does it in her app. A person is not as fast as a limit.
    async fn by_hand(&self, method: &str, arguments: Value) -> Value {
        tokio::time::sleep(Duration::from_secs(2)).await;
        call(&self.transport, Method::POST, &format!("/api/{method}"), &self.ada.1, Some(arguments)).await
    }
}

#[async_trait]
impl World for Simulated {
    fn platform(&self) -> Arc<dyn Platform> {
        Arc::new(Slack)
    }

    fn site(&self) -> Site {
        self.site.clone()
    }

    fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.transport.clone())
    }

    fn simulator(&self) -> Url {
        format!("https://{SIMULATOR}").parse().unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now().as_microsecond())
    }

    fn ours(&self) -> Credentials {
        credentials(LoginKind::Account, 1, Some(&self.bob.0), &self.bob.1)
    }

    fn admin(&self) -> Credentials {
        credentials(LoginKind::Admin, 2, None, &self.admin)
    }

    fn person(&self) -> AccountRef {
        support::account(&self.ada.0)
    }

    fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    async fn secrets(&self) -> AppSecrets {
        AppSecrets {
            hook_key: HookKey::new([7; 32]),
            public_keys: [].into(),
            private_keys: [].into(),
            app_login: None,
            logins: [
                (self.bob.0.as_str().into(), self.ours().login),
                (self.bot.0.as_str().into(), self.maker().login),
            ]
            .into(),
        }
    }

    async fn strange(&self) -> (Site, AppSecrets) {
        let mut site = self.site();
        site.secrets.insert("signing".to_owned(), "another".to_owned().into());
        (site, self.secrets().await)
    }

    fn callback(&self) -> Url {
        format!("https://{CALLBACK}/hooks/slack/acme").parse().unwrap()
    }

    fn hear(&self, router: Router) {
        self.courier.register(CALLBACK, router);
    }

    async fn dead(&self) -> String {
        self.revokes().await;
        self.bob.1.clone()
    }

    async fn silence(&self) {
        self.courier.unregister(CALLBACK);
    }

    fn silence_shows(&self) -> bool {
        false
    }

    async fn writes(&self, text: &str, thread: Option<&MessageRef>) -> MessageRef {
        let opened = self.by_hand("conversations.open", json!({"users": self.bob.0})).await;
        let channel = opened["channel"]["id"].as_str().unwrap();
        let mut message = json!({"channel": channel, "text": text});
        if let Some(thread) = thread {
            message["thread_ts"] = thread.id.as_str().into();
        }
        let posted = self.by_hand("chat.postMessage", message).await;
        let conversation = ConversationRef { workspace: support::workspace(), id: channel.into() };
        MessageRef { conversation, id: posted["ts"].as_str().unwrap().into() }
    }

    async fn edits(&self, message: &MessageRef, text: &str) {
        let (channel, ts) = (message.conversation.id.as_str(), message.id.as_str());
        self.by_hand("chat.update", json!({"channel": channel, "ts": ts, "text": text})).await;
    }

    async fn deletes(&self, message: &MessageRef) {
        let (channel, ts) = (message.conversation.id.as_str(), message.id.as_str());
        self.by_hand("chat.delete", json!({"channel": channel, "ts": ts})).await;
    }

    async fn reacts(&self, message: &MessageRef, emoji: &str, on: bool) {
        assert_eq!(emoji, "\u{1f44d}");
        let method = if on { "reactions.add" } else { "reactions.remove" };
        let (channel, ts) = (message.conversation.id.as_str(), message.id.as_str());
        self.by_hand(method, json!({"channel": channel, "timestamp": ts, "name": "+1"})).await;
    }

    async fn sees(&self, conversation: &ConversationRef) -> Vec<Seen> {
        let path = format!("/_sim/messages?channel={}&person={}&max=1000", conversation.id, self.ada.0);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let items = list["items"].as_array().unwrap().iter().filter(|item| item["tombstone"] == false);
        let seen = |item: &Value| Seen {
            text: item["text"].as_str().unwrap().to_owned(),
            ours: item["author"]["id"] == self.bob.0.as_str(),
            edited: item["edited"] == true,
        };
        items.map(seen).collect()
    }

    fn maker(&self) -> Credentials {
        credentials(LoginKind::App, 3, Some(&self.bot.0), &self.bot.1)
    }

    fn others(&self) -> Vec<AccountRef> {
        self.others.iter().map(|id| support::account(id)).collect()
    }

    fn nobody(&self) -> AccountRef {
        support::account("U0NOBODY01")
    }

    fn outsider(&self) -> Credentials {
        self.ours()
    }

    fn gathering(&self, members: usize) -> (&'static str, &'static str) {
        ("POST", if members <= 8 { "/api/conversations.open" } else { "/api/conversations.create" })
    }

    async fn gathered(&self, group: &ConversationRef) -> Option<Gathered> {
        let path = format!("/_sim/conversations?person={}", self.ada.0);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let found =
            list["items"].as_array().unwrap().iter().find(|one| one["channel"] == group.id.as_str())?;
        let members = found["members"].as_array().unwrap().iter();
        let mut members: Vec<_> =
            members.map(|member| support::account(member["id"].as_str().unwrap())).collect();
        members.sort();
        // Nobody has given it a name.
        Some(Gathered { name: None, members })
    }

    fn sending(&self) -> (&'static str, &'static str) {
        ("POST", "/api/chat.postMessage")
    }

    fn sending_files(&self) -> (&'static str, &'static str) {
        ("POST", "/api/files.completeUploadExternal")
    }

    fn listing(&self) -> (&'static str, &'static str) {
        ("POST", "/api/conversations.history")
    }

    fn nowhere(&self, conversation: &ConversationRef) -> MessageRef {
        MessageRef { conversation: conversation.clone(), id: "1600000000.000100".into() }
    }
}
