//! Apps by hand: what one does on the app's pages at the vendor.
//!
//! | path | in | out |
//! | --- | --- | --- |
//! | `GET /_sim/apps` | | `{"items": [settings…]}`, without secrets |
//! | `POST /_sim/apps` | `{"name", …settings}` | `{"app_id", "client_id", "client_secret", "signing_secret", "app_token", …settings}` |
//! | `POST /_sim/apps/{app}` | `{…settings}` | the same |
//!
//! Settings: `redirect_uris`, `bot_events`, `user_events`, `request_url`, `socket_mode`, `token_rotation` and `pkce` (never
//! off again), `messages_tab`, `delayed_events`, `events_off` (false switches events on again after too many failures).
//! A request URL is asked its challenge ("Events API": URL verification) before this answers; one that does not give it
//! back is not kept, and `request_url_verified` says so.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::missing;
use crate::control::Mark;
use crate::slack::Slack;
use crate::slack::answer::{Answer, Outcome};
use crate::slack::call::Call;
use crate::slack::events::delivery::signed;
use crate::slack::events::line::Line;
use crate::slack::world::World;
use crate::slack::world::apps::App;

/// What the app's pages say; what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    name: Option<String>,
    redirect_uris: Option<Vec<String>>,
    bot_events: Option<Vec<String>>,
    user_events: Option<Vec<String>>,
    request_url: Option<String>,
    socket_mode: Option<bool>,
    token_rotation: Option<bool>,
    pkce: Option<bool>,
    messages_tab: Option<bool>,
    delayed_events: Option<bool>,
    events_off: Option<bool>,
}

/// The most entries of each list of events ("App manifest").
const MOST_EVENTS: usize = 100;

/// `GET /_sim/apps`.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an endpoint")]
pub(in crate::slack) fn list(slack: &Slack, _call: &Call) -> Outcome {
    let world = slack.world();
    let items: Vec<Value> = world.apps.iter().map(settings).collect();
    Ok(Answer::plain(json!({"items": items})))
}

fn settings(app: &App) -> Value {
    let line = app.line.settings();
    json!({
        "app_id": &*app.id,
        "client_id": &*app.client,
        "name": app.name,
        "redirect_uris": app.redirect_uris,
        "bot_events": app.bot_events,
        "user_events": app.user_events,
        "request_url": line.request_url.as_deref(),
        "socket_mode": line.socket_mode,
        "sockets": app.line.sockets.count(),
        "token_rotation": app.rotation,
        "pkce": app.pkce,
        "messages_tab": app.messages_tab,
        "delayed_events": line.delayed,
        "events_off": line.off,
        "delivered": line.delivered,
        "failed": line.failed,
        "limited": line.limited,
        "bot_user": app.bot.as_ref().map(|bot| &*bot.user),
        "bot_id": app.bot.as_ref().map(|bot| &*bot.id),
        "installed": app.installed(),
        "people": app.grants.keys().map(|person| &**person).collect::<Vec<_>>(),
    })
}

/// `POST /_sim/apps`.
pub(in crate::slack) async fn register(State(slack): State<Slack>, request: Request) -> Response {
    settle(&slack, None, request).await
}

/// `POST /_sim/apps/{app}`.
pub(in crate::slack) async fn change(
    State(slack): State<Slack>,
    Path(app): Path<String>,
    request: Request,
) -> Response {
    settle(&slack, Some(app), request).await
}

async fn settle(slack: &Slack, app: Option<String>, request: Request) -> Response {
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    match settled(slack, app, &body).await {
        Ok((shown, kind)) => {
            let change = json!({"kind": kind, "app": shown["app_id"]});
            let mut response = Json(shown).into_response();
            response.extensions_mut().insert(Mark { who: Arc::from(""), change, skip: false });
            response
        }
        Err(reason) => (StatusCode::BAD_REQUEST, Json(json!({"error": reason}))).into_response(),
    }
}

async fn settled(slack: &Slack, app: Option<String>, body: &[u8]) -> Result<(Value, &'static str), String> {
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let lists = [&wanted.bot_events, &wanted.user_events];
    if lists.into_iter().flatten().any(|list| list.len() > MOST_EVENTS) {
        return Err(format!("at most {MOST_EVENTS} events"));
    }
    let request_url = wanted.request_url.clone();
    let (id, token, kind) = {
        let mut guard = slack.world();
        let world = &mut *guard;
        let known = app.as_deref().map(|app| world.apps.find(app).map(|app| Arc::clone(&app.id)));
        let (id, kind) = match known {
            Some(None) => return Err(missing().error.into_owned()),
            Some(Some(id)) => (id, "app.changed"),
            None => {
                let name =
                    wanted.name.clone().filter(|name| !name.is_empty()).ok_or("an app needs a name")?;
                (create(world, name), "app.registered")
            }
        };
        let app = world.apps.get_mut(&id).ok_or("there is no such app")?;
        apply(app, wanted);
        let scopes = ["connections:write", "authorizations:read"].map(str::to_owned).to_vec();
        (Arc::clone(&id), world.issue_app_token(&id, scopes), kind)
    };
    let verified = match request_url {
        Some(url) => Some(verify(slack, &id, &url).await),
        None => None,
    };
    let world = slack.world();
    let app = world.apps.get(&id).ok_or("there is no such app")?;
    let mut shown = settings(app);
    shown["client_secret"] = app.secret.as_str().into();
    shown["signing_secret"] = json!(&*app.signing_secret);
    shown["app_token"] = token.into();
    if let Some(verified) = verified {
        shown["request_url_verified"] = verified.into();
    }
    Ok((shown, kind))
}

fn create(world: &mut World, name: String) -> Arc<str> {
    let id = world.dice.id("A");
    let client: Arc<str> = format!("{}.{}", world.dice.digits(12), world.dice.digits(13)).into();
    let signing_secret: Arc<str> = world.dice.hex(16).into();
    let line = Arc::new(Line::new(Arc::clone(&id), Arc::clone(&signing_secret)));
    world.apps.insert(App {
        id: Arc::clone(&id),
        client,
        secret: world.dice.hex(16),
        signing_secret,
        verification_token: world.dice.hex(12),
        name,
        redirect_uris: Vec::new(),
        bot_events: Vec::new(),
        user_events: Vec::new(),
        rotation: false,
        pkce: false,
        messages_tab: true,
        bot: None,
        grants: std::collections::BTreeMap::new(),
        line,
    });
    id
}

fn apply(app: &mut App, wanted: Wanted) {
    if let Some(name) = wanted.name {
        app.name = name;
    }
    if let Some(list) = wanted.redirect_uris {
        app.redirect_uris = list;
    }
    if let Some(list) = wanted.bot_events {
        app.bot_events = list;
    }
    if let Some(list) = wanted.user_events {
        app.user_events = list;
    }
    app.rotation |= wanted.token_rotation == Some(true);
    app.pkce |= wanted.pkce == Some(true);
    app.messages_tab = wanted.messages_tab.unwrap_or(app.messages_tab);
    app.line.change(|line| {
        let before = line.socket_mode;
        line.socket_mode = wanted.socket_mode.unwrap_or(before);
        line.delayed = wanted.delayed_events.unwrap_or(line.delayed);
        line.off = wanted.events_off.unwrap_or(line.off);
    });
    if wanted.socket_mode == Some(false) {
        app.line.sockets.disconnect("link_disabled");
    }
}

/// Asks a request URL its challenge, and keeps the URL if it comes back: as text, as a form or as JSON.
async fn verify(slack: &Slack, app: &str, url: &str) -> bool {
    let (line, body, challenge, post) = {
        let mut guard = slack.world();
        let world = &mut *guard;
        let challenge = world.dice.hex(24);
        let Some(found) = world.apps.get(app) else { return false };
        let body =
            json!({"token": found.verification_token, "challenge": challenge, "type": "url_verification"});
        (Arc::clone(&found.line), Bytes::from(body.to_string()), challenge, world.events.post())
    };
    let limit = Duration::from_millis(post.control.board.get().event_timeout_ms);
    let answer = signed(url, &body, &line.signing_secret, None, limit, &post).await;
    let answer = answer.filter(|answer| answer.status().as_u16() == 200).map(http::Response::into_body);
    let text = answer.and_then(|body| String::from_utf8(body.to_vec()).ok()).unwrap_or_default();
    let in_json = serde_json::from_str::<Value>(&text).is_ok_and(|value| value["challenge"] == *challenge);
    let given = text.trim() == challenge || text.trim() == format!("challenge={challenge}") || in_json;
    if given {
        line.change(|line| line.request_url = Some(url.into()));
    }
    given
}
