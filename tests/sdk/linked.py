"""Channels that are linked, through the running product: one person on each of the four platforms sits in theirs, with that
vendor's client, and sees what the three others do there.
"""

import secrets
import unittest

from crossing import line
from rooms import SEATS
from until import until
from world import world

PATIENCE = 45.0

# What stands behind the name of somebody who speaks through the app on Slack.
TITLES = {"webex": "Webex", "teams": "Microsoft Teams", "slack": "Slack", "zoom": "Zoom Team Chat"}


class Linked(unittest.TestCase):
    """The demo's channels: in “Launch” whoever comes first on each platform has stand-ins with them and speaks as themselves,
    but on Teams, where the app speaks for everybody; in “Incidents” nobody has, and the app passes on what is said with the
    name to it.
    """

    @classmethod
    def setUpClass(cls):
        # What people's own apps may do is not what is measured here.
        for ledger in (world().teams, world().slack):
            limited = ledger.switches()["own_app_limited"]
            ledger.switch(own_app_limited=False)
            cls.addClassCleanup(ledger.switch, own_app_limited=limited)

    def seats(self, name):
        """Somebody on each platform, the first who works there."""
        seats = {}
        for platform, seat in SEATS.items():
            people = [one for one in getattr(world().directory, platform).people if one.primary and one.token]
            seats[platform] = seat(min(people, key=lambda one: one.email), name)
        return seats

    def everybody(self, seats, speaker, what, probe):
        """Waits until `probe` is true of each of the others."""
        for platform, seat in seats.items():
            if platform != speaker:
                until(f"{what} at {platform}", lambda seat=seat: probe(seat), PATIENCE)

    def test_as_themselves(self):
        seats = self.seats("Launch")
        said, ids = {}, {}
        for platform, seat in seats.items():
            said[platform] = line(f"Good morning from {platform}")
            ids[platform] = seat.say(said[platform])
            self.everybody(seats, platform, said[platform], lambda other: other.shown(said[platform]))
            for there, other in self.others(seats, platform):
                shown = other.shown(said[platform])
                self.assertIsNone(shown.parent)
                if there == "teams":
                    self.signed(there, shown, platform, seat.person, said[platform])
                else:
                    self.assertEqual((shown.who, shown.text), (seat.person.name, said[platform]), there)
        # Everybody answers in the thread of whoever sits next to them.
        order = list(seats)
        for platform, next_one in zip(order, order[1:] + order[:1]):
            seat = seats[platform]
            reply = line(f"Answer from {platform}")
            seat.say(reply, parent=seat.shown(said[next_one]).id)
            self.everybody(seats, platform, reply, lambda other: other.shown(reply))
            for there, other in self.others(seats, platform):
                self.assertEqual(other.shown(reply).parent, other.shown(said[next_one]).id, there)
        for platform, seat in seats.items():
            better = line(f"Better from {platform}")
            seat.edit(ids[platform], better)
            self.everybody(seats, platform, better, lambda other: other.shown(better))
            for _, other in self.others(seats, platform):
                self.assertIsNone(other.shown(said[platform]), "the same message, changed")
            said[platform] = better
        for platform in ("teams", "slack", "zoom"):
            about = said["webex"] if platform != "zoom" else said["teams"]
            seat = seats[platform]
            seat.react(seat.shown(about).id)
        self.everybody(seats, None, "two thumbs", lambda other: other.felt(said["webex"]))
        self.everybody(seats, None, "a thumb", lambda other: other.felt(said["teams"]))
        for platform, seat in seats.items():
            seat.delete(ids[platform])
            self.everybody(seats, platform, "the deletion", lambda other: not other.shown(said[platform]))

    def test_files(self):
        seats = self.seats("Launch")
        for platform, seat in seats.items():
            name, content = f"{platform}-{secrets.token_hex(4)}.txt", secrets.token_hex(20_000).encode()
            seat.attach(name, content)
            for there, other in self.others(seats, platform):
                if "teams" in (platform, there):
                    # The app cannot fetch files there, and has none of its own to put them; it says so.
                    self.line(seat, other)
                    continue
                fetch = until(f"{name} at {there}", lambda: self.file(other, name), PATIENCE)
                self.assertEqual(fetch(), content, "byte for byte")

    def line(self, speaker, other):
        """Waits for a line in a file's place, which not always knows the file's name."""
        lines = lambda: [one for one in other.read() if "was not passed on" in one.text]
        name = speaker.person.name
        until("a line about a file", lambda: [one for one in lines() if name in (one.who + one.text)], PATIENCE)

    def file(self, seat, name):
        """What fetches the file of this name."""
        return next((one.files[name] for one in seat.read() if name in one.files), None)

    def test_by_the_app(self):
        seats = self.seats("Incidents")
        for platform, seat in seats.items():
            said = line(f"Something is down on {platform}")
            identity = seat.say(said)
            self.everybody(seats, platform, said, lambda other: other.shown(said))
            self.everywhere_signed(seats, platform, said)
            worse = line(f"Everything is down on {platform}")
            seat.edit(identity, worse)
            self.everybody(seats, platform, worse, lambda other: other.shown(worse))
            self.everywhere_signed(seats, platform, worse)
            reply = line(f"It is up again on {platform}")
            seat.say(reply, parent=identity)
            self.everybody(seats, platform, reply, lambda other: other.shown(reply))
            for there, other in self.others(seats, platform):
                self.assertEqual(other.shown(reply).parent, other.shown(worse).id, there)
            seat.delete(identity)
            self.everybody(seats, platform, "the deletion", lambda other: not other.shown(worse))

    def everywhere_signed(self, seats, platform, text):
        """Asserts that all others see whose words they are."""
        for there, other in self.others(seats, platform):
            self.signed(there, other.shown(text), platform, seats[platform].person, text)

    def signed(self, there, shown, platform, person, text):
        """Asserts that it says whose words it is: on Slack as the author, elsewhere in front."""
        if there == "slack":
            self.assertEqual((shown.who, shown.text), (f"{person.name} ({TITLES[platform]})", text))
        else:
            self.assertEqual((shown.who, shown.text.replace("\n", " ")), ("Entente", f"{person.name}: {text}"), there)

    def others(self, seats, speaker):
        """The others, by where they sit."""
        return [(there, seat) for there, seat in seats.items() if there != speaker]
