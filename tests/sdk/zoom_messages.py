"""Zoom's client: direct messages, which it carries without knowing them."""

from datetime import datetime, timedelta, timezone

from ledger import throttled
from zoom_case import MESSAGES, ZoomCase


class Messages(ZoomCase):
    def listed(self, client, other, **named):
        """What is in a conversation since yesterday."""
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

        def ask(**more):
            params = {"to_contact": other.id, "from": since, **named, **more}
            return client.contacts.get_request(MESSAGES, params=params)

        return self.pages(ask, "messages")

    def one_of(self, found, text):
        """The message with this text."""
        return next((message for message in found if message["message"] == text), None)

    def test_a_direct_messages_life(self):
        said = self.say(self.one, self.second, "Hello from one")
        seen = self.one_of(self.listed(self.two, self.first)[0], "Hello from one")
        self.assertEqual(plain(seen["id"]), plain(said), "one id, however it is spelled")
        self.assertEqual(seen["sender"], self.first.email)
        path = f"{MESSAGES}/{seen['id']}"
        edit = {"message": "Hello again", "to_contact": self.second.id}
        self.good(self.one.contacts.put_request(path, data=edit), 204)
        got = self.good(self.two.contacts.get_request(path, params={"to_contact": self.first.id}))
        self.assertEqual(got["message"], "Hello again")
        refused = self.two.contacts.put_request(path, data={"message": "No", "to_contact": self.first.id})
        self.assertGreaterEqual(refused.status_code, 400)
        mark = {"action": "read", "to_contact": self.first.id, "timestamp": got["timestamp"]}
        self.good(self.two.contacts.patch_request(f"{path}/status", data=mark), 204)
        self.good(self.one.contacts.delete_request(path, params={"to_contact": self.second.id}), 204)
        gone = self.one.contacts.get_request(path, params={"to_contact": self.second.id})
        self.refused(400, 300, gone)

    def test_lists_follow_the_pages(self):
        said = [self.say(self.one, self.second, f"Number {number}") for number in range(3)]
        found, pages = self.listed(self.two, self.first, page_size=2)
        self.assertGreater(pages, 1)
        ids = [plain(message["id"]) for message in found]
        self.assertEqual(len(ids), len(set(ids)), "none twice")
        self.assertLessEqual({plain(one) for one in said}, set(ids))
        sessions = self.good(self.two.contacts.get_request("/chat/users/me/sessions", params={"type": "1:1"}))
        self.assertTrue(sessions["sessions"])

    def test_threads_and_formats(self):
        rich = [{"start_position": 2, "end_position": 6, "format_type": "Bold"}]
        root = self.say(self.one, self.second, "A bold root", rich_text=rich)
        reply = self.say(self.two, self.first, "A reply", reply_main_message_id=root)
        seen = self.one_of(self.listed(self.one, self.second)[0], "A reply")
        self.assertEqual((plain(seen["id"]), plain(seen["reply_main_message_id"])), (plain(reply), plain(root)))
        shown = self.one_of(self.listed(self.two, self.first)[0], "A bold root")
        self.assertEqual(shown["rich_text"], rich)
        since = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        params = {"to_contact": self.second.id, "from": since}
        thread = self.good(self.one.contacts.get_request(f"{MESSAGES}/{shown['id']}/thread", params=params))
        texts = [message["message"] for message in thread["messages"]]
        self.assertEqual(sorted(texts), ["A bold root", "A reply"])

    def test_bad_requests_are_errors(self):
        self.refused(400, 300, self.one.contacts.post_request(MESSAGES, data={"message": "", "to_contact": self.second.id}))
        nobody = {"message": "x", "to_contact": "nobody@nowhere.example"}
        self.refused(404, 1001, self.one.contacts.post_request(MESSAGES, data=nobody))
        invitation = {"email": "no address"}
        self.refused(400, 300, self.one.contacts.post_request("/chat/users/me/invitations", data=invitation))
        invitation = {"email": self.second.email}
        self.good(self.one.contacts.post_request("/chat/users/me/invitations", data=invitation), 204)

    def test_a_limit_is_told_and_what_was_limited_did_nothing(self):
        before = self.world.zoom.end()
        with self.world.zoom.fault(throttled("/v2/chat/users/me/messages", "POST")):
            limited = self.one.contacts.post_request(MESSAGES, data={"message": "Once", "to_contact": self.second.id})
            self.assertEqual(limited.status_code, 429)
            self.say(self.one, self.second, "Once")
        made = [entry for entry in self.world.zoom.entries(before) if (entry["change"] or {}).get("text") == "Once"]
        self.assertEqual(len(made), 1)


def plain(identity):
    """A message's id as one of its three spellings."""
    return identity.strip("{}").lower()
