"""MSAL and Graph's client: signing in as an app and as a person, and tokens that are no longer good."""

import jwt

from graph_case import GraphCase
from microsoft_sign_in import REDIRECT, Registered

GRAPH = ["https://graph.microsoft.com/.default"]


class SignIn(GraphCase):
    def setUp(self):
        super().setUp()
        origin = self.world.directory.teams.origin
        self.app = Registered(origin, roles=["User.Read.All"], admin_consent=True)

    def test_an_app_signs_in(self):
        tokens = self.app.library().acquire_token_for_client(GRAPH)
        self.assertIn("access_token", tokens, tokens)
        client = self.world.graph_as(tokens["access_token"])
        self.assertEqual(self.run_(client.users.by_user_id(self.first.id).get()).id, self.first.id)
        self.refused(400, client.me.get())
        self.refused(403, client.chats.by_chat_id(self.direct_chat().id).get())

    def test_a_wrong_secret_is_an_error(self):
        refused = self.app.library(secret="wrong").acquire_token_for_client(GRAPH)
        self.assertEqual((refused["error"], refused["error_codes"]), ("invalid_client", [7000215]))

    def test_a_person_signs_in_and_the_token_is_renewed(self):
        library = self.app.library()
        flow = library.initiate_auth_code_flow(["User.Read", "Chat.Read"], redirect_uri=REDIRECT)
        tokens = library.acquire_token_by_auth_code_flow(flow, self.app.consent(flow, self.first))
        self.assertIn("access_token", tokens, tokens)
        self.assertEqual(tokens["id_token_claims"]["oid"], self.first.id)
        self.assertEqual(self.run_(self.world.graph_as(tokens["access_token"]).me.get()).id, self.first.id)
        account = library.get_accounts()[0]
        renewed = library.acquire_token_silent(["User.Read"], account, force_refresh=True)
        self.assertNotEqual(renewed["access_token"], tokens["access_token"])
        client = self.world.graph_as(renewed["access_token"])
        self.assertEqual(self.run_(client.me.get()).id, self.first.id)
        again = library.acquire_token_by_auth_code_flow(flow, {"code": "spent", "state": flow["state"]})
        self.assertEqual(again["error"], "invalid_grant")
        self.verified(tokens["id_token"])

    def verified(self, token):
        """The signature is checked with the keys that the tenant publishes."""
        keys = jwt.PyJWKClient(f"{self.world.directory.teams.origin}/{self.app.tenant}/discovery/v2.0/keys")
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=self.app.client_id)
        self.assertEqual(claims["tid"], self.app.tenant)

    def test_revoked_sessions_are_over(self):
        library = self.app.library()
        somebody = self.nobody_needs()
        flow = library.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
        tokens = library.acquire_token_by_auth_code_flow(flow, self.app.consent(flow, somebody))
        client = self.world.graph_as(tokens["access_token"])
        self.assertTrue(self.run_(client.me.revoke_sign_in_sessions.post()).value)
        self.refused(401, client.me.get())
        refused = library.acquire_token_silent_with_error(["User.Read"], library.get_accounts()[0], force_refresh=True)
        self.assertEqual(refused["error"], "invalid_grant")

    def nobody_needs(self):
        """Somebody whose sessions no other test and no conversation needs, as far as there is such a person."""
        there = self.world.directory
        others = [person for person in there.teams.people if not person.primary and not there.webex.person(person.email)]
        return (others or there.teams.people)[-1]
