//! What operators see.

use bytes::Bytes;
use entente_model::DeliveryId;
use entente_store::{Finish, LaneKey, Side};

use crate::world::{World, at, claim, head, message, plan, room, route, teams, webex};

super::conformance! {
    what_was_set_aside_is_listed_newest_first
    dead_letters_are_listed_newest_first
    only_dead_letters_are_replayed
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
