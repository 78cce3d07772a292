//! From a row to a draft: who speaks, where, and which counterpart is meant. Done at the head of the lane, because only
//! there is it certain what came of the rows before.

use std::sync::Arc;

use entente_model::{
    AccountId, Body, ConversationRef, Destination, Draft, DropReason, Operation, Sender, StandInMode,
    StandInState,
};
use entente_platform::{Client, Mentions};
use entente_store::{Claim, DeliveryState, Finish, Head, LaneKey, Represented, StoreError, Work};

use crate::engine::Engine;
use crate::naming::{calls_not_all, name_strangers, named_only};
use crate::outbound::cutting;
use crate::outbound::relaying::credited;
use crate::payload::{Payload, Speaker};
use crate::reason::Reason;
use crate::sites::Workspace;

/// What is to be done about a row.
pub(super) enum Prepared {
    /// This, by this client; recognisable by this.
    Do {
        draft: Draft,
        client: Arc<dyn Client>,
        fingerprint: [u8; 32],
        payload: Box<Payload>,
        /// The app says it in somebody's name.
        relayed: bool,
    },
    /// Nothing now; the row ends or waits like this.
    Not(Finish),
}

/// Who speaks in a workspace.
pub(crate) struct Voice {
    pub(crate) sender: Sender,
    pub(crate) account: AccountId,
}

impl Engine {
    pub(super) async fn prepare(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
    ) -> Result<Prepared, StoreError> {
        let Some(mut payload) = Payload::decode(&head.delivery.payload) else {
            return Ok(Prepared::Not(Finish::Dead { reason: Reason::Unreadable.name().to_owned() }));
        };
        let (mut relayed, mut alias, mut spoken) = (false, None, None);
        if let Speaker::Colleague(person) = payload.speaker {
            match self.colleague(workspace, head, &payload, person).await? {
                Ok(voice) => {
                    relayed = matches!(voice.sender, Sender::App(_));
                    spoken = Some(voice);
                }
                Err(finish) => return Ok(Prepared::Not(finish)),
            }
            if relayed {
                alias = credited(workspace, head, &mut payload);
            }
        }
        let mut room = None;
        let mut own = None;
        if let (LaneKey::Direct(..), Speaker::Person(person)) = (&claim.key, payload.speaker) {
            let voice = self.voice(claim, workspace, payload.speaker).await?;
            let row = (claim, workspace, head);
            match self.relayed_directly(row, &payload, (person, &voice)).await? {
                Ok(Some((voice, at))) => {
                    (relayed, spoken, room) = (true, Some(voice), at);
                    if head.delivery.work != Work::Notice {
                        self.credit_directly(claim, person, &mut payload).await?;
                        alias = credited(workspace, head, &mut payload);
                    }
                }
                Ok(None) => own = Some(voice),
                Err(finish) => return Ok(Prepared::Not(finish)),
            }
        }
        // Whoever speaks for themselves is relayed no more.
        let leaves = matches!(own, Some(Ok(_)));
        let mut operation = match head.delivery.work {
            Work::Send | Work::Notice => {
                match self.sending(claim, workspace, head, &payload, (room, leaves)).await? {
                    Ok(operation) => operation,
                    Err(finish) => return Ok(Prepared::Not(finish)),
                }
            }
            Work::Edit => match cutting::editing(claim, workspace, head, &payload) {
                Ok(operation) => operation,
                Err(finish) => return Ok(Prepared::Not(finish)),
            },
            Work::React => match self.reacting(claim, workspace, head, &payload, relayed).await? {
                Ok(operation) => operation,
                Err(finish) => return Ok(Prepared::Not(finish)),
            },
            Work::Delete => match cutting::deleting(claim, head, &payload) {
                Ok(operation) => operation,
                Err(finish) => return Ok(Prepared::Not(finish)),
            },
        };
        let voice = match (spoken, own) {
            (Some(voice), _) => Ok(voice),
            (None, Some(own)) => own,
            (None, None) => self.voice(claim, workspace, payload.speaker).await?,
        };
        let voice = match voice {
            Ok(voice) => voice,
            Err(why) => return Ok(Prepared::Not(self.again(head, None, why))),
        };
        if let Operation::Send { body, .. } | Operation::Edit { body, .. } = &mut operation {
            let capabilities = &workspace.profile().capabilities;
            let uncalled = self.uncalled.has(head.delivery.id);
            // What will be read back is the name, and it is recognised by that.
            if uncalled || !capabilities.mentions.are_made_by(voice.sender) {
                named_only(body);
            }
            let everybody = capabilities.channels.map_or(Mentions::Nobodys, |channels| channels.everybody);
            if uncalled || !everybody.are_made_by(voice.sender) {
                calls_not_all(body);
            }
        }
        let client = match self.client_or_wait(head, voice.sender.login()).await? {
            Ok(client) => client,
            Err(finish) => return Ok(Prepared::Not(finish)),
        };
        let empty = Body::default();
        let body = match &operation {
            Operation::Send { body, .. } | Operation::Edit { body, .. } => body,
            Operation::Delete { .. } | Operation::React { .. } => &empty,
        };
        let files = usize::from(payload.file.is_some());
        let fingerprint = if relayed {
            self.fingerprints.of_relayed(body, files)
        } else {
            self.fingerprints.of_message(&voice.account, body, files)
        };
        let draft = Draft { operation, sender: voice.sender, alias };
        Ok(Prepared::Do { draft, client, fingerprint, payload: Box::new(payload), relayed })
    }

    async fn sending(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
        (room, leaves): (Option<ConversationRef>, bool),
    ) -> Result<Result<Operation, Finish>, StoreError> {
        let open = match (&claim.key, &room) {
            (LaneKey::Direct(pair, at), None) => self.store.direct(*pair, at).await?,
            _ => None,
        };
        // A row that may have been done is looked for as it is; replaced by others it would be sent again.
        let begun = matches!(head.delivery.state, DeliveryState::Begun { .. });
        if leaves
            && open.is_none()
            && !begun
            && head.delivery.work == Work::Send
            && let LaneKey::Direct(pair, _) = &claim.key
        {
            self.leave_room(*pair, workspace).await?;
        }
        if open.is_none()
            && room.is_none()
            && !payload.introduced
            && !begun
            && head.delivery.work == Work::Send
            && let Some(replaced) = self.introduction(claim, workspace, head, payload).await?
        {
            return Ok(Err(replaced));
        }
        let mut body = payload.body.clone().unwrap_or_default();
        name_strangers(&mut body, workspace.at());
        if body.is_empty() && payload.file.is_none() {
            return Ok(Err(Finish::Dropped(DropReason::NothingToSay)));
        }
        if payload.feeling.is_some() && head.thread.is_none() {
            // What it is about is not there, and says nothing without it.
            return Ok(Err(Finish::Dropped(DropReason::NoCounterpart)));
        }
        let to = match room {
            Some(room) => Destination::Conversation(room),
            None => payload.destination(workspace.at(), open),
        };
        let in_place = |thread: &entente_model::MessageRef| match &to {
            Destination::Conversation(conversation) => thread.conversation == *conversation,
            Destination::Direct(_) => false,
        };
        let thread = head.thread.clone().filter(in_place);
        Ok(Ok(Operation::Send { to, thread, body }))
    }

    /// Who speaks for a person in the lane's workspace now, or why nobody can.
    async fn voice(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        speaker: Speaker,
    ) -> Result<Result<Voice, Reason>, StoreError> {
        let person = match speaker {
            Speaker::Person(person) => person,
            Speaker::App(login) => {
                let account = self.store.login(login).await?.and_then(|login| login.account);
                let account = account.map_or_else(|| AccountId::from(""), |account| account.id);
                return Ok(Ok(Voice { sender: Sender::App(login), account }));
            }
            // Who speaks in a channel is decided by what stands there.
            Speaker::Colleague(_) => return Ok(Err(Reason::NobodyThere)),
        };
        let represented = match &claim.key {
            LaneKey::Direct(pair, _) => {
                let people = self.store.pair(*pair).await?;
                people.and_then(|people| people.into_iter().find(|r| r.person.id == person))
            }
            _ => self.store.person(person).await?,
        };
        Ok(voice_of(represented, workspace))
    }
}

pub(crate) fn voice_of(represented: Option<Represented>, workspace: &Workspace) -> Result<Voice, Reason> {
    let primary = represented.as_ref().and_then(|one| one.person.primary.as_ref());
    // Nothing stands in for anybody where they work.
    let at_home = primary.is_some_and(|primary| primary.account.workspace == *workspace.at());
    let stand_ins = represented.map(|represented| represented.stand_ins).unwrap_or_default();
    let there = |stand_in: &entente_model::StandIn| {
        stand_in.workspace == *workspace.at() && stand_in.state != StandInState::Removed
    };
    let Some(stand_in) = stand_ins.into_iter().find(there) else {
        return Err(if at_home { Reason::CannotSpeak } else { Reason::NobodyThere });
    };
    match (stand_in.state, stand_in.login, stand_in.account) {
        (StandInState::Active, Some(login), Some(account)) => {
            let sender = Speaker::with(login, stand_in.mode == StandInMode::Bot);
            Ok(Voice { sender, account: account.id })
        }
        (StandInState::AwaitingConsent, ..) => Err(Reason::NoConsent),
        (StandInState::Planned | StandInState::Provisioning, ..) => Err(Reason::BeingMade),
        _ => Err(Reason::CannotSpeak),
    }
}
