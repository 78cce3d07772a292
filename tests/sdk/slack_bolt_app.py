"""Slack's own framework, Bolt: an app that hears by signed requests and by a socket, and answers as Bolt's users have it
answer. What it does with signatures, challenges, acknowledgements and authorizations is Bolt's.
"""

import contextlib
import logging
import secrets
import socket
import threading

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

import http_json
from slack_channels import CHANNEL_SCOPES, ChannelCase
from until import until

SCOPES = f"{CHANNEL_SCOPES},files:read,users:read"
EVENTS = [
    "message.channels",
    "reaction_added",
    "reaction_removed",
    "member_joined_channel",
    "file_shared",
]


class Bolt(ChannelCase):
    def begun(self, **settings):
        """An app with an installed bot, and what Bolt makes of it."""
        app, bot = self.bot(scopes=SCOPES, bot_events=EVENTS, **settings)
        bolt = App(client=self.client(bot.token), signing_secret=app["signing_secret"], logger=_quiet())
        heard = []

        @bolt.message("ping")
        def ping(message, say, context):
            say(text=f"pong for <@{context.user_id}>", thread_ts=message["ts"])

        # What everybody else says; Bolt offers changes and deletions as messages with a subtype.
        @bolt.event("message")
        def message(event):
            heard.append(("message", event))

        for kind in EVENTS[1:]:
            bolt.event(kind)(_keeping(kind, heard))
        return app, bot, bolt, heard

    def story(self, bot, heard):
        """What happens in a channel reaches the app, and it answers in the thread."""
        channel = self.channel()
        bot.conversations_join(channel=channel)
        me = bot.auth_test()["user_id"]

        def one(kind, fits):
            return until(kind, lambda: next((event for of, event in heard if of == kind and fits(event)), None))

        ping = self.one.chat_postMessage(channel=channel, text=f"ping {secrets.token_hex(4)}")["ts"]
        pong = until("the answer", lambda: self.replies(channel, ping))[0]
        self.assertEqual((pong["user"], pong["text"]), (me, f"pong for <@{self.first.id}>"))

        said = self.two.chat_postMessage(channel=channel, text="Nothing for the app")["ts"]
        event = one("message", lambda event: event.get("ts") == said)
        self.assertEqual((event["channel"], event["channel_type"], event["user"]), (channel, "channel", self.second.id))
        self.two.chat_update(channel=channel, ts=said, text="Still nothing")
        changed = one("message", lambda event: event.get("subtype") == "message_changed" and event["message"]["ts"] == said)
        self.assertEqual(changed["message"]["text"], "Still nothing")
        self.assertEqual(changed["previous_message"]["text"], "Nothing for the app")
        self.one.reactions_add(channel=channel, timestamp=said, name="eyes")
        added = one("reaction_added", lambda event: event["item"]["ts"] == said)
        self.assertEqual((added["reaction"], added["user"], added["item_user"]), ("eyes", self.first.id, self.second.id))
        self.assertEqual((added["item"]["type"], added["item"]["channel"]), ("message", channel))
        self.one.reactions_remove(channel=channel, timestamp=said, name="eyes")
        one("reaction_removed", lambda event: event["item"]["ts"] == said and event["reaction"] == "eyes")
        self.two.chat_delete(channel=channel, ts=said)
        gone = one("message", lambda event: event.get("deleted_ts") == said)
        self.assertEqual((gone["subtype"], gone["channel"]), ("message_deleted", channel))
        sent = self.two.files_upload_v2(channel=channel, content="Some words", filename="words.txt")["file"]["id"]
        shared = one("message", lambda event: event.get("subtype") == "file_share")
        self.assertEqual([found["id"] for found in shared["files"]], [sent])
        self.assertNotIn(me, [event.get("user") for kind, event in heard if kind == "message"], "nobody hears themselves")

    def replies(self, channel, root):
        return self.one.conversations_replies(channel=channel, ts=root)["messages"][1:]

    def test_by_signed_requests(self):
        app, bot, bolt, heard = self.begun()
        with _serving(bolt) as url:
            settings = {"request_url": url}
            # Bolt answers the challenge only if the signature is right.
            answer = http_json.post(f"{self.origin}/_sim/apps/{app['app_id']}", settings)
            self.assertTrue(answer["request_url_verified"])
            self.story(bot, heard)

    def test_a_wrong_secret_is_not_taken(self):
        app, bot, _, _ = self.begun()
        wrong = App(client=self.client(bot.token), signing_secret="another", logger=_quiet())
        with _serving(wrong) as url:
            settings = {"request_url": url}
            answer = http_json.post(f"{self.origin}/_sim/apps/{app['app_id']}", settings)
            self.assertFalse(answer["request_url_verified"])

    def test_by_a_socket(self):
        app, bot, bolt, heard = self.begun(socket_mode=True)
        handler = SocketModeHandler(bolt, app["app_token"])
        handler.connect()
        try:
            until("the socket", handler.client.is_connected)
            self.story(bot, heard)
        finally:
            handler.close()


def _keeping(kind, heard):
    """A listener; Bolt gives it what its parameters are called after."""

    def keep(event):
        heard.append((kind, event))

    return keep


@contextlib.contextmanager
def _serving(bolt):
    """Bolt's own development server on a port of its own; the address of its events."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = threading.Thread(
        target=bolt.start, kwargs={"port": port, "http_server_logger_enabled": False}, daemon=True
    )
    serving.start()

    def listens():
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0

    until("Bolt listens", listens)
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        server = bolt._development_server._server
        server.shutdown()
        serving.join()


def _quiet():
    """Bolt explains its start on the console unless its logger says nothing."""
    logger = logging.getLogger(f"bolt-{secrets.token_hex(4)}")
    logger.setLevel(logging.ERROR)
    return logger
