//! What the tests of the Teams simulator stand on: a tenant in process, callers, a listener, and keys to read with.

use axum::Router;
use axum::body::Body;
use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::org;
use entente_sim::teams::{Echo, Options, Switches, Teams};
use http::HeaderMap;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Where the simulator is, as links say.
pub(crate) const BASE: &str = "http://graph.example";

/// A tenant and the way to it.
pub(crate) struct World {
    pub(crate) teams: Teams,
    pub(crate) courier: Courier,
    router: Router,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
    pub(crate) text: String,
}

impl Reply {
    /// The same, or a panic that shows what came instead.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.text, self.json);
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_default().to_owned()
    }
}

/// A person's id, address and token.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) token: String,
}

/// A registered app.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl World {
    /// Acme without limits; notifications come after the answer.
    pub(crate) fn new() -> Self {
        Self::with(0.0, Switches { echo: Echo::After, ..Switches::default() })
    }

    pub(crate) fn with(limits_factor: f64, switches: Switches) -> Self {
        let courier = Courier::in_process();
        let start = "2026-01-05T10:00:00Z".parse().unwrap();
        let teams = Teams::new(Options {
            clock: Clock::starting_at(start),
            courier: courier.clone(),
            seed: 7,
            limits_factor,
            switches,
            public_base: Some(BASE.to_owned()),
            people: org::acme(),
        });
        let router = teams.router();
        Self { teams, courier, router }
    }

    pub(crate) async fn send(&self, request: http::Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Reply {
        let mut request = http::Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Reply {
        self.call("GET", path, token, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.call("POST", path, token, Some(body)).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = http::Request::builder()
            .method("POST")
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Changes switches.
    pub(crate) async fn switch(&self, change: Value) {
        self.post("/_sim/switches", "", change).await.expect(200);
    }

    /// Somebody by first name.
    pub(crate) async fn who(&self, first: &str) -> Who {
        let people = self.get("/_sim/people", "").await.expect(200);
        let found = people.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"].as_str().is_some_and(|name| name.split(' ').next() == Some(first)));
        let found = found.unwrap_or_else(|| panic!("nobody is called {first}"));
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        Who { id: text("id"), email: text("email"), token: text("token") }
    }

    /// Registers an app; `more` is merged into the registration.
    pub(crate) async fn app(&self, more: Value) -> App {
        let mut body = json!({"name": "Bridge", "redirect_uris": ["https://bridge.example/back"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let app = self.post("/_sim/apps", "", body).await.expect(200);
        let text = |name: &str| app.json[name].as_str().unwrap().to_owned();
        App { id: text("client_id"), secret: text("client_secret") }
    }

    /// Gets a code for a person who agrees.
    pub(crate) async fn code(&self, app: &App, person: &Who, scope: &str, more: &[(&str, &str)]) -> String {
        self.post("/_sim/consent", "", json!({"person": person.id, "answer": "approve"})).await.expect(204);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", app.id.as_str()),
                ("response_type", "code"),
                ("redirect_uri", "https://bridge.example/back"),
                ("scope", scope),
                ("state", "s t"),
                ("login_hint", &person.email),
            ])
            .extend_pairs(more)
            .finish();
        let path = format!("/{}/oauth2/v2.0/authorize?{query}", self.teams.tenant());
        let reply = self.get(&path, "").await.expect(302);
        query_of(reply.header("location"), "code")
    }

    /// Signs a person in to an app and gives the answer of the token endpoint.
    pub(crate) async fn sign_in(&self, app: &App, person: &Who, scope: &str) -> Reply {
        let code = self.code(app, person, scope, &[]).await;
        self.redeem(app, &code, &[]).await.expect(200)
    }

    pub(crate) async fn redeem(&self, app: &App, code: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", &app.id),
            ("client_secret", &app.secret),
            ("code", code),
            ("redirect_uri", "https://bridge.example/back"),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more);
        self.form(&format!("/{}/oauth2/v2.0/token", self.teams.tenant()), &fields).await
    }

    /// An access token of a person for these scopes.
    pub(crate) async fn token(&self, app: &App, person: &Who, scope: &str) -> String {
        self.sign_in(app, person, scope).await.json["access_token"].as_str().unwrap().to_owned()
    }

    /// An app-only token for Graph or the Bot Framework.
    pub(crate) async fn app_token(&self, app: &App, resource: &str) -> String {
        let scope = format!("{resource}/.default");
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", app.id.as_str()),
            ("client_secret", &app.secret),
            ("scope", &scope),
        ];
        let path = format!("/{}/oauth2/v2.0/token", self.teams.tenant());
        let reply = self.form(&path, &fields).await.expect(200);
        reply.json["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn graph_app_token(&self, app: &App) -> String {
        self.app_token(app, "https://graph.microsoft.com").await
    }

    /// The one-on-one chat of two people, made by the first.
    pub(crate) async fn pair(&self, a: &Who, b: &Who) -> String {
        self.post("/v1.0/chats", &a.token, one_on_one(&[a, b])).await.expect(201).id()
    }

    /// Says something in plain text.
    pub(crate) async fn say(&self, chat: &str, token: &str, text: &str) -> Reply {
        self.post(&format!("/v1.0/chats/{chat}/messages"), token, plain(text)).await
    }

    /// Everything that changed, in order.
    pub(crate) fn changes(&self) -> Vec<Value> {
        let entries = self.teams.ledger().read(0, usize::MAX);
        entries.into_iter().filter(|entry| !entry.change.is_null()).map(|entry| entry.change).collect()
    }
}

/// A one-on-one chat in a request.
pub(crate) fn one_on_one(people: &[&Who]) -> Value {
    json!({"chatType": "oneOnOne", "members": members(people)})
}

pub(crate) fn members(people: &[&Who]) -> Value {
    people
        .iter()
        .map(|who| {
            json!({
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "roles": ["owner"],
                "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{}')", who.id),
            })
        })
        .collect()
}

/// A message in plain text.
pub(crate) fn plain(text: &str) -> Value {
    json!({"body": {"contentType": "text", "content": text}})
}

/// A message in HTML.
pub(crate) fn html(content: &str) -> Value {
    json!({"body": {"contentType": "html", "content": content}})
}

/// A parameter of an address.
pub(crate) fn query_of(address: &str, name: &str) -> String {
    let url = url::Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let found = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    found.unwrap_or_else(|| panic!("{address} has no {name}"))
}

/// A subscription to `resource`, delivered to `https://bridge.example/hook`, for 50 minutes.
pub(crate) fn subscription(resource: &str) -> Value {
    json!({
        "changeType": "created,updated,deleted",
        "notificationUrl": "https://bridge.example/hook",
        "resource": resource,
        "expirationDateTime": "2026-01-05T10:50:00Z",
        "clientState": "secret state",
    })
}
