//! Reactions in a channel of a link: what has changed is a reason for rows in the other channels, which find out at the head of
//! their lanes what is to be shown ([`crate::standing`]).

use std::collections::BTreeSet;

use entente_model::{
    AccountRef, ConversationRef, DropReason, Emoji, Link, LinkId, Member, MessageRef, PersonId, Timestamp,
};
use entente_store::{LaneKey, Plan, Routed, StoreError, Work};

use super::takers;
use crate::engine::Engine;
use crate::inbound::Hold;
use crate::inbound::feelings::Felt;
use crate::payload::{Feeling, Payload, Speaker, To};
use crate::standing::{app_reacts, app_shows};

impl Engine {
    /// Plans what has changed about a message, and records how it stands.
    pub(super) async fn plan_feelings_for_link(
        &self,
        routed: &mut Routed,
        link: &Link,
        felt: &Felt,
        accepted_at: Timestamp,
    ) -> Result<(), Hold> {
        routed.reactions.push(felt.record());
        if !felt.carried {
            return Ok(());
        }
        let message = &felt.message;
        let here = &message.conversation.workspace;
        let changed: Vec<(AccountRef, Emoji, bool)> = felt
            .differences()
            .map(|((id, emoji), on)| (AccountRef { workspace: here.clone(), id }, emoji, on))
            .collect();
        let feelers = self.feelers(changed.iter().map(|(by, ..)| by.clone()).collect()).await?;
        let changed: Vec<_> =
            changed.iter().filter_map(|(by, emoji, on)| Some((feelers.get(by)?, emoji, *on))).collect();
        if changed.is_empty() {
            routed.drops.push(DropReason::NoInterest);
            return Ok(());
        }
        let origin = self.store.reactions_everywhere(message).await?.origin;
        for target in takers(routed, &message.conversation, link) {
            let Some(platform) = self.registry.get(&target.at.workspace.platform) else { continue };
            let mut signs: BTreeSet<(bool, Option<PersonId>, &Emoji)> = BTreeSet::new();
            for (feeler, emoji, on) in &changed {
                if felt.gone || !app_shows(platform.as_ref(), emoji) {
                    continue;
                }
                // Whether their account may react there is found out there; the app may have done so in its place.
                signs.insert((*on, feeler.person(), *emoji));
                if !on {
                    signs.insert((false, None, *emoji));
                }
            }
            let row = Row { target, message, accepted_at };
            routed.plans.extend(signs.into_iter().map(|(on, who, emoji)| {
                row.of(None, who, Feeling::Sign { emoji: emoji.clone(), on, alone: false })
            }));
            if changed.iter().any(|(_, emoji, _)| !app_shows(platform.as_ref(), emoji)) {
                routed.plans.push(row.of(Some(line_of(&origin)), None, Feeling::Line(origin.id.clone())));
            }
        }
        Ok(())
    }

    /// Whether a line may have to stand for reactions to what is said in a channel of this link.
    pub(in crate::inbound) async fn lines_in_link(
        &self,
        from: &ConversationRef,
        link: LinkId,
    ) -> Result<bool, StoreError> {
        let link = self.store.link(link).await?;
        let lines = |target: &Member| {
            let platform = self.registry.get(&target.at.workspace.platform);
            platform.is_some_and(|platform| !app_reacts(platform.as_ref()))
        };
        Ok(link.is_some_and(|link| link.targets(from).any(lines)))
    }
}

/// What the line stands for that shows the reactions to a message and its copies. It is a message of nobody's, whose name no
/// platform gives.
fn line_of(origin: &MessageRef) -> MessageRef {
    MessageRef { conversation: origin.conversation.clone(), id: format!("{}/reactions", origin.id).into() }
}

/// A row in another channel.
struct Row<'a> {
    target: &'a Member,
    message: &'a MessageRef,
    accepted_at: Timestamp,
}

impl Row<'_> {
    fn of(&self, source: Option<MessageRef>, who: Option<PersonId>, feeling: Feeling) -> Plan {
        let payload = Payload {
            cut: true,
            introduced: true,
            feeling: Some(feeling),
            ..Payload::new(Speaker::Colleague(who), To::Conversation(self.target.at.id.clone()))
        };
        Plan {
            lane: LaneKey::Conversation(self.target.at.clone()),
            work: Work::React,
            source,
            part: 0,
            thread: Some(self.message.clone()),
            payload: payload.encode(),
            accepted_at: self.accepted_at,
        }
    }
}
