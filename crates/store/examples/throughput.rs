//! What a message costs the store: `cargo run --release -p entente-store --example throughput -- [messages] [conversations]`.
//!
//! Every message takes the whole way: accepted, read, known, its people looked up, routed, taken from the head of the other
//! lane, begun, finished. One worker a lane, as in the engine. Printed are messages a second, processor time a message
//! (all threads of this process, so the callers' share is in it), and the median of a sync of this disk.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use entente_model::{
    AccountRef, Conversation, ConversationKind, ConversationRef, LoginId, MessageRef, Pair, Person, PersonId,
    Primary, StandIn, StandInMode, StandInState, Timestamp, WorkspaceRef,
};
use entente_store::{
    Begin, Console, Finish, Inbox, Interest, LaneKey, Lanes, Links, MasterKey, NewArrival, Outbox, People,
    Plan, Report, Routed, SeenNow, Side, Sqlite, Work,
};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

const PEOPLE: u128 = 10_000;

/// The time since the first call, after an arbitrary beginning.
fn now() -> Timestamp {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    let since = BEGINNING.get_or_init(Instant::now).elapsed();
    Timestamp(1_700_000_000_000_000).plus(since)
}

fn at(platform: &str) -> WorkspaceRef {
    WorkspaceRef { platform: platform.into(), id: format!("acme-{platform}").into() }
}

fn account(platform: &str, person: u128) -> AccountRef {
    AccountRef { workspace: at(platform), id: format!("8f4ac0de-0000-4000-8000-{person:012}").into() }
}

fn room(platform: &str, number: usize) -> ConversationRef {
    let id = format!("Y2lzY29zcGFyazovL3VzL1JPT00vOGY0YWMwZGUtMDAwMC00MDAwLTgwMDAt{number:08}");
    ConversationRef { workspace: at(platform), id: id.into() }
}

fn pair(number: usize) -> Pair {
    let low = 1 + (number as u128 * 2) % (PEOPLE - 1);
    Pair::of(PersonId(Uuid::from_u128(low)), PersonId(Uuid::from_u128(low + 1))).unwrap()
}

async fn people(store: &Sqlite) {
    for start in (1..=PEOPLE).step_by(1_000) {
        let people = (start..start + 1_000).map(|number| {
            let person = Person {
                id: PersonId(Uuid::from_u128(number)),
                name: format!("Person {number}"),
                email: format!("person{number}@acme.example"),
                primary: Some(Primary { account: account("webex", number) }),
            };
            (person, vec![account("teams", number)])
        });
        store.save_people(people.collect()).await.unwrap();
    }
    for number in 1..=2_000 {
        let stand_in = StandIn {
            person: PersonId(Uuid::from_u128(number)),
            workspace: at("teams"),
            mode: StandInMode::Account,
            state: StandInState::Active,
            account: Some(account("teams", number)),
            address: None,
            login: Some(LoginId(Uuid::from_u128(number))),
            reason: None,
        };
        store.save_stand_in(&stand_in).await.unwrap();
    }
}

/// The inbound worker of a message.
async fn inbound(store: &Sqlite, body: bool) -> bool {
    let claims = store.claim(Side::Inbound, 1, Duration::from_secs(30), now()).await.unwrap();
    let Some(claim) = claims.into_iter().next() else { return false };
    let LaneKey::Reports(conversation) = claim.key.clone() else { unreachable!() };
    let arrived = store.arrived(&claim, 20).await.unwrap();
    assert!(arrived.iter().all(|arrived| arrived.body.is_some() == body));
    let ids: Vec<_> = arrived.iter().map(|arrived| arrived.message.id.clone()).collect();
    let known = store.known(&conversation, &ids).await.unwrap();
    let both = known.conversation.unwrap().pair.unwrap();
    let [low, high] = both.both();
    let accounts = [low, high].map(|id| account("webex", id.0.as_u128()));
    let identities = store.identities(&accounts).await.unwrap();
    assert!(identities.iter().all(Option::is_some));
    let plans = arrived.iter().map(|arrived| Plan {
        lane: LaneKey::Direct(both, at("teams")),
        work: Work::Send,
        source: Some(arrived.message.clone()),
        part: 0,
        thread: None,
        payload: Bytes::from_static(&[b'x'; 400]),
        accepted_at: arrived.accepted_at,
    });
    let seen =
        ids.iter().map(|id| SeenNow { message: id.clone(), version: now(), deleted: false, silent: false });
    let routed = Routed {
        done: arrived.iter().map(|arrived| arrived.id).collect(),
        seen: seen.collect(),
        mark: ids.last().map(|id| (id.clone(), now())),
        plans: plans.collect(),
        ..Routed::default()
    };
    store.routed(&claim, routed, now()).await.unwrap();
    store.release(claim, None).await.unwrap();
    true
}

/// The outbound worker of a lane; returns how many messages it delivered.
async fn outbound(store: &Sqlite, sent: &AtomicUsize) -> usize {
    let claims = store.claim(Side::Outbound, 1, Duration::from_secs(30), now()).await.unwrap();
    let Some(claim) = claims.into_iter().next() else { return 0 };
    let LaneKey::Direct(both, _) = claim.key else { unreachable!() };
    let mut done = 0;
    while let Some(head) = store.head(&claim).await.unwrap() {
        let delivery = head.delivery.id;
        store.begin(&claim, Begin { delivery, fingerprint: [7; 32], at: now() }).await.unwrap();
        let number = sent.fetch_add(1, Ordering::Relaxed);
        let name = format!("19:8f4ac0de-{:032x}_{number:012}", both.both()[0].0.as_u128());
        let conversation =
            ConversationRef { workspace: at("teams"), id: format!("{:?}", both.both()).into() };
        let message = Some(MessageRef { conversation, id: name.into() });
        let finish = Finish::Delivered { message, losses: Vec::new(), at: now() };
        store.finish(&claim, delivery, finish, now()).await.unwrap();
        done += 1;
    }
    store.release(claim, None).await.unwrap();
    done
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().unwrap());
    let messages = arguments.next().unwrap_or(20_000);
    let conversations = arguments.next().unwrap_or(200);
    let body = std::env::var_os("BODY").is_some();
    let folder = tempfile::tempdir().unwrap();
    println!("sync of this disk: {:?} (median)", sync_median(folder.path()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = Arc::new(Sqlite::open(folder.path(), &MasterKey::new([1; 32])).unwrap());
    runtime.block_on(async {
        people(&store).await;
        for number in 0..conversations.min(PEOPLE as usize / 2 - 1) {
            let at = room("webex", number);
            let conversation =
                Conversation { at, kind: ConversationKind::Direct, name: None, members: Vec::new() };
            store.remember(&conversation, Interest::Yes, Some(pair(number)), now()).await.unwrap();
        }
    });
    let conversations = conversations.min(PEOPLE as usize / 2 - 1);
    let (started, processor) = (Instant::now(), processor_time());
    runtime.block_on(run(&store, messages, conversations, body));
    let (took, used) = (started.elapsed(), processor_time().saturating_sub(processor));
    let counts = runtime.block_on(store.counts()).unwrap();
    assert_eq!(counts.delivered, messages as u64);
    let messages = f64::from(u32::try_from(messages).unwrap());
    println!("{messages} messages, {conversations} conversations, bodies {body}");
    let (each, rate) = (used.as_secs_f64() * 1e6 / messages, messages / took.as_secs_f64());
    println!("{rate:.0} messages/s, {each:.1} us processor time a message");
}

async fn run(store: &Arc<Sqlite>, messages: usize, conversations: usize, body: bool) {
    let mut tasks = JoinSet::new();
    let accepted = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicUsize::new(0));
    let sent = Arc::new(AtomicUsize::new(0));
    for _ in 0..64 {
        let (store, accepted, done) = (Arc::clone(store), Arc::clone(&accepted), Arc::clone(&done));
        tasks.spawn(async move {
            loop {
                // Bounded, as load is: a load generator waits for the acknowledgement.
                let number = accepted.fetch_add(1, Ordering::Relaxed);
                if number >= messages {
                    return;
                }
                while number > done.load(Ordering::Relaxed) + 400 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                let conversation = room("webex", number % conversations);
                let id = format!("Y2lzY29zcGFyazovL3VzL01FU1NBR0UvOGY0YWMwZGUtMDAwMC00MDAw{number:012}");
                let arrival = NewArrival {
                    message: MessageRef { conversation, id: id.into() },
                    report: Report::Created,
                    watcher: LoginId(Uuid::from_u128(1)),
                    actor: Some(account("webex", 1)),
                    body: body.then(|| Bytes::from_static(&[b'b'; 1500])),
                    always: false,
                };
                store.accept(vec![arrival], now()).await.unwrap();
            }
        });
    }
    for _ in 0..64 {
        let (store, done) = (Arc::clone(store), Arc::clone(&done));
        tasks.spawn(async move {
            while done.load(Ordering::Relaxed) < messages {
                if !inbound(&store, body).await {
                    let woken = store.woken(Side::Inbound);
                    let _ = tokio::time::timeout(Duration::from_millis(50), woken.notified()).await;
                }
            }
        });
    }
    for _ in 0..64 {
        let (store, done, sent) = (Arc::clone(store), Arc::clone(&done), Arc::clone(&sent));
        tasks.spawn(async move {
            while done.load(Ordering::Relaxed) < messages {
                let delivered = outbound(&store, &sent).await;
                done.fetch_add(delivered, Ordering::Relaxed);
                if delivered == 0 {
                    let woken = store.woken(Side::Outbound);
                    let _ = tokio::time::timeout(Duration::from_millis(50), woken.notified()).await;
                }
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

fn sync_median(folder: &std::path::Path) -> Duration {
    let mut file = File::create(folder.join("sync")).unwrap();
    file.write_all(&vec![0; 1 << 20]).unwrap();
    file.sync_all().unwrap();
    let mut times: Vec<_> = (0..101)
        .map(|number: u64| {
            let started = Instant::now();
            file.write_all_at(&[1; 4096], number * 4096).unwrap();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[50]
}

/// User and system time of all threads of this process so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}
