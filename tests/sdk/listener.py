"""A receiver of webhooks and change notifications on a port of its own, as a customer of the vendors would run one.

It answers Graph's validation hand-shake and keeps everything else for the tests to look at.
"""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from until import until


@dataclass(frozen=True)
class Delivery:
    """One POST: path, headers with lower-case names, body as it came."""

    path: str
    headers: dict
    body: bytes


class Listener:
    """Use as a context manager; `url` is where it listens."""

    def __enter__(self):
        self._deliveries = []
        self._lock = threading.Lock()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                parts = urlsplit(self.path)
                token = parse_qs(parts.query).get("validationToken")
                if token is None:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    with listener._lock:
                        listener._deliveries.append(Delivery(parts.path, headers, body))
                answer = token[0].encode() if token else b""
                self.send_response(200 if token else 202)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def deliveries(self, path):
        """What came in on `path` so far."""
        with self._lock:
            return [delivery for delivery in self._deliveries if delivery.path == path]

    def wait(self, what, path, probe, within=15.0):
        """The first delivery on `path` for which `probe` answers something true; that answer."""

        def look():
            return next(filter(None, map(probe, self.deliveries(path))), None)

        return until(what, look, within)
