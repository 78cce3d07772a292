//! Webhooks: who is told what ("Webhooks" guide), and the queue in front of each receiver.
//!
//! Whoever changes the world tells it here while it still holds the lock, so the order of deliveries to one webhook is
//! the order of changes. What a webhook may see is what its owner may see: a bot in a group room hears only what mentions
//! it and what it wrote itself ("Bots" guide).

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::World;
use super::messages::Message;
use super::people::Person;
use super::rooms::Room;
use crate::control::Control;
use crate::courier::Courier;
use crate::webex::delivery::{Job, Line, drain};
use crate::webex::filter::{Clause, Facts};
use crate::webex::switches::Switches;
use crate::webex::{id, shape};

/// A registered webhook.
#[derive(Debug)]
pub(in crate::webex) struct Hook {
    pub(in crate::webex) uuid: Uuid,
    pub(in crate::webex) id: String,
    pub(in crate::webex) name: String,
    pub(in crate::webex) target: Arc<str>,
    pub(in crate::webex) resource: String,
    pub(in crate::webex) event: String,
    pub(in crate::webex) filter: Option<String>,
    pub(in crate::webex) clauses: Vec<Clause>,
    pub(in crate::webex) secret: Option<Arc<str>>,
    pub(in crate::webex) owner: Uuid,
    pub(in crate::webex) org: Uuid,
    pub(in crate::webex) app: Arc<str>,
    pub(in crate::webex) created: i64,
    /// Shared with the deliveries under way.
    pub(in crate::webex) line: Arc<Line>,
    pub(in crate::webex) queue: Option<mpsc::UnboundedSender<Job>>,
}

/// All webhooks, and what a delivery needs.
pub(in crate::webex) struct Hooks {
    pub(in crate::webex) by_uuid: BTreeMap<Uuid, Hook>,
    pub(in crate::webex) control: Control<Switches>,
    courier: Courier,
    /// While set, deliveries say here when they are done.
    first: Option<Vec<oneshot::Receiver<()>>>,
}

/// The body of a delivery.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    id: &'a str,
    name: &'a str,
    target_url: &'a str,
    resource: &'a str,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<&'a str>,
    org_id: String,
    created_by: &'a str,
    app_id: String,
    owned_by: &'a str,
    status: &'a str,
    created: String,
    actor_id: &'a str,
    data: &'a RawValue,
}

impl Hooks {
    pub(in crate::webex) fn new(control: Control<Switches>, courier: Courier) -> Self {
        Self { by_uuid: BTreeMap::new(), control, courier, first: None }
    }

    /// From now on, notes the deliveries that are caused.
    pub(in crate::webex) fn note_deliveries(&mut self) {
        self.first = Some(Vec::new());
    }

    /// What was caused since.
    pub(in crate::webex) fn noted(&mut self) -> Vec<oneshot::Receiver<()>> {
        self.first.take().unwrap_or_default()
    }

    /// Puts one delivery into the queue of a webhook, if the webhook wants it.
    fn offer(&mut self, hook: Uuid, owner: &Person, news: &News<'_>) {
        let Some(hook) = self.by_uuid.get_mut(&hook) else { return };
        let wanted = hook.line.active()
            && (hook.resource == "all" || hook.resource == news.resource)
            && (hook.event == "all" || hook.event == news.event)
            && hook.clauses.iter().all(|clause| clause.admits(&news.facts));
        if !wanted {
            return;
        }
        let envelope = Envelope {
            id: &hook.id,
            name: &hook.name,
            target_url: &hook.target,
            resource: news.resource,
            event: news.event,
            filter: hook.filter.as_deref(),
            org_id: id::organization(hook.org),
            created_by: &owner.id,
            app_id: id::application(&hook.app),
            owned_by: "creator",
            status: "active",
            created: shape::time(hook.created),
            actor_id: news.actor,
            data: &news.data,
        };
        let body = Bytes::from(serde_json::to_vec(&envelope).unwrap_or_default());
        let done = self.first.as_mut().map(|first| {
            let (done, heard) = oneshot::channel();
            first.push(heard);
            done
        });
        let job = Job {
            target: Arc::clone(&hook.target),
            secret: hook.secret.clone(),
            body,
            path: news.path.clone(),
            done,
        };
        let queue = hook.queue.get_or_insert_with(|| {
            let (queue, jobs) = mpsc::unbounded_channel();
            tokio::spawn(drain(jobs, Arc::clone(&hook.line), self.courier.clone(), self.control.clone()));
            queue
        });
        // The other end lives as long as this one.
        drop(queue.send(job));
    }
}

/// Something that happened, for everybody who may hear of it.
struct News<'a> {
    resource: &'static str,
    event: &'static str,
    /// `/messages/created`, for fault rules.
    path: Arc<str>,
    actor: &'a str,
    facts: Facts<'a>,
    data: Box<RawValue>,
}

impl World {
    /// Tells of a message, which must still exist.
    pub(in crate::webex) fn tell_message(&mut self, event: &'static str, uuid: Uuid, actor: Uuid) {
        let Self { people, rooms, messages, hooks, .. } = self;
        let Some(message) = messages.get(uuid) else { return };
        let Some(room) = rooms.get(message.room) else { return };
        hooks.control.live.say(&room.id);
        let switches = hooks.control.board.get();
        let audience: Vec<&Person> =
            listeners(people, room).filter(|person| hears(person, room, message, event, &switches)).collect();
        let (Some(author), Some(actor)) = (people.ever(message.author), people.ever(actor)) else { return };
        if audience.is_empty() {
            return;
        }
        let data = shape::MessageHead::of(message, room, author, event == "deleted", None);
        let facts = Facts {
            room: room.uuid,
            direct: room.direct,
            person: author.uuid,
            email: &author.email,
            mentioned: &message.content.mentioned,
            files: !message.content.files.is_empty(),
            moderator: false,
            locked: room.locked,
        };
        publish(hooks, &audience, "messages", event, &actor.id, facts, &data);
    }

    /// Tells of a membership to everybody in the room.
    pub(in crate::webex) fn tell_membership(
        &mut self,
        event: &'static str,
        room: Uuid,
        person: Uuid,
        actor: Uuid,
    ) {
        let Self { people, rooms, hooks, .. } = self;
        let Some(room) = rooms.get(room) else { return };
        hooks.control.live.say(&room.id);
        let (Some(subject), Some(actor)) = (people.ever(person), people.ever(actor)) else { return };
        let Some(member) = room.member(person) else { return };
        let audience: Vec<&Person> = listeners(people, room).collect();
        let data = shape::MembershipShape::of(member, room, subject);
        let facts = Facts {
            room: room.uuid,
            direct: room.direct,
            person,
            email: &subject.email,
            mentioned: &[],
            files: false,
            moderator: member.moderator,
            locked: room.locked,
        };
        publish(hooks, &audience, "memberships", event, &actor.id, facts, &data);
    }

    /// Tells of a room to everybody in it; a new group room's creator is told although not in it yet.
    pub(in crate::webex) fn tell_room(&mut self, event: &'static str, uuid: Uuid, actor: Uuid) {
        let Some(room) = self.rooms.get(uuid) else { return };
        self.hooks.control.live.say(&room.id);
        let mut audience: Vec<Uuid> = room.members.iter().map(|member| member.person).collect();
        if audience.is_empty() {
            audience.push(actor);
        }
        // The title differs by viewer.
        for viewer in audience {
            let Some(room) = self.rooms.get(uuid) else { return };
            let Some(listener) = self.people.get(viewer).filter(|person| !person.hooks.is_empty()) else {
                continue;
            };
            let Some(actor) = self.people.ever(actor) else { return };
            let data = shape::RoomShape::of(self, room, viewer);
            let facts = Facts {
                room: uuid,
                direct: room.direct,
                person: actor.uuid,
                email: &actor.email,
                mentioned: &[],
                files: false,
                moderator: false,
                locked: room.locked,
            };
            let Ok(data) = serde_json::value::to_raw_value(&data) else { return };
            let news = News {
                resource: "rooms",
                event,
                path: format!("/rooms/{event}").into(),
                actor: &actor.id,
                facts,
                data,
            };
            for hook in &listener.hooks {
                self.hooks.offer(*hook, listener, &news);
            }
        }
    }

    /// Removes a webhook; what waits in its queue is not sent.
    pub(in crate::webex) fn remove_hook(&mut self, uuid: Uuid) {
        if let Some(hook) = self.hooks.by_uuid.remove(&uuid) {
            hook.line.deactivate();
            if let Some(owner) = self.people.get_mut(hook.owner) {
                owner.hooks.retain(|other| *other != uuid);
            }
        }
    }
}

/// Members with at least one webhook.
fn listeners<'a>(people: &'a super::People, room: &'a Room) -> impl Iterator<Item = &'a Person> {
    room.members
        .iter()
        .filter_map(|member| people.get(member.person))
        .filter(|person| !person.hooks.is_empty())
}

/// Whether a member is told of a message.
fn hears(person: &Person, room: &Room, message: &Message, event: &str, switches: &Switches) -> bool {
    if !person.bot {
        return true;
    }
    if event == "updated" && !switches.bots_hear_edits {
        return false;
    }
    room.direct || shape::visible_to_bot(person.uuid, message, switches)
}

fn publish(
    hooks: &mut Hooks,
    audience: &[&Person],
    resource: &'static str,
    event: &'static str,
    actor: &str,
    facts: Facts<'_>,
    data: &impl Serialize,
) {
    if audience.is_empty() {
        return;
    }
    let Ok(data) = serde_json::value::to_raw_value(data) else { return };
    let news = News { resource, event, path: format!("/{resource}/{event}").into(), actor, facts, data };
    for person in audience {
        for hook in &person.hooks {
            hooks.offer(*hook, person, &news);
        }
    }
}
