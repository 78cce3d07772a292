//! Silences: times in which nothing could be reported to us, because we did not run, or a connection did not stand.
//!
//! A vendor that repeats what nobody took ([`entente_platform::Capabilities::repeats_for`]) tells everything that was said in
//! a short silence again, in its own order. Reading every conversation of everybody on would tell the same at the price of
//! hours, where histories may be read some forty times a minute. So after a short silence only those conversations are read
//! of which something is reported, for as long as repeats may come, since what is repeated comes late and reading puts it in
//! order. After a longer one everybody has a gap.
//!
//! How long a silence was is told by what is durable: until when the workspace heard, and for which logins that does not hold
//! because they had a gap of their own. Whoever gives a login a gap takes that back first ([`Engine::doubt`]), so that a death
//! in between cannot make the gap pass for a short silence.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use entente_model::{LoginId, Timestamp, WorkspaceId};
use entente_store::{Login, StoreError};
use tokio::sync::MutexGuard;

use super::{Ear, RECORD};
use crate::engine::Engine;
use crate::sites::Workspace;

/// With more exceptions than this nothing is recorded; then most have a gap anyway.
const MOST_EXCEPTIONS: usize = 256;

/// Until when workspaces heard, as it is recorded.
pub(crate) type Heard = HashMap<WorkspaceId, HeardUntil>;

/// Until when a workspace heard everything, and which logins did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeardUntil {
    until: Timestamp,
    but: HashSet<LoginId>,
}

impl HeardUntil {
    fn encode(&self) -> Vec<u8> {
        let mut but: Vec<_> = self.but.iter().collect();
        but.sort_unstable();
        let ids = but.into_iter().flat_map(|login| login.0.into_bytes());
        self.until.0.to_le_bytes().into_iter().chain(ids).collect()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (until, but) = bytes.split_first_chunk::<8>()?;
        let (but, rest) = but.as_chunks::<16>();
        let but = but.iter().map(|id| LoginId(uuid::Uuid::from_bytes(*id))).collect();
        rest.is_empty().then_some(Self { until: Timestamp(i64::from_le_bytes(*until)), but })
    }
}

/// What a workspace's silence asks for.
#[derive(Debug, PartialEq, Eq)]
enum Silence {
    /// There was none.
    None,
    /// What was said in it is told again.
    ToldAgain,
    /// It has to be read.
    Gap,
}

impl Engine {
    /// Until the next record nothing is known of when this workspace heard; to be called before a login of it gets a gap. There
    /// is no such record while what is returned is held.
    pub(crate) async fn doubt(&self, workspace: &Workspace) -> Result<MutexGuard<'_, Heard>, StoreError> {
        let mut heard = self.ears.heard.lock().await;
        if !workspace.profile().capabilities.repeats_for.is_zero() {
            self.write(&mut heard, workspace, HeardUntil::default()).await?;
        }
        Ok(heard)
    }

    /// Sees to what was silent, for these logins of all workspaces. `first`: nobody has listened yet since we began to run.
    pub(super) async fn end_silences(
        &self,
        everybody: &[Login],
        all: bool,
        first: bool,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        for workspace in self.sites.iter() {
            let here = || everybody.iter().filter(|login| login.workspace == *workspace.at());
            let silence = self.silence(workspace, all, first).await?;
            let unbroken = match silence {
                Silence::ToldAgain if first => self.unbroken(workspace, here()).await?,
                _ => HashSet::new(),
            };
            let mut logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
            match silence {
                Silence::None => {}
                Silence::ToldAgain => workspace.missed.store(false, Ordering::Relaxed),
                Silence::Gap => {
                    workspace.missed.store(false, Ordering::Relaxed);
                    workspace.told_again.store(0, Ordering::Relaxed);
                    for login in here() {
                        if let Some(ear) = logins.get_mut(&login.id) {
                            *ear = Ear { rung: ear.rung, heard: ear.heard, confirm: ear.confirm, ..Ear::NEW };
                        }
                    }
                }
            }
            for login in here() {
                if !self.hears(login) {
                    logins.remove(&login.id);
                    continue;
                }
                let new = if unbroken.contains(&login.id) {
                    Ear { gap: false, compared: now, ..Ear::NEW }
                } else {
                    Ear::NEW
                };
                logins.entry(login.id).or_insert(new).workspace = Some(login.workspace.id.clone());
            }
        }
        Ok(())
    }

    /// Which logins heard until the silence began.
    async fn unbroken(
        &self,
        workspace: &Workspace,
        logins: impl Iterator<Item = &Login>,
    ) -> Result<HashSet<LoginId>, StoreError> {
        let mut heard = self.ears.heard.lock().await;
        let but = self.recorded(&mut heard, workspace).await?.but.clone();
        drop(heard);
        let mut unbroken = HashSet::new();
        for login in logins.filter(|login| !but.contains(&login.id)) {
            if self.instant(&format!("heard_until/{}", login.id)).await?.is_some() {
                unbroken.insert(login.id);
            }
        }
        Ok(unbroken)
    }

    async fn silence(&self, workspace: &Workspace, all: bool, first: bool) -> Result<Silence, StoreError> {
        let repeats_for = workspace.profile().capabilities.repeats_for;
        let missed = workspace.missed.load(Ordering::Relaxed);
        if repeats_for.is_zero() {
            return Ok(if missed { Silence::Gap } else { Silence::None });
        }
        // A silence that goes on may have become a long one.
        let goes_on = all && workspace.deaf().is_some() && workspace.told_again.load(Ordering::Relaxed) != 0;
        if !(missed || first || goes_on) {
            return Ok(Silence::None);
        }
        let now = self.clock.now();
        let mut heard = self.ears.heard.lock().await;
        let until = self.recorded(&mut heard, workspace).await?.until;
        if now.since(until) >= repeats_for {
            return Ok(Silence::Gap);
        }
        // The last repeat of what was said at the end of the silence comes a little later than so long after it, because the
        // earlier ones take their time.
        workspace.told_again.fetch_max(now.plus(repeats_for * 5 / 4).0, Ordering::Relaxed);
        Ok(Silence::ToldAgain)
    }

    /// Records until when the workspaces hear, once everybody who hears there is known.
    pub(super) async fn record_heard(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        for workspace in self.sites.iter() {
            let mut heard = self.ears.heard.lock().await;
            let repeated = !workspace.profile().capabilities.repeats_for.is_zero();
            let doubtful = workspace.missed.load(Ordering::Relaxed)
                || workspace.deaf().is_some()
                || workspace.is_told_again(now);
            if !repeated || doubtful || now.since(self.recorded(&mut heard, workspace).await?.until) < RECORD
            {
                continue;
            }
            let but: HashSet<LoginId> = {
                let logins = self.ears.logins.lock().unwrap_or_else(PoisonError::into_inner);
                let here = |ear: &Ear| ear.workspace.as_ref().is_none_or(|name| *name == workspace.at().id);
                let gaps = logins.iter().filter(|(_, ear)| ear.gap && here(ear));
                gaps.map(|(login, _)| *login).collect()
            };
            if but.len() <= MOST_EXCEPTIONS {
                self.write(&mut heard, workspace, HeardUntil { until: now, but }).await?;
            }
        }
        Ok(())
    }

    async fn recorded<'h>(
        &self,
        heard: &'h mut Heard,
        workspace: &Workspace,
    ) -> Result<&'h HeardUntil, StoreError> {
        let name = &workspace.at().id;
        if !heard.contains_key(name) {
            let stored = self.store.setting(&setting(name)).await?;
            let stored = stored.and_then(|bytes| HeardUntil::decode(&bytes)).unwrap_or_default();
            heard.insert(name.clone(), stored);
        }
        Ok(&heard[name])
    }

    async fn write(
        &self,
        heard: &mut Heard,
        workspace: &Workspace,
        until: HeardUntil,
    ) -> Result<(), StoreError> {
        let name = &workspace.at().id;
        // Known without asking only once it is durable.
        heard.remove(name);
        self.store.save_setting(&setting(name), until.encode()).await?;
        heard.insert(name.clone(), until);
        Ok(())
    }
}

fn setting(workspace: &WorkspaceId) -> String {
    format!("workspace_heard_until/{workspace}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_read_again() {
        let but = [1, 2].map(|number| LoginId(uuid::Uuid::from_u128(number))).into();
        for heard in [HeardUntil::default(), HeardUntil { until: Timestamp(7), but }] {
            assert_eq!(HeardUntil::decode(&heard.encode()), Some(heard));
        }
        assert_eq!(HeardUntil::decode(&[0; 7]), None);
        assert_eq!(HeardUntil::decode(&[0; 23]), None);
    }
}
