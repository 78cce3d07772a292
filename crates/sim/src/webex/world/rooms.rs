//! Rooms, who is in them, and what was said in which order.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{World, pair_uuid};
use crate::webex::id;

/// A room, called a space in the apps.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings of the vendor's room")]
pub(in crate::webex) struct Room {
    pub(in crate::webex) uuid: Uuid,
    /// The REST id.
    pub(in crate::webex) id: Arc<str>,
    pub(in crate::webex) direct: bool,
    /// Empty for direct rooms, which are titled after the other person.
    pub(in crate::webex) title: String,
    pub(in crate::webex) description: Option<String>,
    pub(in crate::webex) creator: Uuid,
    pub(in crate::webex) owner: Uuid,
    pub(in crate::webex) created: i64,
    pub(in crate::webex) last_activity: i64,
    pub(in crate::webex) locked: bool,
    pub(in crate::webex) announcement: bool,
    pub(in crate::webex) public: bool,
    /// In the order in which they came.
    pub(in crate::webex) members: Vec<Member>,
    /// Every message ever, oldest first; deleted ones keep their place. Times strictly increase.
    pub(in crate::webex) log: Vec<(i64, Uuid)>,
    /// Positions in the log of the replies to a message.
    pub(in crate::webex) threads: HashMap<Uuid, Vec<usize>>,
    /// Positions in the log of the messages that mention somebody.
    pub(in crate::webex) mentions: HashMap<Uuid, Vec<usize>>,
}

/// Somebody in a room.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Member {
    pub(in crate::webex) person: Uuid,
    pub(in crate::webex) moderator: bool,
    pub(in crate::webex) hidden: bool,
    pub(in crate::webex) created: i64,
}

impl Room {
    pub(in crate::webex) fn member(&self, person: Uuid) -> Option<&Member> {
        self.members.iter().find(|member| member.person == person)
    }

    pub(in crate::webex) fn has(&self, person: Uuid) -> bool {
        self.member(person).is_some()
    }

    /// The other one of a direct room.
    pub(in crate::webex) fn other(&self, viewer: Uuid) -> Option<Uuid> {
        self.members.iter().map(|member| member.person).find(|person| *person != viewer)
    }

    /// A creation time for the next message: now, or just after the last one.
    pub(in crate::webex) fn next_time(&self, now: i64) -> i64 {
        self.log.last().map_or(now, |(last, _)| now.max(last + 1))
    }

    pub(in crate::webex) fn moderated_by(&self, person: Uuid) -> bool {
        self.member(person).is_some_and(|member| member.moderator)
    }
}

/// All rooms.
#[derive(Debug, Default)]
pub(in crate::webex) struct Rooms {
    by_uuid: HashMap<Uuid, Room>,
}

impl Rooms {
    pub(in crate::webex) fn get(&self, uuid: Uuid) -> Option<&Room> {
        self.by_uuid.get(&uuid)
    }

    /// The room, if `person` is in it.
    pub(in crate::webex) fn seen_by(&self, uuid: Uuid, person: Uuid) -> Option<&Room> {
        self.get(uuid).filter(|room| room.has(person))
    }

    pub(in crate::webex) fn get_mut(&mut self, uuid: Uuid) -> Option<&mut Room> {
        self.by_uuid.get_mut(&uuid)
    }
}

/// What a new room is to be.
#[derive(Debug, Default)]
pub(in crate::webex) struct Plan {
    pub(in crate::webex) title: String,
    pub(in crate::webex) description: Option<String>,
    pub(in crate::webex) locked: bool,
    pub(in crate::webex) announcement: bool,
    pub(in crate::webex) public: bool,
}

impl World {
    /// A group room with its creator in it.
    pub(in crate::webex) fn open_group(&mut self, plan: Plan, creator: Uuid, now: i64) -> Uuid {
        let uuid = self.dice.time_uuid(now);
        let owner = self.people.get(creator).map_or(self.org, |person| person.org);
        let moderator = plan.locked;
        self.put_room(uuid, plan, false, creator, owner, now);
        self.tell_room("created", uuid, creator);
        self.let_in(uuid, creator, moderator, creator, now);
        uuid
    }

    /// The direct room of a pair, opened by `from` if it is new. The flag says whether it was.
    pub(in crate::webex) fn direct_room(&mut self, from: Uuid, to: Uuid, now: i64) -> (Uuid, bool) {
        let uuid = pair_uuid(from, to);
        if self.rooms.get(uuid).is_some() {
            return (uuid, false);
        }
        let owner = self.people.get(from).map_or(self.org, |person| person.org);
        self.put_room(uuid, Plan::default(), true, from, owner, now);
        for person in [from, to] {
            self.enter(uuid, person, false, now);
        }
        self.tell_room("created", uuid, from);
        for person in [from, to] {
            self.tell_membership("created", uuid, person, from);
        }
        (uuid, true)
    }

    /// Adds a member and tells everybody in the room.
    pub(in crate::webex) fn let_in(
        &mut self,
        room: Uuid,
        person: Uuid,
        moderator: bool,
        actor: Uuid,
        now: i64,
    ) {
        self.enter(room, person, moderator, now);
        self.tell_membership("created", room, person, actor);
    }

    /// Removes a member; everybody including them is told, except in direct rooms, where nobody is ("Webhooks":
    /// `memberships:deleted` is for group rooms).
    pub(in crate::webex) fn let_out(&mut self, room: Uuid, person: Uuid, actor: Uuid) {
        if self.rooms.get(room).is_some_and(|room| !room.direct) {
            self.tell_membership("deleted", room, person, actor);
        }
        if let Some(room) = self.rooms.get_mut(room) {
            room.members.retain(|member| member.person != person);
        }
        if let Some(person) = self.people.get_mut(person) {
            person.rooms.remove(&room);
        }
    }

    /// Everybody out, the room and its messages gone.
    pub(in crate::webex) fn drop_room(&mut self, uuid: Uuid) {
        let Some(room) = self.rooms.by_uuid.remove(&uuid) else { return };
        for member in room.members {
            if let Some(person) = self.people.get_mut(member.person) {
                person.rooms.remove(&uuid);
            }
        }
        for (_, message) in room.log {
            self.messages.forget(message);
        }
    }

    /// The title as `viewer` sees it.
    pub(in crate::webex) fn title<'a>(&'a self, room: &'a Room, viewer: Uuid) -> &'a str {
        if !room.direct {
            return &room.title;
        }
        let other = room.other(viewer).and_then(|other| self.people.ever(other));
        other.map_or("Empty Title", |other| &other.name)
    }

    fn put_room(&mut self, uuid: Uuid, plan: Plan, direct: bool, creator: Uuid, owner: Uuid, now: i64) {
        let room = Room {
            uuid,
            id: id::room(uuid).into(),
            direct,
            title: plan.title,
            description: plan.description,
            creator,
            owner,
            created: now,
            last_activity: now,
            locked: plan.locked,
            announcement: plan.announcement,
            public: plan.public,
            members: Vec::new(),
            log: Vec::new(),
            threads: HashMap::new(),
            mentions: HashMap::new(),
        };
        self.rooms.by_uuid.insert(uuid, room);
    }

    fn enter(&mut self, room: Uuid, person: Uuid, moderator: bool, now: i64) {
        if let Some(person) = self.people.get_mut(person) {
            person.rooms.insert(room);
        }
        if let Some(room) = self.rooms.get_mut(room) {
            room.members.push(Member { person, moderator, hidden: false, created: now });
        }
    }
}
