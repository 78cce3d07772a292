//! Doing the same to both stores.

use bytes::Bytes;
use entente_model::{
    Account, Emoji, Loss, MessageRef, Person, PersonId, Primary, StandIn, StandInMode, StandInState,
    Timestamp,
};
use entente_store::{Begin, Claim, Finish, News, Plan, ReactionsNow, Routed, SeenNow, Settled, Side, Work};

use super::operation::{How, Operation, Row, conversation, lane};
use super::view::{Numbers, unnumbered, view};
use crate::world::{World, account, at, direct, login_id, message, pair, person_id, report, teams, webex};

/// Does the operations to both stores and compares what can be seen of them.
pub(super) async fn compare(operations: Vec<Operation>) {
    let mut one = Half::new(World::memory());
    let mut two = Half::new(World::sqlite());
    for (step, operation) in operations.into_iter().enumerate() {
        let (first, second) = (one.step(&operation).await, two.step(&operation).await);
        assert_eq!(first, second, "step {step}: {operation:?}");
        let first = view(one.world.store(), &one.held, &mut one.numbers, one.now).await;
        let second = view(two.world.store(), &two.held, &mut two.numbers, two.now).await;
        assert_eq!(first, second, "after step {step}: {operation:?}");
    }
}

/// A store, the claims that somebody believes to hold, and the time.
struct Half {
    world: World,
    held: Vec<Claim>,
    numbers: Numbers,
    /// What there was to tell when something was told last.
    news: Vec<News>,
    now: i64,
}

fn named((room, id): (u8, u8)) -> MessageRef {
    message(&conversation(room), &format!("m{id}"))
}

fn plan(row: &Row, now: i64) -> Plan {
    Plan {
        lane: lane(row.lane),
        work: row.work,
        source: (!matches!(row.work, Work::Notice | Work::React)).then(|| named(row.source)),
        part: row.part,
        thread: row.thread.map(named),
        payload: Bytes::from(format!("{row:?}")),
        accepted_at: at(now),
    }
}

fn reactions(id: u8, all: &[(u8, bool)]) -> ReactionsNow {
    let one = |(who, thumb): &(u8, bool)| {
        (format!("account {who}").into(), Emoji::stored(if *thumb { "👍" } else { ":party:" }))
    };
    ReactionsNow { message: format!("m{id}").into(), all: all.iter().map(one).collect() }
}

impl Half {
    fn new(world: World) -> Self {
        Self { world, held: Vec::new(), numbers: Numbers::default(), news: Vec::new(), now: 100 }
    }

    fn now(&self) -> Timestamp {
        at(self.now)
    }

    fn holder(&self, pick: u8, side: Side) -> Option<Claim> {
        let held: Vec<_> = self.held.iter().filter(|claim| claim.key.side() == side).collect();
        held.get(usize::from(pick) % held.len().max(1)).map(|claim| (*claim).clone())
    }

    /// Does one thing; returns what was answered.
    async fn step(&mut self, operation: &Operation) -> String {
        match operation {
            Operation::Pass { seconds } => {
                self.now += i64::from(*seconds);
                String::new()
            }
            Operation::Restart => {
                self.world.restart();
                String::new()
            }
            Operation::Claim { outbound } => self.claim(*outbound).await,
            Operation::Release { pick, wait } => self.release(*pick, *wait).await,
            Operation::Accept { .. }
            | Operation::Route { .. }
            | Operation::Settle { .. }
            | Operation::Wedge { .. }
            | Operation::Unwedge { .. } => self.inbound(operation).await,
            Operation::Plan { .. } | Operation::Begin { .. } | Operation::Finish { .. } => {
                self.outbound(operation).await
            }
            _ => self.other(operation).await,
        }
    }

    /// All that can be claimed, since the order among equals is each store's own after a restart.
    async fn claim(&mut self, outbound: bool) -> String {
        let side = if outbound { Side::Outbound } else { Side::Inbound };
        let mut claims = crate::world::claims(self.world.store(), side, self.now).await;
        claims.sort_by_key(|claim| format!("{:?}", claim.key));
        let keys = format!("{:?}", claims.iter().map(|claim| (&claim.key, claim.until)).collect::<Vec<_>>());
        self.held.extend(claims);
        keys
    }

    async fn release(&mut self, pick: u8, wait: Option<u8>) -> String {
        if self.held.is_empty() {
            return String::new();
        }
        let claim = self.held.remove(usize::from(pick) % self.held.len());
        let ready_at = wait.map(|wait| at(self.now + i64::from(wait)));
        format!("{:?}", self.world.store().release(claim, ready_at).await.is_ok())
    }

    async fn inbound(&mut self, operation: &Operation) -> String {
        let (store, now) = (self.world.store(), self.now());
        match operation {
            Operation::Accept { reports } => {
                let arrivals = reports.iter().map(|(room, id, what, always)| {
                    let mut arrival = report(*what, &named((*room, *id)));
                    arrival.always = *always;
                    arrival
                });
                format!("{:?}", store.accept(arrivals.collect(), now).await.unwrap())
            }
            Operation::Route { pick, done, seen, felt, mark, plans, drops } => {
                let Some(claim) = self.holder(*pick, Side::Inbound) else { return String::new() };
                let arrived = store.arrived(&claim, usize::from(*done)).await.unwrap_or_default();
                let routed = Routed {
                    done: arrived.iter().map(|arrived| arrived.id).collect(),
                    seen: seen
                        .iter()
                        .map(|(id, deleted)| SeenNow {
                            message: format!("m{id}").into(),
                            version: now,
                            deleted: *deleted,
                            silent: !deleted && id % 3 == 0,
                        })
                        .collect(),
                    reactions: felt.iter().map(|(id, all)| reactions(*id, all)).collect(),
                    mark: mark.map(|(id, time)| (format!("m{id}").into(), at(time.into()))),
                    plans: plans.iter().map(|row| plan(row, self.now)).collect(),
                    drops: if *drops { vec![entente_model::DropReason::Gone] } else { Vec::new() },
                    settled: Vec::new(),
                    shown: None,
                    backfill: None,
                };
                answer(store.routed(&claim, routed, now).await)
            }
            Operation::Settle { pick, row, target } => {
                let claim = self.holder(*pick, Side::Inbound);
                let Some((claim, delivery)) = claim.zip(self.numbers.pick(*row)) else {
                    return String::new();
                };
                let settled = vec![Settled { delivery, message: named(*target), at: now }];
                answer(store.routed(&claim, Routed { settled, ..Routed::default() }, now).await)
            }
            Operation::Wedge { pick } => {
                let Some(claim) = self.holder(*pick, Side::Outbound) else { return String::new() };
                answer(store.wedge(claim, "refused").await)
            }
            Operation::Unwedge { pick } => {
                let mut wedged = store.queues(100).await.unwrap();
                wedged.retain(|queue| queue.wedged);
                wedged.sort_by_key(|wedged| format!("{:?}", wedged.lane));
                let Some(wedged) = wedged.get(usize::from(*pick) % wedged.len().max(1)) else {
                    return String::new();
                };
                answer(store.unwedge(wedged.lane_id).await)
            }
            other => unreachable!("{other:?}"),
        }
    }

    async fn outbound(&mut self, operation: &Operation) -> String {
        let (store, now) = (self.world.store(), self.now());
        let (pick, row) = match operation {
            Operation::Plan { rows } => {
                let plans = rows.iter().map(|row| plan(row, self.now)).collect();
                return answer(store.plan(plans, now).await);
            }
            Operation::Begin { pick, row } | Operation::Finish { pick, row, .. } => (*pick, *row),
            other => unreachable!("{other:?}"),
        };
        let Some(claim) = self.holder(pick, Side::Outbound) else { return String::new() };
        let head = store.head(&claim).await.unwrap_or_default().map(|head| head.delivery.id);
        let chosen = row.map_or(head, |row| self.numbers.pick(row));
        let Some(delivery) = chosen else { return String::new() };
        let Operation::Finish { how, .. } = operation else {
            return answer(store.begin(&claim, Begin { delivery, fingerprint: [pick; 32], at: now }).await);
        };
        let finish = match how {
            How::Delivered(target) => {
                let losses = if target.is_some() { vec![Loss::Thread] } else { Vec::new() };
                Finish::Delivered { message: target.map(named), losses, at: now }
            }
            How::Retry(wait) => {
                Finish::RetryAt { at: at(self.now + i64::from(*wait)), reason: "busy".into() }
            }
            How::Look(wait) => Finish::LookAt { at: at(self.now + i64::from(*wait)) },
            How::Dead => Finish::Dead { reason: "refused".into() },
            How::Dropped(reason) => Finish::Dropped(*reason),
            How::Replaced(rows) => {
                let plans = rows.iter().map(|row| Plan { lane: claim.key.clone(), ..plan(row, self.now) });
                Finish::Replaced(plans.collect())
            }
        };
        answer(store.finish(&claim, delivery, finish, now).await)
    }

    /// Tells something, of what there was to tell now or, every other time, when something was told last.
    async fn told(&mut self, pick: u8) -> String {
        let (store, now) = (self.world.store(), self.now());
        let mut fresh = store.news(now, 100).await.unwrap();
        fresh.sort_by_key(|news| unnumbered(news, &mut self.numbers));
        let news = std::mem::replace(&mut self.news, fresh);
        let news = if pick.is_multiple_of(2) { &self.news } else { &news };
        let Some(told) = news.get(usize::from(pick / 2) % news.len().max(1)) else { return String::new() };
        let notice = Row { lane: pick, work: Work::Notice, source: (0, 0), part: 0, thread: None };
        answer(store.told(told, vec![plan(&notice, self.now)], now).await)
    }

    async fn other(&mut self, operation: &Operation) -> String {
        let (store, now) = (self.world.store(), self.now());
        match operation {
            Operation::Remember { room, interest, pair: both } => {
                let both = both.map(|both| [pair(1, 2), pair(1, 3), pair(2, 3)][usize::from(both)]);
                answer(store.remember(&direct(&conversation(*room)), *interest, both, now).await)
            }
            Operation::Forget { room } => answer(store.forget(&conversation(*room)).await),
            Operation::SavePerson { person, name, account: number } => {
                let own = account(&webex(), &format!("account {number}"));
                let saved = Person {
                    id: person_id((*person).into()),
                    name: format!("Name{name}"),
                    email: format!("name{name}@acme.example"),
                    primary: (number % 2 == 0).then(|| Primary { account: own.clone() }),
                };
                answer(store.save_people(vec![(saved, vec![own])]).await)
            }
            Operation::SaveStandIn { person, account: number, state } => {
                let states = [
                    StandInState::Planned,
                    StandInState::Provisioning,
                    StandInState::AwaitingConsent,
                    StandInState::Active,
                    StandInState::Suspended,
                    StandInState::Removed,
                ];
                let stand_in = StandIn {
                    person: person_id((*person).into()),
                    workspace: teams(),
                    mode: StandInMode::Bot,
                    state: states[usize::from(*state)],
                    account: number.map(|number| account(&teams(), &format!("account {number}"))),
                    address: None,
                    login: Some(login_id(1)),
                    reason: None,
                };
                answer(store.save_stand_in(&stand_in).await)
            }
            Operation::Import { accounts } => {
                let accounts = accounts.iter().map(|(id, name)| Account {
                    account: account(&teams(), &format!("account {id}")),
                    name: format!("Name{name}"),
                    email: String::new(),
                    bot: false,
                    active: true,
                    picture: None,
                    department: None,
                });
                format!("{:?}", store.import(&teams(), accounts.collect(), now).await.unwrap())
            }
            Operation::TakeAddress { address, person } => {
                let person: PersonId = person_id((*person).into());
                answer(store.take_address(&format!("bot{address}"), person).await)
            }
            Operation::Replay { pick } => match self.numbers.pick(*pick) {
                Some(row) => answer(store.replay(row, now).await),
                None => String::new(),
            },
            Operation::Told { pick } => self.told(*pick).await,
            Operation::SetAside => {
                answer(store.set_aside(&webex(), "no json", Bytes::from_static(b"{"), now).await)
            }
            Operation::Sweep { before, seen_before } => {
                let (before, seen_before) = (i64::from(*before), i64::from(*seen_before));
                answer(store.sweep(at(self.now - before), at(self.now - seen_before), now).await)
            }
            Operation::Count => {
                store.count("refused", 1);
                String::new()
            }
            other => unreachable!("{other:?}"),
        }
    }
}

/// What was answered, in words that both stores have in common.
fn answer<T: std::fmt::Debug>(result: Result<T, entente_store::StoreError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error @ entente_store::StoreError::Backend(_)) => panic!("{error:?}"),
        Err(error) => error.to_string(),
    }
}
