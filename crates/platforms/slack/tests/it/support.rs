//! A stand-in for Slack that answers with what a test gives it, and keeps what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::Request;
use entente_model::{AccountRef, ConversationRef, MessageRef, Timestamp, WorkspaceRef};
use entente_platform::conformance::script;
use entente_platform::{Client, LoginKind, Site};
use entente_platform_slack::Slack;
use serde_json::Value;

pub(crate) const ADA: &str = "U0ADA00001";
pub(crate) const BOB: &str = "U0BOB00001";
pub(crate) const DIRECT: &str = "D0ADABOB01";
pub(crate) const TS: &str = "1733000000.000100";

/// A payload as the vendor documents it.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../fixtures/slack/", $name, ".json"))
    };
}

pub(crate) use entente_platform::conformance::script::{Reply, login};
pub(crate) use fixture;

/// One call as it came: its method, and its arguments, of a form as of a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) arguments: Value,
}

/// An answer with status 200.
pub(crate) fn ok(body: &str) -> Reply {
    Reply::new(200, body)
}

/// A refusal as Slack makes it.
pub(crate) fn refused(code: &str) -> Reply {
    ok(&format!(r#"{{"ok":false,"error":"{code}"}}"#))
}

/// Any answer.
pub(crate) fn status(status: u16, body: &str) -> Reply {
    Reply::new(status, body)
}

/// Slack as the test writes it.
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

    /// The same, the methods only.
    #[track_caller]
    pub(crate) fn methods(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.method).collect()
    }

    /// A client whose account is `account`.
    pub(crate) fn client(&self, account: Option<&str>) -> Arc<dyn Client> {
        self.client_of(LoginKind::Account, account)
    }

    /// The same, of any kind.
    pub(crate) fn client_of(&self, kind: LoginKind, account: Option<&str>) -> Arc<dyn Client> {
        self.0.client(&Slack, site(), (kind, account.map(self::account)), read)
    }
}

/// What is kept of a call.
async fn read(request: Request) -> Asked {
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().query(), None, "arguments and tokens never stand in an address");
    let method = request.uri().path().strip_prefix("/api/").unwrap().to_owned();
    assert_eq!(request.headers()["authorization"], "Bearer token");
    let media = request.headers()["content-type"].to_str().unwrap().to_owned();
    let bytes = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let arguments = if media == "application/json; charset=utf-8" {
        serde_json::from_slice(&bytes).unwrap()
    } else {
        assert_eq!(media, "application/x-www-form-urlencoded");
        let pairs = url::form_urlencoded::parse(&bytes).into_owned();
        Value::Object(pairs.map(|(name, value)| (name, Value::String(value))).collect())
    };
    Asked { method, arguments }
}

pub(crate) fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "slack".into(), id: "acme".into() }
}

pub(crate) fn site() -> Site {
    site_at("https://slack.example", "T0ACME0001")
}

pub(crate) fn site_at(base: &str, team: &str) -> Site {
    let addresses = [("api", format!("{base}/api")), ("login", base.to_owned())];
    let addresses: BTreeMap<_, _> =
        addresses.into_iter().map(|(name, url)| (name.to_owned(), url.parse().unwrap())).collect();
    Site {
        workspace: workspace(),
        addresses,
        tenant: Some(team.to_owned()),
        client_id: "1.2".into(),
        client_secret: "secret".to_owned().into(),
        secrets: [("signing".to_owned(), "signing secret".to_owned().into())].into(),
        settings: [].into(),
    }
}

pub(crate) fn account(id: &str) -> AccountRef {
    AccountRef { workspace: workspace(), id: id.into() }
}

pub(crate) fn direct() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: DIRECT.into() }
}

pub(crate) fn message(ts: &str) -> MessageRef {
    MessageRef { conversation: direct(), id: ts.into() }
}

/// Seconds and the count within.
pub(crate) fn at(seconds: i64, count: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000 + count)
}
