"""Slack's client: people, direct messages, what is said in them, sign-in, and what limits do."""

import http_json
from ledger import throttled
from slack_case import BACK, BOT_SCOPES, USER_SCOPES, SlackCase


class People(SlackCase):
    def test_who_one_is(self):
        self.assertTrue(self.client().api_test()["ok"])
        self.refused("as_asked", self.client().api_test, error="as_asked")
        me = self.one.auth_test()
        self.assertEqual(me["user_id"], self.first.id)
        self.assertEqual(self.one.team_info()["team"]["id"], me["team_id"])

    def test_people_are_listed_page_by_page_and_found(self):
        listed = [user["id"] for page in self.one.users_list(limit=5) for user in page["members"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertIn(self.second.id, listed)
        found = self.one.users_lookupByEmail(email=self.second.email.upper())["user"]
        self.assertEqual(found["id"], self.second.id)
        user = self.one.users_info(user=self.second.id)["user"]
        self.assertEqual(user["profile"]["email"], self.second.email)
        profile = self.one.users_profile_get(user=self.second.id)["profile"]
        self.assertEqual(profile["real_name"], self.second.name)
        self.assertIn(self.one.users_getPresence(user=self.second.id)["presence"], ("active", "away"))
        self.refused("users_not_found", self.one.users_lookupByEmail, email="nobody@nowhere.example")

    def test_a_bot_has_an_entry(self):
        app = self.app()
        bot = self.client(self.install(app, self.first, scope=BOT_SCOPES)["access_token"])
        me = bot.auth_test()
        self.assertEqual(bot.bots_info(bot=me["bot_id"])["bot"]["app_id"], app["app_id"])
        refused = self.refused("missing_scope", bot.users_profile_get)
        self.assertEqual(refused["needed"], "users.profile:read")
        self.assertIn("im:history", refused.headers["x-oauth-scopes"])


class Messages(SlackCase):
    def test_a_direct_messages_life(self):
        channel = self.direct()
        said = self.one.chat_postMessage(channel=channel, text="Hello <over> there & *here*")
        self.assertEqual(said["message"]["text"], "Hello &lt;over&gt; there &amp; *here*")
        link = self.one.chat_getPermalink(channel=channel, message_ts=said["ts"])["permalink"]
        self.assertIn(said["ts"].replace(".", ""), link)
        self.two.conversations_mark(channel=channel, ts=said["ts"])
        edited = self.one.chat_update(channel=channel, ts=said["ts"], text="Hello again")
        self.assertEqual(edited["ts"], said["ts"])
        latest = self.two.conversations_history(channel=channel, latest=said["ts"], inclusive=True, limit=1)
        self.assertEqual(latest["messages"][0]["text"], "Hello again")
        self.refused("cant_update_message", self.two.chat_update, channel=channel, ts=said["ts"], text="No")
        self.refused("cant_delete_message", self.two.chat_delete, channel=channel, ts=said["ts"])
        self.one.chat_delete(channel=channel, ts=said["ts"])
        self.refused("message_not_found", self.one.chat_delete, channel=channel, ts=said["ts"])

    def test_history_and_threads_follow_the_pages(self):
        channel = self.direct()
        said = [self.one.chat_postMessage(channel=channel, text=f"Number {n}")["ts"] for n in range(5)]
        pages = self.two.conversations_history(channel=channel, oldest=said[0], inclusive=True, limit=2)
        listed = [message["ts"] for page in pages for message in page["messages"]]
        self.assertEqual(listed, said[::-1], "newest first, each once")
        replies = [
            self.two.chat_postMessage(channel=channel, text=f"Reply {n}", thread_ts=said[0])["ts"] for n in range(2)
        ]
        thread = self.one.conversations_replies(channel=channel, ts=said[0])["messages"]
        self.assertEqual([message["ts"] for message in thread], [said[0], *replies])

    def test_blocks_are_checked(self):
        channel = self.direct()
        inlines = [{"type": "text", "text": "bold", "style": {"bold": True}}]
        rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inlines}]}
        said = self.one.chat_postMessage(channel=channel, text="bold", blocks=[rich])
        self.assertEqual(said["message"]["blocks"][0]["elements"], rich["elements"])
        long = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 3001}}
        refused = self.refused("invalid_blocks", self.one.chat_postMessage, channel=channel, text="x", blocks=[long])
        self.assertIn("/blocks/0/text/text", refused["errors"][0])

    def test_only_the_people_in_it_see_a_conversation(self):
        channel = self.direct()
        app = self.app()
        bot = self.client(self.install(app, self.first, scope=BOT_SCOPES)["access_token"])
        self.refused("channel_not_found", bot.conversations_history, channel=channel)
        self.refused("channel_not_found", bot.chat_postMessage, channel=channel, text="x")
        through = self.linked(app, self.first)
        self.assertEqual(through.conversations_info(channel=channel)["channel"]["user"], self.second.id)
        self.assertIn(self.second.id, through.conversations_members(channel=channel)["members"])
        listed = [im["id"] for page in through.conversations_list(types="im", limit=1) for im in page["channels"]]
        self.assertIn(channel, listed)
        shared = through.users_conversations(types="im", user=self.second.id)["channels"]
        self.assertEqual([im["id"] for im in shared], [channel])
        said = through.chat_postMessage(channel=channel, text="through the app")
        self.assertEqual((said["message"]["user"], said["message"]["app_id"]), (self.first.id, app["app_id"]))
        through.conversations_close(channel=channel)


class SignIn(SlackCase):
    def test_a_refusal_goes_back_as_one(self):
        back = self.consent(self.app(), self.first, user_scope=USER_SCOPES, decision="deny")
        self.assertEqual(back, {"error": "access_denied", "state": "as it was"})

    def test_a_code_works_once_and_a_grant_can_be_ended(self):
        app = self.app()
        code = self.consent(app, self.first, user_scope=USER_SCOPES)["code"]
        proof = {"client_id": app["client_id"], "client_secret": app["client_secret"], "code": code}
        # The address was sent when the code was asked for.
        self.refused("bad_redirect_uri", self.client().oauth_v2_access, **proof)
        self.refused("invalid_code", self.client().oauth_v2_access, **proof)
        through = self.linked(app, self.first)
        self.assertFalse(through.auth_revoke(test=True)["revoked"])
        self.assertTrue(through.auth_revoke()["revoked"])
        self.refused("token_revoked", through.auth_test)
        self.install(app, self.first, scope=BOT_SCOPES)

    def test_a_person_alone_is_asked(self):
        app = self.app()
        code = self.consent(app, self.first, scope=USER_SCOPES, page="v2_user")["code"]
        proof = {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": BACK, "code": code}
        tokens = self.client().api_call("oauth.v2.user.access", data=proof)
        self.assertEqual(self.client(tokens["access_token"]).auth_test()["user_id"], self.first.id)
        self.refused("invalid_code", self.client().api_call, "oauth.v2.user.access", data=proof)

    def test_rotating_tokens_are_refreshed(self):
        app = self.app()
        old = self.install(app, self.first, user_scope=USER_SCOPES)["authed_user"]["access_token"]
        http = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        http_json.post(f"{self.origin}/_sim/apps/{app['app_id']}", {"token_rotation": True})
        pair = self.client().oauth_v2_exchange(token=old, **http)
        fresh = self.client().oauth_v2_access(
            grant_type="refresh_token", refresh_token=pair["refresh_token"], **http
        )
        self.assertEqual(self.client(fresh["access_token"]).auth_test()["user_id"], self.first.id)
        refused = self.client().oauth_v2_access
        self.refused("invalid_refresh_token", refused, grant_type="refresh_token", refresh_token="xoxe-1-no", **http)

    def test_an_app_is_taken_off_whole(self):
        app = self.app()
        bot = self.client(self.install(app, self.first, scope=BOT_SCOPES)["access_token"])
        bot.apps_uninstall(client_id=app["client_id"], client_secret=app["client_secret"])
        self.refused("account_inactive", bot.auth_test)


class Patience(SlackCase):
    """The client waits as long as the answer says, and tries again if it was told to."""

    def test_a_post_is_tried_again_after_429(self):
        ledger = self.world.slack
        channel = self.direct()
        before = ledger.end()
        with ledger.fault(throttled("/api/chat.postMessage", "POST")):
            said = self.one.chat_postMessage(channel=channel, text="Sent once")
        calls = [entry for entry in ledger.entries(before) if entry["path"] == "/api/chat.postMessage"]
        self.assertEqual([entry["status"] for entry in calls], [429, 200])
        newest = self.two.conversations_history(channel=channel, limit=1)["messages"][0]
        self.assertEqual(newest["ts"], said["ts"])
