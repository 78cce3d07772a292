"""Graph's client: teams, their channels, threads in them, and reactions."""

import secrets

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.models.chat_message_reaction import ChatMessageReaction
from msgraph.generated.teams.item.channels.item.messages.item.set_reaction.set_reaction_post_request_body import (
    SetReactionPostRequestBody,
)
from msgraph.generated.teams.item.channels.item.messages.item.unset_reaction.unset_reaction_post_request_body import (
    UnsetReactionPostRequestBody,
)
from msgraph.generated.teams.item.channels.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.generated.teams.teams_request_builder import TeamsRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

import http_json
from graph_case import GraphCase, message

Query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters


class ChannelCase(GraphCase):
    """A team with a channel, made as an administrator would, which the first two are in."""

    def setUp(self):
        super().setUp()
        self.name = f"SDK {secrets.token_hex(4)}"
        wanted = {"name": self.name, "channel": "Plans", "members": [self.first.id, self.second.id]}
        made = http_json.post(f"{self.world.teams.origin}/_sim/teams", wanted)
        self.team, self.channel = made["team"], made["channel"]

    def there(self, client):
        """The channel."""
        return client.teams.by_team_id(self.team).channels.by_channel_id(self.channel)

    def tell(self, client, text, root=None):
        """Says something in the channel, or below `root`."""
        messages = self.there(client).messages
        if root:
            return self.run_(messages.by_chat_message_id(root).replies.post(message(text)))
        return self.run_(messages.post(message(text)))

    def threads(self, client, **more):
        """What the channel holds, with replies."""
        wanted = RequestConfiguration(query_parameters=Query(expand=["replies"], **more))
        return self.run_(self.there(client).messages.get(wanted)).value


class Channels(ChannelCase):
    def test_teams_and_channels_are_found(self):
        wanted = TeamsRequestBuilder.TeamsRequestBuilderGetQueryParameters(filter=f"displayName eq '{self.name}'")
        teams = self.run_(self.one.teams.get(RequestConfiguration(query_parameters=wanted))).value
        self.assertEqual([(one.id, one.display_name) for one in teams], [(self.team, self.name)])
        team = self.one.teams.by_team_id(self.team)
        channels = self.run_(team.channels.get()).value
        self.assertIn((self.channel, "Plans"), [(one.id, one.display_name) for one in channels])
        one = self.run_(self.there(self.one).get())
        self.assertEqual((one.id, one.display_name, one.membership_type.value), (self.channel, "Plans", "standard"))
        members = self.run_(team.members.get()).value
        self.assertEqual({one.user_id for one in members}, {self.first.id, self.second.id})
        self.assertEqual({one.display_name for one in members}, {self.first.name, self.second.name})
        self.refused(404, self.one.teams.by_team_id(secrets.token_hex(8)).channels.get())

    def test_threads_edits_and_deletions(self):
        root = self.tell(self.one, "Who is in?")
        self.assertEqual((root.channel_identity.team_id, root.channel_identity.channel_id), (self.team, self.channel))
        reply = self.tell(self.two, "Me", root.id)
        self.assertEqual(reply.reply_to_id, root.id)
        shown = self.threads(self.one)
        first = [(one.id, one.from_.user.id, one.body.content) for one in shown]
        self.assertEqual(first, [(root.id, self.first.id, "Who is in?")])
        self.assertEqual([(one.id, one.from_.user.id) for one in shown[0].replies], [(reply.id, self.second.id)])
        here = self.there(self.two).messages.by_chat_message_id(root.id)
        below = here.replies.by_chat_message_id1(reply.id)
        self.assertEqual(self.run_(below.get()).body.content, "Me")
        mine = self.there(self.one).messages.by_chat_message_id(root.id)
        self.run_(mine.patch(message("Who is coming?")))
        seen = self.run_(here.get())
        self.assertEqual(seen.body.content, "Who is coming?")
        self.assertIsNotNone(seen.last_edited_date_time)
        self.run_(below.patch(message("I am")))
        self.assertEqual(self.threads(self.one)[0].replies[0].body.content, "I am")
        self.run_(below.soft_delete.post())
        self.assertIsNotNone(self.threads(self.one)[0].replies[0].deleted_date_time)
        self.run_(mine.soft_delete.post())
        self.assertIsNotNone(self.run_(here.get()).deleted_date_time)
        self.refused(403, here.patch(message("Not mine")))

    def test_list_follows_the_pages(self):
        said = [self.tell(self.one, f"Number {number}").id for number in range(3)]
        seen = []

        def keep(found):
            seen.append(found.id)
            return True

        async def walk():
            first = await self.there(self.one).messages.get(RequestConfiguration(query_parameters=Query(top=1)))
            await PageIterator(first, self.one.request_adapter).iterate(keep)

        self.run_(walk())
        self.assertEqual(seen, said[::-1], "newest first, each once")

    def test_who_is_not_in_it_does_not_read_it(self):
        three = self.world.graph_as(self.third.token)
        self.refused(403, self.there(three).messages.get())
        self.refused(403, self.there(three).messages.post(message("From outside")))

    def test_reactions(self):
        root = self.tell(self.one, "Lunch?")
        reply = self.tell(self.one, "At noon", root.id)
        here = self.there(self.two).messages.by_chat_message_id(root.id)
        below = here.replies.by_chat_message_id1(reply.id)
        for there, find in ((here, lambda shown: shown), (below, lambda shown: shown.replies[0])):
            self.run_(there.set_reaction.post(SetReactionPostRequestBody(reaction_type="👍")))
            reaction = find(self.threads(self.one)[0]).reactions[0]
            self.assertIsInstance(reaction, ChatMessageReaction)
            self.assertEqual((reaction.reaction_type, reaction.user.user.id), ("👍", self.second.id))
            self.run_(there.unset_reaction.post(UnsetReactionPostRequestBody(reaction_type="👍")))
            self.assertEqual(find(self.threads(self.one)[0]).reactions, [])
