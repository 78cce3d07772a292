//! An arrival may settle a row before its answer does, and the other way round.

use entente_model::{DeliveryId, MessageRef};
use entente_store::{Claim, Finish, Finished, LaneKey, Report, Routed, Settled, Side, Store};

use crate::world::{
    World, at, balanced, begin, claim, claim_of, claims, deliver, delivered, head, message, pair, plan,
    report, room, route, teams, webex,
};

super::conformance! {
    an_arrival_settles_before_the_answer
    the_answer_comes_before_the_arrival
    a_row_that_was_never_begun_is_not_settled
    settling_wakes_what_waits_behind
    settling_twice_changes_nothing
    a_settled_dead_letter_stays_dead
}

fn lane() -> LaneKey {
    LaneKey::Direct(pair(1, 2), teams())
}

fn target() -> MessageRef {
    message(&room(&teams(), "t"), "n1")
}

/// A begun row and the claim it was begun under.
async fn begun(store: &dyn Store) -> (Claim, DeliveryId) {
    let source = message(&room(&webex(), "r"), "m1");
    let second = message(&room(&webex(), "r"), "m2");
    route(store, &source, vec![plan(&lane(), &source), plan(&lane(), &second)], 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 2).await;
    (held, id)
}

async fn settle(store: &dyn Store, delivery: DeliveryId, message: MessageRef) {
    store.accept(vec![report(Report::Look, &message)], at(3)).await.unwrap();
    let inbound = claim_of(store, &LaneKey::Reports(message.conversation.clone()), 3).await;
    let settled = vec![Settled { delivery, message, at: at(4) }];
    let done = store.arrived(&inbound, 9).await.unwrap().iter().map(|arrived| arrived.id).collect();
    store.routed(&inbound, Routed { settled, done, ..Routed::default() }, at(5)).await.unwrap();
    store.release(inbound, None).await.unwrap();
}

async fn recorded(store: &dyn Store) {
    let known = store.known(&target().conversation, &[target().id]).await.unwrap();
    let seen = known.seen[0].unwrap();
    assert!(seen.ours && !seen.deleted);
    assert_eq!(store.direct(pair(1, 2), &teams()).await.unwrap(), Some(target().conversation));
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.delivered, counts.waiting), (2, 1, 1));
}

async fn an_arrival_settles_before_the_answer(world: World) {
    let store = world.store();
    let (held, id) = begun(store).await;
    settle(store, id, target()).await;
    recorded(store).await;
    let answer = store.finish(&held, id, delivered(&target()), at(6)).await.unwrap();
    assert_eq!(answer, Finished::Settled);
    recorded(store).await;
    assert_eq!(head(store, &held).await.delivery.source.unwrap().id.as_str(), "m2");
}

async fn the_answer_comes_before_the_arrival(world: World) {
    let store = world.store();
    let (held, id) = begun(store).await;
    let answer = store.finish(&held, id, delivered(&target()), at(4)).await.unwrap();
    assert_eq!(answer, Finished::Written);
    settle(store, id, target()).await;
    recorded(store).await;
}

async fn a_row_that_was_never_begun_is_not_settled(world: World) {
    let store = world.store();
    let (held, id) = begun(store).await;
    let retry = Finish::RetryAt { at: at(9), reason: "rate_limited".into() };
    store.finish(&held, id, retry, at(3)).await.unwrap();
    settle(store, id, target()).await;
    settle(store, DeliveryId(i64::MAX), target()).await;
    assert_eq!(head(store, &held).await.delivery.id, id);
    let counts = balanced(store).await;
    assert_eq!((counts.delivered, counts.waiting), (0, 2));
}

async fn settling_wakes_what_waits_behind(world: World) {
    let store = world.store();
    let (held, id) = begun(store).await;
    store.finish(&held, id, Finish::LookAt { at: at(500) }, at(3)).await.unwrap();
    store.release(held, Some(at(500))).await.unwrap();
    assert!(claims(store, Side::Outbound, 5).await.is_empty());
    settle(store, id, target()).await;
    let held = claim(store, Side::Outbound, 5).await;
    assert_eq!(held.key, lane());
    deliver(store, &held, &message(&room(&teams(), "t"), "n2")).await;
}

async fn settling_twice_changes_nothing(world: World) {
    let store = world.store();
    let (_, id) = begun(store).await;
    settle(store, id, target()).await;
    settle(store, id, message(&room(&teams(), "t"), "other")).await;
    recorded(store).await;
    let known = store.known(&target().conversation, &["other".into()]).await.unwrap();
    assert_eq!(known.seen, [None]);
}

async fn a_settled_dead_letter_stays_dead(world: World) {
    let store = world.store();
    let (held, id) = begun(store).await;
    store.finish(&held, id, Finish::Dead { reason: "refused".into() }, at(3)).await.unwrap();
    settle(store, id, target()).await;
    assert_eq!(store.dead(9).await.unwrap().len(), 1);
    let counts = balanced(store).await;
    assert_eq!((counts.delivered, counts.dead, counts.waiting), (0, 1, 1));
}
