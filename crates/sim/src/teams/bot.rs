//! The Bot Framework: metadata for bots that check who calls them, and the connector bots call.
//!
//! Bot Connector REST reference ("Bot Framework REST API reference"), its published description, and "Authenticate
//! requests with the Bot Connector API". Personal chats, and channels of teams and group chats that a bot is
//! installed in. Of those it is told nothing but that it was installed and,
//! in groups, who comes and goes: messages that mention a bot are left out.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{self, Answer, Outcome, Refusal};
use super::apps::App;
use super::call::Call;
use super::caller::Caller;
use super::chats::{Chat, Chats, Kind};
use super::keys;
use super::sim::Sim;

mod activities;
mod conversations;
pub(crate) mod inbound;
pub(crate) mod install;
mod markdown;

/// `/v1/.well-known/openidconfiguration`.
pub(crate) fn configuration(call: &Call) -> Response {
    let body = json!({
        "issuer": "https://api.botframework.com",
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": format!("{}/v1/.well-known/keys", call.base),
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    });
    Answer::ok(body).into_response("".into())
}

/// `/v1/.well-known/keys`: the key and the channels it may speak for.
pub(crate) fn key_set() -> Response {
    let key = keys::bot_framework().jwk(&json!({"endorsements": ["msteams"]}));
    Answer::ok(json!({"keys": [key]})).into_response("".into())
}

/// Answers a call under `/{region}/v3`.
pub(crate) fn answer(sim: &Arc<Sim>, call: &Call) -> Response {
    let caller = match Caller::on_connector(sim, call) {
        Ok(caller) => caller,
        Err(refusal) => return answer::connector("".into(), Err(refusal)),
    };
    let outcome = bot(sim, &caller).and_then(|bot| route(sim, call, &bot));
    answer::connector(caller.who(), outcome)
}

fn route(sim: &Arc<Sim>, call: &Call, bot: &App) -> Outcome {
    let segments = call.route();
    let rest = segments.get(2..).unwrap_or_default();
    match (call.method.as_str(), rest) {
        ("POST", ["conversations"]) => conversations::create(sim, call, bot),
        ("POST", ["conversations", id, "activities"] | ["conversations", id, "activities", _]) => {
            activities::send(sim, call, bot, id)
        }
        ("PUT", ["conversations", id, "activities", activity]) => {
            activities::change(sim, call, bot, id, activity, false)
        }
        ("DELETE", ["conversations", id, "activities", activity]) => {
            activities::change(sim, call, bot, id, activity, true)
        }
        ("GET", ["conversations", id, "members"]) => conversations::members(sim, bot, id, None),
        ("GET", ["conversations", id, "pagedmembers"]) => conversations::paged(sim, bot, id),
        ("GET", ["conversations", id, "members", member]) => {
            conversations::members(sim, bot, id, Some(member))
        }
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, "NotFound", "No such operation.")),
    }
}

/// The registration behind the token.
fn bot(sim: &Sim, caller: &Caller) -> Result<App, Refusal> {
    let app = sim.apps().by_id.get(caller.app()).cloned();
    let app = app.filter(|app| app.bot_endpoint.is_some());
    app.ok_or_else(|| {
        Refusal::new(StatusCode::UNAUTHORIZED, "BotNotRegistered", "The bot is not registered.")
    })
}

/// The chat behind a bot's conversation id. The bot must be in it and still be installed.
fn open<'a>(chats: &'a mut Chats, bot: &App, conversation: &str) -> Result<&'a mut Chat, Refusal> {
    let missing = || Refusal::new(StatusCode::NOT_FOUND, "ConversationNotFound", "Conversation not found.");
    // A channel or group is the same to everybody; behind a channel a thread may be named.
    let channel = conversation.split_once(";messageid=").map_or(conversation, |(channel, _)| channel);
    if chats.get(channel).is_some_and(|chat| chat.kind != Kind::OneOnOne) {
        let chat = chats.get_mut(channel).ok_or_else(missing)?;
        return if chat.apps.contains(&bot.client_id) { Ok(chat) } else { Err(not_installed()) };
    }
    let id = chats.conversation(conversation).cloned().ok_or_else(missing)?;
    let chat =
        chats.get_mut(&id).filter(|chat| chat.bot.as_ref() == Some(&bot.client_id)).ok_or_else(missing)?;
    if chat.members.iter().any(|member| !bot.installed_for(&member.id)) {
        return Err(not_installed());
    }
    Ok(chat)
}

fn not_installed() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "BotNotInConversationRoster",
        "The bot is not part of the conversation roster.",
    )
}

/// The body as JSON.
fn body(call: &Call) -> Result<Value, Refusal> {
    let parsed = serde_json::from_slice(&call.body).ok().filter(Value::is_object);
    parsed.ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "BadSyntax", "The request body is not valid JSON.")
    })
}
