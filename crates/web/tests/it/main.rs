//! The surfaces in process: no socket, no platform, a memory store. What needs platforms is tried with the real binary.

mod lanes;
mod serving;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use entente_engine::{Dice, Engine, Parts, Tuning, WallClock};
use entente_platform::{Http, InProcess, Limiter, Registry};
use entente_store::{Memory, Store};
use entente_web::{Operator, WebOptions, router};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt as _;

const TOKEN: &str = "the operator's token, long enough to be one";

/// The surfaces of an instance without workspaces.
async fn surfaces(public_address: &str) -> Router {
    surfaces_on(public_address, Arc::new(Memory::new())).await
}

/// The same on this store.
async fn surfaces_on(public_address: &str, store: Arc<dyn Store>) -> Router {
    let public_address: url::Url = public_address.parse().unwrap();
    let dice = Arc::new(Dice::seeded(7));
    let transport = Arc::new(InProcess::default());
    let engine = Engine::new(Parts {
        store,
        registry: Registry::default(),
        sites: Vec::new(),
        http: Http::new(transport, Arc::new(Limiter::new(1.0)), Duration::from_secs(1)),
        clock: Arc::new(WallClock),
        dice: Arc::clone(&dice),
        tuning: Tuning::at(public_address.clone()),
    });
    let operator = Operator::new(SecretString::from(TOKEN.to_owned()), dice);
    router(engine.await.unwrap(), WebOptions { public_address, operator })
}

/// What was answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    /// The cookies that were set: name and the whole header.
    fn cookies(&self) -> BTreeMap<String, String> {
        let all = self.headers.get_all(header::SET_COOKIE).into_iter().map(|value| value.to_str().unwrap());
        all.map(|text| (text.split_once('=').unwrap().0.to_owned(), text.to_owned())).collect()
    }
}

async fn ask(surfaces: &Router, request: http::request::Builder, body: &str) -> Answer {
    let answer = surfaces.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let text = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(text.to_vec()).unwrap() }
}

fn form(path: &str) -> http::request::Builder {
    Request::post(path).header("content-type", "application/x-www-form-urlencoded")
}

fn form_with_token() -> String {
    let text = TOKEN.replace(' ', "+").replace('\'', "%27").replace(',', "%2C");
    format!("token={text}")
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_other_sites_and_scripts_never_see() {
    for (address, name, secure) in [
        ("https://chat.example.org", "__Host-entente-session", true),
        ("http://127.0.0.1:7700", "entente-session", false),
    ] {
        let surfaces = surfaces(address).await;
        let wrong = ask(&surfaces, form("/sign-in"), "token=guessed").await;
        assert_eq!((wrong.status, wrong.cookies().len()), (StatusCode::FORBIDDEN, 0));
        let right = ask(&surfaces, form("/sign-in"), &form_with_token()).await;
        assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text);
        let cookie = &right.cookies()[name];
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/")
        );
        assert_eq!(cookie.contains("Secure"), secure);
        assert!(!cookie.contains(TOKEN), "the token itself stays where it is");

        let carried = cookie.split(';').next().unwrap();
        let home = ask(&surfaces, Request::get("/").header("cookie", carried), "").await;
        assert!(home.text.contains("Sign out"), "{}", home.text);
        let forged = format!("{carried}x");
        let home = ask(&surfaces, Request::get("/").header("cookie", forged), "").await;
        assert!(!home.text.contains("Sign out"));
        // A session is for people's browsers: programs need the token, so no page can drive the API.
        let api = ask(&surfaces, Request::get("/api/v1/status").header("cookie", carried), "").await;
        assert_eq!(api.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let surfaces = surfaces("http://127.0.0.1:7700").await;
    let bearer = format!("Bearer {TOKEN}");
    let made =
        ask(&surfaces, Request::post("/api/v1/sign-in-link").header("authorization", bearer), "").await;
    let made: Value = serde_json::from_str(&made.text).unwrap();
    let url: url::Url = made["url"].as_str().unwrap().parse().unwrap();
    let first = ask(&surfaces, Request::get(url.path()), "").await;
    assert_eq!((first.status, first.cookies().len()), (StatusCode::SEE_OTHER, 1));
    let second = ask(&surfaces, Request::get(url.path()), "").await;
    assert_eq!((second.status, second.cookies().len()), (StatusCode::FORBIDDEN, 0));
}

#[tokio::test]
async fn no_other_site_can_send_our_forms() {
    let surfaces = surfaces("https://chat.example.org").await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
        let request = form("/sign-in").header("host", "chat.example.org").header(name, value);
        let refused = ask(&surfaces, request, &form_with_token()).await;
        assert_eq!((refused.status, refused.cookies().len()), (StatusCode::FORBIDDEN, 0), "{name}");
    }
    let request =
        form("/sign-in").header("host", "chat.example.org").header("origin", "https://chat.example.org");
    assert_eq!(ask(&surfaces, request, &form_with_token()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn opening_a_personal_link_takes_nothing_and_says_nothing() {
    let surfaces = surfaces("https://chat.example.org").await;
    let page = ask(&surfaces, Request::get("/connect/%3Cscript%3E"), "").await;
    assert_eq!((page.status, page.cookies().len()), (StatusCode::OK, 0));
    assert!(page.text.contains("Continue") && !page.text.contains("script"), "{}", page.text);
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let surfaces = surfaces("https://chat.example.org").await;
    for path in ["/", "/nothing/here", "/api/v1/status", "/health/live", "/static/entente.css"] {
        let answer = ask(&surfaces, Request::get(path), "").await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert!(!answer.text.contains("<script") && !answer.text.contains(" style="), "{path}");
    }
}
