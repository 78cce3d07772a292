//! Channels that an account makes: "Create a channel", of type 3, which everybody of the Zoom account can find and join. Whoever makes
//! one owns it and is in it; the chatbot writes there without being a member.
//!
//! "The channel name already exists" is refused, and nothing tells when a channel was made. What was made after a lost answer is
//! the one of this name and type that this account owns; whether there was one before is for whoever asks to find out first.

use entente_model::{CallError, ConversationRef};
use entente_platform::{Call, WantedChannel};
use http::Method;
use serde::{Deserialize, Serialize};

use crate::channels::LONGEST_NAME;
use crate::client::ZoomClient;
use crate::{id, refusal};

/// "Create a channel": public, for people of the same account.
const PUBLIC: u8 = 3;

/// A channel to be made.
#[derive(Debug, Serialize)]
struct New<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: u8,
}

/// What was made.
#[derive(Debug, Deserialize)]
struct Made {
    id: String,
}

impl ZoomClient {
    /// Makes a public channel that this login's account owns.
    pub(crate) async fn create(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        let name = named(wanted);
        let call = Call::new(Method::POST, self.url("/chat/users/me/channels")?);
        let call = Call { limits: self.limits.medium(), ..call };
        let sent = self.send(call.json(&New { name: &name, kind: PUBLIC }).visible()).await;
        let answer = sent.map_err(|failure| match refusal::creating(failure) {
            CallError::Gone => {
                CallError::Reject("Zoom does not know the account that should make it".to_owned())
            }
            error => error,
        })?;
        let made: Made = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok(id::channel_at(&self.workspace, &made.id))
    }

    /// The public channel of this name that this login's account owns.
    pub(crate) async fn created(
        &self,
        wanted: &WantedChannel<'_>,
    ) -> Result<Option<ConversationRef>, CallError> {
        let own = self.own_id().await?;
        for found in self.channels_named(&named(wanted)).await? {
            if found.kind != Some(PUBLIC) {
                continue;
            }
            let members = self.members(&found.id).await?;
            let owns = |member: &crate::channels::Member| {
                member.id.as_deref() == Some(&*own) && member.role.as_deref() == Some("owner")
            };
            if members.iter().any(owns) {
                return Ok(Some(id::channel_at(&self.workspace, &found.id)));
            }
        }
        Ok(None)
    }
}

fn named(wanted: &WantedChannel<'_>) -> String {
    wanted.name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}
