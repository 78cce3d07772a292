//! The laws of routing: every person concerned is served or accounted for, nobody is told what they see already, and
//! nothing goes back to where it came from.

use entente_model::{
    AccountRef, DropReason, Pair, Person, PersonId, Primary, StandIn, StandInMode, StandInState, WorkspaceRef,
};
use entente_store::{LaneKey, Represented};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Scene, concerns, route};

fn workspace(n: u8) -> WorkspaceRef {
    WorkspaceRef { platform: format!("p{n}").into(), id: format!("w{n}").into() }
}

fn somebody(id: u128, primary: Option<u8>, stand_ins: &[(u8, StandInState)]) -> Represented {
    let id = PersonId(Uuid::from_u128(id));
    let account = |n| AccountRef { workspace: workspace(n), id: format!("{id}@{n}").into() };
    let stand_in = |(n, state): &(u8, StandInState)| StandIn {
        person: id,
        workspace: workspace(*n),
        mode: StandInMode::Bot,
        state: *state,
        account: Some(account(*n)),
        address: None,
        login: None,
        reason: None,
    };
    Represented {
        person: Person {
            id,
            name: "n".into(),
            email: "e".into(),
            primary: primary.map(|n| Primary { account: account(n) }),
        },
        stand_ins: stand_ins.iter().map(stand_in).collect(),
    }
}

fn scene<'a>(at: &'a WorkspaceRef, people: &'a [Represented; 2], actor: usize) -> Scene<'a> {
    let pair = Pair::of(people[0].person.id, people[1].person.id).unwrap();
    Scene { workspace: at, pair, people, actor: people[actor].person.id }
}

#[test]
fn a_message_to_a_stand_in_goes_to_the_persons_primary() {
    let people = [
        somebody(1, Some(0), &[(1, StandInState::Active)]),
        somebody(2, Some(1), &[(0, StandInState::Active)]),
    ];
    let at = workspace(0);
    let routing = route(&scene(&at, &people, 0));
    assert_eq!(routing.drops, []);
    let [only] = &routing.routes[..] else { panic!("one route expected") };
    assert!(matches!(&only.lane, LaneKey::Direct(_, to) if *to == workspace(1)));
}

#[test]
fn what_is_typed_by_hand_from_a_secondary_account_stays_there() {
    let people = [
        somebody(1, Some(0), &[(1, StandInState::Active)]),
        somebody(2, Some(1), &[(0, StandInState::Active)]),
    ];
    let at = workspace(1);
    let routing = route(&scene(&at, &people, 0));
    assert!(routing.routes.is_empty());
    assert_eq!(routing.drops, [DropReason::OwnSecondary]);
}

#[test]
fn somebody_nothing_stands_in_for_is_relayed() {
    for gone in [&[][..], &[(1, StandInState::Removed)]] {
        let people = [somebody(1, Some(0), gone), somebody(2, Some(1), &[(0, StandInState::Active)])];
        let at = workspace(0);
        let routing = route(&scene(&at, &people, 0));
        assert_eq!(routing.drops, []);
        let [only] = &routing.routes[..] else { panic!("one route expected") };
        assert!(only.relayed && matches!(&only.lane, LaneKey::Direct(_, to) if *to == workspace(1)));
    }
}

#[test]
fn two_who_work_at_the_same_place_and_talk_elsewhere_are_left_alone() {
    let people = [
        somebody(1, Some(1), &[(0, StandInState::Active)]),
        somebody(2, Some(1), &[(0, StandInState::Active)]),
    ];
    let at = workspace(0);
    let routing = route(&scene(&at, &people, 0));
    assert!(routing.routes.is_empty());
    assert_eq!(routing.drops, [DropReason::NoStandIn, DropReason::OwnSecondary]);
}

#[test]
fn somebody_who_works_nowhere_is_accounted_for() {
    let people = [somebody(1, Some(0), &[]), somebody(2, None, &[])];
    let at = workspace(0);
    assert_eq!(route(&scene(&at, &people, 0)).drops, [DropReason::NoStandIn]);
}

#[test]
fn two_people_at_home_where_they_talk_are_left_alone() {
    let here = workspace(0);
    let both = [somebody(1, Some(0), &[]), somebody(2, Some(0), &[])];
    assert_eq!(concerns(&here, [&both[0], &both[1]]), None);
    let unsynced = [somebody(1, Some(1), &[]), somebody(2, None, &[])];
    assert_eq!(concerns(&here, [&unsynced[0], &unsynced[1]]), None);
    let mixed = [somebody(1, Some(0), &[]), somebody(2, Some(1), &[])];
    assert!(concerns(&here, [&mixed[0], &mixed[1]]).is_some());
}

proptest! {
    #[test]
    fn nothing_returns_to_where_it_happened_and_everybody_is_accounted_for(
        primaries in [proptest::option::of(0_u8..3), proptest::option::of(0_u8..3)],
        stands in [0_u8..3, 0_u8..3],
        at in 0_u8..3,
        actor in 0_usize..2,
    ) {
        let people = [
            somebody(1, primaries[0], &[(stands[0], StandInState::Active)]),
            somebody(2, primaries[1], &[(stands[1], StandInState::AwaitingConsent)]),
        ];
        let at = workspace(at);
        let routing = route(&scene(&at, &people, actor));
        for route in &routing.routes {
            let LaneKey::Direct(_, to) = &route.lane else { panic!("direct lanes only") };
            prop_assert_ne!(to, &at);
        }
        let recipient_here = people[1 - actor].person.primary.as_ref().is_some_and(|p| p.account.workspace == at);
        let told = usize::from(recipient_here) + routing.routes.len()
            + routing.drops.iter().filter(|d| **d == DropReason::NoStandIn).count();
        prop_assert_eq!(told, 1, "the other person is told once, sees it already, or is accounted for");
    }
}
