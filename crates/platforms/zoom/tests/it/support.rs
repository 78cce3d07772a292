//! A stand-in for Zoom that answers with what a test gives it, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use entente_model::{AccountRef, CallError, ConversationRef, LoginId, MessageRef, WorkspaceRef};
use entente_platform::{
    Access, Client, Credentials, Http, InProcess, Limiter, LoginKind, Platform as _, Site, Tokens,
};
use entente_platform_zoom::Zoom;
use serde_json::Value;

pub(crate) const ADA: &str = "Qx3fTr0LSuKp8v2WnY1bHg";
pub(crate) const BOB: &str = "aB7kLm2pQ-Gd4_VzX9cEuw";
/// Ada's message.
pub(crate) const MESSAGE: &str = "0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10";
/// Bob's answer.
pub(crate) const REPLY: &str = "6F0C2D1E-8A35-4B07-9F61-0D4C7B2A9E18";

/// A payload as the vendor would send it.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../fixtures/zoom/", $name, ".json"))
    };
}

pub(crate) use fixture;

/// One call as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) body: Value,
}

/// What is answered, in order.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// A successful answer, made at nine o'clock.
pub(crate) fn ok(body: &str) -> Reply {
    status(200, body).header("date", "Mon, 05 Jan 2026 09:00:00 GMT")
}

/// Any answer.
pub(crate) fn status(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned() }
}

/// A refusal with this number.
pub(crate) fn refusal(code: u16, number: u32) -> Reply {
    status(code, &format!(r#"{{"code":{number},"message":"no"}}"#))
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Zoom as the test writes it.
#[derive(Clone)]
pub(crate) struct Script {
    inner: Arc<Mutex<(VecDeque<Reply>, Vec<Asked>)>>,
}

impl Script {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { inner: Arc::new(Mutex::new((replies.into_iter().collect(), Vec::new()))) }
    }

    /// What was asked; fails if an answer was left over.
    #[track_caller]
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let mut inner = self.inner.lock().unwrap();
        assert_eq!(inner.0.len(), 0, "not everything was asked for: {:?}", inner.1);
        std::mem::take(&mut inner.1)
    }

    /// The same, the lines only, below the API's address.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line.replace("https://api.zoom.example/v2", "")).collect()
    }

    async fn answer(self, request: Request) -> Response {
        let line = format!("{} {}", request.method(), request.uri());
        assert_eq!(request.headers()["authorization"], "Bearer token");
        let bytes = to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        let mut inner = self.inner.lock().unwrap();
        let reply = inner.0.pop_front().unwrap_or_else(|| panic!("nobody expected {line}"));
        inner.1.push(Asked { line, body });
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(reply.body)).unwrap()
    }

    /// A client that is Ada.
    pub(crate) fn client(&self) -> Arc<dyn Client> {
        self.client_as(LoginKind::Account, Some(account(ADA)))
    }

    /// A client of this kind.
    pub(crate) fn client_as(&self, kind: LoginKind, account: Option<AccountRef>) -> Arc<dyn Client> {
        let script = self.clone();
        let router = Router::new().fallback(move |request| script.clone().answer(request));
        let transport = InProcess::default();
        transport.register("api.zoom.example", router);
        let http = Http::new(Arc::new(transport), Arc::new(Limiter::new(1_000.0)), Duration::from_secs(10));
        let tokens = Arc::new(Fixed);
        let credentials = Credentials { login: login(), kind, account, tokens, app_tokens: None };
        Zoom.client(&Arc::new(site()), http, credentials)
    }
}

struct Fixed;

#[async_trait]
impl Tokens for Fixed {
    async fn access(&self) -> Result<Access, CallError> {
        Ok(Access { token: "token".to_owned().into(), generation: 1 })
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        Err(CallError::Reauthorize)
    }
}

pub(crate) fn login() -> LoginId {
    LoginId("0191a0d0-0000-7000-8000-000000000001".parse().unwrap())
}

pub(crate) fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "zoom".into(), id: "acme".into() }
}

pub(crate) fn site() -> Site {
    let api = ("api".to_owned(), "https://api.zoom.example/v2".parse().unwrap());
    let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned().into());
    Site {
        workspace: workspace(),
        addresses: [api].into(),
        tenant: Some("Ac7dEmoAccountId000000".to_owned()),
        client_id: "client".into(),
        client_secret: "secret".to_owned().into(),
        secrets: [secret("secret_token", "token")].into(),
        settings: [("bot_jid".to_owned(), "v1demo0bot0jid@xmpp.zoom.us".to_owned())].into(),
    }
}

pub(crate) fn account(id: &str) -> AccountRef {
    AccountRef { workspace: workspace(), id: id.into() }
}

/// The conversation of the two.
pub(crate) fn between() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: format!("{ADA}:{BOB}").into() }
}

pub(crate) fn message(id: &str) -> MessageRef {
    MessageRef { conversation: between(), id: id.into() }
}
