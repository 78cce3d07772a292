//! What is known of conversations and messages.

use std::collections::BTreeSet;

use async_trait::async_trait;
use entente_model::{
    AccountId, Conversation, ConversationRef, Emoji, MessageId, MessageRef, Pair, PersonId, Timestamp,
    WorkspaceRef,
};
use rusqlite::Connection;

use super::channels;
use super::inbox::{DELETED, OURS, SILENT};
use super::readers::at_once;
use super::run::{Run, uuid_or_null};
use super::{Shared, Sqlite};
use crate::{Everywhere, Interest, Known, KnownConversation, Links, Seen, StoreError};

const KNOWN: &str = "select id, interest, people, low, high, mark, mark_at from conversation \
     where workspace = ?1 and name = ?2";
const SEEN: &str = "select flags, version from message where conversation = ?1 and name = ?2";
const REACTIONS: &str = "select r.account, r.emoji from conversation c \
     join message m on m.conversation = c.id and m.name = ?3 join reaction r on r.message = m.id \
     where c.workspace = ?1 and c.name = ?2 order by r.account, r.emoji";
/// The message, or what it was made from.
const ORIGIN: &str = "select o.id, o.conversation, o.name, o.flags from conversation c \
     join message m on m.conversation = c.id and m.name = ?3 join message o on o.id = coalesce(m.origin, m.id) \
     where c.workspace = ?1 and c.name = ?2";
const COPIES: &str = "select distinct t.conversation from conversation c \
     join message m on m.conversation = c.id and m.name = ?3 join counterpart k on k.source = m.id \
     join message t on t.id = k.target where c.workspace = ?1 and c.name = ?2";
const EVERYWHERE: &str = "select m.conversation, r.account, r.emoji \
     from (select ?1 id union select target from counterpart where source = ?1) k \
     join message m on m.id = k.id join reaction r on r.message = m.id";
const INTEREST: &str = "select interest, people from conversation where workspace = ?1 and name = ?2";
const REMEMBER: &str = "update conversation set interest = ?2, people = ?3, low = ?4, high = ?5 where id = ?1 \
     and not exists (select 1 from member where conversation = ?1 and live = 1) \
     and not exists (select 1 from room where conversation = ?1)";
/// An interest that nobody has recorded stays so.
const FORGET: &str = "update conversation set interest = case when interest is null then null else 0 end, \
     low = null, high = null where workspace = ?1 and name = ?2 \
     and not exists (select 1 from member where member.conversation = conversation.id and live = 1) \
     and not exists (select 1 from room where room.conversation = conversation.id)";
const DIRECT: &str = "select name from conversation where low = ?1 and high = ?2 and workspace = ?3";
const TAKEN: &str =
    "select exists (select 1 from conversation where low = ?1 and high = ?2 and workspace = ?3 and id <> ?4)";
/// The `+` keeps the planner from taking the order of names for free and reading a whole workspace for it.
const DIRECTS_OF: &str = "select name from conversation where high = ?1 and +workspace = ?2 \
     union select name from conversation where low = ?1 and +workspace = ?2 order by name";

pub(super) const INTEREST_UNKNOWN: i64 = 0;
pub(super) const INTEREST_YES: i64 = 1;
pub(super) const INTEREST_NO: i64 = 2;

/// What a stored interest means, as far as it still holds.
fn read_interest(code: Option<i64>, recorded: i64, people: i64) -> Interest {
    match code {
        Some(INTEREST_YES) => Interest::Yes,
        Some(INTEREST_NO) if recorded == people => Interest::No,
        _ => Interest::Unknown,
    }
}

pub(super) fn interest(
    shared: &Shared,
    conn: &Connection,
    at: &ConversationRef,
) -> Result<Interest, StoreError> {
    let people = shared.people();
    let Some(workspace) = shared.names.workspace(conn, &at.workspace)? else {
        return Ok(Interest::Unknown);
    };
    let row = conn.one(INTEREST, (workspace, at.id.as_str()), |row| {
        Ok(read_interest(row.get(0)?, row.get(1)?, people))
    })?;
    Ok(row.unwrap_or(Interest::Unknown))
}

impl Shared {
    fn everywhere(&self, conn: &Connection, message: &MessageRef) -> Result<Everywhere, StoreError> {
        let alone = Everywhere { origin: message.clone(), gone: false, reactions: Vec::new() };
        let at = &message.conversation;
        let Some(workspace) = self.names.workspace(conn, &at.workspace)? else { return Ok(alone) };
        let asked = (workspace, at.id.as_str(), message.id.as_str());
        let origin = conn.one(ORIGIN, asked, |row| {
            let name: String = row.get(2)?;
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, name, row.get::<_, i64>(3)?))
        })?;
        let Some((id, conversation, name, flags)) = origin else { return Ok(alone) };
        let origin =
            MessageRef { conversation: self.names.conversation_ref(conn, conversation)?, id: name.into() };
        let rows = conn.all(EVERYWHERE, [id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let mut reactions: BTreeSet<(ConversationRef, AccountId, Emoji)> = BTreeSet::new();
        for (conversation, account, emoji) in rows {
            let conversation = self.names.conversation_ref(conn, conversation)?;
            reactions.insert((conversation, account.into(), Emoji::stored(&emoji)));
        }
        Ok(Everywhere { origin, gone: flags & DELETED != 0, reactions: reactions.into_iter().collect() })
    }
}

#[async_trait]
impl Links for Sqlite {
    async fn known(
        &self,
        conversation: &ConversationRef,
        messages: &[MessageId],
    ) -> Result<Known, StoreError> {
        self.read(|conn| at_once(conn, |conn| self.shared.known(conn, conversation, messages)))
    }

    async fn reactions(
        &self,
        conversation: &ConversationRef,
        message: &MessageId,
    ) -> Result<Vec<(AccountId, Emoji)>, StoreError> {
        self.read(|conn| {
            let Some(workspace) = self.shared.names.workspace(conn, &conversation.workspace)? else {
                return Ok(Vec::new());
            };
            conn.all(REACTIONS, (workspace, conversation.id.as_str(), message.as_str()), |row| {
                let (account, emoji): (String, String) = (row.get(0)?, row.get(1)?);
                Ok((account.into(), Emoji::stored(&emoji)))
            })
        })
    }

    async fn reactions_everywhere(&self, message: &MessageRef) -> Result<Everywhere, StoreError> {
        self.read(|conn| at_once(conn, |conn| self.shared.everywhere(conn, message)))
    }

    async fn copies(&self, message: &MessageRef) -> Result<Vec<ConversationRef>, StoreError> {
        self.read(|conn| {
            let at = &message.conversation;
            let Some(workspace) = self.shared.names.workspace(conn, &at.workspace)? else {
                return Ok(Vec::new());
            };
            let asked = (workspace, at.id.as_str(), message.id.as_str());
            let rows = conn.all(COPIES, asked, |row| row.get::<_, i64>(0))?;
            rows.into_iter().map(|row| self.shared.names.conversation_ref(conn, row)).collect()
        })
    }

    async fn remember(
        &self,
        conversation: &Conversation,
        interest: Interest,
        pair: Option<Pair>,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        let at = conversation.at.clone();
        let code = match interest {
            Interest::Unknown => INTEREST_UNKNOWN,
            Interest::Yes => INTEREST_YES,
            Interest::No => INTEREST_NO,
        };
        self.write(move |tx| {
            let workspace = tx.workspace(&at.workspace)?;
            let id = tx.conversation(&at)?;
            let pair = pair.map(|pair| pair.both().map(|person| *person.0.as_bytes()));
            let taken = match &pair {
                Some([low, high]) => {
                    tx.conn.one(TAKEN, (low, high, workspace, id), |row| row.get(0))?.unwrap_or(false)
                }
                None => false,
            };
            let pair = pair.filter(|_| !taken);
            let (low, high) = (pair.map(|pair| pair[0]), pair.map(|pair| pair[1]));
            tx.conn.run(REMEMBER, (id, code, tx.people, low, high))?;
            Ok(())
        })
        .await
    }

    async fn forget(&self, conversation: &ConversationRef) -> Result<(), StoreError> {
        let at = conversation.clone();
        self.write(move |tx| {
            let workspace = tx.workspace(&at.workspace)?;
            tx.conn.run(FORGET, (workspace, at.id.as_str()))?;
            Ok(())
        })
        .await
    }

    async fn direct(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
    ) -> Result<Option<ConversationRef>, StoreError> {
        self.read(|conn| {
            let Some(at) = self.shared.names.workspace(conn, workspace)? else { return Ok(None) };
            let [low, high] = pair.both();
            let name =
                conn.one(DIRECT, (low.0.as_bytes(), high.0.as_bytes(), at), |row| row.get::<_, String>(0))?;
            Ok(name.map(|name| ConversationRef { workspace: workspace.clone(), id: name.into() }))
        })
    }

    async fn directs_of(
        &self,
        person: PersonId,
        workspace: &WorkspaceRef,
    ) -> Result<Vec<ConversationRef>, StoreError> {
        self.read(|conn| {
            let Some(at) = self.shared.names.workspace(conn, workspace)? else { return Ok(Vec::new()) };
            conn.all(DIRECTS_OF, (person.0.as_bytes(), at), |row| {
                let name: String = row.get(0)?;
                Ok(ConversationRef { workspace: workspace.clone(), id: name.into() })
            })
        })
    }
}

impl Shared {
    fn known(
        &self,
        conn: &Connection,
        at: &ConversationRef,
        messages: &[MessageId],
    ) -> Result<Known, StoreError> {
        let people = self.people();
        let nothing = Known { seen: vec![None; messages.len()], ..Known::default() };
        let Some(workspace) = self.names.workspace(conn, &at.workspace)? else { return Ok(nothing) };
        let row = conn.one(KNOWN, (workspace, at.id.as_str()), |row| {
            let interest: Option<i64> = row.get(1)?;
            let mark: (Option<String>, Option<i64>) = (row.get(5)?, row.get(6)?);
            let mark = mark.0.zip(mark.1).map(|(name, at)| (MessageId::from(name), Timestamp(at)));
            let both = uuid_or_null(row, 3)?.zip(uuid_or_null(row, 4)?);
            let known = KnownConversation {
                interest: read_interest(interest, row.get(2)?, people),
                pair: both.and_then(|(low, high)| Pair::of(PersonId(low), PersonId(high))),
                mark,
            };
            let recorded = interest.is_some() || known.mark.is_some();
            Ok((row.get::<_, i64>(0)?, recorded.then_some(known)))
        })?;
        let Some((id, conversation)) = row else { return Ok(nothing) };
        let mut seen = Vec::with_capacity(messages.len());
        for message in messages {
            let row = conn.one(SEEN, (id, message.as_str()), |row| {
                let flags: i64 = row.get(0)?;
                let version: Option<i64> = row.get(1)?;
                Ok(version.map(|version| Seen {
                    ours: flags & OURS != 0,
                    version: Timestamp(version),
                    deleted: flags & DELETED != 0,
                    silent: flags & SILENT != 0,
                }))
            })?;
            seen.push(row.flatten());
        }
        Ok(Known { conversation, link: channels::link_of(conn, id)?, seen })
    }
}
