//! A stand-in for Zoom that answers with what a test gives it, and keeps what it was asked.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use entente_model::{AccountRef, ConversationRef, MessageRef, WorkspaceRef};
use entente_platform::conformance::script;
use entente_platform::{Client, LoginKind, Site};
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

pub(crate) use entente_platform::conformance::script::{Reply, login};
pub(crate) use fixture;

/// One call as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) body: Value,
}

/// A successful answer, made at nine o'clock.
pub(crate) fn ok(body: &str) -> Reply {
    status(200, body).header("date", "Mon, 05 Jan 2026 09:00:00 GMT")
}

/// Any answer.
pub(crate) fn status(status: u16, body: &str) -> Reply {
    Reply::new(status, body)
}

/// A refusal with this number.
pub(crate) fn refusal(code: u16, number: u32) -> Reply {
    status(code, &format!(r#"{{"code":{number},"message":"no"}}"#))
}

/// Zoom as the test writes it.
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

    /// The same, the lines only, below the API's address.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line.replace("https://api.zoom.example/v2", "")).collect()
    }

    /// A client that is Ada.
    pub(crate) fn client(&self) -> Arc<dyn Client> {
        self.client_as(LoginKind::Account, Some(account(ADA)))
    }

    /// A client of this kind.
    pub(crate) fn client_as(&self, kind: LoginKind, account: Option<AccountRef>) -> Arc<dyn Client> {
        self.0.client(&Zoom, site(), (kind, account), read)
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
