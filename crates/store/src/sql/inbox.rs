//! Reports, until they are routed.

use async_trait::async_trait;
use entente_model::{ArrivalId, DropReason, LoginId, MessageRef, Timestamp};

use super::Sqlite;
use super::console::SealedAside;
use super::links::{self, INTEREST_NO, INTEREST_YES};
use super::names::{inbound, row, side};
use super::routed::SealedPlan;
use super::run::{Run, limit, uuid};
use super::tx::{Sealed, Tx};
use crate::{
    Accepted, Arrived, Claim, Inbox, Interest, LaneKey, NewArrival, Report, Routed, Side, StoreError,
    Unreadable,
};

const CONVERSATION: &str = "select id, interest, people from conversation where workspace = ?1 and name = ?2";
const MESSAGE: &str = "select id, version is not null, flags, \
     exists (select 1 from inbox i where i.conversation = m.conversation and i.id = m.pending) \
     from message m where conversation = ?1 and name = ?2";
const ADD_MESSAGE: &str =
    "insert into message (conversation, name, at, pending) values (?1, ?2, ?3, ?4) returning id";
const SET_PENDING: &str = "update message set pending = ?2 where id = ?1";
const LOOK_WAITS: &str = "select exists (select 1 from inbox where conversation = ?1 and report = 3)";
const ADD_ARRIVAL: &str = "insert into inbox \
     (conversation, id, message, report, watcher, actor_workspace, actor, has_body, accepted_at) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const ARRIVED: &str = "select i.id, m.name, i.report, i.watcher, i.actor_workspace, i.actor, i.accepted_at, \
     p.key, p.sealed from inbox i left join message m on m.id = i.message left join payload p on i.has_body and p.id = i.id \
     where i.conversation = ?1 order by i.id limit ?2";

/// Messages that we wrote, in `message.flags`.
pub(super) const OURS: i64 = 1;
/// Messages that are gone, in `message.flags`.
pub(super) const DELETED: i64 = 2;
/// Messages that said nothing when they were seen last, in `message.flags`.
pub(super) const SILENT: i64 = 4;

struct SealedArrival {
    arrival: NewArrival,
    row: i64,
    body: Option<Sealed>,
}

#[async_trait]
impl Inbox for Sqlite {
    async fn accept_all(
        &self,
        arrivals: Vec<NewArrival>,
        unreadable: Vec<Unreadable>,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        let mut keys = Vec::new();
        let mut aside = Vec::with_capacity(unreadable.len());
        for thing in unreadable {
            aside.push(SealedAside::seal(self, thing, &mut keys, now)?);
        }
        let mut sealed = Vec::with_capacity(arrivals.len());
        for mut arrival in arrivals {
            // Whether the body is kept is for the transaction to decide; what is certainly not kept is not sealed.
            let body = arrival.body.take();
            let kept = match &body {
                Some(_) => arrival.always || self.may_concern(&arrival)?,
                None => false,
            };
            sealed.push(match body.filter(|_| kept) {
                Some(body) => {
                    let (sealed, key) = self.seal(&body, now)?;
                    keys.push(key);
                    SealedArrival { arrival, row: sealed.row, body: Some(sealed) }
                }
                None => SealedArrival { arrival, row: self.shared.keys.row(), body: None },
            });
        }
        self.write_sealed(keys, move |tx| {
            for thing in &aside {
                tx.set_aside(thing, now)?;
            }
            tx.accept(sealed, now)
        })
        .await
    }

    async fn arrived(&self, under: &Claim, max: usize) -> Result<Vec<Arrived>, StoreError> {
        self.shared.leases.check(under)?;
        let LaneKey::Reports(conversation) = &under.key else { return Ok(Vec::new()) };
        self.read(|conn| {
            let rows = conn.all(ARRIVED, (row(under.lane), limit(max)), |row| {
                let key: Option<i64> = row.get(7)?;
                let sealed = row.get_ref(8)?.as_blob_or_null()?;
                let id: i64 = row.get(0)?;
                let body = key.zip(sealed).map(|(key, sealed)| self.shared.open_payload(id, key, sealed));
                // A look is about no message.
                let name: String = row.get::<_, Option<String>>(1)?.unwrap_or_default();
                let actor: (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
                let arrived = Arrived {
                    id: ArrivalId(id),
                    message: MessageRef { conversation: conversation.clone(), id: name.into() },
                    report: report(row.get(2)?),
                    watcher: LoginId(uuid(row, 3)?),
                    actor: None,
                    body: None,
                    accepted_at: Timestamp(row.get(6)?),
                };
                Ok((arrived, actor, body))
            })?;
            rows.into_iter()
                .map(|(arrived, (workspace, name), body)| {
                    let actor = self.shared.names.account(conn, workspace, name)?;
                    Ok(Arrived { actor, body: body.transpose()?, ..arrived })
                })
                .collect()
        })
    }

    async fn routed(&self, under: &Claim, routed: Routed, now: Timestamp) -> Result<(), StoreError> {
        self.shared.leases.check(under)?;
        if side(under.lane) != Side::Inbound {
            return Err(StoreError::Inconsistent { table: "lane", column: "key" });
        }
        let mut routed = routed;
        let mut keys = Vec::new();
        let plans = SealedPlan::seal_all(self, std::mem::take(&mut routed.plans), &mut keys, now)?;
        let (conversation, at) = (row(under.lane), under.key.clone());
        self.write_under(under, keys, move |tx| tx.routed((conversation, &at), routed, plans, now)).await
    }
}

impl Sqlite {
    /// Whether the conversation of an arrival was of interest a moment ago.
    fn may_concern(&self, arrival: &NewArrival) -> Result<bool, StoreError> {
        self.read(|conn| links::interest(&self.shared, conn, &arrival.message.conversation))
            .map(|interest| interest == Interest::Yes)
    }
}

impl Tx<'_> {
    fn accept(&mut self, arrivals: Vec<SealedArrival>, now: Timestamp) -> Result<Accepted, StoreError> {
        let mut accepted = Accepted::default();
        for sealed in arrivals {
            self.accept_one(sealed, now, &mut accepted)?;
        }
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.count("accepted", count(accepted.stored));
        self.count(OTHER_REPEAT, count(accepted.repeats));
        self.count(OTHER_ECHO, count(accepted.echoes));
        self.count(OTHER_NO_INTEREST, count(accepted.uninteresting));
        debug_assert_eq!(OTHER_ECHO, format!("other/{}", DropReason::Echo.name()));
        Ok(accepted)
    }

    fn accept_one(
        &mut self,
        sealed: SealedArrival,
        now: Timestamp,
        accepted: &mut Accepted,
    ) -> Result<(), StoreError> {
        let SealedArrival { arrival, row, body } = sealed;
        let at = &arrival.message;
        let workspace = self.workspace(&at.conversation.workspace)?;
        let found = self.conn.one(CONVERSATION, (workspace, at.conversation.id.as_str()), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, i64>(2)?))
        })?;
        let (conversation, interest) = match found {
            Some((_, Some(INTEREST_NO), people)) if people == self.people && !arrival.always => {
                accepted.uninteresting += 1;
                return Ok(());
            }
            Some((id, interest, _)) => (id, interest),
            None => (self.add_conversation(&at.conversation)?, None),
        };
        let message = match self.unknown_message(conversation, &arrival, row, now)? {
            Ok(message) => message,
            Err(DropReason::Echo) => {
                accepted.echoes += 1;
                return Ok(());
            }
            Err(_) => {
                accepted.repeats += 1;
                return Ok(());
            }
        };
        accepted.stored += 1;
        let body = body.filter(|_| arrival.always || interest == Some(INTEREST_YES));
        if let Some(body) = &body {
            self.insert_payload(body)?;
        }
        let actor = match &arrival.actor {
            Some(actor) => Some((self.workspace(&actor.workspace)?, actor.id.as_str())),
            None => None,
        };
        self.conn.run(
            ADD_ARRIVAL,
            (
                conversation,
                row,
                message,
                report_code(arrival.report),
                arrival.watcher.0.as_bytes(),
                actor.map(|(workspace, _)| workspace),
                actor.map(|(_, name)| name),
                body.is_some(),
                now.0,
            ),
        )?;
        self.wake(inbound(conversation), &LaneKey::Reports(at.conversation.clone()), now);
        Ok(())
    }
}

impl Tx<'_> {
    /// The row of the message, or why its report need not be stored. A look is about no message: row 0.
    fn unknown_message(
        &mut self,
        conversation: i64,
        arrival: &NewArrival,
        row: i64,
        now: Timestamp,
    ) -> Result<Result<i64, DropReason>, StoreError> {
        if arrival.report == Report::Look {
            let waits = self.conn.one(LOOK_WAITS, [conversation], |row| row.get(0))?.unwrap_or(false);
            return Ok(if waits { Err(DropReason::Repeat) } else { Ok(0) });
        }
        let created = arrival.report == Report::Created;
        let name = arrival.message.id.as_str();
        let found = self.conn.one(MESSAGE, (conversation, name), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?, row.get::<_, i64>(2)?, row.get::<_, bool>(3)?))
        })?;
        match found {
            Some((.., flags, _)) if flags & OURS != 0 && arrival.report != Report::Reacted => {
                Ok(Err(DropReason::Echo))
            }
            Some((_, seen, _, pending)) if created && (seen || pending) => Ok(Err(DropReason::Repeat)),
            Some((id, ..)) => {
                if created {
                    self.conn.run(SET_PENDING, (id, row))?;
                }
                Ok(Ok(id))
            }
            None => {
                let params = (conversation, name, now.0, created.then_some(row));
                let id = self.conn.one(ADD_MESSAGE, params, |row| row.get(0))?;
                id.map(Ok).ok_or(StoreError::Inconsistent { table: "message", column: "id" })
            }
        }
    }
}

const OTHER_REPEAT: &str = "other/repeat";
const OTHER_ECHO: &str = "other/echo";
const OTHER_NO_INTEREST: &str = "other/no_interest";

/// How a look is stored; `LOOK_WAITS` says it too.
const LOOK: i64 = 3;

fn report_code(report: Report) -> i64 {
    match report {
        Report::Created => 0,
        Report::Changed => 1,
        Report::Deleted => 2,
        Report::Look => LOOK,
        Report::Reacted => 4,
    }
}

fn report(code: i64) -> Report {
    match code {
        0 => Report::Created,
        1 => Report::Changed,
        LOOK => Report::Look,
        4 => Report::Reacted,
        _ => Report::Deleted,
    }
}
