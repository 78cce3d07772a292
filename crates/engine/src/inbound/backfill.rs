//! What was written in the channels of a link before it was made, where the link reaches back. It is passed on piece by piece, oldest
//! first, in the queue of the channel's reports, which wait until it is done: so what is said meanwhile comes after it. How far it
//! has come is written together with what is planned, so after a crash it goes on where it stood, and nothing is planned twice.
//!
//! A piece is news like any other: what we wrote is an echo, and whoever is nobody of ours is left out. Its own are the lines that tell
//! when it was said, because no platform shows a message under the time of another; that it calls nobody; and that a message which an
//! earlier link took to one of the channels is not taken there again.

use std::collections::{BTreeSet, HashMap};

use entente_model::{
    Backfill, CallError, ConversationRef, Link, Member, MessageId, MessageRef, Snapshot, Timestamp,
};
use entente_platform::{Piece, Span};
use entente_store::{LaneKey, Plan, Routed, Work};

use crate::compare::{self, Verdict};
use crate::engine::Engine;
use crate::inbound::news::News;
use crate::inbound::refusal::{PATIENCE, Refusals};
use crate::inbound::{Hold, Reported, Talk};
use crate::naming::named_only;

/// How many messages are held at once, and planned at once.
const PIECE: usize = 200;

impl Engine {
    /// What the next piece of what was written before in a channel comes to. The reports stay where they are.
    pub(super) async fn carry_backfill(
        &self,
        reported: &Reported<'_>,
        link: &Link,
        talk: &Talk,
        backfill: &Backfill,
    ) -> Result<Routed, Hold> {
        let piece = match self.piece(reported, link, backfill).await {
            Ok(piece) => piece,
            Err(Hold::Refused { patience, reason }) if self.all_ripe(reported, patience) => {
                tracing::warn!(workspace = %reported.workspace.at().id, reason, "what was written before a link cannot be read");
                self.store.count("history_unread", 1);
                let text = format!(
                    "What was said in {} before the channels were linked cannot be read.",
                    self.shown_as(link, reported.conversation)
                );
                let plans = self.in_takers(link, reported.conversation, &text);
                return Ok(Routed { plans, backfill: Some((link.id, None)), ..Routed::default() });
            }
            Err(hold) => return Err(hold),
        };
        if piece.gap {
            tracing::warn!(workspace = %reported.workspace.at().id, "part of what was written before a link could not be read");
            self.store.count("history_gaps", 1);
        }
        let written: HashMap<MessageId, Timestamp> =
            piece.snapshots.iter().map(|one| (one.message.at.id.clone(), one.created_at)).collect();
        let (news, known) = self.as_it_stands(reported, piece.snapshots).await?;
        let mut routed = self.plan_for_link(reported, link, talk, news).await?;
        routed.done.clear();
        self.leave_out_copies(reported, &known, &mut routed.plans).await?;
        let from = reported.conversation;
        let (mut plans, told) =
            self.with_days(link, from, std::mem::take(&mut routed.plans), &written, backfill);
        if piece.next.is_none() && told.is_some() {
            let shown = self.shown_as(link, from);
            let text = format!("So much was said in {shown} before. What follows is said from now on.");
            plans.extend(self.in_takers(link, from, &text));
        }
        let now = piece.next.map(|(at, message)| Backfill { at, message, told });
        Ok(Routed { plans, backfill: Some((link.id, now)), ..routed })
    }

    /// The next piece as whoever hears in the channel reads it.
    async fn piece(&self, reported: &Reported<'_>, link: &Link, backfill: &Backfill) -> Result<Piece, Hold> {
        let span = Span {
            since: link.reaches_back_to(),
            from: backfill.at,
            after: backfill.message.clone(),
            until: link.made_at,
            most: PIECE,
        };
        let mut refusals = Refusals::default();
        for client in self.listeners(reported).await? {
            match client.backfill(reported.conversation, &span).await {
                Ok(piece) => return Ok(piece),
                Err(CallError::Gone) => {}
                Err(error) => refusals.take(error, self.tuning.give_up_after)?,
            }
        }
        refusals.hold()?;
        Err(Hold::Refused { patience: PATIENCE, reason: "nobody who may read it is there".to_owned() })
    }

    /// What these messages mean, and which of them an earlier link met.
    async fn as_it_stands(
        &self,
        reported: &Reported<'_>,
        mut snapshots: Vec<Snapshot>,
    ) -> Result<(News, BTreeSet<MessageId>), Hold> {
        for snapshot in &mut snapshots {
            // Whoever was called was called then.
            self.name_people(&mut snapshot.message.body, false).await?;
            named_only(&mut snapshot.message.body);
        }
        let ids: Vec<MessageId> = snapshots.iter().map(|one| one.message.at.id.clone()).collect();
        let seen = self.store.known(reported.conversation, &ids).await?.seen;
        let mut known = BTreeSet::new();
        let stand = snapshots.into_iter().zip(seen).map(|(snapshot, seen)| {
            let verdict = match compare::compare(&snapshot, seen) {
                Verdict::Same | Verdict::Edited if seen.is_some_and(|seen| !seen.deleted) => {
                    known.insert(snapshot.message.at.id.clone());
                    Verdict::New
                }
                verdict => verdict,
            };
            (snapshot, verdict)
        });
        let stand = stand.collect();
        Ok((News { stand, ..News::default() }, known))
    }

    /// Leaves out what stands at its target already, of messages that an earlier link met.
    async fn leave_out_copies(
        &self,
        reported: &Reported<'_>,
        known: &BTreeSet<MessageId>,
        plans: &mut Vec<Plan>,
    ) -> Result<(), Hold> {
        let mut copies = BTreeSet::new();
        for id in known {
            let message = MessageRef { conversation: reported.conversation.clone(), id: id.clone() };
            for place in self.store.copies(&message).await? {
                copies.insert((id.clone(), place));
            }
        }
        plans.retain(|plan| match (&plan.source, &plan.lane) {
            (Some(source), LaneKey::Conversation(place)) => {
                !copies.contains(&(source.id.clone(), place.clone()))
            }
            _ => true,
        });
        Ok(())
    }

    /// The rows with lines in front that tell when the messages were written; and when the last was, of all so far.
    fn with_days(
        &self,
        link: &Link,
        from: &ConversationRef,
        plans: Vec<Plan>,
        written: &HashMap<MessageId, Timestamp>,
        backfill: &Backfill,
    ) -> (Vec<Plan>, Option<Timestamp>) {
        let mut told = backfill.told;
        let mut days: HashMap<ConversationRef, String> = HashMap::new();
        let mut all = Vec::with_capacity(plans.len());
        for plan in plans {
            let at = plan.source.as_ref().and_then(|source| written.get(&source.id).copied());
            if let (Work::Send, Some(at), LaneKey::Conversation(place)) = (plan.work, at, &plan.lane) {
                if told.is_none() {
                    let shown = self.shown_as(link, from);
                    let text = format!(
                        "What follows was said in {shown} before the channels were linked, from {} on.",
                        at.day()
                    );
                    all.extend(self.in_takers(link, from, &text));
                    days.extend(link.targets(from).map(|taker| (taker.at.clone(), at.day())));
                }
                let last = days.entry(place.clone()).or_insert_with(|| told.unwrap_or(at).day());
                if *last != at.day() {
                    *last = at.day();
                    all.extend(self.announcement(place, &format!("What follows was said on {last}.")));
                }
                told = Some(at);
            }
            all.push(plan);
        }
        (all, told)
    }

    /// A line of the app in each channel that takes what is written in this one.
    fn in_takers(&self, link: &Link, from: &ConversationRef, text: &str) -> Vec<Plan> {
        link.targets(from).filter_map(|taker| self.announcement(&taker.at, text)).collect()
    }

    /// A channel as the others know it.
    fn shown_as(&self, link: &Link, at: &ConversationRef) -> String {
        let shown = |member: &Member| format!("“{}” ({})", member.name, self.platform_of(member));
        link.member(at).map(shown).unwrap_or_default()
    }
}
