//! What all methods share: how arguments come, what tokens may do, and how answers look.

use axum::extract::Request;
use serde_json::json;

use super::{ADA, App, BOT_SCOPES, BRUNO, INES, Sim};

#[tokio::test(start_paused = true)]
async fn tokens_come_in_the_header_or_in_a_form_and_nowhere_else() {
    let sim = Sim::new().await;
    assert_eq!(sim.send("", "auth.test", None).await.refused(), "not_authed");
    assert_eq!(sim.send("xoxb-no", "auth.test", None).await.refused(), "invalid_auth");
    let me = sim.send(ADA, "auth.test", None).await;
    assert_eq!(me.ok()["user_id"], sim.id(ADA));
    assert_eq!(me.body["team_id"], *sim.slack.team());
    assert!(me.body.get("bot_id").is_none());
    let form = sim.call("", "auth.test", json!({"token": sim.token(ADA)})).await;
    assert_eq!(form.ok()["user_id"], sim.id(ADA));
    assert_eq!(sim.json("", "auth.test", json!({"token": sim.token(ADA)})).await.refused(), "not_authed");
    let query =
        Request::get(format!("/api/auth.test?token={}", sim.token(ADA))).body(().to_string_body()).unwrap();
    assert_eq!(sim.raw(query).await.refused(), "not_authed");
    let lower = Request::post("/api/auth.test").header("Authorization", format!("bearer {}", sim.token(ADA)));
    assert_eq!(sim.raw(lower.body(().to_string_body()).unwrap()).await.refused(), "not_authed");
}

/// An empty body, readable where it stands.
trait EmptyBody {
    fn to_string_body(&self) -> axum::body::Body;
}

impl EmptyBody for () {
    fn to_string_body(&self) -> axum::body::Body {
        axum::body::Body::empty()
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_forms_parts_json_or_a_query() {
    let sim = Sim::new().await;
    let user = sim.id(BRUNO);
    let query = Request::get(format!("/api/users.info?user={user}"))
        .header("Authorization", format!("Bearer {}", sim.token(ADA)));
    assert_eq!(sim.raw(query.body(().to_string_body()).unwrap()).await.ok()["user"]["id"], user);
    let part = format!("--xx\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\n{user}\r\n--xx--\r\n");
    let parts = sim.send(ADA, "users.info", Some(("multipart/form-data; boundary=xx", part))).await;
    assert_eq!(parts.ok()["user"]["id"], user);
    // Only methods that say so read JSON.
    assert_eq!(sim.json(ADA, "users.info", json!({"user": user})).await.refused(), "invalid_arguments");
    assert_eq!(sim.json(ADA, "conversations.open", json!({"users": user})).await.refused_or_ok(), "ok");
    let kinds = [
        (Some(("application/json", "{".to_owned())), "invalid_json"),
        (Some(("application/json", "[]".to_owned())), "json_not_object"),
        (Some(("multipart/form-data", "x".to_owned())), "invalid_form_data"),
        (Some(("image/png", "x".to_owned())), "invalid_post_type"),
        (Some(("", "x".to_owned())), "missing_post_type"),
    ];
    for (body, error) in kinds {
        assert_eq!(sim.send(ADA, "auth.test", body).await.refused(), error);
    }
    let empty = sim.send(ADA, "auth.test", Some(("application/json;charset=utf-8", String::new()))).await;
    assert!(empty.ok().get("warning").is_none());
    let bare = sim.send(ADA, "auth.test", Some(("application/json", "{}".to_owned()))).await;
    assert_eq!(bare.ok()["warning"], "missing_charset");
    assert_eq!(bare.body["response_metadata"]["warnings"], json!(["missing_charset"]));
    assert_eq!(sim.call(ADA, "users.nothing", json!({})).await.refused(), "unknown_method");
    let echoed = sim.json("", "api.test", json!({"error": "my_error"})).await;
    assert_eq!(echoed.refused(), "my_error");
}

impl super::Reply {
    fn refused_or_ok(&self) -> &str {
        if self.body["ok"] == true { "ok" } else { self.refused() }
    }
}

async fn installed() -> (Sim, App, String) {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let bot = sim.bot(&app).await;
    (sim, app, bot)
}

#[tokio::test(start_paused = true)]
async fn scopes_are_checked_and_named() {
    let (sim, app, bot) = installed().await;
    let reply = sim.call(&bot, "users.profile.get", json!({})).await;
    assert_eq!(reply.refused(), "missing_scope");
    assert_eq!(reply.body["needed"], "users.profile:read");
    assert_eq!(reply.body["provided"], BOT_SCOPES);
    assert_eq!(reply.headers["x-oauth-scopes"], BOT_SCOPES);
    assert_eq!(reply.headers["x-accepted-oauth-scopes"], "users.profile:read");
    // More scopes reach the token that exists.
    let more = sim.install(&app, INES, "users.profile:read", "").await;
    assert_eq!(more["access_token"], bot.as_str());
    assert_eq!(more["scope"], format!("{BOT_SCOPES},users.profile:read"));
    sim.call(&bot, "users.profile.get", json!({})).await.ok();
    // An app-level token is for the app alone.
    assert_eq!(sim.call(&app.token, "users.list", json!({})).await.refused(), "not_allowed_token_type");
    assert_eq!(sim.call(&bot, "apps.connections.open", json!({})).await.refused(), "not_allowed_token_type");
    let myself = sim.call(&app.token, "auth.test", json!({})).await;
    assert_eq!(myself.ok()["app_id"], app.id.as_str());
}

#[tokio::test(start_paused = true)]
async fn the_ledger_says_who_called_what() {
    let (sim, _, bot) = installed().await;
    let from = sim.slack.ledger().len() as u64;
    let me = sim.call(&bot, "auth.test", json!({})).await.ok()["user_id"].clone();
    let channel = sim.direct(ADA, BRUNO).await;
    sim.say(ADA, &channel, "hello").await;
    sim.call("", "auth.test", json!({})).await.refused();
    let entries = sim.slack.ledger().read(from, 100);
    let told: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|entry| (&*entry.path, &*entry.who, entry.change["kind"].as_str().unwrap_or("")))
        .collect();
    let ada = sim.id(ADA);
    assert_eq!(
        told,
        [
            ("/api/auth.test", me.as_str().unwrap(), ""),
            ("/api/conversations.open", ada, "channel.opened"),
            ("/api/chat.postMessage", ada, "message.created"),
            ("/api/auth.test", "", ""),
        ]
    );
    assert_eq!(entries[2].change["text"], "hello");
    assert_eq!(entries[2].change["channel"], channel);
}
