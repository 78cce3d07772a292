//! Who has to be told that a message waits, died, or went through after all.

use entente_model::{DeliveryId, Timestamp};
use rusqlite::{Connection, Row};

use super::routed::{SealedPlan, work};
use super::run::{Run, limit, number};
use super::tx::Tx;
use super::{Shared, Sqlite};
use crate::{About, LaneId, News, Plan, StoreError, What};

/// What was told about a row, in its column.
const WAITS_TOLD: i64 = 1;
const DIED_TOLD: i64 = 2;

/// Lanes in which something waits for too long that was not told of, or anything if `?3`. The first of a lane says why.
/// Nearly always there is none, so that only the times are looked at.
const WAITS: &str = "select o.lane, count(distinct o.source_conversation || ' ' || o.source), count(*), \
         min(o.work), max(o.work), min(o.accepted_at), max(o.id), w.reason, \
         (select h.reason from outbox h where h.lane = o.lane order by h.seq limit 1) \
     from outbox o left join wedged w on w.lane = o.lane \
     where o.lane in (select lane from outbox \
             where accepted_at < ?1 and (told = 0 or ?3) and work <> 3 and source is not null) \
         and (o.told = 0 or ?3) and o.work <> 3 and o.source is not null \
     group by o.lane order by min(o.accepted_at), min(o.seq) limit ?2";
const DIED: &str = "select lane, count(distinct source_conversation || ' ' || source), count(*), \
         min(work), max(work), min(accepted_at), max(id), reason \
     from dead where told < 2 and work <> 3 and source is not null \
     group by lane, reason order by min(accepted_at), min(seq) limit ?1";
const WENT_THROUGH: &str = "select lane, sum(1 - died), sum(died) from through t \
     where not exists (select 1 from outbox o where o.lane = t.lane and o.told > 0) \
     and not exists (select 1 from dead d where d.lane = t.lane and d.told = 1) \
     group by lane order by lane limit ?1";

const WAITS_HERE: &str = "select lane, count(distinct source_conversation || ' ' || source), count(*), \
         min(work), max(work), min(accepted_at), max(id) \
     from outbox where lane = ?1 and told = 0 and work <> 3 and source is not null group by lane";
const DIED_HERE: &str = "select lane, count(distinct source_conversation || ' ' || source), count(*), \
         min(work), max(work), min(accepted_at), max(id) \
     from dead where lane = ?1 and reason = ?2 and told < 2 and work <> 3 and source is not null group by lane";
const WENT_THROUGH_HERE: &str = "select coalesce(sum(1 - died), 0), coalesce(sum(died), 0), \
         exists (select 1 from outbox where lane = ?1 and told > 0) \
         or exists (select 1 from dead where lane = ?1 and told = 1) \
     from through where lane = ?1";
const TELL_WAITS: &str =
    "update outbox set told = ?2 where lane = ?1 and told = 0 and work <> 3 and source is not null";
const TELL_DIED: &str = "update dead set told = ?3 \
     where lane = ?1 and reason = ?2 and told < 2 and work <> 3 and source is not null";
const TELL_WENT_THROUGH: &str = "delete from through where lane = ?1";

/// What became of a message that was told of: whether something of it is dead.
pub(super) const BECAME: &str = "insert into through (lane, conversation, source, died) select ?1, ?2, ?3, \
         exists (select 1 from dead where lane = ?1 and source_conversation = ?2 and source = ?3 and told > 0) \
     where true on conflict (lane, conversation, source) do update set died = excluded.died";

/// A lane, and the rows of it that are told of together.
fn read_about(row: &Row<'_>) -> rusqlite::Result<(LaneId, About)> {
    let kinds: (i64, i64) = (row.get(3)?, row.get(4)?);
    let about = About {
        messages: number(row, 1)?,
        rows: number(row, 2)?,
        work: (kinds.0 == kinds.1).then(|| work(kinds.0)),
        since: Timestamp(row.get(5)?),
        newest: DeliveryId(row.get(6)?),
    };
    Ok((LaneId(row.get(0)?), about))
}

impl Shared {
    /// Lanes in which something accepted before `before` waits; only what was not told of, unless `all`.
    pub(super) fn waits(
        &self,
        conn: &Connection,
        before: Timestamp,
        max: usize,
        all: bool,
    ) -> Result<Vec<News>, StoreError> {
        let found = conn.all(WAITS, (before.0, limit(max), all), |row| {
            let (lane, about) = read_about(row)?;
            let (wedged, head): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
            let stands = wedged.is_some();
            Ok((lane, What::Waits { about, reason: wedged.or(head).unwrap_or_default(), stands }))
        })?;
        self.news_of(conn, found)
    }

    pub(super) fn news(
        &self,
        conn: &Connection,
        before: Timestamp,
        max: usize,
    ) -> Result<Vec<News>, StoreError> {
        let died = conn.all(DIED, [limit(max)], |row| {
            let (lane, about) = read_about(row)?;
            Ok((lane, What::Died { about, reason: row.get(7)? }))
        })?;
        let went_through = conn.all(WENT_THROUGH, [limit(max)], |row| {
            Ok((LaneId(row.get(0)?), What::WentThrough { delivered: number(row, 1)?, died: number(row, 2)? }))
        })?;
        let mut news = self.news_of(conn, died)?;
        news.extend(self.waits(conn, before, max, false)?);
        news.extend(self.news_of(conn, went_through)?);
        Ok(news)
    }

    fn news_of(&self, conn: &Connection, found: Vec<(LaneId, What)>) -> Result<Vec<News>, StoreError> {
        let named = |(lane_id, what)| Ok(News { lane: self.names.lane_key(conn, lane_id)?, lane_id, what });
        found.into_iter().map(named).collect()
    }
}

impl Tx<'_> {
    /// Whether it is still so, as far as what is told of goes.
    fn still(&self, news: &News) -> Result<bool, StoreError> {
        let lane = news.lane_id.0;
        Ok(match &news.what {
            What::Waits { about, .. } => {
                let now = self.conn.one(WAITS_HERE, [lane], read_about)?;
                now.is_some_and(|(_, now)| now == *about)
            }
            What::Died { about, reason } => {
                let now = self.conn.one(DIED_HERE, (lane, reason), read_about)?;
                now.is_some_and(|(_, now)| now == *about)
            }
            What::WentThrough { delivered, died } => {
                let now = self.conn.one(WENT_THROUGH_HERE, [lane], |row| {
                    Ok((number(row, 0)?, number(row, 1)?, row.get::<_, bool>(2)?))
                })?;
                delivered + died > 0 && now == Some((*delivered, *died, false))
            }
        })
    }

    fn told(&mut self, news: &News, notices: Vec<SealedPlan>, now: Timestamp) -> Result<bool, StoreError> {
        if !self.still(news)? {
            return Ok(false);
        }
        let lane = news.lane_id.0;
        match &news.what {
            What::Waits { .. } => self.conn.run(TELL_WAITS, (lane, WAITS_TOLD))?,
            What::Died { reason, .. } => self.conn.run(TELL_DIED, (lane, reason, DIED_TOLD))?,
            What::WentThrough { .. } => self.conn.run(TELL_WENT_THROUGH, [lane])?,
        };
        notices.into_iter().try_for_each(|notice| self.plan(notice, now))?;
        Ok(true)
    }
}

impl Sqlite {
    pub(super) async fn tell(
        &self,
        news: &News,
        notices: Vec<Plan>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut keys = Vec::new();
        let notices = SealedPlan::seal_all(self, notices, &mut keys, now)?;
        let news = news.clone();
        self.write_sealed(keys, move |tx| tx.told(&news, notices, now)).await
    }
}
