//! Group chats, which are channels of type 4: made by somebody who should be in them, found again after a lost answer, and who is
//! in them and what they are called. "Create a channel", "List user's channels", "Invite channel members", "Remove a member",
//! "Leave a channel", "Update a channel", "Get a user's contact details".
//!
//! A name that exists already is refused, and nothing tells when a channel was made. So the name bears a part of the mark, and
//! what was made is found by it. Once it is renamed it is known by its id alone.
//!
//! People are invited by their addresses, and only by whom they are a contact of. Who is none is missing from the group, and is
//! refused when they should be let in. Whoever is in a group lets others in; its owner alone takes people out and names it.

use entente_model::{AccountRef, CallError, ConversationRef};
use entente_platform::{Call, Effect, MadeGroup, WantedGroup};
use http::Method;
use serde::{Deserialize, Serialize};

use crate::client::{ZoomClient, read};
use crate::wire::filled;
use crate::{id, refusal};

/// "Create a channel": a group chat.
pub(crate) const GROUP: u8 = 4;
/// "Create a channel": the most members to begin with.
const FIRST: usize = 20;
/// "Create a channel": the longest name, in characters.
const LONGEST: usize = 256;
/// As much of a mark as makes a name differ.
const SIGNS: usize = 8;

/// A channel to be made.
#[derive(Debug, Serialize)]
struct New<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: u8,
    members: Vec<Invited>,
}

/// Somebody to be let in.
#[derive(Debug, Serialize)]
struct Invited {
    email: String,
}

/// Some to be let in.
#[derive(Debug, Serialize)]
struct Invitation {
    members: [Invited; 1],
}

/// What a channel should be called.
#[derive(Debug, Serialize)]
struct Renaming<'a> {
    name: &'a str,
}

/// What was made.
#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

/// Somebody's contact.
#[derive(Debug, Deserialize)]
struct Contact {
    email: Option<String>,
}

impl ZoomClient {
    /// Makes a group of this login's account and as many of those who are wanted as can be.
    pub(crate) async fn gather(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        let own = self.own_id().await?;
        let mut members = Vec::new();
        let others = wanted.members.iter().map(|one| one.id.as_str());
        for other in others.filter(|one| *one != own && id::is_id(one)).take(FIRST) {
            members.extend(self.address(other).await?.map(|email| Invited { email }));
        }
        let name = named(wanted);
        let new = New { name: &name, kind: GROUP, members };
        let call = Call::new(Method::POST, self.url("/chat/users/me/channels")?);
        let call = Call { limits: self.limits.medium(), ..call };
        let answer = self.send(call.json(&new).visible()).await.map_err(refusal::call);
        let answer = answer.map_err(|error| match error {
            CallError::Gone => somebody_unknown(),
            error => error,
        })?;
        let made: Made = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok(self.made(&made.id))
    }

    /// The group that was made for this wish, if it was.
    pub(crate) async fn gathered(&self, wanted: &WantedGroup<'_>) -> Result<Option<MadeGroup>, CallError> {
        let found = self.channels_named(&named(wanted)).await?;
        Ok(found.into_iter().find(|one| one.kind == Some(GROUP)).map(|one| self.made(&one.id)))
    }

    /// Lets somebody in.
    pub(crate) async fn bring(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        let (channel, who) = (id::channel(group).ok_or(CallError::Gone)?, account.id.as_str());
        if self.is_in(channel, who).await? {
            return Ok(());
        }
        let address = if id::is_id(who) { self.address(who).await? } else { None };
        let email = address.ok_or_else(|| {
            CallError::Reject(
                "nobody is let into a group at Zoom but a contact of whoever does it".to_owned(),
            )
        })?;
        let path = ["/chat/users/me/channels/", &id::segment(channel), "/members"].concat();
        let call = Call { limits: self.limits.medium(), ..Call::new(Method::POST, self.url(&path)?) };
        let call = call.effect(Effect::Repeatable).json(&Invitation { members: [Invited { email }] });
        match self.send(call).await.map_err(refusal::call) {
            Err(CallError::Gone) => Err(somebody_unknown()),
            done => repeatable(done),
        }
    }

    /// Takes somebody out; its own account leaves.
    pub(crate) async fn put_out(
        &self,
        group: &ConversationRef,
        account: &AccountRef,
    ) -> Result<(), CallError> {
        let (channel, who) = (id::channel(group).ok_or(CallError::Gone)?, account.id.as_str());
        if !self.is_in(channel, who).await? {
            return Ok(());
        }
        let who = if who == self.own_id().await? { "me" } else { who };
        let path = ["/chat/channels/", &id::segment(channel), "/members/", &id::segment(who)].concat();
        let call = Call { limits: self.limits.medium(), ..Call::new(Method::DELETE, self.url(&path)?) };
        match self.send(call).await.map_err(refusal::channel) {
            // Somebody else was quicker.
            Err(CallError::Gone) => Ok(()),
            done => repeatable(done),
        }
    }

    /// Names a group. A name that it has already would be refused as one that exists.
    pub(crate) async fn name_group(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        let channel = id::channel(group).ok_or(CallError::Gone)?;
        let name: String = name.trim().chars().take(LONGEST).collect();
        let now = self.channel_of(channel).await?.ok_or_else(not_in_it)?;
        if now.name.as_deref() == Some(name.as_str()) {
            return Ok(());
        }
        let path = ["/chat/users/me/channels/", &id::segment(channel)].concat();
        let call = Call { limits: self.limits.medium(), ..Call::new(Method::PATCH, self.url(&path)?) };
        repeatable(self.send(call.json(&Renaming { name: &name })).await.map_err(refusal::channel))
    }

    async fn is_in(&self, channel: &str, who: &str) -> Result<bool, CallError> {
        match self.accounts_in(channel).await {
            Ok(members) => Ok(members.iter().any(|member| member == who)),
            Err(CallError::Gone | CallError::Reject(_)) => Err(not_in_it()),
            Err(error) => Err(error),
        }
    }

    /// The address by which a contact is invited; `None` if it is nobody's whom this login has as a contact.
    async fn address(&self, who: &str) -> Result<Option<String>, CallError> {
        let path = ["/chat/users/me/contacts/", &id::segment(who)].concat();
        match self.send(self.get(&path, self.limits.medium())?).await.map_err(refusal::call) {
            Ok(answer) => {
                let contact: Contact = read(&answer)?;
                Ok(filled(contact.email.as_deref()).map(str::to_owned))
            }
            Err(CallError::Gone) => Ok(None),
            Err(error) => repeatable::<()>(Err(error)).map(|()| None),
        }
    }

    fn made(&self, channel: &str) -> MadeGroup {
        MadeGroup { at: id::channel_at(&self.workspace, channel), channel: false }
    }
}

/// What a new group is called: the name, and enough of the mark to differ from every other.
fn named(wanted: &WantedGroup<'_>) -> String {
    let mark: String = wanted.mark.chars().take(SIGNS).collect();
    let name: String = wanted.name.trim().chars().take(LONGEST - SIGNS - 3).collect();
    format!("{name} · {mark}")
}

/// What may be said again leaves no doubt.
fn repeatable<T>(done: Result<T, CallError>) -> Result<(), CallError> {
    match done {
        Ok(_) => Ok(()),
        Err(CallError::Unknown) => Err(CallError::Retry { after: None }),
        Err(error) => Err(error),
    }
}

fn not_in_it() -> CallError {
    CallError::Reject("the account that should change the group is not in it".to_owned())
}

fn somebody_unknown() -> CallError {
    CallError::Reject("somebody who should be in the group is unknown to Zoom".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_bears_its_mark_and_fits() {
        let wanted = |name| WantedGroup { name, mark: "0123456789abcdef", members: &[] };
        assert_eq!(named(&wanted("Launch: 10:30 ")), "Launch: 10:30 · 01234567");
        let long = "é".repeat(300);
        let fit = named(&wanted(&long));
        assert_eq!((fit.chars().count(), fit.ends_with(" · 01234567")), (LONGEST, true));
    }
}
