"""Slack's client: events, signed over HTTP and over a socket."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

import http_json
from slack_case import SlackCase
from until import until


class Events(SlackCase):
    def test_signed_events_arrive_and_say_through_whom(self):
        app = self.app(user_events=["message.im"])
        self.linked(app, self.first)
        channel = self.direct()
        with _Receiver() as receiver:
            settings = {"request_url": receiver.url}
            answer = http_json.post(f"{self.origin}/_sim/apps/{app['app_id']}", settings)
            self.assertTrue(answer["request_url_verified"])
            said = self.two.chat_postMessage(channel=channel, text="over HTTP")
            headers, body = until("the event", lambda: receiver.event(said["ts"]))
        self.assertTrue(SignatureVerifier(app["signing_secret"]).is_valid_request(body, headers))
        self.assertFalse(SignatureVerifier("another").is_valid_request(body, headers))
        self.assertEqual(json.loads(body)["authorizations"][0]["user_id"], self.first.id)

    def test_a_socket_brings_the_same(self):
        app = self.app(user_events=["message.im"], socket_mode=True)
        self.linked(app, self.first)
        channel = self.direct()
        heard = []
        client = SocketModeClient(app_token=app["app_token"], web_client=self.client())

        def take(client, request):
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
            heard.append(request.payload)

        client.socket_mode_request_listeners.append(take)
        client.connect()
        try:
            until("the socket", client.is_connected)
            said = [self.two.chat_postMessage(channel=channel, text=f"over a socket {n}")["ts"] for n in range(2)]
            until("both events", lambda: len(heard) >= 2)
        finally:
            client.close()
        self.assertEqual([payload["event"]["ts"] for payload in heard], said)
        context = heard[0]["event_context"]
        named = self.client(app["app_token"]).apps_event_authorizations_list(event_context=context)
        self.assertEqual([one["user_id"] for one in named["authorizations"]], [self.first.id])


class _Receiver:
    """A request URL; use as a context manager."""

    def __enter__(self):
        self._heard = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                receiver._heard.append((dict(self.headers.items()), body))
                answer = json.loads(body).get("challenge", "").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/slack/events"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def event(self, ts):
        """Headers and body of the event about the message `ts`, once it is there."""
        for headers, body in list(self._heard):
            if json.loads(body).get("event", {}).get("ts") == ts:
                return headers, body
        return None
