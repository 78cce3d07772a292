"""Somebody on each platform, with that vendor's client: the same few words for all of them, so that any two can talk.

Each looks at what arrived through their own client alone. `other` is always a `Contact`: whoever they talk with, as their
platform knows them.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from msgraph.generated.chats.item.messages.reply_with_quote.reply_with_quote_post_request_body import (
    ReplyWithQuotePostRequestBody,
)
from webexpythonsdk.exceptions import ApiError

from graph_case import direct, message
from world import world
from zoom_case import MESSAGES


@dataclass(frozen=True)
class Contact:
    """Somebody as a platform knows them: an account of their own, or a bot."""

    id: str
    email: str


@dataclass(frozen=True)
class Said:
    """A message as somebody sees it."""

    id: str
    text: str
    parent: str | None


class Voice:
    """A person at their own app."""

    def __init__(self, platform, person):
        self.world = world()
        self.person = person
        self.there = getattr(self.world.directory, platform)

    def contact(self, person):
        """How a colleague from another platform is known here."""
        stand_in = self.there.stand_in(person.email)
        if not stand_in:
            raise AssertionError(f"nothing stands in for {person.email}")
        return Contact(stand_in["id"], stand_in["email"] or person.email)

    def heard(self, other, text):
        """The message of `other` with this text, or None."""
        return next((said for said in self.list(other) if said.text == text), None)


class OnWebex(Voice):
    """By webexpythonsdk."""

    def __init__(self, person):
        super().__init__("webex", person)
        self.client = self.world.webex_as(person.token)

    def list(self, other):
        """What `other` said, or nothing."""
        try:
            found = list(self.client.messages.list_direct(personEmail=other.email))
        except ApiError as error:
            if error.status_code == 404:
                return []
            raise
        return [Said(one.id, one.text, one.parentId) for one in found if one.personId == other.id]

    def say(self, other, text, parent=None):
        """Says it; the id."""
        more = {"parentId": parent} if parent else {}
        return self.client.messages.create(toPersonEmail=other.email, text=text, **more).id

    def edit(self, other, identity, text):
        """Changes what was said."""
        room = self.client.messages.get(identity).roomId
        self.client.messages.update(messageId=identity, roomId=room, text=text)

    def delete(self, other, identity):
        """Takes it back."""
        self.client.messages.delete(identity)


class OnTeams(Voice):
    """By msgraph-sdk."""

    def __init__(self, person):
        super().__init__("teams", person)
        self.client = self.world.graph_as(person.token)

    def list(self, other):
        """What `other` said and has not taken back."""
        found = self.world.run(self._messages(other).get()).value
        return [
            Said(one.id, _text(one.body.content), _quoted(one))
            for one in found
            if one.from_ and one.from_.user and one.from_.user.id == other.id and not one.deleted_date_time
        ]

    def say(self, other, text, parent=None):
        """Says it; the id."""
        messages = self._messages(other)
        if not parent:
            return self.world.run(messages.post(message(text))).id
        body = ReplyWithQuotePostRequestBody(message_ids=[parent], reply_message=message(text))
        return self.world.run(messages.reply_with_quote.post(body)).id

    def edit(self, other, identity, text):
        """Changes what was said."""
        self.world.run(self._messages(other).by_chat_message_id(identity).patch(message(text)))

    def delete(self, other, identity):
        """Takes it back."""
        chat = self._chat(other)
        mine = self.client.users.by_user_id(self.person.id).chats.by_chat_id(chat).messages
        self.world.run(mine.by_chat_message_id(identity).soft_delete.post())

    def _chat(self, other):
        # "Create chat" answers the chat that there is.
        return self.world.run(self.client.chats.post(direct((self.person, other)))).id

    def _messages(self, other):
        return self.client.chats.by_chat_id(self._chat(other)).messages


class OnSlack(Voice):
    """By slack-sdk."""

    def __init__(self, person):
        super().__init__("slack", person)
        self.client = self.world.slack_as(person.token)

    def list(self, other):
        """What `other` said."""
        channel = self._channel(other)
        found = list(self.client.conversations_history(channel=channel, limit=100)["messages"])
        for root in [one for one in found if one.get("reply_count")]:
            found += self.client.conversations_replies(channel=channel, ts=root["ts"])["messages"][1:]
        return [
            Said(one["ts"], one["text"], one["thread_ts"] if one.get("thread_ts", one["ts"]) != one["ts"] else None)
            for one in found
            if one.get("user") == other.id and one.get("subtype") != "tombstone"
        ]

    def say(self, other, text, parent=None):
        """Says it; the id."""
        return self.client.chat_postMessage(channel=self._channel(other), text=text, thread_ts=parent)["ts"]

    def edit(self, other, identity, text):
        """Changes what was said."""
        self.client.chat_update(channel=self._channel(other), ts=identity, text=text)

    def delete(self, other, identity):
        """Takes it back."""
        self.client.chat_delete(channel=self._channel(other), ts=identity)

    def _channel(self, other):
        return self.client.conversations_open(users=[other.id])["channel"]["id"]


class OnZoom(Voice):
    """By zoomus, which carries Team Chat without knowing it."""

    def __init__(self, person):
        super().__init__("zoom", person)
        self.client = self.world.zoom_as(person.token).contacts

    def list(self, other):
        """What `other` said and has not taken back. What was edited is listed on request alone."""
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        params = {"to_contact": other.id, "from": since, "page_size": 50, "include_deleted_and_edited_message": "true"}
        found = _good(self.client.get_request(MESSAGES, params=params))["messages"]
        address = other.email.lower()
        return [
            Said(_spelled(one["id"]), one["message"], _spelled(one.get("reply_main_message_id")))
            for one in found
            if one["sender"].lower() == address and one["status"] != "Deleted"
        ]

    def say(self, other, text, parent=None):
        """Says it; the id."""
        body = {"message": text, "to_contact": other.id}
        if parent:
            body["reply_main_message_id"] = parent
        return _spelled(_good(self.client.post_request(MESSAGES, data=body))["id"])

    def edit(self, other, identity, text):
        """Changes what was said."""
        body = {"message": text, "to_contact": other.id}
        _good(self.client.put_request(f"{MESSAGES}/{identity}", data=body))

    def delete(self, other, identity):
        """Takes it back."""
        _good(self.client.delete_request(f"{MESSAGES}/{identity}", params={"to_contact": other.id}))


VOICES = {"webex": OnWebex, "teams": OnTeams, "slack": OnSlack, "zoom": OnZoom}


def _quoted(found):
    """What a message of Teams quotes."""
    references = [one.id for one in found.attachments or [] if one.content_type == "messageReference"]
    return references[0] if references else None


def _text(content):
    """The text of a message of Teams, without its markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", content or "")).strip()


def _good(answer):
    if answer.status_code >= 400:
        raise AssertionError(f"{answer.request.method} {answer.request.url} answered {answer.status_code}: {answer.text}")
    return answer.json() if answer.content else None


def _spelled(identity):
    """A message's id as one of its three spellings."""
    return identity.strip("{}").lower() if identity else None
