//! A row that may have been done is looked for in the target before anything is sent again.

use std::time::Duration;

use entente_model::{CallError, ConversationRef, Destination, Operation, Snapshot, Timestamp};
use entente_platform::{Client, Mark};
use entente_store::{Begun, Claim, Finish, Head, LaneKey, StoreError, Work};

use crate::engine::Engine;
use crate::outbound::outcome::FIRST_LOOK;
use crate::outbound::preparing::Prepared;
use crate::outbound::{Next, opens};
use crate::planted::{Bug, planted};
use crate::reason::Reason;
use crate::schedule;
use crate::sites::Workspace;

/// Clocks of platforms may be behind ours by so much.
const SKEW: Duration = Duration::from_mins(1);

/// The longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

impl Engine {
    /// Looks for the effect of a row that began at `began`. Found: it is recorded. Not found and nothing can still
    /// appear: it is sent again. Otherwise it is looked for again, less and less often.
    pub(super) async fn look(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        began: Timestamp,
    ) -> Result<Next, StoreError> {
        // What it is recognised by is what was committed before the call, whatever is known of the sender by now.
        let Some(intent) = self.intent(claim, head).await? else {
            // An echo has settled it.
            return Ok(Next::GoOn);
        };
        let (draft, client, relayed) = match self.prepare(claim, workspace, head).await? {
            // What spoke then stands in for its author no more, and the app may not read what it said.
            Prepared::Do { relayed: true, fingerprint, .. }
                if fingerprint != intent.fingerprint && matches!(claim.key, LaneKey::Direct(..)) =>
            {
                let finish = match self.again(head, Some(LONGEST_PAUSE), Reason::NobodyThere) {
                    Finish::RetryAt { at, .. } => Finish::LookAt { at },
                    _ => Finish::Dead { reason: Reason::NeverLearned.name().to_owned() },
                };
                return self.finish(claim, head, finish).await;
            }
            Prepared::Do { draft, client, relayed, .. } => (draft, client, relayed),
            // Whoever spoke cannot be asked now, so nothing can be ruled out; nothing may be sent either.
            Prepared::Not(Finish::RetryAt { at, .. }) => {
                return self.finish(claim, head, Finish::LookAt { at }).await;
            }
            // Rows in its place would say again what it may have said.
            Prepared::Not(Finish::Replaced(_)) => {
                let at = self.clock.now().plus(LONGEST_PAUSE);
                return self.finish(claim, head, Finish::LookAt { at }).await;
            }
            Prepared::Not(finish) => return self.finish(claim, head, finish).await,
        };
        let Operation::Send { to, .. } = &draft.operation else {
            return self.perform(claim, workspace, head).await;
        };
        let now = self.clock.now();
        let pause = schedule::ripening(began, now, FIRST_LOOK, LONGEST_PAUSE);
        let found = match self.what_stands(claim, client.as_ref(), to, began.minus(SKEW)).await {
            Ok(found) => found,
            Err(CallError::Gone) => Vec::new(),
            Err(CallError::Retry { after }) => {
                let at = now.plus(after.unwrap_or_default().max(pause));
                return self.finish(claim, head, Finish::LookAt { at }).await;
            }
            Err(_) if now.since(head.delivery.accepted_at) >= self.tuning.give_up_after => {
                let reason = Reason::NeverLearned.name().to_owned();
                return self.finish(claim, head, Finish::Dead { reason }).await;
            }
            Err(_) => return self.finish(claim, head, Finish::LookAt { at: now.plus(pause) }).await,
        };
        let mut effect = self.effect_among(found, intent.fingerprint).await?;
        if effect.is_none() && !relayed {
            let Ok(found) = self.said_in_room(claim, workspace, began.minus(SKEW)).await? else {
                return self.finish(claim, head, Finish::LookAt { at: now.plus(pause) }).await;
            };
            effect = self.effect_among(found, intent.fingerprint).await?;
        }
        if let Some(snapshot) = effect {
            self.store.count("unknown_had_landed", 1);
            let finish = Finish::Delivered {
                message: Some(snapshot.message.at),
                losses: Vec::new(),
                at: snapshot.created_at,
            };
            let next = self.finish(claim, head, finish).await;
            if opens(&draft) {
                self.attend_opened();
            }
            return next;
        }
        if now.since(began) < self.quiet(workspace) && !planted(Bug::ImpatientQuiet) {
            return self.finish(claim, head, Finish::LookAt { at: now.plus(pause) }).await;
        }
        self.store.count("unknown_had_not_landed", 1);
        let finish = match self.again(head, Some(Duration::ZERO), Reason::NoTrace) {
            Finish::RetryAt { reason, .. } => Finish::RetryAt { at: now, reason },
            given_up => given_up,
        };
        self.finish(claim, head, finish).await
    }

    /// Sees to a change that began at `began` and may yet take effect. Doing it again leaves the same behind, but what the
    /// next change leaves must not be undone by this one's coming late: so it is done again when nothing of it can appear
    /// any more, unless the message shows it before.
    pub(super) async fn look_at_change(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        began: Timestamp,
    ) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let quiet = self.quiet(workspace);
        if now.since(began) >= quiet || planted(Bug::ImpatientQuiet) {
            let again = self.again(head, None, Reason::NoAnswer);
            return self.finish(claim, head, again).await;
        }
        if self.shows_change(claim, workspace, head).await? {
            self.store.count("unknown_had_landed", 1);
            let finish = Finish::Delivered { message: None, losses: Vec::new(), at: now };
            return self.finish(claim, head, finish).await;
        }
        let pause = schedule::ripening(began, now, FIRST_LOOK, LONGEST_PAUSE);
        let at = now.plus(pause).min(began.plus(quiet));
        self.finish(claim, head, Finish::LookAt { at }).await
    }

    /// Whether the message that a row changes says already what the row says, as far as anybody who may be asked can see.
    async fn shows_change(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
    ) -> Result<bool, StoreError> {
        if head.delivery.work != Work::Edit {
            return Ok(false);
        }
        let Some(intent) = self.intent(claim, head).await? else { return Ok(false) };
        let Prepared::Do { draft, client, .. } = self.prepare(claim, workspace, head).await? else {
            return Ok(false);
        };
        let Operation::Edit { target, .. } = &draft.operation else { return Ok(false) };
        let ear = match &claim.key {
            LaneKey::Conversation(channel) => self.linked.ear(channel),
            _ => None,
        };
        let found = match ear {
            Some(ear) => match self.client(ear).await {
                Ok(Some(ear)) => ear.fetch(target).await,
                Ok(None) | Err(_) => return Ok(false),
            },
            None => client.fetch(target).await,
        };
        let shows = |snapshot: Snapshot| self.fingerprints.fits(intent.fingerprint, &snapshot);
        Ok(found.is_ok_and(|found| found.is_some_and(shows)))
    }

    /// What was committed before the call of this row, unless that is settled.
    async fn intent(&self, claim: &Claim, head: &Head) -> Result<Option<Begun>, StoreError> {
        let begun = self.store.begun(&claim.key).await?;
        Ok(begun.into_iter().find(|intent| intent.delivery == head.delivery.id))
    }

    /// How long something may still come of a call that was not answered.
    fn quiet(&self, workspace: &Workspace) -> Duration {
        self.tuning.quiet.unwrap_or(workspace.profile().quiet)
    }

    /// What may be the effect. In a channel whoever hears there is asked for all that was said, because the app may not be
    /// let to read, and who spoke may be another by now.
    async fn what_stands(
        &self,
        claim: &Claim,
        client: &dyn Client,
        to: &Destination,
        since: Timestamp,
    ) -> Result<Vec<Snapshot>, CallError> {
        let unreadable = CallError::Retry { after: None };
        let (channel, ear) = match (&claim.key, to) {
            (LaneKey::Conversation(channel), _) => (channel, self.linked.ear(channel)),
            (_, Destination::Conversation(room)) if self.rooms.has(room) => {
                let Some(workspace) = self.sites.get(&room.workspace.id) else { return Err(unreadable) };
                let host = self.host_of_rooms(workspace).await.map_err(|_| unreadable.clone())?;
                (room, host.map(|host| host.ear))
            }
            _ => return client.sent_since(to, since).await,
        };
        let Some(ear) = ear else { return client.sent_since(to, since).await };
        let Ok(Some(ear)) = self.client(ear).await else { return Err(unreadable) };
        let read = ear.catch_up(channel, &Mark { message: None, at: since }).await?;
        if read.gap { Err(unreadable) } else { Ok(read.snapshots) }
    }

    /// What was said in the room of two people in whose direct conversation a row is looked for: the app may have said it, before
    /// anything stood in for its author.
    async fn said_in_room(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        since: Timestamp,
    ) -> Result<Result<Vec<Snapshot>, CallError>, StoreError> {
        let LaneKey::Direct(pair, at) = &claim.key else { return Ok(Ok(Vec::new())) };
        let room = self.store.room(*pair, at).await?.and_then(|room| room.at);
        let (Some(room), Some(host)) = (room, self.host_of_rooms(workspace).await?) else {
            return Ok(Ok(Vec::new()));
        };
        let Ok(Some(ear)) = self.client(host.ear).await else {
            return Ok(Err(CallError::Retry { after: None }));
        };
        let read = ear.catch_up(&room, &Mark { message: None, at: since }).await;
        Ok(match read {
            Err(CallError::Gone) => Ok(Vec::new()),
            read => read.map(|read| read.snapshots),
        })
    }

    /// The first of these messages that says what the row says and is nobody else's effect.
    async fn effect_among(
        &self,
        found: Vec<Snapshot>,
        fingerprint: [u8; 32],
    ) -> Result<Option<Snapshot>, StoreError> {
        let same = |snapshot: &Snapshot| self.fingerprints.fits(fingerprint, snapshot);
        let candidates: Vec<Snapshot> = found.into_iter().filter(same).collect();
        let Some(place) = candidates.first().map(|snapshot| snapshot.message.at.conversation.clone()) else {
            return Ok(None);
        };
        self.first_unknown(&place, candidates).await
    }

    async fn first_unknown(
        &self,
        place: &ConversationRef,
        candidates: Vec<Snapshot>,
    ) -> Result<Option<Snapshot>, StoreError> {
        let ids: Vec<_> = candidates.iter().map(|snapshot| snapshot.message.at.id.clone()).collect();
        let seen = self.store.known(place, &ids).await?.seen;
        Ok(candidates.into_iter().zip(seen).find(|(_, seen)| seen.is_none()).map(|(snapshot, _)| snapshot))
    }
}
