//! Who gets what: a pure function from something that happened in a direct conversation, and the two people it is
//! between, to what goes where. Every person concerned is in one of the two lists of the result, or sees what happened
//! already because they are where it happened.

use entente_model::{Pair, PersonId, StandInState, WorkspaceRef};
use entente_store::{LaneKey, Represented};

use crate::payload::{Payload, Speaker, To};

#[cfg(test)]
mod tests;

/// What the router may know, loaded beforehand.
pub(crate) struct Scene<'a> {
    /// Where it happened.
    pub(crate) workspace: &'a WorkspaceRef,
    /// Whose conversation it is.
    pub(crate) pair: Pair,
    /// The two, in the pair's order.
    pub(crate) people: &'a [Represented; 2],
    /// Which of them did it.
    pub(crate) actor: PersonId,
}

/// Where a change goes.
#[derive(Debug)]
pub(crate) struct Route {
    /// The queue.
    pub(crate) lane: LaneKey,
    /// Who speaks and to whom; the body is filled in by what happened.
    pub(crate) payload: Payload,
    /// Nothing stands in for whoever did it there.
    pub(crate) relayed: bool,
}

/// What becomes of a change.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    /// Where it goes.
    pub(crate) routes: Vec<Route>,
    /// Why it does not go to somebody.
    pub(crate) drops: Vec<entente_model::DropReason>,
}

/// Routes a change made by `scene.actor`. For whom nothing stands in where it goes, the app speaks.
///
/// The other person hears it on their primary, unless that is where it happened: there they see it already. The actor's
/// own primary is told only of what they typed elsewhere, which they may choose later; for now it stays where it is.
pub(crate) fn route(scene: &Scene<'_>) -> Routing {
    let mut routing = Routing::default();
    let other = scene.pair.other(scene.actor);
    match target(scene, other) {
        Ok(Some(route)) => routing.routes.push(route),
        Ok(None) => {}
        Err(reason) => routing.drops.push(reason),
    }
    let actor_primary = represented(scene, scene.actor).and_then(|r| r.person.primary.as_ref());
    if actor_primary.is_some_and(|primary| primary.account.workspace != *scene.workspace) {
        routing.drops.push(entente_model::DropReason::OwnSecondary);
    }
    routing
}

fn target(scene: &Scene<'_>, recipient: PersonId) -> Result<Option<Route>, entente_model::DropReason> {
    let no_stand_in = entente_model::DropReason::NoStandIn;
    let recipient = represented(scene, recipient).ok_or(no_stand_in)?;
    let primary = recipient.person.primary.as_ref().ok_or(no_stand_in)?;
    let workspace = &primary.account.workspace;
    if workspace == scene.workspace {
        return Ok(None);
    }
    let actor = represented(scene, scene.actor).ok_or(no_stand_in)?;
    // A stand-in that cannot speak yet, or not now, may do so by the time the row is at the head of its lane.
    let will_speak =
        actor.stand_ins.iter().any(|s| s.workspace == *workspace && s.state != StandInState::Removed);
    // Two who work at the same place and talk here see each other here; nothing speaks for anybody where they work.
    let at_home =
        actor.person.primary.as_ref().is_some_and(|primary| primary.account.workspace == *workspace);
    if !will_speak && at_home {
        return Err(no_stand_in);
    }
    let payload = Payload::new(Speaker::Person(scene.actor), To::Account(primary.account.id.clone()));
    let lane = LaneKey::Direct(scene.pair, workspace.clone());
    Ok(Some(Route { lane, payload, relayed: !will_speak }))
}

fn represented<'a>(scene: &Scene<'a>, person: PersonId) -> Option<&'a Represented> {
    scene.people.iter().find(|represented| represented.person.id == person)
}

/// The people of a conversation's members concern us when both are represented and at least one of them works elsewhere.
pub(crate) fn concerns(workspace: &WorkspaceRef, people: [&Represented; 2]) -> Option<Pair> {
    let primaries = people.map(|r| r.person.primary.as_ref().map(|p| &p.account.workspace));
    let [Some(one), Some(other)] = primaries else { return None };
    if one == workspace && other == workspace {
        return None;
    }
    Pair::of(people[0].person.id, people[1].person.id)
}
