"""Webex's client: messages, the vendor's limits on them, and the client's own patience with 429."""

import secrets
from datetime import datetime

from ledger import throttled
from webex_case import WebexCase

LONGEST = 7439
MOST_EDITS = 10


class Messages(WebexCase):
    def test_a_direct_messages_life(self):
        said = self.one.messages.create(toPersonEmail=self.second.email, text="Hello over there")
        self.assertEqual((said.text, said.personId, said.roomType), ("Hello over there", self.first.id, "direct"))
        seen = self.two.messages.get(said.id)
        self.assertEqual((seen.text, seen.personEmail.lower()), ("Hello over there", self.first.email.lower()))
        edited = self.one.messages.update(messageId=said.id, roomId=said.roomId, text="Hello again")
        self.assertEqual((edited.id, self.two.messages.get(said.id).text), (said.id, "Hello again"))
        self.one.messages.delete(said.id)
        self.refused(404, self.two.messages.get, said.id)

    def test_direct_messages_are_listed_for_both(self):
        said = self.one.messages.create(toPersonId=self.second.id, text="For the list")
        for client, other in ((self.one, self.second), (self.two, self.first)):
            by_id = [message.id for message in client.messages.list_direct(personId=other.id)]
            by_email = [message.id for message in client.messages.list_direct(personEmail=other.email)]
            self.assertIn(said.id, by_id)
            self.assertEqual(by_id, by_email)

    def test_threads(self):
        room = self.scratch_room()
        first = self.one.messages.create(roomId=room.id, text="A question")
        reply = self.one.messages.create(roomId=room.id, parentId=first.id, text="An answer")
        self.assertEqual(reply.parentId, first.id)
        replies = [message.id for message in self.one.messages.list(roomId=room.id, parentId=first.id)]
        self.assertEqual(replies, [reply.id])
        self.refused(400, self.one.messages.create, roomId=room.id, parentId=reply.id, text="Too deep")

    def test_markdown_becomes_html(self):
        room = self.scratch_room()
        said = self.one.messages.create(roomId=room.id, markdown="**bold** and `code`")
        self.assertIn("<strong>bold</strong>", said.html)
        self.assertIn("<code>code</code>", said.html)
        self.assertEqual(said.text, "bold and code")

    def test_a_mention_is_named(self):
        room = self.scratch_room()
        self.one.memberships.create(room.id, personId=self.second.id)
        said = self.one.messages.create(roomId=room.id, markdown=f"Look, <@personId:{self.second.id}|there>")
        self.assertEqual(said.mentionedPeople, [self.second.id])
        mine = self.two.messages.list(roomId=room.id, mentionedPeople="me")
        self.assertEqual([message.id for message in mine], [said.id])

    def test_list_follows_the_pages(self):
        room = self.scratch_room()
        said = [self.one.messages.create(roomId=room.id, text=f"Number {n}").id for n in range(5)]
        before = self.world.webex.end()
        listed = [message.id for message in self.one.messages.list(roomId=room.id, max=2)]
        self.assertEqual(listed, said[::-1], "newest first, each once")
        calls = [entry for entry in self.world.webex.entries(before) if entry["path"] == "/v1/messages"]
        self.assertEqual(len(calls), 3, "two and two and one")
        older = [message.id for message in self.one.messages.list(roomId=room.id, beforeMessage=said[2])]
        self.assertEqual(older, [said[1], said[0]])
        cut = self.one.messages.get(said[3]).created
        self.assertIsInstance(cut, datetime)
        earlier = self.one.messages.list(roomId=room.id, before=cut.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        self.assertNotIn(said[4], [message.id for message in earlier])

    def test_length_is_counted_in_bytes(self):
        room = self.scratch_room()
        self.assertEqual(len(self.one.messages.create(roomId=room.id, text="a" * LONGEST).text), LONGEST)
        self.refused(400, self.one.messages.create, roomId=room.id, text="a" * (LONGEST + 1))
        self.refused(400, self.one.messages.create, roomId=room.id, text="é" * (LONGEST // 2 + 1))

    def test_ten_edits_and_no_more(self):
        room = self.scratch_room()
        said = self.one.messages.create(roomId=room.id, text="Draft")
        for number in range(MOST_EDITS):
            self.one.messages.update(messageId=said.id, roomId=room.id, text=f"Draft {number}")
        self.refused(400, self.one.messages.update, messageId=said.id, roomId=room.id, text="One too many")

    def test_others_messages_are_not_ones_own(self):
        said = self.one.messages.create(toPersonId=self.second.id, text="Mine")
        self.refused(403, self.two.messages.update, messageId=said.id, roomId=said.roomId, text="Yours")
        self.refused(403, self.two.messages.delete, said.id)

    def test_bad_requests_are_errors(self):
        self.refused(404, self.one.messages.get, "bm90aGluZw")
        self.refused(404, self.one.messages.create, toPersonEmail="nobody@nowhere.example", text="Hello?")
        self.refused(400, list, self.one.messages.list(roomId=self.scratch_room().id, mentionedPeople=self.second.id))


class Patience(WebexCase):
    """The client waits as long as the answer says, and tries again by itself."""

    def test_a_read_and_a_write_are_tried_again_after_429(self):
        ledger = self.world.webex
        before = ledger.end()
        with ledger.fault(throttled("/v1/people/me", "GET"), throttled("/v1/messages", "POST")):
            self.assertEqual(self.one.people.me().id, self.first.id)
            text = f"Sent once {secrets.token_hex(4)}"
            said = self.one.messages.create(toPersonId=self.second.id, text=text)
        entries = ledger.entries(before)
        for method, path in (("GET", "/v1/people/me"), ("POST", "/v1/messages")):
            tries = [entry for entry in entries if (entry["method"], entry["path"]) == (method, path)]
            self.assertEqual([entry["status"] for entry in tries], [429, 200], (method, path))
            refused, answered = (datetime.fromisoformat(entry["at"]) for entry in tries)
            self.assertGreaterEqual((answered - refused).total_seconds(), 1.0, "not before Retry-After")
        same = [m for m in self.two.messages.list_direct(personId=self.first.id) if m.text == text]
        self.assertEqual([message.id for message in same], [said.id])
