//! A stand-in for Webex that answers with what a test gives it, and keeps what it was asked.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use entente_model::{AccountRef, ConversationRef, MessageRef, WorkspaceRef};
use entente_platform::conformance::script;
use entente_platform::{Client, LoginKind, Site};
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

pub(crate) use entente_platform::conformance::script::{Reply, login};
pub(crate) use fixture;

/// One call as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) body: Value,
}

/// A successful answer.
pub(crate) fn ok(body: &str) -> Reply {
    Reply::new(200, body)
}

/// Any answer.
pub(crate) fn status(status: u16, body: &str) -> Reply {
    Reply::new(status, body)
}

/// Lists in pages.
pub(crate) trait Paged {
    /// The same, with the address of the next page.
    fn next(self, address: &str) -> Self;
}

impl Paged for Reply {
    fn next(self, address: &str) -> Self {
        self.header("link", format!("<{address}>; rel=\"next\""))
    }
}

/// Webex as the test writes it.
#[derive(Clone)]
pub(crate) struct Script(script::Script<Asked>);

impl Script {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(script::Script::new(replies))
    }

    /// What was asked; fails if an answer was left over.
    #[track_caller]
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.0.asked()
    }

    /// The same, the lines only.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    /// A client whose account is `account`.
    pub(crate) fn client(&self, account: Option<&str>) -> Arc<dyn Client> {
        self.0.client(&Webex, site(), (LoginKind::Bot, account.map(self::account)), read)
    }
}

/// What is kept of a call.
async fn read(request: Request) -> Asked {
    let line = format!("{} {}", request.method(), request.uri());
    assert_eq!(request.headers()["authorization"], "Bearer token");
    let bytes = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    Asked { line, body }
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
