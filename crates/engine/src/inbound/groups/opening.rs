//! What a mirror needs before anything is said in it: everybody who can be in it, and a word of what it is, there and where the
//! group began.

use entente_model::{AccountRef, ConversationKind, LoginId, Mirror, MirrorState};
use entente_platform::Presence;
use entente_store::Present;

use super::ears::presence;
use super::making::Wish;
use super::name_of;
use super::people::called;
use super::words::Opening;
use crate::Engine;
use crate::inbound::refusal::{answered, refused};
use crate::inbound::{Hold, Reported};

/// Why somebody is in a mirror by name only.
const NOTHING_THERE: &str = "nothing stands in for them here; what they write has their name in front";

impl Engine {
    /// Lets in whoever is missing, and says what the mirror is.
    pub(super) async fn complete_mirror(&self, wish: &Wish<'_>, by: LoginId) -> Result<(), Hold> {
        let at = wish.workspace.at();
        let link = self.store.link(wish.link.id).await?;
        let link = link.as_ref().unwrap_or(wish.link);
        let Some(member) = link.members.iter().find(|member| member.at.workspace == *at) else {
            return Ok(());
        };
        let Some(client) = self.client_or_hold(by).await? else { return Err(Hold::Later(None)) };
        let found = match answered(client.conversation(&member.at).await)? {
            Ok(Some(found)) => found,
            Ok(None) => return Err(Hold::Later(None)),
            Err(error) => {
                let state = MirrorState::Refused { reason: error.to_string(), at: self.clock.now() };
                self.store.set_mirror(link.id, &Mirror { workspace: at.clone(), state }).await?;
                return Ok(());
            }
        };
        let (mut missing, mut present) = (Vec::new(), Vec::new());
        for one in wish.people {
            let why = match one.account_in(at) {
                Some(account) if found.members.contains(account) => None,
                Some(account) => refused(client.admit(&member.at, account).await)?,
                None => Some(NOTHING_THERE.to_owned()),
            };
            match why {
                Some(why) => missing.push((called(one), why)),
                None => present.push(one.person.id),
            }
        }
        for service in wish.service.iter().filter(|service| !found.members.contains(service)) {
            if refused(client.admit(&member.at, service).await)?.is_some() {
                self.store.count("listeners_left_out", 1);
            }
        }
        if let Some(name) = name_of(&found) {
            // What somebody calls it later differs from what its platform made of our name.
            self.store.see_channel(&member.at, &name, None, None).await?;
        }
        let works_on = |one| self.sites.home(one).map_or("elsewhere", |home| home.profile().name);
        let people: Vec<_> = wish.people.iter().map(|one| (called(one), works_on(&one.person))).collect();
        let opening = Opening {
            group: &link.name,
            home: link.members.first().map_or("another platform", |home| self.platform_of(home)),
            there: wish.workspace.profile().name,
            people: &people,
            missing: &missing,
            channel: found.kind == ConversationKind::GroupChannel,
            deaf: member.listener.is_none(),
        };
        let here = self.announcement(&member.at, &opening.in_mirror());
        let begun_at = link.members.first().filter(|_| wish.app_at_home);
        let there = begun_at.and_then(|home| self.announcement(&home.at, &opening.in_group()));
        let notices = here.into_iter().chain(there).collect();
        let present: Vec<_> =
            present.into_iter().map(|person| Present { at: member.at.clone(), person }).collect();
        self.store.mirror_ready(link.id, at, &present, notices, self.clock.now()).await?;
        Ok(())
    }

    /// Whether the app can speak where the group began; it is let in where it must be a member.
    pub(super) async fn app_at_home(
        &self,
        reported: &Reported<'_>,
        members: &[AccountRef],
    ) -> Result<bool, Hold> {
        let here = reported.workspace;
        let groups = here.profile().capabilities.groups;
        if groups.is_some_and(|groups| groups.app_anywhere) {
            return Ok(true);
        }
        let Some(app) = here.app_login() else { return Ok(false) };
        let app = self.store.login(app).await?.and_then(|login| login.account);
        let Some(app) = app.filter(|_| presence(here).is_some_and(Presence::joins)) else { return Ok(false) };
        if members.contains(&app) {
            return Ok(true);
        }
        if groups.is_none_or(|groups| groups.fixed) {
            return Ok(false);
        }
        for client in self.listeners(reported).await? {
            if refused(client.admit(reported.conversation, &app).await)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
