//! What was acknowledged is there after the process was killed, whatever it was doing.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use entente_model::MessageRef;
use entente_store::{
    Console, Finish, Inbox, LaneKey, Lanes, Links, Outbox, Report, Routed, SeenNow, Side, Sqlite, Store,
};

use crate::world::{LEASE, at, balanced, created, key, message, plan, report, room, teams, webex};

const FOLDER: &str = "ENTENTE_STORE_CRASH_FOLDER";
const ROUND: &str = "ENTENTE_STORE_CRASH_ROUND";
/// Printed by the child once a write was acknowledged.
const ACCEPTED: &str = "accepted ";
const BEGUN: &str = "begun ";
const DELIVERED: &str = "delivered ";

fn here() -> entente_model::ConversationRef {
    room(&webex(), "r")
}

fn copy(source: &str) -> MessageRef {
    message(&room(&teams(), "t"), &format!("copy of {source}"))
}

fn tell(what: &str, name: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}{name}").unwrap();
    out.flush().unwrap();
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut accepted = BTreeSet::new();
    let mut delivered = BTreeSet::new();
    // The kill comes after so many acknowledgements: in the first commit, between two, in the middle of many.
    for (round, lines) in [1, 2, 3, 10, 50, 51, 200, 400].into_iter().enumerate() {
        // One worker: at most one intent is open.
        let mut open = None;
        for line in killed(folder.path(), round, lines) {
            if let Some(name) = line.strip_prefix(ACCEPTED) {
                accepted.insert(name.to_owned());
            } else if let Some(name) = line.strip_prefix(BEGUN) {
                open = Some(name.to_owned());
            } else if let Some(name) = line.strip_prefix(DELIVERED) {
                delivered.insert(name.to_owned());
                open = None;
            }
        }
        let store = Sqlite::open(folder.path(), &key()).unwrap();
        let counts = balanced(&store as &dyn Store).await;
        assert!(counts.accepted >= accepted.len() as u64 && counts.delivered >= delivered.len() as u64);
        for name in &accepted {
            let again = store.accept(vec![created(&message(&here(), name))], at(1)).await.unwrap();
            assert_eq!(again.repeats, 1, "round {round}: {name} was acknowledged and is not known");
        }
        for name in &delivered {
            let target = copy(name);
            let known = store.known(&target.conversation, &[target.id]).await.unwrap();
            assert!(known.seen[0].is_some_and(|seen| seen.ours), "round {round}: {name} was delivered");
        }
        // An intent that was acknowledged is there, unless its outcome was written and not acknowledged.
        if let Some(name) = open {
            let target = copy(&name);
            let known = store.known(&target.conversation, &[target.id]).await.unwrap();
            let waiting = store.begun(&LaneKey::Conversation(room(&teams(), "t"))).await.unwrap();
            assert!(known.seen[0].is_some() || waiting.len() == 1, "round {round}: the intent of {name}");
        }
    }
    assert!(accepted.len() > 100 && delivered.len() > 50, "{} {}", accepted.len(), delivered.len());
}

/// What the child said until it was killed after so many lines.
fn killed(folder: &Path, round: usize, lines: usize) -> Vec<String> {
    let mut child: Child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if [ACCEPTED, BEGUN, DELIVERED].iter().any(|what| line.starts_with(what)) {
            said.push(line);
            if said.len() == lines {
                child.kill().unwrap();
            }
        }
    }
    assert!(!child.wait().unwrap().success(), "the child ended by itself");
    assert!(said.len() >= lines);
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
/// The other process of the test above: works until it is killed.
async fn child() {
    // Only the parent starts it in earnest.
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let round = std::env::var(ROUND).unwrap();
    let store = Arc::new(Sqlite::open(&folder, &key()).unwrap());
    for task in 0..8 {
        let (store, round) = (Arc::clone(&store), round.clone());
        tokio::spawn(async move {
            for number in 0.. {
                let name = format!("{round}-{task}-{number}");
                store.accept(vec![created(&message(&here(), &name))], at(1)).await.unwrap();
                tell(ACCEPTED, &name);
                // A burst, and then as fast as it is carried on.
                while number > 20 && store.counts().await.unwrap().unrouted > 40 {
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    // A look, so that there is a lane whatever the last round left behind.
    store.accept(vec![report(Report::Look, &message(&here(), ""))], at(1)).await.unwrap();
    loop {
        carry(&store).await;
    }
}

/// One turn of both workers.
async fn carry(store: &Sqlite) {
    let lane = LaneKey::Conversation(room(&teams(), "t"));
    for claim in store.claim(Side::Inbound, 1, LEASE, at(9)).await.unwrap() {
        let arrived = store.arrived(&claim, 16).await.unwrap();
        let new: Vec<_> = arrived.iter().filter(|arrived| arrived.report == Report::Created).collect();
        let routed = Routed {
            done: arrived.iter().map(|arrived| arrived.id).collect(),
            seen: new
                .iter()
                .map(|arrived| SeenNow {
                    message: arrived.message.id.clone(),
                    version: at(1),
                    deleted: false,
                    silent: false,
                })
                .collect(),
            plans: new.iter().map(|arrived| plan(&lane, &arrived.message)).collect(),
            ..Routed::default()
        };
        store.routed(&claim, routed, at(2)).await.unwrap();
        store.release(claim, Some(at(2))).await.unwrap();
    }
    for claim in store.claim(Side::Outbound, 1, LEASE, at(9)).await.unwrap() {
        for _ in 0..16 {
            let Some(head) = store.head(&claim).await.unwrap() else { break };
            let delivery = head.delivery.id;
            let name = head.delivery.source.unwrap().id.to_string();
            crate::world::begin(store, &claim, delivery, 3).await;
            tell(BEGUN, &name);
            let done = Finish::Delivered { message: Some(copy(&name)), losses: Vec::new(), at: at(4) };
            store.finish(&claim, delivery, done, at(4)).await.unwrap();
            tell(DELIVERED, &name);
        }
        store.release(claim, Some(at(4))).await.unwrap();
    }
}
