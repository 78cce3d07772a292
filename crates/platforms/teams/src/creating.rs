//! Standard channels of a team, which the app makes by its own right: Graph, "Create channel", with the application permission
//! `Channel.Create`. Everybody in the team is in them, and so is every app that is installed in the team; that ours is, is made
//! sure of before anything is made. In private channels bots have no place.
//!
//! A name is unique in its team, and that of a deleted channel stays taken for a while. Who made a channel is not told; what was
//! made after a lost answer is known by its name and its time.

use std::time::Duration;

use entente_model::{CallError, ConversationRef, Timestamp};
use entente_platform::{Failure, WantedChannel};
use http::Method;
use serde::{Deserialize, Serialize};

use crate::bot::client::BotClient;
use crate::channels::{Named, nearest};
use crate::groups::status;
use crate::{id, refusal};

/// A channel to be made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct New<'a> {
    display_name: &'a str,
    membership_type: &'static str,
}

/// What was made.
#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

impl BotClient {
    /// Makes a standard channel of a team.
    pub(crate) async fn create(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        let (team, name) = named(wanted)?;
        let graph = self.graph()?;
        let unknown = || {
            CallError::Reject(format!(
                "there is no team “{team}”; a channel of Microsoft Teams is made in a team that is there"
            ))
        };
        let team = graph.team(team).await?.ok_or_else(unknown)?;
        let there = graph.channels_of(&team.id).await?;
        let somewhere = there.first().ok_or(CallError::Gone)?;
        if !self.is_in(&somewhere.id).await? {
            let called = team.display_name.as_deref().unwrap_or(&team.id);
            return Err(CallError::Reject(format!(
                "the Entente app is not in the team “{called}”; add it there first"
            )));
        }
        let same = |one: &Named| {
            one.display_name.as_ref().is_some_and(|there| there.to_lowercase() == name.to_lowercase())
        };
        if there.iter().any(same) {
            return Err(CallError::Reject(format!(
                "the team has a channel “{name}” already; link that one, or choose another name"
            )));
        }
        let path = format!("/teams/{}/channels", id::segment(&team.id));
        let call = graph.call(Method::POST, &path, graph.limits.make_chat());
        let call = call.json(&New { display_name: &name, membership_type: "standard" }).visible();
        let answer = graph.send(call).await.map_err(|failure| refused(&failure, &name))?;
        let made: Made = answer.json().map_err(|_| CallError::Unknown)?;
        Ok(id::channel_at(&graph.site.workspace, &team.id, &made.id))
    }

    /// The channel of this name in its team, if it was made since then.
    pub(crate) async fn created(
        &self,
        wanted: &WantedChannel<'_>,
        since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        let (team, name) = named(wanted)?;
        let graph = self.graph()?;
        let Some(team) = graph.team(team).await? else { return Ok(None) };
        let channels = graph.channels_of(&team.id).await?;
        let Some(found) = channels.into_iter().find(|one| one.display_name.as_deref() == Some(&*name)) else {
            return Ok(None);
        };
        let made = found.created_date_time.as_deref().and_then(Timestamp::parse);
        // What cannot be told must not be taken for absent.
        let made = made.ok_or(CallError::Retry { after: None })?;
        // Graph's times are in milliseconds.
        let ours = made >= since.minus(Duration::from_millis(1));
        Ok(ours.then(|| id::channel_at(&graph.site.workspace, &team.id, &found.id)))
    }
}

/// The team, and the nearest name that a channel can have.
fn named<'a>(wanted: &WantedChannel<'a>) -> Result<(&'a str, String), CallError> {
    let whole = wanted.name.trim();
    let (team, channel) = whole.split_once('/').ok_or_else(|| {
        CallError::Reject(format!("a channel of Microsoft Teams is made in a team: name it as TEAM/{whole}"))
    })?;
    let name = nearest(channel).ok_or_else(|| {
        CallError::Reject(format!("no channel of Microsoft Teams can be called “{channel}”"))
    })?;
    Ok((team.trim(), name))
}

fn refused(failure: &Failure, name: &str) -> CallError {
    match status(failure) {
        Some(403) => CallError::Lacks("Microsoft wants Channel.Create".to_owned()),
        Some(400) => CallError::Reject(format!(
            "Microsoft does not take the name “{name}” ({}); perhaps a channel had it that was deleted lately, so choose another",
            refusal::code(failure)
        )),
        _ => refusal::graph(failure),
    }
}
