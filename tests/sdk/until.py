"""Waiting for a condition, never for a time.

A probe is asked again until it answers something true or the deadline has passed. The pause between two questions grows, so
that the waiting itself stays far below a platform's rate limits.
"""

import time

SHORTEST = 0.05
LONGEST = 0.5


def until(what, probe, within=15.0):
    """The first true answer of `probe`. After `within` seconds: an AssertionError that names `what` was waited for."""
    deadline = time.monotonic() + within
    pause = SHORTEST
    while True:
        answer = probe()
        if answer:
            return answer
        left = deadline - time.monotonic()
        if left <= 0:
            raise AssertionError(f"waited {within:g} s in vain: {what}")
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST)
