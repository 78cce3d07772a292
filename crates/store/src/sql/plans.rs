//! What a message needs must not become dearer with what is stored: no statement on its way may walk through a table.

use std::time::Duration;

use bytes::Bytes;
use entente_model::{
    AccountRef, Conversation, ConversationKind, ConversationRef, DeliveryId, LoginId, MessageRef, Pair,
    Person, PersonId, Primary, StandIn, StandInMode, StandInState, Timestamp, WorkspaceRef,
};
use rusqlite::Connection;
use uuid::Uuid;

use super::Sqlite;
use super::run::RUN;
use super::writer::lock;
use crate::{
    Begin, Claim, Console, Finish, Inbox, Interest, LaneKey, Lanes, Links, LoginState, Logins, MasterKey,
    NewArrival, Outbox, People, Plan, Report, Routed, SeenNow, Settings, Settled, Side, Work,
};

const NOW: Timestamp = Timestamp(1_000_000);

fn at(platform: &str) -> WorkspaceRef {
    WorkspaceRef { platform: platform.into(), id: platform.into() }
}

fn room(platform: &str) -> ConversationRef {
    ConversationRef { workspace: at(platform), id: "room".into() }
}

fn message(platform: &str, id: &str) -> MessageRef {
    MessageRef { conversation: room(platform), id: id.into() }
}

fn account(platform: &str, id: &str) -> AccountRef {
    AccountRef { workspace: at(platform), id: id.into() }
}

fn pair() -> Pair {
    Pair::of(PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2))).unwrap()
}

fn plan(work: Work, id: &str) -> Plan {
    Plan {
        lane: LaneKey::Direct(pair(), at("teams")),
        work,
        source: Some(message("webex", id)),
        part: 0,
        thread: Some(message("webex", "root")),
        payload: Bytes::from_static(b"text"),
        accepted_at: NOW,
    }
}

fn arrival(report: Report, id: &str) -> NewArrival {
    NewArrival {
        message: message("webex", id),
        report,
        watcher: LoginId(Uuid::nil()),
        actor: Some(account("webex", "ann")),
        body: Some(Bytes::from_static(b"body")),
        always: false,
    }
}

async fn claim(store: &Sqlite, side: Side) -> Claim {
    store.claim(side, 1, Duration::from_secs(30), NOW).await.unwrap().remove(0)
}

async fn people(store: &Sqlite) {
    let person = |number, name: &str| Person {
        id: PersonId(Uuid::from_u128(number)),
        name: name.to_owned(),
        email: format!("{name}@acme.example"),
        primary: Some(Primary { account: account("webex", name) }),
    };
    let both = vec![(person(1, "ann"), vec![account("teams", "ann")]), (person(2, "bob"), Vec::new())];
    store.save_people(both).await.unwrap();
    let stand_in = StandIn {
        person: PersonId(Uuid::from_u128(2)),
        workspace: at("teams"),
        mode: StandInMode::Bot,
        state: StandInState::Active,
        account: Some(account("teams", "bot")),
        address: None,
        login: None,
        reason: None,
    };
    store.save_stand_in(&stand_in).await.unwrap();
    store.take_address("bob@bots.example", stand_in.person).await.unwrap();
    let asked = [account("teams", "ann"), account("teams", "bot"), account("teams", "nobody")];
    store.identities(&asked).await.unwrap();
    store.pair(pair()).await.unwrap();
    store.person_by_email("ann@acme.example").await.unwrap();
}

async fn inbound(store: &Sqlite) {
    let conversation =
        Conversation { at: room("webex"), kind: ConversationKind::Direct, name: None, members: Vec::new() };
    let reports =
        vec![arrival(Report::Created, "root"), arrival(Report::Look, ""), arrival(Report::Changed, "m1")];
    store.accept(reports, NOW).await.unwrap();
    store.remember(&conversation, Interest::Yes, Some(pair()), NOW).await.unwrap();
    store.accept(vec![arrival(Report::Created, "m1"), arrival(Report::Created, "m1")], NOW).await.unwrap();
    let held = claim(store, Side::Inbound).await;
    let arrived = store.arrived(&held, 9).await.unwrap();
    store.known(&room("webex"), &["m1".into()]).await.unwrap();
    let routed = Routed {
        done: arrived.iter().map(|arrived| arrived.id).collect(),
        seen: vec![SeenNow { message: "m1".into(), version: NOW, deleted: false, silent: false }],
        mark: Some(("m1".into(), NOW)),
        plans: [Work::Send, Work::Edit, Work::Send, Work::Send, Work::Delete, Work::Send]
            .map(|work| plan(work, "m1"))
            .into(),
        settled: vec![Settled { delivery: DeliveryId(0), message: message("teams", "x"), at: NOW }],
        ..Routed::default()
    };
    store.routed(&held, routed, NOW).await.unwrap();
    store.release(held, None).await.unwrap();
}

async fn outbound(store: &Sqlite) {
    let lane = LaneKey::Direct(pair(), at("teams"));
    let held = claim(store, Side::Outbound).await;
    let delivered =
        |id: &str| Finish::Delivered { message: Some(message("teams", id)), losses: Vec::new(), at: NOW };
    let finishes = [
        delivered("n1"),
        delivered("n1"),
        Finish::RetryAt { at: NOW, reason: "busy".into() },
        Finish::LookAt { at: NOW },
        Finish::Replaced(vec![plan(Work::Send, "m1")]),
        delivered("n2"),
        Finish::Dead { reason: "refused".into() },
        delivered("n3"),
    ];
    for finish in finishes {
        let delivery = store.head(&held).await.unwrap().unwrap().delivery.id;
        store.begin(&held, Begin { delivery, fingerprint: [1; 32], at: NOW }).await.unwrap();
        store.begun(&lane).await.unwrap();
        store.finish(&held, delivery, finish, NOW).await.unwrap();
    }
    store.wedge(held.clone(), "refused").await.unwrap();
    store.unwedge(held.lane).await.unwrap();
    store.direct(pair(), &at("teams")).await.unwrap();
    store.directs_of(pair().both()[0], &at("teams")).await.unwrap();
}

async fn rest(store: &Sqlite) {
    let letter = store.dead(1).await.unwrap().remove(0).delivery;
    for _ in 0..2 {
        // What there is to tell is asked every few seconds, of all that waits; telling it is what must be cheap.
        let run = lock(&RUN).clone();
        let news = store.news(Timestamp(i64::MAX), 9).await.unwrap();
        *lock(&RUN) = run;
        for news in news {
            assert!(store.told(&news, vec![plan(Work::Notice, "m1")], NOW).await.unwrap());
        }
    }
    store.replay(letter, NOW).await.unwrap();
    store.set_login_state(LoginId(Uuid::nil()), LoginState::Active).await.unwrap();
    store.login(LoginId(Uuid::nil())).await.unwrap();
    store.grant(&[0; 32], NOW).await.unwrap();
    store.take_grant(&[0; 32], NOW).await.unwrap();
    store.setting_or("name", Vec::new()).await.unwrap();
    store.setting("name").await.unwrap();
}

#[tokio::test]
async fn no_statement_of_a_message_walks_through_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path(), &MasterKey::new([1; 32])).unwrap();
    lock(&RUN).clear();
    people(&store).await;
    inbound(&store).await;
    outbound(&store).await;
    rest(&store).await;
    let run = lock(&RUN).clone();
    let conn = Connection::open(folder.path().join(super::open::DATABASE)).unwrap();
    let mut asked = 0;
    for sql in run {
        if ["begin", "commit", "rollback", "savepoint", "release", "pragma"]
            .iter()
            .any(|word| sql.starts_with(word))
        {
            continue;
        }
        asked += 1;
        for step in steps(&conn, sql) {
            // Walking an index in its order with a limit is what a queue is.
            let ordered = sql.contains("order by died desc") && step == "SCAN dead USING INDEX dead_died";
            let single = step == "SCAN CONSTANT ROW";
            assert!(ordered || single || !step.starts_with("SCAN"), "{step}\n{sql}");
            assert!(!step.contains("AUTOMATIC"), "{step}\n{sql}");
            // All of a workspace is nearly all of a table.
            assert!(!step.contains("(workspace=?)"), "{step}\n{sql}");
        }
    }
    assert!(asked > 60, "{asked} statements were asked about");
}

/// How a statement would be carried out.
fn steps(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("explain query plan {sql}")).unwrap();
    let rows = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<_, _>>();
    rows.unwrap()
}
