//! One chat: what it is, who is in it, how far one has read. Changing the first two is in [`super::roster`].

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::odata;
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::chats::{Chat, Chats};
use crate::teams::clockwork::zulu_millis;
use crate::teams::message::View;
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::switches::Stranger;
use crate::teams::throttle;

/// Reading a chat or its members.
pub(super) const READ: Needs = Needs {
    delegated: &["Chat.ReadBasic", "Chat.Read", "Chat.ReadWrite"],
    application: &["Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All", "ChatMember.Read.All"],
};

/// Marking, hiding and the like.
pub(super) const WRITE: Needs = Needs { delegated: &["Chat.ReadWrite"], application: &[] };

/// Finds a chat for a caller: apps reach every chat, people their own.
pub(crate) fn open<'a>(
    sim: &Sim,
    chats: &'a mut Chats,
    caller: &Caller,
    id: &str,
) -> Result<&'a mut Chat, Refusal> {
    let missing = || Refusal::not_found(format!("NotFound: thread '{id}' is not found."));
    let chat = chats.get_mut(id).ok_or_else(missing)?;
    match caller.person() {
        Some(person) if !chat.has(&person.id) => Err(match sim.switches().stranger {
            Stranger::Forbidden => {
                Refusal::forbidden("InsufficientPrivileges: the user is not a member of the thread.")
            }
            Stranger::NotFound => missing(),
        }),
        _ => Ok(chat),
    }
}

/// `GET /chats/{id}`, with `$expand=members` and `lastMessagePreview`. Graph: "Get chat".
pub(super) fn get(sim: &Sim, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&READ)?;
    sim.throttle(caller, throttle::Kind::ReadChats, Some(id))?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, id)?;
    let mut body = shown(sim, call, caller.person(), chat);
    body["@odata.context"] = json!(odata::context(call, "chats/$entity"));
    drop(chats);
    odata::select(call, &mut body);
    Ok(Answer::ok(body))
}

/// `GET /chats/{id}/members`. Graph: "List conversationMembers".
pub(super) fn members(sim: &Sim, call: &Call, caller: &Caller, id: &str) -> Outcome {
    caller.needs(&READ)?;
    sim.throttle(caller, throttle::Kind::Read, Some(id))?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, id)?;
    let members = chat.members.iter().map(|member| member_json(sim, chat, member)).collect();
    let count = chat.members.len();
    drop(chats);
    Ok(Answer::ok(odata::page(call, &format!("chats('{id}')/members"), members, None, Some(count))))
}

/// `GET /chats/{id}/members/{member}`. Graph: "Get conversationMember".
pub(super) fn member(sim: &Sim, call: &Call, caller: &Caller, id: &str, member: &str) -> Outcome {
    caller.needs(&READ)?;
    sim.throttle(caller, throttle::Kind::Read, Some(id))?;
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, id)?;
    let found = chat.members.iter().find(|one| member_id(sim, chat, one) == member);
    let mut body = member_json(sim, chat, found.ok_or_else(|| Refusal::not_found("Membership not found."))?);
    body["@odata.context"] = json!(odata::context(call, &format!("chats('{id}')/members/$entity")));
    Ok(Answer::ok(body))
}

/// `POST /chats/{id}/markChatReadForUser` and `markChatUnreadForUser`. Graph: "chat: markChatReadForUser".
pub(super) fn mark(sim: &Sim, call: &Call, caller: &Caller, id: &str, read: bool) -> Outcome {
    let person = caller.licensed_person()?;
    caller.needs(&WRITE)?;
    sim.throttle(caller, throttle::Kind::Write, Some(id))?;
    let body = super::json(call)?;
    if body["user"]["id"].as_str() != Some(&*person.id) {
        return Err(Refusal::forbidden("The user in the body is not the user of the token."));
    }
    let mut chats = sim.chats();
    let chat = open(sim, &mut chats, caller, id)?;
    let up_to = if read {
        chat.last().map_or(chat.created, |message| message.id)
    } else {
        let text = body["lastMessageReadDateTime"].as_str().unwrap_or_default();
        text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond)
    };
    chat.read.insert(Arc::clone(&person.id), up_to);
    drop(chats);
    let change = json!({"kind": "chat.read", "chat": id, "person": &*person.id, "up_to": up_to.to_string()});
    Ok(Answer::no_content().changed(change))
}

/// A chat as Graph shows it, with what `$expand` asks for.
pub(crate) fn shown(sim: &Sim, call: &Call, person: Option<&Arc<Person>>, chat: &Chat) -> Value {
    let link: String = url::form_urlencoded::byte_serialize(chat.id.as_bytes()).collect();
    let mut body = json!({
        "id": &*chat.id,
        "topic": chat.topic,
        "createdDateTime": zulu_millis(chat.created),
        "lastUpdatedDateTime": zulu_millis(chat.updated),
        "chatType": chat.kind.word(),
        "webUrl": format!("https://teams.microsoft.com/l/chat/{link}/0?tenantId={}", sim.tenant),
        "tenantId": &*sim.tenant,
        "onlineMeetingInfo": null,
        "isHiddenForAllMembers": false,
        "migrationMode": null,
        "originalCreatedDateTime": null,
    });
    body["viewpoint"] = person.map_or(Value::Null, |person| {
        let read = chat.read.get(&person.id).copied();
        json!({"isHidden": false, "lastMessageReadDateTime": read.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), zulu_millis)})
    });
    let expand = call.param("expand").unwrap_or_default();
    if expand.contains("members") {
        body["members"] = chat.members.iter().map(|member| member_json(sim, chat, member)).collect();
    }
    if expand.contains("lastMessagePreview") {
        let switches = sim.switches();
        let view = View {
            chat: &chat.id,
            tenant: &sim.tenant,
            switches: &switches,
            all_members: call.prefers("include-unknown-enum-members"),
        };
        body["lastMessagePreview"] = chat.last().map_or(Value::Null, |message| message.preview(view));
    }
    body
}

fn member_json(sim: &Sim, chat: &Chat, member: &Person) -> Value {
    let readable = chat.readable.get(&member.id).copied();
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "id": member_id(sim, chat, member),
        "roles": ["owner"],
        "displayName": member.name,
        "visibleHistoryStartDateTime": readable.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), zulu_millis),
        "userId": &*member.id,
        "email": member.mail,
        "tenantId": &*sim.tenant,
    })
}

/// Opaque; clients must not parse it.
pub(super) fn member_id(sim: &Sim, chat: &Chat, member: &Person) -> String {
    STANDARD.encode(format!("MCMjMSMj{}##{}##{}", sim.tenant, chat.id, member.id))
}
