//! What is known of conversations.

use entente_model::{StandInState, Timestamp};
use entente_store::{Interest, Known, LaneKey, Report, Routed, Side};

use crate::world::{
    World, account, at, claim, created, direct, message, pair, person, person_id, report, room, seen, teams,
    webex,
};

super::conformance! {
    nothing_is_known_at_first
    the_later_word_counts
    a_pair_has_one_conversation_in_a_workspace
    a_forgotten_conversation_makes_room_for_another
    directs_are_found_by_person
    no_interest_ends_with_a_change_of_people
    a_conversation_of_somebody_who_moves_is_forgotten
    what_was_seen_is_known_in_the_order_of_asking
}

async fn nothing_is_known_at_first(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    let Known { conversation, seen, .. } = store.known(&here, &["m1".into(), "m2".into()]).await.unwrap();
    assert!(conversation.is_none());
    assert_eq!(seen, [None, None]);
    // A report alone says nothing about who is in the conversation.
    store.accept(vec![created(&message(&here, "m1"))], at(1)).await.unwrap();
    let known = store.known(&here, &["m1".into()]).await.unwrap();
    assert!(known.conversation.is_none());
    assert_eq!(known.seen, [None]);
    assert_eq!(store.direct(pair(1, 2), &webex()).await.unwrap(), None);
    assert!(store.directs_of(person_id(1), &webex()).await.unwrap().is_empty());
}

async fn the_later_word_counts(mut world: World) {
    let here = room(&webex(), "r");
    for (interest, both) in [
        (Interest::Yes, Some(pair(1, 2))),
        (Interest::Yes, Some(pair(1, 3))),
        (Interest::No, None),
        (Interest::Unknown, None),
        (Interest::Yes, Some(pair(1, 2))),
    ] {
        world.store().remember(&direct(&here), interest, both, at(1)).await.unwrap();
        for _ in 0..2 {
            let known = world.store().known(&here, &[]).await.unwrap().conversation.unwrap();
            assert_eq!((known.interest, known.pair, known.mark), (interest, both, None));
            for other in [pair(1, 2), pair(1, 3)] {
                let found = world.store().direct(other, &webex()).await.unwrap();
                assert_eq!(found, (both == Some(other)).then(|| here.clone()));
            }
            world.restart();
        }
    }
}

async fn a_pair_has_one_conversation_in_a_workspace(world: World) {
    let store = world.store();
    let both = pair(1, 2);
    let (first, second) = (room(&webex(), "first"), room(&webex(), "second"));
    store.remember(&direct(&first), Interest::Yes, Some(both), at(1)).await.unwrap();
    store.remember(&direct(&second), Interest::Yes, Some(both), at(2)).await.unwrap();
    assert_eq!(store.direct(both, &webex()).await.unwrap(), Some(first.clone()));
    let known = store.known(&second, &[]).await.unwrap().conversation.unwrap();
    assert_eq!((known.interest, known.pair), (Interest::Yes, None));
    // Elsewhere the pair may have another one, and a freed place can be taken.
    let elsewhere = room(&teams(), "t");
    store.remember(&direct(&elsewhere), Interest::Yes, Some(both), at(3)).await.unwrap();
    assert_eq!(store.direct(both, &teams()).await.unwrap(), Some(elsewhere));
    store.remember(&direct(&first), Interest::No, None, at(4)).await.unwrap();
    store.remember(&direct(&second), Interest::Yes, Some(both), at(5)).await.unwrap();
    assert_eq!(store.direct(both, &webex()).await.unwrap(), Some(second));
}

async fn a_forgotten_conversation_makes_room_for_another(mut world: World) {
    let both = pair(1, 2);
    let (first, second) = (room(&webex(), "first"), room(&webex(), "second"));
    let store = world.store();
    store.forget(&first).await.unwrap();
    store.accept(vec![created(&message(&first, "m"))], at(1)).await.unwrap();
    store.forget(&first).await.unwrap();
    assert!(store.known(&first, &[]).await.unwrap().conversation.is_none());
    store.remember(&direct(&first), Interest::Yes, Some(both), at(1)).await.unwrap();
    let held = claim(store, Side::Inbound, 1).await;
    let mark = Some(("m".into(), at(1)));
    let routed = Routed { seen: vec![seen("m", 1)], mark: mark.clone(), ..Routed::default() };
    store.routed(&held, routed, at(2)).await.unwrap();
    store.forget(&first).await.unwrap();
    world.restart();
    let store = world.store();
    assert_eq!(store.direct(both, &webex()).await.unwrap(), None);
    assert!(store.directs_of(person_id(1), &webex()).await.unwrap().is_empty());
    let known = store.known(&first, &["m".into()]).await.unwrap();
    assert!(known.seen[0].is_some(), "what was seen stays seen");
    let known = known.conversation.unwrap();
    assert_eq!((known.interest, known.pair, known.mark), (Interest::Unknown, None, mark));
    store.remember(&direct(&second), Interest::Yes, Some(both), at(3)).await.unwrap();
    assert_eq!(store.direct(both, &webex()).await.unwrap(), Some(second));
}

async fn directs_are_found_by_person(world: World) {
    let store = world.store();
    for (name, both) in [("b", pair(2, 1)), ("a", pair(2, 3)), ("c", pair(1, 3))] {
        store.remember(&direct(&room(&webex(), name)), Interest::Yes, Some(both), at(1)).await.unwrap();
    }
    store.remember(&direct(&room(&teams(), "t")), Interest::Yes, Some(pair(2, 4)), at(1)).await.unwrap();
    let found = store.directs_of(person_id(2), &webex()).await.unwrap();
    assert_eq!(found, [room(&webex(), "a"), room(&webex(), "b")]);
    assert_eq!(store.directs_of(person_id(2), &teams()).await.unwrap(), [room(&teams(), "t")]);
    assert!(store.directs_of(person_id(9), &webex()).await.unwrap().is_empty());
}

async fn no_interest_ends_with_a_change_of_people(mut world: World) {
    let (dull, dear) = (room(&teams(), "dull"), room(&teams(), "dear"));
    let interest = async |world: &World, at: &entente_model::ConversationRef| {
        world.store().known(at, &[]).await.unwrap().conversation.unwrap().interest
    };
    let store = world.store();
    store.remember(&direct(&dear), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
    store.remember(&direct(&dull), Interest::No, None, at(1)).await.unwrap();
    let ann = person(1, "Ann", Some(account(&webex(), "ann")));
    store.save_people(vec![(ann.clone(), Vec::new())]).await.unwrap();
    assert_eq!(interest(&world, &dull).await, Interest::Unknown);
    assert_eq!(interest(&world, &dear).await, Interest::Yes);
    assert_eq!(world.store().accept(vec![created(&message(&dull, "m"))], at(2)).await.unwrap().stored, 1);
    world.store().remember(&direct(&dull), Interest::No, None, at(3)).await.unwrap();
    // What changes nothing ends nothing, and a boot does not either.
    world.store().save_people(vec![(ann, Vec::new())]).await.unwrap();
    world.restart();
    assert_eq!(interest(&world, &dull).await, Interest::No);
    assert_eq!(
        world.store().accept(vec![created(&message(&dull, "n"))], at(4)).await.unwrap().uninteresting,
        1
    );
    world.store().import(&teams(), vec![super::people::listed("t1", "Tom")], at(5)).await.unwrap();
    assert_eq!(interest(&world, &dull).await, Interest::Unknown);
}

async fn a_conversation_of_somebody_who_moves_is_forgotten(mut world: World) {
    let (here, there) = (room(&webex(), "here"), room(&teams(), "there"));
    let (ann, bob) = (account(&webex(), "ann"), account(&teams(), "bob"));
    let people = vec![(person(1, "Ann", Some(ann)), Vec::new()), (person(2, "Bob", Some(bob)), Vec::new())];
    world.store().save_people(people).await.unwrap();
    let mut bot = super::people::stand_in(2, &webex(), None);
    let both = async |world: &World| {
        for place in [&here, &there] {
            world.store().remember(&direct(place), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
        }
    };
    let kept = async |world: &mut World| {
        world.restart();
        let mut kept = [false; 2];
        for (kept, at) in kept.iter_mut().zip([&here, &there]) {
            let known = world.store().known(at, &[]).await.unwrap().conversation.unwrap();
            *kept = known.interest == Interest::Yes && known.pair.is_some();
            let found = world.store().direct(pair(1, 2), &at.workspace).await.unwrap();
            assert_eq!(found.is_some(), *kept);
        }
        kept
    };
    both(&world).await;
    // That a stand-in speaks for the first time, or not now, changes nothing about where.
    for (account_name, state, stay) in [
        (None, StandInState::Planned, [true, true]),
        (Some("bot"), StandInState::Active, [true, true]),
        (Some("bot"), StandInState::Suspended, [true, true]),
        (Some("another bot"), StandInState::Active, [false, true]),
        (Some("another bot"), StandInState::Removed, [false, true]),
        (Some("another bot"), StandInState::Active, [false, true]),
    ] {
        bot.account = account_name.map(|name| account(&webex(), name));
        bot.state = state;
        world.store().save_stand_in(&bot).await.unwrap();
        assert_eq!(kept(&mut world).await, stay, "{bot:?}");
        both(&world).await;
    }
    let renamed = person(1, "Anna", Some(account(&webex(), "ann")));
    world.store().save_people(vec![(renamed, Vec::new())]).await.unwrap();
    assert_eq!(kept(&mut world).await, [true, true]);
    let moved = person(1, "Anna", Some(account(&teams(), "ann")));
    world.store().save_people(vec![(moved, Vec::new())]).await.unwrap();
    assert_eq!(kept(&mut world).await, [false, false]);
}

async fn what_was_seen_is_known_in_the_order_of_asking(world: World) {
    let store = world.store();
    let here = room(&webex(), "r");
    store.accept(vec![report(Report::Look, &message(&here, ""))], at(1)).await.unwrap();
    let held = claim(store, Side::Inbound, 1).await;
    assert_eq!(held.key, LaneKey::Reports(here.clone()));
    let mut gone = seen("m2", 7);
    gone.deleted = true;
    let mut empty = seen("m3", 6);
    empty.silent = true;
    let routed = Routed { seen: vec![seen("m1", 5), gone, empty], ..Routed::default() };
    store.routed(&held, routed, at(8)).await.unwrap();
    let known = store.known(&here, &["m2".into(), "x".into(), "m1".into(), "m2".into()]).await.unwrap();
    let flat: Vec<Option<(bool, Timestamp, bool)>> =
        known.seen.iter().map(|seen| seen.map(|seen| (seen.ours, seen.version, seen.deleted))).collect();
    let second = Some((false, at(7), true));
    assert_eq!(flat, [second, None, Some((false, at(5), false)), second]);
    let says_nothing = async |id: &str| {
        store.known(&here, &[id.into()]).await.unwrap().seen[0].is_some_and(|seen| seen.silent)
    };
    assert!(says_nothing("m3").await && !says_nothing("m1").await);
    store.routed(&held, Routed { seen: vec![seen("m3", 7)], ..Routed::default() }, at(8)).await.unwrap();
    assert!(!says_nothing("m3").await, "it says something by now");
    // The last word counts, even if it is older.
    store.routed(&held, Routed { seen: vec![seen("m2", 3)], ..Routed::default() }, at(9)).await.unwrap();
    let known = store.known(&here, &["m2".into()]).await.unwrap().seen[0].unwrap();
    assert_eq!((known.version, known.deleted), (at(3), false));
}
