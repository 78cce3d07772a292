"""What the tests of Webex's client share: three people, and what an error looks like."""

import unittest

from webexpythonsdk.exceptions import ApiError

from world import world


class WebexCase(unittest.TestCase):
    """Two people who talk, and their clients."""

    def setUp(self):
        self.world = world()
        people = self.world.directory.webex.people
        self.assertGreaterEqual(len(people), 2, "two people on Webex are needed")
        self.first, self.second = people[0], people[1]
        self.one = self.world.webex_as(self.first.token)
        self.two = self.world.webex_as(self.second.token)

    def refused(self, status, call, *arguments, **named):
        """Asserts that the SDK raises its own error with `status`; the error."""
        with self.assertRaises(ApiError) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.status_code, status, caught.exception)
        self.assertTrue(caught.exception.tracking_id, "an error carries a tracking id")
        return caught.exception

    def scratch_room(self, title="A room for a test"):
        """A group room of the first person that is gone after the test."""
        room = self.one.rooms.create(title=title)
        self.addCleanup(self.one.rooms.delete, room.id)
        return room
