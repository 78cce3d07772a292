//! Channels that are kept in step.

use std::collections::BTreeSet;

use entente_model::{
    Away, Backfill, ConversationRef, Files, Flow, Link, LinkId, LinkOptions, LinkState, Member,
};
use entente_store::{Interest, LaneKey, Making, Moved, Routed, Side, Store};
use uuid::Uuid;

use crate::world::{
    World, account, at, claim_of, created, deliver, direct, head, login_id, message, pair, plan, room, route,
    teams, webex,
};

super::conformance! {
    a_link_is_read_as_it_was_written
    a_channel_is_in_one_link
    a_direct_conversation_is_in_no_link
    what_a_linked_channel_says_is_kept
    a_linked_channel_stays_of_interest
    an_ended_link_is_known_and_makes_room
    what_is_chosen_and_seen_is_kept
    how_far_a_link_has_reached_back_is_kept
    where_copies_stand_is_known
    a_channel_in_the_making_is_known_until_it_is_linked
    who_was_in_a_channel_is_known_until_the_link_stops
    an_answer_finds_what_was_made_from_the_same_message
}

fn member(at: ConversationRef, flow: Flow) -> Member {
    let name = at.id.to_string();
    let listener = (flow != Flow::In).then(|| login_id(7));
    Member { at, name, topic: None, away: None, flow, listener, backfill: None }
}

pub(super) fn link(number: u128, channels: [ConversationRef; 2]) -> Link {
    let [one, other] = channels;
    Link {
        id: LinkId(Uuid::from_u128(number)),
        name: format!("link {number}"),
        made_at: at(i64::try_from(number).unwrap()),
        state: LinkState::Active,
        options: LinkOptions::default(),
        members: vec![member(one, Flow::Both), member(other, Flow::In)],
    }
}

fn first() -> Link {
    link(1, [room(&webex(), "launch"), room(&teams(), "launch")])
}

async fn a_link_is_read_as_it_was_written(mut world: World) {
    let link = first();
    assert_eq!(world.store().link(link.id).await.unwrap(), None);
    assert_eq!(world.store().add_link(&link).await.unwrap(), Ok(()));
    for _ in 0..2 {
        assert_eq!(world.store().link(link.id).await.unwrap().as_ref(), Some(&link));
        assert_eq!(world.store().links().await.unwrap(), std::slice::from_ref(&link));
        let known = world.store().known(&link.members[1].at, &[]).await.unwrap();
        assert_eq!(known.link, Some(link.id));
        assert_eq!(known.conversation.unwrap().interest, Interest::Yes);
        world.restart();
    }
    let paused = LinkState::Paused("why".to_owned());
    assert!(set(world.store(), link.id, &paused).await);
    world.restart();
    assert_eq!(world.store().link(link.id).await.unwrap().unwrap().state, paused);
    assert!(!set(world.store(), LinkId(Uuid::nil()), &LinkState::Active).await);
}

async fn set(store: &dyn Store, id: LinkId, state: &LinkState) -> bool {
    store.set_link_state(id, state, Vec::new(), at(5)).await.unwrap()
}

async fn a_channel_is_in_one_link(world: World) {
    let store = world.store();
    let one = first();
    assert_eq!(store.add_link(&one).await.unwrap(), Ok(()));
    let taken = one.members[1].at.clone();
    let other = link(2, [room(&webex(), "other"), taken.clone()]);
    assert_eq!(store.add_link(&other).await.unwrap(), Err(taken));
    assert_eq!(store.link(other.id).await.unwrap(), None);
    let twice = room(&webex(), "twice");
    let circle = link(3, [twice.clone(), twice.clone()]);
    assert_eq!(store.add_link(&circle).await.unwrap(), Err(twice));
    assert_eq!(store.links().await.unwrap(), [one]);
}

async fn what_is_chosen_and_seen_is_kept(mut world: World) {
    let mut link = first();
    let (options, id) = (LinkOptions { files: Files::Links, outsiders: true, ..link.options }, link.id);
    assert!(!world.store().set_link_options(id, options).await.unwrap());
    assert!(!world.store().see_channel(&link.members[0].at, "start", None, None).await.unwrap());
    link.options = LinkOptions {
        broadcast: true,
        notices: true,
        membership: true,
        history: 7,
        ..LinkOptions::default()
    };
    link.members[1].topic = Some("the launch".to_owned());
    world.store().add_link(&link).await.unwrap().unwrap();
    assert_eq!(world.store().link(id).await.unwrap().as_ref(), Some(&link));
    assert!(world.store().set_link_options(id, options).await.unwrap());
    assert!(
        world.store().see_channel(&link.members[0].at, "start", Some(""), Some(Away::Gone)).await.unwrap()
    );
    world.restart();
    let read = world.store().link(id).await.unwrap().unwrap();
    assert_eq!(read.options, LinkOptions { history: 7, ..options }, "how far it reaches back is chosen once");
    assert_eq!((&*read.members[0].name, read.members[0].topic.as_deref()), ("start", Some("")));
    assert_eq!((read.members[0].away, read.members[1].away), (Some(Away::Gone), None));
    assert_eq!((&*read.members[1].name, read.members[1].topic.as_deref()), ("launch", Some("the launch")));
    assert!(set(world.store(), id, &LinkState::Ended).await);
    assert!(!world.store().set_link_options(id, LinkOptions::default()).await.unwrap());
    assert!(!world.store().see_channel(&link.members[0].at, "x", None, None).await.unwrap());
    assert_eq!(world.store().link(id).await.unwrap().unwrap().options.files, options.files);
}

async fn how_far_a_link_has_reached_back_is_kept(mut world: World) {
    let mut link = first();
    link.options.history = 7;
    let begun = Backfill { at: at(1), message: None, told: None };
    link.members[0].backfill = Some(begun.clone());
    assert_eq!(world.store().add_link(&link).await.unwrap(), Ok(()));
    world.restart();
    let read = async |world: &World| world.store().link(link.id).await.unwrap().unwrap();
    assert_eq!(read(&world).await, link);
    let channel = link.members[0].at.clone();
    let further = Backfill { at: at(4), message: Some("m4".into()), told: Some(at(3)) };
    let steps = [
        (LinkId(Uuid::from_u128(8)), Some(further.clone()), Some(begun)),
        (link.id, Some(further.clone()), Some(further)),
        (link.id, None, None),
    ];
    for (of, backfill, kept) in steps {
        world.store().accept(vec![created(&message(&channel, "m"))], at(5)).await.unwrap();
        let claim = claim_of(world.store(), &LaneKey::Reports(channel.clone()), 6).await;
        let routed = Routed { backfill: Some((of, backfill)), ..Routed::default() };
        world.store().routed(&claim, routed, at(6)).await.unwrap();
        world.store().release(claim, Some(at(6))).await.unwrap();
        world.restart();
        let now = read(&world).await;
        assert_eq!((&now.members[0].backfill, &now.members[1].backfill), (&kept, &None));
    }
}

async fn where_copies_stand_is_known(world: World) {
    let store = world.store();
    let [first, second] = [room(&teams(), "one"), room(&teams(), "two")];
    let lanes = [LaneKey::Conversation(first.clone()), LaneKey::Conversation(second.clone())];
    let source = message(&room(&webex(), "r"), "source");
    assert_eq!(store.copies(&source).await.unwrap(), []);
    let plans = lanes.iter().map(|lane| plan(lane, &source)).collect();
    route(store, &source, plans, 1).await;
    for (lane, copy) in lanes.iter().zip([message(&first, "copy one"), message(&second, "copy two")]) {
        let claim = claim_of(store, lane, 1).await;
        deliver(store, &claim, &copy).await;
        assert_eq!(store.copies(&copy).await.unwrap(), [], "a copy has none of its own");
    }
    let mut copies = store.copies(&source).await.unwrap();
    copies.sort();
    assert_eq!(copies, [first, second]);
}

async fn a_direct_conversation_is_in_no_link(world: World) {
    let store = world.store();
    let direct_one = room(&webex(), "direct");
    store.remember(&direct(&direct_one), Interest::Yes, Some(pair(1, 2)), at(1)).await.unwrap();
    let wrong = link(1, [direct_one.clone(), room(&teams(), "launch")]);
    assert_eq!(store.add_link(&wrong).await.unwrap(), Err(direct_one));
}

async fn what_a_linked_channel_says_is_kept(world: World) {
    let store = world.store();
    let link = first();
    store.add_link(&link).await.unwrap().unwrap();
    let said = message(&link.members[0].at, "m1");
    let accepted = store.accept(vec![created(&said)], at(2)).await.unwrap();
    assert_eq!(accepted.stored, 1);
    let held = store.claim(Side::Inbound, 1, crate::world::LEASE, at(3)).await.unwrap().pop().unwrap();
    assert!(store.arrived(&held, 1).await.unwrap()[0].body.is_some());
    assert_eq!(store.account(&account(&webex(), "nobody")).await.unwrap(), None);
}

async fn an_ended_link_is_known_and_makes_room(mut world: World) {
    let link = first();
    world.store().add_link(&link).await.unwrap().unwrap();
    // What is said about its end is planned with it, once.
    let channel = &link.members[0].at;
    let notice = || plan(&LaneKey::Conversation(channel.clone()), &message(channel, "notice"));
    for (state, ended) in [(LinkState::Ended, true), (LinkState::Active, false)] {
        let done = world.store().set_link_state(link.id, &state, vec![notice()], at(5)).await.unwrap();
        assert_eq!(done, ended);
    }
    world.restart();
    let store = world.store();
    assert_eq!(store.counts().await.unwrap().waiting, 1);
    assert!(store.links().await.unwrap().is_empty());
    assert_eq!(store.link(link.id).await.unwrap().unwrap().state, LinkState::Ended);
    let known = store.known(&link.members[0].at, &[]).await.unwrap();
    assert_eq!((known.link, known.conversation.unwrap().interest), (Some(link.id), Interest::Unknown));
    let next = Link { id: LinkId(Uuid::from_u128(9)), ..link.clone() };
    assert_eq!(store.add_link(&next).await.unwrap(), Ok(()));
    assert_eq!(store.known(&link.members[0].at, &[]).await.unwrap().link, Some(next.id));
}

async fn an_answer_finds_what_was_made_from_the_same_message(world: World) {
    let store = world.store();
    let (first, second) = (room(&teams(), "one"), room(&teams(), "two"));
    let lanes = [LaneKey::Conversation(first.clone()), LaneKey::Conversation(second.clone())];
    let root = message(&room(&webex(), "r"), "root");
    let plans = lanes.iter().map(|lane| plan(lane, &root)).collect();
    route(store, &root, plans, 1).await;
    let to_first = claim_of(store, &lanes[0], 1).await;
    deliver(store, &to_first, &message(&first, "copy one")).await;
    let to_second = claim_of(store, &lanes[1], 1).await;
    deliver(store, &to_second, &message(&second, "copy two")).await;
    let answer = message(&first, "answer");
    let mut planned = plan(&lanes[1], &answer);
    planned.thread = Some(message(&first, "copy one"));
    store.plan(vec![planned], at(3)).await.unwrap();
    assert_eq!(head(store, &to_second).await.thread, Some(message(&second, "copy two")));
}

async fn a_linked_channel_stays_of_interest(mut world: World) {
    let link = first();
    world.store().add_link(&link).await.unwrap().unwrap();
    let channel = direct(&link.members[0].at);
    // Whoever looked into it began before it was linked.
    world.store().remember(&channel, Interest::No, None, at(1)).await.unwrap();
    world.store().forget(&channel.at).await.unwrap();
    world.restart();
    let known = world.store().known(&channel.at, &[]).await.unwrap();
    assert_eq!(known.conversation.unwrap().interest, Interest::Yes);
    let accepted = world.store().accept(vec![created(&message(&channel.at, "m"))], at(2)).await.unwrap();
    assert_eq!(accepted.stored, 1);
}

async fn a_channel_in_the_making_is_known_until_it_is_linked(mut world: World) {
    let begun = Making {
        workspace: webex(),
        name: "Launch plan".to_owned(),
        mark: "0123456789abcdef".to_owned(),
        by: login_id(3),
        at: at(5),
        made: None,
    };
    let known = async |world: &World, name: &str| world.store().making(&webex(), name).await.unwrap();
    assert_eq!(known(&world, &begun.name).await, None);
    world.store().forget_making(&webex(), &begun.name).await.unwrap();
    for made in [None, Some(room(&webex(), "launch"))] {
        let making = Making { made, ..begun.clone() };
        for _ in 0..2 {
            world.store().set_making(&making).await.unwrap();
        }
        world.restart();
        assert_eq!(known(&world, &begun.name).await, Some(making));
    }
    assert_eq!(known(&world, "another").await, None);
    assert_eq!(world.store().making(&teams(), &begun.name).await.unwrap(), None);
    let other = Making { name: "another".to_owned(), made: Some(room(&webex(), "another")), ..begun.clone() };
    world.store().set_making(&other).await.unwrap();
    // A link that is refused forgets nothing.
    let twice = link(3, [room(&webex(), "launch"), room(&webex(), "launch")]);
    assert!(world.store().add_link(&twice).await.unwrap().is_err());
    assert!(known(&world, &begun.name).await.is_some());
    assert_eq!(world.store().add_link(&first()).await.unwrap(), Ok(()));
    world.restart();
    assert_eq!(known(&world, &begun.name).await, None);
    assert_eq!(known(&world, "another").await, Some(other));
    world.store().forget_making(&webex(), "another").await.unwrap();
    assert_eq!(known(&world, "another").await, None);
}

async fn who_was_in_a_channel_is_known_until_the_link_stops(mut world: World) {
    let mut link = first();
    link.options.membership = true;
    let [one, other] = [link.members[0].at.clone(), link.members[1].at.clone()];
    assert_eq!(world.store().add_link(&link).await.unwrap(), Ok(()));
    let some = |ids: &[&str]| -> BTreeSet<_> { ids.iter().map(|id| account(&webex(), id)).collect() };
    let attendance = async |world: &World, at: &ConversationRef| world.store().attendance(at).await.unwrap();
    assert_eq!(attendance(&world, &one).await, None);
    let moved = |id: &str, there: bool| Moved { at: other.clone(), account: account(&teams(), id), there };
    let attend = async |world: &World, at: &ConversationRef, now: &BTreeSet<_>, moved: &[Moved]| {
        let notice = vec![crate::world::notice(&LaneKey::Conversation(at.clone()), "who came")];
        world.store().attend(at, now, moved, notice, crate::world::at(7)).await.unwrap();
    };
    // Of a channel that nobody has looked at, nothing is known by what we did there.
    attend(&world, &one, &some(&["ada", "bob"]), &[moved("ada", true)]).await;
    world.restart();
    assert_eq!(attendance(&world, &one).await, Some(some(&["ada", "bob"])));
    assert_eq!(attendance(&world, &other).await, None);
    let there: BTreeSet<_> = [account(&teams(), "eva"), account(&teams(), "bob")].into();
    attend(&world, &other, &there, &[]).await;
    attend(&world, &one, &some(&["ada"]), &[moved("ada", true), moved("bob", false), moved("eva", true)])
        .await;
    world.restart();
    assert_eq!(attendance(&world, &one).await, Some(some(&["ada"])));
    let there: BTreeSet<_> = [account(&teams(), "eva"), account(&teams(), "ada")].into();
    assert_eq!(attendance(&world, &other).await, Some(there));
    // One choice that needs it is enough.
    let notices = LinkOptions { notices: true, ..LinkOptions::default() };
    assert!(world.store().set_link_options(link.id, notices).await.unwrap());
    assert!(attendance(&world, &one).await.is_some());
    assert!(world.store().set_link_options(link.id, LinkOptions::default()).await.unwrap());
    assert_eq!((attendance(&world, &one).await, attendance(&world, &other).await), (None, None));
    for state in [LinkState::Paused("why".to_owned()), LinkState::Active, LinkState::Ended] {
        attend(&world, &one, &some(&["ada"]), &[]).await;
        assert!(set(world.store(), link.id, &state).await);
        assert_eq!(attendance(&world, &one).await, None, "{state:?}");
    }
}
