//! Channels by name or id, and who is in them. "List user's channels", "Get a channel", "List channel members". A person sees
//! those that they are in; a chatbot sees none, and says what it says without being a member.

use std::collections::{HashMap, HashSet};

use entente_model::{CallError, Channel, ChannelNow, ConversationRef, Timestamp};
use entente_platform::{Call, ChannelHead, Effect, Item};
use http::Method;
use serde::Deserialize;

use crate::client::{ZoomClient, read};
use crate::hook::ZoomReceiver;
use crate::id::Place;
use crate::wire::event::Event;
use crate::wire::filled;
use crate::{id, refusal};

/// The most pages of channels, and of members.
const PAGES: usize = 50;

/// "Create a channel": the longest name, in characters.
pub(crate) const LONGEST_NAME: usize = 128;

/// Whoever is nobody that we can name.
const NOBODY: &str = "nobody";

/// A page of channels.
#[derive(Debug, Deserialize)]
struct Channels {
    channels: Vec<One>,
    next_page_token: Option<String>,
}

/// A channel.
#[derive(Debug, Deserialize)]
pub(crate) struct One {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// 1 to 5; 4 is a group chat.
    #[serde(rename = "type")]
    pub(crate) kind: Option<u8>,
}

/// A page of members.
#[derive(Debug, Deserialize)]
struct Members {
    members: Vec<Member>,
    next_page_token: Option<String>,
}

/// Somebody in a channel. Of people of other accounts only the member id is told.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: Option<String>,
    /// Outlives a change of the address.
    #[serde(rename = "member_id")]
    lasting: Option<String>,
    email: Option<String>,
    /// `owner`, `admin`, `member`.
    pub(crate) role: Option<String>,
    is_external: Option<bool>,
}

/// The people in a channel, by what history names them by.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_email: HashMap<String, String>,
    by_member: HashMap<String, String>,
    /// Member ids of people of other accounts, who have no other.
    outside: HashSet<String>,
}

impl People {
    /// The user id of whoever wrote a message, by address or member id. What the chatbot said is nobody's.
    pub(crate) fn who(&self, sender: Option<&str>, member: Option<&str>) -> &str {
        let outside = filled(member).and_then(|member| self.outside.get(member));
        let member = filled(member).and_then(|member| self.by_member.get(member));
        let email = filled(sender).map(str::to_lowercase);
        let email = email.and_then(|email| self.by_email.get(&email));
        member.or(email).or(outside).map_or(NOBODY, String::as_str)
    }
}

impl ZoomClient {
    /// A channel by its id, or by its name.
    pub(crate) async fn named(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        let wanted = wanted.trim();
        let mut found = None;
        if id::is_id(wanted) {
            // What cannot be an id may be a name.
            found = self.channel_of(wanted).await?;
        }
        let found = match found {
            Some(found) => found,
            None => match self.of_name(wanted).await? {
                Some(found) => found,
                None => return Ok(None),
            },
        };
        let members = self.members(&found.id).await?;
        let accounts = members.iter().filter_map(|member| filled(member.id.as_deref()));
        Ok(Some(Channel {
            at: id::channel_at(&self.workspace, &found.id),
            name: found.name.unwrap_or_else(|| found.id.clone()),
            archived: false,
            members: accounts.map(|member| id::account(&self.workspace, member)).collect(),
        }))
    }

    /// How a channel stands. That one is archived is not told; channels have no topic.
    pub(crate) async fn stands(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        let Some(channel) = id::channel(channel) else { return Ok(None) };
        let path = ["/chat/users/me/channels/", &id::segment(channel)].concat();
        match self.send(self.get(&path, self.limits.medium())?).await.map_err(refusal::call) {
            Ok(answer) => {
                let found = read::<One>(&answer)?;
                let title = found.name.unwrap_or(found.id);
                Ok(Some(ChannelNow { title, topic: None, archived: false }))
            }
            Err(CallError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// "Update a channel", which its owner may. Answered without a body.
    pub(crate) async fn call_otherwise(
        &self,
        channel: &ConversationRef,
        title: &str,
    ) -> Result<String, CallError> {
        #[derive(serde::Serialize)]
        struct Changed<'a> {
            name: &'a str,
        }
        let channel = id::channel(channel).ok_or(CallError::Gone)?;
        let name: String = title.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let path = ["/chat/users/me/channels/", &id::segment(channel)].concat();
        let limits = self.limits.medium();
        let call = Call { limits, ..Call::new(Method::PATCH, self.url(&path)?) };
        let call = call.effect(Effect::Repeatable).json(&Changed { name: &name });
        self.send(call).await.map_err(refusal::call)?;
        Ok(name)
    }

    /// A channel that this login is in. "Get a channel".
    pub(crate) async fn channel_of(&self, channel: &str) -> Result<Option<One>, CallError> {
        let path = ["/chat/users/me/channels/", &id::segment(channel)].concat();
        match self.send(self.get(&path, self.limits.medium())?).await.map_err(refusal::call) {
            Ok(answer) => Ok(Some(read(&answer)?)),
            Err(CallError::Gone | CallError::Reject(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The user ids of those in a channel. People of other accounts have none here.
    pub(crate) async fn accounts_in(&self, channel: &str) -> Result<Vec<String>, CallError> {
        let members = self.members(channel).await?;
        Ok(members.into_iter().filter_map(|member| member.id).filter(|id| !id.is_empty()).collect())
    }

    async fn of_name(&self, wanted: &str) -> Result<Option<One>, CallError> {
        let mut found = self.channels_named(wanted).await?;
        if found.len() > 1 {
            return Err(CallError::Reject(format!(
                "several channels are called “{wanted}”; name one by its id"
            )));
        }
        Ok(found.pop())
    }

    /// Those of this name that this login is in.
    pub(crate) async fn channels_named(&self, wanted: &str) -> Result<Vec<One>, CallError> {
        let call = self.get("/chat/users/me/channels?page_size=50", self.limits.medium())?;
        let (mut next, mut found) = (call.clone(), Vec::new());
        for _ in 0..PAGES {
            let answer = self.send(next).await.map_err(refusal::call)?;
            let page: Channels = read(&answer)?;
            found.extend(page.channels.into_iter().filter(|one| one.name.as_deref() == Some(wanted)));
            let Some(token) = filled(page.next_page_token.as_deref()) else { break };
            next = call.clone();
            next.url.query_pairs_mut().append_pair("next_page_token", token);
        }
        Ok(found)
    }

    pub(crate) async fn members(&self, channel: &str) -> Result<Vec<Member>, CallError> {
        let path = ["/chat/users/me/channels/", &id::segment(channel), "/members?page_size=100"].concat();
        let call = self.get(&path, self.limits.medium())?;
        let (mut next, mut members) = (call.clone(), Vec::new());
        for _ in 0..PAGES {
            let answer = self.send(next).await.map_err(refusal::call)?;
            let page: Members = read(&answer)?;
            members.extend(page.members);
            let Some(token) = filled(page.next_page_token.as_deref()) else { break };
            next = call.clone();
            next.url.query_pairs_mut().append_pair("next_page_token", token);
        }
        Ok(members)
    }

    /// The people in a channel; of a direct conversation both are known already.
    pub(crate) async fn people_of(&self, at: Place<'_>) -> Result<People, CallError> {
        let mut people = People::default();
        let Some(channel) = at.channel() else { return Ok(people) };
        for member in self.members(channel).await? {
            let Some(id) = filled(member.id.as_deref()) else {
                let outside = member.lasting.filter(|id| member.is_external == Some(true) && !id.is_empty());
                people.outside.extend(outside);
                continue;
            };
            if let Some(email) = filled(member.email.as_deref()) {
                people.by_email.insert(email.to_lowercase(), id.to_owned());
            }
            if let Some(member) = filled(member.lasting.as_deref()) {
                people.by_member.insert(member.to_owned(), id.to_owned());
            }
        }
        Ok(people)
    }
}

/// A report about a channel itself, `object` with its id.
pub(crate) fn reported(receiver: &ZoomReceiver, event: &Event<'_>) -> Option<Item> {
    let about_itself = matches!(
        &*event.name,
        "chat_channel.updated"
            | "chat_channel.deleted"
            | "team_chat.channel_archived"
            | "team_chat.channel_unarchived"
    );
    if !about_itself {
        return None;
    }
    let about: About = serde_json::from_str(event.payload?.get()).ok()?;
    let at = id::channel_at(&receiver.workspace, Some(&*about.object.id).filter(|id| id::is_id(id))?);
    Some(Item::Channel(ChannelHead { at, when: event.at.map(Timestamp::from_millis) }))
}

/// What a report about a channel itself names.
#[derive(serde::Deserialize)]
struct About {
    object: Named,
}

#[derive(serde::Deserialize)]
struct Named {
    #[serde(alias = "channel_id")]
    id: String,
}
