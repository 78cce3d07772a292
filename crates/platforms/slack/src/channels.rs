//! Channels by name or id, and who is in them. "conversations.list", "conversations.info", "conversations.members". An app sees
//! all public channels, and private ones that it is in.

use entente_model::{AccountRef, CallError, Channel};
use serde::Deserialize;

use crate::client::{SlackClient, read};
use crate::id;
use crate::wire::answer::{Metadata, next};
use crate::wire::conversation::{Conversation, Conversations, One};

/// The most pages of channels, and of members.
const PAGES: usize = 50;

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
        let Some(found) = found.filter(|found| found.is_im != Some(true)) else { return Ok(None) };
        let members = self.members(&found.id).await?;
        Ok(Some(Channel {
            at: id::conversation(&self.workspace, &found.id),
            name: found.name.unwrap_or_else(|| found.id.clone()),
            archived: found.is_archived == Some(true),
            members,
        }))
    }

    /// A channel by its name, which is unique in a workspace.
    async fn listed(&self, name: &str) -> Result<Option<Conversation>, CallError> {
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

    async fn members(&self, channel: &str) -> Result<Vec<AccountRef>, CallError> {
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
