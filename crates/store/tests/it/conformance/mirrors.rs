//! Groups that are shown elsewhere.

use entente_model::{
    ConversationRef, Flow, Link, LinkId, LinkOptions, LinkState, Member, Mirror, MirrorState, WorkspaceRef,
};
use entente_store::{LaneKey, Present, Routed, Side};
use uuid::Uuid;

use crate::world::{
    World, at, claim, claim_of, created, deliver, login_id, message, notice, person_id, room, teams, webex,
};

super::conformance! {
    a_group_is_a_link_with_mirrors_that_are_wanted
    a_mirror_that_was_made_is_a_member_once
    a_mirror_is_ready_once_and_says_so_then
    a_mirror_is_whole_with_what_it_was_made_for
    whoever_hears_is_known
    a_group_that_has_ended_is_finished
    who_is_present_is_known_for_each_conversation
}

fn member(workspace: &WorkspaceRef, name: &str) -> Member {
    let at = room(workspace, name);
    Member {
        at,
        name: name.to_owned(),
        topic: None,
        away: None,
        flow: Flow::Both,
        listener: Some(login_id(7)),
        backfill: None,
    }
}

fn group() -> Link {
    Link {
        id: LinkId(Uuid::from_u128(9)),
        name: "launch".to_owned(),
        made_at: at(5),
        state: LinkState::Active,
        options: LinkOptions::default(),
        members: vec![member(&webex(), "g")],
    }
}

fn mirror(state: MirrorState) -> Mirror {
    Mirror { workspace: teams(), state }
}

async fn made(world: &World) -> Link {
    let link = group();
    let wanted = [mirror(MirrorState::Wanted { since: at(5) })];
    let present = [Present { at: link.members[0].at.clone(), person: person_id(1) }];
    assert_eq!(world.store().add_group(&link, &wanted, &present).await.unwrap(), Ok(()));
    link
}

async fn a_group_is_a_link_with_mirrors_that_are_wanted(mut world: World) {
    let link = made(&world).await;
    let taken = link.members[0].at.clone();
    let next = Link { id: LinkId(Uuid::from_u128(10)), ..group() };
    assert_eq!(world.store().add_group(&next, &[], &[]).await.unwrap(), Err(taken));
    assert_eq!(world.store().link(next.id).await.unwrap(), None);
    let states = [
        MirrorState::Wanted { since: at(5) },
        MirrorState::Begun { by: login_id(1), at: at(6) },
        MirrorState::Refused { reason: "why".to_owned(), at: at(7) },
        MirrorState::Wanted { since: at(8) },
    ];
    for state in states {
        world.store().set_mirror(link.id, &mirror(state.clone())).await.unwrap();
        world.restart();
        assert_eq!(world.store().mirrors(link.id).await.unwrap(), [mirror(state)]);
        assert_eq!(world.store().unfinished().await.unwrap(), [link.id]);
    }
    assert_eq!(world.store().link(link.id).await.unwrap(), Some(link));
}

async fn a_mirror_that_was_made_is_a_member_once(mut world: World) {
    let link = made(&world).await;
    let member = member(&teams(), "m");
    assert_eq!(world.store().mirror_made(link.id, login_id(3), &member).await.unwrap(), Ok(()));
    world.restart();
    let again = world.store().mirror_made(link.id, login_id(3), &member).await.unwrap();
    assert_eq!(again, Err(member.at.clone()));
    let now = world.store().link(link.id).await.unwrap().unwrap();
    assert_eq!(now.members, [link.members[0].clone(), member.clone()]);
    let open = mirror(MirrorState::Open { by: login_id(3) });
    assert_eq!(world.store().mirrors(link.id).await.unwrap(), [open]);
    assert_eq!(world.store().known(&member.at, &[]).await.unwrap().link, Some(link.id));
}

async fn a_mirror_is_ready_once_and_says_so_then(mut world: World) {
    let link = made(&world).await;
    let told = || vec![notice(&LaneKey::Conversation(room(&teams(), "m")), "this shows that")];
    assert!(!world.store().mirror_ready(link.id, &teams(), &[], told(), at(9)).await.unwrap());
    world.store().mirror_made(link.id, login_id(3), &member(&teams(), "m")).await.unwrap().unwrap();
    assert!(world.store().mirror_ready(link.id, &teams(), &[], told(), at(9)).await.unwrap());
    assert!(!world.store().mirror_ready(link.id, &teams(), &[], told(), at(9)).await.unwrap());
    world.restart();
    assert_eq!(world.store().unfinished().await.unwrap(), [link.id]);
    assert_eq!(
        world.store().mirrors(link.id).await.unwrap(),
        [mirror(MirrorState::Ready { by: login_id(3) })]
    );
    let said = claim(world.store(), Side::Outbound, 9).await;
    deliver(world.store(), &said, &message(&room(&teams(), "m"), "said")).await;
    assert!(world.store().head(&said).await.unwrap().is_none());
}

async fn a_mirror_is_whole_with_what_it_was_made_for(mut world: World) {
    let link = made(&world).await;
    let home = &link.members[0].at;
    world.store().mirror_made(link.id, login_id(3), &member(&teams(), "m")).await.unwrap().unwrap();
    let other = WorkspaceRef { id: "elsewhere".into(), ..teams() };
    let wanted = Mirror { workspace: other, state: MirrorState::Wanted { since: at(5) } };
    world.store().set_mirror(link.id, &wanted).await.unwrap();
    world.store().mirror_ready(link.id, &teams(), &[], Vec::new(), at(9)).await.unwrap();
    world.store().accept(vec![created(&message(home, "first"))], at(10)).await.unwrap();
    let claim = claim_of(world.store(), &LaneKey::Reports(home.clone()), 10).await;
    let routed = Routed { shown: Some(link.id), ..Routed::default() };
    world.store().routed(&claim, routed, at(10)).await.unwrap();
    world.restart();
    let whole = mirror(MirrorState::Whole { by: login_id(3) });
    let mut now = world.store().mirrors(link.id).await.unwrap();
    now.retain(|mirror| *mirror != wanted);
    assert_eq!(now, [whole], "what does not stand shows nothing");
    assert_eq!(world.store().unfinished().await.unwrap(), [link.id]);
}

async fn whoever_hears_is_known(mut world: World) {
    let link = made(&world).await;
    let deaf = Member { flow: Flow::In, listener: None, ..member(&teams(), "m") };
    world.store().mirror_made(link.id, login_id(3), &deaf).await.unwrap().unwrap();
    world.store().hear(link.id, &deaf.at, login_id(8)).await.unwrap();
    world.restart();
    let now = world.store().link(link.id).await.unwrap().unwrap();
    assert_eq!(now.members[1], Member { flow: Flow::Both, listener: Some(login_id(8)), ..deaf });
    assert_eq!(now.members[0], link.members[0]);
    let one_way = Member { flow: Flow::Out, ..member(&teams(), "n") };
    world.store().mirror_made(link.id, login_id(3), &one_way).await.unwrap().unwrap();
    world.store().hear(link.id, &one_way.at, login_id(8)).await.unwrap();
    let now = world.store().link(link.id).await.unwrap().unwrap();
    assert_eq!(
        now.members[2],
        Member { listener: Some(login_id(8)), ..one_way },
        "which way it goes was chosen"
    );
}

async fn a_group_that_has_ended_is_finished(world: World) {
    let link = made(&world).await;
    assert!(world.store().set_link_state(link.id, &LinkState::Ended, Vec::new(), at(9)).await.unwrap());
    assert!(world.store().unfinished().await.unwrap().is_empty());
}

async fn who_is_present_is_known_for_each_conversation(mut world: World) {
    let link = made(&world).await;
    let (home, mirror) = (link.members[0].at.clone(), room(&teams(), "m"));
    world.store().mirror_made(link.id, login_id(3), &member(&teams(), "m")).await.unwrap().unwrap();
    let one = |at: &ConversationRef, who: u128| Present { at: at.clone(), person: person_id(who) };
    let there = [one(&mirror, 1), one(&mirror, 2)];
    assert!(world.store().mirror_ready(link.id, &teams(), &there, Vec::new(), at(9)).await.unwrap());
    let both = [home.clone()];
    world.store().set_present(link.id, &both, &[one(&home, 2)], Vec::new(), at(9)).await.unwrap();
    world.restart();
    let mut all = vec![one(&home, 2), one(&mirror, 1), one(&mirror, 2)];
    all.sort();
    assert_eq!(world.store().present(link.id).await.unwrap(), all);
    let told = vec![notice(&LaneKey::Conversation(home.clone()), "somebody came")];
    world.store().set_present(link.id, &[home.clone(), mirror], &[one(&home, 3)], told, at(9)).await.unwrap();
    world.restart();
    assert_eq!(world.store().present(link.id).await.unwrap(), [one(&home, 3)]);
    claim(world.store(), Side::Outbound, 9).await;
}
