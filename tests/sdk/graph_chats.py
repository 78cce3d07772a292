"""Graph's client: chats, who is in them, and what has been read."""

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.chats.item.mark_chat_read_for_user.mark_chat_read_for_user_post_request_body import (
    MarkChatReadForUserPostRequestBody,
)
from msgraph.generated.chats.item.mark_chat_unread_for_user.mark_chat_unread_for_user_post_request_body import (
    MarkChatUnreadForUserPostRequestBody,
)
from msgraph.generated.models.chat import Chat
from msgraph.generated.models.chat_type import ChatType
from msgraph.generated.models.teamwork_user_identity import TeamworkUserIdentity
from msgraph.generated.models.teamwork_user_identity_type import TeamworkUserIdentityType
from msgraph.generated.users.item.chats.chats_request_builder import ChatsRequestBuilder
from msgraph_core.tasks.page_iterator import PageIterator

from graph_case import GraphCase, direct, member

Query = ChatsRequestBuilder.ChatsRequestBuilderGetQueryParameters


class Chats(GraphCase):
    def test_a_direct_chat_is_the_same_for_both(self):
        chat = self.direct_chat()
        self.assertEqual(chat.chat_type, ChatType.OneOnOne)
        self.assertEqual(self.direct_chat().id, chat.id, "made once")
        self.assertEqual(self.run_(self.two.chats.post(direct((self.second, self.first)))).id, chat.id)
        seen = self.run_(self.two.chats.by_chat_id(chat.id).get())
        self.assertEqual((seen.id, seen.chat_type), (chat.id, ChatType.OneOnOne))

    def test_members(self):
        chat = self.direct_chat()
        members = self.run_(self.one.chats.by_chat_id(chat.id).members.get()).value
        self.assertEqual({found.user_id for found in members}, {self.first.id, self.second.id})
        one = self.run_(self.one.chats.by_chat_id(chat.id).members.by_conversation_member_id(members[0].id).get())
        self.assertEqual(one.id, members[0].id)

    def test_a_group(self):
        people = [member(person.id) for person in (self.first, self.second, self.third)]
        group = Chat(chat_type=ChatType.Group, topic="Plans", members=people)
        chat = self.run_(self.one.chats.post(group))
        self.assertEqual((chat.chat_type, chat.topic), (ChatType.Group, "Plans"))
        renamed = self.run_(self.one.chats.by_chat_id(chat.id).patch(Chat(topic="Better plans")))
        self.assertEqual(renamed.topic, "Better plans")

    def test_list_follows_the_pages(self):
        chats = {self.direct_chat().id, self.direct_chat(members=(self.first, self.third)).id}
        for chat in chats:
            self.run_(self.one.chats.by_chat_id(chat).get())
        before = self.world.teams.end()
        seen = []

        def keep(chat):
            seen.append(chat.id)
            return True

        async def walk():
            first = await self.one.me.chats.get(RequestConfiguration(query_parameters=Query(top=1)))
            await PageIterator(first, self.one.request_adapter).iterate(keep)

        self.run_(walk())
        self.assertEqual(len(seen), len(set(seen)), "no chat twice")
        self.assertLessEqual(chats, set(seen))
        calls = [entry for entry in self.world.teams.entries(before) if entry["path"].endswith("/me/chats")]
        self.assertGreaterEqual(len(calls), 2, "one call a page")

    def test_the_same_list_under_other_names(self):
        chat = self.direct_chat()
        own = self.run_(self.one.chats.get(RequestConfiguration(query_parameters=Query(expand=["members"]))))
        found = next(found for found in own.value if found.id == chat.id)
        self.assertEqual({one.user_id for one in found.members}, {self.first.id, self.second.id})
        by_id = self.run_(self.one.users.by_user_id(self.first.id).chats.get())
        self.assertIn(chat.id, [found.id for found in by_id.value])
        under_me = self.run_(self.one.me.chats.by_chat_id(chat.id).get())
        self.assertEqual(under_me.id, chat.id)

    def test_read_and_unread(self):
        chat = self.direct_chat()
        reader = TeamworkUserIdentity(id=self.first.id, user_identity_type=TeamworkUserIdentityType.AadUser)
        here = self.one.chats.by_chat_id(chat.id)
        self.run_(here.mark_chat_read_for_user.post(MarkChatReadForUserPostRequestBody(user=reader)))
        body = MarkChatUnreadForUserPostRequestBody(user=reader)
        self.run_(here.mark_chat_unread_for_user.post(body))

    def test_bad_requests_are_errors(self):
        self.refused(400, self.one.chats.post(direct((self.first,))))
        self.refused(404, self.one.chats.by_chat_id("19:nothing@unq.gbl.spaces").get())
        strangers = self.direct_chat(self.two, (self.second, self.third))
        self.refused(403, self.one.chats.by_chat_id(strangers.id).get())
