//! What can be done to a store, in few enough words that sequences meet.

use entente_model::DropReason;
use entente_store::{Interest, LaneKey, Report, Work};
use proptest::prelude::*;

use crate::world::{login_id, pair, room, teams, webex};

/// One step. Small numbers name conversations, messages, lanes and people; `pick` chooses among what there is.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Accept {
        reports: Vec<(u8, u8, Report, bool)>,
    },
    Claim {
        outbound: bool,
    },
    Release {
        pick: u8,
        wait: Option<u8>,
    },
    Wedge {
        pick: u8,
    },
    Unwedge {
        pick: u8,
    },
    Route {
        pick: u8,
        done: u8,
        seen: Vec<(u8, bool)>,
        /// Reactions to a message: whose, and which.
        felt: Vec<(u8, Vec<(u8, bool)>)>,
        mark: Option<(u8, u8)>,
        plans: Vec<Row>,
        drops: bool,
    },
    Settle {
        pick: u8,
        row: u8,
        target: (u8, u8),
    },
    Plan {
        rows: Vec<Row>,
    },
    Begin {
        pick: u8,
        row: Option<u8>,
    },
    Finish {
        pick: u8,
        row: Option<u8>,
        how: How,
    },
    Remember {
        room: u8,
        interest: Interest,
        pair: Option<u8>,
    },
    Forget {
        room: u8,
    },
    SavePerson {
        person: u8,
        name: u8,
        account: u8,
    },
    SaveStandIn {
        person: u8,
        account: Option<u8>,
        state: u8,
    },
    Import {
        accounts: Vec<(u8, u8)>,
    },
    TakeAddress {
        address: u8,
        person: u8,
    },
    Replay {
        pick: u8,
    },
    Told {
        pick: u8,
    },
    SetAside,
    Sweep {
        before: u8,
        seen_before: u8,
    },
    Count,
    Pass {
        seconds: u8,
    },
    Restart,
}

/// A plan.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) lane: u8,
    pub(super) work: Work,
    pub(super) source: (u8, u8),
    pub(super) part: u32,
    pub(super) thread: Option<(u8, u8)>,
}

#[derive(Debug, Clone)]
pub(super) enum How {
    Delivered(Option<(u8, u8)>),
    Retry(u8),
    Look(u8),
    Dead,
    Dropped(DropReason),
    Replaced(Vec<Row>),
}

pub(super) const ROOMS: u8 = 4;
pub(super) const LANES: u8 = 5;

pub(super) fn conversation(number: u8) -> entente_model::ConversationRef {
    match number % ROOMS {
        0 => room(&webex(), "a"),
        1 => room(&webex(), "b"),
        2 => room(&teams(), "c"),
        _ => room(&teams(), "d"),
    }
}

pub(super) fn lane(number: u8) -> LaneKey {
    match number % LANES {
        0 => LaneKey::Direct(pair(1, 2), webex()),
        1 => LaneKey::Direct(pair(1, 2), teams()),
        2 => LaneKey::Direct(pair(2, 3), teams()),
        3 => LaneKey::Conversation(conversation(3)),
        _ => LaneKey::App(login_id(1), crate::world::account(&webex(), "ann")),
    }
}

fn message() -> impl Strategy<Value = (u8, u8)> {
    (0..ROOMS, 0..5_u8)
}

fn row() -> impl Strategy<Value = Row> {
    let work = prop_oneof![
        5 => Just(Work::Send),
        2 => Just(Work::Edit),
        1 => Just(Work::Delete),
        1 => Just(Work::Notice),
        1 => Just(Work::React),
    ];
    (0..LANES, work, message(), 0..2_u32, prop::option::of(message()))
        .prop_map(|(lane, work, source, part, thread)| Row { lane, work, source, part, thread })
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..=most)
}

fn how() -> impl Strategy<Value = How> {
    let reason = prop_oneof![Just(DropReason::Gone), Just(DropReason::NoCounterpart)];
    prop_oneof![
        6 => prop::option::weighted(0.8, message()).prop_map(How::Delivered),
        2 => (0..40_u8).prop_map(How::Retry),
        1 => (0..40_u8).prop_map(How::Look),
        2 => Just(How::Dead),
        1 => reason.prop_map(How::Dropped),
        2 => rows(3).prop_map(How::Replaced),
    ]
}

fn reports() -> impl Strategy<Value = Vec<(u8, u8, Report, bool)>> {
    let what = prop_oneof![
        4 => Just(Report::Created),
        2 => Just(Report::Changed),
        1 => Just(Report::Deleted),
        1 => Just(Report::Reacted),
        1 => Just(Report::Look),
    ];
    prop::collection::vec((0..ROOMS, 0..5_u8, what, prop::bool::weighted(0.2)), 1..4)
}

fn route() -> impl Strategy<Value = Operation> {
    let seen = prop::collection::vec((0..5_u8, any::<bool>()), 0..3);
    let mark = prop::option::of((0..5_u8, 0..40_u8));
    let felt = (0..5_u8, prop::collection::vec((0..2_u8, any::<bool>()), 0..4));
    let felt = prop::collection::vec(felt, 0..3);
    (any::<u8>(), 0..4_u8, (seen, felt), mark, rows(3), any::<bool>()).prop_map(
        |(pick, done, (seen, felt), mark, plans, drops)| Operation::Route {
            pick,
            done,
            seen,
            felt,
            mark,
            plans,
            drops,
        },
    )
}

fn remember() -> impl Strategy<Value = Operation> {
    let interest = prop_oneof![Just(Interest::Unknown), Just(Interest::Yes), Just(Interest::No)];
    (0..ROOMS, interest, prop::option::of(0..3_u8)).prop_map(|(room, interest, pair)| Operation::Remember {
        room,
        interest,
        pair,
    })
}

fn people() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (1..4_u8, 0..3_u8, 0..4_u8).prop_map(|(person, name, account)| Operation::SavePerson {
            person,
            name,
            account
        }),
        (1..5_u8, prop::option::of(0..3_u8), 0..6_u8)
            .prop_map(|(person, account, state)| Operation::SaveStandIn { person, account, state }),
        prop::collection::vec((0..4_u8, 0..3_u8), 0..4).prop_map(|accounts| Operation::Import { accounts }),
        (0..2_u8, 1..4_u8).prop_map(|(address, person)| Operation::TakeAddress { address, person }),
    ]
}

fn console() -> impl Strategy<Value = Operation> {
    prop_oneof![
        1 => any::<u8>().prop_map(|pick| Operation::Replay { pick }),
        2 => any::<u8>().prop_map(|pick| Operation::Told { pick }),
        1 => Just(Operation::SetAside),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(before, seen_before)| Operation::Sweep { before, seen_before }),
        1 => Just(Operation::Count),
    ]
}

pub(super) fn any_operation() -> impl Strategy<Value = Operation> {
    let pick = any::<u8>;
    prop_oneof![
        6 => reports().prop_map(|reports| Operation::Accept { reports }),
        8 => any::<bool>().prop_map(|outbound| Operation::Claim { outbound }),
        4 => (pick(), prop::option::of(0..40_u8)).prop_map(|(pick, wait)| Operation::Release { pick, wait }),
        1 => pick().prop_map(|pick| Operation::Wedge { pick }),
        1 => pick().prop_map(|pick| Operation::Unwedge { pick }),
        7 => route(),
        2 => (pick(), pick(), message())
            .prop_map(|(pick, row, target)| Operation::Settle { pick, row, target }),
        3 => rows(3).prop_map(|rows| Operation::Plan { rows }),
        6 => (pick(), prop::option::weighted(0.1, pick()))
            .prop_map(|(pick, row)| Operation::Begin { pick, row }),
        9 => (pick(), prop::option::weighted(0.1, pick()), how())
            .prop_map(|(pick, row, how)| Operation::Finish { pick, row, how }),
        2 => remember(),
        1 => (0..ROOMS).prop_map(|room| Operation::Forget { room }),
        2 => people(),
        4 => console(),
        3 => (0..40_u8).prop_map(|seconds| Operation::Pass { seconds }),
        1 => Just(Operation::Restart),
    ]
}
