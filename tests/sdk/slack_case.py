"""What the tests of Slack's client share: two people, an app of their own, and what an error looks like.

The client is the vendor's own, unmodified, pointed at the simulator by base address alone.
"""

import unittest
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from slack_sdk.errors import SlackApiError

import http_json
from world import world

BOT_SCOPES = "im:read,im:write,im:history,chat:write,chat:write.customize,users:read,users:read.email,team:read"
USER_SCOPES = "im:read,im:write,im:history,chat:write,users:read,users:read.email"
BACK = "https://entente.example/oauth/slack/callback"


class _Stay(HTTPRedirectHandler):
    """Does not follow: where one is sent back to is the answer."""

    def redirect_request(self, *_):
        return None


class SlackCase(unittest.TestCase):
    """Two people who talk, and their clients."""

    def setUp(self):
        self.world = world()
        self.origin = self.world.directory.slack.origin
        people = [person for person in self.world.directory.slack.people if person.primary]
        self.assertGreaterEqual(len(people), 2, "two people on Slack are needed")
        self.first, self.second = people[:2]
        self.one, self.two = self.client(self.first.token), self.client(self.second.token)

    def client(self, token=None):
        """The vendor's client with this token."""
        return self.world.slack_as(token)

    def app(self, **settings):
        """A new app with these settings."""
        wanted = {"name": "SDK test", "redirect_uris": [BACK], **settings}
        return http_json.post(f"{self.origin}/_sim/apps", wanted)

    def consent(self, app, person, scope="", user_scope="", decision="approve", page="v2"):
        """What the browser is sent back with after the page's form was answered."""
        form = {
            "client_id": app["client_id"],
            "scope": scope,
            "user_scope": user_scope,
            "redirect_uri": BACK,
            "state": "as it was",
            "person": person.id,
            "decision": decision,
        }
        page = f"{self.origin}/oauth/{page}/authorize"
        with build_opener(_Stay).open(f"{page}?{urlencode(form)}") as asked:
            self.assertIn("Allow", asked.read().decode())
        request = Request(page, data=urlencode(form).encode())
        try:
            build_opener(_Stay).open(request)
        except OSError as sent_back:
            location = urlsplit(sent_back.headers["location"])
            return {name: values[0] for name, values in parse_qs(location.query).items()}
        raise AssertionError("the page's form was not answered with a redirection")

    def install(self, app, person, scope="", user_scope=""):
        """What the exchange answers after `person` approved."""
        code = self.consent(app, person, scope, user_scope)["code"]
        return self.client().oauth_v2_access(
            client_id=app["client_id"], client_secret=app["client_secret"], code=code, redirect_uri=BACK
        )

    def linked(self, app, person):
        """A client that acts as `person` through the app."""
        return self.client(self.install(app, person, user_scope=USER_SCOPES)["authed_user"]["access_token"])

    def direct(self):
        """The direct messages of the two."""
        return self.one.conversations_open(users=[self.second.id])["channel"]["id"]

    def refused(self, error, call, /, *arguments, **named):
        """Asserts that the SDK raises its own error with this code; the answer."""
        with self.assertRaises(SlackApiError) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.response["error"], error, caught.exception)
        return caught.exception.response
