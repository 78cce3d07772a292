//! JSON objects as the vendor writes them; field names and presence from the schemas `Person`, `Room`, `Membership`,
//! `Message` and `Webhook` of the published `OpenAPI` description.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::id;
use super::switches::Switches;
use super::world::World;
use super::world::messages::Message;
use super::world::people::Person;
use super::world::rooms::{Member, Room};
use crate::clock::iso_millis;

/// An instant: ISO 8601 in UTC with milliseconds.
pub(super) fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(iso_millis).unwrap_or_default()
}

fn kind(room: &Room) -> &'static str {
    if room.direct { "direct" } else { "group" }
}

/// A list, paged or not.
#[derive(Serialize)]
pub(super) struct List<T> {
    pub(super) items: Vec<T>,
}

/// People: "List People", "Get Person Details".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonShape<'a> {
    id: &'a str,
    emails: [&'a str; 1],
    phone_numbers: [(); 0],
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nick_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<String>,
    created: String,
    last_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite_pending: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_enabled: Option<bool>,
}

impl<'a> PersonShape<'a> {
    /// `presence`: whether the caller may see status and activity. `inside`: whether an administrator of the person's
    /// organization looks.
    pub(super) fn of(person: &'a Person, presence: bool, inside: bool, switches: &Switches) -> Self {
        let (first, last) = match person.name.split_once(' ') {
            Some((first, last)) => (first, Some(last)),
            None => (person.name.as_str(), None),
        };
        let first = Some(first).filter(|_| !person.bot || switches.bots_have_first_names);
        let owned = !person.bot || switches.bots_have_organization;
        let inside = inside && !person.bot;
        let role = if person.admin { "id_full_admin" } else { "user" };
        Self {
            id: &person.id,
            emails: [&person.email],
            phone_numbers: [],
            display_name: &person.name,
            nick_name: first,
            first_name: first,
            last_name: last.filter(|_| !person.bot),
            avatar: person.avatar.as_deref(),
            org_id: owned.then(|| id::organization(person.org)),
            created: time(person.created),
            last_modified: time(person.modified),
            last_activity: (presence && !person.bot).then(|| time(person.last_activity)),
            status: (presence && !person.bot).then_some("active"),
            kind: if person.bot { "bot" } else { "person" },
            roles: inside.then(|| [id::role(role)]),
            licenses: inside.then_some([]),
            invite_pending: inside.then_some(false),
            login_enabled: inside.then_some(true),
        }
    }
}

/// Rooms: "Get Room Details".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's shape")]
pub(super) struct RoomShape<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    is_locked: bool,
    last_activity: String,
    creator_id: String,
    created: String,
    owner_id: String,
    is_announcement_only: bool,
    is_read_only: bool,
    is_public: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> RoomShape<'a> {
    pub(super) fn of(world: &'a World, room: &'a Room, viewer: Uuid) -> Self {
        Self {
            id: &room.id,
            title: world.title(room, viewer),
            kind: kind(room),
            is_locked: room.locked,
            last_activity: time(room.last_activity),
            creator_id: id::person(room.creator),
            created: time(room.created),
            owner_id: id::organization(room.owner),
            is_announcement_only: room.announcement,
            is_read_only: false,
            is_public: room.public,
            description: room.description.as_deref(),
        }
    }
}

/// Memberships: "Get Membership Details".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MembershipShape<'a> {
    id: String,
    room_id: &'a str,
    room_type: &'static str,
    person_id: &'a str,
    person_email: &'a str,
    person_display_name: &'a str,
    person_org_id: String,
    is_moderator: bool,
    is_monitor: bool,
    is_room_hidden: bool,
    created: String,
}

impl<'a> MembershipShape<'a> {
    pub(super) fn of(member: &Member, room: &'a Room, person: &'a Person) -> Self {
        Self {
            id: id::membership(person.uuid, room.uuid),
            room_id: &room.id,
            room_type: kind(room),
            person_id: &person.id,
            person_email: &person.email,
            person_display_name: &person.name,
            person_org_id: id::organization(person.org),
            is_moderator: member.moderator,
            // Dead, but still returned.
            is_monitor: false,
            is_room_hidden: member.hidden,
            created: time(member.created),
        }
    }
}

/// What a webhook tells of a message: no text, ever ("Webhooks" guide).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageHead<'a> {
    id: String,
    room_id: &'a str,
    room_type: &'static str,
    person_id: &'a str,
    person_email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentioned_people: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mentioned_groups: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
}

impl<'a> MessageHead<'a> {
    /// `bare`: only what is left to say of a deleted message. `origin`: scheme and authority that the caller used.
    pub(super) fn of(
        message: &Message,
        room: &'a Room,
        author: &'a Person,
        bare: bool,
        origin: Option<&str>,
    ) -> Self {
        let content = &message.content;
        let files = if bare { &[] } else { content.files.as_slice() };
        let files = files.iter().enumerate().map(|(index, held)| {
            let id = id::content(message.uuid, index, room.uuid);
            format!("{}/v1/contents/{id}", origin.unwrap_or(&held.base))
        });
        let mentioned = if bare { &[] } else { content.mentioned.as_slice() };
        Self {
            id: id::message(message.uuid, room.uuid),
            room_id: &room.id,
            room_type: kind(room),
            person_id: &author.id,
            person_email: &author.email,
            parent_id: message.parent.filter(|_| !bare).map(|parent| id::message(parent, room.uuid)),
            files: files.collect(),
            mentioned_people: mentioned.iter().map(|person| id::person(*person)).collect(),
            mentioned_groups: (content.mentions_all && !bare).then_some(["all"]),
            created: (!bare).then(|| time(message.created)),
        }
    }
}

/// Messages: "Get Message Details"; `to…` only in the answer to the POST that named it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageShape<'a> {
    #[serde(flatten)]
    head: MessageHead<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_person_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_person_email: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
}

impl<'a> MessageShape<'a> {
    /// `origin`: scheme and authority that the caller used.
    pub(super) fn of(
        message: &'a Message,
        room: &'a Room,
        author: &'a Person,
        markdown: bool,
        origin: &str,
    ) -> Self {
        let content = &message.content;
        Self {
            head: MessageHead::of(message, room, author, false, Some(origin)),
            to_person_id: None,
            to_person_email: None,
            text: &content.text,
            markdown: content.markdown.as_deref().filter(|_| markdown),
            html: content.html.as_deref(),
            attachments: content.attachments.as_ref(),
            updated: message.updated.map(time),
        }
    }
}

/// Whether a bot sees a message of a group room: one that mentions it, or its own ("Bots" guide).
pub(super) fn visible_to_bot(bot: Uuid, message: &Message, switches: &Switches) -> bool {
    message.author == bot
        || message.content.mentioned.contains(&bot)
        || (message.content.mentions_all && switches.all_mentions_bots)
}
