"""The few calls that no vendor's client makes: the product's own directory, and the simulators' control paths.

They use the standard library, so that whatever a vendor's client does to its HTTP stack cannot hide here.
"""

import json
import urllib.error
import urllib.request

# A proxy that the machine is told to use is none of the loopback's business.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url, timeout=10.0):
    """The JSON behind `url`; raises when the answer is not a success."""
    with _OPENER.open(url, timeout=timeout) as answer:
        return json.load(answer)


def get_or_none(url, timeout=10.0):
    """The JSON behind `url`, or None when nobody listens there or the path is unknown."""
    try:
        return get(url, timeout)
    except (urllib.error.URLError, ConnectionError, ValueError):
        return None


def post(url, body, timeout=10.0):
    """Sends `body` as JSON; the answer as JSON, or None when it is empty."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with _OPENER.open(request, timeout=timeout) as answer:
        text = answer.read()
    return json.loads(text) if text else None
