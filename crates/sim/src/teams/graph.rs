//! Graph v1.0: from a path to the function that answers it.
//!
//! One table of routes for calls from outside and for the parts of a `$batch`. `/me/chats/{id}/…` and
//! `/users/{id}/chats/{id}/…` are the same resources as `/chats/{id}/…`.

use std::sync::Arc;

use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::Value;

use super::answer::{self, Answer, Outcome, Refusal};
use super::call::Call;
use super::caller::Caller;
use super::sim::Sim;
use super::subscriptions;

mod batch;
pub(crate) mod channel;
mod chat;
pub(crate) mod create_chat;
pub(crate) mod draft;
pub(crate) mod drive;
mod edit;
mod hosted;
mod installed;
mod list_chats;
mod list_messages;
pub(crate) mod odata;
pub(crate) mod post;
mod quote;
mod react;
mod roster;
mod users;

/// Answers a call under `/v1.0`.
pub(crate) async fn answer(sim: &Arc<Sim>, call: &Call) -> Response {
    let (who, outcome) = run(sim, call).await;
    answer::graph(sim, call, who, outcome)
}

/// Who called and what came of it; without the wrapping of a response, for batches.
async fn run(sim: &Arc<Sim>, call: &Call) -> (Arc<str>, Outcome) {
    let caller = match Caller::on_graph(sim, call) {
        Ok(caller) => caller,
        Err(refusal) => return ("".into(), Err(refusal)),
    };
    let who = caller.who();
    let segments = call.route();
    let outcome = match segments.get(1..).unwrap_or_default() {
        ["$batch"] if call.method == Method::POST => batch::run(sim, call).await,
        ["subscriptions", rest @ ..] => subscriptions::route(sim, call, &caller, rest).await,
        rest => route(sim, call, &caller, rest),
    };
    (who, outcome)
}

fn route(sim: &Arc<Sim>, call: &Call, caller: &Caller, segments: &[&str]) -> Outcome {
    let get = call.method == Method::GET;
    match segments {
        ["me"] if get => users::me(sim, call, caller),
        ["users"] if get => users::list(sim, call, caller),
        ["users", key] if get => users::get(sim, call, caller, key),
        ["me", "revokeSignInSessions"] => revoke(sim, call, caller),
        ["chats"] if call.method == Method::POST => create_chat::create(sim, call, caller),
        ["chats"] | ["me", "chats"] if get => list_chats::own(sim, call, caller),
        ["users", key, "chats"] if get => list_chats::of(sim, call, caller, key),
        ["chats" | "me", "getAllMessages"] => Err(unknown(call)),
        ["appCatalogs", "teamsApps"] if get => installed::catalog(sim, call, caller),
        ["teams", rest @ ..] => channel::route(sim, call, caller, rest),
        ["me", "chats", id, rest @ ..] => {
            caller.must_be_person()?;
            in_chat(sim, call, caller, id, rest)
        }
        ["users", key, "chats", id, rest @ ..] => {
            let person = sim.people.find(key).ok_or_else(|| Refusal::no_such_user(key))?;
            if caller.person().is_some_and(|me| me.id != person.id) {
                return Err(Refusal::forbidden("The user of the token is not the user of the path."));
            }
            in_chat(sim, call, caller, id, rest)
        }
        ["chats", id, rest @ ..] => in_chat(sim, call, caller, id, rest),
        ["me", "drive", rest @ ..] => drive::route(sim, call, caller, caller.must_be_person()?, rest),
        ["users", key, "drive", rest @ ..] => {
            let person = sim.people.find(key).ok_or_else(|| Refusal::no_such_user(key))?;
            drive::route(sim, call, caller, person, rest)
        }
        ["drives", id, rest @ ..] => drive::route(sim, call, caller, drive::owner(sim, id)?, rest),
        ["shares", key, rest @ ..] => drive::share::route(sim, call, caller, key, rest),
        _ => Err(unknown(call)),
    }
}

fn in_chat(sim: &Arc<Sim>, call: &Call, caller: &Caller, id: &str, rest: &[&str]) -> Outcome {
    caller.licensed()?;
    if sim.chats().get(id).is_some_and(|chat| chat.team.is_some()) {
        return Err(Refusal::not_found(format!("NotFound: thread '{id}' is not found.")));
    }
    match (call.method.as_str(), rest) {
        ("GET", []) => chat::get(sim, call, caller, id),
        ("PATCH", []) => roster::rename(sim, call, caller, id),
        ("GET", ["members"]) => chat::members(sim, call, caller, id),
        ("POST", ["members"]) => roster::add(sim, call, caller, id),
        ("GET", ["members", member]) => chat::member(sim, call, caller, id, member),
        ("DELETE", ["members", member]) => roster::remove(sim, call, caller, id, member),
        ("GET", ["installedApps"]) => installed::list(sim, call, caller, id),
        ("POST", ["installedApps"]) => installed::add(sim, call, caller, id),
        ("DELETE", ["installedApps", installation]) => installed::remove(sim, call, caller, id, installation),
        ("POST", ["markChatReadForUser"]) => chat::mark(sim, call, caller, id, true),
        ("POST", ["markChatUnreadForUser"]) => chat::mark(sim, call, caller, id, false),
        ("GET", ["messages"]) => list_messages::list(sim, call, caller, id),
        ("POST", ["messages"]) => post::post(sim, call, caller, id),
        ("POST", ["messages", "replyWithQuote"]) => quote::reply(sim, call, caller, id),
        ("GET", ["messages", message]) => list_messages::get(sim, call, caller, id, message),
        ("PATCH", ["messages", message]) => edit::patch(sim, call, caller, id, message),
        ("GET", ["messages", message, "hostedContents"]) => hosted::list(sim, call, caller, id, message),
        ("GET", ["messages", message, "hostedContents", content, "$value"]) => {
            hosted::value(sim, caller, id, message, content)
        }
        ("POST", ["messages", message, "softDelete"]) => {
            edit::soft_delete(sim, call, caller, id, message, true)
        }
        ("POST", ["messages", message, "undoSoftDelete"]) => {
            edit::soft_delete(sim, call, caller, id, message, false)
        }
        ("POST", ["messages", message, "setReaction"]) => {
            react::react(sim, call, caller, (None, id), message, true)
        }
        ("POST", ["messages", message, "unsetReaction"]) => {
            react::react(sim, call, caller, (None, id), message, false)
        }
        _ => Err(unknown(call)),
    }
}

/// `POST /me/revokeSignInSessions`. Graph: "user: revokeSignInSessions".
fn revoke(sim: &Arc<Sim>, call: &Call, caller: &Caller) -> Outcome {
    if call.method != Method::POST {
        return Err(unknown(call));
    }
    let person = caller.must_be_person()?;
    sim.tokens().revoke(&person.id, None);
    let body = serde_json::json!({"@odata.context": odata::context(call, "Edm.Boolean"), "value": true});
    Ok(Answer::ok(body).changed(serde_json::json!({"kind": "token.revoked", "person": &*person.id})))
}

/// The answer for everything that is left out.
fn unknown(call: &Call) -> Refusal {
    let last = call.segments.last().map_or("", String::as_str);
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "BadRequest",
        format!("Resource not found for the segment '{last}'."),
    )
}

/// The body as JSON.
pub(crate) fn json(call: &Call) -> Result<Value, Refusal> {
    match serde_json::from_slice(&call.body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Refusal::bad(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )),
    }
}
