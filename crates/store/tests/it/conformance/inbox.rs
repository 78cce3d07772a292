//! Accepting and routing reports.

use bytes::Bytes;
use entente_model::{DropReason, Emoji};
use entente_store::{Accepted, Interest, LaneKey, ReactionsNow, Report, Routed, Side, Unreadable};

use crate::world::{
    World, at, balanced, claim, claims, created, deliver, direct, message, pair, plan, report, room, route,
    seen, teams, webex,
};

super::conformance! {
    a_new_message_is_stored_once_for_all_watchers
    changes_and_deletions_are_stored_each_time
    what_was_seen_is_a_repeat
    our_own_messages_are_echoes
    reactions_are_heard_of_all_messages_and_the_last_word_counts
    reactions_are_read_wherever_a_message_stands
    a_done_report_may_come_again_until_it_was_seen
    bodies_are_kept_only_where_they_concern_us
    conversations_of_no_interest_store_nothing
    a_look_waits_once
    arrivals_keep_their_order
    routed_is_done_once
    marks_never_move_back
    counts_what_was_absorbed
    what_a_webhook_held_is_stored_together
}

async fn a_new_message_is_stored_once_for_all_watchers(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    let mut other_watcher = created(&one);
    other_watcher.watcher = crate::world::login_id(2);
    let accepted = store.accept(vec![created(&one), other_watcher.clone()], at(1)).await.unwrap();
    assert_eq!(accepted, Accepted { stored: 1, repeats: 1, ..Accepted::default() });
    let accepted = store.accept(vec![other_watcher], at(2)).await.unwrap();
    assert_eq!(accepted, Accepted { repeats: 1, ..Accepted::default() });
    let claim = claim(store, Side::Inbound, 2).await;
    assert_eq!(claim.key, LaneKey::Reports(one.conversation.clone()));
    let arrived = store.arrived(&claim, 10).await.unwrap();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].message, one);
    assert_eq!(arrived[0].report, Report::Created);
    assert_eq!(arrived[0].watcher, crate::world::login_id(1));
    assert_eq!(arrived[0].actor, created(&one).actor);
    assert_eq!(arrived[0].accepted_at, at(1));
    // The same id in another conversation is another message.
    let elsewhere = message(&room(&webex(), "other"), "m1");
    assert_eq!(store.accept(vec![created(&elsewhere)], at(3)).await.unwrap().stored, 1);
}

async fn what_a_webhook_held_is_stored_together(mut world: World) {
    let one = message(&room(&webex(), "r"), "m1");
    let odd = |reason: &str| Unreadable {
        workspace: webex(),
        reason: reason.to_owned(),
        body: Bytes::from_static(b"{"),
    };
    let store = world.store();
    let accepted =
        store.accept_all(vec![created(&one)], vec![odd("no id"), odd("no room")], at(1)).await.unwrap();
    assert_eq!(accepted, Accepted { stored: 1, ..Accepted::default() });
    // Nothing to read, and nothing new to read.
    store.accept_all(Vec::new(), vec![odd("no json")], at(2)).await.unwrap();
    let again = store.accept_all(vec![created(&one)], vec![odd("no date")], at(3)).await.unwrap();
    assert_eq!(again, Accepted { repeats: 1, ..Accepted::default() });
    world.restart();
    let aside = world.store().aside(10).await.unwrap();
    assert!(aside.iter().all(|thing| thing.workspace == webex()));
    let aside: Vec<_> = aside.iter().map(|thing| (thing.reason.as_str(), thing.at)).collect();
    assert_eq!(aside, [("no date", at(3)), ("no json", at(2)), ("no room", at(1)), ("no id", at(1))]);
    assert_eq!(world.store().counts().await.unwrap().unrouted, 1);
}

async fn changes_and_deletions_are_stored_each_time(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    let reports = [Report::Changed, Report::Changed, Report::Deleted, Report::Deleted, Report::Created];
    let accepted =
        store.accept(reports.iter().map(|what| report(*what, &one)).collect(), at(1)).await.unwrap();
    assert_eq!(accepted.stored, 5);
    let claim = claim(store, Side::Inbound, 1).await;
    let stored = store.arrived(&claim, 10).await.unwrap();
    assert_eq!(stored.iter().map(|arrived| arrived.report).collect::<Vec<_>>(), reports);
}

async fn what_was_seen_is_a_repeat(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    route(store, &one, Vec::new(), 1).await;
    let accepted = store.accept(vec![created(&one)], at(2)).await.unwrap();
    assert_eq!(accepted, Accepted { repeats: 1, ..Accepted::default() });
    assert!(claims(store, Side::Inbound, 2).await.is_empty());
    assert_eq!(store.accept(vec![report(Report::Changed, &one)], at(2)).await.unwrap().stored, 1);
}

async fn our_own_messages_are_echoes(world: World) {
    let store = world.store();
    let source = message(&room(&webex(), "r"), "m1");
    let target = message(&room(&teams(), "t"), "n1");
    let lane = LaneKey::Conversation(target.conversation.clone());
    route(store, &source, vec![plan(&lane, &source)], 1).await;
    deliver(store, &claim(store, Side::Outbound, 1).await, &target).await;
    for what in [Report::Created, Report::Changed, Report::Deleted] {
        let accepted = store.accept(vec![report(what, &target)], at(2)).await.unwrap();
        assert_eq!(accepted, Accepted { echoes: 1, ..Accepted::default() });
    }
    let known = store.known(&target.conversation, std::slice::from_ref(&target.id)).await.unwrap();
    assert!(known.seen[0].unwrap().ours);
    // What is seen later does not make it anybody else's.
    store.accept(vec![report(Report::Look, &target)], at(3)).await.unwrap();
    let claim = claim(store, Side::Inbound, 3).await;
    let routed = Routed { seen: vec![seen("n1", 60)], ..Routed::default() };
    store.routed(&claim, routed, at(3)).await.unwrap();
    let known = store.known(&target.conversation, &[target.id]).await.unwrap().seen[0].unwrap();
    assert!(known.ours);
    assert_eq!(known.version, at(60));
}

async fn reactions_are_heard_of_all_messages_and_the_last_word_counts(mut world: World) {
    let store = world.store();
    let source = message(&room(&webex(), "r"), "m1");
    let target = message(&room(&teams(), "t"), "n1");
    let lane = LaneKey::Conversation(target.conversation.clone());
    route(store, &source, vec![plan(&lane, &source)], 1).await;
    deliver(store, &claim(store, Side::Outbound, 1).await, &target).await;
    // We wrote it, and what others feel about it is news all the same; each time, because it tells nothing but that.
    let accepted = store.accept(vec![report(Report::Reacted, &target); 2], at(2)).await.unwrap();
    assert_eq!(accepted, Accepted { stored: 2, ..Accepted::default() });
    let held = claim(store, Side::Inbound, 2).await;
    let arrived = store.arrived(&held, 9).await.unwrap();
    assert_eq!(arrived.iter().map(|one| one.report).collect::<Vec<_>>(), [Report::Reacted; 2]);
    let now = |all: &[(&str, &str)]| {
        let all = all.iter().map(|(who, what)| ((*who).into(), Emoji::stored(what))).collect();
        Routed { reactions: vec![ReactionsNow { message: target.id.clone(), all }], ..Routed::default() }
    };
    assert!(store.reactions(&target.conversation, &target.id).await.unwrap().is_empty());
    let both = [("ann", "👍"), ("bob", ":party:"), ("ann", "👍")];
    store.routed(&held, now(&both), at(3)).await.unwrap();
    world.restart();
    let mut stand = world.store().reactions(&target.conversation, &target.id).await.unwrap();
    stand.sort();
    let expected = [("ann", "👍"), ("bob", ":party:")].map(|(who, what)| (who.into(), Emoji::stored(what)));
    assert_eq!(stand, expected, "a reaction stands once");
    let elsewhere = room(&teams(), "other");
    assert!(world.store().reactions(&elsewhere, &target.id).await.unwrap().is_empty());
    let held = claim(world.store(), Side::Inbound, 100).await;
    world.store().routed(&held, now(&[("bob", "🎉")]), at(4)).await.unwrap();
    let stand = world.store().reactions(&target.conversation, &target.id).await.unwrap();
    assert_eq!(stand, [("bob".into(), Emoji::stored("🎉"))]);
    // It stays ours, and a reaction is no version of it.
    let known = world.store().known(&target.conversation, std::slice::from_ref(&target.id)).await.unwrap();
    assert!(known.seen[0].unwrap().ours);
    // They go with their message.
    let routed = Routed { done: arrived.iter().map(|one| one.id).collect(), ..Routed::default() };
    world.store().routed(&held, routed, at(5)).await.unwrap();
    world.store().sweep(at(0), at(1_000), at(1_001)).await.unwrap();
    assert!(world.store().reactions(&target.conversation, &target.id).await.unwrap().is_empty());
}

async fn reactions_are_read_wherever_a_message_stands(mut world: World) {
    let store = world.store();
    let origin = message(&room(&webex(), "r"), "m1");
    let copies = ["t", "u"].map(|name| message(&room(&teams(), name), "n1"));
    let lanes = copies.clone().map(|copy| LaneKey::Conversation(copy.conversation));
    route(store, &origin, lanes.iter().map(|lane| plan(lane, &origin)).collect(), 1).await;
    for held in claims(store, Side::Outbound, 1).await {
        let at = copies.iter().find(|copy| held.key.leads_to(copy)).unwrap();
        deliver(store, &held, at).await;
    }
    let [first, second] = &copies;
    for (at, who) in [(&origin, "ann"), (first, "bob"), (second, "cho")] {
        store.accept(vec![report(Report::Reacted, at)], self::at(2)).await.unwrap();
        let held = claim(store, Side::Inbound, 2).await;
        let all = vec![(who.into(), Emoji::stored("👍"))];
        let now = Routed {
            done: store.arrived(&held, 9).await.unwrap().iter().map(|one| one.id).collect(),
            reactions: vec![ReactionsNow { message: at.id.clone(), all }],
            ..Routed::default()
        };
        store.routed(&held, now, self::at(3)).await.unwrap();
        store.release(held, None).await.unwrap();
    }
    world.restart();
    for asked in [&origin, first, second] {
        let everywhere = world.store().reactions_everywhere(asked).await.unwrap();
        assert_eq!((&everywhere.origin, everywhere.gone), (&origin, false));
        let who: Vec<_> = everywhere.reactions.iter().map(|(at, by, _)| (at, by.as_str())).collect();
        let [t, u] = [first, second].map(|copy| &copy.conversation);
        assert_eq!(who, [(t, "bob"), (u, "cho"), (&origin.conversation, "ann")]);
    }
    let alone = message(&room(&webex(), "r"), "never");
    let everywhere = world.store().reactions_everywhere(&alone).await.unwrap();
    assert_eq!((everywhere.origin, everywhere.gone, everywhere.reactions), (alone, false, Vec::new()));
}

async fn a_done_report_may_come_again_until_it_was_seen(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    for now in 1..4 {
        assert_eq!(store.accept(vec![created(&one)], at(now)).await.unwrap().stored, 1);
        let claim = claim(store, Side::Inbound, now).await;
        let done = vec![store.arrived(&claim, 1).await.unwrap()[0].id];
        store.routed(&claim, Routed { done, ..Routed::default() }, at(now)).await.unwrap();
        store.release(claim, None).await.unwrap();
    }
}

async fn bodies_are_kept_only_where_they_concern_us(world: World) {
    let store = world.store();
    let of_interest = room(&teams(), "yes");
    store.remember(&direct(&of_interest), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
    let mut always = created(&message(&room(&teams(), "app"), "m"));
    always.always = true;
    let unknown = created(&message(&room(&teams(), "unknown"), "m"));
    let mut bare = created(&message(&of_interest, "bare"));
    bare.body = None;
    let yes = created(&message(&of_interest, "m"));
    store.accept(vec![always, unknown, bare, yes], at(1)).await.unwrap();
    let mut kept = Vec::new();
    for claim in claims(store, Side::Inbound, 1).await {
        for arrived in store.arrived(&claim, 10).await.unwrap() {
            let place = format!("{}/{}", arrived.message.conversation.id, arrived.message.id);
            kept.push((place, arrived.body.map(|body| body.to_vec())));
        }
    }
    kept.sort();
    let said = Some(b"what was said".to_vec());
    let wanted = [("app/m", said.clone()), ("unknown/m", None), ("yes/bare", None), ("yes/m", said)];
    assert_eq!(kept, wanted.map(|(place, body)| (place.to_owned(), body)));
}

async fn conversations_of_no_interest_store_nothing(world: World) {
    let store = world.store();
    let dull = room(&teams(), "dull");
    store.remember(&direct(&dull), Interest::No, None, at(1)).await.unwrap();
    let one = message(&dull, "m1");
    for what in [Report::Created, Report::Changed, Report::Deleted, Report::Look] {
        let accepted = store.accept(vec![report(what, &one)], at(2)).await.unwrap();
        assert_eq!(accepted, Accepted { uninteresting: 1, ..Accepted::default() });
    }
    assert!(claims(store, Side::Inbound, 2).await.is_empty());
    let mut always = created(&one);
    always.always = true;
    assert_eq!(store.accept(vec![always], at(2)).await.unwrap().stored, 1);
}

async fn a_look_waits_once(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    let look = |id: &str| report(Report::Look, &message(&here, id));
    let accepted = store.accept(vec![look("a"), look("b")], at(1)).await.unwrap();
    assert_eq!(accepted, Accepted { stored: 1, repeats: 1, ..Accepted::default() });
    assert_eq!(store.accept(vec![look("a")], at(1)).await.unwrap().repeats, 1);
    let elsewhere = report(Report::Look, &message(&room(&webex(), "other"), "a"));
    assert_eq!(store.accept(vec![elsewhere], at(9)).await.unwrap().stored, 1);
    let claim = claim(store, Side::Inbound, 1).await;
    let waiting = store.arrived(&claim, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].report, waiting[0].message.id.as_str()), (Report::Look, ""));
    store.routed(&claim, Routed { done: vec![waiting[0].id], ..Routed::default() }, at(2)).await.unwrap();
    assert_eq!(store.accept(vec![look("a")], at(2)).await.unwrap().stored, 1);
    let known = store.known(&here, &["a".into()]).await.unwrap();
    assert_eq!(known.seen, [None]);
}

async fn arrivals_keep_their_order(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    let names: Vec<String> = (0..50).map(|number| format!("m{number}")).collect();
    for pair in names.chunks(2) {
        let arrivals = pair.iter().map(|name| created(&message(&here, name))).collect();
        store.accept(arrivals, at(1)).await.unwrap();
    }
    let claim = claim(store, Side::Inbound, 1).await;
    let first = store.arrived(&claim, 7).await.unwrap();
    assert_eq!(first.len(), 7);
    let again = store.arrived(&claim, 7).await.unwrap();
    assert_eq!(first[6].id, again[6].id);
    let done = first.iter().map(|arrived| arrived.id).collect();
    store.routed(&claim, Routed { done, ..Routed::default() }, at(1)).await.unwrap();
    let rest = store.arrived(&claim, 100).await.unwrap();
    let all: Vec<_> = first.iter().chain(&rest).map(|arrived| arrived.message.id.to_string()).collect();
    assert_eq!(all, names);
}

async fn routed_is_done_once(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    store.accept(vec![created(&one), created(&message(&one.conversation, "m2"))], at(1)).await.unwrap();
    let claim = claim(store, Side::Inbound, 1).await;
    let done = vec![store.arrived(&claim, 1).await.unwrap()[0].id];
    let routed = Routed { done, seen: vec![seen("m1", 1)], ..Routed::default() };
    store.routed(&claim, routed.clone(), at(2)).await.unwrap();
    store.routed(&claim, routed, at(2)).await.unwrap();
    let left = store.arrived(&claim, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].message.id.as_str(), "m2");
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.unrouted, counts.unrouted_since), (1, Some(at(1))));
    store.accept(vec![created(&message(&room(&webex(), "other"), "m1"))], at(3)).await.unwrap();
    store.routed(&claim, Routed { done: vec![left[0].id], ..Routed::default() }, at(4)).await.unwrap();
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.unrouted, counts.unrouted_since), (1, Some(at(3))));
}

async fn marks_never_move_back(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    store.accept(vec![created(&message(&here, "m"))], at(1)).await.unwrap();
    let claim = claim(store, Side::Inbound, 1).await;
    for (name, time, stands) in [("a", 10, "a"), ("b", 5, "a"), ("c", 10, "c"), ("d", 11, "d")] {
        let mark = Some((name.into(), at(time)));
        store.routed(&claim, Routed { mark, ..Routed::default() }, at(2)).await.unwrap();
        let known = store.known(&here, &[]).await.unwrap().conversation.unwrap();
        assert_eq!(known.mark.unwrap().0.as_str(), stands);
    }
}

async fn counts_what_was_absorbed(world: World) {
    let store = world.store();
    let one = message(&room(&webex(), "r"), "m1");
    store.accept(vec![created(&one), created(&one)], at(1)).await.unwrap();
    store.remember(&direct(&room(&webex(), "dull")), Interest::No, None, at(1)).await.unwrap();
    store.accept(vec![created(&message(&room(&webex(), "dull"), "m"))], at(1)).await.unwrap();
    let claim = claim(store, Side::Inbound, 1).await;
    let drops = vec![DropReason::Echo, DropReason::Gone, DropReason::Gone];
    store.routed(&claim, Routed { drops, ..Routed::default() }, at(1)).await.unwrap();
    store.count("refused_signature", 2);
    store.count("refused_signature", 1);
    store.count("nothing", 0);
    let counts = balanced(store).await;
    assert_eq!((counts.accepted, counts.unrouted), (1, 1));
    let other = [("no_interest", 1), ("refused_signature", 3), ("repeat", 1)];
    assert_eq!(counts.other, other.map(|(name, by)| (name.to_owned(), by)).into());
    assert_eq!(counts.dropped, [("echo", 1), ("gone", 2)].map(|(name, by)| (name.to_owned(), by)).into());
}
