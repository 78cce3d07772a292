//! Sign-in: codes, tokens, consent, errors.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

use crate::teams::crypto::verified;
use crate::teams::world::{App, World, query_of};

const SCOPE: &str = "openid profile offline_access Chat.ReadWrite User.Read";

async fn token(world: &World, fields: &[(&str, &str)]) -> crate::teams::world::Reply {
    world.form(&format!("/{}/oauth2/v2.0/token", world.teams.tenant()), fields).await
}

async fn refresh(
    world: &World,
    app: &App,
    refresh: &str,
    more: &[(&str, &str)],
) -> crate::teams::world::Reply {
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("client_id", app.id.as_str()),
        ("client_secret", &app.secret),
        ("refresh_token", refresh),
    ];
    fields.extend(more);
    token(world, &fields).await
}

#[tokio::test(start_paused = true)]
async fn a_code_becomes_tokens_once_and_only_with_its_verifier() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("the verifier"));
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256"), ("nonce", "n1")];

    let code = world.code(&app, &ada, SCOPE, &pkce).await;
    let reply = world.redeem(&app, &code, &[]).await.expect(400);
    assert_eq!(reply.json["error"], "invalid_grant");
    let reply = world.redeem(&app, &code, &[("code_verifier", "another")]).await.expect(400);
    assert_eq!(reply.json["error_codes"], json!([501_481]));
    let reply =
        world.redeem(&app, &code, &[("redirect_uri", "https://bridge.example/back/")]).await.expect(400);
    assert_eq!(reply.json["error_codes"], json!([500_112]));

    let reply = world.redeem(&app, &code, &[("code_verifier", "the verifier")]).await.expect(200);
    let life = reply.json["expires_in"].as_u64().unwrap();
    assert!((3_600..5_400).contains(&life), "{life}");
    assert_eq!(reply.json["scope"], "Chat.ReadWrite User.Read");
    let keys = world.get("/common/discovery/v2.0/keys", "").await.expect(200).json;
    let claims = verified(reply.json["id_token"].as_str().unwrap(), &keys, &app.id);
    assert_eq!((&claims["oid"], &claims["nonce"]), (&json!(ada.id), &json!("n1")));
    assert_eq!(claims["tid"], world.teams.tenant());
    let me = world.get("/v1.0/me", reply.json["access_token"].as_str().unwrap()).await.expect(200);
    assert_eq!(me.json["mail"], json!(ada.email));

    let reply = world.redeem(&app, &code, &[("code_verifier", "the verifier")]).await.expect(400);
    assert_eq!(reply.json["error_codes"], json!([54_005]), "a code is good once");
    assert!(reply.json["error_description"].as_str().unwrap().starts_with("AADSTS54005: "));
}

#[tokio::test(start_paused = true)]
async fn a_code_ends_after_ten_minutes_and_an_access_token_when_it_says() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let code = world.code(&app, &ada, SCOPE, &[]).await;
    tokio::time::advance(Duration::from_secs(601)).await;
    assert_eq!(world.redeem(&app, &code, &[]).await.expect(400).json["error_codes"], json!([70_008]));

    let reply = world.sign_in(&app, &ada, SCOPE).await;
    let access = reply.json["access_token"].as_str().unwrap();
    world.get("/v1.0/me", access).await.expect(200);
    tokio::time::advance(Duration::from_secs(reply.json["expires_in"].as_u64().unwrap())).await;
    let reply = world.get("/v1.0/me", access).await.expect(401);
    assert_eq!(reply.code(), "InvalidAuthenticationToken");
}

#[tokio::test(start_paused = true)]
async fn refreshing_gives_a_new_pair_and_leaves_the_old_token_alive() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let first = world.sign_in(&app, &ada, SCOPE).await.json["refresh_token"].as_str().unwrap().to_owned();
    let second = refresh(&world, &app, &first, &[]).await.expect(200);
    let second = second.json["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    refresh(&world, &app, &first, &[]).await.expect(200);
    let less = refresh(&world, &app, second, &[("scope", "User.Read")]).await.expect(200);
    assert_eq!(less.json["scope"], "User.Read");
    assert!(less.json.get("id_token").is_none(), "openid was not asked for");
    let more = refresh(&world, &app, second, &[("scope", "Files.Read")]).await.expect(400);
    assert_eq!(more.json["error_codes"], json!([65_001]));

    world.post("/_sim/revoke", "", json!({"person": ada.email})).await.expect(204);
    let gone = refresh(&world, &app, &first, &[]).await.expect(400);
    assert_eq!((&gone.json["error"], &gone.json["suberror"]), (&json!("invalid_grant"), &json!("bad_token")));
    assert_eq!(gone.json["error_codes"], json!([50_173]));

    let third = world.sign_in(&app, &ada, SCOPE).await.json["refresh_token"].as_str().unwrap().to_owned();
    tokio::time::advance(Duration::from_hours(24 * 91)).await;
    assert_eq!(refresh(&world, &app, &third, &[]).await.expect(400).json["error_codes"], json!([700_082]));
    assert_eq!(refresh(&world, &app, "1.nonsense", &[]).await.expect(400).json["error"], "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn without_offline_access_there_is_no_refresh_token() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let reply = world.sign_in(&app, &ada, "User.Read").await;
    assert!(reply.json.get("refresh_token").is_none());
    assert!(reply.json.get("id_token").is_none());
}

#[tokio::test(start_paused = true)]
async fn clients_prove_who_they_are() {
    let world = World::new();
    let app = world.app(json!({"admin_consent": true})).await;
    let scope = "https://graph.microsoft.com/.default";
    let good = [
        ("grant_type", "client_credentials"),
        ("client_id", &app.id),
        ("client_secret", &app.secret),
        ("scope", scope),
    ];
    let with = |name: &'static str, value: &'static str| {
        let mut fields = good.to_vec();
        fields.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
        fields
    };
    token(&world, &good).await.expect(200);
    assert_eq!(token(&world, &with("client_secret", "x")).await.expect(401).json["error"], "invalid_client");
    assert_eq!(
        token(&world, &with("client_secret", "")).await.expect(401).json["error_codes"],
        json!([7_000_218])
    );
    assert_eq!(token(&world, &with("client_id", "x")).await.expect(400).json["error"], "unauthorized_client");
    assert_eq!(token(&world, &with("scope", "Chat.Read")).await.expect(400).json["error"], "invalid_scope");
    assert_eq!(
        token(&world, &with("grant_type", "password")).await.expect(400).json["error"],
        "unsupported_grant_type"
    );
    for tenant in ["common", "organizations"] {
        let reply = world.form(&format!("/{tenant}/oauth2/v2.0/token"), &good).await.expect(400);
        assert_eq!(reply.json["error"], "invalid_request", "apps have no home of their own");
    }
    let reply = world.form("/other.example/oauth2/v2.0/token", &good).await.expect(400);
    assert_eq!(reply.json["error_codes"], json!([90_002]));
    world.form("/acme.example/oauth2/v2.0/token", &good).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn roles_come_with_the_administrators_consent() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let before = world.graph_app_token(&app).await;
    world.get(&format!("/v1.0/users/{}/chats", ada.id), &before).await.expect(403);
    let path = format!(
        "/{}/v2.0/adminconsent?client_id={}&scope=https://graph.microsoft.com/.default&redirect_uri=https://bridge.example/back&state=9",
        world.teams.tenant(),
        app.id
    );
    let reply = world.get(&path, "").await.expect(302);
    let back = reply.header("location").to_owned();
    assert_eq!(query_of(&back, "admin_consent"), "True");
    assert_eq!(query_of(&back, "tenant"), world.teams.tenant());
    assert_eq!(query_of(&back, "state"), "9");
    let after = world.graph_app_token(&app).await;
    world.get(&format!("/v1.0/users/{}/chats", ada.id), &after).await.expect(200);

    world.post("/_sim/consent", "", json!({"answer": "deny"})).await.expect(204);
    let reply = world.get(&path, "").await.expect(302);
    assert_eq!(query_of(reply.header("location"), "error"), "permission_denied");
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_and_both_buttons_work() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let path = format!("/{}/oauth2/v2.0/authorize", world.teams.tenant());
    let query = format!(
        "client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fbridge.example%2Fback&scope=User.Read&state=a%26b",
        app.id
    );
    let page = world.get(&format!("{path}?{query}"), "").await.expect(200);
    assert!(page.text.contains("User.Read") && page.text.contains("Ada Okafor"), "{}", page.text);
    let base = [
        ("client_id", app.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", "https://bridge.example/back"),
        ("scope", "User.Read"),
        ("state", "a&b"),
        ("person", ada.email.as_str()),
    ];
    let mut yes = base.to_vec();
    yes.push(("decision", "approve"));
    let reply = world.form(&path, &yes).await.expect(302);
    assert_eq!(query_of(reply.header("location"), "state"), "a&b");
    let code = query_of(reply.header("location"), "code");
    world.redeem(&app, &code, &[]).await.expect(200);
    let mut no = base.to_vec();
    no.push(("decision", "deny"));
    let reply = world.form(&path, &no).await.expect(302);
    assert_eq!(query_of(reply.header("location"), "error"), "access_denied");
    assert!(query_of(reply.header("location"), "error_description").starts_with("AADSTS65004"));
    yes.retain(|(name, _)| *name != "response_type");
    yes.extend([("response_type", "code"), ("response_mode", "form_post")]);
    assert!(world.form(&path, &yes).await.expect(200).text.contains("name=\"code\""));
    yes.retain(|(name, _)| *name != "response_mode");
    yes.push(("response_mode", "fragment"));
    assert!(
        world
            .form(&path, &yes)
            .await
            .expect(302)
            .header("location")
            .starts_with("https://bridge.example/back#code=")
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_to_an_address_nobody_registered() {
    let world = World::new();
    let app = world.app(json!({})).await;
    let path = format!("/{}/oauth2/v2.0/authorize", world.teams.tenant());
    for (client, redirect) in
        [(app.id.as_str(), "https://evil.example/back"), ("nobody", "https://bridge.example/back")]
    {
        let query = format!("client_id={client}&response_type=code&redirect_uri={redirect}&scope=User.Read");
        let reply = world.get(&format!("{path}?{query}"), "").await.expect(400);
        assert!(reply.header("location").is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn consent_that_needs_an_administrator_is_refused_to_people() {
    let world = World::new();
    let (app, ada) = (world.app(json!({})).await, world.who("Ada").await);
    let ask = |hint: String, scope: &'static str, prompt: &'static str| {
        format!(
            "/{}/oauth2/v2.0/authorize?client_id={}&response_type=code&redirect_uri=https://bridge.example/back&scope={scope}&login_hint={hint}&prompt={prompt}",
            world.teams.tenant(),
            app.id
        )
    };
    let answer = async |path: String| {
        let reply = world.get(&path, "").await.expect(302);
        let url = url::Url::parse(reply.header("location")).unwrap();
        url.query_pairs().find(|(name, _)| name == "error" || name == "code").unwrap().1.into_owned()
    };
    assert_eq!(answer(ask("nobody@x.example".to_owned(), "User.Read", "none")).await, "login_required");
    assert_eq!(answer(ask(ada.email.clone(), "User.Read", "none")).await, "consent_required");
    world.post("/_sim/consent", "", json!({"answer": "approve"})).await.expect(204);
    assert!(answer(ask(ada.email.clone(), "Chat.ReadWrite", "none")).await.starts_with("0."));
    assert_eq!(answer(ask(ada.email.clone(), "ChatMember.Read", "consent")).await, "consent_required");
    world.switch(json!({"user_consent": false})).await;
    assert_eq!(answer(ask(ada.email.clone(), "Chat.ReadWrite", "consent")).await, "consent_required");
    assert!(
        answer(ask("admin@acme.example".to_owned(), "Chat.ReadWrite", "consent")).await.starts_with("0.")
    );
    assert_eq!(answer(ask(ada.email.clone(), "Chat.Nonsense", "consent")).await, "invalid_scope");
}

#[tokio::test(start_paused = true)]
async fn the_metadata_names_the_endpoints() {
    let world = World::new();
    let tenant = world.teams.tenant().to_owned();
    let two =
        world.get(&format!("/{tenant}/v2.0/.well-known/openid-configuration"), "").await.expect(200).json;
    assert_eq!(two["issuer"], format!("http://graph.example/{tenant}/v2.0"));
    let jwks = two["jwks_uri"].as_str().unwrap().strip_prefix("http://graph.example").unwrap().to_owned();
    assert_eq!(world.get(&jwks, "").await.expect(200).json["keys"][0]["kty"], "RSA");
    let one = world.get("/common/.well-known/openid-configuration", "").await.expect(200).json;
    assert_eq!(one["jwks_uri"], "http://graph.example/common/discovery/keys");
    let bots = world.get("/v1/.well-known/openidconfiguration", "").await.expect(200).json;
    assert_eq!(bots["issuer"], "https://api.botframework.com");
    let keys = world.get("/v1/.well-known/keys", "").await.expect(200).json;
    assert_eq!(keys["keys"][0]["endorsements"], json!(["msteams"]));
}
