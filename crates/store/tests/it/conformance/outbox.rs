//! Planning, the head, and beginning.

use entente_store::{Begin, Begun, DeliveryState, LaneKey, Side, StoreError, Work};

use crate::world::{
    World, at, balanced, begin, claim, claims, deliver, head, message, notice, plan, room, route, teams,
    webex,
};

super::conformance! {
    a_plan_comes_back_as_it_was_made
    a_begun_row_says_since_when
    begun_rows_are_asked_for_by_lane
    only_the_head_is_begun
    notices_are_not_counted
    nothing_is_planned_towards_us
    the_head_knows_what_its_source_became
}

fn lane() -> LaneKey {
    LaneKey::Conversation(room(&teams(), "t"))
}

async fn a_plan_comes_back_as_it_was_made(world: World) {
    let store = world.store();
    let source = message(&room(&webex(), "r"), "m1");
    let mut edit = plan(&lane(), &source);
    edit.work = Work::Edit;
    edit.part = 3;
    edit.accepted_at = at(7);
    store.plan(vec![edit.clone()], at(9)).await.unwrap();
    let held = claim(store, Side::Outbound, 9).await;
    for _ in 0..2 {
        let head = head(store, &held).await;
        assert!(head.counterparts.is_empty() && head.thread.is_none());
        let delivery = head.delivery;
        assert_eq!((delivery.work, delivery.part, delivery.attempts), (Work::Edit, 3, 0));
        assert_eq!(delivery.source.as_ref(), Some(&source));
        assert_eq!(delivery.payload, edit.payload);
        assert_eq!(delivery.accepted_at, at(7));
        assert_eq!(delivery.state, DeliveryState::Planned { not_before: at(9) });
    }
}

async fn a_begun_row_says_since_when(world: World) {
    let store = world.store();
    store.plan(vec![plan(&lane(), &message(&room(&webex(), "r"), "m1"))], at(1)).await.unwrap();
    let held = claim(store, Side::Outbound, 1).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 5).await;
    begin(store, &held, id, 8).await;
    let delivery = head(store, &held).await.delivery;
    assert_eq!(delivery.attempts, 2);
    assert_eq!(delivery.state, DeliveryState::Begun { at: at(5), not_before: at(8) });
}

async fn begun_rows_are_asked_for_by_lane(mut world: World) {
    let source = message(&room(&webex(), "r"), "m1");
    world.store().plan(vec![plan(&lane(), &source), plan(&lane(), &source)], at(1)).await.unwrap();
    assert!(world.store().begun(&lane()).await.unwrap().is_empty());
    assert!(world.store().begun(&LaneKey::Reports(room(&teams(), "nowhere"))).await.unwrap().is_empty());
    assert!(world.store().begun(&LaneKey::Conversation(room(&teams(), "nowhere"))).await.unwrap().is_empty());
    let held = claim(world.store(), Side::Outbound, 1).await;
    let delivery = head(world.store(), &held).await.delivery.id;
    let fingerprint = [9; 32];
    world.store().begin(&held, Begin { delivery, fingerprint, at: at(5) }).await.unwrap();
    for _ in 0..2 {
        let begun = world.store().begun(&lane()).await.unwrap();
        assert_eq!(begun, [Begun { delivery, fingerprint, at: at(5) }]);
        // An intent is durable.
        world.restart();
    }
}

async fn only_the_head_is_begun(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    store.plan(vec![plan(&lane(), &message(&here, "m1"))], at(1)).await.unwrap();
    let held = claim(store, Side::Outbound, 1).await;
    let first = head(store, &held).await.delivery.id;
    store.plan(vec![plan(&lane(), &message(&here, "m2"))], at(1)).await.unwrap();
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    let second = head(store, &held).await.delivery.id;
    assert!(second > first);
    store.plan(vec![plan(&lane(), &message(&here, "m3"))], at(1)).await.unwrap();
    begin(store, &held, second, 5).await;
    let dead = entente_store::Finish::Dead { reason: "refused".into() };
    store.finish(&held, second, dead, at(6)).await.unwrap();
    let third = head(store, &held).await.delivery.id;
    assert!(store.replay(second, at(7)).await.unwrap());
    // The replayed row stands behind the third now.
    let early = Begin { delivery: second, fingerprint: [1; 32], at: at(8) };
    assert!(matches!(store.begin(&held, early).await, Err(StoreError::Inconsistent { .. })));
    begin(store, &held, third, 8).await;
}

async fn notices_are_not_counted(world: World) {
    let store = world.store();
    let app = LaneKey::App(crate::world::login_id(1), crate::world::account(&webex(), "ann"));
    store.plan(vec![notice(&app, "hello"), notice(&app, "again")], at(1)).await.unwrap();
    let held = claim(store, Side::Outbound, 1).await;
    let said = message(&room(&webex(), "app"), "n1");
    deliver(store, &held, &said).await;
    let id = head(store, &held).await.delivery.id;
    let dead = entente_store::Finish::Dead { reason: "refused".into() };
    store.finish(&held, id, dead, at(2)).await.unwrap();
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.delivered, counts.waiting, counts.dead), (0, 0, 0, 0));
    assert_eq!(store.dead(9).await.unwrap().len(), 1, "an operator sees it all the same");
    assert!(store.news(at(999), 9).await.unwrap().is_empty());
    let known = store.known(&said.conversation, &[said.id]).await.unwrap();
    assert!(known.seen[0].unwrap().ours);
}

async fn nothing_is_planned_towards_us(world: World) {
    let store = world.store();
    let here = LaneKey::Reports(room(&webex(), "r"));
    let wrong = plan(&here, &message(&room(&webex(), "r"), "m1"));
    assert!(matches!(store.plan(vec![wrong], at(1)).await, Err(StoreError::Inconsistent { .. })));
    assert!(claims(store, Side::Inbound, 9).await.is_empty());
    assert!(claims(store, Side::Outbound, 9).await.is_empty());
}

async fn the_head_knows_what_its_source_became(world: World) {
    let store = world.store();
    let source = message(&room(&webex(), "r"), "m1");
    let mut second_part = plan(&lane(), &source);
    second_part.part = 1;
    let mut edit = plan(&lane(), &source);
    edit.work = Work::Edit;
    let elsewhere = LaneKey::Conversation(room(&teams(), "elsewhere"));
    route(store, &source, vec![plan(&lane(), &source), second_part, edit.clone()], 1).await;
    store.plan(vec![plan(&elsewhere, &source)], at(2)).await.unwrap();
    let held = crate::world::claim_of(store, &lane(), 2).await;
    let here = room(&teams(), "t");
    deliver(store, &held, &message(&here, "n0")).await;
    let known: Vec<_> = head(store, &held).await.counterparts;
    assert_eq!(known.len(), 1);
    deliver(store, &held, &message(&here, "n1")).await;
    let known = head(store, &held).await.counterparts;
    let flat: Vec<_> =
        known.iter().map(|known| (known.part, known.message.id.as_str(), known.edits)).collect();
    assert_eq!(flat, [(0, "n0", 0), (1, "n1", 0)]);
    assert!(known.iter().all(|known| known.message.conversation == here));
    // What it became elsewhere is not this lane's business.
    let other = crate::world::claim_of(store, &elsewhere, 3).await;
    assert!(head(store, &other).await.counterparts.is_empty());
}
