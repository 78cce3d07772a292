//! Forgetting.

use bytes::Bytes;
use entente_store::{EXPIRED, Finish, LaneKey, Plan, Report, Routed, Side};

use crate::world::{
    World, at, balanced, claim, claim_of, created, deliver, head, message, notice, plan, report, room, route,
    seen, teams, webex,
};

super::conformance! {
    old_letters_expire_and_are_counted
    old_messages_are_forgotten_with_their_counterparts
    a_message_that_a_report_names_is_kept
    what_waits_is_still_readable
}

fn lane() -> LaneKey {
    LaneKey::Conversation(room(&teams(), "t"))
}

async fn old_letters_expire_and_are_counted(world: World) {
    let store = world.store();
    let (one, two) = (message(&room(&webex(), "r"), "m1"), message(&room(&webex(), "r"), "m2"));
    let plans = vec![plan(&lane(), &one), notice(&lane(), "hello"), plan(&lane(), &two)];
    route(store, &one, plans, 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    for now in [5, 5, 6] {
        let id = head(store, &held).await.delivery.id;
        store.finish(&held, id, Finish::Dead { reason: "refused".into() }, at(now)).await.unwrap();
    }
    for now in [5, 6] {
        store.set_aside(&webex(), "no json", Bytes::from_static(b"{"), at(now)).await.unwrap();
    }
    store.sweep(at(6), at(0), at(10)).await.unwrap();
    store.sweep(at(6), at(0), at(50)).await.unwrap();
    let left = store.dead(9).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].source, Some(two));
    assert_eq!(store.aside(9).await.unwrap().len(), 1);
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.dead, counts.dropped_rows), (2, 1, 1));
    assert_eq!(counts.dropped[EXPIRED], 1);
    // The one that is left can still be replayed.
    assert!(store.replay(left[0].delivery, at(60)).await.unwrap());
    assert_eq!(head(store, &held).await.delivery.payload, "send m2");
}

async fn old_messages_are_forgotten_with_their_counterparts(world: World) {
    let store = world.store();
    let (old, new) = (message(&room(&webex(), "r"), "old"), message(&room(&webex(), "r"), "new"));
    for (source, now) in [(&old, 1), (&new, 100)] {
        route(store, source, vec![plan(&lane(), source)], now).await;
        let held = claim(store, Side::Outbound, now).await;
        let id = head(store, &held).await.delivery.id;
        let target = message(&room(&teams(), "t"), &format!("copy of {}", source.id));
        let done = Finish::Delivered { message: Some(target), losses: Vec::new(), at: at(now) };
        store.finish(&held, id, done, at(now)).await.unwrap();
        store.release(held, None).await.unwrap();
    }
    store.sweep(at(0), at(100), at(101)).await.unwrap();
    let known = store.known(&old.conversation, &["old".into(), "new".into()]).await.unwrap();
    assert!(known.seen[0].is_none() && known.seen[1].is_some());
    let copies = ["copy of old".into(), "copy of new".into()];
    let known = store.known(&room(&teams(), "t"), &copies).await.unwrap();
    assert!(known.seen[0].is_none() && known.seen[1].unwrap().ours);
    for (source, copies) in [(&old, 0), (&new, 1)] {
        store.plan(vec![plan(&lane(), source)], at(102)).await.unwrap();
        let held = claim(store, Side::Outbound, 102).await;
        assert_eq!(head(store, &held).await.counterparts.len(), copies);
        deliver(store, &held, &message(&room(&teams(), "t"), "again")).await;
        store.release(held, None).await.unwrap();
    }
    // An answer to what was forgotten is an answer to nothing.
    let back = LaneKey::Conversation(room(&webex(), "r"));
    let thread = Some(message(&room(&teams(), "t"), "copy of old"));
    let reply = Plan { thread, ..plan(&back, &message(&room(&teams(), "t"), "reply")) };
    store.plan(vec![reply], at(103)).await.unwrap();
    assert_eq!(head(store, &claim_of(store, &back, 103).await).await.thread, None);
    // And a report of it is new.
    assert_eq!(store.accept(vec![created(&old), created(&new)], at(104)).await.unwrap().stored, 1);
}

async fn a_message_that_a_report_names_is_kept(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    route(store, &one, Vec::new(), 1).await;
    store.accept(vec![report(Report::Changed, &one)], at(2)).await.unwrap();
    store.sweep(at(0), at(100), at(101)).await.unwrap();
    let held = claim(store, Side::Inbound, 101).await;
    let arrived = store.arrived(&held, 9).await.unwrap();
    assert_eq!(arrived[0].message, one);
    assert!(store.known(&one.conversation, std::slice::from_ref(&one.id)).await.unwrap().seen[0].is_some());
    let routed = Routed { done: vec![arrived[0].id], seen: vec![seen("m2", 100)], ..Routed::default() };
    store.routed(&held, routed, at(102)).await.unwrap();
    store.sweep(at(0), at(100), at(103)).await.unwrap();
    let known = store.known(&one.conversation, &[one.id, "m2".into()]).await.unwrap();
    assert!(known.seen[0].is_none() && known.seen[1].is_some());
}

async fn what_waits_is_still_readable(mut world: World) {
    let one = message(&room(&webex(), "r"), "m1");
    let mut always = created(&one);
    always.always = true;
    world.store().accept(vec![always], at(1)).await.unwrap();
    world.store().plan(vec![plan(&lane(), &one)], at(1)).await.unwrap();
    for hour in 1..5 {
        world.store().sweep(at(0), at(0), at(hour * 3_600)).await.unwrap();
        world.store().sweep(at(0), at(0), at(hour * 3_600)).await.unwrap();
        world.restart();
        let store = world.store();
        let inbound = claim(store, Side::Inbound, 5).await;
        let body = store.arrived(&inbound, 9).await.unwrap()[0].body.clone();
        assert_eq!(body, Some(Bytes::from_static(b"what was said")));
        let held = claim(store, Side::Outbound, 5).await;
        assert_eq!(head(store, &held).await.delivery.payload, "send m1");
    }
}
