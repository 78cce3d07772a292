//! A stand-in for a vendor, for tests of what a connector makes of single answers: it answers with what a test gives it, in order,
//! and keeps what it was asked, in the words of that connector's tests.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use entente_model::{AccountRef, LoginId};

use super::Fixed;
use super::bench::TOTAL;
use crate::{Client, Credentials, Http, InProcess, Limiter, LoginKind, Platform, Site};

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Reply {
    /// Any answer.
    pub fn new(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }

    /// The same with this header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A vendor as a test writes it, whose calls are kept as `A`. All clones are one.
#[derive(Debug)]
pub struct Script<A>(Arc<Mutex<Inner<A>>>);

#[derive(Debug)]
struct Inner<A> {
    replies: VecDeque<Reply>,
    asked: Vec<A>,
}

impl<A> Clone for Script<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Debug + Send + 'static> Script<A> {
    /// With these answers, in order.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(Arc::new(Mutex::new(Inner { replies: replies.into_iter().collect(), asked: Vec::new() })))
    }

    /// What was asked.
    ///
    /// # Panics
    /// When an answer was left over.
    #[track_caller]
    pub fn asked(&self) -> Vec<A> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(inner.replies.len(), 0, "not everything was asked for: {:?}", inner.asked);
        std::mem::take(&mut inner.asked)
    }

    /// A client of this kind whose calls come here, with the token "token". `read` makes of a call what is kept of it.
    ///
    /// # Panics
    /// When more is asked than there are answers.
    pub fn client<R, F>(
        &self,
        platform: &dyn Platform,
        site: Site,
        (kind, account): (LoginKind, Option<AccountRef>),
        read: R,
    ) -> Arc<dyn Client>
    where
        R: Fn(Request) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = A> + Send + 'static,
    {
        let script = self.clone();
        let router = Router::new().fallback(move |request: Request| {
            let (script, asked) = (script.clone(), read(request));
            async move { script.answer(asked.await) }
        });
        let transport = InProcess::default();
        for address in site.addresses.values() {
            transport.register(address.authority(), router.clone());
        }
        let http = Http::new(Arc::new(transport), Arc::new(Limiter::new(1_000.0)), TOTAL);
        let tokens = Arc::new(Fixed("token".to_owned()));
        let credentials = Credentials { login: login(), kind, account, tokens, app_tokens: None };
        platform.client(&Arc::new(site), http, credentials)
    }

    fn answer(&self, asked: A) -> Response {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = inner.replies.pop_front().unwrap_or_else(|| panic!("nobody expected {asked:?}"));
        inner.asked.push(asked);
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(reply.body)).expect("an answer")
    }
}

/// The login whose client a script makes.
///
/// # Panics
/// Never; the id is fixed.
pub fn login() -> LoginId {
    "0191a0d0-0000-7000-8000-000000000001".parse().expect("a fixed id")
}
