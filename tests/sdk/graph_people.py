"""Graph's client: people, and what happens without a valid token."""

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

from graph_case import GraphCase

Query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters


def asking(**query):
    """A request configuration with these query parameters."""
    return RequestConfiguration(query_parameters=Query(**query))


class People(GraphCase):
    def test_me(self):
        me = self.run_(self.one.me.get())
        self.assertEqual((me.id, me.display_name), (self.first.id, self.first.name))
        self.assertEqual(me.mail.lower(), self.first.email.lower())

    def test_get_by_id_and_by_principal_name(self):
        by_id = self.run_(self.one.users.by_user_id(self.second.id).get())
        by_name = self.run_(self.one.users.by_user_id(by_id.user_principal_name).get())
        self.assertEqual((by_id.id, by_name.id), (self.second.id, self.second.id))

    def test_get_of_nobody_is_an_error(self):
        self.refused(404, self.one.users.by_user_id("00000000-0000-0000-0000-000000000001").get())

    def test_filter(self):
        found = self.run_(self.one.users.get(asking(filter=f"mail eq '{self.second.email}'", select=["id", "mail"])))
        self.assertEqual([user.id for user in found.value], [self.second.id])
        self.assertIsNone(found.value[0].display_name, "only what was selected")
        none = self.run_(self.one.users.get(asking(filter="mail eq 'nobody@nowhere.example'")))
        self.assertEqual(none.value, [])

    def test_list_follows_the_pages(self):
        before = self.world.teams.end()
        seen = []

        def keep(user):
            seen.append(user.id)
            return True

        async def walk():
            first = await self.one.users.get(asking(top=2))
            self.assertTrue(first.odata_next_link)
            await PageIterator(first, self.one.request_adapter).iterate(keep)

        self.run_(walk())
        self.assertEqual(len(seen), len(set(seen)), "nobody twice")
        everybody = {person.id for person in self.world.directory.teams.people}
        self.assertLessEqual(everybody, set(seen))
        calls = [entry for entry in self.world.teams.entries(before) if entry["path"] == "/v1.0/users"]
        self.assertGreaterEqual(len(calls), len(everybody) // 2, "one call a page")

    def test_a_wrong_token_is_an_error(self):
        wrong = self.world.graph_as("wrong")
        self.assertEqual(self.refused(401, wrong.me.get()).error.code, "InvalidAuthenticationToken")

    def test_a_bad_filter_is_an_error(self):
        self.refused(400, self.one.users.get(asking(filter="mail eq")))
