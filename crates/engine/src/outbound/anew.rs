//! A pair's direct conversation may vanish: somebody left it, an administrator removed it, or the two are represented by
//! other accounts than when it was opened. The platform then refuses what is sent there. The conversation is forgotten and
//! the message goes to the person instead, which opens their conversation or finds it again; only what is refused there too
//! is dead.

use entente_model::{CallError, Destination, Draft, Operation, Receipt};
use entente_store::{Claim, Finish, Head, LaneKey, StoreError};

use crate::engine::Engine;
use crate::outbound::cutting;
use crate::payload::{Payload, To};

impl Engine {
    /// What takes the place of a message that a remembered conversation refused; `None` if it is something else.
    pub(super) async fn open_anew(
        &self,
        claim: &Claim,
        head: &Head,
        payload: &Payload,
        (draft, result): (&Draft, &Result<Receipt, CallError>),
    ) -> Result<Option<Finish>, StoreError> {
        let (LaneKey::Direct(..), Operation::Send { to: Destination::Conversation(refused), .. }) =
            (&claim.key, &draft.operation)
        else {
            return Ok(None);
        };
        let vanished = match result {
            Err(CallError::Gone) => true,
            // Whether it is the place or the message that is not taken cannot be told; asking once more tells.
            Err(CallError::Reject(_)) => false,
            _ => return Ok(None),
        };
        if !matches!(payload.to, To::Account(_)) {
            return Ok(None);
        }
        if let (true, LaneKey::Direct(pair, _)) = (self.rooms.has(refused), &claim.key) {
            // Only a room that is gone is made anew, and once.
            let workspace = self.sites.get(&refused.workspace.id).filter(|_| vanished && !payload.anew);
            let Some(workspace) = workspace else { return Ok(None) };
            self.room_vanished(*pair, workspace).await?;
            self.store.count("opened_anew", 1);
            let anew = Payload { anew: true, introduced: false, ..payload.clone() };
            let (work, part) = (head.delivery.work, head.delivery.part);
            return Ok(Some(Finish::Replaced(vec![cutting::row(claim, head, work, part, &anew)])));
        }
        self.store.forget(refused).await?;
        self.store.count("opened_anew", 1);
        let introduced = payload.introduced || !vanished;
        let anew = Payload { anew: true, introduced, ..payload.clone() };
        Ok(Some(Finish::Replaced(vec![cutting::row(
            claim,
            head,
            head.delivery.work,
            head.delivery.part,
            &anew,
        )])))
    }
}
