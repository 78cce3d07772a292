//! What rooms hold. "List Messages", "List Direct Messages", "Get Message Details", "Get Room Details", "List Memberships".
//!
//! Lists are newest first and know no "after", so reading from a mark means listing back to it. A report is mostly about
//! the newest message, so the first page is small; only if the mark is not on it the room is listed in long pages, a
//! bounded number of them. Edits of older messages are not found by listing back; whoever is told of one reads it by its
//! id.

use entente_model::{
    CallError, Conversation, ConversationKind, ConversationRef, Destination, MessageId, MessageRef, Snapshot,
    Timestamp,
};
use entente_platform::{Answer, CatchUp, Mark};

use crate::client::{WebexClient, read};
use crate::wire::list::List;
use crate::wire::message::Message;
use crate::wire::room::Titled;
use crate::{id, parse, refusal, render};

/// The page that is enough for a report of something new.
const SHORT: &str = "10";

/// A page of a longer reading. "List Messages": the default is 50; more is served, how much is not said.
const LONG: &str = "100";

/// The most pages that are read in one go.
const PAGES: usize = 20;

impl WebexClient {
    /// A message. Webex answers 404 for what is deleted, for what never was, and for what is not for this login.
    pub(crate) async fn one(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        let mut call = self.get("/messages", self.limits.read())?;
        call.url = render::one(self, message)?;
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        let found: Message<'_> = read(&answer)?;
        Ok(parse::snapshot(&message.conversation, &found))
    }

    /// What is new or changed since the mark.
    pub(crate) async fn since(
        &self,
        conversation: &ConversationRef,
        mark: &Mark,
    ) -> Result<CatchUp, CallError> {
        let reading =
            Reading { conversation, mark: mark.message.as_ref().map(MessageId::as_str), from: mark.at };
        let (mut snapshots, gap) = self.read_back(&reading).await?;
        // Listed newest first; what was written first comes first.
        snapshots.reverse();
        snapshots.sort_by_key(|snapshot| snapshot.created_at);
        Ok(CatchUp { snapshots, gap })
    }

    /// Lists back to the mark. Newest first, and whether the pages did not suffice.
    async fn read_back(&self, reading: &Reading<'_>) -> Result<(Vec<Snapshot>, bool), CallError> {
        if reading.mark.is_some() {
            let answer = self.list(reading.conversation, SHORT).await?;
            let mut news = News::default();
            reading.page(&answer, &mut news)?;
            if news.reached || self.next_of(&answer)?.is_none() {
                return Ok((news.snapshots, false));
            }
        }
        let mut news = News::default();
        let mut answer = self.list(reading.conversation, LONG).await?;
        for page in 1.. {
            reading.page(&answer, &mut news)?;
            let next = self.next_of(&answer)?.filter(|_| !news.reached);
            let Some(next) = next else { break };
            if page == PAGES {
                return Ok((news.snapshots, true));
            }
            let mut call = self.get("/messages", self.limits.read())?;
            call.url = next;
            answer = self.send(call).await.map_err(refusal::call)?;
        }
        Ok((news.snapshots, false))
    }

    async fn list(&self, conversation: &ConversationRef, max: &str) -> Result<Answer, CallError> {
        let mut call = self.get("/messages", self.limits.read())?;
        call.url.query_pairs_mut().append_pair("roomId", conversation.id.as_str()).append_pair("max", max);
        self.send(call).await.map_err(refusal::call)
    }

    /// What this login's account said in a room, or to somebody.
    pub(crate) async fn sent(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        let own = self.own_id().await?;
        let mut found = Vec::new();
        let conversation = match to {
            Destination::Conversation(conversation) => conversation.clone(),
            Destination::Direct(account) => {
                let mut call = self.get("/messages/direct", self.limits.read())?;
                call.url.query_pairs_mut().append_pair("personId", account.id.as_str());
                // There is no room before the first message.
                let Some(answer) = self.find(call).await? else { return Ok(found) };
                let list: List<Message<'_>> = read(&answer)?;
                let Some(newest) = list.items.first() else { return Ok(found) };
                // This list has no second page, so it only tells the room.
                id::conversation(&self.workspace, &newest.room_id)
            }
        };
        let mut answer = self.list(&conversation, SHORT).await?;
        for _ in 0..PAGES {
            let list: List<Message<'_>> = read(&answer)?;
            let mut past = false;
            for message in &list.items {
                let Some(snapshot) = parse::snapshot(&conversation, message) else { continue };
                past |= snapshot.created_at < since;
                if snapshot.created_at >= since && snapshot.message.author.id.as_str() == own {
                    found.push(snapshot);
                }
            }
            let next = self.next_of(&answer)?.filter(|_| !past);
            let Some(next) = next else {
                found.reverse();
                return Ok(found);
            };
            let mut call = self.get("/messages", self.limits.read())?;
            call.url = next;
            answer = self.send(call).await.map_err(refusal::call)?;
        }
        // What was not seen cannot be said to be absent.
        Err(CallError::Retry { after: None })
    }

    /// What kind of room it is, what it is called, and who is in it.
    pub(crate) async fn room(
        &self,
        conversation: &ConversationRef,
    ) -> Result<Option<Conversation>, CallError> {
        let mut call = self.get("/rooms", self.limits.other())?;
        call.url = self.room_url(conversation)?;
        let Some(answer) = self.find(call).await? else { return Ok(None) };
        let room: Titled<'_> = read(&answer)?;
        let (kind, name) = match &*room.kind {
            // Titled after the other one.
            "direct" => (ConversationKind::Direct, None),
            // There is nothing beside, so a channel is one, too.
            "group" => (ConversationKind::Group, room.title.map(|title| (*title).to_owned())),
            _ => (ConversationKind::Other, None),
        };
        let members = match self.members(conversation.id.as_str()).await {
            Ok(members) => members,
            // Out of it since.
            Err(CallError::Gone) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Conversation { at: conversation.clone(), kind, name, members }))
    }
}

/// How a list is read.
struct Reading<'r> {
    conversation: &'r ConversationRef,
    /// The newest message that is known.
    mark: Option<&'r str>,
    /// When that was written, or from when on messages are wanted.
    from: Timestamp,
}

/// What was found.
#[derive(Default)]
struct News {
    snapshots: Vec<Snapshot>,
    /// The mark was seen, or something older.
    reached: bool,
}

impl Reading<'_> {
    fn page(&self, answer: &Answer, news: &mut News) -> Result<(), CallError> {
        let list: List<Message<'_>> = read(answer)?;
        for message in &list.items {
            let Some(created) = Timestamp::parse(&message.created) else { continue };
            let is_mark = self.mark == Some(&message.id);
            // Before the mark in the list is after it in time, also within one millisecond; behind it only edits are
            // news. If the mark was deleted, the time decides, and what was seen already does no harm.
            let new = !news.reached && !is_mark && created >= self.from;
            if new || (self.mark.is_some() && changed_after(message, self.from)) {
                news.snapshots.extend(parse::snapshot(self.conversation, message));
            }
            news.reached |= is_mark || created < self.from;
        }
        Ok(())
    }
}

fn changed_after(message: &Message<'_>, at: Timestamp) -> bool {
    message.updated.as_ref().and_then(|updated| Timestamp::parse(updated)).is_some_and(|updated| updated > at)
}
