//! Tokens that end and are refreshed.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, App, BOT_SCOPES, INES, Sim, USER_SCOPES};

async fn world() -> (Sim, App, Value) {
    let sim = Sim::new().await;
    let app = sim.app(json!({"token_rotation": true})).await;
    let answer = sim.install(&app, ADA, BOT_SCOPES, USER_SCOPES).await;
    (sim, app, answer)
}

async fn refresh(sim: &Sim, app: &App, token: &Value) -> super::Reply {
    let arguments = json!({"client_id": app.client, "client_secret": app.secret, "grant_type": "refresh_token",
        "refresh_token": token});
    sim.call("", "oauth.v2.access", arguments).await
}

async fn works(sim: &Sim, token: &Value) -> bool {
    sim.call(token.as_str().unwrap(), "auth.test", json!({})).await.body["ok"] == true
}

#[tokio::test(start_paused = true)]
async fn bot_and_person_are_refreshed_apart_and_answered_flat() {
    let (sim, app, answer) = world().await;
    assert!(answer["access_token"].as_str().unwrap().starts_with("xoxe.xoxb-1-"));
    assert!(answer["authed_user"]["access_token"].as_str().unwrap().starts_with("xoxe.xoxp-1-"));
    assert!(answer["refresh_token"].as_str().unwrap().starts_with("xoxe-1-"));
    assert_eq!(
        (&answer["expires_in"], &answer["authed_user"]["expires_in"]),
        (&json!(43_200), &json!(43_200))
    );
    let person = refresh(&sim, &app, &answer["authed_user"]["refresh_token"]).await;
    assert_eq!((&person.ok()["token_type"], &person.body["scope"]), (&json!("user"), &json!(USER_SCOPES)));
    assert!(works(&sim, &person.body["access_token"]).await);
    assert!(
        works(&sim, &answer["authed_user"]["access_token"]).await,
        "a refresh does not end the token before"
    );
    let bot = refresh(&sim, &app, &answer["refresh_token"]).await;
    assert_eq!((&bot.ok()["token_type"], &bot.body["bot_user_id"]), (&json!("bot"), &answer["bot_user_id"]));
    let test = sim.call(bot.body["access_token"].as_str().unwrap(), "auth.test", json!({})).await;
    assert_eq!(test.ok()["expires_in"], 43_200);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_works_once_and_a_little_longer() {
    let (sim, app, answer) = world().await;
    let old = &answer["refresh_token"];
    let new = refresh(&sim, &app, old).await.ok()["refresh_token"].clone();
    refresh(&sim, &app, old).await.ok();
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(refresh(&sim, &app, old).await.refused(), "invalid_refresh_token");
    refresh(&sim, &app, &new).await.ok();
    assert_eq!(refresh(&sim, &app, &json!("xoxe-1-no")).await.refused(), "invalid_refresh_token");
    let other = sim.app(json!({"name": "Other"})).await;
    assert_eq!(refresh(&sim, &other, &new).await.refused(), "invalid_refresh_token");
}

#[tokio::test(start_paused = true)]
async fn two_tokens_live_and_each_for_twelve_hours() {
    let (sim, app, answer) = world().await;
    let second = refresh(&sim, &app, &answer["refresh_token"]).await.body;
    let third = refresh(&sim, &app, &second["refresh_token"]).await.body;
    assert!(!works(&sim, &answer["access_token"]).await, "the oldest of three ended");
    assert!(works(&sim, &second["access_token"]).await && works(&sim, &third["access_token"]).await);
    tokio::time::advance(Duration::from_hours(12)).await;
    let late = sim.call(third["access_token"].as_str().unwrap(), "auth.test", json!({})).await;
    assert_eq!(late.refused(), "token_expired");
    let fresh = refresh(&sim, &app, &third["refresh_token"]).await;
    assert!(works(&sim, &fresh.ok()["access_token"]).await);
    sim.by_hand("/_sim/expire", json!({"token": fresh.body["access_token"]})).await;
    let expired = sim.call(fresh.body["access_token"].as_str().unwrap(), "auth.test", json!({})).await;
    assert_eq!(expired.refused(), "token_expired");
}

#[tokio::test(start_paused = true)]
async fn revoking_ends_one_token_and_nothing_is_told() {
    let sim = Sim::new().await;
    let app = sim.app(json!({"token_rotation": true, "user_events": ["tokens_revoked"]})).await;
    let answer = sim.install(&app, ADA, "", USER_SCOPES).await["authed_user"].clone();
    let receiver = sim.receiver(&app).await;
    let token = answer["access_token"].as_str().unwrap();
    sim.call(token, "auth.revoke", json!({})).await.ok();
    assert_eq!(sim.call(token, "auth.test", json!({})).await.refused(), "token_revoked");
    assert!(works(&sim, &refresh(&sim, &app, &answer["refresh_token"]).await.ok()["access_token"]).await);
    receiver.raw(0).await;
    // Taking the grant back by hand ends everything.
    sim.by_hand("/_sim/revoke", json!({"person": ADA, "app": app.id})).await;
    assert_eq!(receiver.events(1).await[0]["tokens"]["oauth"], json!([sim.id(ADA)]));
    assert_eq!(refresh(&sim, &app, &answer["refresh_token"]).await.refused(), "invalid_refresh_token");
}

#[tokio::test(start_paused = true)]
async fn old_tokens_are_exchanged_once() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bot = sim.install(&app, INES, BOT_SCOPES, "").await["access_token"].clone();
    let arguments = json!({"client_id": app.client, "client_secret": app.secret, "token": bot});
    let early = sim.call("", "oauth.v2.exchange", arguments.clone()).await;
    assert_eq!(early.refused(), "token_rotation_not_enabled");
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"token_rotation": true})).await;
    sim.by_hand(&format!("/_sim/apps/{}", app.id), json!({"token_rotation": false})).await;
    let pair = sim.call("", "oauth.v2.exchange", arguments.clone()).await;
    assert_eq!((&pair.ok()["token_type"], &pair.body["expires_in"]), (&json!("bot"), &json!(43_200)));
    assert!(!works(&sim, &bot).await && works(&sim, &pair.body["access_token"]).await);
    assert_eq!(sim.call("", "oauth.v2.exchange", arguments).await.refused(), "invalid_token");
}
