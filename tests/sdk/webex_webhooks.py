"""Webex's client: webhooks, and what arrives through them, checked as a customer of the vendor would."""

import hashlib
import hmac
import json

from webexpythonsdk import WebhookEvent

from listener import Listener
from webex_case import WebexCase

SECRET = "not very secret"


class Webhooks(WebexCase):
    def webhook(self, name, target, **named):
        made = self.one.webhooks.create(name=name, targetUrl=target, secret=SECRET, **named)
        self.addCleanup(self.one.webhooks.delete, made.id)
        return made

    def test_a_webhooks_life(self):
        made = self.one.webhooks.create("Life", "http://127.0.0.1:1/a", "messages", "created", secret=SECRET)
        self.assertEqual((made.name, made.resource, made.event, made.status), ("Life", "messages", "created", "active"))
        self.assertEqual(self.one.webhooks.get(made.id).targetUrl, "http://127.0.0.1:1/a")
        changed = self.one.webhooks.update(made.id, name="Better", targetUrl="http://127.0.0.1:1/b")
        self.assertEqual((changed.name, changed.targetUrl), ("Better", "http://127.0.0.1:1/b"))
        self.one.webhooks.delete(made.id)
        self.refused(404, self.one.webhooks.get, made.id)

    def test_list_follows_the_pages(self):
        made = {self.webhook(f"Page {n}", f"http://127.0.0.1:1/{n}", resource="rooms", event="all").id for n in range(3)}
        listed = [webhook.id for webhook in self.one.webhooks.list(max=1)]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertLessEqual(made, set(listed))

    def test_bad_requests_are_errors(self):
        target = "http://127.0.0.1:1/a"
        self.refused(400, self.one.webhooks.create, "Bad", target, "nonsense", "created")
        self.refused(404, self.one.webhooks.get, "bm90aGluZw")
        self.webhook("Twin", target, resource="messages", event="created")
        self.refused(409, self.one.webhooks.create, "Twin", target, "messages", "created", secret=SECRET)

    def test_messages_are_told_signed_and_without_their_text(self):
        with Listener() as listener:
            hook = self.webhook("Told", f"{listener.url}/told", resource="messages", event="all")
            said = self.two.messages.create(toPersonId=self.first.id, text="A secret sentence")
            delivery, event = listener.wait("messages:created", "/told", _event("created", said.id))
            self.assertEqual((event.id, event.resource), (hook.id, "messages"))
            self.assertEqual((event.data.personId, event.data.roomId), (self.second.id, said.roomId))
            self.assertNotIn(b"A secret sentence", delivery.body)
            signature = hmac.new(SECRET.encode(), delivery.body, hashlib.sha1).hexdigest()
            self.assertEqual(delivery.headers["x-spark-signature"], signature)
            self.two.messages.update(messageId=said.id, roomId=said.roomId, text="Another sentence")
            listener.wait("messages:updated", "/told", _event("updated", said.id))
            self.two.messages.delete(said.id)
            listener.wait("messages:deleted", "/told", _event("deleted", said.id))

    def test_a_filter_is_kept(self):
        room = self.scratch_room()
        with Listener() as listener:
            self.webhook("One room", f"{listener.url}/one", resource="messages", event="created", filter=f"roomId={room.id}")
            self.one.messages.create(toPersonId=self.second.id, text="Elsewhere")
            said = self.one.messages.create(roomId=room.id, text="Here")
            listener.wait("the room's message", "/one", _event("created", said.id))
            rooms = {json.loads(delivery.body)["data"]["roomId"] for delivery in listener.deliveries("/one")}
            self.assertEqual(rooms, {room.id})

    def test_memberships_are_told(self):
        with Listener() as listener:
            self.webhook("Members", f"{listener.url}/members", resource="memberships", event="created")
            room = self.scratch_room()
            made = self.one.memberships.create(room.id, personId=self.second.id)
            listener.wait("memberships:created", "/members", _event("created", made.id))


def _event(name, subject):
    """Reads a delivery with the vendor's own model; the delivery and its event when it is the one looked for."""

    def read(delivery):
        event = WebhookEvent(delivery.body.decode())
        return (delivery, event) if (event.event, event.data.id) == (name, subject) else None

    return read
