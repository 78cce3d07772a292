//! What channels of a link are called, what they say that they are about, and whether they are there. What changes in one is
//! done in the others; where one is archived or gone, the link stops and says so.
//!
//! A report only says where to look, and where nothing is reported, every channel is looked at now and then. What a channel was
//! seen to be called is stored, and so is what we called it ourselves, as its platform answered: a difference is what somebody
//! did, and what we did makes none, so nothing goes round. Platforms change names that are not to their liking; names that
//! differ in nothing but spelling are therefore the same. If two channels differ at once, the one that was changed last is
//! right, by the platforms' clocks where they tell.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use entente_model::{
    Away, CallError, ChannelNow, ConversationRef, Link, LinkState, Member, Timestamp, plain_line,
};
use entente_platform::Client;
use entente_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::linking::LONGEST_CHANNEL;
use crate::listening::look;

mod comings;
mod hearing;
mod noticed;

pub(crate) use noticed::Following;

/// What is reported within this long is looked at together: many may come at once.
const GATHERED: Duration = Duration::from_secs(2);

/// What could not be done now is tried again after this long, and what is not there is looked for once more.
const AGAIN: Duration = Duration::from_secs(30);

/// The longest topic that is carried, in characters; platforms take less.
const LONGEST_TOPIC: usize = 1_000;

/// A channel as it was seen.
struct Sight<'a> {
    member: &'a Member,
    now: ChannelNow,
    at: Timestamp,
}

impl Engine {
    /// Something happened to a channel of a link: it is looked at.
    pub(crate) fn look_soon(&self, channel: ConversationRef, when: Option<Timestamp>) {
        if !self.linked.has(&channel) {
            return;
        }
        self.following.look_soon(channel, when);
    }

    pub(crate) async fn following(self: Arc<Self>, stop: CancellationToken) {
        let mut everything = self.clock.now();
        let mut later: HashMap<ConversationRef, Timestamp> = HashMap::new();
        let mut changed = self.changed.subscribe();
        while !stop.is_cancelled() {
            let sooner = self.following.sooner.notified();
            let now = self.clock.now();
            let all = now.since(everything) >= self.tuning.follow;
            let hints = self.following.hints();
            let due = |at: &ConversationRef| {
                all || hints.contains_key(at) || later.get(at).is_some_and(|due| *due <= now)
            };
            if all || !hints.is_empty() || later.values().any(|due| *due <= now) {
                match self.store.links().await {
                    Ok(links) => {
                        everything = if all { now } else { everything };
                        let mut again = HashMap::new();
                        for link in &links {
                            let which: Vec<_> = link
                                .members
                                .iter()
                                .filter(|member| due(&member.at))
                                .map(|member| (member, hints.get(&member.at).copied().flatten()))
                                .collect();
                            match self.follow(link, &which).await {
                                Ok(true) => {}
                                Ok(false) => again.extend(
                                    which.iter().map(|(member, _)| (member.at.clone(), now.plus(AGAIN))),
                                ),
                                Err(error) => {
                                    tracing::error!(link.id = %link.id, %error, "a link could not be followed");
                                }
                            }
                        }
                        later.retain(|_, due| *due > now);
                        later.extend(again);
                    }
                    Err(error) => tracing::error!(%error, "links could not be read"),
                }
            }
            let next = later.values().map(|due| due.since(now)).min();
            let pause =
                next.unwrap_or(self.tuning.follow).clamp(Duration::from_millis(200), self.tuning.follow);
            tokio::select! {
                () = sooner => tokio::select! {
                    () = tokio::time::sleep(GATHERED) => {}
                    () = stop.cancelled() => {}
                },
                () = tokio::time::sleep(pause) => {}
                // Consent was given, or was lost.
                Ok(()) = changed.changed() => {
                    if let Err(error) = self.look_where_nobody_hears().await {
                        tracing::error!(%error, "who hears in channels could not be read");
                    }
                }
                () = stop.cancelled() => {}
            }
        }
    }

    /// Looks at these channels of a link, and does what follows. `false`: not all could be done now.
    pub(crate) async fn follow(
        &self,
        link: &Link,
        which: &[(&Member, Option<Timestamp>)],
    ) -> Result<bool, StoreError> {
        let mut whole = true;
        let mut sights = Vec::with_capacity(which.len());
        if which.is_empty() {
            return Ok(true);
        }
        for (member, _) in which {
            whole &= self.keep_heard(link, member).await?;
        }
        if !self.store.mirrors(link.id).await?.is_empty() {
            // Groups and their mirrors are followed where they are made, and those in which nothing happens are left alone.
            let told = which.iter().filter(|(_, when)| when.is_some());
            let looks = told.filter_map(|(member, _)| Some(look(member.at.clone(), member.listener?)));
            self.store.accept(looks.collect(), self.now()).await?;
            return Ok(whole);
        }
        for (member, when) in which {
            let Some(client) = self.looker(member).await else { continue };
            match client.look_at(&member.at).await {
                Ok(Some(now)) => {
                    self.following.missed(&member.at, false);
                    let at = when.unwrap_or_else(|| self.clock.now());
                    sights.push(Sight { member, now: plain(now), at });
                }
                Ok(None) | Err(CallError::Gone) => {
                    // Once may be an accident.
                    if self.following.missed(&member.at, true) {
                        self.is_away(link, member, Some(Away::Gone)).await?;
                    } else {
                        whole = false;
                    }
                }
                Err(CallError::Retry { .. } | CallError::Unknown) => whole = false,
                Err(error) => {
                    tracing::debug!(workspace = %member.at.workspace.id, %error, "a channel could not be looked at");
                }
            }
        }
        for sight in &sights {
            self.is_away(link, sight.member, sight.now.archived.then_some(Away::Archived)).await?;
        }
        sights.retain(|sight| !sight.now.archived);
        let carries = link.state == LinkState::Active;
        if !carries || self.carry(link, &sights).await? {
            for Sight { member, now, .. } in &sights {
                let named = !now.title.is_empty();
                let name = if named { self.shown(member, &now.title) } else { member.name.clone() };
                let topic = now.topic.as_deref().or(member.topic.as_deref());
                if name != member.name || topic != member.topic.as_deref() {
                    self.store.see_channel(&member.at, &name, topic, None).await?;
                }
            }
        } else {
            whole = false;
        }
        for Sight { member, .. } in &sights {
            let follows = link.options.notices || link.options.membership;
            if carries && follows && member.flow.gives() {
                whole &= self.see_comings(link, member).await?;
            }
        }
        Ok(whole)
    }

    /// Does in the other channels what was done in these. `false`: not all of it could be done now.
    async fn carry(&self, link: &Link, sights: &[Sight<'_>]) -> Result<bool, StoreError> {
        let mut whole = true;
        // A name of nothing that anybody could see is none that others could have.
        let renamed = |sight: &&Sight<'_>| {
            let title = &sight.now.title;
            sight.member.flow.gives() && !title.is_empty() && !alike(title, self.title(sight.member))
        };
        if let Some(latest) = sights.iter().filter(renamed).max_by_key(|sight| sight.at) {
            for target in link.targets(&latest.member.at) {
                let seen = sights.iter().find(|sight| sight.member.at == target.at);
                let title = seen.map_or_else(|| self.title(target), |seen| &seen.now.title);
                if alike(title, &latest.now.title) {
                    continue;
                }
                let Some(client) = self.looker(target).await else { continue };
                match self.done(target, client.name_channel(&target.at, &latest.now.title).await) {
                    Ok(Some(title)) => {
                        let name = self.shown(target, &title);
                        self.store.see_channel(&target.at, &name, target.topic.as_deref(), None).await?;
                    }
                    Ok(None) => {}
                    Err(()) => whole = false,
                }
            }
        }
        let turned = |sight: &&Sight<'_>| {
            let known = sight.member.topic.as_deref();
            let topic = sight.now.topic.as_deref();
            sight.member.flow.gives() && topic.zip(known).is_some_and(|(now, known)| now != known)
        };
        if let Some(latest) = sights.iter().filter(turned).max_by_key(|sight| sight.at) {
            let topic = latest.now.topic.as_deref().unwrap_or_default();
            for target in link.targets(&latest.member.at) {
                let seen = sights.iter().find(|sight| sight.member.at == target.at);
                let known = seen.map_or(target.topic.as_deref(), |seen| seen.now.topic.as_deref());
                if known.is_none_or(|known| known == topic) {
                    // It says so already, or says nothing about itself.
                    continue;
                }
                let Some(client) = self.looker(target).await else { continue };
                match self.done(target, client.set_topic(&target.at, topic).await) {
                    Ok(Some(topic)) => {
                        // It may have been renamed just now.
                        let now = self.store.link(link.id).await?;
                        let name = now.as_ref().and_then(|link| link.member(&target.at));
                        let name = name.map_or(&target.name, |member| &member.name);
                        self.store.see_channel(&target.at, name, Some(&topic), None).await?;
                    }
                    Ok(None) => {}
                    Err(()) => whole = false,
                }
            }
        }
        Ok(whole)
    }

    /// What came of a change of a channel; `None` where it is refused, which an administrator of that platform may mend.
    fn done(&self, member: &Member, result: Result<String, CallError>) -> Result<Option<String>, ()> {
        match result {
            Ok(now) => Ok(Some(now)),
            Err(CallError::Retry { .. } | CallError::Unknown) => Err(()),
            Err(error) => {
                self.store.count("channels_not_followed", 1);
                tracing::warn!(workspace = %member.at.workspace.id, %error, "a channel could not be changed");
                Ok(None)
            }
        }
    }

    /// Records that a channel is archived or gone, or is there again. A link with such a channel stops; it goes on by nobody but
    /// an administrator.
    async fn is_away(&self, link: &Link, member: &Member, away: Option<Away>) -> Result<(), StoreError> {
        if away == member.away {
            return Ok(());
        }
        let what = format!("“{}” on {}", member.name, self.platform_of(member));
        let now = self.now();
        match (away, &link.state) {
            (Some(away), LinkState::Active) => {
                let reason = format!("{what} {}", said(away));
                let text =
                    format!("{reason}, so nothing is passed on until an administrator resumes the link.");
                let notices = self.announcements(link, member, &text);
                tracing::warn!(link.id = %link.id, "a link stops: {}", away.name());
                self.store.set_link_state(link.id, &LinkState::Paused(reason), notices, now).await?;
            }
            (None, LinkState::Paused(_)) => {
                let text = format!(
                    "{what} is there again. Nothing is passed on until an administrator resumes the link."
                );
                let notices = self.announcements(link, member, &text);
                let reason = format!("{what} is there again; resume the link to let it go on");
                self.store.set_link_state(link.id, &LinkState::Paused(reason), notices, now).await?;
            }
            _ => {}
        }
        self.store.see_channel(&member.at, &member.name, member.topic.as_deref(), away).await?;
        Ok(())
    }

    /// Who looks at a channel and may change it: the app where it is a member, else whoever hears there.
    async fn looker(&self, member: &Member) -> Option<Arc<dyn Client>> {
        let site = self.sites.get(&member.at.workspace.id)?;
        let joins = site.profile().capabilities.channels?.app.joins();
        let login = if joins { site.app_login() } else { member.listener };
        self.client(login?).await.ok().flatten()
    }

    /// The name of a channel, without that of what it is a part of.
    fn title<'a>(&self, member: &'a Member) -> &'a str {
        let whole = member.name.as_str();
        if self.in_parts(member) { whole.rsplit_once('/').map_or(whole, |(_, title)| title) } else { whole }
    }

    /// The same with it.
    fn shown(&self, member: &Member, title: &str) -> String {
        match member.name.rsplit_once('/').filter(|_| self.in_parts(member)) {
            Some((of, _)) => format!("{of}/{title}"),
            None => title.to_owned(),
        }
    }

    fn in_parts(&self, member: &Member) -> bool {
        let site = self.sites.get(&member.at.workspace.id);
        site.and_then(|site| site.profile().capabilities.channels).is_some_and(|channels| channels.parts)
    }
}

/// What became of a channel, behind its name.
pub(crate) fn said(away: Away) -> &'static str {
    match away {
        Away::Archived => "was archived",
        Away::Gone => "is gone, or Entente is not in it any more",
    }
}

/// The same without anything that is no plain line: it is shown in the other rooms too.
fn plain(now: ChannelNow) -> ChannelNow {
    ChannelNow {
        title: plain_line(&now.title, LONGEST_CHANNEL),
        topic: now.topic.map(|topic| plain_line(&topic, LONGEST_TOPIC)),
        ..now
    }
}

/// Whether two names are the same in letters and numbers.
fn alike(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (one_letters, other_letters) = (letters(one), letters(other));
    if one_letters.is_empty() { one == other } else { one_letters == other_letters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_spelling_are_the_same() {
        assert!(alike("Launch Plan", "launch-plan"));
        assert!(alike("launch", "launch"));
        assert!(!alike("launch", "lunch"));
        assert!(!alike("🚀", "🎉"));
        assert!(alike("🚀", "🚀"));
    }
}
