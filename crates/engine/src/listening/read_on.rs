//! Reading on: what a login may have missed while its reports were off is read, from where it was left; and, now and then,
//! whatever is there is compared with what was reported, since nobody tells of a report that got lost on its way.

use std::sync::PoisonError;
use std::time::Duration;

use entente_model::{LoginId, Timestamp};
use entente_store::{Login, StoreError};

use super::{RECORD, look};
use crate::engine::Engine;
use crate::telling::KEEP_SEEN;

/// Reports from shortly before a login fell silent may be missing already, clocks of platforms may be behind ours, and
/// their lists lag behind what happens.
const MARGIN: Duration = Duration::from_mins(15);

/// What is to be read for a login.
#[derive(Debug)]
pub(super) struct ReadOn {
    pub(super) login: Login,
    /// When it was seen that it hears.
    pub(super) at: Timestamp,
    /// The gap to make up for; without one, what is there is only compared.
    pub(super) gap: Option<u64>,
}

impl Engine {
    /// Reads on, or leaves it for soon.
    pub(super) async fn catch_up(&self, job: ReadOn) {
        let ReadOn { login, at, gap } = job;
        let read = match gap {
            Some(_) => self.read_on_for(&login).await,
            None => self.compare(&login, at).await,
        };
        match read {
            Ok(true) => self.heard(&login, at, gap).await,
            Ok(false) if gap.is_none() => self.compare_later(login.id),
            Ok(false) => self.attend_later(login.id),
            Err(error) => {
                tracing::error!(%error, "conversations could not be read on");
                self.attend_later(login.id);
            }
        }
    }

    /// Compares what is there with what was reported, as far back as it was not compared yet.
    async fn compare(&self, login: &Login, at: Timestamp) -> Result<bool, StoreError> {
        let since = {
            let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
            let since = at.minus(self.tuning.compare * 2);
            let ear = logins.get_mut(&login.id);
            let owed = ear.filter(|ear| ear.owed).map(|ear| {
                ear.owed = false;
                ear.heard.minus(MARGIN)
            });
            owed.map_or(since, |owed| since.min(owed))
        };
        self.look_around(login.id, since.max(at.minus(KEEP_SEEN))).await
    }

    /// Everything until then was reported, or was read. While nothing comes in at all a gap stays open, and is read again
    /// when the login is next seen to.
    pub(super) async fn heard(&self, login: &Login, at: Timestamp, gap: Option<u64>) {
        if self.sites.get(&login.workspace.id).is_none_or(|workspace| workspace.deaf().is_some()) {
            return;
        }
        if let Some(gap) = gap {
            self.close_gap(login.id, gap);
        }
        self.heard_until(login.id, at).await;
    }

    /// Has every known conversation of this login read on from where it was left, and new ones found.
    async fn read_on_for(&self, login: &Login) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let began = self.heard_since(login.id).await?;
        let until = self.instant(&format!("heard_until/{}", login.id)).await?.unwrap_or(began);
        let since = until.minus(MARGIN).max(now.minus(KEEP_SEEN));
        let looks =
            self.conversations_of(login).await?.into_iter().map(|at| look(at, login.id)).collect::<Vec<_>>();
        if !looks.is_empty() {
            self.store.accept(looks, now).await?;
        }
        self.ask_after(login.id, since).await
    }

    /// Records when a login was listened to for the first time, once.
    pub(super) async fn began_to_hear(&self, login: LoginId) -> Result<(), StoreError> {
        let now = self.clock.now().0.to_le_bytes().to_vec();
        self.store.setting_or(&format!("heard_since/{login}"), now).await.map(drop)
    }

    /// Since when this login is listened to; now if it is not yet.
    pub(crate) async fn heard_since(&self, login: LoginId) -> Result<Timestamp, StoreError> {
        let since = self.instant(&format!("heard_since/{login}")).await?;
        Ok(since.unwrap_or_else(|| self.clock.now()))
    }

    async fn instant(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let stored = self.store.setting(name).await?;
        let stored = stored.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        Ok(stored.map(|bytes| Timestamp(i64::from_le_bytes(bytes))))
    }

    /// Records that everything around this login was reported, or read, until then. If it falls silent, what must be
    /// asked for begins there, however long nobody noticed.
    async fn heard_until(&self, login: LoginId, then: Timestamp) {
        {
            let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
            let ear = logins.get_mut(&login).filter(|ear| !ear.gap && then.since(ear.heard) >= RECORD);
            let Some(ear) = ear else { return };
            ear.heard = then;
        }
        let value = then.0.to_le_bytes().to_vec();
        if let Err(error) = self.store.save_setting(&format!("heard_until/{login}"), value).await {
            tracing::error!(%error, "until when a login heard could not be recorded");
        }
    }
}
