//! The simulator as the conformance suite's world: Ada, who writes by hand, and Grace, who granted us her account.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use entente_model::{AccountRef, ConversationRef, LoginId, MessageRef, Timestamp};
use entente_platform::conformance::{Fixed, Gathered, Seen, World};
use entente_platform::{
    AppSecrets, Client, Credentials, HookKey, Http, InProcess, Limiter, LoginKind, Platform, Site, Transport,
};
use entente_platform_zoom::Zoom;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::zoom::{Kind, NewApp, Options, Plan, Registered, Switches};
use entente_sim::{org, zoom};
use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::support;

mod calls;

use calls::{call, form, grant, token};

const SIMULATOR: &str = "zoom.example";
const CALLBACK: &str = "entente.example";
const BACK: &str = "https://entente.example/back";
const MESSAGES: &str = "/v2/chat/users/me/messages";

/// A person of the account.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) token: String,
}

pub(crate) struct Simulated {
    pub(crate) simulator: zoom::Zoom,
    pub(crate) app: Registered,
    clock: Clock,
    courier: Courier,
    transport: InProcess,
    people: Vec<Somebody>,
    pub(crate) ada: Somebody,
    pub(crate) grace: Somebody,
    /// What Grace granted.
    granted: String,
    /// A token of an app for the whole account.
    server: String,
    /// Somebody else who granted us their account.
    other: (Somebody, String),
}

/// A world with the limits of the Pro plan, where the limits that are documented for channels hold for two people too.
pub(crate) async fn make() -> Simulated {
    let switches = Switches { plan: Plan::Pro, windows_for_contacts: true, ..Switches::default() };
    let clock = Clock::starting_at("2026-01-05T09:00:00.250Z".parse().unwrap());
    let courier = Courier::in_process();
    let simulator = zoom::Zoom::new(Options {
        clock,
        courier: courier.clone(),
        seed: 7,
        limits_factor: 1.0,
        switches,
        public_base: Some(format!("https://{SIMULATOR}")),
        people: org::generated(300),
    });
    let transport = InProcess::default();
    transport.register(SIMULATOR, simulator.router());
    let people = call(&transport, Method::GET, "/_sim/people", "", None).await;
    let text = |person: &Value, field: &str| person[field].as_str().unwrap().to_owned();
    let people = people["items"].as_array().unwrap().iter().map(|person| Somebody {
        id: text(person, "id"),
        email: text(person, "email"),
        token: text(person, "token"),
    });
    let people: Vec<Somebody> = people.collect();
    let (ada, grace) = (people[1].clone(), people[2].clone());
    let new = |kind, chatbot: bool| NewApp {
        name: "Entente".to_owned(),
        kind,
        redirect_uris: vec![BACK.to_owned()],
        scopes: None,
        chatbot,
        bot_endpoint: chatbot.then(|| format!("https://{CALLBACK}/hooks/zoom/acme/events")),
        deauthorization_endpoint: None,
    };
    let app = simulator.register_app(new(Kind::User, true));
    let granted = grant(&transport, &app, &grace).await;
    let server_app = simulator.register_app(new(Kind::Server, false));
    let account = simulator.account_id();
    let form = [("grant_type", "account_credentials"), ("account_id", account.as_str())];
    let server = token(&transport, &server_app, &form).await;
    let other = (people[8].clone(), grant(&transport, &app, &people[8]).await);
    let world =
        Simulated { simulator, app, clock, courier, transport, people, ada, grace, granted, server, other };
    // As the operator does it by hand, without looking whether anybody answers yet.
    let events =
        ["message_posted", "message_updated", "message_deleted", "reaction_added", "reaction_removed"];
    let events = events.map(|what| format!("team_chat.dm_{what}"));
    world.subscribe(json!({"events": events, "validate": false})).await;
    world
}

/// Lets somebody authorize an app, and exchanges what came back.
impl Simulated {
    fn credentials(kind: LoginKind, account: Option<&str>, token: &str) -> Credentials {
        let number = if kind == LoginKind::Account { 1 } else { 2 };
        Credentials {
            login: LoginId(format!("0191a0d0-0000-7000-8000-{number:012}").parse().unwrap()),
            kind,
            account: account.map(support::account),
            tokens: Arc::new(Fixed(token.to_owned())),
            app_tokens: None,
        }
    }

    /// A client with limits of its own.
    pub(crate) fn client(&self, credentials: Credentials) -> Arc<dyn Client> {
        let limiter = Arc::new(Limiter::new(1.0));
        let http = Http::new(Arc::new(self.transport.clone()), limiter, Duration::from_secs(10));
        Zoom.client(&Arc::new(self.site()), http, credentials)
    }

    /// The Entente app.
    pub(crate) async fn robot(&self) -> Credentials {
        let form = [("grant_type", "client_credentials")];
        let token = token(&self.transport, &self.app, &form).await;
        Self::credentials(LoginKind::App, None, &token)
    }

    /// Makes an event subscription of the app.
    pub(crate) async fn subscribe(&self, mut subscription: Value) -> Value {
        subscription["app"] = self.app.client_id.as_str().into();
        subscription["url"] = format!("{}/events", self.callback()).into();
        self.control("/_sim/subscriptions", subscription).await
    }

    /// Does something by hand in the simulator.
    pub(crate) async fn control(&self, path: &str, body: Value) -> Value {
        call(&self.transport, Method::POST, path, "", Some(body)).await
    }

    /// The conversation of the two.
    pub(crate) fn conversation(&self) -> ConversationRef {
        let mut ends = [self.ada.id.as_str(), self.grace.id.as_str()];
        ends.sort_unstable();
        ConversationRef { workspace: support::workspace(), id: ends.join(":").into() }
    }

    /// Ada writes.
    pub(crate) async fn written(&self, mut message: Value) -> MessageRef {
        message["to_contact"] = self.grace.id.as_str().into();
        let posted = self.by_hand(Method::POST, MESSAGES, Some(message)).await;
        let id = posted["id"].as_str().unwrap().to_uppercase();
        MessageRef { conversation: self.conversation(), id: id.into() }
    }

    /// Ada writes in a group.
    pub(crate) async fn written_in(&self, group: &ConversationRef, mut message: Value) -> MessageRef {
        message["to_channel"] = group.id.as_str().into();
        let posted = self.by_hand(Method::POST, MESSAGES, Some(message)).await;
        let id = posted["id"].as_str().unwrap().to_uppercase();
        MessageRef { conversation: group.clone(), id: id.into() }
    }

    /// What Ada's app shows of a group.
    pub(crate) async fn shown_in(&self, group: &ConversationRef) -> Vec<Value> {
        let path =
            format!("/_sim/messages?{}", form(&[("session", group.id.as_str()), ("person", &self.ada.id)]));
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        list["items"].as_array().unwrap().clone()
    }

    /// Does something as Ada does it in her app. A person is not as fast as a limit.
    async fn by_hand(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        tokio::time::sleep(Duration::from_secs(3)).await;
        call(&self.transport, method, path, &self.ada.token, body).await
    }

    /// What Ada's app shows, as it is.
    pub(crate) async fn shown(&self) -> Vec<Value> {
        let path = format!("/_sim/conversations?person={}", self.ada.id);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let with = |item: &&Value| item["with"]["id"] == self.grace.id.as_str();
        let Some(found) = list["items"].as_array().unwrap().iter().find(with) else { return Vec::new() };
        let query = form(&[("session", found["session"].as_str().unwrap()), ("person", &self.ada.id)]);
        let path = format!("/_sim/messages?{query}");
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        list["items"].as_array().unwrap().clone()
    }
}

#[async_trait]
impl World for Simulated {
    fn platform(&self) -> Arc<dyn Platform> {
        Arc::new(Zoom)
    }

    fn site(&self) -> Site {
        let base = |path: &str| format!("https://{SIMULATOR}{path}").parse().unwrap();
        let addresses =
            [("api", base("/v2")), ("login", base("")), ("files", base("/v2")), ("socket", base(""))];
        let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned().into());
        let robot = self.app.robot_jid.as_deref().unwrap();
        Site {
            workspace: support::workspace(),
            addresses: addresses.map(|(name, url)| (name.to_owned(), url)).into(),
            tenant: Some(self.simulator.account_id()),
            client_id: self.app.client_id.clone(),
            client_secret: self.app.client_secret.clone().into(),
            secrets: [secret("secret_token", &self.app.secret_token)].into(),
            settings: [("bot_jid".to_owned(), robot.to_owned())].into(),
        }
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
        Self::credentials(LoginKind::Account, Some(&self.grace.id), &self.granted)
    }

    fn admin(&self) -> Credentials {
        Self::credentials(LoginKind::Admin, None, &self.server)
    }

    fn person(&self) -> AccountRef {
        support::account(&self.ada.id)
    }

    fn addresses(&self) -> Vec<String> {
        self.people.iter().map(|person| person.email.clone()).collect()
    }

    async fn secrets(&self) -> AppSecrets {
        AppSecrets {
            hook_key: HookKey::new([7; 32]),
            public_keys: [].into(),
            private_keys: [].into(),
            app_login: Some(Self::credentials(LoginKind::App, None, "").login),
            logins: [(support::account(&self.grace.id).id, self.ours().login)].into(),
        }
    }

    fn callback(&self) -> Url {
        format!("https://{CALLBACK}/hooks/zoom/acme").parse().unwrap()
    }

    fn hear(&self, router: Router) {
        self.courier.register(CALLBACK, router);
    }

    async fn silence(&self) {}

    /// The subscription is the operator's.
    fn silence_shows(&self) -> bool {
        false
    }

    async fn strange(&self) -> (Site, AppSecrets) {
        let mut site = self.site();
        site.secrets.insert("secret_token".to_owned(), "another".to_owned().into());
        (site, self.secrets().await)
    }

    /// Zoom has no format for code.
    fn shows(&self) -> &'static [&'static str] {
        &["Bold", "Italic", "Link", "Quote", "ordered: true"]
    }

    async fn writes(&self, text: &str, thread: Option<&MessageRef>) -> MessageRef {
        let mut message = json!({"message": text});
        if let Some(thread) = thread {
            message["reply_main_message_id"] = thread.id.as_str().into();
        }
        self.written(message).await
    }

    async fn edits(&self, message: &MessageRef, text: &str) {
        let edit = json!({"message": text, "to_contact": self.grace.id});
        self.by_hand(Method::PUT, &format!("{MESSAGES}/{}", message.id), Some(edit)).await;
    }

    async fn deletes(&self, message: &MessageRef) {
        let path = format!("{MESSAGES}/{}?to_contact={}", message.id, self.grace.id);
        self.by_hand(Method::DELETE, &path, None).await;
    }

    async fn reacts(&self, message: &MessageRef, emoji: &str, on: bool) {
        assert_eq!(emoji, "\u{1f44d}");
        let action = if on { "add" } else { "remove" };
        let reaction = json!({"action": action, "emoji": "U+1F44D", "to_contact": self.grace.id});
        let path = format!("{MESSAGES}/{}/emoji_reactions", message.id);
        self.by_hand(Method::PATCH, &path, Some(reaction)).await;
    }

    async fn sees(&self, _: &ConversationRef) -> Vec<Seen> {
        let seen = |item: &Value| Seen {
            text: item["text"].as_str().unwrap().to_owned(),
            ours: item["author"]["id"] == self.grace.id.as_str(),
            edited: !matches!(item["edited"], Value::Null | Value::Bool(false)),
        };
        self.shown().await.iter().map(seen).collect()
    }

    fn others(&self) -> Vec<AccountRef> {
        self.people[4..7].iter().map(|one| support::account(&one.id)).collect()
    }

    fn nobody(&self) -> AccountRef {
        support::account("Nobody0000000000000000")
    }

    fn outsider(&self) -> Credentials {
        Self::credentials(LoginKind::Account, Some(&self.other.0.id), &self.other.1)
    }

    fn gathering(&self, _: usize) -> (&'static str, &'static str) {
        ("POST", "/v2/chat/users/me/channels")
    }

    async fn gathered(&self, group: &ConversationRef) -> Option<Gathered> {
        let path = format!("/_sim/conversations?person={}", self.ada.id);
        let list = call(&self.transport, Method::GET, &path, "", None).await;
        let items = list["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["session"] == group.id.as_str())?;
        assert_eq!(found["type"], 4);
        let members = found["members"].as_array().unwrap().iter();
        let mut members: Vec<_> = members.map(|one| support::account(one["id"].as_str().unwrap())).collect();
        members.sort();
        Some(Gathered { name: found["channel"].as_str().map(str::to_owned), members })
    }

    fn sending(&self) -> (&'static str, &'static str) {
        ("POST", MESSAGES)
    }

    fn sending_files(&self) -> (&'static str, &'static str) {
        ("POST", "/v2/chat/users/me/messages/files")
    }

    fn listing(&self) -> (&'static str, &'static str) {
        ("GET", MESSAGES)
    }

    fn nowhere(&self, conversation: &ConversationRef) -> MessageRef {
        let id = "00000000-0000-4000-8000-000000000000".into();
        MessageRef { conversation: conversation.clone(), id }
    }
}
