//! Channels by name or id, and who is in them. "conversations.list", "conversations.info", "conversations.members". An app sees
//! all public channels, and private ones that it is in. It may set the topic where it is a member ("conversations.setTopic"), and
//! rename what it has made itself: "only the user that originally created a channel or an admin may rename it".

use entente_model::{AccountRef, CallError, Channel, ChannelNow, ConversationRef};
use serde::Deserialize;

use crate::client::{SlackClient, read};
use crate::id;
use crate::wire::answer::{Metadata, next};
use crate::wire::conversation::{Conversation, Conversations, One};

/// The most pages of channels, and of members.
const PAGES: usize = 50;

/// "conversations.setTopic", in characters.
const LONGEST_TOPIC: usize = 250;

/// "conversations.create": the longest name, in characters.
const LONGEST_NAME: usize = 80;

/// A page of members. "conversations.members".
#[derive(Debug, Deserialize)]
struct Members {
    members: Vec<String>,
    response_metadata: Option<Metadata>,
}

impl SlackClient {
    /// A channel by its id, or by its name with or without `#`.
    pub(crate) async fn named(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        let wanted = wanted.trim().trim_start_matches('#');
        let found = if id::is_plain(wanted) {
            let call = self.reading("conversations.info", &[("channel", wanted)]);
            match self.find(call).await? {
                Some(answer) => Some(read::<One>(&answer)?.channel),
                None => None,
            }
        } else {
            self.listed(wanted).await?
        };
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
        let name = name(title).ok_or_else(|| CallError::Reject("it can have no such name".to_owned()))?;
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

    /// A channel by its name, which is unique in a workspace.
    pub(crate) async fn listed(&self, name: &str) -> Result<Option<Conversation>, CallError> {
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![("types", "public_channel,private_channel"), ("limit", "200")];
            arguments.extend(self.team.as_deref().map(|team| ("team_id", team)));
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading("conversations.list", &arguments)).await?;
            let page: Conversations = read(&answer)?;
            if let Some(found) = page.channels.into_iter().find(|one| one.name.as_deref() == Some(name)) {
                return Ok(Some(found));
            }
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                return Ok(None);
            }
        }
        Err(CallError::Reject("there are too many channels to look through; name it by its id".to_owned()))
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

/// The nearest name that a channel can have: letters in lower case, numbers, `-` and `_`.
pub(crate) fn name(title: &str) -> Option<String> {
    let mut name = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_lowercase() || c.is_numeric() || c == '_' {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name: String = name.trim_matches('-').chars().take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_near_as_they_can_be() {
        for (title, nearest) in [
            ("Launch Plan", Some("launch-plan")),
            ("  Q3: Größe & Ziel!  ", Some("q3-größe-ziel")),
            ("a--b_c", Some("a-b_c")),
            ("会議", Some("会議").filter(|_| '会'.is_lowercase())),
            ("🚀", None),
        ] {
            assert_eq!(name(title).as_deref(), nearest, "{title}");
        }
        assert_eq!(name(&"x".repeat(200)).map(|name| name.len()), Some(LONGEST_NAME));
    }
}
