"""Zoom's client: event subscriptions, which it carries, and what arrives through them, checked as the vendor's guide says
("Using webhooks").
"""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from until import until
from zoom_case import ZoomCase

PATH = "/marketplace/app/event_subscription"


class Subscriptions(ZoomCase):
    def test_an_account_hears_of_messages_signed_and_after_a_proof(self):
        account = self.world.zoom_account().contacts
        secret = self.world.directory.zoom.directory_app["secret_token"]
        with _Endpoint("not the secret") as endpoint:
            refused = account.post_request(PATH, data=self.wanted(endpoint.url))
            self.assertGreaterEqual(refused.status_code, 400, "whoever cannot prove the secret gets no subscription")
        with _Endpoint(secret) as endpoint:
            made = self.good(account.post_request(PATH, data=self.wanted(endpoint.url)), 201)["event_subscription_id"]
            listed, _ = self.pages(lambda **named: account.get_request(PATH, params=named), "event_subscriptions")
            self.assertIn(made, [one["event_subscription_id"] for one in listed])
            said = self.say(self.one, self.second, "Told to the account")
            told = until("the event", lambda: endpoint.event(said))
            self.assertEqual(told["payload"]["object"]["message"], "Told to the account")
            more = {"user_ids": [], "account_id": self.world.directory.zoom.tenant}
            self.good(account.patch_request(f"{PATH}/{made}", data=more), 204)
            leave = {"event_subscription_id": made, "user_ids": self.first.id}
            self.good(account.delete_request(PATH, params=leave), 204)
            self.good(account.delete_request(f"{PATH}/{made}"), 204)
            self.assertGreaterEqual(account.delete_request(f"{PATH}/{made}").status_code, 400)

    def wanted(self, url):
        """What is asked for."""
        return {
            "events": ["team_chat.dm_message_posted"],
            "event_subscription_name": "SDK test",
            "event_webhook_url": url,
            "subscription_scope": "account",
            "account_id": self.world.directory.zoom.tenant,
        }


class _Endpoint:
    """An address for events that proves `secret` and checks signatures with it; use as a context manager."""

    def __init__(self, secret):
        self._secret = secret.encode()
        self._heard = []

    def __enter__(self):
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                answer = json.dumps(endpoint._take(self.headers, body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/zoom/events"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def event(self, message):
        """The event about a message, once it has come with a good signature."""
        for told in list(self._heard):
            if _plain(told["payload"]["object"].get("message_id", "")) == _plain(message):
                return told
        return None

    def _take(self, headers, body):
        event = json.loads(body)
        if event["event"] == "endpoint.url_validation":
            plain = event["payload"]["plainToken"]
            return {"plainToken": plain, "encryptedToken": self._digest(plain.encode())}
        signed = b"v0:" + headers["x-zm-request-timestamp"].encode() + b":" + body
        if hmac.compare_digest(headers["x-zm-signature"], f"v0={self._digest(signed)}"):
            self._heard.append(event)
        return {}

    def _digest(self, text):
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def _plain(identity):
    return identity.strip("{}").lower()
