//! The operator's program and people's browsers, as far as bringing in an organisation needs them: the product is asked
//! over its API and its pages, the vendor's consent is given as a standing answer.

use std::collections::BTreeMap;

use axum::Router;
use entente_testkit::setup::call;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

/// Somebody with cookies, and perhaps the operator's token.
pub(crate) struct Browser {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser that has been nowhere yet.
    #[expect(clippy::disallowed_methods, reason = "a browser's own calls, not a platform's")]
    pub(crate) fn new(base: &Url, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let http = http.expect("a plain client can be built");
        Self { http, base: base.clone(), token: token.map(str::to_owned), cookies: BTreeMap::new() }
    }

    /// Asks the API; `None` when nobody answers or not with success.
    pub(crate) async fn api(&mut self, method: Method, path: &str, body: Option<&Value>) -> Option<Value> {
        let url = self.base.join(&format!("/api/v1{path}")).expect("a fixed path");
        let answer = self.open(method, &url, body).await?;
        let succeeded = answer.status().is_success();
        let body = answer.bytes().await.ok()?;
        if !succeeded {
            println!("{path} was refused: {}", String::from_utf8_lossy(&body));
            return None;
        }
        Some(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Does something through the API.
    ///
    /// # Panics
    /// When it is refused.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Value {
        self.api(Method::POST, path, Some(body)).await.unwrap_or_else(|| panic!("{path} was refused"))
    }

    /// Opens a page that leads to the vendor's consent, agrees there as this person, and comes back.
    ///
    /// # Panics
    /// When any step is refused.
    pub(crate) async fn consent(&mut self, method: Method, from: &Url, vendor: &Router, email: &str) {
        let away = self.open(method, from, None).await.expect("the server answers");
        let mut url = location(&away, from);
        let authority = url.authority().to_owned();
        let standing = json!({"person": email, "answer": "approve"});
        call(vendor, &authority, "POST", "/_sim/consent", None, Some(standing)).await;
        url.query_pairs_mut().append_pair("login_hint", email);
        let back = self.open(Method::GET, &url, None).await.expect("the vendor answers");
        let back = location(&back, &url);
        let done = self.open(Method::GET, &back, None).await.expect("the server answers");
        assert_eq!(done.status(), StatusCode::OK, "after a consent");
    }

    /// Opens a page.
    pub(crate) async fn open(
        &mut self,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Option<reqwest::Response> {
        let form = method == Method::POST && body.is_none();
        let mut request = self.http.request(method, url.clone());
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        } else if form {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("");
        }
        let answer = request.send().await.ok()?;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|text| text.split(';').next()?.split_once('='));
            let (name, value) = pair.expect("a cookie has a name");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Some(answer)
    }
}

fn location(answer: &reqwest::Response, from: &Url) -> Url {
    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.unwrap_or_else(|| panic!("{} leads nowhere: {}", from.path(), answer.status()));
    from.join(to).expect("an address")
}
