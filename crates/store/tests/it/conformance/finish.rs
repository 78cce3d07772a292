//! How rows end.

use entente_model::{DropReason, Loss};
use entente_store::{
    Claim, DeliveryState, Finish, Finished, Interest, LaneKey, Side, Store, UNKNOWN_OUTCOME, What, Work,
};

use crate::world::{
    World, at, balanced, begin, claim, deliver, delivered, direct, head, message, notice, pair, plan, room,
    route, teams, webex,
};

super::conformance! {
    a_delivered_row_is_gone_and_counted
    a_retry_waits_and_is_certainly_not_done
    a_look_keeps_the_row_begun
    dead_letters_are_kept_and_replayed
    a_dropped_row_is_counted_by_its_reason
    edits_and_deletions_change_the_counterpart
    a_part_that_was_sent_again_has_several_counterparts
    a_direct_lane_remembers_its_conversation
    a_pair_keeps_the_conversation_it_has
    losses_are_counted
}

fn lane() -> LaneKey {
    LaneKey::Conversation(room(&teams(), "t"))
}

/// A claimed lane with these kinds of work on one source.
async fn planned(store: &dyn Store, kinds: &[Work]) -> Claim {
    let source = message(&room(&webex(), "r"), "m1");
    let plans = kinds.iter().map(|work| entente_store::Plan { work: *work, ..plan(&lane(), &source) });
    route(store, &source, plans.collect(), 1).await;
    claim(store, Side::Outbound, 1).await
}

async fn a_delivered_row_is_gone_and_counted(world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send]).await;
    let target = message(&room(&teams(), "t"), "n1");
    let id = deliver(store, &held, &target).await;
    assert!(store.head(&held).await.unwrap().is_none());
    assert!(store.begun(&lane()).await.unwrap().is_empty());
    for finish in [delivered(&target), Finish::Dead { reason: "late".into() }, Finish::LookAt { at: at(9) }] {
        assert_eq!(store.finish(&held, id, finish, at(51)).await.unwrap(), Finished::Settled);
    }
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.delivered, counts.waiting, counts.dead), (1, 1, 0, 0));
}

async fn why_it_waits(store: &dyn Store) -> String {
    match store.late(at(10), 9).await.unwrap().remove(0).what {
        What::Waits { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

async fn a_retry_waits_and_is_certainly_not_done(mut world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send]).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 5).await;
    let retry = Finish::RetryAt { at: at(70), reason: "rate_limited".into() };
    assert_eq!(store.finish(&held, id, retry, at(6)).await.unwrap(), Finished::Written);
    let delivery = head(store, &held).await.delivery;
    assert_eq!(delivery.attempts, 1);
    assert_eq!(delivery.state, DeliveryState::Planned { not_before: at(70) });
    assert!(store.begun(&lane()).await.unwrap().is_empty());
    assert_eq!(why_it_waits(store).await, "rate_limited");
    world.restart();
    assert_eq!(world.store().next_ready(Side::Outbound).await.unwrap(), Some(at(70)));
    assert!(crate::world::claims(world.store(), Side::Outbound, 69).await.is_empty());
    let held = claim(world.store(), Side::Outbound, 70).await;
    begin(world.store(), &held, id, 71).await;
    let delivery = head(world.store(), &held).await.delivery;
    assert_eq!(delivery.state, DeliveryState::Begun { at: at(71), not_before: at(71) });
}

async fn a_look_keeps_the_row_begun(world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send]).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 5).await;
    store.finish(&held, id, Finish::LookAt { at: at(60) }, at(6)).await.unwrap();
    let delivery = head(store, &held).await.delivery;
    assert_eq!(delivery.state, DeliveryState::Begun { at: at(5), not_before: at(60) });
    assert_eq!(store.begun(&lane()).await.unwrap().len(), 1);
    assert_eq!(why_it_waits(store).await, UNKNOWN_OUTCOME);
}

async fn dead_letters_are_kept_and_replayed(mut world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send, Work::Edit]).await;
    let id = head(store, &held).await.delivery.id;
    begin(store, &held, id, 5).await;
    let dead = Finish::Dead { reason: "refused: too long".into() };
    assert_eq!(store.finish(&held, id, dead, at(6)).await.unwrap(), Finished::Written);
    assert_eq!(head(store, &held).await.delivery.work, Work::Edit);
    let counts = balanced(store).await;
    assert_eq!((counts.planned, counts.dead, counts.waiting), (2, 1, 1));
    world.restart();
    let store = world.store();
    let letters = store.dead(9).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].delivery, &letters[0].lane, letters[0].at), (id, &lane(), at(6)));
    assert_eq!(letters[0].reason, "refused: too long");
    assert_eq!(letters[0].source, Some(message(&room(&webex(), "r"), "m1")));
    let held = claim(store, Side::Outbound, 9).await;
    store.release(held, None).await.unwrap();
    assert!(store.replay(id, at(20)).await.unwrap());
    assert!(!store.replay(id, at(21)).await.unwrap());
    assert!(store.dead(9).await.unwrap().is_empty());
    let held = claim(store, Side::Outbound, 20).await;
    // It stands at the end of its lane, as if it had never been tried, with what it says.
    let edit = head(store, &held).await.delivery;
    assert_eq!(edit.work, Work::Edit);
    store.finish(&held, edit.id, Finish::Dropped(DropReason::NoCounterpart), at(22)).await.unwrap();
    let again = head(store, &held).await.delivery;
    assert_eq!((again.id, again.attempts, again.work), (id, 0, Work::Send));
    assert_eq!(again.payload, "send m1");
    assert_eq!(again.state, DeliveryState::Planned { not_before: at(20) });
    balanced(store).await;
}

async fn a_dropped_row_is_counted_by_its_reason(world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send, Work::Edit]).await;
    store.plan(vec![notice(&lane(), "hello")], at(2)).await.unwrap();
    for _ in 0..3 {
        let id = head(store, &held).await.delivery.id;
        store.finish(&held, id, Finish::Dropped(DropReason::NoCounterpart), at(3)).await.unwrap();
    }
    let counts = balanced(store).await;
    assert_eq!(counts.dropped_rows, 2);
    assert_eq!(counts.dropped, [("no_counterpart".to_owned(), 2)].into());
}

async fn edits_and_deletions_change_the_counterpart(world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send, Work::Edit, Work::Edit, Work::Delete, Work::Edit]).await;
    let target = message(&room(&teams(), "t"), "n1");
    let seen = async || {
        let known = store.known(&target.conversation, std::slice::from_ref(&target.id)).await.unwrap();
        known.seen[0].unwrap()
    };
    deliver(store, &held, &target).await;
    assert!(seen().await.ours && !seen().await.deleted && seen().await.version == at(50));
    for (edits, message) in [(0, None), (1, Some(target.clone()))] {
        let head = head(store, &held).await;
        assert_eq!(head.counterparts[0].edits, edits);
        begin(store, &held, head.delivery.id, 60).await;
        let done = Finish::Delivered { message, losses: Vec::new(), at: at(61) };
        store.finish(&held, head.delivery.id, done, at(61)).await.unwrap();
    }
    assert_eq!(seen().await.version, at(61));
    let delete = head(store, &held).await;
    assert_eq!(delete.counterparts[0].edits, 2);
    let done = Finish::Delivered { message: None, losses: Vec::new(), at: at(62) };
    store.finish(&held, delete.delivery.id, done, at(62)).await.unwrap();
    assert!(seen().await.deleted && seen().await.ours);
    assert!(head(store, &held).await.counterparts.is_empty());
}

async fn a_part_that_was_sent_again_has_several_counterparts(mut world: World) {
    let kinds =
        [Work::Send, Work::Edit, Work::Send, Work::Edit, Work::Edit, Work::Delete, Work::Delete, Work::Edit];
    let held = planned(world.store(), &kinds).await;
    let copy = |name: &str| message(&room(&teams(), "t"), name);
    let listed = async |held: &Claim, store: &dyn Store| {
        let head = head(store, held).await;
        head.counterparts.into_iter().map(|c| (c.message.id.to_string(), c.edits)).collect::<Vec<_>>()
    };
    let expected =
        |pairs: &[(&str, u32)]| pairs.iter().map(|(n, e)| ((*n).to_owned(), *e)).collect::<Vec<_>>();
    // The names do not sort as the messages were made.
    deliver(world.store(), &held, &copy("z")).await;
    deliver(world.store(), &held, &copy("y")).await;
    deliver(world.store(), &held, &copy("x")).await;
    assert_eq!(listed(&held, world.store()).await, expected(&[("z", 0), ("y", 0), ("x", 0)]));
    let done = |message| Finish::Delivered { message, losses: Vec::new(), at: at(60) };
    // An edit without a message is the newest one's, one that names a message is that one's.
    for message in [None, Some(copy("z"))] {
        let id = head(world.store(), &held).await.delivery.id;
        world.store().finish(&held, id, done(message), at(60)).await.unwrap();
    }
    world.restart();
    let store = world.store();
    let held = claim(store, Side::Outbound, 70).await;
    assert_eq!(listed(&held, store).await, expected(&[("z", 1), ("y", 0), ("x", 1)]));
    // So it is with deletions; the deleted ones are not listed any more.
    for (message, left) in [(None, &[("z", 1), ("y", 0)][..]), (Some(copy("z")), &[("y", 0)])] {
        let id = head(store, &held).await.delivery.id;
        store.finish(&held, id, done(message), at(71)).await.unwrap();
        assert_eq!(listed(&held, store).await, expected(left));
    }
    let known = store.known(&room(&teams(), "t"), &["z".into(), "y".into(), "x".into()]).await.unwrap();
    let deleted: Vec<_> = known.seen.iter().map(|seen| seen.unwrap().deleted).collect();
    assert_eq!(deleted, [true, false, true]);
}

async fn a_direct_lane_remembers_its_conversation(world: World) {
    let store = world.store();
    let both = pair(1, 2);
    let source = message(&room(&webex(), "r"), "m1");
    let lane = LaneKey::Direct(both, teams());
    route(store, &source, vec![plan(&lane, &source)], 1).await;
    assert_eq!(store.direct(both, &teams()).await.unwrap(), None);
    let held = claim(store, Side::Outbound, 1).await;
    let target = message(&room(&teams(), "opened"), "n1");
    deliver(store, &held, &target).await;
    assert_eq!(store.direct(both, &teams()).await.unwrap(), Some(target.conversation.clone()));
    assert_eq!(store.direct(both, &webex()).await.unwrap(), None);
    let known = store.known(&target.conversation, &[]).await.unwrap().conversation.unwrap();
    assert_eq!((known.interest, known.pair, known.mark), (Interest::Yes, Some(both), None));
}

async fn a_pair_keeps_the_conversation_it_has(world: World) {
    let store = world.store();
    let both = pair(1, 2);
    let has = room(&teams(), "has");
    store.remember(&direct(&has), Interest::Yes, Some(both), at(1)).await.unwrap();
    let taken = room(&teams(), "taken");
    store.remember(&direct(&taken), Interest::Yes, Some(pair(3, 4)), at(1)).await.unwrap();
    for (other, lane) in [
        (room(&teams(), "second"), LaneKey::Direct(both, teams())),
        (taken.clone(), LaneKey::Direct(pair(1, 3), teams())),
        (room(&webex(), "astray"), LaneKey::Direct(pair(1, 4), teams())),
    ] {
        store.plan(vec![notice(&lane, "hello")], at(2)).await.unwrap();
        let held = crate::world::claim_of(store, &lane, 2).await;
        deliver(store, &held, &message(&other, "n1")).await;
    }
    assert_eq!(store.direct(both, &teams()).await.unwrap(), Some(has));
    assert_eq!(store.direct(pair(3, 4), &teams()).await.unwrap(), Some(taken));
    assert_eq!(store.direct(pair(1, 3), &teams()).await.unwrap(), None);
    assert_eq!(store.direct(pair(1, 4), &teams()).await.unwrap(), None);
    assert!(store.known(&room(&teams(), "second"), &[]).await.unwrap().conversation.is_none());
}

async fn losses_are_counted(world: World) {
    let store = world.store();
    let held = planned(store, &[Work::Send]).await;
    let id = head(store, &held).await.delivery.id;
    let losses = vec![Loss::Formatting, Loss::Thread];
    let done = Finish::Delivered { message: None, losses, at: at(9) };
    store.finish(&held, id, done, at(9)).await.unwrap();
    let counts = balanced(store).await;
    assert_eq!((counts.other["loss_formatting"], counts.other["loss_thread"]), (1, 1));
}
