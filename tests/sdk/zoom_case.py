"""What the tests of Zoom's client share: two people of the account, and what an error looks like.

zoomus answers what `requests` does. For people it has methods; for Team Chat it has none, so there it carries calls whose
paths and fields are written here from the reference of the vendor's REST API ("Team Chat").
"""

import unittest
import urllib.parse

import requests

import http_json
from world import world

MESSAGES = "/chat/users/me/messages"
BACK = "https://entente.example/oauth/zoom/callback"


class ZoomCase(unittest.TestCase):
    """Two people who talk, and their clients."""

    def setUp(self):
        self.world = world()
        people = [person for person in self.world.directory.zoom.people if person.primary]
        self.assertGreaterEqual(len(people), 2, "two people on Zoom are needed")
        self.first, self.second = people[:2]
        self.one, self.two = self.world.zoom_as(self.first.token), self.world.zoom_as(self.second.token)

    def good(self, answer, status=200):
        """The body of an answer that has this status."""
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json() if answer.content else None

    def refused(self, status, code, answer):
        """Asserts an error of the API; its message."""
        self.assertEqual(answer.status_code, status, answer.text)
        body = answer.json()
        self.assertEqual(body["code"], code, body)
        self.assertTrue(answer.headers["x-zm-trackingid"], "an error carries a tracking id")
        return body["message"]

    def pages(self, ask, name, **named):
        """What the pages of a list hold, one after the other."""
        found, pages, token = [], 0, ""
        while True:
            page = self.good(ask(next_page_token=token, **named) if token else ask(**named))
            found += page[name]
            pages += 1
            token = page.get("next_page_token")
            if not token:
                return found, pages

    def say(self, client, other, text, **more):
        """Sends to a contact; the id."""
        body = {"message": text, "to_contact": other.id, **more}
        return self.good(client.contacts.post_request(MESSAGES, data=body), 201)["id"]

    def app(self, **settings):
        """A new app of people with these settings."""
        wanted = {"name": "SDK test", "kind": "user", "redirect_uris": [BACK], **settings}
        return http_json.post(f"{self.world.zoom.origin}/_sim/apps", wanted)

    def consent(self, app, person):
        """The code that a browser is sent back with after the page's form was answered."""
        page = f"{self.world.directory.zoom.login}/oauth/authorize"
        query = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "state": "s"}
        self.assertIn("Allow", requests.get(page, params=query, timeout=10).text)
        form = {**query, "person": person.email, "decision": "approve"}
        sent = requests.post(page, data=form, allow_redirects=False, timeout=10)
        fields = urllib.parse.parse_qs(urllib.parse.urlsplit(sent.headers["location"]).query)
        self.assertEqual(fields["state"], ["s"])
        return fields["code"][0]

    def token(self, app, path="token", **fields):
        """What the authorization server answers an app's server."""
        proof = (app["client_id"], app["client_secret"])
        return requests.post(f"{self.world.directory.zoom.login}/oauth/{path}", data=fields, auth=proof, timeout=10)
