//! A running demo, seen from outside: what any client can do that reads `directory.json`.

use std::path::Path;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::program::{Running, address, command};

/// A demo.
pub(crate) struct World {
    /// The process.
    pub(crate) process: Running,
    /// Where the console is.
    pub(crate) console: String,
    http: reqwest::Client,
    directory: Value,
}

/// What somebody answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }
}

impl World {
    /// Starts one in this folder and waits until it says that it is ready.
    pub(crate) async fn start(data: &Path) -> Self {
        let command = command(&["demo", "--port", "0", "--data", data.to_str().unwrap()]);
        let mut process = Running::start(command);
        process.line("is ready");
        let console = address(data).unwrap();
        let http = http();
        let directory =
            call(&http, Method::GET, &format!("{console}/directory.json"), None, None).await.json();
        Self { process, console, http, directory }
    }

    /// The part of the directory about a platform.
    pub(crate) fn platform(&self, name: &str) -> &Value {
        &self.directory["platforms"][name]
    }

    /// Scheme and authority of a platform.
    pub(crate) fn origin(&self, name: &str) -> String {
        let base = self.platform(name)["base"].as_str().unwrap();
        base.rsplit_once('/').unwrap().0.to_owned()
    }

    /// Somebody's account on a platform.
    pub(crate) fn person(&self, platform: &str, email: &str) -> &Value {
        let mut people = self.platform(platform)["people"].as_array().unwrap().iter();
        people.find(|person| person["email"] == email).unwrap()
    }

    /// A call as the bearer of `token`.
    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        body: Option<Value>,
        token: Option<&str>,
    ) -> Answer {
        call(&self.http, method, url, body, token).await
    }

    /// Reads until `is` finds what it looks for.
    pub(crate) async fn until<T>(&self, url: &str, is: impl Fn(&Value) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + crate::program::DEADLINE;
        loop {
            let answer = self.call(Method::GET, url, None, None).await;
            if answer.status.is_success()
                && let Some(found) = is(&answer.json())
            {
                return found;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "waited in vain: {} {}",
                answer.status,
                answer.text
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Pulls a platform's plug, or puts it back.
    pub(crate) async fn plug(&self, platform: &str, open: bool) {
        let url = format!("{}/demo/plugs/{platform}", self.console);
        let done = self.call(Method::POST, &url, Some(json!({"open": open})), None).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test stands outside of the product")]
fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

async fn call(
    http: &reqwest::Client,
    method: Method,
    url: &str,
    body: Option<Value>,
    token: Option<&str>,
) -> Answer {
    let mut request = http.request(method, url);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}
