//! Which direct rooms have something new. "List Rooms": sorted by last activity, newest first. Asked after a gap, because
//! Webex repeats no webhook, and the first message of a room that nobody reported is found in no other way.

use entente_model::{CallError, Timestamp};
use entente_platform::Talk;

use crate::client::{WebexClient, read};
use crate::wire::list::List;
use crate::wire::room::Listed;
use crate::{id, refusal};

/// The most rooms that are looked through in one go, in pages of a hundred.
const PAGES: usize = 10;

impl WebexClient {
    /// The direct rooms of this login's account in which something was written since then.
    pub(crate) async fn rooms_since(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        let mut call = self.get("/rooms?type=direct&sortBy=lastactivity&max=100", self.limits.directory())?;
        let mut talks = Vec::new();
        for _ in 0..PAGES {
            let answer = self.send(call.clone()).await.map_err(refusal::call)?;
            let list: List<Listed<'_>> = read(&answer)?;
            let mut older = false;
            for room in &list.items {
                let Some(at) = room.last_activity.as_ref().and_then(|at| Timestamp::parse(at)) else {
                    continue;
                };
                if at < since {
                    older = true;
                    continue;
                }
                talks.push(Talk {
                    conversation: id::conversation(&self.workspace, &room.id),
                    members: Vec::new(),
                    at,
                });
            }
            match self.next_of(&answer)? {
                Some(next) if !older => call.url = next,
                _ => break,
            }
        }
        Ok(talks)
    }
}
