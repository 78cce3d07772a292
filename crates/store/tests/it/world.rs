//! A store of either kind that can be restarted, and short words for what is put into it.

use std::time::Duration;

use bytes::Bytes;
use entente_model::{
    AccountRef, Conversation, ConversationKind, ConversationRef, DeliveryId, LoginId, MessageId, MessageRef,
    Pair, Person, PersonId, PlatformId, Primary, Timestamp, WorkspaceRef,
};
use entente_store::{
    Begin, Claim, Finish, Finished, Head, LaneKey, MasterKey, Memory, NewArrival, Plan, Report, Routed,
    SeenNow, Side, Sqlite, Store, Work,
};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// A store that survives restarts.
pub(crate) enum World {
    Memory(Memory),
    Sqlite { folder: TempDir, store: Option<Sqlite> },
}

pub(crate) fn key() -> MasterKey {
    MasterKey::new([42; 32])
}

impl World {
    pub(crate) fn memory() -> Self {
        Self::Memory(Memory::new())
    }

    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path(), &key()).unwrap();
        Self::Sqlite { folder, store: Some(store) }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        match self {
            Self::Memory(store) => store,
            Self::Sqlite { store, .. } => store.as_ref().unwrap(),
        }
    }

    /// What a new boot finds.
    pub(crate) fn restart(&mut self) {
        match self {
            Self::Memory(store) => store.restarted(),
            Self::Sqlite { folder, store } => {
                drop(store.take());
                *store = Some(Sqlite::open(folder.path(), &key()).unwrap());
            }
        }
    }
}

/// An instant in seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

pub(crate) fn webex() -> WorkspaceRef {
    WorkspaceRef { platform: PlatformId::new("webex"), id: "acme-webex".into() }
}

pub(crate) fn teams() -> WorkspaceRef {
    WorkspaceRef { platform: PlatformId::new("teams"), id: "acme-teams".into() }
}

pub(crate) fn room(workspace: &WorkspaceRef, name: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: name.into() }
}

pub(crate) fn message(conversation: &ConversationRef, name: &str) -> MessageRef {
    MessageRef { conversation: conversation.clone(), id: name.into() }
}

pub(crate) fn account(workspace: &WorkspaceRef, name: &str) -> AccountRef {
    AccountRef { workspace: workspace.clone(), id: name.into() }
}

pub(crate) fn person_id(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

pub(crate) fn login_id(number: u128) -> LoginId {
    LoginId(Uuid::from_u128(number))
}

pub(crate) fn pair(one: u128, other: u128) -> Pair {
    Pair::of(person_id(one), person_id(other)).unwrap()
}

pub(crate) fn person(number: u128, name: &str, primary: Option<AccountRef>) -> Person {
    let email = format!("{}@acme.example", name.to_lowercase().replace(' ', "."));
    let primary = primary.map(|account| Primary { account });
    Person { id: person_id(number), name: name.to_owned(), email, primary }
}

pub(crate) fn direct(at: &ConversationRef) -> Conversation {
    Conversation { at: at.clone(), kind: ConversationKind::Direct, name: None, members: Vec::new() }
}

/// A report with a body.
pub(crate) fn report(what: Report, message: &MessageRef) -> NewArrival {
    NewArrival {
        message: message.clone(),
        report: what,
        watcher: login_id(1),
        actor: Some(account(&message.conversation.workspace, "ann")),
        body: Some(Bytes::from_static(b"what was said")),
        always: false,
    }
}

pub(crate) fn created(message: &MessageRef) -> NewArrival {
    report(Report::Created, message)
}

/// A message to be sent.
pub(crate) fn plan(lane: &LaneKey, source: &MessageRef) -> Plan {
    Plan {
        lane: lane.clone(),
        work: Work::Send,
        source: Some(source.clone()),
        part: 0,
        thread: None,
        payload: Bytes::from(format!("send {}", source.id)),
        accepted_at: at(1),
    }
}

pub(crate) fn notice(lane: &LaneKey, text: &'static str) -> Plan {
    Plan {
        lane: lane.clone(),
        work: Work::Notice,
        source: None,
        part: 0,
        thread: None,
        payload: Bytes::from_static(text.as_bytes()),
        accepted_at: at(1),
    }
}

pub(crate) fn seen(id: &str, version: i64) -> SeenNow {
    SeenNow { message: MessageId::from(id), version: at(version), deleted: false, silent: false }
}

pub(crate) fn delivered(message: &MessageRef) -> Finish {
    Finish::Delivered { message: Some(message.clone()), losses: Vec::new(), at: at(50) }
}

/// All claimable lanes of a side.
pub(crate) async fn claims(store: &dyn Store, side: Side, now: i64) -> Vec<Claim> {
    store.claim(side, 100, LEASE, at(now)).await.unwrap()
}

/// The one claimable lane of a side.
pub(crate) async fn claim(store: &dyn Store, side: Side, now: i64) -> Claim {
    let mut claims = claims(store, side, now).await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    claims.remove(0)
}

/// Claims the lane of this key; gives the others back.
pub(crate) async fn claim_of(store: &dyn Store, key: &LaneKey, now: i64) -> Claim {
    let mut wanted = None;
    for claim in claims(store, key.side(), now).await {
        if claim.key == *key {
            wanted = Some(claim);
        } else {
            store.release(claim, Some(at(now))).await.unwrap();
        }
    }
    wanted.expect("the lane can be claimed")
}

pub(crate) async fn head(store: &dyn Store, under: &Claim) -> Head {
    store.head(under).await.unwrap().expect("the lane has a row")
}

pub(crate) async fn begin(store: &dyn Store, under: &Claim, delivery: DeliveryId, now: i64) {
    store.begin(under, Begin { delivery, fingerprint: [7; 32], at: at(now) }).await.unwrap();
}

/// Begins and finishes the head of a claimed lane.
pub(crate) async fn deliver(store: &dyn Store, under: &Claim, target: &MessageRef) -> DeliveryId {
    let id = head(store, under).await.delivery.id;
    begin(store, under, id, 40).await;
    let finished = store.finish(under, id, delivered(target), at(50)).await.unwrap();
    assert_eq!(finished, Finished::Written);
    id
}

/// Plans rows into a lane from the reports of a conversation, as the inbound worker does.
pub(crate) async fn route(store: &dyn Store, source: &MessageRef, plans: Vec<Plan>, now: i64) {
    store.accept(vec![created(source)], at(now)).await.unwrap();
    let claim = claim_of(store, &LaneKey::Reports(source.conversation.clone()), now).await;
    let done = store.arrived(&claim, 100).await.unwrap().iter().map(|arrived| arrived.id).collect();
    let seen = vec![seen(source.id.as_str(), now)];
    store.routed(&claim, Routed { done, seen, plans, ..Routed::default() }, at(now)).await.unwrap();
    store.release(claim, None).await.unwrap();
}

/// Asserts the law of [`entente_store::Counts`]; leaves out what only a store on disk counts.
pub(crate) async fn balanced(store: &dyn Store) -> entente_store::Counts {
    let mut counts = store.counts().await.unwrap();
    counts.other.retain(|name, _| name != entente_store::COMMITS && name != entente_store::SYNCS);
    assert_eq!(
        counts.planned,
        counts.delivered + counts.waiting + counts.dead + counts.dropped_rows,
        "{counts:?}"
    );
    counts
}
