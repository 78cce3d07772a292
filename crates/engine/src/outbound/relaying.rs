//! Who speaks in a channel. Whatever stands in for its author speaks, if it is in the channel; else the app does, in the
//! author's name, so that nobody's words are dropped and nobody's consent is waited for. What was said is changed and taken
//! back by whoever said it, which the platform knows and we need not keep.

use entente_model::{
    AccountId, Alias, Body, CallError, ConversationRef, Draft, MessageRef, Operation, PersonId, Receipt,
    Sender,
};
use entente_store::{Claim, Finish, Head, LaneKey, StoreError, Work};

use crate::credit;
use crate::engine::Engine;
use crate::linked::Doing;
use crate::naming::name_strangers;
use crate::outbound::cutting::{self, reply};
use crate::outbound::preparing::{Voice, voice_of};
use crate::payload::{Credit, Feeling, Payload, To};
use crate::reason::Reason;
use crate::sites::Workspace;

impl Engine {
    /// Who speaks for somebody in a channel, or how the row ends or waits.
    pub(super) async fn colleague(
        &self,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
        person: Option<PersonId>,
    ) -> Result<Result<Voice, Finish>, StoreError> {
        let Some(app) = workspace.app_login() else {
            return Ok(Err(self.again(head, None, Reason::LoginGone)));
        };
        let To::Conversation(id) = &payload.to else {
            return Ok(Err(Finish::Dead { reason: Reason::Unreadable.name().to_owned() }));
        };
        let channel = ConversationRef { workspace: workspace.at().clone(), id: id.clone() };
        let represented = match person {
            Some(person) => self.store.person(person).await?,
            None => None,
        };
        let own = voice_of(represented, workspace).ok();
        let app = || Voice { sender: Sender::App(app), account: AccountId::from("") };
        if matches!(payload.feeling, Some(Feeling::Line(_))) {
            // It is nobody's.
            return Ok(Ok(app()));
        }
        if matches!(head.delivery.work, Work::Send | Work::React) {
            let doing = match (head.delivery.work, &payload.file) {
                (Work::React, _) => Doing::Reacting,
                (_, Some(_)) => Doing::Passing,
                (_, None) => Doing::Speaking,
            };
            let now = self.clock.now();
            let stranger =
                |voice: &Voice| self.linked.is_stranger(&channel, voice.sender.login(), doing, now);
            return Ok(Ok(own.filter(|voice| !stranger(voice)).unwrap_or_else(app)));
        }
        let Some(target) = head.counterparts.iter().find(|it| it.part == head.delivery.part) else {
            // Nothing is there, or it is to be cut first, which says nothing yet.
            return Ok(Ok(app()));
        };
        match self.author_of(&channel, own.as_ref(), &target.message).await? {
            Ok(Some(author)) => {
                if let Some(own) = own.filter(|own| own.account == author.id) {
                    return Ok(Ok(own));
                }
                let known = self.store.identities(std::slice::from_ref(&author)).await?;
                let known = known.into_iter().flatten().next().map(|identity| identity.represented);
                let voice = voice_of(known, workspace).ok().filter(|voice| voice.account == author.id);
                Ok(Ok(voice.unwrap_or_else(app)))
            }
            Err(CallError::Retry { after }) => Ok(Err(self.again(head, after, Reason::Pause))),
            Ok(None) | Err(_) => Ok(Ok(app())),
        }
    }

    /// Who wrote a message on the target, as far as anybody who may be asked can see it.
    async fn author_of(
        &self,
        channel: &ConversationRef,
        own: Option<&Voice>,
        message: &MessageRef,
    ) -> Result<Result<Option<entente_model::AccountRef>, CallError>, StoreError> {
        let logins = self.linked.ear(channel).into_iter().chain(own.map(|voice| voice.sender.login()));
        let mut waits = None;
        for login in logins {
            let client = match self.client(login).await {
                Ok(Some(client)) => client,
                Err(crate::EngineError::Store(error)) => return Err(error),
                Ok(None) | Err(_) => continue,
            };
            match client.fetch(message).await {
                Ok(Some(found)) => return Ok(Ok(Some(found.message.author))),
                Err(error @ CallError::Retry { .. }) => waits = Some(error),
                Err(CallError::Unknown) => waits = Some(CallError::Retry { after: None }),
                Ok(None) | Err(_) => {}
            }
        }
        Ok(waits.map_or(Ok(None), Err))
    }

    /// What becomes of a message that a channel did not take from its author's stand-in: the app says it. The refusal is
    /// certain, so nothing is said twice.
    pub(super) fn relay_instead(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        payload: &Payload,
        (draft, result): (&Draft, &Result<Receipt, CallError>),
        relayed: bool,
    ) -> Option<Finish> {
        let LaneKey::Conversation(channel) = &claim.key else { return None };
        let spoke = matches!(draft.sender, Sender::Account(_) | Sender::Bot(_));
        if relayed || !spoke {
            return None;
        }
        let doing = match draft.operation {
            Operation::Send { .. } if payload.file.is_some() => Doing::Passing,
            Operation::Send { .. } => Doing::Speaking,
            Operation::React { .. } => Doing::Reacting,
            Operation::Edit { .. } | Operation::Delete { .. } => return None,
        };
        let app_files = workspace.profile().capabilities.channels.is_some_and(|channels| channels.app_files);
        match result {
            // Where the app could not do better, it is the file that is refused.
            Err(CallError::Reject(_) | CallError::Lacks(_)) if doing == Doing::Passing && !app_files => None,
            Err(CallError::Gone | CallError::Reject(_) | CallError::Reauthorize | CallError::Lacks(_)) => {
                let now = self.clock.now();
                self.linked.met_stranger(channel, draft.sender.login(), doing, now);
                self.store.count("relayed_instead", 1);
                Some(Finish::RetryAt { at: now, reason: Reason::CannotSpeak.name().to_owned() })
            }
            _ => None,
        }
    }
}

impl Engine {
    /// What becomes of a change of a message that is not found under its name, although whoever hears in the channel sees it
    /// there: a platform may name what an app says otherwise in its histories than in its answer, and that answer was lost.
    /// A new text is said in a reply; that it should go cannot be done, which operators and its author are told.
    pub(super) async fn out_of_reach(
        &self,
        claim: &Claim,
        head: &Head,
        draft: &Draft,
        result: &Result<Receipt, CallError>,
    ) -> Result<Option<Finish>, StoreError> {
        let (LaneKey::Conversation(channel), Err(CallError::Gone)) = (&claim.key, result) else {
            return Ok(None);
        };
        let (Operation::Edit { target, .. } | Operation::Delete { target }) = &draft.operation else {
            return Ok(None);
        };
        let Some(ear) = self.linked.ear(channel) else { return Ok(None) };
        let ear = match self.client_or_wait(head, ear).await? {
            Ok(ear) => ear,
            Err(waits) => return Ok(Some(waits)),
        };
        match ear.fetch(target).await {
            Ok(Some(found)) if !found.deleted => {}
            Err(CallError::Retry { after }) => return Ok(Some(self.retried(head, after))),
            Err(CallError::Unknown) => return Ok(Some(self.retried(head, None))),
            Ok(_) | Err(_) => return Ok(None),
        }
        // As it was planned, without the name in front that this attempt put there.
        let planned = Payload::decode(&head.delivery.payload).filter(|_| head.delivery.work == Work::Edit);
        Ok(Some(match planned {
            Some(payload) => {
                let mut body = payload.body.clone().unwrap_or_default();
                name_strangers(&mut body, &channel.workspace);
                Finish::Replaced(vec![reply(claim, head, &payload, body)])
            }
            None => Finish::Dead { reason: Reason::OutOfReach.name().to_owned() },
        }))
    }
}

/// Puts the author's name where the platform shows it: in the message's own name, or in front of the text.
pub(super) fn credited(workspace: &Workspace, head: &Head, payload: &mut Payload) -> Option<Alias> {
    let credit = payload.credit.clone()?;
    let alias = workspace.profile().capabilities.channels.is_some_and(|channels| channels.alias);
    let full = || format!("{} ({})", credit.name, credit.home);
    if payload.file.is_some() {
        // No platform lets a file be said under another name.
        let name = if alias { full() } else { credit.name };
        payload.body = Some(credit::signed(Body::default(), &name));
        return None;
    }
    if alias {
        return Some(Alias { name: full(), picture: None });
    }
    let part = head.delivery.part;
    let first = cutting::piece(part) == 0 || cutting::is_file(part);
    if let Some(body) = payload.body.take() {
        let put = first && !credit.in_front && !body.is_empty();
        payload.body = Some(if put { credit::signed(body, &credit.name) } else { body });
        payload.credit = Some(Credit { in_front: true, ..credit });
    }
    None
}
