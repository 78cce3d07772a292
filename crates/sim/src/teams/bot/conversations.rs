//! Opening a personal chat, and who is in it. Bot Framework REST API reference: "Create Conversation", "Get Conversation
//! Members", "Get Conversation Paged Members"; Microsoft Teams: "Send proactive messages".

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{activities, install, not_installed, open};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::apps::App;
use crate::teams::call::Call;
use crate::teams::people::Person;
use crate::teams::sim::Sim;

/// `POST v3/conversations`: finds or opens the chat with one person; with `activity`, also says something.
pub(super) fn create(sim: &Arc<Sim>, call: &Call, bot: &App) -> Outcome {
    let body = super::body(call)?;
    let bad = |message: &'static str| Refusal::new(StatusCode::BAD_REQUEST, "BadSyntax", message);
    if body["isGroup"].as_bool() == Some(true) {
        return Err(bad("Only personal conversations are simulated."));
    }
    let member = match body["members"].as_array().map(Vec::as_slice) {
        Some([one]) => one["id"].as_str().unwrap_or_default(),
        _ => return Err(bad("Exactly one member is needed.")),
    };
    let tenant = body["tenantId"].as_str().or_else(|| body["channelData"]["tenant"]["id"].as_str());
    if tenant != Some(&*sim.tenant) {
        return Err(bad("The tenant id is missing or is not the one the bot is installed in."));
    }
    let person = person(sim, member).ok_or_else(|| bad("Failed to decrypt conversation id."))?;
    if !bot.installed_for(&person.id) {
        return Err(not_installed());
    }
    install::install(sim, bot, &person, false, &call.base);
    let id = install::conversation(sim, &bot.client_id, &person.id);
    sim.throttle_bot(&bot.client_id, &id, true)?;
    let mut shown = json!({"id": id, "serviceUrl": format!("{}/amer/", call.base)});
    let mut answer = None;
    if body["activity"].is_object() {
        let sent = activities::say(sim, call, bot, &id, &body["activity"])?;
        shown["activityId"] = sent.body.as_ref().map_or(Value::Null, |body| body["id"].clone());
        answer = Some(sent);
    }
    let mut out = Answer::with(StatusCode::CREATED, shown);
    if let Some(sent) = answer {
        out = out.changed(sent.change).held(sent.hold);
    }
    Ok(out)
}

/// A member by the bot's name for it or by object id.
fn person(sim: &Sim, id: &str) -> Option<Arc<Person>> {
    let id = sim.apps().accounts.get(id).map_or_else(|| id.to_owned(), ToString::to_string);
    sim.people.find(&id).filter(|person| *person.id == *id).cloned()
}

/// `GET …/members` and `GET …/members/{id}`.
pub(super) fn members(sim: &Sim, bot: &App, id: &str, member: Option<&str>) -> Outcome {
    let all = roster(sim, bot, id)?;
    let Some(wanted) = member else { return Ok(Answer::ok(Value::Array(all))) };
    let found = all.into_iter().find(|one| one["id"] == wanted || one["aadObjectId"] == wanted);
    let missing = || {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "MemberNotFoundInConversation",
            "The member is not in the conversation.",
        )
    };
    Ok(Answer::ok(found.ok_or_else(missing)?))
}

/// `GET …/pagedmembers`; a personal chat fits one page.
pub(super) fn paged(sim: &Sim, bot: &App, id: &str) -> Outcome {
    Ok(Answer::ok(json!({"members": roster(sim, bot, id)?})))
}

fn roster(sim: &Sim, bot: &App, id: &str) -> Result<Vec<Value>, Refusal> {
    sim.throttle_bot(&bot.client_id, id, false)?;
    let mut chats = sim.chats();
    let chat = open(&mut chats, bot, id)?;
    let members: Vec<Arc<Person>> = chat.members.clone();
    drop(chats);
    Ok(members.iter().map(|person| member_json(sim, bot, person)).collect())
}

/// Microsoft Teams: `TeamsChannelAccount`.
fn member_json(sim: &Sim, bot: &App, person: &Person) -> Value {
    json!({
        "id": install::account(sim, &bot.client_id, &person.id),
        "name": person.name,
        "aadObjectId": &*person.id,
        "email": person.mail,
        "givenName": person.property("givenName"),
        "surname": person.property("surname"),
        "userPrincipalName": person.mail,
        "tenantId": &*sim.tenant,
        "userRole": "user",
    })
}
