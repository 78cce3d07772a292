"""Every direction between the four platforms, through the running product: two people of each pair hold a conversation, each
with the client of the platform they work on, and each looks only at what arrived there.
"""

import secrets
import unittest
from itertools import combinations

from until import until
from voices import VOICES
from world import world

PATIENCE = 30.0


class Crossing(unittest.TestCase):
    """Each pair of platforms is a story of its own, with people of its own, because a conversation has an order."""

    @classmethod
    def setUpClass(cls):
        # What people's own apps may do is not what is measured here.
        for ledger in (world().teams, world().slack):
            limited = ledger.switches()["own_app_limited"]
            ledger.switch(own_app_limited=False)
            cls.addClassCleanup(ledger.switch, own_app_limited=limited)

    def story(self, one, other):
        """Both say something, edit it, answer in its thread and take it back; each step arrives on the other side."""
        here, there = self.somebody(one, other), self.somebody(other, one)
        self.cross(here, there)
        self.cross(there, here)

    def somebody(self, platform, other):
        """Somebody who works on `platform`, and talks to nobody else there than to the one from `other`."""
        people = [person for person in getattr(world().directory, platform).people if person.primary and person.token]
        people = [person for person in people if self.represented(person, platform)]
        place = [name for name in VOICES if name != platform].index(other)
        self.assertGreater(len(people), place, f"people who work in {platform} and are represented everywhere else")
        return VOICES[platform](people[place])

    def represented(self, person, platform):
        there = world().directory
        return all(getattr(there, name).stand_in(person.email) for name in VOICES if name != platform)

    def cross(self, speaker, hearer):
        """What `speaker` does arrives at `hearer`."""
        to, known = speaker.contact(hearer.person), hearer.contact(speaker.person)
        ledger = getattr(world(), {voice: name for name, voice in VOICES.items()}[type(hearer)])
        before = ledger.end()
        hello, better, reply = line("Hello"), line("Hello again"), line("And another thing")
        said = speaker.say(to, hello)
        arrived = self.wait(hearer, known, hello)
        self.assertIsNone(arrived.parent)

        speaker.edit(to, said, better)
        changed = self.wait(hearer, known, better)
        self.assertEqual(changed.id, arrived.id, "the same message, changed")

        answered = speaker.say(to, reply, parent=said)
        threaded = self.wait(hearer, known, reply)
        self.assertEqual(threaded.parent, arrived.id, "an answer to the same message")

        speaker.delete(to, answered)
        until("the deletion", lambda: not hearer.heard(known, reply), PATIENCE)
        made = [entry["change"].get("text") or "" for entry in ledger.entries(before) if created(entry)]
        for text in (hello, reply):
            self.assertEqual(sum(text in found for found in made), 1, f"once: {text}")

    def wait(self, hearer, known, text):
        return until(f"“{text}” at {hearer.person.email}", lambda: hearer.heard(known, text), PATIENCE)


def created(entry):
    """Whether an entry of a ledger made a message."""
    return (entry["change"] or {}).get("kind") in ("message.created", "message.posted")


def line(text):
    """A line that nobody else writes."""
    return f"{text} {secrets.token_hex(4)}"


def _test(one, other):
    return lambda self: self.story(one, other)


for _one, _other in combinations(VOICES, 2):
    setattr(Crossing, f"test_{_one}_and_{_other}", _test(_one, _other))
