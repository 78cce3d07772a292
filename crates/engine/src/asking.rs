//! Where nothing reports what is new, it is asked for: the direct conversations of a login with something new since the
//! last time. What is found becomes a report like any other.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{Conversation, ConversationKind, LoginId, Timestamp};
use entente_platform::Talk;
use entente_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::listening::look;

/// Clocks of platforms may be behind ours, and lists lag behind what happens.
const OVERLAP: Duration = Duration::from_mins(1);

impl Engine {
    pub(crate) async fn asking(self: Arc<Self>, stop: CancellationToken) {
        let mut since = self.clock.now();
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(self.tuning.ask) => {}
                () = stop.cancelled() => break,
            }
            let began = self.clock.now();
            for login in self.hard_of_hearing() {
                if let Err(error) = self.look_around(login, since.minus(OVERLAP)).await {
                    tracing::error!(%error, "what was found could not be stored");
                }
            }
            since = began;
        }
    }

    /// Has everything read that a login hears in and that may hold something that was not reported: the channels of links,
    /// which no list says the age of, and the conversations with something new since then. `false`: they could not be asked
    /// for now.
    pub(crate) async fn look_around(&self, login: LoginId, since: Timestamp) -> Result<bool, StoreError> {
        let channels: Vec<_> = self.linked.heard_by(login).into_iter().map(|at| look(at, login)).collect();
        if !channels.is_empty() {
            self.store.accept(channels, self.clock.now()).await?;
        }
        self.ask_after(login, since).await
    }

    /// Finds the conversations of this login with something new since then and has them read. `false`: they could not be
    /// asked for now.
    pub(crate) async fn ask_after(&self, login: LoginId, since: Timestamp) -> Result<bool, StoreError> {
        let Ok(Some(client)) = self.client(login).await else { return Ok(false) };
        let talks = match client.talks(since).await {
            Ok(talks) => talks,
            Err(error) => {
                tracing::debug!(login.id = %login, %error, "conversations could not be asked for");
                return Ok(false);
            }
        };
        let mut looks = Vec::new();
        for talk in talks {
            let known = self.store.known(&talk.conversation, &[]).await?.conversation;
            let read = known.and_then(|known| known.mark).is_some_and(|(_, at)| at >= talk.at);
            if !read && self.may_concern(&talk).await? {
                looks.push(look(talk.conversation, login));
            }
        }
        if !looks.is_empty() {
            self.store.accept(looks, self.clock.now()).await?;
        }
        Ok(true)
    }

    /// Whether a conversation may concern somebody. Where the list says who is in it, nobody needs to be asked.
    async fn may_concern(&self, talk: &Talk) -> Result<bool, StoreError> {
        if talk.members.is_empty() {
            return Ok(true);
        }
        let (at, members) = (talk.conversation.clone(), talk.members.clone());
        let conversation = Conversation { at, kind: ConversationKind::Direct, name: None, members };
        if self.pair_of(&conversation).await?.is_some() {
            return Ok(true);
        }
        let Some(workspace) = self.sites.get(&conversation.at.workspace.id) else { return Ok(false) };
        Ok(self.app_in(workspace, &conversation).await?.is_some())
    }
}
