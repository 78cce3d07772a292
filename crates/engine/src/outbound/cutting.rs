//! Edits and deletions are cut at the head of their lane against the counterparts that exist by then: what is there is
//! edited, the surplus is taken back, what is new is appended. An edit that the target does not take any more becomes a
//! reply.

use entente_model::{Body, DropReason, Inline, Loss, MessageId, MessageRef, Operation};
use entente_store::{Claim, Counterpart, Finish, Head, LaneKey, Plan, StoreError, Work};

use crate::engine::Engine;
use crate::naming::name_strangers;
use crate::payload::{Feeling, Payload, Speaker};
use crate::sites::Workspace;

impl Engine {
    /// The line that a new mirror begins with, in front of its first message.
    pub(super) async fn introduction(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
    ) -> Result<Option<Finish>, StoreError> {
        let (LaneKey::Direct(pair, _), Speaker::Person(speaker)) = (&claim.key, payload.speaker) else {
            return Ok(None);
        };
        if !self.tuning.first_contact {
            return Ok(None);
        }
        let Some(people) = self.store.pair(*pair).await? else { return Ok(None) };
        let Some(speaks) = people.into_iter().find(|represented| represented.person.id == speaker) else {
            return Ok(None);
        };
        let Some(home) = self.sites.home(&speaks.person).filter(|home| home.at() != workspace.at()) else {
            return Ok(None);
        };
        let line = format!(
            "{} works in {}. Messages written here are passed on there by Entente, and answers come back here.",
            speaks.person.name,
            home.profile().name
        );
        let body =
            Body(vec![entente_model::Block::Paragraph(vec![Inline::Italic(vec![Inline::Text(line)])])]);
        let notice = Payload { body: Some(body), cut: true, introduced: true, ..payload.clone() };
        let mut notice = row(claim, head, Work::Notice, 0, &notice);
        notice.source = None;
        let message = row(
            claim,
            head,
            Work::Send,
            head.delivery.part,
            &Payload { introduced: true, ..payload.clone() },
        );
        Ok(Some(Finish::Replaced(vec![notice, message])))
    }
}

pub(super) fn editing(
    claim: &Claim,
    workspace: &Workspace,
    head: &Head,
    payload: &Payload,
) -> Result<Operation, Finish> {
    let texts: Vec<Counterpart> = head.counterparts.iter().filter(|c| !is_file(c.part)).cloned().collect();
    let current = current(&texts);
    let mut body = payload.body.clone().unwrap_or_default();
    name_strangers(&mut body, workspace.at());
    let parts =
        if payload.cut || body.is_empty() { Vec::new() } else { workspace.platform.split(body.clone()) };
    let whole = parts.len() == 1 && texts.len() == 1;
    if payload.cut || whole {
        let line = match &payload.feeling {
            Some(Feeling::Line(below)) => Some(below),
            _ => None,
        };
        // However often a line was said anew, it is the one that stands.
        let this = |c: &&&Counterpart| line.is_some() || c.part == head.delivery.part;
        let Some(counterpart) = current.iter().find(this) else {
            return Err(Finish::Dropped(DropReason::NoCounterpart));
        };
        let used_up = workspace.profile().capabilities.max_edits.is_some_and(|max| counterpart.edits >= max);
        if let (true, Some(below)) = (used_up, line) {
            return Err(Finish::Replaced(again(claim, head, payload, (below, counterpart))));
        }
        if counterpart.part != head.delivery.part {
            // Its edits are counted by its own number.
            return Err(Finish::Replaced(vec![row(claim, head, Work::Edit, counterpart.part, payload)]));
        }
        if used_up {
            return Err(Finish::Replaced(vec![reply(claim, head, payload, body)]));
        }
        return Ok(Operation::Edit { target: counterpart.message.clone(), body });
    }
    if head.counterparts.is_empty() || (current.is_empty() && body.is_empty()) {
        return Err(Finish::Dropped(DropReason::NoCounterpart));
    }
    if body.is_empty() {
        return Err(Finish::Replaced(deletions(claim, head, payload, &texts)));
    }
    let mut plans = Vec::with_capacity(parts.len());
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    for (part, body) in (0..count).zip(parts) {
        let there = current.iter().find(|c| piece(c.part) == part);
        let (work, part) = there.map_or((Work::Send, part), |there| (Work::Edit, there.part));
        plans.push(row(claim, head, work, part, &Payload { body: Some(body), cut: true, ..payload.clone() }));
    }
    let surplus: Vec<Counterpart> = texts.iter().filter(|c| piece(c.part) >= count).cloned().collect();
    plans.extend(deletions(claim, head, payload, &surplus));
    Err(Finish::Replaced(plans))
}

pub(super) fn deleting(claim: &Claim, head: &Head, payload: &Payload) -> Result<Operation, Finish> {
    match &head.counterparts[..] {
        [] => Err(Finish::Dropped(DropReason::NoCounterpart)),
        [only] => Ok(Operation::Delete { target: only.message.clone() }),
        all if payload.cut => {
            let this = all.iter().find(|c| c.part == head.delivery.part);
            let this = this.ok_or(Finish::Dropped(DropReason::NoCounterpart))?;
            Ok(Operation::Delete { target: this.message.clone() })
        }
        all => Err(Finish::Replaced(deletions(claim, head, payload, all))),
    }
}

/// A part that takes no more edits goes on in a reply, whose number is this much higher.
const AGAIN: u32 = 1 << 16;

/// The parts of a message from here on are its files, each a message of its own on the target.
pub(crate) const FILES: u32 = AGAIN / 2;

/// Whether a part is a file, or the line in its place.
pub(super) fn is_file(part: u32) -> bool {
    piece(part) >= FILES
}

/// Which piece of the text a part is, however often it was begun anew.
pub(super) fn piece(part: u32) -> u32 {
    part % AGAIN
}

/// What the row's being a part of a message loses: every further piece is a cut, every new beginning an edit that could
/// not be one.
pub(super) fn losses(head: &Head) -> impl Iterator<Item = Loss> {
    let part = if head.delivery.work == Work::Send { head.delivery.part } else { 0 };
    let split = (piece(part) > 0 && !is_file(part)).then_some(Loss::Split);
    let edit = (part >= AGAIN).then_some(Loss::EditAsReply);
    split.into_iter().chain(edit)
}

/// The newest counterpart of each piece; counterparts come in order of their parts.
pub(super) fn current(counterparts: &[Counterpart]) -> Vec<&Counterpart> {
    let mut current: Vec<&Counterpart> = Vec::with_capacity(counterparts.len());
    for counterpart in counterparts {
        match current.iter_mut().find(|c| piece(c.part) == piece(counterpart.part)) {
            Some(held) => *held = counterpart,
            None => current.push(counterpart),
        }
    }
    current
}

fn deletions(claim: &Claim, head: &Head, payload: &Payload, which: &[Counterpart]) -> Vec<Plan> {
    let payload = Payload { body: None, cut: true, ..payload.clone() };
    which.iter().rev().map(|counterpart| row(claim, head, Work::Delete, counterpart.part, &payload)).collect()
}

/// A line that stands for reactions and takes no more edits: it is taken away, and said anew where it stood. Nobody misses
/// the one before, unlike a message that people have read.
fn again(
    claim: &Claim,
    head: &Head,
    payload: &Payload,
    (below, counterpart): (&MessageId, &Counterpart),
) -> Vec<Plan> {
    let mut plans = deletions(claim, head, payload, std::slice::from_ref(counterpart));
    let mut anew = row(claim, head, Work::Send, counterpart.part + AGAIN, payload);
    let conversation = head.delivery.source.as_ref().map(|line| line.conversation.clone());
    anew.thread = conversation.map(|conversation| MessageRef { conversation, id: below.clone() });
    plans.push(anew);
    plans
}

/// An edit that came too late for the target's limit.
pub(super) fn reply(claim: &Claim, head: &Head, payload: &Payload, body: Body) -> Plan {
    let mut blocks = body.0;
    let label = Inline::Italic(vec![Inline::Text("edited:".to_owned())]);
    match blocks.first_mut() {
        Some(entente_model::Block::Paragraph(content)) => {
            content.insert(0, Inline::Text(" ".to_owned()));
            content.insert(0, label);
        }
        _ => blocks.insert(0, entente_model::Block::Paragraph(vec![label])),
    }
    let payload = Payload { body: Some(Body(blocks)), cut: true, ..payload.clone() };
    let mut plan = row(claim, head, Work::Send, head.delivery.part + AGAIN, &payload);
    plan.thread.clone_from(&head.delivery.source);
    plan
}

pub(super) fn row(claim: &Claim, head: &Head, work: Work, part: u32, payload: &Payload) -> Plan {
    Plan {
        lane: claim.key.clone(),
        work,
        source: head.delivery.source.clone(),
        part,
        thread: None,
        payload: payload.encode(),
        accepted_at: head.delivery.accepted_at,
    }
}
