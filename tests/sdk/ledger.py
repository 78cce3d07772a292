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

    def coverage(self):
        """For each simulated endpoint the statuses that were answered, e.g. {("GET", "/v1/rooms"): {200, 401}}; and what
        was called that is no endpoint."""
        known = [(entry["method"], entry["path"]) for entry in http_json.get(f"{self.origin}/_sim/endpoints")]
        statuses = {endpoint: set() for endpoint in known}
        # Where several fit, the one with the fewest placeholders is meant: `/messages/direct` is no message's id.
        shapes = sorted(((path.count("{"), method, path, _shape(path)) for method, path in known), key=lambda s: s[:3])
        strangers = defaultdict(set)
        for entry in self.entries():
            # What the simulator did by itself is recorded too, and is no call.
            if entry["path"].startswith("/_sim") or entry["method"] == "SIM":
                continue
            fits = (
                (method, path)
                for _, method, path, shape in shapes
                if method == entry["method"] and shape.fullmatch(_plain(entry["path"]))
            )
            endpoint = next(fits, None)
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
