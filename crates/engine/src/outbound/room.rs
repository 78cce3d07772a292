//! Somebody whom nothing stands in for is relayed: the app says what they write, under their name, in a room of its own with
//! the one whom they write to, so that an answer has one addressee. Two people have one room in a workspace, in the place of
//! a direct conversation; its lane is the same.
//!
//! It is made at the head of that lane, so that one row waits and nothing is overtaken, and two first messages make one.
//! Making a conversation can be repeated nowhere: that it will be done is recorded first, what is found begun is looked for by
//! its mark, and every step can be taken again by whoever finds it so. A room is made only where somebody hears in it;
//! elsewhere the message dies, which its author is told.
//!
//! When something stands in for the author later, what they write from then on goes to the direct conversation of both. The
//! room says so once; what is written in it is still passed on.

use std::time::Duration;

use entente_model::{
    AccountId, AccountRef, CallError, ConversationRef, DropReason, LoginId, MirrorState, Pair, PersonId,
    Sender, Timestamp,
};
use entente_platform::{MadeGroup, Step, WantedGroup};
use entente_store::{Claim, DeliveryState, Finish, Head, LaneKey, Represented, Room, StoreError, Work};

use crate::credit;
use crate::engine::Engine;
use crate::outbound::outcome::FIRST_LOOK;
use crate::outbound::preparing::Voice;
use crate::payload::{Credit, Payload};
use crate::reason::Reason;
use crate::rooms::Host;
use crate::sites::Workspace;

/// A room that could not be made is tried again after so long, when something is said.
const AGAIN: Duration = Duration::from_hours(1);

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

/// What is to be made.
struct Wish {
    host: Host,
    name: String,
    /// Who should be in it, beside the app.
    members: Vec<AccountRef>,
}

/// Why not everybody is in a room.
enum Unfilled {
    /// It is not known yet, or not now; the row ends or waits like this.
    Row(Finish),
    /// Somebody is never let in, for this reason.
    Never(String),
}

/// What a row becomes that needs a room.
type Or<T> = Result<Result<T, Finish>, StoreError>;

impl Engine {
    /// Who says it, and in which room, if a row of a direct conversation is said by the app. `None`: by whatever stands in for
    /// its author.
    pub(super) async fn relayed_directly(
        &self,
        (claim, workspace, head): (&Claim, &Workspace, &Head),
        payload: &Payload,
        (person, own): (PersonId, &Result<Voice, Reason>),
    ) -> Or<Option<(Voice, Option<ConversationRef>)>> {
        let LaneKey::Direct(pair, _) = claim.key else { return Ok(Ok(None)) };
        let nobody = matches!(own, Err(Reason::NobodyThere));
        let target = match head.delivery.work {
            Work::Send | Work::Notice => None,
            Work::Edit | Work::Delete => head.counterparts.first().map(|counterpart| &counterpart.message),
            Work::React => head.thread.as_ref(),
        };
        // What was said in a room is changed and taken back there, whoever could speak by now.
        let in_room = target.is_some_and(|message| self.rooms.has(&message.conversation));
        if !nobody && !in_room {
            return Ok(Ok(None));
        }
        let says = matches!(head.delivery.work, Work::Send | Work::Notice);
        let Some(app) = workspace.app_login() else {
            return Ok(if says { Err(no_room(head)) } else { Ok(None) });
        };
        let voice = Voice { sender: Sender::App(app), account: AccountId::from("") };
        if !says {
            return Ok(Ok(Some((voice, None))));
        }
        let room = self.room_for((claim, workspace, head), payload, (pair, person)).await?;
        Ok(room.map(|at| Some((voice, Some(at)))))
    }

    /// Fills in under which name the app passes a row on that was planned for what stood in for its author then.
    pub(super) async fn credit_directly(
        &self,
        claim: &Claim,
        person: PersonId,
        payload: &mut Payload,
    ) -> Result<(), StoreError> {
        if let (None, LaneKey::Direct(pair, _)) = (&payload.credit, &claim.key) {
            let people = self.store.pair(*pair).await?;
            let author = people.iter().flatten().find(|one| one.person.id == person);
            payload.credit = author.map(|author| self.credit_of(author));
        }
        Ok(())
    }

    /// Under which name the app passes on what somebody writes, and from where.
    pub(crate) fn credit_of(&self, represented: &Represented) -> Credit {
        let primary = represented.person.primary.as_ref();
        let home = primary.and_then(|primary| self.sites.get(&primary.account.workspace.id));
        let home = home.map_or("another platform", |home| home.profile().name).to_owned();
        Credit { name: credit::clean(&represented.person.name), home, in_front: false }
    }

    /// The room that a message goes to; or how its row ends or waits.
    async fn room_for(
        &self,
        (claim, workspace, head): (&Claim, &Workspace, &Head),
        payload: &Payload,
        (pair, author): (Pair, PersonId),
    ) -> Or<ConversationRef> {
        let known = self.store.room(pair, workspace.at()).await?;
        let whole = known.as_ref().filter(|room| matches!(room.state, MirrorState::Whole { .. }));
        let whole = whole.and_then(|room| Some((room.at.clone()?, room.abandoned)));
        if matches!(head.delivery.state, DeliveryState::Begun { .. }) {
            // What may have been done is looked for where it was; nothing is made for it.
            return Ok(match whole {
                Some((at, _)) => Ok(at),
                None => Err(self.again(head, None, Reason::NobodyThere)),
            });
        }
        if let Some((at, false)) = whole
            && !self.rooms.may_be_empty(&at)
        {
            return Ok(Ok(at));
        }
        let Some(people) = self.store.pair(pair).await? else { return Ok(Err(no_room(head))) };
        let Some(wish) = self.wish(workspace, &people, author).await? else {
            return Ok(Err(no_room(head)));
        };
        let now = self.clock.now();
        let mut room = match known {
            Some(room) => Room { abandoned: false, ..room },
            None => wanted(pair, workspace, self.mark(), now),
        };
        loop {
            room.state = match &room.state {
                MirrorState::Refused { at, .. } if now.since(*at) < AGAIN => return Ok(Err(no_room(head))),
                MirrorState::Refused { .. } => MirrorState::Wanted { since: now },
                MirrorState::Wanted { .. } => {
                    match self.begin_room(workspace, head, &wish, &mut room).await? {
                        Ok(state) => state,
                        Err(finish) => return Ok(Err(finish)),
                    }
                }
                MirrorState::Begun { by, at } => {
                    let (by, at) = (*by, *at);
                    match self.look_for_room((workspace, head), &wish, &mut room, (by, at)).await? {
                        Ok(state) => state,
                        Err(finish) => return Ok(Err(finish)),
                    }
                }
                MirrorState::Open { by } => {
                    let Some(at) = room.at.clone() else { return Ok(Err(no_room(head))) };
                    match self.fill_room(head, &wish, &at, *by).await? {
                        Ok(()) => MirrorState::Ready { by: *by },
                        Err(Unfilled::Row(finish)) => return Ok(Err(finish)),
                        Err(Unfilled::Never(reason)) => MirrorState::Refused { reason, at: now },
                    }
                }
                MirrorState::Ready { by } => {
                    let by = *by;
                    if !payload.introduced
                        && head.delivery.work == Work::Send
                        && let Some(replaced) = self.introduction(claim, workspace, head, payload).await?
                    {
                        // Whole when that is there to be said.
                        return Ok(Err(replaced));
                    }
                    MirrorState::Whole { by }
                }
                MirrorState::Whole { by } => match &room.at {
                    // Whoever has left is let in again, as a direct conversation would be there again.
                    Some(at) if self.rooms.may_be_empty(at) => {
                        match self.fill_room(head, &wish, at, *by).await? {
                            Ok(()) => MirrorState::Whole { by: *by },
                            Err(Unfilled::Row(finish)) => return Ok(Err(finish)),
                            Err(Unfilled::Never(_)) => {
                                // The app has been taken out, or the room away: this is another one.
                                self.rooms.filled(at);
                                room = wanted(pair, workspace, self.mark(), now);
                                room.state.clone()
                            }
                        }
                    }
                    _ => MirrorState::Whole { by: *by },
                },
            };
            if !self.store.set_room(&room).await? {
                return Ok(Err(no_room(head)));
            }
            match (&room.state, &room.at) {
                (MirrorState::Refused { reason, .. }, _) => {
                    tracing::warn!(workspace = %workspace.at().id, reason, "a room cannot be made there");
                    self.store.count("rooms_refused", 1);
                    return Ok(Err(no_room(head)));
                }
                (MirrorState::Whole { .. }, Some(at)) => return Ok(Ok(at.clone())),
                (MirrorState::Open { .. }, Some(at)) => {
                    self.rooms.add(at.clone(), pair);
                    self.attend_to(std::iter::once(wish.host.ear));
                }
                _ => {}
            }
        }
    }

    /// What is to be made for these two. `None`: it cannot be.
    async fn wish(
        &self,
        workspace: &Workspace,
        people: &[Represented; 2],
        author: PersonId,
    ) -> Result<Option<Wish>, StoreError> {
        let [one, other] = people;
        let (author, reader) = if one.person.id == author { (one, other) } else { (other, one) };
        let account = reader.person.primary.as_ref().map(|primary| primary.account.clone());
        let Some(account) = account.filter(|account| account.workspace == *workspace.at()) else {
            return Ok(None);
        };
        let Some(host) = self.host_of_rooms(workspace).await? else { return Ok(None) };
        let Credit { name, home, .. } = self.credit_of(author);
        let members = std::iter::once(account).chain(host.service.clone()).collect();
        Ok(Some(Wish { host, name: format!("{name} ({home})"), members }))
    }

    /// Records that it will be made, and makes it.
    async fn begin_room(
        &self,
        workspace: &Workspace,
        head: &Head,
        wish: &Wish,
        room: &mut Room,
    ) -> Or<MirrorState> {
        let by = wish.host.maker;
        let client = match self.client_or_wait(head, by).await? {
            Ok(client) => client,
            Err(finish) => return Ok(Err(finish)),
        };
        let members = self.others(wish, by).await?;
        let now = self.clock.now();
        room.state = MirrorState::Begun { by, at: now };
        self.store.set_room(room).await?;
        self.steps.reached(Step::Begun);
        let made = client.make_group(&wish.wanted(room, &members)).await;
        let waits = match made {
            Ok(made) => return Ok(Ok(self.stands(room, by, made))),
            Err(CallError::Unknown) => return Ok(Err(self.again(head, Some(FIRST_LOOK), Reason::NoAnswer))),
            Err(CallError::Retry { after }) => self.retried(head, after),
            Err(CallError::Reauthorize) => self.refused(head),
            Err(error) => return Ok(Ok(MirrorState::Refused { reason: error.to_string(), at: now })),
        };
        tracing::debug!(workspace = %workspace.at().id, "a room was not made yet");
        room.state = MirrorState::Wanted { since: now };
        self.store.set_room(room).await?;
        Ok(Err(waits))
    }

    /// What became of a call that may have left.
    async fn look_for_room(
        &self,
        (workspace, head): (&Workspace, &Head),
        wish: &Wish,
        room: &mut Room,
        (by, at): (LoginId, Timestamp),
    ) -> Or<MirrorState> {
        let now = self.clock.now();
        let client = match self.client_or_wait(head, by).await? {
            Ok(client) => client,
            Err(finish) => return Ok(Err(finish)),
        };
        let members = self.others(wish, by).await?;
        let found = client.find_group(&wish.wanted(room, &members), at.minus(SKEW)).await;
        Ok(match found {
            Ok(Some(made)) => Ok(self.stands(room, by, made)),
            Ok(None) => {
                let quiet = self.tuning.quiet.unwrap_or(workspace.profile().quiet);
                match quiet.checked_sub(now.since(at)).filter(|left| !left.is_zero()) {
                    // It may still appear.
                    Some(left) => Err(self.again(head, Some(left), Reason::NoAnswer)),
                    None => Ok(MirrorState::Wanted { since: now }),
                }
            }
            Err(CallError::Retry { after }) => Err(self.retried(head, after)),
            Err(CallError::Unknown) => Err(self.retried(head, None)),
            Err(CallError::Reauthorize) => Err(self.refused(head)),
            Err(error) => Ok(MirrorState::Refused { reason: error.to_string(), at: now }),
        })
    }

    fn stands(&self, room: &mut Room, by: LoginId, made: MadeGroup) -> MirrorState {
        self.store.count("rooms", 1);
        room.at = Some(made.at);
        MirrorState::Open { by }
    }

    /// Lets in whoever has to be there. Somebody who cannot be makes it no room.
    async fn fill_room(
        &self,
        head: &Head,
        wish: &Wish,
        at: &ConversationRef,
        by: LoginId,
    ) -> Result<Result<(), Unfilled>, StoreError> {
        let row = |finish| Ok(Err(Unfilled::Row(finish)));
        let client = match self.client_or_wait(head, by).await? {
            Ok(client) => client,
            Err(finish) => return row(finish),
        };
        for member in self.others(wish, by).await? {
            match client.admit(at, &member).await {
                Ok(()) => {}
                Err(CallError::Retry { after }) => return row(self.retried(head, after)),
                Err(CallError::Unknown) => return row(self.retried(head, None)),
                Err(CallError::Reauthorize) => return row(self.refused(head)),
                Err(error) => return Ok(Err(Unfilled::Never(error.to_string()))),
            }
        }
        self.rooms.filled(at);
        Ok(Ok(()))
    }

    /// Who should be in it beside whoever makes it.
    async fn others(&self, wish: &Wish, by: LoginId) -> Result<Vec<AccountRef>, StoreError> {
        let own = self.store.login(by).await?.and_then(|login| login.account);
        Ok(wish.members.iter().filter(|account| Some(*account) != own.as_ref()).cloned().collect())
    }

    /// A room has vanished: somebody removed it, or took the app out. The next message makes another.
    pub(super) async fn room_vanished(&self, pair: Pair, workspace: &Workspace) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store.set_room(&wanted(pair, workspace, self.mark(), now)).await?;
        Ok(())
    }

    /// What somebody says who was relayed goes to a direct conversation by now; their room says so, once.
    pub(super) async fn leave_room(&self, pair: Pair, workspace: &Workspace) -> Result<(), StoreError> {
        let Some(room) = self.store.room(pair, workspace.at()).await? else { return Ok(()) };
        let (Some(at), false) = (&room.at, room.abandoned) else { return Ok(()) };
        let people = self.store.pair(pair).await?;
        let home = |one: &Represented| {
            one.person.primary.as_ref().is_some_and(|primary| primary.account.workspace == *workspace.at())
        };
        let name = people.iter().flatten().find(|one| !home(one)).map(|one| credit::clean(&one.person.name));
        let text = format!(
            "{} is here by their own name now, and writes to you directly from now on. What you write in this room is still \
             passed on.",
            name.as_deref().unwrap_or("Your colleague")
        );
        let notices = self.announcement(at, &text).into_iter().collect();
        self.store.abandon_room(pair, workspace.at(), notices, self.clock.now()).await?;
        Ok(())
    }

    /// By which the next room is found if the answer to its making is lost.
    fn mark(&self) -> String {
        uuid::Uuid::from_bytes(self.dice.bytes::<16>()).simple().to_string().chars().take(16).collect()
    }
}

impl Wish {
    fn wanted<'a>(&'a self, room: &'a Room, members: &'a [AccountRef]) -> WantedGroup<'a> {
        WantedGroup { name: &self.name, mark: &room.mark, members }
    }
}

fn wanted(pair: Pair, workspace: &Workspace, mark: String, since: Timestamp) -> Room {
    let state = MirrorState::Wanted { since };
    Room { pair, workspace: workspace.at().clone(), mark, state, at: None, abandoned: false }
}

/// How a row ends for which there is no room. What the app has to say on its own behalf is not kept.
fn no_room(head: &Head) -> Finish {
    match head.delivery.work {
        Work::Notice => Finish::Dropped(DropReason::NoStandIn),
        _ => Finish::Dead { reason: Reason::NoRoom.name().to_owned() },
    }
}
