//! Group rooms made, filled, emptied and named. "Create a Room", "Update a Room", "Create a Membership", "List Memberships",
//! "Delete a Membership".
//!
//! - A room begins with whoever makes it, so everybody else is let in afterwards, one call each. Bots do all of this as
//!   people do.
//! - Titles are not unique. What a room was made for stands as a mark in its description, which "List Rooms" tells and which
//!   a later title does not change; so after a lost answer it is found, and no other.
//! - In a moderated room only moderators let people in, take them out and name it; we make none.

use entente_model::{AccountRef, CallError, ConversationRef, Timestamp};
use entente_platform::{Call, Effect, Failure, MadeGroup, WantedChannel, WantedGroup};
use http::Method;

use crate::client::{WebexClient, read};
use crate::wire::list::List;
use crate::wire::outgoing::{NewMembership, NewRoom, Renaming};
use crate::wire::room::{Described, Made, Seat};
use crate::{id, refusal};

/// The most pages of rooms that are looked through for one that was made.
const PAGES: usize = 10;

impl WebexClient {
    /// Makes a room with nobody in it but this login's account.
    pub(crate) async fn make_room(&self, wanted: &WantedGroup<'_>) -> Result<MadeGroup, CallError> {
        let at = self.room_made(wanted.name, wanted.mark, false).await?;
        Ok(MadeGroup { at, channel: false })
    }

    /// Makes a room that everybody in the organization can find and join, with nobody in it but this login's account.
    pub(crate) async fn make_space(&self, wanted: &WantedChannel<'_>) -> Result<ConversationRef, CallError> {
        self.room_made(wanted.name, wanted.mark, true).await
    }

    async fn room_made(&self, title: &str, mark: &str, public: bool) -> Result<ConversationRef, CallError> {
        let description = described(mark);
        let room = NewRoom { title, description: &description, public };
        let call = Call { limits: self.limits.other(), ..Call::new(Method::POST, self.url("/rooms")?) };
        let answer = self.send(call.json(&room).visible()).await.map_err(refusal::call)?;
        let made: Made<'_> = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok(id::conversation(&self.workspace, &made.id))
    }

    /// The room that this login's account made for this mark. Rooms are listed by their last activity, newest first, which
    /// is never before they were made.
    pub(crate) async fn find_room(
        &self,
        mark: &str,
        since: Timestamp,
    ) -> Result<Option<ConversationRef>, CallError> {
        let own = self.own_id().await?;
        let description = described(mark);
        let mut call = self.get("/rooms?type=group&sortBy=lastactivity&max=100", self.limits.directory())?;
        for _ in 0..PAGES {
            let answer = self.send(call.clone()).await.map_err(refusal::call)?;
            let list: List<Described<'_>> = read(&answer)?;
            // Somebody may have written more beside it.
            let ours = |room: &&Described<'_>| {
                *room.creator_id == *own
                    && room.description.as_ref().is_some_and(|text| text.contains(&description))
            };
            if let Some(room) = list.items.iter().find(ours) {
                return Ok(Some(id::conversation(&self.workspace, &room.id)));
            }
            let older = |room: &Described<'_>| {
                room.last_activity.as_ref().and_then(|at| Timestamp::parse(at)).is_some_and(|at| at < since)
            };
            match self.next_of(&answer)? {
                Some(next) if !list.items.iter().any(older) => call.url = next,
                _ => return Ok(None),
            }
        }
        // What was not seen cannot be said to be absent.
        Err(CallError::Retry { after: None })
    }

    /// Lets somebody into a room. "Create a Membership": 409 for whoever is in it.
    pub(crate) async fn seat(&self, group: &ConversationRef, account: &AccountRef) -> Result<(), CallError> {
        let seat = NewMembership { room_id: group.id.as_str(), person_id: account.id.as_str() };
        let call =
            Call { limits: self.limits.directory(), ..Call::new(Method::POST, self.url("/memberships")?) };
        match self.send(call.json(&seat).effect(Effect::Repeatable)).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 409) => Ok(()),
            // Which of the two is not there is not said.
            Err(Failure { error: CallError::Gone, .. }) if self.in_room(group).await? => {
                Err(CallError::Reject("Webex knows no such account, or does not let it be found".to_owned()))
            }
            Err(failure) => Err(refusal::call(failure)),
        }
    }

    /// Takes somebody out of a room.
    pub(crate) async fn unseat(
        &self,
        group: &ConversationRef,
        account: &AccountRef,
    ) -> Result<(), CallError> {
        let mut call = self.get("/memberships", self.limits.directory())?;
        call.url
            .query_pairs_mut()
            .append_pair("roomId", group.id.as_str())
            .append_pair("personId", account.id.as_str());
        let Some(answer) = self.find(call).await? else {
            // Whoever has left sees the room no more.
            let left = *self.own_id().await? == *account.id.as_str();
            return if left { Ok(()) } else { Err(CallError::Gone) };
        };
        let seats: List<Seat<'_>> = read(&answer)?;
        for seat in seats.items.iter().filter(|seat| *seat.person_id == *account.id.as_str()) {
            let url = self.url(&["/memberships/", &id::segment(&seat.id)].concat())?;
            let call = Call { limits: self.limits.directory(), ..Call::new(Method::DELETE, url) };
            self.find(call).await?;
        }
        Ok(())
    }

    /// Names a room. "Update a Room".
    pub(crate) async fn retitle(&self, group: &ConversationRef, name: &str) -> Result<(), CallError> {
        let call = Call { limits: self.limits.other(), ..Call::new(Method::PUT, self.room_url(group)?) };
        self.send(call.json(&Renaming { title: name })).await.map(drop).map_err(refusal::call)
    }

    /// The address of a room.
    pub(crate) fn room_url(&self, room: &ConversationRef) -> Result<url::Url, CallError> {
        self.url(&["/rooms/", &id::segment(room.id.as_str())].concat())
    }

    /// Whether this login's account is in the room.
    async fn in_room(&self, room: &ConversationRef) -> Result<bool, CallError> {
        let call = Call { limits: self.limits.other(), ..Call::new(Method::GET, self.room_url(room)?) };
        self.find(call).await.map(|answer| answer.is_some())
    }
}

/// What the description of a room says that was made for this mark.
fn described(mark: &str) -> String {
    ["Kept in step with other apps by Entente. ", mark].concat()
}
