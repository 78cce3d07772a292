//! Is this ours coming back? Only asked of messages by identities that we can act as and that are not known by id. While
//! a call of that lane is on its way its answer is waited for; a begun row that says the same *is* the message, so that
//! an echo settles what a lost answer left open. Nothing waits for an unknown outcome's quiet time.

use entente_model::{Snapshot, WorkspaceRef};
use entente_store::{Begun, LaneKey, Represented, Settled};

use crate::compare::Verdict;
use crate::engine::Engine;
use crate::inbound::Hold;

impl Engine {
    /// Turns verdicts of [`Verdict::New`] into [`Verdict::Ours`] where we wrote the message to `lane`, and names the
    /// deliveries that are settled by that. Only messages that may be ours are asked about.
    pub(super) async fn recognize(
        &self,
        lane: &LaneKey,
        stand: &mut [(Snapshot, Verdict)],
        may_be_ours: impl Fn(&Snapshot) -> bool + Send + Sync,
    ) -> Result<Vec<Settled>, Hold> {
        let suspect =
            |(snapshot, verdict): &(Snapshot, Verdict)| *verdict == Verdict::New && may_be_ours(snapshot);
        if !stand.iter().any(suspect) {
            return Ok(Vec::new());
        }
        self.in_flight.wait(lane, self.tuning.echo_patience).await;
        // In this order: a row that is no more among the begun ones has left its message among the known ones, and what is
        // known is not taken for a later row that says the same.
        let mut begun = self.store.begun(lane).await?;
        let ids: Vec<_> = stand.iter().map(|(snapshot, _)| snapshot.message.at.id.clone()).collect();
        let known = self.store.known(&stand[0].0.message.at.conversation, &ids).await?;
        for ((_, verdict), seen) in stand.iter_mut().zip(known.seen) {
            // The lane of these reports is ours, so nothing else about what was seen can have changed meanwhile.
            if seen.is_some_and(|seen| seen.ours) {
                *verdict = Verdict::Ours;
            }
        }
        let mut settled = Vec::new();
        for (snapshot, verdict) in stand.iter_mut() {
            if *verdict != Verdict::New || !may_be_ours(snapshot) {
                continue;
            }
            if let Some(row) = self.take_match(&mut begun, snapshot) {
                *verdict = Verdict::Ours;
                settled.push(Settled {
                    delivery: row.delivery,
                    message: snapshot.message.at.clone(),
                    at: snapshot.created_at,
                });
            }
        }
        Ok(settled)
    }

    /// The begun row that this message is the effect of; each row is one message.
    fn take_match(&self, begun: &mut Vec<Begun>, snapshot: &Snapshot) -> Option<Begun> {
        let index = begun.iter().position(|row| self.fingerprints.fits(row.fingerprint, snapshot))?;
        Some(begun.remove(index))
    }
}

/// Whether somebody's stand-in wrote it.
pub(super) fn acted_as(people: &[Represented; 2], workspace: &WorkspaceRef, snapshot: &Snapshot) -> bool {
    let author = &snapshot.message.author;
    people
        .iter()
        .flat_map(|represented| &represented.stand_ins)
        .any(|stand_in| stand_in.workspace == *workspace && stand_in.account.as_ref() == Some(author))
}
