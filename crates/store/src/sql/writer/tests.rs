//! What transactions of one group owe each other. The writer is held in a transaction that waits, so that those that are
//! queued meanwhile share the next group.

use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use entente_model::{ConversationRef, PlatformId, Timestamp, WorkspaceRef};

use super::*;
use crate::sql::Sqlite;
use crate::{COMMITS, Console, Lanes, MasterKey, Outbox, Plan, Settings, Side, Work};

const SET: &str = "insert into setting (name, sealed) values (?1, x'00')";
const IS_SET: &str = "select 1 from setting where name = ?1";
const LEASE: Duration = Duration::from_secs(30);

fn open(folder: &tempfile::TempDir) -> Sqlite {
    Sqlite::open(folder.path(), &MasterKey::new([1; 32])).unwrap()
}

type Answer = oneshot::Receiver<Result<(), StoreError>>;

fn queue(store: &Sqlite, run: impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static) -> Answer {
    store.queue(None, Vec::new(), run).unwrap()
}

/// Holds the writer until the sender speaks.
async fn hold(store: &Sqlite) -> (mpsc::Sender<()>, Answer) {
    let (go, wait) = mpsc::channel();
    let (entered, inside) = oneshot::channel();
    let answer = queue(store, move |_| {
        entered.send(()).unwrap();
        wait.recv().unwrap();
        Ok(())
    });
    inside.await.unwrap();
    (go, answer)
}

fn set(store: &Sqlite, name: &'static str) -> Answer {
    queue(store, move |tx| tx.conn.run(SET, [name]).map(|_| ()))
}

fn is_set(store: &Sqlite, name: &str) -> bool {
    store.read(|conn| conn.one(IS_SET, [name], |_| Ok(()))).unwrap().is_some()
}

#[tokio::test]
async fn a_group_shares_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (go, held) = hold(&store).await;
    let answers = ["a", "b", "c", "d"].map(|name| set(&store, name));
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(store.counts().await.unwrap().other[COMMITS], 1);
}

#[tokio::test]
async fn a_failed_transaction_is_undone_and_its_neighbours_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (go, held) = hold(&store).await;
    let before = set(&store, "before");
    let failed = queue(&store, |tx| {
        tx.conn.run(SET, ["failed"])?;
        Err(StoreError::LeaseLost)
    });
    let panicked = queue(&store, |tx| {
        tx.conn.run(SET, ["panicked"])?;
        panic!("a transaction of this test panics");
    });
    let after = set(&store, "after");
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    before.await.unwrap().unwrap();
    assert!(matches!(failed.await.unwrap(), Err(StoreError::LeaseLost)));
    assert!(matches!(panicked.await.unwrap(), Err(StoreError::Backend(_))));
    after.await.unwrap().unwrap();
    assert!(is_set(&store, "before") && is_set(&store, "after"));
    assert!(!is_set(&store, "failed") && !is_set(&store, "panicked"));
    // The writer lives on.
    store.save_setting("later", b"x".to_vec()).await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_not_committed_fails_for_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (go, held) = hold(&store).await;
    let before = set(&store, "before");
    // As a disk does that fails in the middle: the whole transaction is gone.
    let failing = queue(&store, |tx| tx.conn.run(ROLLBACK, []).map(|_| ()));
    let after = set(&store, "after");
    store.count("told", 3);
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    for answer in [before, failing, after] {
        assert!(matches!(answer.await.unwrap(), Err(StoreError::Backend(_))));
    }
    assert!(!is_set(&store, "before") && !is_set(&store, "after"));
    store.save_setting("later", b"x".to_vec()).await.unwrap();
    assert_eq!(store.counts().await.unwrap().other["told"], 3, "what was counted waits for the next commit");
}

#[tokio::test]
async fn a_full_disk_is_an_error_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    queue(&store, |tx| Ok(tx.conn.execute_batch("pragma max_page_count = 1")?)).await.unwrap().unwrap();
    let large = vec![7; 100_000];
    assert!(matches!(store.save_setting("large", large.clone()).await, Err(StoreError::Backend(_))));
    assert_eq!(store.setting("large").await.unwrap(), None);
    queue(&store, |tx| Ok(tx.conn.execute_batch("pragma max_page_count = 100000")?)).await.unwrap().unwrap();
    store.save_setting("large", large.clone()).await.unwrap();
    assert_eq!(store.setting("large").await.unwrap(), Some(large));
}

#[tokio::test]
async fn a_lane_is_woken_after_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let workspace = WorkspaceRef { platform: PlatformId::new("a"), id: "acme".into() };
    let plan = Plan {
        lane: crate::LaneKey::Conversation(ConversationRef { workspace, id: "r".into() }),
        work: Work::Notice,
        source: None,
        part: 0,
        thread: None,
        payload: Bytes::from_static(b"hello"),
        accepted_at: Timestamp(1),
    };
    let (go, held) = hold(&store).await;
    let planning = store.plan(vec![plan], Timestamp(1));
    tokio::pin!(planning);
    // Queued by its first poll.
    assert!(poll_once(planning.as_mut()).await.is_none());
    let (entered, inside) = oneshot::channel();
    let (finish, wait) = mpsc::channel::<()>();
    let last = queue(&store, move |_| {
        entered.send(()).unwrap();
        wait.recv().unwrap();
        Ok(())
    });
    go.send(()).unwrap();
    held.await.unwrap().unwrap();
    inside.await.unwrap();
    // The row is written, and its group is not committed.
    assert!(store.claim(Side::Outbound, 9, LEASE, Timestamp(2)).await.unwrap().is_empty());
    finish.send(()).unwrap();
    planning.await.unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(store.claim(Side::Outbound, 9, LEASE, Timestamp(2)).await.unwrap().len(), 1);
}

/// Polls once.
async fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut future = Some(future);
    std::future::poll_fn(move |context| {
        let polled = future.take().expect("polled once").poll(context);
        std::task::Poll::Ready(match polled {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
