//! Writes under a claim that was lost change nothing.

use entente_model::DropReason;
use entente_store::{Begin, Claim, Finish, LaneKey, Routed, Side, StoreError};

use crate::world::{
    World, at, balanced, claim, created, head, message, plan, room, route, seen, teams, webex,
};

super::conformance! {
    every_inbound_method_asks_for_the_epoch
    every_outbound_method_asks_for_the_epoch
    a_claim_that_was_given_back_is_lost
    claims_do_not_survive_a_boot
    a_begin_of_a_settled_row_frees_the_lane
}

fn lost<T: std::fmt::Debug>(result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::LeaseLost)), "{result:?}");
}

async fn every_inbound_method_asks_for_the_epoch(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    store.accept(vec![created(&one)], at(1)).await.unwrap();
    let late = claim(store, Side::Inbound, 1).await;
    let holder = claim(store, Side::Inbound, 31).await;
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    let done = vec![store.arrived(&holder, 1).await.unwrap()[0].id];
    lost(&store.arrived(&late, 1).await);
    let routed = Routed {
        done,
        seen: vec![seen("m1", 1)],
        plans: vec![plan(&lane, &one)],
        drops: vec![DropReason::Gone],
        mark: Some(("m1".into(), at(1))),
        ..Routed::default()
    };
    lost(&store.routed(&late, routed, at(32)).await);
    lost(&store.wedge(late.clone(), "late").await);
    store.release(late, None).await.unwrap();
    let counts = balanced(store).await;
    assert_eq!((counts.unrouted, counts.planned, counts.wedged), (1, 0, 0));
    assert!(counts.dropped.is_empty());
    let known = store.known(&one.conversation, &[one.id]).await.unwrap();
    assert!(known.conversation.is_none() && known.seen == [None]);
    assert_eq!(store.arrived(&holder, 9).await.unwrap().len(), 1);
}

async fn outbound(world: &World) -> (Claim, Claim) {
    let source = message(&room(&webex(), "r"), "m1");
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    route(world.store(), &source, vec![plan(&lane, &source)], 1).await;
    let late = claim(world.store(), Side::Outbound, 1).await;
    (late, claim(world.store(), Side::Outbound, 31).await)
}

async fn every_outbound_method_asks_for_the_epoch(world: World) {
    let store = world.store();
    let (late, holder) = outbound(&world).await;
    let id = head(store, &holder).await.delivery.id;
    lost(&store.head(&late).await);
    lost(&store.begin(&late, Begin { delivery: id, fingerprint: [1; 32], at: at(32) }).await);
    assert!(store.begun(&holder.key).await.unwrap().is_empty());
    let target = message(&room(&teams(), "t"), "n1");
    for finish in [
        crate::world::delivered(&target),
        Finish::RetryAt { at: at(99), reason: "late".into() },
        Finish::LookAt { at: at(99) },
        Finish::Dead { reason: "late".into() },
        Finish::Dropped(DropReason::Gone),
        Finish::Replaced(Vec::new()),
    ] {
        lost(&store.finish(&late, id, finish, at(32)).await);
    }
    lost(&store.wedge(late, "late").await);
    let delivery = head(store, &holder).await.delivery;
    assert_eq!(delivery.attempts, 0);
    assert_eq!(delivery.state.not_before(), at(1));
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.waiting, counts.wedged), (1, 1, 0));
}

async fn a_claim_that_was_given_back_is_lost(world: World) {
    let store = world.store();
    let (_, holder) = outbound(&world).await;
    let id = head(store, &holder).await.delivery.id;
    store.release(holder.clone(), Some(at(40))).await.unwrap();
    lost(&store.head(&holder).await);
    lost(&store.begin(&holder, Begin { delivery: id, fingerprint: [1; 32], at: at(32) }).await);
}

async fn claims_do_not_survive_a_boot(mut world: World) {
    let (_, holder) = outbound(&world).await;
    world.restart();
    let store = world.store();
    lost(&store.head(&holder).await);
    let new = claim(store, Side::Outbound, 32).await;
    assert_eq!(new.key, holder.key);
    assert!(new.epoch > holder.epoch);
    lost(&store.head(&holder).await);
    assert!(store.head(&new).await.unwrap().is_some());
}

async fn a_begin_of_a_settled_row_frees_the_lane(world: World) {
    let store = world.store();
    let (_, holder) = outbound(&world).await;
    let id = head(store, &holder).await.delivery.id;
    store.finish(&holder, id, Finish::Dropped(DropReason::Gone), at(32)).await.unwrap();
    lost(&store.begin(&holder, Begin { delivery: id, fingerprint: [1; 32], at: at(32) }).await);
    lost(&store.head(&holder).await);
    let next = claim(store, Side::Outbound, 32).await;
    assert!(store.head(&next).await.unwrap().is_none());
}
