//! The durable floor's database: the same library and the same settings as the product's, and one thread that commits
//! whatever has gathered.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::Context as _;
use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::oneshot;

/// How much shares a commit at most.
const GROUP: usize = 256;

enum Job {
    Insert(Bytes, oneshot::Sender<i64>),
    Mark(i64),
}

/// A handle on the thread.
#[derive(Clone)]
pub(super) struct Store(Sender<Job>);

impl Store {
    /// Keeps a message; returns its number once it is synced.
    pub(super) async fn insert(&self, body: Bytes) -> anyhow::Result<i64> {
        let (done, synced) = oneshot::channel();
        self.0.send(Job::Insert(body, done)).ok().context("the database is gone")?;
        synced.await.context("the database could not commit")
    }

    /// Marks it as passed on, with the next commit.
    pub(super) fn mark(&self, id: i64) -> anyhow::Result<()> {
        self.0.send(Job::Mark(id)).ok().context("the database is gone")
    }
}

/// Makes a database in this folder and starts its thread.
pub(super) fn open(folder: &Path) -> anyhow::Result<Store> {
    std::fs::create_dir_all(folder)?;
    let connection = Connection::open(folder.join("floor.db"))?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma mmap_size = 0; pragma temp_store = memory;
         create table message (id integer primary key, body text not null, done integer not null default 0) strict;",
    )?;
    let (jobs, queue) = channel();
    std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        if let Err(error) = write(&connection, &queue) {
            eprintln!("floor: {error:#}");
        }
    })?;
    Ok(Store(jobs))
}

fn write(connection: &Connection, queue: &Receiver<Job>) -> anyhow::Result<()> {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        let mut inserted = Vec::with_capacity(group.len());
        connection.prepare_cached("begin immediate")?.execute([])?;
        for job in group {
            match job {
                Job::Insert(body, done) => {
                    let body = std::str::from_utf8(&body)?;
                    let id = connection
                        .prepare_cached("insert into message (body) values (?1)")?
                        .insert([body])?;
                    inserted.push((id, done));
                }
                Job::Mark(id) => {
                    connection.prepare_cached("update message set done = 1 where id = ?1")?.execute([id])?;
                }
            }
        }
        connection.prepare_cached("commit")?.execute([])?;
        for (id, done) in inserted {
            // Whoever waited may be gone.
            let _ = done.send(id);
        }
    }
    Ok(())
}
