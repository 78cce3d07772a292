//! What a person's chats hold. Graph: "List messages in a chat", "List chats", "Get chat".
//!
//! Lists are newest first, whatever is asked for, so reading from a mark means paging back to it; the number of pages is
//! bounded, and a list that is longer is a gap. Only `lastModifiedDateTime` finds both what is new and what was changed.

use entente_model::{
    CallError, Conversation, ConversationKind, ConversationRef, Destination, MessageRef, Snapshot, Timestamp,
};
use entente_platform::{Call, CatchUp, Mark, Talk};
use http::Method;
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

use crate::client::GraphClient;
use crate::wire::chat::Chat;
use crate::wire::list::List;
use crate::wire::message::ChatMessage;
use crate::{id, parse, refusal};

/// The most pages that are read in one go: at fifty messages each and one call a second in a chat, twenty seconds.
const PAGES: usize = 20;

/// The longest page of messages or chats.
const TOP: usize = 50;

impl GraphClient {
    /// A message.
    pub(crate) async fn one(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        let chat = message.conversation.id.as_str();
        let behind = format!("/{}", id::segment(message.id.as_str()));
        let call = self.messages(Method::GET, chat, &behind, self.limits.read(chat));
        let Some(found) = self.find::<ChatMessage>(call).await? else { return Ok(None) };
        Ok(parse::snapshot(message.clone(), &found).ok())
    }

    /// What is new or changed since the mark.
    pub(crate) async fn read(
        &self,
        conversation: &ConversationRef,
        mark: &Mark,
    ) -> Result<CatchUp, CallError> {
        let (mut snapshots, gap) = self.modified_since(conversation, mark.at).await?;
        if mark.message.is_none() {
            // Nothing was seen yet: what is older is history, even if somebody touched it.
            snapshots.retain(|one| one.created_at >= mark.at);
        }
        // The marked message was seen; it is news only if it changed.
        snapshots.retain(|one| {
            mark.message.as_ref() != Some(&one.message.at.id)
                || one.deleted
                || one.edited_at.is_some_and(|edited| edited > mark.at)
        });
        Ok(CatchUp { snapshots, gap })
    }

    /// What this login's account said.
    pub(crate) async fn sent(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        let conversation = match to {
            Destination::Conversation(conversation) => conversation.clone(),
            // Finding it by its people is what making it does; a chat that is made here is empty and shown to nobody.
            Destination::Direct(account) => {
                id::conversation(&self.site.workspace, &self.direct(account).await?)
            }
        };
        let own = self.own_id().await?;
        self.sent_by(&own, &conversation, since).await
    }

    /// What this person or app said in a chat.
    pub(crate) async fn sent_by(
        &self,
        own: &str,
        conversation: &ConversationRef,
        since: Timestamp,
    ) -> Result<Vec<Snapshot>, CallError> {
        let (mut snapshots, gap) = self.modified_since(conversation, since).await?;
        if gap {
            // What was not seen cannot be said to be absent.
            return Err(CallError::Retry { after: None });
        }
        snapshots
            .retain(|one| !one.deleted && one.created_at >= since && one.message.author.id.as_str() == own);
        Ok(snapshots)
    }

    /// Everything people and apps wrote in a chat that is new or changed since then, oldest first, and whether there is more than was read.
    async fn modified_since(
        &self,
        conversation: &ConversationRef,
        since: Timestamp,
    ) -> Result<(Vec<Snapshot>, bool), CallError> {
        let chat = conversation.id.as_str();
        // The comparison is strict and in milliseconds; repeats are cheaper than omissions.
        let since = since.minus(Duration::from_millis(1));
        // A filter on another property than the order's is ignored by the service without a word.
        let query =
            format!("?$top={TOP}&$orderby=lastModifiedDateTime desc&$filter=lastModifiedDateTime gt {since}");
        let mut call = self.messages(Method::GET, chat, &query, self.limits.read(chat));
        let mut snapshots = Vec::new();
        let mut gap = true;
        for _ in 0..PAGES {
            let page: List<ChatMessage> = self.page(call).await?;
            snapshots.extend(page.value.iter().filter_map(|message| {
                let at = MessageRef { conversation: conversation.clone(), id: message.id.as_str().into() };
                parse::snapshot(at, message).ok().filter(|one| one.message.author.id.as_str() != id::SYSTEM)
            }));
            let Some(next) = page.next else {
                gap = false;
                break;
            };
            call = Call { limits: self.limits.read(chat), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        snapshots.sort_by(|a, b| {
            let key = |one: &Snapshot| (one.created_at, id::written(one.message.at.id.as_str()));
            key(a).cmp(&key(b))
        });
        Ok((snapshots, gap))
    }

    /// What kind of chat it is and who is in it.
    pub(crate) async fn chat(
        &self,
        conversation: &ConversationRef,
    ) -> Result<Option<Conversation>, CallError> {
        let own = self.credentials.account.as_ref().map_or("", |account| account.id.as_str());
        let path = format!("/chats/{}?$expand=members", id::segment(conversation.id.as_str()));
        let limits = self.limits.one_chat(own, conversation.id.as_str());
        let Some(chat) = self.find::<Chat>(self.call(Method::GET, &path, limits)).await? else {
            return Ok(None);
        };
        let (kind, members) = match chat.kind.as_deref() {
            Some("oneOnOne") => (ConversationKind::Direct, chat.members.unwrap_or_default()),
            // What is expanded need not be everybody; only the list of members has pages.
            Some("group") => match self.roster(conversation.id.as_str()).await? {
                Some(members) => (ConversationKind::Group, members),
                None => return Ok(None),
            },
            _ => (ConversationKind::Other, Vec::new()),
        };
        let members = members.into_iter().filter_map(|member| member.user_id);
        let members = members.map(|id| id::account(&self.site.workspace, &id)).collect();
        let name = chat.topic.filter(|_| kind == ConversationKind::Group).filter(|topic| !topic.is_empty());
        Ok(Some(Conversation { at: conversation.clone(), kind, name, members }))
    }

    /// Direct chats in which something was said since then. The list is ordered by the newest message; edits and
    /// reactions do not move a chat up, and are found when the chat is read.
    pub(crate) async fn chats_since(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        let own = self.own_id().await?;
        let limits = || self.limits.chats(&own);
        let path = format!(
            "/me/chats?$top={TOP}&$expand=lastMessagePreview&$orderby=lastMessagePreview/createdDateTime desc"
        );
        let mut call = self.call(Method::GET, &path, limits());
        let mut talks = Vec::new();
        for _ in 0..PAGES {
            let page: List<Chat> = self.page(call).await?;
            for chat in page.value {
                let at = chat
                    .last_message_preview
                    .as_ref()
                    .and_then(|preview| preview.created_date_time.as_deref());
                // A chat in which nothing was said is at the end of the list.
                let Some(at) = at.and_then(Timestamp::parse) else { continue };
                if at < since {
                    return Ok(talks);
                }
                if chat.kind.as_deref() == Some("oneOnOne") {
                    let conversation = id::conversation(&self.site.workspace, &chat.id);
                    talks.push(Talk { conversation, members: Vec::new(), at });
                }
            }
            let Some(next) = page.next else { break };
            call = Call { limits: limits(), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        Ok(talks)
    }

    /// One page of a list.
    pub(crate) async fn page<T: DeserializeOwned>(&self, call: Call) -> Result<List<T>, CallError> {
        let answer = self.send(call).await.map_err(|failure| refusal::graph(&failure))?;
        answer.json().map_err(|_| CallError::Retry { after: None })
    }

    /// Something that may not exist, or not for this login: which of 403 and 404 says so depends on the route.
    pub(crate) async fn find<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>, CallError> {
        match self.send(call).await {
            Ok(answer) => answer.json().map(Some).map_err(|_| CallError::Retry { after: None }),
            Err(failure) if matches!(failure.status.map(|status| status.as_u16()), Some(403 | 404 | 410)) => {
                Ok(None)
            }
            Err(failure) => Err(refusal::graph(&failure)),
        }
    }

    /// Where a list goes on. The link is absolute and followed as it stands, but only within Graph: the token goes with
    /// it.
    pub(crate) fn follow(&self, next: &str) -> Result<Url, CallError> {
        let base = self.url("/");
        let inside = |next: &Url| next.origin() == base.origin() && next.path().starts_with(base.path());
        let next = Url::parse(next).ok().filter(inside);
        next.ok_or_else(|| CallError::Reject("a list goes on outside of Microsoft Graph".to_owned()))
    }
}
