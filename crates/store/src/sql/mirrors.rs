//! Groups that are shown elsewhere.

use async_trait::async_trait;
use entente_model::{
    ConversationRef, Flow, Link, LinkId, LoginId, Member, Mirror, MirrorState, PersonId, Timestamp,
    WorkspaceRef,
};

use super::Sqlite;
use super::channels;
use super::routed::SealedPlan;
use super::run::{Run, uuid, uuid_or_null};
use super::tx::Tx;
use crate::{Mirrors, Plan, Present, StoreError};

const SET: &str = "insert into mirror (link, workspace, state, login, at, reason) values (?1, ?2, ?3, ?4, ?5, ?6) \
     on conflict (link, workspace) do update set state = ?3, login = ?4, at = ?5, reason = ?6";
const OF: &str = "select workspace, state, login, at, reason from mirror where link = ?1";
const UNFINISHED: &str = "select distinct m.link from mirror m join link l on l.id = m.link \
     where m.state <> 'whole' and l.state <> 'ended' order by m.link";
const HEAR: &str = "update member set listener = ?3, flow = case flow when ?4 then ?5 else flow end \
     where link = ?1 and conversation = ?2";
const PRESENT: &str = "select conversation, person from present where link = ?1";
const ADD_PRESENT: &str = "insert or ignore into present (link, conversation, person) values (?1, ?2, ?3)";
const NOBODY: &str = "delete from present where link = ?1 and conversation = ?2";
const READY: &str = "update mirror set state = 'ready' where link = ?1 and workspace = ?2 and state = 'open'";
const SHOW: &str = "update mirror set state = 'whole' where link = ?1 and state = 'ready'";

impl Tx<'_> {
    fn set_mirror(&mut self, link: LinkId, mirror: &Mirror) -> Result<(), StoreError> {
        let workspace = self.workspace(&mirror.workspace)?;
        let (login, at, reason) = columns(&mirror.state);
        let state = mirror.state.name();
        self.conn.run(SET, (link.0.as_bytes(), workspace, state, login, at, reason))?;
        Ok(())
    }
}

impl Tx<'_> {
    /// What is ready shows its group.
    pub(super) fn show(&mut self, link: LinkId) -> Result<(), StoreError> {
        self.conn.run(SHOW, [link.0.as_bytes()]).map(|_| ())
    }

    fn add_present(&mut self, link: LinkId, present: &[Present]) -> Result<(), StoreError> {
        for one in present {
            let conversation = self.conversation(&one.at)?;
            self.conn.run(ADD_PRESENT, (link.0.as_bytes(), conversation, one.person.0.as_bytes()))?;
        }
        Ok(())
    }
}

/// What is stored of a state beside its name: a login, an instant and a reason.
pub(super) fn columns(state: &MirrorState) -> (Option<[u8; 16]>, Option<i64>, Option<&str>) {
    let (login, at, reason) = match state {
        MirrorState::Wanted { since } => (None, Some(*since), None),
        MirrorState::Begun { by, at } => (Some(*by), Some(*at), None),
        MirrorState::Open { by } | MirrorState::Ready { by } | MirrorState::Whole { by } => {
            (Some(*by), None, None)
        }
        MirrorState::Refused { reason, at } => (None, Some(*at), Some(reason.as_str())),
    };
    (login.map(|login| *login.0.as_bytes()), at.map(|at| at.0), reason)
}

/// The state of stored columns; `None` if they do not fit together.
pub(super) fn state(
    name: &str,
    login: Option<LoginId>,
    at: Option<Timestamp>,
    reason: Option<String>,
) -> Option<MirrorState> {
    Some(match name {
        "wanted" => MirrorState::Wanted { since: at? },
        "begun" => MirrorState::Begun { by: login?, at: at? },
        "open" => MirrorState::Open { by: login? },
        "ready" => MirrorState::Ready { by: login? },
        "whole" => MirrorState::Whole { by: login? },
        "refused" => MirrorState::Refused { reason: reason?, at: at? },
        _ => return None,
    })
}

#[async_trait]
impl Mirrors for Sqlite {
    async fn add_group(
        &self,
        link: &Link,
        mirrors: &[Mirror],
        present: &[Present],
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        let (link, mirrors, present) = (link.clone(), mirrors.to_vec(), present.to_vec());
        self.write(move |tx| {
            let added = channels::add(tx, &link)?;
            if added.is_ok() {
                mirrors.iter().try_for_each(|mirror| tx.set_mirror(link.id, mirror))?;
                tx.add_present(link.id, &present)?;
            }
            Ok(added)
        })
        .await
    }

    async fn mirrors(&self, link: LinkId) -> Result<Vec<Mirror>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(OF, [link.0.as_bytes()], |row| {
                let login = uuid_or_null(row, 2)?.map(LoginId);
                let at = row.get::<_, Option<i64>>(3)?.map(Timestamp);
                let state = state(&row.get::<_, String>(1)?, login, at, row.get(4)?);
                Ok((row.get::<_, i64>(0)?, state))
            })?;
            let mirrors = rows.into_iter().map(|(workspace, state)| {
                let state = state.ok_or(StoreError::Inconsistent { table: "mirror", column: "state" })?;
                Ok(Mirror { workspace: self.shared.names.workspace_ref(conn, workspace)?, state })
            });
            let mut mirrors = mirrors.collect::<Result<Vec<_>, StoreError>>()?;
            mirrors.sort_by(|a, b| a.workspace.cmp(&b.workspace));
            Ok(mirrors)
        })
    }

    async fn unfinished(&self) -> Result<Vec<LinkId>, StoreError> {
        self.read(|conn| conn.all(UNFINISHED, [], |row| uuid(row, 0).map(LinkId)))
    }

    async fn set_mirror(&self, link: LinkId, mirror: &Mirror) -> Result<(), StoreError> {
        let mirror = mirror.clone();
        self.write(move |tx| tx.set_mirror(link, &mirror)).await
    }

    async fn mirror_made(
        &self,
        link: LinkId,
        by: LoginId,
        member: &Member,
    ) -> Result<Result<(), ConversationRef>, StoreError> {
        let member = member.clone();
        self.write(move |tx| {
            let Some(conversation) = channels::free(tx, &member.at)? else { return Ok(Err(member.at)) };
            channels::add_member(tx, link, &member, conversation)?;
            let workspace = member.at.workspace;
            tx.set_mirror(link, &Mirror { workspace, state: MirrorState::Open { by } })?;
            Ok(Ok(()))
        })
        .await
    }

    async fn mirror_ready(
        &self,
        link: LinkId,
        workspace: &WorkspaceRef,
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (workspace, present) = (workspace.clone(), present.to_vec());
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, now)?;
        self.write_sealed(keys, move |tx| {
            let workspace = tx.workspace(&workspace)?;
            let changed = tx.conn.run(READY, (link.0.as_bytes(), workspace))? > 0;
            if changed {
                tx.add_present(link, &present)?;
                notices.into_iter().try_for_each(|notice| tx.plan(notice, now))?;
            }
            Ok(changed)
        })
        .await
    }

    async fn hear(&self, link: LinkId, at: &ConversationRef, listener: LoginId) -> Result<(), StoreError> {
        let at = at.clone();
        self.write(move |tx| {
            let conversation = tx.conversation(&at)?;
            let (deaf, heard) = (Flow::In.name(), Flow::Both.name());
            tx.conn.run(HEAR, (link.0.as_bytes(), conversation, listener.0.as_bytes(), deaf, heard))?;
            Ok(())
        })
        .await
    }

    async fn present(&self, link: LinkId) -> Result<Vec<Present>, StoreError> {
        self.read(|conn| {
            let rows = conn.all(PRESENT, [link.0.as_bytes()], |row| {
                Ok((row.get::<_, i64>(0)?, PersonId(uuid(row, 1)?)))
            })?;
            let present = rows.into_iter().map(|(conversation, person)| {
                Ok(Present { at: self.shared.names.conversation_ref(conn, conversation)?, person })
            });
            let mut present = present.collect::<Result<Vec<_>, StoreError>>()?;
            present.sort();
            Ok(present)
        })
    }

    async fn set_present(
        &self,
        link: LinkId,
        conversations: &[ConversationRef],
        present: &[Present],
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (conversations, present) = (conversations.to_vec(), present.to_vec());
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, now)?;
        self.write_sealed(keys, move |tx| {
            for at in &conversations {
                let conversation = tx.conversation(at)?;
                tx.conn.run(NOBODY, (link.0.as_bytes(), conversation))?;
            }
            tx.add_present(link, &present)?;
            notices.into_iter().try_for_each(|notice| tx.plan(notice, now))
        })
        .await
    }
}
