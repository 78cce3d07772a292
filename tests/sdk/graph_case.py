"""What the tests of Graph's client share: people, their chats, and what an error looks like."""

import unittest

from msgraph.generated.models.aad_user_conversation_member import AadUserConversationMember
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.chat import Chat
from msgraph.generated.models.chat_message import ChatMessage
from msgraph.generated.models.chat_type import ChatType
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from world import world


class GraphCase(unittest.TestCase):
    """Three people and the clients of the first two.

    The people's own tokens are unlimited meanwhile, or every second call on a chat would wait a second; the test that is
    about limits puts them back.
    """

    @classmethod
    def setUpClass(cls):
        ledger = world().teams
        limited = ledger.switches()["own_app_limited"]
        ledger.switch(own_app_limited=False)
        cls.addClassCleanup(ledger.switch, own_app_limited=limited)

    def setUp(self):
        self.world = world()
        people = self.world.directory.teams.people
        self.assertGreaterEqual(len(people), 3, "three people on Teams are needed")
        self.first, self.second, self.third = people[0], people[1], people[2]
        self.one = self.world.graph_as(self.first.token)
        self.two = self.world.graph_as(self.second.token)

    def run_(self, work):
        """The outcome of a call."""
        return self.world.run(work)

    def refused(self, status, work):
        """Asserts that the SDK raises its own error with `status`; the error."""
        with self.assertRaises(ODataError) as caught:
            self.run_(work)
        self.assertEqual(caught.exception.response_status_code, status, caught.exception.error)
        self.assertTrue(caught.exception.error.code, "an error carries a code")
        return caught.exception

    def direct_chat(self, client=None, members=None):
        """The one-on-one chat of two people, the first two if not said otherwise."""
        members = members or (self.first, self.second)
        return self.run_((client or self.one).chats.post(direct(members)))

    def say(self, client, chat, text, html=False):
        """Posts to a chat."""
        return self.run_(client.chats.by_chat_id(chat.id).messages.post(message(text, html)))


def direct(members):
    """A request for a one-on-one chat."""
    return Chat(chat_type=ChatType.OneOnOne, members=[member(person.id) for person in members])


def member(key):
    """Somebody as a member of a chat to be made."""
    bind = {"user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{key}')"}
    return AadUserConversationMember(odata_type="#microsoft.graph.aadUserConversationMember", roles=["owner"], additional_data=bind)


def message(text, html=False):
    """A message to be posted."""
    kind = BodyType.Html if html else BodyType.Text
    return ChatMessage(body=ItemBody(content=text, content_type=kind))
