//! Which direct conversations have something new. "List a user's chat sessions". Asked after a gap, because nobody can see
//! whether reports came, and the first message of a conversation that was not reported is found in no other way.

use entente_model::{CallError, Timestamp};
use entente_platform::Talk;

use crate::client::{ZoomClient, read};
use crate::history::instant;
use crate::wire::filled;
use crate::wire::session::Sessions;
use crate::{id, refusal};

/// The most pages of fifty that are looked through in one go.
const PAGES: usize = 20;

impl ZoomClient {
    /// The direct conversations of this login's account in which something was said since then.
    pub(crate) async fn sessions_since(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        let own = self.own_id().await?;
        let mut call = self.get("/chat/users/me/sessions?type=1%3A1&page_size=50", self.limits.medium())?;
        call.url.query_pairs_mut().append_pair("from", &instant(since));
        let mut talks = Vec::new();
        let mut next = call.clone();
        for _ in 0..PAGES {
            let answer = self.send(next).await.map_err(refusal::call)?;
            let page: Sessions = read(&answer)?;
            for session in &page.sessions {
                // Somebody of another account has no user id; they are not carried.
                let Some(peer) = filled(session.peer_contact_user_id.as_deref()).filter(|id| id::is_id(id))
                else {
                    continue;
                };
                if peer == own {
                    continue;
                }
                let Some(at) = session.last_message_sent_time.as_deref().and_then(Timestamp::parse) else {
                    continue;
                };
                let conversation = id::direct(&self.workspace, &own, peer);
                let members = vec![id::account(&self.workspace, &own), id::account(&self.workspace, peer)];
                talks.push(Talk { conversation, members, at });
            }
            let Some(token) = filled(page.next_page_token.as_deref()) else { break };
            next = call.clone();
            next.url.query_pairs_mut().append_pair("next_page_token", token);
        }
        Ok(talks)
    }
}
