//! Reactions. Platforms tell them as happenings or as part of a changed message, in any order and more than once; here
//! only how they stand counts. A report is a reason to look: what came with it is believed where it tells nothing new, and
//! fetched otherwise, because a report that was overtaken would undo what is newer. What stands is compared with what stood,
//! and the difference is planned for whoever made it, in the lane of their messages, so it comes after what it is about.
//!
//! A stand-in's own reactions come back as reports too. They are routed like any other, which leads nowhere: a person
//! reacts through a stand-in only where the other one works, and whoever is there sees it already.

use std::collections::BTreeSet;

use entente_model::{
    AccountId, AccountRef, Block, Body, ConversationRef, DropReason, Emoji, Inline, MessageId, MessageRef,
    Pair, Reaction, Snapshot, Timestamp,
};
use entente_platform::Reactions;
use entente_store::{Arrived, LaneKey, Plan, ReactionsNow, Represented, Routed, Work};

use crate::compare::Verdict;
use crate::engine::Engine;
use crate::inbound::news::{News, keep_newest};
use crate::inbound::planning::owner;
use crate::inbound::{Aside, Hold, Reported, refusal};
use crate::payload::{Feeling, Payload};
use crate::route::Scene;

/// How reactions to a message stood and stand.
pub(super) struct Felt {
    pub(super) message: MessageRef,
    before: BTreeSet<(AccountId, Emoji)>,
    /// In the order that the platform tells them.
    now: Vec<Reaction>,
    /// Whether the message is passed on, so that reactions to it can be.
    pub(super) carried: bool,
    /// Whether it is gone, and the reactions with it.
    pub(super) gone: bool,
}

/// What can be shown at the target.
struct Can<'a> {
    reactions: Reactions,
    shows: &'a dyn Fn(&Emoji) -> bool,
}

/// Somebody's reactions to a message, and what of them is new.
struct Difference {
    before: BTreeSet<Emoji>,
    now: Vec<Emoji>,
}

impl Engine {
    /// Learns how the reactions to a message stand.
    pub(super) async fn reacted(
        &self,
        reported: &Reported<'_>,
        arrival: &Arrived,
        snapshots: &mut Vec<Snapshot>,
        news: &mut News,
    ) -> Result<(), Hold> {
        let id = &arrival.message.id;
        if let Some(body) = &arrival.body {
            match reported.workspace.receiver().open(&arrival.message, body) {
                Ok(mut told) => {
                    self.store.count("opened", 1);
                    let (gone, reactions) = (told.deleted, told.reactions.take());
                    keep_newest(snapshots, told);
                    if gone {
                        return Ok(());
                    }
                    // Not told whose they are, they may be anybody's.
                    if let Some(reactions) = reactions {
                        let before = self.store.reactions(reported.conversation, id).await?;
                        if set(&reactions) == before.into_iter().collect() {
                            return Ok(());
                        }
                    }
                }
                Err(reason) => {
                    tracing::warn!(workspace = %reported.workspace.at().id, reason, "a report could not be opened");
                    news.aside.push(Aside { reason, body: body.clone() });
                }
            }
        }
        if snapshots.iter().any(|held| held.message.at.id == *id && held.reactions.is_some()) {
            // Fetched already, later than any of these reports was made.
            return Ok(());
        }
        match self.fetch(reported, arrival).await {
            Ok(Some(snapshot)) => keep_newest(snapshots, snapshot),
            Ok(None) => news.drops.push(DropReason::Gone),
            Err(Hold::Refused { patience, reason }) if self.ripe(arrival, patience) => {
                news.aside.push(refusal::aside(arrival, &reason));
                news.drops.push(DropReason::Refused);
            }
            Err(hold) => return Err(hold),
        }
        Ok(())
    }

    /// Of which of these messages the reactions have changed. Those of a message that is gone are gone too.
    pub(super) async fn felt(&self, conversation: &ConversationRef, news: &News) -> Result<Vec<Felt>, Hold> {
        let mut felt = Vec::new();
        let taken_back = news.stand.iter().filter(|(_, verdict)| *verdict == Verdict::Deleted);
        let taken_back = taken_back.map(|(snapshot, _)| &snapshot.message.at.id);
        for id in taken_back.chain(&news.gone) {
            let before: BTreeSet<_> = self.store.reactions(conversation, id).await?.into_iter().collect();
            if !before.is_empty() {
                let message = MessageRef { conversation: conversation.clone(), id: id.clone() };
                felt.push(Felt { message, before, now: Vec::new(), carried: true, gone: true });
            }
        }
        for (snapshot, verdict) in &news.stand {
            let Some(now) = snapshot.reactions.as_ref().filter(|_| !snapshot.deleted) else { continue };
            // Nothing can have been recorded about what nobody has seen.
            if now.is_empty() && *verdict == Verdict::New {
                continue;
            }
            let at = &snapshot.message.at;
            let before = self.store.reactions(&at.conversation, &at.id).await?.into_iter().collect();
            if set(now) != before {
                let carried = *verdict != Verdict::NeverSeen;
                felt.push(Felt { message: at.clone(), before, now: now.clone(), carried, gone: false });
            }
        }
        Ok(felt)
    }

    /// Plans what has changed, and records how it stands.
    pub(super) fn plan_feelings(
        &self,
        routed: &mut Routed,
        felt: &Felt,
        (pair, people): (Pair, &[Represented; 2]),
        accepted_at: Timestamp,
    ) {
        routed.reactions.push(felt.record());
        if !felt.carried {
            return;
        }
        let here = &felt.message.conversation.workspace;
        for account in felt.changed() {
            let account = AccountRef { workspace: here.clone(), id: account };
            let Some(actor) = owner(people, &account) else {
                routed.drops.push(DropReason::NoInterest);
                continue;
            };
            let routing = self.routing(&Scene { workspace: here, pair, people, actor });
            routed.drops.extend(routing.drops);
            for target in routing.routes {
                let difference = felt.of(&account.id);
                let LaneKey::Direct(_, workspace) = &target.lane else { continue };
                let Some(platform) = self.registry.get(&workspace.platform) else { continue };
                let capabilities = &platform.profile().capabilities;
                // The app does it, where it can.
                let shown =
                    !target.relayed || capabilities.channels.is_some_and(|channels| channels.app_reacts);
                let can = Can {
                    reactions: capabilities.reactions,
                    shows: &|emoji| shown && platform.reacts_with(emoji),
                };
                let plan = Plan {
                    lane: target.lane.clone(),
                    work: Work::React,
                    source: None,
                    part: 0,
                    thread: Some(felt.message.clone()),
                    payload: bytes::Bytes::new(),
                    accepted_at,
                };
                let signs = if felt.gone { Vec::new() } else { difference.signs(&can) };
                let signs = signs.into_iter().map(|feeling| {
                    let payload = Payload { feeling: Some(feeling), ..target.payload.clone() };
                    Plan { payload: payload.encode(), ..plan.clone() }
                });
                routed.plans.extend(signs);
                let line = difference.line(&can).map(|(work, body)| {
                    // Taken back as a whole, however often it had to be said anew.
                    let below = felt.message.id.clone();
                    let (feeling, cut) = (Some(Feeling::Line(below)), work != Work::Delete);
                    let payload = Payload { body, cut, feeling, ..target.payload.clone() };
                    let source = Some(felt.line_of(&account.id));
                    Plan { work, source, payload: payload.encode(), ..plan.clone() }
                });
                routed.plans.extend(line);
            }
        }
    }
}

impl Felt {
    /// To which message.
    pub(super) fn message(&self) -> &MessageId {
        &self.message.id
    }

    /// How they stand now, for the store.
    pub(super) fn record(&self) -> ReactionsNow {
        let all = self.now.iter().map(|one| (one.by.id.clone(), one.emoji.clone())).collect();
        ReactionsNow { message: self.message.id.clone(), all }
    }

    /// What is not as it was: whose reaction with what, and whether it stands now.
    pub(super) fn differences(&self) -> impl Iterator<Item = ((AccountId, Emoji), bool)> + use<> {
        let now = set(&self.now);
        let changed: Vec<_> = now.symmetric_difference(&self.before).cloned().collect();
        changed.into_iter().map(move |one| (one.clone(), now.contains(&one)))
    }

    /// Those whose reactions are not what they were.
    fn changed(&self) -> BTreeSet<AccountId> {
        self.differences().map(|((account, _), _)| account).collect()
    }

    fn of(&self, account: &AccountId) -> Difference {
        let before = self.before.iter().filter(|(by, _)| by == account).map(|(_, emoji)| emoji.clone());
        let now = self.now.iter().filter(|one| one.by.id == *account).map(|one| one.emoji.clone());
        Difference { before: before.collect(), now: now.collect() }
    }

    /// What the line of text stands for that shows somebody's reactions where they cannot be shown as such. It is a message
    /// of nobody's, whose name no platform gives.
    fn line_of(&self, account: &AccountId) -> MessageRef {
        let id = format!("{}/reactions/{account}", self.message.id);
        MessageRef { conversation: self.message.conversation.clone(), id: id.into() }
    }
}

impl Difference {
    /// What is to be done where reactions can be made.
    fn signs(&self, can: &Can<'_>) -> Vec<Feeling> {
        let now: Vec<&Emoji> = self.now.iter().filter(|emoji| (can.shows)(emoji)).collect();
        let gone = self.before.iter().filter(|emoji| (can.shows)(emoji) && !now.contains(emoji));
        let mut added = now.iter().filter(|emoji| !self.before.contains(emoji));
        let sign = |emoji: &Emoji, on, alone| Feeling::Sign { emoji: emoji.clone(), on, alone };
        if can.reactions == Reactions::One {
            // The last one takes the place of whichever is there.
            let gone: Vec<&Emoji> = gone.collect();
            let last = added.next_back().or(now.last().filter(|_| !gone.is_empty()));
            return match last {
                Some(last) => vec![sign(last, true, now.len() > 1)],
                None => gone.into_iter().map(|emoji| sign(emoji, false, false)).collect(),
            };
        }
        gone.map(|emoji| sign(emoji, false, false))
            .chain(added.map(|emoji| sign(emoji, true, false)))
            .collect()
    }

    /// What is to be done about the line that shows what cannot be shown otherwise.
    fn line(&self, can: &Can<'_>) -> Option<(Work, Option<Body>)> {
        let before: BTreeSet<&Emoji> = self.before.iter().filter(|emoji| !(can.shows)(emoji)).collect();
        let now: Vec<&Emoji> = self.now.iter().filter(|emoji| !(can.shows)(emoji)).collect();
        if now.iter().copied().collect::<BTreeSet<_>>() == before {
            return None;
        }
        if now.is_empty() {
            return Some((Work::Delete, None));
        }
        let signs: Vec<&str> = now.iter().map(|emoji| emoji.as_str()).collect();
        let line = vec![
            Inline::Italic(vec![Inline::Text("reacted:".to_owned())]),
            Inline::Text(format!(" {}", signs.join(" "))),
        ];
        let work = if before.is_empty() { Work::Send } else { Work::Edit };
        Some((work, Some(Body(vec![Block::Paragraph(line)]))))
    }
}

fn set(reactions: &[Reaction]) -> BTreeSet<(AccountId, Emoji)> {
    reactions.iter().map(|one| (one.by.id.clone(), one.emoji.clone())).collect()
}

#[cfg(test)]
mod tests;
