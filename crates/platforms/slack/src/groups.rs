//! Groups: direct messages of several, and private channels in their place. "conversations.open", "conversations.create",
//! "conversations.invite", "conversations.kick", "conversations.leave", "conversations.rename", "conversations.members".
//!
//! - The same few people always have the same direct messages ("conversations.open" finds or makes them), whoever is in them
//!   never changes, and they have no name. If there were some already, they belong to another wish, and a private channel is
//!   made for this one.
//! - More than eight beside the app, fewer than two, or somebody whom Slack does not let be written to: a private channel. Its
//!   name is unique in the workspace; it is made of the name that is wanted and the mark, by which the channel is found again.
//!   What a private channel is called is therefore ours, and told to nobody as a name.

use entente_model::{AccountRef, CallError, ConversationRef, Timestamp};
use entente_platform::{Effect, Failure, MadeGroup, WantedGroup};

use crate::channels::Listing;
use crate::client::SlackClient;
use crate::naming::{mark_of, nearest, with_mark};
use crate::wire::conversation::{Conversation, One, Opened};
use crate::{id, refusal};

/// "conversations.open": the fewest and the most people beside oneself in direct messages of several.
const FEWEST: usize = 2;
const MOST: usize = 8;

/// Why nobody comes or goes.
const FIXED: &str = "who is in a group message of Slack never changes";

/// What is said of conversations that are no channels.
const NO_CHANNEL: &str = "method_not_supported_for_channel_type";

impl SlackClient {
    /// Makes direct messages of several, or a private channel.
    pub(crate) async fn gather(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        if let Some(users) = self.few(wanted).await?
            && let Some(channel) = self.open(&users).await?
        {
            return Ok(MadeGroup { at: id::conversation(&self.workspace, &channel), channel: false });
        }
        let arguments = [("name", &*with_mark(wanted.name, wanted.mark)), ("is_private", "true")];
        let call = self.reading("conversations.create", &arguments).effect(Effect::Once).visible();
        match self.send(call).await {
            Ok(answer) => {
                let made: One = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
                let at = id::conversation(&self.workspace, &made.channel.id);
                Ok(MadeGroup { at, channel: true })
            }
            // Nobody else has the mark, so it was made by an earlier call.
            Err(failure) if refusal::code(&failure).as_deref() == Some("name_taken") => {
                Err(CallError::Unknown)
            }
            Err(failure) => Err(failure.error),
        }
    }

    /// The private channel of this mark, or else the direct messages that came about since then.
    pub(crate) async fn find_gathered(
        &self,
        wanted: &WantedGroup<'_>,
        since: Timestamp,
    ) -> Result<Option<MadeGroup>, CallError> {
        if let Some(channel) = self.marked(wanted.mark).await? {
            return Ok(Some(MadeGroup { at: id::conversation(&self.workspace, &channel), channel: true }));
        }
        let Some(users) = self.few(wanted).await? else { return Ok(None) };
        let Some(channel) = self.opened(&users).await? else { return Ok(None) };
        let Some(found) = self.described(&channel).await? else { return Ok(None) };
        // Told in whole seconds, which may have begun before the wish.
        let second = since.0.div_euclid(1_000_000);
        let fresh = found.created.ok_or(CallError::Retry { after: None })? >= second;
        let at = id::conversation(&self.workspace, &channel);
        Ok(fresh.then_some(MadeGroup { at, channel: false }))
    }

    /// Lets somebody into a private channel.
    pub(crate) async fn invite(
        &self,
        group: &ConversationRef,
        account: &AccountRef,
    ) -> Result<(), CallError> {
        let arguments = [("channel", group.id.as_str()), ("users", account.id.as_str())];
        let Err(failure) = self.send(self.reading("conversations.invite", &arguments)).await else {
            return Ok(());
        };
        match refusal::code(&failure).as_deref() {
            Some("already_in_channel" | "cant_invite_self") => Ok(()),
            Some(NO_CHANNEL) if self.is_in(group, account).await? => Ok(()),
            Some(NO_CHANNEL) => Err(CallError::Reject(FIXED.to_owned())),
            _ => Err(failure.error),
        }
    }

    /// Takes somebody out of a private channel.
    pub(crate) async fn kick(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        let (channel, user) = (group.id.as_str(), account.id.as_str());
        let own = self.own_id().await? == user;
        let call = if own {
            self.reading("conversations.leave", &[("channel", channel)])
        } else {
            self.reading("conversations.kick", &[("channel", channel), ("user", user)])
        };
        let Err(failure) = self.send(call).await else { return Ok(()) };
        match (refusal::code(&failure).as_deref(), &failure) {
            // "conversations.leave" says so without a code; whoever has left sees the channel no more.
            (None, failure) if own && refusal::is_not_in_channel(failure) => Ok(()),
            (_, Failure { error: CallError::Gone, .. }) if own => Ok(()),
            (Some("not_in_channel" | NO_CHANNEL | "user_not_found"), _)
                if !self.is_in(group, account).await? =>
            {
                Ok(())
            }
            (Some(NO_CHANNEL), _) => Err(CallError::Reject(FIXED.to_owned())),
            _ => Err(failure.error),
        }
    }

    /// Names a private channel, which keeps its mark.
    pub(crate) async fn name(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        let channel = group.id.as_str();
        let found = self.described(channel).await?.ok_or(CallError::Gone)?;
        if found.is_mpim == Some(true) || found.is_im == Some(true) {
            return Err(CallError::Reject("group messages of Slack have no names".to_owned()));
        }
        let name = match found.name.as_deref().and_then(mark_of) {
            Some(mark) => with_mark(name, mark),
            None => nearest(name).ok_or_else(|| CallError::Reject("it can have no such name".to_owned()))?,
        };
        if found.name.as_deref() == Some(&name) {
            return Ok(());
        }
        let call = self.reading("conversations.rename", &[("channel", channel), ("name", &name)]);
        self.send(call).await.map(drop).map_err(|failure| failure.error)
    }

    /// Those whom direct messages of several would be with, if they are neither too few nor too many.
    async fn few(&self, wanted: &WantedGroup<'_>) -> Result<Option<String>, CallError> {
        let own = self.own_id().await?;
        let mut users: Vec<&str> = wanted.members.iter().map(|member| member.id.as_str()).collect();
        users.retain(|user| *user != own);
        Ok((FEWEST..=MOST).contains(&users.len()).then(|| users.join(",")))
    }

    /// Direct messages of several. `None`: there were some already, or never will be; both are certain.
    async fn open(&self, users: &str) -> Result<Option<String>, CallError> {
        // It can be repeated, but then nobody knows any more whose they are.
        let call = self.reading("conversations.open", &[("users", users)]).effect(Effect::Once).visible();
        let answer = match self.send(call).await {
            Ok(answer) => answer,
            Err(failure) => {
                let code = refusal::code(&failure);
                return match code.as_deref() {
                    Some(
                        "user_not_found" | "user_disabled" | "user_not_visible" | "invalid_user_combination",
                    ) => Ok(None),
                    _ => Err(failure.error),
                };
            }
        };
        let opened: Opened = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok((opened.already_open != Some(true)).then_some(opened.channel.id))
    }

    /// The direct messages of these, if there are any.
    async fn opened(&self, users: &str) -> Result<Option<String>, CallError> {
        let arguments = [("users", users), ("prevent_creation", "true")];
        let Some(answer) = self.find(self.reading("conversations.open", &arguments)).await? else {
            return Ok(None);
        };
        // Where none may be made, the answer has no conversation.
        let opened: Result<One, _> = serde_json::from_slice(&answer.body);
        Ok(opened.ok().map(|opened| opened.channel.id))
    }

    /// The private channel of this mark, among those that the account is in.
    async fn marked(&self, mark: &str) -> Result<Option<String>, CallError> {
        let ours = |one: &Conversation| one.name.as_deref().and_then(mark_of) == Some(mark);
        match self.first("users.conversations", "private_channel", ours).await? {
            Listing::Has(channel) => Ok(Some(channel.id)),
            Listing::Lacks => Ok(None),
            Listing::TooLong => Err(CallError::Retry { after: None }),
        }
    }

    async fn is_in(&self, group: &ConversationRef, account: &AccountRef) -> Result<bool, CallError> {
        Ok(self.members(group.id.as_str()).await?.contains(account))
    }
}
