//! A stand-in for Webex that answers with what a test gives it, and keeps what it was asked.

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
use entente_platform_webex::Webex;
use serde_json::Value;

pub(crate) const ADA: &str =
    "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";
pub(crate) const BOB: &str =
    "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDI";
pub(crate) const BOT: &str =
    "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MGI";
pub(crate) const ROOM: &str = "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL1JPT00vMTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NWEx";

/// The id of the fixtures' message of this number.
pub(crate) fn message_id(number: u8) -> &'static str {
    [
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExMC0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExMS0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExMi0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExMy0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExNC0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
        "Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL01FU1NBR0UvMGExYjJjM2QtMTExNS0xMWYwLTlhYWEtMDEyMzQ1Njc4OWFi",
    ][usize::from(number)]
}

/// A payload as the vendor documents it.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../fixtures/webex/", $name, ".json"))
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

/// A successful answer.
pub(crate) fn ok(body: &str) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.to_owned() }
}

/// Any answer.
pub(crate) fn status(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn next(self, address: &str) -> Self {
        self.header("link", format!("<{address}>; rel=\"next\""))
    }
}

/// Webex as the test writes it.
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

    /// The same, the lines only.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
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

    /// A client whose account is `account`.
    pub(crate) fn client(&self, account: Option<&str>) -> Arc<dyn Client> {
        let script = self.clone();
        let router = Router::new().fallback(move |request| script.clone().answer(request));
        let transport = InProcess::default();
        transport.register("webex.example", router);
        let http = Http::new(Arc::new(transport), Arc::new(Limiter::new(1_000.0)), Duration::from_secs(10));
        let credentials = Credentials {
            login: login(),
            kind: LoginKind::Bot,
            account: account.map(self::account),
            tokens: Arc::new(Fixed),
            app_tokens: None,
        };
        Webex.client(&Arc::new(site()), http, credentials)
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
    WorkspaceRef { platform: "webex".into(), id: "acme".into() }
}

pub(crate) fn site() -> Site {
    let api = ("api".to_owned(), "https://webex.example/v1".parse().unwrap());
    Site {
        workspace: workspace(),
        addresses: [api].into(),
        tenant: None,
        client_id: "client".into(),
        client_secret: "secret".to_owned().into(),
        secrets: [].into(),
        settings: [].into(),
    }
}

pub(crate) fn account(id: &str) -> AccountRef {
    AccountRef { workspace: workspace(), id: id.into() }
}

pub(crate) fn room() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: ROOM.into() }
}

pub(crate) fn message(number: u8) -> MessageRef {
    MessageRef { conversation: room(), id: message_id(number).into() }
}
