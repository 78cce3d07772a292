//! What operators see.

use bytes::Bytes;
use entente_model::DeliveryId;
use entente_store::{Finish, LaneKey, Plan, Queue, Side};

use crate::world::{LEASE, World, at, claim, created, head, message, plan, room, route, teams, webex};

super::conformance! {
    what_was_set_aside_is_listed_newest_first
    dead_letters_are_listed_newest_first
    only_dead_letters_are_replayed
    lanes_with_work_are_listed_those_that_stand_first
}

async fn what_was_set_aside_is_listed_newest_first(mut world: World) {
    for (now, reason) in [(1, "no json"), (3, "no signature"), (2, "too deep"), (3, "the same instant")] {
        let body = Bytes::from_static(b"{");
        world.store().set_aside(&webex(), reason, body, at(now)).await.unwrap();
    }
    world.restart();
    let aside = world.store().aside(3).await.unwrap();
    let flat: Vec<_> = aside.iter().map(|aside| (aside.reason.as_str(), aside.at)).collect();
    assert_eq!(flat, [("the same instant", at(3)), ("no signature", at(3)), ("too deep", at(2))]);
    assert!(aside.iter().all(|aside| aside.workspace == webex()));
}

async fn dead_letters_are_listed_newest_first(world: World) {
    let store = world.store();
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    let sources: Vec<_> = (0..4).map(|number| message(&room(&webex(), "r"), &format!("m{number}"))).collect();
    route(store, &sources[0], sources.iter().map(|source| plan(&lane, source)).collect(), 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    for now in [5, 7, 6, 7] {
        let id = head(store, &held).await.delivery.id;
        store.finish(&held, id, Finish::Dead { reason: "refused".into() }, at(now)).await.unwrap();
    }
    let letters = store.dead(3).await.unwrap();
    let names: Vec<_> = letters.iter().map(|letter| letter.source.as_ref().unwrap().id.as_str()).collect();
    assert_eq!(names, ["m3", "m1", "m2"]);
}

async fn only_dead_letters_are_replayed(world: World) {
    let store = world.store();
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    let source = message(&room(&webex(), "r"), "m1");
    route(store, &source, vec![plan(&lane, &source)], 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    let id = head(store, &held).await.delivery.id;
    assert!(!store.replay(id, at(2)).await.unwrap());
    assert!(!store.replay(DeliveryId(i64::MAX), at(2)).await.unwrap());
    assert_eq!(head(store, &held).await.delivery.id, id);
}

async fn lanes_with_work_are_listed_those_that_stand_first(world: World) {
    let store = world.store();
    let lanes = ["t1", "t2", "t3"].map(|name| LaneKey::Conversation(room(&teams(), name)));
    for (number, lane) in lanes.iter().enumerate() {
        let source = message(&room(&webex(), "r"), &format!("m{number}"));
        let accepted_at = at(10 + i64::try_from(number).unwrap());
        let rows = vec![Plan { accepted_at, ..plan(lane, &source) }; number + 1];
        store.plan(rows, at(20)).await.unwrap();
    }
    let held = store.claim(Side::Outbound, 3, LEASE, at(20)).await.unwrap();
    let of = |lane: &LaneKey| held.iter().find(|claim| claim.key == *lane).unwrap().clone();
    let id = head(store, &of(&lanes[0])).await.delivery.id;
    let busy = Finish::RetryAt { at: at(90), reason: "busy".into() };
    store.finish(&of(&lanes[0]), id, busy, at(21)).await.unwrap();
    store.wedge(of(&lanes[2]), "an internal error").await.unwrap();
    store.accept(vec![created(&message(&room(&webex(), "r"), "new"))], at(30)).await.unwrap();
    let queues = store.queues(9).await.unwrap();
    let flat = |queue: &Queue| (queue.waiting, queue.since, queue.reason.clone(), queue.next, queue.wedged);
    assert_eq!(
        queues.iter().map(flat).collect::<Vec<_>>(),
        [
            (3, at(12), "an internal error".to_owned(), None, true),
            (1, at(10), "busy".to_owned(), Some(at(90)), false),
            (2, at(11), String::new(), Some(at(20)), false),
            (1, at(30), String::new(), None, false),
        ]
    );
    assert_eq!(queues[3].lane, LaneKey::Reports(room(&webex(), "r")));
    assert_eq!(store.queues(2).await.unwrap(), queues[..2]);
}
