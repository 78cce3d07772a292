//! Group rooms by title or id, and who is in them. "List Rooms", "Get Room Details", "List Memberships". A login sees the rooms
//! that it is in, and no others. Titles are not unique.

use entente_model::{AccountRef, CallError, Channel, ChannelNow, ConversationRef};
use entente_platform::{Call, Effect};
use http::Method;

use crate::client::{WebexClient, read};
use crate::wire::Text;
use crate::wire::list::List;
use crate::wire::room::{Introduced, Membership, Reintroduced, Titled};
use crate::{id, refusal};

/// The most pages of rooms, and of members.
const PAGES: usize = 50;

impl WebexClient {
    /// A group room by its id, or by its title.
    pub(crate) async fn titled(&self, wanted: &str) -> Result<Option<Channel>, CallError> {
        let wanted = wanted.trim();
        let mut found: Vec<(String, String)> = Vec::new();
        if id::is_plain(wanted) {
            let path = ["/rooms/", &id::segment(wanted)].concat();
            match self.find(self.get(&path, self.limits.other())?).await {
                Ok(Some(answer)) => {
                    let room: Titled<'_> = read(&answer)?;
                    found.extend(named(&room));
                }
                // What cannot be an id may be a title.
                Ok(None) | Err(CallError::Reject(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if found.is_empty() {
            found = self.of_title(wanted).await?;
        }
        if found.len() > 1 {
            return Err(CallError::Reject(format!(
                "several rooms are called “{wanted}”; name one by its id"
            )));
        }
        let Some((room, name)) = found.pop() else { return Ok(None) };
        let members = self.members(&room).await?;
        let at = id::conversation(&self.workspace, &room);
        Ok(Some(Channel { at, name, archived: false, members }))
    }

    /// How a room stands. "Get Room Details".
    pub(crate) async fn stands(&self, channel: &ConversationRef) -> Result<Option<ChannelNow>, CallError> {
        let path = ["/rooms/", &id::segment(channel.id.as_str())].concat();
        let Some(answer) = self.find(self.get(&path, self.limits.directory())?).await? else {
            return Ok(None);
        };
        Ok(Some(now(&read::<Introduced<'_>>(&answer)?)))
    }

    /// "Update a Room". In a moderated space only moderators may.
    pub(crate) async fn change_room(
        &self,
        channel: &ConversationRef,
        title: &str,
        description: Option<&str>,
    ) -> Result<ChannelNow, CallError> {
        let url = self.url(&["/rooms/", &id::segment(channel.id.as_str())].concat())?;
        let call = Call { limits: self.limits.change(), ..Call::new(Method::PUT, url) };
        let call = call.effect(Effect::Repeatable).json(&Reintroduced { title, description });
        let answer = self.send(call).await.map_err(refusal::call)?;
        Ok(now(&read::<Introduced<'_>>(&answer)?))
    }

    /// What a room is about is its description; "the documented way to clear it is a single space".
    pub(crate) async fn describe(&self, channel: &ConversationRef, topic: &str) -> Result<String, CallError> {
        let known = self.stands(channel).await?.ok_or(CallError::Gone)?;
        let about = if topic.trim().is_empty() { " " } else { topic };
        let now = self.change_room(channel, &known.title, Some(about)).await?;
        Ok(now.topic.unwrap_or_default())
    }

    async fn of_title(&self, wanted: &str) -> Result<Vec<(String, String)>, CallError> {
        let mut call = self.get("/rooms?type=group&max=100", self.limits.directory())?;
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let answer = self.send(call.clone()).await.map_err(refusal::call)?;
            let list: List<Titled<'_>> = read(&answer)?;
            found.extend(list.items.iter().filter_map(named).filter(|(_, title)| title == wanted));
            match self.next_of(&answer)? {
                Some(next) => call.url = next,
                None => break,
            }
        }
        Ok(found)
    }

    /// Everybody in a room.
    pub(crate) async fn members(&self, room: &str) -> Result<Vec<AccountRef>, CallError> {
        let mut call = self.get("/memberships?max=100", self.limits.directory())?;
        call.url.query_pairs_mut().append_pair("roomId", room);
        let mut members = Vec::new();
        for _ in 0..PAGES {
            let answer = self.send(call.clone()).await.map_err(refusal::call)?;
            let list: List<Membership<'_>> = read(&answer)?;
            members.extend(list.items.iter().map(|member| id::account(&self.workspace, &member.person_id)));
            match self.next_of(&answer)? {
                Some(next) => call.url = next,
                None => break,
            }
        }
        Ok(members)
    }
}

/// Id and title of a group room.
fn named(room: &Titled<'_>) -> Option<(String, String)> {
    let title = room.title.as_ref().map(|title| (**title).to_owned()).unwrap_or_default();
    (&*room.kind == "group").then(|| ((*room.id).to_owned(), title))
}

fn now(room: &Introduced<'_>) -> ChannelNow {
    let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.trim().to_owned()).unwrap_or_default();
    ChannelNow { title: text(&room.title), topic: Some(text(&room.description)), archived: false }
}
