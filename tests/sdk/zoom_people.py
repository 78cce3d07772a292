"""Zoom's client: people and contacts, for which it has methods, and the account's own sign-in."""

from ledger import throttled
from zoom_case import BACK, ZoomCase


class People(ZoomCase):
    def test_the_account_signs_in_and_lists_its_people(self):
        account = self.world.zoom_account()
        self.assertTrue(account.config["token"])
        listed, pages = self.pages(account.user.list, "users", page_size=5)
        self.assertGreater(pages, 1)
        emails = [user["email"] for user in listed]
        self.assertEqual(len(emails), len(set(emails)), "nobody twice")
        self.assertLessEqual({self.first.email, self.second.email}, set(emails))
        found = self.good(account.user.get(id=self.second.email))
        self.assertEqual((found["id"], found["display_name"]), (self.second.id, self.second.name))
        self.refused(404, 1001, account.user.get(id="nobody@nowhere.example"))
        token = account.config["token"]
        account.refresh_token()
        self.assertNotEqual(account.config["token"], token)

    def test_who_one_is(self):
        me = self.good(self.one.user.me())
        self.assertEqual((me["id"], me["email"].lower()), (self.first.id, self.first.email.lower()))

    def test_a_wrong_secret_gets_no_token(self):
        there = self.world.directory.zoom
        client = type(self.one)(
            there.directory_app["client_id"], "wrong", there.tenant,
            base_uri=there.base, oauth_uri=f"{there.login}/oauth/token",
        )
        self.assertIsNone(client.config["token"])
        self.refused(401, 124, client.user.me())

    def test_contacts_are_listed_and_found(self):
        listed, pages = self.pages(self.one.contacts.list_user_contacts, "contacts", type="company", page_size=5)
        self.assertGreater(pages, 1)
        self.assertIn(self.second.id, [one["id"] for one in listed])
        self.assertNotIn(self.first.id, [one["id"] for one in listed])
        found = self.good(self.one.contacts.get_user_contact(contact_id=self.second.email))
        self.assertEqual(found["id"], self.second.id)
        name = self.second.name.split()[0]
        searched = self.good(self.one.contacts.search(search_key=name, page_size=25))["contacts"]
        self.assertIn(self.second.email, [one["email"] for one in searched])
        self.refused(404, 1001, self.one.contacts.get_user_contact(contact_id="nobody@nowhere.example"))

    def test_a_limit_is_told_and_passes(self):
        # The client does not wait by itself; whoever uses it does.
        with self.world.zoom.fault(throttled("/v2/users/me")):
            limited = self.one.user.me()
            self.assertEqual((limited.status_code, limited.headers["retry-after"]), (429, "1"))
            self.good(self.one.user.me())


class SignIn(ZoomCase):
    """A person's consent, as a browser and an app's server have it; zoomus has no part in it."""

    def test_a_code_becomes_tokens_and_a_refresh_token_works_once(self):
        app = self.app()
        code = {"grant_type": "authorization_code", "code": self.consent(app, self.first), "redirect_uri": BACK}
        tokens = self.good(self.token(app, **code))
        self.assertEqual(self.token(app, **code).status_code, 400, "a code is good once")
        client = self.world.zoom_as(tokens["access_token"])
        self.assertEqual(self.good(client.user.me())["id"], self.first.id)
        # An app of people may not list the directory.
        self.assertEqual(client.user.list().status_code, 400)
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = self.good(self.token(app, **refresh))
        self.assertIn(self.token(app, **refresh).status_code, (400, 401), "a refresh token is good once")
        self.good(self.token(app, "revoke", token=renewed["access_token"]))
        self.refused(401, 124, self.world.zoom_as(renewed["access_token"]).user.me())
