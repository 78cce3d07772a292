"""Graph's client: messages, reactions, batches, and the client's own patience with 429."""

from datetime import datetime, timedelta, timezone

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.chats.item.messages.item.set_reaction.set_reaction_post_request_body import (
    SetReactionPostRequestBody,
)
from msgraph.generated.chats.item.messages.item.unset_reaction.unset_reaction_post_request_body import (
    UnsetReactionPostRequestBody,
)
from msgraph.generated.chats.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.generated.chats.item.messages.reply_with_quote.reply_with_quote_post_request_body import (
    ReplyWithQuotePostRequestBody,
)
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.chat_message_mention import ChatMessageMention
from msgraph.generated.models.chat_message_mentioned_identity_set import ChatMessageMentionedIdentitySet
from msgraph.generated.models.identity import Identity
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_core.tasks.page_iterator import PageIterator

from graph_case import GraphCase, message
from ledger import throttled

Query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters
FAR_TOO_LONG = 200_000


class Messages(GraphCase):
    def test_a_messages_life(self):
        chat = self.direct_chat()
        said = self.say(self.one, chat, "Hello over there")
        self.assertEqual((said.body.content, said.from_.user.id), ("Hello over there", self.first.id))
        mine = self.one.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
        yours = self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
        seen = self.run_(yours.get())
        self.assertEqual((seen.body.content, seen.chat_id), ("Hello over there", chat.id))
        self.assertIsNone(seen.last_edited_date_time)
        self.run_(mine.patch(message("Hello again")))
        seen = self.run_(yours.get())
        self.assertEqual(seen.body.content, "Hello again")
        self.assertIsNotNone(seen.last_edited_date_time)
        of_me = self.one.users.by_user_id(self.first.id).chats.by_chat_id(chat.id).messages
        self.run_(of_me.by_chat_message_id(said.id).soft_delete.post())
        self.assertIsNotNone(self.run_(yours.get()).deleted_date_time)
        self.run_(of_me.by_chat_message_id(said.id).undo_soft_delete.post())
        seen = self.run_(yours.get())
        self.assertEqual((seen.body.content, seen.deleted_date_time), ("Hello again", None))

    def test_deleting_as_the_chat_has_it(self):
        chat = self.direct_chat()
        said = self.say(self.one, chat, "Not for long")
        mine = self.one.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
        self.run_(mine.soft_delete.post())
        self.assertIsNotNone(self.run_(mine.get()).deleted_date_time)
        self.run_(mine.undo_soft_delete.post())
        self.assertIsNone(self.run_(mine.get()).deleted_date_time)

    def test_html_is_kept(self):
        chat = self.direct_chat()
        said = self.say(self.one, chat, "<p>Some <strong>bold</strong> text</p>", html=True)
        self.assertEqual(said.body.content_type, BodyType.Html)
        self.assertIn("<strong>bold</strong>", said.body.content)

    def test_a_mention(self):
        chat = self.direct_chat()
        post = message(f'<p>Look, <at id="0">{self.second.name}</at></p>', html=True)
        user = Identity(id=self.second.id, display_name=self.second.name, additional_data={"userIdentityType": "aadUser"})
        mentioned = ChatMessageMentionedIdentitySet(user=user)
        post.mentions = [ChatMessageMention(id=0, mention_text=self.second.name, mentioned=mentioned)]
        said = self.run_(self.one.chats.by_chat_id(chat.id).messages.post(post))
        self.assertEqual([found.mentioned.user.id for found in said.mentions], [self.second.id])

    def test_list_follows_the_pages(self):
        chat = self.direct_chat(members=(self.first, self.third))
        said = [self.say(self.one, chat, f"Number {number}").id for number in range(3)]
        before = self.world.teams.end()
        seen = []

        def keep(found):
            seen.append(found.id)
            return True

        async def walk():
            here = self.one.chats.by_chat_id(chat.id).messages
            first = await here.get(RequestConfiguration(query_parameters=Query(top=2, orderby=["createdDateTime desc"])))
            await PageIterator(first, self.one.request_adapter).iterate(keep)

        self.run_(walk())
        self.assertEqual(seen[:3], said[::-1], "newest first")
        self.assertEqual(len(seen), len(set(seen)), "no message twice")
        path = f"/chats/{chat.id}/messages"
        answered = [
            entry
            for entry in self.world.teams.entries(before)
            if path in entry["path"].replace("%3A", ":").replace("%40", "@") and entry["status"] == 200
        ]
        self.assertGreaterEqual(len(answered), 2, "one call a page")

    def test_only_what_is_new(self):
        chat = self.direct_chat()
        old = self.say(self.one, chat, "Old")
        new = self.say(self.one, chat, "New")
        since = old.last_modified_date_time.astimezone(timezone.utc).isoformat(timespec="milliseconds")
        wanted = Query(filter=f"lastModifiedDateTime gt {since.replace('+00:00', 'Z')}", orderby=["lastModifiedDateTime desc"])
        found = self.run_(self.one.chats.by_chat_id(chat.id).messages.get(RequestConfiguration(query_parameters=wanted)))
        ids = [one.id for one in found.value]
        self.assertIn(new.id, ids)
        self.assertNotIn(old.id, ids)

    def test_a_reply_that_quotes(self):
        chat = self.direct_chat()
        said = self.say(self.one, chat, "A question")
        body = ReplyWithQuotePostRequestBody(message_ids=[said.id], reply_message=message("An answer"))
        reply = self.run_(self.two.chats.by_chat_id(chat.id).messages.reply_with_quote.post(body))
        self.assertEqual([found.content_type for found in reply.attachments], ["messageReference"])
        self.assertEqual(reply.attachments[0].id, said.id)
        self.assertIn("An answer", reply.body.content)

    def test_reactions(self):
        chat = self.direct_chat()
        said = self.say(self.one, chat, "Nice, is it not?")
        yours = self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
        self.run_(yours.set_reaction.post(SetReactionPostRequestBody(reaction_type="👍")))
        reactions = self.run_(yours.get()).reactions
        self.assertEqual([(found.reaction_type, found.user.user.id) for found in reactions], [("👍", self.second.id)])
        self.run_(yours.unset_reaction.post(UnsetReactionPostRequestBody(reaction_type="👍")))
        self.assertEqual(self.run_(yours.get()).reactions, [])

    def test_bad_requests_are_errors(self):
        chat = self.direct_chat()
        here = self.one.chats.by_chat_id(chat.id).messages
        self.refused(400, here.post(message("")))
        self.refused(413, here.post(message("a" * FAR_TOO_LONG)))
        tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
        nothing = str(int(tomorrow.timestamp() * 1000))
        self.refused(404, here.by_chat_message_id(nothing).get())
        said = self.say(self.one, chat, "Mine")
        yours = self.two.chats.by_chat_id(chat.id).messages.by_chat_message_id(said.id)
        self.refused(403, yours.patch(message("Yours")))

    def test_a_batch(self):
        """Only statuses are looked at: this version of the client drops bodies that are JSON."""
        chat = self.direct_chat()
        # A client that has called already would write absolute addresses into the batch, which Graph does not document.
        fresh = self.world.graph_as(self.first.token)
        requests = {
            "me": fresh.me.to_get_request_information(),
            "chat": fresh.chats.by_chat_id(chat.id).to_get_request_information(),
            "nobody": fresh.users.by_user_id("nobody@nowhere.example").to_get_request_information(),
        }
        batch = BatchRequestContent({name: BatchRequestItem(request, name) for name, request in requests.items()})
        answers = self.run_(fresh.batch.post(batch))
        self.assertEqual(answers.get_response_status_codes(), {"me": 200, "chat": 200, "nobody": 404})


class Patience(GraphCase):
    """The client waits as long as the answer says, and tries again by itself."""

    def test_a_read_and_a_write_are_tried_again_after_429(self):
        ledger = self.world.teams
        chat = self.direct_chat(members=(self.first, self.third))
        before = ledger.end()
        with ledger.fault(throttled("/v1.0/me", "GET"), throttled("*/messages", "POST")):
            self.assertEqual(self.run_(self.one.me.get()).id, self.first.id)
            said = self.say(self.one, chat, "Sent once")
        entries = ledger.entries(before)
        for method, ending in (("GET", "/me"), ("POST", "/messages")):
            tries = [entry for entry in entries if entry["method"] == method and entry["path"].endswith(ending)]
            statuses = [entry["status"] for entry in tries]
            self.assertEqual(statuses[0], 429, (method, ending))
            self.assertLess(statuses[-1], 300, (method, ending))
            refused, answered = (datetime.fromisoformat(entry["at"]) for entry in (tries[0], tries[-1]))
            self.assertGreaterEqual((answered - refused).total_seconds(), 1.0, "not before Retry-After")
            self.assertEqual(sum(status < 300 for status in statuses), 1, "answered once")
        created = [entry for entry in entries if (entry["change"] or {}).get("kind") == "message.created"]
        self.assertEqual([entry["change"]["message"] for entry in created], [said.id])

    def test_the_vendors_own_limit_is_waited_out(self):
        """A chat takes one post a second; the client is told so, and keeps to it."""
        ledger = self.world.teams
        chat = self.direct_chat(members=(self.first, self.third))
        ledger.switch(own_app_limited=True)
        self.addCleanup(ledger.switch, own_app_limited=False)
        before = ledger.end()
        said = [self.say(self.one, chat, f"Quickly {number}").id for number in range(3)]
        posts = [entry for entry in ledger.entries(before) if entry["path"].endswith("/messages")]
        self.assertIn(429, [entry["status"] for entry in posts])
        created = [entry["change"]["message"] for entry in posts if entry["status"] == 201]
        self.assertEqual(created, said, "each once, in order")
