//! An endpoint that keeps what it is sent, for hand-shakes, notifications and activities.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::world::World;

/// How a listener answers a notification.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answers {
    Status(u16),
    Late(u64),
}

/// An endpoint that keeps what it is sent.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    inner: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    posts: Vec<(HeaderMap, Value)>,
    answers: VecDeque<Answers>,
    tokens: Vec<String>,
    spoiled: Option<&'static str>,
}

impl Listener {
    /// Listens at `https://{authority}/…`; answers hand-shakes properly and everything else with 202.
    pub(crate) fn at(world: &World, authority: &str) -> Self {
        let listener = Self::default();
        let router = Router::new().fallback(hear).with_state(listener.clone());
        world.courier.register(authority, router);
        listener
    }

    /// The next notifications are answered like this.
    pub(crate) fn answer_next(&self, answers: impl IntoIterator<Item = Answers>) {
        self.inner.lock().unwrap().answers.extend(answers);
    }

    /// Hand-shakes are answered wrongly: `body`, `status`, `type` or `late`.
    pub(crate) fn spoil(&self, how: Option<&'static str>) {
        self.inner.lock().unwrap().spoiled = how;
    }

    /// The validation tokens seen.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.inner.lock().unwrap().tokens.clone()
    }

    /// Everything posted so far.
    pub(crate) fn posts(&self) -> Vec<Value> {
        self.inner.lock().unwrap().posts.iter().map(|(_, body)| body.clone()).collect()
    }

    pub(crate) fn headers(&self, n: usize) -> HeaderMap {
        self.inner.lock().unwrap().posts[n].0.clone()
    }

    /// The items of all notifications so far.
    pub(crate) fn items(&self) -> Vec<Value> {
        self.posts().iter().flat_map(|post| post["value"].as_array().cloned().unwrap_or_default()).collect()
    }

    /// Waits, in virtual time, until there are `count` items, and gives them.
    pub(crate) async fn wait_items(&self, count: usize) -> Vec<Value> {
        for _ in 0..30_000 {
            if self.items().len() >= count {
                return self.items();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("only {} of {count} notifications came", self.items().len());
    }

    /// Waits until there are `count` posts, and gives them.
    pub(crate) async fn wait_posts(&self, count: usize) -> Vec<Value> {
        for _ in 0..30_000 {
            if self.posts().len() >= count {
                return self.posts();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("only {} of {count} posts came", self.posts().len());
    }
}

async fn hear(State(listener): State<Listener>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    if let Some((_, token)) = query.into_iter().find(|(name, _)| name == "validationToken") {
        let spoiled = {
            let mut heard = listener.inner.lock().unwrap();
            heard.tokens.push(token.clone());
            heard.spoiled
        };
        return match spoiled {
            Some("body") => "something else".into_response(),
            Some("status") => (StatusCode::ACCEPTED, token).into_response(),
            Some("type") => axum::Json(token).into_response(),
            Some("late") => {
                tokio::time::sleep(Duration::from_secs(11)).await;
                token.into_response()
            }
            _ => token.into_response(),
        };
    }
    let answer = {
        let mut heard = listener.inner.lock().unwrap();
        heard.posts.push((parts.headers, serde_json::from_slice(&bytes).unwrap_or_default()));
        heard.answers.pop_front()
    };
    match answer {
        None => StatusCode::ACCEPTED.into_response(),
        Some(Answers::Status(code)) => StatusCode::from_u16(code).unwrap().into_response(),
        Some(Answers::Late(millis)) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            StatusCode::ACCEPTED.into_response()
        }
    }
}
