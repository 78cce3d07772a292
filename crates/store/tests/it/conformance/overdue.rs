//! Who has to be told that a message waits, died, or went through after all.

use entente_model::{DeliveryId, DropReason};
use entente_store::{About, Claim, Finish, LaneKey, News, Plan, Side, Store, What, Work};

use crate::world::{
    World, at, balanced, begin, claim, claim_of, deliver, head, message, notice, plan, room, route, teams,
    webex,
};

super::conformance! {
    what_waits_is_told_of_by_lane_and_once
    news_that_is_old_is_not_told
    the_notices_are_planned_with_the_telling
    what_was_told_to_wait_and_died_is_told_of_once_more
    deaths_are_told_of_by_reason
    a_wedged_lane_says_why
    a_lane_went_through_once_nothing_told_waits
    what_went_through_beside_the_dead_is_counted
    a_message_in_parts_is_one_message
    a_replayed_letter_that_was_told_of_goes_through
    what_takes_the_place_of_a_told_row_was_told_of
    what_was_dropped_did_not_go_through
    late_lanes_are_seen_whether_told_of_or_not
}

fn lane(name: &str) -> LaneKey {
    LaneKey::Conversation(room(&teams(), name))
}

fn from(lane: &LaneKey, name: &str, accepted_at: i64) -> Plan {
    Plan { accepted_at: at(accepted_at), ..plan(lane, &message(&room(&webex(), "r"), name)) }
}

async fn planned(store: &dyn Store, names: &[(&str, i64)]) -> Claim {
    let lane = lane("t");
    let plans = names.iter().map(|(name, accepted_at)| from(&lane, name, *accepted_at)).collect();
    route(store, &message(&room(&webex(), "r"), "source"), plans, 1).await;
    claim(store, Side::Outbound, 1).await
}

async fn news(store: &dyn Store, before: i64) -> Vec<News> {
    store.news(at(before), 9).await.unwrap()
}

/// The only news.
async fn only(store: &dyn Store, before: i64) -> News {
    let mut news = news(store, before).await;
    assert_eq!(news.len(), 1, "{news:?}");
    news.remove(0)
}

async fn tell(store: &dyn Store, news: &News) -> bool {
    store.told(news, Vec::new(), at(90)).await.unwrap()
}

async fn die(store: &dyn Store, held: &Claim, reason: &str) -> DeliveryId {
    let id = head(store, held).await.delivery.id;
    store.finish(held, id, Finish::Dead { reason: reason.into() }, at(3)).await.unwrap();
    id
}

fn about(news: &News) -> &About {
    match &news.what {
        What::Waits { about, .. } | What::Died { about, .. } => about,
        What::WentThrough { .. } => panic!("{news:?}"),
    }
}

fn reason(news: &News) -> (&str, bool) {
    match &news.what {
        What::Waits { reason, stands, .. } => (reason, *stands),
        What::Died { reason, .. } => (reason, false),
        What::WentThrough { .. } => panic!("{news:?}"),
    }
}

async fn what_waits_is_told_of_by_lane_and_once(mut world: World) {
    let store = world.store();
    let plans = vec![
        notice(&lane("a"), "not told of"),
        from(&lane("a"), "a1", 20),
        from(&lane("a"), "a2", 35),
        from(&lane("b"), "b1", 10),
        from(&lane("c"), "c1", 30),
    ];
    store.plan(plans, at(31)).await.unwrap();
    assert!(news(store, 10).await.is_empty());
    let told = news(store, 30).await;
    let lanes: Vec<_> = told.iter().map(|news| (news.lane.clone(), about(news).messages)).collect();
    assert_eq!(lanes, [(lane("b"), 1), (lane("a"), 2)], "a lane is told of as a whole, the young ones too");
    assert_eq!(
        (about(&told[1]).since, about(&told[1]).rows, about(&told[1]).work),
        (at(20), 2, Some(Work::Send))
    );
    assert_eq!(reason(&told[0]), ("", false));
    assert_eq!(store.news(at(99), 2).await.unwrap().len(), 2);
    let held = claim_of(store, &lane("b"), 31).await;
    assert_eq!(held.lane, told[0].lane_id);
    assert_eq!(head(store, &held).await.delivery.id, about(&told[0]).newest);
    for news in &told {
        assert!(tell(store, news).await);
        assert!(!tell(store, news).await, "nobody is told twice");
    }
    // What comes later has to be told of by itself.
    store.plan(vec![from(&lane("a"), "a3", 40)], at(41)).await.unwrap();
    world.restart();
    let later = news(world.store(), 99).await;
    let lanes: Vec<_> = later.iter().map(|news| (news.lane.clone(), about(news).messages)).collect();
    assert_eq!(lanes, [(lane("c"), 1), (lane("a"), 1)]);
}

async fn news_that_is_old_is_not_told(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1), ("m2", 2)]).await;
    let old = only(store, 9).await;
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    assert!(!tell(store, &old).await, "one of the two has arrived");
    let fewer = only(store, 9).await;
    store.plan(vec![from(&held.key, "m3", 3)], at(5)).await.unwrap();
    assert!(!tell(store, &fewer).await, "another one waits");
    let now = only(store, 9).await;
    die(store, &held, "refused").await;
    assert!(!tell(store, &now).await, "one of the two has died");
    let counts = balanced(store).await;
    assert_eq!((counts.waiting, counts.dead), (1, 1));
    assert_eq!(news(store, 9).await.len(), 2, "nothing was recorded as told");
}

async fn the_notices_are_planned_with_the_telling(mut world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let now = only(store, 9).await;
    assert!(store.told(&now, vec![notice(&lane("back"), "it waits")], at(10)).await.unwrap());
    assert!(!store.told(&now, vec![notice(&lane("back"), "it waits")], at(11)).await.unwrap());
    let wrong = LaneKey::Reports(room(&webex(), "r"));
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    let through = only(store, 9).await;
    assert!(store.told(&through, vec![notice(&wrong, "nowhere")], at(12)).await.is_err());
    assert_eq!(only(store, 9).await, through, "neither was written");
    world.restart();
    let back = claim_of(world.store(), &lane("back"), 13).await;
    assert_eq!(&head(world.store(), &back).await.delivery.payload[..], b"it waits");
    deliver(world.store(), &back, &message(&room(&teams(), "back"), "n2")).await;
    assert!(world.store().head(&back).await.unwrap().is_none(), "there is one only");
}

async fn what_was_told_to_wait_and_died_is_told_of_once_more(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1), ("m2", 2)]).await;
    assert!(tell(store, &only(store, 9).await).await);
    assert!(news(store, 99).await.is_empty());
    let id = die(store, &held, "too long").await;
    let death = only(store, 0).await;
    assert_eq!((reason(&death), about(&death).newest, about(&death).messages), (("too long", false), id, 1));
    assert!(tell(store, &death).await);
    assert!(news(store, 99).await.is_empty(), "the other was told of and waits still");
    die(store, &held, "too long").await;
    assert!(tell(store, &only(store, 0).await).await);
    let end = only(store, 0).await;
    assert_eq!(end.what, What::WentThrough { delivered: 0, died: 2 });
    assert!(tell(store, &end).await);
    assert!(news(store, 99).await.is_empty());
}

async fn deaths_are_told_of_by_reason(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1), ("m2", 2), ("m3", 3)]).await;
    die(store, &held, "too long").await;
    die(store, &held, "refused").await;
    die(store, &held, "too long").await;
    let deaths = news(store, 0).await;
    let said: Vec<_> = deaths.iter().map(|news| (reason(news).0, about(news).messages)).collect();
    assert_eq!(said, [("too long", 2), ("refused", 1)]);
    assert!(tell(store, &deaths[0]).await);
    assert_eq!(only(store, 0).await, deaths[1]);
    assert!(tell(store, &deaths[1]).await);
    assert!(news(store, 99).await.is_empty(), "nobody had been told that anything waits");
}

async fn a_wedged_lane_says_why(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 2).await;
    let retry = Finish::RetryAt { at: at(3), reason: "not reached".into() };
    store.finish(&held, id, retry, at(2)).await.unwrap();
    let waits = only(store, 9).await;
    assert_eq!(reason(&waits), ("not reached", false));
    store.wedge(held, "the login was refused").await.unwrap();
    assert_eq!(reason(&only(store, 9).await), ("the login was refused", true));
    assert!(tell(store, &waits).await, "the same rows wait, whatever for");
}

async fn a_lane_went_through_once_nothing_told_waits(mut world: World) {
    let held = planned(world.store(), &[("m1", 1), ("m2", 2)]).await;
    let store = world.store();
    assert!(tell(store, &only(store, 9).await).await);
    store.plan(vec![from(&held.key, "m3", 30)], at(35)).await.unwrap();
    let here = room(&teams(), "t");
    deliver(store, &held, &message(&here, "n1")).await;
    assert!(news(store, 9).await.is_empty(), "the second was told of and waits");
    deliver(store, &held, &message(&here, "n2")).await;
    world.restart();
    assert!(world.store().news(at(9), 0).await.unwrap().is_empty());
    let through = only(world.store(), 9).await;
    assert_eq!((&through.lane, &through.what), (&lane("t"), &What::WentThrough { delivered: 2, died: 0 }));
    assert!(tell(world.store(), &through).await);
    assert!(!tell(world.store(), &through).await);
    let held = claim(world.store(), Side::Outbound, 36).await;
    deliver(world.store(), &held, &message(&here, "n3")).await;
    assert!(news(world.store(), 9).await.is_empty(), "nobody was told of the third");
}

async fn what_went_through_beside_the_dead_is_counted(mut world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1), ("m2", 2), ("m3", 3)]).await;
    assert!(tell(store, &only(store, 9).await).await);
    let here = room(&teams(), "t");
    deliver(store, &held, &message(&here, "n1")).await;
    die(store, &held, "refused").await;
    deliver(store, &held, &message(&here, "n3")).await;
    world.restart();
    let store = world.store();
    let death = only(store, 9).await;
    assert_eq!(about(&death).messages, 1, "the death is told of before the end");
    assert!(tell(store, &death).await);
    let end = only(store, 9).await;
    assert_eq!(end.what, What::WentThrough { delivered: 2, died: 1 });
    assert!(tell(store, &end).await);
    assert!(news(store, 99).await.is_empty());
}

async fn a_message_in_parts_is_one_message(world: World) {
    let store = world.store();
    let part = |name, part| Plan { part, ..from(&lane("t"), name, 1) };
    let plans = vec![part("m1", 0), part("m1", 1), part("m2", 0), part("m2", 1)];
    route(store, &message(&room(&webex(), "r"), "source"), plans, 1).await;
    let held = claim(store, Side::Outbound, 1).await;
    let waits = only(store, 9).await;
    assert_eq!((about(&waits).messages, about(&waits).rows), (2, 4));
    assert!(tell(store, &waits).await);
    let here = room(&teams(), "t");
    die(store, &held, "refused").await;
    deliver(store, &held, &message(&here, "n1")).await;
    deliver(store, &held, &message(&here, "n2")).await;
    deliver(store, &held, &message(&here, "n3")).await;
    assert!(tell(store, &only(store, 9).await).await);
    assert_eq!(only(store, 9).await.what, What::WentThrough { delivered: 1, died: 1 });
}

async fn a_replayed_letter_that_was_told_of_goes_through(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    let id = die(store, &held, "too long").await;
    assert!(tell(store, &only(store, 0).await).await);
    assert!(store.replay(id, at(4)).await.unwrap());
    assert!(news(store, 99).await.is_empty(), "nobody is told twice");
    deliver(store, &held, &message(&room(&teams(), "t"), "n1")).await;
    assert_eq!(only(store, 9).await.what, What::WentThrough { delivered: 1, died: 0 });
    balanced(store).await;
}

async fn what_takes_the_place_of_a_told_row_was_told_of(mut world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    assert!(tell(store, &only(store, 9).await).await);
    let id = head(store, &held).await.delivery.id;
    let plans = vec![notice(&held.key, "who this is"), from(&held.key, "m1", 1)];
    store.finish(&held, id, Finish::Replaced(plans), at(10)).await.unwrap();
    assert!(news(store, 99).await.is_empty(), "it is the same message");
    let here = room(&teams(), "t");
    deliver(store, &held, &message(&here, "n1")).await;
    deliver(store, &held, &message(&here, "n2")).await;
    world.restart();
    assert_eq!(only(world.store(), 9).await.what, What::WentThrough { delivered: 1, died: 0 });
}

async fn what_was_dropped_did_not_go_through(world: World) {
    let store = world.store();
    let held = planned(store, &[("m1", 1)]).await;
    assert!(tell(store, &only(store, 9).await).await);
    let id = head(store, &held).await.delivery.id;
    store.finish(&held, id, Finish::Dropped(DropReason::Gone), at(3)).await.unwrap();
    assert!(news(store, 99).await.is_empty());
}

async fn late_lanes_are_seen_whether_told_of_or_not(world: World) {
    let store = world.store();
    let plans = vec![
        from(&lane("a"), "a1", 20),
        from(&lane("a"), "a2", 35),
        from(&lane("b"), "b1", 10),
        from(&lane("c"), "c1", 30),
        notice(&lane("d"), "not told of"),
    ];
    store.plan(plans, at(36)).await.unwrap();
    let before = store.late(at(30), 9).await.unwrap();
    for news in &news(store, 30).await {
        assert!(tell(store, news).await);
    }
    let after = store.late(at(30), 9).await.unwrap();
    assert_eq!(before, after);
    let lanes: Vec<_> = after.iter().map(|news| (news.lane.clone(), about(news).messages)).collect();
    assert_eq!(lanes, [(lane("b"), 1), (lane("a"), 2)]);
    assert_eq!(store.late(at(99), 1).await.unwrap().len(), 1);
}
