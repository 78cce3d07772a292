//! Consent and the exchange of codes.

use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{ADA, App, BACK, BRUNO, INES, Sim, encoded, sent_back};

async fn world() -> (Sim, App) {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    (sim, app)
}

fn wish<'a>(app: &'a App, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("client_id", app.client.as_str()),
        ("scope", ""),
        ("user_scope", "im:history,chat:write"),
        ("redirect_uri", BACK),
        ("state", "st ate"),
        ("person", ADA),
        ("decision", "approve"),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more);
    fields
}

async fn code(sim: &Sim, app: &App, more: &[(&str, &str)]) -> String {
    sent_back(&sim.consent(&wish(app, more)).await, "code")
}

fn exchange(app: &App, code: &str) -> serde_json::Value {
    json!({"client_id": app.client, "client_secret": app.secret, "redirect_uri": BACK, "code": code})
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_and_escapes() {
    let (sim, app) = world().await;
    let get = async |fields: &[(&str, &str)]| {
        let path = format!("/oauth/v2/authorize?{}", encoded(fields));
        sim.raw(Request::get(path).body(axum::body::Body::empty()).unwrap()).await
    };
    let page = get(&wish(&app, &[("state", "\"><b>"), ("scope", "chat:write"), ("login_hint", BRUNO)])).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(&format!("<option value=\"{}\" selected>", sim.id(BRUNO))));
    assert!(page.text.contains("value=\"&quot;&gt;&lt;b&gt;\"") && !page.text.contains("<b>"));
    assert!(page.text.contains("<li>im:history</li>") && page.text.contains("<li>chat:write</li>"));
    for (wrong, error) in [
        (("client_id", "1.2"), "invalid_client_id"),
        (("redirect_uri", "http://evil.test/oauth/callback"), "bad_redirect_uri"),
        (("redirect_uri", "http://console.test/oauth/callbacks"), "bad_redirect_uri"),
        (("redirect_uri", "http://console.test/oauth/callback#x"), "bad_redirect_uri"),
        (("user_scope", "im:everything"), "invalid_scope"),
        (("user_scope", ""), "no_scopes"),
        (("scope", "users:write"), "invalid_scope"),
        (("team", "T0OTHER"), "invalid_team_for_non_distributed_app"),
        (("code_challenge", "x"), "pkce_not_allowed"),
    ] {
        let page = get(&wish(&app, &[wrong])).await;
        assert_eq!(page.status, 400, "{wrong:?}");
        assert!(page.text.contains(error), "{wrong:?}: {}", page.text);
    }
    assert_eq!(
        get(&wish(&app, &[("redirect_uri", "http://console.test/oauth/callback/below")])).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_goes_back_as_one() {
    let (sim, app) = world().await;
    let reply = sim.consent(&wish(&app, &[("decision", "deny")])).await;
    assert_eq!(
        (sent_back(&reply, "error"), sent_back(&reply, "state")),
        ("access_denied".to_owned(), "st ate".to_owned())
    );
    assert_eq!(sim.consent(&wish(&app, &[("person", "nobody@acme.example")])).await.status, 400);
    assert_eq!(sim.consent(&wish(&app, &[("decision", "")])).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_standing_answer_needs_somebody_signed_in() {
    let (sim, app) = world().await;
    let path = format!("/oauth/v2/authorize?{}", encoded(&wish(&app, &[])[..5]));
    let get = async |cookie: &str| {
        let request = Request::get(&path).header("Cookie", cookie);
        sim.raw(request.body(axum::body::Body::empty()).unwrap()).await
    };
    sim.by_hand("/_sim/consent", json!({"person": ADA, "answer": "approve"})).await;
    assert_eq!(get("").await.status, 200, "nobody knows who it is");
    let signed_in = format!("b=1; d={}", sim.token(ADA));
    let code = sent_back(&get(&signed_in).await, "code");
    let answer = sim.call("", "oauth.v2.access", exchange(&app, &code)).await;
    assert_eq!(answer.ok()["authed_user"]["id"], sim.id(ADA));
    sim.by_hand("/_sim/consent", json!({"person": sim.id(ADA), "answer": "deny"})).await;
    assert_eq!(sent_back(&get(&signed_in).await, "error"), "access_denied");
    sim.by_hand("/_sim/consent", json!({"person": ADA, "answer": "ask"})).await;
    assert_eq!(get(&signed_in).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_answer_has_what_was_asked_for() {
    let (sim, app) = world().await;
    let user = sim.call("", "oauth.v2.access", exchange(&app, &code(&sim, &app, &[]).await)).await;
    assert_eq!((user.ok().get("access_token"), user.body.get("bot_user_id")), (None, None));
    let authed = &user.body["authed_user"];
    assert_eq!((&authed["token_type"], &authed["scope"]), (&json!("user"), &json!("im:history,chat:write")));
    assert!(authed["access_token"].as_str().unwrap().starts_with("xoxp-"));
    assert_eq!(user.body["team"], json!({"id": *sim.slack.team(), "name": "Acme"}));
    assert_eq!((&user.body["app_id"], &user.body["enterprise"]), (&json!(app.id), &json!(null)));
    let bot = code(&sim, &app, &[("scope", "chat:write"), ("user_scope", ""), ("person", INES)]).await;
    let bot = sim.call("", "oauth.v2.access", exchange(&app, &bot)).await;
    assert_eq!((&bot.ok()["token_type"], &bot.body["scope"]), (&json!("bot"), &json!("chat:write")));
    assert!(bot.body["access_token"].as_str().unwrap().starts_with("xoxb-"));
    assert!(bot.body["bot_user_id"].as_str().unwrap().starts_with('U'));
    assert_eq!(bot.body["authed_user"], json!({"id": sim.id(INES)}));
    // A second consent adds to the token that exists.
    let more = code(&sim, &app, &[("user_scope", "users:read")]).await;
    let more = sim.call("", "oauth.v2.access", exchange(&app, &more)).await;
    assert_eq!(more.ok()["authed_user"]["access_token"], authed["access_token"]);
    assert_eq!(more.body["authed_user"]["scope"], "im:history,chat:write,users:read");
}

#[tokio::test(start_paused = true)]
async fn a_code_works_once_in_time_for_its_client_and_address() {
    let (sim, app) = world().await;
    let other = sim.app(json!({"name": "Other"})).await;
    let first = code(&sim, &app, &[]).await;
    sim.call("", "oauth.v2.access", exchange(&app, &first)).await.ok();
    assert_eq!(sim.call("", "oauth.v2.access", exchange(&app, &first)).await.refused(), "invalid_code");
    let foreign = code(&sim, &app, &[]).await;
    assert_eq!(sim.call("", "oauth.v2.access", exchange(&other, &foreign)).await.refused(), "invalid_code");
    let late = code(&sim, &app, &[]).await;
    tokio::time::advance(std::time::Duration::from_secs(601)).await;
    assert_eq!(sim.call("", "oauth.v2.access", exchange(&app, &late)).await.refused(), "invalid_code");
    for (field, value, error) in [
        ("client_secret", "no", "bad_client_secret"),
        ("client_id", "1.2", "invalid_client_id"),
        ("redirect_uri", "http://console.test/other", "bad_redirect_uri"),
        ("grant_type", "password", "invalid_grant_type"),
    ] {
        let code = code(&sim, &app, &[]).await;
        let mut arguments = exchange(&app, &code);
        arguments[field] = value.into();
        assert_eq!(sim.call("", "oauth.v2.access", arguments).await.refused(), error);
    }
    // The secret can come in Basic credentials, and JSON is not read.
    let last = code(&sim, &app, &[]).await;
    assert_eq!(sim.json("", "oauth.v2.access", exchange(&app, &last)).await.refused(), "invalid_client_id");
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", app.client, app.secret)));
    let form = encoded(&[("code", &last), ("redirect_uri", BACK)]);
    let request = Request::post("/api/oauth.v2.access")
        .header("Authorization", basic)
        .header("Content-Type", "application/x-www-form-urlencoded");
    sim.raw(request.body(form.into()).unwrap()).await.ok();
}

#[tokio::test(start_paused = true)]
async fn pkce_stands_for_the_secret_where_the_app_allows_it() {
    let sim = Sim::new().await;
    let app = sim.app(json!({"pkce": true})).await;
    let verifier = "a-verifier-that-is-long-enough-to-be-one-0123";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let arguments = async |verifier: &str| json!({"client_id": app.client, "redirect_uri": BACK, "code": code(&sim, &app, &more).await, "code_verifier": verifier});
    sim.call("", "oauth.v2.access", arguments(verifier).await).await.ok();
    let wrong = sim.call("", "oauth.v2.access", arguments("another").await).await;
    assert_eq!(wrong.refused(), "invalid_code_verifier");
    let without = sim.call("", "oauth.v2.access", exchange(&app, &code(&sim, &app, &more).await)).await;
    assert_eq!(
        without.refused(),
        "invalid_code_verifier",
        "the challenge binds a client with a secret as well"
    );
}

#[tokio::test(start_paused = true)]
async fn a_person_alone_is_asked_and_answered_apart() {
    let (sim, app) = world().await;
    let wish = [
        ("client_id", app.client.as_str()),
        ("scope", "im:history,chat:write"),
        ("redirect_uri", BACK),
        ("state", "st ate"),
        ("person", ADA),
        ("decision", "approve"),
    ];
    let ask = async || {
        let request = Request::post("/oauth/v2_user/authorize")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(encoded(&wish)));
        sent_back(&sim.raw(request.unwrap()).await, "code")
    };
    let page = format!("/oauth/v2_user/authorize?{}", encoded(&wish));
    let page = sim.raw(Request::get(page).body(axum::body::Body::empty()).unwrap()).await;
    assert!(page.text.contains("action=\"/oauth/v2_user/authorize\"") && !page.text.contains("As the app"));
    let user = sim.call("", "oauth.v2.user.access", exchange(&app, &ask().await)).await;
    assert_eq!(
        (&user.ok()["token_type"], &user.body["scope"]),
        (&json!("user"), &json!("im:history,chat:write"))
    );
    assert_eq!((&user.body["user_id"], user.body.get("bot_user_id")), (&json!(sim.id(ADA)), None));
    let token = user.body["access_token"].as_str().unwrap();
    assert_eq!(sim.call(token, "auth.test", json!({})).await.ok()["user_id"], sim.id(ADA));
    // A code is good for the method that belongs to its page alone.
    let mismatch = "oauth_authorization_url_mismatch";
    assert_eq!(sim.call("", "oauth.v2.access", exchange(&app, &ask().await)).await.body["error"], mismatch);
    let other = code(&sim, &app, &[]).await;
    assert_eq!(sim.call("", "oauth.v2.user.access", exchange(&app, &other)).await.body["error"], mismatch);
}
