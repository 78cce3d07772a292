//! A reaction at the head of its lane: in a direct conversation what was planned, in a channel what is true by now.

use entente_model::{CallError, DropReason, MessageRef, Operation};
use entente_store::{Claim, Finish, Head, LaneKey, StoreError, Work};

use crate::engine::Engine;
use crate::outbound::cutting::{current, row};
use crate::payload::{Feeling, Payload, Speaker};
use crate::reason::Reason;
use crate::sites::Workspace;

/// So many characters of a message tell which it is.
const BEGINNING: usize = 60;

impl Engine {
    /// What is to be done about a reaction, or how its row ends. `relayed`: the app does it.
    pub(super) async fn reacting(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
        relayed: bool,
    ) -> Result<Result<Operation, Finish>, StoreError> {
        match &payload.feeling {
            Some(Feeling::Sign { emoji, on, .. }) => {
                // A reaction goes to what the message that was reacted to became on the target, or was made from there.
                let Some(target) = head.thread.clone() else {
                    return Ok(Err(Finish::Dropped(DropReason::NoCounterpart)));
                };
                let on = match (&claim.key, payload.speaker) {
                    (LaneKey::Conversation(channel), Speaker::Colleague(person)) => {
                        let standing = self.standing(&target).await?;
                        let who = person.filter(|_| !relayed);
                        self.should_react(&standing, channel, who, emoji)
                    }
                    _ => *on,
                };
                Ok(Ok(Operation::React { target, emoji: emoji.clone(), on }))
            }
            Some(Feeling::Line(_)) => self.line_in_channel(claim, workspace, head, payload).await.map(Err),
            None => Ok(Err(Finish::Dead { reason: Reason::Unreadable.name().to_owned() })),
        }
    }

    /// The line below a message as it should be now: said, changed or taken back.
    async fn line_in_channel(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
    ) -> Result<Finish, StoreError> {
        let (Some(source), Some(Feeling::Line(below)), LaneKey::Conversation(channel)) =
            (&head.delivery.source, &payload.feeling, &claim.key)
        else {
            return Ok(Finish::Dead { reason: Reason::Unreadable.name().to_owned() });
        };
        let below = MessageRef { conversation: source.conversation.clone(), id: below.clone() };
        let standing = self.standing(&below).await?;
        let about = if workspace.platform.app_answers(&channel.id) {
            None
        } else {
            match self.first_words(head, &below).await? {
                Ok(words) => words,
                Err(waits) => return Ok(waits),
            }
        };
        let body = standing.line(channel, workspace.platform.as_ref(), about.as_deref());
        let stands = !current(&head.counterparts).is_empty();
        let work = match (stands, &body) {
            (false, None) => return Ok(Finish::Dropped(DropReason::NothingToSay)),
            (false, Some(_)) => Work::Send,
            (true, Some(_)) => Work::Edit,
            (true, None) => Work::Delete,
        };
        // Taken back as a whole, however often it had to be said anew.
        let payload = Payload { body, cut: work != Work::Delete, ..payload.clone() };
        let mut plan = row(claim, head, work, 0, &payload);
        plan.thread = (work == Work::Send).then_some(below);
        Ok(Finish::Replaced(vec![plan]))
    }

    /// How a message begins, as whoever hears where it stands sees it now; nothing where it says nothing.
    async fn first_words(
        &self,
        head: &Head,
        message: &MessageRef,
    ) -> Result<Result<Option<String>, Finish>, StoreError> {
        let Some(ear) = self.linked.ear(&message.conversation) else { return Ok(Ok(None)) };
        let client = match self.client_or_wait(head, ear).await? {
            Ok(client) => client,
            Err(waits) => return Ok(Err(waits)),
        };
        Ok(match client.fetch(message).await {
            Ok(found) => {
                let said = found.map(|found| found.message.body.first_line(BEGINNING));
                Ok(said.filter(|said| !said.is_empty()))
            }
            Err(CallError::Retry { after }) => Err(self.retried(head, after)),
            Err(CallError::Unknown) => Err(self.retried(head, None)),
            // What cannot be read any more is not named.
            Err(_) => Ok(None),
        })
    }
}
