//! Channels by name or id, and who is in them. "conversations.list", "conversations.info", "conversations.members". An app sees
//! all public channels, and private ones that it is in. It may set the topic where it is a member ("conversations.setTopic"), and
//! rename what it has made itself: "only the user that originally created a channel or an admin may rename it".

use entente_model::{AccountRef, CallError, Channel, ChannelNow, ConversationRef};
use serde::Deserialize;

use crate::client::{SlackClient, read};
use crate::id;
use crate::naming::nearest;
use crate::wire::answer::{Metadata, next};
use crate::wire::conversation::{Conversation, Conversations, One};

/// The most pages of channels, and of members.
const PAGES: usize = 50;

/// "conversations.setTopic", in characters.
const LONGEST_TOPIC: usize = 250;

/// A page of members. "conversations.members".
#[derive(Debug, Deserialize)]
struct Members {
    members: Vec<String>,
    response_metadata: Option<Metadata>,
}

/// What was found in a listing of channels.
pub(crate) enum Listing {
    Has(Conversation),
    Lacks,
    /// There are more pages than are looked through: what was not seen cannot be said to be absent.
    TooLong,
}

impl SlackClient {
    /// A channel by its id, or by its name with or without `#`.
    pub(crate) async fn named(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        let wanted = wanted.trim().trim_start_matches('#');
        let found =
            if id::is_plain(wanted) { self.described(wanted).await? } else { self.listed(wanted).await? };
        let is_channel = |found: &Conversation| found.is_im != Some(true) && found.is_mpim != Some(true);
        let Some(found) = found.filter(is_channel) else { return Ok(None) };
        let members = self.members(&found.id).await?;
        Ok(Some(Channel {
            at: id::conversation(&self.workspace, &found.id),
            name: found.name.unwrap_or_else(|| found.id.clone()),
            archived: found.is_archived == Some(true),
            members,
        }))
    }

    /// How a channel stands. That is asked so often that it keeps behind everything else.
    pub(crate) async fn stands(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        let arguments = [("channel", channel.id.as_str())];
        let call = self.call("conversations.info", self.limits.probe("conversations.info")).form(&arguments);
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        let found = read::<One>(&answer)?.channel;
        // A public channel is shown to everybody, in it or not.
        Ok((found.is_member != Some(false)).then(|| now(found)))
    }

    /// Names are in lower case, without spaces and most signs. What the answer says counts.
    pub(crate) async fn call_otherwise(
        &self,
        channel: &ConversationRef,
        title: &str,
    ) -> Result<String, CallError> {
        let name = nearest(title).ok_or_else(|| CallError::Reject("it can have no such name".to_owned()))?;
        let arguments = [("channel", channel.id.as_str()), ("name", &*name)];
        let answer = self.send(self.reading("conversations.rename", &arguments)).await?;
        Ok(read::<One>(&answer)?.channel.name.unwrap_or(name))
    }

    /// Markup would be read as such, so it is escaped.
    pub(crate) async fn say_about(
        &self,
        channel: &ConversationRef,
        topic: &str,
    ) -> Result<String, CallError> {
        let mut escaped = topic.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if escaped.chars().count() > LONGEST_TOPIC {
            let near: String = topic.chars().take(LONGEST_TOPIC / 5).collect();
            escaped = near.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        }
        let arguments = [("channel", channel.id.as_str()), ("topic", &*escaped)];
        let answer = self.send(self.reading("conversations.setTopic", &arguments)).await?;
        Ok(now(read::<One>(&answer)?.channel).topic.unwrap_or_default())
    }

    /// A conversation, if this login may see it.
    pub(crate) async fn described(&self, channel: &str) -> Result<Option<Conversation>, CallError> {
        let call = self.reading("conversations.info", &[("channel", channel)]);
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        read::<One>(&answer).map(|one| Some(one.channel))
    }

    /// A channel by its name, which is unique in a workspace.
    pub(crate) async fn listed(&self, name: &str) -> Result<Option<Conversation>, CallError> {
        let named = |one: &Conversation| one.name.as_deref() == Some(name);
        match self.first("conversations.list", "public_channel,private_channel", named).await? {
            Listing::Has(channel) => Ok(Some(channel)),
            Listing::Lacks => Ok(None),
            Listing::TooLong => Err(CallError::Reject(
                "there are too many channels to look through; name it by its id".to_owned(),
            )),
        }
    }

    /// The first channel of these kinds for which it holds. "conversations.list" has all that can be seen, "users.conversations"
    /// those that the account is in.
    pub(crate) async fn first(
        &self,
        method: &'static str,
        kinds: &str,
        holds: impl Fn(&Conversation) -> bool,
    ) -> Result<Listing, CallError> {
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![("types", kinds), ("limit", "200")];
            arguments.extend(self.team.as_deref().map(|team| ("team_id", team)));
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading(method, &arguments)).await?;
            let page: Conversations = read(&answer)?;
            if let Some(found) = page.channels.into_iter().find(&holds) {
                return Ok(Listing::Has(found));
            }
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                return Ok(Listing::Lacks);
            }
        }
        Ok(Listing::TooLong)
    }

    /// Everybody in a conversation.
    pub(crate) async fn members(&self, channel: &str) -> Result<Vec<AccountRef>, CallError> {
        let mut members = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![("channel", channel), ("limit", "200")];
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading("conversations.members", &arguments)).await?;
            let page: Members = read(&answer)?;
            members.extend(page.members.iter().map(|member| id::account(&self.workspace, member)));
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                break;
            }
        }
        Ok(members)
    }
}

fn now(channel: Conversation) -> ChannelNow {
    let topic = channel.topic.and_then(|topic| topic.value).unwrap_or_default();
    ChannelNow {
        title: channel.name.unwrap_or(channel.id),
        topic: Some(crate::text_in::unescaped(&topic)),
        archived: channel.is_archived == Some(true),
    }
}
