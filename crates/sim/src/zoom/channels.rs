//! "Team Chat: Channels" and "Channel members": making a channel, finding it, and who is in it. What they are called by in a
//! path acts for the token's user, and so do the paths below `/chat/channels`.
//!
//! A group chat is a channel of type 4. "The channel name already exists" is documented for making and naming, and not among
//! which channels; here among those of one owner. Whoever is in a channel invites others who are their contacts; its owner
//! alone names it and takes people out, and everybody may leave.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::contacts::reachable;
use super::world::World;
use super::world::chats::{Channel, Chat};
use super::world::people::Person;
use super::{id, input, paging};

/// "Create a channel": the longest name.
const LONGEST: usize = 256;

/// "Create a channel": the most members to begin with. "Invite channel members": the most in one call.
const FIRST: usize = 20;
const MORE: usize = 5;

/// The type of those that everybody of the account can find and join.
const PUBLIC: u8 = 3;

#[derive(Debug, Deserialize)]
struct New {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<u8>,
    #[serde(default)]
    members: Vec<Invited>,
}

#[derive(Debug, Deserialize)]
struct Invited {
    email: String,
}

#[derive(Debug, Deserialize)]
struct Renaming {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Invitation {
    members: Vec<Invited>,
}

/// `POST /chat/users/{userId}/channels`: "Create a channel".
pub(super) fn create(zoom: &Zoom, call: &Call) -> Outcome {
    let new: New = input::json(call)?;
    let name = new.name.filter(|name| !name.trim().is_empty() && name.chars().count() <= LONGEST);
    let name = name.ok_or_else(|| Refusal::field("name", "Invalid field."))?;
    let kind = new.kind.filter(|kind| (1..=4).contains(kind));
    let kind = kind.ok_or_else(|| Refusal::field("type", "Invalid field."))?;
    if new.members.len() > FIRST {
        return Err(Refusal::field("members", "Invalid field."));
    }
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let mut members = vec![Arc::clone(&me.id)];
    for invited in &new.members {
        members.push(Arc::clone(&reachable(world, me, &invited.email, &call.switches)?.id));
    }
    members.dedup();
    if world.chats.named(&me.id, &name) {
        return Err(Refusal::bad("The channel name already exists."));
    }
    let owner = Arc::clone(&me.id);
    let session: Arc<str> = world.dice.uuid().simple().to_string().into();
    let maker = Arc::clone(&owner);
    world.chats.open_channel(&session, Channel { name, owner, kind }, &members);
    world.tell_of_channel("created", &session, &maker, Some(&members), &members);
    let chat = world.chats.get(&session).ok_or_else(|| Refusal::no_channel(&session))?;
    let change = json!({"kind": "channel.created", "channel": &*session});
    Ok(Answer::made(&shape(chat)).changed(change))
}

/// `GET /chat/users/{userId}/channels`: "List user's channels", those that one is in.
pub(super) fn list(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 10, 50)?;
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let channels = world.chats.of(&me.id).filter(|chat| chat.channel.is_some());
    let total = world.chats.of(&me.id).filter(|chat| chat.channel.is_some()).count();
    let (page, next) = paging::page(channels, paging::start(call)?, size);
    let channels: Vec<Value> = page.into_iter().map(shape).collect();
    Ok(Answer::json(&json!({
        "channels": channels,
        "total_records": total,
        "page_size": size,
        "next_page_token": paging::next(call, next),
    })))
}

/// `GET /chat/users/{userId}/channels/{channelId}`: "Get a channel".
pub(super) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    Ok(Answer::json(&shape(own(&world, me, call.segment(5))?)))
}

/// `DELETE /chat/users/{userId}/channels/{channelId}`: "Delete a channel", for its owner.
pub(super) fn delete(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let chat = own(world, me, call.segment(5))?;
    let (session, members, me) = (Arc::clone(&chat.session), chat.members.clone(), Arc::clone(&me.id));
    if !owns(chat, &me) {
        return Err(Refusal::new(403, 200, "Only the owner may delete the channel."));
    }
    world.tell_of_channel("deleted", &session, &me, None, &members);
    for member in &members {
        world.chats.leave(&session, member);
    }
    Ok(Answer::nothing().changed(json!({"kind": "channel.deleted", "channel": &*session})))
}

fn owns(chat: &Chat, person: &Arc<str>) -> bool {
    chat.channel.as_ref().is_some_and(|channel| channel.owner == *person)
}

/// `GET …/members`: "List channel members".
pub(super) fn members(zoom: &Zoom, call: &Call) -> Outcome {
    let size = input::number(call, "page_size", 10, 100)?;
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let chat = own(&world, me, call.segment(5))?;
    let owner = chat.channel.as_ref().map(|channel| &channel.owner);
    let people = chat.members.iter().filter_map(|member| world.people.get(member));
    let (page, next) = paging::page(people, paging::start(call)?, size);
    let members: Vec<Value> = page
        .into_iter()
        .map(|person| {
            let inside = person.account == me.account;
            let (first, last) = person.names();
            json!({
                "id": if inside { &*person.id } else { "" },
                "member_id": &*person.member,
                "email": if inside { person.email.as_str() } else { "" },
                "first_name": if inside { first } else { "" },
                "last_name": if inside { last } else { "" },
                "name": if inside { person.name.as_str() } else { "" },
                "role": if owner == Some(&person.id) { "owner" } else { "member" },
                "is_external": !inside,
            })
        })
        .collect();
    Ok(Answer::json(&json!({
        "members": members,
        "total_records": chat.members.len(),
        "page_size": size,
        "next_page_token": paging::next(call, next),
    })))
}

/// `POST …/members`: "Invite channel members".
pub(super) fn invite(zoom: &Zoom, call: &Call) -> Outcome {
    let invitation: Invitation = input::json(call)?;
    if invitation.members.is_empty() || invitation.members.len() > MORE {
        return Err(Refusal::field("members", "Invalid field."));
    }
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let session = Arc::clone(&own(world, me, call.segment(5))?.session);
    let mut people = Vec::new();
    for invited in &invitation.members {
        let person = reachable(world, me, &invited.email, &call.switches)?;
        people.push((Arc::clone(&person.id), Arc::clone(&person.member)));
    }
    let (me, invited) = (Arc::clone(&me.id), people.iter().map(|(id, _)| Arc::clone(id)).collect::<Vec<_>>());
    for person in &invited {
        world.chats.enter(&session, person);
    }
    let hearing = world.chats.get(&session).map(|chat| chat.members.clone()).unwrap_or_default();
    world.tell_of_channel("member_invited", &session, &me, Some(&invited), &hearing);
    let joined = |ids: Vec<&str>| ids.join(",");
    let body = json!({
        "added_at": super::messages::shape::date_time(call.now),
        "ids": joined(people.iter().map(|one| &*one.0).collect()),
        "member_ids": joined(people.iter().map(|one| &*one.1).collect()),
    });
    Ok(Answer::made(&body).changed(json!({"kind": "channel.invited", "channel": &*session})))
}

/// `PATCH /chat/users/{userId}/channels/{channelId}`: "Update a channel", its name; the owner only, unless a switch says
/// otherwise.
pub(super) fn rename(zoom: &Zoom, call: &Call) -> Outcome {
    let Renaming { name } = input::json(call)?;
    let name = name.filter(|name| !name.trim().is_empty() && name.chars().count() <= LONGEST);
    let name = name.ok_or_else(|| Refusal::field("name", "Invalid field."))?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let chat = own(world, me, call.segment(5))?;
    let (session, members) = (Arc::clone(&chat.session), chat.members.clone());
    if !owns(chat, &me.id) && !call.switches.members_rename {
        return Err(Refusal::new(403, 200, "You do not have permission to update a channel for this user."));
    }
    let me = Arc::clone(&me.id);
    if world.chats.named(&me, &name) {
        return Err(Refusal::bad("The channel name already exists."));
    }
    world.chats.rename(&session, name);
    world.tell_of_channel("updated", &session, &me, None, &members);
    Ok(Answer::nothing().changed(json!({"kind": "channel.renamed", "channel": &*session})))
}

/// `DELETE …/members/{identifier}`: "Remove a member"; the owner only, and not oneself.
pub(super) fn remove(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let me = Arc::clone(&me.id);
    take_out(world, &me, call.segment(5), call.segment(7))
}

/// `DELETE /chat/channels/{channelId}/members/{identifier}`: the same, for the token's user.
pub(super) fn remove_mine(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = Arc::clone(&call.acting(world, "me")?.id);
    take_out(world, &me, call.segment(3), call.segment(5))
}

fn take_out(world: &mut World, me: &Arc<str>, channel: &str, who: &str) -> Outcome {
    let person = world.people.get(me).ok_or_else(|| Refusal::no_user(me))?;
    let chat = own(world, person, channel)?;
    let (session, members) = (Arc::clone(&chat.session), chat.members.clone());
    if chat.channel.as_ref().is_none_or(|channel| channel.owner != *me) {
        return Err(Refusal::new(400, 200, "You do not have permission to remove channel members."));
    }
    let gone = world.people.find(who).filter(|person| person.id != *me && members.contains(&person.id));
    let gone = Arc::clone(&gone.ok_or_else(|| Refusal::bad("Invalid member."))?.id);
    world.chats.leave(&session, &gone);
    world.tell_of_channel("member_removed", &session, me, Some(std::slice::from_ref(&gone)), &members);
    Ok(Answer::nothing().changed(json!({"kind": "channel.left", "channel": &*session})))
}

/// `DELETE /chat/channels/{channelId}/members/me`: "Leave a channel".
pub(super) fn leave(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, "me")?;
    let chat = own(world, me, call.segment(3))?;
    let (session, members, me) = (Arc::clone(&chat.session), chat.members.clone(), Arc::clone(&me.id));
    world.chats.leave(&session, &me);
    world.tell_of_channel("member_left", &session, &me, None, &members);
    Ok(Answer::nothing().changed(json!({"kind": "channel.left", "channel": &*session})))
}

/// `POST /chat/channels/{channelId}/members/me`: "Join a channel", a public one.
pub(super) fn join(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, "me")?;
    let chat = world.chats.get(call.segment(3));
    let public = chat.filter(|chat| chat.channel.as_ref().is_some_and(|channel| channel.kind == PUBLIC));
    let chat = public.ok_or_else(|| Refusal::no_channel(call.segment(3)))?;
    let (session, members) = (Arc::clone(&chat.session), chat.members.clone());
    let body = json!({
        "added_at": super::messages::shape::date_time(call.now),
        "id": &*me.id,
        "member_id": &*me.member,
    });
    let me = Arc::clone(&me.id);
    world.chats.enter(&session, &me);
    world.tell_of_channel("member_joined", &session, &me, None, &members);
    Ok(Answer::made(&body).changed(json!({"kind": "channel.joined", "channel": &*session})))
}

/// A channel that one is in.
fn own<'a>(world: &'a World, me: &Person, channel: &str) -> Result<&'a Chat, Refusal> {
    let chat = world.chats.get(channel).filter(|chat| chat.channel.is_some());
    chat.filter(|chat| chat.members.contains(&me.id)).ok_or_else(|| Refusal::no_channel(channel))
}

fn shape(chat: &Chat) -> Value {
    let channel = chat.channel.as_ref();
    json!({
        "id": &*chat.session,
        "jid": format!("{}{}", chat.session, id::CHANNELS),
        "name": channel.map(|channel| &channel.name),
        "type": channel.map(|channel| channel.kind),
        "channel_url": format!("https://zoom.us/launch/chat/v2/{}", chat.session),
    })
}
