"""Zoom's client: an app's chatbot, which it carries without knowing it ("Chatbot messages")."""

import requests

from zoom_case import BACK, ZoomCase

PATH = "/im/chat/messages"


class Chatbot(ZoomCase):
    def test_a_chatbots_message_is_sent_changed_and_taken_back(self):
        app = self.app(chatbot=True)
        code = self.consent(app, self.first)
        self.good(self.token(app, grant_type="authorization_code", code=code, redirect_uri=BACK))
        token = self.good(self.token(app, grant_type="client_credentials"))["access_token"]
        bot = self.world.zoom_as(token).contacts
        jid = f"{self.first.id.lower()}@xmpp.zoom.us"
        common = {"robot_jid": app["robot_jid"], "account_id": app["account_id"], "user_jid": jid}
        wanted = {**common, "to_jid": jid, "content": said("Hello from an app")}
        made = bot.post_request(PATH, data=wanted)
        self.assertLess(made.status_code, 300, made.text)
        identity = made.json()["message_id"]
        self.assertEqual(self.shown(app), ["Hello from an app"])
        changed = bot.put_request(f"{PATH}/{identity}", data={**common, "content": said("Hello again")})
        self.assertLess(changed.status_code, 300, changed.text)
        self.assertEqual(self.shown(app), ["Hello again"])
        gone = bot.delete_request(f"{PATH}/{identity}", params=common)
        self.assertLess(gone.status_code, 300, gone.text)
        self.assertEqual(self.shown(app), [])
        person = self.one.contacts.post_request(PATH, data=wanted)
        self.assertGreaterEqual(person.status_code, 400, "a person is no chatbot")

    def shown(self, app):
        """What the person's app shows of the chatbot."""
        origin = self.world.zoom.origin
        found = requests.get(f"{origin}/_sim/conversations", params={"person": self.first.id}, timeout=10).json()["items"]
        direct = [one for one in found if one["with"]]
        session = next(one["session"] for one in direct if one["with"]["id"] == app["robot_jid"])
        params = {"person": self.first.id, "session": session}
        items = requests.get(f"{origin}/_sim/messages", params=params, timeout=10).json()["items"]
        return [block["text"] for item in items for block in item["bot"]["body"]]


def said(text):
    """A message of one line."""
    return {"body": [{"type": "message", "text": text}]}
