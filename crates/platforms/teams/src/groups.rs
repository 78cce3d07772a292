//! Group chats: made by somebody who should be in them, found again after a lost answer, and who is in them and what they are
//! called. Graph: "Create chat", "List chats", "List members of a chat", "Add member to a chat", "Remove member from chat",
//! "Update chat"; all by delegated `Chat.ReadWrite`, which people consent to anyway.
//!
//! Nothing that Graph keeps tells two groups of the same people and name apart, so what was made is known by its name, its
//! people and its time. What Graph answers for somebody who is in a group already, or not any more, is not documented: who is
//! in it is read first, and again if letting somebody in is refused.
//!
//! The Entente app is no person: it is brought into a group by installing it there ([`crate::installing`]).

use std::collections::BTreeSet;
use std::time::Duration;

use entente_model::{AccountRef, CallError, ConversationRef, Timestamp};
use entente_platform::{Call, Effect, Failure, MadeGroup, WantedGroup};
use http::Method;

use crate::bot::own_id;
use crate::client::GraphClient;
use crate::wire::chat::{Chat, Member};
use crate::wire::list::List;
use crate::wire::outgoing::Topic;
use crate::{id, refusal, render};

/// The longest name of a group, in characters. Graph: "Update chat", `topic`.
const LONGEST: usize = 250;

/// The most pages of members or of chats that are read.
const PAGES: usize = 20;

/// The longest page of chats.
const TOP: usize = 50;

impl GraphClient {
    /// Makes a group of this login's account and those who are wanted, all at once. The app is left to be let in.
    pub(crate) async fn gather(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        let people = self.people_wanted(wanted).await?;
        let addresses = people.iter().map(|one| self.person(one));
        let chat = render::group(topic(wanted.name), addresses);
        let call = self.call(Method::POST, "/chats", self.limits.make_chat()).json(&chat).visible();
        let answer = self.send(call).await.map_err(|failure| match status(&failure) {
            Some(404) => somebody_unknown(),
            _ => refusal::graph(&failure),
        })?;
        let chat: Chat = answer.json()?;
        Ok(self.made(&chat))
    }

    /// The group that was made for this wish, if it was.
    pub(crate) async fn gathered(
        &self,
        wanted: &WantedGroup<'_>,
        since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        let own = self.own_id().await?;
        let people = self.people_wanted(wanted).await?;
        let topic = topic(wanted.name);
        // Graph's times are in milliseconds; and a group is changed when it is made, at the latest.
        let since = since.minus(Duration::from_millis(1));
        let path = format!("/me/chats?$top={TOP}&$filter=lastUpdatedDateTime gt {since}");
        let mut call = self.call(Method::GET, &path, self.limits.chats(&own));
        for _ in 0..PAGES {
            let page: List<Chat> = self.page(call).await?;
            for chat in page.value {
                let made = chat.created_date_time.as_deref().and_then(Timestamp::parse);
                if chat.kind.as_deref() != Some("group")
                    || chat.topic.as_deref() != Some(topic.as_str())
                    || made.is_none_or(|made| made <= since)
                {
                    continue;
                }
                let members = self.roster(&chat.id).await?.unwrap_or_default();
                let members: BTreeSet<_> = members.into_iter().filter_map(|member| member.user_id).collect();
                if members == people {
                    return Ok(Some(self.made(&chat)));
                }
            }
            let Some(next) = page.next else { return Ok(None) };
            let limits = self.limits.chats(&own);
            call = Call { limits, ..Call::new(Method::GET, self.follow(&next)?) };
        }
        // What was not seen cannot be said to be absent.
        Err(CallError::Retry { after: None })
    }

    /// Lets somebody in, who reads from now on. The app is installed instead.
    pub(crate) async fn bring(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        let (chat, who) = (group.id.as_str(), account.id.as_str());
        if who == own_id(&self.site.client_id) {
            return self.install(chat).await;
        }
        if self.membership(chat, who).await?.is_some() {
            return Ok(());
        }
        let member = render::member(self.person(who));
        let path = format!("/chats/{}/members", id::segment(chat));
        let call = self.call(Method::POST, &path, self.limits.roster(chat)).json(&member);
        let Err(failure) = self.send(call.effect(Effect::Repeatable)).await else { return Ok(()) };
        match status(&failure) {
            // Somebody else may have been quicker.
            Some(400 | 409) if self.membership(chat, who).await?.is_some() => Ok(()),
            // The chat is there: it was read just now.
            Some(404) => Err(somebody_unknown()),
            _ => Err(refusal::graph(&failure)),
        }
    }

    /// Takes somebody out.
    pub(crate) async fn put_out(
        &self,
        group: &ConversationRef,
        account: &AccountRef,
    ) -> Result<(), CallError> {
        let (chat, who) = (group.id.as_str(), account.id.as_str());
        let Some(membership) = self.membership(chat, who).await? else { return Ok(()) };
        let path = format!("/chats/{}/members/{}", id::segment(chat), id::segment(&membership));
        match self.send(self.call(Method::DELETE, &path, self.limits.roster(chat))).await {
            Ok(_) => Ok(()),
            Err(failure) if status(&failure) == Some(404) => Ok(()),
            Err(failure) => Err(refusal::graph(&failure)),
        }
    }

    /// Names a group.
    pub(crate) async fn name_group(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        let chat = group.id.as_str();
        let path = format!("/chats/{}", id::segment(chat));
        let call =
            self.call(Method::PATCH, &path, self.limits.change(chat)).json(&Topic { topic: &topic(name) });
        let sent = self.send(call.effect(Effect::Repeatable)).await;
        sent.map(|_| ()).map_err(|failure| refusal::graph(&failure))
    }

    /// Everybody in a chat; `None` if it is not for this login.
    pub(crate) async fn roster(&self, chat: &str) -> Result<Option<Vec<Member>>, CallError> {
        let path = format!("/chats/{}/members", id::segment(chat));
        let mut call = self.call(Method::GET, &path, self.limits.read(chat));
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let Some(page) = self.find::<List<Member>>(call).await? else { return Ok(None) };
            all.extend(page.value);
            let Some(next) = page.next else { break };
            call = Call { limits: self.limits.read(chat), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        Ok(Some(all))
    }

    /// The id of somebody's membership, if they are in the chat.
    async fn membership(&self, chat: &str, who: &str) -> Result<Option<String>, CallError> {
        let members = self.roster(chat).await?.ok_or_else(|| {
            CallError::Reject("the account that should change the group is not in it".to_owned())
        })?;
        let found = members.into_iter().find(|member| member.user_id.as_deref() == Some(who));
        // Without its id a membership can neither be ended nor be said to be absent.
        found.map(|member| member.id.ok_or(CallError::Retry { after: None })).transpose()
    }

    /// The object ids of the people who should be in a group, this login's own among them.
    async fn people_wanted(&self, wanted: &WantedGroup<'_>) -> Result<BTreeSet<String>, CallError> {
        let app = own_id(&self.site.client_id);
        let people = wanted.members.iter().map(|one| one.id.as_str()).filter(|one| *one != app);
        let mut people: BTreeSet<String> = people.map(str::to_owned).collect();
        people.insert(self.own_id().await?);
        Ok(people)
    }

    fn made(&self, chat: &Chat) -> MadeGroup {
        MadeGroup { at: id::conversation(&self.site.workspace, &chat.id), channel: false }
    }

    /// Somebody's address in Graph, by object id.
    pub(crate) fn person(&self, who: &str) -> String {
        self.url(&format!("/users('{}')", id::segment(who))).to_string()
    }
}

/// A name as Graph takes it: not too long, and without a colon, which it refuses. Graph: "Update chat".
fn topic(name: &str) -> String {
    name.trim().replace(':', "-").chars().take(LONGEST).collect()
}

fn somebody_unknown() -> CallError {
    CallError::Reject("somebody who should be in the group is not in Microsoft's directory".to_owned())
}

pub(crate) fn status(failure: &Failure) -> Option<u16> {
    failure.status.map(|status| status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_fit() {
        assert_eq!(topic(" Launch: 10:30 "), "Launch- 10-30");
        assert_eq!(topic(&"é".repeat(300)).chars().count(), LONGEST);
    }
}
