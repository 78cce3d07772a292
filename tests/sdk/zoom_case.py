"""What the tests of Zoom's client share: two people of the account, and what an error looks like.

zoomus answers what `requests` does. For people it has methods; for Team Chat it has none, so there it carries calls whose
paths and fields are written here from the reference of the vendor's REST API ("Team Chat").
"""

import unittest

from world import world

MESSAGES = "/chat/users/me/messages"


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
