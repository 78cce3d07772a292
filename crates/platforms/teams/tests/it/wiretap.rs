//! A transport that answers as it was told and remembers what was asked, and tokens that count.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::CallError;
use entente_platform::{
    Access, Client, Content, Credentials, Http, Limiter, LoginKind, Platform as _, Steps, Tokens, Transport,
    Undelivered,
};
use entente_platform_teams::Teams;
use http::{Request, Response};
use serde_json::Value;

use crate::support::*;

/// One request as it left.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Method and full address, the query decoded.
    pub(crate) line: String,
    /// The bearer token.
    pub(crate) token: Option<String>,
    /// The body, if it is JSON; else null.
    pub(crate) body: Value,
    /// The body, if it is anything else.
    pub(crate) bytes: Option<Sent>,
}

/// A body that passed through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) media_type: String,
    /// `Content-Length`.
    pub(crate) length: String,
    /// `Content-Range`.
    pub(crate) range: Option<String>,
    pub(crate) bytes: Bytes,
}

/// An answer to be given.
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, &'static [(&'static str, &'static str)], String),
    Nothing(Undelivered),
}

/// Answers in order.
#[derive(Clone, Default)]
pub(crate) struct Wiretap {
    inner: Arc<Mutex<(VecDeque<Reply>, Vec<Asked>)>>,
}

impl Wiretap {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let tap = Self::default();
        tap.inner.lock().unwrap().0.extend(replies);
        tap
    }

    /// Everything that was asked; all replies must have been used.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let inner = self.inner.lock().unwrap();
        assert!(inner.0.is_empty(), "{} replies were not asked for", inner.0.len());
        inner.1.clone()
    }

    /// The same of something that may end early.
    pub(crate) fn so_far(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().1.clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub(crate) fn client(&self, kind: LoginKind) -> Arc<dyn Client> {
        self.client_with(kind, None)
    }

    pub(crate) fn client_with(&self, kind: LoginKind, app: Option<Arc<dyn Tokens>>) -> Arc<dyn Client> {
        // A factor that makes our own limits as good as none, so that real time does not matter.
        let http = Http::new(Arc::new(self.clone()), Arc::new(Limiter::new(1e6)), Duration::from_secs(10));
        let credentials = Credentials {
            login: login(),
            kind,
            account: (kind == LoginKind::Account).then(|| account(ALICE)),
            tokens: Arc::new(Fixed::new("own")),
            app_tokens: app,
        };
        Teams.client(&Arc::new(site()), http, credentials)
    }
}

impl Wiretap {
    fn answer(
        &self,
        parts: &http::request::Parts,
        body: Value,
        bytes: Option<Sent>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let uri = parts.uri.to_string();
        let line = match uri.split_once('?') {
            Some((path, query)) => {
                let pairs = url::form_urlencoded::parse(query.as_bytes());
                let pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
                format!("{} {path}?{}", parts.method, pairs.join("&"))
            }
            None => format!("{} {uri}", parts.method),
        };
        let token = header(parts, "authorization");
        let token = token.map(|value| value.strip_prefix("Bearer ").unwrap().to_owned());
        let mut inner = self.inner.lock().unwrap();
        inner.1.push(Asked { line: line.clone(), token, body, bytes });
        let response = |status: u16| Response::builder().status(status);
        match inner.0.pop_front().unwrap_or_else(|| panic!("nothing to answer to {line}")) {
            Reply::Json(status, body) => Ok(response(status).body(body.to_string().into()).unwrap()),
            Reply::Text(status, headers, body) => {
                let builder = headers
                    .iter()
                    .fold(response(status), |builder, (name, value)| builder.header(*name, *value));
                Ok(builder.body(body.into()).unwrap())
            }
            Reply::Nothing(why) => Err(why),
        }
    }
}

fn header(parts: &http::request::Parts, name: &str) -> Option<String> {
    parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
}

#[async_trait]
impl Transport for Wiretap {
    async fn carry(
        &self,
        request: Request<Bytes>,
        _: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let (parts, body) = request.into_parts();
        let body = if body.is_empty() {
            Value::Null
        } else {
            assert_eq!(header(&parts, "content-type").as_deref(), Some("application/json"));
            serde_json::from_slice(&body).unwrap()
        };
        self.answer(&parts, body, None)
    }

    async fn stream(
        &self,
        request: Request<Content>,
        _: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        let (parts, body) = request.into_parts();
        let bytes = body.whole(1 << 30).await.map_err(Undelivered::Broken)?;
        let sent = header(&parts, "content-length").map(|length| Sent {
            media_type: header(&parts, "content-type").unwrap_or_default(),
            length,
            range: header(&parts, "content-range"),
            bytes,
        });
        Ok(self.answer(&parts, Value::Null, sent)?.map(Content::from))
    }
}

/// A token that is renewed by counting.
pub(crate) struct Fixed {
    name: &'static str,
    generation: AtomicU64,
}

impl Fixed {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, generation: AtomicU64::new(0) }
    }

    fn now(&self) -> Access {
        let generation = self.generation.load(Ordering::SeqCst);
        Access { token: format!("{}-{generation}", self.name).into(), generation }
    }
}

#[async_trait]
impl Tokens for Fixed {
    async fn access(&self) -> Result<Access, CallError> {
        Ok(self.now())
    }

    async fn refused(&self, _: &Access) -> Result<Access, CallError> {
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(self.now())
    }
}
