//! Public channels that the app makes: "conversations.create", with `channels:manage`. Whoever makes a channel is in it.
//!
//! Names are unique in a workspace, those of archived channels too as far as is known, so a second call makes no second channel.
//! What was made after a lost answer is known by its name, by who made it and when: somebody else's channel of this name was
//! made by them.

use entente_model::{CallError, ConversationRef, Timestamp};
use entente_platform::{Effect, WantedChannel};

use crate::client::SlackClient;
use crate::naming::nearest;
use crate::wire::conversation::One;
use crate::{id, refusal};

impl SlackClient {
    /// Makes a public channel.
    pub(crate) async fn create(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        let name = named(wanted)?;
        let mut arguments = vec![("name", &*name), ("is_private", "false")];
        arguments.extend(self.team.as_deref().map(|team| ("team_id", team)));
        let call = self.reading("conversations.create", &arguments).effect(Effect::Once).visible();
        let answer = match self.send(call).await {
            Ok(answer) => answer,
            Err(failure) => {
                return Err(match refusal::code(&failure).as_deref() {
                    Some("name_taken") => CallError::Reject(format!(
                        "there is a channel “{name}” already, perhaps a private or an archived one; link that one, or choose another name"
                    )),
                    Some("restricted_action") => {
                        CallError::Reject("Slack does not let the Entente app make channels".to_owned())
                    }
                    _ => failure.error,
                });
            }
        };
        let made: One = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok(id::conversation(&self.workspace, &made.channel.id))
    }

    /// The channel of this name, if this login's account made it since then.
    pub(crate) async fn created(
        &self,
        wanted: &WantedChannel<'_>,
        since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        let Some(found) = self.listed(&named(wanted)?).await? else { return Ok(None) };
        let (Some(creator), Some(created)) = (&found.creator, found.created) else {
            // What cannot be told must not be taken for absent.
            return Err(CallError::Retry { after: None });
        };
        // Told in whole seconds, which may have begun before the wish.
        let ours = *creator == self.own_id().await? && created >= since.0.div_euclid(1_000_000);
        Ok(ours.then(|| id::conversation(&self.workspace, &found.id)))
    }
}

fn named(wanted: &WantedChannel<'_>) -> Result<String, CallError> {
    nearest(wanted.name.trim_start_matches('#'))
        .ok_or_else(|| CallError::Reject(format!("no channel of Slack can be called “{}”", wanted.name)))
}
