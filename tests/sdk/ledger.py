"""A simulator seen from its control paths: what it recorded, what it is told to do wrong, what it can be asked at all.

The ledger is the judge: what a client believes it did is never asked.
"""

import contextlib
import re
from collections import defaultdict

import http_json

PAGE = 1000


class Ledger:
    """The control paths of one simulator."""

    def __init__(self, name, origin):
        self.name = name
        self.origin = origin
        self._known = None

    def entries(self, after=0):
        """Every entry with a number above `after`, in order."""
        found = []
        while True:
            page = http_json.get(f"{self.origin}/_sim/ledger?after={after}&max={PAGE}")["items"]
            found += page
            if len(page) < PAGE:
                return found
            after = page[-1]["number"]

    def end(self):
        """The number of the last entry."""
        return http_json.get(f"{self.origin}/_sim/ledger?after=0&max=1")["length"]

    @contextlib.contextmanager
    def fault(self, *rules):
        """Inside the block the rules are in force."""
        http_json.post(f"{self.origin}/_sim/faults", list(rules))
        try:
            yield
        finally:
            http_json.post(f"{self.origin}/_sim/faults", [])

    def switches(self):
        """All switches of the simulator by name."""
        return http_json.get(f"{self.origin}/_sim/switches")

    def switch(self, **switches):
        """Changes switches of the simulator; the others stay."""
        http_json.post(f"{self.origin}/_sim/switches", switches)

    def endpoint(self, method, path):
        """The endpoint that a call is one of, or None."""
        fits = ((of, known) for of, known, shape in self._shapes() if of == method and shape.fullmatch(_plain(path)))
        return next(fits, None)

    def closer(self, endpoint):
        """The endpoints that are meant by calls which this one's template would fit too."""
        before = [(of, path) for of, path, _ in self._shapes()]
        return [path for of, path in before[: before.index(endpoint)] if of == endpoint[0]]

    def aliases(self, template):
        """Other names that Graph has for an endpoint."""
        if not template.startswith("/v1.0/chats/"):
            return []
        rest = template.removeprefix("/v1.0")
        return [f"/v1.0/me{rest}", f"/v1.0/users/{{user}}{rest}"]

    def _shapes(self):
        """The endpoints, those with the fewest placeholders first: `/messages/direct` is no message's id."""
        if self._known is None:
            known = [(entry["method"], entry["path"]) for entry in http_json.get(f"{self.origin}/_sim/endpoints")]
            known.sort(key=lambda one: (one[1].count("{"), *one))
            self._known = [(method, path, _shape(path)) for method, path in known]
        return self._known

    def coverage(self):
        """For each simulated endpoint the statuses that were answered, e.g. {("GET", "/v1/rooms"): {200, 401}}; and what
        was called that is no endpoint."""
        statuses = {(method, path): set() for method, path, _ in self._shapes()}
        strangers = defaultdict(set)
        for entry in self.entries():
            # What the simulator did by itself is recorded too, and is no call.
            if entry["path"].startswith("/_sim") or entry["method"] == "SIM":
                continue
            endpoint = self.endpoint(entry["method"], entry["path"])
            if endpoint:
                statuses[endpoint].add(entry["status"])
            else:
                strangers[(entry["method"], entry["path"])].add(entry["status"])
        return statuses, dict(strangers)


def _plain(path):
    """Graph has several names for a chat; below them it is the same resource. Its client writes a path in a drive in one
    segment.
    """
    if "/drives/" in path:
        path = path.replace("%3A", ":").replace("%2F", "/")
    return re.sub(r"^/v1\.0/(me|users/[^/]+)/chats/", "/v1.0/chats/", path)


def _shape(path):
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts), re.IGNORECASE)


def throttled(path, method="*", seconds=1, times=1):
    """A rule: the next calls of `path` are answered 429 with a `Retry-After`."""
    return {
        "name": "throttled for a test",
        "method": method,
        "path": path,
        "fault": {"status": {"code": 429, "retry_after": str(seconds)}},
        "times": times,
    }
