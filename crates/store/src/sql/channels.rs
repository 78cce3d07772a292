//! Channels that are kept in step.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{
    AccountRef, Away, Backfill, ConversationRef, Files, Flow, Link, LinkId, LinkOptions, LinkState, LoginId,
    Member, MessageId, Timestamp,
};
use rusqlite::Connection;

use super::links::{INTEREST_UNKNOWN, INTEREST_YES};
use super::routed::SealedPlan;
use super::run::{Run, uuid, uuid_or_null};
use super::tx::Tx;
use super::{Shared, Sqlite, making};
use crate::{Channels, Moved, Plan, StoreError};

const ADD: &str = "insert into link (id, name, made_at, state, reason, files, broadcast, outsiders, notices, \
     membership, history) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const ADD_MEMBER: &str = "insert into member (link, conversation, name, flow, listener, topic, away, backfill_at, \
     backfill_message, backfill_told, live) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)";
const TAKEN: &str = "select exists (select 1 from member where conversation = ?1 and live = 1) \
     or exists (select 1 from conversation where id = ?1 and low is not null) \
     or exists (select 1 from room where conversation = ?1)";
const INTEREST: &str = "update conversation set interest = ?2, people = ?3 where id = ?1";
const LINK: &str = "select id, name, made_at, state, reason, files, broadcast, outsiders, notices, membership, \
     history from link where id = ?1";
const LINKS: &str = "select id, name, made_at, state, reason, files, broadcast, outsiders, notices, membership, \
     history from link where state <> 'ended' order by made_at, id";
const MEMBERS: &str = "select conversation, name, flow, listener, topic, away, backfill_at, backfill_message, backfill_told \
     from member where link = ?1 order by id";
const CHANNELS: &str = "select conversation from member where link = ?1 order by id";
const SET: &str = "update link set state = ?2, reason = ?3 where id = ?1 and state <> 'ended'";
const CHOOSE: &str = "update link set files = ?2, broadcast = ?3, outsiders = ?4, notices = ?5, membership = ?6 \
     where id = ?1 and state <> 'ended'";
const SEE: &str = "update member set name = ?3, topic = ?4, away = ?5 where live = 1 and conversation = \
     (select id from conversation where workspace = ?1 and name = ?2)";
const ATTENDANCE: &str = "select account from attendance where conversation = ?1";
const ATTEND: &str = "insert or ignore into attendance (conversation, account) values (?1, ?2)";
const NOBODY: &str = "delete from attendance where conversation = ?1";
const LOOKED: &str = "select exists (select 1 from attendance where conversation = ?1)";
const LEAVE: &str = "delete from attendance where conversation = ?1 and account = ?2";
const FORGET: &str =
    "delete from attendance where conversation in (select conversation from member where link = ?1)";
const END: &str = "update member set live = 0 where link = ?1";
const OF: &str = "select link from member where conversation = ?1 order by id desc limit 1";

/// The link that a conversation is a channel of, or was one of last.
pub(super) fn link_of(conn: &Connection, conversation: i64) -> Result<Option<LinkId>, StoreError> {
    conn.one(OF, [conversation], |row| uuid(row, 0).map(LinkId))
}

/// Writes a link, unless one of its channels is taken.
pub(super) fn add(tx: &mut Tx<'_>, link: &Link) -> Result<Result<(), ConversationRef>, StoreError> {
    let mut rows = Vec::with_capacity(link.members.len());
    for member in &link.members {
        match free(tx, &member.at)? {
            Some(id) if !rows.contains(&id) => rows.push(id),
            _ => return Ok(Err(member.at.clone())),
        }
    }
    let (state, reason) = (link.state.name(), reason(&link.state));
    let LinkOptions { files, broadcast, outsiders, notices, membership, history } = link.options;
    let (id, files) = (link.id.0.as_bytes(), files.name());
    let made_at = link.made_at.0;
    let row =
        (id, &link.name, made_at, state, reason, files, broadcast, outsiders, notices, membership, history);
    tx.conn.run(ADD, row)?;
    for (member, conversation) in link.members.iter().zip(rows) {
        making::linked(tx, conversation)?;
        add_member(tx, link.id, member, conversation)?;
    }
    Ok(Ok(()))
}

/// The row of a conversation that is in no link, and is nobody's direct one.
pub(super) fn free(tx: &mut Tx<'_>, at: &ConversationRef) -> Result<Option<i64>, StoreError> {
    let id = tx.conversation(at)?;
    let taken = tx.conn.one(TAKEN, [id], |row| row.get(0))?.unwrap_or(false);
    Ok((!taken).then_some(id))
}

/// Writes a channel of a link.
pub(super) fn add_member(
    tx: &Tx<'_>,
    link: LinkId,
    member: &Member,
    conversation: i64,
) -> Result<(), StoreError> {
    let listener = member.listener.map(|login| *login.0.as_bytes());
    let flow = member.flow.name();
    let (name, topic) = (&member.name, member.topic.as_deref());
    let away = member.away.map_or("", Away::name);
    let backfill = member.backfill.as_ref();
    let (at, told) = (backfill.map(|it| it.at.0), backfill.and_then(|it| it.told).map(|told| told.0));
    let message = backfill.and_then(|it| it.message.as_ref()).map(MessageId::as_str);
    let row = (link.0.as_bytes(), conversation, name, flow, listener, topic, away, at, message, told);
    tx.conn.run(ADD_MEMBER, row)?;
    tx.conn.run(INTEREST, (conversation, INTEREST_YES, tx.people))?;
    Ok(())
}

fn reason(state: &LinkState) -> &str {
    match state {
        LinkState::Paused(reason) => reason,
        LinkState::Active | LinkState::Ended => "",
    }
}

type Row = (uuid::Uuid, String, i64, String, String, String, [bool; 4], u16);

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let chosen = [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?];
    Ok((uuid(row, 0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, chosen, row.get(10)?))
}

/// How far what was written in a channel before has been passed on, from the seventh column on.
fn backfill(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Backfill>> {
    let (message, told): (Option<String>, Option<i64>) = (row.get(7)?, row.get(8)?);
    let at = row.get::<_, Option<i64>>(6)?;
    Ok(at.map(|at| Backfill {
        at: Timestamp(at),
        message: message.map(MessageId::from),
        told: told.map(Timestamp),
    }))
}

impl Shared {
    fn whole(&self, conn: &Connection, row: Row) -> Result<Link, StoreError> {
        let (id, name, made_at, state, reason, files, chosen, history) = row;
        let [broadcast, outsiders, notices, membership] = chosen;
        let files =
            Files::named(&files).ok_or(StoreError::Inconsistent { table: "link", column: "files" })?;
        let state = match state.as_str() {
            "active" => LinkState::Active,
            "paused" => LinkState::Paused(reason),
            "ended" => LinkState::Ended,
            _ => return Err(StoreError::Inconsistent { table: "link", column: "state" }),
        };
        let rows = conn.all(MEMBERS, [id.as_bytes()], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                uuid_or_null(row, 3)?,
                row.get::<_, Option<String>>(4)?,
                row.get::<_, String>(5)?,
                backfill(row)?,
            ))
        })?;
        let members = rows.into_iter().map(|(conversation, name, flow, listener, topic, away, backfill)| {
            let flow =
                Flow::named(&flow).ok_or(StoreError::Inconsistent { table: "member", column: "flow" })?;
            let at = self.names.conversation_ref(conn, conversation)?;
            let away = match away.as_str() {
                "" => None,
                away => Some(
                    Away::named(away).ok_or(StoreError::Inconsistent { table: "member", column: "away" })?,
                ),
            };
            let listener = listener.map(LoginId);
            Ok(Member { at, name, topic, away, flow, listener, backfill })
        });
        Ok(Link {
            id: LinkId(id),
            name,
            made_at: Timestamp(made_at),
            state,
            options: LinkOptions { files, broadcast, outsiders, notices, membership, history },
            members: members.collect::<Result<_, StoreError>>()?,
        })
    }
}

#[async_trait]
impl Channels for Sqlite {
    async fn add_link(&self, link: &Link) -> Result<Result<(), ConversationRef>, StoreError> {
        let link = link.clone();
        self.write(move |tx| add(tx, &link)).await
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError> {
        self.read(|conn| {
            let row = conn.one(LINK, [id.0.as_bytes()], read)?;
            row.map(|row| self.shared.whole(conn, row)).transpose()
        })
    }

    async fn links(&self) -> Result<Vec<Link>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(LINKS, [], read)?;
            rows.into_iter().map(|row| self.shared.whole(conn, row)).collect()
        })
    }

    async fn set_link_state(
        &self,
        id: LinkId,
        state: &LinkState,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let state = state.clone();
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, now)?;
        self.write_sealed(keys, move |tx| {
            let changed = tx.conn.run(SET, (id.0.as_bytes(), state.name(), reason(&state)))? > 0;
            if changed {
                tx.conn.run(FORGET, [id.0.as_bytes()])?;
            }
            if changed && state == LinkState::Ended {
                for conversation in tx.conn.all(CHANNELS, [id.0.as_bytes()], |row| row.get::<_, i64>(0))? {
                    tx.conn.run(INTEREST, (conversation, INTEREST_UNKNOWN, tx.people))?;
                }
                tx.conn.run(END, [id.0.as_bytes()])?;
            }
            if changed {
                notices.into_iter().try_for_each(|notice| tx.plan(notice, now))?;
            }
            Ok(changed)
        })
        .await
    }

    async fn set_link_options(&self, id: LinkId, options: LinkOptions) -> Result<bool, StoreError> {
        self.write(move |tx| {
            // How far back a link reaches is chosen when it is made.
            let LinkOptions { files, broadcast, outsiders, notices, membership, history: _ } = options;
            if !notices && !membership {
                tx.conn.run(FORGET, [id.0.as_bytes()])?;
            }
            let row = (id.0.as_bytes(), files.name(), broadcast, outsiders, notices, membership);
            Ok(tx.conn.run(CHOOSE, row)? > 0)
        })
        .await
    }

    async fn attendance(
        &self,
        channel: &ConversationRef,
    ) -> Result<Option<BTreeSet<AccountRef>>, StoreError> {
        self.read(|conn| {
            let Some(conversation) = self.shared.names.conversation(conn, channel)? else { return Ok(None) };
            let accounts = conn.all(ATTENDANCE, [conversation], |row| row.get::<_, String>(0))?;
            let of = |id: String| AccountRef { workspace: channel.workspace.clone(), id: id.into() };
            // Whoever looks is in it.
            let accounts: BTreeSet<AccountRef> = accounts.into_iter().map(of).collect();
            Ok((!accounts.is_empty()).then_some(accounts))
        })
    }

    async fn attend(
        &self,
        channel: &ConversationRef,
        now: &BTreeSet<AccountRef>,
        moved: &[Moved],
        notices: Vec<Plan>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (channel, present, moved) = (channel.clone(), now.clone(), moved.to_vec());
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, at)?;
        self.write_sealed(keys, move |tx| {
            let conversation = tx.conversation(&channel)?;
            tx.conn.run(NOBODY, [conversation])?;
            for account in &present {
                tx.conn.run(ATTEND, (conversation, account.id.as_str()))?;
            }
            for Moved { at, account, there } in &moved {
                let conversation = tx.conversation(at)?;
                let looked = tx.conn.one(LOOKED, [conversation], |row| row.get(0))?.unwrap_or(false);
                if looked {
                    let how = if *there { ATTEND } else { LEAVE };
                    tx.conn.run(how, (conversation, account.id.as_str()))?;
                }
            }
            notices.into_iter().try_for_each(|notice| tx.plan(notice, at))
        })
        .await
    }

    async fn see_channel(
        &self,
        channel: &ConversationRef,
        name: &str,
        topic: Option<&str>,
        away: Option<Away>,
    ) -> Result<bool, StoreError> {
        let (at, name, topic) = (channel.clone(), name.to_owned(), topic.map(str::to_owned));
        self.write(move |tx| {
            let workspace = tx.workspace(&at.workspace)?;
            let away = away.map_or("", Away::name);
            Ok(tx.conn.run(SEE, (workspace, at.id.as_str(), name, topic, away))? > 0)
        })
        .await
    }
}
