//! Reading conversations. "conversations.history" lists the newest first, without the replies of threads; "conversations.replies"
//! lists one thread, its first message in front, the oldest first. A root tells when it was last answered, so only threads with
//! something new are read.

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{CallError, ConversationRef, Destination, MessageId, MessageRef, Snapshot, Timestamp};
use entente_platform::{CatchUp, Mark};
use serde_json::value::RawValue;

use crate::client::{SlackClient, read};
use crate::wire::answer::next;
use crate::wire::message::{Message, Messages};
use crate::{id, parse};

/// A page. "Pagination" recommends 100 to 200.
const PAGE: &str = "200";

/// The most pages of a conversation that are read in one go, and of a thread.
const PAGES: usize = 10;

/// Messages by when they were written, which is also what names them.
type Found = BTreeMap<Timestamp, Snapshot>;

/// What of a conversation is wanted.
struct Wanted {
    /// Messages that are newer than this.
    after: Timestamp,
    /// Older ones too, if they were edited after it, or anybody reacted to them at all: when is not told.
    changes: bool,
}

impl Wanted {
    fn takes(&self, snapshot: &Snapshot) -> bool {
        let edited = snapshot.edited_at.is_some_and(|at| at > self.after);
        let felt = snapshot.reactions.as_ref().is_some_and(|all| !all.is_empty());
        snapshot.created_at > self.after || self.changes && (edited || felt)
    }
}

impl SlackClient {
    /// A message. The history is asked first; what it does not list is in a thread, or nowhere.
    pub(crate) async fn one(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        let (channel, ts) = (message.conversation.id.as_str(), message.id.as_str());
        if id::written(ts).is_none() {
            return Ok(None);
        }
        let arguments = [("channel", channel), ("latest", ts), ("inclusive", "true"), ("limit", "1")];
        let listed = self.list("conversations.history", &arguments, &message.conversation, ts).await?;
        if listed.is_some() {
            return Ok(listed);
        }
        let arguments = [
            ("channel", channel),
            ("ts", ts),
            ("oldest", ts),
            ("latest", ts),
            ("inclusive", "true"),
            ("limit", "10"),
        ];
        self.list("conversations.replies", &arguments, &message.conversation, ts).await
    }

    /// The message of this `ts` in a short list.
    async fn list(
        &self,
        method: &str,
        arguments: &[(&str, &str)],
        conversation: &ConversationRef,
        ts: &str,
    ) -> Result<Option<Snapshot>, CallError> {
        let Some(answer) = self.find(self.reading(method, arguments)).await? else { return Ok(None) };
        let page: Messages<'_> = read(&answer)?;
        let mut found =
            page.messages.iter().filter_map(|raw| serde_json::from_str::<Message<'_>>(raw.get()).ok());
        Ok(found
            .find(|one| one.ts.as_deref() == Some(ts))
            .and_then(|one| parse::snapshot(conversation, &one)))
    }

    /// What is new or changed since the mark.
    pub(crate) async fn since(
        &self,
        conversation: &ConversationRef,
        mark: &Mark,
    ) -> Result<CatchUp, CallError> {
        let instant = |id: &MessageId| id::written(id.as_str());
        let just_before = |at: Timestamp| Timestamp(at.0 - 1);
        let known = mark.message.as_ref();
        let after = match known {
            Some(known) => instant(known).unwrap_or(mark.at),
            // Nothing was seen yet: what is older is history, and none of our business.
            None => just_before(mark.at),
        };
        let wanted = Wanted { after, changes: known.is_some() };
        let (found, gap) = self.read_back(conversation, &wanted).await?;
        Ok(CatchUp { snapshots: found.into_values().collect(), gap })
    }

    /// What this login's account said to somebody.
    pub(crate) async fn sent(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        let conversation = match to {
            Destination::Conversation(conversation) => conversation.clone(),
            Destination::Direct(account) => match self.direct(account, false).await? {
                Some(channel) => id::conversation(&self.workspace, &channel),
                None => return Ok(Vec::new()),
            },
        };
        let own = self.own_id().await?;
        let wanted = Wanted { after: Timestamp(since.0 - 1), changes: false };
        let (found, gap) = match self.read_back(&conversation, &wanted).await {
            Err(CallError::Gone) => return Ok(Vec::new()),
            read => read?,
        };
        if gap {
            // What was not seen cannot be said to be absent.
            return Err(CallError::Retry { after: None });
        }
        let ours = |one: &Snapshot| one.message.author.id.as_str() == own && !one.deleted;
        Ok(found.into_values().filter(ours).collect())
    }

    /// Reads back until everything that is wanted was seen, and whether the pages did not suffice. The first page is read
    /// whole, also what is older: in it, threads that go on and messages that were edited are found.
    async fn read_back(
        &self,
        conversation: &ConversationRef,
        wanted: &Wanted,
    ) -> Result<(Found, bool), CallError> {
        let mut found = Found::new();
        let mut threads: BTreeSet<String> = BTreeSet::new();
        let mut cursor: Option<String> = None;
        let mut gap = true;
        for _ in 0..PAGES {
            let mut arguments = vec![("channel", conversation.id.as_str()), ("limit", PAGE)];
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let answer = self.send(self.reading("conversations.history", &arguments)).await?;
            let page: Messages<'_> = read(&answer)?;
            let mut past = false;
            for raw in &page.messages {
                let Some((message, at)) = message(raw) else { continue };
                past |= at <= wanted.after;
                let answered = message.latest_reply.as_ref().and_then(|ts| id::written(ts));
                let goes_on = answered.is_some_and(|at| at > wanted.after);
                if goes_on && let Some(ts) = message.ts.as_ref() {
                    threads.insert((**ts).to_owned());
                }
                take(&mut found, conversation, &message, wanted);
            }
            cursor = next(page.response_metadata);
            if past || cursor.is_none() {
                gap = false;
                break;
            }
        }
        for root in threads {
            gap |= self.read_thread(conversation, &root, wanted, &mut found).await?;
        }
        Ok((found, gap))
    }

    /// Reads the replies to a message, and tells whether the pages did not suffice.
    async fn read_thread(
        &self,
        conversation: &ConversationRef,
        root: &str,
        wanted: &Wanted,
        found: &mut Found,
    ) -> Result<bool, CallError> {
        let oldest = id::ts(wanted.after);
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let mut arguments = vec![("channel", conversation.id.as_str()), ("ts", root), ("limit", PAGE)];
            // Edits of older replies are looked for too.
            if !wanted.changes {
                arguments.push(("oldest", oldest.as_str()));
            }
            arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            // The thread may have gone meanwhile.
            let Some(answer) = self.find(self.reading("conversations.replies", &arguments)).await? else {
                return Ok(false);
            };
            let page: Messages<'_> = read(&answer)?;
            for raw in &page.messages {
                if let Some((message, _)) = message(raw) {
                    take(found, conversation, &message, wanted);
                }
            }
            cursor = next(page.response_metadata);
            if cursor.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A message of a page. What cannot be read, or has no time, is passed over: it is nobody's.
pub(crate) fn message(raw: &RawValue) -> Option<(Message<'_>, Timestamp)> {
    let message: Message<'_> = serde_json::from_str(raw.get()).ok()?;
    let at = id::written(message.ts.as_ref()?)?;
    Some((message, at))
}

fn take(found: &mut Found, conversation: &ConversationRef, message: &Message<'_>, wanted: &Wanted) {
    if !parse::is_said(message) && !parse::is_gone(message) {
        return;
    }
    if let Some(snapshot) = parse::snapshot(conversation, message).filter(|snapshot| wanted.takes(snapshot)) {
        found.insert(snapshot.created_at, snapshot);
    }
}
