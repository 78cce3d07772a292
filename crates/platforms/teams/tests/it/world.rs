//! The simulated Teams in process, people signed in to our app, and an endpoint that takes what is reported.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use entente_model::{AccountRef, CallError, ConversationRef, Snapshot, Timestamp};
use entente_platform::conformance::Fixed;
use entente_platform::{
    AppSecrets, Checked, Client, Credentials, Head, Hook, Http, InProcess, Item, Limiter, Listen, Listening,
    LoginKind, Platform as _, PrivateKey, Receiver, Site, Tokens,
};
use entente_platform_teams::Teams;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::{org, teams};
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;
use url::Url;

use crate::support::{
    account, app_login, certificate, content_key, conversation, hook_key, login, workspace,
};

pub(crate) const AUTHORITY: &str = "teams.localhost";
pub(crate) const OURS: &str = "entente.localhost";
/// Where the organization's files are: below the configured address, and with a permission in the address alone.
const FILES: &str = "acme-my.files.localhost";
const BACK: &str = "https://entente.acme.example/back";

/// A tenant, our app in it, and what was reported to us.
pub(crate) struct World {
    pub(crate) sim: teams::Teams,
    router: Router,
    clock: Clock,
    pub(crate) site: Site,
    pub(crate) transport: InProcess,
    pub(crate) courier: Courier,
    inbox: Inbox,
    people: BTreeMap<String, Person>,
}

/// Somebody of Acme.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    /// For doing things by hand in the vendor's own app.
    pub(crate) hand: String,
}

impl Person {
    pub(crate) fn account(&self) -> AccountRef {
        account(&self.id)
    }
}

/// What was reported, and how it is told from forgeries.
#[derive(Clone, Default)]
struct Inbox {
    receiver: Arc<Mutex<Option<Arc<dyn Receiver>>>>,
    items: Arc<Mutex<Vec<Item>>>,
    refused: Arc<Mutex<Vec<String>>>,
    more: Arc<Notify>,
    now: Arc<Mutex<Option<Clock>>>,
}

impl World {
    /// A tenant with these switches and rate limits.
    pub(crate) async fn new(limits: f64, switches: Value) -> Self {
        let clock = Clock::starting_at("2026-01-05T10:00:00Z".parse().unwrap());
        let courier = Courier::in_process();
        let inbox = Inbox::default();
        *inbox.now.lock().unwrap() = Some(clock);
        courier.register(OURS, Router::new().fallback(take).with_state(inbox.clone()));
        let sim = teams::Teams::new(teams::Options {
            clock,
            courier: courier.clone(),
            seed: 11,
            limits_factor: limits,
            switches: teams::Switches::default(),
            public_base: Some(format!("http://{AUTHORITY}")),
            people: org::acme(),
        });
        sim.switches().merge(json!({"files_base": format!("http://{FILES}")})).unwrap();
        sim.switches().merge(switches).unwrap();
        let router = sim.router();
        let transport = InProcess::default();
        transport.register(AUTHORITY, router.clone());
        transport.register(FILES, router.clone());
        let base = |path: &str| Url::parse(&format!("http://{AUTHORITY}{path}")).unwrap();
        let addresses = [("graph", "/v1.0"), ("login", ""), ("bot", "/amer"), ("bot_metadata", "")];
        let files = ("files".to_owned(), "http://files.localhost".parse().unwrap());
        let site = Site {
            workspace: workspace(),
            addresses: addresses
                .map(|(name, path)| (name.to_owned(), base(path)))
                .into_iter()
                .chain([files])
                .collect(),
            tenant: Some(sim.tenant().to_owned()),
            client_id: String::new(),
            client_secret: String::new().into(),
            secrets: [].into(),
            settings: [].into(),
        };
        let mut world = Self { sim, router, clock, site, transport, courier, inbox, people: BTreeMap::new() };
        let app = json!({"name": "Entente", "redirect_uris": [BACK], "admin_consent": true,
            "bot_endpoint": format!("http://{OURS}/hooks/sales/messages"), "installed_for_all": true, "announce": false});
        let app = world.hand("POST", "/_sim/apps", "", Some(app)).await;
        world.site.client_id = app["client_id"].as_str().unwrap().to_owned();
        world.site.client_secret = app["client_secret"].as_str().unwrap().to_owned().into();
        for one in world.hand("GET", "/_sim/people", "", None).await["items"].as_array().unwrap() {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            let first = text("name").split(' ').next().unwrap().to_owned();
            let person = Person { id: text("id"), email: text("email"), hand: text("token") };
            world.people.insert(first, person);
        }
        world.trust().await;
        world
    }

    /// What reports are proven and opened with, the vendor's keys fetched.
    pub(crate) async fn secrets(&self) -> AppSecrets {
        let keys = self.client(LoginKind::Admin, None, Some("none"), None).public_keys().await.unwrap();
        AppSecrets {
            hook_key: hook_key(),
            public_keys: keys.into_iter().collect(),
            private_keys: [("entente-1".to_owned(), PrivateKey(content_key().into()))].into(),
            app_login: Some(app_login()),
            logins: [].into(),
        }
    }

    /// Begins to take what is reported.
    async fn trust(&self) {
        let secrets = self.secrets().await;
        *self.inbox.receiver.lock().unwrap() = Some(Teams.receiver(&self.site, secrets).unwrap());
    }

    pub(crate) fn receiver(&self) -> Arc<dyn Receiver> {
        self.inbox.receiver.lock().unwrap().clone().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.millis())
    }

    pub(crate) fn person(&self, first: &str) -> Person {
        self.people.get(first).unwrap_or_else(|| panic!("nobody is called {first}")).clone()
    }

    /// A call by hand; the answer must be a success.
    pub(crate) async fn hand(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.try_hand(method, path, token, body).await;
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        answer
    }

    async fn try_hand(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = http::Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.header("content-type", "application/json").body(body).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// From now on every other request of ours is `late` on its way.
    pub(crate) fn unevenly(&self, late: Duration) {
        let count = Arc::new(AtomicUsize::new(0));
        let uneven = move |request: Request, next: axum::middleware::Next| {
            let even = count.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
            let wait = if even { late } else { Duration::ZERO };
            async move {
                tokio::time::sleep(wait).await;
                next.run(request).await
            }
        };
        let uneven = self.router.clone().layer(axum::middleware::from_fn(uneven));
        self.transport.register(AUTHORITY, uneven);
    }

    /// What somebody says by hand; the message's id.
    pub(crate) async fn say(&self, who: &Person, chat: &str, text: &str) -> String {
        let body = json!({"body": {"contentType": "text", "content": text}});
        let path = format!("/v1.0/chats/{chat}/messages");
        self.hand("POST", &path, &who.hand, Some(body)).await["id"].as_str().unwrap().to_owned()
    }

    async fn form(&self, fields: &[(&str, &str)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = http::Request::builder()
            .method("POST")
            .uri(format!("/{}/oauth2/v2.0/token", self.sim.tenant()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A person's token for our app, by the code exchange that the profile describes.
    pub(crate) async fn sign_in(&self, person: &Person) -> String {
        self.sign_in_for(person, Teams.profile().oauth.account_scopes).await
    }

    /// The same for other scopes.
    pub(crate) async fn sign_in_for(&self, person: &Person, scopes: &[&str]) -> String {
        let oauth = &Teams.profile().oauth;
        let consent = json!({"person": person.id, "answer": "approve"});
        self.hand("POST", "/_sim/consent", "", Some(consent)).await;
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", self.site.client_id.as_str()),
                ("response_type", "code"),
                ("redirect_uri", BACK),
                ("scope", &scopes.join(" ")),
                ("login_hint", &person.email),
            ])
            .finish();
        let path = oauth.authorize_path.replace("{tenant}", self.sim.tenant());
        let request = http::Request::builder().uri(format!("{path}?{query}")).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
        self.form(&self.with_secret(&fields)).await
    }

    /// The app's own token.
    pub(crate) async fn as_app(&self, scope: &str) -> String {
        self.form(&self.with_secret(&[("grant_type", "client_credentials"), ("scope", scope)])).await
    }

    fn with_secret<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        use secrecy::ExposeSecret as _;
        let own = [
            ("client_id", self.site.client_id.as_str()),
            ("client_secret", self.site.client_secret.expose_secret()),
        ];
        [fields, &own].concat()
    }

    fn client(
        &self,
        kind: LoginKind,
        account: Option<AccountRef>,
        token: Option<&str>,
        app: Option<&str>,
    ) -> Arc<dyn Client> {
        let transport = Arc::new(self.transport.clone());
        let http = Http::new(transport, Arc::new(Limiter::new(1.0)), Duration::from_secs(30));
        let tokens = |token: &str| Arc::new(Fixed(token.to_owned())) as Arc<dyn Tokens>;
        let credentials = Credentials {
            login: if kind == LoginKind::App { app_login() } else { login() },
            kind,
            account,
            tokens: tokens(token.unwrap_or_default()),
            app_tokens: app.map(tokens),
        };
        Teams.client(&Arc::new(self.site.clone()), http, credentials)
    }

    /// Graph as a person.
    pub(crate) async fn as_person(&self, first: &str) -> Arc<dyn Client> {
        self.as_person_for(first, Teams.profile().oauth.account_scopes).await
    }

    /// The same, with what somebody may have consented to in former times.
    pub(crate) async fn as_person_for(&self, first: &str, scopes: &[&str]) -> Arc<dyn Client> {
        let person = self.person(first);
        let token = self.sign_in_for(&person, scopes).await;
        let app = self.as_app(Teams.profile().oauth.app_scope.unwrap()).await;
        self.client(LoginKind::Account, Some(person.account()), Some(&token), Some(&app))
    }

    /// The connector as our app.
    pub(crate) async fn as_bot(&self) -> Arc<dyn Client> {
        let token = self.as_app("https://api.botframework.com/.default").await;
        self.client(LoginKind::App, None, Some(&token), None)
    }

    /// The same, and it may ask Graph by its own right.
    pub(crate) async fn as_bot_in_graph(&self) -> Arc<dyn Client> {
        let token = self.as_app("https://api.botframework.com/.default").await;
        let graph = self.as_app(Teams.profile().oauth.app_scope.unwrap()).await;
        self.client(LoginKind::App, None, Some(&token), Some(&graph))
    }

    /// Sees to what is reported around a person.
    pub(crate) async fn listen(&self, client: &dyn Client, chats: &[ConversationRef]) -> Listening {
        self.try_listen(client, chats, false).await.unwrap()
    }

    pub(crate) async fn try_listen(
        &self,
        client: &dyn Client,
        chats: &[ConversationRef],
        confirm: bool,
    ) -> Result<Listening, CallError> {
        let callback = Url::parse(&format!("http://{OURS}/hooks/sales")).unwrap();
        let certificate = certificate();
        let key = hook_key();
        let wanted = Listen {
            login: login(),
            callback: &callback,
            key: &key,
            certificate: Some(("entente-1", &certificate)),
            conversations: chats,
            now: self.now(),
        };
        if confirm { client.confirm(&wanted).await } else { client.listen(&wanted).await }
    }

    /// The next `count` items that were reported, oldest first. Forgeries fail the test.
    pub(crate) async fn reported(&self, count: usize) -> Vec<Item> {
        let waiting = async {
            loop {
                let more = self.inbox.more.notified();
                if self.inbox.items.lock().unwrap().len() >= count {
                    break;
                }
                more.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(1), waiting).await;
        let refused = self.inbox.refused.lock().unwrap().clone();
        assert!(refused.is_empty(), "{refused:?}");
        let mut items = self.inbox.items.lock().unwrap();
        assert!(waited.is_ok(), "only {:?} were reported", *items);
        items.drain(..count).collect()
    }

    /// The next head and how its message stands.
    pub(crate) async fn opened(&self) -> (Head, Snapshot) {
        match self.reported(1).await.remove(0) {
            Item::Head(head) => {
                let snapshot = self.receiver().open(&head.message, head.body.as_ref().unwrap()).unwrap();
                (head, snapshot)
            }
            other => panic!("{other:?}"),
        }
    }

    /// The chat of two people, made by hand.
    pub(crate) async fn chat(&self, one: &Person, other: &Person) -> ConversationRef {
        let member = |person: &Person| {
            json!({"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
                "user@odata.bind": format!("http://{AUTHORITY}/v1.0/users('{}')", person.id)})
        };
        let chat = json!({"chatType": "oneOnOne", "members": [member(one), member(other)]});
        let chat = self.hand("POST", "/v1.0/chats", &one.hand, Some(chat)).await;
        conversation(chat["id"].as_str().unwrap())
    }
}

/// Takes a webhook as the product's door does.
async fn take(State(inbox): State<Inbox>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let channel = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let query = parts.uri.query().map(str::to_owned);
    let body = body.collect().await.unwrap().to_bytes();
    let receiver = inbox.receiver.lock().unwrap().clone();
    let Some(receiver) = receiver else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let now = Timestamp::from_millis(inbox.now.lock().unwrap().unwrap().millis());
    match receiver.check(Hook::new(channel.clone(), query, parts.headers, body), now) {
        Ok(Checked::Answer(answer)) => answer.map(Body::from).into_response(),
        Ok(Checked::Deliver(hook)) => {
            inbox.items.lock().unwrap().extend(receiver.heads(&hook));
            inbox.more.notify_one();
            receiver.thanks().into_response()
        }
        Err(why) => {
            inbox.refused.lock().unwrap().push(format!("{channel}: {why}"));
            inbox.more.notify_one();
            StatusCode::UNAUTHORIZED.into_response()
        }
    }
}
