//! Calls as people and as our app, by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use entente_platform::{InProcess, Transport};
use entente_sim::zoom::Registered;
use http::{Method, Request, Response, header};
use serde_json::{Value, json};
use url::Url;

use super::{BACK, SIMULATOR, Somebody};

pub(super) async fn grant(transport: &InProcess, app: &Registered, who: &Somebody) -> String {
    let approve = json!({"person": who.email, "answer": "approve"});
    call(transport, Method::POST, "/_sim/consent", "", Some(approve)).await;
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &app.client_id),
        ("redirect_uri", BACK),
        ("login_hint", &who.email),
    ]);
    let request = Request::get(format!("https://{SIMULATOR}/oauth/authorize?{query}"));
    let page = transport.carry(request.body(Bytes::new()).unwrap(), None).await.unwrap();
    let back: Url = page.headers()[header::LOCATION].to_str().unwrap().parse().unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code comes back").1.into_owned();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    token(transport, app, &form).await
}

pub(super) async fn token(transport: &InProcess, app: &Registered, pairs: &[(&str, &str)]) -> String {
    let basic = STANDARD.encode(format!("{}:{}", app.client_id, app.client_secret));
    let request = Request::post(format!("https://{SIMULATOR}/oauth/token"))
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form(pairs)));
    let answer = read(&transport.carry(request.unwrap(), None).await.unwrap(), "/oauth/token");
    answer["access_token"].as_str().unwrap().to_owned()
}

pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(super) async fn call(
    transport: &InProcess,
    method: Method,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> Value {
    let url = format!("https://{SIMULATOR}{path}");
    let request = Request::builder().method(method).uri(url).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    read(&transport.carry(request.body(Bytes::from(body)).unwrap(), None).await.unwrap(), path)
}

fn read(answer: &Response<Bytes>, path: &str) -> Value {
    assert!(answer.status().is_success(), "{path}: {} {:?}", answer.status(), answer.body());
    serde_json::from_slice(answer.body()).unwrap_or(Value::Null)
}
