//! Making chats. Graph: "Create chat".
//!
//! A one-on-one chat needs exactly two members and is found again if it exists, still with 201; a group is always new.
//! A person who makes a chat must be among its members. A group has at most 250 (Teams: "Limits and specifications", people in
//! a private chat).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{chat, odata, roster};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::notify;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::throttle;

const NEEDS: Needs = Needs { delegated: &["Chat.Create", "Chat.ReadWrite"], application: &["Chat.Create"] };

/// The most people in a group.
pub(super) const MOST: usize = 250;

/// `POST /chats`.
pub(crate) fn create(sim: &Arc<Sim>, call: &Call, caller: &Caller) -> Outcome {
    caller.licensed()?;
    caller.needs(&NEEDS)?;
    sim.throttle(caller, throttle::Kind::Write, None)?;
    let body = super::json(call)?;
    let members = body["members"].as_array().ok_or_else(|| Refusal::bad("Members are required."))?;
    let members: Vec<Arc<Person>> = members.iter().map(|one| member(sim, one)).collect::<Result<_, _>>()?;
    for (n, one) in members.iter().enumerate() {
        if members.iter().take(n).any(|other| other.id == one.id) {
            return Err(Refusal::bad("Duplicate chat members is specified in the request body."));
        }
    }
    if let Some(me) = caller.person()
        && !members.iter().any(|one| one.id == me.id)
    {
        return Err(Refusal::forbidden("The caller must be one of the members specified in request body."));
    }
    let topic = body["topic"].as_str().map(str::to_owned);
    match body["chatType"].as_str() {
        Some("oneOnOne") if members.len() != 2 => {
            Err(Refusal::bad("Exactly two members are needed for a one on one chat."))
        }
        Some("oneOnOne") if topic.is_some() => {
            Err(Refusal::bad("Topic is not allowed for a one on one chat."))
        }
        Some("oneOnOne") => Ok(pair(sim, call, caller, members)),
        Some("group") if members.len() > MOST => Err(Refusal::bad("Too many members for a group chat.")),
        Some("group") => {
            topic.as_deref().map(roster::topic).transpose()?;
            Ok(group(sim, call, caller, topic, members))
        }
        _ => Err(Refusal::bad("Invalid chat type specified in the request body.")),
    }
}

/// One entry of `members`: the type, roles, and a person bound by id or user principal name.
pub(super) fn member(sim: &Sim, member: &Value) -> Result<Arc<Person>, Refusal> {
    if member["@odata.type"].as_str() != Some("#microsoft.graph.aadUserConversationMember") {
        return Err(Refusal::bad("Invalid member type specified in the request body."));
    }
    let roles = member["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !roles.iter().any(|role| matches!(role.as_str(), Some("owner" | "guest"))) {
        return Err(Refusal::bad("Must specify a role for the new member."));
    }
    let bind = member["user@odata.bind"].as_str().unwrap_or_default();
    let segments = crate::teams::call::segments(bind);
    let key = match segments.iter().position(|segment| segment == "users") {
        Some(at) => segments.get(at + 1),
        None => None,
    };
    let key = key.ok_or_else(|| Refusal::bad("Bind requests expect a reference to a user."))?;
    let person = sim.people.find(key).ok_or_else(|| Refusal::no_such_user(key))?;
    Ok(Arc::clone(person))
}

fn pair(sim: &Arc<Sim>, call: &Call, caller: &Caller, members: Vec<Arc<Person>>) -> Answer {
    let mut chats = sim.chats();
    let found = match members.as_slice() {
        [a, b] => chats.pair(&a.id, &b.id).cloned(),
        _ => None,
    };
    let new = found.is_none();
    let id = found.unwrap_or_else(|| {
        let id: Arc<str> = pair_id(sim, &members).into();
        chats.add_pair(Arc::clone(&id), members, sim.millis());
        id
    });
    let body = chats.get(&id).map(|one| shown(sim, call, caller, one)).unwrap_or_default();
    drop(chats);
    let answer = created(call, &id, body);
    if !new {
        return answer;
    }
    sim.control.live.say(&id);
    answer.changed(json!({"kind": "chat.created", "chat": &*id, "type": "oneOnOne"}))
}

/// Both object ids in ascending order in every published example, but nowhere promised.
fn pair_id(sim: &Sim, members: &[Arc<Person>]) -> String {
    let mut ids: Vec<&str> = members.iter().map(|one| &*one.id).collect();
    ids.sort_unstable();
    if sim.switches().derivable_chat_ids {
        format!("19:{}@unq.gbl.spaces", ids.join("_"))
    } else {
        format!("19:uni01_{}@thread.v2", crate::teams::ids::opaque(sim.seed, &ids.join(" ")))
    }
}

fn group(
    sim: &Arc<Sim>,
    call: &Call,
    caller: &Caller,
    topic: Option<String>,
    members: Vec<Arc<Person>>,
) -> Answer {
    let id: Arc<str> = format!("19:{}@thread.v2", sim.dice.uuid().simple()).into();
    let now = sim.millis();
    let detail = json!({
        "@odata.type": "#microsoft.graph.membersAddedEventMessageDetail",
        "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
        "members": members.iter().map(|one| roster::identity(one)).collect::<Vec<_>>(),
        "initiator": roster::initiator(caller),
    });
    let mut chats = sim.chats();
    chats.add_group(Arc::clone(&id), topic, members, now);
    let event = chats.get_mut(&id).map(|one| roster::happened(one, detail, now, call));
    let body = chats.get(&id).map(|one| shown(sim, call, caller, one)).unwrap_or_default();
    drop(chats);
    let hold = event.and_then(|event| notify::publish(sim, &event));
    created(call, &id, body)
        .changed(json!({"kind": "chat.created", "chat": &*id, "type": "group"}))
        .held(hold)
}

fn shown(sim: &Sim, call: &Call, caller: &Caller, one: &crate::teams::chats::Chat) -> Value {
    let mut body = chat::shown(sim, call, caller.person(), one);
    body["@odata.context"] = json!(odata::context(call, "chats/$entity"));
    body
}

fn created(call: &Call, id: &str, body: Value) -> Answer {
    let location = format!("{}/v1.0/chats('{id}')", call.base);
    Answer::with(StatusCode::CREATED, body).header(http::header::LOCATION, &location)
}
