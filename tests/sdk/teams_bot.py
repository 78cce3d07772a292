"""The Bot Framework's own client against the simulated bot service: speaking, editing, deleting, and being spoken to.

What the bot is told is believed only after the vendor's library has checked its token, with the metadata and keys that the
simulator publishes.
"""

import json

from botbuilder.schema import Activity, ChannelAccount, ConversationParameters
from botframework.connector import ConnectorClient
from botframework.connector.auth import ChannelValidation, SimpleCredentialProvider
from botframework.connector.models import ErrorResponseException
from msrest.authentication import BasicTokenAuthentication

from graph_case import GraphCase
from listener import Listener
from microsoft_sign_in import Registered

SERVICE = ["https://api.botframework.com/.default"]


class Bot(GraphCase):
    def setUp(self):
        super().setUp()
        origin = self.world.directory.teams.origin
        self.listener = Listener()
        self.listener.__enter__()
        self.addCleanup(self.listener.__exit__)
        endpoint = f"{self.listener.url}/bot"
        self.app = Registered(origin, bot_endpoint=endpoint, installed_for_all=True, announce=False)
        tokens = self.app.library("botframework.com").acquire_token_for_client(SERVICE)
        self.assertIn("access_token", tokens, tokens)
        self.bot = ConnectorClient(BasicTokenAuthentication(tokens), base_url=f"{origin}/amer/").conversations
        self.chat = self.bot.create_conversation(
            ConversationParameters(
                is_group=False,
                bot=ChannelAccount(id=f"28:{self.app.client_id}"),
                members=[ChannelAccount(id=self.first.id)],
                tenant_id=self.app.tenant,
                channel_data={"tenant": {"id": self.app.tenant}},
            )
        )

    def teams_chat(self):
        """The same chat as the person sees it."""
        for chat in self.run_(self.one.me.chats.get()).value:
            if self.app.client_id in chat.id:
                return chat
        raise AssertionError("the person does not see the bot's chat")

    def test_speaking_editing_deleting(self):
        said = self.bot.send_to_conversation(self.chat.id, _text("Hello from the bot"))
        messages = self.one.chats.by_chat_id(self.teams_chat().id).messages
        seen = self.run_(messages.by_chat_message_id(said.id).get())
        self.assertEqual(seen.from_.application.id, self.app.client_id)
        self.assertIn("Hello from the bot", seen.body.content)
        self.bot.update_activity(self.chat.id, said.id, _text("Hello again"))
        self.assertIn("Hello again", self.run_(messages.by_chat_message_id(said.id).get()).body.content)
        answer = self.bot.reply_to_activity(self.chat.id, said.id, _text("And another thing"))
        self.assertNotEqual(answer.id, said.id)
        self.bot.delete_activity(self.chat.id, said.id)
        self.assertIsNotNone(self.run_(messages.by_chat_message_id(said.id).get()).deleted_date_time)

    def test_who_is_there(self):
        members = self.bot.get_conversation_members(self.chat.id)
        self.assertEqual([member.aad_object_id for member in members], [self.first.id])
        paged = self.bot.get_conversation_paged_members(self.chat.id)
        self.assertEqual([member.id for member in paged.members], [members[0].id])
        one = self.bot.get_conversation_member(self.chat.id, members[0].id)
        self.assertEqual(one.name, self.first.name)

    def test_being_spoken_to(self):
        self.say(self.one, self.teams_chat(), "Hello bot")

        def heard(delivery):
            activity = json.loads(delivery.body)
            return (delivery, activity) if activity.get("text") == "Hello bot" else None

        delivery, activity = self.listener.wait("the activity", "/bot", heard)
        self.assertEqual((activity["type"], activity["from"]["aadObjectId"]), ("message", self.first.id))
        self.assertEqual(activity["conversation"]["id"], self.chat.id)
        origin = self.world.directory.teams.origin
        ChannelValidation.open_id_metadata_endpoint = f"{origin}/v1/.well-known/openidconfiguration"
        ours = SimpleCredentialProvider(self.app.client_id, "")
        identity = self.run_(
            ChannelValidation.authenticate_channel_token_with_service_url(
                delivery.headers["authorization"], ours, activity["serviceUrl"], activity["channelId"]
            )
        )
        self.assertTrue(identity.is_authenticated)

    def test_bad_requests_are_errors(self):
        with self.assertRaises(ErrorResponseException) as caught:
            self.bot.send_to_conversation("a:nothing", _text("Hello?"))
        self.assertEqual(caught.exception.response.status_code, 404)
        nobody = ConversationParameters(members=[], tenant_id=self.app.tenant)
        with self.assertRaises(ErrorResponseException) as caught:
            self.bot.create_conversation(nobody)
        self.assertEqual(caught.exception.response.status_code, 400)


def _text(text):
    return Activity(type="message", text=text)
