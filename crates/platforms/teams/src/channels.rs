//! Channels, by the app's right: which there are, who is in them, what they hold, and that it is reported. Graph: "List teams",
//! "List channels", "List members of team", "List channel messages", "Get chatMessage in a channel or chat"; application
//! permissions `Team.ReadBasic.All`, `Channel.ReadBasic.All`, `TeamMember.Read.All` and `ChannelMessage.Read.All`; and what they
//! are called, "Get channel", "Update channel", with `ChannelSettings.ReadWrite.All`.
//!
//! Threads are listed by the latest thing that happened in them, replies with them, so reading from a mark means listing
//! until a thread in which nothing has happened since.

use entente_model::{
    Account, AccountRef, CallError, ChannelNow, ConversationRef, MessageRef, Snapshot, Timestamp,
};
use entente_platform::{Call, CatchUp, Effect, Mark};
use http::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::client::GraphClient;
use crate::wire::chat::Member;
use crate::wire::list::List;
use crate::wire::message::ChatMessage;
use crate::{id, parse, refusal};

/// The most pages of threads that are read in one go, and of teams, channels and members.
const PAGES: usize = 20;

/// A page of threads.
pub(crate) const TOP: usize = 50;

/// A team or a channel.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) display_name: Option<String>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) created_date_time: Option<String>,
}

/// A channel with what it says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    id: String,
    display_name: Option<String>,
    description: Option<String>,
    is_archived: Option<bool>,
}

/// What a channel is from now on.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Changed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'a str>,
}

/// Graph: "Create channel": the longest name and description, in characters.
const LONGEST_NAME: usize = 50;
const LONGEST_ABOUT: usize = 1024;

impl GraphClient {
    /// How a channel stands.
    pub(crate) async fn stands(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        let call = self.call(Method::GET, &path(channel)?, self.limits.directory());
        let found: Option<Described> = self.find(call).await?;
        Ok(found.map(|found| ChannelNow {
            title: found.display_name.unwrap_or(found.id),
            topic: Some(found.description.unwrap_or_default()),
            archived: found.is_archived == Some(true),
        }))
    }

    /// Changes what a channel is called or says of itself. Answered without a body.
    pub(crate) async fn change_channel(
        &self,
        channel: &ConversationRef,
        changed: &Changed<'_>,
    ) -> Result<(), CallError> {
        let call = self.call(Method::PATCH, &path(channel)?, self.limits.directory()).json(changed);
        let sent = self.send(call.effect(Effect::Repeatable)).await;
        sent.map(drop).map_err(|failure| refusal::graph(&failure))
    }

    /// Team and channel by `team/channel`, each by name or id.
    pub(crate) async fn team_and_channel(&self, wanted: &str) -> Result<Option<(Named, Named)>, CallError> {
        let Some((team, channel)) = wanted.trim().split_once('/') else {
            return Err(CallError::Reject(
                "a channel of Microsoft Teams is named as TEAM/CHANNEL".to_owned(),
            ));
        };
        let Some(team) = self.team(team.trim()).await? else { return Ok(None) };
        let channels = self.channels_of(&team.id).await?;
        Ok(channels.into_iter().find(|one| fits(one, channel.trim())).map(|channel| (team, channel)))
    }

    /// A team by name or id.
    pub(crate) async fn team(&self, wanted: &str) -> Result<Option<Named>, CallError> {
        let teams: Vec<Named> = self.everything("/teams").await?;
        let mut fitting = teams.into_iter().filter(|one| fits(one, wanted));
        let found = fitting.next();
        if fitting.next().is_some() {
            return Err(CallError::Reject(format!(
                "several teams are called “{wanted}”; name one by its id"
            )));
        }
        Ok(found)
    }

    /// The channels of a team, at least one.
    pub(crate) async fn channels_of(&self, team: &str) -> Result<Vec<Named>, CallError> {
        self.everything(&format!("/teams/{}/channels", id::segment(team))).await
    }

    /// The people of a team, who are in all its standard channels.
    pub(crate) async fn people_of_team(&self, team: &str) -> Result<Vec<AccountRef>, CallError> {
        let members: Vec<Member> = self.everything(&format!("/teams/{}/members", id::segment(team))).await?;
        let ids = members.into_iter().filter_map(|member| member.user_id);
        Ok(ids.map(|member| id::account(&self.site.workspace, &member)).collect())
    }

    async fn everything<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, CallError> {
        let mut call = self.call(Method::GET, path, self.limits.directory());
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let page: List<T> = self.page(call).await?;
            all.extend(page.value);
            let Some(next) = page.next else { break };
            call = Call { limits: self.limits.directory(), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        Ok(all)
    }

    /// A message of a channel.
    pub(crate) async fn one_in_channel(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        let found = self.found_in_channel(message).await?;
        Ok(found.and_then(|found| parse::snapshot(message.clone(), &found).ok()))
    }

    /// Whoever wrote a message, as the message itself names them: a person from elsewhere is in no directory of ours.
    /// `chatMessage`, `from`.
    pub(crate) async fn author_in_channel(
        &self,
        message: &MessageRef,
        who: &AccountRef,
    ) -> Result<Option<Account>, CallError> {
        let Some(from) = self.found_in_channel(message).await?.and_then(|found| found.from) else {
            return Ok(None);
        };
        let (identity, bot) = match (from.user, from.application) {
            (Some(user), _) => (user, false),
            (None, Some(app)) => (app, true),
            (None, None) => return Ok(None),
        };
        let name = identity.display_name.filter(|name| !name.trim().is_empty());
        let of_them = identity.id.as_deref() == Some(who.id.as_str());
        Ok(name.filter(|_| of_them).map(|name| Account {
            account: who.clone(),
            name,
            email: String::new(),
            bot,
            active: true,
            picture: None,
            department: None,
        }))
    }

    async fn found_in_channel(&self, message: &MessageRef) -> Result<Option<ChatMessage>, CallError> {
        let Some((team, channel)) = id::channel(&message.conversation.id) else { return Ok(None) };
        let behind = match id::parts(message.id.as_str()) {
            (Some(root), own) => format!("/{}/replies/{}", id::segment(root), id::segment(own)),
            (None, own) => format!("/{}", id::segment(own)),
        };
        let path = messages(team, channel, &behind);
        let call = self.call(Method::GET, &path, self.limits.read(channel));
        self.find::<ChatMessage>(call).await
    }

    /// What is new or changed in a channel since the mark.
    pub(crate) async fn channel_since(
        &self,
        conversation: &ConversationRef,
        mark: &Mark,
    ) -> Result<CatchUp, CallError> {
        let (team, channel) = id::channel(&conversation.id).ok_or(CallError::Gone)?;
        // Repeats are cheaper than omissions.
        let since = mark.at.minus(Duration::from_millis(1));
        let path = messages(team, channel, &format!("?$top={TOP}&$expand=replies"));
        let mut call = self.call(Method::GET, &path, self.limits.read(channel));
        let (mut snapshots, mut gap) = (Vec::new(), true);
        for _ in 0..PAGES {
            let page: List<ChatMessage> = self.page(call).await?;
            let mut older = false;
            for root in page.value {
                older |= stirred(&root).is_some_and(|latest| latest < since);
                for (message, snapshot) in in_thread(conversation, &root) {
                    let known = mark.message.as_ref() == Some(&snapshot.message.at.id);
                    let changed = changed(message).is_some_and(|at| at >= since);
                    let edited = snapshot.deleted || snapshot.edited_at.is_some();
                    let wanted = snapshot.created_at >= mark.at || (mark.message.is_some() && changed);
                    if wanted && (!known || edited) {
                        snapshots.push(snapshot);
                    }
                }
            }
            let next = page.next.filter(|_| !older);
            let Some(next) = next else {
                gap = false;
                break;
            };
            call = Call { limits: self.limits.read(channel), ..Call::new(Method::GET, self.follow(&next)?) };
        }
        snapshots.sort_by(|a: &Snapshot, b: &Snapshot| {
            (a.created_at, &a.message.at.id).cmp(&(b.created_at, &b.message.at.id))
        });
        Ok(CatchUp { snapshots, gap })
    }
}

fn path(channel: &ConversationRef) -> Result<String, CallError> {
    let (team, channel) = id::channel(&channel.id).ok_or(CallError::Gone)?;
    Ok(format!("/teams/{}/channels/{}", id::segment(team), id::segment(channel)))
}

/// The nearest name that a channel can have, and what of a text it can say of itself.
pub(crate) fn nearest(title: &str) -> Option<String> {
    let fine = |c: &char| !c.is_control() && !"~#%&*{}/\\:<>?+|'\"".contains(*c);
    let name: String = title.chars().filter(fine).take(LONGEST_NAME).collect();
    let name = name.trim().trim_matches('.').trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// As much of a text as there is room for.
pub(crate) fn fitting(topic: &str) -> String {
    topic.chars().take(LONGEST_ABOUT).collect()
}

pub(crate) fn messages(team: &str, channel: &str, behind: &str) -> String {
    format!("/teams/{}/channels/{}/messages{behind}", id::segment(team), id::segment(channel))
}

fn fits(one: &Named, wanted: &str) -> bool {
    one.id == wanted || one.display_name.as_deref() == Some(wanted)
}

/// When anything last happened in a thread.
pub(crate) fn stirred(root: &ChatMessage) -> Option<Timestamp> {
    root.replies.iter().flatten().chain([root]).filter_map(changed).max()
}

/// What somebody said in a thread: the answers that are listed with its root, and the root.
pub(crate) fn in_thread<'m>(
    conversation: &ConversationRef,
    root: &'m ChatMessage,
) -> Vec<(&'m ChatMessage, Snapshot)> {
    let replies = root.replies.iter().flatten().map(|reply| (Some(root.id.as_str()), reply));
    let said = replies.chain([(None, root)]).filter_map(|(below, message)| {
        let at = id::in_thread(conversation, below, &message.id);
        Some((message, parse::snapshot(at, message).ok()?))
    });
    said.filter(|(_, snapshot)| snapshot.message.author.id.as_str() != id::SYSTEM).collect()
}

/// When anything about a message last changed.
fn changed(message: &ChatMessage) -> Option<Timestamp> {
    let times = [&message.created_date_time, &message.last_edited_date_time, &message.deleted_date_time];
    times.into_iter().filter_map(|at| Timestamp::parse(at.as_deref()?)).max()
}
