//! Rooms in which the app speaks for somebody whom nothing stands in for.

use async_trait::async_trait;
use entente_model::{ConversationRef, LoginId, Pair, PersonId, Timestamp, WorkspaceRef};

use super::Sqlite;
use super::links::INTEREST_YES;
use super::mirrors::{columns, state};
use super::routed::SealedPlan;
use super::run::{Run, uuid, uuid_or_null};
use crate::{Plan, Room, Rooms, StoreError};

const ROOM: &str = "select mark, state, login, at, reason, conversation, abandoned from room \
     where low = ?1 and high = ?2 and workspace = ?3";
const ALL: &str = "select conversation, low, high from room where conversation is not null";
const SET: &str = "insert or replace into room \
     (low, high, workspace, mark, state, login, at, reason, conversation, abandoned) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
/// Whether a conversation is something else than the room of these two.
const TAKEN: &str = "select exists (select 1 from member where conversation = ?1 and live = 1) or exists \
     (select 1 from room where conversation = ?1 and not (low = ?2 and high = ?3))";
const INTEREST: &str =
    "update conversation set interest = ?2, people = ?3, low = null, high = null where id = ?1";
const ABANDON: &str = "update room set abandoned = 1 where low = ?1 and high = ?2 and workspace = ?3 \
     and abandoned = 0 and conversation is not null";

#[async_trait]
impl Rooms for Sqlite {
    async fn room(&self, pair: Pair, workspace: &WorkspaceRef) -> Result<Option<Room>, StoreError> {
        self.read(|conn| {
            let Some(at) = self.shared.names.workspace(conn, workspace)? else { return Ok(None) };
            let [low, high] = pair.both();
            let row = conn.one(ROOM, (low.0.as_bytes(), high.0.as_bytes(), at), |row| {
                let login = uuid_or_null(row, 2)?.map(LoginId);
                let at = row.get::<_, Option<i64>>(3)?.map(Timestamp);
                let state = state(&row.get::<_, String>(1)?, login, at, row.get(4)?);
                Ok((row.get::<_, String>(0)?, state, row.get::<_, Option<i64>>(5)?, row.get::<_, bool>(6)?))
            })?;
            let Some((mark, state, conversation, abandoned)) = row else { return Ok(None) };
            let state = state.ok_or(StoreError::Inconsistent { table: "room", column: "state" })?;
            let at = conversation.map(|id| self.shared.names.conversation_ref(conn, id)).transpose()?;
            Ok(Some(Room { pair, workspace: workspace.clone(), mark, state, at, abandoned }))
        })
    }

    async fn rooms(&self) -> Result<Vec<(ConversationRef, Pair)>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(ALL, [], |row| {
                let pair = Pair::of(PersonId(uuid(row, 1)?), PersonId(uuid(row, 2)?));
                Ok((row.get::<_, i64>(0)?, pair))
            })?;
            let rooms = rows.into_iter().map(|(conversation, pair)| {
                let pair = pair.ok_or(StoreError::Inconsistent { table: "room", column: "high" })?;
                Ok((self.shared.names.conversation_ref(conn, conversation)?, pair))
            });
            let mut rooms = rooms.collect::<Result<Vec<_>, StoreError>>()?;
            rooms.sort();
            Ok(rooms)
        })
    }

    async fn set_room(&self, room: &Room) -> Result<bool, StoreError> {
        let room = room.clone();
        self.write(move |tx| {
            let workspace = tx.workspace(&room.workspace)?;
            let [low, high] = room.pair.both().map(|person| *person.0.as_bytes());
            let conversation = room.at.as_ref().map(|at| tx.conversation(at)).transpose()?;
            if let Some(id) = conversation {
                if tx.conn.one(TAKEN, (id, low, high), |row| row.get(0))?.unwrap_or(false) {
                    return Ok(false);
                }
                tx.conn.run(INTEREST, (id, INTEREST_YES, tx.people))?;
            }
            let (login, at, reason) = columns(&room.state);
            let state = room.state.name();
            let row =
                (low, high, workspace, room.mark, state, login, at, reason, conversation, room.abandoned);
            tx.conn.run(SET, row)?;
            Ok(true)
        })
        .await
    }

    async fn abandon_room(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let workspace = workspace.clone();
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, now)?;
        self.write_sealed(keys, move |tx| {
            let workspace = tx.workspace(&workspace)?;
            let [low, high] = pair.both();
            let changed = tx.conn.run(ABANDON, (low.0.as_bytes(), high.0.as_bytes(), workspace))? > 0;
            if changed {
                notices.into_iter().try_for_each(|notice| tx.plan(notice, now))?;
            }
            Ok(changed)
        })
        .await
    }
}
