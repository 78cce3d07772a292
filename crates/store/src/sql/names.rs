//! Numbers for names: workspaces, conversations, messages and lanes are looked up by text once and referred to by number.
//!
//! Numbers never change, so those that are committed may be remembered. The caches forget everything when they are full;
//! what is in use is soon back.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use entente_model::{AccountRef, ConversationRef, MessageRef, Timestamp, WorkspaceRef};
use rusqlite::Connection;

use super::run::Run;
use super::tx::Tx;
use crate::{LaneId, LaneKey, Side, StoreError};

const WORKSPACE: &str = "select id from workspace where platform = ?1 and name = ?2";
const WORKSPACE_REF: &str = "select platform, name from workspace where id = ?1";
const ADD_WORKSPACE: &str = "insert into workspace (platform, name) values (?1, ?2) returning id";
const CONVERSATION: &str = "select id from conversation where workspace = ?1 and name = ?2";
const CONVERSATION_REF: &str = "select workspace, name from conversation where id = ?1";
const ADD_CONVERSATION: &str = "insert into conversation (workspace, name) values (?1, ?2) returning id";
const MESSAGE: &str = "select id from message where conversation = ?1 and name = ?2";
const ADD_MESSAGE: &str = "insert into message (conversation, name, at) values (?1, ?2, ?3) returning id";
const LANE: &str = "select id from lane where key = ?1";
const LANE_KEY: &str = "select key from lane where id = ?1";
const ADD_LANE: &str = "insert into lane (key) values (?1) returning id";

/// How many lanes are remembered: more than are ever busy at once.
const LANES: usize = 20_000;

#[derive(Default)]
pub(super) struct Names {
    workspaces: RwLock<HashMap<WorkspaceRef, i64>>,
    workspace_refs: RwLock<HashMap<i64, WorkspaceRef>>,
    lanes: RwLock<HashMap<LaneKey, i64>>,
}

fn get<K: Hash + Eq, V: Clone>(map: &RwLock<HashMap<K, V>>, key: &K) -> Option<V> {
    map.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

fn put<K: Hash + Eq, V>(map: &RwLock<HashMap<K, V>>, key: K, value: V) {
    let mut map = map.write().unwrap_or_else(PoisonError::into_inner);
    if map.len() >= LANES {
        map.clear();
    }
    map.insert(key, value);
}

impl Names {
    /// Remembers numbers that are committed now.
    pub(super) fn learn(&self, workspaces: Vec<(WorkspaceRef, i64)>, lanes: Vec<(LaneKey, i64)>) {
        for (workspace, id) in workspaces {
            put(&self.workspaces, workspace, id);
        }
        for (lane, id) in lanes {
            put(&self.lanes, lane, id);
        }
    }

    pub(super) fn workspace(&self, conn: &Connection, at: &WorkspaceRef) -> Result<Option<i64>, StoreError> {
        if let Some(id) = get(&self.workspaces, at) {
            return Ok(Some(id));
        }
        find_workspace(conn, at)
    }

    pub(super) fn workspace_ref(&self, conn: &Connection, id: i64) -> Result<WorkspaceRef, StoreError> {
        if let Some(at) = get(&self.workspace_refs, &id) {
            return Ok(at);
        }
        let read = |row: &rusqlite::Row<'_>| {
            let (platform, name): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(WorkspaceRef { platform: platform.into(), id: name.into() })
        };
        let at = conn
            .one(WORKSPACE_REF, [id], read)?
            .ok_or(StoreError::Inconsistent { table: "workspace", column: "id" })?;
        put(&self.workspace_refs, id, at.clone());
        Ok(at)
    }

    pub(super) fn conversation(
        &self,
        conn: &Connection,
        at: &ConversationRef,
    ) -> Result<Option<i64>, StoreError> {
        let Some(workspace) = self.workspace(conn, &at.workspace)? else { return Ok(None) };
        conn.one(CONVERSATION, (workspace, at.id.as_str()), |row| row.get(0))
    }

    pub(super) fn conversation_ref(&self, conn: &Connection, id: i64) -> Result<ConversationRef, StoreError> {
        let row = conn.one(CONVERSATION_REF, [id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let (workspace, name) =
            row.ok_or(StoreError::Inconsistent { table: "conversation", column: "id" })?;
        Ok(ConversationRef { workspace: self.workspace_ref(conn, workspace)?, id: name.into() })
    }

    /// An account from the two columns that hold it.
    pub(super) fn account(
        &self,
        conn: &Connection,
        workspace: Option<i64>,
        name: Option<String>,
    ) -> Result<Option<AccountRef>, StoreError> {
        let Some((workspace, name)) = workspace.zip(name) else { return Ok(None) };
        Ok(Some(AccountRef { workspace: self.workspace_ref(conn, workspace)?, id: name.into() }))
    }

    /// A message from the two columns that hold it.
    pub(super) fn message(
        &self,
        conn: &Connection,
        conversation: Option<i64>,
        name: Option<String>,
    ) -> Result<Option<MessageRef>, StoreError> {
        let Some((conversation, name)) = conversation.zip(name) else { return Ok(None) };
        Ok(Some(MessageRef { conversation: self.conversation_ref(conn, conversation)?, id: name.into() }))
    }

    /// The lane's row, if it was ever used.
    pub(super) fn lane(&self, conn: &Connection, key: &LaneKey) -> Result<Option<LaneId>, StoreError> {
        if let LaneKey::Reports(conversation) = key {
            return Ok(self.conversation(conn, conversation)?.map(inbound));
        }
        if let Some(row) = get(&self.lanes, key) {
            return Ok(Some(outbound(row)));
        }
        let Some(bytes) = self.encode(conn, key)? else { return Ok(None) };
        Ok(conn.one(LANE, [bytes], |row| row.get(0))?.map(outbound))
    }

    /// What a lane's row is the queue of.
    pub(super) fn lane_key(&self, conn: &Connection, id: LaneId) -> Result<LaneKey, StoreError> {
        if side(id) == Side::Inbound {
            return Ok(LaneKey::Reports(self.conversation_ref(conn, row(id))?));
        }
        let bytes = conn.one(LANE_KEY, [row(id)], |row| row.get::<_, Vec<u8>>(0))?;
        let key = match bytes {
            Some(bytes) => self.decode(conn, &bytes)?,
            None => None,
        };
        key.ok_or(StoreError::Inconsistent { table: "lane", column: "key" })
    }
}

fn find_workspace(conn: &Connection, at: &WorkspaceRef) -> Result<Option<i64>, StoreError> {
    conn.one(WORKSPACE, (at.platform.as_str(), at.id.as_str()), |row| row.get(0))
}

/// The lane of what was reported about a conversation.
pub(super) fn inbound(conversation: i64) -> LaneId {
    LaneId(conversation << 1)
}

/// The lane of a row of `lane`.
pub(super) fn outbound(row: i64) -> LaneId {
    LaneId(row << 1 | 1)
}

/// The row of `conversation` or `lane` that a lane is.
pub(super) fn row(lane: LaneId) -> i64 {
    lane.0 >> 1
}

pub(super) fn side(lane: LaneId) -> Side {
    if lane.0 & 1 == 0 { Side::Inbound } else { Side::Outbound }
}

impl Tx<'_> {
    pub(super) fn workspace(&mut self, at: &WorkspaceRef) -> Result<i64, StoreError> {
        if let Some(id) = get(&self.shared.names.workspaces, at) {
            return Ok(id);
        }
        let id = match find_workspace(self.conn, at)? {
            Some(id) => id,
            None => self.add(ADD_WORKSPACE, (at.platform.as_str(), at.id.as_str()))?,
        };
        self.effects.workspaces.push((at.clone(), id));
        Ok(id)
    }

    pub(super) fn conversation(&mut self, at: &ConversationRef) -> Result<i64, StoreError> {
        let workspace = self.workspace(&at.workspace)?;
        match self.conn.one(CONVERSATION, (workspace, at.id.as_str()), |row| row.get(0))? {
            Some(id) => Ok(id),
            None => self.add(ADD_CONVERSATION, (workspace, at.id.as_str())),
        }
    }

    pub(super) fn add_conversation(&mut self, at: &ConversationRef) -> Result<i64, StoreError> {
        let workspace = self.workspace(&at.workspace)?;
        self.add(ADD_CONVERSATION, (workspace, at.id.as_str()))
    }

    /// A message's row, made if there is none.
    pub(super) fn message(
        &mut self,
        conversation: i64,
        name: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        match self.conn.one(MESSAGE, (conversation, name), |row| row.get(0))? {
            Some(id) => Ok(id),
            None => self.add(ADD_MESSAGE, (conversation, name, now.0)),
        }
    }

    pub(super) fn lane(&mut self, key: &LaneKey) -> Result<LaneId, StoreError> {
        if let LaneKey::Reports(conversation) = key {
            return Ok(inbound(self.conversation(conversation)?));
        }
        if let Some(row) = get(&self.shared.names.lanes, key) {
            return Ok(outbound(row));
        }
        match key {
            LaneKey::Reports(conversation) | LaneKey::Conversation(conversation) => {
                self.conversation(conversation)?;
            }
            LaneKey::Direct(_, workspace) => {
                self.workspace(workspace)?;
            }
            LaneKey::App(_, account) => {
                self.workspace(&account.workspace)?;
            }
        }
        let shared = self.shared;
        let bytes = shared
            .names
            .encode(self.conn, key)?
            .ok_or(StoreError::Inconsistent { table: "lane", column: "key" })?;
        let row = match self.conn.one(LANE, [&bytes], |row| row.get(0))? {
            Some(row) => row,
            None => self.add(ADD_LANE, [&bytes])?,
        };
        self.effects.lanes.push((key.clone(), row));
        Ok(outbound(row))
    }

    fn add(&self, sql: &'static str, params: impl rusqlite::Params) -> Result<i64, StoreError> {
        self.conn
            .one(sql, params, |row| row.get(0))?
            .ok_or(StoreError::Inconsistent { table: "sqlite", column: "returning" })
    }
}

const DIRECT: u8 = 1;
const CONVERSATION_LANE: u8 = 2;
const APP: u8 = 3;

impl Names {
    /// The bytes that a lane is found by; `None` if what it names has no row.
    fn encode(&self, conn: &Connection, key: &LaneKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(match key {
            LaneKey::Reports(_) => None,
            LaneKey::Direct(pair, workspace) => self.workspace(conn, workspace)?.map(|workspace| {
                let [low, high] = pair.both();
                [&[DIRECT][..], low.0.as_bytes(), high.0.as_bytes(), &workspace.to_be_bytes()].concat()
            }),
            LaneKey::Conversation(conversation) => self
                .conversation(conn, conversation)?
                .map(|id| [&[CONVERSATION_LANE][..], &id.to_be_bytes()].concat()),
            LaneKey::App(login, account) => self.workspace(conn, &account.workspace)?.map(|workspace| {
                let (login, name) = (login.0.as_bytes(), account.id.as_str().as_bytes());
                [&[APP][..], login, &workspace.to_be_bytes(), name].concat()
            }),
        })
    }

    fn decode(&self, conn: &Connection, bytes: &[u8]) -> Result<Option<LaneKey>, StoreError> {
        use entente_model::{LoginId, Pair, PersonId};
        let Some((&kind, rest)) = bytes.split_first() else { return Ok(None) };
        let uuid = |at: usize| rest.get(at..at + 16).and_then(|bytes| uuid::Uuid::from_slice(bytes).ok());
        let number =
            |at: usize| rest.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
        Ok(match kind {
            DIRECT => {
                let pair = uuid(0).zip(uuid(16)).and_then(|(a, b)| Pair::of(PersonId(a), PersonId(b)));
                let Some((pair, workspace)) = pair.zip(number(32)) else { return Ok(None) };
                Some(LaneKey::Direct(pair, self.workspace_ref(conn, workspace)?))
            }
            CONVERSATION_LANE => {
                let Some(id) = number(0) else { return Ok(None) };
                Some(LaneKey::Conversation(self.conversation_ref(conn, id)?))
            }
            APP => {
                let name = rest.get(24..).and_then(|name| std::str::from_utf8(name).ok());
                let Some(((login, workspace), name)) = uuid(0).zip(number(16)).zip(name) else {
                    return Ok(None);
                };
                let account = AccountRef { workspace: self.workspace_ref(conn, workspace)?, id: name.into() };
                Some(LaneKey::App(LoginId(login), account))
            }
            _ => None,
        })
    }
}
