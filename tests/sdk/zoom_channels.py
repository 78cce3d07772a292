"""Zoom's client: channels, what is said in them, and reactions, all of which it carries without knowing them."""

import secrets
from datetime import datetime, timedelta, timezone

from zoom_case import MESSAGES, ZoomCase

CHANNELS = "/chat/users/me/channels"
THUMB = "U+1F44D"


class ChannelCase(ZoomCase):
    """A channel of the first person's, which the second is in."""

    def channel(self, kind=2):
        """A new channel with both in it; its id."""
        wanted = {"name": f"SDK {secrets.token_hex(4)}", "type": kind, "members": [{"email": self.second.email}]}
        return self.good(self.one.contacts.post_request(CHANNELS, data=wanted), 201)["id"]

    def tell(self, client, channel, text, **more):
        """Says something in a channel; the id."""
        body = {"message": text, "to_channel": channel, **more}
        return self.good(client.contacts.post_request(MESSAGES, data=body), 201)["id"]

    def asking(self, client, path):
        """Asks for a list in pages of one."""
        return lambda **named: client.contacts.get_request(path, params={**named, "page_size": 1})

    def told(self, client, channel, **more):
        """What is in a channel since yesterday."""
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        params = {"to_channel": channel, "from": since, "page_size": 50, **more}
        return self.good(client.contacts.get_request(MESSAGES, params=params))["messages"]


class Channels(ChannelCase):
    def test_a_channels_life(self):
        name = f"SDK {secrets.token_hex(4)}"
        made = self.good(self.one.contacts.post_request(CHANNELS, data={"name": name, "type": 2}), 201)
        self.assertEqual((made["name"], made["type"]), (name, 2))
        self.assertTrue(made["jid"].startswith(made["id"]), made)
        channel = f"{CHANNELS}/{made['id']}"
        self.assertEqual(self.good(self.one.contacts.get_request(channel))["name"], name)
        self.assertGreaterEqual(self.two.contacts.get_request(channel).status_code, 400, "one must be in it")
        invited = {"members": [{"email": self.second.email}]}
        added = self.good(self.one.contacts.post_request(f"{channel}/members", data=invited), 201)
        self.assertEqual(added["ids"], self.second.id)
        self.assertEqual(self.good(self.two.contacts.get_request(channel))["id"], made["id"])
        members, pages = self.pages(self.asking(self.two, f"{channel}/members"), "members")
        self.assertEqual(pages, 2)
        roles = {one["email"]: one["role"] for one in members}
        self.assertEqual(roles, {self.first.email: "owner", self.second.email: "member"})
        self.assertEqual({one["id"] for one in members}, {self.first.id, self.second.id})
        self.assertEqual({one["name"] for one in members}, {self.first.name, self.second.name})
        self.good(self.one.contacts.delete_request(f"{channel}/members/{self.second.id}"), 204)
        self.assertGreaterEqual(self.two.contacts.get_request(channel).status_code, 400)
        self.refused(400, 300, self.one.contacts.post_request(CHANNELS, data={"name": "No type"}))

    def test_lists_follow_the_pages(self):
        made = {self.channel() for _ in range(2)}
        for channel in made:
            self.tell(self.one, channel, "Begun")
        for client in (self.one, self.two):
            listed, pages = self.pages(self.asking(client, CHANNELS), "channels")
            self.assertGreater(pages, 1)
            self.assertLessEqual(made, {one["id"] for one in listed})
        sessions = self.good(self.two.contacts.get_request("/chat/users/me/sessions", params={"type": "groupchat"}))
        self.assertLessEqual(made, {one["channel_id"] for one in sessions["sessions"]})

    def test_what_is_said_there(self):
        channel = self.channel()
        root = self.tell(self.one, channel, "Who is in?")
        reply = self.tell(self.two, channel, "Me", reply_main_message_id=root)
        seen = {plain(one["id"]): one for one in self.told(self.two, channel)}
        self.assertEqual((seen[plain(root)]["message"], seen[plain(root)]["sender"]), ("Who is in?", self.first.email))
        self.assertEqual(plain(seen[plain(reply)]["reply_main_message_id"]), plain(root))
        path = f"{MESSAGES}/{root}"
        edit = {"message": "Who is coming?", "to_channel": channel}
        self.good(self.one.contacts.put_request(path, data=edit), 204)
        listed = self.told(self.two, channel, include_deleted_and_edited_message="true")
        edited = next(one for one in listed if plain(one["id"]) == plain(root))
        self.assertEqual((edited["message"], edited["status"]), ("Who is coming?", "Edited"))
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        thread = self.good(self.two.contacts.get_request(f"{path}/thread", params={"to_channel": channel, "from": since}))
        self.assertEqual({one["sender_email"] for one in thread["messages"]}, {self.first.email, self.second.email})
        self.good(self.two.contacts.delete_request(f"{MESSAGES}/{reply}", params={"to_channel": channel}), 204)
        self.assertNotIn(plain(reply), [plain(one["id"]) for one in self.told(self.one, channel)])

    def test_somebody_is_called(self):
        channel = self.channel()
        text = f"@{self.second.name.split()[0]} look"
        end = text.index(" ") - 1
        called = [{"at_contact": self.second.email, "at_type": 1, "start_position": 0, "end_position": end}]
        said = self.tell(self.one, channel, text, at_items=called)
        seen = next(one for one in self.told(self.two, channel) if plain(one["id"]) == plain(said))
        self.assertEqual([(one["at_type"], one["at_contact"]) for one in seen["at_items"]], [(1, self.second.id)])
        self.assertEqual([(one["start_position"], one["end_position"]) for one in seen["at_items"]], [(0, end)])
        everybody = [{"at_type": 2, "start_position": 0, "end_position": 3}]
        said = self.tell(self.one, channel, "@all look", at_items=everybody)
        seen = next(one for one in self.told(self.two, channel) if plain(one["id"]) == plain(said))
        self.assertEqual([one["at_type"] for one in seen["at_items"]], [2])

    def test_reactions(self):
        channel = self.channel()
        said = self.tell(self.one, channel, "Lunch?")
        self.react(self.two, channel, said, "add")
        self.react(self.one, channel, said, "add")
        shown = self.told(self.one, channel)[0]["reactions"]
        self.assertEqual([(one["emoji"], one["total_count"]) for one in shown], [(THUMB, 2)])
        self.assertEqual([one["user_id"] for one in shown[0]["senders"]], [self.second.id, self.first.id])
        self.react(self.two, channel, said, "remove")
        self.assertEqual([one["total_count"] for one in self.told(self.one, channel)[0]["reactions"]], [1])
        wrong = {"action": "add", "emoji": "thumbs up", "to_channel": channel}
        self.refused(400, 300, self.one.contacts.patch_request(f"{MESSAGES}/{said}/emoji_reactions", data=wrong))

    def react(self, client, channel, message, action):
        body = {"action": action, "emoji": THUMB, "to_channel": channel}
        self.good(client.contacts.patch_request(f"{MESSAGES}/{message}/emoji_reactions", data=body), 204)


def plain(identity):
    """A message's id as one of its three spellings."""
    return identity.strip("{}").lower()
