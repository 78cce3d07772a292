//! Graph: "Create channel". Of the kinds of channels the standard ones are made here: everybody in the team is in them, and every app
//! that is installed in the team. Private and shared ones, which have members of their own, are refused.
//!
//! That a name is unique in its team, regardless of case, is what the app says; Graph's page names no code for it, so it is a
//! plain 400.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{known, shown};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::graph::odata;
use crate::teams::sim::Sim;
use crate::teams::throttle;

const CREATE: Needs = Needs {
    delegated: &["Channel.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
    application: &["Channel.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
};

/// The longest name and description.
const LONGEST_NAME: usize = 50;
const LONGEST_ABOUT: usize = 1024;

/// `POST /teams/{id}/channels`.
pub(super) fn create(sim: &Sim, call: &Call, caller: &Caller, team: &str) -> Outcome {
    caller.needs(&CREATE)?;
    sim.throttle(caller, throttle::Kind::Write, None)?;
    let sent: Value = crate::teams::graph::json(call)?;
    let name = proper(sent["displayName"].as_str().unwrap_or_default())?.to_owned();
    let about = fitting(sent["description"].as_str().unwrap_or_default())?;
    if sent["membershipType"].as_str().is_some_and(|kind| kind != "standard") {
        return Err(Refusal::bad("Only standard channels are made here."));
    }
    let mut chats = sim.chats();
    let of = known(&chats, team)?.clone();
    let there = chats.channels(team);
    let same = |topic: &String| topic.to_lowercase() == name.to_lowercase();
    if there.iter().any(|chat| chat.topic.as_ref().is_some_and(same)) {
        return Err(Refusal::bad("Channel name already existed, please use other name."));
    }
    let (members, apps) =
        there.first().map(|chat| (chat.members.clone(), chat.apps.clone())).unwrap_or_default();
    let caller = caller.person();
    if caller.is_some_and(|person| !members.iter().any(|member| member.id == person.id)) {
        return Err(Refusal::forbidden("The caller is not a member of the team."));
    }
    let now = sim.millis();
    let id: Arc<str> = format!("19:{}@thread.tacv2", sim.dice.uuid().simple()).into();
    chats.add_channel(Arc::clone(&id), of, name, members, apps, now);
    if let Some(channel) = chats.get_mut(&id) {
        channel.about = about;
    }
    let channel = chats.channel(team, &id).ok_or_else(|| super::missing(&id))?;
    let mut body = shown(channel);
    body["@odata.context"] = json!(odata::context(call, "teams/channels/$entity"));
    let location = format!("{}/v1.0/teams/{team}/channels/{id}", call.base);
    let change = json!({"kind": "channel.created", "channel": &*id, "team": team});
    let answer = Answer::with(http::StatusCode::CREATED, body);
    Ok(answer.header(http::header::LOCATION, &location).changed(change))
}

/// A name that a channel can have.
pub(super) fn proper(name: &str) -> Result<&str, Refusal> {
    let fine = |c: char| !"~#%&*{}/\\:<>?+|'\"".contains(c);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(fine) {
        return Err(Refusal::bad("Channel name is not valid."));
    }
    Ok(name)
}

/// What a channel can say that it is about.
pub(super) fn fitting(about: &str) -> Result<Option<String>, Refusal> {
    if about.chars().count() > LONGEST_ABOUT {
        return Err(Refusal::bad("Description is too long."));
    }
    Ok(Some(about.to_owned()).filter(|about| !about.is_empty()))
}
