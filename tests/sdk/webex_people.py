"""Webex's client: people, sign-in, and what happens without a valid token."""

import secrets
import urllib.parse

import requests

import http_json
from webex_case import WebexCase
from webexpythonsdk.exceptions import ApiError

REDIRECT = "http://127.0.0.1:1/done"


class People(WebexCase):
    def test_me(self):
        me = self.one.people.me()
        self.assertEqual((me.id, me.displayName, me.type), (self.first.id, self.first.name, "person"))
        self.assertEqual([address.lower() for address in me.emails], [self.first.email.lower()])
        self.assertIsNotNone(me.created)

    def test_get(self):
        self.assertEqual(self.one.people.get(self.second.id).displayName, self.second.name)

    def test_get_of_nobody_is_an_error(self):
        self.refused(404, self.one.people.get, "bm9ib2R5")

    def test_find_by_address(self):
        found = list(self.one.people.list(email=self.second.email))
        self.assertEqual([person.id for person in found], [self.second.id])
        self.assertEqual(list(self.one.people.list(email="nobody@nowhere.example")), [])

    def test_find_by_name(self):
        found = list(self.one.people.list(displayName=self.second.name[:3]))
        self.assertIn(self.second.id, [person.id for person in found])

    def test_find_by_ids(self):
        found = list(self.one.people.list(id=f"{self.first.id},{self.second.id}"))
        self.assertEqual({person.id for person in found}, {self.first.id, self.second.id})

    def test_a_search_must_say_for_what(self):
        self.refused(400, list, self.one.people.list(max=1))

    def test_a_wrong_token_is_an_error(self):
        self.refused(401, self.world.webex_as("wrong").people.me)


class SignIn(WebexCase):
    """The whole way of an integration: consent, code, tokens, refresh."""

    def setUp(self):
        super().setUp()
        origin = self.world.directory.webex.origin
        name = f"SDK test {secrets.token_hex(4)}"
        app = http_json.post(f"{origin}/_sim/apps", {"name": name, "redirect_uris": [REDIRECT]})
        self.client, self.secret = app["client_id"], app["client_secret"]

    def code(self):
        base = self.world.directory.webex.base
        query = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": REDIRECT,
            "scope": "spark:people_read",
            "state": "s",
        }
        page = requests.get(f"{base}/authorize", params=query, timeout=10)
        self.assertEqual(page.status_code, 200)
        form = {**query, "person": self.first.email, "decision": "approve"}
        answer = requests.post(f"{base}/authorize", data=form, allow_redirects=False, timeout=10)
        back = urllib.parse.urlsplit(answer.headers["location"])
        fields = urllib.parse.parse_qs(back.query)
        self.assertEqual(fields["state"], ["s"])
        return fields["code"][0]

    def test_a_code_becomes_tokens_and_they_can_be_refreshed(self):
        tokens = self.one.access_tokens.get(self.client, self.secret, self.code(), REDIRECT)
        self.assertEqual(self.world.webex_as(tokens.access_token).people.me().id, self.first.id)
        self.assertGreater(tokens.expires_in, 0)
        again = self.one.access_tokens.refresh(self.client, self.secret, tokens.refresh_token)
        self.assertNotEqual(again.access_token, tokens.access_token)
        client = self.world.webex_as(again.access_token)
        self.assertEqual(client.people.me().id, self.first.id)
        self.refused(403, list, client.rooms.list(max=1))

    def test_a_code_is_good_once_and_the_secret_is_checked(self):
        code = self.code()
        self.one.access_tokens.get(self.client, self.secret, code, REDIRECT)
        with self.assertRaises(ApiError) as caught:
            self.one.access_tokens.get(self.client, self.secret, code, REDIRECT)
        self.assertEqual(caught.exception.status_code, 400)
        with self.assertRaises(ApiError) as caught:
            self.one.access_tokens.get(self.client, "wrong", self.code(), REDIRECT)
        self.assertEqual(caught.exception.status_code, 401)
