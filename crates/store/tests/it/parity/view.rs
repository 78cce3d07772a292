//! Everything that can be seen of a store, with its own numbers replaced by the order of first sight.

use std::collections::BTreeMap;
use std::fmt::Write;

use entente_model::DeliveryId;
use entente_store::{Claim, LaneKey, News, Side, Store, What};

use super::operation::{LANES, ROOMS, conversation, lane};
use crate::world::{account, at, balanced, pair, person_id, teams, webex};

/// A store's rows, named by the order in which they were first seen.
#[derive(Default)]
pub(super) struct Numbers {
    order: Vec<DeliveryId>,
    names: BTreeMap<DeliveryId, usize>,
}

impl Numbers {
    pub(super) fn name(&mut self, id: DeliveryId) -> usize {
        let next = self.order.len();
        *self.names.entry(id).or_insert_with(|| {
            self.order.push(id);
            next
        })
    }

    pub(super) fn pick(&self, pick: u8) -> Option<DeliveryId> {
        self.order.get(usize::from(pick) % self.order.len().max(1)).copied()
    }
}

/// Reads everything; the order of reading is the same for both stores, so that rows get the same names.
pub(super) async fn view(store: &dyn Store, held: &[Claim], numbers: &mut Numbers, now: i64) -> String {
    let mut view = String::new();
    for (index, claim) in held.iter().enumerate() {
        held_lane(store, claim, numbers, &mut view, index).await;
    }
    for number in 0..LANES {
        let key = lane(number);
        for begun in store.begun(&key).await.unwrap() {
            writeln!(
                view,
                "begun {key:?} {} {:?}",
                numbers.name(begun.delivery),
                (begun.fingerprint, begun.at)
            )
            .unwrap();
        }
    }
    for side in [Side::Inbound, Side::Outbound] {
        writeln!(view, "ready {side:?} {:?}", store.next_ready(side).await.unwrap()).unwrap();
    }
    for letter in store.dead(100).await.unwrap() {
        let name = numbers.name(letter.delivery);
        writeln!(view, "dead {name} {:?}", (letter.lane, letter.source, letter.reason, letter.at)).unwrap();
    }
    for before in [now - 20, now + 1] {
        for (kind, news) in [("news", store.news(at(before), 100)), ("late", store.late(at(before), 100))] {
            let news = news.await.unwrap();
            let mut lines: Vec<_> = news.iter().map(|news| unnumbered(news, numbers)).collect();
            lines.sort();
            writeln!(view, "{kind} {before} {lines:?}").unwrap();
        }
    }
    let mut queues: Vec<_> = store.queues(100).await.unwrap();
    queues.sort_by_key(|queue| format!("{:?}", queue.lane));
    for queue in queues {
        let rest = (queue.waiting, queue.since, queue.reason, queue.next, queue.wedged);
        writeln!(view, "queue {:?} {rest:?}", queue.lane).unwrap();
    }
    writeln!(view, "{:?}", balanced(store).await).unwrap();
    writeln!(view, "{:?}", store.aside(100).await.unwrap()).unwrap();
    links(store, &mut view).await;
    people(store, &mut view).await;
    view
}

/// News without the store's own numbers.
pub(super) fn unnumbered(news: &News, numbers: &mut Numbers) -> String {
    let mut what = news.what.clone();
    if let What::Waits { about, .. } | What::Died { about, .. } = &mut what {
        let name = numbers.name(about.newest);
        about.newest = DeliveryId(i64::try_from(name).unwrap());
    }
    format!("{:?} {what:?}", news.lane)
}

async fn held_lane(store: &dyn Store, claim: &Claim, numbers: &mut Numbers, view: &mut String, index: usize) {
    match (&claim.key, store.head(claim).await, store.arrived(claim, 100).await) {
        (LaneKey::Reports(_), _, Ok(arrived)) => {
            for arrived in arrived {
                let rest =
                    (arrived.message, arrived.report, arrived.actor, arrived.body, arrived.accepted_at);
                writeln!(view, "arrived {index} {rest:?}").unwrap();
            }
        }
        (_, Ok(Some(head)), _) => {
            let delivery = head.delivery;
            let name = numbers.name(delivery.id);
            let row = (delivery.work, delivery.source, delivery.part, delivery.payload, delivery.accepted_at);
            let state = (delivery.attempts, delivery.state, head.counterparts, head.thread);
            writeln!(view, "head {index} {name} {row:?} {state:?}").unwrap();
        }
        (_, head, _) => {
            let head = head.map(|head| head.is_some()).map_err(|error| error.to_string());
            writeln!(view, "held {index} {head:?}").unwrap();
        }
    }
}

async fn links(store: &dyn Store, view: &mut String) {
    let ids: Vec<entente_model::MessageId> = (0..5).map(|id| format!("m{id}").into()).collect();
    for number in 0..ROOMS {
        let known = store.known(&conversation(number), &ids).await.unwrap();
        writeln!(view, "known {number} {:?} {:?}", known.conversation, known.seen).unwrap();
        for id in &ids {
            let mut reactions = store.reactions(&conversation(number), id).await.unwrap();
            reactions.sort();
            writeln!(view, "felt {number} {id} {reactions:?}").unwrap();
        }
    }
    for workspace in [webex(), teams()] {
        for both in [pair(1, 2), pair(1, 3), pair(2, 3)] {
            writeln!(view, "direct {:?}", store.direct(both, &workspace).await.unwrap()).unwrap();
        }
        for number in 1..4 {
            writeln!(view, "of {:?}", store.directs_of(person_id(number), &workspace).await.unwrap())
                .unwrap();
        }
    }
}

async fn people(store: &dyn Store, view: &mut String) {
    let mut people = store.people().await.unwrap();
    for person in &mut people {
        person.stand_ins.sort_by(|a, b| a.workspace.cmp(&b.workspace));
    }
    writeln!(view, "{people:?} {:?}", store.accounts(&teams()).await.unwrap()).unwrap();
    let accounts: Vec<_> = (0..4)
        .flat_map(|number| {
            let name = format!("account {number}");
            [account(&webex(), &name), account(&teams(), &name)]
        })
        .collect();
    for identity in store.identities(&accounts).await.unwrap() {
        let flat = identity.map(|identity| (identity.represented.person.id, identity.primary));
        writeln!(view, "{flat:?}").unwrap();
    }
    for number in 1..4 {
        let mail = format!("name{number}@acme.example");
        let found = store.person_by_email(&mail).await.unwrap().map(|found| found.person.id);
        writeln!(view, "{found:?} {:?}", store.search(&format!("NAME{number}"), 2).await.unwrap().len())
            .unwrap();
    }
}
