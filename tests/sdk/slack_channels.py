"""Slack's client: channels and who is in them, what is said there in threads, and reactions."""

import secrets

from slack_case import SlackCase

CHANNEL_SCOPES = "channels:read,channels:history,channels:join,channels:manage,chat:write,reactions:read,reactions:write"


class ChannelCase(SlackCase):
    """A channel of the first person's, which the second is in."""

    def channel(self, **more):
        """A new channel with both in it."""
        made = self.one.conversations_create(name=f"sdk-{secrets.token_hex(4)}", **more)["channel"]
        self.one.conversations_invite(channel=made["id"], users=[self.second.id])
        return made["id"]

    def bot(self, scopes=CHANNEL_SCOPES, **settings):
        """An app, and the client of its bot."""
        app = self.app(**settings)
        return app, self.client(self.install(app, self.first, scope=scopes)["access_token"])

    def history(self, client, channel):
        """What is read there, newest first."""
        return client.conversations_history(channel=channel)["messages"]


class Channels(ChannelCase):
    def test_a_channels_life(self):
        name = f"sdk-{secrets.token_hex(4)}"
        made = self.one.conversations_create(name=name)["channel"]
        self.assertEqual((made["name"], made["is_channel"], made["is_private"]), (name, True, False))
        self.assertEqual((made["creator"], made["is_archived"]), (self.first.id, False))
        self.refused("name_taken", self.one.conversations_create, name=name)
        self.refused("invalid_name_specials", self.one.conversations_create, name="No Capitals")
        channel = made["id"]
        invited = self.one.conversations_invite(channel=channel, users=[self.second.id])["channel"]
        self.assertEqual(invited["id"], channel)
        self.refused("already_in_channel", self.one.conversations_invite, channel=channel, users=[self.second.id])
        self.assertEqual(self.members(channel), {self.first.id, self.second.id})
        self.one.conversations_kick(channel=channel, user=self.second.id)
        self.refused("not_in_channel", self.one.conversations_kick, channel=channel, user=self.second.id)
        self.assertEqual(self.members(channel), {self.first.id})
        self.assertEqual(self.two.conversations_join(channel=channel)["channel"]["id"], channel)
        self.two.conversations_leave(channel=channel)
        self.refused("not_in_channel", self.two.conversations_history, channel=channel)
        self.refused("not_in_channel", self.two.chat_postMessage, channel=channel, text="From outside")
        self.one.conversations_archive(channel=channel)
        self.refused("already_archived", self.one.conversations_archive, channel=channel)
        self.refused("is_archived", self.one.chat_postMessage, channel=channel, text="Too late")
        shown = self.one.conversations_info(channel=channel, include_num_members=True)["channel"]
        self.assertEqual((shown["is_archived"], shown["num_members"]), (True, 1))

    def members(self, channel):
        return {one for page in self.one.conversations_members(channel=channel, limit=1) for one in page["members"]}

    def test_lists_follow_the_pages_and_hide_what_is_private(self):
        public, private = self.channel(), self.one.conversations_create(name=f"p-{secrets.token_hex(4)}", is_private=True)
        private = private["channel"]
        self.assertTrue(private["is_private"])
        kinds = "public_channel,private_channel"
        mine = [one for page in self.one.conversations_list(types=kinds, limit=1) for one in page["channels"]]
        ids = [one["id"] for one in mine]
        self.assertEqual(len(ids), len(set(ids)), "none twice")
        self.assertLessEqual({public, private["id"]}, set(ids))
        self.assertTrue(next(one["is_member"] for one in mine if one["id"] == public))
        theirs = [one["id"] for page in self.two.conversations_list(types=kinds) for one in page["channels"]]
        self.assertIn(public, theirs)
        self.assertNotIn(private["id"], theirs)
        self.refused("channel_not_found", self.two.conversations_info, channel=private["id"])
        own = self.two.users_conversations(types="public_channel")["channels"]
        self.assertIn(public, [one["id"] for one in own])

    def test_threads_edits_and_deletions(self):
        channel = self.channel()
        root = self.one.chat_postMessage(channel=channel, text="Who is in?")
        self.assertEqual((root["channel"], root["message"]["type"]), (channel, "message"))
        reply = self.two.chat_postMessage(channel=channel, text="Me", thread_ts=root["ts"])
        self.assertEqual(reply["message"]["thread_ts"], root["ts"])
        shown = self.history(self.two, channel)
        self.assertEqual([one["ts"] for one in shown if one["user"] == self.first.id][0], root["ts"])
        self.assertNotIn(reply["ts"], [one["ts"] for one in shown], "replies are read in their thread")
        top = next(one for one in shown if one["ts"] == root["ts"])
        self.assertEqual((top["reply_count"], top["reply_users"], top["latest_reply"]), (1, [self.second.id], reply["ts"]))
        thread = self.one.conversations_replies(channel=channel, ts=root["ts"])["messages"]
        wanted = [(root["ts"], self.first.id), (reply["ts"], self.second.id)]
        self.assertEqual([(one["ts"], one["user"]) for one in thread], wanted)
        broadcast = self.one.chat_postMessage(channel=channel, text="Good", thread_ts=root["ts"], reply_broadcast=True)
        self.assertIn(broadcast["ts"], [one["ts"] for one in self.history(self.two, channel)])
        edited = self.one.chat_update(channel=channel, ts=root["ts"], text="Who is coming?")
        self.assertEqual((edited["ts"], edited["text"]), (root["ts"], "Who is coming?"))
        seen = self.two.conversations_replies(channel=channel, ts=root["ts"])["messages"][0]
        self.assertEqual((seen["text"], seen["edited"]["user"]), ("Who is coming?", self.first.id))
        self.two.chat_delete(channel=channel, ts=reply["ts"])
        self.one.chat_delete(channel=channel, ts=broadcast["ts"])
        self.assertNotIn(broadcast["ts"], [one["ts"] for one in self.history(self.two, channel)])

    def test_an_app_speaks_under_other_names(self):
        channel = self.channel()
        app, bot = self.bot(scopes=f"{CHANNEL_SCOPES},chat:write.customize")
        bot.conversations_join(channel=channel)
        icon = "https://entente.example/ada.png"
        said = bot.chat_postMessage(channel=channel, text="Hello", username="Ada Okafor (Webex)", icon_url=icon)
        self.assertEqual((said["message"]["username"], said["message"]["app_id"]), ("Ada Okafor (Webex)", app["app_id"]))
        seen = self.history(self.one, channel)[0]
        self.assertEqual((seen["username"], seen["subtype"]), ("Ada Okafor (Webex)", "bot_message"))
        self.assertEqual(seen["bot_id"], said["message"]["bot_id"])
        self.assertIn(icon, seen["icons"].values())


class Reactions(ChannelCase):
    def test_a_reactions_life(self):
        channel = self.channel()
        said = self.one.chat_postMessage(channel=channel, text="Lunch?")["ts"]
        there = {"channel": channel, "timestamp": said}
        self.two.reactions_add(name="+1", **there)
        self.refused("already_reacted", self.two.reactions_add, name="+1", **there)
        self.one.reactions_add(name="+1", **there)
        self.refused("invalid_name", self.one.reactions_add, name="no such emoji", **there)
        message = self.one.reactions_get(full=True, **there)["message"]
        both = {"name": "+1", "count": 2, "users": [self.second.id, self.first.id]}
        self.assertEqual(message["reactions"], [both])
        self.assertEqual(self.history(self.two, channel)[0]["reactions"], [both])
        self.two.reactions_remove(name="+1", **there)
        self.refused("no_reaction", self.two.reactions_remove, name="+1", **there)
        self.one.reactions_remove(name="+1", **there)
        self.assertNotIn("reactions", self.one.reactions_get(**there)["message"])
        self.refused("message_not_found", self.one.reactions_add, name="+1", channel=channel, timestamp="1700000000.000001")
