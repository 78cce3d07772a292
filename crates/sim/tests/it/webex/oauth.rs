//! Consent, codes, tokens and their ends.

use std::time::Duration;

use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ADA, BRUNO, IRIS, Reply, Sim};

const BACK: &str = "http://console.test/oauth/callback";
const SCOPES: &str = "spark:people_read spark:messages_read";

struct App {
    sim: Sim,
    client: String,
    secret: String,
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}

impl App {
    async fn new() -> Self {
        let sim = Sim::new().await;
        let app = sim.post("", "/_sim/apps", json!({"name": "Entente", "redirect_uris": [BACK]})).await.body;
        let text = |name: &str| app[name].as_str().unwrap().to_owned();
        Self { client: text("client_id"), secret: text("client_secret"), sim }
    }

    fn wish<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut fields = vec![
            ("client_id", self.client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", SCOPES),
            ("state", "st ate"),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more);
        fields
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Request::post(path).header("Content-Type", "application/x-www-form-urlencoded");
        self.sim.raw(request.body(encoded(fields).into()).unwrap()).await
    }

    /// A code for somebody who approves on the page.
    async fn code(&self, who: &str, more: &[(&str, &str)]) -> String {
        let mut fields = self.wish(more);
        fields.extend([("person", who), ("decision", "approve")]);
        let reply = self.form("/v1/authorize", &fields).await;
        assert_eq!(reply.status, 302, "{}", reply.text);
        sent_back(&reply).0
    }

    async fn exchange(&self, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client.as_str()),
            ("client_secret", self.secret.as_str()),
            ("redirect_uri", BACK),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more);
        self.form("/v1/access_token", &fields).await
    }

    async fn tokens(&self, who: &str) -> Value {
        let code = self.code(who, &[]).await;
        let reply = self.exchange(&[("code", &code)]).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    async fn refresh(&self, token: &Value) -> Reply {
        self.exchange(&[("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())]).await
    }
}

/// Code (or error) and state that the browser is sent back with.
fn sent_back(reply: &Reply) -> (String, String) {
    let location = url::Url::parse(reply.headers["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(BACK));
    let pairs: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let find =
        |names: &[&str]| pairs.iter().find(|(key, _)| names.contains(&key.as_str())).unwrap().1.clone();
    (find(&["code", "error"]), find(&["state"]))
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_and_escapes() {
    let app = App::new().await;
    let fields = app.wish(&[("state", "\"><b>"), ("login_hint", BRUNO)]);
    let page = app.sim.get("", &format!("/v1/authorize?{}", encoded(&fields))).await;
    assert_eq!(
        (page.status, &page.headers["content-type"]),
        (200, &"text/html;charset=UTF-8".parse().unwrap())
    );
    assert!(page.text.contains(&format!("<option value=\"{BRUNO}\" selected>")));
    assert!(page.text.contains("value=\"&quot;&gt;&lt;b&gt;\"") && !page.text.contains("<b>"));
    for wrong in [
        ("client_id", "C1"),
        ("redirect_uri", "http://console.test/oauth/callback/"),
        ("response_type", "token"),
        ("scope", ""),
    ] {
        let fields = app.wish(&[wrong]);
        app.sim.get("", &format!("/v1/authorize?{}", encoded(&fields))).await.refused(400);
    }
}

#[tokio::test(start_paused = true)]
async fn approving_denying_and_standing_answers() {
    let app = App::new().await;
    let mut fields = app.wish(&[]);
    fields.extend([("person", ADA), ("decision", "deny")]);
    let denied = app.form("/v1/authorize", &fields).await;
    assert_eq!(sent_back(&denied), ("access_denied".to_owned(), "st ate".to_owned()));
    let hinted = format!("/v1/authorize?{}", encoded(&app.wish(&[("login_hint", ADA)])));
    let consent = |answer: &str| app.sim.post("", "/_sim/consent", json!({"person": ADA, "answer": answer}));
    assert_eq!(consent("approve").await.status, 204);
    let (code, state) = sent_back(&app.sim.get("", &hinted).await);
    assert_eq!((app.exchange(&[("code", &code)]).await.status, state.as_str()), (200, "st ate"));
    consent("deny").await;
    assert_eq!(sent_back(&app.sim.get("", &hinted).await).0, "access_denied");
    consent("ask").await;
    assert_eq!(app.sim.get("", &hinted).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn the_token_object() {
    let app = App::new().await;
    let tokens = app.tokens(ADA).await;
    assert_eq!(
        (&tokens["expires_in"], &tokens["refresh_token_expires_in"]),
        (&json!(1_209_599), &json!(7_775_999))
    );
    assert_eq!((&tokens["token_type"], &tokens["scope"]), (&json!("Bearer"), &json!(SCOPES)));
    let access = tokens["access_token"].as_str().unwrap();
    let ledger = app.sim.webex.ledger().read(0, 1000);
    let exchange = ledger.iter().find(|entry| entry.path == "/v1/access_token").unwrap();
    assert_eq!(exchange.who, format!("app:{}", app.client));
    assert!(access.contains("_P0A1_"));
    assert_eq!(app.sim.get(access, "/v1/people/me").await.body["id"], app.sim.id(ADA));
    let expiry = app.sim.get(access, "/v1/authorizations/tokenExpiry").await.body["exp"].as_i64().unwrap();
    let start: jiff::Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
    assert_eq!(expiry, start.as_millisecond() + 1_209_600_000);
    let reply = app.sim.get(access, "/v1/rooms").await;
    assert_eq!(reply.refused(403), "Missing required scope: spark:rooms_read");
    let message = json!({"toPersonEmail": BRUNO, "text": "x"});
    app.sim.post(access, "/v1/messages", message).await.refused(403);
    let hook = super::hook_body("all", "all");
    app.sim.post(access, "/v1/webhooks", hook).await.refused(403);
    assert_eq!(
        app.sim.post(access, "/v1/webhooks", super::hook_body("messages", "created")).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn a_code_works_once_in_time_for_its_client_and_address() {
    let app = App::new().await;
    let code = app.code(ADA, &[]).await;
    assert_eq!(app.exchange(&[("code", &code)]).await.status, 200);
    app.exchange(&[("code", &code)]).await.refused(400);
    for wrong in [("client_secret", "x"), ("client_id", "Cx")] {
        let code = app.code(ADA, &[]).await;
        app.exchange(&[("code", &code), wrong]).await.refused(401);
        assert_eq!(app.exchange(&[("code", &code)]).await.status, 200, "a stranger does not spend it");
    }
    let code = app.code(ADA, &[]).await;
    app.exchange(&[("code", &code), ("redirect_uri", "http://console.test/")]).await.refused(400);
    app.exchange(&[("code", &code)]).await.refused(400);
    let code = app.code(ADA, &[]).await;
    tokio::time::advance(Duration::from_mins(10)).await;
    app.exchange(&[("code", &code)]).await.refused(400);
    app.exchange(&[("grant_type", "password")]).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn a_challenge_needs_its_verifier() {
    let app = App::new().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("verifier"));
    let asked = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let code = app.code(ADA, &asked).await;
    app.exchange(&[("code", &code), ("code_verifier", "wrong")]).await.refused(400);
    let code = app.code(ADA, &asked).await;
    assert_eq!(app.exchange(&[("code", &code), ("code_verifier", "verifier")]).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn credentials_may_be_basic() {
    let app = App::new().await;
    let code = app.code(ADA, &[]).await;
    let basic = STANDARD.encode(format!("{}:{}", app.client, app.secret));
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    let request = Request::post("/v1/access_token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", format!("Basic {basic}"))
        .body(encoded(&fields).into())
        .unwrap();
    assert_eq!(app.sim.raw(request).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn tokens_expire_and_are_refreshed() {
    let app = App::new().await;
    let tokens = app.tokens(ADA).await;
    tokio::time::advance(Duration::from_hours(14 * 24)).await;
    app.sim.get(tokens["access_token"].as_str().unwrap(), "/v1/people/me").await.refused(401);
    let fresh = app.refresh(&tokens["refresh_token"]).await.body;
    assert_eq!(fresh["refresh_token"], tokens["refresh_token"], "kept");
    assert_eq!(fresh["refresh_token_expires_in"], 7_775_999, "its life began anew");
    assert_eq!(app.sim.get(fresh["access_token"].as_str().unwrap(), "/v1/people/me").await.status, 200);
    tokio::time::advance(Duration::from_hours(90 * 24)).await;
    app.refresh(&tokens["refresh_token"]).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn refreshing_by_switches() {
    let app = App::new().await;
    app.sim.switch(json!({"refresh_restarts": false})).await;
    let tokens = app.tokens(ADA).await;
    tokio::time::advance(Duration::from_secs(1000)).await;
    let fresh = app.refresh(&tokens["refresh_token"]).await.body;
    assert_eq!(fresh["refresh_token_expires_in"], 7_774_999);
    app.sim.switch(json!({"refresh_rotates": true})).await;
    let fresh = app.refresh(&tokens["refresh_token"]).await.body;
    assert_ne!(fresh["refresh_token"], tokens["refresh_token"]);
    app.refresh(&tokens["refresh_token"]).await.refused(400);
    assert_eq!(app.refresh(&fresh["refresh_token"]).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_account_has_so_many_live_tokens() {
    let app = App::new().await;
    app.sim.switch(json!({"live_tokens_per_account": 2})).await;
    let tokens = app.tokens(ADA).await;
    let second = app.refresh(&tokens["refresh_token"]).await.body;
    let third = app.refresh(&tokens["refresh_token"]).await.body;
    app.sim.get(tokens["access_token"].as_str().unwrap(), "/v1/people/me").await.refused(401);
    for token in [second, third] {
        assert_eq!(app.sim.get(token["access_token"].as_str().unwrap(), "/v1/people/me").await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn revoking_ends_what_was_granted_and_its_webhooks_only() {
    let app = App::new().await;
    let tokens = app.tokens(ADA).await;
    let access = tokens["access_token"].as_str().unwrap();
    let hook = app.sim.hook(access, "messages", "created").await;
    let own = app.sim.hook(ADA, "messages", "created").await;
    let bruno = app.tokens(BRUNO).await;
    assert_eq!(app.sim.post("", "/_sim/revoke", json!({"person": ADA})).await.status, 204);
    app.sim.get(access, "/v1/people/me").await.refused(401);
    app.refresh(&tokens["refresh_token"]).await.refused(400);
    assert_eq!(app.sim.get(ADA, "/v1/people/me").await.status, 200, "the person's own session stays");
    assert_eq!(app.sim.get(bruno["access_token"].as_str().unwrap(), "/v1/people/me").await.status, 200);
    let hooks = app.sim.get("", "/_sim/webhooks").await;
    let active = |id: &str| hooks.items().iter().find(|hook| hook["id"] == id).unwrap()["active"].clone();
    assert_eq!((active(&hook), active(&own)), (json!(false), json!(true)));
}

#[tokio::test(start_paused = true)]
async fn one_token_is_revoked_or_expired_alone() {
    let app = App::new().await;
    let tokens = app.tokens(ADA).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(app.sim.post("", "/_sim/expire", json!({"token": access})).await.status, 204);
    app.sim.get(access, "/v1/people/me").await.refused(401);
    let fresh = app.refresh(&tokens["refresh_token"]).await.body;
    let access = fresh["access_token"].as_str().unwrap();
    app.sim.post("", "/_sim/revoke", json!({"token": access})).await;
    app.sim.get(access, "/v1/people/me").await.refused(401);
    assert_eq!(app.refresh(&tokens["refresh_token"]).await.status, 200);
    app.sim.post("", "/_sim/revoke", json!({"token": "made up"})).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn whether_an_integration_may_create_bots_is_a_switch() {
    let app = App::new().await;
    let tokens = app.tokens(IRIS).await;
    let access = tokens["access_token"].as_str().unwrap();
    let bot = |email: &str| json!({"type": "bot", "name": "Eva", "botEmail": email});
    assert_eq!(app.sim.post(access, "/v1/applications", bot("a@webex.bot")).await.status, 200);
    app.sim.switch(json!({"applications_scope": "application:webhooks_write"})).await;
    app.sim.post(access, "/v1/applications", bot("b@webex.bot")).await.refused(403);
    app.sim.switch(json!({"applications_scope": null, "applications_by_integration": false})).await;
    app.sim.post(access, "/v1/applications", bot("b@webex.bot")).await.refused(403);
    assert_eq!(app.sim.post(IRIS, "/v1/applications", bot("b@webex.bot")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn how_a_refusal_is_called_is_a_switch() {
    let app = App::new().await;
    let mut fields = app.wish(&[]);
    fields.extend([("person", ADA), ("decision", "deny")]);
    for name in ["access_denied", "consent_required"] {
        app.sim.switch(json!({"consent_refusal": name})).await;
        assert_eq!(sent_back(&app.form("/v1/authorize", &fields).await).0, name);
    }
}

#[tokio::test(start_paused = true)]
async fn how_long_codes_and_tokens_live_are_switches() {
    for (code_lives, access_lives, refresh_lives) in [(600, 1_209_600, 7_776_000), (30, 60, 120)] {
        let app = App::new().await;
        let lives = json!({"code_seconds": code_lives, "access_token_seconds": access_lives,
            "refresh_token_seconds": refresh_lives, "refresh_restarts": false});
        app.sim.switch(lives).await;
        let almost = |seconds: u64| tokio::time::advance(Duration::from_secs(seconds - 1));
        let one_second = || tokio::time::advance(Duration::from_secs(1));

        let (prompt, late) = (app.code(ADA, &[]).await, app.code(ADA, &[]).await);
        almost(code_lives).await;
        let tokens = app.exchange(&[("code", &prompt)]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        one_second().await;
        app.exchange(&[("code", &late)]).await.refused(400);

        let tokens = app.tokens(ADA).await;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(tokens["expires_in"], access_lives - 1);
        assert_eq!(tokens["refresh_token_expires_in"], refresh_lives - 1);
        almost(access_lives).await;
        assert_eq!(app.sim.get(access, "/v1/people/me").await.status, 200);
        one_second().await;
        app.sim.get(access, "/v1/people/me").await.refused(401);
        almost(refresh_lives - access_lives).await;
        assert_eq!(app.refresh(&tokens["refresh_token"]).await.status, 200);
        one_second().await;
        app.refresh(&tokens["refresh_token"]).await.refused(400);
    }
}
