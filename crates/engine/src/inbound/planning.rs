//! From how messages stand to what is written: rows, reasons, and what counts as seen from here on.

use entente_model::{
    Body, Change, DropReason, Event, EventKey, FileRef, LoginId, MessageId, MessageRef, Pair, PersonId,
    Snapshot, Timestamp,
};
use entente_store::{LaneKey, Plan, Represented, Routed, SeenNow, Work};

use crate::compare::{self, Verdict};
use crate::engine::Engine;
use crate::inbound::echo::acted_as;
use crate::inbound::news::News;
use crate::inbound::{Hold, Reported, accepted_at, nothing};
use crate::naming::{Called, called_in};
use crate::outbound::cutting::FILES;
use crate::payload::{Carried, Kept, Payload};
use crate::planted::{Bug, planted};
use crate::route::{self, Routing, Scene};

impl Engine {
    /// Plans what these news mean to the pair.
    pub(super) async fn planning(
        &self,
        reported: &Reported<'_>,
        pair: Pair,
        mut news: News,
    ) -> Result<Routed, Hold> {
        let Some(people) = self.store.pair(pair).await? else {
            return Ok(nothing(reported, DropReason::NoInterest));
        };
        let here = &reported.conversation.workspace;
        let lane = LaneKey::Direct(pair, here.clone());
        let room = self.rooms.has(reported.conversation);
        let ours = |snapshot: &Snapshot| {
            acted_as(&people, here, snapshot) || room && owner(&people, &snapshot.message.author).is_none()
        };
        let settled = self.recognize(&lane, &mut news.stand, ours).await?;
        let felt = self.felt(reported.conversation, &news).await?;
        let mut routed = Routed {
            done: reported.arrivals.iter().map(|arrival| arrival.id).collect(),
            drops: news.drops,
            mark: news.mark,
            settled,
            ..Routed::default()
        };
        for (mut snapshot, verdict) in news.stand {
            let mut called = Vec::new();
            if matches!(verdict, Verdict::New | Verdict::Edited) {
                self.name_people(&mut snapshot.message.body, false).await?;
                called = self.called(&snapshot.message.body).await?;
            }
            let change = match verdict {
                Verdict::New => Change::Created(snapshot.message.clone()),
                Verdict::Edited => {
                    let (target, body) = (snapshot.message.at.clone(), snapshot.message.body.clone());
                    Change::Edited { target, body, version: compare::version(&snapshot) }
                }
                Verdict::Deleted => Change::Deleted { target: snapshot.message.at.clone() },
                Verdict::Ours if felt.iter().any(|felt| *felt.message() == snapshot.message.at.id) => {
                    continue;
                }
                Verdict::Ours => {
                    routed.drops.push(DropReason::Echo);
                    continue;
                }
                Verdict::NeverSeen => {
                    routed.drops.push(DropReason::Gone);
                    routed.seen.push(seen_now(&snapshot));
                    continue;
                }
                Verdict::Same => continue,
            };
            if !planted(Bug::RoutedUnseen) {
                routed.seen.push(seen_now(&snapshot));
            }
            let event = event(&snapshot, change);
            let accepted = accepted_at(reported, &snapshot.message.at.id);
            let planned = routed.plans.len();
            let by = watcher(reported, &snapshot.message.at.id);
            self.plan_event(&mut routed, &event, (&snapshot, by, &called), (pair, &people), accepted);
            if verdict == Verdict::New
                && routed.plans.len() > planned
                && self.newest.passes(reported.conversation, snapshot.created_at, news.read_until)
            {
                self.store.count("late", 1);
            }
        }
        for id in news.unseen {
            routed.drops.push(DropReason::Gone);
            routed.seen.push(gone_now(id, self.clock.now()));
        }
        for id in news.gone {
            let target = MessageRef { conversation: reported.conversation.clone(), id: id.clone() };
            let accepted = accepted_at(reported, &id);
            routed.seen.push(gone_now(id, self.clock.now()));
            plan_deletion(&mut routed, &target, (pair, &people), here, accepted);
        }
        for felt in felt {
            let accepted = accepted_at(reported, felt.message());
            self.plan_feelings(&mut routed, &felt, (pair, &people), accepted);
        }
        Ok(routed)
    }

    fn plan_event(
        &self,
        routed: &mut Routed,
        event: &Event,
        (snapshot, by, called): (&Snapshot, LoginId, &Called),
        (pair, people): (Pair, &[Represented; 2]),
        accepted_at: Timestamp,
    ) {
        let here = &event.conversation.workspace;
        let Some(actor) = event.actor.as_ref().and_then(|actor| owner(people, actor)) else {
            routed.drops.push(DropReason::NoInterest);
            return;
        };
        let routing = self.routing(&Scene { workspace: here, pair, people, actor });
        routed.drops.extend(routing.drops);
        for target in routing.routes {
            let unsupported = &snapshot.message.unsupported;
            let here = |body: &Body| called_there(body, called, &target.lane).with_lines(unsupported);
            let (work, body) = match &event.change {
                Change::Created(message) => (Work::Send, Some(here(&message.body))),
                Change::Edited { body, .. } => (Work::Edit, Some(here(body))),
                Change::Deleted { .. } => (Work::Delete, None),
            };
            let files = if work == Work::Send { &snapshot.message.files[..] } else { &[] };
            let says = body.as_ref().is_some_and(|body| !body.is_empty());
            if work == Work::Send && compare::says_nothing(&snapshot.message) {
                routed.drops.push(DropReason::NothingToSay);
                continue;
            }
            let plan = Plan {
                lane: target.lane.clone(),
                work,
                source: Some(snapshot.message.at.clone()),
                part: 0,
                thread: snapshot.message.thread.clone().filter(|_| work == Work::Send),
                payload: bytes::Bytes::new(),
                accepted_at,
            };
            let unsupported = !snapshot.message.unsupported.is_empty();
            let payload = Payload { unsupported, ..target.payload.clone() };
            if says || work != Work::Send {
                routed.plans.extend(self.cut(&plan, &payload, body));
            }
            routed.plans.extend(of_files(&plan, &payload, (files, by), None));
        }
    }

    /// Routes a change, with the name under which the app passes it on where nothing stands in for its author.
    pub(super) fn routing(&self, scene: &Scene<'_>) -> Routing {
        let mut routing = route::route(scene);
        let actor = scene.people.iter().find(|represented| represented.person.id == scene.actor);
        for route in routing.routes.iter_mut().filter(|route| route.relayed) {
            route.payload.credit = actor.map(|actor| self.credit_of(actor));
        }
        routing
    }

    /// One row for each part that a new message needs; one row for anything else, to be cut at the head of its lane.
    fn cut(&self, plan: &Plan, payload: &Payload, body: Option<Body>) -> Vec<Plan> {
        if payload.credit.is_some() {
            return self.cut_for(plan, payload, body);
        }
        let platform = match &plan.lane {
            LaneKey::Direct(_, workspace) => self.registry.get(&workspace.platform),
            _ => None,
        };
        let parts = match (plan.work, body, platform) {
            (Work::Send, Some(body), Some(platform)) => platform.split(body).into_iter().map(Some).collect(),
            (_, body, _) => vec![body],
        };
        let row = |(part, body): (usize, Option<Body>)| Plan {
            part: u32::try_from(part).unwrap_or(u32::MAX),
            thread: if part == 0 { plan.thread.clone() } else { None },
            payload: Payload { body, cut: plan.work == Work::Send, ..payload.clone() }.encode(),
            ..plan.clone()
        };
        parts.into_iter().enumerate().map(row).collect()
    }
}

/// A deletion whose author was not told: the rows go to wherever the message went, whoever of the two wrote it.
fn plan_deletion(
    routed: &mut Routed,
    target: &MessageRef,
    (pair, people): (Pair, &[Represented; 2]),
    here: &entente_model::WorkspaceRef,
    accepted_at: Timestamp,
) {
    let mut planned = false;
    for actor in pair.both() {
        for to in route::route(&Scene { workspace: here, pair, people, actor }).routes {
            planned = true;
            let plan = Plan {
                lane: to.lane,
                work: Work::Delete,
                source: Some(target.clone()),
                part: 0,
                thread: None,
                payload: to.payload.encode(),
                accepted_at,
            };
            routed.plans.push(plan);
        }
    }
    if !planned {
        routed.drops.push(DropReason::OwnSecondary);
    }
}

fn event(snapshot: &Snapshot, change: Change) -> Event {
    let at = &snapshot.message.at;
    let version = compare::version(snapshot);
    Event {
        key: EventKey::from(format!("{}/{}/{}", at.conversation.id, at.id, version.0)),
        conversation: at.conversation.clone(),
        actor: Some(snapshot.message.author.clone()),
        occurred_at: version,
        change,
    }
}

pub(super) fn seen_now(snapshot: &Snapshot) -> SeenNow {
    SeenNow {
        message: snapshot.message.at.id.clone(),
        version: compare::version(snapshot),
        deleted: snapshot.deleted,
        silent: !snapshot.deleted && compare::says_nothing(&snapshot.message),
    }
}

/// The same of one that is gone.
pub(super) fn gone_now(message: MessageId, now: Timestamp) -> SeenNow {
    SeenNow { message, version: now, deleted: true, silent: false }
}

/// Which of the two this account belongs to.
pub(super) fn owner(people: &[Represented; 2], account: &entente_model::AccountRef) -> Option<PersonId> {
    let is = |represented: &&Represented| {
        let primary = represented.person.primary.as_ref().is_some_and(|primary| primary.account == *account);
        primary || represented.stand_ins.iter().any(|stand_in| stand_in.account.as_ref() == Some(account))
    };
    people.iter().find(is).map(|represented| represented.person.id)
}

/// Who was told of a message, and may read what it carries.
pub(super) fn watcher(reported: &Reported<'_>, message: &MessageId) -> LoginId {
    let of = reported.arrivals.iter().find(|arrival| arrival.message.id == *message);
    of.unwrap_or(&reported.arrivals[0]).watcher
}

/// The same with everybody called by the account that they have where a lane leads.
fn called_there(body: &Body, called: &Called, lane: &LaneKey) -> Body {
    let mut body = body.clone();
    if let LaneKey::Direct(_, there) = lane {
        called_in(&mut body, called, there);
    }
    body
}

/// A row for each file that comes with a new message, which `by` may read; they go behind its text. It is `kept`, or passed on.
pub(super) fn of_files(
    plan: &Plan,
    payload: &Payload,
    (files, by): (&[FileRef], LoginId),
    kept: Option<Kept>,
) -> impl Iterator<Item = Plan> {
    files.iter().zip(FILES..).map(move |(file, part)| {
        let carried = Carried { file: file.clone(), by, kept: kept.clone() };
        let payload = Payload { file: Some(carried), cut: true, unsupported: false, ..payload.clone() };
        Plan { part, payload: payload.encode(), ..plan.clone() }
    })
}
