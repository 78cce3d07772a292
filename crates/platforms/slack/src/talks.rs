//! Which direct conversations have something new. "users.conversations" lists them without saying when anything happened in
//! them, except that they came about; so new ones are known from the list, and a few of the others are looked into, other ones
//! each time. That is a comparison and no way of hearing: everything is reported, and known conversations are read after a gap
//! anyway.

use entente_model::{CallError, Timestamp};
use entente_platform::{Call, Talk};

use crate::client::{SlackClient, read};
use crate::wire::answer::next;
use crate::wire::conversation::{Conversation, Conversations};
use crate::wire::message::{Message, Messages};
use crate::{id, parse};

/// The most pages of conversations.
const PAGES: usize = 10;

/// How many older conversations are looked into at a time.
const PROBES: usize = 4;

/// How long the same ones are looked into, in microseconds.
const TURN: i64 = 60 * 1_000_000;

impl SlackClient {
    /// The direct conversations of this login's account in which something was said since then, as far as can be told.
    pub(crate) async fn directs_since(&self, since: Timestamp) -> Result<Vec<Talk>, CallError> {
        let own = self.own_id().await?;
        let talk = |conversation: &Conversation, at: Timestamp| Talk {
            conversation: id::conversation(&self.workspace, &conversation.id),
            members: conversation.members(&self.workspace, &own),
            at,
        };
        let created =
            |one: &Conversation| Timestamp(one.created.unwrap_or_default().saturating_mul(1_000_000));
        let (new, old): (Vec<_>, Vec<_>) =
            self.directs().await?.into_iter().partition(|one| created(one) >= since);
        let mut talks: Vec<Talk> = new.iter().map(|one| talk(one, created(one))).collect();
        let turn = usize::try_from(since.0.div_euclid(TURN)).unwrap_or_default();
        let first = if old.is_empty() { 0 } else { turn.wrapping_mul(PROBES) % old.len() };
        for conversation in old.iter().cycle().skip(first).take(PROBES.min(old.len())) {
            match self.newest(&conversation.id).await {
                Ok(at) => talks.extend(at.filter(|at| *at >= since).map(|at| talk(conversation, at))),
                // Others look now; this is only to be sure.
                Err(CallError::Retry { .. }) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(talks)
    }

    /// All direct conversations.
    async fn directs(&self) -> Result<Vec<Conversation>, CallError> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![("types", "im"), ("limit", "200"), ("exclude_archived", "true")];
            arguments.extend(self.team.as_deref().map(|team| ("team_id", team)));
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading("users.conversations", &arguments)).await?;
            let page: Conversations = read(&answer)?;
            all.extend(page.channels);
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// When something was last said in a conversation.
    async fn newest(&self, channel: &str) -> Result<Option<Timestamp>, CallError> {
        let call = self.reading("conversations.history", &[("channel", channel), ("limit", "1")]);
        let call = Call { limits: self.limits.probe("conversations.history"), ..call };
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        let page: Messages<'_> = read(&answer)?;
        let newest = page.messages.iter().find_map(|raw| {
            let message: Message<'_> = serde_json::from_str(raw.get()).ok()?;
            if !parse::is_said(&message) {
                return None;
            }
            let written = id::written(message.ts.as_ref()?)?;
            let answered = message.latest_reply.as_ref().and_then(|ts| id::written(ts));
            Some(answered.map_or(written, |answered| answered.max(written)))
        });
        Ok(newest)
    }
}
