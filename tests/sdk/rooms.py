"""Somebody in a channel, on each platform, with that vendor's client: the same few words for all of them.

Each finds the channel by its name, looks at what stands there through their own client alone, and knows nothing of the others.
"""

import base64
import html
import os
import re
import tempfile
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.drives.item.items.item.create_link.create_link_post_request_body import (
    CreateLinkPostRequestBody,
)
from msgraph.generated.models.chat_message_attachment import ChatMessageAttachment
from msgraph.generated.teams.item.channels.item.messages.item.set_reaction.set_reaction_post_request_body import (
    SetReactionPostRequestBody,
)
from msgraph.generated.teams.item.channels.item.messages.messages_request_builder import MessagesRequestBuilder

from graph_case import message
from voices import _good, _spelled
from world import world
from zoom_case import MESSAGES

THUMB = "👍"
WITH_REPLIES = RequestConfiguration(
    query_parameters=MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(expand=["replies"], top=50)
)


@dataclass(frozen=True)
class Shown:
    """A message as somebody in the channel sees it; `files` are what fetches each by its name."""

    id: str
    who: str
    text: str
    parent: str | None
    files: dict = field(default_factory=dict)
    reactions: frozenset = frozenset()


class Seat:
    """A person at their own app, in a channel of this name."""

    def __init__(self, person, name):
        self.world = world()
        self.person = person
        self.channel = self.find(name)

    def shown(self, text):
        """The message that says this, or None."""
        return next((one for one in self.read() if text in one.text), None)

    def felt(self, text):
        """Whether somebody's thumb shows at the message that says this: as a reaction, or as the line below it that stands for
        those which the platform does not take."""
        at = self.shown(text)
        if not at:
            return False
        below = (one.text for one in self.read() if one.parent == at.id and "reacted:" in one.text)
        return THUMB in at.reactions or any(THUMB in line for line in below)


class InWebex(Seat):
    """By webexpythonsdk."""

    @property
    def client(self):
        return self.world.webex_as(self.person.token)

    def find(self, name):
        return next(room.id for room in self.client.rooms.list(type="group") if room.title == name)

    def read(self):
        """What stands there."""
        names = {}
        found = list(self.client.messages.list(roomId=self.channel, max=100))
        for one in found:
            if one.personId not in names:
                names[one.personId] = self.client.people.get(one.personId).displayName
        return [
            Shown(one.id, names[one.personId], one.text or "", one.parentId, self._files(one.files or [])) for one in found
        ]

    def say(self, text, parent=None):
        """Says it; the id."""
        more = {"parentId": parent} if parent else {}
        return self.client.messages.create(roomId=self.channel, text=text, **more).id

    def edit(self, identity, text):
        """Changes it."""
        self.client.messages.update(messageId=identity, roomId=self.channel, text=text)

    def delete(self, identity):
        """Takes it back."""
        self.client.messages.delete(identity)

    def attach(self, name, content):
        """Sends a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(content)
            self.client.messages.create(roomId=self.channel, files=[path])

    def _files(self, urls):
        files = {}
        for url in urls:
            head = urllib.request.Request(url, headers=_bearer(self.person), method="HEAD")
            with urllib.request.urlopen(head, timeout=10) as answer:
                files[answer.headers.get_filename()] = lambda url=url: _fetched(url, self.person)
        return files


class InTeams(Seat):
    """By msgraph-sdk."""

    @property
    def client(self):
        return self.world.graph_as(self.person.token)

    def find(self, name):
        for team in self.world.run(self.client.teams.get()).value:
            for channel in self.world.run(self.client.teams.by_team_id(team.id).channels.get()).value:
                if channel.display_name == name:
                    return team.id, channel.id
        raise AssertionError(f"no channel is called {name}")

    def read(self):
        """What stands there and was not taken back."""
        roots = self.world.run(self._messages().get(WITH_REPLIES)).value
        found = [(one, root.id) for root in roots for one in root.replies or []] + [(root, None) for root in roots]
        return [
            Shown(one.id, _name(one.from_), _text(one.body.content), root, self._files(one), _reactions(one))
            for one, root in found
            if not one.deleted_date_time and one.from_
        ]

    def say(self, text, parent=None):
        """Says it; the id."""
        messages = self._messages()
        if parent:
            return self.world.run(messages.by_chat_message_id(parent).replies.post(message(text))).id
        return self.world.run(messages.post(message(text))).id

    def edit(self, identity, text):
        """Changes it."""
        self.world.run(self._messages().by_chat_message_id(identity).patch(message(text)))

    def delete(self, identity):
        """Takes it back."""
        self.world.run(self._messages().by_chat_message_id(identity).soft_delete.post())

    def react(self, identity):
        """A thumb."""
        there = self._messages().by_chat_message_id(identity)
        self.world.run(there.set_reaction.post(SetReactionPostRequestBody(reaction_type=THUMB)))

    def attach(self, name, content):
        """Puts a file into one's drive, lets everybody in, and hangs it at a message."""
        drive = self.world.run(self.client.me.drive.get())
        items = self.client.drives.by_drive_id(drive.id).items
        made = self.world.run(items.by_drive_item_id(f"root:/{name}:").content.put(content))
        link = CreateLinkPostRequestBody(type="view", scope="organization")
        self.world.run(items.by_drive_item_id(made.id).create_link.post(link))
        guid = made.e_tag.strip('"{').split("}")[0].lower()
        post = message(f'<attachment id="{guid}"></attachment>', html=True)
        url = made.web_dav_url or made.web_url
        post.attachments = [ChatMessageAttachment(id=guid, content_type="reference", content_url=url, name=name)]
        self.world.run(self._messages().post(post))

    def _messages(self):
        team, channel = self.channel
        return self.client.teams.by_team_id(team).channels.by_channel_id(channel).messages

    def _files(self, found):
        def fetch(url):
            key = "u!" + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
            return self.world.run(self.client.shares.by_shared_drive_item_id(key).drive_item.content.get())

        there = [one for one in found.attachments or [] if one.content_type == "reference"]
        return {one.name: lambda url=one.content_url: fetch(url) for one in there}


class InSlack(Seat):
    """By slack-sdk."""

    @property
    def client(self):
        return self.world.slack_as(self.person.token)

    def find(self, name):
        channels = (one for page in self.client.users_conversations(types="public_channel") for one in page["channels"])
        return next(one["id"] for one in channels if one["name"] == name.lower())

    def read(self):
        """What stands there."""
        found = list(self.client.conversations_history(channel=self.channel, limit=200)["messages"])
        for root in [one for one in found if one.get("reply_count")]:
            found += self.client.conversations_replies(channel=self.channel, ts=root["ts"])["messages"][1:]
        return [self._shown(one) for one in found if one.get("subtype") not in ("tombstone", "channel_join")]

    def say(self, text, parent=None):
        """Says it; the id."""
        return self.client.chat_postMessage(channel=self.channel, text=text, thread_ts=parent)["ts"]

    def edit(self, identity, text):
        """Changes it."""
        self.client.chat_update(channel=self.channel, ts=identity, text=text)

    def delete(self, identity):
        """Takes it back."""
        self.client.chat_delete(channel=self.channel, ts=identity)

    def react(self, identity):
        """A thumb."""
        self.client.reactions_add(channel=self.channel, timestamp=identity, name="+1")

    def attach(self, name, content):
        """Sends a file."""
        self.client.files_upload_v2(channel=self.channel, file=content, filename=name)

    def _shown(self, one):
        who = one.get("username") or self.client.users_info(user=one["user"])["user"]["profile"]["real_name"]
        parent = one["thread_ts"] if one.get("thread_ts", one["ts"]) != one["ts"] else None
        files = {
            file["name"]: lambda url=file["url_private"]: _fetched(url, self.person) for file in one.get("files", [])
        }
        names = frozenset({"+1": THUMB}.get(found["name"], found["name"]) for found in one.get("reactions", []))
        return Shown(one["ts"], who, html.unescape(one["text"]), parent, files, names)


class InZoom(Seat):
    """By zoomus, which carries Team Chat without knowing it."""

    @property
    def client(self):
        return self.world.zoom_as(self.person.token).contacts

    def find(self, name):
        channels = _good(self.client.get_request("/chat/users/me/channels", params={"page_size": 50}))["channels"]
        return next(one["id"] for one in channels if one["name"] == name)

    def read(self):
        """What stands there and was not taken back."""
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        params = {"to_channel": self.channel, "from": since, "page_size": 50, "include_deleted_and_edited_message": "true"}
        found, token = [], ""
        while True:
            page = _good(self.client.get_request(MESSAGES, params={**params, "next_page_token": token} if token else params))
            found += page["messages"]
            token = page.get("next_page_token")
            if not token:
                break
        return [self._shown(one) for one in found if one["status"] != "Deleted"]

    def say(self, text, parent=None):
        """Says it; the id."""
        body = {"message": text, "to_channel": self.channel}
        if parent:
            body["reply_main_message_id"] = parent
        return _spelled(_good(self.client.post_request(MESSAGES, data=body))["id"])

    def edit(self, identity, text):
        """Changes it."""
        _good(self.client.put_request(f"{MESSAGES}/{identity}", data={"message": text, "to_channel": self.channel}))

    def delete(self, identity):
        """Takes it back."""
        _good(self.client.delete_request(f"{MESSAGES}/{identity}", params={"to_channel": self.channel}))

    def react(self, identity):
        """A thumb."""
        body = {"action": "add", "emoji": "U+1F44D", "to_channel": self.channel}
        _good(self.client.patch_request(f"{MESSAGES}/{identity}/emoji_reactions", data=body))

    def attach(self, name, content):
        """Sends a file, whose content is a text."""
        parts = [f'name="to_channel"\r\n\r\n{self.channel}']
        parts.append(f'name="files"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n{content.decode()}')
        form = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
        headers = {**_bearer(self.person), "Content-Type": "multipart/form-data; boundary=edge"}
        _good(self.client.post_request(f"{MESSAGES}/files", data=form, headers=headers))

    def _shown(self, one):
        bot = one.get("bot_message") or {}
        lines = [bot.get("head", {}).get("text", ""), *(block.get("text", "") for block in bot.get("body", []))]
        text = one["message"] or "\n".join(filter(None, lines))
        files = {
            file["file_name"]: lambda url=file["download_url"]: _fetched(url, self.person)
            for file in one.get("files", [])
        }
        thumbs = frozenset(THUMB for found in one.get("reactions", []) if found["emoji"] == "U+1F44D")
        parent = _spelled(one.get("reply_main_message_id"))
        return Shown(_spelled(one["id"]), one["sender_display_name"], text, parent, files, thumbs)


SEATS = {"webex": InWebex, "teams": InTeams, "slack": InSlack, "zoom": InZoom}


def _bearer(person):
    return {"Authorization": f"Bearer {person.token}"}


def _fetched(url, person):
    """The bytes behind an address that asks for the token."""
    request = urllib.request.Request(url, headers=_bearer(person))
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def _name(author):
    return (author.user or author.application).display_name


def _reactions(found):
    return frozenset(one.reaction_type for one in found.reactions or [])


def _text(content):
    return html.unescape(re.sub(r"<[^>]*>", "", content or "")).replace("\xa0", " ").strip()
