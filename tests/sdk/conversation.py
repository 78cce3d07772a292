"""Two people hold a conversation through the running product, each with the client of the platform they work on.

Neither knows more than the directory says: an engineer on Webex writes to the bot that bears a colleague's name; that
colleague finds the message in an ordinary one-on-one chat on Teams, from the engineer's own account. Everything that arrives
is waited for as a condition and looked at through the other vendor's client.
"""

import secrets
import unittest

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.chats.item.messages.reply_with_quote.reply_with_quote_post_request_body import (
    ReplyWithQuotePostRequestBody,
)
from msgraph.generated.models.chat_type import ChatType
from msgraph.generated.users.item.chats.chats_request_builder import ChatsRequestBuilder
from webexpythonsdk.exceptions import ApiError

from graph_case import direct, message
from until import until
from world import world

WITH_MEMBERS = RequestConfiguration(
    query_parameters=ChatsRequestBuilder.ChatsRequestBuilderGetQueryParameters(expand=["members"])
)


class Talk:
    """An engineer on Webex and a sales person on Teams, and where each finds the other."""

    def __init__(self, engineer, colleague):
        self.world = world()
        there = self.world.directory
        self.engineer, self.colleague = engineer, colleague
        self.bot = there.webex.stand_in(colleague.email)
        self.engineer_on_teams = there.teams.person(engineer.email)
        self.webex = self.world.webex_as(engineer.token)
        self.graph = self.world.graph_as(colleague.token)
        self._chat = None

    def write_on_webex(self, text, **more):
        """The engineer writes to the bot."""
        return self.webex.messages.create(toPersonEmail=self.bot["email"], text=text, **more)

    def on_webex(self, text):
        """The bot's message with exactly this text, as the engineer sees it; or None."""
        try:
            said = list(self.webex.messages.list_direct(personEmail=self.bot["email"]))
        except ApiError as error:
            if error.status_code == 404:
                return None
            raise
        return next((found for found in said if found.personId == self.bot["id"] and found.text == text), None)

    def gone_on_webex(self, identity):
        """Whether the engineer no longer sees a message."""
        try:
            self.webex.messages.get(identity)
        except ApiError as error:
            return error.status_code == 404
        return False

    def chat(self):
        """The one-on-one chat with the engineer, as the colleague's list of chats shows it; or None."""
        if self._chat is None:
            chats = self.world.run(self.graph.me.chats.get(WITH_MEMBERS)).value
            wanted = {self.engineer_on_teams.id, self.colleague.id}
            for chat in chats:
                if chat.chat_type == ChatType.OneOnOne and {member.user_id for member in chat.members} == wanted:
                    self._chat = chat
        return self._chat

    def open_chat(self):
        """The colleague opens the chat with the engineer."""
        self._chat = self.world.run(self.graph.chats.post(direct((self.colleague, self.engineer_on_teams))))

    def messages(self):
        """The messages of the chat."""
        return self.graph.chats.by_chat_id(self.chat().id).messages

    def write_on_teams(self, text):
        """The colleague writes to the chat."""
        return self.world.run(self.messages().post(message(text)))

    def on_teams(self, text):
        """The engineer's message with this text, as the colleague sees it; or None."""
        if self.chat() is None:
            return None
        for found in self.world.run(self.messages().get()).value:
            author = found.from_ and found.from_.user and found.from_.user.id
            if author == self.engineer_on_teams.id and text in (found.body.content or ""):
                return found
        return None

    def again_on_teams(self, identity):
        """A message by its id."""
        return self.world.run(self.messages().by_chat_message_id(identity).get())


class Conversation(unittest.TestCase):
    """Each test is a pair of people's whole story, because a conversation has an order."""

    @classmethod
    def setUpClass(cls):
        ledger = world().teams
        limited = ledger.switches()["own_app_limited"]
        # What the colleague's own app does is not what is measured here.
        ledger.switch(own_app_limited=False)
        cls.addClassCleanup(ledger.switch, own_app_limited=limited)

    def pair(self, number):
        """The engineer and the sales colleague with this number."""
        there = world().directory
        engineers = [person for person in there.webex.people if person.primary and there.teams.person(person.email)]
        sales = [person for person in there.teams.people if person.primary and there.webex.stand_in(person.email)]
        self.assertGreater(len(engineers), number, "engineers with accounts on both platforms")
        self.assertGreater(len(sales), number, "sales people who are represented on Webex")
        return Talk(engineers[number], sales[number])

    def test_begun_on_webex(self):
        talk = self.pair(0)
        hello, answer = text("Hello from Webex"), text("Hello from Teams")
        said = talk.write_on_webex(hello)
        there = until("the first message on Teams", lambda: talk.on_teams(hello))
        self.assertEqual(there.from_.user.id, talk.engineer_on_teams.id, "from the engineer's own account")

        answered = talk.write_on_teams(answer)
        here = until("the answer on Webex", lambda: talk.on_webex(answer))
        self.assertEqual((here.roomId, here.roomType), (said.roomId, "direct"), "where the engineer wrote")

        better = text("Hello again from Webex")
        talk.webex.messages.update(messageId=said.id, roomId=said.roomId, text=better)
        until("the edit on Teams", lambda: better in (talk.again_on_teams(there.id).body.content or ""))
        corrected = text("Hello again from Teams")
        talk.world.run(talk.messages().by_chat_message_id(answered.id).patch(message(corrected)))
        until("the edit on Webex", lambda: talk.webex.messages.get(here.id).text == corrected)

        reply = text("A reply in the thread")
        talk.write_on_webex(reply, parentId=here.id)
        quoting = until("the reply on Teams", lambda: talk.on_teams(reply))
        quoted = [found.id for found in quoting.attachments or [] if found.content_type == "messageReference"]
        self.assertEqual(quoted, [answered.id], "the reply quotes what was answered")
        back = text("A reply that quotes")
        body = ReplyWithQuotePostRequestBody(message_ids=[there.id], reply_message=message(back))
        talk.world.run(talk.messages().reply_with_quote.post(body))
        threaded = until("the quoting reply on Webex", lambda: talk.on_webex(back))
        self.assertEqual(threaded.parentId, said.id, "the quote became the thread")

        talk.webex.messages.delete(said.id)
        until("the deletion on Teams", lambda: talk.again_on_teams(there.id).deleted_date_time)
        mine = talk.graph.users.by_user_id(talk.colleague.id).chats.by_chat_id(talk.chat().id).messages
        talk.world.run(mine.by_chat_message_id(answered.id).soft_delete.post())
        until("the deletion on Webex", lambda: talk.gone_on_webex(here.id))
        self.told_once(talk, {hello: 1, reply: 1}, {answer: 1, back: 1})

    def test_begun_on_teams(self):
        talk = self.pair(1)
        hello, answer = text("Good morning from Teams"), text("Good morning from Webex")
        talk.open_chat()
        talk.write_on_teams(hello)
        here = until("the first message on Webex", lambda: talk.on_webex(hello))
        self.assertEqual(here.roomType, "direct")
        talk.webex.messages.create(roomId=here.roomId, text=answer)
        there = until("the answer on Teams", lambda: talk.on_teams(answer))
        self.assertEqual(there.chat_id, talk.chat().id, "in the chat where it began")
        self.told_once(talk, {answer: 1}, {hello: 1})

    def test_many_in_a_row_keep_their_order(self):
        talk = self.pair(0)
        lines = [text(f"Line {number}") for number in range(5)]
        for line in lines:
            talk.write_on_webex(line)
        until("the last line on Teams", lambda: talk.on_teams(lines[-1]), within=30)
        created = [entry["change"]["text"] for entry in self.created(talk.world.teams)]
        arrived = [found for found in created if found in lines]
        self.assertEqual(arrived, lines, "each once, in order")

    def created(self, ledger):
        """The messages that were made on a platform, in order."""
        entries = ledger.entries()
        return [entry for entry in entries if (entry["change"] or {}).get("kind") == "message.created"]

    def told_once(self, talk, on_teams, on_webex):
        """Asserts how often texts were made on the other side, by the platforms' own ledgers."""
        for ledger, wanted in ((talk.world.teams, on_teams), (talk.world.webex, on_webex)):
            texts = [entry["change"]["text"] for entry in self.created(ledger)]
            for line, count in wanted.items():
                self.assertEqual(sum(line in found for found in texts), count, (ledger.name, line))


def text(line):
    """A line that nobody else writes."""
    return f"{line} {secrets.token_hex(4)}"
