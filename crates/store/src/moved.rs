//! When a pair's conversation is none any more: the platform joins two accounts in it, and one of the two people is
//! reached at another account from now on. Sending there would still succeed and nobody would read it, so every store
//! forgets whose conversation it is in the transaction that changes the person.

use entente_model::{Person, StandIn, StandInState};

/// Whether a person works elsewhere now. Their conversations everywhere are none any more.
pub(crate) fn person(before: &Person, after: &Person) -> bool {
    before.primary.is_some() && before.primary != after.primary
}

/// Whether a stand-in speaks from another account now, or not at all any more. The person's conversations in its
/// workspace are none any more.
pub(crate) fn stand_in(before: &StandIn, after: &StandIn) -> bool {
    let removed = |stand_in: &StandIn| stand_in.state == StandInState::Removed;
    before.account.is_some() && (before.account != after.account || removed(before) != removed(after))
}
