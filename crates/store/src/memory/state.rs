//! The rows, and the steps that several methods share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use entente_model::{
    Account, AccountId, AccountRef, ArrivalId, ConversationRef, DeliveryId, Emoji, Loss, MessageId,
    MessageRef, Pair, Person, PersonId, StandIn, Timestamp, WorkspaceRef,
};

use crate::{
    Arrived, Counterpart, Delivery, DeliveryState, Interest, LaneId, LaneKey, Listening, Login, Making,
    PendingGrant, Plan, SetAside, Work,
};

/// Order numbers are this far apart, so that the rows that replace the head of a lane fit in front of the next one.
const GAP: i64 = 1 << 10;

/// What is recorded about a conversation.
#[derive(Default)]
pub(super) struct Link {
    pub(super) interest: Option<Interest>,
    /// The version of the people at which the interest was recorded.
    pub(super) people: i64,
    pub(super) pair: Option<Pair>,
    pub(super) mark: Option<(MessageId, Timestamp)>,
}

/// A message that was reported, seen, or made by us.
pub(super) struct Trace {
    pub(super) ours: bool,
    /// `None` until it was seen.
    pub(super) version: Option<Timestamp>,
    pub(super) deleted: bool,
    pub(super) silent: bool,
    /// When it was first recorded.
    pub(super) at: Timestamp,
    /// The message that it was made from, if we made it.
    pub(super) origin: Option<MessageRef>,
    /// Reactions to it as they were last told.
    pub(super) reactions: Vec<(AccountId, Emoji)>,
}

/// What the sender of a row was told last about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Told {
    #[default]
    Nothing,
    Waits,
    Died,
}

/// A planned row, waiting or dead.
pub(super) struct Row {
    pub(super) lane: LaneId,
    pub(super) seq: i64,
    pub(super) delivery: Delivery,
    pub(super) thread: Option<MessageRef>,
    pub(super) fingerprint: [u8; 32],
    pub(super) reason: String,
    pub(super) told: Told,
    /// When it died, if it did.
    pub(super) died: Option<Timestamp>,
}

impl Row {
    /// Notices are not counted, and nobody is told about them.
    pub(super) fn counts(&self) -> bool {
        self.delivery.work != Work::Notice
    }
}

/// An account of a directory, and whether the directory still lists it.
pub(super) struct Entry {
    pub(super) account: Account,
    pub(super) listed: bool,
}

/// What was counted since the beginning.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) planned: u64,
    pub(super) delivered: u64,
    pub(super) dropped_rows: u64,
    pub(super) dropped: BTreeMap<String, u64>,
    pub(super) other: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn drop_row(&mut self, reason: &str) {
        self.dropped_rows += 1;
        *self.dropped.entry(reason.to_owned()).or_default() += 1;
    }

    pub(super) fn other(&mut self, name: &str, by: u64) {
        if by > 0 {
            *self.other.entry(name.to_owned()).or_default() += by;
        }
    }
}

/// Everything.
#[derive(Default)]
pub(super) struct State {
    pub(super) boot: i64,
    last_id: i64,
    last_seq: i64,
    pub(super) keys: Vec<LaneKey>,
    ids: HashMap<LaneKey, LaneId>,
    pub(super) people_version: i64,
    /// Channels that are made to be linked.
    pub(super) making: Vec<Making>,
    /// Who was in linked channels when they were looked at.
    pub(super) attendance: BTreeMap<ConversationRef, BTreeSet<AccountRef>>,
    pub(super) links: BTreeMap<ConversationRef, Link>,
    /// Channels that are or were kept in step, in the order in which they were made.
    pub(super) channel_links: Vec<entente_model::Link>,
    pub(super) mirrors: BTreeMap<entente_model::LinkId, Vec<entente_model::Mirror>>,
    pub(super) present: BTreeSet<(entente_model::LinkId, crate::Present)>,
    pub(super) rooms: BTreeMap<(Pair, WorkspaceRef), crate::Room>,
    pub(super) directs: BTreeMap<(Pair, WorkspaceRef), ConversationRef>,
    pub(super) messages: BTreeMap<MessageRef, Trace>,
    pub(super) inbox: BTreeMap<(LaneId, ArrivalId), Arrived>,
    /// New messages in the inbox.
    pub(super) pending: BTreeSet<MessageRef>,
    /// Conversations of which a look waits in the inbox.
    pub(super) looks: BTreeSet<ConversationRef>,
    pub(super) outbox: BTreeMap<DeliveryId, Row>,
    pub(super) queue: BTreeMap<(LaneId, i64), DeliveryId>,
    pub(super) dead: BTreeMap<DeliveryId, Row>,
    /// Of each part all that are there, oldest first.
    pub(super) counterparts: BTreeMap<(MessageRef, LaneId, u32), Vec<Counterpart>>,
    pub(super) wedged: BTreeMap<LaneId, String>,
    /// Of each message that was told of, whether something of it died; until all that was told of is finished.
    pub(super) through: BTreeMap<(LaneId, MessageRef), bool>,
    pub(super) aside: Vec<(SetAside, Bytes)>,
    pub(super) accounts: BTreeMap<AccountRef, Entry>,
    pub(super) people: BTreeMap<PersonId, Person>,
    pub(super) bindings: BTreeMap<AccountRef, PersonId>,
    pub(super) stand_ins: BTreeMap<(PersonId, WorkspaceRef), StandIn>,
    pub(super) addresses: BTreeMap<String, PersonId>,
    pub(super) logins: BTreeMap<entente_model::LoginId, Login>,
    pub(super) listening: BTreeMap<entente_model::LoginId, Listening>,
    pub(super) grants: BTreeMap<[u8; 32], PendingGrant>,
    pub(super) settings: BTreeMap<String, Vec<u8>>,
    pub(super) tally: Tally,
}

impl State {
    pub(super) fn new() -> Self {
        Self { boot: 1, ..Self::default() }
    }

    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// The next place in order of planning.
    pub(super) fn next_seq(&mut self) -> i64 {
        self.last_seq += GAP;
        self.last_seq
    }

    /// The row of a lane, made if there is none.
    pub(super) fn lane(&mut self, key: &LaneKey) -> LaneId {
        if let Some(&id) = self.ids.get(key) {
            return id;
        }
        self.keys.push(key.clone());
        let id = LaneId(i64::try_from(self.keys.len()).unwrap_or(i64::MAX));
        self.ids.insert(key.clone(), id);
        id
    }

    pub(super) fn known_lane(&self, key: &LaneKey) -> Option<LaneId> {
        self.ids.get(key).copied()
    }

    /// The key of a row that [`State::lane`] gave.
    pub(super) fn key(&self, lane: LaneId) -> &LaneKey {
        &self.keys[usize::try_from(lane.0 - 1).unwrap_or(usize::MAX)]
    }

    /// Every lane that has work, and since or from when.
    pub(super) fn lanes_with_work(&self) -> Vec<(LaneId, LaneKey, Timestamp)> {
        let mut lanes: BTreeMap<LaneId, Timestamp> = BTreeMap::new();
        for ((lane, _), arrived) in &self.inbox {
            lanes.entry(*lane).or_insert(arrived.accepted_at);
        }
        for ((lane, _), id) in &self.queue {
            lanes.entry(*lane).or_insert_with(|| self.outbox[id].delivery.state.not_before());
        }
        lanes.into_iter().map(|(lane, at)| (lane, self.key(lane).clone(), at)).collect()
    }

    /// The first row of a lane.
    pub(super) fn head(&self, lane: LaneId) -> Option<DeliveryId> {
        self.queue.range((lane, i64::MIN)..=(lane, i64::MAX)).next().map(|(_, id)| *id)
    }

    /// Appends a row to its lane, or puts it at `seq`.
    pub(super) fn plan(&mut self, plan: Plan, seq: Option<i64>, now: Timestamp) -> LaneId {
        self.plan_told(plan, seq, Told::Nothing, now)
    }

    /// Like [`State::plan`], for a row that takes the place of one that its sender was told of.
    pub(super) fn plan_told(&mut self, plan: Plan, seq: Option<i64>, told: Told, now: Timestamp) -> LaneId {
        let lane = self.lane(&plan.lane);
        let id = self.next_id();
        let seq = seq.unwrap_or_else(|| self.next_seq());
        let row = Row {
            lane,
            seq,
            delivery: Delivery {
                id: DeliveryId(id),
                work: plan.work,
                source: plan.source,
                part: plan.part,
                payload: plan.payload,
                accepted_at: plan.accepted_at,
                attempts: 0,
                state: DeliveryState::Planned { not_before: now },
            },
            thread: plan.thread,
            fingerprint: [0; 32],
            reason: String::new(),
            told: if plan.work == Work::Notice { Told::Nothing } else { told },
            died: None,
        };
        if row.counts() {
            self.tally.planned += 1;
        }
        self.queue.insert((lane, seq), DeliveryId(id));
        self.outbox.insert(DeliveryId(id), row);
        lane
    }

    /// Takes a row out of its lane.
    pub(super) fn take(&mut self, id: DeliveryId) -> Option<Row> {
        let row = self.outbox.remove(&id)?;
        self.queue.remove(&(row.lane, row.seq));
        Some(row)
    }

    /// Everything that a delivered row leaves behind.
    pub(super) fn delivered(
        &mut self,
        row: Row,
        message: Option<MessageRef>,
        losses: &[Loss],
        at: Timestamp,
        now: Timestamp,
    ) {
        if row.counts() {
            self.tally.delivered += 1;
        }
        for loss in losses {
            self.tally.other(&format!("loss_{}", loss.name()), 1);
        }
        if row.told > Told::Nothing
            && let Some(source) = &row.delivery.source
        {
            self.became(row.lane, source);
        }
        let key = self.key(row.lane).clone();
        if let Some(message) = &message {
            self.ours(message, row.delivery.source.clone(), at, now);
            if let LaneKey::Direct(pair, workspace) = &key
                && message.conversation.workspace == *workspace
            {
                self.opened(*pair, &message.conversation);
            }
        }
        let Some(source) = row.delivery.source else { return };
        self.trace(&source, now);
        let part = row.delivery.part;
        let of_part = self.counterparts.entry((source, row.lane, part)).or_default();
        // The one that is this message, or else the newest one.
        let named = of_part.iter().position(|counterpart| Some(&counterpart.message) == message.as_ref());
        let before = named.or(of_part.len().checked_sub(1));
        match (row.delivery.work, before, message) {
            (Work::Edit, Some(before), message) if message.is_none() || named.is_some() => {
                let counterpart = &mut of_part[before];
                counterpart.edits += 1;
                let target = counterpart.message.clone();
                self.changed(&target, at, false);
            }
            (Work::Send | Work::Edit, _, Some(message)) => {
                if named.is_none() {
                    of_part.push(Counterpart { part, message, edits: 0 });
                }
            }
            (Work::Delete, Some(before), _) => {
                let gone = of_part.remove(before);
                self.changed(&gone.message, at, true);
            }
            (Work::Notice | Work::React, ..) | (_, _, None) | (Work::Delete, None, _) => {}
        }
    }

    /// A message's row, made if there is none.
    pub(super) fn trace(&mut self, message: &MessageRef, now: Timestamp) -> &mut Trace {
        self.messages.entry(message.clone()).or_insert_with(|| Trace {
            ours: false,
            version: None,
            deleted: false,
            silent: false,
            at: now,
            origin: None,
            reactions: Vec::new(),
        })
    }

    /// Records that a message is ours.
    fn ours(&mut self, message: &MessageRef, origin: Option<MessageRef>, at: Timestamp, now: Timestamp) {
        let trace = self.trace(message, now);
        trace.ours = true;
        trace.version = trace.version.max(Some(at));
        if origin.is_some() {
            trace.origin = origin;
        }
    }

    fn changed(&mut self, message: &MessageRef, at: Timestamp, deleted: bool) {
        if let Some(trace) = self.messages.get_mut(message) {
            trace.version = trace.version.max(Some(at));
            trace.deleted |= deleted;
        }
    }

    /// Remembers a conversation as a pair's, unless the pair has one there or the conversation is another pair's.
    fn opened(&mut self, pair: Pair, conversation: &ConversationRef) {
        if self.is_room(conversation) {
            return;
        }
        let slot = (pair, conversation.workspace.clone());
        let link = self.links.entry(conversation.clone()).or_default();
        if self.directs.contains_key(&slot) || link.pair.is_some() {
            return;
        }
        link.pair = Some(pair);
        link.interest = Some(Interest::Yes);
        link.people = self.people_version;
        self.directs.insert(slot, conversation.clone());
    }
}
