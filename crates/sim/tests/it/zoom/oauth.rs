//! Sign-in: consent, tokens, refreshing, revoking, scopes and the levels of apps.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_sim::zoom::{Kind, NewApp, Registered};
use serde_json::{Value, json};

use super::{ADA, BACK, BRUNO, EVA, OLGA, OTTO, Sim};

const ME: &str = "/v2/users/me";
const SEND: &str = "/v2/chat/users/me/messages";

fn code_of(back: &url::Url) -> String {
    back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

fn refresh(token: &Value) -> [(&'static str, String); 2] {
    [
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", token["refresh_token"].as_str().unwrap().to_owned()),
    ]
}

async fn renew(sim: &Sim, app: &Registered, token: &Value) -> super::Reply {
    let form = refresh(token);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    sim.token_call(app, &form).await
}

#[tokio::test(start_paused = true)]
async fn a_user_authorizes_an_app_and_is_me() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("redirect_uri", BACK),
            ("login_hint", ADA),
        ])
        .finish();
    let page = sim.get("", &format!("/oauth/authorize?{query}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("team_chat:write:user_message") && page.text.contains("selected>Ada Okafor"));
    let back = sim.consent(&app, ADA, &[]).await;
    assert!(back.as_str().starts_with(BACK));
    assert_eq!(back.query_pairs().find(|(name, _)| name == "state").unwrap().1, "s&1");
    let code = code_of(&back);
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK)];
    let reply = sim.token_call(&app, &form).await;
    let token = &reply.body;
    assert_eq!(
        (&token["token_type"], &token["expires_in"], &token["api_url"]),
        (&json!("bearer"), &json!(3599), &json!("http://zoom.test:7704"))
    );
    assert!(token["scope"].as_str().unwrap().contains("team_chat:write:user_message"));
    let access = token["access_token"].as_str().unwrap();
    assert_eq!(sim.get(access, ME).await.body["email"], ADA);
    sim.token_call(&app, &form).await.denied(400, "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn standing_answers_spare_the_page() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let path = format!(
        "/oauth/authorize?response_type=code&client_id={}&redirect_uri={BACK}&login_hint={ADA}",
        app.client_id
    );
    sim.by_hand("consent", json!({"person": ADA, "answer": "deny"})).await;
    let refused = sim.get("", &path).await;
    assert_eq!(
        (refused.status, refused.headers["location"].to_str().unwrap()),
        (302, "https://entente.example/back?error=access_denied")
    );
    sim.by_hand("consent", json!({"person": ADA, "answer": "approve"})).await;
    assert!(sim.get("", &path).await.headers["location"].to_str().unwrap().contains("?code="));
    sim.by_hand("consent", json!({"person": ADA, "answer": "ask"})).await;
    assert_eq!(sim.get("", &path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_authorized() {
    let mut sim = Sim::new().await;
    sim.outsider().await;
    let app = sim.app(Kind::User);
    let ask = async |query: &str| sim.get("", &format!("/oauth/authorize?{query}")).await;
    let (id, server) = (&app.client_id, sim.app(Kind::Server).client_id);
    ask(&format!("client_id={id}&redirect_uri={BACK}")).await.refused(400, 4700);
    ask(&format!("response_type=code&client_id=x&redirect_uri={BACK}")).await.refused(400, 4702);
    ask(&format!("response_type=code&client_id={server}&redirect_uri={BACK}")).await.refused(400, 4702);
    ask(&format!("response_type=code&client_id={id}&redirect_uri=https://evil.example/"))
        .await
        .refused(400, 4709);
    let form = |person: &str, client: &str| {
        let body = format!(
            "person={person}&decision=approve&response_type=code&client_id={client}&redirect_uri={BACK}"
        );
        http::Request::post("/oauth/authorize")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(body))
            .unwrap()
    };
    sim.raw(form(OTTO, id)).await.refused(400, 300);
    let admin = sim.app(Kind::Admin);
    sim.raw(form(ADA, &admin.client_id)).await.refused(400, 300);
    assert_eq!(sim.raw(form(OLGA, &admin.client_id)).await.status, 302);
}

#[tokio::test(start_paused = true)]
async fn a_code_works_once_in_time_and_with_its_own_address_and_verifier() {
    let sim = Sim::new().await;
    let (app, other) = (sim.app(Kind::User), sim.app(Kind::User));
    let exchange = async |app: &Registered, code: &str, back: &str, verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        sim.token_call(app, &form).await
    };
    let code = async |more: &[(&str, &str)]| code_of(&sim.consent(&app, ADA, more).await);
    exchange(&app, &code(&[]).await, "https://entente.example/other", "")
        .await
        .denied(400, "invalid_request");
    exchange(&other, &code(&[]).await, BACK, "").await.denied(400, "invalid_grant");
    let late = code(&[]).await;
    tokio::time::advance(Duration::from_secs(301)).await;
    exchange(&app, &late, BACK, "").await.denied(400, "invalid_grant");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"a long verifier");
    let challenge = URL_SAFE_NO_PAD.encode(digest.as_ref());
    let hashed = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    exchange(&app, &code(&hashed).await, BACK, "wrong").await.denied(400, "invalid_grant");
    assert_eq!(exchange(&app, &code(&hashed).await, BACK, "a long verifier").await.status, 200);
    let plain = [("code_challenge", "verifier")];
    assert_eq!(exchange(&app, &code(&plain).await, BACK, "verifier").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_works_once() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let first = sim.authorize(&app, ADA).await;
    let second = renew(&sim, &app, &first).await.body;
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(sim.get(second["access_token"].as_str().unwrap(), ME).await.status, 200);
    assert_eq!(
        sim.get(first["access_token"].as_str().unwrap(), ME).await.status,
        200,
        "until its hour is over"
    );
    let reply = renew(&sim, &app, &first).await;
    reply.denied(400, "invalid_grant");
    assert_eq!(reply.body["reason"], "Invalid Token!");
    let other = sim.app(Kind::User);
    renew(&sim, &other, &second).await.denied(400, "invalid_grant");
    sim.switch(json!({"refresh_grace_seconds": 30, "refresh_kills_access": true, "dead_grant_status": 401}))
        .await;
    let third = renew(&sim, &app, &second).await.body;
    assert_eq!(renew(&sim, &app, &second).await.status, 200, "within the grace");
    sim.get(third["access_token"].as_str().unwrap(), ME).await.refused(401, 124);
    tokio::time::advance(Duration::from_secs(31)).await;
    renew(&sim, &app, &second).await.denied(401, "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_costs_the_grant() {
    use entente_sim::faults::{Fault, Rule, When};
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let token = sim.authorize(&app, ADA).await;
    let rule = Rule {
        name: "lost".to_owned(),
        method: "POST".to_owned(),
        path: "/oauth/token".to_owned(),
        fault: Fault::Timeout { millis: 10 },
        when: When::After,
        share: 1.0,
        times: Some(1),
    };
    sim.zoom.faults().set(vec![rule]);
    assert_eq!(renew(&sim, &app, &token).await.status, 504);
    renew(&sim, &app, &token).await.denied(400, "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn tokens_end() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let token = sim.authorize(&app, ADA).await;
    let access = token["access_token"].as_str().unwrap();
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_eq!(sim.get(access, ME).await.refused(401, 124), "Access token is expired.");
    assert_eq!(sim.get("nonsense", ME).await.refused(401, 124), "Invalid access token.");
    sim.get("", ME).await.refused(401, 124);
    let token = renew(&sim, &app, &token).await.body;
    tokio::time::advance(Duration::from_hours(24 * 91)).await;
    renew(&sim, &app, &token).await.denied(400, "invalid_grant");
    let old = sim.user_token(&app, ADA).await;
    let new = sim.user_token(&app, ADA).await;
    sim.get(&old, ME).await.refused(401, 124);
    assert_eq!(sim.get(&new, ME).await.status, 200, "authorizing again ended the earlier tokens");
    let revoked = sim.basic("/oauth/revoke", &app.client_id, &app.client_secret, &[("token", &new)]).await;
    assert_eq!(revoked.body, json!({"status": "success"}));
    sim.get(&new, ME).await.refused(401, 124);
    sim.basic("/oauth/revoke", &app.client_id, &app.client_secret, &[("token", &new)])
        .await
        .denied(400, "invalid_request");
}

#[tokio::test(start_paused = true)]
async fn the_token_endpoint_knows_its_clients_and_grants() {
    let sim = Sim::new().await;
    let (user, server) = (sim.app(Kind::User), sim.app(Kind::Server));
    sim.basic("/oauth/token", &user.client_id, "wrong", &[]).await.denied(401, "invalid_client");
    sim.basic("/oauth/token", "nobody", "x", &[]).await.denied(401, "invalid_client");
    sim.token_call(&user, &[]).await.denied(400, "invalid_request");
    sim.token_call(&user, &[("grant_type", "password")]).await.denied(400, "unsupported_grant_type");
    sim.token_call(&user, &[("grant_type", "account_credentials")])
        .await
        .denied(400, "unsupported_grant_type");
    sim.token_call(&server, &[("grant_type", "refresh_token")]).await.denied(400, "unsupported_grant_type");
    let wrong = [("grant_type", "account_credentials"), ("account_id", "x")];
    sim.token_call(&server, &wrong).await.denied(400, "invalid_request");
    let account = sim.zoom.account_id();
    let path = format!("/oauth/token?grant_type=account_credentials&account_id={account}");
    let reply = sim.basic(&path, &server.client_id, &server.client_secret, &[]).await;
    assert_eq!(reply.status, 200, "parameters are taken from the query as well");
    assert!(reply.body.get("refresh_token").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_user_token_is_me_and_an_account_token_is_anybody() {
    let sim = Sim::new().await;
    let user = sim.user_token(&sim.app(Kind::User), ADA).await;
    let server = sim.app_token(&sim.app(Kind::Server), "account_credentials").await;
    let own = format!("/v2/chat/users/{}/messages", sim.id(ADA));
    let message = json!({"to_contact": BRUNO, "message": "x"});
    assert_eq!(sim.post(&user, SEND, message.clone()).await.status, 201);
    let reply = sim.post(&user, &own, message.clone()).await;
    assert!(reply.refused(400, 4711).contains("scopes:[team_chat:write:user_message:admin]"));
    assert_eq!(sim.post(&server, &own, message.clone()).await.status, 201);
    let by_email = format!("/v2/chat/users/{EVA}/messages");
    assert_eq!(sim.post(&server, &by_email, message.clone()).await.status, 201);
    sim.post(&server, SEND, message.clone()).await.refused(400, 4700);
    sim.post(&server, "/v2/chat/users/nobody/messages", message.clone()).await.refused(404, 1001);
    sim.switch(json!({"server_says_me": true})).await;
    sim.post(&server, SEND, message.clone()).await;
    assert_eq!(sim.get(&server, ME).await.body["email"], OLGA, "the owner of the app");
    sim.switch(json!({"acting": "acted_for"})).await;
    sim.post(&server, &own, message.clone()).await.refused(400, 200);
    let admin = sim.user_token(&sim.app(Kind::Admin), OLGA).await;
    assert_eq!(sim.get(&admin, ME).await.body["email"], OLGA);
    let as_owner = format!("/v2/chat/users/{}/messages", sim.id(OLGA));
    assert_eq!(sim.post(&admin, &as_owner, message).await.status, 201, "who has the role");
    let writers: Vec<String> =
        sim.changes("message.created").iter().map(|one| one["author"].to_string()).collect();
    let expected = [ADA, ADA, EVA, OLGA, OLGA].map(|email| json!(sim.id(email)).to_string());
    assert_eq!(writers, expected);
}

#[tokio::test(start_paused = true)]
async fn a_call_needs_its_scope_in_either_family() {
    let sim = Sim::new().await;
    let with = async |scopes: &[&str]| {
        let app = sim.zoom.register_app(NewApp {
            name: "Narrow".to_owned(),
            kind: Kind::User,
            redirect_uris: vec![BACK.to_owned()],
            scopes: Some(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
            chatbot: false,
            bot_endpoint: None,
            deauthorization_endpoint: None,
        });
        sim.user_token(&app, ADA).await
    };
    let list = format!("{SEND}?to_contact={BRUNO}");
    let message = json!({"to_contact": BRUNO, "message": "x"});
    let granular = with(&["team_chat:read:list_user_messages"]).await;
    assert_eq!(sim.get(&granular, &list).await.status, 200);
    let reply = sim.post(&granular, SEND, message.clone()).await;
    let expected = "Invalid access token, does not contain scopes:[team_chat:write:user_message].";
    assert_eq!(reply.refused(400, 4711), expected);
    let classic = with(&["chat_message:read"]).await;
    assert_eq!(sim.get(&classic, &list).await.status, 200);
    let reply = sim.post(&classic, SEND, message.clone()).await;
    assert!(reply.refused(400, 4711).ends_with("[chat_message:write]."));
    sim.switch(json!({"missing_scope_code": 4700})).await;
    sim.get(&classic, ME).await.refused(400, 4700);
    let writing = with(&["chat_message:write"]).await;
    assert_eq!(sim.post(&writing, SEND, message).await.status, 201);
    assert_eq!(sim.get(&writing, &list).await.status, 200, "the classic scope for writing reads as well");
}
