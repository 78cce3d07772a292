//! What conversations hold. "List user's chat messages", "Get a message".
//!
//! Lists go back six months, from an instant to the second, a page of fifty at a time, in an order that is not documented.
//! So they are read to the end, put in order, and sifted by the milliseconds of each message. Changes of older messages
//! are not found by listing from an instant; they are only reported.
//!
//! History names a sender by address and member id and not by user id. Our own address is asked for once; with the first
//! message that it is found on, the member id is known too, which outlives a change of the address. In a conversation of
//! two whoever is not oneself is the other.

use std::sync::OnceLock;
use std::time::Duration;

use entente_model::{
    Account, AccountRef, CallError, ConversationRef, Destination, MessageRef, Snapshot, Timestamp,
};
use entente_platform::classify::date;
use entente_platform::{Call, CatchUp, Failure, Mark};
use serde_json::value::RawValue;

use crate::channels::People;
use crate::client::{MESSAGES, ZoomClient, read};
use crate::id::Place;
use crate::wire::filled;
use crate::wire::message::{Message, Messages, Outline};
use crate::wire::user::User;
use crate::{id, parse, refusal, render};

/// The most pages that are read in one go.
const PAGES: usize = 40;

/// What history is asked for at most: "recent 6 months", of which the shortest has 181 days.
const KEPT: Duration = Duration::from_hours(24 * 180);

/// What of a conversation is listed.
pub(crate) struct Window {
    /// From this instant on, to the second.
    pub(crate) from: Timestamp,
    /// Until then; `None`: until now.
    pub(crate) to: Option<Timestamp>,
    /// The most pages.
    pub(crate) pages: usize,
}

/// Who we are in history.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) id: String,
    email: String,
    /// Learned from the first message of ours.
    member: OnceLock<String>,
}

impl Own {
    fn wrote(&self, sender: Option<&str>, member: Option<&str>) -> bool {
        let (sender, member) = (filled(sender), filled(member));
        if let (Some(own), Some(member)) = (self.member.get(), member) {
            return own == member;
        }
        let ours = sender.is_some_and(|sender| sender.eq_ignore_ascii_case(&self.email));
        if let (true, Some(member)) = (ours, member) {
            // Whoever was first has learned the same.
            drop(self.member.set(member.to_owned()));
        }
        ours
    }
}

/// An instant as the API takes it, rounded down to the second.
pub(crate) fn instant(at: Timestamp) -> String {
    let seconds =
        jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    seconds.to_string()
}

impl ZoomClient {
    /// Who we are, asked once.
    pub(crate) async fn own(&self) -> Result<&Own, CallError> {
        self.own.get_or_try_init(|| async { self.ask_own().await.map(|(own, _)| own) }).await
    }

    async fn ask_own(&self) -> Result<(Own, Option<Timestamp>), CallError> {
        let answer = self.send(self.get("/users/me", self.limits.light())?).await.map_err(refusal::call)?;
        let user: User = read(&answer)?;
        let id = user.id.ok_or(CallError::Retry { after: None })?;
        let own = Own { id, email: user.email.unwrap_or_default(), member: OnceLock::new() };
        Ok((own, date(&answer.headers)))
    }

    /// Who wrote a message: one of two, or somebody in a channel, whom their address tells.
    fn author(
        &self,
        own: &Own,
        (at, people): (Place<'_>, &People),
        sender: Option<&str>,
        member: Option<&str>,
    ) -> AccountRef {
        let author = match at {
            _ if own.wrote(sender, member) => &own.id,
            Place::Contact(other) => other,
            Place::Channel(_) => people.who(sender, member),
        };
        id::account(&self.workspace, author)
    }

    /// A message of a page. One that has a form that nobody knows is a line that says so; `None` if not even that can be said.
    fn listed(
        &self,
        conversation: &ConversationRef,
        own: &Own,
        who: (Place<'_>, &People),
        raw: &RawValue,
    ) -> Option<Snapshot> {
        if let Ok(message) = serde_json::from_str::<Message>(raw.get()) {
            let author = self.author(own, who, message.sender.as_deref(), message.send_member_id.as_deref());
            return Some(parse::snapshot(id::message(conversation, &message.id), author, &message));
        }
        let outline: Outline = serde_json::from_str(raw.get()).ok()?;
        let author = self.author(own, who, outline.sender.as_deref(), outline.send_member_id.as_deref());
        Some(parse::outlined(id::message(conversation, &outline.id), author, &outline))
    }

    /// A message. `None` for what is not there and for what is not for this login. Whether it was changed since is only
    /// told by a list, so that is asked for the second of the message.
    pub(crate) async fn one(&self, message: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        let Some((place, found)) = self.raw(message).await? else { return Ok(None) };
        let at = Timestamp::from_millis(found.timestamp);
        let until = at.plus(Duration::from_secs(1));
        let listed = self.list(&message.conversation, place, at, Some(until)).await.map_err(refusal::call)?;
        if let Some(listed) = listed.found.into_iter().find(|one| one.message.at == *message) {
            return Ok(Some(listed));
        }
        let (sender, member) = (found.sender.as_deref(), found.send_member_id.as_deref());
        let people = self.people_of(place).await?;
        let author = self.author(self.own().await?, (place, &people), sender, member);
        Ok(Some(parse::snapshot(message.clone(), author, &found)))
    }

    /// A message as "Get a message" has it, and where it stands.
    async fn raw<'a>(&self, message: &'a MessageRef) -> Result<Option<(Place<'a>, Message)>, CallError> {
        let own = self.own_id().await?;
        let Some(place) = Place::of(&message.conversation, &own) else { return Ok(None) };
        let limits = self.limits.read(&render::place(&own, place));
        let mut call = self.get(MESSAGES, limits)?;
        call.url = render::one(self, message, place)?;
        match self.send(call).await.map_err(refusal::message) {
            Ok(answer) => Ok(Some((place, read(&answer)?))),
            Err(CallError::Gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whoever wrote a message, as the message itself names them: of people of other accounts nothing else is told. What a chatbot
    /// said is nobody's.
    pub(crate) async fn author_of(
        &self,
        message: &MessageRef,
        who: &AccountRef,
    ) -> Result<Option<Account>, CallError> {
        let Some((place, found)) = self.raw(message).await? else { return Ok(None) };
        let people = self.people_of(place).await?;
        let (sender, member) = (found.sender.as_deref(), found.send_member_id.as_deref());
        let author = self.author(self.own().await?, (place, &people), sender, member);
        let name = found.sender_display_name.filter(|name| !name.trim().is_empty());
        Ok(name.filter(|_| author == *who).map(|name| Account {
            account: author,
            name,
            email: String::new(),
            bot: false,
            active: true,
            picture: None,
            department: None,
        }))
    }

    /// What is new since the mark.
    pub(crate) async fn since(
        &self,
        conversation: &ConversationRef,
        mark: &Mark,
    ) -> Result<CatchUp, CallError> {
        let own = self.own_id().await?;
        let place = Place::of(conversation, &own).ok_or(CallError::Gone)?;
        let (found, gap) = match self.list(conversation, place, mark.at, None).await.map(Listed::told) {
            Err(failure) if refusal::is_too_old(&failure) => {
                // Nobody has said anything for so long that the mark is older than what is kept.
                let now = self.ask_own().await?.1.ok_or_else(|| refusal::call(failure))?;
                let from = mark.at.max(now.minus(KEPT));
                (self.list(conversation, place, from, None).await.map_err(refusal::call)?.found, true)
            }
            listed => listed.map_err(refusal::call)?,
        };
        let is_new =
            |one: &Snapshot| one.created_at >= mark.at && Some(&one.message.at.id) != mark.message.as_ref();
        let snapshots = found.into_iter().filter(is_new).collect();
        Ok(CatchUp { snapshots, gap })
    }

    /// What this login's account said to somebody.
    pub(crate) async fn sent(&self, to: &Destination, since: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        let own = self.own_id().await?;
        let place = render::whereto(to, &own)?;
        let conversation = match place {
            Place::Contact(other) => id::direct(&self.workspace, &own, other),
            Place::Channel(channel) => id::channel_at(&self.workspace, channel),
        };
        let Listed { mut found, gap, .. } =
            match self.list(&conversation, place, since, None).await.map_err(refusal::call) {
                // Somebody to whom nothing can be sent was sent nothing.
                Err(CallError::Gone) => return Ok(Vec::new()),
                // What has an odd form is nothing that we said.
                listed => listed?,
            };
        if gap {
            // What was not seen cannot be said to be absent.
            return Err(CallError::Retry { after: None });
        }
        found.retain(|one| !one.deleted && one.created_at >= since && one.message.author.id.as_str() == own);
        Ok(found)
    }

    /// Everything from an instant on.
    async fn list(
        &self,
        conversation: &ConversationRef,
        place: Place<'_>,
        from: Timestamp,
        to: Option<Timestamp>,
    ) -> Result<Listed, Failure> {
        let window = Window { from, to, pages: PAGES };
        let mut found = Vec::new();
        let (gap, odd) = self.each(conversation, place, &window, |snapshot| found.push(snapshot)).await?;
        found.sort_by(|a, b| (a.created_at, &a.message.at.id).cmp(&(b.created_at, &b.message.at.id)));
        Ok(Listed { found, gap, odd })
    }

    /// Has everything of a window pass by, in whatever order it is listed. Whether the pages did not suffice, and whether they held
    /// something of which not even that can be told which message it is.
    pub(crate) async fn each(
        &self,
        conversation: &ConversationRef,
        place: Place<'_>,
        window: &Window,
        mut pass: impl FnMut(Snapshot) + Send,
    ) -> Result<(bool, bool), Failure> {
        let own = self.own().await.map_err(failed)?;
        let people = self.people_of(place).await.map_err(failed)?;
        let limits = self.limits.read(&render::place(&own.id, place));
        let mut call = self.get(MESSAGES, limits).map_err(failed)?;
        call.url.query_pairs_mut().extend_pairs([
            place.parameter(),
            ("from", &instant(window.from)),
            ("page_size", "50"),
            ("include_deleted_and_edited_message", "true"),
        ]);
        if let Some(to) = window.to {
            call.url.query_pairs_mut().append_pair("to", &instant(to));
        }
        let mut odd = false;
        let mut next: Call = call.clone();
        for _ in 0..window.pages {
            let answer = self.send(next).await?;
            let page: Messages<'_> = read(&answer).map_err(failed)?;
            for raw in &page.messages {
                match self.listed(conversation, own, (place, &people), raw) {
                    Some(snapshot) => pass(snapshot),
                    None => odd = true,
                }
            }
            let Some(token) = filled(page.next_page_token.as_deref()) else { return Ok((false, odd)) };
            next = call.clone();
            next.url.query_pairs_mut().append_pair("next_page_token", token);
        }
        Ok((true, odd))
    }
}

/// What was listed.
struct Listed {
    /// Oldest first.
    found: Vec<Snapshot>,
    /// The pages did not suffice.
    gap: bool,
    /// They held something of which not even that can be told which message it is.
    odd: bool,
}

impl Listed {
    /// What was found, and whether anything was left out.
    fn told(self) -> (Vec<Snapshot>, bool) {
        (self.found, self.gap || self.odd)
    }
}

/// An error as a call's failure.
fn failed(error: CallError) -> Failure {
    Failure { error, status: None, body: bytes::Bytes::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rounded_down() {
        let at = Timestamp::parse("2026-01-05T09:00:00.999Z").unwrap();
        assert_eq!(instant(at), "2026-01-05T09:00:00Z");
        assert_eq!(instant(Timestamp(0)), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn our_own_messages_are_known_by_address_and_then_by_member() {
        let own = Own { id: "A".into(), email: "ada@acme.example".into(), member: OnceLock::new() };
        let wrote = |sender, member| own.wrote(Some(sender), Some(member));
        assert!(!wrote("", "m2"));
        assert!(!wrote("bob@acme.example", "m2"));
        assert!(wrote("Ada@acme.example", "m1"));
        assert!(wrote("ada.lovelace@acme.example", "m1"), "the address was changed");
        assert!(!wrote("ada@acme.example", "m2"), "the address went to somebody else");
    }
}
