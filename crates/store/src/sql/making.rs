//! Channels that are made to be linked.

use async_trait::async_trait;
use entente_model::{LoginId, Timestamp, WorkspaceRef};

use super::Sqlite;
use super::run::{Run, uuid};
use super::tx::Tx;
use crate::{Making, Makings, StoreError};

const MAKING: &str = "select mark, login, at, conversation from making where workspace = ?1 and name = ?2";
const SET: &str = "insert into making (workspace, name, mark, login, at, conversation) \
     values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (workspace, name) do update set \
     mark = ?3, login = ?4, at = ?5, conversation = ?6";
const FORGET: &str = "delete from making where workspace = ?1 and name = ?2";
const LINKED: &str = "delete from making where conversation = ?1";

/// It is in a link from now on.
pub(super) fn linked(tx: &Tx<'_>, conversation: i64) -> Result<(), StoreError> {
    tx.conn.run(LINKED, [conversation]).map(drop)
}

#[async_trait]
impl Makings for Sqlite {
    async fn making(&self, workspace: &WorkspaceRef, name: &str) -> Result<Option<Making>, StoreError> {
        self.read(|conn| {
            let names = &self.shared.names;
            let Some(at) = names.workspace(conn, workspace)? else { return Ok(None) };
            let row = conn.one(MAKING, (at, name), |row| {
                let made: Option<i64> = row.get(3)?;
                Ok((row.get::<_, String>(0)?, LoginId(uuid(row, 1)?), Timestamp(row.get(2)?), made))
            })?;
            let Some((mark, by, at, made)) = row else { return Ok(None) };
            let made = made.map(|made| names.conversation_ref(conn, made)).transpose()?;
            Ok(Some(Making { workspace: workspace.clone(), name: name.to_owned(), mark, by, at, made }))
        })
    }

    async fn set_making(&self, making: &Making) -> Result<(), StoreError> {
        let Making { workspace, name, mark, by, at, made } = making.clone();
        self.write(move |tx| {
            let workspace = tx.workspace(&workspace)?;
            let made = made.map(|made| tx.conversation(&made)).transpose()?;
            tx.conn.run(SET, (workspace, name, mark, by.0.as_bytes(), at.0, made)).map(drop)
        })
        .await
    }

    async fn forget_making(&self, workspace: &WorkspaceRef, name: &str) -> Result<(), StoreError> {
        let (workspace, name) = (workspace.clone(), name.to_owned());
        self.write(move |tx| {
            let workspace = tx.workspace(&workspace)?;
            tx.conn.run(FORGET, (workspace, name)).map(drop)
        })
        .await
    }
}
